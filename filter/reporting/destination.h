/*
 * destination - where the reports that a policy record asks for may go
 *
 * Each URI of rua or ruf is looked at: only mailto: is spoken here (RFC 9989
 * section 4.7), to one address.  Where its host belongs to another
 * organization than the record, that host must say in DNS that it takes the
 * reports, and may name other addresses of its own for them (RFC 9990 section
 * 4; RFC 9991 section 4 has the same for ruf).
 *
 * Errors:	DNS trouble is DESTINATION_LATER.
 * Ownership:	all memory comes from the caller's arena and dies with it.
 * Threads:	everything runs on the given strand.
 */
#ifndef ASSAY_REPORTING_DESTINATION_H
#define ASSAY_REPORTING_DESTINATION_H

#include "base/arena.h"
#include "dns/resolver.h"

enum destination_tag { DESTINATION_RUA, DESTINATION_RUF };

enum destination_word {
	DESTINATION_GOOD,
	DESTINATION_BAD,		/* no mail address, or not verified */
	DESTINATION_LATER		/* DNS does not tell by now */
};

struct destination {
	enum destination_word word;
	struct str	uri;		/* as published */
	struct str	address;	/* good: outmail_is_address(); else
					 * empty where the URI has none */
	bool		external;
	struct str	why;		/* a few words; also of good ones */
};

struct destination_query {
	enum destination_tag tag;
	struct str	policy_domain;	/* where the record was found */
	const struct str *uris;		/* struct dmarc_record's, at most
					 * LIMIT_DMARC_URIS of them */
	size_t		uri_count;
};

/* In the order of the URIs; several for one whose host names others.  An
 * address that is good stands there once. */
typedef void destinations_fn(void *ctx, const struct destination *list,
    size_t count);

struct destinations;

/* done() runs once, on the strand, never before this returns.  The texts of
 * the query must live as long as the arena. */
struct destinations *destinations_start(struct arena *arena,
    struct resolver *dns, struct strand *strand,
    const struct destination_query *query, uint64_t deadline_ms,
    destinations_fn *done, void *ctx);
void destinations_cancel(struct destinations *destinations); /* NULL is ok */

#endif
