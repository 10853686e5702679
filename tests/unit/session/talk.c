#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static void
keep_event(void *ctx, const struct event *event)
{
	struct talk *talk = ctx;

	ck_assert_uint_lt(talk->event_count, 8);
	talk->events[talk->event_count++] = event_json(event, EVENT_LINE);
}

struct engine_options
talk_options(void)
{
	return (struct engine_options){
		.authserv_id = STR("mx.example"),
		.checks = {
			.receiver = STR("mx.example"),
			.spf_engine = SPF_ENGINE_LIBSPF2,
			.dkim = { .engine = DKIM_ENGINE_OPENDKIM,
			    .max_signatures = 10, .deadline_ms = 5000 },
			.dns_timeout_ms = 5000
		},
		.message_wait_ms = 5000, .max_header_octets = 4096,
		.now = 1700000000
	};
}

struct talk *
talk_with(const char *zone_text, const char *policy_text,
    struct engine_options options)
{
	struct talk *talk = calloc(1, sizeof(*talk));
	struct diag *diag = diag_new();

	options.watch = keep_event;
	options.watch_ctx = talk;
	talk->dns = fake_dns_new(zone_text);
	talk->policy = policy_load_text("test.policy", str_from(policy_text),
	    diag);
	if (talk->policy == NULL)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(talk->policy);
	diag_free(diag);
	options.dns = talk->dns;
	options.policy = talk->policy;
	talk->engine = engine_new(&options);
	talk->conn = connection_new(talk->engine);
	talk->strand = strand_ref(connection_strand(talk->conn));
	strand_enter(talk->strand);
	return talk;
}

struct talk *
talk_new(const char *zone_text, const char *policy_text, bool tempfail)
{
	struct engine_options options = talk_options();

	options.tempfail_on_trouble = tempfail;
	return talk_with(zone_text, policy_text, options);
}

void
talk_free(struct talk *talk)
{
	connection_free(talk->conn);
	strand_leave(talk->strand);
	strand_unref(talk->strand);
	engine_unref(talk->engine);
	policy_unref(talk->policy);
	resolver_free(talk->dns);
	for (size_t i = 0; i < talk->event_count; i++)
		free(talk->events[i]);
	free(talk);
}

void
answered(void *ctx, const struct session_reply *reply)
{
	static const char *const kinds[] = { "insert", "add", "change",
					     "delete" };
	struct talk *talk = ctx;

	talk->done = true;
	talk->action = reply->action;
	talk->code = reply->code;
	snprintf(talk->text, sizeof(talk->text), "%.*s", STR_ARG(reply->text));
	snprintf(talk->enhanced, sizeof(talk->enhanced), "%.*s",
	    STR_ARG(reply->enhanced));
	snprintf(talk->new_from, sizeof(talk->new_from), "%.*s",
	    STR_ARG(reply->new_from));
	talk->rcpt_change_count = reply->rcpt_change_count;
	for (size_t i = 0; i < reply->rcpt_change_count && i < 4; i++)
		snprintf(talk->rcpt_changes[i], sizeof(talk->rcpt_changes[i]),
		    "%.*s to %.*s", STR_ARG(reply->rcpt_changes[i].from),
		    STR_ARG(reply->rcpt_changes[i].to));
	talk->edit_count = reply->edit_count;
	for (size_t i = 0; i < reply->edit_count && i < 8; i++)
		snprintf(talk->edits[i], sizeof(talk->edits[i]),
		    "%s %.*s %u: %.*s", kinds[reply->edits[i].kind],
		    STR_ARG(reply->edits[i].name), reply->edits[i].nth,
		    STR_ARG(reply->edits[i].value));
}

enum action
outcome(struct talk *talk)
{
	ck_assert(strand_wait(talk->strand, &talk->done, clock_ms() + 10000));
	talk->done = false;
	return talk->action;
}

enum action
say_connect(struct talk *talk, const char *ip)
{
	struct session_client client = { .listener = STR("smtpd") };

	if (ip != NULL)
		ck_assert(ip_parse(str_from(ip), &client.ip));
	session_connect(talk->conn, &client, answered, talk);
	return outcome(talk);
}

enum action
say_helo(struct talk *talk, const char *name)
{
	session_helo(talk->conn, str_from(name), answered, talk);
	return outcome(talk);
}

enum action
say_mail(struct talk *talk, const char *from)
{
	struct session_mail mail = { .from = str_from(from) };

	session_mail(talk->conn, &mail, answered, talk);
	return outcome(talk);
}

enum action
say_rcpt(struct talk *talk, const char *to)
{
	session_rcpt(talk->conn, str_from(to), answered, talk);
	return outcome(talk);
}

void
say_field(struct talk *talk, const char *name, const char *value)
{
	session_header(talk->conn, str_from(name), str_from(value));
}

enum action
say_end(struct talk *talk)
{
	session_eoh(talk->conn);
	session_body(talk->conn, STR("Hello.\r\n"));
	session_eom(talk->conn, answered, talk);
	return outcome(talk);
}

enum action
say_message(struct talk *talk, const char *author)
{
	session_queue_id(talk->conn, STR("4ABC"));
	say_field(talk, "From", author);
	say_field(talk, "Subject", " hi");
	return say_end(talk);
}

void
open_session(struct talk *talk)
{
	ck_assert_int_eq(say_connect(talk, "192.0.2.1"), ACTION_CONTINUE);
	ck_assert_int_eq(say_helo(talk, "mail.example.com"), ACTION_CONTINUE);
}

void
assert_edit(const struct talk *talk, size_t i, const char *start)
{
	ck_assert_uint_lt(i, talk->edit_count);
	ck_assert_msg(strncmp(talk->edits[i], start, strlen(start)) == 0,
	    "edit %zu is \"%s\", not \"%s\"", i, talk->edits[i], start);
}

void
assert_event_has(const struct talk *talk, size_t i, const char *part)
{
	ck_assert_uint_lt(i, talk->event_count);
	ck_assert_msg(strstr(talk->events[i], part) != NULL,
	    "no %s in %s", part, talk->events[i]);
}
