#include "tests/unit/maillog/maillog_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static const char *const kinds[] = {
	[MAILLOG_UNKNOWN] = "unknown", [MAILLOG_NOTHING] = "nothing",
	[MAILLOG_BEGIN] = "begin", [MAILLOG_NAMED] = "named",
	[MAILLOG_QUEUED] = "queued", [MAILLOG_TRIED] = "tried",
	[MAILLOG_EXPIRED] = "expired", [MAILLOG_HELD] = "held",
	[MAILLOG_RELEASED] = "released", [MAILLOG_REFUSED] = "refused",
	[MAILLOG_DISCARDED] = "discarded", [MAILLOG_REFUSAL] = "refusal",
	[MAILLOG_NOTICE] = "notice", [MAILLOG_REMOVED] = "removed",
	[MAILLOG_DELETED] = "deleted", [MAILLOG_REQUEUED] = "requeued",
};

static const char *const statuses[] = {
	[MAILLOG_SENT] = "sent", [MAILLOG_DEFERRED] = "deferred",
	[MAILLOG_BOUNCED] = "bounced", [MAILLOG_DROPPED] = "dropped",
	[MAILLOG_PROBED] = "probed",
};

static const char *const notices[] = {
	[MAILLOG_NOTICE_BOUNCE] = "bounce", [MAILLOG_NOTICE_DELAY] = "delay",
	[MAILLOG_NOTICE_SUCCESS] = "success",
};

static char words[2000];
static size_t used;

static void __attribute__((format(printf, 1, 2)))
say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	used += (size_t)vsnprintf(words + used, sizeof(words) - used, format,
	    ap);
	va_end(ap);
	ck_assert_uint_lt(used, sizeof(words));
}

static void
say_text(const char *name, struct str text)
{
	if (text.len > 0)
		say(" %s=%.*s", name, STR_ARG(text));
}

static void
say_tried(const struct maillog_entry *entry)
{
	if (entry->kind != MAILLOG_TRIED)
		return;
	say(" %s%s%s", statuses[entry->status], entry->remote ? " remote" :
	    "", entry->inside ? " inside" : "");
	if (entry->has_delay)
		say(" delay=%.2f", (double)entry->delay_us / 1e6);
	for (int i = 0; entry->has_delays && i < 4; i++)
		say("%s%.2f", i == 0 ? " delays=" : "/",
		    (double)entry->delays_us[i] / 1e6);
}

const char *
entry_words(const struct maillog_entry *entry)
{
	used = 0;
	say("%s", kinds[entry->kind]);
	if (entry->queue_id.len > 0)
		say(" %.*s", STR_ARG(entry->queue_id));
	if (entry->kind == MAILLOG_NOTICE)
		say(" %s%s", notices[entry->notice], entry->expires ?
		    " expires" : "");
	if (entry->kind == MAILLOG_QUEUED)
		say(" from=<%.*s> size=%llu rcpts=%llu",
		    STR_ARG(entry->sender), (unsigned long long)entry->size,
		    (unsigned long long)entry->rcpt_count);
	say_tried(entry);
	if (entry->by_milter)
		say(" milter");
	say_text("client", entry->client);
	say_text("message-id", entry->message_id);
	say_text("to", entry->rcpts);
	say_text("orig_to", entry->orig_to);
	say_text("relay", entry->relay);
	say_text("dsn", entry->dsn);
	say_text("other", entry->other_id);
	say_text("reason", entry->reason);
	return words;
}

int
main(void)
{
	Suite *suite = suite_create("maillog");

	setenv("TZ", "UTC", 1);
	tzset();
	suite_add_tcase(suite, line_cases());
	suite_add_tcase(suite, reason_cases());
	suite_add_tcase(suite, postfix_cases());
	suite_add_tcase(suite, sendmail_cases());
	suite_add_tcase(suite, join_cases());
	suite_add_tcase(suite, outcomes_cases());
	suite_add_tcase(suite, question_cases());
	return run_suite(suite);
}
