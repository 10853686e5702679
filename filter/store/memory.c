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
#include "store/job.h"

enum { FIRST_SLOTS = 1024, SLOTS_A_LOOK = 256 };

struct seen {
	uint64_t	 hash;		/* of the member */
	int64_t		 at_ms;
};

struct item {
	struct item	*next;
	struct str	 name, content;	/* behind it */
	int64_t		 due_ms, expires_ms;
	unsigned	 tries;
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
	struct item	*items;		/* PUT, TAKE and DONE */
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
remove_item(struct item **link)
{
	struct item *item = *link;

	*link = item->next;
	free(item);
}

static void
forget_items(struct entry *entry, int64_t now_ms)
{
	struct item **link = &entry->items;

	while (*link != NULL)
		if ((*link)->expires_ms <= now_ms)
			remove_item(link);
		else
			link = &(*link)->next;
}

static void
entry_free(struct entry *entry)
{
	forget_items(entry, INT64_MAX);
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

	/* Those of queues share their entry. */
	text[0] = (char)('0' + (op->kind == STORE_TAKE ||
	    op->kind == STORE_DONE ? STORE_PUT : op->kind));
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
    struct store_job *job)
{
	struct store_answer *answer = &job->answer;
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
    struct store_job *job)
{
	struct store_answer *answer = &job->answer;
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
    struct store_job *job)
{
	struct store_answer *answer = &job->answer;
	triplet_attempt(&entry->triplet, op, answer);
	entry->expires_ms = triplet_expiry(&entry->triplet, op);
}

static void
apply_standing(struct entry *entry, const struct store_op *op,
    struct store_job *job)
{
	struct store_answer *answer = &job->answer;
	struct standing standing = entry->standing;

	standing_add(&standing, op, answer);
	if (op->spam == 0 && op->ham == 0)
		return;			/* a look changes nothing */
	entry->standing = standing;
	entry->expires_ms = entry->standing.at_ms +
	    STANDING_LIVES * op->period_ms;
}

/* Where its link is; the one behind the last where there is none. */
static struct item **
item_of(struct entry *entry, struct str name)
{
	struct item **link = &entry->items;

	while (*link != NULL && !str_eq((*link)->name, name))
		link = &(*link)->next;
	return link;
}

static void
apply_put(struct entry *entry, const struct store_op *op,
    struct store_job *job)
{
	struct item **link, *item;
	char *text;

	forget_items(entry, op->now_ms);
	link = item_of(entry, op->member);
	if (*link != NULL)
		return;
	item = xcalloc(1, sizeof(*item) + op->member.len + op->content.len);
	text = (char *)(item + 1);
	item->name = str_make(text, op->member.len);
	item->content = str_make(text + op->member.len, op->content.len);
	if (op->member.len > 0)
		memcpy(text, op->member.ptr, op->member.len);
	if (op->content.len > 0)
		memcpy(text + op->member.len, op->content.ptr,
		    op->content.len);
	item->due_ms = op->now_ms + op->delay_ms;
	item->expires_ms = op->now_ms + op->lifetime_ms;
	if (item->expires_ms > entry->expires_ms)
		entry->expires_ms = item->expires_ms;
	*link = item;
	job->answer.count = 1;
}

static void
apply_take(struct entry *entry, const struct store_op *op,
    struct store_job *job)
{
	struct item *first = NULL;

	forget_items(entry, op->now_ms);
	for (struct item *item = entry->items; item != NULL;
	    item = item->next)
		if (item->due_ms <= op->now_ms &&
		    (first == NULL || item->due_ms < first->due_ms))
			first = item;
	if (first == NULL)
		return;
	first->due_ms = op->now_ms + op->period_ms;
	job_take(job, first->name, first->content, ++first->tries);
}

static void
apply_done(struct entry *entry, const struct store_op *op,
    struct store_job *job)
{
	struct item **link = item_of(entry, op->member);

	if (*link == NULL)
		return;
	remove_item(link);
	job->answer.count = 1;
}

/* Nobody can read it here: what is known is that it was there. */
static void
apply_event(struct entry *entry, const struct store_op *op,
    struct store_job *job)
{
	job->answer.count = entry->expires_ms == 0;
	entry->expires_ms = op->now_ms + op->lifetime_ms;
}

static void (*const appliers[STORE_KINDS])(struct entry *,
    const struct store_op *, struct store_job *) = {
	[STORE_COUNT] = apply_count, [STORE_DISTINCT] = apply_distinct,
	[STORE_GREYLIST] = apply_greylist, [STORE_STANDING] = apply_standing,
	[STORE_PUT] = apply_put, [STORE_TAKE] = apply_take,
	[STORE_DONE] = apply_done, [STORE_EVENT] = apply_event,
};

static size_t
memory_apply(void *state, struct store_job *const *jobs, size_t count,
    char *why, size_t size)
{
	(void)why, (void)size;
	for (size_t i = 0; i < count; i++)
		appliers[jobs[i]->op.kind](entry_of(state, &jobs[i]->op),
		    &jobs[i]->op, jobs[i]);
	return count;
}

static enum store_expiry
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
		return EXPIRY_GOES_ON;
	memory->look = 0;
	return EXPIRY_ENDS;
}

const struct store_backend store_memory = {
	"memory:", false, memory_open, memory_apply, memory_expire, memory_close
};
