/*
 * A whole session: four lines (HELO, sender, recipient, how the body is cut)
 * and a message, through every check and a policy that asks for every fact.
 * The client that says HELO mx2... is a trusted relay, the one that says
 * list... a list manager of ours; what goes on is sealed.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"
#include "dkim/private.h"
#include "dns/zonefile.h"
#include "session/session.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"
#include "tool/message.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=quarantine\"\n"
    "s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
    "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n"
    "mail.example.com. A 192.0.2.1\n"
    "broken.example. * SERVFAIL\n"
    "_dmarc.late.example. * TIMEOUT\n";

static const char policy[] =
    "policy \"fuzz\" mode enforce;\n"
    "at rcpt {\n"
    "  reject \"%{rcpt}\" when rcpt.count > 3;\n"
    "  tempfail \"%{helo}\" when relay.ip is set and spf == temperror;\n"
    "}\n"
    "at message {\n"
    "  tag \"X-A\" \"%{subject} %{from} %{helo} %{list.id}\";\n"
    "  tag subject \"[%{from.domain}] \" when dmarc == fail;\n"
    "  score 2 when header(\"X-Spam\") matches /y.*s/i;\n"
    "  quarantine \"%{dmarc.reason}\" when score > 1;\n"
    "  reject \"%{dkim.reason} %{spf.reason}\" when dkim == permerror\n"
    "      and reply_to == sender;\n"
    "}\n";

static struct engine *engine;
static struct ipnet managers;

static void
check_event(void *ctx, const struct event *event)
{
	(void)ctx;
	free(event_json(event, EVENT_TOOL));
}

static void
set_up_sealing(struct seal_options *seal)
{
	struct arena *arena = arena_new();
	struct str note;

	ensure(ipnet_parse(STR("203.0.113.0/24"), &managers));
	*seal = (struct seal_options){ .domain = STR("example.com"),
	    .selector = STR("s"), .networks = &managers,
	    .network_count = 1 };
	seal->key = dkim_private_read(arena, "k", STR(RFC_ED25519), &note);
	ensure(seal->key != NULL);
	arena_free(arena);
}

static void
set_up(void)
{
	struct diag *diag = diag_new();
	char why[500];
	struct ipnet relays;
	struct engine_options options = {
		.dns = resolver_new_zone("zone", str_from(zone), why,
		    sizeof(why)),
		.policy = policy_load_text("fuzz.policy", str_from(policy),
		    diag),
		.authserv_id = STR("mx.example"),
		.checks = { .receiver = STR("mx.example"),
		    .spf_engine = SPF_ENGINE_LIBSPF2,
		    .dkim = { .engine = DKIM_ENGINE_OPENDKIM,
			.max_signatures = 10, .deadline_ms = 5000 },
		    .dns_timeout_ms = 5000 },
		.message_wait_ms = 5000, .max_header_octets = 64 * 1024,
		.now = 1700000000, .watch = check_event
	};

	ensure(ipnet_parse(STR("198.51.100.0/24"), &relays));
	options.relays = (struct relay_list){ &relays, 1 };
	set_up_sealing(&options.seal);
	ensure(options.dns != NULL && options.policy != NULL);
	log_open("fuzz", "stderr", LOG_LEVEL_ERROR);
	diag_free(diag);
	engine = engine_new(&options);
}

static void
answered(void *ctx, const struct session_reply *reply)
{
	ensure(reply->code == 0 || reply->code / 100 == 4 ||
	    reply->code / 100 == 5);
	*(bool *)ctx = true;
}

static void
wait_for(struct connection *conn, bool *done)
{
	ensure(strand_wait(connection_strand(conn), done,
	    clock_ms() + 20000));
	*done = false;
}

static struct str
line(struct str *text)
{
	size_t at = str_chr(*text, '\n');
	struct str found = str_slice(*text, 0, at);

	*text = str_skip(*text, at + 1);
	return found;
}

static void
say_body(struct connection *conn, struct str body, size_t cut)
{
	while (body.len > 0) {
		if (!session_body(conn, str_slice(body, 0, cut)))
			return;
		body = str_skip(body, cut);
	}
}

static void
say_all(struct connection *conn, struct str text)
{
	struct session_client client = { .listener = STR("smtpd") };
	struct str helo = line(&text), from = line(&text), to = line(&text),
	    cut = line(&text);
	struct session_mail mail = { .from = from };
	struct message_file message;
	struct arena *arena = arena_new();
	bool done = false;

	ip_parse(str_starts_nocase(helo, STR("mx2")) ? STR("198.51.100.7") :
	    str_starts_nocase(helo, STR("list")) ? STR("203.0.113.7") :
	    STR("192.0.2.1"), &client.ip);
	session_connect(conn, &client, answered, &done);
	wait_for(conn, &done);
	session_helo(conn, helo, answered, &done);
	wait_for(conn, &done);
	session_mail(conn, &mail, answered, &done);
	wait_for(conn, &done);
	session_rcpt(conn, to, answered, &done);
	wait_for(conn, &done);
	message_split(arena, text, &message);
	for (size_t i = 0; i < message.header.fields.count; i++)
		session_header(conn, message.header.fields.at[i].name,
		    message.header.fields.at[i].value);
	session_eoh(conn);
	say_body(conn, message.body, cut.len + 1);
	session_eom(conn, answered, &done);
	wait_for(conn, &done);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct connection *conn;
	struct strand *strand;

	if (engine == NULL)
		set_up();
	conn = connection_new(engine);
	strand = strand_ref(connection_strand(conn));
	strand_enter(strand);
	say_all(conn, str_make(data, size));
	connection_free(conn);
	strand_leave(strand);
	strand_unref(strand);
	return 0;
}
