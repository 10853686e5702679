/*
 * What waits for a store that is away: records, their file, and what becomes
 * of it when the store is back or assayd was killed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/job.h"
#include "store/spool.h"
#include "store/spool_record.h"
#include "store_test.h"

static const struct store_op ops[] = {
	{ .kind = STORE_COUNT, .key = STR_INIT("k"), .now_ms = T0,
	  .period_ms = HOUR, .amount = 2.5 },
	{ .kind = STORE_DISTINCT, .key = STR_INIT("set"), .now_ms = T0,
	  .period_ms = HOUR, .member = STR_INIT("a\0b") },
	{ .kind = STORE_GREYLIST, .key = STR_INIT("0123456789abcdef"),
	  .now_ms = T0, .delay_ms = MINUTE, .window_ms = DAY,
	  .lifetime_ms = 36 * (int64_t)DAY },
	{ .kind = STORE_STANDING, .key = STR_INIT(""), .now_ms = T0,
	  .period_ms = DAY, .spam = 1, .ham = 0.25 },
	{ .kind = STORE_PUT, .key = STR_INIT("q"), .member = STR_INIT("name"),
	  .content = STR_INIT("{\"v\":1}\n"), .now_ms = T0,
	  .lifetime_ms = DAY },
	{ .kind = STORE_TAKE, .key = STR_INIT("q"), .now_ms = T0,
	  .period_ms = MINUTE },
	{ .kind = STORE_DONE, .key = STR_INIT("q"), .member =
	  STR_INIT("name"), .now_ms = T0 },
};

static char octets[2000];

static struct str
write_one(int i, uint64_t number)
{
	struct store_job *job = job_copy(&ops[i]);
	size_t len = spool_record_size(&job->op);

	memcpy(job->writer, "WRITER_1", WRITER_ID);
	job->number = number;
	ck_assert_uint_le(len, sizeof(octets));
	ck_assert_uint_eq(spool_record_write(job, octets), len);
	job_free(job);
	return str_make(octets, len);
}

START_TEST(a_record_is_read_as_written)
{
	struct str text = write_one(_i, 77);
	struct spool_record record;

	ck_assert_int_eq(spool_record_read(text, &record), SPOOL_RECORD_OK);
	ck_assert_uint_eq(record.len, text.len);
	ck_assert_uint_eq(record.number, 77);
	ck_assert_int_eq(memcmp(record.writer, "WRITER_1", WRITER_ID), 0);
	ck_assert_int_eq(record.op.kind, ops[_i].kind);
	ck_assert(str_eq(record.op.key, ops[_i].key));
	ck_assert(str_eq(record.op.member, ops[_i].member));
	ck_assert(str_eq(record.op.content, ops[_i].content));
	ck_assert_int_eq(record.op.now_ms, T0);
	ck_assert_int_eq(record.op.period_ms, ops[_i].period_ms);
	ck_assert_int_eq(record.op.delay_ms, ops[_i].delay_ms);
	ck_assert_int_eq(record.op.window_ms, ops[_i].window_ms);
	ck_assert_int_eq(record.op.lifetime_ms, ops[_i].lifetime_ms);
	ck_assert_double_eq(record.op.amount, ops[_i].amount);
	ck_assert_double_eq(record.op.spam, ops[_i].spam);
	ck_assert_double_eq(record.op.ham, ops[_i].ham);
}
END_TEST

START_TEST(half_a_record_is_none)
{
	struct str text = write_one(_i, 1);
	struct spool_record record;

	for (size_t len = 0; len < text.len; len++)
		ck_assert_int_eq(spool_record_read(str_slice(text, 0, len),
		    &record), SPOOL_RECORD_TORN);
	for (size_t i = 0; i < text.len; i++) {
		octets[i] = (char)(octets[i] ^ 0x10);
		ck_assert_int_ne(spool_record_read(text, &record),
		    SPOOL_RECORD_OK);
		octets[i] = (char)(octets[i] ^ 0x10);
	}
	ck_assert_int_eq(spool_record_read(text, &record), SPOOL_RECORD_OK);
}
END_TEST

/* ---- the file ---- */

static void
write_file(const char *text, size_t len, int flags)
{
	int fd = open(spool_path(), O_WRONLY | O_CREAT | flags, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static size_t
file_size(void)
{
	struct stat st;

	ck_assert_int_eq(stat(spool_path(), &st), 0);
	return (size_t)st.st_size;
}

static struct spool *
open_spool(uint64_t max)
{
	struct spool *spool;
	char why[300];

	ck_assert_msg(spool_open(spool_path(), max, &spool, why,
	    sizeof(why)) == SPOOL_OK, "%s", why);
	return spool;
}

/* So many records; the last is that long. */
static size_t
fill(uint64_t count)
{
	struct spool *spool = open_spool(1 << 20);
	struct str text = STR_NONE;
	char why[300];

	for (uint64_t i = 1; i <= count; i++) {
		text = write_one(0, i);
		ck_assert(spool_append(spool, text, why, sizeof(why)));
	}
	spool_close(spool);
	return text.len;
}

START_TEST(a_torn_end_is_left_out)
{
	size_t last = fill(5), size = file_size();

	for (size_t cut = 1; cut <= last; cut += 7) {
		struct spool *spool;

		ck_assert_int_eq(truncate(spool_path(),
		    (off_t)(size - cut)), 0);
		spool = open_spool(1 << 20);
		ck_assert_uint_eq(spool_found(spool), 4);
		ck_assert_uint_eq(spool_octets(spool), size - last);
		spool_close(spool);
		ck_assert_uint_eq(file_size(), size - last);
		ck_assert_int_eq(unlink(spool_path()), 0);
		fill(5);
	}
}
END_TEST

START_TEST(damage_ends_it)
{
	size_t last = fill(5), size = file_size();
	int fd = open(spool_path(), O_WRONLY);
	struct spool *spool;

	ck_assert_int_eq(pwrite(fd, "\xff", 1, (off_t)(size - 2 * last + 40)),
	    1);
	close(fd);
	spool = open_spool(1 << 20);
	ck_assert_uint_eq(spool_found(spool), 3);
	spool_close(spool);
	ck_assert_uint_eq(file_size(), size - 2 * last);
}
END_TEST

static const struct {
	const char *text;
	enum spool_status status;
} files[] = {
	{ "", SPOOL_OK },
	{ "assay", SPOOL_OK },
	{ "assay spool 1", SPOOL_OK },
	{ "assay spool 1\n", SPOOL_OK },
	{ "assay spool 1\nno record", SPOOL_OK },
	{ "assay spool 2\n", SPOOL_FOREIGN },
	{ "assay spool 1 \n", SPOOL_FOREIGN },
	{ "root:x:0:0:root:/root:/bin/bash\n", SPOOL_FOREIGN },
	{ "x", SPOOL_FOREIGN },
	{ "SQLite format 3", SPOOL_FOREIGN },
};

START_TEST(strange_files)
{
	size_t len = strlen(files[_i].text);
	struct spool *spool;
	char why[300], expected[300], left[100] = "";
	int fd;

	write_file(files[_i].text, len, 0);
	ck_assert_int_eq(spool_open(spool_path(), 1000, &spool, why,
	    sizeof(why)), files[_i].status);
	spool_close(spool);
	if (files[_i].status == SPOOL_OK) {
		ck_assert_uint_eq(file_size(), 14);
		return;
	}
	snprintf(expected, sizeof(expected), "%s: it is no spool of this "
	    "assay; move it away, or set another store_spool", spool_path());
	ck_assert_str_eq(why, expected);
	fd = open(spool_path(), O_RDONLY);
	ck_assert_int_eq(read(fd, left, sizeof(left) - 1), (ssize_t)len);
	close(fd);
	ck_assert_str_eq(left, files[_i].text);
}
END_TEST

START_TEST(one_process_at_a_time)
{
	struct spool *spool = open_spool(1000), *second;
	char why[300];

	ck_assert_int_eq(spool_open(spool_path(), 1000, &second, why,
	    sizeof(why)), SPOOL_BUSY);
	ck_assert_ptr_null(second);
	ck_assert_int_eq(spool_open("/no/such/spool", 1000, &second, why,
	    sizeof(why)), SPOOL_UNUSABLE);
	ck_assert_str_eq(why, "/no/such/spool: No such file or directory");
	spool_close(spool);
	spool_close(open_spool(1000));
}
END_TEST

START_TEST(it_ends_where_it_has_to)
{
	struct spool *spool = open_spool(14 + 300);
	struct store_job *jobs[5];
	struct str text = write_one(0, 1);
	char why[300], expected[300];
	uint64_t done = 0;

	ck_assert_uint_gt(3 * text.len, 300);
	ck_assert(spool_append(spool, text, why, sizeof(why)));
	ck_assert(spool_append(spool, write_one(0, 2), why, sizeof(why)));
	ck_assert(!spool_append(spool, text, why, sizeof(why)));
	snprintf(expected, sizeof(expected), "%s: it is full", spool_path());
	ck_assert_str_eq(why, expected);
	ck_assert_uint_eq(spool_read(spool, jobs, 5), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(jobs[i]->number, (uint64_t)i + 1);
		ck_assert(jobs[i]->may_repeat);
		done += jobs[i]->spool_len;
		job_free(jobs[i]);
	}
	/* What was not skipped comes again. */
	ck_assert_uint_eq(spool_read(spool, jobs, 1), 1);
	ck_assert_uint_eq(jobs[0]->number, 1);
	job_free(jobs[0]);
	spool_skip(spool, done);
	ck_assert_uint_eq(file_size(), 14);
	ck_assert(spool_append(spool, text, why, sizeof(why)));
	spool_close(spool);
}
END_TEST

/* ---- behind a store ---- */

static const struct store_op one = { .kind = STORE_COUNT, .key =
    STR_INIT("k"), .now_ms = T0, .period_ms = HOUR, .amount = 1 };

static void
wait_until_spooled(uint64_t count)
{
	struct store_counts counts = { .spooled = 0 };
	uint64_t end = clock_ms() + 20000;

	while (counts.spooled != count && clock_ms() < end) {
		usleep(10000);
		store_counts(store, &counts);
	}
	ck_assert_uint_eq(counts.spooled, count);
}

static void
tell(int count)
{
	while (count-- > 0)
		store_tell(store, &one);
}

/* A Redis that has gone; what was done before stays done. */
static void
lose_redis(void)
{
	open_with_spool(REDIS, 1 << 24);
	ck_assert_double_eq(count("k", 5, 0), 5);
	redis_signal(SIGSTOP);
	tell(500);
}

START_TEST(what_waits_outlives_us)
{
	struct store_counts counts;

	lose_redis();
	wait_until_spooled(500);
	store_counts(store, &counts);
	ck_assert_uint_eq(counts.waiting, 500);
	ck_assert_uint_gt(counts.spool_octets, 500 * 50);
	ck_assert_uint_eq(counts.spool_max, 1 << 24);
	store_close(store, 0);
	redis_signal(SIGCONT);
	open_with_spool(REDIS, 1 << 24);
	settle();
	store_counts(store, &counts);
	ck_assert_uint_eq(counts.replayed, 500);
	ck_assert_uint_eq(counts.spooled, 0);
	/* Those that were sent to it while it slept were done once, too. */
	ck_assert_double_eq(count("k", 0, 0), 505);
	ck_assert_uint_eq(file_size(), 14);
}
END_TEST

START_TEST(it_comes_back_while_we_run)
{
	lose_redis();
	wait_until_spooled(500);
	redis_signal(SIGCONT);
	settle();
	ck_assert_double_eq(count("k", 1, 0), 506);
	ck_assert_uint_eq(file_size(), 14);
}
END_TEST

/* Most of them are in the file alone. */
START_TEST(more_than_memory_keeps)
{
	enum { MANY = 3 * LIMIT_STORE_MEMORY };

	lose_redis();
	tell(MANY - 500);
	wait_until_spooled(MANY);
	redis_signal(SIGCONT);
	tell(7);
	settle();
	ck_assert_double_eq(count("k", 0, 0), 5 + MANY + 7);
}
END_TEST

START_TEST(a_full_spool_leaves_the_rest_in_memory)
{
	struct store_counts counts;

	open_with_spool(REDIS, 14 + 205 * 102);
	ck_assert_double_eq(count("k", 0, 0), 0);
	redis_signal(SIGSTOP);
	tell(1000);
	wait_until_spooled(200);
	store_counts(store, &counts);
	ck_assert_uint_eq(counts.waiting, 1000);
	ck_assert_uint_eq(counts.dropped, 0);
	redis_signal(SIGCONT);
	settle();
	ck_assert_double_eq(count("k", 0, 0), 1000);
}
END_TEST

/* As after a crash between the store's commit and the spool's. */
START_TEST(the_same_spool_twice)
{
	static char saved[100000];
	size_t size;
	int fd;

	lose_redis();
	wait_until_spooled(500);
	size = file_size();
	ck_assert_uint_le(size, sizeof(saved));
	fd = open(spool_path(), O_RDONLY);
	ck_assert_int_eq(read(fd, saved, size), (ssize_t)size);
	close(fd);
	store_close(store, 0);
	redis_signal(SIGCONT);
	for (int i = 0; i < 3; i++) {
		open_with_spool(_i, 1 << 24);
		settle();
		ck_assert_double_eq(count("k", 0, 0), _i == REDIS ? 505 :
		    500);
		store_close(store, 1000);
		write_file(saved, size, O_TRUNC);
	}
	store = NULL;
}
END_TEST

START_TEST(another_process_hands_it_over)
{
	struct store *first;

	lose_redis();
	first = store;
	open_with_spool(SQLITE, 1 << 24);
	ck_assert_double_eq(count("k", 1, 0), 1);
	store_close(first, 0);
	for (int i = 0; i < 500 && count("k", 0, 0) < 501; i++)
		usleep(10000);
	ck_assert_double_eq(count("k", 0, 0), 501);
}
END_TEST

START_TEST(a_foreign_spool_is_refused)
{
	char why[300];

	write_file("precious", 8, 0);
	open_store(_i);
	ck_assert(store_spool(store, spool_path(), 1000, why,
	    sizeof(why)) == (_i == MEMORY));
	ck_assert_uint_eq(file_size(), 8);
}
END_TEST

TCase *
spool_tests(void)
{
	TCase *tc = tcase_create("spool");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 90);
	tcase_add_loop_test(tc, a_record_is_read_as_written, 0,
	    TEST_COUNT(ops));
	tcase_add_loop_test(tc, half_a_record_is_none, 0, TEST_COUNT(ops));
	tcase_add_test(tc, a_torn_end_is_left_out);
	tcase_add_test(tc, damage_ends_it);
	tcase_add_loop_test(tc, strange_files, 0, TEST_COUNT(files));
	tcase_add_test(tc, one_process_at_a_time);
	tcase_add_test(tc, it_ends_where_it_has_to);
	tcase_add_test(tc, what_waits_outlives_us);
	tcase_add_test(tc, it_comes_back_while_we_run);
	tcase_add_test(tc, more_than_memory_keeps);
	tcase_add_test(tc, a_full_spool_leaves_the_rest_in_memory);
	tcase_add_loop_test(tc, the_same_spool_twice, SQLITE, BACKENDS);
	tcase_add_test(tc, another_process_hands_it_over);
	tcase_add_loop_test(tc, a_foreign_spool_is_refused, 0, BACKENDS);
	return tc;
}
