/*
 * What the rights room's tests share.
 */
#ifndef ASSAY_TESTS_RIGHTS_H
#define ASSAY_TESTS_RIGHTS_H

#include "tests/support/check.h"

#include "base/diag.h"
#include "base/source.h"

/* "2:1: error: text" a line; without a file name where it is this one. */
const char *diag_lines(struct arena *arena, const struct diag *diag,
    const char *file);

TCase *ask_cases(void);
TCase *read_cases(void);
TCase *regexmap_cases(void);

#endif
