#include "reporting/suppression.h"

#include <string.h>

#include "base/limits.h"

static const int64_t day_ms = 24 * 3600 * 1000;

struct str
suppression_tag(const struct suppression *suppression, struct arena *arena,
    struct str address)
{
	char digits[KEYED_DIGITS];

	/* Not what else the key may be used for. */
	return arena_copy(arena, keyed_digits(suppression->key,
	    arena_lower(arena, arena_printf(arena, "bounce %.*s",
	    STR_ARG(address))), digits));
}

struct str
suppression_sender(const struct suppression *suppression, struct arena *arena,
    struct str address)
{
	size_t at = str_rchr(suppression->from, '@');
	struct str local = str_slice(suppression->from, 0, at);

	/* The tag must leave a local part that any MTA takes. */
	if (suppression->delimiter == '\0' ||
	    local.len + 1 + KEYED_DIGITS > LIMIT_LOCAL_PART_OCTETS)
		return suppression->from;
	return arena_printf(arena, "%.*s%c%.*s%.*s", STR_ARG(local),
	    suppression->delimiter, STR_ARG(suppression_tag(suppression,
	    arena, address)), STR_ARG(str_skip(suppression->from, at)));
}

static bool
is_tag(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (ascii_hex(text.ptr[i]) < 0)
			return false;
	return text.len == KEYED_DIGITS;
}

struct str
suppression_tag_of(const struct suppression *suppression, struct str recipient)
{
	size_t at = str_rchr(suppression->from, '@');
	struct str local = str_slice(suppression->from, 0, at);
	size_t end = str_rchr(recipient, '@');
	struct str tag = str_slice(recipient, local.len + 1, end);

	if (suppression->delimiter == '\0' || end == recipient.len ||
	    !str_starts_nocase(recipient, local) || end <= local.len ||
	    recipient.ptr[local.len] != suppression->delimiter ||
	    !str_eq_nocase(str_skip(recipient, end),
	    str_skip(suppression->from, at)))
		return STR_NONE;
	return is_tag(tag) ? tag : STR_NONE;
}

static struct store_op
count(struct arena *arena, struct str tag, int64_t now_ms, double amount)
{
	return (struct store_op){ .kind = STORE_COUNT,
	    .key = arena_lower(arena, arena_printf(arena,
	    "report-bounce %.*s", STR_ARG(tag))),
	    .now_ms = now_ms, .amount = amount,
	    .period_ms = LIMIT_REPORT_BOUNCE_DAYS * day_ms };
}

struct store_op
suppression_note(struct arena *arena, struct str tag, int64_t now_ms)
{
	return count(arena, tag, now_ms, 1);
}

struct store_op
suppression_look(struct arena *arena, struct str tag, int64_t now_ms)
{
	return count(arena, tag, now_ms, 0);
}

bool
suppression_is_on(const struct store_answer *answer)
{
	/* Counters of a sliding window are not whole numbers. */
	return answer->known &&
	    answer->count >= LIMIT_REPORT_BOUNCES - 0.5;
}
