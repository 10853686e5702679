#include "tests/unit/reporting/reporting_test.h"

#include <errno.h>
#include <stdio.h>

#include "reporting/rollup.h"

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

static struct str
greater(struct arena *into, struct str a, struct str b)
{
	return str_cmp(a, b) >= 0 ? a : arena_copy(into, b);
}

static void
add(struct rollup *rollup, const char *key, const char *detail, uint64_t count)
{
	ck_assert(rollup_add(rollup, &(struct rollup_item){ str_from(key),
	    str_from(detail), count }));
}

static void
assert_next(struct rollup *rollup, const char *key, const char *detail,
    uint64_t count)
{
	struct rollup_item item;

	ck_assert_int_eq(rollup_next(rollup, &item), 1);
	assert_str(item.key, key);
	assert_str(item.detail, detail);
	ck_assert_uint_eq(item.count, count);
}

START_TEST(counts_in_order)
{
	/* All in memory; each in a scratch file of its own. */
	struct rollup *rollup = rollup_new(arena, _i == 0 ? 1 << 20 : 1,
	    greater);
	struct rollup_item item;

	add(rollup, "b", "1", 1);
	add(rollup, "a", "", 2);
	add(rollup, "B", "x", 3);
	add(rollup, "b", "3", 10);
	add(rollup, "b", "2", 100);
	ck_assert_uint_eq(rollup_runs(rollup), _i == 0 ? 0 : 5);
	for (int i = 0; i < 2; i++) {
		ck_assert(rollup_rewind(rollup));
		assert_next(rollup, "B", "x", 3);
		assert_next(rollup, "a", "", 2);
		assert_next(rollup, "b", "3", 111);
		ck_assert_int_eq(rollup_next(rollup, &item), 0);
		ck_assert_int_eq(rollup_next(rollup, &item), 0);
	}
	ck_assert_uint_eq(rollup_runs(rollup), _i == 0 ? 0 : 5);
	rollup_free(rollup);
}
END_TEST

START_TEST(nothing_at_all)
{
	struct rollup *rollup = rollup_new(arena, 1 << 20, greater);
	struct rollup_item item;

	ck_assert(rollup_rewind(rollup));
	ck_assert_int_eq(rollup_next(rollup, &item), 0);
	rollup_free(rollup);
	rollup_free(NULL);
}
END_TEST

/* Key number k is added k times, with details that go up; all keys in an
 * order that looks like none. */
enum { KEYS = 1000 };

START_TEST(many_files_are_one)
{
	struct rollup *rollup = rollup_new(arena, 32 * 1024, greater);
	char key[32], detail[32];
	unsigned at = 1;

	for (unsigned i = 0; i < KEYS * 40; i++) {
		at = (at * 1103515245u + 12345u) & 0x7fffffff;
		snprintf(key, sizeof(key), "%06u", at % KEYS);
		snprintf(detail, sizeof(detail), "%06u", i);
		add(rollup, key, detail, 1);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "%06u", i);
		add(rollup, key, "z", 1);
	}
	ck_assert_uint_gt(rollup_runs(rollup), 3);
	ck_assert(rollup_rewind(rollup));
	uint64_t sum = 0;
	for (unsigned i = 0; i < KEYS; i++) {
		struct rollup_item item;

		snprintf(key, sizeof(key), "%06u", i);
		ck_assert_int_eq(rollup_next(rollup, &item), 1);
		assert_str(item.key, key);
		assert_str(item.detail, "z");
		sum += item.count;
	}
	ck_assert_uint_eq(sum, KEYS * 41);
	rollup_free(rollup);
}
END_TEST

/* LIMIT_ROLLUP_RUNS: each item is a file here. */
START_TEST(files_up_to_the_limit)
{
	struct rollup *rollup = rollup_new(arena, 1, greater);
	struct rollup_item item;
	char key[32];

	for (int i = 0; i < 400; i++) {
		snprintf(key, sizeof(key), "%03d", 399 - i);
		add(rollup, key, "", 1);
	}
	ck_assert_uint_eq(rollup_runs(rollup), 400);
	errno = 0;
	if (_i == 1) {
		ck_assert(!rollup_add(rollup, &(struct rollup_item){
		    STR("one more"), STR(""), 1 }));
		ck_assert_int_eq(errno, EFBIG);
		rollup_free(rollup);
		return;
	}
	ck_assert(rollup_rewind(rollup));
	for (int i = 0; i < 400; i++) {
		snprintf(key, sizeof(key), "%03d", i);
		assert_next(rollup, key, "", 1);
	}
	ck_assert_int_eq(rollup_next(rollup, &item), 0);
	rollup_free(rollup);
}
END_TEST

START_TEST(no_room_for_scratch_files)
{
	struct rollup *rollup = rollup_new(arena, 1, greater);

	setenv("TMPDIR", "/nonexistent", 1);
	ck_assert(!rollup_add(rollup, &(struct rollup_item){ STR("a"),
	    STR("b"), 1 }));
	unsetenv("TMPDIR");
	rollup_free(rollup);
}
END_TEST

TCase *
rollup_tests(void)
{
	TCase *tc = tcase_create("rollup");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, counts_in_order, 0, 2);
	tcase_add_test(tc, nothing_at_all);
	tcase_add_test(tc, many_files_are_one);
	tcase_add_loop_test(tc, files_up_to_the_limit, 0, 2);
	tcase_add_test(tc, no_room_for_scratch_files);
	return tc;
}
