/*
 * How much came.  messages: events that reached their end; early: those that
 * the policy ended before.  recipients: those that were named to us, refused
 * ones too, of messages and of what ended at rcpt.  octets: header and body of
 * messages.  "time" and "week": events of all kinds, in UTC, by what was done.
 */
#include "summary/section.h"

enum { DAYS = SUMMARY_DAYS, HOURS = 24 };

struct state {
	uint64_t	messages, early, addressed, recipients, octets, ours,
			bounces;
	uint64_t	by_verdict[VERDICT_COUNT];
	uint64_t	week[DAYS][HOURS];	/* from Monday on */
	struct hours	hours;
};

const char *const summary_days[SUMMARY_DAYS] = {
	"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"
};

static const enum fact_id facts[] = {
	FACT_ID_RCPT_COUNT, FACT_ID_MESSAGE_SIZE, FACT_COUNT
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	hours_init(&((struct state *)at)->hours, VERDICT_COUNT);
}

static void
drop(void *at)
{
	hours_fini(&((struct state *)at)->hours);
}

static uint64_t
number(const struct seen *seen, enum fact_id id)
{
	const struct fact *fact = facts_get(seen->facts, id);

	return fact->state == FACT_SET && fact->number > 0 &&
	    fact->number < 1e15 ? (uint64_t)fact->number : 0;
}

static int64_t
hour_of(int64_t time_us)
{
	return time_us / 3600 / 1000000;
}

/* 1970 began on a Thursday. */
static unsigned
weekday_of(int64_t hour)
{
	return (unsigned)((hour / HOURS + 3) % DAYS);
}

bool
of_volume_holds(const struct ask *ask, const struct seen *seen)
{
	int64_t hour = hour_of(seen->record->time_us);

	return weekday_of(hour) == ask->number &&
	    (ask->count == 0 || hour % HOURS == ask->more);
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	int64_t hour = hour_of(record->time_us);
	uint64_t rcpts = number(seen, FACT_ID_RCPT_COUNT);
	struct state *state = at;

	if (seen->is_message)
		state->messages++;
	else
		state->early++;
	state->addressed += record->rcpts.count > 0;
	state->recipients += rcpts > record->rcpts.count ? rcpts :
	    record->rcpts.count;
	if (seen->is_message)
		state->octets += number(seen, FACT_ID_MESSAGE_SIZE);
	state->ours += seen->is_ours;
	state->bounces += seen->is_bounce && !seen->is_ours;
	state->by_verdict[seen->verdict]++;
	state->week[weekday_of(hour)][hour % HOURS]++;
	hours_add(&state->hours, record->time_us, seen->verdict);
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->messages += part->messages;
	all->early += part->early;
	all->addressed += part->addressed;
	all->recipients += part->recipients;
	all->octets += part->octets;
	all->ours += part->ours;
	all->bounces += part->bounces;
	for (int i = 0; i < VERDICT_COUNT; i++)
		all->by_verdict[i] += part->by_verdict[i];
	for (int day = 0; day < DAYS; day++)
		for (int hour = 0; hour < HOURS; hour++)
			all->week[day][hour] += part->week[day][hour];
	hours_merge(&all->hours, &part->hours);
}

#define HOUR(n) { #n, #n, SUMMARY_COUNT, NULL }

static void
tell_week(struct builder *out, const struct state *state)
{
	static const struct summary_column columns[] = {
		{ "day", "UTC", SUMMARY_TEXT, NULL },
		HOUR(0), HOUR(1), HOUR(2), HOUR(3), HOUR(4), HOUR(5), HOUR(6),
		HOUR(7), HOUR(8), HOUR(9), HOUR(10), HOUR(11), HOUR(12),
		HOUR(13), HOUR(14), HOUR(15), HOUR(16), HOUR(17), HOUR(18),
		HOUR(19), HOUR(20), HOUR(21), HOUR(22), HOUR(23),
	};
	builder_table(out, "week", "by weekday and hour", SUMMARY_HEAT,
	    COLUMNS_OF(columns));
	for (int day = 0; day < DAYS; day++) {
		struct summary_row *row = builder_row(out);
		struct str name = str_from(summary_days[day]);
		uint64_t sum = 0;

		row_text(out, row, 0, name);
		for (size_t hour = 0; hour < HOURS; hour++) {
			row_count(row, hour + 1, state->week[day][hour]);
			sum += state->week[day][hour];
		}
		row_asks(out, row, "--weekday", name);
		row_lists(row, sum);
	}
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "time", "from (UTC)", SUMMARY_TIME, NULL }, VERDICT_COLUMNS
	};
	static const char *const titles[VERDICT_COUNT] = {
		"accepted", "bypassed", "held (quarantine)", "discarded",
		"put off (tempfail)", "rejected"
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	(void)options;
	builder_count(&out, "messages", "messages", state->messages);
	builder_asks(&out, "--kind", STR("message"));
	builder_count(&out, "early", "ended before a message", state->early);
	builder_asks(&out, "--is", STR("early"));
	builder_count(&out, "recipients", "recipients", state->recipients);
	builder_asks(&out, "--is", STR("addressed"));
	builder_lists(&out, state->addressed);
	builder_octets(&out, "octets", "octets", state->octets);
	builder_asks(&out, "--kind", STR("message"));
	builder_lists(&out, state->messages);
	builder_count(&out, "ours", "from our own users and hosts",
	    state->ours);
	builder_asks(&out, "--is", STR("ours"));
	builder_count(&out, "bounces", "bounces (empty sender)",
	    state->bounces);
	builder_asks(&out, "--is", STR("bounce"));
	for (int i = 0; i < VERDICT_COUNT; i++) {
		const char *name = verdict_name((enum verdict)i);

		builder_count(&out, name, titles[i], state->by_verdict[i]);
		builder_asks(&out, "--verdict", str_from(name));
	}
	hours_table(&out, &state->hours, "time", "in time",
	    COLUMNS_OF(columns));
	if (summary->events > 0)
		tell_week(&out, state);
}

const struct section section_volume = {
	.key = "volume", .title = "Volume",
	.about = "Events of all kinds, by what was done; octets and "
	    "recipients as they came, refused ones too. Bounces are those of "
	    "strangers.",
	.size = sizeof(struct state), .facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
