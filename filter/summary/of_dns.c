/*
 * DNS trouble of checks, by zone: answers that were SERVFAIL, BOGUS or did not
 * come in time.  A zone is the organizational domain of the name that was
 * asked for, by the Public Suffix List; of reverse DNS, the network.
 */
#include "mail/suffix.h"
#include "summary/section.h"

enum { TROUBLE, SERVFAIL, BOGUS, LATE, EVENTS, WIDTH };

struct state {
	uint64_t	answers, trouble, asked, events;
	struct tally	zones;
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->zones, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->zones);
}

/* Without the first count labels. */
static struct str
chop(struct str name, size_t count)
{
	for (; count > 0 && name.len > 0; count--)
		name = str_skip(name, str_chr(name, '.') + 1);
	return name;
}

static struct str
zone_of(struct arena *arena, struct str name)
{
	name = arena_lower(arena, name);
	if (str_ends_nocase(name, STR(".in-addr.arpa")))
		return chop(name, 1);
	if (str_ends_nocase(name, STR(".ip6.arpa")))
		return chop(name, 16);
	return suffix_organizational(arena, name);
}

static int
column_of(struct str status)
{
	return str_eqz(status, "SERVFAIL") ? SERVFAIL :
	    str_eqz(status, "BOGUS") ? BOGUS :
	    str_eqz(status, "TIMEOUT") ? LATE : TROUBLE;
}

bool
of_dns_is_asked(const struct seen *seen)
{
	return seen->record->dns.count > 0;
}

bool
of_dns_is_trouble(const struct seen *seen)
{
	for (size_t i = 0; i < seen->record->dns.count; i++)
		if (column_of(seen->record->dns.at[i].status) != TROUBLE)
			return true;
	return false;
}

bool
of_dns_holds(const struct ask *ask, const struct seen *seen)
{
	for (size_t i = 0; i < seen->record->dns.count; i++) {
		const struct event_dns *dns = &seen->record->dns.at[i];

		if (column_of(dns->status) != TROUBLE && str_eq_nocase(
		    zone_of(seen->arena, dns->name), ask->parts[0]))
			return true;
	}
	return false;
}

static void
event(void *at, const struct seen *seen)
{
	const struct event_record *record = seen->record;
	struct once zones = { .list = { .count = 0 } };
	struct state *state = at;

	state->answers += record->dns.count;
	state->asked += of_dns_is_asked(seen);
	for (size_t i = 0; i < record->dns.count; i++) {
		const struct event_dns *dns = &record->dns.at[i];
		int column = column_of(dns->status);
		struct tally_row *row;
		struct str zone;

		if (column == TROUBLE)
			continue;
		zone = zone_of(seen->arena, dns->name);
		state->trouble++;
		row = tally_at(&state->zones, zone);
		row->counts[TROUBLE]++;
		row->counts[EVENTS] += seen_once(seen->arena, &zones, zone);
		row->counts[column]++;
		tally_note(&state->zones, row, arena_printf(seen->arena,
		    "%.*s %.*s", STR_ARG(dns->name), STR_ARG(dns->type)));
	}
	state->events += zones.list.count > 0;
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->answers += part->answers;
	all->trouble += part->trouble;
	all->asked += part->asked;
	all->events += part->events;
	tally_merge(&all->zones, &part->zones);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[TROUBLE]);
	row_asks(out, row, "--dns-zone", from->name);
	row_lists(row, from->counts[EVENTS]);
	row_count(row, 2, from->counts[SERVFAIL]);
	row_count(row, 3, from->counts[BOGUS]);
	row_count(row, 4, from->counts[LATE]);
	row_text(out, row, 5, from->note);
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "zone", "zone", SUMMARY_TEXT, NULL },
		{ "trouble", "trouble", SUMMARY_COUNT, NULL },
		{ "servfail", "SERVFAIL", SUMMARY_COUNT, NULL },
		{ "bogus", "bogus", SUMMARY_COUNT, NULL },
		{ "late", "too late", SUMMARY_COUNT, NULL },
		{ "question", "such as", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "answers", "answers to what checks asked",
	    state->answers);
	builder_asks(&out, "--is", STR("dns-asked"));
	builder_lists(&out, state->asked);
	builder_count(&out, "trouble", "answers in trouble", state->trouble);
	builder_asks(&out, "--is", STR("dns-trouble"));
	builder_lists(&out, state->events);
	builder_share(&out, "share", "in trouble, of all answers",
	    state->trouble,
	    state->answers);
	builder_asks(&out, "--is", STR("dns-trouble"));
	builder_lists(&out, state->events);
	builder_table(&out, "zones", "by zone", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->zones, options->top, fill);
}

const struct section section_dns = {
	.key = "dns", .title = "DNS trouble",
	.about = "Answers to the questions of checks that were SERVFAIL, not "
	    "proved by DNSSEC though they should be, or too late, by the "
	    "organizational domain of the name, or the network.",
	.size = sizeof(struct state), .parts = EVENT_PART_FIGURES,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
