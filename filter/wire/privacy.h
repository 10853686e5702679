/*
 * privacy - what the settings have events hide; for assayd and assay
 */
#ifndef ASSAY_WIRE_PRIVACY_H
#define ASSAY_WIRE_PRIVACY_H

#include "conf/settings.h"
#include "event/mask.h"

/* False, and why in diag: the key cannot be had.  The key is the arena's. */
bool wire_privacy(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct privacy *privacy_out);

/* The secret in the file that a setting of this name names. */
bool wire_secret(const struct settings *settings, const char *name,
    const char *path, struct arena *arena, struct diag *diag,
    struct str *key_out);

#endif
