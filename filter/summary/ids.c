#include "summary/ids.h"

#include <pthread.h>

#include "base/hash.h"
#include "base/limits.h"

enum { SHARDS = 64, SLOTS_FIRST = 256 };

struct shard {
	pthread_mutex_t	 lock;
	struct arena	*arena;
	uint64_t	*slots;		/* 0: free */
	size_t		 count, size;
	bool		 full;
};

struct ids {
	struct shard	shards[SHARDS];
};

struct ids *
ids_new(struct arena *arena)
{
	struct ids *ids = arena_alloc(arena, sizeof(*ids));

	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&ids->shards[i].lock, NULL);
	return ids;
}

void
ids_free(struct ids *ids)
{
	for (int i = 0; ids != NULL && i < SHARDS; i++) {
		arena_free(ids->shards[i].arena);
		pthread_mutex_destroy(&ids->shards[i].lock);
	}
}

/* False: it is there. */
static bool
put(struct shard *shard, uint64_t id)
{
	size_t slot = (id >> 1) & (shard->size - 1);

	for (; shard->slots[slot] != 0; slot = (slot + 1) & (shard->size - 1))
		if (shard->slots[slot] == id)
			return false;
	shard->slots[slot] = id;
	shard->count++;
	return true;
}

static void
grow(struct shard *shard)
{
	struct arena *old = shard->arena;
	const uint64_t *slots = shard->slots;
	size_t size = shard->size;

	shard->arena = arena_new();
	shard->size = size == 0 ? SLOTS_FIRST : size * 2;
	shard->slots = arena_alloc(shard->arena,
	    shard->size * sizeof(*shard->slots));
	shard->count = 0;
	for (size_t i = 0; i < size; i++)
		if (slots[i] != 0)
			put(shard, slots[i]);
	arena_free(old);
}

static bool
add(struct shard *shard, uint64_t id)
{
	if (shard->count >= LIMIT_SUMMARY_IDS / SHARDS) {
		shard->full = true;
		return true;
	}
	if (shard->count * 4 >= shard->size * 3)
		grow(shard);
	return put(shard, id);
}

bool
ids_add(struct ids *ids, struct str text)
{
	struct shard *shard;
	uint64_t id;
	bool first;

	if (text.len == 0)
		return true;
	/* Not the id itself: those of a log that somebody made up could all
	 * fall into one place.  The lowest bit is given away for the 0. */
	id = hash_nocase(text) | 1;
	shard = &ids->shards[id >> 58];
	pthread_mutex_lock(&shard->lock);
	first = add(shard, id);
	pthread_mutex_unlock(&shard->lock);
	return first;
}

bool
ids_full(const struct ids *ids)
{
	for (int i = 0; ids != NULL && i < SHARDS; i++)
		if (ids->shards[i].full)
			return true;
	return false;
}
