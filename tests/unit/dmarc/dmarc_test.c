#include "tests/unit/dmarc/dmarc_test.h"

#include "base/clock.h"

enum { WAIT_MS = 300 };		/* what TIMEOUT takes */

struct world *
world_new(const char *zone)
{
	struct arena *arena = arena_new();
	struct world *world = arena_alloc(arena, sizeof(*world));

	world->arena = arena;
	world->dns = fake_dns_new(zone);
	world->strand = strand_new();
	strand_enter(world->strand);
	return world;
}

void
world_free(struct world *world)
{
	strand_leave(world->strand);
	resolver_free(world->dns);
	strand_unref(world->strand);
	arena_free(world->arena);
}

static void
wait_done(struct world *world)
{
	ck_assert(!world->done);	/* never before start returns */
	ck_assert(strand_wait(world->strand, &world->done,
	    clock_ms() + 5000));
	world->done = false;
}

static void
discovered(void *ctx, const struct dmarc_policy *policy)
{
	struct world *world = ctx;

	ck_assert(!world->done);
	world->policy = *policy;
	world->done = true;
}

const struct dmarc_policy *
world_discover(struct world *world, const char *domain)
{
	dmarc_discover_start(world->arena, world->dns, world->strand,
	    str_from(domain), clock_ms() + WAIT_MS, discovered, world);
	wait_done(world);
	return &world->policy;
}

static void
evaluated(void *ctx, const struct dmarc_result *result)
{
	struct world *world = ctx;

	ck_assert(!world->done);
	world->result = *result;
	world->done = true;
}

const struct dmarc_result *
world_evaluate_ids(struct world *world, const char *author,
    const struct dmarc_identifiers *ids)
{
	dmarc_evaluate_start(world->arena, world->dns, world->strand,
	    world_discover(world, author), ids, clock_ms() + WAIT_MS,
	    evaluated, world);
	wait_done(world);
	return &world->result;
}

const struct str *
world_words(struct world *world, const char *words, size_t *count_out)
{
	struct str rest = str_from(words), word;
	VEC(struct str) all = { 0 };

	while (str_next(&rest, ' ', &word))
		VEC_PUSH(world->arena, &all, word);
	*count_out = all.count;
	return all.at;
}

const struct dmarc_result *
world_evaluate(struct world *world, const char *author, const char *spf,
    const char *dkim)
{
	struct dmarc_identifiers ids = { .spf_domain = str_from(spf) };

	ids.dkim_domains = world_words(world, dkim, &ids.dkim_count);
	return world_evaluate_ids(world, author, &ids);
}

struct str
world_walk(struct world *world)
{
	struct str all = STR("");

	for (size_t i = 0; i < world->policy.query_count; i++) {
		struct str name = world->policy.queries[i].name;

		ck_assert(str_starts_nocase(name, STR("_dmarc.")));
		all = arena_printf(world->arena, "%.*s%s%.*s", STR_ARG(all),
		    i == 0 ? "" : " ", STR_ARG(str_skip(name, 7)));
	}
	return all;
}

int
main(void)
{
	Suite *suite = suite_create("dmarc");

	suite_add_tcase(suite, record_cases());
	suite_add_tcase(suite, author_cases());
	suite_add_tcase(suite, discover_cases());
	suite_add_tcase(suite, align_cases());
	return run_suite(suite);
}
