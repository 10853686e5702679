#include "mail/mime_value.h"

#include <string.h>

#include "base/limits.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/lex.h"

/* White space and comments; a comment without an end is not one. */
static void
skip_blanks(struct str *rest)
{
	(void)lex_cfws(rest, NULL);
}

/* The run of octets that are none of these, and no white space. */
static struct str
take_run(struct str *rest, const char *marks)
{
	size_t len = 0;
	struct str run;

	while (len < rest->len && !ascii_space(rest->ptr[len]) &&
	    (rest->ptr[len] == '\0' ||
	    strchr(marks, rest->ptr[len]) == NULL))
		len++;
	run = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return run;
}

/* "text / html" is "text/html"; what follows without a slash is not its. */
static struct str
take_text(struct arena *arena, struct str *rest)
{
	char *text = arena_alloc(arena, rest->len + 1);
	size_t len = 0;

	for (;;) {
		struct str run, before = *rest;

		skip_blanks(rest);
		if (len > 0 && text[len - 1] != '/' && lex_peek(*rest) != '/') {
			*rest = before;
			break;
		}
		run = take_run(rest, ";(,\"");
		if (run.len == 0)
			break;
		for (size_t i = 0; i < run.len; i++)
			text[len++] = ascii_lower(run.ptr[i]);
	}
	return str_make(text, len);
}

/* A backslash quotes a quote or itself; before others it is of a path. */
static bool
is_quoting(struct str s, size_t i)
{
	return s.ptr[i] == '\\' && i + 1 < s.len &&
	    (s.ptr[i + 1] == '"' || s.ptr[i + 1] == '\\');
}

static struct str
take_quoted(struct arena *arena, struct str *rest)
{
	size_t end = 1, len = 0;
	char *text;

	while (end < rest->len && rest->ptr[end] != '"')
		end += is_quoting(*rest, end) ? 2 : 1;
	text = arena_alloc(arena, end);
	for (size_t i = 1; i < end; i++) {
		if (is_quoting(*rest, i))
			i++;
		if (rest->ptr[i] != '\r' && rest->ptr[i] != '\n')
			text[len++] = rest->ptr[i];
	}
	*rest = str_skip(*rest, end + 1);
	return str_make(text, len);
}

/* Up to the semicolon: names with blanks are written without quotes, too. */
static struct str
take_bare(struct arena *arena, struct str *rest)
{
	struct str bare = str_trim(str_slice(*rest, 0, str_chr(*rest, ';')));
	char *text = arena_alloc(arena, bare.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < bare.len; i++)
		if (bare.ptr[i] != '\r' && bare.ptr[i] != '\n')
			text[len++] = bare.ptr[i];
	*rest = str_skip(*rest, str_chr(*rest, ';'));
	return str_make(text, len);
}

/* RFC 2231: "name*", "name*3", "name*3*"; more digits than fit are no number */
static void
split_name(struct arena *arena, struct str written,
    struct mime_parameter *parameter)
{
	size_t star = str_chr(written, '*');
	struct str suffix = str_skip(written, star + 1);
	uint64_t section;

	parameter->name = arena_lower(arena, str_slice(written, 0, star));
	parameter->section = -1;
	parameter->extended = star < written.len && (suffix.len == 0 ||
	    suffix.ptr[suffix.len - 1] == '*');
	if (suffix.len > 0 && parameter->extended)
		suffix.len--;
	if (str_to_uint(suffix, LIMIT_MIME_PARAMETERS * 8, &section))
		parameter->section = (int)section;
}

static void
take_parameter(struct arena *arena, struct str *rest,
    struct mime_value *value)
{
	struct mime_parameter parameter = { 0 };
	struct str name = take_run(rest, "=;(\"");

	skip_blanks(rest);
	if (!lex_char(rest, '=')) {
		/* No parameter: neither is a quote that starts none. */
		if (name.len == 0)
			*rest = str_skip(*rest, 1);
		return;
	}
	skip_blanks(rest);
	split_name(arena, name, &parameter);
	parameter.quoted = lex_peek(*rest) == '"';
	parameter.value = parameter.quoted ? take_quoted(arena, rest) :
	    take_bare(arena, rest);
	VEC_PUSH(arena, &value->parameters, parameter);
}

void
mime_value_parse(struct arena *arena, struct str field,
    struct mime_value *value_out)
{
	struct str rest = field;

	*value_out = (struct mime_value){ 0 };
	value_out->text = take_text(arena, &rest);
	for (;;) {
		skip_blanks(&rest);
		while (lex_char(&rest, ';'))
			skip_blanks(&rest);
		if (rest.len == 0 ||
		    value_out->parameters.count == LIMIT_MIME_PARAMETERS)
			return;
		take_parameter(arena, &rest, value_out);
	}
}

static const struct mime_parameter *
find_extended(const struct mime_value *value, struct str name)
{
	for (size_t i = 0; i < value->parameters.count; i++) {
		const struct mime_parameter *at = &value->parameters.at[i];

		if (at->extended && at->section < 0 && str_eq(at->name, name))
			return at;
	}
	return NULL;
}

/* The next section after this one: gaps are passed over. */
static const struct mime_parameter *
next_section(const struct mime_value *value, struct str name, int after)
{
	const struct mime_parameter *next = NULL;

	for (size_t i = 0; i < value->parameters.count; i++) {
		const struct mime_parameter *at = &value->parameters.at[i];

		if (at->section > after && str_eq(at->name, name) &&
		    (next == NULL || at->section < next->section))
			next = at;
	}
	return next;
}

/* Take charset'language' off; without both of them it is all text. */
static struct str
take_charset(struct str *text)
{
	size_t first = str_chr(*text, '\'');
	size_t second = str_chr(str_skip(*text, first + 1), '\'');
	struct str charset = str_slice(*text, 0, first);

	if (first + 1 + second >= text->len)
		return STR_NONE;
	*text = str_skip(*text, first + 1 + second + 1);
	return charset;
}

/* The octets, and their charset where one is said. */
struct raw {
	struct buf	octets;
	struct str	charset;
	bool		extended;
};

static void
add_raw(struct raw *raw, const struct mime_parameter *parameter, bool first)
{
	struct str text = parameter->value;

	if (!parameter->extended) {
		buf_add(&raw->octets, text);
		return;
	}
	raw->extended = true;
	if (first)
		raw->charset = take_charset(&text);
	buf_add_unescaped(&raw->octets, text, '%');
}

static void
raw_init(struct raw *raw, struct arena *arena)
{
	*raw = (struct raw){ .charset = STR_NONE };
	buf_init(&raw->octets, arena, LIMIT_MIME_FIELD_OCTETS);
}

/* False: there are no sections. */
static bool
join_sections(struct arena *arena, const struct mime_value *value,
    struct str name, struct raw *raw)
{
	const struct mime_parameter *at = next_section(value, name, -1);

	raw_init(raw, arena);
	if (at == NULL)
		return false;
	add_raw(raw, at, true);
	while ((at = next_section(value, name, at->section)) != NULL)
		add_raw(raw, at, false);
	return true;
}

/* A value without quotes ends where something else begins. */
static struct str
as_token(const struct mime_parameter *parameter)
{
	struct str rest = parameter->value;

	return parameter->quoted ? rest : take_run(&rest, ";(");
}

struct str
mime_value_parameter(struct arena *arena, const struct mime_value *value,
    struct str name, bool *several_out)
{
	struct str found = STR_NONE;
	bool several = false;
	struct raw raw;

	for (size_t i = 0; i < value->parameters.count; i++) {
		const struct mime_parameter *at = &value->parameters.at[i];
		struct str text;

		if (at->section >= 0 || !str_eq(at->name, name))
			continue;
		raw_init(&raw, arena);
		add_raw(&raw, at, true);
		text = at->extended ? buf_str(&raw.octets) : as_token(at);
		several |= found.len > 0 && !str_eq(text, found);
		if (found.len == 0)
			found = text;
	}
	if (join_sections(arena, value, name, &raw)) {
		several |= found.len > 0 &&
		    !str_eq(buf_str(&raw.octets), found);
		if (found.len == 0)
			found = buf_str(&raw.octets);
	}
	if (several_out != NULL)
		*several_out = several;
	return found;
}

/* The last octets that fit, from the beginning of a character on. */
static struct str
last_octets(struct str text)
{
	size_t from;

	if (text.len <= LIMIT_MIME_NAME_OCTETS)
		return text;
	from = text.len - LIMIT_MIME_NAME_OCTETS;
	while (from < text.len && ((unsigned char)text.ptr[from] & 0xc0) ==
	    0x80)
		from++;
	return str_skip(text, from);
}

struct texts {
	struct arena	*arena;
	struct str	*at;
	size_t		 max, *count;
};

static void
add_text(const struct texts *texts, struct str text)
{
	text = last_octets(str_trim(text));
	for (size_t i = 0; i < *texts->count; i++)
		if (str_eq(texts->at[i], text))
			return;
	if (text.len > 0 && *texts->count < texts->max)
		texts->at[(*texts->count)++] = text;
}

/* Encoded words are found in sections, too; not beside a charset. */
static void
add_decoded(const struct texts *texts, const struct raw *raw)
{
	struct buf out;

	if (!raw->extended) {
		add_text(texts, encoded_word_decode(texts->arena,
		    buf_str(&raw->octets)));
		return;
	}
	buf_init(&out, texts->arena, SIZE_MAX);
	charset_add(&out, raw->charset, buf_str(&raw->octets));
	add_text(texts, buf_str(&out));
}

/* "name.pdf (a comment)": a name may end so, too; both are told. */
static void
add_plain(const struct texts *texts, const struct mime_parameter *parameter)
{
	struct str text = parameter->value;
	size_t open = str_rchr(text, '(');
	struct raw raw;

	raw_init(&raw, texts->arena);
	buf_add(&raw.octets, text);
	add_decoded(texts, &raw);
	if (parameter->quoted || open == text.len ||
	    text.ptr[text.len - 1] != ')')
		return;
	raw.octets.len = 0;
	buf_add(&raw.octets, str_slice(text, 0, open));
	add_decoded(texts, &raw);
}

void
mime_value_texts(struct arena *arena, const struct mime_value *value,
    struct str name, struct str *at, size_t max, size_t *count)
{
	const struct texts texts = { arena, at, max, count };
	const struct mime_parameter *extended = find_extended(value, name);
	struct raw raw;

	if (extended != NULL) {
		raw_init(&raw, arena);
		add_raw(&raw, extended, true);
		add_decoded(&texts, &raw);
	}
	if (join_sections(arena, value, name, &raw))
		add_decoded(&texts, &raw);
	for (size_t i = 0; i < value->parameters.count; i++) {
		const struct mime_parameter *plain = &value->parameters.at[i];

		if (plain->section < 0 && !plain->extended &&
		    str_eq(plain->name, name))
			add_plain(&texts, plain);
	}
}
