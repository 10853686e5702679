/*
 * The store of one process: gone with it.  A hash table of small entries; each
 * look at what is over goes a piece further through it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "store/backend.h"

enum { FIRST_SLOTS = 1024, SLOTS_A_LOOK = 256 };

struct seen {
	uint64_t	 hash;		/* of the member */
	int64_t		 at_ms;
};

struct entry {
	struct entry	*next;
	int64_t		 expires_ms;
	int64_t		 bucket;	/* COUNT: that now belongs to */
	double		 now, before;	/* COUNT: that bucket, the one before */
	struct triplet	 triplet;	/* GREYLIST */
	struct standing	 standing;	/* STANDING */
	struct seen	*seen;		/* DISTINCT */
	size_t		 seen_count;
	uint64_t	 hash;
	uint32_t	 len;
	char		 name[];	/* kind, key */
};

struct memory {
	struct entry	**slots;
	size_t		 slot_count, count;
	size_t		 look;		/* where the next one begins */
};

static void *
memory_open(struct str rest, char *why, size_t size)
{
	struct memory *memory;

	if (rest.len > 0) {
		snprintf(why, size, "nothing stands behind \"memory:\"");
		return NULL;
	}
	memory = xcalloc(1, sizeof(*memory));
	memory->slot_count = FIRST_SLOTS;
	memory->slots = xcalloc(FIRST_SLOTS, sizeof(*memory->slots));
	return memory;
}

static void
entry_free(struct entry *entry)
{
	free(entry->seen);
	free(entry);
}

static void
memory_close(void *state)
{
	struct memory *memory = state;

	for (size_t i = 0; i < memory->slot_count; i++)
		for (struct entry *e = memory->slots[i], *next; e != NULL;
		    e = next) {
			next = e->next;
			entry_free(e);
		}
	free(memory->slots);
	free(memory);
}

static void
grow(struct memory *memory)
{
	size_t size = memory->slot_count * 2;
	struct entry **slots = xcalloc(size, sizeof(*slots));

	for (size_t i = 0; i < memory->slot_count; i++)
		for (struct entry *e = memory->slots[i], *next; e != NULL;
		    e = next) {
			next = e->next;
			e->next = slots[e->hash & (size - 1)];
			slots[e->hash & (size - 1)] = e;
		}
	free(memory->slots);
	memory->slots = slots;
	memory->slot_count = size;
	memory->look = 0;
}

static struct entry *
find(const struct memory *memory, struct str name, uint64_t hash)
{
	struct entry *entry = memory->slots[hash & (memory->slot_count - 1)];

	while (entry != NULL && (entry->hash != hash ||
	    !str_eq(str_make(entry->name, entry->len), name)))
		entry = entry->next;
	return entry;
}

/* The entry of this op; an empty one where there is none. */
static struct entry *
entry_of(struct memory *memory, const struct store_op *op)
{
	char text[1 + LIMIT_STORE_KEY] = { 0 };
	struct str name = str_make(text, 1 + op->key.len);
	struct entry **slot, *entry;
	uint64_t hash;

	text[0] = (char)('0' + op->kind);
	if (op->key.len > 0)
		memcpy(text + 1, op->key.ptr, op->key.len);
	hash = hash_nocase(name);
	entry = find(memory, name, hash);
	if (entry != NULL)
		return entry;
	if (memory->count++ > memory->slot_count)
		grow(memory);
	entry = xcalloc(1, sizeof(*entry) + name.len);
	entry->hash = hash;
	entry->len = (uint32_t)name.len;
	memcpy(entry->name, name.ptr, name.len);
	slot = &memory->slots[hash & (memory->slot_count - 1)];
	entry->next = *slot;
	*slot = entry;
	return entry;
}

/* Others were quicker into the next period.  What is older counts nowhere. */
static void
count_late(struct entry *entry, const struct store_op *op, int64_t bucket,
    struct store_answer *answer)
{
	if (bucket + 1 < entry->bucket)
		return;
	entry->before += op->amount;
	answer->count = window_sum(op->now_ms, op->period_ms, entry->before,
	    0);
}

static void
apply_count(struct entry *entry, const struct store_op *op,
    struct store_answer *answer)
{
	int64_t bucket = window_bucket(op->now_ms, op->period_ms);

	if (bucket < entry->bucket) {
		count_late(entry, op, bucket, answer);
		return;
	}
	if (bucket == entry->bucket + 1)
		entry->before = entry->now;
	else if (bucket != entry->bucket)
		entry->before = 0;
	if (bucket != entry->bucket)
		entry->now = 0;
	entry->bucket = bucket;
	entry->now += op->amount;
	entry->expires_ms = (bucket + 2) * op->period_ms;
	answer->count = window_sum(op->now_ms, op->period_ms, entry->now,
	    entry->before);
}

/* Those that are too old make room. */
static void
forget_members(struct entry *entry, int64_t before_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < entry->seen_count; i++)
		if (entry->seen[i].at_ms > before_ms)
			entry->seen[kept++] = entry->seen[i];
	entry->seen_count = kept;
}

static void
apply_distinct(struct entry *entry, const struct store_op *op,
    struct store_answer *answer)
{
	uint64_t hash = hash_nocase(op->member);
	size_t i = 0;

	forget_members(entry, op->now_ms - op->period_ms);
	while (i < entry->seen_count && entry->seen[i].hash != hash)
		i++;
	if (i == entry->seen_count && i < LIMIT_STORE_MEMBERS) {
		entry->seen = xrealloc(entry->seen,
		    (i + 1) * sizeof(*entry->seen));
		entry->seen_count++;
	}
	if (i < entry->seen_count)
		entry->seen[i] = (struct seen){ hash, op->now_ms };
	entry->expires_ms = op->now_ms + op->period_ms;
	answer->count = (double)entry->seen_count;
}

static void
apply_greylist(struct entry *entry, const struct store_op *op,
    struct store_answer *answer)
{
	triplet_attempt(&entry->triplet, op, answer);
	entry->expires_ms = triplet_expiry(&entry->triplet, op);
}

static void
apply_standing(struct entry *entry, const struct store_op *op,
    struct store_answer *answer)
{
	struct standing standing = entry->standing;

	standing_add(&standing, op, answer);
	if (op->spam == 0 && op->ham == 0)
		return;			/* a look changes nothing */
	entry->standing = standing;
	entry->expires_ms = entry->standing.at_ms +
	    STANDING_LIVES * op->period_ms;
}

static void (*const appliers[STORE_KINDS])(struct entry *,
    const struct store_op *, struct store_answer *) = {
	[STORE_COUNT] = apply_count, [STORE_DISTINCT] = apply_distinct,
	[STORE_GREYLIST] = apply_greylist, [STORE_STANDING] = apply_standing,
};

static size_t
memory_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	(void)why, (void)size;
	for (size_t i = 0; i < count; i++)
		appliers[jobs[i]->op.kind](entry_of(state, &jobs[i]->op),
		    &jobs[i]->op, &jobs[i]->answer);
	return count;
}

static bool
memory_expire(void *state, int64_t now_ms)
{
	struct memory *memory = state;
	size_t end = memory->look + SLOTS_A_LOOK;

	for (; memory->look < end && memory->look < memory->slot_count;
	    memory->look++) {
		struct entry **link = &memory->slots[memory->look], *entry;

		while ((entry = *link) != NULL)
			if (entry->expires_ms <= now_ms) {
				*link = entry->next;
				entry_free(entry);
				memory->count--;
			} else {
				link = &entry->next;
			}
	}
	if (memory->look < memory->slot_count)
		return true;
	memory->look = 0;
	return false;
}

const struct store_backend store_memory = {
	"memory:", memory_open, memory_apply, memory_expire, memory_close
};
