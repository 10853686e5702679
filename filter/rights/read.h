/*
 * read - the sources of a table: a text as postmap(1) takes it, a database
 *
 * Text:	"key  login[, login...]".  A key is user@domain, user or
 *		@domain, quoted where an address is; of two rows for one key
 *		the first counts, as in Postfix, and a warning tells.
 * Database:	the first column is the key, the second its logins; rows of
 *		one key add up.
 *
 * Errors:	false, and all mistakes in diag.
 */
#ifndef ASSAY_RIGHTS_READ_H
#define ASSAY_RIGHTS_READ_H

#include "base/source.h"
#include "rights/table.h"

/* What is known about the keys that were read. */
struct read_notes {
	bool	bare;		/* a key is a user without a domain */
};

bool read_text(struct table *table, const struct source *source,
    struct read_notes *notes, struct diag *diag);
bool read_sqlite(struct table *table, const char *path, const char *query,
    struct read_notes *notes, struct diag *diag);

#endif
