/*
 * Counting, and the text that Prometheus reads.  libcheck runs each test in a
 * process of its own, so all cells are 0 when it begins.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "metrics/process.h"
#include "metrics/text.h"
#include "metrics_test.h"

static struct str
text_of(struct arena *arena, enum metric id)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	metric_text(&buf, id);
	ck_assert(!buf_full(&buf));
	return buf_str(&buf);
}

static void
assert_text(enum metric id, const char *expected)
{
	struct arena *arena = arena_new();

	assert_str(text_of(arena, id), expected);
	arena_free(arena);
}

/* ---- text ---- */

START_TEST(a_counter_without_labels)
{
	metric_count(METRIC_ID_LATE, 0, 0);
	metric_add(METRIC_ID_LATE, 0, 0, 41);
	assert_text(METRIC_ID_LATE,
	    "# HELP assay_messages_late_total Messages whose checks did not "
	    "finish in time.\n"
	    "# TYPE assay_messages_late_total counter\n"
	    "assay_messages_late_total 42\n");
}
END_TEST

START_TEST(a_counter_with_one_label)
{
	metric_count(METRIC_ID_RELOADS, 1, 0);
	assert_text(METRIC_ID_RELOADS,
	    "# HELP assay_reloads_total Reloads of settings and policy; "
	    "after a failed one all stays as it was.\n"
	    "# TYPE assay_reloads_total counter\n"
	    "assay_reloads_total{result=\"ok\"} 0\n"
	    "assay_reloads_total{result=\"failed\"} 1\n");
}
END_TEST

START_TEST(a_counter_with_two_labels)
{
	struct arena *arena = arena_new();
	struct str text;

	metric_count(METRIC_ID_MESSAGES, 4, 3);
	metric_count(METRIC_ID_MESSAGES, 3, 4);
	metric_count(METRIC_ID_MESSAGES, 3, 4);
	text = text_of(arena, METRIC_ID_MESSAGES);
	ck_assert_ptr_nonnull(strstr(text.ptr, "\nassay_messages_total{"
	    "stage=\"message\",verdict=\"reject\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr, "\nassay_messages_total{"
	    "stage=\"rcpt\",verdict=\"tempfail\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr, "\nassay_messages_total{"
	    "stage=\"connect\",verdict=\"continue\"} 0\n"));
	arena_free(arena);
}
END_TEST

START_TEST(a_histogram)
{
	metric_observe(METRIC_ID_MESSAGE_TIME, 0, 0);
	metric_observe(METRIC_ID_MESSAGE_TIME, 0, 500);
	metric_observe(METRIC_ID_MESSAGE_TIME, 0, 501);
	metric_observe(METRIC_ID_MESSAGE_TIME, 0, 2500000);
	metric_observe(METRIC_ID_MESSAGE_TIME, 0, 30000001);
#define NAME	"assay_message_duration_seconds"
	assert_text(METRIC_ID_MESSAGE_TIME,
	    "# HELP " NAME " Time from MAIL to the end of a message, the "
	    "client's part of it included.\n"
	    "# TYPE " NAME " histogram\n"
	    NAME "_bucket{le=\"0.0005\"} 2\n"
	    NAME "_bucket{le=\"0.001\"} 3\n"
	    NAME "_bucket{le=\"0.0025\"} 3\n"
	    NAME "_bucket{le=\"0.005\"} 3\n"
	    NAME "_bucket{le=\"0.01\"} 3\n"
	    NAME "_bucket{le=\"0.025\"} 3\n"
	    NAME "_bucket{le=\"0.05\"} 3\n"
	    NAME "_bucket{le=\"0.1\"} 3\n"
	    NAME "_bucket{le=\"0.25\"} 3\n"
	    NAME "_bucket{le=\"0.5\"} 3\n"
	    NAME "_bucket{le=\"1\"} 3\n"
	    NAME "_bucket{le=\"2.5\"} 4\n"
	    NAME "_bucket{le=\"5\"} 4\n"
	    NAME "_bucket{le=\"10\"} 4\n"
	    NAME "_bucket{le=\"30\"} 4\n"
	    NAME "_bucket{le=\"+Inf\"} 5\n"
	    NAME "_sum 32.501002\n"
	    NAME "_count 5\n");
#undef NAME
}
END_TEST

START_TEST(a_histogram_of_octets)
{
	struct arena *arena = arena_new();
	struct str text;

	metric_observe(METRIC_ID_MESSAGE_SIZE, 0, 1024);
	metric_observe(METRIC_ID_MESSAGE_SIZE, 0, 5000);
	text = text_of(arena, METRIC_ID_MESSAGE_SIZE);
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_bucket{le=\"1024\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_bucket{le=\"67108864\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "assay_message_size_bytes_sum 6024\n"));
	arena_free(arena);
}
END_TEST

START_TEST(a_histogram_with_a_label)
{
	static const char *const words[] = { "iprev", "spf" };
	struct arena *arena = arena_new();
	struct str text;

	metrics_words(LABEL_CHECK, words, 2);
	metric_observe(METRIC_ID_CHECK_TIME, 1, 700);
	text = text_of(arena, METRIC_ID_CHECK_TIME);
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_bucket{check=\"spf\",le=\"0.0005\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_bucket{check=\"spf\",le=\"0.001\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_sum{check=\"spf\"} 0.0007\n"));
	ck_assert_ptr_nonnull(strstr(text.ptr,
	    "_count{check=\"iprev\"} 0\n"));
	ck_assert_ptr_null(strstr(text.ptr, "check=\"\""));
	arena_free(arena);
}
END_TEST

static const struct {
	uint64_t us;
	const char *text;
} times[] = {
	{ 0, " 0\n" }, { 1, " 0.000001\n" }, { 10, " 0.00001\n" },
	{ 1000000, " 1\n" }, { 1500000, " 1.5\n" },
	{ 1785000000123456, " 1785000000.123456\n" },
};

START_TEST(seconds_are_kept_in_microseconds)
{
	struct arena *arena = arena_new();
	struct str text;

	metric_set(METRIC_ID_RELOAD_TIME, times[_i].us);
	text = text_of(arena, METRIC_ID_RELOAD_TIME);
	ck_assert_msg(str_ends_nocase(text, str_from(times[_i].text)),
	    "%.*s", STR_ARG(text));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *value;
	size_t len;			/* 0: that of the text */
	const char *text;
} values[] = {
	{ "standard.policy:12", 0, "rule=\"standard.policy:12\"" },
	{ "", 0, "rule=\"\"" },
	{ "a\"b\\c\nd", 0, "rule=\"a\\\"b\\\\c\\nd\"" },
	{ "tab\tbell\adel\x7f", 0, "rule=\"tab?bell?del?\"" },
	{ "a\0b", 3, "rule=\"a?b\"" },
	{ "b\xc3\xbc" "cher.example", 0, "rule=\"b\xc3\xbc"
	  "cher.example\"" },
	{ "\xff\xc3", 0, "rule=\"\xef\xbf\xbd\xef\xbf\xbd\"" },
};

START_TEST(labels_are_escaped)
{
	struct arena *arena = arena_new();
	size_t len = values[_i].len;
	struct buf buf;

	buf_init(&buf, arena, 1000);
	text_label(&buf, "rule", len > 0 ? str_make(values[_i].value, len) :
	    str_from(values[_i].value));
	assert_str(buf_str(&buf), values[_i].text);
	arena_free(arena);
}
END_TEST

START_TEST(a_gauge_is_not_shown_before_it_is_set)
{
	struct arena *arena = arena_new();
	struct buf buf;

	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	ck_assert(metrics_text(&buf));
	buf_addc(&buf, '\0');
	ck_assert_ptr_null(strstr(buf.ptr, "assay_store_up"));
	metric_set(METRIC_ID_STORE_UP, 0);
	buf.len = 0;
	ck_assert(metrics_text(&buf));
	buf_addc(&buf, '\0');
	ck_assert_ptr_nonnull(strstr(buf.ptr, "\nassay_store_up 0\n"));
	metric_unset(METRIC_ID_STORE_UP);
	buf.len = 0;
	ck_assert(metrics_text(&buf));
	buf_addc(&buf, '\0');
	ck_assert_ptr_null(strstr(buf.ptr, "assay_store_up"));
	arena_free(arena);
}
END_TEST

START_TEST(a_text_without_room_is_told)
{
	struct arena *arena = arena_new();
	struct buf buf;

	buf_init(&buf, arena, 1000);
	ck_assert(!metrics_text(&buf));
	arena_free(arena);
}
END_TEST

/* ---- the table ---- */

static bool
ends(const char *name, const char *suffix)
{
	return str_ends_nocase(str_from(name), str_from(suffix));
}

START_TEST(names_tell_type_and_unit)
{
	const struct metric_info *metric = &metric_table[_i];
	char unit[2][20] = { "_seconds", "_bytes" };

	ck_assert_msg((metric->type == METRIC_COUNTER) ==
	    ends(metric->name, "_total"), "%s", metric->name);
	if (metric->type == METRIC_COUNTER)
		for (int i = 0; i < 2; i++)
			strcat(unit[i], "_total");
	ck_assert_msg((metric->unit == UNIT_SECONDS) ==
	    ends(metric->name, unit[0]), "%s", metric->name);
	ck_assert_msg((metric->unit == UNIT_BYTES) ==
	    ends(metric->name, unit[1]), "%s", metric->name);
	ck_assert_msg(strchr(metric->help, '\n') == NULL &&
	    strchr(metric->help, '\\') == NULL && ends(metric->help, "."),
	    "%s", metric->name);
	ck_assert(metric->labels[1] != LABEL_OWN);
	ck_assert(metric->type != METRIC_HISTOGRAM ||
	    metric->labels[1] == LABEL_NONE);
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(metric->name, metric_table[i].name);
}
END_TEST

START_TEST(labels_have_their_words)
{
	enum metric_label label = (enum metric_label)_i;
	unsigned size = 0;

	while (metric_word(label, size) != NULL)
		size++;
	if (label == LABEL_CHECK || label == LABEL_WAIT)
		ck_assert_uint_eq(size, 0);
	for (int id = 0; id < METRIC_COUNT && size > 0; id++)
		for (int i = 0; i < 2; i++)
			ck_assert(metric_table[id].labels[i] != label ||
			    metric_table[id].sizes[i] == size);
}
END_TEST

START_TEST(cells_do_not_overlap)
{
	unsigned at = 0;

	for (int id = 0; id < METRIC_COUNT; id++) {
		const struct metric_info *metric = &metric_table[id];

		ck_assert_uint_eq(metric->at, at);
		at += metric->sizes[0] * metric->sizes[1] *
		    (metric->type == METRIC_HISTOGRAM ? HISTOGRAM_CELLS : 1);
	}
}
END_TEST

START_TEST(bounds_go_up)
{
	static const enum metric_unit units[] = { UNIT_SECONDS, UNIT_BYTES };
	const uint64_t *bounds = histogram_bounds(units[_i]);

	for (int i = 1; i < HISTOGRAM_BOUNDS; i++)
		ck_assert_uint_lt(bounds[i - 1], bounds[i]);
}
END_TEST

/* ---- counting ---- */

enum { THREADS = 4, TIMES = 100000 };

static void *
count_many(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		metric_count(METRIC_ID_OPENED, 0, 0);
		metric_observe(METRIC_ID_STORE_TIME, 0, (uint64_t)i % 2000);
	}
	return arg;
}

START_TEST(no_count_is_lost_between_threads)
{
	struct arena *arena = arena_new();
	pthread_t threads[THREADS];
	char line[100];

	for (int i = 0; i < THREADS; i++)
		ck_assert(pthread_create(&threads[i], NULL, count_many,
		    NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(metric_value(METRIC_ID_OPENED, 0, 0),
	    THREADS * TIMES);
	snprintf(line, sizeof(line), "_count %d\n", THREADS * TIMES);
	ck_assert(str_ends_nocase(text_of(arena, METRIC_ID_STORE_TIME),
	    str_from(line)));
	arena_free(arena);
}
END_TEST

START_TEST(a_word_that_is_none_is_a_bug)
{
	metric_count(METRIC_ID_RELOADS, 2, 0);
}
END_TEST

/* ---- the process ---- */

START_TEST(the_process_is_measured)
{
	static const enum metric ids[] = { METRIC_ID_CPU, METRIC_ID_STARTED,
	    METRIC_ID_RESIDENT, METRIC_ID_VIRTUAL, METRIC_ID_FDS,
	    METRIC_ID_FDS_MAX, METRIC_ID_THREADS };
	uint64_t files;
	FILE *file;

	process_measure();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		ck_assert(metric_is_set(ids[i]));
		ck_assert_uint_gt(metric_value(ids[i], 0, 0), 0);
	}
	/* A moment ago; of memory a page at least. */
	ck_assert_uint_gt(metric_value(METRIC_ID_STARTED, 0, 0),
	    (uint64_t)(time(NULL) - 3600) * 1000000);
	ck_assert_uint_lt(metric_value(METRIC_ID_STARTED, 0, 0),
	    (uint64_t)(time(NULL) + 2) * 1000000);
	ck_assert_uint_ge(metric_value(METRIC_ID_RESIDENT, 0, 0), 4096);
	ck_assert_uint_eq(metric_value(METRIC_ID_THREADS, 0, 0), 1);
	files = metric_value(METRIC_ID_FDS, 0, 0);
	file = fopen("/dev/null", "r");
	process_measure();
	ck_assert_uint_eq(metric_value(METRIC_ID_FDS, 0, 0), files + 1);
	fclose(file);
}
END_TEST

/* No old number stands for what cannot be had. */
START_TEST(descriptors_that_cannot_be_counted)
{
	struct rlimit all, none;
	int next;

	process_measure();
	ck_assert(metric_is_set(METRIC_ID_FDS));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
	next = dup(0);
	none = all;
	none.rlim_cur = (rlim_t)next;
	close(next);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	process_measure();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
	ck_assert(!metric_is_set(METRIC_ID_FDS));
	ck_assert_uint_eq(metric_value(METRIC_ID_FDS_MAX, 0, 0), next);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tests = tcase_create("metrics");

	tcase_add_test(tests, a_counter_without_labels);
	tcase_add_test(tests, a_counter_with_one_label);
	tcase_add_test(tests, a_counter_with_two_labels);
	tcase_add_test(tests, a_histogram);
	tcase_add_test(tests, a_histogram_of_octets);
	tcase_add_test(tests, a_histogram_with_a_label);
	tcase_add_loop_test(tests, seconds_are_kept_in_microseconds, 0,
	    TEST_COUNT(times));
	tcase_add_loop_test(tests, labels_are_escaped, 0, TEST_COUNT(values));
	tcase_add_test(tests, a_gauge_is_not_shown_before_it_is_set);
	tcase_add_test(tests, a_text_without_room_is_told);
	tcase_add_loop_test(tests, names_tell_type_and_unit, 0, METRIC_COUNT);
	tcase_add_loop_test(tests, labels_have_their_words, 0, LABEL_COUNT);
	tcase_add_test(tests, cells_do_not_overlap);
	tcase_add_loop_test(tests, bounds_go_up, 0, 2);
	tcase_add_test(tests, no_count_is_lost_between_threads);
	tcase_add_test_raise_signal(tests, a_word_that_is_none_is_a_bug, 6);
	tcase_add_test(tests, the_process_is_measured);
	tcase_add_test(tests, descriptors_that_cannot_be_counted);
	suite_add_tcase(suite, tests);
	suite_add_tcase(suite, series_tests());
	suite_add_tcase(suite, http_tests());
	return run_suite(suite);
}
