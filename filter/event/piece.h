/*
 * piece - the texts of some logs, one behind the other, in whole lines
 *
 * Each piece is of one file and ends where a line does, but for the last one
 * of a file that is cut.  A line longer than LIMIT_EVENT_LINE_OCTETS is left
 * out; an empty piece that says so stands for it.
 *
 * Ownership:	the text of a piece is its user's, who calls free() for it; it
 *		is used again, and grows, where the piece is given again.
 * Threads:	one at a time.
 */
#ifndef ASSAY_EVENT_PIECE_H
#define ASSAY_EVENT_PIECE_H

#include "event/read.h"
#include "event/source.h"

/* What a path can be beside a file. */
struct event_opener {
	/* Not 0: it is no file, and so much in the sum of sizes. */
	uint64_t		 (*size)(const char *path);
	/* NULL and why.  What want says of time and queue id may be left out
	 * of what comes; it is left out all the same. */
	struct event_source	*(*open)(void *ctx, const char *path,
				    const struct event_want *want, char *why,
				    size_t size);
	void			*ctx;
};

/* Begin with {}. */
struct event_piece {
	char		*text;
	size_t		 len, size;
	const char	*file;
	bool		 file_begins;
	bool		 too_long;	/* a line came first that is left out */
	uint64_t	 octets;	/* read by then, as they lie on disks */
};

struct event_pieces {
	const struct event_opener *opener;	/* NULL: all are files */
	const struct event_want	*want;		/* the opener's */
	const char *const	*path;		/* the next one */
	/* The first file that could not be read to its end. */
	uint64_t		 unread;
	const char		*unread_file;
	char			 unread_why[128];

	/* Its own: */
	struct event_source	*source;
	bool			 file_begins;
	char			*carry;		/* part of a line */
	size_t			 carry_len, carry_size;
	bool			 dropping;	/* the rest of a long line */
	uint64_t		 octets_before;
};

/* Of the paths, NULL-terminated; all must outlive it. */
void event_pieces_init(struct event_pieces *pieces,
    const char *const *paths, const struct event_opener *opener,
    const struct event_want *want);
void event_pieces_fini(struct event_pieces *pieces);

/* False: there are no more lines, now and later. */
bool event_pieces_next(struct event_pieces *pieces,
    struct event_piece *piece);

/* What octets comes to in the end; 0 for what is no regular file. */
uint64_t event_pieces_total(const struct event_pieces *pieces,
    const char *const *paths);

#endif
