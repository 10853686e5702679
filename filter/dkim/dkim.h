/*
 * dkim - verify the signatures of one message (RFC 6376, 8301, 8463, 8616)
 *
 * Feed the header fields in order, then the body in pieces of any size; the
 * keys are asked for as soon as their signature field was seen, so that they
 * are normally there when the body ends.
 *
 * Errors:	a result for each signature; DNS trouble is WORD_TEMPERROR.
 * Ownership:	memory from the caller's arena, except keys and what a library
 *		engine allocates itself: dkim_verify_free() is called in any
 *		case.  The octets of header fields stay valid until then.
 * Threads:	everything runs on the given strand.
 *
 * The words (RFC 8601 section 2.7.1):
 *	pass	   b= and bh= are right; also with a key that says t=y
 *	fail	   one of them is not, or l= exceeds the body
 *	neutral	   the field breaks the syntax, or says something that we (or
 *		   the engine) do not know: v=, a=, c=, q=
 *	permerror  it can never be accepted: From not signed, i= outside d=,
 *		   rsa-sha1 (RFC 8301), expired or from the future; or its key
 *		   cannot: none there, malformed, revoked, of another type or
 *		   service, too short
 *	temperror  DNS did not say
 *	none	   not checked: too many, or too large
 * The time that one message can take: end_ms for its keys, then for each of at
 * most max_signatures a verification with at most LIMIT_DKIM_KEYS keys, RSA of
 * LIMIT_DKIM_RSA_BITS_MAX bits and an exponent of 64 bits at worst.
 *
 * Expired is permerror because RFC 6376 section 6.1.1 has it as PERMFAIL, and
 * RFC 8601 keeps fail for the verification itself.
 */
#ifndef ASSAY_DKIM_DKIM_H
#define ASSAY_DKIM_DKIM_H

#include "base/arena.h"
#include "base/vec.h"
#include "dns/resolver.h"
#include "facts/facts.h"
#include "mail/header.h"

enum dkim_engine { DKIM_ENGINE_NATIVE, DKIM_ENGINE_OPENDKIM };

struct dkim_options {
	enum dkim_engine	 engine;
	unsigned		 max_signatures;  /* checked; the rest is not */
	uint32_t		 clock_skew;	  /* seconds, for t= and x= */
	uint64_t		 deadline_ms;	  /* of each key lookup, from
						   * its start; relative */
	uint64_t		 end_ms;	  /* of all that are in flight
						   * at the message's end, from
						   * there on; 0: no other */
};

struct dkim_signature {
	enum word	word;		/* none: not checked (see reason) */
	struct str	domain;		/* d=, A-labels; may be empty if bad */
	struct str	selector;	/* s= */
	struct str	algorithm;	/* a=, as written */
	struct str	identity;	/* i=, as written; default "@" d= */
	struct str	b;		/* b= without white space, 8 or more
					 * octets: enough to tell signatures
					 * apart (RFC 6008) */
	struct str	reason;		/* our own words, never empty */
	const struct str *names;	/* of fields that it covers (h=) */
	size_t		name_count;
	unsigned	key_bits;	/* 0: no key seen */
	bool		body_limited;	/* l= is there and leaves octets out */
	bool		key_testing;	/* the key says t=y */
	bool		key_secure;	/* DNSSEC proved the key's answer */
	struct str	key_name;	/* where the key was looked for */
	enum dns_status	key_status;
	struct str	key_record;	/* cut to LIMIT_EVIDENCE_OCTETS */
};

struct dkim_results {
	struct dkim_signature	*at;	/* in the order of the fields */
	size_t			 count;
};

typedef void dkim_done_fn(void *ctx, const struct dkim_results *results);

struct dkim_verify;
struct dkim_bodies;

struct dkim_verify *dkim_verify_new(const struct dkim_options *options,
    struct arena *arena, struct resolver *dns, struct strand *strand,
    int64_t now);

/*
 * Before the first field: what others need, too, and keep until
 * dkim_verify_free().  The header has each field before it is fed; the owner
 * of the body's hashes feeds and ends them before dkim_verify_eom() (NULL: none
 * are shared; the library engine goes on hashing by itself).
 */
void dkim_verify_share(struct dkim_verify *verify,
    const struct header *header, struct dkim_bodies *bodies);
void dkim_verify_header(struct dkim_verify *verify,
    const struct header_field *field);
void dkim_verify_eoh(struct dkim_verify *verify);

/*
 * False: no signature needs more of the body (the MTA may skip the rest), or
 * it comes through what is shared.
 */
bool dkim_verify_body(struct dkim_verify *verify, struct str piece);

/* done() runs once, on the strand, never before this returns. */
void dkim_verify_eom(struct dkim_verify *verify, dkim_done_fn *done,
    void *ctx);

/* At any time, and always in the end; done() will not run after it. */
void dkim_verify_free(struct dkim_verify *verify);

/* "native", "opendkim" */
bool dkim_engine_from(const char *name, enum dkim_engine *engine_out);

#endif
