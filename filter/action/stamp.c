#include <string.h>

#include "action/edit.h"
#include "base/limits.h"
#include "mail/fold.h"
#include "mail/safe.h"

static const struct str field_name = STR_INIT("Authentication-Results");

static bool
all_in(struct str s, bool (*class)(char c))
{
	for (size_t i = 0; i < s.len; i++)
		if (!class(s.ptr[i]))
			return false;
	return true;
}

/* RFC 2045 section 5.1: neither CTL, space nor tspecials. */
static bool
is_token_char(char c)
{
	return c > 0x20 && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* RFC 5322 section 3.2.3 atext, with the UTF-8 of RFC 6532 section 3.2. */
static bool
is_atext(char c)
{
	return ascii_alnum(c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_label_char(char c)
{
	return ascii_alnum(c) || c == '-' || (unsigned char)c >= 0x80;
}

/* Dot-string of RFC 5321 section 4.1.2. */
static bool
is_dot_string(struct str s)
{
	struct str rest = s, atom;

	while (str_next(&rest, '.', &atom))
		if (atom.len == 0 || !all_in(atom, is_atext))
			return false;
	return s.len > 0;
}

/* domain-name of RFC 6376 section 3.5: two labels or more. */
static bool
is_domain_name(struct str s)
{
	struct str rest = s, label;
	size_t labels = 0;

	for (; str_next(&rest, '.', &label); labels++)
		if (label.len == 0 || !all_in(label, is_label_char) ||
		    label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
			return false;
	return labels >= 2;
}

/* [ [ local-part ] "@" ] domain-name, as a pvalue may be without quotes. */
static bool
is_plain_address(struct str s)
{
	size_t at = str_rchr(s, '@');

	if (at == s.len)
		return is_domain_name(s);
	return (at == 0 || is_dot_string(str_slice(s, 0, at))) &&
	    is_domain_name(str_skip(s, at + 1));
}

static void
add_quoted(struct buf *out, struct str text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text.ptr[i]);
	}
	buf_addc(out, '"');
}

enum value_form { VALUE_ANY, VALUE_TOKEN_OR_QUOTED, VALUE_QUOTED };

/* pvalue (RFC 8601 section 2.2).  A value that was cut is always quoted, so
 * that nobody takes the rest for a domain. */
static void
add_value(struct arena *arena, struct buf *out, struct str value,
    enum value_form form)
{
	struct str text = safe_text(arena, value, SAFE_UTF8,
	    LIMIT_AUTHRES_VALUE_OCTETS);
	bool token = text.len > 0 && all_in(text, is_token_char);

	if (value.len > LIMIT_AUTHRES_VALUE_OCTETS || form == VALUE_QUOTED)
		add_quoted(out, text);
	else if (token || (form == VALUE_ANY && is_plain_address(text)))
		buf_add(out, text);
	else
		add_quoted(out, text);
}

/* No quoted-pair in a comment: not every reader knows it. */
static void
add_comment(struct arena *arena, struct buf *out, struct str comment)
{
	struct str text = safe_text(arena, comment, SAFE_UTF8,
	    LIMIT_AUTHRES_VALUE_OCTETS);

	buf_addc(out, '(');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		buf_addc(out, c == '(' ? '[' : c == ')' ? ']' :
		    c == '\\' ? '/' : c);
	}
	buf_addc(out, ')');
}

static struct str
without_parentheses(struct str comment)
{
	if (comment.len >= 2 && comment.ptr[0] == '(' &&
	    comment.ptr[comment.len - 1] == ')')
		return str_slice(comment, 1, comment.len - 1);
	return comment;
}

static void
unit_init(struct buf *unit, struct arena *arena)
{
	buf_init(unit, arena, LIMIT_AUTHRES_OCTETS);
}

/* resinfo (RFC 8601 section 2.2) as lines of its own, without the ";". */
static struct str
result_lines(struct arena *arena, const struct result *result)
{
	struct str comment = without_parentheses(result->comment);
	struct buf out, unit;
	struct fold fold;

	buf_init(&out, arena, LIMIT_AUTHRES_OCTETS);
	buf_addz(&out, "\r\n\t");
	fold_init(&fold, &out, 8, LIMIT_FIELD_LINE - 1);
	fold_text(&fold, arena_printf(arena, "%s=%s",
	    method_name(result->method), word_name(result->word)));
	if (comment.len > 0) {
		unit_init(&unit, arena);
		add_comment(arena, &unit, comment);
		fold_unit(&fold, buf_str(&unit));
	}
	/* A pass needs no excuse; the field is long enough. */
	if (result->reason.len > 0 && result->word != WORD_PASS) {
		unit_init(&unit, arena);
		buf_addz(&unit, "reason=");
		add_value(arena, &unit, result->reason, VALUE_QUOTED);
		fold_unit(&fold, buf_str(&unit));
	}
	for (size_t i = 0; i < result->properties.count; i++) {
		const struct result_property *p = &result->properties.at[i];

		unit_init(&unit, arena);
		buf_printf(&unit, "%s.%s=", p->ptype, p->name);
		add_value(arena, &unit, p->value, VALUE_ANY);
		fold_unit(&fold, buf_str(&unit));
	}
	return buf_str(&out);
}

/* Who stays when there is no room for all: a sender chooses how many
 * signatures there are, and must not push out what else was found. */
static int
rank(const struct result *result)
{
	if (result->method != METHOD_DKIM)
		return 0;
	return result->word == WORD_PASS ? 1 : 2;
}

/* Fills in lines (empty: left out) and returns how many are in. */
static size_t
choose(struct arena *arena, const struct results *results, size_t room,
    struct str *lines)
{
	size_t chosen = 0;

	for (int r = 0; r <= 2; r++)
		for (size_t i = 0; i < results->list.count; i++) {
			const struct result *result = &results->list.at[i];
			struct str text;

			if (rank(result) != r)
				continue;
			if (chosen == LIMIT_AUTHRES_RESULTS)
				return chosen;
			text = result_lines(arena, result);
			if (text.len + 1 > room)
				continue;
			room -= text.len + 1;
			lines[i] = text;
			chosen++;
		}
	return chosen;
}

static void
add_results(struct arena *arena, struct buf *out,
    const struct results *results)
{
	enum { REMARK_OCTETS = 64 };
	size_t count = results->list.count, chosen;
	struct str *lines = arena_alloc(arena, count * sizeof(*lines));

	chosen = choose(arena, results, out->max - out->len - REMARK_OCTETS,
	    lines);
	for (int method = 0; method < METHOD_COUNT; method++)
		for (size_t i = 0; i < count; i++) {
			if (results->list.at[i].method != (enum method)method ||
			    lines[i].len == 0)
				continue;
			buf_addc(out, ';');
			buf_add(out, lines[i]);
		}
	if (chosen < count)
		buf_printf(out, "\r\n\t(%zu more results left out)",
		    count - chosen);
}

struct str
stamp_value(struct arena *arena, struct str authserv_id,
    const struct results *results)
{
	struct buf out, id;
	struct fold fold;

	unit_init(&id, arena);
	add_value(arena, &id, authserv_id, VALUE_TOKEN_OR_QUOTED);
	buf_init(&out, arena, LIMIT_AUTHRES_OCTETS);
	fold_init(&fold, &out, field_name.len + 2, LIMIT_FIELD_LINE - 1);
	fold_text(&fold, buf_str(&id));
	if (results->list.count > 0)
		add_results(arena, &out, results);
	else if (fold.column + strlen("; none") <= LIMIT_FIELD_LINE)
		buf_addz(&out, "; none");
	else
		buf_addz(&out, ";\r\n\tnone");
	return buf_str(&out);
}

void
edit_stamp(struct arena *arena, struct edit_list *edits,
    struct str authserv_id, const struct results *results)
{
	struct edit edit = { .kind = EDIT_INSERT, .name = field_name };

	edit.value = stamp_value(arena, authserv_id, results);
	VEC_PUSH(arena, &edits->list, edit);
}
