#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "event/event.h"
#include "tests/unit/event/event_test.h"

enum { PATIENCE_MS = 20000 };

static char dir[64];
static struct arena *arena;

static void
set_up(void)
{
	strcpy(dir, "/tmp/assay-writer-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	arena = arena_new();
}

static const char *
path_of(const char *name)
{
	return arena_z(arena, arena_printf(arena, "%s/%s", dir, name));
}

static void
tear_down(void)
{
	static const char *const names[] = { "log", "fifo", "err" };

	for (size_t i = 0; i < 3; i++)
		unlink(path_of(names[i]));
	for (int i = 0; i < 30; i++)
		unlink(path_of(arena_z(arena, arena_printf(arena, "log.%d",
		    i))));
	rmdir(dir);
	arena_free(arena);
}

static struct str
file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	struct str text = STR("");
	size_t size = 4 << 20;
	char *bytes = arena_alloc(arena, size);

	if (file == NULL)
		return text;
	text = str_make(bytes, fread(bytes, 1, size, file));
	fclose(file);
	return text;
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static bool
put(struct event_writer *writer, const char *line)
{
	return event_writer_put(writer, strdup(line));
}

static struct event_counts
counts_of(struct event_writer *writer)
{
	struct event_counts counts;

	event_writer_counts(writer, &counts);
	return counts;
}

static void
wait_written(struct event_writer *writer, uint64_t count)
{
	uint64_t end = clock_ms() + PATIENCE_MS;

	while (counts_of(writer).written < count && clock_ms() < end)
		usleep(1000);
	ck_assert_uint_eq(counts_of(writer).written, count);
}

static void
wait_errors(struct event_writer *writer, uint64_t count)
{
	uint64_t end = clock_ms() + PATIENCE_MS;

	while (counts_of(writer).errors < count && clock_ms() < end)
		usleep(1000);
	ck_assert_uint_ge(counts_of(writer).errors, count);
}

START_TEST(lines_in_order)
{
	struct event_writer *writer = event_writer_new(path_of("log"));
	struct str rest, line;
	unsigned n = 0;

	ck_assert_ptr_nonnull(writer);
	for (int i = 0; i < 1000; i++)
		ck_assert(put(writer, arena_z(arena, arena_printf(arena,
		    "{\"n\":%d}", i))));
	event_writer_free(writer, PATIENCE_MS);
	rest = file_text(path_of("log"));
	while (str_next(&rest, '\n', &line) && line.len > 0)
		ck_assert(str_eq(line, arena_printf(arena, "{\"n\":%u}",
		    n++)));
	ck_assert_uint_eq(n, 1000);
}
END_TEST

static const struct {
	const char *before, *after;
} tails[] = {
	{ "", "{}\n" }, { "old\n", "old\n{}\n" }, { "torn", "torn\n{}\n" },
};

START_TEST(a_file_is_continued)
{
	struct event_writer *writer;
	struct stat st;

	write_file(path_of("log"), tails[_i].before);
	writer = event_writer_new(path_of("log"));
	ck_assert_ptr_nonnull(writer);
	ck_assert(put(writer, "{}"));
	event_writer_free(writer, PATIENCE_MS);
	assert_str(file_text(path_of("log")), tails[_i].after);
	unlink(path_of("log"));
	event_writer_free(event_writer_new(path_of("log")), 0);
	ck_assert_int_eq(stat(path_of("log"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07007, 0);	/* not for all */
}
END_TEST

START_TEST(no_such_directory)
{
	errno = 0;
	ck_assert_ptr_null(event_writer_new(path_of("none/log")));
	ck_assert_int_eq(errno, ENOENT);
	event_writer_free(NULL, 0);
}
END_TEST

START_TEST(rotation)
{
	struct event_writer *writer = event_writer_new(path_of("log"));

	put(writer, "a");
	wait_written(writer, 1);
	ck_assert_int_eq(rename(path_of("log"), path_of("log.1")), 0);
	put(writer, "b");
	wait_written(writer, 2);
	event_writer_reopen(writer);
	put(writer, "c");
	event_writer_free(writer, PATIENCE_MS);
	assert_str(file_text(path_of("log.1")), "a\nb\n");
	assert_str(file_text(path_of("log")), "c\n");
}
END_TEST

START_TEST(a_reopening_that_fails_keeps_the_file)
{
	struct event_writer *writer = event_writer_new(path_of("log"));

	put(writer, "a");
	wait_written(writer, 1);
	ck_assert_int_eq(rename(path_of("log"), path_of("log.1")), 0);
	ck_assert_int_eq(mkdir(path_of("log"), 0700), 0);
	event_writer_reopen(writer);
	wait_errors(writer, 1);
	put(writer, "b");
	event_writer_free(writer, PATIENCE_MS);
	rmdir(path_of("log"));
	assert_str(file_text(path_of("log.1")), "a\nb\n");
}
END_TEST

enum { PUTTERS = 4, EACH = 2000 };

struct putter {
	struct event_writer *writer;
	int number;
};

static void *
put_many(void *arg)
{
	const struct putter *putter = arg;

	for (int i = 0; i < EACH; i++) {
		char line[400];
		int len = snprintf(line, sizeof(line), "%d %d ",
		    putter->number, i);

		memset(line + len, 'x', (size_t)(i % 300));
		strcpy(line + len + i % 300, ".");
		put(putter->writer, line);
	}
	return NULL;
}

/* Each putter's lines come whole, once, and in order. */
static size_t
check_lines(struct str text, int next[PUTTERS])
{
	struct str line;
	size_t lines = 0;

	for (; str_next(&text, '\n', &line) && line.len > 0; lines++) {
		char *z = arena_z(arena, line);
		int who = -1, i = -1;

		/* One assertion a line: libcheck keeps a note of each. */
		ck_assert_msg(sscanf(z, "%d %d ", &who, &i) == 2 &&
		    who >= 0 && who < PUTTERS && i == next[who]++ &&
		    strspn(strrchr(z, ' ') + 1, "x") == (size_t)(i % 300) &&
		    line.ptr[line.len - 1] == '.', "%s", z);
	}
	return lines;
}

START_TEST(rotation_under_load)
{
	struct event_writer *writer = event_writer_new(path_of("log"));
	struct putter putters[PUTTERS];
	pthread_t threads[PUTTERS];
	int next[PUTTERS] = { 0 };
	size_t lines = 0;

	for (int i = 0; i < PUTTERS; i++) {
		putters[i] = (struct putter){ writer, i };
		pthread_create(&threads[i], NULL, put_many, &putters[i]);
	}
	for (int i = 0; i < 20; i++) {
		usleep(2000);
		rename(path_of("log"), path_of(arena_z(arena,
		    arena_printf(arena, "log.%d", i))));
		event_writer_reopen(writer);
	}
	for (int i = 0; i < PUTTERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(counts_of(writer).dropped, 0);
	event_writer_free(writer, PATIENCE_MS);
	for (int i = 0; i < 20; i++)
		lines += check_lines(file_text(path_of(arena_z(arena,
		    arena_printf(arena, "log.%d", i)))), next);
	lines += check_lines(file_text(path_of("log")), next);
	ck_assert_uint_eq(lines, PUTTERS * EACH);
}
END_TEST

START_TEST(a_full_disk_holds_nobody)
{
	struct event_writer *writer = event_writer_new("/dev/full");
	uint64_t start = clock_ms();
	int taken = 0;

	ck_assert_ptr_nonnull(writer);
	for (int i = 0; i < 15000; i++)
		taken += put(writer, "{}");
	ck_assert_int_eq(taken, LIMIT_EVENT_QUEUE);
	ck_assert_uint_eq(counts_of(writer).dropped, 5000);
	wait_errors(writer, 2);
	ck_assert_uint_eq(counts_of(writer).written, 0);
	event_writer_free(writer, 100);
	ck_assert_uint_lt(clock_ms() - start, PATIENCE_MS);
}
END_TEST

START_TEST(octets_are_capped_too)
{
	struct event_writer *writer = event_writer_new("/dev/full");
	size_t size = 1 << 20;
	int taken = 0;

	for (int i = 0; i < 70; i++) {
		char *line = malloc(size);

		memset(line, 'x', size - 1);
		line[size - 1] = '\0';
		taken += event_writer_put(writer, line);
	}
	ck_assert_int_eq(taken, 64);
	ck_assert_uint_eq(counts_of(writer).dropped, 6);
	event_writer_free(writer, 0);
}
END_TEST

/* Large, for libcheck's own files are bound by the limit as well. */
enum { LONG_LINE = 40000, FULL = 100000 };

static char *
long_line(char c)
{
	char *line = malloc(LONG_LINE);

	memset(line, c, LONG_LINE - 1);
	line[LONG_LINE - 1] = '\0';
	return line;
}

/* Octets [from, to) of the text are the line of these characters. */
static void
assert_line(struct str text, size_t from, size_t to, char c)
{
	bool equal = text.len >= to;

	for (size_t i = from; equal && i < to; i++)
		equal = text.ptr[i] == (i + 1 == from + LONG_LINE ? '\n' : c);
	ck_assert(equal);
}

static struct rlimit
fill_disk(void)
{
	struct rlimit before, full;

	getrlimit(RLIMIT_FSIZE, &before);
	full = (struct rlimit){ FULL, before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
	return before;
}

START_TEST(a_line_cut_by_a_full_disk_is_completed)
{
	struct event_writer *writer = event_writer_new(path_of("log"));
	struct rlimit before = fill_disk();
	struct str text;

	for (int i = 0; i < 3; i++)
		event_writer_put(writer, long_line("abc"[i]));
	wait_written(writer, 2);
	wait_errors(writer, 1);
	text = file_text(path_of("log"));
	ck_assert_uint_eq(text.len, FULL);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	put(writer, "{}");
	event_writer_free(writer, PATIENCE_MS);
	text = file_text(path_of("log"));
	ck_assert_uint_eq(text.len, 3 * LONG_LINE + 3);
	for (size_t i = 0; i < 3; i++)
		assert_line(text, i * LONG_LINE, (i + 1) * LONG_LINE,
		    "abc"[i]);
	assert_str(str_skip(text, 3 * LONG_LINE), "{}\n");
}
END_TEST

START_TEST(a_line_cut_before_a_rotation_is_written_anew)
{
	struct event_writer *writer = event_writer_new(path_of("log"));
	struct rlimit before = fill_disk();
	struct str text;

	for (int i = 0; i < 3; i++)
		event_writer_put(writer, long_line("abc"[i]));
	wait_errors(writer, 1);
	ck_assert_int_eq(rename(path_of("log"), path_of("log.1")), 0);
	event_writer_reopen(writer);
	wait_written(writer, 3);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	event_writer_free(writer, PATIENCE_MS);
	text = file_text(path_of("log.1"));
	ck_assert_uint_eq(text.len, FULL);
	assert_line(text, 2 * LONG_LINE, FULL, 'c');
	text = file_text(path_of("log"));
	ck_assert_uint_eq(text.len, LONG_LINE);
	assert_line(text, 0, LONG_LINE, 'c');
}
END_TEST

START_TEST(a_fifo_wants_a_reader)
{
	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	errno = 0;
	ck_assert_ptr_null(event_writer_new(path_of("fifo")));
	ck_assert_int_eq(errno, ENXIO);
}
END_TEST

static int
open_reader(void)
{
	int fd = open(path_of("fifo"), O_RDONLY | O_NONBLOCK);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* What comes until count lines are there. */
static struct str
read_lines(int fd, size_t count)
{
	uint64_t end = clock_ms() + PATIENCE_MS;
	size_t size = 1 << 20, len = 0, lines = 0;
	char *text = arena_alloc(arena, size);

	while (lines < count && clock_ms() < end && len < size) {
		ssize_t n = read(fd, text + len, size - len < 5000 ?
		    size - len : 5000);

		if (n <= 0) {
			usleep(1000);
			continue;
		}
		for (ssize_t i = 0; i < n; i++)
			lines += text[len + (size_t)i] == '\n';
		len += (size_t)n;
	}
	ck_assert_uint_eq(lines, count);
	return str_make(text, len);
}

START_TEST(a_slow_reader_gets_whole_lines)
{
	struct event_writer *writer;
	struct putter putter = { NULL, 0 };
	int next[PUTTERS] = { 0 }, fd;

	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	fd = open_reader();
	putter.writer = writer = event_writer_new(path_of("fifo"));
	ck_assert_ptr_nonnull(writer);
	put_many(&putter);		/* much more than a pipe holds */
	ck_assert_uint_eq(counts_of(writer).dropped, 0);
	ck_assert_uint_lt(counts_of(writer).written, EACH);
	ck_assert_uint_eq(check_lines(read_lines(fd, EACH), next), EACH);
	event_writer_free(writer, PATIENCE_MS);
	close(fd);
}
END_TEST

START_TEST(a_reader_that_went_can_come_back)
{
	struct event_writer *writer;
	int fd;

	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	fd = open_reader();
	writer = event_writer_new(path_of("fifo"));
	put(writer, "a");
	assert_str(read_lines(fd, 1), "a\n");
	close(fd);
	put(writer, "b");		/* SIGPIPE would end us here */
	wait_errors(writer, 1);
	fd = open_reader();
	assert_str(read_lines(fd, 1), "b\n");
	event_writer_free(writer, PATIENCE_MS);
	close(fd);
}
END_TEST

START_TEST(a_stuck_reader_does_not_hold_the_end)
{
	struct event_writer *writer;
	struct putter putter = { NULL, 0 };
	uint64_t start;
	int fd;

	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	fd = open_reader();
	putter.writer = writer = event_writer_new(path_of("fifo"));
	put_many(&putter);
	start = clock_ms();
	event_writer_free(writer, 200);
	ck_assert_uint_ge(clock_ms() - start, 200);
	ck_assert_uint_lt(clock_ms() - start, 2000);
	close(fd);
}
END_TEST

START_TEST(trouble_is_logged_once_a_minute)
{
	int err = open(path_of("err"), O_WRONLY | O_CREAT, 0600);
	int saved = dup(STDERR_FILENO);
	struct event_writer *writer;

	log_open("test", "stderr", LOG_LEVEL_INFO);
	fflush(stderr);
	dup2(err, STDERR_FILENO);
	writer = event_writer_new("/dev/full");
	for (int i = 0; i < LIMIT_EVENT_QUEUE + 7; i++)
		put(writer, "{}");
	wait_errors(writer, 3);
	event_writer_free(writer, 0);
	dup2(saved, STDERR_FILENO);
	close(err);
	close(saved);
	/* How many were dropped by then is a race; the rest is not. */
	ck_assert(str_starts_nocase(file_text(path_of("err")),
	    STR("test: warn: events: /dev/full: No space left on device; ")));
	ck_assert(str_ends_nocase(file_text(path_of("err")),
	    STR(" lines dropped so far\n"
	    "test: warn: events: /dev/full: 10000 lines dropped at the end"
	    "\n")));
	ck_assert_uint_lt(file_text(path_of("err")).len, 200);
}
END_TEST

TCase *
writer_cases(void)
{
	TCase *tc = tcase_create("writer");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, lines_in_order);
	tcase_add_loop_test(tc, a_file_is_continued, 0, TEST_COUNT(tails));
	tcase_add_test(tc, no_such_directory);
	tcase_add_test(tc, rotation);
	tcase_add_test(tc, a_reopening_that_fails_keeps_the_file);
	tcase_add_test(tc, rotation_under_load);
	tcase_add_test(tc, a_full_disk_holds_nobody);
	tcase_add_test(tc, octets_are_capped_too);
	tcase_add_test(tc, a_line_cut_by_a_full_disk_is_completed);
	tcase_add_test(tc, a_line_cut_before_a_rotation_is_written_anew);
	tcase_add_test(tc, a_fifo_wants_a_reader);
	tcase_add_test(tc, a_slow_reader_gets_whole_lines);
	tcase_add_test(tc, a_reader_that_went_can_come_back);
	tcase_add_test(tc, a_stuck_reader_does_not_hold_the_end);
	tcase_add_test(tc, trouble_is_logged_once_a_minute);
	return tc;
}
