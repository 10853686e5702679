/*
 * assay seal: a message with one more ARC set on top.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arc/seal.h"
#include "base/domain.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "tool/feed.h"
#include "tool/tool.h"
#include "wire/wire.h"

enum { NOT_SEALED = 1 };

static const char command[] = "seal";
/* Nothing of it ends the session before the message has. */
static const char policy[] = "policy \"seal\" mode monitor;\n";

struct seal {
	struct tool_common	 common;
	struct feed		 feed;
	const char		*key_file, *domain, *selector, *authserv_id;
	int64_t			 now;

	struct arena		*arena;
	struct wiring		*wiring;
	struct dkim_private	*key;
	struct arc_seal		 options;
	struct str		 raw;		/* on the heap */
	struct message_file	 message;
	struct str		 why_not;	/* empty: fields are there */
	struct header_field	 fields[ARC_KINDS];
};

/* ---- the set ---- */

static void
hash_body(struct seal *seal)
{
	struct dkim_bodies *bodies = dkim_bodies_new(seal->arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies,
	    DKIM_FORM_RELAXED, UINT64_MAX);

	dkim_bodies_feed(bodies, seal->message.body);
	dkim_bodies_end(bodies);
	seal->options.body_hash = arena_copy(seal->arena,
	    dkim_body_hash_value(hash));
	dkim_bodies_free(bodies);
}

/* The message has been verified: its event holds what was found. */
static void
make_set(void *ctx, const struct event *event)
{
	struct seal *seal = ctx;
	const struct fact *arc = facts_get(event->facts, FACT_ID_ARC);
	struct arc_plan plan;

	if (event->trouble_count > 0) {
		seal->why_not = str_from(event->troubles[0]);
		return;
	}
	arc_seal_plan(seal->arena, &seal->message.header,
	    arc->state == FACT_SET ? arc->word : WORD_TEMPERROR, &plan);
	seal->why_not = str_from(plan.refusal);
	if (plan.refusal != NULL)
		return;
	hash_body(seal);
	seal->options.now = seal->now != 0 ? seal->now :
	    event->time_us / 1000000;
	seal->options.results = stamp_value(seal->arena, event->authserv_id,
	    event->results);
	if (!arc_seal(seal->arena, &seal->options, &plan,
	    &seal->message.header, seal->fields))
		seal->why_not = STR("the signature cannot be made");
}

/* ---- output: all octets but ours are as they were ---- */

static void
print(struct str text)
{
	fwrite(text.ptr, 1, text.len, stdout);
}

static void
print_field(const struct header_field *field, bool crlf)
{
	print(field->name);
	putchar(':');
	for (size_t i = 0; i < field->value.len; i++)
		if (crlf || field->value.ptr[i] != '\r')
			putchar(field->value.ptr[i]);
	fputs(crlf ? "\r\n" : "\n", stdout);
}

static int
print_message(const struct seal *seal)
{
	struct str text = seal->raw;
	size_t start = str_line(text);
	bool crlf = start > 1 && text.ptr[start - 2] == '\r';

	if (seal->message.mbox) {
		print(str_slice(text, 0, start));
		text = str_skip(text, start);
	}
	if (seal->why_not.len == 0)
		for (int kind = ARC_KINDS; kind-- > 0;)
			print_field(&seal->fields[kind], crlf);
	print(text);
	if (fflush(stdout) != 0)
		return tool_error(command, "cannot write: %s",
		    strerror(errno));
	if (seal->why_not.len == 0)
		return TOOL_DONE;
	tool_error(command, "not sealed: %.*s", STR_ARG(seal->why_not));
	return NOT_SEALED;
}

/* ---- options ---- */

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "key", required_argument, NULL, 'k' },
	{ "domain", required_argument, NULL, 'd' },
	{ "selector", required_argument, NULL, 's' },
	{ "authserv-id", required_argument, NULL, 'i' },
	{ "ip", required_argument, NULL, 'I' },
	{ "name", required_argument, NULL, 'N' },
	{ "helo", required_argument, NULL, 'H' },
	{ "from", required_argument, NULL, 'F' },
	{ "now", required_argument, NULL, 'W' },
	{ NULL, 0, NULL, 0 }
};

static bool
take_option(void *ctx, int letter, char *argument)
{
	struct seal *seal = ctx;
	uint64_t number;

	switch (letter) {
	case 'k':
		seal->key_file = argument;
		return true;
	case 'd':
		seal->domain = argument;
		return true;
	case 's':
		seal->selector = argument;
		return true;
	case 'i':
		seal->authserv_id = argument;
		return true;
	case 'J':
		return false;
	case 'W':
		if (!str_to_uint(str_from(argument), INT64_MAX, &number))
			return false;
		seal->now = (int64_t)number;
		return true;
	default:
		return feed_option(&seal->feed, letter, argument) ||
		    tool_common_option(&seal->common, letter, argument);
	}
}

static int
read_options(struct seal *seal, int argc, char **argv)
{
	if (!tool_take_options(command, argc, argv, options, take_option,
	    seal))
		return TOOL_BAD_USE;
	if (argc - optind > 1)
		return tool_usage(command, "one message at a time");
	return TOOL_DONE;
}

/* ---- what it needs ---- */

/* The option, else the setting; NULL, and what is missing was said. */
static const char *
needed(const char *option, const char *setting, const char *name)
{
	if (option == NULL && setting[0] == '\0')
		tool_usage(command, "--%s is needed (or the setting arc_%s)",
		    name, name);
	return option != NULL ? option : setting[0] == '\0' ? NULL : setting;
}

static bool
take_name(struct seal *seal, const char *text, const char *what,
    struct str *name_out)
{
	if (domain_is_valid(str_from(text)) &&
	    domain_to_ascii(seal->arena, str_from(text), name_out))
		return true;
	tool_error(command, "\"%s\" is no %s", text, what);
	return false;
}

static bool
open_key(struct seal *seal, const struct settings *settings)
{
	const char *file = needed(seal->key_file, settings->arc_key, "key");
	const char *domain = file == NULL ? NULL : needed(seal->domain,
	    settings->arc_domain, "domain");
	const char *selector = domain == NULL ? NULL : needed(seal->selector,
	    settings->arc_selector, "selector");
	struct str note;

	if (selector == NULL ||
	    !take_name(seal, domain, "domain", &seal->options.domain) ||
	    !take_name(seal, selector, "selector", &seal->options.selector))
		return false;
	seal->key = dkim_private_load(seal->arena, file, false, &note);
	seal->options.key = seal->key;
	if (note.len > 0)
		tool_error(command, "%.*s", STR_ARG(note));
	return seal->key != NULL;
}

static bool
open_wiring(struct seal *seal)
{
	struct wire_options wire = { .all_checks = true,
	    .now = seal->now, .watch = make_set,
	    .watch_ctx = seal, .policy_text = policy };
	struct settings *settings = tool_settings(&seal->common);
	struct diag *diag;

	if (settings == NULL)
		return false;
	if (seal->authserv_id != NULL)
		settings->authserv_id = seal->authserv_id;
	if (!open_key(seal, settings)) {
		settings_free(settings);
		return false;
	}
	diag = diag_new();
	seal->wiring = wiring_new(settings, &wire, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	return seal->wiring != NULL;
}

static int
seal_file(struct seal *seal, const char *path)
{
	if (!message_read_raw(seal->arena, path, &seal->message, &seal->raw))
		return tool_error(command, "%s: %s", path, strerror(errno));
	seal->why_not = STR("it was not verified");
	feed_message(seal->wiring->engine, &seal->feed, seal->arena,
	    &seal->message);
	return print_message(seal);
}

int
tool_seal(int argc, char **argv)
{
	struct seal seal = { .arena = arena_new() };
	int status = read_options(&seal, argc, argv);

	if (status == TOOL_DONE)
		status = !open_wiring(&seal) ? TOOL_BAD_USE :
		    seal_file(&seal, optind < argc ? argv[optind] : "-");
	wiring_free(seal.wiring);
	dkim_private_unref(seal.key);
	free((void *)(uintptr_t)seal.raw.ptr);
	arena_free(seal.arena);
	return status;
}
