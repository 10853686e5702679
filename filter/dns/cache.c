#include "dns/cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "base/hash.h"

enum {
	SHARDS = 16,
	SHARDED_FROM = 4096,	/* entries; below it one shard will do */
	BUCKETS_FIRST = 64,
	ENTRY_OVERHEAD = 24	/* of malloc and the table, about */
};

struct shard {
	pthread_mutex_t	  lock;
	struct answer	**buckets;
	size_t		  bucket_count, count, octets;
	struct answer	 *newest, *oldest;
};

struct cache {
	struct cache_limits	limits;		/* sizes are a shard's */
	size_t			shard_count;
	struct shard		shards[SHARDS];
};

struct cache *
cache_new(const struct cache_limits *limits)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));

	cache->limits = *limits;
	cache->shard_count = limits->entries < SHARDED_FROM ? 1 : SHARDS;
	cache->limits.entries /= cache->shard_count;
	cache->limits.octets /= cache->shard_count;
	for (size_t i = 0; i < cache->shard_count; i++) {
		struct shard *shard = &cache->shards[i];

		ensure(pthread_mutex_init(&shard->lock, NULL) == 0);
		shard->bucket_count = BUCKETS_FIRST;
		shard->buckets = xcalloc(BUCKETS_FIRST,
		    sizeof(shard->buckets[0]));
	}
	return cache;
}

static void
by_use_remove(struct shard *shard, struct answer *entry)
{
	if (entry->newer == NULL)
		shard->newest = entry->older;
	else
		entry->newer->older = entry->older;
	if (entry->older == NULL)
		shard->oldest = entry->newer;
	else
		entry->older->newer = entry->newer;
}

static void
by_use_add(struct shard *shard, struct answer *entry)
{
	entry->newer = NULL;
	entry->older = shard->newest;
	if (shard->newest == NULL)
		shard->oldest = entry;
	else
		shard->newest->newer = entry;
	shard->newest = entry;
}

static uint64_t
hash_of(struct str name, enum dns_type type)
{
	return hash_nocase(name) + (uint64_t)type * 0x9e3779b97f4a7c15;
}

static uint64_t
entry_hash(const struct answer *entry)
{
	return hash_of(entry->dns.name, entry->dns.type);
}

static size_t
entry_octets(const struct answer *answer)
{
	return answer->octets + ENTRY_OVERHEAD;
}

static struct answer **
bucket_of(struct shard *shard, uint64_t hash)
{
	/* The low bits chose the shard. */
	return &shard->buckets[hash / SHARDS & (shard->bucket_count - 1)];
}

static void
entry_remove(struct shard *shard, struct answer *entry)
{
	struct answer **at = bucket_of(shard, entry_hash(entry));

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	by_use_remove(shard, entry);
	shard->count--;
	shard->octets -= entry_octets(entry);
	answer_unref(entry);
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < cache->shard_count; i++) {
		struct shard *shard = &cache->shards[i];

		while (shard->oldest != NULL)
			entry_remove(shard, shard->oldest);
		free(shard->buckets);
		pthread_mutex_destroy(&shard->lock);
	}
	free(cache);
}

static uint32_t
between(uint32_t value, uint32_t least, uint32_t most)
{
	if (value < least)
		value = least;
	return value > most ? most : value;
}

static uint32_t
least_of(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint32_t
cache_ttl(const struct cache *cache, const struct dns_answer *answer)
{
	const struct cache_limits *limits = &cache->limits;

	switch (answer->status) {
	case DNS_DATA:
		return between(answer->ttl, limits->ttl_min, limits->ttl_max);
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return between(answer->ttl, limits->ttl_min, least_of(
		    limits->ttl_max, limits->ttl_negative_max));
	case DNS_SERVFAIL:
	case DNS_BOGUS:
		return CACHE_FAILURE_S;
	case DNS_TIMEOUT:
		break;
	}
	return 0;
}

static struct shard *
shard_of(struct cache *cache, uint64_t hash)
{
	return &cache->shards[hash & (cache->shard_count - 1)];
}

static struct answer *
entry_find(struct shard *shard, uint64_t hash, struct str name,
    enum dns_type type)
{
	struct answer *entry = *bucket_of(shard, hash);

	while (entry != NULL && (entry->dns.type != type ||
	    !str_eq(entry->dns.name, name)))
		entry = entry->next;
	return entry;
}

struct answer *
cache_get(struct cache *cache, struct str name, enum dns_type type,
    uint64_t now, uint32_t *ttl_out)
{
	uint64_t hash = hash_of(name, type);
	struct shard *shard = shard_of(cache, hash);
	struct answer *answer = NULL;
	struct answer *entry;

	pthread_mutex_lock(&shard->lock);
	entry = entry_find(shard, hash, name, type);
	if (entry != NULL && entry->good_until > now) {
		by_use_remove(shard, entry);
		by_use_add(shard, entry);
		answer = answer_ref(entry);
		*ttl_out = (uint32_t)((entry->good_until - now) / 1000);
	} else if (entry != NULL) {
		entry_remove(shard, entry);
	}
	pthread_mutex_unlock(&shard->lock);
	return answer;
}

static void
grow(struct shard *shard)
{
	struct answer **old = shard->buckets;

	shard->bucket_count *= 2;
	shard->buckets = xcalloc(shard->bucket_count, sizeof(old[0]));
	for (size_t i = 0; i < shard->bucket_count / 2; i++)
		for (struct answer *entry = old[i], *next; entry != NULL;
		    entry = next) {
			struct answer **bucket = bucket_of(shard,
			    entry_hash(entry));

			next = entry->next;
			entry->next = *bucket;
			*bucket = entry;
		}
	free(old);
}

static void
entry_add(struct shard *shard, struct answer *entry, uint64_t hash)
{
	struct answer **bucket;

	if (shard->count >= shard->bucket_count)
		grow(shard);
	bucket = bucket_of(shard, hash);
	entry->next = *bucket;
	*bucket = entry;
	by_use_add(shard, entry);
	shard->count++;
	shard->octets += entry_octets(entry);
}

void
cache_put(struct cache *cache, struct answer *answer, uint64_t now)
{
	const struct dns_answer *dns = &answer->dns;
	uint32_t ttl = cache_ttl(cache, dns);
	size_t octets = entry_octets(answer);
	uint64_t hash = hash_of(dns->name, dns->type);
	struct shard *shard = shard_of(cache, hash);
	struct answer *old;

	if (ttl == 0 || cache->limits.entries == 0 ||
	    octets > cache->limits.octets)
		return;
	answer_ref(answer);
	pthread_mutex_lock(&shard->lock);
	old = entry_find(shard, hash, dns->name, dns->type);
	if (old != NULL)
		entry_remove(shard, old);
	answer->good_until = now + (uint64_t)ttl * 1000;
	entry_add(shard, answer, hash);
	while (shard->count > cache->limits.entries ||
	    shard->octets > cache->limits.octets)
		entry_remove(shard, shard->oldest);
	pthread_mutex_unlock(&shard->lock);
}

size_t
cache_entries(struct cache *cache)
{
	size_t count = 0;

	for (size_t i = 0; i < cache->shard_count; i++) {
		pthread_mutex_lock(&cache->shards[i].lock);
		count += cache->shards[i].count;
		pthread_mutex_unlock(&cache->shards[i].lock);
	}
	return count;
}

size_t
cache_octets(struct cache *cache)
{
	size_t octets = 0;

	for (size_t i = 0; i < cache->shard_count; i++) {
		pthread_mutex_lock(&cache->shards[i].lock);
		octets += cache->shards[i].octets;
		pthread_mutex_unlock(&cache->shards[i].lock);
	}
	return octets;
}
