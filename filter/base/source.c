#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

enum { LINE_SHOWN_MAX = 1000 };	/* a longer line shows nobody anything */

struct source *
source_new(struct arena *arena, const char *path, struct str text)
{
	struct source *source = arena_alloc(arena, sizeof(*source));

	source->path = arena_z(arena, str_from(path));
	source->text = arena_copy(arena, text);
	return source;
}

/* Read until the end or until size octets are there; -1 on an error. */
static ssize_t
read_up_to(int fd, char *out, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, out + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* The mark that some editors put before UTF-8. */
static struct str
without_bom(struct str text)
{
	return str_starts_nocase(text, STR("\xef\xbb\xbf")) ?
	    str_skip(text, 3) : text;
}

static bool
read_open_file(struct arena *arena, int fd, size_t max, struct str *text_out)
{
	struct stat st;
	ssize_t len;
	char *text;

	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP;
		return false;
	}
	if (st.st_size > (off_t)max) {
		errno = EFBIG;
		return false;
	}
	/* One that grows while it is read is not whole. */
	max = (size_t)st.st_size;
	text = arena_alloc(arena, max + 1);
	len = read_up_to(fd, text, max + 1);
	if (len > (ssize_t)max)
		errno = EFBIG;
	if (len < 0 || len > (ssize_t)max)
		return false;
	*text_out = without_bom(str_make(text, (size_t)len));
	return true;
}

bool
source_read(struct arena *arena, const char *path, size_t max,
    struct source **source_out)
{
	struct source *source = arena_alloc(arena, sizeof(*source));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int saved;
	bool ok;

	if (fd < 0)
		return false;
	ok = read_open_file(arena, fd, max, &source->text);
	saved = errno;
	close(fd);
	errno = saved;
	source->path = arena_z(arena, str_from(path));
	*source_out = source;
	return ok;
}

struct source *
source_load(struct arena *arena, const char *path, size_t max,
    struct diag *diag)
{
	struct source *source;

	if (source_read(arena, path, max, &source))
		return source;
	diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE, "cannot read it: %s",
	    strerror(errno));
	return NULL;
}

struct source_lines
source_lines(const struct source *source)
{
	return (struct source_lines){ source, source->text, 0 };
}

bool
source_next_line(struct source_lines *lines, struct str *line_out,
    struct place *place_out)
{
	struct str line, bare;

	while (str_next(&lines->rest, '\n', &line)) {
		lines->line++;
		bare = str_trim(str_slice(line, 0, str_chr(line, '#')));
		if (bare.len == 0)
			continue;
		*line_out = bare;
		*place_out = (struct place){ lines->source, lines->line,
		    (unsigned)(bare.ptr - line.ptr) + 1,
		    (unsigned)bare.len };
		return true;
	}
	return false;
}

const char *
source_beside(struct arena *arena, const struct source *source,
    struct str name)
{
	struct str path = str_from(source->path);
	size_t slash = str_rchr(path, '/');

	if (slash == path.len || (name.len > 0 && name.ptr[0] == '/'))
		return arena_z(arena, name);
	return arena_printf(arena, "%.*s/%.*s", (int)slash, path.ptr,
	    STR_ARG(name)).ptr;
}

struct place
place_after(struct place place, size_t octets)
{
	place.column += (unsigned)octets;
	place.octets = 0;
	return place;
}

const char *
place_from(struct arena *arena, struct place from, struct place place)
{
	if (from.source == place.source)
		return arena_printf(arena, "line %u", place.line).ptr;
	return arena_printf(arena, "%s:%u", place.source->path,
	    place.line).ptr;
}

static struct str
line_of(const struct source *source, unsigned line)
{
	struct str rest = source->text, text = STR_NONE;

	for (unsigned i = 0; i < line; i++)
		if (!str_next(&rest, '\n', &text))
			return STR_NONE;
	if (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	return text;
}

static void
report(struct diag *diag, enum diag_level level, struct place place,
    const char *format, va_list ap)
{
	struct str line = STR_NONE;

	if (diag_total(diag) > LIMIT_POLICY_ERRORS)
		return;
	if (place.column > 0)
		line = line_of(place.source, place.line);
	if (line.len > LINE_SHOWN_MAX)
		line = STR_NONE;
	diag_vadd(diag, level, place.source->path, place.line, place.column,
	    line, format, ap);
	if (place.octets > 0)
		diag_span(diag, place.octets);
}

void
mistake(struct diag *diag, struct place place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report(diag, DIAG_ERROR, place, format, ap);
	va_end(ap);
}

void
mistake_unshown(struct diag *diag, struct place place, const char *format,
    ...)
{
	va_list ap;

	if (diag_total(diag) > LIMIT_POLICY_ERRORS)
		return;
	va_start(ap, format);
	diag_vadd(diag, DIAG_ERROR, place.source->path, place.line,
	    place.column, STR_NONE, format, ap);
	va_end(ap);
}

void
doubt(struct diag *diag, struct place place, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	report(diag, DIAG_WARNING, place, format, ap);
	va_end(ap);
}

const char *
nearest_hint(struct arena *arena, struct str word,
    const char *const *candidates, size_t count)
{
	const char *near = diag_nearest(word, candidates, count);

	if (near == NULL)
		return "";
	return arena_printf(arena, "; did you mean \"%s\"?", near).ptr;
}

const char *
hint_or(struct arena *arena, struct str word, const char *const *candidates,
    size_t count, const char *otherwise)
{
	const char *hint = nearest_hint(arena, word, candidates, count);

	return hint[0] != '\0' ? hint : otherwise;
}

struct order {
	const struct diag_item	*item;
	size_t			 file, at;	/* file 0 is the policy's own */
};

static int
by_position(const void *x, const void *y)
{
	const struct order *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->item->line != b->item->line)
		return a->item->line < b->item->line ? -1 : 1;
	if (a->item->column != b->item->column)
		return a->item->column < b->item->column ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

void
mistakes_hand_over(const struct diag *from, const char *path,
    struct arena *arena, struct diag *to)
{
	size_t total = diag_total(from), sorted = total;
	struct order *order = arena_alloc(arena, total * sizeof(*order));

	if (sorted > LIMIT_POLICY_ERRORS)
		sorted = LIMIT_POLICY_ERRORS;	/* then "too many" */
	for (size_t i = 0; i < total; i++) {
		order[i] = (struct order){ diag_at(from, i), i + 1, i };
		if (strcmp(order[i].item->file, path) == 0)
			order[i].file = 0;
		for (size_t j = 0; j < i && order[i].file > 0; j++)
			if (strcmp(order[j].item->file,
			    order[i].item->file) == 0) {
				order[i].file = order[j].file;
				break;
			}
	}
	qsort(order, sorted, sizeof(*order), by_position);
	for (size_t i = 0; i < total; i++) {
		const struct diag_item *item = order[i].item;

		diag_add(to, item->level, item->file, item->line, item->column,
		    str_from(item->source), "%s", item->text);
		diag_span(to, item->octets);
	}
}
