#include "tool/dmarc_failures.h"

#include <stdio.h>

#include "outmail/message.h"
#include "reporting/failure_report.h"

enum { FAILED_IN_A_ROW = 3 };

void
dmarc_failure_say(const struct failure_item *item, struct str to,
    const char *what, struct str why)
{
	tool_print_text(item->domain);
	if (to.len > 0) {
		fputs(" -> ", stdout);
		tool_print_text(to);
	}
	printf(": %s", what);
	if (why.len > 0) {
		fputs(": ", stdout);
		tool_print_text(why);
	}
	putchar('\n');
}

static struct str
write_report(struct failure_sending *sending, const struct failure_item *item,
    struct str to, double alike)
{
	const struct outmail_sender *sender = &sending->reporter.sender;
	struct failure_report report = {
		.item = item, .sender = sender, .to = to,
		.now = sending->now, .incidents = (uint64_t)(alike + 0.5),
		.message_id = outmail_id(sending->arena, sending->now,
		    str_skip(sender->from, str_rchr(sender->from, '@') + 1)),
	};

	return failure_report_write(sending->arena, &report);
}

/* What is with the MTA must be known to be, whatever happens then: twice would
 * be worse than not at all. */
struct claim {
	const struct ledger	*ledger;
	struct str		 name;
	enum ledger_word	 word;		/* open: not asked yet, too */
	bool			 taken;
};

static bool
take_claim(void *ctx)
{
	struct claim *claim = ctx;

	claim->word = ledger_take(claim->ledger, claim->name);
	claim->taken = claim->word == LEDGER_OPEN;
	return claim->taken;
}

static struct str
claim_name(struct failure_sending *sending, const struct failure_item *item,
    struct str name, struct str to)
{
	return ledger_name(sending->arena, "failure", item->arrival, name,
	    arena_printf(sending->arena, "%.*s %.*s %.*s",
	    STR_ARG(item->host), STR_ARG(item->queue_id), STR_ARG(to)));
}

static enum outcome
put_off(struct failure_sending *sending, const struct failure_item *item,
    struct str to, struct claim *claim, const struct handover_result *result)
{
	sending->in_a_row++;
	if (claim->taken && !result->unsure)
		ledger_put_back(claim->ledger, claim->name);
	dmarc_failure_say(item, to, result->unsure ? "perhaps sent" : "later",
	    result->why);
	return sending->in_a_row == FAILED_IN_A_ROW ? OUTCOME_STOP :
	    result->unsure ? OUTCOME_DONE : OUTCOME_LATER;
}

/* Another run has sent it, or nobody can tell. */
static enum outcome
not_open(const struct failure_item *item, struct str to, enum ledger_word word)
{
	if (word == LEDGER_TROUBLE)
		return OUTCOME_STOP;
	dmarc_failure_say(item, to, "sent before", STR_NONE);
	return OUTCOME_DONE;
}

static enum outcome
hand_over(struct failure_sending *sending, const struct failure_item *item,
    struct str to, struct claim *claim, struct str message, bool *sent)
{
	const struct handover_steps steps = { take_claim, claim };
	struct handover_result result;

	reporter_send(&sending->reporter, sending->arena, to, message,
	    ledger_now(&sending->ledger), &steps, &result);
	if (claim->word != LEDGER_OPEN)
		return not_open(item, to, claim->word);
	switch (result.word) {
	case HANDOVER_TAKEN:
		sending->in_a_row = 0;
		*sent = true;
		dmarc_failure_say(item, to, "sent", result.queue_id);
		return OUTCOME_DONE;
	case HANDOVER_REFUSED:
		sending->in_a_row = 0;
		dmarc_failure_say(item, to, "refused", result.why);
		return OUTCOME_DONE;
	case HANDOVER_LATER:
		break;
	}
	*sent |= result.unsure;
	return put_off(sending, item, to, claim, &result);
}

enum outcome
dmarc_failure_send(struct failure_sending *sending,
    const struct failure_item *item, struct str name, struct str to,
    double alike, bool *sent)
{
	struct claim claim = { .ledger = &sending->ledger,
	    .name = claim_name(sending, item, name, to) };
	struct str message;

	/* Who has it need not be asked again whether he takes mail. */
	claim.word = ledger_look(claim.ledger, claim.name);
	if (claim.word != LEDGER_OPEN)
		return not_open(item, to, claim.word);
	message = write_report(sending, item, to, alike);
	if (!sending->dry_run)
		return hand_over(sending, item, to, &claim, message, sent);
	dmarc_failure_say(item, to, "would be sent", STR_NONE);
	printf("%.*s\n", STR_ARG(message));
	return OUTCOME_DONE;
}
