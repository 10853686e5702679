/*
 * list - a list of a policy: addresses, networks, domains, mail addresses
 *
 * An entry is one of
 *	192.0.2.1  2001:db8::/32	an IP address or network
 *	example.com			this domain
 *	.example.com			its subdomains, not itself
 *	user@example.com		this mail address
 *	user@				this local part at any domain
 * or, in quotes inside a policy, any other text.  Letter case does not count;
 * domains are compared as A-labels.
 *
 * Built once, when the policy is loaded, then immutable.  Networks become
 * sorted ranges that do not overlap, all else one hash table.
 *
 * Ownership:	lists live in the policy's arena.
 */
#ifndef ASSAY_POLICY_LIST_H
#define ASSAY_POLICY_LIST_H

#include "base/ip.h"
#include "base/source.h"

enum list_kind {		/* bits */
	LIST_NETS = 1, LIST_DOMAINS = 2, LIST_SUBDOMAINS = 4,
	LIST_ADDRESSES = 8, LIST_USERS = 16, LIST_TEXTS = 32
};

struct list;
struct list_builder;

struct list_builder *list_builder_new(struct arena *arena);

/*
 * Add one entry.  quoted: any text is allowed.  NULL, and what it is in
 * kind_out; or a text that says what is wrong with it.
 */
const char *list_add(struct list_builder *builder, struct str text,
    bool quoted, enum list_kind *kind_out);

/* Add the lines of a file: one entry a line, from '#' on a comment. */
void list_add_file(struct list_builder *builder, const struct source *source,
    struct diag *diag);

/* The list; the builder is gone. */
const struct list *list_build(struct list_builder *builder);

size_t list_count(const struct list *list);
unsigned list_kinds(const struct list *list);	/* of enum list_kind */

bool list_has_ip(const struct list *list, const struct ip *ip);
/* name, and the domain of an address, as text_canonical() makes them. */
bool list_has_domain(const struct list *list, struct str name);
bool list_has_address(const struct list *list, struct str address);
bool list_has_text(const struct list *list, struct str text);

/*
 * The form in which domains and addresses are compared: no final dot, A-labels
 * where it has any.  Letter case is left as it is.
 */
struct str text_canonical_domain(struct arena *arena, struct str name);
struct str text_canonical_address(struct arena *arena, struct str address);

#endif
