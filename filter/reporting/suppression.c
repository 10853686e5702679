#include "reporting/suppression.h"

#include <string.h>

#include "base/limits.h"
#include "outmail/message.h"

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

/* A set that forgets each bounce when it is old enough; a counter would let
 * them fade from the first day on. */
static struct store_op
member(struct arena *arena, struct str tag, struct str name, int64_t now_ms)
{
	return (struct store_op){ .kind = STORE_DISTINCT,
	    .key = arena_lower(arena, arena_printf(arena,
	    "report-bounce %.*s", STR_ARG(tag))),
	    .member = name, .now_ms = now_ms,
	    .period_ms = LIMIT_REPORT_BOUNCE_DAYS * day_ms };
}

struct store_op
suppression_note(struct arena *arena, struct str tag, int64_t now_ms)
{
	/* No two bounces are one, whenever they come. */
	return member(arena, tag, outmail_id(arena, now_ms, tag), now_ms);
}

/* Who looks is in the set, too. */
struct store_op
suppression_look(struct arena *arena, struct str tag, int64_t now_ms)
{
	return member(arena, tag, STR("looked"), now_ms);
}

unsigned
suppression_bounces(const struct store_answer *answer)
{
	return answer->known && answer->count >= 1 ?
	    (unsigned)answer->count - 1 : 0;
}

bool
suppression_is_on(const struct store_answer *answer)
{
	return suppression_bounces(answer) >= LIMIT_REPORT_BOUNCES;
}
