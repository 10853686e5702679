#include "tests/unit/reporting/reporting_test.h"

#include <stdio.h>

#include "reporting/tally.h"

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
add(struct tally *tally, const char *key, const char *detail, uint64_t count)
{
	ck_assert(tally_add(tally, &(struct tally_item){ str_from(key),
	    str_from(detail), count }));
}

static void
assert_next(struct tally *tally, const char *key, const char *detail,
    uint64_t count)
{
	struct tally_item item;

	ck_assert_int_eq(tally_next(tally, &item), 1);
	assert_str(item.key, key);
	assert_str(item.detail, detail);
	ck_assert_uint_eq(item.count, count);
}

START_TEST(counts_in_order)
{
	/* All in memory; each in a scratch file of its own. */
	struct tally *tally = tally_new(arena, _i == 0 ? 1 << 20 : 1,
	    greater);
	struct tally_item item;

	add(tally, "b", "1", 1);
	add(tally, "a", "", 2);
	add(tally, "B", "x", 3);
	add(tally, "b", "3", 10);
	add(tally, "b", "2", 100);
	ck_assert_uint_eq(tally_runs(tally), _i == 0 ? 0 : 5);
	for (int i = 0; i < 2; i++) {
		ck_assert(tally_rewind(tally));
		assert_next(tally, "B", "x", 3);
		assert_next(tally, "a", "", 2);
		assert_next(tally, "b", "3", 111);
		ck_assert_int_eq(tally_next(tally, &item), 0);
		ck_assert_int_eq(tally_next(tally, &item), 0);
	}
	ck_assert_uint_eq(tally_runs(tally), _i == 0 ? 0 : 5);
	tally_free(tally);
}
END_TEST

START_TEST(nothing_at_all)
{
	struct tally *tally = tally_new(arena, 1 << 20, greater);
	struct tally_item item;

	ck_assert(tally_rewind(tally));
	ck_assert_int_eq(tally_next(tally, &item), 0);
	tally_free(tally);
	tally_free(NULL);
}
END_TEST

/* Key number k is added k times, with details that go up; all keys in an
 * order that looks like none. */
enum { KEYS = 1000 };

START_TEST(many_files_are_one)
{
	struct tally *tally = tally_new(arena, 32 * 1024, greater);
	char key[32], detail[32];
	unsigned at = 1;

	for (unsigned i = 0; i < KEYS * 40; i++) {
		at = (at * 1103515245u + 12345u) & 0x7fffffff;
		snprintf(key, sizeof(key), "%06u", at % KEYS);
		snprintf(detail, sizeof(detail), "%06u", i);
		add(tally, key, detail, 1);
	}
	for (unsigned i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "%06u", i);
		add(tally, key, "z", 1);
	}
	ck_assert_uint_gt(tally_runs(tally), 3);
	ck_assert(tally_rewind(tally));
	uint64_t sum = 0;
	for (unsigned i = 0; i < KEYS; i++) {
		struct tally_item item;

		snprintf(key, sizeof(key), "%06u", i);
		ck_assert_int_eq(tally_next(tally, &item), 1);
		assert_str(item.key, key);
		assert_str(item.detail, "z");
		sum += item.count;
	}
	ck_assert_uint_eq(sum, KEYS * 41);
	tally_free(tally);
}
END_TEST

START_TEST(no_room_for_scratch_files)
{
	struct tally *tally = tally_new(arena, 1, greater);

	setenv("TMPDIR", "/nonexistent", 1);
	ck_assert(!tally_add(tally, &(struct tally_item){ STR("a"),
	    STR("b"), 1 }));
	unsetenv("TMPDIR");
	tally_free(tally);
}
END_TEST

TCase *
tally_tests(void)
{
	TCase *tc = tcase_create("tally");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, counts_in_order, 0, 2);
	tcase_add_test(tc, nothing_at_all);
	tcase_add_test(tc, many_files_are_one);
	tcase_add_test(tc, no_room_for_scratch_files);
	return tc;
}
