#include "rights/regexmap.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/vec.h"
#include "rights/lines.h"

enum row_kind { ROW_MATCH, ROW_IF, ROW_ENDIF };

struct row {
	enum row_kind		 kind;
	bool			 negated;	/* "!/pattern/" */
	pcre2_code		*code;
	VEC(struct str)		 logins;	/* with $1 in them */
	size_t			 end;		/* IF: where its ENDIF is */
};

struct regexmap {
	struct arena	*arena;
	VEC(struct row)	 rows;
	size_t		 matches;		/* rows that name logins */
};

struct reader {
	struct regexmap		*map;
	enum regexmap_kind	 kind;
	struct lines		 lines;
	struct diag		*diag;
	size_t			 open[LIMIT_PATTERN_DEPTH];	/* ifs */
	struct place		 places[LIMIT_PATTERN_DEPTH];	/* theirs */
	size_t			 depth;
};

/* ---- reading ---- */

static bool
wrong_at(struct reader *reader, const char *at, const char *what)
{
	mistake(reader->diag, lines_place(&reader->lines, at), "%s", what);
	return false;
}

static uint32_t
flag_bit(enum regexmap_kind kind, char flag)
{
	static const struct {
		char flag;
		uint32_t bit;
	} flags[] = {
		{ 'i', PCRE2_CASELESS }, { 'm', PCRE2_MULTILINE },
		{ 's', PCRE2_DOTALL }, { 'x', PCRE2_EXTENDED },
		{ 'A', PCRE2_ANCHORED }, { 'E', PCRE2_DOLLAR_ENDONLY },
		{ 'U', PCRE2_UNGREEDY },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].flag == flag &&
		    (kind == REGEXMAP_PCRE || flag == 'i' || flag == 'm'))
			return flags[i].bit;
	return 0;
}

/* The flags behind a pattern; each turns its default over. */
static bool
take_flags(struct reader *reader, struct str *rest, uint32_t *options_out)
{
	*options_out = PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_NEVER_UTF |
	    PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
	for (; rest->len > 0 && !ascii_space(rest->ptr[0]);
	    *rest = str_skip(*rest, 1)) {
		uint32_t bit = flag_bit(reader->kind, rest->ptr[0]);

		if (bit == 0)
			return wrong_at(reader, rest->ptr, reader->kind ==
			    REGEXMAP_PCRE ? "this is no flag; write none, or "
			    "some of imsxAEU" : "this is no flag that is read "
			    "here; write none, or i or m");
		*options_out ^= bit;
	}
	return true;
}

static pcre2_code *
compile(struct reader *reader, struct str pattern, uint32_t options)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR text[128];
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	ensure(context != NULL);
	pcre2_set_max_pattern_length(context, LIMIT_REGEX_OCTETS);
	code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options,
	    &error, &at, context);
	pcre2_compile_context_free(context);
	if (code != NULL)
		return code;
	pcre2_get_error_message(error, text, sizeof(text));
	wrong_at(reader, pattern.ptr + (at < pattern.len ? at : pattern.len),
	    (const char *)text);
	return NULL;
}

/* "!/pattern/flags" off the front. */
static bool
take_pattern(struct reader *reader, struct str *rest, struct row *row)
{
	struct str pattern;
	uint32_t options;
	size_t end = 1;
	char mark;

	row->negated = rest->len > 0 && rest->ptr[0] == '!';
	if (row->negated)
		*rest = str_skip(*rest, 1);
	while (row->negated && rest->len > 0 && (rest->ptr[0] == ' ' ||
	    rest->ptr[0] == '\t'))
		*rest = str_skip(*rest, 1);
	if (rest->len == 0 || ascii_alnum(rest->ptr[0]) ||
	    ascii_space(rest->ptr[0]))
		return wrong_at(reader, rest->ptr, "a pattern stands between "
		    "slashes: /pattern/");
	mark = rest->ptr[0];
	while (end < rest->len && rest->ptr[end] != mark &&
	    rest->ptr[end] != '\n')
		end += rest->ptr[end] == '\\' ? 2 : 1;
	if (end >= rest->len || rest->ptr[end] != mark)
		return wrong_at(reader, rest->ptr, "the pattern has no end; "
		    "it ends with the sign that begins it");
	pattern = str_slice(*rest, 1, end);
	*rest = str_skip(*rest, end + 1);
	if (!take_flags(reader, rest, &options))
		return false;
	row->code = compile(reader, pattern, options);
	return row->code != NULL;
}

/*
 * At a '$': "$$", "$1", "${1}" or "$(1)".  Octets that it takes, 0 if it is
 * none of these; *group_out: 0 for "$$".
 */
static size_t
read_group(struct str s, unsigned *group_out)
{
	char open = s.len > 1 ? s.ptr[1] : '\0', close;
	size_t from = open == '{' || open == '(' ? 2 : 1, at = from;

	*group_out = 0;
	if (open == '$')
		return 2;
	close = open == '{' ? '}' : ')';
	while (at < s.len && at < from + 2 && ascii_digit(s.ptr[at]))
		*group_out = *group_out * 10 + (unsigned)(s.ptr[at++] - '0');
	if (at == from || *group_out == 0)
		return 0;
	if (from == 1)
		return at;
	return at < s.len && s.ptr[at] == close ? at + 1 : 0;
}

static bool
check_login(struct reader *reader, const struct row *row, struct str login)
{
	uint32_t groups = 0;
	unsigned group;

	if (login.len > LIMIT_LOGIN_OCTETS)
		return wrong_at(reader, login.ptr, "longer than any login");
	pcre2_pattern_info(row->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	for (size_t i = 0; i < login.len; i++) {
		size_t len;

		if (login.ptr[i] != '$')
			continue;
		len = read_group(str_skip(login, i), &group);
		if (len == 0)
			return wrong_at(reader, login.ptr + i, "behind $ "
			    "stands the number of a group, or another $");
		if (group > 0 && row->negated)
			return wrong_at(reader, login.ptr + i, "what did not "
			    "match has no groups");
		if (group > groups)
			return wrong_at(reader, login.ptr + i, "the pattern "
			    "has no such group");
		i += len - 1;
	}
	return true;
}

static void
read_logins(struct reader *reader, struct str rest, struct row *row)
{
	struct arena *arena = reader->map->arena;
	struct str login = lines_word(&rest, true);

	if (login.len == 0)
		wrong_at(reader, reader->lines.line.ptr,
		    "there is no login behind the pattern; write /pattern/ "
		    "login");
	for (; login.len > 0; login = lines_word(&rest, true)) {
		if (!check_login(reader, row, login))
			return;
		VEC_PUSH(arena, &row->logins, arena_copy(arena, login));
	}
	reader->map->matches++;
}

/* Nothing may stand behind an if or an endif. */
static void
read_end(struct reader *reader, struct str rest)
{
	struct str word = lines_word(&rest, false);

	if (word.len > 0)
		wrong_at(reader, word.ptr, "nothing may stand here");
}

static void
read_if(struct reader *reader, struct str rest, struct row *row)
{
	struct str word = lines_word(&rest, false);

	row->kind = ROW_IF;
	if (reader->depth == LIMIT_PATTERN_DEPTH) {
		wrong_at(reader, reader->lines.line.ptr,
		    "there are too many ifs inside each other");
		return;
	}
	rest = str_make(word.ptr, word.len + rest.len);
	if (word.len == 0)
		wrong_at(reader, reader->lines.line.ptr,
		    "there is no pattern behind the if");
	else if (take_pattern(reader, &rest, row))
		read_end(reader, rest);
	reader->places[reader->depth] = lines_place(&reader->lines,
	    reader->lines.line.ptr);
	reader->open[reader->depth++] = reader->map->rows.count;
}

static void
read_endif(struct reader *reader, struct str rest, struct row *row)
{
	row->kind = ROW_ENDIF;
	read_end(reader, rest);
	if (reader->depth == 0)
		wrong_at(reader, reader->lines.line.ptr,
		    "there is no if for this endif");
	else
		reader->map->rows.at[reader->open[--reader->depth]].end =
		    reader->map->rows.count;
}

static void
read_row(struct reader *reader)
{
	struct str rest = reader->lines.line, word;
	struct row row = { .kind = ROW_MATCH };

	if (reader->map->rows.count == LIMIT_PATTERNS) {
		wrong_at(reader, rest.ptr, "one row too many for a table of "
		    "patterns");
		reader->lines.rest = STR_NONE;
		return;
	}
	if (!ascii_alnum(rest.ptr[0])) {
		if (take_pattern(reader, &rest, &row))
			read_logins(reader, rest, &row);
	} else {
		word = lines_word(&rest, false);
		if (str_eqz_nocase(word, "if"))
			read_if(reader, rest, &row);
		else if (str_eqz_nocase(word, "endif"))
			read_endif(reader, rest, &row);
		else
			wrong_at(reader, word.ptr, "a row begins with "
			    "/pattern/, if or endif");
	}
	VEC_PUSH(reader->map->arena, &reader->map->rows, row);
}

struct regexmap *
regexmap_read(enum regexmap_kind kind, const struct source *source,
    struct diag *diag)
{
	struct regexmap *map = xcalloc(1, sizeof(*map));
	struct reader reader = { .map = map, .kind = kind,
	    .diag = diag };
	size_t before = diag_count(diag, DIAG_ERROR);

	map->arena = arena_new();
	lines_begin(&reader.lines, source);
	while (lines_next(&reader.lines))
		read_row(&reader);
	if (reader.depth > 0)
		mistake(diag, reader.places[reader.depth - 1],
		    "this if has no endif; write endif where its rows end");
	if (diag_count(diag, DIAG_ERROR) == before)
		return map;
	regexmap_free(map);
	return NULL;
}

void
regexmap_free(struct regexmap *map)
{
	if (map == NULL)
		return;
	for (size_t i = 0; i < map->rows.count; i++)
		pcre2_code_free(map->rows.at[i].code);
	arena_free(map->arena);
	free(map);
}

size_t
regexmap_count(const struct regexmap *map)
{
	return map->matches;
}

/* ---- matching ---- */

struct match {
	struct str		 address;
	struct arena		*arena;
	pcre2_match_context	*context;
	pcre2_match_data	*data;		/* of the last row tried */
};

/* REGEXMAP_YES, REGEXMAP_NO or REGEXMAP_LIMIT. */
static enum regexmap_answer
matches(struct match *match, const struct row *row)
{
	int found;

	pcre2_match_data_free(match->data);
	match->data = pcre2_match_data_create_from_pattern(row->code, NULL);
	ensure(match->data != NULL);
	found = pcre2_match(row->code, (PCRE2_SPTR)match->address.ptr,
	    match->address.len, 0, PCRE2_NO_JIT, match->data,
	    match->context);
	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		return REGEXMAP_LIMIT;
	return (found >= 0) != row->negated ? REGEXMAP_YES : REGEXMAP_NO;
}

/* The login with what its groups matched, or a prefix that is too long. */
static struct str
expand(const struct match *match, struct str login)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match->data);
	struct buf out;
	unsigned group;

	buf_init(&out, match->arena, LIMIT_LOGIN_OCTETS + 1);
	for (size_t i = 0; i < login.len; i++) {
		if (login.ptr[i] != '$') {
			buf_addc(&out, login.ptr[i]);
			continue;
		}
		i += read_group(str_skip(login, i), &group) - 1;
		if (group == 0)
			buf_addc(&out, '$');
		else if (ends[2 * group] != PCRE2_UNSET)
			buf_add(&out, str_slice(match->address,
			    ends[2 * group], ends[2 * group + 1]));
	}
	return buf_str(&out);
}

static enum regexmap_answer
is_named(const struct match *match, const struct row *row, struct str login)
{
	for (size_t i = 0; i < row->logins.count; i++)
		if (str_eq_nocase(expand(match, row->logins.at[i]), login))
			return REGEXMAP_YES;
	return REGEXMAP_NO;
}

static enum regexmap_answer
ask(const struct regexmap *map, struct match *match, struct str login)
{
	for (size_t i = 0; i < map->rows.count; i++) {
		const struct row *row = &map->rows.at[i];
		enum regexmap_answer found;

		if (row->kind == ROW_ENDIF)
			continue;
		found = matches(match, row);
		if (found == REGEXMAP_LIMIT)
			return found;
		if (row->kind == ROW_IF && found == REGEXMAP_NO)
			i = row->end;
		else if (row->kind == ROW_MATCH && found == REGEXMAP_YES)
			return is_named(match, row, login);
	}
	return REGEXMAP_NONE;
}

enum regexmap_answer
regexmap_ask(const struct regexmap *map, struct arena *arena,
    struct str address, struct str login)
{
	struct match match = { .address = address, .arena = arena,
	    .context = pcre2_match_context_create(NULL) };
	enum regexmap_answer answer;

	ensure(match.context != NULL);
	pcre2_set_match_limit(match.context, LIMIT_REGEX_MATCH);
	pcre2_set_depth_limit(match.context, LIMIT_REGEX_DEPTH);
	pcre2_set_heap_limit(match.context, LIMIT_REGEX_HEAP_KIB);
	answer = ask(map, &match, login);
	pcre2_match_data_free(match.data);
	pcre2_match_context_free(match.context);
	return answer;
}
