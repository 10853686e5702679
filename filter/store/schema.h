/*
 * schema - the tables of the store's SQLite file, version by version
 *
 * A file says its version (PRAGMA user_version) and whose it is (PRAGMA
 * application_id).  An empty one, or one of an older version, is brought to
 * the newest: step by step, each in a transaction of its own, so that a crash
 * leaves a whole file of some version, which the next start takes on.
 */
#ifndef ASSAY_STORE_SCHEMA_H
#define ASSAY_STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

/*
 * False and why: another program's file, one of a newer version, or one that
 * cannot be written; nothing was changed then but by steps that succeeded.
 */
bool schema_bring(struct sqlite3 *db, char *why_out, size_t why_size);

/* False and why: it is not of the newest version; nothing is changed. */
bool schema_check(struct sqlite3 *db, char *why_out, size_t why_size);

/* Of files that this assay makes. */
int schema_version(void);

#endif
