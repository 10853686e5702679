#include "maillog/outcomes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "maillog/piece.h"
#include "maillog/reason.h"
#include "maillog/senders.h"

struct outcome_bounce {
	struct outcome_bounce	*next;
	uint64_t		 sender;	/* that is looked for */
	struct str		 rcpt;
};

void
outcomes_init(struct outcomes *outcomes, struct accepted *accepted,
    int64_t since_us, int64_t until_us)
{
	*outcomes = (struct outcomes){ .accepted = accepted,
	    .since_us = since_us, .until_us = until_us,
	    .arena = arena_new() };
	outcomes->senders = outcome_senders_new(outcomes->arena);
	tally_init(&outcomes->domains, OUTCOME_DOMAIN_WIDTH, 0,
	    LIMIT_MAILLOG_DOMAINS);
	tally_init(&outcomes->reasons, 1, 0, LIMIT_MAILLOG_REASONS);
	tally_init(&outcomes->unasked, 1, 0, LIMIT_MAILLOG_DOMAINS);
}

void
outcomes_fini(struct outcomes *outcomes)
{
	tally_fini(&outcomes->domains);
	tally_fini(&outcomes->reasons);
	tally_fini(&outcomes->unasked);
	arena_free(outcomes->arena);
}

/* ---- delays of a destination ---- */

enum { FIRST_US = 125000 };	/* then each is wider by the root of two */

static unsigned
class_of(int64_t delay_us)
{
	double class;

	if (delay_us < FIRST_US)
		return 0;
	class = 2 * log2((double)delay_us / FIRST_US) + 1;
	return class < OUTCOME_CLASSES - 1 ? (unsigned)class :
	    OUTCOME_CLASSES - 1;
}

uint64_t
outcomes_domain_delay(const struct tally_row *domain, unsigned percent)
{
	const uint64_t *classes = domain->counts + OUTCOME_DOMAIN_CLASSES;
	uint64_t all = 0, seen = 0;
	unsigned i = 0;

	for (unsigned k = 0; k < OUTCOME_CLASSES; k++)
		all += classes[k];
	if (all == 0)
		return 0;
	for (; i < OUTCOME_CLASSES - 1; i++) {
		seen += classes[i];
		if (seen * 100 >= all * percent)
			break;
	}
	return (uint64_t)(FIRST_US * pow(2, (double)i / 2));
}

/* ---- a recipient ---- */

static struct str
domain_of(struct str address, char into[LIMIT_DOMAIN_OCTETS])
{
	size_t at = str_rchr(address, '@');
	struct str domain = at == address.len ? STR("(local)") :
	    str_slice(str_skip(address, at + 1), 0, LIMIT_DOMAIN_OCTETS);

	for (size_t i = 0; i < domain.len; i++)
		into[i] = ascii_lower(domain.ptr[i]);
	return str_make(into, domain.len);
}

static void
count_domain(struct outcomes *outcomes, const struct maillog_rcpt *rcpt,
    struct str domain)
{
	static const int columns[MAILLOG_RESULT_COUNT] = {
		[MAILLOG_RESULT_SENT] = OUTCOME_DOMAIN_SENT,
		[MAILLOG_RESULT_DEFERRED] = OUTCOME_DOMAIN_WAITING,
		[MAILLOG_RESULT_BOUNCED] = OUTCOME_DOMAIN_BOUNCED,
		[MAILLOG_RESULT_EXPIRED] = OUTCOME_DOMAIN_EXPIRED,
	};
	uint64_t *counts = tally_at(&outcomes->domains, domain)->counts;

	counts[OUTCOME_DOMAIN_RCPTS]++;
	if (columns[rcpt->result] != 0)
		counts[columns[rcpt->result]]++;
	counts[OUTCOME_DOMAIN_PUT_OFF] += rcpt->deferrals > 0;
	if (rcpt->result == MAILLOG_RESULT_SENT && rcpt->has_delay)
		counts[OUTCOME_DOMAIN_CLASSES + class_of(rcpt->delay_us)]++;
}

/* Why it was not sent, or not at once; empty: it was. */
static const char *
trouble_of(const struct maillog_rcpt *rcpt)
{
	switch (rcpt->result) {
	case MAILLOG_RESULT_DEFERRED:
	case MAILLOG_RESULT_BOUNCED:
	case MAILLOG_RESULT_EXPIRED:
		return maillog_result_name(rcpt->result);
	case MAILLOG_RESULT_SENT:
		return rcpt->deferrals > 0 ? "put off" : "";
	case MAILLOG_RESULT_NONE: case MAILLOG_RESULT_DROPPED:
	case MAILLOG_RESULT_DELETED: case MAILLOG_RESULT_PASSED:
	case MAILLOG_RESULT_PROBED: case MAILLOG_RESULT_COUNT:
		break;
	}
	return "";
}

static void
count_reason(struct outcomes *outcomes, const char *trouble,
    const struct maillog_message *message, const struct maillog_rcpt *rcpt,
    struct str domain)
{
	bool bounced = rcpt->result == MAILLOG_RESULT_BOUNCED;
	char code[16] = "", note[LIMIT_DOMAIN_OCTETS +
	    LIMIT_MAILLOG_ID_OCTETS + 2];
	struct maillog_reason reason;
	struct str parts[OUTCOME_REASON_PARTS], name;
	struct arena *scratch = arena_new();
	struct tally_row *row;

	maillog_reason_read(bounced ? rcpt->reason.text : rcpt->put_off.text,
	    bounced ? rcpt->dsn : rcpt->put_off_dsn, &reason);
	if (reason.code != 0)
		snprintf(code, sizeof(code), "%u", reason.code);
	parts[OUTCOME_REASON_RESULT] = str_from(trouble);
	parts[OUTCOME_REASON_CODE] = str_from(code);
	parts[OUTCOME_REASON_ENHANCED] = reason.enhanced;
	parts[OUTCOME_REASON_TEXT] = reason.text;
	name = tally_join(scratch, parts, OUTCOME_REASON_PARTS);
	row = tally_at(&outcomes->reasons, name);
	row->counts[0]++;
	if (row->note.len == 0) {
		snprintf(note, sizeof(note), "%.*s %.*s",
		    STR_ARG(message->queue_id), STR_ARG(domain));
		tally_note(&outcomes->reasons, row, str_from(note));
	}
	arena_free(scratch);
}

static void
count_delay(struct outcomes *outcomes, const struct maillog_rcpt *rcpt,
    bool out)
{
	uint64_t us = rcpt->delay_us < 0 ? 0 : (uint64_t)rcpt->delay_us;

	if (rcpt->result != MAILLOG_RESULT_SENT || !rcpt->has_delay)
		return;
	spread_add(&outcomes->delays[OUTCOME_ALL], us);
	spread_add(&outcomes->delays[out ? OUTCOME_OUT : OUTCOME_IN], us);
	for (int i = 0; rcpt->has_delays && i < 4; i++)
		spread_add(&outcomes->stages[i],
		    (uint64_t)rcpt->delays_us[i]);
}

static void
count_rcpt(struct outcomes *outcomes, const struct maillog_message *message,
    const struct maillog_rcpt *rcpt, bool ours)
{
	struct outcome_counts *counts = &outcomes->counts;
	char into[LIMIT_DOMAIN_OCTETS];
	struct str domain = domain_of(rcpt->address, into);
	bool out = rcpt->remote && ours;
	const char *trouble = trouble_of(rcpt);

	counts->rcpts[rcpt->result]++;
	counts->tries_put_off += rcpt->deferrals;
	if (rcpt->deferrals > 0) {
		counts->put_off++;
		counts->put_off_then[rcpt->result]++;
	}
	if (out && rcpt->result != MAILLOG_RESULT_PASSED &&
	    rcpt->result != MAILLOG_RESULT_PROBED)
		count_domain(outcomes, rcpt, domain);
	if (trouble[0] != '\0')
		count_reason(outcomes, trouble, message, rcpt, domain);
	if (outcomes->counted != NULL)
		outcomes->counted(outcomes->ctx, rcpt);
	count_delay(outcomes, rcpt, out);
}

/* ---- bounces from elsewhere ---- */

static void
note_unasked(struct outcomes *outcomes, struct str rcpt)
{
	outcomes->counts.bounces_unanswering++;
	tally_at(&outcomes->unasked, rcpt)->counts[0]++;
}

/* Whether its recipient ever wrote is known when all has been seen. */
static void
wait_for_sender(struct outcomes *outcomes, struct str rcpt)
{
	struct outcome_bounce *bounce;

	if (outcomes->waiting_count == LIMIT_MAILLOG_BOUNCES) {
		outcomes->counts.bounces_left_out++;
		return;
	}
	outcomes->waiting_count++;
	bounce = arena_alloc(outcomes->arena, sizeof(*bounce));
	*bounce = (struct outcome_bounce){ outcomes->waiting,
	    hash_nocase(rcpt), arena_copy(outcomes->arena, rcpt) };
	outcomes->waiting = bounce;
}

static bool
is_bounce(const struct maillog_message *message)
{
	return message->sender.len == 0 && message->client.len > 0 &&
	    message->before.len == 0 &&
	    piece_find(message->client, STR("[127.")) ==
	    message->client.len && piece_find(message->client, STR("[::1]"))
	    == message->client.len && message->rcpts.count > 0;
}

static void
count_bounce(struct outcomes *outcomes, const struct maillog_message *message,
    const struct accepted_mail *mail)
{
	struct str rcpt = message->rcpts.at[0].address;

	outcomes->counts.bounces++;
	if (mail != NULL && mail->bounce == ACCEPTED_ANSWERS_NOTHING)
		note_unasked(outcomes, rcpt);
	else if (mail == NULL || mail->bounce == ACCEPTED_UNTAGGED)
		wait_for_sender(outcomes, rcpt);
}

/* ---- a message ---- */

static void
count_notice(struct outcomes *outcomes, const struct maillog_message *message)
{
	bool lost = false;

	outcomes->counts.notices[message->notice]++;
	for (size_t i = 0; i < message->rcpts.count; i++)
		lost |= message->rcpts.at[i].result ==
		    MAILLOG_RESULT_BOUNCED ||
		    message->rcpts.at[i].result == MAILLOG_RESULT_EXPIRED;
	outcomes->counts.notices_lost += lost;
}

static bool
is_probe(const struct maillog_message *message)
{
	return message->rcpts.count > 0 &&
	    message->rcpts.at[0].result == MAILLOG_RESULT_PROBED;
}

/* The event is of the id under which it came. */
static struct accepted_mail *
find_event(struct outcomes *outcomes, const struct maillog_message *message)
{
	struct accepted_mail *mail = accepted_find(outcomes->accepted,
	    message->host, message->queue_id, message->first_us);

	return mail != NULL || message->before.len == 0 ? mail :
	    accepted_find(outcomes->accepted, message->host, message->before,
	    message->first_us);
}

/* What the MTA said of their number is a stranger's word in a log. */
static uint64_t
untried(const struct maillog_message *message)
{
	uint64_t count = message->rcpt_count - message->rcpts.count -
	    message->rcpts_left_out;

	return count > LIMIT_RECIPIENTS ? LIMIT_RECIPIENTS : count;
}

static void
count_message(struct outcomes *outcomes,
    const struct maillog_message *message)
{
	struct outcome_counts *counts = &outcomes->counts;
	struct accepted_mail *mail = NULL;

	if (outcomes->accepted != NULL) {
		mail = find_event(outcomes, message);
		if (mail == NULL) {
			counts->not_ours += message->before.len == 0;
			return;
		}
		mail->seen = true;
	}
	if (is_bounce(message))
		count_bounce(outcomes, message, mail);
	counts->messages += message->before.len == 0;
	counts->held += message->held;
	counts->discarded += message->discarded;
	counts->rcpts_left_out += message->rcpts_left_out;
	if (message->rcpt_count > message->rcpts.count +
	    message->rcpts_left_out && !message->discarded && !message->held &&
	    !message->requeued)
		counts->rcpts[MAILLOG_RESULT_NONE] += untried(message);
	for (size_t i = 0; i < message->rcpts.count; i++)
		count_rcpt(outcomes, message, &message->rcpts.at[i],
		    mail == NULL || mail->ours);
}

static bool
is_outside(const struct outcomes *outcomes, int64_t time_us)
{
	return (outcomes->since_us != 0 && time_us < outcomes->since_us) ||
	    (outcomes->until_us != 0 && time_us >= outcomes->until_us);
}

void
outcomes_take(struct outcomes *outcomes,
    const struct maillog_message *message)
{
	/* Who wrote before is asked by later bounces. */
	if (message->sender.len > 0)
		outcome_senders_add(outcomes->senders,
		    hash_nocase(message->sender));
	if (is_outside(outcomes, message->first_us) || is_probe(message))
		return;
	if (message->is_notice) {
		count_notice(outcomes, message);
	} else if (message->refused) {
		outcomes->counts.refused++;
		outcomes->counts.refused_by_milter += message->by_milter;
	} else if (message->queued || message->held || message->discarded ||
	    message->rcpts.count > 0) {
		count_message(outcomes, message);
	}
}

void
outcomes_end(struct outcomes *outcomes)
{
	for (struct outcome_bounce *bounce = outcomes->waiting;
	    bounce != NULL; bounce = bounce->next)
		if (!outcome_senders_has(outcomes->senders, bounce->sender))
			note_unasked(outcomes, bounce->rcpt);
	outcomes->waiting = NULL;
	outcomes->waiting_count = 0;
}
