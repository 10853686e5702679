#include "session/ask.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "session/connection.h"

/* ---- the list of them ---- */

struct str
ask_key(struct connection *conn, struct str what,
    const struct str *values, size_t count)
{
	struct buf key;

	buf_init(&key, conn->arena[stage_scope(conn->pending.stage)],
	    SIZE_MAX);
	buf_add(&key, what);
	for (size_t i = 0; i < count; i++) {
		buf_addc(&key, '\0');
		buf_add(&key, values[i]);
	}
	return buf_str(&key);
}

struct ask *
ask_of(struct connection *conn, enum scope scope, struct str key,
    bool *asked_out)
{
	struct ask *ask;

	*asked_out = true;
	for (ask = conn->asks.first; ask != NULL; ask = ask->next)
		if (str_eq(ask->key, key))
			return ask;
	*asked_out = false;
	if (conn->asks.count == LIMIT_ASKS)
		return NULL;
	conn->asks.count++;
	ask = arena_alloc(conn->arena[scope], sizeof(*ask));
	*ask = (struct ask){ .next = conn->asks.first, .conn = conn,
	    .scope = scope, .key = arena_copy(conn->arena[scope], key) };
	conn->asks.first = ask;
	return ask;
}

static void
stop(struct ask *ask)
{
	store_cancel(ask->call);
	ask->call = NULL;
}

void
asks_reset(struct connection *conn, unsigned from_scope)
{
	struct ask **link = &conn->asks.first;

	while (*link != NULL)
		if ((*link)->scope >= from_scope) {
			stop(*link);
			*link = (*link)->next;
			conn->asks.count--;
		} else {
			link = &(*link)->next;
		}
}

void
ask_unknown(struct ask *ask, const char *why)
{
	ask->result = (struct fact){ .state = FACT_UNKNOWN,
	    .text = arena_copy(ask->conn->arena[ask->scope], str_from(why)) };
}

bool
asks_are_pending(const struct connection *conn)
{
	for (const struct ask *ask = conn->asks.first; ask; ask = ask->next)
		if (ask->result.state == FACT_PENDING)
			return true;
	return false;
}

void
asks_abandon(struct connection *conn, const char *why)
{
	for (struct ask *ask = conn->asks.first; ask != NULL; ask = ask->next)
		if (ask->result.state == FACT_PENDING) {
			stop(ask);
			ask_unknown(ask, why);
		}
}

void
ask_answer(const struct ask *ask, struct fact *result)
{
	if (ask != NULL)
		*result = ask->result;
	else
		*result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = STR("too many questions") };
}
