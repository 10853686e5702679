/*
 * flight - a question on its way, and the lookups that wait for its answer
 *
 * Equal questions in flight are one flight: a hash table by name and type.
 *
 * Threads:	one at a time; the resolver has a lock.
 */
#ifndef ASSAY_DNS_FLIGHT_H
#define ASSAY_DNS_FLIGHT_H

#include "dns/answer.h"
#include "dns/loop.h"
#include "dns/timer.h"

struct flight {
	struct timer		 timer;		/* until a held back answer */
	struct loop_task	 task;		/* the back end's */
	struct flight		*next;		/* in its bucket */
	struct resolver		*dns;
	struct backend		*backend;
	struct dns_lookup	*lookups;
	struct answer		*held;
	uint64_t		 since_us;	/* clock_us() */
	struct str		 name;		/* in this block */
	enum dns_type		 type;
};

struct flights {
	struct flight	**buckets;
	size_t		  bucket_count, count;
};

void flights_init(struct flights *flights);
/* Frees those left, which nobody may wait for. */
void flights_fini(struct flights *flights);

struct flight *flight_find(const struct flights *flights, struct str name,
    enum dns_type type);
struct flight *flight_add(struct flights *flights, struct str name,
    enum dns_type type);

/* Out of the table; the caller has it, until flight_free(). */
void flight_remove(struct flights *flights, struct flight *flight);
void flight_free(struct flight *flight);

#endif
