/*
 * Stamps, hosts and tags.
 */
#include "maillog/line.h"

#include <stdio.h>
#include <time.h>

#include "tests/unit/maillog/maillog_test.h"

#define SECOND	INT64_C(1000000)

/* 2026-11-22T12:00:00Z, when the log was written last. */
static const int64_t now_us = 1795348800 * SECOND;

static const struct {
	const char	*zone, *text;
	int64_t		 time_us;	/* 0: no stamp */
	const char	*rest;
} stamps[] = {
	/* syslog */
	{ "UTC", "Nov  2 03:04:05 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "Nov 22 11:59:59 mx", 1795348799 * SECOND, "mx" },
	{ "UTC", "Nov 02 03:04:05 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "Nov 2 03:04:05 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "<22>Nov  2 03:04:05 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "Nov  2 03:04:05.123456 mx", 1793588645 * SECOND + 123456,
	    "mx" },
	{ "UTC", "Nov  2 2026 03:04:05 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "Nov  2 1999 03:04:05 mx", 941511845 * SECOND, "mx" },
	/* A month that is still to come was in the year before. */
	{ "UTC", "Dec 31 23:59:59 mx", 1767225599 * SECOND, "mx" },
	{ "UTC", "Nov 23 11:59:59 mx", 1795435199 * SECOND, "mx" },
	{ "UTC", "Nov 24 00:00:00 mx", 1763942400 * SECOND, "mx" },
	/* The last leap day before it. */
	{ "UTC", "Feb 29 00:00:00 mx", 1709164800 * SECOND, "mx" },
	{ "UTC", "Feb  1 00:00:00 mx", 1769904000 * SECOND, "mx" },
	/* Local time: an hour or two ahead of UTC. */
	{ "Europe/Vienna", "Nov  2 03:04:05 mx", 1793585045 * SECOND, "mx" },
	{ "Europe/Vienna", "Jul  2 03:04:05 mx", 1782954245 * SECOND, "mx" },
	{ "UTC", "Nov 30 25:04:05 mx", 0, "" },
	{ "UTC", "Nov  2 03:04:05mx", 0, "" },
	{ "UTC", "Now  2 03:04:05 mx", 0, "" },
	{ "UTC", "Nov  2 03:04 mx", 0, "" },
	/* RFC 3339 */
	{ "UTC", "2026-11-02T03:04:05Z mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "2026-11-02T03:04:05.5Z mx", 1793588645 * SECOND + 500000,
	    "mx" },
	{ "UTC", "2026-11-02T03:04:05.123456789+00:00 mx",
	    1793588645 * SECOND + 123456, "mx" },
	{ "UTC", "2026-11-02T04:04:05+01:00 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "2026-11-01T22:34:05.000001-04:30 mx",
	    1793588645 * SECOND + 1, "mx" },
	{ "Europe/Vienna", "2026-11-02T03:04:05Z mx", 1793588645 * SECOND,
	    "mx" },
	/* journalctl: short-iso, and what it had before */
	{ "UTC", "2026-11-02T04:04:05+0100 mx", 1793588645 * SECOND, "mx" },
	{ "UTC", "2026-11-02T04:04:05,25+0100 mx",
	    1793588645 * SECOND + 250000, "mx" },
	{ "Europe/Vienna", "2026-11-02 04:04:05 mx", 1793588645 * SECOND,
	    "mx" },
	{ "UTC", "Mon 2026-11-02 03:04:05 UTC mx", 1793588645 * SECOND,
	    "mx" },
	{ "Europe/Vienna", "Mon 2026-11-02 04:04:05 CET mx",
	    1793588645 * SECOND, "mx" },
	{ "UTC", "1793588645.000007 mx", 1793588645 * SECOND + 7, "mx" },
	{ "UTC", "1793588645 mx", 0, "" },
	{ "UTC", "2026-13-02T03:04:05Z mx", 0, "" },
	{ "UTC", "2026-11-02T03:04:05+1 mx", 0, "" },
	{ "UTC", "Mon 2026-11-02 03:04:05 mx", 0, "" },
	{ "UTC", "", 0, "" }, { "UTC", "<999>Nov", 0, "" },
	{ "UTC", "-- Journal begins at", 0, "" },
};

START_TEST(a_stamp_is_a_time)
{
	struct str rest = str_from(stamps[_i].text);
	struct stamp stamp;
	int64_t time_us = 0;
	bool found;

	setenv("TZ", stamps[_i].zone, 1);
	tzset();
	stamp_begin(&stamp, now_us, 0);
	found = stamp_read(&stamp, &rest, &time_us);
	setenv("TZ", "UTC", 1);
	tzset();
	ck_assert_msg(found == (stamps[_i].time_us != 0), "%s",
	    stamps[_i].text);
	ck_assert_msg(!found || time_us == stamps[_i].time_us,
	    "%s is %lld", stamps[_i].text, (long long)time_us);
	assert_str(rest, found ? stamps[_i].rest : stamps[_i].text);
}
END_TEST

/* A file: when it was written last, its stamps, and the years they have. */
static const struct {
	int64_t		before_us, year;
	const char	*stamps[6];
	const char	*years;
} files[] = {
	{ 1798900000 * SECOND, 0, { "Dec 31 23:59:58", "Dec 31 23:59:59",
	    "Jan  1 00:00:00", "Jan  2 14:00:00" }, "26 26 27 27" },
	/* The clock goes back over midnight of the new year. */
	{ 1798900000 * SECOND, 0, { "Dec 31 23:59:59", "Jan  1 00:00:01",
	    "Dec 31 23:59:30", "Jan  1 00:00:02" }, "26 27 26 27" },
	/* A file that is older than this year's beginning. */
	{ 1795348800 * SECOND, 0, { "Dec 30 00:00:00", "Jan  2 00:00:00",
	    "Nov 22 00:00:00" }, "25 26 26" },
	/* It was copied later than it was written: the year is said. */
	{ 1795348800 * SECOND, 2023, { "Mar  1 00:00:00", "Dec 31 00:00:00",
	    "Jan  1 00:00:00" }, "23 23 24" },
	{ 1795348800 * SECOND, 2024, { "Dec 31 23:59:59",
	    "Jan  1 00:00:00" }, "24 25" },
	{ 1795348800 * SECOND, 2024, { "Jan  1 00:00:00" }, "24" },
};

START_TEST(a_year_follows_from_the_line_before)
{
	char years[64] = "", *at = years;
	struct stamp stamp;

	stamp_begin(&stamp, files[_i].before_us, files[_i].year);
	for (int i = 0; files[_i].stamps[i] != NULL; i++) {
		struct str rest = str_from(files[_i].stamps[i]);
		int64_t time_us;
		time_t seconds;
		struct tm tm;

		ck_assert(stamp_read(&stamp, &rest, &time_us));
		seconds = (time_t)(time_us / SECOND);
		gmtime_r(&seconds, &tm);
		at += sprintf(at, "%s%02d", i > 0 ? " " : "",
		    tm.tm_year % 100);
	}
	ck_assert_str_eq(years, files[_i].years);
}
END_TEST

static const struct {
	const char		*text, *host;
	enum maillog_mta	 mta;
	const char		*instance, *program, *said;
} lines[] = {
	{ "Nov  2 03:04:05 mx1 postfix/smtp[123]: 4X: to", "mx1",
	    MAILLOG_POSTFIX, "postfix", "smtp", "4X: to" },
	{ "Nov  2 03:04:05 mx1.example.com postfix-out/qmgr[1]: x",
	    "mx1.example.com", MAILLOG_POSTFIX, "postfix-out", "qmgr", "x" },
	{ "Nov  2 03:04:05 mx1 postfix/submission/smtpd[9]: x", "mx1",
	    MAILLOG_POSTFIX, "postfix", "smtpd", "x" },
	{ "Nov  2 03:04:05 mx1 edge/smtps/smtpd[9]: x", "mx1",
	    MAILLOG_POSTFIX, "edge", "smtpd", "x" },
	{ "Nov  2 03:04:05 mx1 postfix/amavis/new[9]: x", "mx1",
	    MAILLOG_POSTFIX, "postfix", "new", "x" },
	{ "Nov  2 03:04:05 mx1 postfix/postfix-script: x", "mx1",
	    MAILLOG_POSTFIX, "postfix", "postfix-script", "x" },
	{ "Nov  2 03:04:05 mx1 sm-mta[5]: x", "mx1", MAILLOG_SENDMAIL, "",
	    "sm-mta", "x" },
	{ "Nov  2 03:04:05 mx1 sendmail[5]: x", "mx1", MAILLOG_SENDMAIL, "",
	    "sendmail", "x" },
	{ "Nov  2 03:04:05 mx1 sm-msp-queue[5]: x", "mx1",
	    MAILLOG_SENDMAIL, "", "sm-msp-queue", "x" },
	{ "Nov  2 03:04:05 mx1 sendmail[5]: [ID 801593 mail.info] x", "mx1",
	    MAILLOG_SENDMAIL, "", "sendmail", "x" },
	{ "Nov  2 03:04:05 mx1 dovecot: imap(a): x", "mx1", MAILLOG_OTHER,
	    "", "dovecot", "imap(a): x" },
	{ "Nov  2 03:04:05 mx1 last message repeated 2 times", "mx1",
	    MAILLOG_OTHER, "", "last", "" },
	{ "Nov  2 03:04:05 mx1 assayd[7]: x", "mx1", MAILLOG_OTHER, "",
	    "assayd", "x" },
	{ "Nov  2 03:04:05 mx1 systemd/x[7]: x", "mx1", MAILLOG_OTHER,
	    "systemd", "x", "x" },
	{ "2026-11-02T03:04:05.123456+01:00 mx1 postfix/smtp[1]:  x ",
	    "mx1", MAILLOG_POSTFIX, "postfix", "smtp", "x" },
	/* RFC 5424 */
	{ "<22>1 2026-11-02T03:04:05.000003Z mx1.example.com postfix/smtp "
	    "123 - - 4X: to", "mx1.example.com", MAILLOG_POSTFIX, "postfix",
	    "smtp", "4X: to" },
	{ "<22>1 2026-11-02T03:04:05Z mx1 sm-mta 1 ID47 [a@1 b=\"x\\\"] y\"]"
	    "[c@1] \xef\xbb\xbf" "4X: to", "mx1", MAILLOG_SENDMAIL, "",
	    "sm-mta", "4X: to" },
	{ "{\"MESSAGE\":\"4X: a\\u003db\",\"_HOSTNAME\":\"mx1\",\"X\":[1,{}],"
	    "\"SYSLOG_IDENTIFIER\":\"postfix/smtp\","
	    "\"__REALTIME_TIMESTAMP\":\"1793588645000000\"}", "mx1",
	    MAILLOG_POSTFIX, "postfix", "smtp", "4X: a=b" },
	{ "{\"MESSAGE\":[120,61,233],\"_HOSTNAME\":\"mx1\","
	    "\"SYSLOG_IDENTIFIER\":\"sm-mta\","
	    "\"__REALTIME_TIMESTAMP\":\"1793588645000000\"}", "mx1",
	    MAILLOG_SENDMAIL, "", "sm-mta", "x=\xe9" },
};

START_TEST(a_line_has_parts)
{
	struct arena *arena = arena_new();
	struct maillog_line line;
	struct stamp stamp;

	stamp_begin(&stamp, now_us, 0);
	ck_assert(maillog_line_read(&stamp, str_from(lines[_i].text), arena,
	    &line));
	ck_assert_int_eq(line.time_us / (24 * 3600 * SECOND), 20759);
	assert_str(line.host, lines[_i].host);
	ck_assert_int_eq(line.mta, lines[_i].mta);
	assert_str(line.instance, lines[_i].instance);
	assert_str(line.program, lines[_i].program);
	assert_str(line.text, lines[_i].said);
	arena_free(arena);
}
END_TEST

static const char *const no_lines[] = {
	"", "Nov  2 03:04:05", "Nov  2 03:04:05 mx1",
	"Nov  2 03:04:05 mx1 : x", "Nov  2 03:04:05 mx1 postfix/smtp[1 x",
	"<22>1 2026-11-02T03:04:05Z mx1 postfix/smtp 1 -",
	"<22>1 2026-11-02T03:04:05Z mx1 postfix/smtp 1 - [a b=\"] x",
	"<22>1 2026-11-02T03:04:05Z mx1 postfix/smtp 1 - x",
	"<22>1 2026-11-02T03:04:05Z mx1",
	"-- Journal begins at Sun 2026-11-01 00:00:00 UTC. --", "{", "{}",
	"{\"__REALTIME_TIMESTAMP\":\"x\",\"MESSAGE\":\"\"}",
	"{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":[\"\"]}",
};

START_TEST(what_is_no_line)
{
	struct arena *arena = arena_new();
	struct maillog_line line;
	struct stamp stamp;

	stamp_begin(&stamp, now_us, 0);
	ck_assert(!maillog_line_read(&stamp, str_from(no_lines[_i]), arena,
	    &line));
	arena_free(arena);
}
END_TEST

START_TEST(hosts_are_the_same_by_their_first_label)
{
	ck_assert(maillog_same_host(STR("mx1"), STR("MX1.example.com")));
	ck_assert(maillog_same_host(STR("mx1"), STR("mx1")));
	ck_assert(!maillog_same_host(STR("mx1"), STR("mx10")));
	ck_assert(!maillog_same_host(STR("mx1"), STR("")));
	ck_assert(maillog_same_host(STR("mx1.a.example"),
	    STR("MX1.A.example")));
	ck_assert(!maillog_same_host(STR("mx1.a.example"),
	    STR("mx1.b.example")));
	ck_assert(!maillog_same_host(STR("192.0.2.1"), STR("192.0.2.2")));
}
END_TEST

TCase *
line_cases(void)
{
	TCase *cases = tcase_create("line");

	tcase_add_loop_test(cases, a_stamp_is_a_time, 0, TEST_COUNT(stamps));
	tcase_add_loop_test(cases, a_year_follows_from_the_line_before, 0,
	    TEST_COUNT(files));
	tcase_add_loop_test(cases, a_line_has_parts, 0, TEST_COUNT(lines));
	tcase_add_loop_test(cases, what_is_no_line, 0, TEST_COUNT(no_lines));
	tcase_add_test(cases, hosts_are_the_same_by_their_first_label);
	return cases;
}
