/*
 * suffix - the organizational domain of a name by the Public Suffix List
 *
 * For names of strangers by the dozen, where the tree walk of DMARC would cost
 * DNS for each: the list comes with libpsl, as of the day it was built.
 *
 * Threads:	any.
 */
#ifndef ASSAY_MAIL_SUFFIX_H
#define ASSAY_MAIL_SUFFIX_H

#include "base/arena.h"

/* domain: lower-case A-labels.  Of a public suffix, or where the list knows
 * nothing, the domain itself. */
struct str suffix_organizational(struct arena *arena, struct str domain);

#endif
