#include <string.h>

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

static void
add_rows(const char *domain, unsigned count)
{
	struct str name = str_from(domain);
	const struct rollup_item policy = {
	    row_key_policy(work, name,
	    STR("v=DMARC1; p=none; rua=mailto:r@example.com")),
	    row_detail_policy(work, 1), 1 };

	ck_assert(rollup_add(rollup, &policy));
	for (unsigned i = 0; i < count; i++) {
		const struct row row = { .source_ip = arena_printf(work,
		    "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255),
		    .header_from = name, .disposition = STR("none") };
		struct rollup_item item = row_write(&row, name, work);

		item.count = 2;
		ck_assert(rollup_add(rollup, &item));
		arena_reset(work);
	}
}

/* LIMIT_REPORT_ROWS: what is more is counted and told. */
START_TEST(rows_of_a_report)
{
	const struct plan *plan;
	struct plans plans;

	add_rows("past.example", 250001);
	ck_assert(plan_make(rollup, arena, &plans));
	ck_assert_uint_eq(plans.list.count, 1);
	plan = &plans.list.at[0];
	ck_assert_uint_eq(plan->rows, 250000);
	ck_assert_uint_eq(plan->messages, 500000);
	ck_assert_uint_eq(plan->rows_out, 1);
	ck_assert_uint_eq(plan->messages_out, 2);
	assert_str(plan->error, "2 messages in 1 more rows are left out");
}
END_TEST

static void
add_note(struct str domain, char letter, size_t octets)
{
	char *text = arena_alloc(work, octets);
	struct rollup_item item;

	memset(text, letter, octets);
	item = (struct rollup_item){ row_key_note(work, domain,
	    str_make(text, octets)), STR_NONE, 1 };
	ck_assert(rollup_add(rollup, &item));
}

/* LIMIT_REPORT_ERROR_OCTETS: 512 + 2 + 512 + 2 + 512 + 2 + 506; a note that
 * has no room is left out as a whole. */
START_TEST(notes_of_a_report)
{
	struct plans plans;
	struct str error;

	for (char c = 'a'; c < 'd'; c++)
		add_note(STR("a.example"), c, 512);
	add_note(STR("a.example"), 'd', _i == 0 ? 506 : 507);
	add(STR("a.example"), "v=DMARC1; p=none; rua=mailto:r@example.com");
	ck_assert(plan_make(rollup, arena, &plans));
	ck_assert_uint_eq(plans.list.count, 1);
	error = plans.list.at[0].error;
	ck_assert_uint_eq(error.len, _i == 0 ? 2048 : 1540);
	ck_assert_int_eq(error.ptr[error.len - 1], _i == 0 ? 'd' : 'c');
}
END_TEST

/* LIMIT_REPORT_PLAN_OCTETS: the one that goes over it is the last. */
START_TEST(memory_of_all_plans)
{
	struct plans plans;
	size_t left;

	for (int i = 0; i < 3; i++)
		add(arena_printf(work, "d%d.example", i),
		    "v=DMARC1; p=none; rua=mailto:r@example.com");
	/* A copy has a NUL behind it. */
	for (left = 268435456 - arena_used(arena); left > 1 << 20;
	    left -= 1 << 20)
		arena_alloc(arena, 1 << 20);
	arena_copy(arena, str_make(arena_alloc(work, left), left - 1));
	ck_assert_uint_eq(arena_used(arena), 268435456);
	ck_assert(plan_make(rollup, arena, &plans));
	ck_assert_uint_eq(plans.list.count, 1);
	assert_str(plans.list.at[0].domain, "d0.example");
	ck_assert_uint_eq(plans.over, 2);
}
END_TEST

TCase *
plan_tests(void)
{
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, rows_of_a_report);
	tcase_add_loop_test(tc, notes_of_a_report, 0, 2);
	tcase_add_test(tc, memory_of_all_plans);
	tcase_add_loop_test(tc, domains_in_a_day, 0,
	    TEST_COUNT(cases));
	return tc;
}
