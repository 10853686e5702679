#include "reporting/collect.h"

#include <errno.h>

struct run {
	const struct collect_options	*options;
	struct rollup			*rollup;
	struct collected		*out;
	int				 error;		/* errno, or 0 */
};

/* What one batch of lines comes to. */
struct part {
	struct arena		*arena;
	VEC(struct rollup_item)	 items;
	uint64_t		 fates[ROW_FATES];
};

static void *
begin(void *ctx)
{
	struct arena *arena = arena_new_work();
	struct part *part = arena_alloc(arena, sizeof(*part));

	(void)ctx;
	part->arena = arena;
	return part;
}

static void
take_event(void *ctx, void *into, const struct event_record *record,
    struct arena *arena)
{
	const struct run *run = ctx;
	struct part *part = into;
	struct row_items items;

	part->fates[row_of_event(record, run->options->report_from, arena,
	    &items)]++;
	for (size_t i = 0; i < items.items.count; i++) {
		struct rollup_item item = items.items.at[i];

		item.key = arena_copy(part->arena, item.key);
		item.detail = arena_copy(part->arena, item.detail);
		VEC_PUSH(part->arena, &part->items, item);
	}
}

static void
merge(void *ctx, void *from)
{
	struct part *part = from;
	struct run *run = ctx;

	for (int i = 0; i < ROW_FATES; i++)
		run->out->fates[i] += part->fates[i];
	for (size_t i = 0; i < part->items.count && run->error == 0; i++)
		if (!rollup_add(run->rollup, &part->items.at[i]))
			run->error = errno;
	arena_free(part->arena);
}

bool
collect(const struct collect_options *options, struct rollup *rollup,
    struct collected *out)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL };
	struct run run = { options, rollup, out, 0 };
	const struct event_feed feed = { .logs = options->logs,
	    .want = { .parts = EVENT_PART_DMARC, .facts = row_facts() },
	    .ops = &ops, .ctx = &run };

	*out = (struct collected){ .fates = { 0 } };
	event_feed_run(&feed, &out->feed);
	errno = run.error;
	return run.error == 0;
}
