#include "session/listed.h"

#include "base/limits.h"
#include "dnslist/query.h"
#include "session/connection.h"
#include "session/list_ask.h"

/* What one call asks: a name, or one of each item of a list. */
struct list_group {
	struct list_group	*next;
	enum scope		 scope;
	struct str		 args;		/* of the call, as written */
	enum fact_type		 type;		/* of its subject */
	struct fact		 subject;
	struct list_ask		**asks;
	size_t			 count;
	bool			 cut;		/* some are not asked */
};

/* ---- one call ---- */

static void
add(struct list_group *group, struct list_ask *ask)
{
	if (ask == NULL)
		group->cut = true;
	else
		group->asks[group->count++] = ask;
}

static void
ask_ip(struct connection *conn, struct list_group *group, struct str zone,
    const struct ip *ip)
{
	struct arena *arena = conn->arena[group->scope];
	char text[IP_TEXT_MAX];

	add(group, list_ask_start(conn, group->scope, zone,
	    arena_copy(arena, ip_format(ip, text)),
	    query_of_ip(arena, ip, zone)));
}

static void
ask_domain(struct connection *conn, struct list_group *group, struct str zone,
    struct str text)
{
	struct arena *arena = conn->arena[group->scope];
	struct str domain, name;
	size_t at = str_rchr(text, '@');

	if (at < text.len)
		text = str_skip(text, at + 1);
	if (query_of_domain(arena, text, zone, &domain, &name))
		add(group, list_ask_start(conn, group->scope, zone,
		    domain, name));
}

static void
ask_items(struct connection *conn, struct list_group *group, struct str zone)
{
	const struct fact *list = &group->subject;
	struct ip ip;

	for (size_t i = 0; i < list->list.count; i++) {
		if (i == LIMIT_LIST_NAMES) {
			group->cut = true;
			return;
		}
		if (ip_parse(list->list.at[i], &ip))
			ask_ip(conn, group, zone, &ip);
		else
			ask_domain(conn, group, zone, list->list.at[i]);
	}
}

static bool
same_subject(enum fact_type type, const struct fact *a, const struct fact *b)
{
	struct ip x, y;

	if (type == FACT_IP) {
		x = fact_ip(a);
		y = fact_ip(b);
		return ip_equal(&x, &y);
	}
	if (type == FACT_LIST)
		return a->list.at == b->list.at &&
		    a->list.count == b->list.count;
	return str_eq(a->text, b->text);
}

/* Both functions ask the same; and dnsbl.text asks more of it. */
static struct str
args_of(const struct policy_call *call)
{
	return str_skip(call->text, str_chr(call->text, '('));
}

static struct list_group *
find_group(const struct connection *conn, struct str args,
    enum fact_type type, const struct fact *subject)
{
	struct list_group *group = conn->listed.groups;

	while (group != NULL && !(group->type == type &&
	    str_eq(group->args, args) &&
	    same_subject(type, &group->subject, subject)))
		group = group->next;
	return group;
}

/* What is known of the connection does not change with its messages. */
static enum scope
scope_of(const struct connection *conn, const struct policy_call *call)
{
	if (call->count < 2 && !conn->relayed)
		return SCOPE_CONNECTION;
	if (conn->in_message)
		return SCOPE_MESSAGE;
	return conn->saw_helo ? SCOPE_HELO : SCOPE_CONNECTION;
}

static struct list_group *
ask_group(struct connection *conn, const struct policy_call *call,
    enum fact_type type, const struct fact *subject)
{
	enum scope scope = scope_of(conn, call);
	struct arena *arena = conn->arena[scope];
	struct str zone = call->args[0].text;	/* as long as the policy */
	struct list_group *group = arena_alloc(arena, sizeof(*group));
	struct ip ip;

	*group = (struct list_group){ .next = conn->listed.groups,
	    .scope = scope, .args = args_of(call), .type = type,
	    .subject = *subject };
	group->asks = arena_alloc(arena, (type == FACT_LIST ?
	    LIMIT_LIST_NAMES : 1) * sizeof(struct list_ask *));
	conn->listed.groups = group;
	if (type == FACT_IP) {
		ip = fact_ip(subject);
		ask_ip(conn, group, zone, &ip);
	} else if (type == FACT_LIST) {
		ask_items(conn, group, zone);
	} else {
		group->subject.text = arena_copy(arena, subject->text);
		ask_domain(conn, group, zone, subject->text);
	}
	return group;
}

/* Whom the call asks for; false: that is not known, or there is nobody. */
static bool
find_subject(struct connection *conn, const struct policy_call *call,
    enum fact_type *type, struct fact *subject, struct fact *result)
{
	if (call->count > 1) {
		*type = call->types[1];
		*subject = call->args[1];
		return true;
	}
	*type = FACT_IP;
	*subject = fact_of_ip(&conn->subject.client.ip);
	if (client_is_owed(conn, FACT_ID_CLIENT_IP)) {
		conn->asks.owed = true;
		return false;
	}
	if (subject->ip_family == IP_NONE)
		result->state = FACT_NONE;
	return subject->ip_family != IP_NONE;
}

/* One listing will do; else all have to be known. */
static void
sum_up(const struct list_group *group, const struct policy_call *call,
    struct fact *result)
{
	const char *why = group->cut ? "too many questions to lists" : NULL;
	bool pending = false;

	for (size_t i = 0; i < group->count; i++) {
		const struct list_ask *ask = group->asks[i];

		if (list_ask_value(ask, call) != NULL) {
			*result = (struct fact){ .state = FACT_SET,
			    .truth = true };
			return;
		}
		pending = pending || ask->pending;
		if (!ask->pending && ask->listing == LISTING_TROUBLE)
			why = ask->why;
	}
	if (pending)
		result->state = FACT_PENDING;
	else if (why != NULL)
		*result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = str_from(why) };
	else
		result->state = FACT_SET;
}

void
listed_answer(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	struct list_group *group;
	struct fact subject;
	enum fact_type type;

	if (!find_subject(conn, call, &type, &subject, result))
		return;
	group = find_group(conn, args_of(call), type, &subject);
	if (group == NULL && !call->peek)
		group = ask_group(conn, call, type, &subject);
	if (group != NULL)
		sum_up(group, call, result);
}

/* The first of the group's that is listed, in the order of the items. */
static const struct list_ask *
find_listed(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	const struct list_group *group;
	struct fact subject;
	enum fact_type type;

	if (!find_subject(conn, call, &type, &subject, result))
		return NULL;
	group = find_group(conn, args_of(call), type, &subject);
	for (size_t i = 0; group != NULL && i < group->count; i++)
		if (list_ask_value(group->asks[i], call) != NULL)
			return group->asks[i];
	return NULL;
}

void
listed_tell(struct connection *conn, const struct policy_call *call,
    struct fact *result)
{
	const struct list_ask *ask = find_listed(conn, call, result);
	struct str what = str_skip(str_from(call->function), sizeof("dnsbl"));
	char text[IP_TEXT_MAX];

	if (ask == NULL) {
		result->state = FACT_NONE;
		return;
	}
	if (str_eqz(what, "text")) {
		*result = ask->text;
		return;
	}
	result->state = FACT_SET;
	if (str_eqz(what, "name"))
		result->text = ask->subject;
	else
		result->text = arena_copy(conn->arena[ask->scope],
		    ip_format(list_ask_value(ask, call), text));
}

/* ---- ahead of the rules ---- */

static void
look_ahead(struct connection *conn, const struct policy *policy,
    unsigned stages)
{
	struct policy_env env = decide_env(conn, &conn->facts);

	env.arena = conn->listed.scratch;
	conn->listed.looking_ahead = true;
	policy_ahead(policy, stages, &env);
	conn->listed.looking_ahead = false;
	arena_reset(conn->listed.scratch);
}

void
listed_ahead(struct connection *conn)
{
	const struct engine_options *options = &conn->engine->options;
	unsigned done = conn->progress.evaluated;
	bool owed = conn->asks.owed;

	if (conn->engine->list_stages == 0 || conn->progress.decided ||
	    conn->listed.version == conn->facts.version)
		return;
	conn->listed.version = conn->facts.version;
	if (conn->listed.scratch == NULL)
		conn->listed.scratch = arena_new();
	if (!conn->message.header_begun)
		done &= ~STAGE_BIT(STAGE_RCPT);
	look_ahead(conn, options->policy, ~done);
	if (options->shadow != NULL)
		look_ahead(conn, options->shadow, ~0u);
	conn->asks.owed = owed;
}

/* ---- their end ---- */

void
listed_reset(struct connection *conn, unsigned from_scope)
{
	struct list_group **group = &conn->listed.groups;

	while (*group != NULL)
		if ((*group)->scope >= from_scope)
			*group = (*group)->next;
		else
			group = &(*group)->next;
	list_asks_reset(conn, from_scope);
}

void
listed_abandon(struct connection *conn, const char *why)
{
	list_asks_abandon(conn, why);
}

void
listed_free(struct connection *conn)
{
	listed_reset(conn, SCOPE_CONNECTION);
	arena_free(conn->listed.scratch);
	conn->listed.scratch = NULL;
}
