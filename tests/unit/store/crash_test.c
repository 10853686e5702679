/*
 * kill -9 at any point: a process that uses a store is killed over and over,
 * when the seed says so.  What it was answered is there afterwards, what it
 * only told is there but for the last second, and nothing is there twice.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store_test.h"

enum { ROUNDS = 30, LONGEST_MS = 80, TRIPLETS = 100000, LAST = 40,
       TOLD = 20000 };

/* What the victim has got to; it outlives it. */
struct progress {
	int passed;			/* triplets, answered */
	int began;			/* calls that count */
	int counted;			/* ... and were answered */
	int told;
	uint64_t told_at[TOLD];		/* clock_ms() */
};

static struct progress *progress;
static uint32_t seed;

static uint32_t
next_random(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static struct progress *
progress_new(void)
{
	struct progress *new = mmap(NULL, sizeof(*new),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert(new != MAP_FAILED);
	return new;
}

static enum greylist_state
attempt(int round, int triplet, int64_t at)
{
	char key[60];

	snprintf(key, sizeof(key), "%d/%d", round, triplet);
	return ask(&(struct store_op){ .kind = STORE_GREYLIST,
	    .key = str_from(key), .now_ms = T0 + at,
	    .delay_ms = 5 * MINUTE, .window_ms = DAY,
	    .lifetime_ms = DAY }).greylist;
}

static void
tell_one(void)
{
	if (progress->told == TOLD)
		return;
	progress->told_at[progress->told] = clock_ms();
	__atomic_add_fetch(&progress->told, 1, __ATOMIC_SEQ_CST);
	store_tell(store, &(struct store_op){ .kind = STORE_COUNT,
	    .key = STR("told"), .now_ms = T0, .period_ms = HOUR,
	    .amount = 1 });
}

static _Noreturn void
be_the_victim(int backend, int round)
{
	open_with_spool(backend, 1 << 24);
	for (int i = 0; i < TRIPLETS; i++) {
		attempt(round, i, 0);
		if (attempt(round, i, 5 * MINUTE) == GREYLIST_PASSED)
			progress->passed = i + 1;
		progress->began++;
		count("counted", 1, 0);
		progress->counted++;
		tell_one();
	}
	_exit(1);
}

static _Noreturn void
tell_only(int backend)
{
	open_with_spool(backend, 1 << 24);
	for (;;) {
		tell_one();
		usleep(1000);
	}
}

static void
kill_after(pid_t victim, unsigned ms)
{
	int status;

	ck_assert_int_gt(victim, 0);
	usleep(ms * 1000);
	kill(victim, SIGKILL);
	ck_assert_int_eq(waitpid(victim, &status, 0), victim);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* The last ones that were answered: the others are covered by them. */
static void
check_passes(int round)
{
	int from = progress->passed > LAST ? progress->passed - LAST : 0;

	for (int i = from; i < progress->passed; i++)
		ck_assert_msg(attempt(round, i, 6 * MINUTE) ==
		    GREYLIST_KNOWN, "round %d: triplet %d of %d is not known",
		    round, i, progress->passed);
	progress->passed = 0;
}

static void
check_counts(int round)
{
	double counted = count("counted", 0, 0), told = count("told", 0, 0);

	ck_assert_msg(counted >= progress->counted &&
	    counted <= progress->began, "round %d: %g, of %d answered and "
	    "%d begun", round, counted, progress->counted, progress->began);
	ck_assert_msg(told <= progress->told, "round %d: %g of %d", round,
	    told, progress->told);
	/* So that the next round begins with what there is. */
	progress->counted = progress->began = (int)counted;
	progress->told = (int)told;
}

START_TEST(a_crash_loses_nothing_answered)
{
	seed = 20260914;
	progress = progress_new();
	if (_i == REDIS) {
		open_store(REDIS);	/* starts it for all of us */
		store_close(store, 0);
	}
	for (int round = 0; round < ROUNDS; round++) {
		pid_t victim = fork_victim();

		if (victim == 0)
			be_the_victim(_i, round);
		kill_after(victim, 10 + next_random(LONGEST_MS));
		open_with_spool(_i, 1 << 24);
		settle();
		check_passes(round);
		check_counts(round);
		store_close(store, 1000);
	}
	ck_assert_int_gt(progress->counted, ROUNDS);
	store = NULL;
}
END_TEST

/* The store hangs: what is told goes to the spool within a second. */
START_TEST(a_crash_while_the_store_sleeps)
{
	seed = 471100 + (uint32_t)_i;
	progress = progress_new();
	open_store(REDIS);
	store_close(store, 0);
	for (int round = 0; round < 2; round++) {
		pid_t victim = fork_victim();
		uint64_t killed;
		int due = 0;

		if (victim == 0)
			tell_only(REDIS);
		usleep(50000);
		redis_signal(SIGSTOP);
		kill_after(victim, 1050 + next_random(900));
		killed = clock_ms();
		redis_signal(SIGCONT);
		while (progress->told_at[due] > 0 &&
		    progress->told_at[due] + 1000 < killed)
			due++;
		ck_assert_int_gt(due, 20);
		open_with_spool(REDIS, 1 << 24);
		settle();
		ck_assert_msg(count("told", 0, 0) >= due &&
		    count("told", 0, 0) <= progress->told,
		    "%g, due %d, told %d", count("told", 0, 0), due,
		    progress->told);
		progress->told = (int)count("told", 0, 0);
		store_close(store, 1000);
	}
	store = NULL;
}
END_TEST

/* Redis itself is killed; it keeps what it answered with its log on. */
START_TEST(redis_crashes)
{
	static const char *const logged[] = { "--appendonly", "yes",
	    "--appendfsync", "always", NULL };
	enum { TELLS = 300 };
	int told = 0, passed = 0;

	seed = 815;
	redis_start(logged);
	open_with_spool(REDIS, 1 << 24);
	for (int round = 0; round < 8; round++) {
		uint64_t end = clock_ms() + next_random(60);

		for (passed = 0; clock_ms() < end; passed++) {
			attempt(round, passed, 0);
			ck_assert_int_eq(attempt(round, passed, 5 * MINUTE),
			    GREYLIST_PASSED);
		}
		for (int i = 0; i < TELLS; i++, told++)
			store_tell(store, &(struct store_op){ .kind =
			    STORE_COUNT, .key = STR("told"), .now_ms = T0,
			    .period_ms = HOUR, .amount = 1 });
		usleep(next_random(3000));
		redis_signal(SIGKILL);
		redis_start(logged);
		settle();
		/* It may be told of only now, or read its log still. */
		for (int i = 0; i < 100 && !ask_within(&(struct store_op){
		    .kind = STORE_COUNT, .key = STR("told"), .now_ms = T0,
		    .period_ms = HOUR }, 5000).known; i++)
			usleep(50000);
		for (int i = passed > LAST ? passed - LAST : 0; i < passed;
		    i++)
			ck_assert_int_eq(attempt(round, i, 6 * MINUTE),
			    GREYLIST_KNOWN);
		ck_assert_double_eq(count("told", 0, 0), told);
	}
}
END_TEST

TCase *
crash_tests(void)
{
	TCase *tc = tcase_create("crash");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_crash_loses_nothing_answered, SQLITE,
	    BACKENDS);
	tcase_add_test(tc, a_crash_while_the_store_sleeps);
	tcase_add_test(tc, redis_crashes);
	return tc;
}
