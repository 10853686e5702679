/*
 * rate(key, period) and its kin: how much came with this value of a fact.  A
 * counter is one for a fact, a period and a value, whatever rules ask of it; a
 * message counts in it once.
 */
#include "base/limits.h"
#include "session/ask.h"

/* Of all values of a key. */
struct values {
	bool		 pending, known;
	struct fact	 unknown;	/* not known, and why */
	double		 highest;
};

typedef struct ask *count_fn(struct connection *conn, struct str key,
    int64_t period_ms);

static struct store_op
count_op(const struct connection *conn, struct str key, int64_t period_ms,
    double amount)
{
	return (struct store_op){ .kind = STORE_COUNT, .key = key,
	    .now_ms = conn->subject.now * 1000, .period_ms = period_ms,
	    .amount = amount };
}

static struct ask *
count_message(struct connection *conn, struct str key, int64_t period_ms)
{
	bool asked;
	struct ask *ask = ask_of(conn, SCOPE_MESSAGE, key, &asked);
	struct store_op op = count_op(conn, key, period_ms, 1);

	if (ask != NULL && !asked)
		ask_store(ask, &op, ask_counted);
	return ask;
}

/* Those that have come since it was asked last are added. */
static struct ask *
count_rcpts(struct connection *conn, struct str key, int64_t period_ms)
{
	double count = (double)conn->message.rcpt_count;
	bool asked;
	struct ask *ask = ask_of(conn, SCOPE_MESSAGE, key, &asked);
	struct store_op op;

	if (ask == NULL || (asked && ask->counted == count))
		return ask;
	store_cancel(ask->call);
	ask->call = NULL;
	ask->result = (struct fact){ .state = FACT_PENDING };
	op = count_op(conn, key, period_ms, count - ask->counted);
	ask->counted = count;
	ask_store(ask, &op, ask_counted);
	return ask;
}

/* The counter of one value; what: "rate" or what else is remembered of it. */
static struct str
counter_key(struct connection *conn, const char *what,
    const struct policy_call *call, struct str value)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct str parts[] = { call->names[0], arena_printf(arena, "%.0f",
	    call->args[1].number), arena_lower(arena, value) };

	return ask_key(conn, str_from(what), parts,
	    sizeof(parts) / sizeof(parts[0]));
}

static int64_t
period_of(const struct policy_call *call)
{
	return (int64_t)(call->args[1].number * 1000);
}

static void
add_to_tally(struct values *tally, const struct ask *ask)
{
	struct fact fact;

	ask_answer(ask, &fact);
	if (fact.state == FACT_PENDING)
		tally->pending = true;
	else if (fact.state != FACT_SET)
		tally->unknown = fact;
	else if (!tally->known || fact.number > tally->highest)
		tally->highest = fact.number;
	tally->known |= fact.state == FACT_SET;
}

/* The values of the key: of a list its members. */
static size_t
values_of(const struct policy_call *call, char text[IP_TEXT_MAX],
    struct str *one, const struct str **values_out)
{
	const struct fact *key = &call->args[0];

	if (call->types[0] == FACT_LIST) {
		*values_out = key->list.at;
		return key->list.count < LIMIT_RATE_MEMBERS ?
		    key->list.count : LIMIT_RATE_MEMBERS;
	}
	*one = call->types[0] == FACT_IP ? fact_ip_text(key, text) :
	    key->text;
	*values_out = one;
	return 1;
}

/* What is not known could be more than what is. */
static void
tell_tally(const struct values *tally, struct fact *result)
{
	if (tally->pending)
		return;
	if (tally->unknown.state == FACT_UNKNOWN)
		*result = tally->unknown;
	else if (!tally->known)
		result->state = FACT_NONE;
	else
		*result = (struct fact){ .state = FACT_SET,
		    .number = tally->highest };
}

/* Nobody counts: not worth a key for each value. */
static bool
nobody_counts(const struct connection *conn, size_t values,
    struct fact *result)
{
	if (conn->engine->options.store != NULL || values == 0)
		return false;
	*result = (struct fact){ .state = FACT_UNKNOWN,
	    .text = STR("there is no store") };
	return true;
}

static void
count_all(struct connection *conn, const struct policy_call *call,
    const char *what, count_fn *count, struct fact *result)
{
	struct values tally = { .known = false };
	const struct str *values;
	char text[IP_TEXT_MAX];
	struct str one;
	size_t n = values_of(call, text, &one, &values);

	if (nobody_counts(conn, n, result))
		return;
	for (size_t i = 0; i < n; i++)
		add_to_tally(&tally, count(conn, counter_key(conn, what, call,
		    values[i]), period_of(call)));
	tell_tally(&tally, result);
}

void
asks_rate(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	count_all(conn, call, "rate", count_message, result);
}

void
asks_rate_rcpts(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	count_all(conn, call, "rate.rcpts", count_rcpts, result);
}

/*
 * This message takes the counter over the limit.  It may sink below and rise
 * again while messages keep coming: that counts as the first time only when
 * the last one is out of the window.
 */
static void
ask_crossing(struct connection *conn, const struct policy_call *call,
    struct str value, struct values *tally)
{
	double limit = call->args[2].number;
	struct ask *ask = count_message(conn, counter_key(conn, "rate", call,
	    value), period_of(call));

	if (ask != NULL && ask->result.state == FACT_SET) {
		if (ask->result.number <= limit ||
		    ask->result.number - 1 > limit) {
			tally->known = true;
			return;
		}
		ask = count_message(conn, counter_key(conn,
		    arena_printf(conn->arena[SCOPE_MESSAGE], "over %g",
		    limit).ptr, call, value), period_of(call));
	}
	add_to_tally(tally, ask);
}

void
asks_rate_crossed(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	struct values tally = { .known = false };
	const struct str *values;
	char text[IP_TEXT_MAX];
	struct str one;
	size_t n = values_of(call, text, &one, &values);
	bool first = false;

	if (nobody_counts(conn, n, result))
		return;
	for (size_t i = 0; i < n; i++) {
		struct values each = { .known = false };

		ask_crossing(conn, call, values[i], &each);
		first |= each.highest > 0 && each.highest <= 1;
		tally.pending |= each.pending;
		tally.known |= each.known;
		if (each.unknown.state == FACT_UNKNOWN)
			tally.unknown = each.unknown;
	}
	tell_tally(&tally, result);
	if (result->state == FACT_SET)
		result->truth = first;
}
