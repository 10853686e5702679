#include "tests/support/fake_dns.h"

#include <check.h>

#include "base/clock.h"
#include "dns/zonefile.h"

enum { WAIT_MS = 20000 };

struct resolver *
fake_dns_new(const char *zone_text)
{
	char why[500] = "";
	struct resolver *dns = resolver_new_zone("zone", str_from(zone_text),
	    why, sizeof(why));

	ck_assert_msg(dns != NULL, "%s", why);
	return dns;
}

unsigned
fake_dns_queries(struct resolver *dns)
{
	struct resolver_counts counts;

	resolver_counts(dns, &counts);
	return (unsigned)counts.asked;
}

struct waiting {
	struct arena *arena;
	struct dns_answer answer;
	bool done;
};

static void
keep(void *ctx, const struct dns_answer *answer)
{
	struct waiting *waiting = ctx;
	struct dns_record *records = arena_alloc(waiting->arena,
	    answer->count * sizeof(*records));

	waiting->answer = *answer;
	waiting->answer.name = arena_copy(waiting->arena, answer->name);
	waiting->answer.canonical = arena_copy(waiting->arena,
	    answer->canonical);
	waiting->answer.why = arena_z(waiting->arena, str_from(answer->why));
	waiting->answer.records = records;
	for (size_t i = 0; i < answer->count; i++) {
		records[i] = answer->records[i];
		records[i].text = arena_copy(waiting->arena, records[i].text);
	}
	waiting->done = true;
}

struct dns_answer
fake_dns_ask(struct resolver *dns, struct arena *arena, const char *name,
    enum dns_type type)
{
	struct strand *strand = strand_new();
	struct waiting waiting = { .arena = arena };

	strand_enter(strand);
	lookup_start(dns, strand, str_from(name), type, clock_ms() + WAIT_MS,
	    keep, &waiting);
	ck_assert(strand_wait(strand, &waiting.done, clock_ms() + 2 * WAIT_MS));
	strand_leave(strand);
	strand_unref(strand);
	return waiting.answer;
}
