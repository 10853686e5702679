/*
 * macro - macro strings of RFC 7208 section 7
 *
 * Pure text in, text out: who needs %{p} looks up the validated name first
 * (macro_wants) and hands it in.
 *
 * EAI:		domains are A-labels already; a local part with other than
 *		ASCII makes %{s} and %{l} match nothing (RFC 8616 section 4).
 */
#ifndef ASSAY_SPF_MACRO_H
#define ASSAY_SPF_MACRO_H

#include "base/arena.h"
#include "base/ip.h"

enum macro_use {
	MACRO_DOMAIN,		/* domain-spec, unknown modifiers */
	MACRO_EXPLANATION	/* explain-string: also SP, %{c} %{r} %{t} */
};

struct macro_values {
	struct ip	client;			/* c i v */
	struct str	local, sender_domain;	/* s l o */
	struct str	domain;			/* d: the current one */
	struct str	helo;			/* h */
	struct str	validated;		/* p; empty: "unknown" */
	struct str	receiver;		/* r; empty: "unknown" */
	int64_t		now;			/* t */
};

/* Is it a macro-string?  ends_in_macro_out: its last part is a macro-expand. */
bool macro_check(struct str text, enum macro_use use,
    bool *ends_in_macro_out);

/* Does it hold this macro letter (lower case)? */
bool macro_wants(struct str text, char letter);

enum macro_result {
	MACRO_OK,
	MACRO_NEVER,		/* matches nothing: RFC 8616 section 4 */
	MACRO_BAD		/* no macro-string, or far too long */
};

/* text_out: from the arena, at most LIMIT_SPF_MACRO_OCTETS. */
enum macro_result macro_expand(struct arena *arena, struct str text,
    enum macro_use use, const struct macro_values *values,
    struct str *text_out);

/*
 * A domain-spec as a name to ask for: lower case, no final dot, cut to 253
 * octets by leaving out labels from the left (section 7.3).  It may still be
 * none that DNS can carry.
 */
enum macro_result macro_domain(struct arena *arena, struct str spec,
    const struct macro_values *values, struct str *name_out);

#endif
