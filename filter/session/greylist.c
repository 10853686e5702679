/*
 * greylist(delay): is this client, sender and recipient known to come again
 * (RFC 6647)?
 *
 * A host that SPF proves to be the sender domain's own is known by that domain
 * and not by its network: large senders try again from another host of theirs,
 * and the network stands for the sender only where nothing better does.  A
 * record that ends in +all proves nothing.
 */
#include "reputation/reputation.h"
#include "session/ask.h"

enum { PARTS = 3 };

static struct store_op
passes_op(struct connection *conn, struct str net, double amount)
{
	return (struct store_op){ .kind = STORE_COUNT, .amount = amount,
	    .key = ask_key(conn, STR("greylist passes"), &net, 1),
	    .now_ms = conn->subject.now * 1000, .period_ms = (int64_t)
	    conn->engine->options.greylist_lifetime_ms };
}

/* How often mail from this network has passed; NULL: it does not matter. */
static struct ask *
ask_passes(struct connection *conn, struct str net)
{
	struct store_op op = passes_op(conn, net, 0);
	struct ask *ask;
	bool asked;

	if (conn->engine->options.greylist_auto_pass == 0)
		return NULL;
	ask = ask_of(conn, SCOPE_MESSAGE, op.key, &asked);
	if (ask != NULL && !asked)
		ask_store(ask, &op, ask_counted);
	return ask;
}

static void
greylisted(void *ctx, const struct store_answer *answer)
{
	static const struct {
		enum word word, reason;
	} words[] = {
		[GREYLIST_NEW] = { WORD_NEW, WORD_NEW },
		[GREYLIST_WAITING] = { WORD_NEW, WORD_EARLY },
		[GREYLIST_PASSED] = { WORD_PASSED, WORD_PASSED },
		[GREYLIST_KNOWN] = { WORD_KNOWN, WORD_KNOWN },
	};
	struct ask *ask = ctx;

	answer = ask_take(ask, answer);
	if (answer != NULL) {
		ask->result = (struct fact){ .state = FACT_SET,
		    .word = words[answer->greylist].word };
		ask->reason = words[answer->greylist].reason;
		ask->wait_s = (double)answer->wait_ms / 1000;
	}
	decide_step(ask->conn);
}

static struct ask *
ask_triplet(struct connection *conn, const struct policy_call *call,
    struct str net)
{
	const struct engine_options *options = &conn->engine->options;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct str rcpt = facts_get(call->facts, FACT_ID_RCPT)->text;
	struct str parts[PARTS] = { net, arena_lower(arena,
	    conn->subject.mail_from), arena_lower(arena, rcpt) };
	struct identity domain;
	struct ask *ask;
	bool asked;

	if (identity_of_spf(arena, call->facts, &domain))
		parts[0] = domain.name;
	ask = ask_of(conn, SCOPE_MESSAGE, ask_key(conn, call->text, parts,
	    PARTS), &asked);
	if (ask == NULL || asked)
		return ask;
	ask->rcpt = arena_copy(arena, rcpt);
	ask_store(ask, &(struct store_op){ .kind = STORE_GREYLIST,
	    .key = str_skip(ask->key, call->text.len + 1),
	    .now_ms = conn->subject.now * 1000,
	    .delay_ms = (int64_t)(call->args[0].number * 1000),
	    .window_ms = (int64_t)options->greylist_window_ms,
	    .lifetime_ms = (int64_t)options->greylist_lifetime_ms },
	    greylisted);
	return ask;
}

/* A network that has passed so often is one that comes again. */
static void
pass_by_itself(struct ask *ask, const struct ask *passes)
{
	double enough = (double)ask->conn->engine->options.greylist_auto_pass;

	if (passes == NULL || passes->result.state != FACT_SET ||
	    passes->result.number < enough || ask->reason == WORD_PASSED ||
	    ask->reason == WORD_KNOWN)
		return;
	ask->result = (struct fact){ .state = FACT_SET, .word = WORD_KNOWN };
	ask->reason = WORD_AUTO;
	ask->wait_s = 0;
}

/* Once a message; and what passes by itself stays known by that. */
static void
count_pass(struct connection *conn, const struct ask *ask, struct str net)
{
	struct store_op op;

	if (conn->message.greylist_counted || (ask->reason != WORD_PASSED &&
	    ask->reason != WORD_AUTO))
		return;
	conn->message.greylist_counted = true;
	op = passes_op(conn, net, 1);
	ask_tell(conn, &op);
}

void
asks_greylist(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	const struct ip *ip = &conn->subject.client.ip;
	char text[IP_SITE_MAX];
	struct ask *passes, *ask;
	struct str net;

	if (client_is_owed(conn, FACT_ID_CLIENT_IP)) {
		conn->asks.owed = true;
		return;
	}
	/* Who asks whether a sender exists hangs up before DATA. */
	if (ip->family == IP_NONE ||
	    facts_get(call->facts, FACT_ID_RCPT)->state != FACT_SET ||
	    (conn->subject.mail_from.len == 0 &&
	    conn->pending.rules == STAGE_RCPT)) {
		result->state = FACT_NONE;
		return;
	}
	if (!facts_known(call->facts, FACT_ID_SPF)) {
		conn->asks.checks |= CHECK_BIT(CHECK_SPF);
		return;
	}
	net = ip_format_site(ip, text);
	passes = ask_passes(conn, net);
	ask = ask_triplet(conn, call, net);
	if (ask == NULL || ask->result.state == FACT_PENDING ||
	    (passes != NULL && passes->result.state == FACT_PENDING)) {
		if (ask == NULL)
			ask_answer(NULL, result);
		return;
	}
	pass_by_itself(ask, passes);
	count_pass(conn, ask, net);
	ask_answer(ask, result);
}

/* The answer of this recipient that was had last; the newest are first. */
static const struct ask *
answer_of(const struct connection *conn, struct str rcpt)
{
	for (const struct ask *ask = conn->asks.first; ask != NULL;
	    ask = ask->next)
		if (ask->rcpt.len > 0 && ask->result.state == FACT_SET &&
		    str_eq(ask->rcpt, rcpt))
			return ask;
	return NULL;
}

enum word
greylist_reason(const struct connection *conn, struct str rcpt,
    double *wait_s_out)
{
	const struct ask *ask = answer_of(conn, rcpt);

	*wait_s_out = ask == NULL ? 0 : ask->wait_s;
	return ask == NULL ? WORD_NONE : ask->reason;
}
