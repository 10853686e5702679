/*
 * zone - scripted answers: names with records, failures and delays
 *
 * Built by zonefile.h; read-only from then on, so any thread may ask.
 *
 * Answers:	a name that stands in the zone, or above one that does, exists:
 *		DNS_NODATA for what it has not; any other is DNS_NXDOMAIN.
 *		A failure of one type comes before a failure of all types.
 * Ownership:	zone_add() copies what it is given.
 */
#ifndef ASSAY_DNS_ZONE_H
#define ASSAY_DNS_ZONE_H

#include "dns/backend.h"

enum { ZONE_ALL_TYPES = 0 };	/* in place of an enum dns_type */

struct zone;

struct zone *zone_new(void);
void zone_free(struct zone *zone);		/* NULL is allowed */

/* What one line of a zone file says about a name. */
struct zone_line {
	struct str		name;	/* lower case, no final dot */
	unsigned		type;	/* enum dns_type or ZONE_ALL_TYPES */
	bool			failed;	/* then: */
	enum dns_status		failure;
	struct dns_record	record;	/* else */
	uint32_t		ttl;	/* an answer has the least of its */
	unsigned		delay_ms; /* of all answers for this name */
	bool			secure;	/* all of them */
};

/* NULL, or why it contradicts what the zone has (a static string). */
const char *zone_add(struct zone *zone, const struct zone_line *line);

/* One reference is the caller's. */
struct answer *zone_answer(const struct zone *zone, struct str name,
    enum dns_type type, unsigned *delay_ms_out);

/* The zone as a back end, which frees it. */
struct backend *zone_backend(struct zone *zone);

#endif
