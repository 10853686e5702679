/*
 * assay spf: what SPF says of one client, and what DNS said on the way.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "spf/spf.h"
#include "tool/json.h"
#include "tool/tool.h"

enum { SLACK_MS = 5000, INDENT = 4 };

static const char command[] = "spf";

struct spf_tool {
	struct tool_common	 common;
	struct spf_request	 request;
	struct str		 from;
	bool			 ip_given, helo_given, from_given;
	bool			 done;
};

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "ip", required_argument, NULL, 'I' },
	{ "helo", required_argument, NULL, 'H' },
	{ "from", required_argument, NULL, 'F' },
	{ NULL, 0, NULL, 0 }
};

static json_t *
json_answers(const struct spf_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->used.count; i++) {
		const struct spf_dns_record *used = &result->used.at[i];

		json_array_append_new(list, json_pack(
		    "{s:o, s:s, s:s, s:o, s:b}",
		    "name", tool_json_text(used->name),
		    "type", used->type, "status", used->status,
		    "data", tool_json_text(used->data),
		    "secure", (int)used->secure));
	}
	return list;
}

static json_t *
json_trace(const struct spf_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->trace.count; i++) {
		const struct spf_trace_line *line = &result->trace.at[i];

		json_array_append_new(list, json_pack(
		    "{s:i, s:o, s:o, s:s, s:i}", "depth", (int)line->depth,
		    "domain", tool_json_text(line->domain),
		    "term", tool_json_text(line->term), "outcome",
		    line->outcome == NULL ? "" : line->outcome,
		    "lookups", (int)line->lookups));
	}
	return list;
}

static void
print_json(const struct spf_result *result)
{
	json_t *object = json_pack(
	    "{s:s, s:o, s:o, s:o, s:i, s:i, s:o, s:o, s:o}",
	    "result", word_name(result->word),
	    "domain", tool_json_text(result->domain),
	    "mechanism", tool_json_text(result->mechanism),
	    "explanation", tool_json_text(result->explanation),
	    "lookups", (int)result->lookups,
	    "void_lookups", (int)result->void_lookups,
	    "reason", tool_json_text(result->reason),
	    "dns", json_answers(result),
	    "trace", json_trace(result));

	tool_json_print(object);
}

static void
print_row(const char *label, struct str value)
{
	if (value.len == 0)
		return;
	printf("%-13s", label);
	tool_print_text(value);
	putchar('\n');
}

static void
print_answer(const struct spf_dns_record *used, unsigned indent)
{
	printf("%*s", (int)indent, "");
	tool_print_text(used->name);
	printf(" %s: ", used->type);
	if (used->data.len > 0)
		tool_print_text(used->data);
	else
		fputs(used->status, stdout);
	puts(used->secure ? " (DNSSEC)" : "");
}

static void
print_answers(const struct spf_result *result)
{
	if (result->used.count > 0)
		puts("DNS, in the order of use:");
	for (size_t i = 0; i < result->used.count; i++)
		print_answer(&result->used.at[i], INDENT);
}

static void
print_line(const struct spf_trace_line *line)
{
	printf("%*s", (int)(INDENT * (line->depth + 1)), "");
	tool_print_text(line->term.len > 0 ? line->term : line->domain);
	if (line->outcome != NULL)
		printf("  -> %s", line->outcome);
	if (line->lookups > 0)
		printf("  (%u)", line->lookups);
	putchar('\n');
}

/* A tree: every term with what DNS said for it. */
static void
print_trace(const struct spf_result *result)
{
	puts("terms, with the look-ups so far, and what DNS said:");
	for (size_t i = 0; i < result->trace.count; i++) {
		const struct spf_trace_line *line = &result->trace.at[i];
		size_t end = i + 1 < result->trace.count ? line[1].used :
		    result->used.count;

		print_line(line);
		for (size_t at = line->used; at < end; at++)
			print_answer(&result->used.at[at],
			    INDENT * (line->depth + 2));
	}
}

static void
print_human(const struct spf_result *result)
{
	print_row("result", str_from(word_name(result->word)));
	print_row("domain", result->domain);
	print_row("mechanism", result->mechanism);
	print_row("reason", result->reason);
	print_row("explanation", result->explanation);
	printf("%-13s%u of %d, %u of %d void\n", "look-ups", result->lookups,
	    LIMIT_SPF_LOOKUPS, result->void_lookups, LIMIT_SPF_VOID_LOOKUPS);
	if (result->trace.count > 0)
		print_trace(result);
	else
		print_answers(result);
}

static void
on_done(void *ctx, const struct spf_result *result)
{
	struct spf_tool *tool = ctx;

	if (tool->common.json)
		print_json(result);
	else
		print_human(result);
	tool->done = true;
}

/* Section 2.4 of RFC 7208: for the null sender, postmaster at the HELO. */
static void
set_sender(struct spf_tool *tool)
{
	struct str from = tool->from;
	size_t at;

	if (from.len >= 2 && from.ptr[0] == '<' &&
	    from.ptr[from.len - 1] == '>')
		from = str_slice(from, 1, from.len - 1);
	at = str_rchr(from, '@');
	tool->request.sender = from.len > 0 ? from : tool->request.helo;
	tool->request.domain = from.len == 0 ? tool->request.helo :
	    at == from.len ? from : str_skip(from, at + 1);
}

/* 0, or what the process exits with. */
static int
take_option(struct spf_tool *tool, int letter, const char *argument)
{
	if (letter == 'I') {
		if (!ip_parse(str_from(argument), &tool->request.client))
			return tool_usage(command,
			    "\"%s\" is no address; write --ip 192.0.2.1 or "
			    "--ip 2001:db8::1", argument);
		tool->ip_given = true;
	} else if (letter == 'H') {
		tool->request.helo = str_from(argument);
		tool->helo_given = true;
	} else if (letter == 'F') {
		tool->from = str_from(argument);
		tool->from_given = true;
	} else if (!tool_common_option(&tool->common, letter, argument)) {
		return TOOL_BAD_USE;
	}
	return 0;
}

static int
take_options(struct spf_tool *tool, int argc, char **argv)
{
	int letter, status;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1) {
		status = take_option(tool, letter, optarg);
		if (status != 0)
			return status;
	}
	if (optind < argc)
		return tool_usage(command, "\"%s\" is too much", argv[optind]);
	if (!tool->ip_given || !tool->helo_given || !tool->from_given)
		return tool_usage(command, "%s is missing", !tool->ip_given ?
		    "--ip" : !tool->helo_given ? "--helo" : "--from");
	set_sender(tool);
	return 0;
}

static int
evaluate(struct spf_tool *tool)
{
	struct arena *arena;
	struct tool_dns dns;
	enum spf_engine engine;
	struct spf_check *check;
	uint64_t deadline_ms;

	if (!tool_dns_open(&tool->common, command, &dns))
		return TOOL_BAD_USE;
	arena = arena_new();
	tool->request.receiver = str_from(dns.settings->authserv_id);
	tool->request.now = clock_unix();
	deadline_ms = clock_ms() + (dns.settings->spf_timeout <
	    dns.settings->dns_timeout ? dns.settings->spf_timeout :
	    dns.settings->dns_timeout);
	if (!spf_engine_from(dns.settings->spf_engine, &engine))
		engine = SPF_ENGINE_NATIVE;
	check = spf_start(engine, arena, dns.dns, dns.strand, &tool->request,
	    deadline_ms, on_done, tool);
	if (!strand_wait(dns.strand, &tool->done, deadline_ms + SLACK_MS)) {
		spf_cancel(check);
		tool_error(command, "DNS does not answer");
	}
	tool_dns_close(&dns);
	arena_free(arena);
	return tool->done ? TOOL_DONE : TOOL_BAD_USE;
}

int
tool_spf(int argc, char **argv)
{
	struct spf_tool tool = { .done = false };
	int status = take_options(&tool, argc, argv);

	return status != 0 ? status : evaluate(&tool);
}
