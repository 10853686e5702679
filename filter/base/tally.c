#include "base/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

enum { ROOM_FIRST = 8 };

void
tally_init(struct tally *tally, unsigned width, unsigned maxima, size_t max)
{
	*tally = (struct tally){ .width = width, .maxima = maxima,
	    .max = max };
}

void
tally_fini(struct tally *tally)
{
	arena_free(tally->arena);
	tally->arena = NULL;
}

/* ---- the index ---- */

static void
index_row(struct tally *tally, size_t row)
{
	size_t slot = tally->rows[row]->hash & (tally->slot_count - 1);

	while (tally->slots[slot] != 0)
		slot = (slot + 1) & (tally->slot_count - 1);
	tally->slots[slot] = (uint32_t)(row + 1);
}

/* For room rows, half of them free at least; the old arrays stay in the arena
 * until rows are dropped. */
static void
set_room(struct tally *tally, size_t room)
{
	struct tally_row **rows = arena_alloc(tally->arena,
	    room * sizeof(*rows));

	if (tally->count > 0)
		memcpy(rows, tally->rows, tally->count * sizeof(*rows));
	tally->rows = rows;
	tally->room = room;
	tally->slot_count = room * 2;
	tally->slots = arena_alloc(tally->arena,
	    tally->slot_count * sizeof(*tally->slots));
	for (size_t i = 0; i < tally->count; i++)
		index_row(tally, i);
}

static struct tally_row *
find(const struct tally *tally, uint64_t hash, struct str name)
{
	size_t slot;

	if (tally->arena == NULL)
		return NULL;
	for (slot = hash & (tally->slot_count - 1); tally->slots[slot] != 0;
	    slot = (slot + 1) & (tally->slot_count - 1)) {
		struct tally_row *row = tally->rows[tally->slots[slot] - 1];

		if (row->hash == hash && str_eq(row->name, name))
			return row;
	}
	return NULL;
}

static size_t
row_size(const struct tally *tally)
{
	return sizeof(struct tally_row) + tally->width * sizeof(uint64_t);
}

/* ---- too many ---- */

/* How often it can have come: what is dropped is what is least by this. */
static int
compare_bounds(const void *a, const void *b)
{
	const struct tally_row *x = *(struct tally_row *const *)a;
	const struct tally_row *y = *(struct tally_row *const *)b;
	uint64_t most_x = x->counts[0] + x->missing;
	uint64_t most_y = y->counts[0] + y->missing;

	if (most_x != most_y)
		return most_x > most_y ? -1 : 1;
	return str_cmp(x->name, y->name);
}

static struct tally_row *
copy_row(const struct tally *tally, struct arena *arena,
    const struct tally_row *from)
{
	struct tally_row *row = arena_alloc(arena, row_size(tally));

	memcpy(row, from, row_size(tally));
	row->name = arena_copy(arena, from->name);
	row->note = arena_copy(arena, from->note);
	return row;
}

/* The better half lives on in a new arena. */
static void
drop_half(struct tally *tally)
{
	struct arena *old = tally->arena;
	struct tally_row **rows = tally->rows;
	size_t count = tally->count;

	qsort(rows, count, sizeof(*rows), compare_bounds);
	tally->arena = arena_new_work();
	tally->count = 0;
	tally->rows = NULL;
	set_room(tally, tally->room);
	for (size_t i = 0; i < count; i++) {
		uint64_t most = rows[i]->counts[0] + rows[i]->missing;

		if (i < tally->max) {
			tally->rows[tally->count++] = copy_row(tally,
			    tally->arena, rows[i]);
			index_row(tally, i);
			continue;
		}
		tally->dropped += rows[i]->counts[0];
		if (most > tally->floor)
			tally->floor = most;
	}
	arena_free(old);
}

/* ---- counting ---- */

static struct tally_row *
add(struct tally *tally, uint64_t hash, struct str name)
{
	struct tally_row *row;

	if (tally->arena == NULL) {
		tally->arena = arena_new_work();
		set_room(tally, ROOM_FIRST);
	}
	if (tally->count == tally->room && tally->count < tally->max * 2)
		set_room(tally, tally->room * 2);
	if (tally->count >= tally->max * 2)
		drop_half(tally);
	row = arena_alloc(tally->arena, row_size(tally));
	row->name = arena_copy(tally->arena, name);
	row->hash = hash;
	row->missing = tally->floor;
	tally->rows[tally->count++] = row;
	index_row(tally, tally->count - 1);
	return row;
}

struct tally_row *
tally_at(struct tally *tally, struct str name)
{
	uint64_t hash = hash_nocase(name);
	struct tally_row *row = find(tally, hash, name);

	return row != NULL ? row : add(tally, hash, name);
}

const struct tally_row *
tally_find(const struct tally *tally, struct str name)
{
	return find(tally, hash_nocase(name), name);
}

void
tally_note(struct tally *tally, struct tally_row *row, struct str note)
{
	if (row->note.len == 0 && note.len > 0)
		row->note = arena_copy(tally->arena, note);
}

static void
add_row(struct tally *tally, const struct tally_row *from, uint64_t floor)
{
	struct tally_row *row = find(tally, from->hash, from->name);

	if (row == NULL)
		row = add(tally, from->hash, from->name);
	/* Rows that are in one of the two alone have the floor added by
	 * tally_merge(). */
	row->missing += from->missing - floor;
	for (unsigned i = 0; i < tally->width; i++)
		if ((tally->maxima >> i & 1) == 0)
			row->counts[i] += from->counts[i];
		else if (from->counts[i] > row->counts[i])
			row->counts[i] = from->counts[i];
	tally_note(tally, row, from->note);
}

void
tally_merge(struct tally *tally, const struct tally *from)
{
	if (from->arena == NULL)
		return;
	/* What is not in from can have been dropped there. */
	for (size_t i = 0; from->floor > 0 && i < tally->count; i++)
		tally->rows[i]->missing += from->floor;
	tally->floor += from->floor;
	tally->dropped += from->dropped;
	for (size_t i = 0; i < from->count; i++)
		add_row(tally, from->rows[i], from->floor);
}

/* ---- what came of it ---- */

static int
compare_counts(const void *a, const void *b)
{
	const struct tally_row *x = *(const struct tally_row *const *)a;
	const struct tally_row *y = *(const struct tally_row *const *)b;

	if (x->counts[0] != y->counts[0])
		return x->counts[0] > y->counts[0] ? -1 : 1;
	return str_cmp(x->name, y->name);
}

const struct tally_row *const *
tally_sorted(const struct tally *tally, struct arena *arena)
{
	const struct tally_row **rows = arena_alloc(arena,
	    (tally->count + 1) * sizeof(*rows));

	for (size_t i = 0; i < tally->count; i++)
		rows[i] = tally->rows[i];
	if (tally->count > 1)
		qsort(rows, tally->count, sizeof(*rows), compare_counts);
	return rows;
}

struct str
tally_join(struct arena *arena, const struct str *parts, size_t count)
{
	struct buf name;

	buf_init(&name, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(&name, '\0');
		buf_add(&name, parts[i]);
	}
	return buf_str(&name);
}

struct str
tally_part(struct str name, size_t part)
{
	struct str piece = STR_NONE;

	for (size_t i = 0; i <= part; i++)
		if (!str_next(&name, '\0', &piece))
			return STR_NONE;
	return piece;
}
