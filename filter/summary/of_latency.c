/*
 * How long it took.  "took": from MAIL to the end of a message (as the MTA and
 * the client took it, too), and of each check from its start to its end,
 * whether anybody waited or not.  "waits": how long the MTA was kept waiting
 * for a check, the store, DNS lists or signing, where it was; for a message
 * all of them together.  Percentiles are up to 1/16 too high.
 *
 * A check of the connection or of HELO is in the event of every message that
 * came over it: each time it is counted.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "summary/section.h"
#include "base/spread.h"

enum { NAMES_MAX = 64 };	/* checks, and what else is waited for */

struct of_name {
	struct str	name;
	bool		is_wait;
	uint64_t	unfinished;
	struct spread	spread;
};

struct state {
	struct arena		*arena;
	VEC(struct of_name *)	 names;
	uint64_t		 left_out[2];	/* times; [1]: waits */
};

static const char messages[] = "messages";

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	((struct state *)at)->arena = arena_new_work();
}

static void
drop(void *at)
{
	arena_free(((struct state *)at)->arena);
}

/* NULL: a log with more names than there are checks. */
static struct of_name *
find(struct state *state, struct str name, bool is_wait)
{
	struct of_name *found;

	for (size_t i = 0; i < state->names.count; i++)
		if (state->names.at[i]->is_wait == is_wait &&
		    str_eq(state->names.at[i]->name, name))
			return state->names.at[i];
	if (state->names.count == NAMES_MAX)
		return NULL;
	found = arena_alloc(state->arena, sizeof(*found));
	found->name = arena_copy(state->arena, name);
	found->is_wait = is_wait;
	VEC_PUSH(state->arena, &state->names, found);
	return found;
}

static void
add(struct state *state, struct str name, bool is_wait, uint64_t us)
{
	struct of_name *found = find(state, name, is_wait);

	if (found != NULL)
		spread_add(&found->spread, us);
	else
		state->left_out[is_wait]++;
}

static uint64_t
add_check(struct state *state, const struct event_check_record *check)
{
	struct of_name *found = find(state, check->name, false);

	if (found != NULL) {
		spread_add(&found->spread, check->took_us);
		found->unfinished += !check->finished;
	} else {
		state->left_out[false]++;
	}
	if (check->waited_us > 0)
		add(state, check->name, true, check->waited_us);
	return check->waited_us;
}

/* Of the check, or of the message, where that was waited for at all. */
static uint64_t
waited(const struct event_figures *figures, struct str name)
{
	uint64_t sum_us = 0;

	for (size_t i = 0; i < figures->checks.count; i++)
		if (name.len == 0 || str_eq(figures->checks.at[i].name, name))
			sum_us += figures->checks.at[i].waited_us;
	for (size_t i = 0; i < figures->waits.count; i++)
		if (name.len == 0 || str_eq(figures->waits.at[i].name, name))
			sum_us += figures->waits.at[i].waited_us;
	return sum_us;
}

static bool
took(const struct event_figures *figures, const struct ask *ask)
{
	for (size_t i = 0; i < figures->checks.count; i++)
		if (str_eq(figures->checks.at[i].name, ask->parts[0]) &&
		    figures->checks.at[i].took_us >= ask->number)
			return true;
	return false;
}

bool
of_latency_holds(const struct ask *ask, const struct seen *seen)
{
	const struct event_figures *figures = &seen->record->figures;
	struct str name = ask->count == 0 ? STR_NONE : ask->parts[0];
	uint64_t waited_us;

	if (name.len == 0 && !seen->is_message)
		return false;
	if (ask->kind == ASK_TOOK)
		return name.len == 0 ? figures->took_us >= ask->number :
		    took(figures, ask);
	waited_us = waited(figures, name);
	return waited_us > 0 && waited_us >= ask->number;
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_figures *figures = &seen->record->figures;
	uint64_t waited_us = 0;
	struct state *state = at;

	for (size_t i = 0; i < figures->checks.count; i++)
		waited_us += add_check(state, &figures->checks.at[i]);
	for (size_t i = 0; i < figures->waits.count; i++) {
		const struct event_check_record *wait = &figures->waits.at[i];

		waited_us += wait->waited_us;
		add(state, wait->name, true, wait->waited_us);
	}
	if (!seen->is_message)
		return;
	add(state, str_from(messages), false, figures->took_us);
	if (waited_us > 0)
		add(state, str_from(messages), true, waited_us);
}

static void
merge(void *at, const void *from)
{
	const struct state *part = from;
	struct state *all = at;

	all->left_out[false] += part->left_out[false];
	all->left_out[true] += part->left_out[true];
	for (size_t i = 0; i < part->names.count; i++) {
		const struct of_name *other = part->names.at[i];
		struct of_name *found = find(all, other->name,
		    other->is_wait);

		if (found == NULL) {
			all->left_out[other->is_wait] += other->spread.count;
			continue;
		}
		found->unfinished += other->unfinished;
		spread_merge(&found->spread, &other->spread);
	}
}

/* Messages first, then what took longest in all. */
static int
compare(const void *a, const void *b)
{
	const struct of_name *x = *(const struct of_name *const *)a;
	const struct of_name *y = *(const struct of_name *const *)b;
	bool x_first = str_eqz(x->name, messages);
	bool y_first = str_eqz(y->name, messages);

	if (x_first != y_first)
		return x_first ? -1 : 1;
	if (x->spread.sum_us != y->spread.sum_us)
		return x->spread.sum_us > y->spread.sum_us ? -1 : 1;
	return str_cmp(x->name, y->name);
}

/* The slowest twentieth, as far as classes of spans tell them apart. */
static void
asks_slowest(struct builder *out, struct summary_row *row,
    const struct of_name *of)
{
	uint64_t count, least_us = spread_slowest(&of->spread, 95, &count);
	struct str span = arena_printf(out->arena, "%" PRIu64 "us", least_us);

	row_asks(out, row, of->is_wait ? "--waited" : "--took",
	    str_eqz(of->name, messages) ? span : arena_printf(out->arena,
	    "%.*s:%.*s", STR_ARG(of->name), STR_ARG(span)));
	row_lists(row, count);
}

static void
tell(struct builder *out, const struct state *state, bool is_wait)
{
	static const unsigned percents[] = { 50, 90, 95, 99 };
	size_t count = state->names.count;
	const struct of_name **names = arena_alloc(out->arena,
	    (count + 1) * sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = state->names.at[i];
	out->table->rest.count = state->left_out[is_wait];
	if (count > 1)
		qsort(names, count, sizeof(*names), compare);
	for (size_t i = 0; i < count; i++) {
		const struct spread *spread = &names[i]->spread;
		struct summary_row *row;

		if (names[i]->is_wait != is_wait)
			continue;
		row = builder_row(out);
		row_text(out, row, 0, names[i]->name);
		row_count(row, 1, spread->count);
		for (size_t k = 0; k < 4; k++)
			row->values[2 + k].us = (int64_t)spread_percentile(
			    spread, percents[k]);
		row->values[6].us = (int64_t)spread->max_us;
		row->values[7].us = (int64_t)spread->sum_us;
		if (!is_wait)
			row_count(row, 8, names[i]->unfinished);
		asks_slowest(out, row, names[i]);
	}
}

#define COLUMNS(name, what)						\
	{ "name", name, SUMMARY_TEXT, NULL },				\
	{ "count", what, SUMMARY_COUNT, NULL },				\
	{ "p50", "50 %", SUMMARY_SPAN, NULL },				\
	{ "p90", "90 %", SUMMARY_SPAN, NULL },				\
	{ "p95", "95 %", SUMMARY_SPAN, NULL },				\
	{ "p99", "99 %", SUMMARY_SPAN, NULL },				\
	{ "max", "longest", SUMMARY_SPAN, NULL },			\
	{ "sum", "in all", SUMMARY_SPAN, NULL }

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column took[] = {
		COLUMNS("took", "times"),
		{ "unfinished", "unfinished", SUMMARY_COUNT, NULL },
	};
	static const struct summary_column waits[] = {
		COLUMNS("waited for", "times")
	};
	struct builder out = builder_of(summary, section);

	(void)options;
	builder_table(&out, "took", "how long it took", SUMMARY_PERCENTILES,
	    COLUMNS_OF(took));
	tell(&out, at, false);
	builder_table(&out, "waits", "what the MTA waited for",
	    SUMMARY_PERCENTILES, COLUMNS_OF(waits));
	tell(&out, at, true);
}

const struct section section_latency = {
	.key = "latency", .title = "Latency",
	.about = "Messages from MAIL to their end, and checks from their "
	    "start to theirs; below, what the MTA was kept waiting for. "
	    "Percentiles are at most 1/16 too high. A check of the connection "
	    "counts in each of its messages.",
	.size = sizeof(struct state), .parts = EVENT_PART_FIGURES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
