/*
 * What the store room's tests share: a store, a strand, and a Redis.
 */
#ifndef ASSAY_TESTS_STORE_H
#define ASSAY_TESTS_STORE_H

#include <sys/types.h>

#include "store/store.h"
#include "tests/support/check.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
#define T0	1990000000000LL		/* not over yet by any clock */

/* memory:, sqlite: and Redis, by the loop's index. */
enum { MEMORY, SQLITE, REDIS, BACKENDS };

extern struct store *store;
extern struct strand *strand;

void set_up(void);
void tear_down(void);
void open_store(int backend);
const char *database_path(void);	/* of SQLite */
/* The first column of the only row. */
int number_in_database(const char *select);
const char *spool_path(void);
void open_with_spool(int backend, uint64_t max);

/* fork(), for a child that is killed while it asserts: libcheck keeps account
 * in a file that both would write to, and one killed in the midst of it spoils
 * that.  What fails in the child ends it. */
pid_t fork_victim(void);

/* A redis-server of our own on a socket; words: more options, or NULL. */
void redis_start(const char *const *words);
void redis_signal(int signal);		/* SIGKILL waits for its end */
const char *redis_socket(void);

struct wait {
	struct store_answer answer;
	bool done;
	char name[40], content[40];	/* heads of those of took() */
};

void answered(void *ctx, const struct store_answer *answer);
void took(void *ctx, const struct store_answer *answer);
/* What it answers within that time. */
struct store_answer ask_within(const struct store_op *op, unsigned ms);
/* The same; it has to be known. */
struct store_answer ask(const struct store_op *op);
/* Until the store has done all that waited for it. */
void settle(void);
/* Add to a counter of an hour. */
double count(const char *key, double amount, int64_t at);

TCase *history_tests(void);
TCase *log_tests(void);
TCase *redis_tests(void);
TCase *schema_tests(void);
TCase *expiry_tests(void);
TCase *crash_tests(void);
TCase *spool_tests(void);

#endif
