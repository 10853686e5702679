#include "dns/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"

enum { BUCKETS_FIRST = 64 };

struct set {			/* what a name has of one type */
	struct set		*next;
	unsigned		 type;
	bool			 failed;
	enum dns_status		 failure;
	uint32_t		 ttl;
	VEC(struct dns_record)	 records;
};

struct node {
	struct node	*next;		/* in its bucket */
	struct str	 name;
	struct set	*sets;
	bool		 own;		/* has lines, not only names below */
	bool		 secure;
	unsigned	 delay_ms;
};

struct zone {
	struct arena	 *arena;
	struct node	**buckets;
	size_t		  bucket_count, count;
};

struct zone *
zone_new(void)
{
	struct zone *zone = xcalloc(1, sizeof(*zone));

	zone->arena = arena_new();
	zone->bucket_count = BUCKETS_FIRST;
	zone->buckets = xcalloc(BUCKETS_FIRST, sizeof(zone->buckets[0]));
	return zone;
}

void
zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	arena_free(zone->arena);
	free(zone->buckets);
	free(zone);
}

static struct node **
bucket_of(const struct zone *zone, struct str name)
{
	return &zone->buckets[hash_nocase(name) &
	    (zone->bucket_count - 1)];
}

static struct node *
node_find(const struct zone *zone, struct str name)
{
	struct node *node = *bucket_of(zone, name);

	while (node != NULL && !str_eq_nocase(node->name, name))
		node = node->next;
	return node;
}

static void
node_link(struct zone *zone, struct node *node)
{
	struct node **bucket = bucket_of(zone, node->name);

	node->next = *bucket;
	*bucket = node;
}

static void
grow(struct zone *zone)
{
	struct node **old = zone->buckets;
	size_t old_count = zone->bucket_count;

	zone->bucket_count *= 2;
	zone->buckets = xcalloc(zone->bucket_count, sizeof(old[0]));
	for (size_t i = 0; i < old_count; i++)
		for (struct node *node = old[i], *next; node != NULL;
		    node = next) {
			next = node->next;
			node_link(zone, node);
		}
	free(old);
}

/* The name's node, made together with all above it, which so exist. */
static struct node *
node_make(struct zone *zone, struct str name)
{
	struct node *asked = NULL, *node;

	while (name.len > 0) {
		node = node_find(zone, name);
		if (node != NULL)
			return asked == NULL ? node : asked;
		if (zone->count++ >= zone->bucket_count)
			grow(zone);
		node = arena_alloc(zone->arena, sizeof(*node));
		node->name = arena_copy(zone->arena, name);
		node_link(zone, node);
		if (asked == NULL)
			asked = node;
		name = domain_parent(name);
	}
	return asked;
}

static struct set *
set_find(const struct node *node, unsigned type)
{
	struct set *set = node->sets;

	while (set != NULL && set->type != type)
		set = set->next;
	return set;
}

static const char *
contradiction(const struct node *node, const struct zone_line *line)
{
	const struct set *set = set_find(node, line->type);

	if (set != NULL && (set->failed || line->failed))
		return set->failed && line->failed ?
		    "it fails already; keep one of the two lines" :
		    "it cannot have records of this type and fail for it; "
		    "keep one of the two";
	if (line->failed)
		return NULL;
	if (line->type == DNS_CNAME && set != NULL)
		return "it has a CNAME already; keep one";
	for (set = node->sets; set != NULL; set = set->next)
		if (!set->failed && set->type != line->type &&
		    (set->type == DNS_CNAME || line->type == DNS_CNAME))
			return "a name with a CNAME has no other records (RFC "
			    "1034 section 3.6.2); keep one";
	return NULL;
}

const char *
zone_add(struct zone *zone, const struct zone_line *line)
{
	struct node *node = node_make(zone, line->name);
	const char *why;
	struct dns_record record = line->record;
	struct set *set;

	ensure(node != NULL);
	why = contradiction(node, line);
	if (why != NULL)
		return why;
	node->own = true;
	node->delay_ms = line->delay_ms;
	node->secure = line->secure;
	set = set_find(node, line->type);
	if (set == NULL) {
		set = arena_alloc(zone->arena, sizeof(*set));
		set->type = line->type;
		set->ttl = line->ttl;
		set->failed = line->failed;
		set->failure = line->failure;
		set->next = node->sets;
		node->sets = set;
	}
	if (line->ttl < set->ttl)
		set->ttl = line->ttl;
	if (!line->failed) {
		record.text = arena_copy(zone->arena, record.text);
		VEC_PUSH(zone->arena, &set->records, record);
	}
	return NULL;
}

/* The name whose lines count for this one: itself, or the next above. */
static const struct node *
closest(const struct zone *zone, struct str name)
{
	while (name.len > 0) {
		const struct node *node = node_find(zone, name);

		if (node != NULL && node->own)
			return node;
		name = domain_parent(name);
	}
	return NULL;
}

/* What the zone has for a name, or NULL; a failure of its type first. */
static const struct set *
set_for(const struct node *node, enum dns_type type)
{
	const struct set *set = set_find(node, type);

	if (set == NULL)
		set = set_find(node, DNS_CNAME);
	return set != NULL ? set : set_find(node, ZONE_ALL_TYPES);
}

/* Fill in everything but the name; true: go on with the CNAME's target. */
static bool
one_step(const struct node *node, enum dns_type type,
    struct dns_answer *answer)
{
	const struct set *set = node == NULL ? NULL : set_for(node, type);

	answer->why = "scripted";
	if (set == NULL) {
		answer->status = node == NULL ? DNS_NXDOMAIN : DNS_NODATA;
		answer->why = node == NULL ? "not in the zone" :
		    "not in the zone with this type";
		return false;
	}
	if (set->ttl < answer->ttl)
		answer->ttl = set->ttl;
	if (set->failed) {
		answer->status = set->failure;
		answer->secure &= set->failure == DNS_NXDOMAIN ||
		    set->failure == DNS_NODATA;
		return false;
	}
	if (set->type == DNS_CNAME && type != DNS_CNAME) {
		answer->canonical = set->records.at[0].text;
		return true;
	}
	answer->status = DNS_DATA;
	answer->records = set->records.at;
	answer->count = set->records.count;
	return false;
}

struct answer *
zone_answer(const struct zone *zone, struct str name, enum dns_type type,
    unsigned *delay_ms_out)
{
	struct dns_answer answer = {
		.name = name, .canonical = name, .type = type,
		.secure = true, .ttl = UINT32_MAX
	};
	unsigned hops = 0;
	const struct node *above;

	*delay_ms_out = 0;
	do {
		above = closest(zone, answer.canonical);
		answer.secure &= above != NULL && above->secure;
		*delay_ms_out += above == NULL ? 0 : above->delay_ms;
		if (hops++ > LIMIT_DNS_CNAMES)
			return answer_empty(name, type, DNS_SERVFAIL,
			    "a loop or too many CNAMEs");
	} while (one_step(node_find(zone, answer.canonical), type, &answer));
	if (answer.ttl == UINT32_MAX)
		answer.ttl = 0;
	return answer_new(&answer);
}

struct zone_backend {
	struct backend	 backend;
	struct zone	*zone;
};

static struct answer *
know(struct backend *backend, struct str name, enum dns_type type,
    unsigned *delay_ms_out)
{
	return zone_answer(((struct zone_backend *)backend)->zone, name, type,
	    delay_ms_out);
}

static void
free_backend(struct backend *backend)
{
	zone_free(((struct zone_backend *)backend)->zone);
	free(backend);
}

static const struct backend_ops zone_ops = {
	.know = know, .free = free_backend
};

struct backend *
zone_backend(struct zone *zone)
{
	struct zone_backend *made = xcalloc(1, sizeof(*made));

	made->backend.ops = &zone_ops;
	made->zone = zone;
	return &made->backend;
}
