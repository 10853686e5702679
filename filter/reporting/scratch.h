/*
 * scratch - files that no name leads to
 *
 * They are gone with the process, however it ends.  They lie in $TMPDIR, else
 * in /var/tmp: /tmp may be memory.
 */
#ifndef ASSAY_REPORTING_SCRATCH_H
#define ASSAY_REPORTING_SCRATCH_H

#include <stdio.h>

/* Where they lie: a literal, or of the environment. */
const char *scratch_directory(void);

/* For writing and reading; NULL and errno. */
FILE *scratch_open(void);

#endif
