#include "dns/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"

enum { BUCKETS_FIRST = 64 };

void
flights_init(struct flights *flights)
{
	flights->bucket_count = BUCKETS_FIRST;
	flights->count = 0;
	flights->buckets = xcalloc(BUCKETS_FIRST, sizeof(struct flight *));
}

void
flights_fini(struct flights *flights)
{
	for (size_t i = 0; i < flights->bucket_count; i++)
		while (flights->buckets[i] != NULL) {
			struct flight *flight = flights->buckets[i];

			flights->buckets[i] = flight->next;
			flight_free(flight);
		}
	free(flights->buckets);
}

static struct flight **
bucket_of(const struct flights *flights, struct str name, enum dns_type type)
{
	uint64_t hash = hash_nocase(name) + (uint64_t)type * 31;

	return &flights->buckets[hash & (flights->bucket_count - 1)];
}

static void
link_in(struct flights *flights, struct flight *flight)
{
	struct flight **bucket = bucket_of(flights, flight->name,
	    flight->type);

	flight->next = *bucket;
	*bucket = flight;
}

static void
grow(struct flights *flights)
{
	struct flight **old = flights->buckets;
	size_t old_count = flights->bucket_count;

	flights->bucket_count *= 2;
	flights->buckets = xcalloc(flights->bucket_count, sizeof(old[0]));
	for (size_t i = 0; i < old_count; i++)
		for (struct flight *flight = old[i], *next; flight != NULL;
		    flight = next) {
			next = flight->next;
			link_in(flights, flight);
		}
	free(old);
}

struct flight *
flight_find(const struct flights *flights, struct str name,
    enum dns_type type)
{
	struct flight *flight = *bucket_of(flights, name, type);

	while (flight != NULL &&
	    (flight->type != type || !str_eq(flight->name, name)))
		flight = flight->next;
	return flight;
}

struct flight *
flight_add(struct flights *flights, struct str name, enum dns_type type)
{
	struct flight *flight = xcalloc(1, sizeof(*flight) + name.len);

	if (flights->count++ >= flights->bucket_count)
		grow(flights);
	memcpy(flight + 1, name.ptr, name.len);
	flight->name = str_make(flight + 1, name.len);
	flight->type = type;
	link_in(flights, flight);
	return flight;
}

void
flight_remove(struct flights *flights, struct flight *flight)
{
	struct flight **at = bucket_of(flights, flight->name, flight->type);

	while (*at != flight)
		at = &(*at)->next;
	*at = flight->next;
	flights->count--;
}

void
flight_free(struct flight *flight)
{
	ensure(flight->lookups == NULL);
	answer_unref(flight->held);
	free(flight);
}
