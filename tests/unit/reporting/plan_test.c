#include "base/limits.h"
#include "reporting/plan.h"
#include "reporting/row_key.h"
#include "tests/unit/reporting/reporting_test.h"

static struct arena *arena, *work;
static struct rollup *rollup;

static void
set_up(void)
{
	arena = arena_new();
	work = arena_new();
	rollup = rollup_new(arena, LIMIT_ROLLUP_OCTETS, row_merge);
}

static void
tear_down(void)
{
	rollup_free(rollup);
	arena_free(work);
	arena_free(arena);
}

static void
add(struct str domain, const char *record)
{
	const struct row row = { .source_ip = STR("192.0.2.1"),
	    .header_from = domain, .disposition = STR("none") };
	const struct rollup_item policy = {
	    row_key_policy(work, domain, str_from(record)),
	    row_detail_policy(work, 1), 1 };
	struct rollup_item item = row_write(&row, domain, work);

	item.count = 1;
	ck_assert(rollup_add(rollup, &policy));
	ck_assert(rollup_add(rollup, &item));
	arena_reset(work);
}

static const struct {
	unsigned wanted;		/* domains that ask for reports */
	size_t count;
	uint64_t over;
	const char *last;		/* of those that get one */
} cases[] = {
	{ 3, 3, 0, "d000002.example" },
	/* The last at the limit gets one, the next one does not. */
	{ LIMIT_REPORT_DOMAINS + 1, 200000, 1, "d199999.example" },
};

/* Who asks for none takes no room of the others. */
START_TEST(domains_in_a_day)
{
	struct plans plans;

	add(STR("a.example"), "v=DMARC1; p=none");
	for (unsigned i = 0; i < cases[_i].wanted; i++)
		add(arena_printf(work, "d%06u.example", i),
		    "v=DMARC1; p=none; rua=mailto:r@example.com");
	ck_assert(plan_make(rollup, arena, &plans));
	ck_assert_uint_eq(plans.domains, cases[_i].wanted + 1);
	ck_assert_uint_eq(plans.list.count, cases[_i].count);
	ck_assert_uint_eq(plans.over, cases[_i].over);
	assert_str(plans.list.at[0].domain, "d000000.example");
	assert_str(plans.list.at[plans.list.count - 1].domain,
	    cases[_i].last);
}
END_TEST

TCase *
plan_tests(void)
{
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, domains_in_a_day, 0,
	    TEST_COUNT(cases));
	return tc;
}
