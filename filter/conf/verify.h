/*
 * verify - what one value of one setting must be beyond its type
 *
 * Returns NULL where the value is good, else what is wrong and what to write
 * instead (in the arena), and in *at_out where in the text.
 */
#ifndef ASSAY_CONF_VERIFY_H
#define ASSAY_CONF_VERIFY_H

#include "base/arena.h"

const char *verify_text(struct arena *arena, const char *name,
    struct str value, size_t *at_out);
const char *verify_number(struct arena *arena, const char *name,
    uint64_t value);

#endif
