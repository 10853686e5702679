#include "rights/read.h"

#include "base/limits.h"
#include "base/sqlfile.h"
#include "rights/key.h"
#include "rights/lines.h"

enum {
	TWICE_TOLD = 3,		/* rows that name a key again, one by one */
	SHOWN_MAX = 80		/* octets of a wrong word */
};

static const char full[] = "is one row too many for a table";

/* ---- a text ---- */

struct reader {
	struct table		*table;
	struct lines		 lines;
	struct read_notes	*notes;
	struct diag		*diag;
	struct arena		*scratch;	/* of one row */
	size_t			 twice;		/* keys that came again */
};

/* As postmap(1): up to white space that no quotes hold. */
static struct str
take_key(struct str *rest)
{
	bool quoted = false;
	size_t end = 0;
	struct str key;

	while (end < rest->len && rest->ptr[end] != '\n' &&
	    (quoted || !ascii_space(rest->ptr[end]))) {
		if (rest->ptr[end] == '"')
			quoted = !quoted;
		else if (rest->ptr[end] == '\\' && end + 1 < rest->len &&
		    rest->ptr[end + 1] != '\n')
			end++;
		end++;
	}
	key = str_slice(*rest, 0, end);
	*rest = str_skip(*rest, end);
	return key;
}

/* "*@example.com" and the like mean something elsewhere. */
static const char *
key_trouble(struct str text)
{
	if (text.len > 0 && text.ptr[text.len - 1] == ':')
		return "ends with a colon; this is no alias file";
	if (text.len > 1 && text.ptr[0] == '*')
		return "has a star; for all of example.com write @example.com";
	return NULL;
}

/* A word of the line in hand, and what is wrong with it. */
static void
word_mistake(struct reader *reader, struct str word, const char *wrong)
{
	mistake(reader->diag, lines_place(&reader->lines, word.ptr),
	    "\"%.*s\" %s", STR_ARG(str_slice(word, 0, SHOWN_MAX)), wrong);
}

static bool
read_key(struct reader *reader, struct str text, struct key *key_out)
{
	const char *wrong = key_trouble(text);

	if (wrong == NULL)
		wrong = key_make(reader->scratch, text, key_out);
	if (wrong != NULL)
		word_mistake(reader, text, wrong);
	return wrong == NULL;
}

static void
add_logins(struct reader *reader, const struct key *key, struct str rest)
{
	struct str login = lines_word(&rest, true);
	const char *wrong = NULL;

	if (login.len == 0)
		mistake(reader->diag, lines_place(&reader->lines,
		    reader->lines.line.ptr), "there is no login behind the "
		    "address; write user@example.com login");
	for (; login.len > 0 && wrong == NULL;
	    login = lines_word(&rest, true)) {
		if (login.len > LIMIT_LOGIN_OCTETS)
			wrong = "is longer than any login";
		else if (!table_add(reader->table, key->text, login))
			wrong = full;
		if (wrong != NULL)
			word_mistake(reader, login, wrong);
	}
}

static void
read_row(struct reader *reader)
{
	struct str rest = reader->lines.line, text = take_key(&rest);
	struct key key;

	if (text.len == 0)
		mistake(reader->diag, lines_place(&reader->lines, text.ptr),
		    "a row begins at the left margin");
	if (text.len == 0 || !read_key(reader, text, &key))
		return;
	if (key.at == key.text.len)
		reader->notes->bare = true;
	if (!table_has_key(reader->table, key.text)) {
		add_logins(reader, &key, rest);
	} else if (reader->twice++ < TWICE_TOLD) {
		doubt(reader->diag, lines_place(&reader->lines, text.ptr),
		    "\"%.*s\" stands here again and is passed over; write "
		    "all its logins in one row",
		    STR_ARG(str_slice(text, 0, SHOWN_MAX)));
	}
}

bool
read_text(struct table *table, const struct source *source,
    struct read_notes *notes, struct diag *diag)
{
	size_t before = diag_count(diag, DIAG_ERROR);
	struct reader reader = { .table = table, .notes = notes,
	    .diag = diag, .scratch = arena_new() };

	lines_begin(&reader.lines, source);
	while (diag_total(diag) <= LIMIT_POLICY_ERRORS &&
	    lines_next(&reader.lines)) {
		read_row(&reader);
		arena_reset(reader.scratch);
	}
	if (reader.twice > TWICE_TOLD)
		diag_add(diag, DIAG_WARNING, source->path, 0, 0, STR_NONE,
		    "%zu rows in all are passed over, for their address has "
		    "one before", reader.twice);
	arena_free(reader.scratch);
	return diag_count(diag, DIAG_ERROR) == before;
}

/* ---- a database ---- */

struct rows {
	struct table		*table;
	const char		*path;
	struct read_notes	*notes;
	struct arena		*scratch;
	struct diag		*diag;
	size_t			 number;
	bool			 ok;
};

static void
row_mistake(struct rows *rows, struct str text, const char *wrong)
{
	rows->ok = false;
	diag_add(rows->diag, DIAG_ERROR, rows->path, 0, 0, STR_NONE,
	    "row %zu: \"%.*s\" %s", rows->number,
	    STR_ARG(str_slice(text, 0, SHOWN_MAX)), wrong);
}

static void
add_row(struct rows *rows, struct str address, struct str logins)
{
	const char *wrong;
	struct key key;
	struct str login;

	wrong = key_make(rows->scratch, address, &key);
	if (wrong != NULL) {
		row_mistake(rows, address, wrong);
		return;
	}
	if (key.at == key.text.len)
		rows->notes->bare = true;
	for (login = lines_word(&logins, true); login.len > 0 && rows->ok;
	    login = lines_word(&logins, true)) {
		if (login.len > LIMIT_LOGIN_OCTETS)
			row_mistake(rows, login, "is longer than any login");
		else if (!table_add(rows->table, key.text, login))
			row_mistake(rows, login, full);
	}
}

/* A user without a login, or the other way round, says nothing. */
static bool
on_row(void *ctx, const struct str *columns)
{
	struct rows *rows = ctx;

	rows->number++;
	if (columns[0].len > 0 && columns[1].len > 0)
		add_row(rows, columns[0], columns[1]);
	arena_reset(rows->scratch);
	return diag_total(rows->diag) <= LIMIT_POLICY_ERRORS;
}

bool
read_sqlite(struct table *table, const char *path, const char *query,
    struct read_notes *notes, struct diag *diag)
{
	struct rows rows = { .table = table, .path = path, .notes = notes,
	    .scratch = arena_new(), .diag = diag, .ok = true };
	struct sqlfile_error error;

	if (!sqlfile_read(path, str_from(query), 2, on_row, &rows, &error)) {
		rows.ok = false;
		diag_add(diag, DIAG_ERROR, path, error.offset < 0 ? 0 : 1,
		    error.offset < 0 ? 0 : (unsigned)error.offset + 1,
		    error.offset < 0 ? STR_NONE : str_from(query), "%s",
		    error.text);
	}
	arena_free(rows.scratch);
	return rows.ok;
}
