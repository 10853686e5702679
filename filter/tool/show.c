#include "tool/show.h"

#include <stdio.h>

#include "tool/tool.h"

/* The facts that make a line each: a result, what it speaks of, and why. */
static const struct {
	const char	*label;
	enum fact_id	 word, about, reason;
} lines[] = {
	{ "iprev", FACT_ID_IPREV, FACT_ID_IPREV_NAME, FACT_ID_IPREV_REASON },
	{ "spf helo", FACT_ID_SPF_HELO, FACT_ID_SPF_HELO_DOMAIN,
	  FACT_ID_SPF_HELO_REASON },
	{ "spf", FACT_ID_SPF, FACT_ID_SPF_DOMAIN, FACT_ID_SPF_REASON },
	{ "dkim", FACT_ID_DKIM, FACT_ID_DKIM, FACT_ID_DKIM_REASON },
	{ "arc", FACT_ID_ARC, FACT_ID_ARC, FACT_ID_ARC_REASON },
	{ "dmarc", FACT_ID_DMARC, FACT_ID_DMARC_DOMAIN,
	  FACT_ID_DMARC_REASON },
};

static void
show_text_fact(const struct fact_set *facts, enum fact_id id)
{
	const struct fact *fact = facts_get(facts, id);

	if (fact->state == FACT_SET && fact_table[id].type != FACT_WORD) {
		printf(" ");
		tool_print_text(fact->text);
	}
}

static void
show_signature(const struct result *result)
{
	printf("    %-9s %-10s d=", "", word_name(result->word));
	tool_print_text(result_property(result, "header", "d"));
	printf(" s=");
	tool_print_text(result_property(result, "header", "s"));
	printf(" a=");
	tool_print_text(result_property(result, "header", "a"));
	if (result->reason.len > 0) {
		printf(": ");
		tool_print_text(result->reason);
	}
	printf("\n");
}

static void
show_line(const struct event *event, size_t i)
{
	const struct fact *word = facts_get(event->facts, lines[i].word);
	const struct fact *reason = facts_get(event->facts, lines[i].reason);

	/* Most mail has no chain; nothing to tell, then. */
	if (word->state != FACT_SET || (lines[i].word == FACT_ID_ARC &&
	    word->word == WORD_NONE))
		return;
	printf("    %-9s %-10s", lines[i].label, word_name(word->word));
	show_text_fact(event->facts, lines[i].about);
	if (reason->state == FACT_SET) {
		printf(": ");
		tool_print_text(reason->text);
	}
	printf("\n");
	if (lines[i].word != FACT_ID_DKIM)
		return;
	for (size_t j = 0; j < event->results->list.count; j++) {
		const struct result *result = &event->results->list.at[j];

		if (result->method == METHOD_DKIM &&
		    result->word != WORD_NONE)
			show_signature(result);
	}
}

static void
show_verdict(const struct event *event)
{
	const struct policy_rule *rule = event->rule;
	enum action action = event->decided == ACTION_CONTINUE ?
	    ACTION_ACCEPT : event->decided;

	printf("    %-9s %s", "verdict", action_name(action));
	if (rule != NULL && rule->code != 0)
		printf(" %u %.*s", rule->code, STR_ARG(rule->enhanced));
	if (rule != NULL && rule->text.len > 0) {
		printf(" \"");
		tool_print_text(rule->text);
		printf("\"");
	}
	if (rule != NULL)
		printf(" (%s:%u)", rule->file, rule->line);
	if (action != ACTION_ACCEPT && !policy_enforces(event->policy))
		printf(" (monitor: not done)");
	printf("\n");
}

void
show_event(const char *title, const struct event *event)
{
	tool_print_text(str_from(title));
	putchar('\n');
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		show_line(event, i);
	show_verdict(event);
	if (event->authentication_results.len > 0) {
		printf("    Authentication-Results: ");
		tool_print_text(event->authentication_results);
		printf("\n");
	}
}
