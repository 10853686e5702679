#include "base/value.h"

struct unit {
	struct str	name;
	uint64_t	factor;
};

static const struct unit sizes[] = {
	{ STR_INIT(""), 1 }, { STR_INIT("k"), 1024 },
	{ STR_INIT("M"), 1024 * 1024 }, { STR_INIT("G"), 1024 * 1024 * 1024 },
};

static const struct unit spans[] = {
	{ STR_INIT("us"), 1 }, { STR_INIT("ms"), 1000 },
	{ STR_INIT("s"), 1000000 }, { STR_INIT("m"), 60 * 1000000 },
	{ STR_INIT("h"), UINT64_C(3600) * 1000000 },
	{ STR_INIT("d"), UINT64_C(24) * 3600 * 1000000 },
};

static const struct unit times[] = {
	{ STR_INIT("ms"), 1 }, { STR_INIT("s"), 1000 },
	{ STR_INIT("m"), 60 * 1000 }, { STR_INIT("h"), 3600 * 1000 },
	{ STR_INIT("d"), 24 * 3600 * 1000 },
};

static bool
with_unit(struct str text, const struct unit *units, size_t count,
    uint64_t *out)
{
	size_t digits = 0;

	while (digits < text.len && ascii_digit(text.ptr[digits]))
		digits++;
	for (size_t i = 0; i < count; i++) {
		if (!str_eq_nocase(str_skip(text, digits), units[i].name))
			continue;
		if (!str_to_uint(str_slice(text, 0, digits),
		    UINT64_MAX / units[i].factor, out))
			return false;
		*out *= units[i].factor;
		return true;
	}
	return false;
}

bool
value_number(struct str text, uint64_t *out)
{
	return str_to_uint(text, UINT64_MAX, out);
}

bool
value_size(struct str text, uint64_t *out)
{
	return with_unit(text, sizes, sizeof(sizes) / sizeof(sizes[0]), out);
}

bool
value_time(struct str text, uint64_t *out)
{
	if (str_eqz(text, "0")) {
		*out = 0;
		return true;
	}
	return with_unit(text, times, sizeof(times) / sizeof(times[0]), out);
}

bool
value_span(struct str text, uint64_t *us_out)
{
	if (str_eqz(text, "0")) {
		*us_out = 0;
		return true;
	}
	return with_unit(text, spans, sizeof(spans) / sizeof(spans[0]),
	    us_out) && *us_out <= INT64_MAX;
}
