/*
 * field_check - is this text fit to be a header field's value?
 *
 * Written without a look at the code it judges: the rules of RFC 5322 section
 * 2.2, RFC 6532 section 3 and the grammar of RFC 8601 section 2.2.
 */
#ifndef ASSAY_TESTS_FIELD_CHECK_H
#define ASSAY_TESTS_FIELD_CHECK_H

#include "base/arena.h"

/*
 * What is wrong with the value as text, or NULL: every CR and LF in a fold, no
 * line of white space alone, no control but TAB, valid UTF-8, no line over 998
 * octets, none over 78 that has a blank to break it at.
 */
const char *field_fault(const char *name, struct str value);

/* The same, and the grammar of Authentication-Results. */
const char *authres_fault(struct str value);

/* The text without CRLF. */
struct str field_unfold(struct arena *arena, struct str value);

#endif
