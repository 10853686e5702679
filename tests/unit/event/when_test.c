#include "event/when.h"
#include "tests/unit/event/event_test.h"

static const struct {
	const char *text;
	int64_t us;		/* negative: it is no time */
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:00.000001Z", 1 },
	{ "1970-01-01T00:00:00.5Z", 500000 },
	{ "1970-01-01T00:00:00.1234567Z", 123456 },
	{ "2000-02-29T12:34:56Z", 951827696000000 },
	{ "2000-03-01", 951868800000000 },
	{ "2026-11-22T10:15:00Z", 1795342500000000 },
	{ "2026-11-22T10:15", 1795342500000000 },
	{ "2026-11-22T10", 1795341600000000 },
	{ "2026-11", 1793491200000000 },
	{ "2026", 1767225600000000 },
	{ "9999-12-31T23:59:59.999999Z", 253402300799999999 },
	{ "", -1 }, { "202", -1 }, { "0000", -1 }, { "2026-", -1 },
	{ "2026-13", -1 }, { "2026-00", -1 }, { "2026-11-32", -1 },
	{ "2026-11-22T24", -1 }, { "2026-11-22 10", -1 },
	{ "2026-11-22T10:60", -1 }, { "2026-11-22T10:15:00.", -1 },
	{ "2026-11-22T10:15:00+01:00", -1 }, { "2026T10", -1 },
};

START_TEST(points_in_time)
{
	int64_t us = -7;

	ck_assert_int_eq(when_read(str_from(times[_i].text), &us),
	    times[_i].us >= 0);
	if (times[_i].us >= 0)
		ck_assert_int_eq(us, times[_i].us);
}
END_TEST

static const struct { const char *text; int64_t seconds; } agos[] = {
	{ "0s", 0 }, { "90s", 90 }, { "30m", 1800 }, { "12h", 43200 },
	{ "7d", 604800 }, { "2w", 1209600 },
	{ "d", -1 }, { "-1d", -1 }, { "1.5d", -1 }, { "7 d", -1 },
	{ "1000001d", -1 }, { "7y", -1 },
};

START_TEST(so_long_ago)
{
	int64_t us = 0, now = 1795342500000000;
	bool good = agos[_i].seconds >= 0;

	ck_assert_int_eq(when_read_or_ago(str_from(agos[_i].text), now, &us),
	    good);
	if (good)
		ck_assert_int_eq(us, now - agos[_i].seconds * 1000000);
}
END_TEST

TCase *
when_cases(void)
{
	TCase *cases = tcase_create("when");

	tcase_add_loop_test(cases, points_in_time, 0, TEST_COUNT(times));
	tcase_add_loop_test(cases, so_long_ago, 0, TEST_COUNT(agos));
	return cases;
}
