#include "reporting/ledger.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"

static const int64_t day_ms = 24 * 3600 * 1000;

int64_t
ledger_now(const struct ledger *ledger)
{
	return ledger->since_ms == 0 ? ledger->now_ms : ledger->now_ms +
	    (int64_t)(clock_ms() - ledger->since_ms);
}

struct str
ledger_name(struct arena *arena, const char *what, int64_t day,
    struct str domain, struct str address)
{
	return arena_printf(arena, "report %s %" PRId64 " %.*s %.*s", what,
	    day, STR_ARG(domain), STR_ARG(address));
}

/* Of a name that was ended a counter is left: it can be looked at. */
static struct store_op
count_op(const struct ledger *ledger, struct str name, double amount)
{
	return (struct store_op){ .kind = STORE_COUNT, .key = name,
	    .now_ms = ledger_now(ledger), .amount = amount,
	    .period_ms = LIMIT_LEDGER_DAYS * day_ms };
}

/* What is begun is the only item of a queue that nobody takes from. */
static struct store_op
claim_op(const struct ledger *ledger, struct str name, enum store_kind kind)
{
	return (struct store_op){ .kind = kind, .key = name,
	    .now_ms = ledger_now(ledger), .member = STR("begun"),
	    .content = STR("begun"), .lifetime_ms = LIMIT_LEDGER_CLAIM_MS };
}

enum ledger_word
ledger_look(const struct ledger *ledger, struct str name)
{
	struct store_op op = count_op(ledger, name, 0);
	struct store_answer answer;

	if (!ledger->ask(ledger->ctx, &op, &answer))
		return LEDGER_TROUBLE;
	return answer.count > 0 ? LEDGER_ENDED : LEDGER_OPEN;
}

enum ledger_word
ledger_begin(const struct ledger *ledger, struct str name, bool again)
{
	struct store_op op = claim_op(ledger, name, STORE_PUT);
	struct store_answer answer;
	enum ledger_word word;

	if (!ledger->ask(ledger->ctx, &op, &answer))
		return LEDGER_TROUBLE;
	if (answer.count < 1)
		return LEDGER_BEGUN;
	/* Whoever had it before may have ended it a moment ago. */
	word = again ? LEDGER_OPEN : ledger_look(ledger, name);
	if (word == LEDGER_ENDED)
		ledger_give_up(ledger, name);
	return word;
}

bool
ledger_give_up(const struct ledger *ledger, struct str name)
{
	struct store_op op = claim_op(ledger, name, STORE_DONE);
	struct store_answer answer;

	return ledger->ask(ledger->ctx, &op, &answer);
}

bool
ledger_end(const struct ledger *ledger, struct str name)
{
	struct store_op op = count_op(ledger, name, 1);
	struct store_answer answer;

	return ledger->ask(ledger->ctx, &op, &answer) &&
	    ledger_give_up(ledger, name);
}

bool
ledger_put_back(const struct ledger *ledger, struct str name)
{
	struct store_op op = count_op(ledger, name, -1);
	struct store_answer answer;

	return ledger->ask(ledger->ctx, &op, &answer);
}

enum ledger_word
ledger_take(const struct ledger *ledger, struct str name)
{
	struct store_op op = count_op(ledger, name, 1);
	struct store_answer answer;

	if (!ledger->ask(ledger->ctx, &op, &answer)) {
		ledger_put_back(ledger, name);
		return LEDGER_TROUBLE;
	}
	/* Counters of a sliding window are not whole numbers. */
	if (answer.count < 1.5)
		return LEDGER_OPEN;
	ledger_put_back(ledger, name);
	return LEDGER_ENDED;
}
