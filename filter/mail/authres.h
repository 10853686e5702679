/*
 * authres - read Authentication-Results fields (RFC 8601 section 2.2)
 *
 * Two questions, asked in different minds.  authres_claims() guards our name:
 * whatever a lenient reader might take for our authserv-id is a claim, however
 * broken the field is.  authres_parse() believes: only a field that follows
 * the grammar as a whole says anything.
 *
 * Bytes are hostile; the text is a field's value, folds and all.
 */
#ifndef ASSAY_MAIL_AUTHRES_H
#define ASSAY_MAIL_AUTHRES_H

#include "base/arena.h"

/*
 * The authserv-id: comments skipped, a quoted string undone, otherwise as
 * written.  False where the value does not start with one.
 */
bool authres_id(struct arena *arena, struct str value, struct str *id_out);

/*
 * Does the field claim to be ours (section 5)?  Compared without case, white
 * space, comments, quotes, control characters and final dot, as A-labels (RFC
 * 8616 section 5); what follows the id does not matter.  In doubt (a comment
 * or quoted string without end) a field that names us anywhere is a claim.
 */
bool authres_claims(struct str value, struct str our_id);

#endif
