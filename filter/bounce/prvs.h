/*
 * prvs - the tag that shows that a bounce answers mail of ours
 *
 *	prvs=KDDDSSSSSS=local-part@domain
 *
 * Bounce Address Tag Validation (draft-levine-smtp-batv-01, the "prvs" tag):
 * K is the number of the key, DDD the last three digits of the day, counted
 * since 1970, with which the tag expires, SSSSSS the first three octets of
 * the HMAC-SHA1 over K, DDD and the address, in hex.  The address goes into
 * the HMAC in lower case: hosts that send bounces do not all keep it.
 *
 * Hostile:	every address.
 */
#ifndef ASSAY_BOUNCE_PRVS_H
#define ASSAY_BOUNCE_PRVS_H

#include "base/arena.h"

enum { PRVS_KEYS = 10 };	/* K is one digit */

struct prvs_keys {
	struct str	secrets[PRVS_KEYS];	/* empty: no such key */
	unsigned	current;		/* makes new tags */
};

enum prvs_state { PRVS_MISSING, PRVS_VALID, PRVS_EXPIRED, PRVS_FORGED };

/*
 * Tag an envelope address for that many days (1 to 99); now is in seconds
 * since 1970.  NULL, or why it stays as it is.
 */
const char *prvs_tag(struct arena *arena, const struct prvs_keys *keys,
    struct str address, int64_t now, unsigned days, struct str *tagged_out);

/*
 * What an envelope address carries.  bare_out is the address without its tag,
 * whatever the tag is worth; the address itself where it has none.
 */
enum prvs_state prvs_check(struct arena *arena, const struct prvs_keys *keys,
    struct str address, int64_t now, unsigned days, struct str *bare_out);

#endif
