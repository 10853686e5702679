#include "mail/date.h"

#include <time.h>

#include "base/clock.h"
#include "mail/lex.h"

static const struct str months[] = {
	STR_INIT("Jan"), STR_INIT("Feb"), STR_INIT("Mar"), STR_INIT("Apr"),
	STR_INIT("May"), STR_INIT("Jun"), STR_INIT("Jul"), STR_INIT("Aug"),
	STR_INIT("Sep"), STR_INIT("Oct"), STR_INIT("Nov"), STR_INIT("Dec"),
};

static const struct str days[] = {
	STR_INIT("Mon"), STR_INIT("Tue"), STR_INIT("Wed"), STR_INIT("Thu"),
	STR_INIT("Fri"), STR_INIT("Sat"), STR_INIT("Sun"),
};

/* Section 4.3; all other names mean "-0000". */
static const struct {
	struct str	name;
	int		hours;
} zones[] = {
	{ STR_INIT("EST"), -5 }, { STR_INIT("EDT"), -4 },
	{ STR_INIT("CST"), -6 }, { STR_INIT("CDT"), -5 },
	{ STR_INIT("MST"), -7 }, { STR_INIT("MDT"), -6 },
	{ STR_INIT("PST"), -8 }, { STR_INIT("PDT"), -7 },
};

struct moment {
	uint64_t	year, month, day, hour, minute, second;
	int64_t		offset;		/* of the zone; seconds */
};

static bool
skip_blanks(struct str *rest)
{
	return lex_cfws(rest, NULL) == NULL;
}

/* A number of so many digits, white space around it taken. */
static bool
take_number(struct str *rest, size_t min, size_t max, uint64_t top,
    uint64_t *value_out)
{
	struct str digits;

	if (!skip_blanks(rest))
		return false;
	digits = lex_digits(rest);
	return digits.len >= min && digits.len <= max &&
	    str_to_uint(digits, top, value_out) && skip_blanks(rest);
}

static size_t
find_name(const struct str *names, size_t count, struct str name)
{
	size_t i = 0;

	while (i < count && !str_eq_nocase(names[i], name))
		i++;
	return i;
}

/* "Sun," may be left out. */
static bool
take_day_name(struct str *rest)
{
	struct str name;

	if (!skip_blanks(rest))
		return false;
	if (ascii_digit(lex_peek(*rest)))
		return true;
	name = lex_keyword(rest);
	return find_name(days, 7, name) < 7 && skip_blanks(rest) &&
	    lex_char(rest, ',');
}

static bool
take_year(struct str *rest, uint64_t *year_out)
{
	struct str ahead = *rest;
	size_t digits = lex_digits(&ahead).len;

	if (!take_number(rest, 2, 4, 9999, year_out))
		return false;
	if (*year_out < 50 && digits == 2)
		*year_out += 2000;
	else if (digits < 4)
		*year_out += 1900;
	return *year_out >= 1900;
}

static bool
is_leap(uint64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint64_t
days_in(uint64_t month, uint64_t year)
{
	static const unsigned char length[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return length[month - 1] + (month == 2 && is_leap(year) ? 1u : 0);
}

static bool
take_date(struct str *rest, struct moment *out)
{
	struct str name;

	if (!take_number(rest, 1, 2, 31, &out->day))
		return false;
	name = lex_keyword(rest);
	out->month = find_name(months, 12, name) + 1;
	return out->month <= 12 && skip_blanks(rest) &&
	    take_year(rest, &out->year) && out->day > 0 &&
	    out->day <= days_in(out->month, out->year);
}

static bool
take_time(struct str *rest, struct moment *out)
{
	if (!take_number(rest, 2, 2, 23, &out->hour) ||
	    !lex_char(rest, ':') ||
	    !take_number(rest, 2, 2, 59, &out->minute))
		return false;
	out->second = 0;
	return !lex_char(rest, ':') ||
	    take_number(rest, 2, 2, 60, &out->second);
}

static int64_t
named_zone(struct str name)
{
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (str_eq_nocase(zones[i].name, name))
			return zones[i].hours * 3600;
	return 0;
}

static bool
take_zone(struct str *rest, struct moment *out)
{
	bool west = lex_char(rest, '-');
	uint64_t zone;

	out->offset = 0;
	if (!west && !lex_char(rest, '+')) {
		struct str name = lex_keyword(rest);

		out->offset = named_zone(name);
		return name.len > 0 && ascii_alpha(name.ptr[0]) &&
		    skip_blanks(rest);
	}
	if (!ascii_digit(lex_peek(*rest)) ||
	    !take_number(rest, 4, 4, 9959, &zone) || zone % 100 > 59)
		return false;
	out->offset = (int64_t)(zone / 100 * 3600 + zone % 100 * 60);
	if (west)
		out->offset = -out->offset;
	return true;
}

bool
date_read(struct str value, int64_t *unix_out)
{
	struct moment at;

	if (!take_day_name(&value) || !take_date(&value, &at) ||
	    !take_time(&value, &at) || !take_zone(&value, &at) ||
	    value.len > 0)
		return false;
	*unix_out = clock_days((int64_t)at.year, (int64_t)at.month,
	    (int64_t)at.day) * 86400 + (int64_t)(at.hour * 3600 +
	    at.minute * 60 + at.second) - at.offset;
	return true;
}

struct str
date_write(struct arena *arena, int64_t unix_time)
{
	time_t seconds = unix_time;
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	return arena_printf(arena, "%.*s, %02d %.*s %04d %02d:%02d:%02d +0000",
	    STR_ARG(days[(tm.tm_wday + 6) % 7]), tm.tm_mday,
	    STR_ARG(months[tm.tm_mon]), tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}
