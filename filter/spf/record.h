/*
 * record - an SPF record, found among TXT records and read as a whole
 *
 * The grammar of RFC 7208 section 12.  A record is either read completely or
 * refused: a mistake after the term that matches counts too (section 4.6).
 * Both engines evaluate what comes out of here and never see the text itself.
 *
 * Errors:	a bad record is a result with a reason that is safe to print.
 * Ownership:	terms come from the arena; their text is a slice of the record.
 */
#ifndef ASSAY_SPF_RECORD_H
#define ASSAY_SPF_RECORD_H

#include "base/arena.h"
#include "base/ip.h"
#include "dns/resolver.h"
#include "facts/facts.h"

enum spf_kind {
	SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT, SPF_EXP, SPF_OTHER	/* modifiers; unknown ones */
};

struct spf_term {
	enum spf_kind	kind;
	enum word	word;		/* of a mechanism: what a match means */
	struct str	text;		/* as written */
	struct str	spec;		/* domain-spec; empty: %{d} */
	struct ipnet	net;		/* SPF_IP4, SPF_IP6 */
	unsigned	bits4, bits6;	/* SPF_A, SPF_MX */
};

struct spf_record {
	const struct spf_term	*terms;		/* in the order written */
	size_t			 count;
	const struct spf_term	*redirect, *exp; /* or NULL */
	bool			 has_all;
};

/*
 * Section 4.5: how many of the answer's strings are SPF records; the last of
 * them in text_out.
 */
size_t spf_record_select(const struct dns_answer *answer,
    struct str *text_out);

/* False: why_out says which term is wrong. */
bool spf_record_parse(struct arena *arena, struct str text,
    struct spf_record *record_out, struct str *why_out);

/* include, a, mx, ptr, exists and redirect: what section 4.6.4 counts. */
bool spf_term_asks_dns(const struct spf_term *term);

/* For our own words: what is not printable as "?", at most 80 octets. */
struct str spf_quote(struct arena *arena, struct str hostile);

#endif
