/*
 * source - the octets of an event log, plain or compressed
 *
 * A file, or "-" for standard input.  gzip and zstd are known by their first
 * octets, not by the name; several members or frames behind each other are
 * one text.
 *
 * Threads:	one at a time.
 */
#ifndef ASSAY_EVENT_SOURCE_H
#define ASSAY_EVENT_SOURCE_H

#include <sys/types.h>

#include "base/arena.h"

struct event_source;

/* Octets that come from elsewhere, such as a store. */
struct event_stream {
	ssize_t		 (*read)(void *ctx, char *into, size_t size);
	const char	*(*trouble)(void *ctx);		/* or NULL */
	uint64_t	 (*offset)(void *ctx);
	void		 (*close)(void *ctx);
	void		*ctx;
};

/* A copy is kept; close() ends it. */
struct event_source *event_source_from(const struct event_stream *stream);

/* NULL and errno where it cannot be opened; EISDIR for a directory. */
struct event_source *event_source_open(const char *path);
void event_source_close(struct event_source *source);	/* NULL is allowed */

/*
 * Up to size octets of the text.  0: its end.  Negative: it goes on, but
 * cannot be read; event_source_trouble() says why.
 */
ssize_t event_source_read(struct event_source *source, char *into,
    size_t size);
const char *event_source_trouble(const struct event_source *source);

/* Octets of the file so far, as they lie on the disk. */
uint64_t event_source_offset(const struct event_source *source);

/* The size of a regular file; 0 for everything else. */
uint64_t event_source_size(const char *path);

/*
 * The log and what log rotation made of it, oldest first: of "events.json"
 * also "events.json.1", "events.json.2.gz", "events.json-20261122.zst" beside
 * it.  NULL-terminated, in the arena.
 */
const char *const *event_source_siblings(struct arena *arena,
    const char *path);

#endif
