#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "policy/ast.h"

enum { CHOICES_MAX = 6, OBVIOUS_MAX = 10 };

/* Names of tokens, as parse.y has them. */
#define END	"the end of the file"
#define NAME	"a name"
#define TEXT	"a text in quotes"

struct names {
	const char	*const *at;
	size_t		 count;
};

static bool
has(struct names names, const char *name)
{
	for (size_t i = 0; i < names.count && names.at[i] != NULL; i++)
		if (strcmp(names.at[i], name) == 0)
			return true;
	return false;
}

/* What goes without saying where two other kinds may stand. */
static const struct {
	const char *where[2], *obvious[OBVIOUS_MAX];
} unsaid[] = {
	/* in a stage: an action or its end */
	{ { "\"shadow\"", NAME },
	  { "\"shadow\"", "\"policy\"", "\"list\"", "\"define\"",
	    "\"include\"", "\"at\"", "\"on\"" } },
	/* a name: the keywords that are names too */
	{ { NAME, NAME },
	  { "\"policy\"", "\"mode\"", "\"list\"", "\"file\"", "\"sqlite\"",
	    "\"optional\"", "\"on\"" } },
	/* a value */
	{ { NAME, TEXT },
	  { TEXT, "a number or address", "a negative number", "\"-\"",
	    "\"not\"", "\"(\"", "\"any\"", "\"all\"",
	    "a /regular expression/" } },
	/* behind a condition */
	{ { "\"and\"", "\"or\"" },
	  { "\"(\"", "\"+\"", "\"-\"", "\"*\"", "\"/\"",
	    "a negative number" } },
};

static bool
is_unsaid(struct names all, const char *name)
{
	if (strcmp(name, END) == 0)
		return true;
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++)
		if (has(all, unsaid[i].where[0]) &&
		    has(all, unsaid[i].where[1]) && has((struct names){
		    unsaid[i].obvious, OBVIOUS_MAX }, name))
			return true;
	return false;
}

/* What is worth naming; too much of it is not. */
static size_t
choose(struct names all, const char **out)
{
	size_t kept = 0;

	for (size_t i = 0; i < all.count; i++)
		if (!is_unsaid(all, all.at[i])) {
			if (kept == CHOICES_MAX)
				return 0;
			out[kept++] = all.at[i];
		}
	return kept;
}

/* "a", "a or b", "a, b or c". */
static void
add_choices(struct buf *buf, struct names names, const char *name)
{
	for (size_t i = 0; i < names.count; i++) {
		if (i > 0)
			buf_addz(buf, i + 1 < names.count ? ", " : " or ");
		buf_addz(buf, strcmp(names.at[i], NAME) == 0 ? name :
		    names.at[i]);
	}
}

/* A keyword that was expected and nearly written. */
static const char *
keyword_hint(struct parse *parse, struct names names)
{
	const char *words[CHOICES_MAX];
	size_t keywords = 0;

	for (size_t i = 0; i < names.count; i++) {
		struct str name = str_from(names.at[i]);

		if (name.len > 3 && name.ptr[0] == '"')
			words[keywords++] = arena_z(parse->arena,
			    str_slice(name, 1, name.len - 1));
	}
	return nearest_hint(parse->arena, parse->token, words, keywords);
}

/* What a name is for, where it may stand. */
static const char *
name_for(struct names all)
{
	if (has(all, "\"shadow\""))
		return "an action";
	return has(all, TEXT) ? "a value" : NAME;
}

void
syntax_mistake(struct parse *parse, struct place place, bool ends,
    const char *const *expected, size_t count)
{
	struct names all = { expected, count }, choices;
	const char *chosen[CHOICES_MAX];
	struct buf buf;

	if (diag_total(parse->diag) > LIMIT_POLICY_ERRORS)
		return;
	choices = (struct names){ chosen, choose(all, chosen) };
	buf_init(&buf, parse->arena, 512);
	buf_addz(&buf, choices.count > 0 ? "expected " : "unexpected ");
	add_choices(&buf, choices, name_for(all));
	if (choices.count > 0)
		buf_addz(&buf, ", found ");
	if (ends)
		buf_addz(&buf, END);
	else
		buf_printf(&buf, "\"%.*s\"%s", STR_ARG(str_slice(parse->token,
		    0, 60)), keyword_hint(parse, choices));
	mistake(parse->diag, place, "%.*s", STR_ARG(buf_str(&buf)));
}
