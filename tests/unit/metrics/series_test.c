/*
 * Series whose labels come at run time: found again, counted on, forgotten.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "metrics/series.h"
#include "metrics/text.h"
#include "metrics_test.h"

static struct series *
get(const char *rule, const char *action)
{
	const struct series_label labels[] = {
		{ "rule", str_from(rule) }, { "action", str_from(action) }
	};

	return series_get(METRIC_ID_RULES, labels, 2);
}

static void
assert_lines(const char *expected)
{
	struct arena *arena = arena_new();
	struct str text;
	struct buf buf;

	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	metric_text(&buf, METRIC_ID_RULES);
	text = buf_str(&buf);
	/* Behind HELP and TYPE. */
	text = str_skip(text, str_chr(text, '\n') + 1);
	text = str_skip(text, str_chr(text, '\n') + 1);
	assert_str(text, expected);
	arena_free(arena);
}

START_TEST(equal_labels_are_one_series)
{
	struct series *a = get("a.policy:1", "reject");
	struct series *b = get("a.policy:2", "note");

	assert_lines(
	    "assay_rule_fires_total{rule=\"a.policy:1\",action=\"reject\"} "
	    "0\n"
	    "assay_rule_fires_total{rule=\"a.policy:2\",action=\"note\"} "
	    "0\n");
	ck_assert_ptr_eq(get("a.policy:1", "reject"), a);
	series_add(a, 3);
	series_add(b, 1);
	series_put(b);
	assert_lines("assay_rule_fires_total{rule=\"a.policy:1\","
	    "action=\"reject\"} 3\n");
	series_put(a);
	assert_lines("assay_rule_fires_total{rule=\"a.policy:1\","
	    "action=\"reject\"} 3\n");
	series_put(a);
	assert_lines("");
	series_put(NULL);
}
END_TEST

START_TEST(labels_are_kept_apart)
{
	struct series *a = get("x\",action=\"y", "z");
	struct series *b = get("x", "y");

	ck_assert_ptr_ne(a, b);
	assert_lines("assay_rule_fires_total{rule=\"x\\\",action=\\\"y\","
	    "action=\"z\"} 0\n"
	    "assay_rule_fires_total{rule=\"x\",action=\"y\"} 0\n");
	series_put(a);
	series_put(b);
}
END_TEST

START_TEST(too_many_are_one_more)
{
	struct series *made[LIMIT_METRIC_SERIES], *more, *again;
	char rule[50];

	for (int i = 0; i < LIMIT_METRIC_SERIES; i++) {
		snprintf(rule, sizeof(rule), "a.policy:%d", i);
		made[i] = get(rule, "note");
	}
	more = get("b.policy:1", "note");
	again = get("c.policy:1", "reject");
	ck_assert_ptr_eq(more, again);
	series_add(more, 7);
	series_put(more);
	for (int i = 0; i < LIMIT_METRIC_SERIES; i++)
		series_put(made[i]);
	assert_lines("assay_rule_fires_total{rule=\"other\","
	    "action=\"other\"} 7\n");
	series_put(again);
	more = get("b.policy:1", "note");
	assert_lines("assay_rule_fires_total{rule=\"b.policy:1\","
	    "action=\"note\"} 0\n");
	series_put(more);
}
END_TEST

START_TEST(a_long_label_is_cut)
{
	char rule[LIMIT_METRIC_LABEL_OCTETS + 50];
	struct series *series;

	memset(rule, 'a', sizeof(rule));
	rule[sizeof(rule) - 1] = '\0';
	series = get(rule, "note");
	rule[LIMIT_METRIC_LABEL_OCTETS] = '\0';
	ck_assert_ptr_eq(get(rule, "note"), series);
	series_put(series);
	series_put(series);
}
END_TEST

/* Each octet that is no UTF-8 takes three. */
START_TEST(long_labels_keep_their_quotes)
{
	static char value[LIMIT_METRIC_LABEL_OCTETS + 1];
	const struct series_label labels[] = {
		{ "a", str_make(value, sizeof(value)) },
		{ "b", str_make(value, sizeof(value)) },
		{ "c", str_make(value, sizeof(value)) },
		{ "d", str_make(value, sizeof(value)) },
	};
	struct arena *arena = arena_new();
	struct series *series;
	struct str text;
	struct buf buf;

	memset(value, 0xff, sizeof(value));
	series = series_get(METRIC_ID_RULES, labels, TEST_COUNT(labels));
	buf_init(&buf, arena, LIMIT_METRICS_OCTETS);
	metric_text(&buf, METRIC_ID_RULES);
	text = buf_str(&buf);
	ck_assert(str_ends_nocase(text, STR("\xef\xbf\xbd\"} 0\n")));
	text = str_skip(text, str_chr(text, '{'));
	ck_assert_uint_eq(text.len, strlen("{a=\"\",b=\"\",c=\"\",d=\"\"} "
	    "0\n") + 4 * 256 * 3);
	series_put(series);
	arena_free(arena);
}
END_TEST

START_TEST(a_gauge_is_set)
{
	struct series *series = get("a", "b");

	series_set(series, 5);
	series_set(get("a", "b"), 4);
	series_put(series);
	assert_lines("assay_rule_fires_total{rule=\"a\",action=\"b\"} 4\n");
	series_put(series);
}
END_TEST

TCase *
series_tests(void)
{
	TCase *tests = tcase_create("series");

	tcase_add_test(tests, equal_labels_are_one_series);
	tcase_add_test(tests, labels_are_kept_apart);
	tcase_add_test(tests, too_many_are_one_more);
	tcase_add_test(tests, a_long_label_is_cut);
	tcase_add_test(tests, long_labels_keep_their_quotes);
	tcase_add_test(tests, a_gauge_is_set);
	return tests;
}
