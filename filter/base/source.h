/*
 * source - a text that an admin wrote, and the places in it
 *
 * Every mistake in a policy, a list or a table is reported through here, so
 * that it comes with its file:line:column, the line itself and a caret.
 *
 * Ownership:	a source and its text live in the given arena; places
 *		point to it and live as long.
 */
#ifndef ASSAY_BASE_SOURCE_H
#define ASSAY_BASE_SOURCE_H

#include "base/arena.h"
#include "base/diag.h"

struct source {
	const char	*path;		/* as it was given */
	struct str	 text;
};

struct place {
	const struct source	*source;
	unsigned		 line, column;	/* from 1 */
	unsigned		 octets;	/* that stand there; 0: one */
};

struct source *source_new(struct arena *arena, const char *path,
    struct str text);

/*
 * Read a whole regular file of at most max octets.  False, and errno, where
 * that cannot be done: EFBIG for one that is longer.  A byte order mark of
 * UTF-8 is left out.
 */
bool source_read(struct arena *arena, const char *path, size_t max,
    struct source **source_out);
/* The same; NULL, and why as a mistake of the file. */
struct source *source_load(struct arena *arena, const char *path, size_t max,
    struct diag *diag);

/*
 * The lines of a table: one entry each, "#" begins a comment, blank ones are
 * passed over.  The line comes trimmed, its place is that of its first octet.
 */
struct source_lines {
	const struct source	*source;
	struct str		 rest;
	unsigned		 line;
};

struct source_lines source_lines(const struct source *source);
bool source_next_line(struct source_lines *lines, struct str *line_out,
    struct place *place_out);

/* The path of a file that is named relative to the source's own. */
const char *source_beside(struct arena *arena, const struct source *source,
    struct str name);

/* The same line, that many octets further on. */
struct place place_after(struct place place, size_t octets);

/* "line 12", or "other.policy:12", for one who stands in from. */
const char *place_from(struct arena *arena, struct place from,
    struct place place);

void mistake(struct diag *diag, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doubt(struct diag *diag, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same where the line may hold a secret: it is not shown. */
void mistake_unshown(struct diag *diag, struct place place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Pass them on in the order of the text: the parser's mistakes come before the
 * binder's, but an admin reads a file from its top.  Other files than path
 * stand behind it, as they were met.
 */
void mistakes_hand_over(const struct diag *from, const char *path,
    struct arena *arena, struct diag *to);

/* "; did you mean "spf"?", or "" where nothing is near. */
const char *nearest_hint(struct arena *arena, struct str word,
    const char *const *candidates, size_t count);

/* The same, or otherwise where nothing is near. */
const char *hint_or(struct arena *arena, struct str word,
    const char *const *candidates, size_t count, const char *otherwise);

#endif
