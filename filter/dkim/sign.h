/*
 * sign - make a signature field (RFC 6376 section 5, RFC 8463, RFC 8617)
 *
 * One core for DKIM-Signature, ARC-Message-Signature and ARC-Seal: hash the
 * given fields in the given order, then the new field itself with an empty
 * b=, sign the hash, write b=, fold.
 *
 *	DKIM-Signature, ARC-Message-Signature:
 *		dkim_bodies_add(bodies, form, UINT64_MAX) before the body,
 *		dkim_select() over the header as it will be sent,
 *		dkim_sign() with the body's hash at its end.
 *	ARC-Seal:
 *		fields are the sets in the order of RFC 8617 section 5.1.1 (the
 *		new set's results and message signature last), there are no
 *		names and no body_hash, header_form is relaxed.
 *
 * There is never an l= (RFC 6376 section 8.2).
 *
 * Ownership:	the arena's; slices of what is given.
 * Threads:	any, one at a time for an arena.  An RSA signature takes the
 *		better part of a millisecond: not on the resolver's loop.
 */
#ifndef ASSAY_DKIM_SIGN_H
#define ASSAY_DKIM_SIGN_H

#include "dkim/private.h"

/* What is signed of a header, in this order. */
struct dkim_selected {
	VEC(struct str)				names;	/* h= */
	VEC(const struct header_field *)	fields;
};

/* What MTAs add where there is none (RFC 6409 section 8) is signed once more
 * only where it is there. */
enum dkim_over { DKIM_NOT_OVER, DKIM_OVER, DKIM_OVER_IF_THERE };

/*
 * All fields of these names, from the last to the first of each (RFC 6376
 * section 5.4.2), and where over says so the name once more, so that none can
 * be added (section 8.15).  A name that comes again is passed over.  False:
 * more than a signature can name.
 */
struct dkim_wanted {
	struct str	name;
	enum dkim_over	over;
};

bool dkim_select(struct arena *arena, const struct header *header,
    const struct dkim_wanted *wanted, size_t count,
    struct dkim_selected *selected_out);

struct dkim_sign {
	enum dkim_kind			 kind;
	const struct dkim_private	*key;
	struct str			 domain, selector;  /* A-labels */
	struct str			 identity;	/* i= of a
							 * DKIM-Signature;
							 * empty: none */
	unsigned			 instance;	/* i= of ARC */
	struct str			 chain;		/* cv= of a seal */
	enum dkim_form			 header_form, body_form;
	const struct dkim_selected	*selected;
	struct str			 body_hash;	/* 32 octets */
	int64_t				 time;		/* t= */
	int64_t				 expiry;	/* x=; 0: none */
};

/*
 * The field, its value folded with CRLF and TAB after a leading blank, lines
 * of LIMIT_FIELD_LINE columns where its words allow it.  False: the library
 * cannot sign.
 */
bool dkim_sign(struct arena *arena, const struct dkim_sign *sign,
    struct header_field *field_out);

#endif
