/*
 * address - mailboxes in header fields and in the envelope
 *
 * Header fields: the address list of RFC 5322 section 3.4 with the obsolete
 * forms of section 4.4, groups also where RFC 6854 newly allows them, UTF-8
 * as in RFC 6532.  Read for one question, whose address is it, so: what leaves
 * that in doubt is refused with a reason; what does not (odd dots in a local
 * part, eight-bit text in a display name) is taken.
 *
 * Envelope: paths of RFC 5321 section 4.1.2 as an MTA hands them on, with or
 * without angle brackets.
 *
 * Errors:	false, with the reason in a few words.  What was read before
 *		the trouble is kept.
 * Ownership:	text lies in the arena or in the value: keep both.
 */
#ifndef ASSAY_MAIL_ADDRESS_H
#define ASSAY_MAIL_ADDRESS_H

#include "base/vec.h"

struct mailbox {
	struct str	display;	/* words joined, quotes undone, not
					 * decoded; else a comment; or empty */
	struct str	local;		/* quotes undone */
	struct str	domain;		/* as written, without comments and
					 * folds; "[...]" for a literal */
	struct str	address;	/* local@domain, quoted where it was */
};

struct address_list {
	VEC(struct mailbox) mailboxes;	/* at most LIMIT_AUTHORS; those in
					 * groups too */
	size_t		    groups;
	struct str	    reason;	/* where malformed */
};

/* The value of a From, Sender, Reply-To, To or Cc field. */
bool address_list_parse(struct arena *arena, struct str value,
    struct address_list *list_out);

/* A path without its angle brackets, white space and source route. */
struct str address_of_path(struct str path);

/*
 * Split at the last '@' that no quotes hold.  False: there is none, and all
 * of it is the local part.  The parts are slices of the path, as written.
 */
bool address_split(struct str path, struct str *local_out,
    struct str *domain_out);

/* The domain of an envelope address, empty where there is none ("<>"). */
struct str address_domain(struct str path);

#endif
