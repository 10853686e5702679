/*
 * facts - the facts of a message as JSON: flat, and as groups
 */
#ifndef ASSAY_EVENT_FACTS_H
#define ASSAY_EVENT_FACTS_H

#include "event/emit.h"
#include "event/pull.h"
#include "facts/facts.h"

/* "facts": all that are known, each by its name; null is none, and what could
 * not be had is an object with the reason. */
void event_facts(struct emit *out, const struct fact_set *facts);

/* A value of a type; and what could not be had. */
void event_value(struct emit *out, const char *key, const struct fact *fact,
    enum fact_type type);
void event_unknown(struct emit *out, const char *key, struct str reason);
/*
 * The inverse of these: anything that a fact can be.  It stays as it was where
 * the value does not fit the type.  False: no such JSON.
 */
bool event_value_read(struct pull *pull, enum fact_type type,
    enum word_set words, struct fact *fact);

/*
 * For each result but "dkim", which is the list of signatures, an object of
 * its own name: "spf" is {"result": the fact "spf", "domain": the fact
 * "spf.domain", ...}.  Every key is there; without a value it is null.
 */
void event_groups(struct emit *out, const struct fact_set *facts);

/*
 * The inverse of event_facts(), of what stands behind the key.  wanted is
 * [FACT_COUNT] or NULL for all.  What is left out, and a value that does not
 * fit the type that the fact has now, stays pending.  False: no such object.
 */
bool event_facts_read(struct pull *pull, const bool *wanted,
    struct fact_set *facts);

#endif
