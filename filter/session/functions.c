/*
 * What the functions of a policy ask, beside what the policy can answer by
 * itself.  To add one: a row here and a hook function_ask in its row of
 * function_table.
 */
#include "policy/function.h"
#include "session/asks.h"
#include "session/connection.h"
#include "session/list_ask.h"

/* owns(login, address) */
static void
answer_owns(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	const struct rights *rights = conn->engine->options.rights;
	struct arena *arena =
	    conn->arena[stage_scope(conn->pending.stage)];
	enum rights_answer answer = rights == NULL ? RIGHTS_UNKNOWN :
	    rights_owns(rights, arena, call->args[0].text,
	    call->args[1].text);

	if (answer == RIGHTS_UNKNOWN) {
		result->state = FACT_UNKNOWN;
		result->text = STR("no table says who owns what");
		return;
	}
	result->state = FACT_SET;
	result->truth = answer == RIGHTS_YES;
}

static const struct {
	const char *function;
	void (*answer)(struct connection *conn,
	    const struct policy_call *call, struct fact *result);
	bool again;	/* asking twice changes nothing: for shadow.c */
} answers[] = {
	{ "owns", answer_owns, true },
	{ "dnsbl", listed_answer, true }, { "dnswl", listed_answer, true },
	{ "dnsbl.name", listed_tell, true },
	{ "dnsbl.value", listed_tell, true },
	{ "dnsbl.text", listed_tell, true },
	{ "rate", asks_rate, false }, { "rate.rcpts", asks_rate_rcpts, false },
	{ "rate.crossed", asks_rate_crossed, false },
	{ "greylist", asks_greylist, false },
	{ "reputation", asks_reputation, true },
	{ "reputation.confidence", asks_reputation_confidence, true },
};

static bool
find_kept(const struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	for (int i = 0; i < SCOPE_COUNT; i++)
		if (answers_find(&conn->answers[i], call, result))
			return true;
	return false;
}

/* For the event: for as long as what it was asked of. */
static void
keep(struct connection *conn, const struct policy_call *call,
    const struct fact *result)
{
	enum scope scope = stage_scope(conn->pending.stage);
	struct fact kept;

	if (result->state != FACT_PENDING && !conn->listed.looking_ahead &&
	    function_find(str_from(call->function)) != NULL &&
	    !find_kept(conn, call, &kept))
		answers_add(conn->arena[scope], &conn->answers[scope], call,
		    result);
}

unsigned
functions_wait_for(const struct connection *conn)
{
	return conn->asks.checks |
	    (asks_are_pending(conn) ? WAIT_BIT(EVENT_WAIT_STORE) : 0) |
	    (list_asks_are_pending(conn) ? WAIT_BIT(EVENT_WAIT_LISTS) : 0);
}

void
functions_keep_header(struct connection *conn, struct str name,
    const struct str *value)
{
	answers_add_header(conn->arena[SCOPE_MESSAGE],
	    &conn->answers[SCOPE_MESSAGE], name, value);
}

void
functions_answer_again(void *ctx, const struct policy_call *call,
    struct fact *result)
{
	struct policy_call known = *call;

	if (find_kept(ctx, call, result))
		return;
	known.peek = true;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].again &&
		    str_eqz(str_from(call->function), answers[i].function))
			answers[i].answer(ctx, &known, result);
	if (result->state == FACT_PENDING)
		*result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = STR("not asked a second time") };
}

void
functions_answer(void *ctx, const struct policy_call *call, struct fact *result)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (str_eqz(str_from(call->function), answers[i].function)) {
			answers[i].answer(ctx, call, result);
			keep(ctx, call, result);
			return;
		}
	result->state = FACT_UNKNOWN;
	result->text = STR("nobody answers it here");
}
