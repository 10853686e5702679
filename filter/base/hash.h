/*
 * hash - a keyed hash for tables whose keys strangers choose
 *
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") with
 * a key drawn once a process, so that nobody can prepare names that all fall
 * into one bucket.  The value is good for this process only.
 */
#ifndef ASSAY_BASE_HASH_H
#define ASSAY_BASE_HASH_H

#include "base/str.h"

/* Letter case does not count. */
uint64_t hash_nocase(struct str s);

/* The function itself, for its test: octets as they are, a given key. */
uint64_t hash_siphash13(struct str s, const uint64_t key[2]);

#endif
