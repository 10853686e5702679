/*
 * What was read.  "hosts": events, the first and the last of each; back: how
 * often its clock went back by more than a second from one event to the next
 * of the same file, furthest: by how much at most.  Events of several hosts in
 * one file are compared host by host; a store sorts by time, so that there a
 * clock cannot be seen.
 */
#include <inttypes.h>

#include "base/limits.h"
#include "summary/section.h"

enum { BACK_US = 1000000 };

struct host {
	struct str	name;
	int64_t		first_us, last_us;	/* of all */
	int64_t		begin_us, end_us;	/* as they stand in the file;
						 * 0: none since source() */
	uint64_t	events, back, furthest_us;
};

struct state {
	struct arena		*arena;
	VEC(struct host)	 hosts;		/* the rest: as "(others)" */
	uint64_t		 hidden, monitor;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	((struct state *)at)->arena = arena_new();
}

static void
drop(void *at)
{
	arena_free(((struct state *)at)->arena);
}

static struct host *
find(struct state *state, struct str name)
{
	for (size_t i = 0; i < state->hosts.count; i++)
		if (str_eq(state->hosts.at[i].name, name))
			return &state->hosts.at[i];
	if (state->hosts.count >= LIMIT_SUMMARY_HOSTS &&
	    !str_eqz(name, "(others)"))
		return find(state, STR("(others)"));
	VEC_PUSH(state->arena, &state->hosts, (struct host){
	    .name = arena_copy(state->arena, name) });
	return &state->hosts.at[state->hosts.count - 1];
}

static void
note_time(struct host *host, int64_t first_us, int64_t last_us)
{
	if (host->first_us == 0 || first_us < host->first_us)
		host->first_us = first_us;
	if (last_us > host->last_us)
		host->last_us = last_us;
}

/* The next one of this host in the file. */
static void
step(struct host *host, int64_t time_us)
{
	int64_t back_us = host->end_us - time_us;

	if (host->end_us == 0 || back_us <= BACK_US)
		return;
	host->back++;
	if ((uint64_t)back_us > host->furthest_us)
		host->furthest_us = (uint64_t)back_us;
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	struct state *state = at;
	struct host *host = find(state, record->host);

	host->events++;
	note_time(host, record->time_us, record->time_us);
	step(host, record->time_us);
	if (host->begin_us == 0)
		host->begin_us = record->time_us;
	host->end_us = record->time_us;
	state->hidden += record->privacy != 0;
	state->monitor += record->monitor;
}

static void
source(void *at)
{
	struct state *state = at;

	for (size_t i = 0; i < state->hosts.count; i++)
		state->hosts.at[i].end_us = 0;
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	for (size_t i = 0; i < part->hosts.count; i++) {
		const struct host *other = &part->hosts.at[i];
		struct host *host = find(all, other->name);

		host->events += other->events;
		host->back += other->back;
		if (other->furthest_us > host->furthest_us)
			host->furthest_us = other->furthest_us;
		note_time(host, other->first_us, other->last_us);
		step(host, other->begin_us);
		host->end_us = other->end_us;
	}
	all->hidden += part->hidden;
	all->monitor += part->monitor;
}

static void
tell_faults(struct builder *out, const struct event_feed_count *feed)
{
	for (int i = 0; i < EVENT_FAULT_COUNT; i++)
		if (feed->faults[i].count > 0)
			builder_note(out, "%" PRIu64 " of %" PRIu64 " lines "
			    "left out: %s, first %s:%" PRIu64,
			    feed->faults[i].count, feed->lines,
			    event_fault_name((enum event_fault)i),
			    feed->faults[i].file, feed->faults[i].line);
	if (feed->unread > 0)
		builder_note(out, "%" PRIu64 " not read to the end, first %s: "
		    "%s", feed->unread, feed->unread_file, feed->unread_why);
}

static void
tell_hosts(struct builder *out, const struct state *state)
{
	static const struct summary_column columns[] = {
		{ "host", "host", SUMMARY_TEXT, NULL },
		{ "events", "events", SUMMARY_COUNT, NULL },
		{ "first", "first", SUMMARY_TIME, NULL },
		{ "last", "last", SUMMARY_TIME, NULL },
		{ "back", "clock back", SUMMARY_COUNT, NULL },
		{ "furthest", "by at most", SUMMARY_SPAN, NULL },
	};

	builder_table(out, "hosts", "hosts", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	for (size_t i = 0; i < state->hosts.count; i++) {
		const struct host *host = &state->hosts.at[i];
		struct summary_row *row = builder_row(out);

		row_text(out, row, 0, host->name);
		row_count(row, 1, host->events);
		row->values[2].us = host->first_us;
		row->values[3].us = host->last_us;
		row_count(row, 4, host->back);
		row->values[5] = (struct summary_value){
		    .none = host->back == 0,
		    .us = (int64_t)host->furthest_us };
		if (i < LIMIT_SUMMARY_HOSTS)
			row_asks(out, row, "--host", host->name.len > 0 ?
			    host->name : STR("-"));
		row_lists(row, host->events);
	}
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	struct builder out = builder_of(summary, section);
	const struct state *state = at;
	uint64_t broken = 0, back = 0;

	(void)options;
	for (int i = 0; i < EVENT_FAULT_COUNT; i++)
		broken += summary->feed.faults[i].count;
	for (size_t i = 0; i < state->hosts.count; i++)
		back += state->hosts.at[i].back;
	builder_count(&out, "events", "events", summary->events);
	builder_asks(&out, NULL, STR_NONE);
	builder_time(&out, "first", "the first", summary->first_us);
	builder_time(&out, "last", "the last", summary->last_us);
	builder_count(&out, "twice", "came twice, counted once",
	    summary->twice);
	builder_count(&out, "left_out", "lines left out", broken);
	builder_count(&out, "clock_back", "clocks went back", back);
	builder_count(&out, "monitor", "in monitor mode", state->monitor);
	builder_asks(&out, "--is", STR("monitored"));
	builder_count(&out, "hidden", "with hidden names", state->hidden);
	builder_asks(&out, "--is", STR("hidden"));
	tell_hosts(&out, state);
	tell_faults(&out, &summary->feed);
	if (back > 0)
		builder_note(&out, "a clock that goes back dates events "
		    "wrongly: figures in time count them where they say "
		    "they were");
	if (summary->ids_full)
		builder_note(&out, "too many events to know all of them: past "
		    "%d, those of two sources are counted twice",
		    LIMIT_SUMMARY_IDS);
}

const struct section section_sources = {
	.key = "sources", .title = "What was read",
	.about = "Events are counted once, whatever sources they are in. A "
	    "clock went back where an event is dated more than a second "
	    "before the one above it, of the same host in the same file.",
	.size = sizeof(struct state),
	.begin = begin, .event = event, .source = source, .merge = merge,
	.end = end, .drop = drop,
};
