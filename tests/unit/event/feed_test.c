#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "event/feed.h"
#include "event/source.h"
#include "tests/unit/event/event_test.h"

static struct arena *arena;
static char dir[64];

static void
set_up(void)
{
	arena = arena_new();
	strcpy(dir, "/tmp/assay-feed-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
tear_down(void)
{
	const char *command = arena_printf(arena, "rm -r %s", dir).ptr;

	ck_assert_int_eq(system(command), 0);
	arena_free(arena);
}

static const char *
write_file(const char *name, struct str bytes)
{
	const char *path = arena_printf(arena, "%s/%s", dir, name).ptr;
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
	fclose(file);
	return path;
}

static struct str
event_line(unsigned number)
{
	return arena_printf(arena, "{\"v\":1,\"time\":"
	    "\"2026-11-22T10:15:00Z\",\"kind\":\"message\",\"queue_id\":"
	    "\"%u\",\"verdict\":{\"action\":\"accept\"},\"facts\":{}}\n",
	    number);
}

static struct str
event_lines(unsigned from, unsigned to)
{
	struct buf buf;

	buf_init(&buf, arena, 64 << 20);
	for (unsigned i = from; i < to; i++)
		buf_add(&buf, event_line(i));
	return buf_str(&buf);
}

static struct str
gzipped(struct str text)
{
	return gzip_pack(arena, text);
}

static struct str
zstd_packed(struct str text)
{
	size_t size = ZSTD_compressBound(text.len);
	char *out = arena_alloc(arena, size);

	size = ZSTD_compress(out, size, text.ptr, text.len, 3);
	ck_assert(!ZSTD_isError(size));
	return str_make(out, size);
}

static struct str
joined(struct str a, struct str b)
{
	char *out = arena_alloc(arena, a.len + b.len);

	memcpy(out, a.ptr, a.len);
	memcpy(out + a.len, b.ptr, b.len);
	return str_make(out, a.len + b.len);
}

/* The queue ids in the order in which they were merged: a batch each. */
struct ids {
	unsigned	count, at[100000];
};

static struct ids *seen;

static void *
begin(void *ctx)
{
	(void)ctx;
	return xcalloc(1, sizeof(struct ids));
}

static void
take_event(void *ctx, void *part, const struct event_record *record,
    struct arena *scratch)
{
	struct ids *ids = part;
	uint64_t id;

	(void)ctx;
	(void)scratch;
	if (str_to_uint(record->queue_id, UINT32_MAX, &id))
		ids->at[ids->count++] = (unsigned)id;
}

static void
merge(void *ctx, void *part)
{
	struct ids *ids = part;

	(void)ctx;
	memcpy(seen->at + seen->count, ids->at,
	    ids->count * sizeof(ids->at[0]));
	seen->count += ids->count;
	free(ids);
}

static struct event_feed_count
run(const char *const *paths, unsigned jobs)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL };
	struct event_feed feed = { .logs = { .paths = paths, .jobs = jobs },
	    .ops = &ops };
	struct event_feed_count count;

	seen = xcalloc(1, sizeof(*seen));
	event_feed_run(&feed, &count);
	return count;
}

static void
assert_ids(unsigned from, unsigned to)
{
	bool good = seen->count == to - from;

	for (unsigned i = 0; good && i < seen->count; i++)
		good = seen->at[i] == from + i;
	ck_assert_msg(good, "%u events", seen->count);
	free(seen);
}

START_TEST(in_order_whatever_the_jobs)
{
	static const unsigned jobs[] = { 1, 2, 5 };
	const char *const paths[] = {
		write_file("a", event_lines(0, 20000)),
		write_file("b", STR("")),
		write_file("c", event_lines(20000, 40001)), NULL
	};
	struct event_feed_count count = run(paths, jobs[_i]);

	assert_ids(0, 40001);
	ck_assert_uint_eq(count.lines, 40001);
	ck_assert_uint_eq(count.events, 40001);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_BROKEN].count, 0);
	ck_assert_uint_eq(count.unread, 0);
}
END_TEST

START_TEST(packed_files)
{
	const char *const paths[] = {
		write_file("a.gz", joined(gzipped(event_lines(0, 10000)),
		    gzipped(event_lines(10000, 10010)))),
		/* By its first octets, not by its name. */
		write_file("b", zstd_packed(event_lines(10010, 20000))),
		write_file("c.zst", joined(zstd_packed(event_lines(20000,
		    20001)), zstd_packed(event_lines(20001, 20100)))), NULL
	};
	struct event_feed_count count = run(paths, 2);

	assert_ids(0, 20100);
	ck_assert_uint_eq(count.unread, 0);
}
END_TEST

START_TEST(packed_files_that_are_cut)
{
	struct str packed = _i == 0 ? gzipped(event_lines(0, 100)) :
	    zstd_packed(event_lines(0, 100));
	const char *path = write_file("a", str_slice(packed, 0,
	    packed.len - 6));
	const char *const paths[] = { path, write_file("b",
	    event_lines(100, 200)), NULL };
	struct event_feed_count count = run(paths, 1);

	ck_assert_uint_eq(count.unread, 1);
	ck_assert_str_eq(count.unread_file, path);
	ck_assert_str_eq(count.unread_why,
	    "the compressed data end too early");
	ck_assert_uint_ge(seen->count, 100);
	ck_assert_uint_eq(seen->at[seen->count - 1], 199);
	free(seen);
}
END_TEST

START_TEST(packed_files_that_are_broken)
{
	struct str packed = _i == 0 ? gzipped(event_lines(0, 9000)) :
	    zstd_packed(event_lines(0, 9000));
	char *bytes = arena_z(arena, packed);
	struct event_feed_count count;
	const char *paths[] = { NULL, NULL };

	memset(bytes + packed.len / 2, 0xff, 64);
	paths[0] = write_file("a", str_make(bytes, packed.len));
	count = run(paths, 1);
	ck_assert_uint_eq(count.unread, 1);
	ck_assert_str_eq(count.unread_why, _i == 0 ?
	    "the gzip data are broken" : "the zstd data are broken");
	free(seen);
}
END_TEST

START_TEST(lines_that_are_no_events)
{
	const char *first = write_file("a", event_lines(0, 10000));
	const char *second = write_file("b", joined(event_lines(10000, 10002),
	    joined(STR("\n{\"v\":2}\ncut\n"), joined(event_lines(10002,
	    20000), STR("{\"v\":1,\"time\":\"2026")))));
	const char *const paths[] = { first, second, NULL };
	struct event_feed_count count = run(paths, 2);

	assert_ids(0, 20000);
	ck_assert_uint_eq(count.lines, 20004);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_BROKEN].count, 2);
	ck_assert_str_eq(count.faults[EVENT_FAULT_BROKEN].file, second);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_BROKEN].line, 5);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_VERSION].count, 1);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_VERSION].line, 4);
}
END_TEST

/* A line past the limit is left out whole; what follows is read. */
START_TEST(a_line_that_is_too_long)
{
	size_t len = LIMIT_EVENT_LINE_OCTETS * 3 + 17;
	char *line = arena_alloc(arena, len);
	const char *path;
	const char *paths[] = { NULL, NULL };
	struct event_feed_count count;

	memset(line, 'x', len);
	line[len - 1] = '\n';
	path = write_file("a", joined(event_lines(0, 3), joined(
	    str_make(line, len), joined(event_lines(3, 9), STR("bad\n")))));
	paths[0] = path;
	count = run(paths, 2);
	assert_ids(0, 9);
	ck_assert_uint_eq(count.lines, 11);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_LONG].count, 1);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_LONG].line, 4);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_BROKEN].line, 11);
}
END_TEST

START_TEST(a_long_line_that_is_not_too_long)
{
	size_t len = LIMIT_EVENT_LINE_OCTETS - 1000;
	char *text = arena_alloc(arena, len + 1);
	const char *paths[] = { NULL, NULL };
	struct event_feed_count count;

	memset(text, 'x', len);
	paths[0] = write_file("a", joined(event_line(0), arena_printf(arena,
	    "{\"v\":1,\"time\":\"2026\",\"kind\":\"helo\",\"queue_id\":\"1\","
	    "\"verdict\":{\"action\":\"reject\"},\"facts\":{\"helo\":\"%s\"}"
	    "}\n", text)));
	count = run(paths, 1);
	assert_ids(0, 2);
	ck_assert_uint_eq(count.faults[EVENT_FAULT_LONG].count, 0);
}
END_TEST

START_TEST(files_that_are_not_there)
{
	const char *const paths[] = {
		arena_printf(arena, "%s/none", dir).ptr, dir,
		write_file("a", event_lines(0, 5)), NULL
	};
	struct event_feed_count count = run(paths, 1);

	assert_ids(0, 5);
	ck_assert_uint_eq(count.unread, 2);
	ck_assert_str_eq(count.unread_file, paths[0]);
	ck_assert_str_eq(count.unread_why, "No such file or directory");
}
END_TEST

static void
write_aged(const char *name, time_t age)
{
	const char *path = write_file(name, STR("x"));
	struct timespec times[2] = { { .tv_sec = 1795342500 - age },
	    { .tv_sec = 1795342500 - age } };

	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(what_log_rotation_left)
{
	static const char *const expected[] = {
		"events.json-20261101.gz", "events.json.10", "events.json.2",
		"events.json.1.zst", "events.json",
	};
	const char *path = arena_printf(arena, "%s/events.json", dir).ptr;
	const char *const *paths;

	write_aged("events.json", 0);
	write_aged("events.json.1.zst", 100);
	write_aged("events.json.2", 200);
	write_aged("events.json.10", 200);
	write_aged("events.json-20261101.gz", 300);
	write_aged("events.json.bak", 50);
	write_aged("events.json~", 50);
	write_aged("events.json5", 50);
	write_aged("other.json.1", 50);
	paths = event_source_siblings(arena, path);
	for (size_t i = 0; i < 5; i++)
		ck_assert_str_eq(paths[i], arena_printf(arena, "%s/%s", dir,
		    expected[i]).ptr);
	ck_assert_ptr_null(paths[5]);
	ck_assert_ptr_null(event_source_siblings(arena, arena_printf(arena,
	    "%s/none/events.json", dir).ptr)[0]);
}
END_TEST

TCase *
feed_cases(void)
{
	TCase *cases = tcase_create("feed");

	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, in_order_whatever_the_jobs, 0, 3);
	tcase_add_test(cases, packed_files);
	tcase_add_loop_test(cases, packed_files_that_are_cut, 0, 2);
	tcase_add_loop_test(cases, packed_files_that_are_broken, 0, 2);
	tcase_add_test(cases, lines_that_are_no_events);
	tcase_add_test(cases, a_line_that_is_too_long);
	tcase_add_test(cases, a_long_line_that_is_not_too_long);
	tcase_add_test(cases, files_that_are_not_there);
	tcase_add_test(cases, what_log_rotation_left);
	return cases;
}
