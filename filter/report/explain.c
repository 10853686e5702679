#include "report/explain.h"

#include <inttypes.h>
#include <string.h>

#include "base/print.h"

static bool
has_rule(const struct policy *policy, const struct event_rule_record *fired)
{
	for (size_t i = 0; i < policy_rule_count(policy); i++) {
		struct policy_rule_place at = policy_rule_place(policy, i);

		if (at.line == fired->place.line &&
		    at.action == fired->action &&
		    at.shadow == fired->shadow &&
		    str_eqz(fired->stage, stage_name(at.stage)) &&
		    str_eqz(fired->place.file, at.file))
			return true;
	}
	return false;
}

bool
explain_is_changed(const struct event_record *record,
    const struct policy *policy)
{
	char checksum[24];

	snprintf(checksum, sizeof(checksum), "%016" PRIx64,
	    policy_checksum(policy));
	if (record->checksum.len > 0)
		return !str_eqz(record->checksum, checksum);
	for (size_t i = 0; i < record->rules.count; i++)
		if (!has_rule(policy, &record->rules.at[i]))
			return true;
	return !str_eqz(record->policy, policy_name(policy));
}

/* ---- text ---- */

enum ink { INK_PLAIN, INK_TITLE, INK_DIM, INK_GOOD, INK_BAD, INK_DOUBT };

struct paper {
	FILE	*out;
	bool	 colour;
};

static void
ink(const struct paper *paper, enum ink colour)
{
	static const char *const codes[] = {
		[INK_PLAIN] = "", [INK_TITLE] = "1", [INK_DIM] = "2",
		[INK_GOOD] = "32", [INK_BAD] = "31", [INK_DOUBT] = "33",
	};

	if (paper->colour && colour != INK_PLAIN)
		fprintf(paper->out, "\033[%sm", codes[colour]);
}

static void
no_ink(const struct paper *paper, enum ink colour)
{
	if (paper->colour && colour != INK_PLAIN)
		fputs("\033[0m", paper->out);
}

static void
word(const struct paper *paper, enum ink colour, const char *format,
    const char *text)
{
	ink(paper, colour);
	fprintf(paper->out, format, text);
	no_ink(paper, colour);
}

static void
hostile(const struct paper *paper, enum ink colour, const char *before,
    struct str text, const char *after)
{
	if (text.len == 0)
		return;
	fputs(before, paper->out);
	ink(paper, colour);
	print_safe(paper->out, text);
	no_ink(paper, colour);
	fputs(after, paper->out);
}

static enum ink
truth_ink(enum policy_truth truth)
{
	static const enum ink inks[] = {
		[POLICY_FALSE] = INK_DIM, [POLICY_TRUE] = INK_GOOD,
		[POLICY_UNKNOWN] = INK_DOUBT, [POLICY_PENDING] = INK_DOUBT,
	};

	return inks[truth];
}

static enum ink
action_ink(enum action action)
{
	return action == ACTION_REJECT || action == ACTION_TEMPFAIL ||
	    action == ACTION_DISCARD ? INK_BAD :
	    action == ACTION_QUARANTINE ? INK_DOUBT : INK_GOOD;
}

bool
explain_is_recorded(const struct event_record *record, const char *name)
{
	enum fact_id id;

	return !fact_find(str_from(name), &id) || fact_is_running(id) ||
	    facts_known(&record->facts, id);
}

/* The reason of a fact that could not be had. */
static struct str
reason_of(const struct event_record *record, const char *name)
{
	enum fact_id id;

	if (!fact_find(str_from(name), &id) ||
	    facts_get(&record->facts, id)->state != FACT_UNKNOWN)
		return STR_NONE;
	return facts_get(&record->facts, id)->text;
}

static void
text_read(const struct paper *paper, const struct event_record *record,
    const struct policy_read *read)
{
	fprintf(paper->out, "          %s = ", read->fact);
	print_safe(paper->out, read->value.len == 0 ? STR("\"\"") :
	    read->value);
	if (!explain_is_recorded(record, read->fact))
		word(paper, INK_DOUBT, "%s", " (not recorded)");
	hostile(paper, INK_DOUBT, " (", reason_of(record, read->fact), ")");
	fputc('\n', paper->out);
}

static bool
is_the_end(const struct rehearsed_stage *stage,
    const struct policy_step *step)
{
	return stage->rule != NULL && stage->rule->line == step->rule.line &&
	    stage->rule->action == step->rule.action &&
	    strcmp(stage->rule->file, step->rule.file) == 0;
}

static void
text_step(const struct paper *paper, const struct event_record *record,
    const struct rehearsed_stage *stage, const struct policy_step *step)
{
	fputs("      ", paper->out);
	print_safe(paper->out, str_from(step->rule.file));
	fprintf(paper->out, ":%u %s%s: ", step->rule.line,
	    step->rule.shadow ? "shadow " : "",
	    action_name(step->rule.action));
	word(paper, truth_ink(step->truth), "%s",
	    policy_truth_name(step->truth));
	if (step->truth == POLICY_TRUE && is_the_end(stage, step))
		word(paper, INK_TITLE, "%s", " - this decides");
	fputc('\n', paper->out);
	for (size_t i = 0; i < step->read_count; i++)
		text_read(paper, record, &step->reads[i]);
}

static void
text_stages(const struct paper *paper, const struct explain *explain)
{
	for (size_t i = 0; i < explain->stage_count; i++) {
		const struct rehearsed_stage *stage = &explain->stages[i];

		if (stage->trace.steps.count == 0)
			continue;
		word(paper, INK_TITLE, "  at %s", stage_name(stage->stage));
		hostile(paper, INK_PLAIN, " ", stage->rcpt, "");
		fputc('\n', paper->out);
		for (size_t k = 0; k < stage->trace.steps.count; k++)
			text_step(paper, explain->record, stage,
			    &stage->trace.steps.at[k]);
	}
}

static void
text_verdict(const struct paper *paper, const char *label,
    const struct event_verdict *verdict)
{
	fputs(label, paper->out);
	word(paper, action_ink(verdict->action), "%s",
	    action_name(verdict->action));
	if (verdict->code != 0)
		fprintf(paper->out, " %u", verdict->code);
	hostile(paper, INK_PLAIN, " ", verdict->enhanced, "");
	hostile(paper, INK_PLAIN, " \"", verdict->text, "\"");
	hostile(paper, INK_PLAIN, " by ", verdict->place.file, "");
	if (verdict->place.file.len > 0)
		fprintf(paper->out, ":%u", verdict->place.line);
	fputc('\n', paper->out);
}

static void
text_end(const struct paper *paper, const struct explain *explain)
{
	const struct event_record *record = explain->record;

	for (size_t i = 0; i < record->rcpts.count; i++) {
		const struct event_rcpt_record *rcpt = &record->rcpts.at[i];

		if (rcpt->verdict.action == ACTION_ACCEPT)
			continue;
		hostile(paper, INK_PLAIN, "  to ", rcpt->address, "");
		text_verdict(paper, rcpt->verdict.place.file.len == 0 ?
		    ", by the MTA: " : ": ", &rcpt->verdict);
	}
	text_verdict(paper, "  decided: ", &record->decided);
	if (record->decided.action != record->verdict.action)
		text_verdict(paper, record->monitor ?
		    "  done, in monitor mode: " : "  done: ", &record->verdict);
	for (size_t i = 0; i < record->troubles.count; i++)
		hostile(paper, INK_BAD, "  trouble: ",
		    record->troubles.at[i], "\n");
}

static void
text_now(const struct paper *paper, const struct explain *explain)
{
	if (explain->policy_changed)
		word(paper, INK_DOUBT, "  %s\n", "the policy has changed "
		    "since, or it is another one: what follows is what it "
		    "says now");
	if (explain->record->privacy != 0)
		word(paper, INK_DOUBT, "  %s\n", "names are hidden in this "
		    "event (privacy): they are only equal or not");
	if (explain->asks_functions)
		word(paper, INK_DOUBT, "  %s\n", "the policy asks functions "
		    "what the event does not answer: unknown");
	if (explain->now != NULL && explain->now->action !=
	    explain->record->decided.action)
		word(paper, INK_DOUBT, "  now it would be: %s\n",
		    explain->now->action == ACTION_CONTINUE ?
		    "accepted so far" : action_name(explain->now->action));
}

static void
text_fact(const struct paper *paper, const struct event_record *record,
    const char *label, enum fact_id id, const char *after)
{
	const struct fact *fact = facts_get(&record->facts, id);

	if (fact->state != FACT_SET)
		return;
	if (fact_table[id].type == FACT_WORD)
		fprintf(paper->out, "%s%s%s", label, word_name(fact->word),
		    after);
	else
		hostile(paper, INK_PLAIN, label, fact->text, after);
}

static void
text_result(const struct paper *paper, const struct event_record *record,
    const char *name, enum fact_id result, enum fact_id domain,
    enum fact_id reason)
{
	if (facts_get(&record->facts, result)->state != FACT_SET)
		return;
	word(paper, INK_TITLE, "  %s", name);
	text_fact(paper, record, " ", result, "");
	if (domain != result)
		text_fact(paper, record, " ", domain, "");
	text_fact(paper, record, ": ", reason, "");
	fputc('\n', paper->out);
}

static void
text_dns(const struct paper *paper, const struct event_record *record,
    const char *method)
{
	for (size_t i = 0; i < record->dns.count; i++) {
		const struct event_dns *dns = &record->dns.at[i];

		if (!str_eqz(dns->method, method))
			continue;
		hostile(paper, INK_PLAIN, "      ", dns->name, "");
		hostile(paper, INK_PLAIN, " ", dns->type, "");
		hostile(paper, INK_DIM, " ", dns->data.len > 0 ? dns->data :
		    dns->status, "");
		fputs(dns->secure ? " (DNSSEC)\n" : "\n", paper->out);
	}
}

static void
text_spf(const struct paper *paper, const struct event_record *record,
    const char *method)
{
	for (size_t i = 0; i < record->spf.count; i++) {
		const struct event_spf_term *term = &record->spf.at[i];
		int depth = (int)(term->depth > 20 ? 20 : term->depth);

		if (!str_eqz(term->method, method))
			continue;
		fprintf(paper->out, "%*s", 6 + 2 * depth, "");
		print_safe(paper->out, term->term.len > 0 ? term->term :
		    term->domain);
		hostile(paper, INK_TITLE, " -> ", term->outcome, "");
		if (term->lookups > 0)
			fprintf(paper->out, " (%u)", term->lookups);
		fputc('\n', paper->out);
	}
	text_dns(paper, record, method);
}

static void
text_signatures(const struct paper *paper, const struct event_record *record)
{
	for (size_t i = 0; i < record->signatures.count; i++) {
		const struct event_signature *s = &record->signatures.at[i];

		fputs("      ", paper->out);
		print_safe(paper->out, s->result);
		hostile(paper, INK_PLAIN, " d=", s->domain, "");
		hostile(paper, INK_PLAIN, " s=", s->selector, "");
		hostile(paper, INK_PLAIN, " a=", s->algorithm, "");
		hostile(paper, INK_PLAIN, ": ", s->reason, "");
		fputc('\n', paper->out);
	}
}

static void
text_checks(const struct paper *paper, const struct event_record *record)
{
	text_result(paper, record, "iprev", FACT_ID_IPREV, FACT_ID_IPREV_NAME,
	    FACT_ID_IPREV_REASON);
	text_dns(paper, record, "iprev");
	text_result(paper, record, "SPF of the HELO name", FACT_ID_SPF_HELO,
	    FACT_ID_SPF_HELO_DOMAIN, FACT_ID_SPF_HELO_REASON);
	text_spf(paper, record, "spf_helo");
	text_result(paper, record, "SPF", FACT_ID_SPF, FACT_ID_SPF_DOMAIN,
	    FACT_ID_SPF_REASON);
	text_spf(paper, record, "spf");
	text_result(paper, record, "DKIM", FACT_ID_DKIM, FACT_ID_DKIM,
	    FACT_ID_DKIM_REASON);
	text_signatures(paper, record);
	text_dns(paper, record, "dkim");
	text_result(paper, record, "ARC", FACT_ID_ARC, FACT_ID_ARC,
	    FACT_ID_ARC_REASON);
	text_dns(paper, record, "arc");
	text_result(paper, record, "DMARC", FACT_ID_DMARC,
	    FACT_ID_DMARC_DOMAIN, FACT_ID_DMARC_REASON);
	text_dns(paper, record, "dmarc");
	text_fact(paper, record, "      policy of ",
	    FACT_ID_DMARC_POLICY_DOMAIN, "");
	text_fact(paper, record, ": ", FACT_ID_DMARC_POLICY, "");
	text_fact(paper, record, ", for this message: ",
	    FACT_ID_DMARC_DISPOSITION, "\n");
}

static void
text_head(const struct paper *paper, const struct explain *explain)
{
	const struct event_record *record = explain->record;
	struct str name = explain->title != NULL ?
	    str_from(explain->title) : record->queue_id;
	char ip[IP_TEXT_MAX];
	const struct fact *client = facts_get(&record->facts,
	    FACT_ID_CLIENT_IP);

	hostile(paper, INK_TITLE, "", name.len > 0 ? name : STR("event"), "");
	hostile(paper, INK_PLAIN, " ", record->time, "");
	fprintf(paper->out, ", ended at %s", stage_name(record->last));
	hostile(paper, INK_PLAIN, ", policy ", record->policy, "");
	fputc('\n', paper->out);
	fputs("  client", paper->out);
	if (client->state == FACT_SET)
		hostile(paper, INK_PLAIN, " ", fact_ip_text(client, ip), "");
	text_fact(paper, record, " ", FACT_ID_CLIENT_NAME, "");
	text_fact(paper, record, " helo ", FACT_ID_HELO, "");
	text_fact(paper, record, " from <", FACT_ID_MAIL_FROM, ">");
	text_fact(paper, record, " author ", FACT_ID_FROM, "");
	fputc('\n', paper->out);
}

void
explain_print_text(FILE *out, const struct explain *explain, bool colour)
{
	const struct paper paper = { out, colour };

	text_head(&paper, explain);
	text_end(&paper, explain);
	text_now(&paper, explain);
	text_stages(&paper, explain);
	text_checks(&paper, explain->record);
}
