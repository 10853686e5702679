/*
 * table - who owns what: pairs of a key and a login, packed
 *
 * A pair is its two texts and four octets in one block, and two places of a
 * hash: one to find the pair, one to know that the key has a row at all.  So
 * neither a long list of logins nor a long table costs time; some 16 octets a
 * pair beside its texts.
 *
 * Ownership:	memory of its own; table_free().
 * Threads:	any number may ask once it is settled.
 */
#ifndef ASSAY_RIGHTS_TABLE_H
#define ASSAY_RIGHTS_TABLE_H

#include "base/str.h"

struct table;

struct table *table_new(void);
void table_free(struct table *table);			/* NULL is allowed */

/* Letter case does not count.  A pair that is there is not added again.
 * False: LIMIT_RIGHTS_ROWS or LIMIT_RIGHTS_OCTETS has been reached. */
bool table_add(struct table *table, struct str key, struct str login);

/* No more is added: give back what was held for growth. */
void table_settle(struct table *table);

bool table_has_key(const struct table *table, struct str key);
bool table_has(const struct table *table, struct str key, struct str login);

size_t table_count(const struct table *table);		/* pairs */
size_t table_octets(const struct table *table);

#endif
