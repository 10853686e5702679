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
	lookup_cancel(ask->lookup);
	store_cancel(ask->call);
	ask->lookup = NULL;
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

/* ---- DNS lists ---- */

/*
 * RFC 5782 section 2.1: an address in 127.0.0.0/8 is a listing.  Anything else
 * is no list's answer, and 127.255.255.0/24 is by custom an error of who asks.
 */
static bool
is_listing(const struct ip *ip)
{
	return ip->family == IP_V4 && ip->bytes[0] == 127 &&
	    !(ip->bytes[1] == 255 && ip->bytes[2] == 255);
}

static void
listed(void *ctx, const struct dns_answer *answer)
{
	struct ask *ask = ctx;
	bool found = false;

	ask->lookup = NULL;
	for (size_t i = 0; i < answer->count; i++)
		found = found || is_listing(&answer->records[i].ip);
	if (answer->status == DNS_NODATA || answer->status == DNS_NXDOMAIN ||
	    (answer->status == DNS_DATA && found))
		ask->result = (struct fact){ .state = FACT_SET,
		    .truth = found };
	else
		ask_unknown(ask, answer->status == DNS_DATA ?
		    "the list answers with an error" : answer->why);
	decide_step(ask->conn);
}

/* "1.2.0.192.in-addr.arpa" to "1.2.0.192.ZONE"; so for IPv6 (section 2.4). */
static struct str
list_name(struct arena *arena, const struct ip *ip, struct str zone)
{
	char text[IP_ARPA_MAX];
	struct str name = ip_arpa(ip, text);
	size_t tail = ip->family == IP_V4 ? strlen("in-addr.arpa") :
	    strlen("ip6.arpa");

	return arena_printf(arena, "%.*s%.*s", (int)(name.len - tail),
	    name.ptr, STR_ARG(zone));
}

void
asks_list(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	enum scope scope = conn->relayed ? SCOPE_MESSAGE : SCOPE_CONNECTION;
	const struct ip *ip = &conn->subject.client.ip;
	struct ask *ask;
	bool asked;

	if (client_is_owed(conn, FACT_ID_CLIENT_IP)) {
		conn->asks.owed = true;
		return;
	}
	if (ip->family == IP_NONE) {
		result->state = FACT_NONE;
		return;
	}
	ask = ask_of(conn, scope, ask_key(conn, call->text, NULL, 0), &asked);
	if (ask != NULL && !asked)
		ask->lookup = lookup_start(conn->engine->options.dns,
		    conn->strand, list_name(conn->arena[scope], ip,
		    call->args[0].text), DNS_A, clock_ms() +
		    conn->engine->options.checks.dns_timeout_ms, listed, ask);
	ask_answer(ask, result);
}
