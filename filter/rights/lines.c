#include "rights/lines.h"

void
lines_begin(struct lines *lines, const struct source *source)
{
	*lines = (struct lines){ .source = source, .rest = source->text,
	    .next = 1 };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct str
skip_blanks(struct str s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = str_skip(s, 1);
	return s;
}

static bool
says_nothing(struct str line)
{
	line = skip_blanks(line);
	return line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == '\n';
}

static void
take(struct lines *lines)
{
	lines->rest = str_skip(lines->rest, str_line(lines->rest));
	lines->next++;
}

bool
lines_next(struct lines *lines)
{
	const char *from;

	while (lines->rest.len > 0 && says_nothing(lines->rest))
		take(lines);
	if (lines->rest.len == 0)
		return false;
	from = lines->rest.ptr;
	lines->number = lines->next;
	take(lines);
	lines->line = str_make(from, (size_t)(lines->rest.ptr - from));
	while (lines->rest.len > 0 && (says_nothing(lines->rest) ||
	    is_blank(lines->rest.ptr[0]))) {
		bool more = !says_nothing(lines->rest);

		take(lines);
		if (more)
			lines->line.len = (size_t)(lines->rest.ptr - from);
	}
	return true;
}

struct str
lines_word(struct str *rest, bool commas)
{
	size_t end = 0;
	struct str word;

	for (;;) {
		*rest = skip_blanks(*rest);
		if (rest->len == 0)
			return STR_NONE;
		if (rest->ptr[0] == '\n') {
			*rest = str_skip(*rest, 1);
			while (rest->len > 0 && says_nothing(*rest))
				*rest = str_skip(*rest, str_line(*rest));
		} else if (commas && rest->ptr[0] == ',') {
			*rest = str_skip(*rest, 1);
		} else {
			break;
		}
	}
	while (end < rest->len && !is_blank(rest->ptr[end]) &&
	    rest->ptr[end] != '\n' && !(commas && rest->ptr[end] == ','))
		end++;
	word = str_slice(*rest, 0, end);
	*rest = str_skip(*rest, end);
	return word;
}

struct place
lines_place(const struct lines *lines, const char *at)
{
	struct place place = { lines->source, lines->number, 1, 0 };
	struct str rest = lines->line;
	size_t end = str_chr(rest, '\n');

	while (end < rest.len && at > rest.ptr + end) {
		rest = str_skip(rest, end + 1);
		end = str_chr(rest, '\n');
		place.line++;
	}
	return place_after(place, (size_t)(at - rest.ptr));
}
