/*
 * signature - one DKIM-Signature field, parsed and vetted
 *
 * RFC 6376 sections 3.5 and 6.1.1, RFC 8301, 8463 and 8616.  Both engines get
 * only what has passed here.  What a bad field still says of itself (d=, s=,
 * a=, i=, b=) is filled in as far as it can be read, for the report.
 *
 * The word of a fault (RFC 8601 section 2.7.1):
 *	neutral    the field breaks the syntax, or is of a version, algorithm,
 *		   canonicalization or query method that we do not know
 *	permerror  it is well-formed but can never be accepted: From not
 *		   signed, i= outside d=, x= not after t=, rsa-sha1 (RFC 8301),
 *		   expired or signed in the future (RFC 6376 sections 3.5 and
 *		   6.1.1 call these PERMFAIL)
 *
 * Ownership:	slices of the field, or the arena.
 */
#ifndef ASSAY_DKIM_SIGNATURE_H
#define ASSAY_DKIM_SIGNATURE_H

#include "dkim/tag.h"
#include "facts/facts.h"
#include "mail/header.h"

enum dkim_algorithm {
	DKIM_ALGORITHM_UNKNOWN,
	DKIM_RSA_SHA1, DKIM_RSA_SHA256, DKIM_ED25519_SHA256
};

/*
 * What the field is: the signatures of ARC (RFC 8617 sections 4.1.2, 4.1.3)
 * have the tags of a DKIM-Signature but for v=; i= is something else there,
 * and a seal has no h=, bh= and c=.
 */
enum dkim_kind { DKIM_SIGNATURE, DKIM_ARC_MESSAGE, DKIM_ARC_SEAL };

enum dkim_form { DKIM_FORM_SIMPLE, DKIM_FORM_RELAXED };

struct dkim_parsed {
	const struct header_field	*field;

	bool		 usable;	/* vetted; else: */
	enum word	 word : 8;	/* ... the result, and */
	bool		 identity_under; /* i= is below d=, not d= itself */
	bool		 limited;	/* l= is there */
	bool		 timed, expires; /* t=, x= are there */
	enum dkim_algorithm	 algorithm : 8;
	enum dkim_form		 header_form : 8, body_form : 8;
	uint32_t		 name_count;
	struct str	 reason;

	struct str	 domain;	/* A-labels; empty if malformed */
	struct str	 selector;	/* A-labels; empty if malformed */
	struct str	 key_name;	/* of the key; empty if unusable */
	struct str	 algorithm_text; /* as written */
	struct str	 identity;	/* as written; default "@" d= */

	struct str	*names;		/* h=, in its order */
	struct str		 bh;		/* decoded */
	struct str		 b_span;	/* all between "b=" and ";" in
						 * field->value: what is left
						 * out of the hash; base64 (and
						 * not empty) where usable */
	uint64_t		 limit;		/* l=: octets; saturated */
	uint64_t		 time, expiry;	/* t=, x=: Unix time */
};

/* clock_skew in seconds, for t= and x=. */
void dkim_signature_parse(struct arena *arena,
    const struct header_field *field, int64_t now, uint32_t clock_skew,
    struct dkim_parsed *parsed_out);

/* tags_out: all that are in the field. */
void dkim_parse_as(struct arena *arena, enum dkim_kind kind,
    const struct header_field *field, int64_t now, uint32_t clock_skew,
    struct dkim_tags *tags_out, struct dkim_parsed *parsed_out);

bool dkim_is_signature(const struct header_field *field);

#endif
