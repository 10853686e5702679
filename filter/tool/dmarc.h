/*
 * dmarc - what assay dmarc does beside looking at a domain, a file each
 *
 * argv[0] is the word behind "dmarc"; the exit status comes back.
 */
#ifndef ASSAY_TOOL_DMARC_H
#define ASSAY_TOOL_DMARC_H

#include "base/str.h"

int tool_dmarc_read(int argc, char **argv);
int tool_dmarc_send(int argc, char **argv);
int tool_dmarc_failures(int argc, char **argv);	/* "send --failures" */
int tool_dmarc_bounce(int argc, char **argv);

/* The argument of --now, Unix time; false: it cannot be that. */
bool tool_dmarc_now(struct str text, int64_t *now_out);

#endif
