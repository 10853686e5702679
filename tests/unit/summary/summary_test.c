/*
 * What sections count with, and what figures look like.  The sections
 * themselves are tested by tests/report.
 */
#include <stdio.h>
#include <string.h>

#include "base/spread.h"
#include "base/tally.h"
#include "report/log.h"
#include "summary/ids.h"
#include "summary/summary.h"
#include "tests/unit/summary/summary_test.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

/* ---- tally ---- */

static void
count(struct tally *tally, const char *name, uint64_t times)
{
	tally_at(tally, str_from(name))->counts[0] += times;
}

START_TEST(names_are_counted)
{
	const struct tally_row *const *rows;
	struct tally tally;

	tally_init(&tally, 2, 0, 100);
	ck_assert_ptr_null(tally_find(&tally, STR("a")));
	count(&tally, "b", 1);
	count(&tally, "a", 1);
	count(&tally, "c", 5);
	count(&tally, "A", 2);
	tally_note(&tally, tally_at(&tally, STR("c")), STR("first"));
	tally_note(&tally, tally_at(&tally, STR("c")), STR("second"));
	rows = tally_sorted(&tally, arena);
	ck_assert_uint_eq(tally.count, 4);
	assert_str(rows[0]->name, "c");
	assert_str(rows[0]->note, "first");
	assert_str(rows[1]->name, "A");
	assert_str(rows[2]->name, "a");
	assert_str(rows[3]->name, "b");
	ck_assert_uint_eq(rows[0]->counts[0], 5);
	ck_assert_uint_eq(rows[0]->missing, 0);
	tally_fini(&tally);
}
END_TEST

START_TEST(parts_are_merged)
{
	struct tally all, part;

	tally_init(&all, 3, 1u << 2, 100);
	tally_init(&part, 3, 1u << 2, 100);
	tally_merge(&all, &part);
	ck_assert_uint_eq(all.count, 0);
	tally_at(&all, STR("a"))->counts[2] = 7;
	count(&all, "a", 1);
	count(&part, "a", 2);
	count(&part, "b", 3);
	tally_at(&part, STR("a"))->counts[1] = 4;
	tally_at(&part, STR("a"))->counts[2] = 5;
	tally_merge(&all, &part);
	ck_assert_uint_eq(tally_find(&all, STR("a"))->counts[0], 3);
	ck_assert_uint_eq(tally_find(&all, STR("a"))->counts[1], 4);
	/* This one is no sum but the highest. */
	ck_assert_uint_eq(tally_find(&all, STR("a"))->counts[2], 7);
	ck_assert_uint_eq(tally_find(&all, STR("b"))->counts[0], 3);
	tally_fini(&all);
	tally_fini(&part);
}
END_TEST

enum { FLOOD = 50000, KEPT = 64, OFTEN = 3000 };

/* What came, as it is known and as it is true: frequent is counted OFTEN times
 * among names that come once or twice. */
static void
check_flood(const struct tally *tally, uint64_t all)
{
	const struct tally_row *row = tally_find(tally, STR("frequent"));
	uint64_t sum = tally->dropped;

	ck_assert_uint_le(tally->count, KEPT * 2);
	ck_assert_ptr_nonnull(row);
	ck_assert_uint_le(row->counts[0], OFTEN);
	ck_assert_uint_ge(row->counts[0] + row->missing, OFTEN);
	ck_assert_uint_le(row->missing, tally->floor);
	ck_assert_uint_gt(tally->floor, 0);
	/* As good as any that keeps so many names. */
	ck_assert_uint_le(tally->floor, all / KEPT);
	for (size_t i = 0; i < tally->count; i++)
		sum += tally->rows[i]->counts[0];
	ck_assert_uint_eq(sum, all);
}

START_TEST(a_flood_of_names)
{
	struct tally tally;
	char name[32];

	tally_init(&tally, 1, 0, KEPT);
	for (int i = 0; i < FLOOD; i++) {
		snprintf(name, sizeof(name), "name %d", i);
		count(&tally, name, 1);
		if (i < OFTEN)
			count(&tally, "frequent", 1);
	}
	check_flood(&tally, FLOOD + OFTEN);
	tally_fini(&tally);
}
END_TEST

START_TEST(a_flood_in_parts)
{
	struct tally all, part;
	char name[32];

	tally_init(&all, 1, 0, KEPT);
	for (int i = 0; i < FLOOD; i += 500) {
		tally_init(&part, 1, 0, KEPT);
		for (int k = 0; k < 500; k++) {
			snprintf(name, sizeof(name), "name %d", i + k);
			count(&part, name, 1);
		}
		count(&part, "frequent", OFTEN / (FLOOD / 500));
		tally_merge(&all, &part);
		tally_fini(&part);
	}
	check_flood(&all, FLOOD + OFTEN);
	tally_fini(&all);
}
END_TEST

START_TEST(names_of_several_parts)
{
	const struct str parts[] = { STR("a"), STR_NONE, STR("c") };
	struct str name = tally_join(arena, parts, 3);

	ck_assert_uint_eq(name.len, 4);
	assert_str(tally_part(name, 0), "a");
	assert_str(tally_part(name, 1), "");
	assert_str(tally_part(name, 2), "c");
	assert_str(tally_part(name, 3), "");
}
END_TEST

/* ---- spread ---- */

START_TEST(percentiles)
{
	struct spread spread = { .count = 0 }, other = { .count = 0 };

	ck_assert_uint_eq(spread_percentile(&spread, 50), 0);
	for (uint64_t us = 1; us <= 10000; us++)
		spread_add(us % 2 == 0 ? &spread : &other, us);
	spread_merge(&spread, &other);
	ck_assert_uint_eq(spread.count, 10000);
	ck_assert_uint_eq(spread.sum_us, 50005000);
	ck_assert_uint_eq(spread.max_us, 10000);
	for (unsigned percent = 1; percent <= 100; percent++) {
		uint64_t is = percent * 100;
		uint64_t found = spread_percentile(&spread, percent);

		ck_assert_uint_ge(found, is);
		ck_assert_uint_le(found, is + is / 16);
	}
	ck_assert_uint_eq(spread_percentile(&spread, 100), 10000);
}
END_TEST

static const uint64_t lengths[] = {
	0, 1, 15, 16, 17, 31, 32, 1000000, (UINT64_C(1) << 40) - 1,
	UINT64_C(1) << 40, UINT64_C(1) << 62, UINT64_MAX
};

START_TEST(one_length)
{
	struct spread spread = { .count = 0 };

	spread_add(&spread, lengths[_i]);
	ck_assert_uint_eq(spread_percentile(&spread, 1), lengths[_i]);
	ck_assert_uint_eq(spread_percentile(&spread, 100), lengths[_i]);
}
END_TEST

/* As many as it says took that long, counted one by one; and the percentile
 * is one of them. */
START_TEST(the_slowest)
{
	struct spread spread = { .count = 0 };
	uint64_t spans[1000], least, found, is;

	ck_assert_uint_eq(spread_slowest(&spread, 95, &found), 0);
	ck_assert_uint_eq(found, 0);
	for (uint64_t i = 0; i < 1000; i++) {
		spans[i] = i * i * i % 7919 * (i % 10 == 0 ? 100000 : 3);
		spread_add(&spread, spans[i]);
	}
	for (unsigned percent = 1; percent <= 100; percent++) {
		least = spread_slowest(&spread, percent, &found);
		is = 0;
		for (int i = 0; i < 1000; i++)
			is += spans[i] >= least;
		ck_assert_uint_eq(found, is);
		ck_assert_uint_ge(found * 100, (101 - percent) * 1000 - 1000);
		ck_assert_uint_le(least, spread_percentile(&spread, percent));
	}
}
END_TEST

static const struct {
	uint64_t	shorts, longs;	/* of 3 us, and of 1 s */
	uint64_t	least, count;
} slowest_cases[] = {
	{ 0, 1, 983040, 1 }, { 1, 0, 3, 1 }, { 95, 5, 3, 100 },
	{ 94, 6, 983040, 6 }, { 0, 100, 983040, 100 },
};

START_TEST(the_slowest_twentieth)
{
	struct spread spread = { .count = 0 };
	uint64_t found;

	for (uint64_t i = 0; i < slowest_cases[_i].shorts; i++)
		spread_add(&spread, 3);
	for (uint64_t i = 0; i < slowest_cases[_i].longs; i++)
		spread_add(&spread, 1000000);
	ck_assert_uint_eq(spread_slowest(&spread, 95, &found),
	    slowest_cases[_i].least);
	ck_assert_uint_eq(found, slowest_cases[_i].count);
}
END_TEST

/* What is longer than all classes is in the last one. */
START_TEST(the_slowest_of_the_longest)
{
	struct spread spread = { .count = 0 };
	uint64_t found, least;

	spread_add(&spread, lengths[_i]);
	least = spread_slowest(&spread, 95, &found);
	ck_assert_uint_eq(found, 1);
	ck_assert_uint_le(least, lengths[_i]);
	ck_assert_uint_ge(least, lengths[_i] < UINT64_C(1) << 40 ?
	    lengths[_i] - lengths[_i] / 16 : 31 * (UINT64_C(1) << 35));
}
END_TEST

/* ---- ids ---- */

START_TEST(events_that_come_twice)
{
	struct ids *ids = ids_new(arena);
	char id[20];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 20000; i++) {
			snprintf(id, sizeof(id), "%016x", i * 7919);
			ck_assert_int_eq(ids_add(ids, str_from(id)),
			    round == 0);
		}
	ck_assert(ids_add(ids, STR_NONE));
	ck_assert(ids_add(ids, STR_NONE));
	ck_assert(!ids_full(ids));
	ids_free(ids);
}
END_TEST

/* ---- figures ---- */

static const struct {
	enum summary_type type;
	struct summary_value value;
	const char *text;
} values[] = {
	{ SUMMARY_COUNT, { .count = 0 }, "0" },
	{ SUMMARY_COUNT, { .count = 999 }, "999" },
	{ SUMMARY_COUNT, { .count = 1000 }, "1,000" },
	{ SUMMARY_COUNT, { .count = 1234567 }, "1,234,567" },
	{ SUMMARY_COUNT, { .none = true, .count = 3 }, "-" },
	{ SUMMARY_OCTETS, { .count = 999 }, "999 B" },
	{ SUMMARY_OCTETS, { .count = 1500 }, "1.5 kB" },
	{ SUMMARY_OCTETS, { .count = 999960 }, "1.0 MB" },
	{ SUMMARY_OCTETS, { .count = 7123456789 }, "7.1 GB" },
	{ SUMMARY_SHARE, { .number = 0.125 }, "12.5 %" },
	{ SUMMARY_SHARE, { .number = 0 }, "0.0 %" },
	{ SUMMARY_SHARE, { .number = 1 }, "100.0 %" },
	{ SUMMARY_SHARE, { .number = 0.9997 }, "99.9 %" },
	{ SUMMARY_SHARE, { .number = 0.0003 }, "0.1 %" },
	{ SUMMARY_NUMBER, { .number = -2 }, "-2" },
	{ SUMMARY_NUMBER, { .number = 7.5 }, "7.5" },
	{ SUMMARY_SPAN, { .us = 0 }, "0 us" },
	{ SUMMARY_SPAN, { .us = 999 }, "999 us" },
	{ SUMMARY_SPAN, { .us = 12345 }, "12.3 ms" },
	{ SUMMARY_SPAN, { .us = 999949 }, "999.9 ms" },
	{ SUMMARY_SPAN, { .us = 999950 }, "1.0 s" },
	{ SUMMARY_SPAN, { .us = 1500000 }, "1.5 s" },
	{ SUMMARY_SPAN, { .us = 59949999 }, "59.9 s" },
	{ SUMMARY_SPAN, { .us = 59950000 }, "1m00s" },
	{ SUMMARY_SPAN, { .us = INT64_C(125000000) }, "2m05s" },
	{ SUMMARY_SPAN, { .us = INT64_C(11100000000) }, "3h05m" },
	{ SUMMARY_SPAN, { .us = INT64_C(183600000000) }, "2d03h" },
	{ SUMMARY_TIME, { .us = INT64_C(1793613600000000) },
	  "2026-11-02 10:00" },
	{ SUMMARY_TIME, { .us = INT64_C(1793613603500000) },
	  "2026-11-02 10:00:03" },
};

START_TEST(values_for_people)
{
	assert_str(summary_value_text(values[_i].type, &values[_i].value,
	    arena), values[_i].text);
}
END_TEST

START_TEST(commands)
{
	static const char *const sources[] = { "-", "a log", NULL };
	struct summary summary = { .since_us = INT64_C(1793613600000000),
	    .sources = sources, .config = "/etc/a.conf" };
	struct summary_query query = { .count = 0 };

	assert_str(summary_command(&summary, &query, arena), "");
	query.at[query.count].option = "--fact";
	query.at[query.count++].value = STR("score>=5");
	query.at[query.count].option = "--from";
	query.at[query.count++].value = STR("it's@x.example");
	assert_str(summary_command(&summary, &query, arena), "assay log -c "
	    "/etc/a.conf --since 2026-11-02T10:00:00Z --fact 'score>=5' "
	    "--from 'it'\\''s@x.example' - 'a log'");
	/* The narrower window counts. */
	query.count = 0;
	query.since_us = summary.since_us - 1000000;
	query.until_us = summary.since_us + 500000;
	summary.sources = NULL;
	summary.config = NULL;
	assert_str(summary_command(&summary, &query, arena), "assay log "
	    "--since 2026-11-02T10:00:00Z --until "
	    "2026-11-02T10:00:00.500000Z");
}
END_TEST

static const struct {
	const char *test;
	bool good;
} tests[] = {
	{ "spf=fail", true }, { "spf!=pass", true }, { "tls.version", true },
	{ "tls.version!", true }, { "score>=5", true }, { "score<-2.5", true },
	{ "dkim.domains=example.com", true }, { "helo=", true },
	{ "nothing=x", false }, { "score=high", false }, { "spf>=5", false },
	{ "score>5", false }, { "score>=", false }, { "score<5x", false },
	{ "tls.version!x", false }, { "spf~x", false }, { "", false },
};

START_TEST(tests_of_facts)
{
	struct log_test test;

	ck_assert_int_eq(log_test_read(str_from(tests[_i].test), &test),
	    tests[_i].good);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("summary");
	TCase *cases = tcase_create("summary");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, names_are_counted);
	tcase_add_test(cases, parts_are_merged);
	tcase_add_test(cases, a_flood_of_names);
	tcase_add_test(cases, a_flood_in_parts);
	tcase_add_test(cases, names_of_several_parts);
	tcase_add_test(cases, percentiles);
	tcase_add_loop_test(cases, one_length, 0, TEST_COUNT(lengths));
	tcase_add_test(cases, the_slowest);
	tcase_add_loop_test(cases, the_slowest_twentieth, 0,
	    TEST_COUNT(slowest_cases));
	tcase_add_loop_test(cases, the_slowest_of_the_longest, 0,
	    TEST_COUNT(lengths));
	tcase_add_test(cases, events_that_come_twice);
	tcase_add_loop_test(cases, values_for_people, 0, TEST_COUNT(values));
	tcase_add_test(cases, commands);
	tcase_add_loop_test(cases, tests_of_facts, 0, TEST_COUNT(tests));
	suite_add_tcase(suite, cases);
	suite_add_tcase(suite, ask_cases());
	return run_suite(suite);
}
