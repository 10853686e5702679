/*
 * Addresses and needles in a text of any kind.
 */
#include <string.h>

#include "base/buf.h"
#include "event/mask_parts.h"

static bool
is_local(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr("!#$%&'*+-/?^_`{|}~.", c) != NULL);
}

static bool
is_domain(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (unsigned char)c >= 0x80 ||
	    c == '-' || c == '.' || c == '_';
}

/* Where the address around this @ begins; a quoted local part is whole. */
static size_t
begin_of(struct str text, size_t at)
{
	size_t i = at;

	if (at > 0 && text.ptr[at - 1] == '"') {
		for (i = at - 1; i > 0 && text.ptr[i - 1] != '"'; i--)
			;
		return i > 0 ? i - 1 : at;
	}
	while (i > 0 && is_local(text.ptr[i - 1]))
		i--;
	return i;
}

static size_t
end_of(struct str text, size_t at)
{
	size_t i = at + 1;

	if (i < text.len && text.ptr[i] == '[')
		while (i < text.len && text.ptr[i - 1] != ']')
			i++;
	while (i < text.len && is_domain(text.ptr[i]))
		i++;
	while (i > at + 1 && text.ptr[i - 1] == '.')
		i--;
	return i;
}

/* Nothing of an address stands on either side; "smtp.mailfrom=" may. */
static bool
stands_alone(struct str text, size_t begin, size_t end)
{
	bool left = begin == 0 || text.ptr[begin - 1] == '=' ||
	    !is_local(text.ptr[begin - 1]);

	if (end < text.len && text.ptr[end] == '.')
		end++;
	return left && (end >= text.len || !is_domain(text.ptr[end]));
}

/* A sender of the message around this @: NULL if it is none. */
static const struct str *
sender_at(const struct mask *mask, struct str text, size_t done, size_t at,
    size_t *begin_out)
{
	for (size_t i = 0; i < mask->sender_count; i++) {
		const struct str *sender = &mask->senders[i];
		size_t local = str_rchr(*sender, '@');
		size_t begin = at - local;

		if (local < sender->len && local <= at && begin >= done &&
		    str_eq_nocase(str_slice(text, begin, begin + sender->len),
		    *sender) &&
		    stands_alone(text, begin, begin + sender->len)) {
			*begin_out = begin;
			return sender;
		}
	}
	return NULL;
}

static bool
is_rcpt(const struct mask *mask, struct str address)
{
	for (size_t i = 0; i < mask->rcpt_count; i++)
		if (str_eq_nocase(mask->rcpts[i], address))
			return true;
	return false;
}

/* The address around this @, if there is one behind what is done: where it
 * begins and ends, and what is told instead. */
static bool
address_at(struct mask *mask, struct str text, size_t done, size_t at,
    size_t *begin, size_t *end, struct str *instead)
{
	const struct str *sender = sender_at(mask, text, done, at, begin);

	if (sender != NULL && !is_rcpt(mask, *sender)) {
		*end = *begin + sender->len;
		*instead = mask_sender(mask, str_slice(text, *begin, *end));
		return true;
	}
	*begin = begin_of(text, at);
	*end = end_of(text, at);
	if (*begin < done)
		*begin = done;
	*instead = mask_rcpt(mask, str_slice(text, *begin, *end));
	return *begin < at;
}

static struct str
without_addresses(struct mask *mask, struct str text)
{
	size_t done = 0, begin, end;
	struct str instead;
	struct buf out;

	if (!mask_hides(mask, PRIVACY_HASH_RECIPIENTS |
	    PRIVACY_OMIT_RECIPIENTS | PRIVACY_HASH_SENDERS) ||
	    str_chr(text, '@') == text.len)
		return text;
	buf_init(&out, mask->arena, SIZE_MAX);
	for (size_t at = 0; at < text.len; at++) {
		if (text.ptr[at] != '@' || at < done ||
		    !address_at(mask, text, done, at, &begin, &end, &instead))
			continue;
		buf_add(&out, str_slice(text, done, begin));
		buf_add(&out, instead);
		done = end;
	}
	buf_add(&out, str_skip(text, done));
	return buf_str(&out);
}

static bool
starts_here(struct str text, size_t at, struct str needle)
{
	return needle.len <= text.len - at && str_eq_nocase(
	    str_slice(text, at, at + needle.len), needle);
}

static struct str
without_needles(struct mask *mask, struct str text)
{
	struct buf out;
	size_t done = 0;

	if (mask->needle_count == 0)
		return text;
	buf_init(&out, mask->arena, SIZE_MAX);
	for (size_t at = 0; at < text.len; at++)
		for (size_t i = 0; at >= done && i < mask->needle_count; i++)
			if (starts_here(text, at, mask->needles[i].text)) {
				buf_add(&out, str_slice(text, done, at));
				buf_add(&out, mask->needles[i].instead);
				done = at + mask->needles[i].text.len;
			}
	if (done == 0)
		return text;
	buf_add(&out, str_skip(text, done));
	return buf_str(&out);
}

struct str
mask_text(struct mask *mask, struct str text)
{
	if (mask == NULL)
		return text;
	if (is_rcpt(mask, text))
		return mask_rcpt(mask, text);
	for (size_t i = 0; i < mask->sender_count; i++)
		if (str_eq_nocase(mask->senders[i], text))
			return mask_sender(mask, text);
	return without_addresses(mask, without_needles(mask, text));
}
