/*
 * Items of the queue of failure reports: what is decoded encodes again to the
 * same, and any item, hostile as it may be, becomes one mail in whole lines
 * with just our own header.
 */
#include <string.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "outmail/sender.h"
#include "reporting/failure_report.h"
#include "reporting/redact.h"
#include "tests/support/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str key = STR_INIT("0123456789abcdef");
static const struct outmail_sender sender = {
	.from = STR_INIT("dmarc@example.org"), .org = STR_INIT("Example"),
	.contact = STR_INIT("postmaster@example.org")
};
static const char *const head[] = { "From:", "To:", "Subject:", "Date:",
    "Message-ID:", "Auto-Submitted:", "MIME-Version:", "Content-Type:",
    "Content-Transfer-Encoding:" };

/* Lines end in CRLF and are no longer than RFC 5322 has them; the header is
 * ours, field by field. */
static void
check_mail(struct str mail)
{
	size_t fields = 0;
	bool in_header = true;
	struct str line;

	ensure(str_ends_nocase(mail, STR("--\r\n")));
	while (mail.len > 0 && str_next(&mail, '\n', &line)) {
		ensure(line.len > 0 && line.ptr[line.len - 1] == '\r');
		line.len--;
		ensure(line.len <= LIMIT_LINE_OCTETS);
		ensure(str_chr(line, '\r') == line.len);
		in_header = in_header && line.len > 0;
		if (!in_header || line.ptr[0] == ' ' || line.ptr[0] == '\t')
			continue;
		ensure(fields < sizeof(head) / sizeof(head[0]));
		ensure(str_starts_nocase(line, str_from(head[fields++])));
	}
	ensure(fields == sizeof(head) / sizeof(head[0]));
}

static void
check_item(struct arena *arena, const struct failure_item *item)
{
	const struct failure_report report = { .item = item,
	    .sender = &sender, .to = STR("ruf@example.com"),
	    .message_id = STR("1@example.org"), .now = 1795379400 };
	struct str fields = failure_report_fields(arena, &report), line;
	bool first = true;

	check_mail(failure_report_write(arena, &report));
	ensure(str_is_ascii(fields));
	while (fields.len > 0 && str_next(&fields, '\n', &line)) {
		ensure(line.len > 1);
		ensure(!first || str_starts_nocase(line,
		    STR("Feedback-Type: auth-failure")));
		first = false;
	}
}

static void
take_item(struct arena *arena, struct str *input, struct failure_item *item)
{
	struct str *const texts[] = { &item->host, &item->queue_id,
	    &item->source_ip, &item->mail_from, &item->domain,
	    &item->policy_domain, &item->record,
	    &item->authentication_results, &item->delivery, &item->header,
	    &item->body };

	*item = (struct failure_item){ .why = fuzz_byte(input) & 31,
	    .arrival = fuzz_byte(input) * 86400 };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = fuzz_text(input);
	VEC_PUSH(arena, &item->rcpts, fuzz_text(input));
	VEC_PUSH(arena, &item->dkim, (struct failure_dkim){
	    fuzz_text(input), fuzz_text(input), fuzz_text(input),
	    fuzz_text(input) });
	VEC_PUSH(arena, &item->spf, (struct failure_spf){
	    fuzz_text(input), fuzz_text(input) });
}

/* Whatever stands before it, an address behind a blank is hidden. */
static void
check_hidden(struct arena *arena, struct str text)
{
	static const struct str known = STR_INIT(" ann.lee@example.com");
	static const struct str want = STR_INIT(
	    " aa2e748d896c41d5480c9819@example.com");
	struct buf both;

	buf_init(&both, arena, SIZE_MAX);
	buf_add(&both, text);
	buf_add(&both, known);
	ensure(str_ends_nocase(redact_text(arena, key, buf_str(&both)),
	    want));
	ensure(redact_links(arena, text).len == text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str octets = str_make(data, size), input = octets;
	struct failure_item item, back;

	if (failure_item_decode(arena, octets, &item)) {
		struct str encoded = failure_item_encode(arena, &item);

		ensure(failure_item_decode(arena, encoded, &back));
		ensure(str_eq(failure_item_encode(arena, &back), encoded));
		check_item(arena, &item);
	}
	take_item(arena, &input, &item);
	check_item(arena, &item);
	check_hidden(arena, octets);
	arena_free(arena);
	return 0;
}
