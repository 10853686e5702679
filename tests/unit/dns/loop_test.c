#include "tests/unit/dns/dns_test.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/loop.h"

static struct loop *loop;

static void
set_up(void)
{
	loop = loop_new();
}

static void
tear_down(void)
{
	loop_free(loop);
}

struct noted {
	struct loop_file file;
	struct timer timer;
	struct loop_task task;
	int count;
	unsigned what;
	struct loop_file *removes;
};

static void
on_ready(struct loop_file *file, unsigned what)
{
	struct noted *noted = (struct noted *)file;

	noted->count++;
	noted->what = what;
	if (noted->removes != NULL)
		loop_remove(loop, noted->removes);
}

static void
on_time(struct timer *timer)
{
	((struct noted *)((char *)timer -
	    offsetof(struct noted, timer)))->count++;
}

static void
on_task(struct loop_task *task)
{
	((struct noted *)((char *)task -
	    offsetof(struct noted, task)))->count++;
}

static const struct {
	unsigned want;
	bool readable;
	unsigned seen;
} cases[] = {
	{ LOOP_READ, true, LOOP_READ }, { LOOP_READ, false, 0 },
	{ LOOP_WRITE, true, LOOP_WRITE }, { LOOP_WRITE, false, LOOP_WRITE },
	{ LOOP_READ | LOOP_WRITE, true, LOOP_READ | LOOP_WRITE },
};

START_TEST(files_are_ready)
{
	struct noted noted = { .file = { .ready = on_ready } };
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert(loop_add(loop, &noted.file, fds[0], cases[_i].want));
	if (cases[_i].readable)
		ck_assert_int_eq(write(fds[1], "x", 1), 1);
	loop_wait(loop, clock_ms() + 10);
	ck_assert_uint_eq(noted.what, cases[_i].seen);
	loop_remove(loop, &noted.file);
	noted.count = 0;
	loop_wait(loop, clock_ms() + 10);
	ck_assert_int_eq(noted.count, 0);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	struct noted noted = { .file = { .ready = on_ready } };

	ck_assert(!loop_add(loop, &noted.file, 1000000, LOOP_READ));
	loop_remove(loop, &noted.file);
}
END_TEST

/* Whichever of the two comes first, the other is not called any more. */
START_TEST(a_file_removed_by_another_is_not_ready)
{
	struct noted one = { .file = { .ready = on_ready } };
	struct noted two = { .file = { .ready = on_ready } };
	int fds[2];

	one.removes = &two.file;
	two.removes = &one.file;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert(loop_add(loop, &one.file, fds[0], LOOP_WRITE));
	ck_assert(loop_add(loop, &two.file, fds[1], LOOP_WRITE));
	loop_wait(loop, clock_ms() + 1000);
	ck_assert_int_eq(one.count + two.count, 1);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(timers_fire_in_time)
{
	struct noted soon = { .timer = { .fire = on_time } };
	struct noted late = { .timer = { .fire = on_time } };
	uint64_t start = clock_ms();

	timer_set(loop_timers(loop), &soon.timer, start + 20);
	timer_set(loop_timers(loop), &late.timer, start + 60000);
	while (soon.count == 0 && clock_ms() < start + 5000)
		loop_wait(loop, UINT64_MAX);
	ck_assert_int_eq(soon.count, 1);
	ck_assert_int_eq(late.count, 0);
	ck_assert_uint_ge(clock_ms(), start + 20);
}
END_TEST

START_TEST(tasks_run_once)
{
	struct noted tasks[3];

	for (int i = 0; i < 3; i++) {
		tasks[i] = (struct noted){ .task = { .run = on_task } };
		loop_post(loop, &tasks[i].task);
	}
	loop_wait(loop, UINT64_MAX);
	loop_wait(loop, clock_ms() + 10);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(tasks[i].count, 1);
}
END_TEST

static void *
wake_soon(void *arg)
{
	usleep(20000);
	loop_wake(arg);
	return NULL;
}

/* Before the sleep and within it: neither is lost. */
START_TEST(a_sleep_is_ended)
{
	uint64_t start = clock_ms();
	pthread_t thread;

	loop_wake(loop);
	loop_wait(loop, UINT64_MAX);
	ck_assert_int_eq(pthread_create(&thread, NULL, wake_soon, loop), 0);
	loop_wait(loop, start + 20000);
	ck_assert_uint_lt(clock_ms(), start + 15000);
	pthread_join(thread, NULL);
}
END_TEST

TCase *
loop_tests(void)
{
	TCase *tc = tcase_create("loop");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, files_are_ready, 0, TEST_COUNT(cases));
	tcase_add_test(tc, what_is_no_file_is_refused);
	tcase_add_test(tc, a_file_removed_by_another_is_not_ready);
	tcase_add_test(tc, timers_fire_in_time);
	tcase_add_test(tc, tasks_run_once);
	tcase_add_test(tc, a_sleep_is_ended);
	return tc;
}
