/*
 * protect - names and domains that others like to imitate
 *
 * An admin lists them once (the boss's name, the bank's domain); what a message
 * shows is compared with each by its looks (mail/skeleton.h).
 *
 * Ownership:	texts are copied.
 * Threads:	any, once it is made.
 */
#ifndef ASSAY_MAIL_PROTECT_H
#define ASSAY_MAIL_PROTECT_H

#include "base/arena.h"

struct protect;

struct protect_options {
	const char *const	*names;		/* UTF-8; with a letter */
	size_t			 name_count;	/* to LIMIT_PROTECTED */
	const char *const	*domains;	/* with U-labels or A-labels */
	size_t			 domain_count;	/* to LIMIT_PROTECTED */
};

struct protect *protect_new(const struct protect_options *options);
void protect_free(struct protect *protect);	/* NULL is allowed */

/*
 * The protected name that this one (UTF-8, decoded) shows, as the admin wrote
 * it; or empty.  It has all its words, in any order and with others between
 * them, or is made of the same letters without the white space.
 */
struct str protect_name(const struct protect *protect, struct arena *arena,
    struct str name);

enum likeness {
	LIKENESS_NONE,
	LIKENESS_HOMOGRAPH,	/* it, or a domain below it, looks the same */
	LIKENESS_SUBDOMAIN,	/* the protected one stands before another:
				 * example.com.evil.example, also with "-" for
				 * its dots */
	LIKENESS_NEAR,		/* one letter more, less or other, or two
				 * changed places; of labels that are not
				 * short */
};

/*
 * What a domain (A-labels) imitates.  None where it is a protected domain, or
 * below one.  protected_out: as A-labels.
 */
enum likeness protect_domain(const struct protect *protect,
    struct arena *arena, struct str domain, struct str *protected_out);

/* "homograph", "subdomain", "near"; NULL for none. */
const char *likeness_name(enum likeness likeness);

#endif
