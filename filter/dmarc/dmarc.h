/*
 * dmarc - does an authenticated identifier stand for the author? (RFC 9989)
 *
 * Three steps, each usable alone: find the author domain in the From fields;
 * walk the DNS tree for its policy and organizational domain; evaluate the
 * identifiers that SPF and DKIM proved.  The walk can start as soon as the
 * From field is known and end before the body does.
 *
 * Errors:	DNS trouble is a result (WORD_TEMPERROR).
 * Ownership:	all memory comes from the caller's arena and dies with it.
 * Threads:	everything runs on the given strand.
 */
#ifndef ASSAY_DMARC_DMARC_H
#define ASSAY_DMARC_DMARC_H

#include "base/arena.h"
#include "base/vec.h"
#include "dns/resolver.h"
#include "facts/facts.h"
#include "mail/header.h"

/* The author domain of a header, or the reason why there is none. */
struct dmarc_author {
	bool		valid;		/* exactly one domain */
	struct str	domain;		/* A-labels */
	struct str	address;	/* of the single mailbox, as written;
					 * empty where there are several */
	struct str	reason;		/* where not valid */
	size_t		fields;		/* From fields */
	size_t		mailboxes;
};

void dmarc_author_find(struct arena *arena, const struct header *header,
    struct dmarc_author *author_out);

enum dmarc_tristate { DMARC_UNSAID, DMARC_NO, DMARC_YES };

/* A policy record, defaults filled in (RFC 9989 sections 4.7 and 4.8). */
struct dmarc_record {
	enum word	p, sp, np;	/* DISPOSITION_WORDS */
	bool		has_sp;		/* false: sp is p */
	bool		has_policy;	/* false: p, sp or np is bad and there
					 * is no rua: counts in the tree walk,
					 * applies to no message (4.10.1) */
	bool		strict_dkim, strict_spf;	/* adkim=s, aspf=s */
	enum dmarc_tristate psd;
	bool		test;		/* t=y */
	struct str	fo;
	VEC(struct str)	rua, ruf;	/* URIs */
	struct str	rua_text;	/* the tag as written; uri.h */
	struct str	text;		/* the record itself */
	struct str	note;		/* what is wrong with p, sp, np */
};

/*
 * False, with the reason, where the text does not start with v=DMARC1 or is
 * too long.  All else that is wrong in it leaves defaults.  The record points
 * into text.
 */
bool dmarc_record_parse(struct arena *arena, struct str text,
    struct dmarc_record *record_out, struct str *reason_out);

/* One question of the walk and what it found, for explanations. */
struct dmarc_query {
	struct str	name;		/* "_dmarc.example.com" */
	struct str	record;		/* the policy record, or empty */
	struct str	note;		/* "2 records: none counts" */
	unsigned	records : 16;	/* DMARC records that there are */
	enum dns_status	status : 8;
	bool		secure;
};

struct dmarc_walk;		/* the walk behind it */

struct dmarc_policy {
	enum word	word : 8;	/* pass: found; none; temperror;
					 * permerror is not used */
	enum word	policy : 8;	/* p, sp or np: the one that applies */
	bool		author_exists;	/* false: np applies */
	bool		existence_hidden; /* by DNS trouble: sp or np, and no
					 * way to tell; a pass needs neither */
	unsigned	query_count;
	struct str	author_domain;
	struct str	organizational_domain;	/* empty: DNS trouble hides it;
					 * only relaxed alignment needs it */
	struct str	policy_domain;	/* empty where none was found */
	const struct dmarc_record *record;	/* never NULL; empty where none
						 * was found */
	struct str	reason;
	const struct dmarc_query *queries;	/* in the order of the walk */
	const struct dmarc_walk	*walk;
};

typedef void dmarc_policy_fn(void *ctx, const struct dmarc_policy *policy);

struct dmarc_discovery;

/* done() runs once, on the strand, never before this returns. */
struct dmarc_discovery *dmarc_discover_start(struct arena *arena,
    struct resolver *dns, struct strand *strand, struct str author_domain,
    uint64_t deadline_ms, dmarc_policy_fn *done, void *ctx);
void dmarc_discover_cancel(struct dmarc_discovery *discovery); /* NULL is ok */

/* What SPF and DKIM proved. */
struct dmarc_identifiers {
	struct str	 spf_domain;	/* passed; empty: did not */
	const struct str *dkim_domains;	/* d= of signatures that pass */
	size_t		 dkim_count;
	bool		 spf_temperror;	/* could have passed but for DNS, for */
	bool		 dkim_temperror; /* an identifier that would align */
	struct str	 spf_temperror_domain;
	const struct str *dkim_temperror_domains;
	size_t		 dkim_temperror_count;
};

struct dmarc_result {
	enum word	word;		/* none pass fail temperror permerror */
	struct str	domain;		/* the author domain */
	struct str	organizational_domain, policy_domain;
	bool		has_policy;	/* the next two mean something */
	enum word	policy;		/* what is published for this domain */
	enum word	disposition;	/* what it asks for this message: none
					 * on pass; lowered by t=y */
	bool		test;
	bool		aligned_spf, aligned_dkim;
	struct str	reason;
	VEC(struct dmarc_query) queries; /* for the identifiers' own domains */
};

typedef void dmarc_done_fn(void *ctx, const struct dmarc_result *result);

struct dmarc_evaluation;

/* Relaxed alignment may need walks for the identifiers: asynchronous too. */
struct dmarc_evaluation *dmarc_evaluate_start(struct arena *arena,
    struct resolver *dns, struct strand *strand,
    const struct dmarc_policy *policy,
    const struct dmarc_identifiers *identifiers, uint64_t deadline_ms,
    dmarc_done_fn *done, void *ctx);
void dmarc_evaluate_cancel(struct dmarc_evaluation *evaluation); /* NULL ok */

#endif
