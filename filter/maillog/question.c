#include "maillog/question.h"

#include "base/pattern.h"
#include "base/value.h"

#define BIT(is)	OUTCOME_BIT(is)

static const struct {
	const char		*name;
	enum outcome_level	level;
} words[OUTCOME_IS_COUNT] = {
	[OUTCOME_ACCEPTED] = { "accepted", OUTCOME_MESSAGE },
	[OUTCOME_HELD] = { "held", OUTCOME_MESSAGE },
	[OUTCOME_DISCARDED] = { "discarded", OUTCOME_MESSAGE },
	[OUTCOME_REFUSED] = { "refused", OUTCOME_MESSAGE },
	[OUTCOME_BY_MILTER] = { "refused-by-milter", OUTCOME_MESSAGE },
	[OUTCOME_NOTICE + MAILLOG_NOTICE_BOUNCE] = { "own-bounce",
	    OUTCOME_MESSAGE },
	[OUTCOME_NOTICE + MAILLOG_NOTICE_DELAY] = { "own-warning",
	    OUTCOME_MESSAGE },
	[OUTCOME_NOTICE + MAILLOG_NOTICE_SUCCESS] = { "own-receipt",
	    OUTCOME_MESSAGE },
	[OUTCOME_NOTICE_LOST] = { "own-lost", OUTCOME_MESSAGE },
	[OUTCOME_BOUNCE] = { "bounce", OUTCOME_MESSAGE },
	[OUTCOME_UNANSWERING] = { "unanswering", OUTCOME_MESSAGE },
	[OUTCOME_WITHOUT_EVENT] = { "without-event", OUTCOME_MESSAGE },
	[OUTCOME_EVENT] = { "event", OUTCOME_OF_EVENT },
	[OUTCOME_UNSEEN] = { "unseen-event", OUTCOME_OF_EVENT },
	[OUTCOME_UNKNOWN_LINE] = { "unknown-line", OUTCOME_OF_LINE },
	[OUTCOME_PUT_OFF] = { "put-off", OUTCOME_RCPT },
	[OUTCOME_OUTGOING] = { "outgoing", OUTCOME_RCPT },
	[OUTCOME_OTHER] = { "other", OUTCOME_RCPT },
};

static const char *const stages[OUTCOME_STAGES] = {
	"before-queue", "in-queue", "connecting", "handing-over"
};

const char *
outcome_word(enum outcome_is is)
{
	return words[is].name;
}

const char *
outcome_stage(size_t stage)
{
	return stages[stage];
}

/* ---- reading ---- */

static bool
read_is(struct outcome_question *question, struct str text)
{
	for (unsigned i = 0; i < OUTCOME_IS_COUNT; i++)
		if (str_eqz_nocase(text, words[i].name)) {
			question->is |= BIT(i);
			return true;
		}
	return false;
}

static bool
read_status(struct outcome_question *question, struct str text)
{
	static const struct {
		const char *name;
		enum maillog_result result;
	} statuses[] = {
		{ "sent", MAILLOG_RESULT_SENT },
		{ "deferred", MAILLOG_RESULT_DEFERRED },
		{ "bounced", MAILLOG_RESULT_BOUNCED },
		{ "expired", MAILLOG_RESULT_EXPIRED },
		{ "discarded", MAILLOG_RESULT_DROPPED },
		{ "deleted", MAILLOG_RESULT_DELETED },
		{ "untried", MAILLOG_RESULT_NONE },
	};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (str_eqz_nocase(text, statuses[i].name)) {
			question->status = statuses[i].result;
			return true;
		}
	return false;
}

static bool
read_took_of(struct outcome_question *question, struct str of)
{
	if (str_eqz_nocase(of, words[OUTCOME_OUTGOING].name))
		question->took_is = BIT(OUTCOME_OUTGOING);
	else if (str_eqz_nocase(of, words[OUTCOME_OTHER].name))
		question->took_is = BIT(OUTCOME_OTHER);
	for (int i = 0; i < OUTCOME_STAGES; i++)
		if (str_eqz_nocase(of, stages[i]))
			question->took_stage = i;
	return question->took_is != 0 || question->took_stage >= 0;
}

static bool
read_took(struct outcome_question *question, struct str text)
{
	size_t colon = str_chr(text, ':');

	question->took_is = 0;
	question->took_stage = -1;
	if (colon < text.len && !read_took_of(question,
	    str_slice(text, 0, colon)))
		return false;
	return value_span(colon < text.len ? str_skip(text, colon + 1) : text,
	    &question->took_us);
}

static bool
read_code(struct str text)
{
	uint64_t code;

	return str_eqz(text, "none") ||
	    (str_to_uint(text, 599, &code) && code >= 200);
}

bool
outcome_question_add(struct outcome_question *question, enum outcome_ask ask,
    struct str text)
{
	question->has[ask] = true;
	question->texts[ask] = text;
	switch (ask) {
	case OUTCOME_ASK_IS:
		return read_is(question, text);
	case OUTCOME_ASK_STATUS:
		return read_status(question, text);
	case OUTCOME_ASK_CODE:
		return read_code(text);
	case OUTCOME_ASK_TOOK:
		return read_took(question, text);
	case OUTCOME_ASK_REASON:
		return true;
	case OUTCOME_ASK_DOMAIN: case OUTCOME_ASK_ENHANCED:
	case OUTCOME_ASK_FROM: case OUTCOME_ASK_TO: case OUTCOME_ASK_COUNT:
		break;
	}
	return text.len > 0;
}

/* ---- what goes together ---- */

static enum outcome_level
level_of(const struct outcome_question *question)
{
	for (unsigned i = 0; i < OUTCOME_IS_COUNT; i++)
		if ((question->is & BIT(i)) != 0 &&
		    words[i].level != OUTCOME_RCPT)
			return words[i].level;
	return OUTCOME_RCPT;
}

/* Nothing but words and who wrote and who is written to. */
static bool
asks_of_rcpts(const struct outcome_question *question)
{
	static const enum outcome_ask asks[] = { OUTCOME_ASK_STATUS,
	    OUTCOME_ASK_DOMAIN, OUTCOME_ASK_REASON, OUTCOME_ASK_CODE,
	    OUTCOME_ASK_ENHANCED, OUTCOME_ASK_TOOK };

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (question->has[asks[i]])
			return true;
	return question->tried_since_us != 0 ||
	    question->tried_until_us != 0;
}

const char *
outcome_question_wrong(const struct outcome_question *question)
{
	enum outcome_level level = level_of(question);

	for (unsigned i = 0; i < OUTCOME_IS_COUNT; i++)
		if ((question->is & BIT(i)) != 0 && words[i].level != level)
			return "of the words of --is some are of messages, "
			    "others of recipients, events or lines";
	if (level != OUTCOME_RCPT && asks_of_rcpts(question))
		return "--is is of messages, events or lines, the other "
		    "options are of recipients";
	if (level != OUTCOME_RCPT && level != OUTCOME_MESSAGE &&
	    (question->has[OUTCOME_ASK_FROM] ||
	    question->has[OUTCOME_ASK_TO]))
		return "events and lines have no --from and --to here; for "
		    "events ask assay log";
	return NULL;
}

/* ---- asking ---- */

static bool
is_address(struct str wanted, struct str address)
{
	return str_eq_nocase(wanted, address) ||
	    (address.len == 0 && str_eqz(wanted, "<>")) ||
	    pattern_matches(wanted, address);
}

/* Of a message its first one. */
static struct str
rcpt_of(const struct outcome *outcome)
{
	if (outcome->rcpt != NULL)
		return outcome->rcpt->address;
	return outcome->level == OUTCOME_MESSAGE &&
	    outcome->message->rcpts.count > 0 ?
	    outcome->message->rcpts.at[0].address : STR_NONE;
}

static bool
addresses_hold(const struct outcome_question *question,
    const struct outcome *outcome)
{
	return (!question->has[OUTCOME_ASK_FROM] ||
	    is_address(question->texts[OUTCOME_ASK_FROM],
	    outcome->message->sender)) &&
	    (!question->has[OUTCOME_ASK_TO] ||
	    is_address(question->texts[OUTCOME_ASK_TO], rcpt_of(outcome)));
}

static bool
is_code(struct str wanted, struct str is)
{
	return str_eq(wanted, is) || (is.len == 0 && str_eqz(wanted, "none"));
}

static bool
reason_holds(const struct outcome_question *question,
    const struct maillog_reason *reason)
{
	const bool *has = question->has;
	const struct str *texts = question->texts;
	char code[OUTCOME_CODE_MAX];

	if (!has[OUTCOME_ASK_REASON] && !has[OUTCOME_ASK_CODE] &&
	    !has[OUTCOME_ASK_ENHANCED])
		return true;
	return reason != NULL && (!has[OUTCOME_ASK_REASON] ||
	    str_eq(texts[OUTCOME_ASK_REASON], reason->text)) &&
	    (!has[OUTCOME_ASK_CODE] || is_code(texts[OUTCOME_ASK_CODE],
	    outcome_code(reason, code))) &&
	    (!has[OUTCOME_ASK_ENHANCED] ||
	    is_code(texts[OUTCOME_ASK_ENHANCED], reason->enhanced));
}

static bool
took_holds(const struct outcome_question *question,
    const struct outcome *outcome)
{
	const struct maillog_rcpt *rcpt = outcome->rcpt;
	uint64_t us;

	if (!question->has[OUTCOME_ASK_TOOK])
		return true;
	if (rcpt == NULL || !outcome_delay(rcpt, &us) ||
	    (outcome->is & question->took_is) != question->took_is)
		return false;
	if (question->took_stage < 0)
		return us >= question->took_us;
	return rcpt->has_delays && (uint64_t)rcpt->delays_us[
	    question->took_stage] >= question->took_us;
}

static bool
tried_holds(const struct outcome_question *question,
    const struct maillog_rcpt *rcpt)
{
	int64_t since = question->tried_since_us;
	int64_t until = question->tried_until_us;

	if (since == 0 && until == 0)
		return true;
	return rcpt != NULL && outcome_is_in_time(rcpt) &&
	    rcpt->last_us >= since && (until == 0 || rcpt->last_us < until);
}

/* What only passed through here has no outcome of its own. */
static bool
status_holds(const struct outcome_question *question,
    const struct maillog_rcpt *rcpt)
{
	enum maillog_result result = rcpt == NULL ? MAILLOG_RESULT_NONE :
	    rcpt->result;

	if (question->has[OUTCOME_ASK_STATUS])
		return result == question->status;
	return (question->is & BIT(OUTCOME_PUT_OFF)) != 0 ||
	    (result != MAILLOG_RESULT_PASSED &&
	    result != MAILLOG_RESULT_PROBED);
}

static bool
rcpt_holds(const struct outcome_question *question,
    const struct outcome *outcome)
{
	return status_holds(question, outcome->rcpt) &&
	    (!question->has[OUTCOME_ASK_DOMAIN] ||
	    str_eq_nocase(question->texts[OUTCOME_ASK_DOMAIN],
	    outcome->domain)) &&
	    reason_holds(question, outcome->reason) &&
	    took_holds(question, outcome) &&
	    tried_holds(question, outcome->rcpt);
}

bool
outcome_question_holds(const struct outcome_question *question,
    const struct outcome *outcome)
{
	bool is_late = (question->is & BIT(OUTCOME_UNANSWERING)) != 0;

	if (outcome->level != level_of(question) ||
	    (outcome->is & question->is) != question->is ||
	    (outcome->late && !is_late))
		return false;
	if (outcome->message == NULL)
		return true;
	return addresses_hold(question, outcome) &&
	    (outcome->level == OUTCOME_MESSAGE ||
	    rcpt_holds(question, outcome));
}
