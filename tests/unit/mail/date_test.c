#include "tests/unit/mail/mail_test.h"

#include "mail/date.h"

static const struct {
	const char *value;
	int64_t unix_time;
} dates[] = {
	{ "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
	/* RFC 5322 appendix A */
	{ "Fri, 21 Nov 1997 09:55:06 -0600", 880127706 },
	{ "Tue, 1 Jul 2003 10:52:37 +0200", 1057049557 },
	{ "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
	  "               -0330 (Newfoundland Time)", -27723480 },
	{ "21 Nov 97 09:55:06 GMT", 880106106 },
	{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706 },
	{ " Sun, 22 Nov 2026 10:15:00 +0000 (UTC)\r\n", 1795342500 },
	{ "sun, 22 nov 2026 10:15:00 ut", 1795342500 },
	{ "Sun,22 Nov 2026 10:15 -0000", 1795342500 },
	{ "22 Nov 2026 05:15:00 EST", 1795342500 },
	{ "22 Nov 2026 06:15:00 EDT", 1795342500 },
	{ "22 Nov 2026 02:15:00 PST", 1795342500 },
	{ "22 Nov 2026 10:15:00 Z", 1795342500 },
	{ "22 Nov 2026 10:15:00 CEST", 1795342500 },
	{ "22 Nov 26 10:15:00 GMT", 1795342500 },
	{ "22 Nov(x)026(y)10:15:00 GMT", -1360417500 },
	{ "22 Nov 126 10:15:00 GMT", 1795342500 },
	{ "Mon, 22 Nov 2026 10:15:00 +0000", 1795342500 },
	{ "22 Nov 2026 23:59:60 +0000", 1795392000 },
	{ "29 Feb 2024 00:00:00 +0000", 1709164800 },
	{ "29 Feb 2000 00:00:00 +0000", 951782400 },
	{ "31 Dec 9999 23:59:59 +0000", 253402300799 },
	{ "1 Jan 1900 00:00:00 +0000", -2208988800 },
	{ "22 Nov 2026 10:15:00 +9959", 1794982560 },
};

static const char *const bad[] = {
	"", " ", "(comment)", "now", "Sun", "Sun,", "22 Nov 2026",
	"22 Nov 2026 10:15", "22 Nov 2026 10:15:00", "2026-11-22T10:15:00Z",
	"22 Nov 2026 10:15:00 +00", "22 Nov 2026 10:15:00 +00000",
	"22 Nov 2026 10:15:00 +0060", "22 Nov 2026 10:15:00 +",
	"22 Nov 2026 10:15:00 +0000 x", "22 Nov 2026 10:15:00 +0000 (",
	"22 Nov 2026 10:15:00 + 0000", "22 Nov 2026 10:15:00 -+0000",
	"22 Nov 2026 24:00:00 +0000", "22 Nov 2026 10:60:00 +0000",
	"22 Nov 2026 10:15:61 +0000", "22 Nov 2026 1:15:00 +0000",
	"22 Nov 2026 10.15.00 +0000", "22 Nov 2026 10:15: +0000",
	"0 Nov 2026 10:15:00 +0000", "31 Nov 2026 10:15:00 +0000",
	"29 Feb 2026 10:15:00 +0000", "29 Feb 2100 10:15:00 +0000",
	"022 Nov 2026 10:15:00 +0000", "22 Now 2026 10:15:00 +0000",
	"22 November 2026 10:15:00 +0000", "22 11 2026 10:15:00 +0000",
	"22 Nov 6 10:15:00 +0000", "22 Nov 12026 10:15:00 +0000",
	"22 Nov 0026 10:15:00 GMT",
	"22 Nov 1899 10:15:00 +0000", "Nov 22 2026 10:15:00 +0000",
	"Sunday, 22 Nov 2026 10:15:00 +0000",
	"So, 22 Nov 2026 10:15:00 +0000",
	"Sun 22 Nov 2026 10:15:00 +0000", "22-Nov-2026 10:15:00 +0000",
	"\xff, 22 Nov 2026 10:15:00 +0000",
};

START_TEST(dates_are_read)
{
	int64_t time = 1;

	ck_assert(date_read(str_from(dates[_i].value), &time));
	ck_assert_int_eq(time, dates[_i].unix_time);
}
END_TEST

START_TEST(no_date_is_none)
{
	int64_t time;

	ck_assert_msg(!date_read(str_from(bad[_i]), &time), "%s", bad[_i]);
}
END_TEST

TCase *
date_cases(void)
{
	TCase *tc = tcase_create("dates");

	tcase_add_loop_test(tc, dates_are_read, 0, TEST_COUNT(dates));
	tcase_add_loop_test(tc, no_date_is_none, 0, TEST_COUNT(bad));
	return tc;
}
