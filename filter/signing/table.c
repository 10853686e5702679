#include "signing/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "signing/build.h"

/* One row under one name, in a chain of its bucket. */
struct entry {
	struct entry			*next;
	uint64_t			 hash;
	struct str			 name;
	const struct signing_row	*row;
};

struct pattern {
	struct str			 text;
	const struct signing_row	*row;
};

struct signing_table {
	struct arena			*arena;
	enum signing_pick		 pick;
	bool				 ranked;
	VEC(const struct signing_row *)	 rows;
	VEC(struct pattern)		 patterns;
	struct entry			**buckets;	/* on the heap */
	size_t				 size, entries;
};

/* ---- building ---- */

struct signing_table *
build_table(enum signing_pick pick, bool ranked)
{
	struct signing_table *table = xcalloc(1, sizeof(*table));

	table->arena = arena_new();
	table->pick = pick;
	table->ranked = ranked;
	table->size = 64;
	table->buckets = xcalloc(table->size, sizeof(struct entry *));
	return table;
}

void
signing_table_free(struct signing_table *table)
{
	if (table == NULL)
		return;
	arena_free(table->arena);
	free(table->buckets);
	free(table);
}

struct arena *
build_arena(struct signing_table *table)
{
	return table->arena;
}

static void
link_entry(struct signing_table *table, struct entry *entry)
{
	struct entry **link = &table->buckets[entry->hash % table->size];

	entry->next = *link;
	*link = entry;
}

static void
grow(struct signing_table *table)
{
	struct entry **old = table->buckets;
	size_t size = table->size;

	table->size *= 4;
	table->buckets = xcalloc(table->size, sizeof(struct entry *));
	for (size_t i = 0; i < size; i++)
		while (old[i] != NULL) {
			struct entry *entry = old[i];

			old[i] = entry->next;
			link_entry(table, entry);
		}
	free(old);
}

static const struct signing_row *
keep_row(struct signing_table *table, const struct signing_row *row)
{
	struct signing_row *copy;

	if (table->rows.count == LIMIT_SIGNING_ROWS)
		return NULL;
	copy = arena_alloc(table->arena, sizeof(*copy));
	*copy = *row;
	copy->rank = (unsigned)table->rows.count;
	VEC_PUSH(table->arena, &table->rows, copy);
	return copy;
}

/* The domain's part of a name, after "user@" and a dot. */
static struct str
domain_of(struct str name)
{
	struct str domain = str_skip(name, str_rchr(name, '@') + 1);

	if (str_rchr(name, '@') == name.len)
		domain = name;
	return domain.len > 0 && domain.ptr[0] == '.' ?
	    str_skip(domain, 1) : domain;
}

static bool
is_any(struct str domain)
{
	return domain.len == 0 || str_eqz(domain, "*");
}

/* ASCII without capitals and without a final dot. */
static bool
is_one_form(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] >= 0x80 ||
		    ascii_lower(name.ptr[i]) != name.ptr[i])
			return false;
	return name.len > 0 && name.ptr[name.len - 1] != '.';
}

bool
build_ascii(struct arena *arena, struct str name, struct str *ascii_out)
{
	*ascii_out = name;
	return is_one_form(name) ? domain_is_valid(name) :
	    domain_to_ascii(arena, name, ascii_out);
}

struct str
build_path(struct arena *arena, const struct source *source, struct str name)
{
	return str_starts_nocase(name, STR("/")) ? name :
	    str_from(source_beside(arena, source, name));
}

const char *
build_name_wrong(struct arena *arena, struct str name)
{
	struct str domain = domain_of(name), ascii;

	if (str_eqz(name, "*") || (is_any(domain) && name.len > 1 &&
	    str_rchr(name, '@') > 0 && str_rchr(name, '@') < name.len))
		return NULL;
	if (!is_any(domain) && build_ascii(arena, domain, &ascii) &&
	    name.ptr[0] != '@')
		return NULL;
	return "is neither a domain nor an address; write example.com, "
	    ".example.com (what is below it), user@example.com, user@ or *";
}

static struct str
one_form(struct arena *arena, struct str name)
{
	struct str domain = domain_of(name), ascii = domain;
	struct str before = str_slice(name, 0, name.len - domain.len);

	if (is_any(domain))
		return arena_printf(arena, "%.*s*",
		    STR_ARG(arena_lower(arena, before)));
	if (is_one_form(name))
		return name;
	if (before.len == 0 && str_is_ascii(domain))
		return arena_lower(arena, domain_chop_dot(domain));
	if (!domain_to_ascii(arena, domain, &ascii))
		return arena_lower(arena, name);
	return arena_printf(arena, "%.*s%.*s",
	    STR_ARG(arena_lower(arena, before)), STR_ARG(ascii));
}

bool
build_row(struct signing_table *table, struct str name,
    const struct signing_row *row)
{
	const struct signing_row *kept = keep_row(table, row);
	struct entry *entry;

	if (kept == NULL)
		return false;
	if (table->entries == table->size)
		grow(table);
	entry = arena_alloc(table->arena, sizeof(*entry));
	entry->name = one_form(table->arena, name);
	entry->hash = hash_nocase(entry->name);
	entry->row = kept;
	link_entry(table, entry);
	table->entries++;
	return true;
}

bool
build_pattern(struct signing_table *table, struct str pattern,
    const struct signing_row *row)
{
	const struct signing_row *kept = keep_row(table, row);

	if (kept == NULL)
		return false;
	VEC_PUSH(table->arena, &table->patterns, (struct pattern){
	    arena_copy(table->arena, pattern), kept });
	return true;
}

struct source *
build_source(struct arena *arena, const char *path, struct diag *diag)
{
	struct source *source;

	if (source_read(arena, path, LIMIT_SIGNING_OCTETS, &source))
		return source;
	diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
	    "cannot be read: %s", strerror(errno));
	return NULL;
}

/* ---- finding ---- */

size_t
signing_table_count(const struct signing_table *table)
{
	return table->rows.count;
}

size_t
signing_table_octets(const struct signing_table *table)
{
	return sizeof(*table) + arena_used(table->arena) +
	    table->size * sizeof(struct entry *);
}

const struct signing_row *
signing_table_at(const struct signing_table *table, size_t i)
{
	return table->rows.at[i];
}

struct search {
	const struct signing_table	*table;
	struct arena			*arena;
	struct signing_rows		*found;
	bool				 nearest_found;
};

static void
take(struct search *search, const struct signing_row *row)
{
	VEC_PUSH(search->arena, &search->found->list, row);
}

static int
by_rank(const void *a, const void *b)
{
	const struct signing_row *const *x = a, *const *y = b;

	return (*x)->rank < (*y)->rank ? -1 : (*x)->rank > (*y)->rank;
}

static void
sort_from(struct signing_rows *found, size_t from)
{
	if (found->list.count - from > 1)
		qsort(found->list.at + from, found->list.count - from,
		    sizeof(found->list.at[0]), by_rank);
}

/* All rows of one name, in their order. */
static void
look_up(struct search *search, struct str name)
{
	const struct signing_table *table = search->table;
	size_t before = search->found->list.count;
	uint64_t hash = hash_nocase(name);
	bool found = false;

	for (const struct entry *entry = table->buckets[hash % table->size];
	    entry != NULL; entry = entry->next) {
		if (entry->hash != hash || !str_eq_nocase(entry->name, name))
			continue;
		if (table->pick == SIGNING_NEAREST && search->nearest_found &&
		    !entry->row->always)
			continue;
		take(search, entry->row);
		found = found || !entry->row->always;
	}
	sort_from(search->found, before);
	search->nearest_found = search->nearest_found || found;
}

static void
look_up_with(struct search *search, struct str local, const char *between,
    struct str domain)
{
	struct buf name;

	buf_init(&name, search->arena, SIZE_MAX);
	buf_add(&name, local);
	buf_addz(&name, between);
	buf_add(&name, domain);
	look_up(search, buf_str(&name));
}

static bool
matches_pattern(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, again = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			again = t;
		} else if (p < pattern.len && ascii_lower(pattern.ptr[p]) ==
		    ascii_lower(text.ptr[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++again;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* Patterns are tried in the order of their file, with the names in it. */
static void
look_up_patterns(struct search *search, struct str local, struct str domain)
{
	const struct signing_table *table = search->table;
	struct str address;

	if (table->patterns.count == 0)
		return;
	address = arena_printf(search->arena, "%.*s@%.*s", STR_ARG(local),
	    STR_ARG(domain));
	for (size_t i = 0; i < table->patterns.count; i++)
		if (matches_pattern(table->patterns.at[i].text, address))
			take(search, table->patterns.at[i].row);
}

static void
look_up_above(struct search *search, struct str local, const char *between,
    struct str domain)
{
	struct str above;

	for (above = domain_parent(domain); above.len > 0;
	    above = domain_parent(above))
		look_up_with(search, local, between, above);
}

void
signing_table_find(const struct signing_table *table, struct arena *arena,
    struct str address, struct str domain, struct signing_rows *found_out)
{
	struct search search = { table, arena, found_out, false };
	struct str local = str_slice(address, 0, str_rchr(address, '@'));
	struct str lower = arena_lower(arena, local);

	*found_out = (struct signing_rows){ 0 };
	if (local.len > 0)
		look_up_with(&search, lower, "@", domain);
	look_up(&search, domain);
	if (local.len > 0)
		look_up_above(&search, lower, "@.", domain);
	look_up_above(&search, STR_NONE, ".", domain);
	if (local.len > 0)
		look_up_with(&search, lower, "@", STR("*"));
	look_up(&search, STR("*"));
	if (table->patterns.count > 0)
		look_up_patterns(&search, lower, domain);
	if (table->ranked)
		sort_from(found_out, 0);
	if (table->pick == SIGNING_FIRST && found_out->list.count > 1)
		found_out->list.count = 1;
}
