/*
 * signing - sign mail of ours as the table says (RFC 6376, 8463, 8616)
 *
 * What is to be signed is decided when the header is complete, so that the
 * body is hashed as it comes; the signatures are made over the header as it
 * will be sent.  Nothing here knows whether the mail is ours.
 *
 * Errors:	a signature that cannot be made is left out, and why is told.
 * Ownership:	a message's memory is its arena's; signing_job_free() gives
 *		the keys back.
 * Threads:	signing: any; a job: one at a time.  Keys may be read at
 *		signing_begin(), and signing_end() takes up to milliseconds:
 *		neither on the resolver's loop.
 */
#ifndef ASSAY_SIGNING_SIGNING_H
#define ASSAY_SIGNING_SIGNING_H

#include "dkim/digest.h"
#include "signing/table.h"

struct signing_options {
	const char	*table;		/* our own; or NULL */
	const char	*key_table;	/* OpenDKIM's; or NULL */
	const char	*signing_table;
	bool		 multiple;	/* OpenDKIM's: all that match */
	bool		 allow_readable;
	uid_t		 signer;	/* whose keys may be; (uid_t)-1: ours */
	uint64_t	 (*now_ms)(void);	/* NULL: clock_ms() */
};

struct signing;

/* NULL, and all mistakes in diag.  Keys are not looked at yet. */
struct signing *signing_new(const struct signing_options *options,
    struct diag *diag);
void signing_free(struct signing *signing);		/* NULL is allowed */

/* The tables, own before OpenDKIM's; NULL past the last. */
const struct signing_table *signing_table_nth(const struct signing *signing,
    size_t n);

/*
 * The keys that a row names for an author's domain: one for each signature.
 * A key that cannot be had has no private key, but a note that says why.
 */
struct signing_chosen {
	struct str		 domain, selector;	/* A-labels */
	struct str		 path;
	struct dkim_private	*key;		/* a reference, or NULL */
	struct str		 note;
};

struct signing_choice {
	VEC(struct signing_chosen)	list;
};

void signing_choose(const struct signing *signing, struct arena *arena,
    const struct signing_row *row, struct str author_domain,
    struct signing_choice *choice);

/* ---- one message ---- */

struct signing_made {
	struct header_field	 field;
	struct str		 domain, selector;
	const char		*algorithm;	/* as in a= */
};

struct signing_result {
	VEC(struct signing_made)	made;
	struct str			why;	/* what could not be made, and
						 * why; empty: nothing */
	bool				failed;	/* a row names a key, which does
						 * not sign */
};

struct signing_job;

/*
 * address: the author's, or empty where there are several in the domain;
 * domain: A-labels.  Adds what it needs to the hashes of the body.
 */
struct signing_job *signing_begin(const struct signing *signing,
    struct arena *arena, struct dkim_bodies *bodies, struct str address,
    struct str domain);

/* Is there anything to sign? */
bool signing_wanted(const struct signing_job *job);

/* After the hashes have ended; header: all fields, as they will be sent. */
void signing_end(struct signing_job *job, const struct header *header,
    int64_t now, struct signing_result *result_out);

void signing_job_free(struct signing_job *job);		/* NULL is allowed */

#endif
