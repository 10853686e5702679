/*
 * assay dmarc bounce: a report came back, so its address is told of no more
 * for a time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/limits.h"
#include "mail/address.h"
#include "mail/mime_value.h"
#include "tool/dmarc.h"
#include "tool/message.h"
#include "tool/remember.h"
#include "wire/report.h"

static const char command[] = "dmarc";

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ NULL, 0, NULL, 0 }
};

/* Where MTAs say to whom a mail came. */
static const struct str recipient_fields[] = {
	STR_INIT("Delivered-To"), STR_INIT("X-Original-To"),
	STR_INIT("X-Envelope-To"), STR_INIT("Envelope-To"), STR_INIT("To"),
};

static struct str
find_tag(struct arena *arena, const struct suppression *suppression,
    const struct header *header)
{
	for (size_t i = 0; i < header->fields.count; i++) {
		const struct header_field *field = &header->fields.at[i];
		struct address_list list;
		bool names = false;

		for (size_t k = 0; k < sizeof(recipient_fields) /
		    sizeof(recipient_fields[0]); k++)
			names |= header_is_named(field, recipient_fields[k]);
		if (!names)
			continue;
		address_list_parse(arena, field->value, &list);
		for (size_t k = 0; k < list.mailboxes.count; k++) {
			struct str tag = suppression_tag_of(suppression,
			    list.mailboxes.at[k].address);

			if (tag.len > 0)
				return tag;
		}
	}
	return STR_NONE;
}

/* "Action: failed" (RFC 3464 section 2.3.3), not delayed nor delivered. */
static bool
says_failed(struct str body)
{
	static const struct str action = STR_INIT("Action:");
	struct str line;

	while (body.len > 0 && str_next(&body, '\n', &line))
		if (str_starts_nocase(line, action) && str_starts_nocase(
		    str_trim(str_skip(line, action.len)), STR("failed")))
			return true;
	return false;
}

/* RFC 6522, RFC 3464. */
static bool
is_bounce(struct arena *arena, const struct message_file *message)
{
	const struct header_field *type = header_find(&message->header,
	    STR("Content-Type"), 0);
	struct mime_value value;

	if (type == NULL)
		return false;
	mime_value_parse(arena, type->value, &value);
	return str_eqz(value.text, "multipart/report") &&
	    str_eqz_nocase(mime_value_parameter(arena, &value,
	    STR("report-type"), NULL), "delivery-status") &&
	    says_failed(message->body);
}

/* An MTA that runs this tries again after EX_TEMPFAIL. */
static int
note(struct settings *settings, struct arena *arena, struct str tag)
{
	struct store_op op = suppression_note(arena, tag,
	    clock_unix() * 1000);
	struct store_answer answer;
	struct remember store;
	bool ok;

	if (!remember_open(settings, command, &store))
		return EX_TEMPFAIL;
	ok = remember_ask(&store, &op, &answer);
	op = suppression_look(arena, tag, op.now_ms);
	ok = ok && remember_ask(&store, &op, &answer);
	ok = remember_close(&store) && ok;
	if (!ok)
		return EX_TEMPFAIL;
	printf("%.*s: %u of %d bounces%s\n", STR_ARG(tag),
	    suppression_bounces(&answer), LIMIT_REPORT_BOUNCES,
	    suppression_is_on(&answer) ?
	    ", no more reports for now" : "");
	return TOOL_DONE;
}

static int
take_message(struct settings *settings, struct arena *arena,
    const struct suppression *suppression, const char *path)
{
	struct message_file message;
	struct str tag;

	if (!message_read(arena, path, &message)) {
		tool_error(command, "%s: %s", path, strerror(errno));
		return EX_TEMPFAIL;
	}
	tag = find_tag(arena, suppression, &message.header);
	if (tag.len == 0) {
		puts("to no sender of a report: nothing was noted");
		return TOOL_DONE;
	}
	if (!is_bounce(arena, &message)) {
		puts("no bounce (RFC 3464, Action: failed): nothing was "
		    "noted");
		return TOOL_DONE;
	}
	return note(settings, arena, tag);
}

static int
run(const struct tool_common *common, const char *path)
{
	struct settings *settings = tool_settings(common);
	struct suppression suppression;
	struct arena *arena;
	struct diag *diag;
	int status;

	if (settings == NULL)
		return EX_TEMPFAIL;
	arena = arena_new();
	diag = diag_new();
	if (!wire_suppression(settings, arena, diag, &suppression)) {
		diag_print(diag, stderr);
		status = EX_TEMPFAIL;
	} else if (suppression.delimiter == '\0') {
		status = tool_error(command, "reports have no tags: set "
		    "report_from, report_key and recipient_delimiter");
	} else {
		status = take_message(settings, arena, &suppression, path);
	}
	diag_free(diag);
	arena_free(arena);
	settings_free(settings);
	return status;
}

int
tool_dmarc_bounce(int argc, char **argv)
{
	struct tool_common common = { .config = NULL };
	int letter;

	while ((letter = tool_option("dmarc", argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1)
		if (letter == 'J')
			return tool_usage("dmarc", "it prints no JSON");
		else if (!tool_common_option(&common, letter, optarg))
			return TOOL_BAD_USE;
	if (optind + 1 < argc)
		return tool_usage("dmarc", "\"%s\" is too much",
		    argv[optind + 1]);
	return run(&common, optind < argc ? argv[optind] : "-");
}
