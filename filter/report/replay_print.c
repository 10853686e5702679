#include <inttypes.h>

#include "base/print.h"
#include "report/replay.h"

static bool
never_fired(const struct replay *replay, size_t rule)
{
	return replay->fired[rule] == 0;
}

/* ---- text ---- */

static void
text_head(FILE *out, const struct replay *replay)
{
	fprintf(out, "%" PRIu64 " event%s", replay->feed.events,
	    print_plural(replay->feed.events));
	if (replay->first.len > 0) {
		fputs(" from ", out);
		print_safe(out, replay->first);
		fputs(" to ", out);
		print_safe(out, replay->last);
	}
	fprintf(out, "\npolicy \"%s\" instead of ",
	    policy_name(replay->policy));
	if (replay->against != NULL)
		fprintf(out, "\"%s\"", policy_name(replay->against));
	else
		fputs("what was recorded", out);
	fprintf(out, ": %" PRIu64 " message%s would have ended "
	    "differently\n", replay->differ, print_plural(replay->differ));
}

static void
text_totals(FILE *out, const struct replay *replay)
{
	fputs("\n                before     after\n", out);
	for (int i = 0; i < ACTION_COUNT; i++)
		if (replay->before[i] > 0 || replay->after[i] > 0)
			fprintf(out, "%-12s %9" PRIu64 " %9" PRIu64 "\n",
			    change_action_name((enum action)i),
			    replay->before[i], replay->after[i]);
	fputc('\n', out);
}

static void
text_unfired(FILE *out, const struct replay *replay)
{
	bool first = true;

	for (size_t i = 0; i < policy_rule_count(replay->policy); i++) {
		struct policy_rule_place at = policy_rule_place(
		    replay->policy, i);

		if (!never_fired(replay, i))
			continue;
		if (first)
			fprintf(out, "rules of \"%s\" that never fired:\n",
			    policy_name(replay->policy));
		first = false;
		fputs("  ", out);
		print_safe(out, str_from(at.file));
		fprintf(out, ":%u %s%s at %s\n", at.line, at.shadow ?
		    "shadow " : "", action_name(at.action),
		    stage_name(at.stage));
	}
}

static void
text_lacks(FILE *out, const struct replay *replay)
{
	bool first = true;

	for (int id = 0; id < FACT_COUNT; id++) {
		if (replay->lacks[id] == 0)
			continue;
		if (first)
			fputs("facts that the log lacks, taken as unknown:\n",
			    out);
		first = false;
		fprintf(out, "  %-28s in %" PRIu64 " event%s\n",
		    fact_table[id].name, replay->lacks[id],
		    print_plural(replay->lacks[id]));
	}
	for (int i = 0; i < FUNCTION_COUNT; i++)
		if (replay->unanswered[i] > 0)
			fprintf(out, "%s() is asked what the log does not "
			    "answer, unknown in %" PRIu64 " event%s\n",
			    function_table[i].name, replay->unanswered[i],
			    print_plural(replay->unanswered[i]));
	if (replay->hidden > 0)
		fprintf(out, "%" PRIu64 " event%s with names that are hidden "
		    "(privacy): those are only equal or not, all else is "
		    "unknown\n", replay->hidden, print_plural(replay->hidden));
	if (replay->rcpts_unlisted > 0)
		fprintf(out, "%" PRIu64 " event%s with more recipients than "
		    "an event lists: those met no rule\n",
		    replay->rcpts_unlisted,
		    print_plural(replay->rcpts_unlisted));
}

static void
text_faults(FILE *out, const struct event_feed_count *feed)
{
	for (int i = 0; i < EVENT_FAULT_COUNT; i++)
		if (feed->faults[i].count > 0)
			fprintf(out, "%" PRIu64 " line%s left out: %s, first "
			    "%s:%" PRIu64 "\n", feed->faults[i].count,
			    print_plural(feed->faults[i].count),
			    event_fault_name((enum event_fault)i),
			    feed->faults[i].file, feed->faults[i].line);
	if (feed->unread > 0)
		fprintf(out, "%" PRIu64 " file%s not read to the end, first "
		    "%s: %s\n", feed->unread, print_plural(feed->unread),
		    feed->unread_file, feed->unread_why);
}

void
replay_print_text(FILE *out, const struct replay *replay)
{
	text_head(out, replay);
	text_totals(out, replay);
	changes_print_text(out, &replay->changes);
	text_unfired(out, replay);
	text_lacks(out, replay);
	text_faults(out, &replay->feed);
}

/* ---- JSON ---- */

static void
json_totals(struct emit *out, const char *key,
    const uint64_t counts[ACTION_COUNT])
{
	emit_open(out, key, '{');
	for (int i = 0; i < ACTION_COUNT; i++)
		if (counts[i] > 0)
			emit_int(out, change_action_name((enum action)i),
			    (int64_t)counts[i]);
	emit_close(out, '}');
}

static void
json_unfired(struct emit *out, const struct replay *replay)
{
	emit_open(out, "unfired", '[');
	for (size_t i = 0; i < policy_rule_count(replay->policy); i++) {
		struct policy_rule_place at = policy_rule_place(
		    replay->policy, i);

		if (!never_fired(replay, i))
			continue;
		emit_open(out, NULL, '{');
		emit_some(out, "file", str_from(at.file));
		emit_int(out, "line", at.line);
		emit_word(out, "stage", stage_name(at.stage));
		emit_word(out, "action", action_name(at.action));
		emit_bool(out, "shadow", at.shadow);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
json_lacks(struct emit *out, const struct replay *replay)
{
	emit_open(out, "lacks", '{');
	for (int id = 0; id < FACT_COUNT; id++)
		if (replay->lacks[id] > 0)
			emit_int(out, fact_table[id].name,
			    (int64_t)replay->lacks[id]);
	emit_close(out, '}');
	emit_open(out, "functions", '{');
	for (int i = 0; i < FUNCTION_COUNT; i++)
		if (replay->unanswered[i] > 0)
			emit_int(out, function_table[i].name,
			    (int64_t)replay->unanswered[i]);
	emit_close(out, '}');
	emit_int(out, "hidden", (int64_t)replay->hidden);
	emit_int(out, "rcpts_unlisted", (int64_t)replay->rcpts_unlisted);
}

static void
json_faults(struct emit *out, const struct event_feed_count *feed)
{
	emit_open(out, "faults", '[');
	for (int i = 0; i < EVENT_FAULT_COUNT; i++) {
		if (feed->faults[i].count == 0)
			continue;
		emit_open(out, NULL, '{');
		emit_word(out, "fault", event_fault_name((enum event_fault)i));
		emit_int(out, "lines", (int64_t)feed->faults[i].count);
		emit_some(out, "file", str_from(feed->faults[i].file));
		emit_int(out, "line", (int64_t)feed->faults[i].line);
		emit_close(out, '}');
	}
	emit_close(out, ']');
	emit_some(out, "unread", str_from(feed->unread == 0 ? NULL :
	    feed->unread_file));
}

void
replay_print_json(FILE *file, const struct replay *replay)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	emit_int(&out, "events", (int64_t)replay->feed.events);
	emit_int(&out, "outside", (int64_t)replay->feed.outside);
	emit_some(&out, "first", replay->first);
	emit_some(&out, "last", replay->last);
	emit_some(&out, "policy", str_from(policy_name(replay->policy)));
	emit_some(&out, "against", replay->against == NULL ? STR_NONE :
	    str_from(policy_name(replay->against)));
	emit_int(&out, "differ", (int64_t)replay->differ);
	json_totals(&out, "before", replay->before);
	json_totals(&out, "after", replay->after);
	emit_open(&out, "changes", '[');
	changes_print_json(&out, &replay->changes);
	emit_close(&out, ']');
	json_unfired(&out, replay);
	json_lacks(&out, replay);
	json_faults(&out, &replay->feed);
	emit_close(&out, '}');
	emit_print(&out, file);
}
