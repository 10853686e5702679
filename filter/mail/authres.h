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

#include "base/vec.h"

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

struct authres_property {		/* ptype "." name "=" value */
	struct str	ptype, name;	/* "smtp", "mailfrom"; ptype is empty
					 * where the writer left it out */
	struct str	value;		/* quotes undone */
};

struct authres_result {
	struct str	method, result;		/* as written */
	struct str	reason;
	VEC(struct authres_property) properties; /* LIMIT_AUTHRES_PROPERTIES */
};

struct authres {
	struct str	id;
	bool		none;		/* "none": nothing was checked */
	VEC(struct authres_result) results;	/* LIMIT_AUTHRES_RESULTS */
	struct str	problem;	/* where malformed */
};

/*
 * The whole field; of an ARC-Authentication-Results field (RFC 8617 section
 * 4.1.1) what follows its instance tag.  False, with the problem, where it is
 * malformed, too long or of another version than 1; what was read is then
 * nothing to believe.  Two habits of large providers are taken: a ';' at the
 * end, and properties without a ptype.
 */
bool authres_parse(struct arena *arena, struct str value,
    struct authres *authres_out);

/* The value of ptype.name, or STR_NONE. */
struct str authres_property(const struct authres_result *result,
    const char *ptype, const char *name);

#endif
