/* Questions as they are written on a command line. */
#include "base/value.h"
#include "summary/ask_parts.h"

bool
ask_read_text(struct ask *ask, struct str text)
{
	ask->parts[ask->count++] = text;
	return true;
}

/* count: 1 with an hour */
bool
ask_read_weekday(struct ask *ask, struct str text)
{
	size_t colon = str_chr(text, ':');
	uint64_t hour;

	if (colon < text.len) {
		if (!str_to_uint(str_skip(text, colon + 1), 23, &hour))
			return false;
		ask->more = (int64_t)hour;
		ask->count = 1;
		text = str_slice(text, 0, colon);
	}
	for (ask->number = 0; ask->number < SUMMARY_DAYS; ask->number++)
		if (str_eqz_nocase(text, summary_days[ask->number]))
			return true;
	return false;
}

bool
ask_read_known(struct ask *ask, struct str text)
{
	enum fact_id id;

	if (!fact_find(text, &id))
		return false;
	ask->number = id;
	return true;
}

/* Up to the character, which is taken away, too; false: it is not there. */
static bool
cut(struct str *text, char c, struct str *before)
{
	size_t at = str_chr(*text, c);

	if (at == text->len)
		return false;
	*before = str_slice(*text, 0, at);
	*text = str_skip(*text, at + 1);
	return true;
}

bool
ask_read_proof(struct ask *ask, struct str text)
{
	ask->count = 2;
	if (!cut(&text, ':', &ask->parts[0]))
		return false;
	ask->parts[1] = text;
	return text.len > 0 && of_candidates_has_kind(ask->parts[0]);
}

/* A key may have commas in it: what follows the last one must be digits. */
bool
ask_read_rate(struct ask *ask, struct str text)
{
	size_t comma = str_rchr(text, ',');

	ask->count = 1;
	ask->parts[0] = text;
	if (comma < text.len && str_to_uint(str_skip(text, comma + 1),
	    LIMIT_PERIOD_S, &ask->number)) {
		ask->parts[0] = str_slice(text, 0, comma);
		ask->count = 2;
	}
	return ask->parts[0].len > 0;
}

bool
ask_read_tag(struct ask *ask, struct str text)
{
	return of_backscatter_is_tag(text, &ask->number);
}

bool
ask_read_span(struct ask *ask, struct str text)
{
	ask->count = cut(&text, ':', &ask->parts[0]);
	return value_span(text, &ask->number) &&
	    (ask->count == 0 || ask->parts[0].len > 0);
}

/* parts: the function, or nothing; the zone */
static bool
read_list(struct ask *ask, struct str *text)
{
	size_t at = str_chr(*text, ':');

	if (of_lists_is_list(str_slice(*text, 0, at)))
		cut(text, ':', &ask->parts[0]);
	ask->count = 2;
	if (!cut(text, ':', &ask->parts[1])) {
		ask->parts[1] = *text;
		*text = STR_NONE;
	} else {
		ask->parts[2] = *text;
		ask->count = 3;
	}
	return ask->parts[1].len > 0;
}

bool
ask_read_list(struct ask *ask, struct str text)
{
	return read_list(ask, &text) && ask->count == 2;
}

bool
ask_read_list_error(struct ask *ask, struct str text)
{
	return read_list(ask, &text);
}

static bool
is_action(struct str text)
{
	for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
		if (str_eqz(text, action_name((enum action)i)))
			return true;
	return false;
}

/* parts: what it is of, or nothing; from, to; the rules, as far as count */
bool
ask_read_shadow(struct ask *ask, struct str text)
{
	struct str rest;

	if (str_starts_nocase(text, STR("message:")) ||
	    str_starts_nocase(text, STR("recipient:")))
		cut(&text, ':', &ask->parts[0]);
	if (!cut(&text, ':', &ask->parts[1]))
		return false;
	ask->count = 3;
	rest = text;
	if (!cut(&rest, ',', &ask->parts[2])) {
		ask->parts[2] = text;
	} else {
		ask->count = 4;
		text = rest;
		if (!cut(&rest, ',', &ask->parts[3])) {
			ask->parts[3] = text;
		} else {
			ask->count = 5;
			ask->parts[4] = rest;
		}
	}
	return is_action(ask->parts[1]) && is_action(ask->parts[2]);
}

bool
ask_read_signed(struct ask *ask, struct str text)
{
	while (ask->count < 2 && cut(&text, ',', &ask->parts[ask->count]))
		ask->count++;
	ask->parts[ask->count++] = text;
	return ask->parts[0].len > 0;
}
