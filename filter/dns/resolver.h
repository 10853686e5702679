/*
 * resolver - ask DNS without waiting
 *
 * One interface over libunbound, a stub client of our own for servers on this
 * machine, our cache and scripted zone files.  DNS
 * trouble is data: NXDOMAIN, no data, SERVFAIL, bogus and a timeout are five
 * different answers, none of them an error of the call.
 *
 * Names:	text without a final dot; asked for in lower case.  A name that
 *		DNS cannot carry (domain_fits_dns) is answered DNS_NXDOMAIN.
 * CNAMEs:	followed, at most LIMIT_DNS_CNAMES; a longer chain or a loop is
 *		DNS_SERVFAIL.
 * Merging:	equal questions in flight are one question on the wire.
 * Deadline:	milliseconds (clock_ms); past it the answer is DNS_TIMEOUT.
 * Threads:	any may ask.  done() runs exactly once, on the given strand (or,
 *		with a NULL strand, on the resolver's own thread), and never
 *		before lookup_start() returns if the caller holds the strand.
 * Ownership:	the answer is valid until done() returns; see dns_keep().
 */
#ifndef ASSAY_DNS_RESOLVER_H
#define ASSAY_DNS_RESOLVER_H

#include "base/arena.h"
#include "base/ip.h"
#include "base/strand.h"
#include "base/str.h"

enum dns_type {			/* RFC 1035 section 3.2.2 and the registry */
	DNS_A = 1, DNS_CNAME = 5, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16,
	DNS_AAAA = 28, DNS_SPF = 99
};

enum dns_status {
	DNS_DATA,		/* at least one record */
	DNS_NODATA,		/* the name exists, not with this type */
	DNS_NXDOMAIN,
	DNS_SERVFAIL,		/* also REFUSED, FORMERR, broken packets */
	DNS_BOGUS,		/* DNSSEC validation failed */
	DNS_TIMEOUT
};
enum { DNS_STATUS_COUNT = DNS_TIMEOUT + 1 };

struct dns_record {
	struct str	text;		/* TXT, SPF: the strings joined (RFC
					 * 7208 section 3.3); MX, PTR, CNAME:
					 * the name, lower case, no final dot */
	struct ip	ip;		/* A, AAAA; not unmapped */
	unsigned	preference;	/* MX */
};

struct dns_answer {
	enum dns_status		 status : 8;
	bool			 secure;	/* DNSSEC proved it */
	enum dns_type		 type : 16;
	uint32_t		 ttl;		/* seconds; clamped */
	struct str		 name;		/* as asked, lower case */
	struct str		 canonical;	/* after CNAMEs */
	const struct dns_record	*records;	/* at most LIMIT_DNS_RECORDS */
	size_t			 count;
	const char		*why;	/* a few words for a log; never NULL */
	struct answer		*shared;	/* the resolver's, or NULL */
};

typedef void dns_done_fn(void *ctx, const struct dns_answer *answer);

/*
 * The answer for as long as the arena lives: where it came to a done(), it is
 * shared with the cache and not copied.  ttl is what it was when it came.
 */
const struct dns_answer *dns_keep(struct arena *arena,
    const struct dns_answer *answer);

struct resolver;
struct dns_lookup;

struct dns_lookup *lookup_start(struct resolver *dns, struct strand *strand,
    struct str name, enum dns_type type, uint64_t deadline_ms,
    dns_done_fn *done, void *ctx);

/*
 * On the lookup's strand (with a NULL strand: within a done()): done() will
 * not run.  NULL is allowed.
 */
void lookup_cancel(struct dns_lookup *lookup);

/*
 * DNS_CLIENT_AUTO is the stub (dns/stub.h) where every server is on a loopback
 * address and there is no trust anchor, else libunbound, which validates and
 * asks from a new port each time.
 */
enum dns_client { DNS_CLIENT_AUTO, DNS_CLIENT_UNBOUND, DNS_CLIENT_STUB };

/* "auto", "unbound", "stub".  False: no such client. */
bool dns_client_from(const char *word, enum dns_client *client_out);

/*
 * specs: "system", "server:ADDRESS[#PORT]" (several: all are used), or
 * "zone:FILE" alone.  Returns NULL and says why in why_out (the file's
 * mistakes as file:line:column).
 */
struct resolver_options {
	const char *const	*specs;
	size_t			 spec_count;
	enum dns_client		 client;	/* not of a zone file */
	const char		*trust_anchor;	/* file, or NULL: no DNSSEC */
	size_t			 cache_entries, cache_octets;
	uint32_t		 ttl_min, ttl_max, ttl_negative_max; /* s */
};

struct resolver *resolver_new(const struct resolver_options *options,
    char *why_out, size_t why_size);
/*
 * No lookup may be in flight that was not cancelled; cancelled ones may still
 * be posted.  Also from within a done().  NULL is allowed.
 */
void resolver_free(struct resolver *dns);

struct resolver_counts {
	uint64_t asked, cache_hits, merged;	/* lookups */
	uint64_t sent;				/* questions to the back end */
	uint64_t by_status[DNS_STATUS_COUNT];	/* answers */
	uint64_t cache_entries, cache_octets;	/* now */
};
void resolver_counts(struct resolver *dns, struct resolver_counts *out);

const char *dns_type_name(enum dns_type type);		/* "TXT" */
const char *dns_status_name(enum dns_status status);	/* "NXDOMAIN" */

#endif
