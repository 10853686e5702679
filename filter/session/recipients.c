#include "session/connection.h"

struct recipient *
recipients_current(struct connection *conn)
{
	struct message *message = &conn->message;

	if (message->rcpts.count == 0 ||
	    message->rcpts.count < message->rcpt_count)
		return NULL;
	return &message->rcpts.at[message->rcpts.count - 1];
}

void
recipients_tell(const struct connection *conn, struct fact_set *facts,
    size_t upto)
{
	const struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	VEC(struct str) accepted = { 0 };

	facts_clear(facts, FACT_ID_RCPT_ACCEPTED);
	if (message->rcpt_count > message->rcpts.count) {
		facts_unknown(facts, FACT_ID_RCPT_ACCEPTED,
		    STR("more recipients than are kept"));
		return;
	}
	for (size_t i = 0; i < message->rcpts.count && i < upto; i++)
		if (message->rcpts.at[i].action == ACTION_CONTINUE)
			VEC_PUSH(arena, &accepted,
			    message->rcpts.at[i].address);
	facts_list(facts, FACT_ID_RCPT_ACCEPTED, accepted.at, accepted.count);
}
