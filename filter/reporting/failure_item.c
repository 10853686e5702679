#include "reporting/failure_item.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/packed.h"

/*
 * Octets of an item: a version, 8 of its time and 1 of its bits, lowest first;
 * then pieces, each a letter, its length in 4 octets and itself.  Letters that
 * are not known are passed over.  A signature and an SPF record are pieces in
 * a piece, without letters.
 */
enum { VERSION = 1, HEAD = 10, PIECE = 5, LENGTH = 4, RCPT = 'R', DKIM = 'D',
       SPF = 'S' };

static const struct {
	char letter;
	size_t offset;
} texts[] = {
	{ 'h', offsetof(struct failure_item, host) },
	{ 'q', offsetof(struct failure_item, queue_id) },
	{ 'i', offsetof(struct failure_item, source_ip) },
	{ 'm', offsetof(struct failure_item, mail_from) },
	{ 'd', offsetof(struct failure_item, domain) },
	{ 'p', offsetof(struct failure_item, policy_domain) },
	{ 'r', offsetof(struct failure_item, record) },
	{ 'a', offsetof(struct failure_item, authentication_results) },
	{ 'v', offsetof(struct failure_item, delivery) },
	{ 'H', offsetof(struct failure_item, header) },
	{ 'B', offsetof(struct failure_item, body) },
};

enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static void
put_number(struct buf *out, uint64_t number, size_t octets)
{
	char text[sizeof(number)];

	packed_put(text, number, octets);
	buf_add(out, str_make(text, octets));
}

static void
put_text(struct buf *out, struct str text)
{
	put_number(out, text.len, LENGTH);
	buf_add(out, text);
}

static bool
take_text(struct str *from, struct str *text_out)
{
	uint64_t len;

	if (from->len < LENGTH)
		return false;
	len = packed_take(from, LENGTH);
	if (len > from->len)
		return false;
	*text_out = str_slice(*from, 0, len);
	*from = str_skip(*from, len);
	return true;
}

/* As a whole or not at all. */
static void
put_piece(struct buf *out, char letter, struct str text)
{
	if (text.len == 0 || out->len + PIECE + text.len > LIMIT_STORE_ITEM)
		return;
	buf_addc(out, letter);
	put_text(out, text);
}

static struct str
joined(struct arena *arena, const struct str *parts, size_t count)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++)
		put_text(&out, parts[i]);
	return buf_str(&out);
}

struct str
failure_item_encode(struct arena *arena, const struct failure_item *item)
{
	const char *base = (const char *)item;
	struct buf out;

	buf_init(&out, arena, LIMIT_STORE_ITEM);
	put_number(&out, VERSION, 1);
	put_number(&out, (uint64_t)item->arrival, 8);
	put_number(&out, item->why, 1);
	/* The header and the body come last: they are what has no room. */
	for (size_t i = 0; i < TEXTS - 2; i++)
		put_piece(&out, texts[i].letter, *(const struct str *)
		    (const void *)(base + texts[i].offset));
	for (size_t i = 0; i < item->spf.count; i++)
		put_piece(&out, SPF, joined(arena, (struct str[]){
		    item->spf.at[i].domain, item->spf.at[i].record }, 2));
	for (size_t i = 0; i < item->dkim.count; i++) {
		const struct failure_dkim *dkim = &item->dkim.at[i];

		put_piece(&out, DKIM, joined(arena, (struct str[]){
		    dkim->domain, dkim->identity, dkim->selector,
		    dkim->reason }, 4));
	}
	for (size_t i = 0; i < item->rcpts.count; i++)
		put_piece(&out, RCPT, item->rcpts.at[i]);
	put_piece(&out, 'H', item->header);
	put_piece(&out, 'B', item->body);
	return buf_str(&out);
}

static bool
take_parts(struct str from, struct str *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!take_text(&from, &parts[i]))
			return false;
	return from.len == 0;
}

static bool
take_piece(struct arena *arena, char letter, struct str text,
    struct failure_item *item)
{
	struct str parts[4];

	if (letter == RCPT && item->rcpts.count < LIMIT_FAILURE_LISTED)
		VEC_PUSH(arena, &item->rcpts, text);
	if ((letter == DKIM && !take_parts(text, parts, 4)) ||
	    (letter == SPF && !take_parts(text, parts, 2)))
		return false;
	if (letter == DKIM && item->dkim.count < LIMIT_FAILURE_LISTED)
		VEC_PUSH(arena, &item->dkim, (struct failure_dkim){ parts[0],
		    parts[1], parts[2], parts[3] });
	if (letter == SPF && item->spf.count < LIMIT_FAILURE_LISTED)
		VEC_PUSH(arena, &item->spf, (struct failure_spf){ parts[0],
		    parts[1] });
	for (size_t i = 0; i < TEXTS; i++)
		if (texts[i].letter == letter)
			*(struct str *)(void *)((char *)item +
			    texts[i].offset) = text;
	return true;
}

bool
failure_item_decode(struct arena *arena, struct str octets,
    struct failure_item *item_out)
{
	*item_out = (struct failure_item){ 0 };
	if (octets.len < HEAD || octets.len > LIMIT_STORE_ITEM ||
	    octets.ptr[0] != VERSION)
		return false;
	octets = str_skip(octets, 1);
	item_out->arrival = (int64_t)packed_take(&octets, 8);
	item_out->why = (unsigned)packed_take(&octets, 1);
	while (octets.len > 0) {
		char letter = octets.ptr[0];
		struct str text;

		octets = str_skip(octets, 1);
		if (!take_text(&octets, &text) ||
		    !take_piece(arena, letter, text, item_out))
			return false;
	}
	/* A year that a date can show. */
	return item_out->arrival >= 0 &&
	    item_out->arrival < (int64_t)8000 * 366 * 24 * 3600 &&
	    item_out->policy_domain.len > 0 && item_out->record.len > 0;
}

struct str
failure_item_name(struct arena *arena, struct str domain, struct str site,
    unsigned why)
{
	return arena_printf(arena, "%.*s %.*s %u", STR_ARG(domain),
	    STR_ARG(site), why);
}

struct store_op
failure_item_alike(struct arena *arena, struct str name, int64_t now_ms,
    double more)
{
	return (struct store_op){ .kind = STORE_COUNT,
	    .key = arena_printf(arena, "dmarc-failures alike %.*s",
	    STR_ARG(name)), .now_ms = now_ms, .amount = more,
	    .period_ms = (int64_t)24 * 3600 * 1000 };
}
