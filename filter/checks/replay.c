/*
 * DKIM replay: one good message of a signer, sent on by others to many.  The
 * signature stays right, so the store remembers from how many networks and to
 * how many recipients one has come.
 *
 * A copy does not count where its host is the signer's own, as SPF proves: so
 * a newsletter may come to everybody.  Recipients do not count where another
 * signer is vouched for so: a mailing list, or a forwarder, that signs with
 * its own name stands in for what it sends on.  Its network counts, for one.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "checks/registry.h"
#include "reputation/reputation.h"

enum { QUESTIONS = 2 * LIMIT_REPLAY_SIGNATURES };

struct question {
	struct check_run	*run;
	struct store_call	*call;
	struct str		 domain;
	const char		*what;		/* "networks" */
	double			 limit;
};

struct replay {
	struct question	at[QUESTIONS];
	size_t		count, open;
	bool		replayed;
	struct str	reason;
	const char	*unknown;		/* why one has no answer */
};

/* One is the other, or stands above it. */
static bool
are_kin(struct str a, struct str b)
{
	struct str below = a.len > b.len ? a : b, above = a.len > b.len ?
	    b : a;
	size_t cut = below.len - above.len;

	return str_eq_nocase(str_skip(below, cut), above) &&
	    (cut == 0 || below.ptr[cut - 1] == '.');
}

static void
settle(struct check_run *run)
{
	struct replay *replay = run->state;
	struct fact_set *facts = run->subject->facts;

	if (!replay->replayed && replay->unknown != NULL) {
		facts_unknown(facts, FACT_ID_DKIM_REPLAYED,
		    str_from(replay->unknown));
		facts_unknown(facts, FACT_ID_DKIM_REPLAY_REASON,
		    str_from(replay->unknown));
	} else {
		facts_bool(facts, FACT_ID_DKIM_REPLAYED, replay->replayed);
		facts_text_or_none(facts, FACT_ID_DKIM_REPLAY_REASON,
		    replay->reason);
	}
	check_finish(run);
}

static void
answered(void *ctx, const struct store_answer *answer)
{
	struct question *question = ctx;
	struct check_run *run = question->run;
	struct replay *replay = run->state;

	question->call = NULL;
	if (!answer->known) {
		replay->unknown = answer->why;
	} else if (answer->count > question->limit && !replay->replayed) {
		replay->replayed = true;
		replay->reason = arena_printf(run->arena, "a signature of "
		    "%.*s came from or to more than %.0f %s",
		    STR_ARG(question->domain), question->limit,
		    question->what);
	}
	if (--replay->open == 0)
		settle(run);
}

static void
ask(struct check_run *run, const struct dkim_signature *signature,
    const char *what, double limit, struct store_op op)
{
	const struct dkim_replay_options *options =
	    &run->subject->options->replay;
	struct replay *replay = run->state;
	struct question *question = &replay->at[replay->count++];

	*question = (struct question){ .run = run, .what = what,
	    .domain = signature->domain, .limit = limit };
	op.key = arena_printf(run->arena, "replay %s %.*s %.*s", what,
	    STR_ARG(signature->domain), STR_ARG(signature->b));
	op.now_ms = run->subject->now * 1000;
	op.period_ms = (int64_t)options->window_ms;
	replay->open++;
	question->call = store_ask(options->store, run->subject->strand, &op,
	    clock_ms() + options->timeout_ms, answered, question);
}

static void
ask_of(struct check_run *run, const struct dkim_signature *signature,
    bool vouched)
{
	const struct dkim_replay_options *options =
	    &run->subject->options->replay;
	const struct fact *net = facts_get(run->subject->facts,
	    FACT_ID_CLIENT_NET);
	const struct fact *rcpts = facts_get(run->subject->facts,
	    FACT_ID_RCPT_ACCEPTED);

	ask(run, signature, "networks", options->networks,
	    (struct store_op){ .kind = STORE_DISTINCT, .member = net->text });
	if (!vouched && rcpts->state == FACT_SET)
		ask(run, signature, "recipients", options->recipients,
		    (struct store_op){ .kind = STORE_COUNT,
		    .amount = (double)rcpts->list.count });
}

/* Each signature that passes, those of the host's own domain apart. */
static void
ask_all(struct check_run *run, const struct dkim_results *signatures)
{
	struct identity spf;
	bool proven = identity_of_spf(run->arena, run->subject->facts, &spf);
	bool vouched = false;
	size_t asked = 0;

	for (size_t i = 0; i < signatures->count; i++)
		vouched |= proven && signatures->at[i].word == WORD_PASS &&
		    are_kin(signatures->at[i].domain, spf.name);
	for (size_t i = 0; i < signatures->count &&
	    asked < LIMIT_REPLAY_SIGNATURES; i++)
		if (signatures->at[i].word == WORD_PASS && !(proven &&
		    are_kin(signatures->at[i].domain, spf.name))) {
			ask_of(run, &signatures->at[i], vouched);
			asked++;
		}
}

static void
ready(struct check_run *run)
{
	struct replay *replay = run->state;
	const struct subject *subject = run->subject;
	const struct fact *ours = facts_get(subject->facts,
	    FACT_ID_CLIENT_OURS);
	const struct dkim_results *signatures = subject->signatures;
	const struct fact *dkim = facts_get(subject->facts, FACT_ID_DKIM);

	if (signatures == NULL || dkim->state != FACT_SET ||
	    dkim->word != WORD_PASS || facts_get(subject->facts,
	    FACT_ID_CLIENT_NET)->state != FACT_SET ||
	    (ours->state == FACT_SET && ours->truth)) {
		facts_none(subject->facts, FACT_ID_DKIM_REPLAYED);
		facts_none(subject->facts, FACT_ID_DKIM_REPLAY_REASON);
		check_finish(run);
		return;
	}
	if (subject->options->replay.store == NULL)
		replay->unknown = "there is no store";
	else
		ask_all(run, signatures);
	if (replay->open == 0)
		settle(run);
}

static void
cancel(struct check_run *run)
{
	struct replay *replay = run->state;

	for (size_t i = 0; i < replay->count; i++) {
		store_cancel(replay->at[i].call);
		replay->at[i].call = NULL;
	}
}

const struct check_ops replay_ops = {
	.state_size = sizeof(struct replay), .ready = ready, .cancel = cancel,
};
