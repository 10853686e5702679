/*
 * arc - validate the Authenticated Received Chain of a message (RFC 8617)
 *
 * Feed the header fields in order, then the body in pieces of any size; the
 * keys are asked for as soon as their fields were seen (the first
 * LIMIT_ARC_KEYS_AHEAD of them; the others when the chain proves to be whole).
 *
 * The words (RFC 8617 section 4.4):
 *	none	no ARC field in the header
 *	pass	the sets are whole, the newest ARC-Message-Signature and every
 *		ARC-Seal verify
 *	fail	anything else, with the reason.  Also where DNS gave no key:
 *		section 5.2.1 makes every failure a permanent one.
 *
 * Ownership:	memory from the caller's arena, except keys and hashes:
 *		arc_free() is called in any case, with the strand held.  The
 *		octets of header fields stay valid until then.
 * Threads:	everything runs on the given strand.
 */
#ifndef ASSAY_ARC_ARC_H
#define ASSAY_ARC_ARC_H

#include "base/arena.h"
#include "dns/resolver.h"
#include "facts/facts.h"
#include "mail/header.h"

struct arc_options {
	uint32_t	clock_skew;	/* seconds, for t= and x= */
	uint64_t	deadline_ms;	/* of each key lookup, from its start;
					 * relative */
};

struct arc_sealer {
	struct str	domain;		/* d= of the seal, A-labels */
	struct str	selector;	/* s= of the seal */
	struct str	results;	/* of ARC-Authentication-Results, what
					 * follows the instance tag: for
					 * authres_parse() */
};

/* A key that was asked for. */
struct arc_key {
	struct str	name;
	enum dns_status	status;
	bool		secure;		/* DNSSEC proved the answer */
	struct str	record;		/* cut to LIMIT_EVIDENCE_OCTETS */
};

struct arc_results {
	enum word		 word;
	struct str		 reason;	/* never empty */
	const struct arc_sealer	*sealers;	/* of instance 1, 2, ...; */
	size_t			 sealer_count;	/* 0 unless word is pass */
	unsigned		 oldest_pass;	/* section 5.2: from this
						 * instance on all message
						 * signatures verify; 0: from
						 * the first */
	bool			 seals_pass;	/* the sets are whole and all
						 * seals verify, also where
						 * the message was changed */
	bool			 body_limited;	/* the newest message signature
						 * leaves octets out: l= */
	const struct arc_key	*keys;
	size_t			 key_count;
};

typedef void arc_done_fn(void *ctx, const struct arc_results *results);

struct arc;
struct dkim_bodies;

struct arc *arc_new(const struct arc_options *options, struct arena *arena,
    struct resolver *dns, struct strand *strand, int64_t now);
void arc_header(struct arc *arc, const struct header_field *field);
void arc_eoh(struct arc *arc);

/* As dkim_verify_share(). */
void arc_share(struct arc *arc, const struct header *header,
    struct dkim_bodies *bodies);

/* False: no signature needs more of the body, or it is shared. */
bool arc_body(struct arc *arc, struct str piece);

/* done() runs once, on the strand, never before this returns. */
void arc_eom(struct arc *arc, arc_done_fn *done, void *ctx);

/*
 * At any time, and always in the end; done() will not run after it.  NULL is
 * allowed.
 */
void arc_free(struct arc *arc);

#endif
