/*
 * Logs in files, and what they come to.
 */
#include "maillog/outcomes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "maillog/read.h"
#include "tests/unit/maillog/maillog_test.h"

#define SECOND	INT64_C(1000000)

/* ---- files ---- */

static char path[64];

static const char *
plain_file(const char *text)
{
	FILE *out;

	snprintf(path, sizeof(path), "maillog-%d", (int)getpid());
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	return path;
}

static const char *
gzip_file(const char *text)
{
	gzFile out;

	snprintf(path, sizeof(path), "maillog-%d.gz", (int)getpid());
	out = gzopen(path, "w");
	ck_assert_int_eq(gzputs(out, text), (int)strlen(text));
	gzclose(out);
	return path;
}

static void
take_message(void *ctx, const struct maillog_message *message)
{
	outcomes_take(ctx, message);
}

static void
read_file(const char *name, struct outcomes *outcomes,
    struct accepted *accepted, struct arena *arena,
    struct maillog_count *count)
{
	const char *const paths[] = { name, NULL };
	const struct maillog_options options = { .paths = paths, .year =
	    2026, .show = 2, .message = take_message, .ctx = outcomes };

	outcomes_init(outcomes, accepted, 0, 0);
	maillog_read(&options, arena, count);
	outcomes_end(outcomes);
	unlink(path);
}

#define P	"Nov  2 03:04:05 mx1 postfix/"
#define QUEUED(id, from) P "smtpd[1]: " id ": client=a[192.0.2.1]\n"	\
	P "qmgr[1]: " id ": from=<" from ">, size=1, nrcpt=1 (queue "	\
	"active)\n"
#define TRY(id, to, delay, how)						\
	P "smtp[1]: " id ": to=<" to ">, relay=a[192.0.2.1]:25, delay="	\
	delay ", delays=0/0/1/1, dsn=4.1.1, status=" how "\n"
#define REMOVED(id) P "qmgr[1]: " id ": removed\n"

static const char log_text[] =
    QUEUED("AAAAA1", "ann@good.example")
    TRY("AAAAA1", "bob@Example.net", "0.5", "sent (250 ok)")
    REMOVED("AAAAA1")
    QUEUED("AAAAA2", "ann@good.example")
    TRY("AAAAA2", "bob@example.net", "1", "deferred (host a said: 451 4.7.1 "
    "<bob@example.net>: later (in reply to RCPT TO command))")
    TRY("AAAAA2", "bob@example.net", "3600", "sent (250 ok)")
    REMOVED("AAAAA2")
    QUEUED("AAAAA3", "ann@good.example")
    TRY("AAAAA3", "eve@example.net", "2", "bounced (host a said: 550 5.1.1 "
    "<eve@example.net>: unknown (in reply to RCPT TO command))")
    P "bounce[1]: AAAAA3: sender non-delivery notification: AAAAA4\n"
    REMOVED("AAAAA3")
    P "qmgr[1]: AAAAA4: from=<>, size=1, nrcpt=1 (queue active)\n"
    TRY("AAAAA4", "ann@good.example", "1", "bounced (550 no)")
    REMOVED("AAAAA4")
    QUEUED("AAAAA5", "ann@good.example")
    TRY("AAAAA5", "joe@other.example", "2", "deferred (host b said: 451 "
    "4.2.1 <joe@other.example>: later (in reply to RCPT TO command))")
    P "qmgr[1]: AAAAA5: from=<ann@good.example>, status=expired, returned "
    "to sender\n"
    REMOVED("AAAAA5")
    QUEUED("AAAAA6", "ann@good.example")
    TRY("AAAAA6", "eve@other.example", "2", "bounced (host a said: 550 "
    "5.1.1 <eve@other.example>: unknown (in reply to RCPT TO command))")
    QUEUED("AAAAA7", "")
    TRY("AAAAA7", "ann@good.example", "2", "sent (ok)")
    QUEUED("AAAAA8", "")
    TRY("AAAAA8", "nobody@good.example", "2", "sent (ok)")
    P "cleanup[1]: AAAAA9: milter-reject: END-OF-MESSAGE from "
    "a[192.0.2.1]: 5.7.1 no; from=<x@y.example>\n"
    P "smtpd[1]: NOQUEUE: milter-reject: RCPT from a[192.0.2.1]: 550 no; x\n"
    P "smtpd[1]: connect from a[192.0.2.1]\n"
    P "smtpd[1]: what is this\n"
    "no line\n"
    "Nov  2 03:04:05 mx1 sshd[1]: hello\n"
    QUEUED("AAAAAA", "ann@good.example");

static void
check_counts(const struct outcome_counts *counts)
{
	ck_assert_uint_eq(counts->messages, 8);
	ck_assert_uint_eq(counts->rcpts[MAILLOG_RESULT_SENT], 4);
	ck_assert_uint_eq(counts->rcpts[MAILLOG_RESULT_BOUNCED], 2);
	ck_assert_uint_eq(counts->rcpts[MAILLOG_RESULT_EXPIRED], 1);
	ck_assert_uint_eq(counts->rcpts[MAILLOG_RESULT_DEFERRED], 0);
	ck_assert_uint_eq(counts->rcpts[MAILLOG_RESULT_NONE], 1);
	ck_assert_uint_eq(counts->put_off, 2);
	ck_assert_uint_eq(counts->tries_put_off, 2);
	ck_assert_uint_eq(counts->put_off_then[MAILLOG_RESULT_SENT], 1);
	ck_assert_uint_eq(counts->put_off_then[MAILLOG_RESULT_EXPIRED], 1);
	ck_assert_uint_eq(counts->refused, 1);
	ck_assert_uint_eq(counts->refused_by_milter, 1);
	ck_assert_uint_eq(counts->notices[MAILLOG_NOTICE_BOUNCE], 1);
	ck_assert_uint_eq(counts->notices_lost, 1);
	ck_assert_uint_eq(counts->bounces, 2);
	ck_assert_uint_eq(counts->bounces_unanswering, 1);
}

static const uint64_t *
domain(struct outcomes *outcomes, const char *name)
{
	return tally_at(&outcomes->domains, str_from(name))->counts;
}

static void
check_reasons(const struct outcomes *outcomes, struct arena *arena)
{
	static const struct {
		const char *parts[OUTCOME_REASON_PARTS], *note;
		uint64_t count;
	} wanted[] = {
		{ { "bounced", "550", "5.1.1", "<*>: unknown" },
		    "AAAAA3 example.net", 2 },
		{ { "expired", "451", "4.2.1", "<*>: later" },
		    "AAAAA5 other.example", 1 },
		{ { "put off", "451", "4.7.1", "<*>: later" },
		    "AAAAA2 example.net", 1 },
	};
	const struct tally_row *const *rows = tally_sorted(
	    &outcomes->reasons, arena);

	ck_assert_uint_eq(outcomes->reasons.count, 3);
	for (int i = 0; i < TEST_COUNT(wanted); i++) {
		ck_assert_uint_eq(rows[i]->counts[0], wanted[i].count);
		assert_str(rows[i]->note, wanted[i].note);
		for (size_t k = 0; k < OUTCOME_REASON_PARTS; k++)
			assert_str(tally_part(rows[i]->name, k),
			    wanted[i].parts[k]);
	}
}

START_TEST(a_log_comes_to_figures)
{
	struct arena *arena = arena_new();
	struct maillog_count count;
	struct outcomes outcomes;

	read_file(_i == 0 ? plain_file(log_text) : gzip_file(log_text),
	    &outcomes, NULL, arena, &count);
	check_counts(&outcomes.counts);
	check_reasons(&outcomes, arena);
	ck_assert_uint_eq(domain(&outcomes, "example.net")[
	    OUTCOME_DOMAIN_RCPTS], 3);
	ck_assert_uint_eq(domain(&outcomes, "example.net")[
	    OUTCOME_DOMAIN_SENT], 2);
	ck_assert_uint_eq(domain(&outcomes, "example.net")[
	    OUTCOME_DOMAIN_PUT_OFF], 1);
	ck_assert_uint_eq(domain(&outcomes, "other.example")[
	    OUTCOME_DOMAIN_EXPIRED], 1);
	ck_assert_uint_eq(outcomes_domain_delay(tally_at(&outcomes.domains,
	    STR("example.net")), 50) / 100000, 7);
	ck_assert_uint_eq(outcomes.delays[OUTCOME_OUT].count, 4);
	ck_assert_uint_eq(outcomes.delays[OUTCOME_OUT].max_us,
	    3600 * SECOND);
	ck_assert_uint_eq(outcomes.stages[2].sum_us, 4 * SECOND);
	ck_assert_uint_eq(outcomes.unasked.count, 1);
	assert_str(outcomes.unasked.rows[0]->name, "nobody@good.example");
	ck_assert_uint_eq(count.lines, 39);
	ck_assert_uint_eq(count.other, 1);
	ck_assert_uint_eq(count.silent, 1);
	ck_assert_uint_eq(count.unknown, 1);
	ck_assert_uint_eq(count.broken, 1);
	ck_assert_uint_eq(count.used, 35);
	ck_assert_uint_eq(count.milter_refusals, 1);
	ck_assert_uint_eq(count.unread, 0);
	ck_assert_int_eq(count.last_us, 1793588645 * SECOND);
	ck_assert_uint_eq(count.shown.count, 2);
	assert_str(count.shown.at[0], P "smtpd[1]: what is this");
	assert_str(count.shown.at[1], "no line");
	outcomes_fini(&outcomes);
	arena_free(arena);
}
END_TEST

/* ---- with events ---- */

static const struct {
	const char	*host, *queue_id;
	int		 seconds;	/* before the log */
	bool		 ours;
	enum accepted_bounce bounce;
} events[] = {
	{ "mx1.example.com", "AAAAA1", 1, true, ACCEPTED_UNTAGGED },
	{ "mx1.example.com", "AAAAA2", 1, false, ACCEPTED_UNTAGGED },
	/* Other hosts, and other days. */
	{ "mx2.example.com", "AAAAA3", 1, true, ACCEPTED_UNTAGGED },
	{ "mx1.example.com", "AAAAA5", 90000, true, ACCEPTED_UNTAGGED },
	{ "mx1.example.com", "AAAAA7", 1, false, ACCEPTED_ANSWERS_NOTHING },
	{ "mx1.example.com", "AAAAA8", 1, false, ACCEPTED_ANSWERS },
	{ "", "aaaaa6", 1, true, ACCEPTED_UNTAGGED },
	{ "mx1", "BBBBB1", 1, true, ACCEPTED_UNTAGGED },
};

START_TEST(events_say_what_counts)
{
	struct accepted *accepted = accepted_new();
	struct arena *arena = arena_new();
	struct maillog_count count;
	struct outcomes outcomes;

	for (int i = 0; i < TEST_COUNT(events); i++)
		accepted_add(accepted, &(struct accepted_mail){
		    .time_us = (1793588645 - events[i].seconds) * SECOND,
		    .ours = events[i].ours, .bounce = events[i].bounce },
		    str_from(events[i].host), str_from(events[i].queue_id));
	read_file(plain_file(log_text), &outcomes, accepted, arena, &count);
	ck_assert_uint_eq(accepted_count(accepted), 8);
	ck_assert_uint_eq(accepted_seen(accepted), 4);
	ck_assert_uint_eq(outcomes.counts.messages, 4);
	ck_assert_uint_eq(outcomes.counts.not_ours, 4);
	ck_assert_uint_eq(outcomes.counts.rcpts[MAILLOG_RESULT_SENT], 4);
	/* Tags say it of both bounces; ann wrote, and still. */
	ck_assert_uint_eq(outcomes.counts.bounces_unanswering, 1);
	assert_str(outcomes.unasked.rows[0]->name, "ann@good.example");
	/* What is not from us is not outgoing. */
	ck_assert_uint_eq(outcomes.domains.count, 1);
	ck_assert_uint_eq(domain(&outcomes, "example.net")[
	    OUTCOME_DOMAIN_RCPTS], 1);
	outcomes_fini(&outcomes);
	accepted_free(accepted);
	arena_free(arena);
}
END_TEST

/* Of two names nobody knows whether they are one host. */
START_TEST(the_same_queue_id_of_another_host)
{
	struct accepted *accepted = accepted_new();
	const struct accepted_elsewhere *elsewhere =
	    accepted_elsewhere(accepted);

	accepted_add(accepted, &(struct accepted_mail){ .time_us = 0 },
	    STR("mail.example.com"), STR("AAAAA1"));
	ck_assert_ptr_nonnull(accepted_find(accepted, STR("mail"),
	    STR("AAAAA1"), 0));
	ck_assert_ptr_null(accepted_find(accepted, STR("mx1"),
	    STR("AAAAA2"), 0));
	ck_assert_uint_eq(elsewhere->count, 0);
	ck_assert_ptr_null(accepted_find(accepted, STR("mx1"),
	    STR("AAAAA1"), 0));
	ck_assert_ptr_null(accepted_find(accepted, STR("mx2"),
	    STR("AAAAA1"), 0));
	ck_assert_ptr_null(accepted_find(accepted, STR("mx1"),
	    STR("AAAAA1"), 48 * 3600 * SECOND));
	ck_assert_uint_eq(elsewhere->count, 2);
	assert_str(elsewhere->log_host, "mx1");
	assert_str(elsewhere->event_host, "mail.example.com");
	accepted_free(accepted);
}
END_TEST

/* The nearest of several with one queue id. */
START_TEST(queue_ids_come_again)
{
	struct accepted *accepted = accepted_new();
	struct accepted_mail *found;

	for (int hour = 0; hour < 100; hour += 10)
		accepted_add(accepted, &(struct accepted_mail){ .time_us =
		    hour * 3600 * SECOND }, STR("mx1"), STR("AAAAA1"));
	found = accepted_find(accepted, STR("mx1"), STR("AAAAA1"),
	    52 * 3600 * SECOND);
	ck_assert_int_eq(found->time_us, 50 * 3600 * SECOND);
	ck_assert_ptr_null(accepted_find(accepted, STR("mx1"),
	    STR("AAAAA1"), 115 * 3600 * SECOND));
	ck_assert_ptr_null(accepted_find(accepted, STR("mx1"),
	    STR("AAAAA2"), 0));
	accepted_free(accepted);
}
END_TEST

START_TEST(a_long_line_is_one_that_is_broken)
{
	struct arena *arena = arena_new();
	char *text = arena_alloc(arena, 600000);
	struct maillog_count count;
	struct outcomes outcomes;

	memset(text, 'x', 500000);
	strcpy(text + 500000, "\n" P "qmgr[1]: AAAAA1: removed\n" P
	    "qmgr[1]: AAAAA2: removed");
	read_file(plain_file(text), &outcomes, NULL, arena, &count);
	ck_assert_uint_eq(count.lines, 3);
	ck_assert_uint_eq(count.broken, 1);
	ck_assert_uint_eq(count.used, 2);
	outcomes_fini(&outcomes);
	/* One that is read in one piece with what stands around it as well. */
	memset(text, 'x', 100000);
	memcpy(text, P "smtpd[1]: connect from ",
	    sizeof(P "smtpd[1]: connect from ") - 1);
	strcpy(text + 100000, "\n" P "qmgr[1]: AAAAA1: removed\n");
	read_file(plain_file(text), &outcomes, NULL, arena, &count);
	ck_assert_uint_eq(count.lines, 2);
	ck_assert_uint_eq(count.broken, 1);
	ck_assert_uint_eq(count.used, 1);
	outcomes_fini(&outcomes);
	read_file("/there/is/no/such", &outcomes, NULL, arena, &count);
	ck_assert_uint_eq(count.unread, 1);
	ck_assert_str_eq(count.unread_file, "/there/is/no/such");
	ck_assert_str_eq(count.unread_why, "No such file or directory");
	outcomes_fini(&outcomes);
	arena_free(arena);
}
END_TEST

/* "mail.log mail.log.1", as a shell has them: the message that runs over both
 * is one, and what has no lines comes last. */
START_TEST(logs_are_read_in_their_order)
{
	static const char *const texts[] = {
		"", "Nov  3 00:00:05 mx1 postfix/smtp[1]: AAAAA1: "
		"to=<b@example.net>, relay=a[192.0.2.1]:25, delay=1, "
		"delays=0/0/1/0, dsn=2.0.0, status=sent (ok)\n"
		"Nov  3 00:00:06 mx1 postfix/qmgr[1]: AAAAA1: removed\n",
		"-- a remark\n" QUEUED("AAAAA1", "a@good.example"),
	};
	const char *names[4] = { NULL };
	struct outcomes outcomes;
	const struct maillog_options options = { .paths = names, .year =
	    2026, .message = take_message, .ctx = &outcomes };
	struct arena *arena = arena_new();
	struct maillog_count count;

	for (int i = 0; i < 3; i++) {
		const char *written = plain_file(texts[i]);

		names[i] = arena_printf(arena, "%s.%d", written, i).ptr;
		ck_assert_int_eq(rename(written, names[i]), 0);
	}
	outcomes_init(&outcomes, NULL, 0, 0);
	maillog_read(&options, arena, &count);
	outcomes_end(&outcomes);
	ck_assert_uint_eq(count.used, 4);
	ck_assert_uint_eq(outcomes.counts.messages, 1);
	ck_assert_uint_eq(outcomes.counts.rcpts[MAILLOG_RESULT_SENT], 1);
	ck_assert_uint_eq(outcomes.counts.rcpts[MAILLOG_RESULT_NONE], 0);
	outcomes_fini(&outcomes);
	for (int i = 0; i < 3; i++)
		unlink(names[i]);
	arena_free(arena);
}
END_TEST

TCase *
outcomes_cases(void)
{
	TCase *tcase = tcase_create("outcomes");

	tcase_add_loop_test(tcase, a_log_comes_to_figures, 0, 2);
	tcase_add_test(tcase, events_say_what_counts);
	tcase_add_test(tcase, the_same_queue_id_of_another_host);
	tcase_add_test(tcase, queue_ids_come_again);
	tcase_add_test(tcase, a_long_line_is_one_that_is_broken);
	tcase_add_test(tcase, logs_are_read_in_their_order);
	return tcase;
}
