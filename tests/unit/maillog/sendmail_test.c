/*
 * What lines of Sendmail say.
 */
#include "tests/unit/maillog/maillog_test.h"

#define ID	"6AMK6MqJ020119"

static const struct {
	const char	*text, *entry;
} cases[] = {
	{ ID ": from=<ann@good.example>, size=75, class=0, nrcpts=2, "
	    "msgid=<m1@tests.example>, proto=ESMTP, daemon=MTA, "
	    "relay=mail.good.example [192.0.2.1]",
	    "queued " ID " from=<ann@good.example> size=75 rcpts=2 "
	    "client=mail.good.example [192.0.2.1] "
	    "message-id=<m1@tests.example>" },
	{ ID ": from=<>, size=59, class=0, nrcpts=1, bodytype=8BITMIME, "
	    "relay=localhost [127.0.0.1]",
	    "queued " ID " from=<> size=59 rcpts=1 "
	    "client=localhost [127.0.0.1]" },
	{ ID ": from=root, size=59, class=0, nrcpts=1, msgid=<a@b>, "
	    "relay=root@localhost",
	    "queued " ID " from=<root> size=59 rcpts=1 "
	    "client=root@localhost message-id=<a@b>" },
	{ ID ": to=<bob@example.net>, delay=00:00:01, xdelay=00:00:00, "
	    "mailer=esmtp, pri=30075, relay=mx.example.net. [192.0.2.9], "
	    "dsn=2.0.0, stat=Sent (2.0.0 Ok: queued as 4X82308)",
	    "tried " ID " sent remote delay=1.00 to=<bob@example.net> "
	    "relay=mx.example.net. [192.0.2.9] dsn=2.0.0 reason=2.0.0 Ok: "
	    "queued as 4X82308" },
	{ ID ": to=<a@example.net>,<b@example.net>, ctladdr=<x@y.example> "
	    "(8/0), delay=1+02:03:04, xdelay=00:00:00, mailer=esmtp, "
	    "pri=1, relay=mx.example.net. [192.0.2.9], dsn=2.0.0, "
	    "stat=Sent (ok)",
	    "tried " ID " sent remote delay=93784.00 "
	    "to=<a@example.net>,<b@example.net> "
	    "relay=mx.example.net. [192.0.2.9] dsn=2.0.0 reason=ok" },
	{ ID ": to=<busy@example.net>, delay=00:00:03, xdelay=00:00:00, "
	    "mailer=esmtp, pri=1, relay=mx.example.net. [192.0.2.9], "
	    "dsn=4.3.0, reply=451 4.2.1 <busy@example.net>: mailbox busy, "
	    "try again, stat=Deferred: 451 4.2.1 <busy@example.net>: "
	    "mailbox busy, try again",
	    "tried " ID " deferred remote delay=3.00 "
	    "to=<busy@example.net> relay=mx.example.net. [192.0.2.9] "
	    "dsn=4.3.0 reason=451 4.2.1 <busy@example.net>: mailbox busy, "
	    "try again" },
	{ ID ": to=<nobody@example.net>, delay=00:00:00, xdelay=00:00:00, "
	    "mailer=esmtp, pri=1, relay=mx.example.net. [192.0.2.9], "
	    "dsn=5.1.1, reply=550-5.1.1 nobody of, stat=User unknown",
	    "tried " ID " bounced remote delay=0.00 "
	    "to=<nobody@example.net> relay=mx.example.net. [192.0.2.9] "
	    "dsn=5.1.1 reason=550-5.1.1 nobody of" },
	/* Before there was reply=. */
	{ ID ": to=<bob@example.net>, delay=00:00:03, xdelay=00:00:00, "
	    "mailer=esmtp, pri=1, relay=mx.example.net., dsn=4.0.0, "
	    "stat=Deferred: Connection timed out with mx.example.net.",
	    "tried " ID " deferred remote delay=3.00 to=<bob@example.net> "
	    "relay=mx.example.net. dsn=4.0.0 reason=Connection timed out "
	    "with mx.example.net." },
	{ ID ": to=<bob@example.net>, delay=00:00:00, mailer=esmtp, "
	    "relay=nowhere.example, dsn=5.1.2, stat=Host unknown (Name "
	    "server: nowhere.example: host not found)",
	    "tried " ID " bounced remote delay=0.00 to=<bob@example.net> "
	    "relay=nowhere.example dsn=5.1.2 reason=Host unknown (Name "
	    "server: nowhere.example: host not found)" },
	/* A remote reply does not say that it was sent. */
	{ ID ": to=<bob@example.net>, delay=00:00:00, mailer=esmtp, "
	    "relay=x.example [192.0.2.9], dsn=5.0.0, reply=550 no, "
	    "stat=Sent (ha), stat=Service unavailable",
	    "tried " ID " bounced remote delay=0.00 to=<bob@example.net> "
	    "relay=x.example [192.0.2.9] dsn=5.0.0 reason=550 no" },
	/* Old versions have no dsn=. */
	{ ID ": to=<bob@example.net>, delay=00:00:03, mailer=local, "
	    "stat=Sent", "tried " ID " sent delay=3.00 "
	    "to=<bob@example.net> reason=Sent" },
	{ ID ": to=<bob@example.net>, delay=00:00:03, mailer=local, "
	    "stat=Deferred", "tried " ID " deferred delay=3.00 "
	    "to=<bob@example.net> reason=Deferred" },
	{ ID ": to=<bob@example.net>, delay=00:00:03, mailer=local, "
	    "stat=User unknown", "tried " ID " bounced delay=3.00 "
	    "to=<bob@example.net> reason=User unknown" },
	/* The submission queue hands over to the daemon. */
	{ ID ": to=bob@example.net, ctladdr=root (0/0), delay=00:00:00, "
	    "xdelay=00:00:00, mailer=relay, pri=30075, relay=[127.0.0.1] "
	    "[127.0.0.1], dsn=2.0.0, stat=Sent (6AMK6Msf020105 Message "
	    "accepted for delivery)",
	    "tried " ID " sent remote inside delay=0.00 to=bob@example.net "
	    "relay=[127.0.0.1] [127.0.0.1] dsn=2.0.0 other=6AMK6Msf020105 "
	    "reason=6AMK6Msf020105 Message accepted for delivery" },
	{ ID ": to=<bob@example.net>, delay=00:00:00, mailer=esmtp, "
	    "pri=30000, stat=queued", "nothing " ID " to=<bob@example.net>" },
	/* Its end. */
	{ ID ": 6AMK6MXH020134: DSN: Service unavailable",
	    "notice " ID " bounce other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: sender notify: Warning: could not send "
	    "message for past 4 hours",
	    "notice " ID " delay other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: sender notify: Cannot send message for 5 "
	    "days", "notice " ID " bounce expires other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: DSN: Cannot send message for 5 days",
	    "notice " ID " bounce expires other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: return to sender: User unknown",
	    "notice " ID " bounce other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: postmaster notify: User unknown",
	    "notice " ID " bounce other=6AMK6MXH020134" },
	{ ID ": 6AMK6MXH020134: clone: owner=x", "nothing " ID },
	/* What a Message-ID says of the message is no word of the MTA. */
	{ ID ": from=<a@b.example>, size=75, class=0, nrcpts=2, "
	    "msgid=<x, nrcpts=0, size=1, relay=[127.0.0.1]>, proto=ESMTP, "
	    "daemon=MTA, relay=mail.good.example [192.0.2.1]",
	    "queued " ID " from=<a@b.example> size=75 rcpts=2 "
	    "client=mail.good.example [192.0.2.1] message-id=<x" },
	/* Refused, held, discarded. */
	{ ID ": unquarantine", "released " ID },
	{ ID ": Milter: cmd=data, reject=550 5.7.1 Command rejected",
	    "refused " ID " milter reason=550 5.7.1 Command rejected" },
	{ ID ": ruleset=check_mail, arg1=<x, discard>, quarantine=later",
	    "nothing " ID },
	{ ID ": Milter: data, reject=550 5.7.1 forged",
	    "refused " ID " milter reason=550 5.7.1 forged" },
	{ ID ": Milter: data, discard", "discarded " ID " milter" },
	{ ID ": milter=assay, quarantine=dmarc",
	    "held " ID " milter reason=dmarc" },
	{ ID ": Milter: to=<x@example.com>, reject=550 5.1.1 no",
	    "refusal " ID " milter reason=550 5.1.1 no" },
	{ ID ": Milter: from=<x@example.com>, reject=451 4.7.1 later",
	    "refusal " ID " milter reason=451 4.7.1 later" },
	{ "NOQUEUE: Milter: connect: host=a, addr=192.0.2.1, rejecting "
	    "commands", "refusal milter" },
	{ ID ": ruleset=check_rcpt, arg1=<bob@elsewhere.example>, relay=a "
	    "[192.0.2.1], reject=550 5.7.1 <bob@elsewhere.example>... "
	    "Relaying denied",
	    "refusal " ID " reason=550 5.7.1 <bob@elsewhere.example>... "
	    "Relaying denied" },
	{ ID ": ruleset=check_mail, arg1=<a@b.example>, discard",
	    "discarded " ID },
	{ "ruleset=check_relay, arg1=a, arg2=192.0.2.1, reject=421 4.3.2 "
	    "Connection rate limit exceeded.",
	    "refusal reason=421 4.3.2 Connection rate limit exceeded." },
	{ ID ": to=<dave@example.net>, delay=00:00:00, mailer=esmtp, "
	    "pri=30145, quarantine=for a look, stat=quarantined",
	    "held " ID " to=<dave@example.net> reason=quarantined" },
	{ ID ": to=<bob@example.net>, delay=00:00:00, pri=30143, "
	    "stat=forged",
	    "refused " ID " to=<bob@example.net> reason=forged" },
	/* What says nothing of a message. */
	{ ID ": Milter add: header: X: y", "nothing " ID " milter" },
	{ ID ": Milter (assay): to error state", "nothing " ID " milter" },
	{ ID ": <nobody@example.com>... User unknown", "nothing " ID },
	{ ID ": lost input channel from a [192.0.2.1] to MTA after data",
	    "nothing " ID },
	{ ID ": localhost [127.0.0.1] did not issue MAIL/EXPN/VRFY/ETRN "
	    "during connection to MTA", "nothing " ID },
	{ "STARTTLS=client, relay=a., version=TLSv1.3", "nothing" },
	{ "starting daemon (8.17.1.9): SMTP+queueing@00:10:00", "nothing" },
	{ ID ": from=<ann@good.example>, size=0, class=0, nrcpts=0, "
	    "proto=ESMTP, relay=a [192.0.2.1]", "nothing " ID
	    " client=a [192.0.2.1]" },
	{ ID ": host.example [192.0.2.1]: possible SMTP attack: "
	    "command=AUTH, count=5", "nothing " ID },
	{ ID ": host.example [192.0.2.1]: Possible SMTP RCPT flood, "
	    "throttling.", "nothing " ID },
	{ ID ": \"debug\" command from a [192.0.2.1] (192.0.2.1)",
	    "nothing " ID },
	{ ID ": milter_read(assay): socket closed, where=body",
	    "nothing " ID },
	{ ID ": mx.example.net.: SMTP DATA-1 protocol error: 250 what",
	    "nothing " ID },
	/* What is not understood. */
	{ ID ": an unheard-of line", "unknown " ID },
	{ "an unheard-of line", "unknown" }, { "", "unknown" },
	{ ID ": to=<bob@example.net>, delay=00:00:00", "unknown " ID
	    " to=<bob@example.net>" },
	{ ID ": from=<bob@example.net>, class=0", "unknown " ID },
	{ "6AMK6MqJ02011x: from=<a>, size=1", "unknown" },
};

START_TEST(a_line_of_sendmail_is_an_entry)
{
	const struct maillog_line line = { .mta = MAILLOG_SENDMAIL,
	    .program = STR("sm-mta"), .text = str_from(cases[_i].text) };
	struct maillog_entry entry;

	maillog_sendmail(&line, &entry);
	ck_assert_str_eq(entry_words(&entry), cases[_i].entry);
}
END_TEST

TCase *
sendmail_cases(void)
{
	TCase *tcase = tcase_create("sendmail");

	tcase_add_loop_test(tcase, a_line_of_sendmail_is_an_entry, 0,
	    TEST_COUNT(cases));
	return tcase;
}
