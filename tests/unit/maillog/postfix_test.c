/*
 * What lines of Postfix say.
 */
#include <string.h>

#include "maillog/piece.h"
#include "tests/unit/maillog/maillog_test.h"

static const struct {
	const char	*program, *text, *entry;
} cases[] = {
	/* A message comes. */
	{ "smtpd", "4jXg7h6MMmzB6cs: client=mail.good.example[192.0.2.1]",
	    "begin 4jXg7h6MMmzB6cs client=mail.good.example[192.0.2.1]" },
	{ "smtpd", "0A1B2C3D4E: client=unknown[192.0.2.1], "
	    "sasl_method=PLAIN, sasl_username=ann",
	    "begin 0A1B2C3D4E client=unknown[192.0.2.1]" },
	{ "smtpd", "NOQUEUE: client=unknown[192.0.2.1]",
	    "begin client=unknown[192.0.2.1]" },
	{ "smtpd", "0A1B2C3D4E: client=localhost[127.0.0.1], "
	    "orig_queue_id=0A1B2C3D4F, orig_client=a.example[192.0.2.1]",
	    "begin 0A1B2C3D4E client=localhost[127.0.0.1] "
	    "other=0A1B2C3D4F" },
	{ "pickup", "0A1B2C3D4E: uid=0 from=<root>", "begin 0A1B2C3D4E" },
	{ "pickup", "0A1B2C3D4E: uid=104 from=<a@b.example> "
	    "orig_id=0A1B2C3D4F", "begin 0A1B2C3D4E other=0A1B2C3D4F" },
	{ "postsuper", "0A1B2C3D4E: requeued", "requeued 0A1B2C3D4E" },
	{ "cleanup", "4jXg7h6MMmzB6cs: message-id=<m1@tests.example>",
	    "named 4jXg7h6MMmzB6cs message-id=<m1@tests.example>" },
	{ "cleanup", "4jXg7h6MMmzB6cs: message-id=",
	    "named 4jXg7h6MMmzB6cs" },
	{ "qmgr", "4jXg7h6MMmzB6cs: from=<ann@good.example>, size=351, "
	    "nrcpt=1 (queue active)",
	    "queued 4jXg7h6MMmzB6cs from=<ann@good.example> size=351 "
	    "rcpts=1" },
	{ "qmgr", "0A1B2C3D4E: from=<>, size=344, nrcpt=12 (queue active)",
	    "queued 0A1B2C3D4E from=<> size=344 rcpts=12" },
	{ "qmgr", "0A1B2C3D4E: from=<\"a>, size=1\"@b.example>, size=344, "
	    "nrcpt=1 (queue active)",
	    "queued 0A1B2C3D4E from=<\"a>, size=1\"@b.example> size=344 "
	    "rcpts=1" },
	/* Deliveries. */
	{ "smtp", "4jXg7h6MMmzB6cs: to=<bob@example.net>, "
	    "relay=mx.example.net[192.0.2.9]:25, delay=0.13, "
	    "delays=0.02/0.02/0.04/0.05, dsn=2.0.0, status=sent (250 2.0.0 "
	    "Ok: queued as 4X85016)",
	    "tried 4jXg7h6MMmzB6cs sent remote delay=0.13 "
	    "delays=0.02/0.02/0.04/0.05 to=<bob@example.net> "
	    "relay=mx.example.net[192.0.2.9]:25 dsn=2.0.0 reason=250 2.0.0 "
	    "Ok: queued as 4X85016" },
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, "
	    "relay=127.0.0.1[127.0.0.1]:10024, conn_use=3, delay=1.1, "
	    "delays=0/0/1/0.04, dsn=2.0.0, status=sent (250 2.0.0 from "
	    "MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as "
	    "4jXg7h6Xj2zB6ct)",
	    "tried 0A1B2C3D4E sent remote inside delay=1.10 "
	    "delays=0.00/0.00/1.00/0.04 to=<bob@example.net> "
	    "relay=127.0.0.1[127.0.0.1]:10024 dsn=2.0.0 "
	    "other=4jXg7h6Xj2zB6ct reason=250 2.0.0 from "
	    "MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as "
	    "4jXg7h6Xj2zB6ct" },
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, "
	    "orig_to=<list@example.com>, relay=none, delay=3600, "
	    "delays=3600/0.04/0/0, dsn=4.4.1, status=deferred (connect to "
	    "mx.example.net[192.0.2.9]:25: Connection refused)",
	    "tried 0A1B2C3D4E deferred remote delay=3600.00 "
	    "delays=3600.00/0.04/0.00/0.00 to=<bob@example.net> "
	    "orig_to=list@example.com relay=none dsn=4.4.1 reason=connect to "
	    "mx.example.net[192.0.2.9]:25: Connection refused" },
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, orig_to=<root>, "
	    "relay=mx.example.net[192.0.2.9]:25, delay=1, delays=0/0/1/0, "
	    "dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.9] "
	    "said: 550 5.1.1 <bob@example.net>: User unknown (in reply to "
	    "RCPT TO command))",
	    "tried 0A1B2C3D4E bounced remote delay=1.00 "
	    "delays=0.00/0.00/1.00/0.00 to=<bob@example.net> orig_to=root "
	    "relay=mx.example.net[192.0.2.9]:25 dsn=5.1.1 reason=host "
	    "mx.example.net[192.0.2.9] said: 550 5.1.1 <bob@example.net>: "
	    "User unknown (in reply to RCPT TO command)" },
	{ "lmtp", "0A1B2C3D4E: to=<bob@example.com>, "
	    "relay=mx.example.com[private/dovecot-lmtp], delay=0.1, "
	    "delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 "
	    "<bob@example.com> abc Saved)",
	    "tried 0A1B2C3D4E sent delay=0.10 delays=0.00/0.00/0.00/0.10 "
	    "to=<bob@example.com> "
	    "relay=mx.example.com[private/dovecot-lmtp] dsn=2.0.0 "
	    "reason=250 2.0.0 <bob@example.com> abc Saved" },
	{ "local", "0A1B2C3D4E: to=<bob@mx.example.com>, orig_to=<bob>, "
	    "relay=local, delay=0.04, delays=0.02/0/0/0.01, dsn=2.0.0, "
	    "status=sent (delivered to maildir)",
	    "tried 0A1B2C3D4E sent inside delay=0.04 "
	    "delays=0.02/0.00/0.00/0.01 to=<bob@mx.example.com> orig_to=bob "
	    "relay=local dsn=2.0.0 reason=delivered to maildir" },
	{ "local", "0A1B2C3D4E: to=<bob@mx.example.com>, relay=local, "
	    "delay=0.04, delays=0.02/0/0/0.01, dsn=2.0.0, status=sent "
	    "(forwarded as 0A1B2C3D4F)",
	    "tried 0A1B2C3D4E sent inside delay=0.04 "
	    "delays=0.02/0.00/0.00/0.01 to=<bob@mx.example.com> relay=local "
	    "dsn=2.0.0 other=0A1B2C3D4F reason=forwarded as 0A1B2C3D4F" },
	{ "virtual", "0A1B2C3D4E: to=<bob@example.com>, relay=virtual, "
	    "delay=0.04, delays=0.02/0/0/0.01, dsn=5.1.1, status=bounced "
	    "(unknown user: \"bob@example.com\")",
	    "tried 0A1B2C3D4E bounced delay=0.04 "
	    "delays=0.02/0.00/0.00/0.01 to=<bob@example.com> relay=virtual "
	    "dsn=5.1.1 reason=unknown user: \"bob@example.com\"" },
	{ "pipe", "0A1B2C3D4E: to=<p@example.com>, relay=pipe, delay=0.04, "
	    "delays=0/0.03/0/0.01, dsn=4.3.0, status=deferred (temporary "
	    "failure. Command output: a) b)",
	    "tried 0A1B2C3D4E deferred delay=0.04 "
	    "delays=0.00/0.03/0.00/0.01 to=<p@example.com> relay=pipe "
	    "dsn=4.3.0 reason=temporary failure. Command output: a) b" },
	{ "error", "0A1B2C3D4E: to=<bob@example.net>, relay=none, delay=0, "
	    "delays=0/0/0/0, dsn=5.4.4, status=bounced (mail for "
	    "example.net loops back to myself)",
	    "tried 0A1B2C3D4E bounced delay=0.00 "
	    "delays=0.00/0.00/0.00/0.00 to=<bob@example.net> relay=none "
	    "dsn=5.4.4 reason=mail for example.net loops back to myself" },
	{ "discard", "0A1B2C3D4E: to=<d@example.net>, relay=none, "
	    "delay=0.04, delays=0/0.03/0/0, dsn=2.0.0, status=sent "
	    "(silently)",
	    "tried 0A1B2C3D4E dropped delay=0.04 "
	    "delays=0.00/0.03/0.00/0.00 to=<d@example.net> relay=none "
	    "dsn=2.0.0 reason=silently" },
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, relay=a[192.0.2.1]:25, "
	    "delay=1, delays=0/0/1/0, dsn=5.1.1, status=undeliverable (host "
	    "a said: 550 no)",
	    "tried 0A1B2C3D4E probed remote delay=1.00 "
	    "delays=0.00/0.00/1.00/0.00 to=<bob@example.net> "
	    "relay=a[192.0.2.1]:25 dsn=5.1.1 reason=host a said: 550 no" },
	/* Postfix 3.11 tells of TLS; a later one may tell more. */
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, "
	    "relay=a.example[2001:db8::1]:25, delay=1, delays=0/0/1/0, "
	    "tls=may:encrypt/!requiretls, new_1=x y, dsn=2.0.0, "
	    "status=sent (250 Ok)",
	    "tried 0A1B2C3D4E sent remote delay=1.00 "
	    "delays=0.00/0.00/1.00/0.00 to=<bob@example.net> "
	    "relay=a.example[2001:db8::1]:25 dsn=2.0.0 reason=250 Ok" },
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, delay=1, no key, "
	    "status=sent (250 Ok)",
	    "unknown 0A1B2C3D4E to=<bob@example.net>" },
	/* Before there were delays= and dsn=. */
	{ "smtp", "0A1B2C3D4E: to=<bob@example.net>, "
	    "relay=a.example[192.0.2.1], delay=3, status=sent (250 Ok)",
	    "tried 0A1B2C3D4E sent remote delay=3.00 to=<bob@example.net> "
	    "relay=a.example[192.0.2.1] reason=250 Ok" },
	/* A recipient that looks like the rest of the line. */
	{ "smtp", "0A1B2C3D4E: to=<\"x>, relay=y, status=sent (z)\""
	    "@example.net>, relay=none, delay=0, delays=0/0/0/0, dsn=5.1.1, "
	    "status=bounced (no)",
	    "tried 0A1B2C3D4E bounced remote delay=0.00 "
	    "delays=0.00/0.00/0.00/0.00 "
	    "to=<\"x>, relay=y, status=sent (z)\"@example.net> relay=none "
	    "dsn=5.1.1 reason=no" },
	/* Its end. */
	{ "qmgr", "0A1B2C3D4E: removed", "removed 0A1B2C3D4E" },
	{ "cleanup", "0A1B2C3D4E: removed (canceled)", "removed 0A1B2C3D4E" },
	{ "cleanup", "0A1B2C3D4E: removed (discarded)",
	    "removed 0A1B2C3D4E" },
	{ "postsuper", "0A1B2C3D4E: removed", "deleted 0A1B2C3D4E" },
	{ "postsuper", "0A1B2C3D4E: placed on hold", "held 0A1B2C3D4E" },
	{ "postsuper", "0A1B2C3D4E: released from hold",
	    "released 0A1B2C3D4E" },
	{ "qmgr", "0A1B2C3D4E: from=<ann@good.example>, status=expired, "
	    "returned to sender", "expired 0A1B2C3D4E" },
	{ "qmgr", "0A1B2C3D4E: from=<>, status=force-expired, returned to "
	    "sender", "expired 0A1B2C3D4E" },
	{ "bounce", "0A1B2C3D4E: sender non-delivery notification: "
	    "4jXg7j0J1mzB6d9", "notice 0A1B2C3D4E bounce "
	    "other=4jXg7j0J1mzB6d9" },
	{ "bounce", "0A1B2C3D4E: sender delay notification: 0A1B2C3D4F",
	    "notice 0A1B2C3D4E delay other=0A1B2C3D4F" },
	{ "bounce", "0A1B2C3D4E: sender delivery status notification: "
	    "0A1B2C3D4F", "notice 0A1B2C3D4E success other=0A1B2C3D4F" },
	{ "bounce", "0A1B2C3D4E: postmaster non-delivery notification: "
	    "0A1B2C3D4F", "notice 0A1B2C3D4E bounce other=0A1B2C3D4F" },
	{ "bounce", "0A1B2C3D4E: sender non-delivery notification: x",
	    "unknown 0A1B2C3D4E" },
	/* Refused, held, discarded. */
	{ "smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 "
	    "5.7.1 <bob@elsewhere.example>: Relay access denied; "
	    "from=<a@b.example> to=<bob@elsewhere.example> proto=ESMTP "
	    "helo=<x.example>",
	    "refusal client=unknown[192.0.2.1] reason=554 5.7.1 "
	    "<bob@elsewhere.example>: Relay access denied" },
	{ "smtpd", "0A1B2C3D4E: milter-reject: RCPT from "
	    "unknown[192.0.2.1]: 550 5.1.1 no; from=<> proto=SMTP",
	    "refusal 0A1B2C3D4E milter client=unknown[192.0.2.1] "
	    "reason=550 5.1.1 no" },
	{ "cleanup", "0A1B2C3D4E: milter-reject: END-OF-MESSAGE from "
	    "unknown[192.0.2.1]: 5.7.1 forged; from=<a@b.example> "
	    "to=<c@d.example> proto=ESMTP helo=<x>",
	    "refused 0A1B2C3D4E milter client=unknown[192.0.2.1] "
	    "reason=5.7.1 forged" },
	{ "cleanup", "0A1B2C3D4E: milter-hold: END-OF-MESSAGE from "
	    "unknown[192.0.2.1]: milter triggers HOLD action; from=<> "
	    "to=<c@d.example> proto=ESMTP helo=<x>",
	    "held 0A1B2C3D4E milter client=unknown[192.0.2.1] "
	    "reason=milter triggers HOLD action" },
	{ "cleanup", "0A1B2C3D4E: milter-discard: END-OF-MESSAGE from "
	    "unknown[192.0.2.1]: milter triggers DISCARD action; from=<>",
	    "discarded 0A1B2C3D4E milter client=unknown[192.0.2.1] "
	    "reason=milter triggers DISCARD action" },
	{ "cleanup", "0A1B2C3D4E: reject: header Subject: x from "
	    "unknown[192.0.2.1]; from=<a@b.example>: 5.7.1 no",
	    "refused 0A1B2C3D4E client=unknown[192.0.2.1] reason=5.7.1 "
	    "no" },
	{ "cleanup", "0A1B2C3D4E: hold: header Subject: x from us: all; "
	    "from=<y>: fine from unknown[192.0.2.1]; from=<a@b.example> "
	    "to=<c@d.example> proto=ESMTP helo=<x>: looked at",
	    "held 0A1B2C3D4E client=unknown[192.0.2.1] reason=looked at" },
	{ "cleanup", "0A1B2C3D4E: reject: mime-error nesting: x from "
	    "unknown[192.0.2.1]; from=<a@b.example> to=<c@d.example>",
	    "refused 0A1B2C3D4E client=unknown[192.0.2.1] "
	    "reason=mime-error nesting: x" },
	{ "smtpd", "proxy-reject: END-OF-MESSAGE: 550 5.7.1 spam; "
	    "from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x>",
	    "refusal reason=550 5.7.1 spam" },
	{ "postscreen", "NOQUEUE: reject: RCPT from [2001:db8::1]:1234: 450 "
	    "4.3.2 Service currently unavailable; from=<>, to=<c@d.example>",
	    "refusal client=[2001:db8::1]:1234 reason=450 4.3.2 Service "
	    "currently unavailable" },
	/* What says nothing of a message. */
	{ "smtpd", "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok; from=<>",
	    "nothing" },
	{ "smtpd", "NOQUEUE: abort: TLS from a[192.0.2.1]: no", "nothing" },
	{ "smtp", "a.example[2001:db8::1]:25: subject_CN=a, issuer=b",
	    "nothing" },
	{ "smtp", "server certificate verification failed for "
	    "a[192.0.2.1]:25: untrusted issuer b", "nothing" },
	{ "bounce", "0A1B2C3D4E: status=deferred (bounce failed)",
	    "nothing 0A1B2C3D4E" },
	{ "cleanup", "0A1B2C3D4E: virtual_alias_maps map lookup problem for "
	    "a@b.example -- message not accepted, try again later",
	    "nothing 0A1B2C3D4E" },
	{ "postscreen", "ALLOWLISTED [192.0.2.1]:25", "nothing" },
	{ "postscreen", "reject: connect from [192.0.2.1]:25: all screening "
	    "ports busy", "nothing" },
	{ "smtp", "TLSRPT: status=success, domain=a.example, "
	    "receiving_mx=a.example[192.0.2.1]", "nothing" },
	{ "smtpd", "connect from unknown[192.0.2.1]", "nothing" },
	{ "smtpd", "disconnect from unknown[192.0.2.1] ehlo=1 commands=1",
	    "nothing" },
	{ "smtpd", "warning: hostname x does not resolve to address",
	    "nothing" },
	{ "smtp", "0A1B2C3D4E: host a[192.0.2.1] said: 451 no (in reply to "
	    "RCPT TO command)", "nothing 0A1B2C3D4E" },
	{ "smtp", "connect to 127.0.0.1[127.0.0.1]:1: Connection refused",
	    "nothing" },
	{ "smtp", "Untrusted TLS connection established to a", "nothing" },
	{ "anvil", "statistics: max connection rate 1/60s", "nothing" },
	{ "postscreen", "CONNECT from [192.0.2.1]:1 to [192.0.2.2]:25",
	    "nothing" },
	{ "master", "daemon started -- version 3.7.11", "nothing" },
	{ "postfix-script", "anything at all", "nothing" },
	{ "smtpd", "message repeated 2 times: [ lost connection]",
	    "nothing" },
	{ "cleanup", "0A1B2C3D4E: warning: header X: y", "nothing "
	    "0A1B2C3D4E" },
	/* What is not understood. */
	{ "smtpd", "a line of another version", "unknown" },
	{ "smtp", "0A1B2C3D4E: to=<a@b.example>, relay=none",
	    "unknown 0A1B2C3D4E to=<a@b.example> relay=none" },
	{ "smtp", "0A1B2C3D4E: to=<a@b.example>, status=eaten (x)",
	    "unknown 0A1B2C3D4E to=<a@b.example>" },
	{ "qmgr", "0A1B2C3D4E: from=<a@b.example>, size=x, nrcpt=1",
	    "unknown 0A1B2C3D4E" },
	{ "qmgr", "0A1B2C3D4E: from=<a@b.example",
	    "unknown 0A1B2C3D4E" },
	{ "qmgr", "0a1b2c3d4e: removed", "unknown" },
	{ "qmgr", "0A1B: removed", "unknown" }, { "smtp", "", "unknown" },
};

START_TEST(a_line_of_postfix_is_an_entry)
{
	const struct maillog_line line = { .mta = MAILLOG_POSTFIX,
	    .program = str_from(cases[_i].program),
	    .text = str_from(cases[_i].text) };
	struct maillog_entry entry;

	maillog_postfix(&line, &entry);
	ck_assert_str_eq(entry_words(&entry), cases[_i].entry);
}
END_TEST

/* Each of them would be read to the end. */
START_TEST(lists_that_do_not_end)
{
	static const struct { const char *unit; size_t most; } lists[] = {
		{ "<a@b,", 1 }, { "<\"a,", 1 }, { "<\\\">,", 4000 },
		{ "\",<", 2 }, { "<a>,", 5000 },
	};
	struct arena *arena = arena_new();

	for (int i = 0; i < TEST_COUNT(lists); i++) {
		size_t len = strlen(lists[i].unit), count = 0;
		char *text = arena_alloc(arena, 20000);
		struct str rest = str_make(text, 20000 / len * len), rcpt;

		for (size_t k = 0; k < rest.len; k++)
			text[k] = lists[i].unit[k % len];
		while (maillog_next_rcpt(&rest, &rcpt))
			count++;
		ck_assert_uint_eq(count, lists[i].most);
	}
	arena_free(arena);
}
END_TEST

/* Longer than LIMIT_MAILLOG_PATH_OCTETS: as what has no brackets. */
START_TEST(a_path_that_is_too_long)
{
	struct arena *arena = arena_new();
	char *text = arena_alloc(arena, 5000);
	struct str rest = str_make(text, 5000), path;

	memset(text, 'a', 5000);
	text[0] = '<';
	text[2047] = '>';
	ck_assert(piece_path(&rest, &path));
	ck_assert_uint_eq(path.len, 2046);
	ck_assert_uint_eq(rest.len, 5000 - 2048);
	text[2047] = 'a';
	text[2048] = '>';
	rest = str_make(text, 5000);
	ck_assert(!piece_path(&rest, &path));
	ck_assert_uint_eq(rest.len, 5000);
	arena_free(arena);
}
END_TEST

START_TEST(a_list_of_recipients)
{
	struct str rest = STR("<a@b.example>,<\"c,>d\"@e.example>,root,"
	    "\"x,y\",<z"), rcpt;

	ck_assert(maillog_next_rcpt(&rest, &rcpt));
	assert_str(rcpt, "a@b.example");
	ck_assert(maillog_next_rcpt(&rest, &rcpt));
	assert_str(rcpt, "\"c,>d\"@e.example");
	ck_assert(maillog_next_rcpt(&rest, &rcpt));
	assert_str(rcpt, "root");
	ck_assert(maillog_next_rcpt(&rest, &rcpt));
	assert_str(rcpt, "\"x,y\"");
	ck_assert(maillog_next_rcpt(&rest, &rcpt));
	assert_str(rcpt, "<z");
	ck_assert(!maillog_next_rcpt(&rest, &rcpt));
}
END_TEST

START_TEST(pieces)
{
	struct str rest = STR("12.5x"), path;
	int64_t us;
	uint64_t number;

	ck_assert(piece_seconds(&rest, &us));
	ck_assert_int_eq(us, 12500000);
	assert_str(rest, "x");
	ck_assert(!piece_seconds(&rest, &us));
	rest = STR("9999999999999999999");
	ck_assert(!piece_number(&rest, &number));
	ck_assert(!piece_seconds(&rest, &us));
	rest = STR("<\"a\\\">b\"@c>d");
	ck_assert(piece_path(&rest, &path));
	assert_str(path, "\"a\\\">b\"@c");
	assert_str(rest, "d");
	rest = STR("<\"a>b");
	ck_assert(piece_path(&rest, &path));
	assert_str(path, "\"a");
	rest = STR("<a");
	ck_assert(!piece_path(&rest, &path));
	assert_str(rest, "<a");
	assert_str(piece_after(STR("a: b: c"), STR(": ")), "b: c");
	ck_assert_uint_eq(piece_find(STR("abc"), STR("bd")), 3);
}
END_TEST

TCase *
postfix_cases(void)
{
	TCase *tcase = tcase_create("postfix");

	tcase_add_loop_test(tcase, a_line_of_postfix_is_an_entry, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tcase, a_list_of_recipients);
	tcase_add_test(tcase, lists_that_do_not_end);
	tcase_add_test(tcase, a_path_that_is_too_long);
	tcase_add_test(tcase, pieces);
	return tcase;
}
