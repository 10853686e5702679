/*
 * rights - which login may use which address
 *
 * What Postfix's smtpd_sender_login_maps say, read from its own tables, from
 * an SQLite database, or from the login itself.  An address is looked up as
 * postconf(5) describes, in this order:
 *	user+ext@domain, user@domain, user+ext and user (where the domain is
 *	one of local_domains, or there is none), @domain
 * and of each of these in all tables, the first one first.  The first row that
 * is found decides: the login is one of its logins, or it is not.  With
 * login_is_address, a login that is the address itself (user+ext@domain or
 * user@domain; a login without a domain counts in local_domains) owns it
 * where no row names that address; one with quotes, brackets or blanks around
 * it is no address, but another login.
 *
 * Letters: ASCII case does not count, in addresses and in logins.  Domains are
 * compared as A-labels, local parts without their quotes, other characters
 * octet by octet.
 *
 * Ownership:	built once, then immutable, in memory of its own.
 * Threads:	any number may ask.
 */
#ifndef ASSAY_RIGHTS_RIGHTS_H
#define ASSAY_RIGHTS_RIGHTS_H

#include "base/arena.h"
#include "base/diag.h"

struct rights;

struct rights_options {
	/*
	 * Tables: FILE or TYPE:FILE, the types of Postfix that have a source
	 * text (hash, btree, lmdb, cdb, dbm, sdbm, texthash: FILE is that
	 * text), regexp:FILE, pcre:FILE, or sqlite:FILE?SELECT of an address
	 * and a login (or several, with commas).
	 */
	const char *const	*tables;
	size_t			 table_count;
	const char *const	*local_domains;
	size_t			 local_domain_count;
	const char		*delimiters;	/* each begins an extension;
						 * empty: there are none */
	bool			 login_is_address;
};

/* NULL, and all that is wrong in diag. */
struct rights *rights_new(const struct rights_options *options,
    struct diag *diag);
void rights_free(struct rights *rights);		/* NULL is allowed */

/* RIGHTS_UNKNOWN: nobody has said who may use what (no table, and not
 * login_is_address), or a pattern came to its limits. */
enum rights_answer { RIGHTS_NO, RIGHTS_YES, RIGHTS_UNKNOWN };

/*
 * May this login use this address?  Both are hostile.  Nobody owns the empty
 * address, and the empty login owns none.  The arena is for scratch.
 */
enum rights_answer rights_owns(const struct rights *rights,
    struct arena *arena, struct str login, struct str address);

size_t rights_rows(const struct rights *rights);	/* address, login */

#endif
