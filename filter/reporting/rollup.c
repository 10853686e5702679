#include "reporting/rollup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"
#include "reporting/scratch.h"

enum { BUCKETS = 1 << 16 };

struct entry {
	struct entry		*next;		/* of its bucket */
	struct rollup_item	 item;
};

/* Items in the order of their keys: a scratch file, or what is in memory. */
struct run {
	FILE			*file;		/* NULL: memory */
	struct arena		*arena;		/* of the head, from a file */
	bool			 over;
	struct rollup_item	 head;
};

struct rollup {
	struct arena		*home;		/* not its own */
	struct arena		*arena;		/* of what is in memory */
	size_t			 octets;
	rollup_merge_fn		*merge;
	struct entry		**buckets;
	size_t			 entries;
	struct entry		**sorted;
	bool			 is_sorted;	/* nothing more comes */
	size_t			 next;		/* of those */
	struct run		 runs[LIMIT_ROLLUP_RUNS + 1];
	size_t			 run_count;
	struct arena		*out;		/* of an item that was merged */
};

struct rollup *
rollup_new(struct arena *arena, size_t octets, rollup_merge_fn *merge)
{
	struct rollup *rollup = arena_alloc(arena, sizeof(*rollup));

	rollup->home = arena;
	rollup->octets = octets;
	rollup->merge = merge;
	rollup->buckets = arena_alloc(arena,
	    BUCKETS * sizeof(*rollup->buckets));
	rollup->arena = arena_new();
	rollup->out = arena_new();
	return rollup;
}

void
rollup_free(struct rollup *rollup)
{
	if (rollup == NULL)
		return;
	for (size_t i = 0; i < rollup->run_count; i++) {
		if (rollup->runs[i].file != NULL)
			fclose(rollup->runs[i].file);
		arena_free(rollup->runs[i].arena);
	}
	arena_free(rollup->arena);
	arena_free(rollup->out);
}

size_t
rollup_runs(const struct rollup *rollup)
{
	return rollup->run_count - rollup->is_sorted;
}

/* ---- memory to disk ---- */

static int
compare(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return str_cmp((*x)->item.key, (*y)->item.key);
}

static void
sort_memory(struct rollup *rollup)
{
	size_t count = 0;

	rollup->sorted = arena_alloc(rollup->arena,
	    rollup->entries * sizeof(*rollup->sorted));
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry *entry = rollup->buckets[i]; entry != NULL;
		    entry = entry->next)
			rollup->sorted[count++] = entry;
		rollup->buckets[i] = NULL;
	}
	qsort(rollup->sorted, count, sizeof(*rollup->sorted), compare);
}

static bool
write_item(FILE *file, const struct rollup_item *item)
{
	uint64_t head[3] = { item->key.len, item->detail.len, item->count };

	return fwrite(head, sizeof(head), 1, file) == 1 &&
	    fwrite(item->key.ptr, 1, item->key.len, file) == item->key.len &&
	    fwrite(item->detail.ptr, 1, item->detail.len, file) ==
	    item->detail.len;
}

static bool
spill(struct rollup *rollup)
{
	FILE *file;

	if (rollup->run_count == LIMIT_ROLLUP_RUNS) {
		errno = EFBIG;
		return false;
	}
	file = scratch_open();
	if (file == NULL)
		return false;
	rollup->runs[rollup->run_count++] = (struct run){ .file = file,
	    .arena = arena_new() };
	sort_memory(rollup);
	for (size_t i = 0; i < rollup->entries; i++)
		if (!write_item(file, &rollup->sorted[i]->item))
			return false;
	if (fflush(file) != 0)
		return false;
	rollup->entries = 0;
	arena_reset(rollup->arena);
	return true;
}

/* ---- adding ---- */

/* The first one, or something in the arena. */
static struct str
merged(const struct rollup *rollup, struct arena *arena, struct str a,
    struct str b)
{
	return str_eq(a, b) ? a : rollup->merge(arena, a, b);
}

bool
rollup_add(struct rollup *rollup, const struct rollup_item *item)
{
	struct entry **bucket = &rollup->buckets[hash_nocase(item->key) %
	    BUCKETS], *entry;

	for (entry = *bucket; entry != NULL; entry = entry->next)
		if (str_eq(entry->item.key, item->key))
			break;
	if (entry != NULL) {
		entry->item.count += item->count;
		entry->item.detail = merged(rollup, rollup->arena,
		    entry->item.detail, item->detail);
	} else {
		entry = arena_alloc(rollup->arena, sizeof(*entry));
		entry->item.key = arena_copy(rollup->arena, item->key);
		entry->item.detail = arena_copy(rollup->arena, item->detail);
		entry->item.count = item->count;
		entry->next = *bucket;
		*bucket = entry;
		rollup->entries++;
	}
	return arena_used(rollup->arena) < rollup->octets || spill(rollup);
}

/* ---- reading ---- */

static bool
read_octets(struct run *run, uint64_t len, struct str *out)
{
	char *text = arena_alloc(run->arena, (size_t)len);

	*out = str_make(text, (size_t)len);
	return fread(text, 1, (size_t)len, run->file) == len;
}

static bool
advance_file(struct run *run)
{
	uint64_t head[3];

	arena_reset(run->arena);
	if (fread(head, sizeof(head), 1, run->file) != 1) {
		run->over = true;
		return ferror(run->file) == 0;
	}
	run->head.count = head[2];
	return read_octets(run, head[0], &run->head.key) &&
	    read_octets(run, head[1], &run->head.detail);
}

static bool
advance(struct rollup *rollup, struct run *run)
{
	if (run->file != NULL)
		return advance_file(run);
	run->over = rollup->next == rollup->entries;
	if (!run->over)
		run->head = rollup->sorted[rollup->next++]->item;
	return true;
}

bool
rollup_rewind(struct rollup *rollup)
{
	if (!rollup->is_sorted) {
		sort_memory(rollup);
		rollup->runs[rollup->run_count++] = (struct run){
		    .file = NULL };
		rollup->is_sorted = true;
	}
	rollup->next = 0;
	for (size_t i = 0; i < rollup->run_count; i++) {
		struct run *run = &rollup->runs[i];

		run->over = false;
		if (run->file != NULL)
			rewind(run->file);
		if (!advance(rollup, run))
			return false;
	}
	return true;
}

static struct run *
first_run(struct rollup *rollup)
{
	struct run *first = NULL;

	for (size_t i = 0; i < rollup->run_count; i++)
		if (!rollup->runs[i].over && (first == NULL ||
		    str_cmp(rollup->runs[i].head.key, first->head.key) < 0))
			first = &rollup->runs[i];
	return first;
}

int
rollup_next(struct rollup *rollup, struct rollup_item *item_out)
{
	struct run *first = first_run(rollup);

	if (first == NULL)
		return 0;
	arena_reset(rollup->out);
	*item_out = (struct rollup_item){
	    .key = arena_copy(rollup->out, first->head.key),
	    .detail = arena_copy(rollup->out, first->head.detail) };
	for (size_t i = 0; i < rollup->run_count; i++) {
		struct run *run = &rollup->runs[i];

		if (run->over || !str_eq(run->head.key, item_out->key))
			continue;
		item_out->count += run->head.count;
		item_out->detail = merged(rollup, rollup->out,
		    item_out->detail, run->head.detail);
		if (!advance(rollup, run))
			return -1;
	}
	return 1;
}
