/*
 * read - all lines of some logs, as messages
 *
 * The files, plain, gzip or zstd, or standard input, one after the other, in
 * the order of order.h.  Lines of both MTAs may be mixed.
 *
 * Bounded:	one line, and what join.h keeps.
 * Errors:	lines that are not understood are counted; a file that cannot be
 *		read to its end is told of, and the rest is read all the same.
 */
#ifndef ASSAY_MAILLOG_READ_H
#define ASSAY_MAILLOG_READ_H

#include "maillog/join.h"

struct maillog_options {
	const char *const	*paths;		/* NULL-terminated; "-" */
	int64_t			 now_us;	/* for standard input */
	int64_t			 year;		/* of the first line of each
						 * file; 0: see stamp.h */
	size_t			 show;		/* lines that are not
						 * understood and kept */
	maillog_done_fn		*message;
	/* Each of these, as it stands there; too long: empty.  Or NULL. */
	void			(*unknown)(void *ctx, struct str line);
	/* Octets read so far, of those in regular files; or NULL. */
	void			(*progress)(void *ctx, uint64_t done,
				    uint64_t total);
	void			*ctx;
};

struct maillog_count {
	uint64_t	lines;
	uint64_t	other;		/* of other programs */
	uint64_t	silent;		/* understood, of no message */
	uint64_t	used;
	uint64_t	unknown;	/* of an MTA, and not understood */
	uint64_t	broken;		/* no line of a log, or too long */
	uint64_t	refusals;	/* of a command */
	uint64_t	milter_refusals;	/* of these, by a milter */
	uint64_t	cut;		/* messages: maillog_join_cut() */
	int64_t		first_us, last_us;	/* 0: of none */
	VEC(struct str)	shown;		/* unknown and broken ones */
	/* The first file that could not be read to its end. */
	uint64_t	unread;
	const char	*unread_file;
	char		unread_why[128];
};

/* shown lies in the arena. */
void maillog_read(const struct maillog_options *options, struct arena *arena,
    struct maillog_count *count_out);

/* A line as it is, no newline; for a test, too. */
enum maillog_kind maillog_read_entry(const struct maillog_line *line,
    struct maillog_entry *entry_out);

#endif
