/*
 * Any log: what a line says lies in the line, and what lines come to adds up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "maillog/list.h"
#include "maillog/question.h"
#include "maillog/read.h"
#include "maillog/reason.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is asked of all; the last one of nothing in particular. */
static const struct {
	enum outcome_ask ask;
	const char	*text;
} asked[] = {
	{ OUTCOME_ASK_IS, "accepted" }, { OUTCOME_ASK_IS, "put-off" },
	{ OUTCOME_ASK_IS, "unanswering" }, { OUTCOME_ASK_IS, "outgoing" },
	{ OUTCOME_ASK_STATUS, "bounced" }, { OUTCOME_ASK_TOOK, "1s" },
	{ OUTCOME_ASK_FROM, "a@example.com" }, { OUTCOME_ASK_CODE, "none" },
	{ OUTCOME_ASK_TO, "example.com" }, { OUTCOME_ASK_REASON, "no" },
};

enum { ASKED = sizeof(asked) / sizeof(asked[0]) };

struct run {
	struct outcomes	outcomes;
	uint64_t	rcpts;		/* of all messages */
	struct outcome_question questions[ASKED + 1];
	uint64_t	found[ASKED + 1];
	FILE		*out;
};

static void
take_outcome(void *ctx, const struct outcome *outcome)
{
	struct run *run = ctx;

	for (int i = 0; i <= ASKED; i++)
		run->found[i] += outcome_question_holds(&run->questions[i],
		    outcome);
	outcome_list(run->out, outcome, OUTCOME_PLAIN);
	outcome_list(run->out, outcome, OUTCOME_JSON);
}

/* A list has what the figure says. */
static void
check_found(const struct run *run)
{
	const struct outcome_counts *counts = &run->outcomes.counts;
	uint64_t tried = 0;

	for (int i = MAILLOG_RESULT_SENT; i < MAILLOG_RESULT_PASSED; i++)
		tried += counts->rcpts[i];
	if (run->found[0] != counts->messages ||
	    run->found[1] != counts->put_off ||
	    run->found[2] != counts->bounces_unanswering ||
	    run->found[4] != counts->rcpts[MAILLOG_RESULT_BOUNCED] ||
	    run->found[ASKED] != tried + counts->untried_messages)
		abort();
}

static void
check_rcpt(const struct maillog_rcpt *rcpt)
{
	struct maillog_reason reason;

	if (rcpt->address.len > LIMIT_ADDRESS_OCTETS ||
	    rcpt->reason.text.len > LIMIT_MAILLOG_REASON_OCTETS ||
	    rcpt->result >= MAILLOG_RESULT_COUNT ||
	    rcpt->result == MAILLOG_RESULT_NONE ||
	    (rcpt->result == MAILLOG_RESULT_DEFERRED &&
	    rcpt->deferrals == 0))
		abort();
	maillog_reason_read(rcpt->reason.text, rcpt->dsn, &reason);
	if (reason.text.len > LIMIT_MAILLOG_REASON_OCTETS ||
	    reason.code > 599)
		abort();
}

static void
take_message(void *ctx, const struct maillog_message *message)
{
	struct run *run = ctx;
	size_t deferred = 0;

	if (message->queue_id.len == 0 || message->queue_id.len >
	    LIMIT_MAILLOG_ID_OCTETS || message->first_us > message->last_us)
		abort();
	for (size_t i = 0; i < message->rcpts.count; i++) {
		check_rcpt(&message->rcpts.at[i]);
		deferred += message->rcpts.at[i].result ==
		    MAILLOG_RESULT_DEFERRED;
	}
	if (deferred != message->deferred)
		abort();
	run->rcpts += message->rcpts.count;
	outcomes_take(&run->outcomes, message);
}

static bool
is_within(struct str s, struct str line)
{
	return s.len == 0 || (s.ptr >= line.ptr &&
	    s.ptr + s.len <= line.ptr + line.len);
}

static void
check_entry(const struct maillog_entry *entry, struct str text)
{
	const struct str texts[] = { entry->queue_id, entry->sender,
	    entry->client, entry->message_id, entry->rcpts, entry->orig_to,
	    entry->relay, entry->dsn, entry->reason, entry->other_id };
	struct str rest = entry->rcpts, rcpt;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!is_within(texts[i], text))
			abort();
	while (maillog_next_rcpt(&rest, &rcpt))
		if (!is_within(rcpt, text) || ++count > text.len)
			abort();
}

static void
take_line(struct maillog_join *join, struct stamp *stamp, struct str text)
{
	struct arena *arena = arena_new();
	/* Of its own size, so that a read past its end is seen. */
	char *copy = malloc(text.len == 0 ? 1 : text.len);
	struct maillog_entry entry;
	struct maillog_line line;

	if (copy == NULL)
		abort();
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	if (maillog_line_read(stamp, str_make(copy, text.len), arena,
	    &line)) {
		maillog_read_entry(&line, &entry);
		check_entry(&entry, line.text);
		maillog_join_take(join, &line, &entry);
	}
	free(copy);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size), text;
	struct run run = { .rcpts = 0 };
	struct maillog_join *join = maillog_join_new(take_message, &run);
	uint64_t sum = 0;
	struct stamp stamp;

	stamp_begin(&stamp, INT64_C(1795348800000000), 0);
	outcomes_init(&run.outcomes, NULL, 0, 0);
	run.outcomes.counted = take_outcome;
	run.outcomes.ctx = &run;
	run.outcomes.lists = true;
	run.out = fopen("/dev/null", "w");
	for (int i = 0; i < ASKED; i++)
		outcome_question_add(&run.questions[i], asked[i].ask,
		    str_from(asked[i].text));
	while (str_next(&rest, '\n', &text))
		take_line(join, &stamp, text);
	maillog_join_end(join);
	outcomes_end(&run.outcomes);
	for (int i = MAILLOG_RESULT_SENT; i < MAILLOG_RESULT_COUNT; i++)
		sum += run.outcomes.counts.rcpts[i];
	if (sum > run.rcpts || run.outcomes.counts.put_off > sum ||
	    run.outcomes.counts.bounces_unanswering >
	    run.outcomes.counts.bounces)
		abort();
	check_found(&run);
	fclose(run.out);
	outcomes_fini(&run.outcomes);
	maillog_join_free(join);
	return 0;
}
