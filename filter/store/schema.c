#include "store/schema.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>

#include "store/job.h"

#define APPLICATION	"1634956153"	/* "assy" */

/*
 * What leads from each version to the next; the first from an empty file.  A
 * step that was released is never changed: what is to be different is a new
 * row at the end.
 */
static const char *const steps[] = {
	/* 1: counters, sets, triplets and standings */
	"CREATE TABLE counters (key BLOB NOT NULL, bucket INTEGER NOT NULL,"
	" sum REAL NOT NULL, expires INTEGER NOT NULL,"
	" PRIMARY KEY (key, bucket)) WITHOUT ROWID;"
	"CREATE TABLE members (key BLOB NOT NULL, member BLOB NOT NULL,"
	" seen INTEGER NOT NULL, expires INTEGER NOT NULL,"
	" PRIMARY KEY (key, member)) WITHOUT ROWID;"
	"CREATE TABLE triplets (key BLOB PRIMARY KEY NOT NULL,"
	" first INTEGER NOT NULL, passed INTEGER NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE standings (key BLOB PRIMARY KEY NOT NULL,"
	" spam REAL NOT NULL, ham REAL NOT NULL, at INTEGER NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX counters_expire ON counters (expires);"
	"CREATE INDEX members_expire ON members (expires);"
	"CREATE INDEX triplets_expire ON triplets (expires);"
	"CREATE INDEX standings_expire ON standings (expires);"
	"PRAGMA application_id = " APPLICATION ";",

	/* 2: a triplet's key is a digest, so that a million have room */
	"ALTER TABLE triplets RENAME TO old_triplets;"
	"DROP INDEX triplets_expire;"
	"CREATE TABLE triplets (key BLOB PRIMARY KEY NOT NULL,"
	" first INTEGER NOT NULL, passed INTEGER NOT NULL,"
	" expires INTEGER NOT NULL) WITHOUT ROWID;"
	"INSERT INTO triplets SELECT triplet_key(key), first, passed, expires"
	" FROM old_triplets;"
	"DROP TABLE old_triplets;"
	"CREATE INDEX triplets_expire ON triplets (expires);",

	/* 3: which writes were done, of each writer that may repeat them */
	"CREATE TABLE writers (writer BLOB PRIMARY KEY NOT NULL,"
	" number INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;",

	/* 4: queues of items, each to be taken once */
	"CREATE TABLE items (queue BLOB NOT NULL, name BLOB NOT NULL,"
	" due INTEGER NOT NULL, tries INTEGER NOT NULL, content BLOB NOT NULL,"
	" expires INTEGER NOT NULL, PRIMARY KEY (queue, name));"
	"CREATE INDEX items_due ON items (queue, due);"
	"CREATE INDEX items_expire ON items (expires);",

	/* 5: events; what finds them, and apart from that their lines */
	"CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL,"
	" host TEXT NOT NULL, queue_id TEXT NOT NULL, kind TEXT NOT NULL,"
	" verdict TEXT NOT NULL, rule TEXT NOT NULL, client TEXT NOT NULL,"
	" sender TEXT NOT NULL, from_domain TEXT NOT NULL,"
	" rcpts TEXT NOT NULL);"
	"CREATE INDEX events_queue_id ON events (queue_id)"
	" WHERE queue_id <> '';"
	"CREATE TABLE event_lines (seq INTEGER PRIMARY KEY,"
	" line TEXT NOT NULL);"
	"CREATE TABLE event_keep (one INTEGER PRIMARY KEY,"
	" keep_ms INTEGER NOT NULL);",

	/* 6: triplets are looked through in order of their keys instead */
	"DROP INDEX triplets_expire;",
};

enum { VERSION = sizeof(steps) / sizeof(steps[0]) };

int
schema_version(void)
{
	return VERSION;
}

static bool
fail(sqlite3 *db, char *why, size_t size)
{
	snprintf(why, size, "%s", sqlite3_errmsg(db));
	return false;
}

static bool
run(sqlite3 *db, const char *text, char *why, size_t size)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK ||
	    fail(db, why, size);
}

/* The first column of the only row; -1 on an error. */
static int64_t
number_of(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement;
	int64_t number = -1;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

/* triplet_key(key), for the steps. */
static void
key_in_sql(sqlite3_context *context, int count, sqlite3_value **values)
{
	char out[TRIPLET_KEY];
	const char *text = sqlite3_value_blob(values[0]);
	struct str key = str_make(text,
	    (size_t)sqlite3_value_bytes(values[0]));

	(void)count;
	triplet_key(key, out);
	sqlite3_result_blob(context, out, sizeof(out), SQLITE_TRANSIENT);
}

/* The file's version; -1 and why where it is none of ours. */
static int64_t
version_of(sqlite3 *db, char *why, size_t size)
{
	int64_t version, tables, ours;

	/* All of one moment: another process may make the file just now. */
	if (!run(db, "SAVEPOINT look", why, size))
		return -1;
	version = number_of(db, "PRAGMA user_version");
	tables = number_of(db, "SELECT count(*) FROM sqlite_schema");
	ours = number_of(db, "SELECT application_id = " APPLICATION
	    " FROM pragma_application_id");
	if (version < 0 || tables < 0 || ours < 0) {
		fail(db, why, size);
		version = -1;
	}
	sqlite3_exec(db, "RELEASE look", NULL, NULL, NULL);
	if (version < 0 || (tables == 0 && version == 0))
		return version;
	if (ours == 0 || version == 0)
		snprintf(why, size, "it is the database of another program");
	else if (version > VERSION)
		snprintf(why, size, "its schema is version %d, of a newer "
		    "assay; this one knows version %d", (int)version,
		    VERSION);
	else
		return version;
	return -1;
}

/* Another process may do it at the same time: so look once more, alone. */
static bool
step(sqlite3 *db, char *why, size_t size)
{
	char set_version[64];
	int64_t version;

	if (!run(db, "BEGIN IMMEDIATE", why, size))
		return false;
	version = version_of(db, why, size);
	snprintf(set_version, sizeof(set_version),
	    "PRAGMA user_version = %d", (int)version + 1);
	if (version >= 0 && (version == VERSION ||
	    (run(db, steps[version], why, size) &&
	    run(db, set_version, why, size))) &&
	    run(db, "COMMIT", why, size))
		return true;
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool
schema_check(sqlite3 *db, char *why_out, size_t why_size)
{
	int64_t version = version_of(db, why_out, why_size);

	if (version >= 0 && version < VERSION)
		snprintf(why_out, why_size, "its schema is version %d, of an "
		    "older assay: assayd brings it on", (int)version);
	return version == VERSION;
}

bool
schema_bring(sqlite3 *db, char *why_out, size_t why_size)
{
	int64_t version = version_of(db, why_out, why_size);

	if (version < 0)
		return false;
	if (version < VERSION && sqlite3_create_function(db, "triplet_key", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, key_in_sql, NULL,
	    NULL) != SQLITE_OK)
		return fail(db, why_out, why_size);
	while (version >= 0 && version < VERSION) {
		if (!step(db, why_out, why_size))
			return false;
		version = version_of(db, why_out, why_size);
	}
	return version == VERSION;
}
