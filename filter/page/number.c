#include "page/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *
number_grouped(uint64_t number, char text[NUMBER_SIZE])
{
	char digits[NUMBER_SIZE];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64,
	    number), put = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text[put++] = ',';
		text[put++] = digits[i];
	}
	text[put] = '\0';
	return text;
}

const char *
number_short(uint64_t number, char text[NUMBER_SIZE])
{
	static const char units[] = { 'k', 'M', 'G', 'T', 'P', 'E' };
	double value = (double)number;
	size_t unit = 0;

	if (number < 1000) {
		snprintf(text, NUMBER_SIZE, "%" PRIu64, number);
		return text;
	}
	for (value /= 1000; value >= 999.5; value /= 1000)
		unit++;
	snprintf(text, NUMBER_SIZE, value < 9.95 ? "%.1f" : "%.0f", value);
	if (strlen(text) > 2 && strcmp(text + strlen(text) - 2, ".0") == 0)
		text[strlen(text) - 2] = '\0';
	snprintf(text + strlen(text), NUMBER_SIZE - strlen(text), "%c",
	    units[unit]);
	return text;
}

const char *
number_percent(double share, char text[NUMBER_SIZE])
{
	double percent = share * 100;

	if (share < 1 && percent > 99.9)
		percent = 99.9;
	if (share > 0 && percent < 0.1)
		percent = 0.1;
	snprintf(text, NUMBER_SIZE, "%.1f %%", percent);
	return text;
}

const char *
number_share(uint64_t part, uint64_t whole, char text[NUMBER_SIZE])
{
	if (whole > 0)
		return number_percent((double)part / (double)whole, text);
	strcpy(text, "-");
	return text;
}

const char *
number_us(uint64_t us, char text[NUMBER_SIZE])
{
	static const struct {
		double below, unit;
		const char *name;
	} units[] = {
		{ 999.5, 1, "us" }, { 999.5e3, 1e3, "ms" },
		{ 119.5e6, 1e6, "s" }, { 7200e6, 60e6, "min" },
		{ 172800e6, 3600e6, "h" }, { 1e300, 86400e6, "d" },
	};
	double value = (double)us;
	size_t i = 0;

	while (value >= units[i].below)
		i++;
	value /= units[i].unit;
	snprintf(text, NUMBER_SIZE, i > 0 && value < 9.95 ? "%.1f %s" :
	    "%.0f %s", value, units[i].name);
	return text;
}

uint64_t
number_scale(uint64_t number, unsigned *steps_out)
{
	static const struct {
		uint64_t top;
		unsigned steps;
	} tops[] = {
		{ 4, 4 }, { 5, 5 }, { 8, 4 }, { 10, 5 }, { 12, 4 },
		{ 16, 4 }, { 20, 4 }, { 25, 5 }, { 40, 4 },
	};

	for (uint64_t unit = 1;; unit *= 10)
		for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
			if (number <= tops[i].top * unit ||
			    unit > UINT64_MAX / 1000) {
				*steps_out = tops[i].steps;
				return tops[i].top * unit;
			}
}
