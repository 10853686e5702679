/*
 * keys - the secrets that bounce tags are made with
 *
 * One a line, its number (0 to 9) and the secret, the one in use first:
 *
 *	2  7c1f8e5d09b34a6e
 *	1  03d9a5b7716c42fe		# until last month
 *
 * To rotate, put a new one on top, reload, and take the old one out after the
 * days that a tag is good for.
 */
#ifndef ASSAY_BOUNCE_KEYS_H
#define ASSAY_BOUNCE_KEYS_H

#include "base/source.h"
#include "bounce/prvs.h"

/* False, and all mistakes in diag.  The secrets are slices of the source. */
bool bounce_keys_read(const struct source *source,
    struct prvs_keys *keys_out, struct diag *diag);
/* The same from a file, which nobody else may read. */
bool bounce_keys_load(struct arena *arena, const char *path,
    struct prvs_keys *keys_out, struct diag *diag);
void bounce_keys_wipe(struct prvs_keys *keys);

#endif
