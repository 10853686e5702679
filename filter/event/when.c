#include "event/when.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* What comes before each part of a date but the year, and its bounds. */
static const struct {
	char		sep;
	unsigned	min, max;
} parts[] = {
	{ '-', 1, 12 }, { '-', 1, 31 }, { 'T', 0, 23 }, { ':', 0, 59 },
	{ ':', 0, 60 },
};

enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]) };

static bool
take_char(struct str *text, char c)
{
	if (text->len == 0 || text->ptr[0] != c)
		return false;
	*text = str_skip(*text, 1);
	return true;
}

static bool
take_digits(struct str *text, size_t count, unsigned min, unsigned max,
    int64_t *value_out)
{
	struct str digits = str_slice(*text, 0, count);
	uint64_t value;

	if (digits.len != count || !str_to_uint(digits, max, &value) ||
	    value < min)
		return false;
	*text = str_skip(*text, count);
	*value_out = (int64_t)value;
	return true;
}

/* ".123456"; further digits do not count. */
static bool
take_fraction(struct str *text, int64_t *us_out)
{
	int64_t unit = 100000;

	if (!take_char(text, '.'))
		return true;
	if (text->len == 0 || !ascii_digit(text->ptr[0]))
		return false;
	for (; text->len > 0 && ascii_digit(text->ptr[0]); unit /= 10) {
		*us_out += unit * (text->ptr[0] - '0');
		*text = str_skip(*text, 1);
	}
	return true;
}

bool
when_read(struct str text, int64_t *time_us_out)
{
	int64_t value[PART_COUNT] = { 1, 1, 0, 0, 0 }, year, us = 0;
	size_t i = 0;

	if (!take_digits(&text, 4, 1, 9999, &year))
		return false;
	for (; i < PART_COUNT && take_char(&text, parts[i].sep); i++)
		if (!take_digits(&text, 2, parts[i].min, parts[i].max,
		    &value[i]))
			return false;
	if (i == PART_COUNT && !take_fraction(&text, &us))
		return false;
	take_char(&text, 'Z');
	if (text.len > 0)
		return false;
	*time_us_out = (clock_days(year, value[0], value[1]) * 86400 +
	    value[2] * 3600 + value[3] * 60 + value[4]) * 1000000 + us;
	return true;
}

bool
when_read_or_ago(struct str text, int64_t now_us, int64_t *time_us_out)
{
	static const struct { char name; unsigned seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 7 * 86400 },
	};
	const int64_t day_us = 86400 * INT64_C(1000000);
	uint64_t count;

	if (str_eqz(text, "today") || str_eqz(text, "yesterday")) {
		*time_us_out = (now_us / day_us - str_eqz(text, "yesterday")) *
		    day_us;
		return true;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text.len > 0 && text.ptr[text.len - 1] == units[i].name) {
			if (!str_to_uint(str_slice(text, 0, text.len - 1),
			    1000000, &count))
				return false;
			*time_us_out = now_us - (int64_t)(count *
			    units[i].seconds) * 1000000;
			return true;
		}
	return when_read(text, time_us_out);
}

struct str
when_text(int64_t time_us, char text_out[WHEN_TEXT_MAX])
{
	time_t seconds = time_us < 0 ? 0 : (time_t)(time_us / 1000000);
	int micro = time_us < 0 ? 0 : (int)(time_us % 1000000);
	struct tm tm;
	size_t len;

	strcpy(text_out, "9999-12-31T23:59:59.999999Z");
	if (gmtime_r(&seconds, &tm) != NULL && tm.tm_year <= 9999 - 1900) {
		len = strftime(text_out, WHEN_TEXT_MAX, "%Y-%m-%dT%H:%M:%S",
		    &tm);
		snprintf(text_out + len, WHEN_TEXT_MAX - len, ".%06dZ",
		    micro);
	}
	return str_from(text_out);
}
