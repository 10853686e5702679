/*
 * redact - local parts of addresses, hidden in what goes to others (RFC 6590)
 *
 * Before every "@" (and "%40", as URIs have it) that a domain follows, the
 * local part is replaced by its keyed hash: equal ones stay equal, so that
 * reports of one user's mail can be told from those of many, and nobody
 * without the key can find out whose it was.  What is hidden in other ways (an
 * address in base64) is not seen.
 *
 * Hostile:	the text.
 */
#ifndef ASSAY_REPORTING_REDACT_H
#define ASSAY_REPORTING_REDACT_H

#include "base/arena.h"

/* Without a key the text is as it was. */
struct str redact_text(struct arena *arena, struct str key, struct str text);

/* A header field's value: the same, but for those fields that hold ids and
 * signatures, and no addresses of people (Message-ID, DKIM-Signature). */
struct str redact_field(struct arena *arena, struct str key, struct str name,
    struct str value);

/* Links that nobody can follow by mistake: "http" becomes "hxxp" (RFC 9991
 * section 6.3). */
struct str redact_links(struct arena *arena, struct str text);

#endif
