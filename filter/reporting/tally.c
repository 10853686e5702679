#include "reporting/tally.h"

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
	struct tally_item	 item;
};

/* Items in the order of their keys: a scratch file, or what is in memory. */
struct run {
	FILE			*file;		/* NULL: memory */
	struct arena		*arena;		/* of the head, from a file */
	bool			 over;
	struct tally_item	 head;
};

struct tally {
	struct arena		*home;		/* not its own */
	struct arena		*arena;		/* of what is in memory */
	size_t			 octets;
	tally_merge_fn		*merge;
	struct entry		**buckets;
	size_t			 entries;
	struct entry		**sorted;
	bool			 is_sorted;	/* nothing more comes */
	size_t			 next;		/* of those */
	struct run		 runs[LIMIT_TALLY_RUNS + 1];
	size_t			 run_count;
	struct arena		*out;		/* of an item that was merged */
};

struct tally *
tally_new(struct arena *arena, size_t octets, tally_merge_fn *merge)
{
	struct tally *tally = arena_alloc(arena, sizeof(*tally));

	tally->home = arena;
	tally->octets = octets;
	tally->merge = merge;
	tally->buckets = arena_alloc(arena,
	    BUCKETS * sizeof(*tally->buckets));
	tally->arena = arena_new();
	tally->out = arena_new();
	return tally;
}

void
tally_free(struct tally *tally)
{
	if (tally == NULL)
		return;
	for (size_t i = 0; i < tally->run_count; i++) {
		if (tally->runs[i].file != NULL)
			fclose(tally->runs[i].file);
		arena_free(tally->runs[i].arena);
	}
	arena_free(tally->arena);
	arena_free(tally->out);
}

size_t
tally_runs(const struct tally *tally)
{
	return tally->run_count - tally->is_sorted;
}

/* ---- memory to disk ---- */

static int
compare(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return str_cmp((*x)->item.key, (*y)->item.key);
}

static void
sort_memory(struct tally *tally)
{
	size_t count = 0;

	tally->sorted = arena_alloc(tally->arena,
	    tally->entries * sizeof(*tally->sorted));
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry *entry = tally->buckets[i]; entry != NULL;
		    entry = entry->next)
			tally->sorted[count++] = entry;
		tally->buckets[i] = NULL;
	}
	qsort(tally->sorted, count, sizeof(*tally->sorted), compare);
}

static bool
write_item(FILE *file, const struct tally_item *item)
{
	uint64_t head[3] = { item->key.len, item->detail.len, item->count };

	return fwrite(head, sizeof(head), 1, file) == 1 &&
	    fwrite(item->key.ptr, 1, item->key.len, file) == item->key.len &&
	    fwrite(item->detail.ptr, 1, item->detail.len, file) ==
	    item->detail.len;
}

static bool
spill(struct tally *tally)
{
	FILE *file;

	if (tally->run_count == LIMIT_TALLY_RUNS) {
		errno = EFBIG;
		return false;
	}
	file = scratch_open();
	if (file == NULL)
		return false;
	tally->runs[tally->run_count++] = (struct run){ .file = file,
	    .arena = arena_new() };
	sort_memory(tally);
	for (size_t i = 0; i < tally->entries; i++)
		if (!write_item(file, &tally->sorted[i]->item))
			return false;
	if (fflush(file) != 0)
		return false;
	tally->entries = 0;
	arena_reset(tally->arena);
	return true;
}

/* ---- adding ---- */

/* The first one, or something in the arena. */
static struct str
merged(const struct tally *tally, struct arena *arena, struct str a,
    struct str b)
{
	return str_eq(a, b) ? a : tally->merge(arena, a, b);
}

bool
tally_add(struct tally *tally, const struct tally_item *item)
{
	struct entry **bucket = &tally->buckets[hash_nocase(item->key) %
	    BUCKETS], *entry;

	for (entry = *bucket; entry != NULL; entry = entry->next)
		if (str_eq(entry->item.key, item->key))
			break;
	if (entry != NULL) {
		entry->item.count += item->count;
		entry->item.detail = merged(tally, tally->arena,
		    entry->item.detail, item->detail);
	} else {
		entry = arena_alloc(tally->arena, sizeof(*entry));
		entry->item.key = arena_copy(tally->arena, item->key);
		entry->item.detail = arena_copy(tally->arena, item->detail);
		entry->item.count = item->count;
		entry->next = *bucket;
		*bucket = entry;
		tally->entries++;
	}
	return arena_used(tally->arena) < tally->octets || spill(tally);
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
advance(struct tally *tally, struct run *run)
{
	if (run->file != NULL)
		return advance_file(run);
	run->over = tally->next == tally->entries;
	if (!run->over)
		run->head = tally->sorted[tally->next++]->item;
	return true;
}

bool
tally_rewind(struct tally *tally)
{
	if (!tally->is_sorted) {
		sort_memory(tally);
		tally->runs[tally->run_count++] = (struct run){
		    .file = NULL };
		tally->is_sorted = true;
	}
	tally->next = 0;
	for (size_t i = 0; i < tally->run_count; i++) {
		struct run *run = &tally->runs[i];

		run->over = false;
		if (run->file != NULL)
			rewind(run->file);
		if (!advance(tally, run))
			return false;
	}
	return true;
}

static struct run *
first_run(struct tally *tally)
{
	struct run *first = NULL;

	for (size_t i = 0; i < tally->run_count; i++)
		if (!tally->runs[i].over && (first == NULL ||
		    str_cmp(tally->runs[i].head.key, first->head.key) < 0))
			first = &tally->runs[i];
	return first;
}

int
tally_next(struct tally *tally, struct tally_item *item_out)
{
	struct run *first = first_run(tally);

	if (first == NULL)
		return 0;
	arena_reset(tally->out);
	*item_out = (struct tally_item){
	    .key = arena_copy(tally->out, first->head.key),
	    .detail = arena_copy(tally->out, first->head.detail) };
	for (size_t i = 0; i < tally->run_count; i++) {
		struct run *run = &tally->runs[i];

		if (run->over || !str_eq(run->head.key, item_out->key))
			continue;
		item_out->count += run->head.count;
		item_out->detail = merged(tally, tally->out,
		    item_out->detail, run->head.detail);
		if (!advance(tally, run))
			return -1;
	}
	return 1;
}
