/*
 * sqlfile - rows of an SQLite database that somebody else keeps
 *
 * One query over one file, for maps and lists that an admin has in a database.
 * The file is opened read-only and closed again; the query must be one SELECT
 * that gives as many columns as are asked for, and can do nothing but read:
 * no PRAGMA, ATTACH or extension (an authorizer refuses them), and what the
 * schema says is not trusted.
 *
 * Errors:	false, and what is wrong in *error_out.  A lock that another
 *		process holds is waited for, LIMIT_SQL_WAIT_MS; a query may
 *		take LIMIT_SQL_WORK_MS of a processor's time and give
 *		LIMIT_SQL_ROWS rows.  Rows that were passed on before an error
 *		must not be used.
 * Ownership:	the columns of a row live until its callback returns.
 * Threads:	any; nothing is shared between two calls.
 */
#ifndef ASSAY_BASE_SQLFILE_H
#define ASSAY_BASE_SQLFILE_H

#include "base/str.h"

enum { SQLFILE_COLUMNS_MAX = 8 };

struct sqlfile_error {
	char	text[200];	/* "no such table: users" */
	int	offset;		/* octet of the query that is wrong, or -1 */
	bool	missing;	/* there is no such file */
};

/*
 * One row: its columns as text, NULL as STR_NONE (ptr NULL; the empty text has
 * one).  Hostile octets, a NUL too.  False: no more rows are wanted, which is
 * no error.
 */
typedef bool sqlfile_row_fn(void *ctx, const struct str *columns);

bool sqlfile_read(const char *path, struct str query, size_t columns,
    sqlfile_row_fn *row, void *ctx, struct sqlfile_error *error_out);

#endif
