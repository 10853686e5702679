#include "page/number.h"
#include "tests/unit/page/page_test.h"

static const struct {
	uint64_t number;
	const char *grouped, *small, *us;
} numbers[] = {
	{ 0, "0", "0", "0 us" },
	{ 999, "999", "999", "999 us" },
	{ 1000, "1,000", "1k", "1.0 ms" },
	{ 1234, "1,234", "1.2k", "1.2 ms" },
	{ 9960, "9,960", "10k", "10 ms" },
	{ 999499, "999,499", "999k", "999 ms" },
	{ 999500, "999,500", "1M", "1.0 s" },
	{ 30000000, "30,000,000", "30M", "30 s" },
	{ 7199000000, "7,199,000,000", "7.2G", "120 min" },
	{ 86400000000, "86,400,000,000", "86G", "24 h" },
	{ 172800000000, "172,800,000,000", "173G", "2.0 d" },
	{ UINT64_MAX, "18,446,744,073,709,551,615", "18E", "213503982 d" },
};

START_TEST(number)
{
	char text[NUMBER_SIZE];

	ck_assert_str_eq(number_grouped(numbers[_i].number, text),
	    numbers[_i].grouped);
	ck_assert_str_eq(number_short(numbers[_i].number, text),
	    numbers[_i].small);
	ck_assert_str_eq(number_us(numbers[_i].number, text),
	    numbers[_i].us);
}
END_TEST

static const struct {
	uint64_t part, whole;
	const char *text;
} shares[] = {
	{ 0, 0, "-" }, { 0, 5, "0.0 %" }, { 5, 5, "100.0 %" },
	{ 1, 3, "33.3 %" }, { 99999, 100000, "99.9 %" },
	{ 1, 1000000, "0.1 %" },
};

START_TEST(share)
{
	char text[NUMBER_SIZE];

	ck_assert_str_eq(number_share(shares[_i].part, shares[_i].whole,
	    text), shares[_i].text);
}
END_TEST

static const struct {
	uint64_t number, top;
	unsigned steps;
} scales[] = {
	{ 0, 4, 4 }, { 1, 4, 4 }, { 5, 5, 5 }, { 7, 8, 4 }, { 21, 25, 5 },
	{ 41, 50, 5 }, { 90, 100, 5 }, { 101, 120, 4 }, { 1234, 1600, 4 },
	{ 7777777, 8000000, 4 },
};

START_TEST(scale)
{
	unsigned steps;

	ck_assert_uint_eq(number_scale(scales[_i].number, &steps),
	    scales[_i].top);
	ck_assert_uint_eq(steps, scales[_i].steps);
	ck_assert_uint_eq(scales[_i].top % steps, 0);
}
END_TEST

/* It ends, also above what a scale can be. */
START_TEST(largest_scale)
{
	unsigned steps;

	ck_assert_uint_ge(number_scale(UINT64_MAX, &steps), 1);
	ck_assert_uint_ge(steps, 4);
}
END_TEST

TCase *
number_cases(void)
{
	TCase *cases = tcase_create("number");

	tcase_add_loop_test(cases, number, 0, TEST_COUNT(numbers));
	tcase_add_loop_test(cases, share, 0, TEST_COUNT(shares));
	tcase_add_loop_test(cases, scale, 0, TEST_COUNT(scales));
	tcase_add_test(cases, largest_scale);
	return cases;
}
