#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store_test.h"

struct store *store;
struct strand *strand;

static char directory[64], database[80], socket_path[80], spool[80];
static pid_t redis;

static void
exec_redis(const char *const *words)
{
	const char *argv[32] = { "redis-server", "--port", "0",
	    "--unixsocket", socket_path, "--save", "", "--appendonly", "no",
	    "--dir", directory };
	int count = 11;

	while (words != NULL && *words != NULL && count < 31)
		argv[count++] = *words++;
	if (freopen("/dev/null", "w", stdout) != NULL)
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

pid_t
fork_victim(void)
{
	pid_t pid = fork();
	int null = pid == 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	struct stat st;

	for (int fd = 3; pid == 0 && fd < 256; fd++)
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			dup2(null, fd);
	return pid;
}

/* Redis makes its socket before it listens on it; a store tries again. */
void
redis_start(const char *const *words)
{
	struct stat st;

	unlink(socket_path);
	redis = fork();
	ck_assert_int_ge(redis, 0);
	if (redis == 0)
		exec_redis(words);
	for (int i = 0; i < 500 && stat(socket_path, &st) != 0; i++)
		usleep(20000);
	ck_assert_msg(stat(socket_path, &st) == 0,
	    "redis-server does not start; is it installed?");
	usleep(20000);
}

void
redis_signal(int number)
{
	ck_assert_int_gt(redis, 0);
	kill(redis, number);
	if (number != SIGKILL)
		return;
	waitpid(redis, NULL, 0);
	redis = 0;
}

const char *
redis_socket(void)
{
	return socket_path;
}

const char *
database_path(void)
{
	return database;
}

const char *
spool_path(void)
{
	return spool;
}

void
open_store(int backend)
{
	char where[128], why[300];

	switch (backend) {
	case MEMORY:
		snprintf(where, sizeof(where), "memory:");
		break;
	case SQLITE:
		snprintf(where, sizeof(where), "sqlite:%s", database);
		break;
	default:
		if (redis == 0)
			redis_start(NULL);
		snprintf(where, sizeof(where), "redis+unix://%s?3",
		    socket_path);
	}
	store = store_open(str_from(where), why, sizeof(why));
	ck_assert_msg(store != NULL, "%s", why);
}

void
open_with_spool(int backend, uint64_t max)
{
	char why[300];

	open_store(backend);
	ck_assert_msg(store_spool(store, spool_path(), max, why,
	    sizeof(why)), "%s", why);
}

int
number_in_database(const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	int number;

	ck_assert_int_eq(sqlite3_open(database_path(), &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, text, -1, &statement, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

void
set_up(void)
{
	strcpy(directory, "/tmp/store_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(database, sizeof(database), "%s/db", directory);
	snprintf(spool, sizeof(spool), "%s/spool", directory);
	snprintf(socket_path, sizeof(socket_path), "%s/redis", directory);
	strand = strand_new();
	strand_enter(strand);
}

void
tear_down(void)
{
	static const char *const files[] = { "db", "db-wal", "db-shm",
	    "redis", "spool",
	    "appendonlydir/appendonly.aof.1.base.rdb",
	    "appendonlydir/appendonly.aof.1.incr.aof",
	    "appendonlydir/appendonly.aof.manifest" };
	char path[200];

	strand_leave(strand);
	strand_unref(strand);
	store_close(store, 1000);
	if (redis > 0)
		redis_signal(SIGKILL);
	for (int i = 0; i < TEST_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/appendonlydir", directory);
	rmdir(path);
	rmdir(directory);
}

void
answered(void *ctx, const struct store_answer *answer)
{
	struct wait *wait = ctx;

	wait->answer = *answer;
	wait->done = true;
}

void
took(void *ctx, const struct store_answer *answer)
{
	struct wait *wait = ctx;

	answered(ctx, answer);
	snprintf(wait->name, sizeof(wait->name), "%.*s",
	    STR_ARG(answer->name));
	snprintf(wait->content, sizeof(wait->content), "%.*s",
	    STR_ARG(answer->content));
}

struct store_answer
ask_within(const struct store_op *op, unsigned ms)
{
	struct wait wait = { .done = false };

	store_ask(store, strand, op, clock_ms() + ms, answered, &wait);
	ck_assert(!wait.done);
	ck_assert(strand_wait(strand, &wait.done, clock_ms() + ms + 10000));
	return wait.answer;
}

struct store_answer
ask(const struct store_op *op)
{
	struct store_answer answer = ask_within(op, 10000);

	ck_assert_msg(answer.known, "%s", answer.why);
	return answer;
}

void
settle(void)
{
	struct store_counts counts;
	uint64_t end = clock_ms() + 20000;

	do {
		usleep(10000);
		store_counts(store, &counts);
	} while (counts.waiting > 0 && clock_ms() < end);
	ck_assert_uint_eq(counts.waiting, 0);
}

double
count(const char *key, double amount, int64_t at)
{
	return ask(&(struct store_op){ .kind = STORE_COUNT,
	    .key = str_from(key), .now_ms = T0 + at, .period_ms = HOUR,
	    .amount = amount }).count;
}
