#include <inttypes.h>

#include "event/when.h"
#include "page/number.h"
#include "summary/section.h"

bool
summary_is_empty(const struct summary_section *section)
{
	for (size_t i = 0; i < section->figures.count; i++) {
		const struct summary_figure *figure = &section->figures.at[i];

		if (figure->type == SUMMARY_SHARE ?
		    !figure->value.none && figure->value.number > 0 :
		    !figure->value.none && figure->value.count > 0)
			return false;
	}
	return section->tables.count == 0 && section->notes.count == 0;
}

static struct str
octets(uint64_t count, struct arena *arena)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double value = (double)count / 1000;
	size_t unit = 0;

	if (count < 1000)
		return arena_printf(arena, "%" PRIu64 " B", count);
	while (value >= 999.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1000;
		unit++;
	}
	return arena_printf(arena, "%.1f %s", value, units[unit]);
}

static struct str
span(int64_t us, struct arena *arena)
{
	int64_t s = us / 1000000;

	/* What is rounded up to the next unit is written in it. */
	if (us < 1000)
		return arena_printf(arena, "%" PRId64 " us", us);
	if (us < 999950)
		return arena_printf(arena, "%.1f ms", (double)us / 1e3);
	if (us < 59950000)
		return arena_printf(arena, "%.1f s", (double)us / 1e6);
	s += s < 60;
	if (s < 3600)
		return arena_printf(arena, "%" PRId64 "m%02" PRId64 "s",
		    s / 60, s % 60);
	if (s < 86400)
		return arena_printf(arena, "%" PRId64 "h%02" PRId64 "m",
		    s / 3600, s / 60 % 60);
	return arena_printf(arena, "%" PRId64 "d%02" PRId64 "h", s / 86400,
	    s / 3600 % 24);
}

/* "2026-11-22 10:00", with seconds where they are not 0. */
static struct str
point(int64_t us, struct arena *arena)
{
	char text[WHEN_TEXT_MAX];
	struct str whole = when_text(us, text);

	return arena_printf(arena, "%.10s %.*s", whole.ptr,
	    us / 1000000 % 60 == 0 ? 5 : 8, whole.ptr + 11);
}

struct str
summary_value_text(enum summary_type type, const struct summary_value *value,
    struct arena *arena)
{
	char text[NUMBER_SIZE];

	if (value->none)
		return STR("-");
	switch (type) {
	case SUMMARY_COUNT:
		return arena_copy(arena, str_from(number_grouped(
		    value->count, text)));
	case SUMMARY_OCTETS:
		return octets(value->count, arena);
	case SUMMARY_SHARE:
		return arena_copy(arena, str_from(number_percent(
		    value->number, text)));
	case SUMMARY_NUMBER:
		return arena_printf(arena, "%g", value->number);
	case SUMMARY_SPAN:
		return span(value->us, arena);
	case SUMMARY_TIME:
		return point(value->us, arena);
	case SUMMARY_TEXT:
		break;
	}
	return value->text;
}
