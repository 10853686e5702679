/*
 * style - how a row signs, from the options of its line
 */
#ifndef ASSAY_SIGNING_STYLE_H
#define ASSAY_SIGNING_STYLE_H

#include "base/source.h"
#include "signing/table.h"

/*
 * The default: relaxed, no x=, and these fields.  What says what a reader
 * sees or does is over-signed, so that no second one can be put beside it;
 * what relays change is left out (Received, Return-Path, Bcc, Resent-*).
 */
const struct signing_style *style_default(void);

/* The options of one line, as written; place.line 0 where it has none. */
struct style_option {
	struct str	value;
	struct place	place;		/* of the value */
};

struct style_options {
	struct style_option	headers, oversign, canonicalization, expire,
				algorithm;
};

/* Styles made so far, so that rows can share them. */
struct styles;
struct styles *styles_new(struct arena *arena);

/* The default where there are no options.  NULL: a mistake was reported. */
const struct signing_style *styles_get(struct styles *styles,
    const struct style_options *options, struct diag *diag);

#endif
