#include "session/asks.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "session/connection.h"

struct ask {
	struct ask		*next;
	struct connection	*conn;
	enum scope		 scope;
	struct str		 key;
	struct fact		 result;	/* FACT_PENDING: on its way */
	struct dns_lookup	*lookup;
	struct store_call	*call;
};

/* ---- the list of them ---- */

/* What it is asked, with the values of its arguments behind; until the stage
 * is over. */
static struct str
key_of(struct connection *conn, const struct policy_call *call,
    const struct str *values, size_t count)
{
	struct buf key;

	buf_init(&key, conn->arena[stage_scope(conn->pending.stage)],
	    SIZE_MAX);
	buf_add(&key, call->text);
	for (size_t i = 0; i < count; i++) {
		buf_addc(&key, '\0');
		buf_add(&key, values[i]);
	}
	return buf_str(&key);
}

/* The question of this key; *asked_out is false for a new one.  NULL: there
 * are too many. */
static struct ask *
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

static void
unknown(struct ask *ask, const char *why)
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
			unknown(ask, why);
		}
}

static void
answer(const struct ask *ask, struct fact *result)
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
		unknown(ask, answer->status == DNS_DATA ?
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
	ask = ask_of(conn, scope, key_of(conn, call, NULL, 0), &asked);
	if (ask != NULL && !asked)
		ask->lookup = lookup_start(conn->engine->options.dns,
		    conn->strand, list_name(conn->arena[scope], ip,
		    call->args[0].text), DNS_A, clock_ms() +
		    conn->engine->options.checks.dns_timeout_ms, listed, ask);
	answer(ask, result);
}

/* ---- the store ---- */

static void
start(struct ask *ask, const struct store_op *op, store_done_fn *done)
{
	const struct engine_options *options = &ask->conn->engine->options;

	if (options->store == NULL)
		unknown(ask, "there is no store");
	else
		ask->call = store_ask(options->store, ask->conn->strand, op,
		    clock_ms() + options->store_timeout_ms, done, ask);
}

/* What the store says; NULL: it is not known, and said why. */
static const struct store_answer *
take(struct ask *ask, const struct store_answer *answer)
{
	ask->call = NULL;
	if (answer->known)
		return answer;
	unknown(ask, answer->why);
	return NULL;
}

static void
counted(void *ctx, const struct store_answer *answer)
{
	struct ask *ask = ctx;

	answer = take(ask, answer);
	if (answer != NULL)
		ask->result = (struct fact){ .state = FACT_SET,
		    .number = answer->count };
	decide_step(ask->conn);
}

/* The fact that is counted, as text. */
static struct str
value_text(const struct policy_call *call, char text_out[IP_TEXT_MAX])
{
	return call->types[0] == FACT_IP ?
	    ip_format(&call->args[0].ip, text_out) : call->args[0].text;
}

void
asks_rate(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	char text[IP_TEXT_MAX];
	struct str value = value_text(call, text);
	struct str key = key_of(conn, call, &value, 1);
	bool asked;
	struct ask *ask = ask_of(conn, SCOPE_MESSAGE, key, &asked);

	if (ask != NULL && !asked)
		start(ask, &(struct store_op){ .kind = STORE_COUNT,
		    .key = key, .now_ms = conn->subject.now * 1000,
		    .period_ms = (int64_t)(call->args[1].number * 1000),
		    .amount = 1 }, counted);
	answer(ask, result);
}

static void
greylisted(void *ctx, const struct store_answer *answer)
{
	static const enum word words[] = {
		[GREYLIST_NEW] = WORD_NEW, [GREYLIST_WAITING] = WORD_NEW,
		[GREYLIST_PASSED] = WORD_PASSED,
		[GREYLIST_KNOWN] = WORD_KNOWN,
	};
	struct ask *ask = ctx;

	answer = take(ask, answer);
	if (answer != NULL)
		ask->result = (struct fact){ .state = FACT_SET,
		    .word = words[answer->greylist] };
	decide_step(ask->conn);
}

/* RFC 6647 section 3: the network, as senders have many hosts in one. */
static struct str
client_net(const struct ip *ip, char text_out[IP_TEXT_MAX])
{
	struct ip net = *ip;
	size_t kept = ip->family == IP_V4 ? 3 : 8;

	memset(net.bytes + kept, 0, sizeof(net.bytes) - kept);
	return ip_format(&net, text_out);
}

void
asks_greylist(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	const struct engine_options *options = &conn->engine->options;
	const struct fact *rcpt = facts_get(call->facts, FACT_ID_RCPT);
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	char text[IP_TEXT_MAX];
	struct str triplet[3];
	struct ask *ask;
	bool asked;

	if (client_is_owed(conn, FACT_ID_CLIENT_IP)) {
		conn->asks.owed = true;
		return;
	}
	if (conn->subject.client.ip.family == IP_NONE ||
	    rcpt->state != FACT_SET) {
		result->state = FACT_NONE;
		return;
	}
	triplet[0] = client_net(&conn->subject.client.ip, text);
	triplet[1] = arena_lower(arena, conn->subject.mail_from);
	triplet[2] = arena_lower(arena, rcpt->text);
	ask = ask_of(conn, SCOPE_MESSAGE, key_of(conn, call, triplet, 3),
	    &asked);
	if (ask != NULL && !asked)
		start(ask, &(struct store_op){ .kind = STORE_GREYLIST,
		    .key = str_skip(ask->key, call->text.len + 1),
		    .now_ms = conn->subject.now * 1000,
		    .delay_ms = (int64_t)(call->args[0].number * 1000),
		    .window_ms = (int64_t)options->greylist_window_ms,
		    .lifetime_ms = (int64_t)options->greylist_lifetime_ms },
		    greylisted);
	answer(ask, result);
}
