/*
 * reputation(id), and what a message adds to it when it has ended.
 */
#include "reputation/reputation.h"
#include "session/ask.h"

static void
looked_up(void *ctx, const struct store_answer *answer)
{
	struct ask *ask = ctx;

	answer = ask_take(ask, answer);
	if (answer != NULL) {
		ask->result = (struct fact){ .state = FACT_SET,
		    .number = reputation_of(answer->spam, answer->ham) };
		ask->confidence = reputation_confidence(answer->spam,
		    answer->ham);
	}
	decide_step(ask->conn);
}

static struct ask *
look_up(struct connection *conn, const struct identity *who)
{
	struct store_op op = identity_op(conn->arena[SCOPE_MESSAGE], who,
	    conn->engine->options.reputation.half_life_ms,
	    conn->subject.now * 1000, 0, 0);
	bool asked;
	struct ask *ask = ask_of(conn, SCOPE_MESSAGE, op.key, &asked);

	if (ask != NULL && !asked)
		ask_store(ask, &op, looked_up);
	return ask;
}

/* The proven identities behind the fact that is named; none: none is. */
static void
named(struct connection *conn, const struct policy_call *call,
    struct identities *who)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	char site[IP_SITE_MAX];
	struct identity spf;
	struct ip ip;

	*who = (struct identities){ .count = 0 };
	switch (call->types[0]) {
	case FACT_LIST:		/* dkim.domains */
		for (size_t i = 0; i < call->args[0].list.count; i++)
			identities_add(arena, who, IDENTITY_DKIM,
			    call->args[0].list.at[i]);
		break;
	case FACT_DOMAIN:	/* spf.domain */
		if (identity_of_spf(arena, call->facts, &spf))
			identities_add(arena, who, spf.kind, spf.name);
		break;
	case FACT_IP:		/* client.ip */
		ip = fact_ip(&call->args[0]);
		identities_add(arena, who, IDENTITY_NET,
		    ip_format_site(&ip, site));
		break;
	case FACT_STRING:
	case FACT_ADDRESS:
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
	case FACT_BOOL:
	case FACT_WORD:
		break;
	}
}

/*
 * Of several signers the worst one counts, by what is known of it: who is
 * known for spam does not get better by a second signature, and a good name
 * does not vouch for a new one.
 */
static void
worst(struct connection *conn, const struct policy_call *call,
    bool confidence, struct fact *result)
{
	const struct ask *found = NULL;
	bool pending = false;
	struct identities who;

	named(conn, call, &who);
	for (size_t i = 0; i < who.count; i++) {
		const struct ask *ask = look_up(conn, &who.at[i]);

		if (ask == NULL || ask->result.state == FACT_UNKNOWN) {
			ask_answer(ask, result);
			return;
		}
		pending |= ask->result.state == FACT_PENDING;
		if (found == NULL || ask->result.number * ask->confidence <
		    found->result.number * found->confidence)
			found = ask;
	}
	if (pending)
		return;
	*result = (struct fact){ .state = found == NULL ? FACT_NONE :
	    FACT_SET };
	if (found != NULL)
		result->number = confidence ? found->confidence :
		    found->result.number;
}

void
asks_reputation(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	worst(conn, call, false, result);
}

void
asks_reputation_confidence(struct connection *conn,
    const struct policy_call *call, struct fact *result)
{
	worst(conn, call, true, result);
}

/* ---- what a message adds ---- */

static bool
asks_for_it(const struct policy *policy)
{
	const char *name;

	for (size_t i = 0; policy != NULL &&
	    (name = policy_call_name(policy, i)) != NULL; i++)
		if (str_starts_nocase(str_from(name), STR("reputation")))
			return true;
	return false;
}

bool
reputation_is_learnt(const struct engine_options *options)
{
	if (options->store == NULL ||
	    options->reputation.learn == REPUTATION_NEVER)
		return false;
	return options->reputation.learn == REPUTATION_ALWAYS ||
	    asks_for_it(options->policy) || asks_for_it(options->shadow);
}

/* What the end of a message says of it; none: nothing. */
static enum event_learnt
verdict_of(const struct connection *conn)
{
	const struct engine_options *options = &conn->engine->options;
	double score = conn->progress.run.score;

	switch (decide_action(conn)) {
	case ACTION_REJECT:
	case ACTION_DISCARD:
	case ACTION_QUARANTINE:
		return EVENT_LEARNT_SPAM;
	case ACTION_CONTINUE:
	case ACTION_ACCEPT:
		return score >= options->reputation.spam_score ?
		    EVENT_LEARNT_SPAM : score < options->reputation.ham_score ?
		    EVENT_LEARNT_HAM : EVENT_LEARNT_NOTHING;
	case ACTION_BYPASS:
	case ACTION_TEMPFAIL:
	case ACTION_SCORE:
	case ACTION_TAG:
	case ACTION_NOTE:
	case ACTION_COUNT:
		break;
	}
	return EVENT_LEARNT_NOTHING;
}

enum event_learnt
reputation_learn(struct connection *conn)
{
	const struct fact *ours = facts_get(&conn->facts,
	    FACT_ID_CLIENT_OURS);
	const struct fact *id = facts_get(&conn->facts, FACT_ID_MESSAGE_ID);
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	int64_t now_ms = conn->subject.now * 1000;
	enum event_learnt verdict = verdict_of(conn);
	double spam = verdict == EVENT_LEARNT_SPAM ? 1 : 0;
	struct identities who;
	struct store_op op;

	if (!conn->engine->learns || conn->pending.stage != STAGE_MESSAGE ||
	    verdict == EVENT_LEARNT_NOTHING || ours->state != FACT_SET ||
	    ours->truth)
		return EVENT_LEARNT_NOTHING;
	identities_of(arena, &conn->facts, &who);
	for (size_t i = 0; i < who.count; i++) {
		op = identity_op(arena, &who.at[i], conn->engine->options
		    .reputation.half_life_ms, now_ms, spam, 1 - spam);
		ask_tell(conn, &op);
	}
	op = verdict_op(arena, id->state == FACT_SET ? id->text : STR_NONE,
	    now_ms, spam, 1 - spam);
	if (op.key.len > 0)
		ask_tell(conn, &op);
	return who.count > 0 ? verdict : EVENT_LEARNT_NOTHING;
}
