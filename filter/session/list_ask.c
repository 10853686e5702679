#include "session/list_ask.h"

#include "base/clock.h"
#include "dns/print.h"

static void
unknown(struct list_ask *ask, const char *why)
{
	ask->pending = false;
	ask->listing = LISTING_TROUBLE;
	ask->why = arena_z(ask->conn->arena[ask->scope], str_from(why));
}

static uint64_t
deadline(const struct connection *conn)
{
	return clock_ms() + conn->engine->options.checks.dns_timeout_ms;
}

static bool
is_believed(const struct list_ask *ask, const char **why_out)
{
	struct lists *lists = ask->conn->engine->options.lists;

	return lists == NULL || lists_believes(lists, ask->zone, why_out);
}

/* What a list has to say decided something, or should have. */
static void
note(const struct list_ask *ask, const struct dns_answer *answer)
{
	struct connection *conn = ask->conn;
	struct results *results = &conn->results;
	struct arena *arena = conn->arena[ask->scope];

	if (results->evidence.count >= LIMIT_EVIDENCE)
		return;
	VEC_PUSH(results->arena, &results->evidence, (struct evidence){
	    .method = "dnsbl", .name = ask->name,
	    .type = dns_type_name(answer->type),
	    .status = dns_status_name(answer->status),
	    .secure = answer->secure,
	    .stage = ask->scope == SCOPE_CONNECTION ? STAGE_CONNECT :
	    ask->scope == SCOPE_HELO ? STAGE_HELO : STAGE_MESSAGE,
	    .data = arena_copy(arena, str_slice(print_records(arena, answer),
	    0, LIMIT_EVIDENCE_OCTETS)) });
}

/* What a list says in words is for the reply: one TXT record, and not long. */
static void
text_came(void *ctx, const struct dns_answer *answer)
{
	struct list_ask *ask = ctx;

	ask->text_lookup = NULL;
	ask->text.state = FACT_NONE;
	if (answer->status == DNS_DATA && answer->count > 0) {
		ask->text.state = FACT_SET;
		ask->text.text = arena_copy(ask->conn->arena[ask->scope],
		    str_slice(answer->records[0].text, 0,
		    LIMIT_LIST_TEXT_OCTETS));
	}
	decide_step(ask->conn);
}

static void
ask_text(struct list_ask *ask)
{
	ask->text_lookup = lookup_start(ask->conn->engine->options.dns,
	    ask->conn->strand, ask->name, DNS_TXT, deadline(ask->conn),
	    text_came, ask);
}

static void
take_values(struct list_ask *ask, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->count &&
	    ask->value_count < LIMIT_LIST_VALUES; i++)
		ask->values[ask->value_count++] = answer->records[i].ip;
}

static void
came(void *ctx, const struct dns_answer *answer)
{
	struct list_ask *ask = ctx;
	struct connection *conn = ask->conn;
	const char *why = answer->why;

	ask->lookup = NULL;
	ask->pending = false;
	ask->listing = listing_of(answer);
	if (conn->engine->options.lists != NULL)
		lists_note(conn->engine->options.lists, ask->zone, answer);
	if (ask->listing == LISTING_WRONG)
		unknown(ask, "the list answers with an error");
	else if (ask->listing == LISTING_TROUBLE || !is_believed(ask, &why))
		unknown(ask, why);
	if (answer->status == DNS_DATA)
		note(ask, answer);
	if (ask->listing == LISTING_YES) {
		take_values(ask, answer);
		if (conn->engine->reads_list_texts)
			ask_text(ask);
	}
	decide_step(conn);
}

/* One that lives as long as this scope does. */
static struct list_ask *
find_ask(const struct connection *conn, enum scope scope, struct str name)
{
	struct list_ask *ask = conn->listed.asks;

	while (ask != NULL &&
	    !(ask->scope <= scope && str_eq_nocase(ask->name, name)))
		ask = ask->next;
	return ask;
}

struct list_ask *
list_ask_start(struct connection *conn, enum scope scope, struct str zone,
    struct str subject, struct str name)
{
	struct list_ask *ask = find_ask(conn, scope, name);
	const char *why;

	if (ask != NULL || conn->listed.count == LIMIT_LIST_ASKS)
		return ask;
	conn->listed.count++;
	ask = arena_alloc(conn->arena[scope], sizeof(*ask));
	*ask = (struct list_ask){ .next = conn->listed.asks, .conn = conn,
	    .scope = scope, .zone = zone, .subject = subject, .name = name,
	    .pending = true };
	conn->listed.asks = ask;
	if (!is_believed(ask, &why))
		unknown(ask, why);
	else
		ask->lookup = lookup_start(conn->engine->options.dns,
		    conn->strand, name, DNS_A, deadline(conn), came, ask);
	return ask;
}

const struct ip *
list_ask_value(const struct list_ask *ask, const struct policy_call *call)
{
	if (ask->pending || ask->listing != LISTING_YES)
		return NULL;
	for (size_t i = 0; i < ask->value_count; i++)
		if (listing_matches(&ask->values[i], call->nets,
		    call->net_count))
			return &ask->values[i];
	return NULL;
}

static void
stop(struct list_ask *ask)
{
	lookup_cancel(ask->lookup);
	lookup_cancel(ask->text_lookup);
	ask->lookup = ask->text_lookup = NULL;
}

bool
list_asks_are_pending(const struct connection *conn)
{
	for (const struct list_ask *ask = conn->listed.asks; ask;
	    ask = ask->next)
		if (ask->pending)
			return true;
	return false;
}

void
list_asks_reset(struct connection *conn, unsigned from_scope)
{
	struct list_ask **ask = &conn->listed.asks;

	while (*ask != NULL)
		if ((*ask)->scope >= from_scope) {
			stop(*ask);
			*ask = (*ask)->next;
			conn->listed.count--;
		} else {
			ask = &(*ask)->next;
		}
}

void
list_asks_abandon(struct connection *conn, const char *why)
{
	for (struct list_ask *ask = conn->listed.asks; ask; ask = ask->next) {
		stop(ask);
		if (ask->pending)
			unknown(ask, why);
		if (ask->text.state == FACT_PENDING)
			ask->text.state = FACT_UNKNOWN;
	}
}
