/*
 * From events to a summary: each batch of them has a state of every section,
 * which are merged in the order of the logs.
 */
#include <string.h>

#include "base/ensure.h"
#include "summary/ids.h"
#include "summary/section.h"

/* The states of all sections; of a batch, or the whole. */
struct states {
	struct arena	*arena;
	void		*of[SUMMARY_SECTIONS_MAX];
	uint64_t	 events, twice;
	int64_t		 first_us, last_us;
};

struct summary_collect {
	struct summary_options	 options;
	struct event_want	 want;
	bool			 facts[FACT_COUNT];
	struct states		 all;
	struct ids		*ids;		/* NULL: of one source */
	struct event_feed_count	 feed;
	/* Of summary_line(): */
	struct event_record	*record;
	struct arena		*scratch;
};

/* ---- states ---- */

static void
states_init(struct states *states, struct arena *arena,
    const struct summary_options *options)
{
	ensure(section_count <= SUMMARY_SECTIONS_MAX);
	*states = (struct states){ .arena = arena };
	for (size_t i = 0; i < section_count; i++) {
		states->of[i] = arena_alloc(arena, section_table[i]->size);
		section_table[i]->begin(states->of[i], options);
	}
}

static void
states_fini(struct states *states)
{
	for (size_t i = 0; i < section_count; i++)
		if (section_table[i]->drop != NULL)
			section_table[i]->drop(states->of[i]);
}

static void
note_time(struct states *states, int64_t first_us, int64_t last_us)
{
	if (states->first_us == 0 || first_us < states->first_us)
		states->first_us = first_us;
	if (last_us > states->last_us)
		states->last_us = last_us;
}

static void
states_event(struct states *states, const struct summary_collect *collect,
    const struct event_record *record, struct arena *arena)
{
	struct seen seen;

	if (collect->ids != NULL && !ids_add(collect->ids, record->id)) {
		states->twice++;
		return;
	}
	states->events++;
	note_time(states, record->time_us, record->time_us);
	seen_make(&seen, record, &collect->options, arena);
	for (size_t i = 0; i < section_count; i++)
		section_table[i]->event(states->of[i], &seen);
}

static void
states_merge(struct states *all, const struct states *part)
{
	all->events += part->events;
	all->twice += part->twice;
	if (part->events > 0)
		note_time(all, part->first_us, part->last_us);
	for (size_t i = 0; i < section_count; i++)
		section_table[i]->merge(all->of[i], part->of[i]);
}

/* ---- the feed ---- */

static void *
begin(void *ctx)
{
	const struct summary_collect *collect = ctx;
	struct arena *arena = arena_new_work();
	struct states *states = arena_alloc(arena, sizeof(*states));

	states_init(states, arena, &collect->options);
	return states;
}

static void
take_event(void *ctx, void *part, const struct event_record *record,
    struct arena *arena)
{
	states_event(part, ctx, record, arena);
}

static void
take_source(void *ctx)
{
	struct summary_collect *collect = ctx;

	for (size_t i = 0; i < section_count; i++)
		if (section_table[i]->source != NULL)
			section_table[i]->source(collect->all.of[i]);
}

static void
merge(void *ctx, void *part)
{
	struct summary_collect *collect = ctx;
	struct states *states = part;
	struct arena *arena = states->arena;

	states_merge(&collect->all, states);
	states_fini(states);
	arena_free(arena);
}

/* ---- what is wanted ---- */

static void
want_facts(bool *wanted, const enum fact_id *facts)
{
	for (; facts != NULL && *facts != FACT_COUNT; facts++)
		wanted[*facts] = true;
}

static void
want_parts(struct summary_collect *collect)
{
	const struct event_logs *logs = &collect->options.logs;

	collect->want = (struct event_want){ .facts = collect->facts,
	    .since_us = logs->since_us, .until_us = logs->until_us };
	want_facts(collect->facts, seen_facts);
	for (size_t i = 0; i < section_count; i++) {
		collect->want.parts |= section_table[i]->parts;
		want_facts(collect->facts, section_table[i]->facts);
	}
}

struct summary_collect *
summary_new(const struct summary_options *options, struct arena *arena)
{
	struct summary_collect *collect = arena_alloc(arena,
	    sizeof(*collect));
	const char *const *paths = options->logs.paths;

	collect->options = *options;
	want_parts(collect);
	states_init(&collect->all, arena, &collect->options);
	if (paths != NULL && paths[0] != NULL && paths[1] != NULL)
		collect->ids = ids_new(arena);
	collect->scratch = arena_new();
	collect->record = arena_alloc(arena, sizeof(*collect->record));
	return collect;
}

void
summary_free(struct summary_collect *collect)
{
	states_fini(&collect->all);
	ids_free(collect->ids);
	arena_free(collect->scratch);
}

void
summary_read(struct summary_collect *collect)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    take_source };
	struct event_feed feed = { .logs = collect->options.logs,
	    .want = collect->want, .ops = &ops, .ctx = collect };

	event_feed_run(&feed, &collect->feed);
	for (size_t i = 0; i < section_count; i++)
		if (section_table[i]->finish != NULL)
			section_table[i]->finish(collect->all.of[i]);
}

bool
summary_line(struct summary_collect *collect, struct str line)
{
	bool is_event;
	struct states *part;

	collect->feed.lines++;
	is_event = event_read(line, &collect->want, collect->scratch,
	    collect->record) == EVENT_READ_OK;
	if (is_event) {
		part = begin(collect);
		states_event(part, collect, collect->record,
		    collect->scratch);
		merge(collect, part);
		collect->feed.events++;
	}
	arena_reset(collect->scratch);
	return is_event;
}

/* ---- the figures ---- */

static void
drop_empty(struct summary_section *section)
{
	size_t kept = 0;

	for (size_t i = 0; i < section->tables.count; i++)
		if (section->tables.at[i].rows.count > 0)
			section->tables.at[kept++] = section->tables.at[i];
	section->tables.count = kept;
}

void
summary_tell(const struct summary_collect *collect, struct arena *arena,
    struct summary *summary_out)
{
	const struct summary_options *options = &collect->options;

	*summary_out = (struct summary){ .arena = arena,
	    .since_us = options->logs.since_us,
	    .until_us = options->logs.until_us,
	    .first_us = collect->all.first_us,
	    .last_us = collect->all.last_us, .events = collect->all.events,
	    .twice = collect->all.twice, .ids_full = ids_full(collect->ids),
	    .feed = collect->feed,
	    .sources = options->named ? options->logs.paths : NULL,
	    .mail_logs = options->mail_logs,
	    .mail_log_year = options->mail_log_year,
	    .joined = options->logs.paths[0] != NULL,
	    .config = options->config, .own = options->own,
	    .own_count = options->own_named,
	    .section_count = section_count,
	    .sections = arena_alloc(arena, section_count *
	    sizeof(*summary_out->sections)) };
	for (size_t i = 0; i < section_count; i++) {
		struct summary_section *section = &summary_out->sections[i];

		section->key = section_table[i]->key;
		section->title = section_table[i]->title;
		section->about = section_table[i]->about;
		section_table[i]->end(collect->all.of[i], summary_out,
		    options, section);
		drop_empty(section);
	}
}
