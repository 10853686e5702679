#include "maillog/stamp.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

enum { HOUR = 3600, DAY = 86400, BACK_DAYS = 183, FORWARD_DAYS = 360 };

struct moment {
	int64_t	year, month, day, hour, minute, second, us;
};

/* ---- pieces ---- */

static bool
take_char(struct str *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

static bool
take_number(struct str *rest, size_t digits, unsigned min, unsigned max,
    int64_t *value_out)
{
	uint64_t value;

	if (rest->len < digits ||
	    !str_to_uint(str_slice(*rest, 0, digits), max, &value) ||
	    value < min)
		return false;
	*rest = str_skip(*rest, digits);
	*value_out = (int64_t)value;
	return true;
}

static void
skip_blanks(struct str *rest)
{
	while (take_char(rest, ' '))
		;
}

/* The place, from 0, of three letters in a text of such; or -1. */
static int
three_letters(struct str text, const char *names)
{
	if (text.len < 3)
		return -1;
	for (int i = 0; names[i * 3] != '\0'; i++)
		if (memcmp(text.ptr, names + i * 3, 3) == 0)
			return i;
	return -1;
}

/* ".123456" or ",123"; more digits do not count. */
static void
take_fraction(struct str *rest, int64_t *us_out)
{
	int64_t unit = 100000;

	if (rest->len < 2 || (rest->ptr[0] != '.' && rest->ptr[0] != ',') ||
	    !ascii_digit(rest->ptr[1]))
		return;
	*rest = str_skip(*rest, 1);
	for (; rest->len > 0 && ascii_digit(rest->ptr[0]); unit /= 10) {
		*us_out += unit * (rest->ptr[0] - '0');
		*rest = str_skip(*rest, 1);
	}
}

/* "03:04:05", with a fraction. */
static bool
take_time(struct str *rest, struct moment *m)
{
	if (!take_number(rest, 2, 0, 23, &m->hour) ||
	    !take_char(rest, ':') ||
	    !take_number(rest, 2, 0, 59, &m->minute) ||
	    !take_char(rest, ':') ||
	    !take_number(rest, 2, 0, 60, &m->second))
		return false;
	take_fraction(rest, &m->us);
	return true;
}

static bool
take_date(struct str *rest, struct moment *m)
{
	return take_number(rest, 4, 1, 9999, &m->year) &&
	    take_char(rest, '-') && take_number(rest, 2, 1, 12, &m->month) &&
	    take_char(rest, '-') && take_number(rest, 2, 1, 31, &m->day);
}

/* ---- local time ---- */

static int64_t
seconds_of(const struct moment *m)
{
	return clock_days(m->year, m->month, m->day) * DAY + m->hour * HOUR +
	    m->minute * 60 + m->second;
}

/* What is to be taken from these local seconds; asked for once an hour. */
static int64_t
offset_at(struct stamp *stamp, int64_t local_s)
{
	int64_t hour = local_s / HOUR;
	time_t naive = (time_t)(hour * HOUR);
	struct tm tm;

	if (hour == stamp->hour)
		return stamp->offset_s;
	stamp->hour = hour;
	stamp->offset_s = 0;
	if (gmtime_r(&naive, &tm) != NULL) {
		tm.tm_isdst = -1;
		stamp->offset_s = naive - mktime(&tm);
	}
	return stamp->offset_s;
}

static int64_t
from_local(struct stamp *stamp, int64_t local_s, int64_t us)
{
	return (local_s - offset_at(stamp, local_s)) * 1000000 + us;
}

/* ---- without a year ---- */

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static void
first_year(struct stamp *stamp, struct moment *m)
{
	m->year = 1970 + stamp->before_s / DAY / 365 + 1;
	while (m->year > 1970 && (seconds_of(m) > stamp->before_s + DAY ||
	    (m->month == 2 && m->day == 29 && !is_leap(m->year))))
		m->year--;
}

/* Back by half a year and more is the next one; forward by nearly a year is a
 * clock that was set back over the end of the last one. */
static void
next_year(const struct stamp *stamp, struct moment *m)
{
	int64_t step;

	m->year = stamp->year;
	step = seconds_of(m) - stamp->last_s;
	if (!stamp->has_last)
		return;
	if (step < -BACK_DAYS * DAY)
		m->year++;
	else if (step > FORWARD_DAYS * DAY)
		m->year--;
}

/* "Nov  2 03:04:05"; some put the year behind the day. */
static bool
read_syslog(struct stamp *stamp, struct str *rest, int month,
    int64_t *time_us_out)
{
	struct moment m = { .month = month + 1 };
	struct str year;

	*rest = str_skip(*rest, 3);
	if (!take_char(rest, ' '))
		return false;
	skip_blanks(rest);
	if (!take_number(rest, 2, 1, 31, &m.day) &&
	    !take_number(rest, 1, 1, 9, &m.day))
		return false;
	if (!take_char(rest, ' '))
		return false;
	year = *rest;
	if (take_number(&year, 4, 1970, 9999, &m.year) &&
	    take_char(&year, ' '))
		*rest = year;
	else
		m.year = 0;
	if (!take_time(rest, &m))
		return false;
	if (m.year == 0 && stamp->year == 0)
		first_year(stamp, &m);
	else if (m.year == 0)
		next_year(stamp, &m);
	stamp->year = m.year;
	stamp->last_s = seconds_of(&m);
	stamp->has_last = true;
	*time_us_out = from_local(stamp, stamp->last_s, m.us);
	return true;
}

/* ---- with a year ---- */

/* "Z", "+01:00", "+0100"; false: there is none. */
static bool
take_zone(struct str *rest, int64_t *offset_s_out)
{
	struct str at = *rest;
	int64_t sign, hour, minute;

	if (take_char(rest, 'Z') || take_char(rest, 'z')) {
		*offset_s_out = 0;
		return true;
	}
	sign = at.len > 0 && at.ptr[0] == '-' ? -1 : 1;
	if (!take_char(&at, '+') && !take_char(&at, '-'))
		return false;
	if (!take_number(&at, 2, 0, 23, &hour))
		return false;
	take_char(&at, ':');
	if (!take_number(&at, 2, 0, 59, &minute))
		return false;
	*rest = at;
	*offset_s_out = sign * (hour * HOUR + minute * 60);
	return true;
}

/* The name of a zone behind a blank: UTC, or of local time. */
static bool
take_zone_name(struct str *rest, bool *utc_out)
{
	struct str name = str_slice(*rest, 0, str_chr(*rest, ' '));

	if (name.len < 3 || name.len > 5)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alpha(name.ptr[i]))
			return false;
	*utc_out = str_eqz(name, "UTC") || str_eqz(name, "GMT");
	*rest = str_skip(*rest, name.len);
	return true;
}

static bool
read_dated(struct stamp *stamp, struct str *rest, bool has_zone_name,
    int64_t *time_us_out)
{
	struct moment m = { 0 };
	int64_t offset_s = 0;
	bool utc = false;

	if (!take_date(rest, &m) || (!take_char(rest, 'T') &&
	    !take_char(rest, ' ')) || !take_time(rest, &m))
		return false;
	if (has_zone_name) {
		if (!take_char(rest, ' ') || !take_zone_name(rest, &utc))
			return false;
	} else {
		utc = take_zone(rest, &offset_s);
	}
	*time_us_out = utc ? (seconds_of(&m) - offset_s) * 1000000 + m.us :
	    from_local(stamp, seconds_of(&m), m.us);
	return true;
}

/* "1793588645.123456". */
static bool
read_unix(struct str *rest, int64_t *time_us_out)
{
	size_t digits = 0;
	int64_t us = 0;
	uint64_t seconds;

	while (digits < rest->len && ascii_digit(rest->ptr[digits]))
		digits++;
	if (!str_to_uint(str_slice(*rest, 0, digits), 253402300799u,
	    &seconds))
		return false;
	*rest = str_skip(*rest, digits);
	if (rest->len == 0 || rest->ptr[0] != '.')
		return false;
	take_fraction(rest, &us);
	*time_us_out = (int64_t)seconds * 1000000 + us;
	return true;
}

/* ---- all of them ---- */

/* "<22>": the priority, as it is on the wire. */
static void
skip_priority(struct str *rest)
{
	size_t end = str_chr(str_slice(*rest, 0, 5), '>');
	uint64_t priority;

	if (rest->len > 0 && rest->ptr[0] == '<' && end < 5 &&
	    str_to_uint(str_slice(*rest, 1, end), 191, &priority))
		*rest = str_skip(*rest, end + 1);
}

void
stamp_begin(struct stamp *stamp, int64_t before_us, int64_t year)
{
	*stamp = (struct stamp){ .hour = INT64_MIN };
	stamp->before_s = before_us / 1000000 +
	    offset_at(stamp, before_us / 1000000);
	stamp->year = year;
}

bool
stamp_read(struct stamp *stamp, struct str *rest, int64_t *time_us_out)
{
	struct str at = *rest;
	bool found = false;
	int name;

	skip_priority(&at);
	if ((name = three_letters(at, "JanFebMarAprMayJunJulAugSepOctNovDec"))
	    >= 0) {
		found = read_syslog(stamp, &at, name, time_us_out);
	} else if (three_letters(at, "MonTueWedThuFriSatSun") >= 0) {
		at = str_skip(at, 3);
		found = take_char(&at, ' ') &&
		    read_dated(stamp, &at, true, time_us_out);
	} else if (at.len > 4 && at.ptr[4] == '-') {
		found = read_dated(stamp, &at, false, time_us_out);
	} else if (at.len > 0 && ascii_digit(at.ptr[0])) {
		found = read_unix(&at, time_us_out);
	}
	if (!found || (at.len > 0 && at.ptr[0] != ' '))
		return false;
	skip_blanks(&at);
	*rest = at;
	return true;
}
