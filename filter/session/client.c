/*
 * Who the client is.  For mail that a trusted relay hands over it is known
 * when the header has ended; until then its facts are owed and its checks have
 * not begun.  What was found out lives in the message's scope: the relay's next
 * message has another client.
 */
#include "base/limits.h"
#include "mail/relay.h"
#include "session/connection.h"

/* Beside the facts of the checks that are of_client. */
static const enum fact_id own_facts[] = {
	FACT_ID_CLIENT_IP, FACT_ID_CLIENT_NAME, FACT_ID_CLIENT_NET,
	FACT_ID_HELO
};

enum { OWN_FACTS = sizeof(own_facts) / sizeof(own_facts[0]) };

static bool
is_about_client(enum fact_id fact)
{
	if (fact == FACT_ID_CLIENT_OURS)
		return true;
	for (int i = 0; i < OWN_FACTS; i++)
		if (own_facts[i] == fact)
			return true;
	for (int id = 0; id < CHECK_COUNT; id++)
		if (check_table[id].of_client &&
		    fact >= check_table[id].first &&
		    fact <= check_table[id].last)
			return true;
	return false;
}

bool
client_is_owed(const struct connection *conn, enum fact_id fact)
{
	return conn->relayed && !conn->client_found && is_about_client(fact);
}

static struct str
keep(struct connection *conn, enum scope scope, struct str s, size_t max)
{
	return arena_copy(conn->arena[scope], str_slice(s, 0, max));
}

static void
tell_client(struct connection *conn)
{
	const struct check_client *client = &conn->subject.client;
	char site[IP_SITE_MAX];

	facts_text_or_none(&conn->facts, FACT_ID_CLIENT_NET, keep(conn,
	    conn->relayed ? SCOPE_MESSAGE : SCOPE_CONNECTION,
	    ip_format_site(&client->ip, site), IP_SITE_MAX));
	if (client->ip.family == IP_NONE)
		facts_none(&conn->facts, FACT_ID_CLIENT_IP);
	else
		facts_ip(&conn->facts, FACT_ID_CLIENT_IP, &client->ip);
	facts_text_or_none(&conn->facts, FACT_ID_CLIENT_NAME, client->name);
}

void
client_connect(struct connection *conn, const struct session_client *client)
{
	conn->relayed = relay_is_trusted(&conn->engine->options.relays,
	    &client->ip);
	conn->client_found = false;
	conn->peer = conn->subject.client = (struct check_client){
		.ip = client->ip, .name = keep(conn, SCOPE_CONNECTION,
		    client->name, LIMIT_DOMAIN_OCTETS) };
	if (conn->relayed) {
		facts_ip(&conn->facts, FACT_ID_RELAY_IP, &client->ip);
	} else {
		facts_none(&conn->facts, FACT_ID_RELAY_IP);
		tell_client(conn);
	}
}

void
client_helo(struct connection *conn, struct str name)
{
	conn->peer_helo = conn->subject.helo = keep(conn, SCOPE_HELO, name,
	    LIMIT_HELO_OCTETS);
	if (!conn->relayed)
		facts_text_or_none(&conn->facts, FACT_ID_HELO,
		    conn->subject.helo);
}

bool
client_is_ours(const struct connection *conn)
{
	const struct engine_options *options = &conn->engine->options;
	const struct ip *ip = &conn->subject.client.ip;

	if (facts_get(&conn->facts, FACT_ID_AUTH_USER)->state == FACT_SET)
		return true;
	if (ip->family == IP_NONE)
		return !conn->relayed;
	for (size_t i = 0; i < options->own_network_count; i++)
		if (ipnet_contains(&options->own_networks[i], ip))
			return true;
	return false;
}

void
client_mail(struct connection *conn)
{
	if (!conn->relayed)
		facts_bool(&conn->facts, FACT_ID_CLIENT_OURS,
		    client_is_ours(conn));
}

void
client_forget(struct connection *conn)
{
	if (!conn->relayed)
		return;
	for (int id = 0; id < FACT_COUNT; id++)
		if (is_about_client((enum fact_id)id))
			facts_clear(&conn->facts, (enum fact_id)id);
	conn->subject.client = conn->peer;
	conn->subject.helo = conn->peer_helo;
	conn->client_found = false;
}

static void
take_unknown(struct connection *conn, const char *why)
{
	for (int i = 0; i < OWN_FACTS; i++)
		facts_unknown(&conn->facts, own_facts[i], str_from(why));
	conn->subject.client = (struct check_client){ .name = STR_NONE };
	conn->subject.helo = STR_NONE;
	record_trouble(conn, why);
}

/* Of a relay's own mail the MTA has told us the name and the HELO. */
static void
take_client(struct connection *conn, const struct relay_client *found)
{
	struct subject *subject = &conn->subject;

	if (!found->is_peer) {
		subject->client.ip = found->ip;
		subject->client.name = keep(conn, SCOPE_MESSAGE, found->name,
		    LIMIT_DOMAIN_OCTETS);
		subject->helo = keep(conn, SCOPE_MESSAGE, found->helo,
		    LIMIT_HELO_OCTETS);
	}
	tell_client(conn);
	facts_text_or_none(&conn->facts, FACT_ID_HELO, subject->helo);
}

void
client_find(struct connection *conn)
{
	struct relay_client found = { .known = true };

	if (conn->relayed)
		relay_find_client(&conn->engine->options.relays,
		    &conn->message.header, &conn->peer.ip, &found);
	facts_text_or_none(&conn->facts, FACT_ID_RELAY_WITH, keep(conn,
	    SCOPE_MESSAGE, found.with, LIMIT_MACRO_OCTETS));
	if (!conn->relayed)
		return;
	conn->client_found = true;
	if (found.known)
		take_client(conn, &found);
	else
		take_unknown(conn, found.why);
	facts_bool(&conn->facts, FACT_ID_CLIENT_OURS, client_is_ours(conn));
	run_start_of_client(conn, found.known ? STR_NONE :
	    str_from(found.why));
}
