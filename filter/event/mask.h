/*
 * mask - what of an event is not to be told (setting privacy)
 *
 * All texts of an event go through here on their way out, whatever they are:
 * facts, recipients, texts of rules, answers of functions, log lines.  An
 * address that is hashed is "h-" and 24 digits (base/keyed.h, of the address
 * in lower case) before its domain, which stays; equal addresses stay equal,
 * and that is all that can be asked of them afterwards.
 *
 * In a text, what looks like an address and is none of the sender's is taken
 * for a recipient's: rather one too many than one too few.
 *
 * Ownership:	the arena's.  Texts that need no change are given back.
 * Threads:	struct privacy may be shared, a mask not.
 */
#ifndef ASSAY_EVENT_MASK_H
#define ASSAY_EVENT_MASK_H

#include "base/arena.h"
#include "facts/facts.h"

enum privacy_bit {
	PRIVACY_HASH_RECIPIENTS = 1,	/* "hash-recipients" */
	PRIVACY_OMIT_RECIPIENTS = 2,
	PRIVACY_HASH_SENDERS = 4,
	PRIVACY_OMIT_SUBJECT = 8,
	PRIVACY_CUT_CLIENTS = 16,	/* to their networks */
	PRIVACY_END = 32
};

const char *privacy_name(enum privacy_bit bit);
/* 0: no such word. */
unsigned privacy_find(struct str word);

struct privacy {
	unsigned	bits;
	struct str	key;		/* for the hashes */
};

struct mask;

/* NULL: all may be told.  rcpts: the first recipients, as far as known. */
struct mask *mask_new(struct arena *arena, const struct privacy *privacy,
    const struct fact_set *facts, const struct str *rcpts, size_t rcpt_count);

/* What is hidden; 0 also where mask is NULL. */
unsigned mask_bits(const struct mask *mask);
/* The same of facts that tell of it; a fact that is left out is unknown. */
bool mask_omits(const struct mask *mask, enum fact_id id);
/* What header() read of this field is left out: others stand in it, too. */
bool mask_omits_field(const struct mask *mask, struct str name);

/* mask may be NULL: all these are the text then. */
struct str mask_text(struct mask *mask, struct str text);
struct str mask_fact(struct mask *mask, enum fact_id id, struct str text);
struct str mask_rcpt(struct mask *mask, struct str address);
struct str mask_sender(struct mask *mask, struct str address);
/* A name that DNS was asked for, where a sender's local part may stand (SPF
 * macros). */
struct str mask_name(struct mask *mask, struct str name);
struct ip mask_ip(const struct mask *mask, const struct ip *ip);

/* An address as an event would have it: to look for it. */
struct str privacy_hashed(struct arena *arena, const struct privacy *privacy,
    struct str address);

/* Of an event that was read: the facts whose values can only be compared with
 * each other.  bits: of enum privacy_bit. */
void privacy_mark(struct fact_set *facts, unsigned bits);

#endif
