/* The page of a replay. */
#include <inttypes.h>

#include "base/print.h"
#include "report/page.h"
#include "report/replay.h"

static void
head(FILE *out, const struct replay *replay)
{
	fputs("<h1>", out);
	print_html(out, str_from(policy_name(replay->policy)));
	fputs("</h1>\n<p><b>", out);
	fprintf(out, "%" PRIu64 "</b> of %" PRIu64 " messages would have "
	    "ended differently than ", replay->differ, replay->feed.events);
	if (replay->against != NULL) {
		fputs("under <i>", out);
		print_html(out, str_from(policy_name(replay->against)));
		fputs("</i>", out);
	} else {
		fputs("they did", out);
	}
	if (replay->first.len > 0) {
		fputs(", from ", out);
		print_html(out, replay->first);
		fputs(" to ", out);
		print_html(out, replay->last);
	}
	fputs(".</p>\n", out);
}

static void
totals(FILE *out, const struct replay *replay)
{
	fputs("<table><tr><th></th><th>before</th><th>after</th></tr>\n", out);
	for (int i = 0; i < ACTION_COUNT; i++)
		if (replay->before[i] > 0 || replay->after[i] > 0)
			fprintf(out, "<tr><td><b class=%s>%s</b></td>"
			    "<td class=n>%" PRIu64 "</td>"
			    "<td class=n>%" PRIu64 "</td></tr>\n",
			    action_name((enum action)i),
			    change_action_name((enum action)i),
			    replay->before[i], replay->after[i]);
	fputs("</table>\n", out);
}

static void
unfired(FILE *out, const struct replay *replay)
{
	bool any = false;

	for (size_t i = 0; i < policy_rule_count(replay->policy); i++) {
		struct policy_rule_place at = policy_rule_place(
		    replay->policy, i);

		if (replay->fired[i] > 0)
			continue;
		fputs(any ? "<li>" : "<h2>Rules that never fired</h2><ul>"
		    "<li>", out);
		any = true;
		fputs("<code>", out);
		print_html(out, str_from(at.file));
		fprintf(out, ":%u</code> %s%s at %s</li>\n", at.line,
		    at.shadow ? "shadow " : "", action_name(at.action),
		    stage_name(at.stage));
	}
	if (any)
		fputs("</ul>\n", out);
}

static void
lacks(FILE *out, const struct replay *replay)
{
	bool any = false;

	for (int id = 0; id < FACT_COUNT; id++) {
		if (replay->lacks[id] == 0)
			continue;
		fputs(any ? "" : "<h2>What the log lacks, taken as unknown"
		    "</h2><table>\n", out);
		any = true;
		fprintf(out, "<tr><td><code>%s</code></td><td class=n>%"
		    PRIu64 " events</td></tr>\n", fact_table[id].name,
		    replay->lacks[id]);
	}
	if (any)
		fputs("</table>\n", out);
	for (int i = 0; i < FUNCTION_COUNT; i++)
		if (replay->unanswered[i] > 0)
			fprintf(out, "<p><code>%s()</code> is asked what the "
			    "log does not answer, unknown in %" PRIu64
			    " events.</p>\n", function_table[i].name,
			    replay->unanswered[i]);
	if (replay->rcpts_unlisted > 0)
		fprintf(out, "<p>%" PRIu64 " events have more recipients than "
		    "an event lists: those met no rule.</p>\n",
		    replay->rcpts_unlisted);
}

static void
faults(FILE *out, const struct event_feed_count *feed)
{
	for (int i = 0; i < EVENT_FAULT_COUNT; i++) {
		if (feed->faults[i].count == 0)
			continue;
		fprintf(out, "<p>%" PRIu64 " lines left out: %s, first <code>",
		    feed->faults[i].count,
		    event_fault_name((enum event_fault)i));
		print_html(out, str_from(feed->faults[i].file));
		fprintf(out, ":%" PRIu64 "</code>.</p>\n",
		    feed->faults[i].line);
	}
	if (feed->unread == 0)
		return;
	fputs("<p>Not read to the end: <code>", out);
	print_html(out, str_from(feed->unread_file));
	fputs("</code>.</p>\n", out);
}

void
replay_print_html(FILE *out, const struct replay *replay)
{
	page_begin(out, str_from(policy_name(replay->policy)));
	head(out, replay);
	totals(out, replay);
	changes_print_html(out, &replay->changes);
	unfired(out, replay);
	lacks(out, replay);
	faults(out, &replay->feed);
	page_end(out);
}
