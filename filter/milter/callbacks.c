/*
 * The MTA's events, one callback each: told to the session, waited for, and
 * answered.  Where the policy cannot act at a stage the session answers at
 * once and the MTA was promised that there is no reply.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/log.h"
#include "milter/milter.h"

/* At the message's end the MTA is told so often that we are still there. */
enum { PROGRESS_MS = 5000 };

/* ---- waiting ---- */

static void
take_reply(void *ctx, const struct session_reply *reply)
{
	struct client *client = ctx;

	client->reply = *reply;
	client->answered = true;
}

static void
wait_for_reply(SMFICTX *ctx, struct client *client, enum stage stage)
{
	uint64_t now = clock_ms(), until = now +
	    engine_wait_ms(client->engine.engine, stage);

	while (!client->answered && now < until) {
		uint64_t next = stage == STAGE_MESSAGE &&
		    now + PROGRESS_MS < until ? now + PROGRESS_MS : until;

		if (strand_wait(client->strand, &client->answered, next))
			return;
		now = clock_ms();
		if (now < until)
			smfi_progress(ctx);
	}
	if (!client->answered)
		session_expire(client->conn);
}

/* A refused recipient is not the end of its message. */
static bool
ends_message(enum stage stage, sfsistat status)
{
	if (stage == STAGE_MESSAGE)
		return true;
	if (stage == STAGE_RCPT)
		return status == SMFIS_ACCEPT || status == SMFIS_DISCARD;
	return status != SMFIS_CONTINUE && status != SMFIS_NOREPLY;
}

/*
 * One milter connection can carry a second SMTP session (SMFIC_QUIT_NC) that
 * is not negotiated again, and libmilter tells nobody what was agreed before:
 * whether values have their leading blank, for one, on which signatures
 * depend.  No MTA that we know does it.
 */
static sfsistat
reply_lost(const struct client *client, enum stage stage)
{
	if (stage == STAGE_CONNECT)
		log_warn("the MTA uses a connection again without "
		    "negotiating; that session is not judged");
	return reply_trouble(client);
}

/* After the session was told: its answer, as libmilter wants it. */
static sfsistat
answer(SMFICTX *ctx, struct client *client, enum stage stage)
{
	sfsistat status;

	wait_for_reply(ctx, client, stage);
	if (!client->answered) {
		log_error("no answer at %s", stage_name(stage));
		session_abort(client->conn);
		status = reply_trouble(client);
	} else if (!client->negotiated) {
		status = reply_lost(client, stage);
	} else if ((client->steps & no_reply_flag(stage)) != 0) {
		status = SMFIS_NOREPLY;
	} else {
		status = reply_send(ctx, client, stage);
	}
	if (ends_message(stage, status))
		client_message(client, false);
	return client_leave(client, status);
}

static struct client *
enter_stage(SMFICTX *ctx)
{
	struct client *client = client_enter(ctx);

	client->answered = false;
	return client;
}

/* ---- what the MTA's arguments and macros say ---- */

static struct str
macro(SMFICTX *ctx, const char *name)
{
	struct str value = str_from(smfi_getsymval(ctx,
	    (char *)(uintptr_t)name));

	return str_slice(value, 0, LIMIT_MACRO_OCTETS);
}

/*
 * A name that the MTA has confirmed.  Without one Sendmail gives the address
 * in brackets and Postfix "unknown"; Sendmail also gives names that do not
 * point back, and says so in {client_resolve}.
 */
static struct str
confirmed_name(SMFICTX *ctx, const char *host)
{
	struct str name = str_from(host), resolve;

	resolve = macro(ctx, "{client_resolve}");
	if (name.len == 0 || name.ptr[0] == '[' || str_eqz(name, "unknown") ||
	    (resolve.len > 0 && !str_eqz(resolve, "OK")))
		return STR_NONE;
	return name;
}

/*
 * "<@relay:user@example.com>" to "user@example.com": a source route is to be
 * ignored (RFC 5321 section 4.1.1.3), and some MTAs leave the brackets out.
 */
static struct str
path_address(struct str path)
{
	size_t colon;

	if (path.len >= 2 && path.ptr[0] == '<' &&
	    path.ptr[path.len - 1] == '>')
		path = str_slice(path, 1, path.len - 1);
	colon = str_chr(path, ':');
	if (path.len > 0 && path.ptr[0] == '@' && colon < path.len)
		path = str_skip(path, colon + 1);
	return path;
}

/* SIZE= of RFC 1870; 0 where it is not said, or is no number. */
static uint64_t
size_argument(char **argv)
{
	static const struct str key = STR_INIT("SIZE=");
	uint64_t size = 0;

	for (; *argv != NULL; argv++) {
		struct str argument = str_from(*argv);

		if (str_starts_nocase(argument, key) &&
		    str_to_uint(str_skip(argument, key.len), UINT64_MAX,
		    &size))
			return size;
	}
	return 0;
}

static bool
has_argument(char **argv, const char *name)
{
	for (; *argv != NULL; argv++)
		if (str_eqz_nocase(str_from(*argv), name))
			return true;
	return false;
}

static void
note_queue_id(SMFICTX *ctx, struct client *client)
{
	struct str id;

	if (client->has_queue_id || !client->in_message)
		return;
	id = macro(ctx, "i");
	if (id.len == 0)
		return;
	session_queue_id(client->conn, id);
	client->has_queue_id = true;
}

/* Sendmail writes "IPv6:" before such an address. */
static struct ip
daemon_address(SMFICTX *ctx)
{
	struct str text = macro(ctx, "{daemon_addr}");
	struct ip ip = { .family = IP_NONE };

	if (str_starts_nocase(text, STR("IPv6:")))
		text = str_skip(text, 5);
	if (!ip_parse(text, &ip))
		ip.family = IP_NONE;
	return ip;
}

/* 0: not said, or no number, as the name of a service in {daemon_port}. */
static unsigned
number(SMFICTX *ctx, const char *name)
{
	uint64_t value = 0;

	return str_to_uint(macro(ctx, name), UINT16_MAX, &value) ?
	    (unsigned)value : 0;
}

/* ---- events ---- */

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	struct client *client = enter_stage(ctx);
	struct session_client who = {
		.ip = ip_from_sockaddr((const struct sockaddr *)address),
		.name = confirmed_name(ctx, host),
		.listener = macro(ctx, "{daemon_name}"),
		.listener_ip = daemon_address(ctx),
		.listener_port = number(ctx, "{daemon_port}"),
		.connections = number(ctx, "{client_connections}"),
	};

	session_connect(client->conn, &who, take_reply, client);
	return answer(ctx, client, STAGE_CONNECT);
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	struct client *client = enter_stage(ctx);

	client_message(client, false);
	session_helo(client->conn, str_from(name), take_reply, client);
	return answer(ctx, client, STAGE_HELO);
}

/* {verify} is not OK: the name is what the client says, nothing more.  An MTA
 * without that macro (Postfix) gives names of verified certificates alone. */
static struct str
verified(SMFICTX *ctx, const char *name)
{
	struct str verify = macro(ctx, "{verify}");

	return verify.len == 0 || str_eqz(verify, "OK") ? macro(ctx, name) :
	    STR_NONE;
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	struct client *client = enter_stage(ctx);
	struct session_mail mail = {
		.from = path_address(str_from(argv[0])),
		.auth_user = macro(ctx, "{auth_authen}"),
		.auth_method = macro(ctx, "{auth_type}"),
		.tls_version = macro(ctx, "{tls_version}"),
		.tls_cipher = macro(ctx, "{cipher}"),
		.tls_cert_subject = verified(ctx, "{cert_subject}"),
		.tls_cert_issuer = verified(ctx, "{cert_issuer}"),
		.size = argv[0] == NULL ? 0 : size_argument(argv + 1),
		.smtputf8 = argv[0] != NULL &&
		    has_argument(argv + 1, "SMTPUTF8"),
		.queue_id = macro(ctx, "i"),
	};

	client_message(client, false);
	client_message(client, true);
	client->has_queue_id = mail.queue_id.len > 0;
	session_mail(client->conn, &mail, take_reply, client);
	return answer(ctx, client, STAGE_MAIL);
}

static sfsistat
silent(const struct client *client, unsigned long flag)
{
	return (client->steps & flag) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* With RCPT_REJ the MTA tells of recipients that it has refused itself. */
static bool
mta_refuses(SMFICTX *ctx, const struct client *client)
{
	return (client->steps & SMFIP_RCPT_REJ) != 0 &&
	    str_eqz(macro(ctx, "{rcpt_mailer}"), "error");
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	struct client *client = enter_stage(ctx);

	note_queue_id(ctx, client);
	if (mta_refuses(ctx, client)) {
		session_rcpt_refused(client->conn,
		    path_address(str_from(argv[0])));
		return client_leave(client, silent(client, SMFIP_NR_RCPT));
	}
	session_rcpt(client->conn, path_address(str_from(argv[0])),
	    take_reply, client);
	return answer(ctx, client, STAGE_RCPT);
}

/* Without SMFIP_HDR_LEADSPC the MTA has eaten the blank after the colon,
 * which nearly every field has. */
static void
tell_header(struct client *client, struct str name, struct str value)
{
	struct arena *arena;

	if ((client->steps & SMFIP_HDR_LEADSPC) != 0) {
		session_header(client->conn, name, value);
		return;
	}
	arena = arena_new();
	session_header(client->conn, name,
	    arena_printf(arena, " %s", value.ptr));
	arena_free(arena);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct client *client = client_enter(ctx);

	tell_header(client, str_from(name), str_from(value));
	return client_leave(client, silent(client, SMFIP_NR_HDR));
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	struct client *client = client_enter(ctx);

	note_queue_id(ctx, client);
	session_eoh(client->conn);
	return client_leave(client, silent(client, SMFIP_NR_EOH));
}

/* "Skip" is a reply, so it can be said only to an MTA that waits for one. */
static sfsistat
on_body(SMFICTX *ctx, unsigned char *piece, size_t len)
{
	struct client *client = client_enter(ctx);
	sfsistat status = silent(client, SMFIP_NR_BODY);

	if (!session_body(client->conn, str_make(piece, len)) &&
	    status == SMFIS_CONTINUE && (client->steps & SMFIP_SKIP) != 0) {
		session_body_skipped(client->conn);
		status = SMFIS_SKIP;
	}
	return client_leave(client, status);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct client *client = enter_stage(ctx);

	note_queue_id(ctx, client);
	session_eom(client->conn, take_reply, client);
	return answer(ctx, client, STAGE_MESSAGE);
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct client *client = client_enter(ctx);

	client_message(client, false);
	session_abort(client->conn);
	return client_leave(client, SMFIS_CONTINUE);
}

static sfsistat
on_close(SMFICTX *ctx)
{
	client_close(ctx);
	return SMFIS_CONTINUE;
}

static char filter_name[] = "assayd";

const struct smfiDesc front_callbacks = {
	.xxfi_name = filter_name,
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE |
	    SMFIF_SETSYMLIST | SMFIF_CHGFROM | SMFIF_ADDRCPT | SMFIF_DELRCPT,
	.xxfi_connect = on_connect,
	.xxfi_helo = on_helo,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header,
	.xxfi_eoh = on_eoh,
	.xxfi_body = on_body,
	.xxfi_eom = on_eom,
	.xxfi_abort = on_abort,
	.xxfi_close = on_close,
	.xxfi_negotiate = on_negotiate,
};
