/*
 * What an SMTP server says: in pieces it comes to the same as at once, and
 * what is kept of it can be shown.
 */
#include <string.h>

#include "base/ensure.h"
#include "outmail/smtp_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct smtp_reply *reply, enum smtp_more more)
{
	struct str text = smtp_reply_text(reply), rest = text, line;
	struct str id = smtp_reply_queue_id(reply);

	ensure(text.len <= LIMIT_SMTP_TEXT_OCTETS);
	ensure(reply->lines <= LIMIT_SMTP_LINES);
	ensure(more != SMTP_WHOLE ||
	    (reply->code >= 200 && reply->code <= 599));
	while (str_next(&rest, '\n', &line))
		ensure(str_is_printable(line));
	ensure(id.len == 0 || memmem(text.ptr, text.len, id.ptr, id.len) !=
	    NULL);
	(void)smtp_reply_offers(reply, "8BITMIME");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct smtp_reply whole, pieces;
	struct str octets = str_make(data, size);
	enum smtp_more one, other = SMTP_MORE;
	size_t used, at = 0, step = size > 0 ? data[0] % 7 + 1 : 1;

	smtp_reply_init(&whole);
	one = smtp_reply_take(&whole, octets, &used);
	ensure(used <= size);
	check(&whole, one);
	smtp_reply_init(&pieces);
	while (other == SMTP_MORE && at < size) {
		size_t n;

		other = smtp_reply_take(&pieces, str_slice(octets, at,
		    at + step), &n);
		ensure(n > 0);
		at += n;
	}
	ensure(one == other && used == at);
	ensure(whole.code == pieces.code &&
	    str_eq(smtp_reply_text(&whole), smtp_reply_text(&pieces)));
	return 0;
}
