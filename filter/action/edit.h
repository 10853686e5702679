/*
 * edit - the changes that a verdict makes to a header
 *
 * Removes every Authentication-Results field that claims to be ours (RFC 8601
 * section 5), from the last to the first, and stamps our own at the top; then
 * the tags of the policy's rules.
 *
 * Ownership:	all memory comes from the given arena.
 */
#ifndef ASSAY_ACTION_EDIT_H
#define ASSAY_ACTION_EDIT_H

#include "facts/results.h"
#include "mail/header.h"
#include "policy/policy.h"

enum edit_kind {
	EDIT_INSERT,		/* a new field before all others */
	EDIT_ADD,		/* a new field after all others */
	EDIT_CHANGE,		/* the value of the nth field of this name */
	EDIT_DELETE		/* the nth field of this name */
};

struct edit {
	enum edit_kind	kind;
	struct str	name;
	unsigned	nth;	/* from 1, among fields of this name, as milter
				 * counts them; CHANGE and DELETE */
	struct str	value;	/* folded with CRLF + white space, no leading
				 * blank; INSERT, ADD, CHANGE */
};

struct edit_list {
	VEC(struct edit) list;
};

/* Delete the fields whose authserv-id is ours, in any spelling; but not keep,
 * one of the header's (NULL: none), which is known to be ours. */
void edit_remove_forged(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str authserv_id,
    const struct header_field *keep);

/* The same for ARC-Authentication-Results: of a header whose seals prove
 * nothing. */
void edit_remove_forged_arc(struct arena *arena, struct edit_list *edits,
    const struct header *header, struct str authserv_id);

/* Insert our Authentication-Results field. */
void edit_stamp(struct arena *arena, struct edit_list *edits,
    struct str authserv_id, const struct results *results);

/*
 * What the fired tag rules (not shadow ones) ask for, in their order.  A tag
 * replaces all fields of its name, or is added; TAG_REMOVE takes them away,
 * and either overrules what was said of the name before; TAG_ADD leaves the
 * others as they are.  "subject" (in any case) puts its text before every
 * Subject field that does not begin with it yet; a subject over
 * LIMIT_SUBJECT_OCTETS is cut.  Text that is not ASCII is encoded (RFC 2047).
 * Names that are no field names, and Authentication-Results, are passed over.
 */
void edit_tags(struct arena *arena, struct edit_list *edits,
    const struct header *header, const struct policy_run *run);

/*
 * The header as it leaves: after these edits, by an MTA's rules.  Fields that
 * stay are the header's own.
 */
void edit_apply(struct arena *arena, const struct edit_list *edits,
    const struct header *header, struct header *after_out);

/*
 * The value of the field: "mx.example; spf=pass smtp.mailfrom=..." with folds,
 * every line at most LIMIT_FIELD_LINE octets where the values allow it; or
 * "mx.example; none".  Nothing in a result can end a line, a quote or the
 * field.  A pass is given without its reason.  A long value is cut, quoted,
 * and ends in "...".  What is over LIMIT_AUTHRES_RESULTS or _OCTETS is left
 * out, failed DKIM signatures first, and a closing comment says how many
 * results that were.
 */
struct str stamp_value(struct arena *arena, struct str authserv_id,
    const struct results *results);

#endif
