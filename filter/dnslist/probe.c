#include "dnslist/probe.h"

#include <string.h>

#include "dnslist/query.h"

/* Each list has these and must not have those. */
static const struct {
	struct ip	 ip;
	const char	*domain;	/* or NULL: the address */
	bool		 listed;
	bool		 optional;	/* many lists know IPv4 alone */
	const char	*wrong;
} points[PROBE_POINTS] = {
	{ { IP_V4, { 127, 0, 0, 2 } }, NULL, true, false,
	    "it does not list 127.0.0.2, its test entry" },
	{ { IP_V4, { 127, 0, 0, 1 } }, NULL, false, false,
	    "it lists 127.0.0.1, which no list may" },
	{ { IP_V6, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 2 } },
	    NULL, true, true, "" },
	{ { IP_V6, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1 } },
	    NULL, false, true, "it lists ::ffff:7f00:1, which no list may" },
	{ { IP_NONE, { 0 } }, "test", true, false,
	    "it does not list TEST, its test entry" },
	{ { IP_NONE, { 0 } }, "invalid", false, false,
	    "it lists INVALID, which no list may" },
};

static const char wrong_answer[] =
    "its test entries have answers that are no listings";

static void
judge(const struct probe *probe, struct probe_result *result)
{
	*result = (struct probe_result){ .verdict = LISTING_YES };
	for (int i = 0; i < PROBE_POINTS; i++) {
		const struct probe_point *point = &probe->points[i];
		bool yes = point->verdict == LISTING_YES;

		if (!point->asked)
			continue;
		if (point->verdict == LISTING_WRONG) {
			result->verdict = LISTING_WRONG;
			result->why = wrong_answer;
			return;
		}
		if (point->verdict == LISTING_TROUBLE) {
			if (points[i].optional)
				continue;
			result->verdict = LISTING_TROUBLE;
			result->why = "its test entries cannot be looked up";
		} else if (yes != points[i].listed) {
			if (points[i].listed && points[i].optional) {
				result->no_ipv6 = true;
				continue;
			}
			result->verdict = LISTING_WRONG;
			result->why = points[i].wrong;
			return;
		}
	}
}

static void
answered(void *ctx, const struct dns_answer *answer)
{
	struct probe_point *point = ctx;
	struct probe *probe = point->probe;
	struct probe_result result;

	point->lookup = NULL;
	point->verdict = listing_of(answer);
	if (--probe->pending > 0)
		return;
	judge(probe, &result);
	probe_fini(probe);
	probe->done(probe->ctx, &result);
}

static void
ask(struct probe *probe, int i)
{
	struct probe_point *point = &probe->points[i];
	struct arena *arena = probe->arena;
	struct str zone = probe->options.zone;
	struct str name = points[i].domain != NULL ?
	    arena_printf(arena, "%s.%.*s", points[i].domain, STR_ARG(zone)) :
	    query_of_ip(arena, &points[i].ip, zone);

	point->probe = probe;
	point->asked = true;
	probe->pending++;
	point->lookup = lookup_start(probe->options.dns,
	    probe->options.strand, name, DNS_A, probe->options.deadline_ms,
	    answered, point);
}

void
probe_start(struct probe *probe, const struct probe_options *options,
    probe_done_fn *done, void *ctx)
{
	*probe = (struct probe){ .options = *options, .done = done,
	    .ctx = ctx, .arena = arena_new() };
	for (int i = 0; i < PROBE_POINTS; i++)
		if (points[i].domain != NULL ? options->domains :
		    options->addresses)
			ask(probe, i);
}

void
probe_fini(struct probe *probe)
{
	for (int i = 0; i < PROBE_POINTS; i++) {
		lookup_cancel(probe->points[i].lookup);
		probe->points[i].lookup = NULL;
	}
	arena_free(probe->arena);
	probe->arena = NULL;
}
