/*
 * bounce - which mail's bounces are tagged, and what a tag is worth
 *
 * Mail that leaves carries a tag in its envelope sender (prvs.h), so that
 * only a bounce that answers it comes back to a tagged address; one that
 * does not is backscatter, made by somebody who forged our address.
 *
 * Threads:	immutable once made.
 */
#ifndef ASSAY_BOUNCE_BOUNCE_H
#define ASSAY_BOUNCE_BOUNCE_H

#include "base/diag.h"
#include "bounce/prvs.h"

struct bounce_options {
	const char		*keys_file;
	const char *const	*domains;	/* patterns: whose mail */
	size_t			 domain_count;
	const char *const	*except_to;	/* patterns: recipients */
	size_t			 except_to_count;
	const char *const	*except_from;	/* patterns: senders */
	size_t			 except_from_count;
	unsigned		 days;		/* that a tag is good for */
};

struct bounce;

/*
 * Reads the keys; patterns must outlive it.  NULL, and the mistakes in diag:
 * a file that is not there, that others can read, or that holds no key.
 */
struct bounce *bounce_new(const struct bounce_options *options,
    struct diag *diag);
void bounce_free(struct bounce *bounce);	/* wipes the keys */

/*
 * The envelope sender that mail from here leaves with.  NULL, or why it stays
 * as it is; a string of its own for each reason.
 */
const char *bounce_tag(const struct bounce *bounce, struct arena *arena,
    struct str from, const struct str *rcpts, size_t rcpt_count, int64_t now,
    struct str *tagged_out);

/* A recipient whose bounces would be tagged: it is of our domains, and not an
 * exception. */
bool bounce_expects_tag(const struct bounce *bounce, struct str bare);

enum prvs_state bounce_check(const struct bounce *bounce,
    struct arena *arena, struct str rcpt, int64_t now, struct str *bare_out);

#endif
