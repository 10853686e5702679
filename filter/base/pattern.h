/*
 * pattern - which addresses an admin means, in one word of a setting or table
 *
 *	*			every address
 *	example.com		addresses in this domain
 *	@example.com		the same
 *	.example.com		addresses in domains below it
 *	user@example.com	this address
 *	user@			this local part in every domain
 *
 * Case counts nowhere: no MTA that an admin runs tells Info@ from info@.
 */
#ifndef ASSAY_BASE_PATTERN_H
#define ASSAY_BASE_PATTERN_H

#include "base/str.h"

/* NULL, or what is wrong and what to write instead. */
const char *pattern_wrong(struct str pattern);

/*
 * address: without angle brackets, split at its last '@'.  U-labels and
 * A-labels of one name do not match: bring both to one form before.
 */
bool pattern_matches(struct str pattern, struct str address);

/* One of them does. */
bool pattern_any(const char *const *patterns, size_t count,
    struct str address);

#endif
