/*
 * senders - who wrote, as hashes: a bounce to somebody else answers nothing
 *
 * A set of LIMIT_MAILLOG_SENDERS values; when it is full, it says of what it
 * does not hold that it may be there.
 */
#ifndef ASSAY_MAILLOG_SENDERS_H
#define ASSAY_MAILLOG_SENDERS_H

#include "base/arena.h"

struct outcome_senders;

struct outcome_senders *outcome_senders_new(struct arena *arena);
void outcome_senders_add(struct outcome_senders *senders, uint64_t hash);
bool outcome_senders_has(const struct outcome_senders *senders,
    uint64_t hash);

#endif
