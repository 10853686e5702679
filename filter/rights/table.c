#include "rights/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"

struct table {
	char		*block;		/* the pairs, one after the other */
	size_t		 len, size, pairs;
	uint32_t	*slots;		/* where a pair is, + 1; 0: free */
	size_t		 slot_count, used;
};

struct pair {
	struct str	key, login;
};

enum { FIRST_SLOTS = 64, FIRST_SIZE = 1024 };

struct table *
table_new(void)
{
	return xcalloc(1, sizeof(struct table));
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	free(table->block);
	free(table->slots);
	free(table);
}

/* A pair: two lengths, the key, the login. */
static struct pair
pair_at(const struct table *table, size_t at)
{
	const char *from = table->block + at;
	uint16_t lengths[2];

	memcpy(lengths, from, sizeof(lengths));
	from += sizeof(lengths);
	return (struct pair){ str_make(from, lengths[0]),
	    str_make(from + lengths[0], lengths[1]) };
}

/* A place for each hash, spread over any number of slots. */
static size_t
place_of(const struct table *table, uint64_t hash)
{
	return (size_t)((hash >> 32) * table->slot_count >> 32);
}

/* That two pairs meet by chance is harmless. */
static uint64_t
pair_hash(uint64_t key_hash, struct str login)
{
	return key_hash ^ (hash_nocase(login) * 0x9e3779b97f4a7c15u);
}

/* The slot of this pair, or the free one for it; login NULL: of the key. */
static size_t
find(const struct table *table, uint64_t hash, struct str key,
    const struct str *login)
{
	size_t at = place_of(table, hash);

	while (table->slots[at] != 0) {
		struct pair pair = pair_at(table, table->slots[at] - 1);

		if (str_eq_nocase(pair.key, key) &&
		    (login == NULL || str_eq_nocase(pair.login, *login)))
			break;
		if (++at == table->slot_count)
			at = 0;
	}
	return at;
}

static void
note_slot(struct table *table, size_t slot, size_t at)
{
	if (table->slots[slot] != 0)
		return;
	table->slots[slot] = (uint32_t)at + 1;
	table->used++;
}

/* The pair at this place can be found from now on. */
static void
note(struct table *table, uint64_t key_hash, struct str key, struct str login,
    size_t at)
{
	note_slot(table, find(table, key_hash, key, NULL), at);
	note_slot(table, find(table, pair_hash(key_hash, login), key, &login),
	    at);
}

static void
rehash(struct table *table, size_t slot_count)
{
	free(table->slots);
	table->slots = xcalloc(slot_count, sizeof(*table->slots));
	table->slot_count = slot_count;
	table->used = 0;
	for (size_t at = 0; at < table->len; ) {
		struct pair pair = pair_at(table, at);

		note(table, hash_nocase(pair.key), pair.key, pair.login, at);
		at += 4 + pair.key.len + pair.login.len;
	}
}

static void
append(struct table *table, struct str key, struct str login)
{
	uint16_t lengths[2] = { (uint16_t)key.len, (uint16_t)login.len };
	size_t need = sizeof(lengths) + key.len + login.len;
	char *to;

	while (table->size - table->len < need) {
		table->size = table->size == 0 ? FIRST_SIZE : table->size * 2;
		table->block = xrealloc(table->block, table->size);
	}
	to = table->block + table->len;
	memcpy(to, lengths, sizeof(lengths));
	if (key.len > 0)
		memcpy(to + sizeof(lengths), key.ptr, key.len);
	if (login.len > 0)
		memcpy(to + sizeof(lengths) + key.len, login.ptr, login.len);
	table->len += need;
	table->pairs++;
}

bool
table_add(struct table *table, struct str key, struct str login)
{
	uint64_t hash = hash_nocase(key);
	size_t at = table->len;

	ensure(key.len <= UINT16_MAX && login.len <= UINT16_MAX);
	if (table->used > 0 && table->slots[find(table, pair_hash(hash,
	    login), key, &login)] != 0)
		return true;
	if (table->pairs == LIMIT_RIGHTS_ROWS ||
	    at + key.len + login.len + 4 > LIMIT_RIGHTS_OCTETS)
		return false;
	/* Two places a pair, and half of them stay free. */
	if ((table->used + 2) * 2 > table->slot_count)
		rehash(table, table->slot_count == 0 ? FIRST_SLOTS :
		    table->slot_count * 2);
	append(table, key, login);
	note(table, hash, key, login, at);
	return true;
}

void
table_settle(struct table *table)
{
	size_t slots;

	if (table->len == 0)
		return;
	table->block = xrealloc(table->block, table->len);
	table->size = table->len;
	/* Two pairs may share a place by chance, and no longer do when places
	 * are given anew: up to two a pair, and a free one ends a search. */
	slots = table->used * 4 / 3 + 1;
	rehash(table, slots > table->pairs * 2 ? slots : table->pairs * 2 + 1);
}

bool
table_has_key(const struct table *table, struct str key)
{
	return table->used > 0 &&
	    table->slots[find(table, hash_nocase(key), key, NULL)] != 0;
}

bool
table_has(const struct table *table, struct str key, struct str login)
{
	return table->used > 0 && table->slots[find(table,
	    pair_hash(hash_nocase(key), login), key, &login)] != 0;
}

size_t
table_count(const struct table *table)
{
	return table->pairs;
}

size_t
table_octets(const struct table *table)
{
	return sizeof(*table) + table->size +
	    table->slot_count * sizeof(*table->slots);
}
