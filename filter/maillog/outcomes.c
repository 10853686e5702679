#include "maillog/outcomes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "maillog/bounces.h"
#include "maillog/senders.h"

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

/* ---- what several places ask ---- */

bool
outcome_is_in_time(const struct maillog_rcpt *rcpt)
{
	return rcpt->last_us > 0 && (rcpt->result == MAILLOG_RESULT_SENT ||
	    rcpt->result == MAILLOG_RESULT_DEFERRED ||
	    rcpt->result == MAILLOG_RESULT_BOUNCED ||
	    rcpt->result == MAILLOG_RESULT_EXPIRED);
}

bool
outcome_delay(const struct maillog_rcpt *rcpt, uint64_t *us_out)
{
	*us_out = rcpt->delay_us < 0 ? 0 : (uint64_t)rcpt->delay_us;
	return rcpt->result == MAILLOG_RESULT_SENT && rcpt->has_delay;
}

struct str
outcome_code(const struct maillog_reason *reason,
    char text_out[OUTCOME_CODE_MAX])
{
	text_out[0] = '\0';
	if (reason->code != 0)
		snprintf(text_out, OUTCOME_CODE_MAX, "%u", reason->code);
	return str_from(text_out);
}

void
outcomes_hand_on(const struct outcomes *outcomes,
    const struct outcome *outcome)
{
	if (outcomes->counted != NULL)
		outcomes->counted(outcomes->ctx, outcome);
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
	struct str domain = str_slice(str_skip(address, at + 1), 0,
	    LIMIT_DOMAIN_OCTETS);

	for (size_t i = 0; i < domain.len; i++)
		into[i] = domain.ptr[i] == '\0' ? '?' :
		    ascii_lower(domain.ptr[i]);
	return domain.len == 0 ? STR("(local)") : str_make(into, domain.len);
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

/* False: there is none. */
static bool
read_reason(const struct maillog_rcpt *rcpt, const char *trouble,
    struct maillog_reason *reason_out)
{
	bool bounced = rcpt->result == MAILLOG_RESULT_BOUNCED;

	if (trouble[0] == '\0')
		return false;
	maillog_reason_read(bounced ? rcpt->reason.text : rcpt->put_off.text,
	    bounced ? rcpt->dsn : rcpt->put_off_dsn, reason_out);
	return true;
}

static void
count_reason(struct outcomes *outcomes, const struct outcome *of)
{
	const struct maillog_reason *reason = of->reason;
	char code[OUTCOME_CODE_MAX], note[LIMIT_DOMAIN_OCTETS +
	    LIMIT_MAILLOG_ID_OCTETS + 2];
	const struct str parts[OUTCOME_REASON_PARTS] = {
		[OUTCOME_REASON_RESULT] = str_from(of->trouble),
		[OUTCOME_REASON_CODE] = outcome_code(reason, code),
		[OUTCOME_REASON_ENHANCED] = reason->enhanced,
		[OUTCOME_REASON_TEXT] = reason->text,
	};
	struct arena *scratch = arena_new();
	struct tally_row *row = tally_at(&outcomes->reasons,
	    tally_join(scratch, parts, OUTCOME_REASON_PARTS));

	row->counts[0]++;
	if (row->note.len == 0) {
		snprintf(note, sizeof(note), "%.*s %.*s",
		    STR_ARG(of->message->queue_id), STR_ARG(of->domain));
		tally_note(&outcomes->reasons, row, str_from(note));
	}
	arena_free(scratch);
}

static void
count_delay(struct outcomes *outcomes, const struct maillog_rcpt *rcpt,
    bool out)
{
	uint64_t us;

	if (!outcome_delay(rcpt, &us))
		return;
	spread_add(&outcomes->delays[OUTCOME_ALL], us);
	spread_add(&outcomes->delays[out ? OUTCOME_OUT : OUTCOME_IN], us);
	for (int i = 0; rcpt->has_delays && i < OUTCOME_STAGES; i++)
		spread_add(&outcomes->stages[i],
		    (uint64_t)rcpt->delays_us[i]);
}

static bool
has_left(const struct maillog_rcpt *rcpt)
{
	return rcpt->remote && rcpt->result != MAILLOG_RESULT_PASSED &&
	    rcpt->result != MAILLOG_RESULT_PROBED;
}

static void
count_rcpt(struct outcomes *outcomes, const struct maillog_message *message,
    const struct maillog_rcpt *rcpt, bool ours)
{
	struct outcome_counts *counts = &outcomes->counts;
	char into[LIMIT_DOMAIN_OCTETS];
	bool out = ours && has_left(rcpt);
	struct outcome outcome = { .level = OUTCOME_RCPT,
	    .is = OUTCOME_BIT(out ? OUTCOME_OUTGOING : OUTCOME_OTHER) |
	    (rcpt->deferrals > 0 ? OUTCOME_BIT(OUTCOME_PUT_OFF) : 0),
	    .message = message, .rcpt = rcpt,
	    .domain = domain_of(rcpt->address, into),
	    .trouble = trouble_of(rcpt) };
	struct maillog_reason reason;

	if (read_reason(rcpt, outcome.trouble, &reason))
		outcome.reason = &reason;
	counts->rcpts[rcpt->result]++;
	counts->tries_put_off += rcpt->deferrals;
	if (rcpt->deferrals > 0) {
		counts->put_off++;
		counts->put_off_then[rcpt->result]++;
	}
	if (out)
		count_domain(outcomes, rcpt, outcome.domain);
	if (outcome.reason != NULL)
		count_reason(outcomes, &outcome);
	count_delay(outcomes, rcpt, out);
	outcomes_hand_on(outcomes, &outcome);
}

/* ---- a message ---- */

static unsigned
count_if(uint64_t *count, bool truth, enum outcome_is is)
{
	*count += truth;
	return truth ? OUTCOME_BIT(is) : 0;
}

static void
hand_on_message(const struct outcomes *outcomes,
    const struct maillog_message *message, unsigned is)
{
	outcomes_hand_on(outcomes, &(struct outcome){
	    .level = OUTCOME_MESSAGE, .is = is, .message = message });
}

static void
count_notice(struct outcomes *outcomes, const struct maillog_message *message)
{
	unsigned is = OUTCOME_BIT(OUTCOME_NOTICE + message->notice);
	bool lost = false;

	outcomes->counts.notices[message->notice]++;
	for (size_t i = 0; i < message->rcpts.count; i++)
		lost |= message->rcpts.at[i].result ==
		    MAILLOG_RESULT_BOUNCED ||
		    message->rcpts.at[i].result == MAILLOG_RESULT_EXPIRED;
	is |= count_if(&outcomes->counts.notices_lost, lost,
	    OUTCOME_NOTICE_LOST);
	hand_on_message(outcomes, message, is);
}

static void
count_refused(struct outcomes *outcomes,
    const struct maillog_message *message)
{
	outcomes->counts.refused++;
	hand_on_message(outcomes, message, OUTCOME_BIT(OUTCOME_REFUSED) |
	    count_if(&outcomes->counts.refused_by_milter,
	    message->by_milter, OUTCOME_BY_MILTER));
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
	uint64_t known = message->rcpts.count + message->rcpts_left_out;

	if (message->rcpt_count <= known || message->discarded ||
	    message->held || message->requeued)
		return 0;
	return message->rcpt_count - known > LIMIT_RECIPIENTS ?
	    LIMIT_RECIPIENTS : message->rcpt_count - known;
}

static void
count_untried(struct outcomes *outcomes,
    const struct maillog_message *message)
{
	uint64_t count = untried(message);

	if (count == 0)
		return;
	outcomes->counts.rcpts[MAILLOG_RESULT_NONE] += count;
	outcomes->counts.untried_messages++;
	outcomes_hand_on(outcomes, &(struct outcome){ .level = OUTCOME_RCPT,
	    .message = message, .untried = count, .trouble = "" });
}

static void
count_accepted(struct outcomes *outcomes,
    const struct maillog_message *message, const struct accepted_mail *mail)
{
	struct outcome_counts *counts = &outcomes->counts;
	unsigned is = count_if(&counts->messages, message->before.len == 0,
	    OUTCOME_ACCEPTED);

	is |= count_if(&counts->held, message->held, OUTCOME_HELD);
	is |= count_if(&counts->discarded, message->discarded,
	    OUTCOME_DISCARDED);
	if (bounces_is_one(message))
		is = bounces_count(outcomes, message, mail, is);
	counts->rcpts_left_out += message->rcpts_left_out;
	hand_on_message(outcomes, message, is);
	count_untried(outcomes, message);
	for (size_t i = 0; i < message->rcpts.count; i++)
		count_rcpt(outcomes, message, &message->rcpts.at[i],
		    mail == NULL || mail->ours);
}

static void
count_message(struct outcomes *outcomes,
    const struct maillog_message *message)
{
	struct accepted_mail *mail = NULL;

	if (outcomes->accepted == NULL) {
		count_accepted(outcomes, message, NULL);
		return;
	}
	mail = find_event(outcomes, message);
	if (mail != NULL) {
		mail->seen = true;
		count_accepted(outcomes, message, mail);
	} else if (message->before.len == 0) {
		outcomes->counts.not_ours++;
		hand_on_message(outcomes, message,
		    OUTCOME_BIT(OUTCOME_WITHOUT_EVENT));
	}
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
		count_refused(outcomes, message);
	} else if (message->queued || message->held || message->discarded ||
	    message->rcpts.count > 0) {
		count_message(outcomes, message);
	}
}

static void
hand_on_event(void *ctx, const struct accepted_mail *mail, struct str host)
{
	outcomes_hand_on(ctx, &(struct outcome){ .level = OUTCOME_OF_EVENT,
	    .is = OUTCOME_BIT(OUTCOME_EVENT) | (mail->seen ? 0 :
	    OUTCOME_BIT(OUTCOME_UNSEEN)), .event = mail,
	    .event_host = host });
}

void
outcomes_end(struct outcomes *outcomes)
{
	bounces_end(outcomes);
	if (outcomes->accepted != NULL && outcomes->lists)
		accepted_each(outcomes->accepted, hand_on_event, outcomes);
}
