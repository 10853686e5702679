/*
 * store - what the store costs: CPU an op, octets on disk, pauses of expiry
 *
 * usage: store WHERE TRIPLETS [SECONDS]
 *
 * WHERE is sqlite:FILE, a new one, or redis+unix://PATH.  The back end is
 * called as the store's worker calls it, batch by batch.  Redis expires by
 * itself: so what is measured there is how long single ops take while all
 * triplets come to their end, so many seconds after the start (200).
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "reputation/reputation.h"
#include "store/job.h"

enum { MINUTE = 60000, OPS = 50000, DOMAINS = 20000,
       ENDS_MS = 200000, WATCHED_MS = 20000 };	/* Redis: since the start */

static const struct store_backend *backend;
static void *state;
static struct arena *arena;	/* of an op that is made */
static uint64_t number;
static char writer[WRITER_ID];	/* of this process */

#define HALF_LIFE_MS	((uint64_t)30 * 24 * 3600 * 1000)

static double
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* ---- ops ---- */

static struct store_op
greylist_op(size_t i, int64_t now, int64_t kept_ms)
{
	static char key[200];

	snprintf(key, sizeof(key), "192.%zu.%zu.0/24 sender%zu@example.com "
	    "recipient%zu@example.org", i >> 16 & 255, i >> 8 & 255,
	    i, i % 977);
	return (struct store_op){ .kind = STORE_GREYLIST,
	    .key = str_from(key), .now_ms = now, .delay_ms = 5 * MINUTE,
	    .window_ms = kept_ms, .lifetime_ms = kept_ms };
}

static struct store_op
rate_op(size_t i, int64_t now, int64_t kept_ms)
{
	static char key[200];

	(void)kept_ms;
	snprintf(key, sizeof(key), "rate client.net 192.%zu.%zu.0/24",
	    i * 7919 >> 8 & 15, i * 7919 & 255);
	return (struct store_op){ .kind = STORE_COUNT, .key = str_from(key),
	    .now_ms = now, .period_ms = 60 * MINUTE, .amount = 1 };
}

/* One of many domains that sign; amount: of ham. */
static struct store_op
standing_op(size_t i, int64_t now, double amount)
{
	struct identity who = { .kind = IDENTITY_DKIM };
	char domain[40];

	arena_reset(arena);
	snprintf(domain, sizeof(domain), "mail%zu.example.com",
	    i * 7919 % DOMAINS);
	who.name = str_from(domain);
	return identity_op(arena, &who, HALF_LIFE_MS, now, 0, amount);
}

static struct store_op
reputation_op(size_t i, int64_t now, int64_t kept_ms)
{
	(void)kept_ms;
	return standing_op(i, now, 0);
}

/* What a message adds: to whom it is of, and to what is known of itself. */
static struct store_op
verdict_op_of(size_t i, int64_t now, int64_t kept_ms)
{
	char id[60];

	(void)kept_ms;
	if (i % 2 == 0)
		return standing_op(i / 2, now, 1);
	arena_reset(arena);
	snprintf(id, sizeof(id), "<%zu.%lld@example.com>", i, (long long)now);
	return verdict_op(arena, str_from(id), now, 0, 1);
}

typedef struct store_op make_op(size_t i, int64_t now, int64_t kept_ms);

static const struct {
	const char	*name;
	make_op		*make;
} kinds[] = {
	{ "greylist", greylist_op }, { "rate", rate_op },
	{ "verdict", verdict_op_of }, { "reputation", reputation_op },
};

static void
run_batch(make_op *make, size_t first, size_t count, int64_t now,
    int64_t kept_ms)
{
	struct store_job *jobs[LIMIT_STORE_BATCH] = { NULL };
	char why[300];

	for (size_t i = 0; i < count; i++) {
		struct store_op op = make(first + i, now, kept_ms);

		jobs[i] = job_new(&op);
		memcpy(jobs[i]->writer, writer, WRITER_ID);
		jobs[i]->number = ++number;
		jobs[i]->may_repeat = true;
	}
	if (backend->apply(state, jobs, count, why, sizeof(why)) != count)
		errx(1, "%s", why);
	for (size_t i = 0; i < count; i++)
		job_free(jobs[i]);
}

/* ---- figures ---- */

static void
time_ops(const char *name, make_op *make, size_t from, size_t ops,
    size_t batch, int64_t kept_ms)
{
	double cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
	double wall = now_us(CLOCK_MONOTONIC);
	int64_t now = clock_unix_us() / 1000;

	for (size_t done = 0; done < ops; done += batch)
		run_batch(make, from + done, batch, now, kept_ms);
	cpu = (now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)ops;
	wall = (now_us(CLOCK_MONOTONIC) - wall) / (double)ops;
	printf("%-10s batches of %3zu: %6.1f us CPU, %6.1f us in all\n", name,
	    batch, cpu, wall);
}

static double
megabytes(const char *path, const char *tail)
{
	char name[4200];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, tail);
	return stat(name, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

/* How long this thread was ready and others had the processors. */
static double
queued_us(void)
{
	FILE *file = fopen("/proc/thread-self/schedstat", "r");
	unsigned long long ran, queued = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &ran, &queued) != 2)
		queued = 0;
	fclose(file);
	return (double)queued / 1e3;
}

/* A piece and an op behind it. */
struct piece {
	double	us, op_us, cpu_us, queued_us;
};

static enum store_expiry
expire_piece(int64_t now, int64_t later, struct piece *piece)
{
	double queued = queued_us(), cpu = now_us(CLOCK_THREAD_CPUTIME_ID);
	double began = now_us(CLOCK_MONOTONIC), op;
	enum store_expiry how = backend->expire(state, later);

	op = now_us(CLOCK_MONOTONIC);
	run_batch(rate_op, 1, 1, now, 0);
	piece->us = now_us(CLOCK_MONOTONIC) - began;
	piece->op_us = piece->us - (op - began);
	piece->cpu_us = now_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
	piece->queued_us = queued_us() - queued;
	return how;
}

/*
 * As the worker does it: piece by piece, and a batch, here of one op, after
 * each.  An op waits at most for a piece and for the batch before its own.
 */
static void
expire_sqlite(void)
{
	int64_t now = clock_unix_us() / 1000, later = now + 400LL * 86400000;
	double began = now_us(CLOCK_MONOTONIC);
	struct piece longest = { 0 }, piece;
	unsigned pieces = 0, over = 0, over_alone = 0;
	enum store_expiry how = EXPIRY_GOES_ON;

	while (how != EXPIRY_ENDS) {
		how = expire_piece(now, later, &piece);
		if (piece.us > longest.us)
			longest = piece;
		over += piece.us > 20000;
		over_alone += piece.us - piece.queued_us > 20000;
		pieces += how != EXPIRY_WAITS;
		if (how == EXPIRY_WAITS)
			usleep(20000);
	}
	printf("expiry: %u pieces, an op after each, %.1f s in all; the "
	    "longest %.1f ms, of these %.1f ms the op, %.1f ms CPU, %.1f ms "
	    "until it had a processor; %u over 20 ms, %u without that\n",
	    pieces, (now_us(CLOCK_MONOTONIC) - began) / 1e6,
	    longest.us / 1e3, longest.op_us / 1e3, longest.cpu_us / 1e3,
	    longest.queued_us / 1e3, over, over_alone);
}

/* How long one op takes while all triplets come to their end. */
static void
expire_redis(uint64_t until_ms)
{
	double longest = 0, over = 0, ops = 0;

	while (clock_ms() < until_ms) {
		double wall = now_us(CLOCK_MONOTONIC);

		run_batch(rate_op, 1, 1, clock_unix_us() / 1000, 0);
		wall = now_us(CLOCK_MONOTONIC) - wall;
		longest = wall > longest ? wall : longest;
		over += wall > 20000;
		ops++;
		usleep(500);
	}
	printf("expiry: of %.0f ops meanwhile the longest took %.1f ms, "
	    "%.0f over 20 ms\n", ops, longest / 1e3, over);
}

int
main(int argc, char **argv)
{
	struct str where = str_from(argc > 1 ? argv[1] : "");
	bool sqlite = str_starts_nocase(where, str_from(store_sqlite.scheme));
	size_t triplets = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	static const size_t batches[] = { 500, 50, 10, 1 };
	char why[300];
	int64_t ends_ms;
	uint64_t ends;

	if (argc < 3 || triplets == 0)
		errx(2, "usage: store sqlite:FILE|redis+unix://PATH TRIPLETS "
		    "[SECONDS]");
	backend = sqlite ? &store_sqlite : &store_redis_unix;
	state = backend->open(str_skip(where, strlen(backend->scheme)), why,
	    sizeof(why));
	if (state == NULL)
		errx(1, "%s", why);
	arena = arena_new();
	memcpy(writer, &(uint64_t){ (uint64_t)getpid() }, WRITER_ID);
	setvbuf(stdout, NULL, _IOLBF, 0);
	ends_ms = argc > 3 ? 1000 * (int64_t)strtoul(argv[3], NULL, 10) :
	    ENDS_MS;
	ends = clock_ms() + (uint64_t)ends_ms + WATCHED_MS;
	time_ops("greylist", greylist_op, 0, triplets, LIMIT_STORE_BATCH,
	    sqlite ? 86400000 : ends_ms);
	if (sqlite)
		printf("disk: %.1f MB and %.1f MB of log\n",
		    megabytes(argv[1] + 7, ""), megabytes(argv[1] + 7,
		    "-wal"));
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			time_ops(kinds[k].name, kinds[k].make, 0, OPS,
			    batches[i], 86400000);
	if (sqlite)
		expire_sqlite();
	else
		expire_redis(ends);
	backend->close(state);
	arena_free(arena);
	return 0;
}
