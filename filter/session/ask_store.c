/*
 * Questions to the store.
 */
#include "base/clock.h"
#include "session/ask.h"

void
ask_store(struct ask *ask, const struct store_op *op, store_done_fn *done)
{
	const struct engine_options *options = &ask->conn->engine->options;

	if (options->store == NULL)
		ask_unknown(ask, "there is no store");
	else
		ask->call = store_ask(options->store, ask->conn->strand, op,
		    clock_ms() + options->store_timeout_ms, done, ask);
}

const struct store_answer *
ask_take(struct ask *ask, const struct store_answer *answer)
{
	ask->call = NULL;
	if (answer->known)
		return answer;
	ask_unknown(ask, answer->why);
	return NULL;
}

void
ask_counted(void *ctx, const struct store_answer *answer)
{
	struct ask *ask = ctx;

	answer = ask_take(ask, answer);
	if (answer != NULL)
		ask->result = (struct fact){ .state = FACT_SET,
		    .number = answer->count };
	decide_step(ask->conn);
}

void
ask_tell(const struct connection *conn, const struct store_op *op)
{
	if (conn->engine->options.store != NULL)
		store_tell(conn->engine->options.store, op);
}
