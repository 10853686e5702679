#include <string.h>

#include "outmail/smtp_reply.h"
#include "tests/unit/outmail/outmail_test.h"

static const struct {
	const char *octets;
	enum smtp_more more;
	size_t used;			/* 0: all */
	unsigned code;
	const char *text, *queue_id;
} replies[] = {
	{ "220 mx.example.com ESMTP\r\n", SMTP_WHOLE, 0, 220,
	  "mx.example.com ESMTP", "" },
	{ "250\r\n", SMTP_WHOLE, 0, 250, "", "" },
	{ "250 bare\n250 next\n", SMTP_WHOLE, 9, 250, "bare", "" },
	{ "250-mx\r\n250-SIZE 1000\r\n250 8BITMIME\r\n", SMTP_WHOLE, 0, 250,
	  "mx\nSIZE 1000\n8BITMIME", "" },
	{ "250 2.0.0 Ok: queued as 4Ln7Qw4fnvz6Bq\r\n", SMTP_WHOLE, 0, 250,
	  "2.0.0 Ok: queued as 4Ln7Qw4fnvz6Bq", "4Ln7Qw4fnvz6Bq" },
	{ "250 2.0.0 2AMKUi0w012345 Message accepted for delivery\r\n",
	  SMTP_WHOLE, 0, 250,
	  "2.0.0 2AMKUi0w012345 Message accepted for delivery",
	  "2AMKUi0w012345" },
	{ "250 2.0.0 Ok: queued as <script>\r\n", SMTP_WHOLE, 0, 250,
	  "2.0.0 Ok: queued as <script>", "" },
	{ "250 Message accepted\r\n", SMTP_WHOLE, 0, 250,
	  "Message accepted", "" },
	{ "550 5.1.1 \x1b[31mno\xff\r\n", SMTP_WHOLE, 0, 550,
	  "5.1.1 ?[31mno?", "" },
	/* Not yet, and never. */
	{ "", SMTP_MORE, 0, 0, "", "" },
	{ "250-mx\r\n250", SMTP_MORE, 0, 250, "mx", "" },
	{ "250-mx\r\n550 no\r\n", SMTP_BAD, 0, 250, "mx", "" },
	{ "hello\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "25\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "2500 x\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "250x\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "199 no\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "600 no\r\n", SMTP_BAD, 0, 0, "", "" },
	{ "\r\n", SMTP_BAD, 0, 0, "", "" },
};

START_TEST(reply_is_read)
{
	struct str octets = str_from(replies[_i].octets);
	struct smtp_reply reply;
	size_t used;

	smtp_reply_init(&reply);
	ck_assert_int_eq(smtp_reply_take(&reply, octets, &used),
	    replies[_i].more);
	ck_assert_uint_eq(used, replies[_i].used != 0 ? replies[_i].used :
	    octets.len);
	ck_assert_uint_eq(reply.code, replies[_i].code);
	assert_str(smtp_reply_text(&reply), replies[_i].text);
	assert_str(smtp_reply_queue_id(&reply), replies[_i].queue_id);
}
END_TEST

START_TEST(reply_comes_in_pieces)
{
	struct str octets = str_from(replies[_i].octets);
	struct smtp_reply reply;
	enum smtp_more more = SMTP_MORE;
	size_t used, at = 0;

	smtp_reply_init(&reply);
	while (more == SMTP_MORE && at < octets.len) {
		more = smtp_reply_take(&reply, str_slice(octets, at, at + 1),
		    &used);
		at += used;
	}
	ck_assert_int_eq(more, replies[_i].more);
	assert_str(smtp_reply_text(&reply), replies[_i].text);
}
END_TEST

/* A server that never comes to an end. */
START_TEST(reply_is_bounded)
{
	static char line[LIMIT_SMTP_LINE_OCTETS + 10];
	static const struct str more_lines = STR_INIT("250-0123456789"
	    "0123456789012345678901234567890123456789\r\n");
	struct smtp_reply reply;
	enum smtp_more more = SMTP_MORE;
	size_t used, lines = 0;

	memset(line, '2', sizeof(line));
	smtp_reply_init(&reply);
	ck_assert_int_eq(smtp_reply_take(&reply, str_make(line, sizeof(line)),
	    &used), SMTP_BAD);
	ck_assert_uint_eq(used, LIMIT_SMTP_LINE_OCTETS + 1);
	smtp_reply_init(&reply);
	for (; more == SMTP_MORE; lines++)
		more = smtp_reply_take(&reply, more_lines, &used);
	ck_assert_int_eq(more, SMTP_BAD);
	ck_assert_uint_eq(lines, LIMIT_SMTP_LINES + 1);
	ck_assert_uint_eq(reply.text_len, LIMIT_SMTP_TEXT_OCTETS);
}
END_TEST

START_TEST(offers_are_whole_words)
{
	struct smtp_reply reply;
	size_t used;

	smtp_reply_init(&reply);
	smtp_reply_take(&reply, STR("250-mx.example.com\r\n"
	    "250-8bitmime\r\n250-SIZE 10\r\n250 DSNX\r\n"), &used);
	ck_assert(smtp_reply_offers(&reply, "8BITMIME"));
	ck_assert(smtp_reply_offers(&reply, "SIZE"));
	ck_assert(!smtp_reply_offers(&reply, "DSN"));
}
END_TEST

TCase *
smtp_reply_tests(void)
{
	TCase *tests = tcase_create("smtp_reply");

	tcase_add_loop_test(tests, reply_is_read, 0, TEST_COUNT(replies));
	tcase_add_loop_test(tests, reply_comes_in_pieces, 0,
	    TEST_COUNT(replies));
	tcase_add_test(tests, reply_is_bounded);
	tcase_add_test(tests, offers_are_whole_words);
	return tests;
}
