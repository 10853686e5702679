/*
 * mime_reference - the parts of a message, found in the plainest way
 *
 * For messages of some kilobytes that are in memory as a whole: line by line,
 * with copies.  Fields are read by the reader's own mime_fields.c.
 */
#ifndef ASSAY_TESTS_MIME_REFERENCE_H
#define ASSAY_TESTS_MIME_REFERENCE_H

#include "base/arena.h"

/* As mime_script() has it, without what is wrong.  Below the limits only. */
struct str mime_reference(struct arena *arena, struct str message);

#endif
