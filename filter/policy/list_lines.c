#include "base/limits.h"
#include "policy/list.h"

/* A line that is being read. */
struct reading {
	struct parse		 parse;		/* for terms: an arena, diag */
	struct list_builder	*builder;
	struct str		 line;
	struct place		 place;		/* of the line */
};

static void
add(struct reading *reading, const struct term *term)
{
	enum list_kind kind;

	list_add(reading->builder, term, reading->parse.diag, &kind);
}

static struct place
place_at(const struct reading *reading, struct str piece)
{
	return place_after(reading->place,
	    (size_t)(piece.ptr - reading->line.ptr));
}

/* The octets from one mark to the next one that has no '\' before it. */
static size_t
find_close(struct str entry)
{
	for (size_t i = 1; i < entry.len; i++) {
		if (entry.ptr[i] == '\\')
			i++;
		else if (entry.ptr[i] == entry.ptr[0])
			return i;
	}
	return entry.len;
}

static bool
nothing_follows(struct reading *reading, struct str rest)
{
	rest = str_trim(rest);
	if (rest.len == 0 || rest.ptr[0] == '#')
		return true;
	mistake(reading->parse.diag, place_at(reading, rest), "something "
	    "follows the entry: one stands in a line");
	return false;
}

/* "text" or /regex/i, as in a policy. */
static void
add_marked(struct reading *reading, struct str entry)
{
	bool regex = entry.ptr[0] == '/';
	struct place place = place_at(reading, entry);
	size_t end = find_close(entry);

	if (end == entry.len) {
		mistake(reading->parse.diag, place, regex ?
		    "this regular expression is not closed: a / is missing" :
		    "this text is not closed: a \" is missing");
		return;
	}
	for (end++; regex && end < entry.len && ascii_alpha(entry.ptr[end]);)
		end++;
	if (!nothing_follows(reading, str_skip(entry, end)))
		return;
	entry.len = end;
	add(reading, regex ? term_from_regex(&reading->parse, place, entry) :
	    term_from_string(&reading->parse, place, entry));
	arena_reset(reading->parse.arena);
}

/* "a b"@example.com is no text in quotes, but a mail address. */
static bool
is_marked(struct str entry)
{
	size_t behind;

	if (entry.ptr[0] != '"')
		return entry.ptr[0] == '/';
	behind = find_close(entry) + 1;
	return behind >= entry.len || entry.ptr[behind] != '@';
}

static void
add_line(struct reading *reading)
{
	struct str entry = str_trim(reading->line);

	if (entry.len == 0 || entry.ptr[0] == '#')
		return;
	if (is_marked(entry)) {
		add_marked(reading, entry);
		return;
	}
	for (size_t i = 1; i < entry.len; i++)
		if (entry.ptr[i] == '#' && ascii_space(entry.ptr[i - 1]))
			entry.len = i;
	entry = str_trim(entry);
	add(reading, &(struct term){ .kind = TERM_BARE, .text = entry,
	    .place = place_at(reading, entry) });
}

static bool
is_utf16(struct str text)
{
	return text.len >= 2 && ((text.ptr[0] == '\xff' &&
	    text.ptr[1] == '\xfe') || (text.ptr[0] == '\xfe' &&
	    text.ptr[1] == '\xff'));
}

void
list_add_lines(struct list_builder *builder, const struct source *source,
    struct diag *diag)
{
	struct reading reading = { .builder = builder, .parse = {
	    .arena = arena_new(), .diag = diag, .source = source },
	    .place = { source, 1, 1, 0 } };
	struct str rest = source->text;

	if (is_utf16(rest)) {
		mistake(diag, reading.place, "this is UTF-16; a list is "
		    "written in UTF-8");
		rest = STR_NONE;
	}
	for (; diag_total(diag) <= LIMIT_POLICY_ERRORS &&
	    str_next(&rest, '\n', &reading.line); reading.place.line++)
		add_line(&reading);
	arena_free(reading.parse.arena);
}
