/*
 * sqlite_op - the SQLite store's statements, and what each kind of op does
 *
 * Threads:	one at a time, the store's own.
 */
#ifndef ASSAY_STORE_SQLITE_OP_H
#define ASSAY_STORE_SQLITE_OP_H

#include <sqlite3.h>

#include "store/job.h"

enum statement {
	BEGIN, COMMIT, ROLLBACK,
	COUNT_ADD, COUNT_READ,
	MEMBER_ROOM, MEMBER_SET, MEMBER_COUNT,
	TRIPLET_READ, TRIPLET_SET,
	STANDING_READ, STANDING_SET,
	ITEM_PUT, ITEM_NEXT, ITEM_LEASE, ITEM_DONE,
	WRITER_READ, WRITER_SET,
	EVENT_READ, EVENT_PUT, EVENT_PUT_LINE, EVENT_FIND_OLD,
	EVENT_REMOVE, EVENT_REMOVE_LINES, KEEP_READ, KEEP_SET,
	TRIPLET_AFTER, EXPIRE_RANGE,
	EXPIRE_COUNTERS, EXPIRE_MEMBERS, EXPIRE_STANDINGS,
	EXPIRE_ITEMS, EXPIRE_WRITERS,
	STATEMENTS
};

struct sqlite {
	sqlite3		*db;
	struct sqlite_log *log;
	sqlite3_stmt	*statements[STATEMENTS];
	unsigned	 expires;	/* the table whose turn it is */
	char		 looked[TRIPLET_KEY];	/* up to that triplet */
	size_t		 looked_len;	/* 0: from the first one on */
	bool		 expires_more;	/* one of them had a lot */
	char		 writer[WRITER_ID];	/* of this batch, so far */
	uint64_t	 number;	/* ... the last one done */
	bool		 has_writer, new_number;
	int64_t		 keep_ms;	/* how long events are kept; 0: not
					 * known yet */
	int		 rows_at_once;	/* of them that go; 0: at first */
};

extern const char *const sqlite_statements[STATEMENTS];

/* A statement, with its first parameter; the rest is for its caller to bind. */
sqlite3_stmt *sqlite_use(struct sqlite *sqlite, enum statement id,
    struct str key);
/* Run one that has no rows.  False: an error; see sqlite3_errmsg(). */
bool sqlite_done(sqlite3_stmt *statement);

/* Do a job, in a transaction, and fill its answer.  False: as above. */
bool sqlite_op(struct sqlite *sqlite, struct store_job *job);

#endif
