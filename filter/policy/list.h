/*
 * list - a list of a policy: addresses, networks, domains, mail addresses
 *
 * An entry is one of
 *	192.0.2.1  2001:db8::/32	an IP address or network
 *	example.com			this domain, and addresses there
 *	.example.com			its subdomains, not itself
 *	user@example.com		this mail address
 *	user@				this local part at any domain
 *	@example.com			mail addresses at this domain
 *	/regex/ /regex/i		any text but an IP address (regex.h)
 * or, in quotes, any other text.  Letter case does not count (but in a regular
 * expression); domains are compared as A-labels, without a final dot.
 *
 * Built once, when the policy is loaded, then immutable: networks as nets.h,
 * all else as names.h.  Regular expressions are tried last, one by one.
 *
 * Ownership:	lists live in the policy's arena; sources and terms that they
 *		are built from need not live longer than the builder.
 */
#ifndef ASSAY_POLICY_LIST_H
#define ASSAY_POLICY_LIST_H

#include "policy/regex.h"

enum list_kind {		/* bits */
	LIST_NETS = 1, LIST_DOMAINS = 2, LIST_SUBDOMAINS = 4,
	LIST_ADDRESSES = 8, LIST_USERS = 16, LIST_AT_DOMAINS = 32,
	LIST_REGEXES = 64, LIST_TEXTS = 128,
	LIST_QUOTED_NETS = 256	/* LIST_NETS, and this very text */
};

enum list_answer { LIST_NO, LIST_YES, LIST_UNKNOWN /* regex.h */ };

struct list;
struct list_builder;

struct list_builder *list_builder_new(struct arena *arena,
    struct regex_pool *regexes);

/*
 * Add one entry; of kind TERM_TEXT any text is allowed.  What it is is in
 * kind_out.  False: a mistake, reported.
 */
bool list_add(struct list_builder *builder, const struct term *term,
    struct diag *diag, enum list_kind *kind_out);

/*
 * Add the lines of a file.  One entry a line; blank lines and comments, from
 * '#' at the begin or behind a blank, are passed over.  Texts in quotes and
 * regular expressions are written as in a policy.
 */
void list_add_lines(struct list_builder *builder, const struct source *source,
    struct diag *diag);

/*
 * The list; the builder is gone.  Entries that are superfluous, for they are
 * there twice or inside of a network that is, are doubts.
 */
const struct list *list_build(struct list_builder *builder,
    struct diag *diag);
void list_abandon(struct list_builder *builder);

size_t list_count(const struct list *list);	/* entries as written */
unsigned list_kinds(const struct list *list);	/* of enum list_kind */

bool list_has_ip(const struct list *list, const struct ip *ip);
/* name, and the domain of an address, as text_canonical() makes them. */
enum list_answer list_has_domain(const struct list *list, struct str name);
enum list_answer list_has_address(const struct list *list,
    struct str address);
enum list_answer list_has_text(const struct list *list, struct str text);

#endif
