/*
 * Reasons that mean the same are the same.
 */
#include "maillog/reason.h"

#include "tests/unit/maillog/maillog_test.h"

static const struct {
	const char	*reason, *dsn;
	unsigned	 code;
	const char	*enhanced, *text;
} cases[] = {
	{ "host mx.example.net[192.0.2.1] said: 550 5.1.1 "
	    "<bob@example.net>: Recipient address rejected: User unknown "
	    "(in reply to RCPT TO command)", "5.1.1", 550, "5.1.1",
	    "<*>: Recipient address rejected: User unknown" },
	{ "host 127.0.0.1[127.0.0.1] said: 550-5.1.1 nobody of 550 5.1.1 "
	    "that name <nobody@example.net> here abc12345x-gsmtp (in reply "
	    "to RCPT TO command)", "5.1.1", 550, "5.1.1",
	    "nobody of that name <*> here *" },
	{ "host a.example[192.0.2.1] said: 451 4.2.1 <b@example.net>: "
	    "mailbox busy, try again (in reply to RCPT TO command)",
	    "4.2.1", 451, "4.2.1", "<*>: mailbox busy, try again" },
	{ "host a.example[192.0.2.1] said: 554 no mail from 192.0.2.99 "
	    "accepted", "5.0.0", 554, "5.0.0",
	    "no mail from * accepted" },
	{ "host a.example[192.0.2.1] said: 550 5.7.1 Service unavailable; "
	    "Client host [192.0.2.1] blocked using list.example; see "
	    "https://list.example/q?ip=192.0.2.1 (in reply to MAIL FROM "
	    "command)", "5.7.1", 550, "5.7.1", "Service unavailable; Client "
	    "host [*] blocked using *; see https://list.example/*" },
	{ "connect to mx.example.net[192.0.2.1]:25: Connection timed out",
	    "4.4.1", 0, "4.4.1", "connect to *: Connection timed out" },
	{ "connect to mx.example.net[2001:db8::1]:25: Connection refused",
	    "4.4.1", 0, "4.4.1", "connect to *: Connection refused" },
	{ "Host or domain name not found. Name service error for "
	    "name=nowhere.example type=MX: Host not found", "5.4.4", 0,
	    "5.4.4", "Host or domain name not found. Name service error for "
	    "name=* type=MX: Host not found" },
	{ "lost connection with mx.example.net[192.0.2.1] while receiving "
	    "the initial server greeting", "4.4.2", 0, "4.4.2",
	    "lost connection with * while receiving the initial server "
	    "greeting" },
	{ "delivery temporarily suspended: connect to a.example[192.0.2.7]"
	    ":25: No route to host", "4.4.1", 0, "4.4.1",
	    "delivery temporarily suspended: connect to *: No route to "
	    "host" },
	{ "user unknown: \"bob\"", "5.1.1", 0, "5.1.1",
	    "user unknown: \"bob\"" },
	{ "450 4.7.1 greylisted, come back in 300 s", "4.2.0", 450, "4.7.1",
	    "greylisted, come back in * s" },
	{ "User unknown", "5.1.1", 0, "5.1.1", "User unknown" },
	{ "mail for ann@example.com, bob+x@example.com loops", "5.4.6", 0,
	    "5.4.6", "mail for *, * loops" },
	{ "550", "", 550, "", "" }, { "", "", 0, "", "" },
	{ "  552 5.2.2   over   quota  ", "", 552, "5.2.2", "over quota" },
	{ "999 no code", "", 0, "", "* no code" },
	{ "5.1.1x no enhanced code", "5.0.0", 0, "5.0.0",
	    "* no enhanced code" },
	{ "<unclosed [bracket", "", 0, "", "<unclosed [bracket" },
};

START_TEST(a_reason_loses_what_differs)
{
	struct maillog_reason reason;

	maillog_reason_read(str_from(cases[_i].reason),
	    str_from(cases[_i].dsn), &reason);
	ck_assert_uint_eq(reason.code, cases[_i].code);
	assert_str(reason.enhanced, cases[_i].enhanced);
	assert_str(reason.text, cases[_i].text);
}
END_TEST

START_TEST(a_reason_has_an_end)
{
	char text[4000];
	struct maillog_reason reason;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 5 == 4 ? ' ' : 'a';
	maillog_reason_read(str_make(text, sizeof(text)), STR_NONE, &reason);
	ck_assert_uint_le(reason.text.len, LIMIT_MAILLOG_REASON_OCTETS);
	ck_assert_uint_gt(reason.text.len, 500);
}
END_TEST

TCase *
reason_cases(void)
{
	TCase *tcase = tcase_create("reason");

	tcase_add_loop_test(tcase, a_reason_loses_what_differs, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tcase, a_reason_has_an_end);
	return tcase;
}
