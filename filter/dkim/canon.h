/*
 * canon - the canonical forms of header fields and bodies
 *
 * RFC 6376 sections 3.4.1 to 3.4.4.  Where it is silent: a CR or LF that is
 * no part of a CRLF is an octet like any other, and a body whose last line
 * has no CRLF gets one in both forms.
 */
#ifndef ASSAY_DKIM_CANON_H
#define ASSAY_DKIM_CANON_H

#include "base/buf.h"
#include "dkim/signature.h"

/* The field as it is hashed, without a final CRLF. */
void dkim_canon_field(struct buf *out, enum dkim_form form, struct str name,
    struct str value);

/* Takes canonical octets as they come; they are valid during the call. */
typedef void dkim_sink_fn(void *ctx, struct str octets);

struct dkim_canon {
	enum dkim_form	 form;
	dkim_sink_fn	*sink;
	void		*ctx;
	/* What is not decided yet: */
	uint64_t	 lines;		/* CRLFs seen, then */
	bool		 space;		/* ... white space (relaxed), then */
	bool		 cr;		/* ... a CR */
	bool		 content;	/* the sink has had something */
};

void dkim_canon_init(struct dkim_canon *canon, enum dkim_form form,
    dkim_sink_fn *sink, void *ctx);
void dkim_canon_feed(struct dkim_canon *canon, struct str piece);
void dkim_canon_end(struct dkim_canon *canon);

#endif
