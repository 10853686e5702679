/*
 * Lines of one message come together, and those of another do not.
 */
#include "maillog/join.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "tests/unit/maillog/maillog_test.h"

static char said[4000];
static size_t used;
static uint64_t messages;

#define SAY(...) do {							\
	used += (size_t)snprintf(said + used, sizeof(said) - used,	\
	    __VA_ARGS__);						\
	ck_assert_uint_lt(used, sizeof(said));				\
} while (0)

static void
say_rcpt(const struct maillog_rcpt *rcpt)
{
	SAY(" <%.*s> %s", STR_ARG(rcpt->address),
	    maillog_result_name(rcpt->result));
	if (rcpt->deferrals > 0)
		SAY(" after %u", rcpt->deferrals);
	if (rcpt->has_delay)
		SAY(" in %d", (int)(rcpt->delay_us / 1000000));
	if (rcpt->put_off.text.len > 0)
		SAY(" (%.*s)", STR_ARG(rcpt->put_off.text));
}

/* "ID from <sender> [queued held ...] <rcpt> sent; " */
static void
say_message(void *ctx, const struct maillog_message *message)
{
	const struct { bool is; const char *word; } words[] = {
		{ message->queued, "queued" }, { message->held, "held" },
		{ message->refused, "refused" },
		{ message->discarded, "discarded" },
		{ message->by_milter, "milter" },
		{ message->is_notice, "notice" },
	};

	(void)ctx;
	messages++;
	SAY("%s%.*s", used > 0 ? "; " : "", STR_ARG(message->queue_id));
	for (int i = 0; i < TEST_COUNT(words); i++)
		if (words[i].is)
			SAY(" %s", words[i].word);
	if (message->about.len > 0)
		SAY(" about %.*s", STR_ARG(message->about));
	if (message->before.len > 0)
		SAY(" before %.*s", STR_ARG(message->before));
	if (message->sender.len > 0)
		SAY(" from <%.*s>", STR_ARG(message->sender));
	for (size_t i = 0; i < message->rcpts.count; i++)
		say_rcpt(&message->rcpts.at[i]);
}

static void
take_line(struct maillog_join *join, struct stamp *stamp, const char *text,
    struct arena *arena)
{
	struct maillog_line line;
	struct maillog_entry entry;

	ck_assert_msg(maillog_line_read(stamp, str_from(text), arena, &line),
	    "%s", text);
	if (line.mta == MAILLOG_POSTFIX)
		maillog_postfix(&line, &entry);
	else
		maillog_sendmail(&line, &entry);
	maillog_join_take(join, &line, &entry);
}

#define P1	"Nov  2 03:04:05 mx1 postfix/"
#define P2	"Nov  2 03:04:05 mx2 postfix/"
#define S1	"Nov  2 03:04:05 mx1 sm-mta[1]: "
#define TO(to, how)	"to=<" to ">, relay=a[192.0.2.1]:25, delay=2, " \
	"delays=0/0/1/1, dsn=2.0.0, status=" how
#define STO(to, dsn, how) "to=" to ", delay=00:00:02, mailer=esmtp, " \
	"relay=a [192.0.2.1], dsn=" dsn ", stat=" how
#define SA	"6AMK6MqJ020119"
#define SB	"6AMK6MqJ020120"

static const struct {
	const char	*lines[14], *messages;
} cases[] = {
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "cleanup[1]: AAAAA1: message-id=<x@y>",
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=2 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("c@d", "sent (ok)"),
	    P1 "smtp[1]: AAAAA1: " TO("e@f", "deferred (451 later)"),
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=2 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("e@f", "deferred (452 full)"),
	    P1 "smtp[1]: AAAAA1: " TO("e@f", "sent (ok)"),
	    P1 "qmgr[1]: AAAAA1: removed" },
	    "AAAAA1 queued from <a@b> <c@d> sent in 2 <e@f> sent after 2 "
	    "in 2 (452 full)" },
	/* Bounced: two messages, of which one speaks of the other. */
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("c@d", "bounced (550 no)"),
	    P1 "cleanup[1]: AAAAA2: message-id=<z@y>",
	    P1 "bounce[1]: AAAAA1: sender non-delivery notification: AAAAA2",
	    P1 "qmgr[1]: AAAAA2: from=<>, size=1, nrcpt=1 (queue active)",
	    P1 "qmgr[1]: AAAAA1: removed",
	    P1 "smtp[1]: AAAAA2: " TO("a@b", "sent (ok)"),
	    P1 "qmgr[1]: AAAAA2: removed" },
	    "AAAAA1 queued from <a@b> <c@d> bounced in 2; "
	    "AAAAA2 queued notice about AAAAA1 <a@b> sent in 2" },
	/* Expired: only what was still put off. */
	{ { P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=2 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("c@d", "sent (ok)"),
	    P1 "smtp[1]: AAAAA1: " TO("e@f", "deferred (451 later)"),
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, status=expired, returned to "
	    "sender", P1 "qmgr[1]: AAAAA1: removed" },
	    "AAAAA1 queued from <a@b> <c@d> sent in 2 <e@f> expired after 1 "
	    "in 2 (451 later)" },
	/* Other hosts, and other instances, have ids of their own. */
	{ { P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P2 "qmgr[1]: AAAAA1: from=<c@d>, size=1, nrcpt=1 (queue active)",
	    "Nov  2 03:04:05 mx1 postfix-out/qmgr[1]: AAAAA1: from=<e@f>, "
	    "size=1, nrcpt=1 (queue active)",
	    P2 "qmgr[1]: AAAAA1: removed",
	    P1 "qmgr[1]: AAAAA1: removed" },
	    "AAAAA1 queued from <c@d>; AAAAA1 queued from <a@b>; "
	    "AAAAA1 queued from <e@f>" },
	/* An id comes again: after its end, and where that is missing. */
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P1 "qmgr[1]: AAAAA1: removed",
	    P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "qmgr[1]: AAAAA1: from=<c@d>, size=1, nrcpt=1 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("x@y", "deferred (later)"),
	    P1 "cleanup[1]: AAAAA1: message-id=<another@one>",
	    P1 "qmgr[1]: AAAAA1: from=<e@f>, size=1, nrcpt=1 (queue "
	    "active)" },
	    "AAAAA1 queued from <a@b>; AAAAA1 queued from <c@d> <x@y> "
	    "deferred after 1 in 2 (later); AAAAA1 queued from <e@f>" },
	/* So it is with one that is held, and with a bounce of ours whose
	 * Message-ID is the same again. */
	{ { P1 "cleanup[1]: AAAAA1: milter-hold: END-OF-MESSAGE from "
	    "a[192.0.2.1]: hold; from=<a@b>",
	    P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "cleanup[1]: AAAAA2: message-id=<x@y>",
	    P1 "bounce[1]: AAAAA1: sender non-delivery notification: AAAAA2",
	    P1 "qmgr[1]: AAAAA2: removed",
	    P1 "cleanup[1]: AAAAA2: message-id=<x@y>",
	    P1 "bounce[1]: AAAAA1: sender non-delivery notification: AAAAA2",
	    P1 "qmgr[1]: AAAAA2: from=<>, size=1, nrcpt=1 (queue active)" },
	    "AAAAA1 held milter; AAAAA2 notice about AAAAA1; AAAAA1; "
	    "AAAAA2 queued notice about AAAAA1" },
	/* Through a filter on this host, and back. */
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P1 "smtpd[1]: AAAAA2: client=localhost[127.0.0.1]",
	    P1 "qmgr[1]: AAAAA2: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P1 "smtp[1]: AAAAA1: to=<c@d>, relay=127.0.0.1[127.0.0.1]:1, "
	    "delay=2, dsn=2.0.0, status=sent (250 queued as AAAAA2)",
	    P1 "qmgr[1]: AAAAA1: removed",
	    P1 "smtp[1]: AAAAA2: " TO("c@d", "sent (queued as AAAAA1)"),
	    P1 "qmgr[1]: AAAAA2: removed" },
	    "AAAAA1 queued from <a@b> <c@d> passed on in 2; AAAAA2 queued "
	    "before AAAAA1 from <a@b> <c@d> sent in 2" },
	/* Through two filters: it came under the first id. */
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "smtpd[1]: AAAAA2: client=localhost[127.0.0.1]",
	    P1 "smtp[1]: AAAAA1: to=<c@d>, relay=127.0.0.1[127.0.0.1]:1, "
	    "delay=2, dsn=2.0.0, status=sent (250 queued as AAAAA2)",
	    P1 "smtpd[1]: AAAAA3: client=localhost[127.0.0.1]",
	    P1 "smtp[1]: AAAAA2: to=<c@d>, relay=127.0.0.1[127.0.0.1]:2, "
	    "delay=2, dsn=2.0.0, status=sent (250 queued as AAAAA3)",
	    P1 "smtp[1]: AAAAA3: " TO("c@d", "sent (ok)") },
	    "AAAAA1 <c@d> passed on in 2; AAAAA2 before AAAAA1 <c@d> passed "
	    "on in 2; AAAAA3 before AAAAA1 <c@d> sent in 2" },
	/* A filter that hands on where it has it from, and does not say under
	 * which id it goes on; what is delivered here is not passed on. */
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "smtpd[1]: AAAAA2: client=localhost[127.0.0.1], "
	    "orig_queue_id=AAAAA1, orig_client=a[192.0.2.1]",
	    P1 "smtp[1]: AAAAA2: " TO("c@d", "sent (ok)"),
	    P1 "local[1]: AAAAA1: to=<e@f>, relay=local, delay=2, dsn=2.0.0, "
	    "status=sent (delivered to mailbox)",
	    P1 "smtp[1]: AAAAA1: to=<c@d>, relay=127.0.0.1[127.0.0.1]:1, "
	    "delay=2, dsn=2.0.0, status=sent (250 2.0.0 Ok)" },
	    "AAAAA2 before AAAAA1 <c@d> sent in 2; AAAAA1 <e@f> sent in 2 "
	    "<c@d> passed on in 2" },
	/* An admin puts it into the queue anew. */
	{ { P1 "qmgr[1]: AAAAA1: from=<a@b>, size=1, nrcpt=2 (queue active)",
	    P1 "smtp[1]: AAAAA1: " TO("c@d", "deferred (451 later)"),
	    P1 "postsuper[1]: AAAAA1: requeued",
	    P1 "pickup[1]: AAAAA2: uid=104 from=<a@b> orig_id=AAAAA1",
	    P1 "smtp[1]: AAAAA2: " TO("c@d", "sent (ok)"),
	    P1 "qmgr[1]: AAAAA2: removed" },
	    "AAAAA1 queued from <a@b> <c@d> passed on after 1 in 2 (451 "
	    "later); AAAAA2 before AAAAA1 <c@d> sent in 2" },
	/* Of that id this host knows nothing: it was sent. */
	{ { P1 "smtp[1]: AAAAA1: to=<c@d>, relay=127.0.0.1[127.0.0.1]:1, "
	    "delay=2, dsn=2.0.0, status=sent (250 queued as BBBBB2)" },
	    "AAAAA1 <c@d> sent in 2" },
	{ { P1 "smtpd[1]: AAAAA1: client=a[192.0.2.1]",
	    P1 "cleanup[1]: AAAAA1: milter-reject: END-OF-MESSAGE from "
	    "a[192.0.2.1]: 5.7.1 no; from=<a@b>",
	    P1 "smtpd[1]: AAAAA2: client=a[192.0.2.1]",
	    P1 "cleanup[1]: AAAAA2: milter-hold: END-OF-MESSAGE from "
	    "a[192.0.2.1]: hold; from=<a@b>",
	    P1 "smtpd[1]: AAAAA3: client=a[192.0.2.1]",
	    P1 "cleanup[1]: AAAAA3: milter-discard: END-OF-MESSAGE from "
	    "a[192.0.2.1]: drop; from=<a@b>" },
	    "AAAAA1 refused milter; AAAAA3 discarded milter; "
	    "AAAAA2 held milter" },
	/* Held, then released: it is delivered. */
	{ { P1 "cleanup[1]: AAAAA2: milter-hold: END-OF-MESSAGE from "
	    "a[192.0.2.1]: hold; from=<a@b>",
	    P1 "postsuper[1]: AAAAA2: released from hold",
	    P1 "qmgr[1]: AAAAA2: from=<a@b>, size=1, nrcpt=1 (queue active)",
	    P1 "smtp[1]: AAAAA2: " TO("c@d", "sent (ok)"),
	    P1 "qmgr[1]: AAAAA2: removed" },
	    "AAAAA2 queued milter from <a@b> <c@d> sent in 2" },
	{ { P1 "smtp[1]: AAAAA2: " TO("c@d", "deferred (x)"),
	    P1 "postsuper[1]: AAAAA2: removed" },
	    "AAAAA2 <c@d> deleted after 1 in 2 (x)" },
	/* Sendmail: with its last recipient a message is at its end. */
	{ { S1 SA ": from=<a@b>, size=1, nrcpts=2",
	    S1 SA ": " STO("<c@d>,<e@f>", "4.0.0", "Deferred: later"),
	    S1 SA ": " STO("<c@d>", "2.0.0", "Sent (ok)"),
	    S1 SA ": " STO("<e@f>", "5.1.1", "User unknown"),
	    S1 SA ": " SB ": DSN: User unknown",
	    S1 SB ": " STO("<a@b>", "2.0.0", "Sent (ok)") },
	    SA " queued from <a@b> <c@d> sent after 1 in 2 (later) <e@f> "
	    "bounced after 1 in 2 (later); " SB " notice about " SA
	    " <a@b> sent in 2" },
	{ { S1 SA ": from=<a@b>, size=1, nrcpts=1",
	    S1 SA ": " STO("<c@d>", "4.0.0", "Deferred: later"),
	    S1 SA ": " SB ": sender notify: Cannot send message for 5 days",
	    S1 SA ": from=<x@y>, size=1, nrcpts=1" },
	    SA " queued from <a@b> <c@d> expired after 1 in 2 (later); "
	    SB " notice about " SA "; " SA " queued from <x@y>" },
	{ { S1 SA ": milter=assay, quarantine=dmarc",
	    S1 SA ": from=<a@b>, size=1, nrcpts=1" },
	    SA " queued held milter from <a@b>" },
	/* From the submission queue to the daemon. */
	{ { S1 SA ": from=root, size=1, nrcpts=1",
	    S1 SB ": from=<root@b>, size=1, nrcpts=1",
	    S1 SA ": to=<c@d>, delay=00:00:02, mailer=relay, "
	    "relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (" SB
	    " Message accepted for delivery)" },
	    SA " queued from <root> <c@d> passed on in 2; " SB " queued "
	    "before " SA " from <root@b>" },
};

START_TEST(lines_become_messages)
{
	struct maillog_join *join = maillog_join_new(say_message, NULL);
	struct arena *arena = arena_new();
	struct stamp stamp;

	used = 0;
	stamp_begin(&stamp, INT64_C(1795348800000000), 0);
	for (int i = 0; cases[_i].lines[i] != NULL; i++)
		take_line(join, &stamp, cases[_i].lines[i], arena);
	maillog_join_end(join);
	ck_assert_str_eq(said, cases[_i].messages);
	ck_assert_uint_eq(maillog_join_cut(join), 0);
	maillog_join_free(join);
	arena_free(arena);
}
END_TEST

static void
count_message(void *ctx, const struct maillog_message *message)
{
	(void)ctx;
	(void)message;
	messages++;
}

/* More than is awaited: the oldest ones are handed on. */
START_TEST(what_never_ends_is_bounded)
{
	struct maillog_join *join = maillog_join_new(count_message, NULL);
	struct maillog_line line = { .mta = MAILLOG_POSTFIX,
	    .host = STR("mx1"), .program = STR("qmgr") };
	struct maillog_entry entry;
	char text[100];

	messages = 0;
	for (int i = 0; i < LIMIT_MAILLOG_OPEN + 500; i++) {
		snprintf(text, sizeof(text), "A%08X: from=<>, size=1, "
		    "nrcpt=1 (queue active)", (unsigned)i);
		line.text = str_from(text);
		maillog_postfix(&line, &entry);
		maillog_join_take(join, &line, &entry);
	}
	ck_assert_uint_eq(messages, 500);
	ck_assert_uint_eq(maillog_join_cut(join), 500);
	maillog_join_free(join);	/* without what still waits */
	ck_assert_uint_eq(messages, 500);
}
END_TEST

/* One message with very many recipients is cut, and quick. */
START_TEST(recipients_are_bounded)
{
	struct maillog_join *join = maillog_join_new(say_message, NULL);
	struct maillog_line line = { .mta = MAILLOG_POSTFIX,
	    .host = STR("mx1"), .program = STR("smtp") };
	struct maillog_entry entry = { .kind = MAILLOG_TRIED,
	    .status = MAILLOG_DEFERRED, .queue_id = STR("AAAAA1") };
	char text[100];

	for (int i = 0; i < 2 * LIMIT_RECIPIENTS; i++) {
		snprintf(text, sizeof(text), "<a%d@example.net>", i);
		entry.rcpts = str_from(text);
		maillog_join_take(join, &line, &entry);
	}
	entry = (struct maillog_entry){ .kind = MAILLOG_REFUSED,
	    .queue_id = STR("AAAAA2") };
	maillog_join_take(join, &line, &entry);
	maillog_join_free(join);
}
END_TEST

TCase *
join_cases(void)
{
	TCase *tcase = tcase_create("join");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, lines_become_messages, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tcase, what_never_ends_is_bounded);
	tcase_add_test(tcase, recipients_are_bounded);
	return tcase;
}
