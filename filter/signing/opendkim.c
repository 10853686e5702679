/*
 * OpenDKIM's two tables, as opendkim.conf(5) and opendkim(8) say that they are
 * read: "NAME DOMAIN:SELECTOR:KEY" and "PATTERN NAME[:SIGNER]".
 */
#include <string.h>

#include "base/domain.h"
#include "base/hash.h"
#include "base/limits.h"
#include "signing/build.h"
#include "signing/style.h"

/* One line of a KeyTable. */
struct named_key {
	struct named_key	*next;		/* of its bucket */
	struct str		 name;
	struct str		 domain;	/* empty: "%" */
	struct signing_key	*key;		/* rows have it, too */
};

enum { BUCKETS_MIN = 16, LINE_OCTETS = 64 };	/* about */

struct reader {
	struct signing_table	*table;
	struct arena		*arena;
	struct arena		*scratch;	/* until all is read */
	struct diag		*diag;
	struct named_key	**keys;		/* buckets */
	size_t			 buckets;
	bool			 patterns;	/* refile: */
};

/* "file:" and the like say how a file is read. */
static const char *
path_of(struct reader *reader, const char *spec, bool *patterns_out)
{
	static const char *const others[] = { "db:", "dsn:", "ldap:", "lua:",
	    "memcache:", "mdb:", "csl:", "erlang:", "socket:" };
	struct str text = str_from(spec);

	*patterns_out = str_starts_nocase(text, STR("refile:"));
	if (*patterns_out)
		return spec + strlen("refile:");
	if (str_starts_nocase(text, STR("file:")))
		return spec + strlen("file:");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_starts_nocase(text, str_from(others[i]))) {
			diag_add(reader->diag, DIAG_ERROR, spec, 0, 0,
			    STR_NONE, "only FILE, file:FILE and refile:FILE "
			    "are read");
			return NULL;
		}
	return spec;
}

/* The first word of a line; rest_out: what follows it. */
static struct str
first_word(struct str line, struct str *rest_out)
{
	size_t len = 0;

	while (len < line.len && !ascii_space(line.ptr[len]))
		len++;
	*rest_out = str_trim(str_skip(line, len));
	return str_slice(line, 0, len);
}

/* ---- the KeyTable ---- */

static struct named_key *
find_key(struct reader *reader, struct str name)
{
	struct named_key *key = reader->keys[hash_nocase(name) %
	    reader->buckets];

	while (key != NULL && !str_eq_nocase(key->name, name))
		key = key->next;
	return key;
}

static bool
is_file(struct str text)
{
	return str_starts_nocase(text, STR("/")) ||
	    str_starts_nocase(text, STR("./")) ||
	    str_starts_nocase(text, STR("../"));
}

/* "DOMAIN:SELECTOR:KEY"; false: what is wrong was reported. */
static bool
read_value(struct reader *reader, struct place place, struct str value,
    struct named_key *key)
{
	struct str rest = value, domain = STR_NONE, selector = STR_NONE;

	if (!str_next(&rest, ':', &domain) ||
	    !str_next(&rest, ':', &selector) || rest.len == 0) {
		mistake_unshown(reader->diag, place, "a key is written "
		    "DOMAIN:SELECTOR:FILE");
		return false;
	}
	if (!str_eqz(domain, "%") &&
	    !build_ascii(reader->arena, domain, &key->domain)) {
		mistake_unshown(reader->diag, place, "\"%.*s\" is no "
		    "domain", STR_ARG(domain));
		return false;
	}
	if (!build_ascii(reader->arena, selector, &key->key->selector)) {
		mistake_unshown(reader->diag, place_after(place, (size_t)
		    (selector.ptr - value.ptr)), "\"%.*s\" is no selector",
		    STR_ARG(selector));
		return false;
	}
	key->key->inlined = !is_file(rest);
	key->key->path = key->key->inlined ? rest :
	    build_path(reader->arena, place.source, rest);
	return true;
}

static bool
read_key(struct reader *reader, struct str line, struct place place)
{
	struct named_key *key = arena_alloc(reader->scratch, sizeof(*key));
	struct named_key **bucket;
	struct str value;

	key->key = arena_alloc(reader->arena, sizeof(*key->key));
	key->name = first_word(line, &value);
	if (!read_value(reader, place_after(place, value.len == 0 ? 0 :
	    (size_t)(value.ptr - line.ptr)), value, key))
		return false;
	if (find_key(reader, key->name) != NULL) {
		diag_add(reader->diag, DIAG_WARNING, place.source->path,
		    place.line, place.column, STR_NONE, "there is a key "
		    "\"%.*s\" before; that one counts", STR_ARG(key->name));
		return true;
	}
	bucket = &reader->keys[hash_nocase(key->name) % reader->buckets];
	key->next = *bucket;
	*bucket = key;
	return true;
}

/* ---- the SigningTable ---- */

static bool
has_star(struct str text)
{
	return str_chr(text, '*') < text.len;
}

/* Patterns that are names of table.h: found without trying them all. */
static struct str
as_name(struct str pattern)
{
	if (str_eqz(pattern, "*") || str_eqz(pattern, "*@*"))
		return STR("*");
	if (str_starts_nocase(pattern, STR("*@*.")) &&
	    !has_star(str_skip(pattern, 3)))
		return str_skip(pattern, 3);
	if (str_starts_nocase(pattern, STR("*@")) &&
	    !has_star(str_skip(pattern, 2)))
		return str_skip(pattern, 2);
	if (!has_star(pattern) && str_chr(pattern, '@') < pattern.len)
		return pattern;
	return STR_NONE;
}

static bool
add_row(struct reader *reader, struct place place, struct str who,
    const struct signing_row *row)
{
	struct str name = reader->patterns ? as_name(who) : who;
	const char *why;
	bool room;

	if (reader->patterns && !has_star(who) && name.len == 0) {
		doubt(reader->diag, place, "\"%.*s\" matches no address; "
		    "write *@%.*s", STR_ARG(who), STR_ARG(who));
		return true;
	}
	if (name.len == 0) {
		room = build_pattern(reader->table, who, row);
	} else {
		why = build_name_wrong(reader->arena, name);
		if (why != NULL) {
			mistake(reader->diag, place, "\"%.*s\" %s",
			    STR_ARG(who), why);
			return false;
		}
		room = build_row(reader->table, name, row);
	}
	if (!room)
		mistake(reader->diag, place, "more than %d rows",
		    LIMIT_SIGNING_ROWS);
	return room;
}

static struct signing_row
row_of(const struct named_key *key, struct str identity, struct place place)
{
	return (struct signing_row){
		.domain = key->domain, .identity = identity,
		.keys = key->key, .key_count = 1, .style = style_default(),
		.file = place.source->path, .line = place.line
	};
}

/* "%": the key that is called as the author's domain. */
static bool
add_all_keys(struct reader *reader, struct place place, struct str who,
    struct str identity)
{
	bool patterns = reader->patterns, good = true;

	if (!str_eqz(who, "*") && !str_eqz(who, "*@*")) {
		mistake(reader->diag, place, "\"%%\" is read for the pattern "
		    "* alone");
		return false;
	}
	reader->patterns = false;
	for (size_t i = 0; i < reader->buckets; i++)
		for (const struct named_key *key = reader->keys[i];
		    key != NULL && good; key = key->next) {
			struct signing_row row = row_of(key, identity, place);

			if (build_name_wrong(reader->arena, key->name) == NULL)
				good = add_row(reader, place, key->name, &row);
		}
	reader->patterns = patterns;
	return good;
}

static bool
read_row(struct reader *reader, struct str line, struct place place)
{
	struct str value, name, identity = STR_NONE;
	struct str who = first_word(line, &value);
	const struct named_key *key;
	struct signing_row row;

	value = first_word(value, &identity);
	name = str_slice(value, 0, str_chr(value, ':'));
	identity = str_skip(value, name.len + 1);
	if (str_eqz(name, "%"))
		return add_all_keys(reader, place, who, identity);
	if (str_chr(identity, ';') < identity.len) {
		mistake(reader->diag, place_after(place, (size_t)
		    (identity.ptr - line.ptr)), "\"%.*s\" is no identity; "
		    "write user@example.com, @example.com or @%%",
		    STR_ARG(identity));
		return false;
	}
	key = find_key(reader, name);
	if (key == NULL) {
		mistake(reader->diag, place_after(place, name.len == 0 ? 0 :
		    (size_t)(name.ptr - line.ptr)), "there is no key "
		    "\"%.*s\" in the key table", STR_ARG(name));
		return false;
	}
	row = row_of(key, identity, place);
	return add_row(reader, place, who, &row);
}

/* ---- both ---- */

static void
wipe(void *ctx)
{
	struct str *text = ctx;

	explicit_bzero((void *)(uintptr_t)text->ptr, text->len);
}

/* Keys may be written in it. */
static void
wipe_at_end(struct arena *arena, struct str text)
{
	struct str *copy = arena_alloc(arena, sizeof(*copy));

	*copy = text;
	arena_at_end(arena, wipe, copy);
}

typedef bool read_line_fn(struct reader *reader, struct str line,
    struct place place);

static bool
read_lines(struct reader *reader, const char *path, read_line_fn *read)
{
	struct source *source = path == NULL ? NULL :
	    build_source(reader->arena, path, reader->diag);
	struct source_lines lines;
	struct place place;
	struct str line;
	bool good = source != NULL;

	if (source == NULL)
		return false;
	if (reader->keys == NULL) {
		wipe_at_end(reader->arena, source->text);
		reader->buckets = BUCKETS_MIN + source->text.len / LINE_OCTETS;
		reader->keys = arena_alloc(reader->scratch, reader->buckets *
		    sizeof(struct named_key *));
	}
	lines = source_lines(source);
	while (source_next_line(&lines, &line, &place))
		good &= read(reader, line, place);
	return good;
}

struct signing_table *
signing_table_opendkim(const char *keys, const char *rows, bool all,
    struct diag *diag)
{
	struct reader reader = { .diag = diag, .scratch = arena_new() };
	bool ignored, good;

	keys = path_of(&reader, keys, &ignored);
	rows = path_of(&reader, rows, &reader.patterns);
	reader.table = build_table(all ? SIGNING_ALL : SIGNING_FIRST,
	    reader.patterns);
	reader.arena = build_arena(reader.table);
	good = read_lines(&reader, keys, read_key);
	good = good && read_lines(&reader, rows, read_row);
	arena_free(reader.scratch);
	if (good)
		return reader.table;
	signing_table_free(reader.table);
	return NULL;
}
