/*
 * regexmap - tables of patterns: Postfix's pcre_table(5), regexp_table(5)
 *
 * Rows "/pattern/flags logins", "!/pattern/flags logins", "if /pattern/flags"
 * ... "endif"; $1, ${1}, $(1) in the logins, and $$.  The first row that
 * matches the address counts.  What $1 stands for is never split into several
 * logins.  Both kinds are matched by PCRE2, which differs from POSIX where
 * alternatives overlap (the first one counts, not the longest); flags are
 * those of the kind.
 *
 * Ownership:	memory of its own; regexmap_free().
 * Threads:	any number may ask.
 */
#ifndef ASSAY_RIGHTS_REGEXMAP_H
#define ASSAY_RIGHTS_REGEXMAP_H

#include "base/source.h"

enum regexmap_kind { REGEXMAP_PCRE, REGEXMAP_REGEXP };

struct regexmap;

/* NULL, and all mistakes in diag. */
struct regexmap *regexmap_read(enum regexmap_kind kind,
    const struct source *source, struct diag *diag);
void regexmap_free(struct regexmap *map);		/* NULL is allowed */

/*
 * What the first row that matches says of this login.  REGEXMAP_LIMIT: matching
 * took more than a pattern may (LIMIT_REGEX_MATCH and its kin), so nobody
 * knows.  The arena is for scratch.
 */
enum regexmap_answer {
	REGEXMAP_NONE, REGEXMAP_NO, REGEXMAP_YES, REGEXMAP_LIMIT
};
enum regexmap_answer regexmap_ask(const struct regexmap *map,
    struct arena *arena, struct str address, struct str login);

size_t regexmap_count(const struct regexmap *map);

#endif
