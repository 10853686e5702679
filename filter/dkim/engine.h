/*
 * engine - what dkim.c asks of the code that hashes and verifies
 *
 * dkim.c parses and vets the fields, chooses which are checked, gets the keys
 * and decodes them.  An engine sees only the chosen jobs: all parsed.usable.
 *
 * Order:	start, body any number of times, end, judge for each job whose
 *		key is there, free.
 */
#ifndef ASSAY_DKIM_ENGINE_H
#define ASSAY_DKIM_ENGINE_H

#include "base/buf.h"
#include "base/limits.h"
#include "dkim/keycache.h"

struct dkim_verdict {
	enum word	word;
	struct str	reason;
};

struct dkim_job {
	struct dkim_parsed	 parsed;
	struct dkim_public	*keys[LIMIT_DKIM_KEYS];	/* of the right type */
	size_t			 key_count;		/* at judge(): 1..  */
	bool			 body_limited;	/* by the engine, at judge() */
	void			*state;		/* the engine's own */
};

struct dkim_bodies;

struct dkim_engine_ops {
	/* shared: fed and ended by their owner; NULL: the engine's own. */
	void	*(*start)(struct arena *arena, const struct header *header,
		    struct dkim_job **jobs, size_t count,
		    struct dkim_bodies *shared);
	/* False: no job needs more of the body. */
	bool	(*body)(void *engine, struct str piece);
	void	(*end)(void *engine);
	struct dkim_verdict (*judge)(void *engine, struct dkim_job *job);
	void	(*free)(void *engine);
};

/*
 * The native engine's, for signatures over something else than a message
 * (ARC seals): the field without the value of its b= (RFC 6376 section 3.7),
 * canonical, without a final CRLF; and whether b= is a signature of the hash
 * by one of the job's keys.
 */
void dkim_canon_own(struct buf *out, enum dkim_form form,
    const struct dkim_parsed *parsed);
bool dkim_job_signed(struct arena *arena, const struct dkim_job *job,
    const unsigned char *digest);

extern const struct dkim_engine_ops dkim_native_ops, dkim_opendkim_ops;

#endif
