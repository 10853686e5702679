#include "base/strand.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base_test.h"

struct counter {
	struct strand_task task;
	int *total;
	bool *done;
};

static void
count_up(struct strand_task *task)
{
	struct counter *counter = (struct counter *)task;

	if (++*counter->total == 2000)
		*counter->done = true;
}

struct poster {
	struct strand *strand;
	struct counter *counters;
};

static void *
post_all(void *arg)
{
	struct poster *poster = arg;

	for (int i = 0; i < 1000; i++)
		strand_post(poster->strand, &poster->counters[i].task);
	return NULL;
}

START_TEST(strand_runs_one_at_a_time)
{
	struct strand *strand = strand_new();
	struct counter *counters = calloc(2000, sizeof(*counters));
	struct poster posters[2];
	pthread_t threads[2];
	bool done = false;
	int total = 0;

	for (int i = 0; i < 2000; i++) {
		counters[i].task.run = count_up;
		counters[i].total = &total;
		counters[i].done = &done;
	}
	strand_enter(strand);
	for (int i = 0; i < 2; i++) {
		posters[i].strand = strand;
		posters[i].counters = counters + i * 1000;
		pthread_create(&threads[i], NULL, post_all, &posters[i]);
	}
	ck_assert(strand_wait(strand, &done, clock_ms() + 20000));
	ck_assert_int_eq(total, 2000);
	strand_leave(strand);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	strand_unref(strand);
	free(counters);
}
END_TEST

START_TEST(strand_forgets_what_is_unposted)
{
	struct strand *strand = strand_new();
	struct counter counters[3] = { 0 };
	bool never = false;
	int total = 0;

	for (int out = 0; out < 3; out++) {
		total = 0;
		strand_enter(strand);
		for (int i = 0; i < 3; i++) {
			counters[i].task.run = count_up;
			counters[i].total = &total;
			counters[i].done = &never;
			strand_post(strand, &counters[i].task);
		}
		strand_unpost(strand, &counters[out].task);
		strand_unpost(strand, &counters[out].task);
		strand_post(strand, &counters[out].task);
		strand_unpost(strand, &counters[out].task);
		strand_leave(strand);
		ck_assert_int_eq(total, 2);
	}
	strand_unref(strand);
}
END_TEST

struct placed {
	struct strand_task task;
	pthread_t ran_on;
	bool ran, *done;
};

static void
note_place(struct strand_task *task)
{
	struct placed *placed = (struct placed *)task;

	placed->ran_on = pthread_self();
	placed->ran = true;
	if (placed->done != NULL)
		*placed->done = true;
}

struct sleeper {
	struct strand *strand;
	struct placed *placed;
};

/* Posts until one task has run before its post returned, then the last. */
static void *
post_to_sleeper(void *arg)
{
	struct sleeper *sleeper = arg;
	struct placed *placed = sleeper->placed;
	size_t i = 0;

	do {
		usleep(1000);
		strand_post(sleeper->strand, &placed[++i].task);
	} while (i < 9999 && !placed[i].ran);
	strand_post(sleeper->strand, &placed[0].task);
	return NULL;
}

START_TEST(strand_is_lent_while_its_holder_waits)
{
	struct strand *strand = strand_new();
	struct placed *placed = calloc(10000, sizeof(*placed));
	struct sleeper sleeper = { strand, placed };
	bool done = false;
	pthread_t thread;

	for (int i = 0; i < 10000; i++)
		placed[i].task.run = note_place;
	placed[0].done = &done;
	strand_enter(strand);
	pthread_create(&thread, NULL, post_to_sleeper, &sleeper);
	ck_assert(strand_wait(strand, &done, clock_ms() + 20000));
	ck_assert(pthread_equal(placed[0].ran_on, thread));
	strand_leave(strand);
	pthread_join(thread, NULL);
	strand_unref(strand);
	free(placed);
}
END_TEST

static void *
post_slow(void *arg)
{
	struct sleeper *sleeper = arg;

	usleep(10000);
	strand_post_slow(sleeper->strand, &sleeper->placed[0].task);
	return NULL;
}

/* Posts what is slow from a task that its poster runs. */
struct relay {
	struct strand_task task;
	struct sleeper *sleeper;
};

static void
relay_slow(struct strand_task *task)
{
	struct sleeper *sleeper = ((struct relay *)task)->sleeper;

	strand_post_slow(sleeper->strand, &sleeper->placed[1].task);
}

static void *
post_relay(void *arg)
{
	struct relay *relay = arg;

	usleep(10000);
	strand_post(relay->sleeper->strand, &relay->task);
	return NULL;
}

START_TEST(strand_leaves_slow_tasks_to_whoever_waits)
{
	struct strand *strand = strand_new();
	struct placed placed[3] = { { { NULL, note_place }, 0, 0, NULL },
	    { { NULL, note_place }, 0, 0, NULL },
	    { { NULL, note_place }, 0, 0, NULL } };
	struct sleeper sleeper = { strand, placed };
	struct relay relay = { { NULL, relay_slow }, &sleeper };
	bool done[2] = { false, false };
	pthread_t thread;

	placed[0].done = &done[0];
	placed[1].done = &done[1];
	strand_enter(strand);
	pthread_create(&thread, NULL, post_slow, &sleeper);
	ck_assert(strand_wait(strand, &done[0], clock_ms() + 20000));
	ck_assert(pthread_equal(placed[0].ran_on, pthread_self()));
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, post_relay, &relay);
	ck_assert(strand_wait(strand, &done[1], clock_ms() + 20000));
	ck_assert(pthread_equal(placed[1].ran_on, pthread_self()));
	pthread_join(thread, NULL);
	strand_post_slow(strand, &placed[2].task);
	strand_unpost(strand, &placed[2].task);
	strand_leave(strand);
	ck_assert(!placed[2].ran);
	strand_post_slow(strand, &placed[2].task);
	ck_assert(placed[2].ran);
	strand_unref(strand);
}
END_TEST

START_TEST(strand_wait_ends_at_its_deadline)
{
	struct strand *strand = strand_new();
	bool never = false;

	strand_enter(strand);
	ck_assert(!strand_wait(strand, &never, clock_ms() + 10));
	strand_leave(strand);
	strand_unref(strand);
}
END_TEST

TCase *
strand_tests(void)
{
	TCase *tc = tcase_create("strand");

	tcase_add_test(tc, strand_runs_one_at_a_time);
	tcase_add_test(tc, strand_forgets_what_is_unposted);
	tcase_add_test(tc, strand_is_lent_while_its_holder_waits);
	tcase_add_test(tc, strand_leaves_slow_tasks_to_whoever_waits);
	tcase_add_test(tc, strand_wait_ends_at_its_deadline);
	return tc;
}
