/*
 * assay verify: the daemon's engine on message files.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "tool/json.h"
#include "tool/message.h"
#include "tool/show.h"
#include "tool/tool.h"
#include "wire.h"

enum { RCPTS_MAX = 1000 };

static const char command[] = "verify";

struct verify {
	struct tool_common	 common;
	struct session_client	 client;
	struct session_mail	 mail;
	bool			 from_given;
	struct str		 helo;
	const char		*rcpts[RCPTS_MAX];
	size_t			 rcpt_count;
	int64_t			 now;
	const char		*policy;
	char			 policy_path[4096];	/* where it was found */

	struct wiring		*wiring;
	const char		*file;		/* being looked at */
	bool			 shown;
};

/* What session_*() answered. */
struct answer_box {
	bool			 done;
	enum action		 action;
};

static void
take_answer(void *ctx, const struct session_reply *reply)
{
	struct answer_box *box = ctx;

	box->done = true;
	box->action = reply->action;
}

static void
print_json(const struct verify *verify, const struct event *event)
{
	char *line = event_json(event, EVENT_TOOL);
	json_t *object = json_loads(line, 0, NULL);
	char *text;

	free(line);
	json_object_set_new(object, "file", tool_json_text(
	    str_from(verify->file)));
	text = json_dumps(object, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(object);
}

static void
show(void *ctx, const struct event *event)
{
	struct verify *verify = ctx;

	if (verify->shown)
		return;
	verify->shown = true;
	if (verify->common.json)
		print_json(verify, event);
	else
		show_event(verify->file, event);
}

/* True: the session goes on. */
static bool
wait_for(struct verify *verify, struct connection *conn, enum stage stage,
    struct answer_box *box)
{
	uint64_t wait_ms = engine_wait_ms(verify->wiring->engine, stage);

	if (!strand_wait(connection_strand(conn), &box->done,
	    clock_ms() + wait_ms))
		session_expire(conn);
	return box->action == ACTION_CONTINUE;
}

static bool
say_rcpts(struct verify *verify, struct connection *conn)
{
	bool any = verify->rcpt_count == 0;

	for (size_t i = 0; i < verify->rcpt_count; i++) {
		struct answer_box box = { .done = false };

		session_rcpt(conn, str_from(verify->rcpts[i]), take_answer,
		    &box);
		any |= wait_for(verify, conn, STAGE_RCPT, &box);
	}
	return any;
}

static bool
say_envelope(struct verify *verify, struct connection *conn,
    const struct session_mail *mail)
{
	struct answer_box connect = { .done = false }, helo = connect,
	    from = connect;

	session_connect(conn, &verify->client, take_answer, &connect);
	if (!wait_for(verify, conn, STAGE_CONNECT, &connect))
		return false;
	session_helo(conn, verify->helo, take_answer, &helo);
	if (!wait_for(verify, conn, STAGE_HELO, &helo))
		return false;
	session_mail(conn, mail, take_answer, &from);
	return wait_for(verify, conn, STAGE_MAIL, &from) &&
	    say_rcpts(verify, conn);
}

static void
say_message(struct verify *verify, struct connection *conn,
    const struct message_file *message)
{
	struct answer_box box = { .done = false };

	for (size_t i = 0; i < message->header.fields.count; i++)
		session_header(conn, message->header.fields.at[i].name,
		    message->header.fields.at[i].value);
	session_eoh(conn);
	session_body(conn, message->body);
	session_eom(conn, take_answer, &box);
	wait_for(verify, conn, STAGE_MESSAGE, &box);
}

/* Without --from: what the MTA wrote into Return-Path on delivery. */
static struct session_mail
envelope_of(const struct verify *verify, struct arena *arena,
    const struct message_file *message)
{
	struct session_mail mail = verify->mail;
	const struct header_field *field =
	    header_find(&message->header, STR("Return-Path"), 0);

	if (!verify->from_given && field != NULL)
		mail.from = header_unfold(arena, field->value);
	if (mail.from.len >= 2 && mail.from.ptr[0] == '<' &&
	    mail.from.ptr[mail.from.len - 1] == '>')
		mail.from = str_slice(mail.from, 1, mail.from.len - 1);
	return mail;
}

static void
verify_message(struct verify *verify, struct arena *arena,
    const struct message_file *message)
{
	struct connection *conn = connection_new(verify->wiring->engine);
	struct strand *strand = strand_ref(connection_strand(conn));
	struct session_mail mail = envelope_of(verify, arena, message);

	strand_enter(strand);
	verify->shown = false;
	if (say_envelope(verify, conn, &mail))
		say_message(verify, conn, message);
	connection_free(conn);
	strand_leave(strand);
	strand_unref(strand);
}

static int
verify_file(struct verify *verify, const char *path)
{
	struct arena *arena = arena_new();
	struct message_file message;
	int status = TOOL_DONE;

	verify->file = path;
	if (message_read(arena, path, &message))
		verify_message(verify, arena, &message);
	else
		status = tool_error(command, "%s: %s", path, strerror(errno));
	arena_free(arena);
	return status;
}

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "policy", required_argument, NULL, 'P' },
	{ "ip", required_argument, NULL, 'I' },
	{ "name", required_argument, NULL, 'N' },
	{ "helo", required_argument, NULL, 'H' },
	{ "from", required_argument, NULL, 'F' },
	{ "rcpt", required_argument, NULL, 'R' },
	{ "auth", required_argument, NULL, 'A' },
	{ "listener", required_argument, NULL, 'L' },
	{ "now", required_argument, NULL, 'W' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(struct verify *verify, int letter, const char *argument)
{
	struct str text = str_from(argument);
	uint64_t number;

	switch (letter) {
	case 'P':
		verify->policy = argument;
		return true;
	case 'I':
		return ip_parse(text, &verify->client.ip);
	case 'N':
		verify->client.name = text;
		return true;
	case 'H':
		verify->helo = text;
		return true;
	case 'F':
		verify->mail.from = text;
		verify->from_given = true;
		return true;
	case 'A':
		verify->mail.auth_user = text;
		return true;
	case 'L':
		verify->client.listener = text;
		return true;
	case 'R':
		if (verify->rcpt_count == RCPTS_MAX)
			return false;
		verify->rcpts[verify->rcpt_count++] = argument;
		return true;
	case 'W':
		if (!str_to_uint(text, INT64_MAX, &number))
			return false;
		verify->now = (int64_t)number;
		return true;
	default:
		return tool_common_option(&verify->common, letter, argument);
	}
}

static const char *
option_name(int letter)
{
	for (const struct option *o = options; o->name != NULL; o++)
		if (o->val == letter)
			return o->name;
	return "?";
}

/* 0, or the exit status. */
static int
read_options(struct verify *verify, int argc, char **argv)
{
	int letter;

	optind = 1;
	while ((letter = getopt_long(argc, argv, TOOL_COMMON_LETTERS, options,
	    NULL)) != -1) {
		if (letter == '?')
			return tool_usage(command, "unknown option");
		if (!take_option(verify, letter, optarg))
			return tool_usage(command,
			    "--%s cannot be \"%s\"", option_name(letter),
			    optarg);
	}
	if (optind == argc)
		return tool_usage(command, "which message?");
	return TOOL_DONE;
}

/* A bare name that is a file here is meant; else the daemon's places are. */
static const char *
policy_path(struct verify *verify)
{
	struct stat st;

	snprintf(verify->policy_path, sizeof(verify->policy_path), "./%s",
	    verify->policy);
	return strchr(verify->policy, '/') == NULL &&
	    stat(verify->policy, &st) == 0 && S_ISREG(st.st_mode) ?
	    verify->policy_path : verify->policy;
}

static bool
open_wiring(struct verify *verify)
{
	struct wire_options wire = { .now = verify->now, .watch = show,
	    .watch_ctx = verify };
	struct settings *settings = tool_settings(&verify->common);
	struct diag *diag;

	if (settings == NULL)
		return false;
	if (verify->policy != NULL)
		settings->policy = policy_path(verify);
	diag = diag_new();
	verify->wiring = wiring_new(settings, &wire, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	return verify->wiring != NULL;
}

int
tool_verify(int argc, char **argv)
{
	struct verify verify = { .now = 0 };
	int status = read_options(&verify, argc, argv);

	if (status != TOOL_DONE)
		return status;
	if (!open_wiring(&verify))
		return TOOL_BAD_USE;
	for (int i = optind; i < argc; i++)
		if (verify_file(&verify, argv[i]) != TOOL_DONE)
			status = TOOL_BAD_USE;
	wiring_free(verify.wiring);
	return status;
}
