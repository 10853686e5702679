#include "rights/rights.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "mail/address.h"
#include "rights/key.h"
#include "rights/regexmap.h"
#include "rights/read.h"

/* One of the two. */
struct source_table {
	struct table	*table;
	struct regexmap	*map;
};

struct rights {
	struct arena		*arena;
	struct source_table	*tables;
	size_t			 count;
	struct table		*local;		/* domains, without a login */
	const char		*delimiters;
	bool			 login_is_address;
};

enum table_kind { KIND_TEXT, KIND_PCRE, KIND_REGEXP, KIND_SQLITE, KIND_NONE };

/* Lookup tables of Postfix, and where their text is: in the file itself. */
static const struct {
	const char *name;
	enum table_kind kind;
} kinds[] = {
	{ "file:", KIND_TEXT }, { "texthash:", KIND_TEXT },
	{ "hash:", KIND_TEXT }, { "btree:", KIND_TEXT },
	{ "lmdb:", KIND_TEXT }, { "cdb:", KIND_TEXT }, { "dbm:", KIND_TEXT },
	{ "sdbm:", KIND_TEXT }, { "pcre:", KIND_PCRE },
	{ "regexp:", KIND_REGEXP }, { "sqlite:", KIND_SQLITE },
};

/* ---- building ---- */

static enum table_kind
kind_of(const char *spec, const char **path_out)
{
	if (strncmp(spec, "proxy:", 6) == 0)
		spec += 6;
	*path_out = spec;
	if (spec[0] == '/')
		return KIND_TEXT;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(spec, kinds[i].name, strlen(kinds[i].name)) == 0) {
			*path_out = spec + strlen(kinds[i].name);
			return kinds[i].kind;
		}
	return strchr(spec, ':') == NULL ? KIND_TEXT : KIND_NONE;
}

static bool
load_sqlite(struct source_table *to, const char *spec,
    struct read_notes *notes, struct diag *diag)
{
	const char *mark = strchr(spec, '?');
	struct arena *scratch;
	bool ok;

	if (mark == NULL) {
		diag_add(diag, DIAG_ERROR, spec, 0, 0, STR_NONE, "a query is "
		    "missing; write sqlite:FILE?SELECT address, login FROM "
		    "...");
		return false;
	}
	scratch = arena_new();
	to->table = table_new();
	ok = read_sqlite(to->table, arena_z(scratch, str_make(spec,
	    (size_t)(mark - spec))), mark + 1, notes, diag);
	arena_free(scratch);
	return ok;
}

static bool
load_file(struct source_table *to, enum table_kind kind, const char *path,
    struct read_notes *notes, struct diag *diag)
{
	struct arena *scratch = arena_new();
	struct source *source = source_load(scratch, path, LIMIT_LIST_OCTETS,
	    diag);
	bool ok = false;

	if (source != NULL && kind == KIND_TEXT) {
		to->table = table_new();
		ok = read_text(to->table, source, notes, diag);
	} else if (source != NULL) {
		to->map = regexmap_read(kind == KIND_PCRE ?
		    REGEXMAP_PCRE : REGEXMAP_REGEXP, source, diag);
		ok = to->map != NULL;
	}
	arena_free(scratch);
	return ok;
}

static bool
load_table(struct source_table *to, const char *spec,
    struct read_notes *notes, struct diag *diag)
{
	const char *path;
	enum table_kind kind = kind_of(spec, &path);
	bool ok = false;

	switch (kind) {
	case KIND_TEXT:
	case KIND_PCRE:
	case KIND_REGEXP:
		ok = load_file(to, kind, path, notes, diag);
		break;
	case KIND_SQLITE:
		ok = load_sqlite(to, path, notes, diag);
		break;
	case KIND_NONE:
		diag_add(diag, DIAG_ERROR, spec, 0, 0, STR_NONE, "tables of "
		    "this type are not read; write a file, hash:, pcre:, "
		    "regexp: or sqlite: (assay.conf(5) lists them)");
		break;
	}
	if (to->table != NULL)
		table_settle(to->table);
	return ok;
}

static bool
load_domains(struct rights *rights, const struct rights_options *options,
    struct diag *diag)
{
	bool ok = true;

	rights->local = table_new();
	for (size_t i = 0; i < options->local_domain_count; i++) {
		struct str domain = str_from(options->local_domains[i]);
		struct key key;

		if (key_make(rights->arena, arena_printf(rights->arena,
		    "@%.*s", STR_ARG(domain)), &key) == NULL) {
			table_add(rights->local, key_domain(&key), STR_NONE);
			continue;
		}
		ok = false;
		diag_add(diag, DIAG_ERROR, "local_domains", 0, 0, STR_NONE,
		    "\"%s\" is no domain", options->local_domains[i]);
	}
	table_settle(rights->local);
	return ok;
}

struct rights *
rights_new(const struct rights_options *options, struct diag *diag)
{
	struct rights *rights = xcalloc(1, sizeof(*rights));
	bool ok;

	rights->arena = arena_new();
	rights->delimiters = arena_z(rights->arena,
	    str_from(options->delimiters));
	rights->login_is_address = options->login_is_address;
	rights->count = options->table_count;
	rights->tables = arena_alloc(rights->arena,
	    rights->count * sizeof(*rights->tables));
	ok = load_domains(rights, options, diag);
	for (size_t i = 0; i < rights->count; i++) {
		struct read_notes notes = { .bare = false };

		ok = load_table(&rights->tables[i], options->tables[i],
		    &notes, diag) && ok;
		if (notes.bare && options->local_domain_count == 0)
			diag_add(diag, DIAG_WARNING, options->tables[i], 0, 0,
			    STR_NONE, "there are users without a domain, but "
			    "local_domains names none in which they count");
	}
	if (ok)
		return rights;
	rights_free(rights);
	return NULL;
}

void
rights_free(struct rights *rights)
{
	if (rights == NULL)
		return;
	for (size_t i = 0; i < rights->count; i++) {
		table_free(rights->tables[i].table);
		regexmap_free(rights->tables[i].map);
	}
	table_free(rights->local);
	arena_free(rights->arena);
	free(rights);
}

/* ---- asking ---- */

struct question {
	const struct rights	*rights;
	struct arena		*arena;
	struct str		 login, address;
	struct key		 login_key;	/* empty: it is no address */
	enum rights_answer	 answer;
};

static bool
has_answer(struct question *question, enum rights_answer answer)
{
	question->answer = answer;
	return true;
}

/* Patterns see the address as it came, and only once. */
static bool
ask_patterns(struct question *question, const struct regexmap *map)
{
	switch (regexmap_ask(map, question->arena, question->address,
	    question->login)) {
	case REGEXMAP_YES:
		return has_answer(question, RIGHTS_YES);
	case REGEXMAP_NO:
		return has_answer(question, RIGHTS_NO);
	case REGEXMAP_LIMIT:
		return has_answer(question, RIGHTS_UNKNOWN);
	case REGEXMAP_NONE:
		break;
	}
	return false;
}

/* The first table that has a row for the key decides. */
static bool
ask_tables(struct question *question, struct str key, bool whole)
{
	for (size_t i = 0; i < question->rights->count; i++) {
		const struct source_table *at = &question->rights->tables[i];

		if (at->table != NULL && table_has_key(at->table, key))
			return has_answer(question, table_has(at->table, key,
			    question->login) ? RIGHTS_YES : RIGHTS_NO);
		if (at->map != NULL && whole &&
		    ask_patterns(question, at->map))
			return true;
	}
	return false;
}

/* Does a user without a domain count for this address? */
static bool
is_local(const struct rights *rights, const struct key *key)
{
	struct str domain = key_domain(key);

	return domain.len == 0 || table_has_key(rights->local, domain);
}

/* The login is this very address. */
static bool
is_itself(const struct question *question, const struct key *key)
{
	const struct key *login = &question->login_key;

	if (login->text.len == 0)
		return false;
	if (login->at < login->text.len)
		return str_eq(login->text, key->text);
	return str_eq(login->text, key_local(key)) &&
	    is_local(question->rights, key);
}

static bool
ask_address(struct question *question, const struct key *key, bool whole)
{
	if (ask_tables(question, key->text, whole))
		return true;
	return is_itself(question, key) && has_answer(question, RIGHTS_YES);
}

static enum rights_answer
ask(struct question *question, const struct key *key)
{
	const struct rights *rights = question->rights;
	struct key bare;
	bool extended = key_without_extension(question->arena, key,
	    rights->delimiters, &bare);

	if (ask_address(question, key, true) ||
	    (extended && ask_address(question, &bare, false)))
		return question->answer;
	if (key->at < key->text.len && is_local(rights, key) &&
	    (ask_tables(question, key_local(key), false) || (extended &&
	    ask_tables(question, key_local(&bare), false))))
		return question->answer;
	if (key->at < key->text.len && ask_tables(question,
	    str_skip(key->text, key->at), false))
		return question->answer;
	return RIGHTS_NO;
}

/* A login is a name, not a path: brackets, routes, quotes and blanks around it
 * make it another one, which may be somebody else's. */
static bool
is_plain(struct str login)
{
	struct str address = address_of_path(login);

	return address.len == login.len &&
	    str_chr(login, '"') == login.len;
}

enum rights_answer
rights_owns(const struct rights *rights, struct arena *arena,
    struct str login, struct str address)
{
	struct question question = { .rights = rights, .arena = arena,
	    .login = login, .address = address };
	struct key key;

	if (login.len == 0 || login.len > LIMIT_LOGIN_OCTETS ||
	    address.len == 0)
		return RIGHTS_NO;
	if (rights->count == 0 && !rights->login_is_address)
		return RIGHTS_UNKNOWN;
	if (key_make(arena, address, &key) != NULL || key.at == 0)
		return RIGHTS_NO;
	if (!rights->login_is_address || !is_plain(login) ||
	    key_make(arena, login, &question.login_key) != NULL)
		question.login_key = (struct key){ .at = 0 };
	return ask(&question, &key);
}

size_t
rights_rows(const struct rights *rights)
{
	size_t rows = 0;

	for (size_t i = 0; i < rights->count; i++)
		rows += rights->tables[i].table != NULL ?
		    table_count(rights->tables[i].table) :
		    regexmap_count(rights->tables[i].map);
	return rows;
}
