#include "dnslist/lists.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"
#include "dnslist/probe.h"
#include "metrics/series.h"

enum state { STATE_NEW, STATE_ON, STATE_OFF };

/* In the metrics: up, times off, and answers by enum listing. */
enum { IN_UP, IN_OFF, IN_ANSWERS, IN_COUNT = IN_ANSWERS + LISTING_TROUBLE + 1 };

static const struct {
	enum metric metric;
	const char *answer;
} shown[IN_COUNT] = {
	[IN_UP] = { METRIC_ID_LIST_UP, NULL },
	[IN_OFF] = { METRIC_ID_LIST_OFF, NULL },
	[IN_ANSWERS + LISTING_NO] = { METRIC_ID_LIST_ANSWERS, "unlisted" },
	[IN_ANSWERS + LISTING_YES] = { METRIC_ID_LIST_ANSWERS, "listed" },
	[IN_ANSWERS + LISTING_WRONG] = { METRIC_ID_LIST_ANSWERS, "wrong" },
	[IN_ANSWERS + LISTING_TROUBLE] = { METRIC_ID_LIST_ANSWERS,
	    "trouble" },
};

struct zone {
	struct lists		*lists;
	struct zone		*next;
	struct str		 name;
	unsigned		 subjects, probed;	/* the test's */
	bool			 untested;
	enum state		 state;
	const char		*why;		/* OFF */
	bool			 testing, no_ipv6_told;
	uint64_t		 due_ms;	/* the next test, or the end of
						 * its time off */
	unsigned		 troubles;	/* in a row */
	struct list_counts	 counts;
	struct series		*in[IN_COUNT];
	struct strand_task	 task;		/* starts the test */
	struct probe		 probe;		/* the strand's */
};

struct lists {
	struct lists_options	 options;
	struct arena		*arena;		/* mutex */
	struct strand		*strand;
	pthread_mutex_t		 mutex;		/* of all but the probes */
	struct zone		*first, **last;
	size_t			 count;
};

static void run_test(struct strand_task *task);
static void tested(void *ctx, const struct probe_result *result);

struct lists *
lists_new(const struct lists_options *options)
{
	struct arena *arena = arena_new();
	struct lists *lists = arena_alloc(arena, sizeof(*lists));

	lists->options = *options;
	if (lists->options.now_ms == NULL)
		lists->options.now_ms = clock_ms;
	lists->arena = arena;
	lists->strand = strand_new();
	lists->last = &lists->first;
	pthread_mutex_init(&lists->mutex, NULL);
	return lists;
}

void
lists_free(struct lists *lists)
{
	struct strand *strand;

	if (lists == NULL)
		return;
	strand = lists->strand;
	strand_enter(strand);
	for (struct zone *zone = lists->first; zone; zone = zone->next) {
		strand_unpost(strand, &zone->task);
		probe_fini(&zone->probe);
		for (int i = 0; i < IN_COUNT; i++)
			series_put(zone->in[i]);
	}
	strand_leave(strand);
	strand_unref(strand);
	pthread_mutex_destroy(&lists->mutex);
	arena_free(lists->arena);
}

/* The next three hold the mutex. */

static struct zone *
find(const struct lists *lists, struct str name)
{
	for (struct zone *zone = lists->first; zone; zone = zone->next)
		if (domain_equal(zone->name, name))
			return zone;
	return NULL;
}

/* said: an address of an answer that told of it, or "" */
static void
go_off(struct zone *zone, const char *why, struct str said, uint64_t for_ms)
{
	zone->due_ms = zone->lists->options.now_ms() + for_ms;
	zone->troubles = 0;
	zone->why = why;
	if (zone->state == STATE_OFF)
		return;
	zone->state = STATE_OFF;
	zone->counts.times_off++;
	series_add(zone->in[IN_OFF], 1);
	series_set(zone->in[IN_UP], 0);
	log_error("DNS list %.*s is off for %u min, what it says is unknown: "
	    "%s%s%.*s", STR_ARG(zone->name), (unsigned)(for_ms / 60000), why,
	    said.len > 0 ? ": " : "", STR_ARG(said));
}

static void
go_on(struct zone *zone)
{
	if (zone->state == STATE_OFF)
		log_warn("DNS list %.*s is on again", STR_ARG(zone->name));
	zone->state = STATE_ON;
	series_set(zone->in[IN_UP], 1);
	zone->troubles = 0;
	zone->due_ms = zone->lists->options.now_ms() + LISTS_RETEST_MS;
}

/* True: start it, without the mutex. */
static bool
wants_test(struct zone *zone)
{
	if (zone->testing ||
	    (zone->state != STATE_NEW &&
	    zone->lists->options.now_ms() < zone->due_ms))
		return false;
	if (zone->untested) {
		go_on(zone);
		return false;
	}
	zone->testing = true;
	return true;
}

static void
start_test(struct zone *zone)
{
	zone->task.run = run_test;
	strand_post(zone->lists->strand, &zone->task);
}

static void
run_test(struct strand_task *task)
{
	struct zone *zone = (struct zone *)((char *)task -
	    offsetof(struct zone, task));
	struct lists *lists = zone->lists;
	unsigned subjects;

	pthread_mutex_lock(&lists->mutex);
	subjects = zone->probed = zone->subjects;
	pthread_mutex_unlock(&lists->mutex);
	probe_start(&zone->probe, &(struct probe_options){
	    .dns = lists->options.dns, .strand = lists->strand,
	    .zone = zone->name, .addresses = subjects & LISTS_OF_ADDRESSES,
	    .domains = subjects & LISTS_OF_DOMAINS,
	    .deadline_ms = clock_ms() + lists->options.timeout_ms },
	    tested, zone);
}

static void
tested(void *ctx, const struct probe_result *result)
{
	struct zone *zone = ctx;
	struct lists *lists = zone->lists;

	pthread_mutex_lock(&lists->mutex);
	zone->testing = false;
	if (result->verdict == LISTING_YES) {
		zone->counts.tested = true;
		go_on(zone);
		if (zone->subjects != zone->probed)
			zone->due_ms = 0;
	} else {
		go_off(zone, result->why, STR_NONE,
		    result->verdict == LISTING_TROUBLE ? LISTS_TROUBLE_MS :
		    LISTS_WRONG_MS);
	}
	if (result->no_ipv6 && !zone->no_ipv6_told) {
		zone->no_ipv6_told = true;
		log_info("DNS list %.*s does not list ::ffff:7f00:2: it may "
		    "know no IPv6 addresses", STR_ARG(zone->name));
	}
	pthread_mutex_unlock(&lists->mutex);
}

static void
show(struct zone *zone)
{
	for (int i = 0; i < IN_COUNT; i++) {
		const struct series_label labels[] = {
			{ "list", zone->name },
			{ "answer", str_from(shown[i].answer) }
		};

		zone->in[i] = series_get(shown[i].metric, labels,
		    shown[i].answer == NULL ? 1 : 2);
	}
}

static struct zone *
add(struct lists *lists, struct str name)
{
	struct zone *zone = arena_alloc(lists->arena, sizeof(*zone));

	zone->lists = lists;
	zone->name = arena_lower(lists->arena, domain_chop_dot(name));
	zone->counts.zone = zone->name;
	show(zone);
	zone->why = "it is not tested yet";
	*lists->last = zone;
	lists->last = &zone->next;
	lists->count++;
	return zone;
}

void
lists_add(struct lists *lists, struct str name, unsigned subjects,
    bool untested)
{
	struct zone *zone;
	bool start = false;

	pthread_mutex_lock(&lists->mutex);
	zone = find(lists, name);
	if (zone == NULL && lists->count < LIMIT_DNS_LISTS)
		zone = add(lists, name);
	if (zone != NULL) {
		if ((subjects & ~zone->subjects) != 0)
			zone->due_ms = 0;
		zone->subjects |= subjects;
		zone->untested = untested;
		start = wants_test(zone);
	}
	pthread_mutex_unlock(&lists->mutex);
	if (start)
		start_test(zone);
}

bool
lists_believes(struct lists *lists, struct str name, const char **why_out)
{
	struct zone *zone;
	bool start, believed;

	pthread_mutex_lock(&lists->mutex);
	zone = find(lists, name);
	start = zone != NULL && wants_test(zone);
	believed = zone == NULL || zone->state == STATE_ON;
	if (!believed)
		*why_out = zone->why;
	pthread_mutex_unlock(&lists->mutex);
	if (start)
		start_test(zone);
	return believed;
}

static void
count(struct zone *zone, const struct dns_answer *answer)
{
	char text[IP_TEXT_MAX];
	enum listing verdict = listing_of(answer);

	series_add(zone->in[IN_ANSWERS + verdict], 1);
	if (verdict != LISTING_TROUBLE)
		zone->troubles = 0;
	switch (verdict) {
	case LISTING_NO:
		zone->counts.unlisted++;
		break;
	case LISTING_YES:
		zone->counts.listed++;
		break;
	case LISTING_WRONG:
		zone->counts.wrong++;
		/* A reason for each time off, not for each answer. */
		if (zone->state != STATE_OFF)
			go_off(zone, "it answers what is no listing",
			    ip_format(listing_wrong(answer), text),
			    LISTS_WRONG_MS);
		break;
	case LISTING_TROUBLE:
		zone->counts.trouble++;
		if (++zone->troubles >= LISTS_TROUBLES &&
		    zone->state == STATE_ON)
			go_off(zone, "it does not answer", STR_NONE,
			    LISTS_TROUBLE_MS);
		break;
	}
}

void
lists_note(struct lists *lists, struct str name,
    const struct dns_answer *answer)
{
	struct zone *zone;

	pthread_mutex_lock(&lists->mutex);
	zone = find(lists, name);
	if (zone != NULL)
		count(zone, answer);
	pthread_mutex_unlock(&lists->mutex);
}

bool
lists_counts(struct lists *lists, size_t n, struct list_counts *out)
{
	struct zone *zone;

	pthread_mutex_lock(&lists->mutex);
	zone = lists->first;
	while (zone != NULL && n-- > 0)
		zone = zone->next;
	if (zone != NULL) {
		*out = zone->counts;
		out->off = zone->state == STATE_OFF;
	}
	pthread_mutex_unlock(&lists->mutex);
	return zone != NULL;
}
