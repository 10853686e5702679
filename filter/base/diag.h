/*
 * diag - mistakes in a file that an admin wrote, all of them at once
 *
 *	standard.policy:12:9: error: unknown fact "spff"; did you mean "spf"?
 *	        reject when spff == fail;
 *	                    ^
 *
 * Lines and columns count from 1; column 0 means the whole line, and line 0
 * the whole file.  After LIMIT_POLICY_ERRORS no more are kept, and the last
 * one says so.
 */
#ifndef ASSAY_BASE_DIAG_H
#define ASSAY_BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag_item {
	enum diag_level	 level;
	const char	*file, *text;
	const char	*source;	/* the line itself, or NULL */
	unsigned	 line, column;
	unsigned	 octets;	/* from there on that are meant */
};

struct diag;			/* owns copies of all it is given */

struct diag *diag_new(void);
void diag_free(struct diag *diag);

/* source_line: the text of the line, STR_NONE where it is not at hand. */
void diag_add(struct diag *diag, enum diag_level level, const char *file,
    unsigned line, unsigned column, struct str source_line,
    const char *format, ...) __attribute__((format(printf, 7, 8)));
void diag_vadd(struct diag *diag, enum diag_level level, const char *file,
    unsigned line, unsigned column, struct str source_line,
    const char *format, va_list ap) __attribute__((format(printf, 7, 0)));

/* How many octets the last one means; 1 where this is not said. */
void diag_span(struct diag *diag, unsigned octets);

size_t diag_count(const struct diag *diag, enum diag_level level);
size_t diag_total(const struct diag *diag);
const struct diag_item *diag_at(const struct diag *diag, size_t i);

/* All, as above, to a stream; each as one line to the log. */
void diag_print(const struct diag *diag, FILE *out);
void diag_log(const struct diag *diag);

/* The candidate nearest to word (edit distance at most 2), or NULL. */
const char *diag_nearest(struct str word, const char *const *candidates,
    size_t count);

#endif
