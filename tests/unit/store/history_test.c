/*
 * Events in the store: kept once, found in the order of time by whoever may
 * read it, and gone when their time is over.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/history.h"
#include "store_test.h"

enum { KEEP = 30 };			/* days */

static struct arena *arena;
static struct history *history;
static char where[160];

static void
begin(int backend)
{
	open_store(backend);
	if (backend == SQLITE)
		snprintf(where, sizeof(where), "sqlite:%s", database_path());
	else
		snprintf(where, sizeof(where), "redis+unix://%s?3",
		    redis_socket());
	arena = arena_new();
}

static void
end(void)
{
	history_close(history);
	history = NULL;
	arena_free(arena);
	store_close(store, 1000);
	store = NULL;
}

static struct history_row
row_of(int64_t time_us, const char *id, const char *queue_id)
{
	return (struct history_row){ .time_us = time_us,
	    .id = str_from(id), .queue_id = str_from(queue_id),
	    .host = STR("mx1.example"), .kind = STR("message"),
	    .verdict = STR("accept"), .rule = STR("a.policy:3"),
	    .client = STR("192.0.2.1"), .sender = STR("a@b.example"),
	    .from_domain = STR("b.example"),
	    .rcpts = STR("x@y.example\nz@y.example"),
	    .line = STR("{\"v\":1}") };
}

static void
put(int64_t time_us, const char *id, const char *queue_id)
{
	struct history_row row = row_of(time_us, id, queue_id);

	ck_assert(history_put(store, &row, (int64_t)KEEP * DAY));
}

/* The ids of what is found, in order: "1 2 3". */
static const char *
found(struct history_query query)
{
	struct history_row row;
	char why[300] = "";
	struct str out = STR_NONE;
	int status;

	if (history == NULL)
		history = history_open(str_from(where), why, sizeof(why));
	ck_assert_msg(history != NULL, "%s", why);
	history_ask(history, &query);
	while ((status = history_next(history, &row, why,
	    sizeof(why))) == 1) {
		out = arena_printf(arena, "%.*s%s%.*s", STR_ARG(out),
		    out.len > 0 ? " " : "", STR_ARG(row.id));
		ck_assert(query.queue_id.len > 0 ||
		    (row.line.len > 0) == query.lines);
	}
	ck_assert_msg(status == 0, "%s", why);
	return arena_z(arena, out);
}

/* Now, so that nothing is over. */
static int64_t
now_us(void)
{
	return clock_unix_us() / 1000000 * 1000000;
}

START_TEST(rows_come_in_the_order_of_time)
{
	int64_t t = now_us();

	begin(_i);
	put(t + 30, "c", "4C");
	put(t + 10, "a", "4A");
	put(t + 20, "b1", "4B");
	put(t + 20, "b2", "4B");
	put(t + 10, "a", "4A");		/* the same: nothing twice */
	settle();
	ck_assert_uint_eq(strlen(found((struct history_query){ 0 })), 9);
	ck_assert_ptr_nonnull(strstr(found((struct history_query){
	    .lines = true }), "a b"));
	ck_assert_str_eq(found((struct history_query){
	    .since_us = t + 21 }), "c");
	ck_assert_str_eq(found((struct history_query){
	    .until_us = t + 20 }), "a");
	ck_assert_str_eq(found((struct history_query){
	    .since_us = t + 30, .until_us = t + 31 }), "c");
	ck_assert_str_eq(found((struct history_query){
	    .since_us = t + 31 }), "");
	ck_assert_str_eq(found((struct history_query){
	    .queue_id = STR("4C") }), "c");
	ck_assert_uint_eq(strlen(found((struct history_query){
	    .queue_id = STR("4B") })), 5);
	ck_assert_str_eq(found((struct history_query){
	    .queue_id = STR("4B"), .since_us = t + 21 }), "");
	ck_assert_str_eq(found((struct history_query){
	    .queue_id = STR("none") }), "");
	end();
}
END_TEST

/* Another process writes the same event again, out of its spool. */
START_TEST(an_event_is_kept_once)
{
	int64_t t = now_us();

	begin(_i);
	put(t, "a", "4A");
	settle();
	store_close(store, 1000);
	open_store(_i);
	put(t, "a", "4A");
	put(t, "b", "");
	settle();
	ck_assert_uint_eq(strlen(found((struct history_query){ 0 })), 3);
	end();
}
END_TEST

START_TEST(all_of_a_row_comes_back)
{
	struct history_row row = row_of(now_us() + 7, "id", "4A"), back;
	char why[300];

	begin(_i);
	row.sender = STR("\"a\tb\xc3\xbc'\"@b.example");
	row.host = STR_NONE;
	row.line = STR("{\"x\":\"\\u0000'\\\"\"}");
	ck_assert(history_put(store, &row, DAY));
	settle();
	found((struct history_query){ .lines = true });
	history_ask(history, &(struct history_query){ .lines = true });
	ck_assert_int_eq(history_next(history, &back, why, sizeof(why)), 1);
	ck_assert_int_eq(back.time_us, row.time_us);
	assert_str(back.id, "id");
	assert_str(back.host, "");
	assert_str(back.queue_id, "4A");
	assert_str(back.kind, "message");
	assert_str(back.verdict, "accept");
	assert_str(back.rule, "a.policy:3");
	assert_str(back.client, "192.0.2.1");
	assert_str(back.sender, "\"a\tb\xc3\xbc'\"@b.example");
	assert_str(back.from_domain, "b.example");
	assert_str(back.rcpts, "x@y.example\nz@y.example");
	assert_str(back.line, "{\"x\":\"\\u0000'\\\"\"}");
	ck_assert_int_eq(history_next(history, &back, why, sizeof(why)), 0);
	end();
}
END_TEST

/* Who looks at one row for long does not hold up the log of the others. */
START_TEST(a_slow_reader_holds_nothing)
{
	struct history_row row;
	char why[300];

	begin(SQLITE);
	put(now_us() + 1, "a", "4A");
	put(now_us() + 1000, "b", "4A");
	put(now_us() + 2000, "c", "4A");
	settle();
	ck_assert_str_eq(found((struct history_query){ 0 }), "a b c");
	history_ask(history, &(struct history_query){ .lines = true });
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	/* "busy" is the first column. */
	ck_assert_int_eq(number_in_database("PRAGMA wal_checkpoint(TRUNCATE)"),
	    0);
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	assert_str(row.id, "c");
	end();
}
END_TEST

/* More than two pages, and a page that ends among rows of one time. */
START_TEST(pages_have_no_seam)
{
	int64_t t = now_us();
	size_t count = 0;
	const char *all;
	char id[16];

	begin(_i);
	for (int i = 0; i < 1700; i++) {
		snprintf(id, sizeof(id), "%06d", (i * 7) % 1700);
		put(t + (i * 7) % 1700 / 100, id, "");
	}
	settle();
	all = found((struct history_query){ 0 });
	ck_assert_uint_eq(strlen(all), 1700 * 7 - 1);
	for (const char *at = all; at != NULL && *at != '\0'; count++) {
		ck_assert_int_eq(atoi(at) / 100, (int)count / 100);
		at = strchr(at, ' ');
		at = at == NULL ? NULL : at + 1;
	}
	ck_assert_uint_eq(count, 1700);
	/* Who asks again after the end sees what came. */
	put(t + 100, "last", "");
	settle();
	ck_assert_str_eq(found((struct history_query){
	    .since_us = t + 50 }), "last");
	end();
}
END_TEST

START_TEST(what_is_too_long_comes_without_its_line)
{
	static char line[LIMIT_STORE_ROW + 1];
	static char rcpts[LIMIT_STORE_ROW + 1];
	struct history_row row = row_of(now_us(), "id", "4A");

	begin(_i);
	memset(line, 'x', sizeof(line));
	memset(rcpts, 'y', sizeof(rcpts));
	row.line = str_make(line, sizeof(line));
	ck_assert(!history_put(store, &row, DAY));
	row.id = STR("other");
	row.rcpts = str_make(rcpts, sizeof(rcpts));
	ck_assert(!history_put(store, &row, DAY));
	row = row_of(now_us(), "", "");
	ck_assert(!history_put(store, &row, DAY));
	settle();
	ck_assert_str_eq(found((struct history_query){
	    .queue_id = STR("4A") }), "id");
	end();
}
END_TEST

/* All lines of a query, read with so much room at a time. */
static struct str
lines_of(const struct history_query *query, size_t room,
    struct history_mark *mark)
{
	char *into = arena_alloc(arena, room), why[300] = "";
	struct buf text;
	ssize_t got;

	buf_init(&text, arena, SIZE_MAX);
	*mark = (struct history_mark){ 0 };
	history_ask(history, query);
	while ((got = history_lines(history, into, room, mark, why,
	    sizeof(why))) > 0) {
		ck_assert_uint_le((size_t)got, room);
		buf_add(&text, str_make(into, (size_t)got));
	}
	ck_assert_msg(got == 0, "%s", why);
	return buf_str(&text);
}

/* A row in seven has no line, the first and the last one too. */
static struct str
put_lines(int64_t t, int rows)
{
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	for (int i = 0; i < rows; i++) {
		struct history_row row = row_of(t + i, arena_printf(arena,
		    "%06d", i).ptr, "");

		row.line = i % 7 == 0 ? STR_NONE : arena_printf(arena,
		    "{\"n\":%d,\"x\":\"%0*d\"}", i, i % 300 + 1, 0);
		ck_assert(history_put(store, &row, (int64_t)KEEP * DAY));
		if (row.line.len > 0)
			buf_printf(&text, "%.*s\n", STR_ARG(row.line));
	}
	return buf_str(&text);
}

START_TEST(lines_one_behind_the_other)
{
	static const size_t rooms[] = { 1, 60, 1000, 50000, 1 << 20 };
	int64_t t = now_us();
	struct str text;

	begin(_i);
	text = put_lines(t, 1212);
	put(t + 2000, "id", "4A");
	settle();
	found((struct history_query){ 0 });
	for (int i = 0; i < 2 * (int)TEST_COUNT(rooms); i++) {
		struct history_query query = { .until_us = t + 1212,
		    .lines = true, .only_lines = i % 2 == 1 };
		struct history_mark mark;

		ck_assert(str_eq(lines_of(&query, rooms[i / 2], &mark),
		    text));
		ck_assert_uint_eq(mark.without, 174);
		ck_assert_int_ge(mark.first_us, t);
		ck_assert_int_eq(mark.last_us, t + 1211);
		query = (struct history_query){ .queue_id = STR("4A"),
		    .lines = true, .only_lines = i % 2 == 1 };
		assert_str(lines_of(&query, rooms[i / 2], &mark),
		    "{\"v\":1}\n");
		ck_assert_uint_eq(mark.without, 0);
		query = (struct history_query){ .since_us = t + 3000,
		    .lines = true, .only_lines = i % 2 == 1 };
		assert_str(lines_of(&query, rooms[i / 2], &mark), "");
		ck_assert_uint_eq(mark.without, 0);
	}
	end();
}
END_TEST

/* By itself, although nobody writes any more, and nothing else goes. */
START_TEST(rows_go_when_their_time_is_over)
{
	int64_t t = now_us(), day = (int64_t)DAY * 1000;
	char id[16];

	begin(_i);
	for (int i = 0; i < 250; i++) {
		snprintf(id, sizeof(id), "%d", i);
		put(t - (KEEP + 1) * day + i, id, "4A");
	}
	put(t - (KEEP - 1) * day, "young", "4A");
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "n%d", i);
		put(t + i, id, "4B");
	}
	settle();
	for (int i = 0; i < 100; i++) {
		if (strncmp(found((struct history_query){ .until_us = t }),
		    "young", 6) == 0)
			break;
		usleep(100000);
	}
	ck_assert_str_eq(found((struct history_query){ .until_us = t }),
	    "young");
	ck_assert_str_eq(found((struct history_query){
	    .queue_id = STR("4A") }), "young");
	end();
}
END_TEST

/* A store that is away costs nothing but the spool. */
START_TEST(events_wait_for_a_store_that_is_away)
{
	char why[300], id[16];
	int64_t t = now_us();

	begin(REDIS);
	ck_assert_msg(store_spool(store, spool_path(), 1 << 20, why,
	    sizeof(why)), "%s", why);
	put(t, "before", "4A");
	settle();
	redis_signal(SIGSTOP);
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "e%02d", i);
		put(t + 1 + i, id, "4B");
	}
	usleep(1500000);
	redis_signal(SIGCONT);
	settle();
	ck_assert_str_eq(found((struct history_query){ .since_us = t + 18 }),
	    "e17 e18 e19");
	ck_assert_uint_eq(strlen(found((struct history_query){ 0 })),
	    6 + 20 * 4);
	end();
}
END_TEST

static const struct {
	const char *where, *why;
} wrong[] = {
	{ "memory:", "events are kept in sqlite:PATH, redis://HOST or "
	  "redis+unix://PATH" },
	{ "sqlite:/nowhere/x.db", "/nowhere/x.db: unable to open database "
	  "file" },
	{ "redis+unix:///nowhere/sock", NULL },
	{ "redis://", NULL },
};

START_TEST(what_cannot_be_read)
{
	char why[300] = "";

	ck_assert_ptr_null(history_open(str_from(wrong[_i].where), why,
	    sizeof(why)));
	if (wrong[_i].why != NULL)
		ck_assert_str_eq(why, wrong[_i].why);
	ck_assert_str_ne(why, "");
}
END_TEST

START_TEST(octets_that_are_no_row)
{
	struct history_row row = row_of(1, "id", "4A"), back;
	size_t len;
	char *octets = history_encode(&row, &len);

	ck_assert(history_decode(str_make(octets, len), &back));
	assert_str(back.line, "{\"v\":1}");
	for (size_t i = 0; i < len; i++)
		if (history_decode(str_make(octets, i), &back))
			ck_assert_uint_eq(back.line.len, 0);
	octets[len - 8] = 'x';			/* the line's length */
	ck_assert(!history_decode(str_make(octets, len), &back));
	free(octets);
}
END_TEST

TCase *
history_tests(void)
{
	TCase *tc = tcase_create("history");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, rows_come_in_the_order_of_time, SQLITE,
	    BACKENDS);
	tcase_add_loop_test(tc, an_event_is_kept_once, SQLITE, BACKENDS);
	tcase_add_loop_test(tc, all_of_a_row_comes_back, SQLITE, BACKENDS);
	tcase_add_test(tc, a_slow_reader_holds_nothing);
	tcase_add_loop_test(tc, pages_have_no_seam, SQLITE, BACKENDS);
	tcase_add_loop_test(tc, lines_one_behind_the_other, SQLITE, BACKENDS);
	tcase_add_loop_test(tc, what_is_too_long_comes_without_its_line,
	    SQLITE, BACKENDS);
	tcase_add_loop_test(tc, rows_go_when_their_time_is_over, SQLITE,
	    BACKENDS);
	tcase_add_test(tc, events_wait_for_a_store_that_is_away);
	tcase_add_loop_test(tc, what_cannot_be_read, 0, TEST_COUNT(wrong));
	tcase_add_test(tc, octets_that_are_no_row);
	return tc;
}
