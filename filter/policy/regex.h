/*
 * regex - the regular expressions of a policy and of its lists
 *
 * PCRE2 over octets, not characters: PCRE2's UTF mode is refused, for what is
 * looked at is hostile and need not be text.  Translated to machine code where
 * PCRE2 and the system allow it.  A match has limits (LIMIT_REGEX_*); one that
 * comes to them says nothing, and the log says so, once a minute for each
 * expression.
 *
 * Ownership:	a pool owns all expressions of a policy, LIMIT_POLICY_REGEXES.
 * Threads:	an expression that is compiled may be used by any.
 */
#ifndef ASSAY_POLICY_REGEX_H
#define ASSAY_POLICY_REGEX_H

#include "policy/ast.h"

struct regex;
struct regex_pool;

struct regex_pool *regex_pool_new(struct arena *arena);
void regex_pool_free(struct regex_pool *pool);	/* before its arena */

/* A term of kind TERM_REGEX.  NULL: a mistake, reported. */
const struct regex *regex_compile(struct regex_pool *pool,
    const struct term *term, struct diag *diag);

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_UNKNOWN };

/* Anywhere in the text, if the expression itself does not say where. */
enum regex_answer regex_match(const struct regex *regex, struct str text);

#endif
