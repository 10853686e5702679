/*
 * opendkim_vet - what libopendkim is known to get wrong, and must not get
 *
 * Threads:	any; nothing is shared.
 * Hostile:	all of it.
 */
#ifndef ASSAY_DKIM_OPENDKIM_VET_H
#define ASSAY_DKIM_OPENDKIM_VET_H

#include "dkim/signature.h"

/*
 * The library reads its own clock for t= and x=.  We have judged them by ours;
 * with a drift of 28 years (in seconds) it has nothing to say.  A larger t=
 * than this is needed, as it subtracts without a look.
 */
enum { OPENDKIM_DRIFT = 900000000 };

bool opendkim_needs_no_drift(const struct dkim_parsed *parsed);

/* Why it must not get this signature; NULL: it may. */
const char *opendkim_refuses(const struct dkim_parsed *parsed);

/*
 * It cuts a relaxed value at a NUL, and takes VT, FF and lone CR and LF for
 * white space.
 */
bool opendkim_takes_value(struct str value);

/* A fold before the colon: no MTA takes that for a field. */
bool opendkim_takes_name(struct str name);

#endif
