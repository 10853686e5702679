/*
 * assay dmarc: how an author domain's policy is found, and what it says of
 * the identifiers that passed.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"
#include "tool/dmarc.h"
#include "tool/json.h"
#include "tool/tool.h"

enum { SLACK_MS = 5000 };

static const char command[] = "dmarc";

struct dmarc_tool {
	struct tool_common	 common;
	struct arena		*arena;
	struct str		 domain, spf;
	struct str		 dkim[LIMIT_DKIM_SIGNATURES];
	size_t			 dkim_count;
	const struct dmarc_policy *policy;
	const struct dmarc_result *result;
	bool			 done;
};

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "dkim", required_argument, NULL, 'K' },
	{ "spf", required_argument, NULL, 'F' },
	{ NULL, 0, NULL, 0 }
};

static const char *
psd_name(enum dmarc_tristate psd)
{
	switch (psd) {
	case DMARC_UNSAID:
		return "u";
	case DMARC_NO:
		return "n";
	case DMARC_YES:
		return "y";
	}
	return "";
}

static json_t *
json_uris(const struct str *at, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, tool_json_text(at[i]));
	return list;
}

static json_t *
json_record(const struct dmarc_record *record)
{
	if (record->text.len == 0)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, "
	    "s:o}", "p", word_name(record->p), "sp", word_name(record->sp),
	    "np", word_name(record->np),
	    "adkim", record->strict_dkim ? "s" : "r",
	    "aspf", record->strict_spf ? "s" : "r",
	    "psd", psd_name(record->psd), "t", record->test ? "y" : "n",
	    "fo", tool_json_text(record->fo),
	    "rua", json_uris(record->rua.at, record->rua.count),
	    "ruf", json_uris(record->ruf.at, record->ruf.count),
	    "text", tool_json_text(record->text));
}

static void
add_queries(json_t *list, const struct dmarc_query *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack(
		    "{s:o, s:s, s:o, s:o, s:b}",
		    "name", tool_json_text(at[i].name),
		    "status", dns_status_name(at[i].status),
		    "record", tool_json_text_or_null(at[i].record),
		    "note", tool_json_text_or_null(at[i].note),
		    "secure", (int)at[i].secure));
}

static json_t *
json_word(const struct dmarc_result *result, enum word word)
{
	return result->has_policy ? json_string(word_name(word)) :
	    json_null();
}

static void
print_json(const struct dmarc_tool *tool)
{
	const struct dmarc_result *result = tool->result;
	json_t *queries = json_array();

	add_queries(queries, tool->policy->queries, tool->policy->query_count);
	add_queries(queries, result->queries.at, result->queries.count);
	tool_json_print(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, "
	    "s:{s:b, s:b}, s:o, s:o, s:o, s:o}",
	    "result", word_name(result->word),
	    "domain", tool_json_text(result->domain),
	    "organizational_domain",
	    tool_json_text_or_null(result->organizational_domain),
	    "policy_domain", tool_json_text_or_null(result->policy_domain),
	    "policy", json_word(result, result->policy),
	    "disposition", json_word(result, result->disposition),
	    "alignment", "spf", (int)result->aligned_spf,
	    "dkim", (int)result->aligned_dkim,
	    "reason", tool_json_text(result->reason),
	    "found", tool_json_text(tool->policy->reason),
	    "queries", queries,
	    "record", json_record(tool->policy->record)));
}

static void
print_row(const char *label, struct str value)
{
	if (value.len == 0)
		return;
	printf("%-14s", label);
	tool_print_text(value);
	putchar('\n');
}

static void
print_queries(const struct dmarc_query *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fputs("    ", stdout);
		tool_print_text(at[i].name);
		fputs(": ", stdout);
		if (at[i].record.len > 0)
			tool_print_text(at[i].record);
		else
			fputs(dns_status_name(at[i].status), stdout);
		if (at[i].note.len > 0)
			printf(" (%.*s)", STR_ARG(at[i].note));
		puts(at[i].secure ? " (DNSSEC)" : "");
	}
}

static void
print_human(const struct dmarc_tool *tool)
{
	const struct dmarc_result *result = tool->result;

	print_row("result", str_from(word_name(result->word)));
	print_row("domain", result->domain);
	print_row("organization", result->organizational_domain);
	print_row("policy at", result->policy_domain);
	if (result->has_policy) {
		print_row("policy", str_from(word_name(result->policy)));
		print_row("disposition",
		    str_from(word_name(result->disposition)));
		print_row("found by", tool->policy->reason);
	}
	print_row("reason", result->reason);
	puts("the walk:");
	print_queries(tool->policy->queries, tool->policy->query_count);
	if (result->queries.count > 0)
		puts("the identifiers' walks, what is new in them:");
	print_queries(result->queries.at, result->queries.count);
}

static void
discovered(void *ctx, const struct dmarc_policy *policy)
{
	struct dmarc_tool *tool = ctx;

	tool->policy = policy;
	tool->done = true;
}

static void
evaluated(void *ctx, const struct dmarc_result *result)
{
	struct dmarc_tool *tool = ctx;

	tool->result = result;
	tool->done = true;
}

static bool
discover(struct dmarc_tool *tool, struct tool_dns *dns)
{
	uint64_t deadline_ms = clock_ms() + dns->settings->dns_timeout;
	struct dmarc_discovery *discovery = dmarc_discover_start(tool->arena,
	    dns->dns, dns->strand, tool->domain, deadline_ms, discovered,
	    tool);

	if (strand_wait(dns->strand, &tool->done, deadline_ms + SLACK_MS))
		return true;
	dmarc_discover_cancel(discovery);
	return false;
}

static bool
evaluate(struct dmarc_tool *tool, struct tool_dns *dns)
{
	uint64_t deadline_ms = clock_ms() + dns->settings->dns_timeout;
	struct dmarc_identifiers ids = {
		.spf_domain = tool->spf, .dkim_domains = tool->dkim,
		.dkim_count = tool->dkim_count
	};
	struct dmarc_evaluation *evaluation;

	tool->done = false;
	evaluation = dmarc_evaluate_start(tool->arena, dns->dns, dns->strand,
	    tool->policy, &ids, deadline_ms, evaluated, tool);
	if (strand_wait(dns->strand, &tool->done, deadline_ms + SLACK_MS))
		return true;
	dmarc_evaluate_cancel(evaluation);
	return false;
}

static int
run(struct dmarc_tool *tool)
{
	struct tool_dns dns;
	bool ok;

	if (!tool_dns_open(&tool->common, command, &dns))
		return TOOL_BAD_USE;
	ok = discover(tool, &dns) && evaluate(tool, &dns);
	if (!ok)
		tool_error(command, "DNS does not answer");
	else if (tool->common.json)
		print_json(tool);
	else
		print_human(tool);
	tool_dns_close(&dns);
	return ok ? TOOL_DONE : TOOL_BAD_USE;
}

/* 0, or what the process exits with. */
static int
take_domain(struct dmarc_tool *tool, const char *text, struct str *domain_out)
{
	if (domain_to_ascii(tool->arena, str_from(text), domain_out))
		return 0;
	return tool_usage(command, "\"%s\" is no domain name", text);
}

static int
take_option(struct dmarc_tool *tool, int letter, const char *argument)
{
	if (letter == 'F')
		return take_domain(tool, argument, &tool->spf);
	if (letter == 'K' && tool->dkim_count == LIMIT_DKIM_SIGNATURES)
		return tool_usage(command, "more than %d --dkim",
		    LIMIT_DKIM_SIGNATURES);
	if (letter == 'K')
		return take_domain(tool, argument,
		    &tool->dkim[tool->dkim_count++]);
	if (!tool_common_option(&tool->common, letter, argument))
		return TOOL_BAD_USE;
	return 0;
}

static int
take_options(struct dmarc_tool *tool, int argc, char **argv)
{
	int letter, status;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1) {
		status = take_option(tool, letter, optarg);
		if (status != 0)
			return status;
	}
	if (optind == argc)
		return tool_usage(command, "the author domain is missing");
	if (optind + 1 < argc)
		return tool_usage(command, "\"%s\" is too much",
		    argv[optind + 1]);
	return take_domain(tool, argv[optind], &tool->domain);
}

static bool
has_word(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return true;
	return false;
}

int
tool_dmarc(int argc, char **argv)
{
	struct dmarc_tool tool = { .arena = NULL };
	int status;

	if (argc > 1 && strcmp(argv[1], "read") == 0)
		return tool_dmarc_read(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "bounce") == 0)
		return tool_dmarc_bounce(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "send") == 0 &&
	    has_word(argc, argv, "--failures"))
		return tool_dmarc_failures(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "send") == 0)
		return tool_dmarc_send(argc - 1, argv + 1);
	tool.arena = arena_new();
	status = take_options(&tool, argc, argv);

	if (status == 0)
		status = run(&tool);
	arena_free(tool.arena);
	return status;
}
