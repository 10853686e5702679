#include "report/live.h"

#include <inttypes.h>

#include "base/print.h"

struct run {
	const struct live_options	*options;
	struct live			*all;
};

static void *
begin(void *ctx)
{
	const struct run *run = ctx;
	struct arena *arena = arena_new();
	struct live *part = arena_alloc(arena, sizeof(*part));

	part->arena = arena;
	changes_init(&part->changes, arena, run->options->samples);
	return part;
}

static struct change_sample
sample_of(const struct event_record *record, struct str rcpt)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);

	return (struct change_sample){ record->time, record->queue_id,
	    from->state != FACT_SET ? STR_NONE : from->text.len == 0 ?
	    STR("<>") : change_domain(from->text), change_domain(rcpt) };
}

/* What the running policy decided of this recipient. */
static struct event_verdict
verdict_of(const struct event_record *record, struct str address)
{
	for (size_t i = 0; i < record->rcpts.count; i++)
		if (str_eq(record->rcpts.at[i].address, address))
			return record->rcpts.at[i].verdict;
	return (struct event_verdict){ .action = ACTION_ACCEPT };
}

static void
add_rcpts(struct live *part, const struct event_record *record)
{
	for (size_t i = 0; i < record->shadow_rcpts.count; i++) {
		const struct event_rcpt_record *to =
		    &record->shadow_rcpts.at[i];
		struct event_verdict from = verdict_of(record, to->address);

		changes_add(&part->changes, &(struct change){
		    CHANGE_OF_RCPT, from.action, to->verdict.action,
		    from.place, to->verdict.place,
		    sample_of(record, to->address) });
	}
}

static void
take_event(void *ctx, void *into, const struct event_record *record,
    struct arena *arena)
{
	const struct event_verdict *from = &record->decided;
	const struct event_verdict *to = &record->shadow.decided;
	struct live *part = into;

	(void)ctx;
	(void)arena;
	if (!record->shadow.is_there)
		return;
	part->compared++;
	if (!record->shadow.differs)
		return;
	part->differ++;
	if (from->action != to->action)
		changes_add(&part->changes, &(struct change){
		    CHANGE_OF_MESSAGE, from->action, to->action, from->place,
		    to->place, sample_of(record, record->rcpts.count == 0 ?
		    STR_NONE : record->rcpts.at[0].address) });
	else if (record->shadow_rcpts.count > 0)
		add_rcpts(part, record);
	else
		part->otherwise++;
}

static void
merge(void *ctx, void *from)
{
	struct live *all = ((struct run *)ctx)->all, *part = from;

	changes_merge(&all->changes, &part->changes);
	all->compared += part->compared;
	all->differ += part->differ;
	all->otherwise += part->otherwise;
	arena_free(part->arena);
}

void
live_run(const struct live_options *options, struct arena *arena,
    struct live *live_out)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL };
	bool wanted[FACT_COUNT] = { [FACT_ID_MAIL_FROM] = true };
	struct run run = { options, live_out };
	struct event_feed feed = { .logs = options->logs,
	    .want = { .parts = EVENT_PART_SHADOW, .facts = wanted },
	    .ops = &ops, .ctx = &run };

	*live_out = (struct live){ .arena = arena };
	changes_init(&live_out->changes, arena, options->samples);
	event_feed_run(&feed, &live_out->feed);
	changes_sort(&live_out->changes);
}

void
live_print_text(FILE *out, const struct live *live)
{
	fprintf(out, "%" PRIu64 " event%s, %" PRIu64 " of them with a shadow "
	    "policy\nthe shadow policy differed in %" PRIu64 "\n\n",
	    live->feed.events, print_plural(live->feed.events), live->compared,
	    live->differ);
	changes_print_text(out, &live->changes);
	if (live->otherwise > 0)
		fprintf(out, "%" PRIu64 " differed in score or tags alone\n",
		    live->otherwise);
}

void
live_print_json(FILE *out, const struct live *live)
{
	struct emit emit;

	emit_init(&emit);
	emit_open(&emit, NULL, '{');
	emit_int(&emit, "events", (int64_t)live->feed.events);
	emit_int(&emit, "compared", (int64_t)live->compared);
	emit_int(&emit, "differ", (int64_t)live->differ);
	emit_int(&emit, "score_or_tags_alone", (int64_t)live->otherwise);
	emit_open(&emit, "changes", '[');
	changes_print_json(&emit, &live->changes);
	emit_close(&emit, ']');
	emit_close(&emit, '}');
	emit_print(&emit, out);
}
