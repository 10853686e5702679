/*
 * The ledger over a store in memory; SQLite and Redis are in tests/dmarc_send.
 */
#include "tests/unit/reporting/reporting_test.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "reporting/ledger.h"

static struct arena *arena;
static struct store *store;
static struct strand *strand;
static bool is_down, is_late;
static struct ledger ledger;

struct wait {
	struct store_answer	*answer;
	bool			 done;
};

static void
answered(void *ctx, const struct store_answer *answer)
{
	struct wait *wait = ctx;

	*wait->answer = *answer;
	wait->done = true;
}

static bool
ask(void *ctx, const struct store_op *op, struct store_answer *answer)
{
	struct wait wait = { .answer = answer };
	uint64_t end = clock_ms() + 10000;

	(void)ctx;
	if (is_down)
		return false;
	store_ask(store, strand, op, end, answered, &wait);
	return strand_wait(strand, &wait.done, end) && answer->known &&
	    !is_late;
}

static void
set_up(void)
{
	char why[200];

	arena = arena_new();
	store = store_open(STR("memory:"), why, sizeof(why));
	ck_assert_ptr_nonnull(store);
	strand = strand_new();
	strand_enter(strand);
	is_down = is_late = false;
	ledger = (struct ledger){ .ask = ask, .now_ms = 2065478400000 };
}

static void
tear_down(void)
{
	store_close(store, 0);
	strand_leave(strand);
	strand_unref(strand);
	arena_free(arena);
}

static const struct str one = STR_INIT("one"), two = STR_INIT("two");

START_TEST(one_after_the_other)
{
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_OPEN);
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_OPEN);
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_OPEN);
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_BEGUN);
	ck_assert_int_eq(ledger_begin(&ledger, two, false), LEDGER_OPEN);
	ck_assert(ledger_end(&ledger, one));
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_ENDED);
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_ENDED);
	/* To look did not begin it. */
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_ENDED);
	ck_assert_int_eq(ledger_begin(&ledger, one, true), LEDGER_OPEN);
	ck_assert_int_eq(ledger_begin(&ledger, one, true), LEDGER_BEGUN);
	ck_assert_int_eq(ledger_look(&ledger, two), LEDGER_OPEN);
	ck_assert(ledger_give_up(&ledger, two));
	ck_assert_int_eq(ledger_begin(&ledger, two, false), LEDGER_OPEN);
}
END_TEST

/* A long run's claims last as long as those of a short one. */
START_TEST(time_goes_on)
{
	struct ledger other = ledger;

	ledger.since_ms = clock_ms() - 3600 * 1000;
	other.now_ms += 3600 * 1000;
	ck_assert_int_ge(ledger_now(&ledger), other.now_ms);
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_OPEN);
	ck_assert_int_eq(ledger_begin(&other, one, false), LEDGER_BEGUN);
	other.now_ms += 2 * LIMIT_LEDGER_CLAIM_MS;
	ck_assert_int_eq(ledger_begin(&other, one, false), LEDGER_OPEN);
}
END_TEST

/* What may not come twice: one has it, until he gives it back. */
START_TEST(taken_once)
{
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_OPEN);
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_ENDED);
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_ENDED);
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_ENDED);
	ck_assert_int_eq(ledger_take(&ledger, two), LEDGER_OPEN);
	ck_assert(ledger_put_back(&ledger, one));
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_OPEN);
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_ENDED);
	is_down = true;
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_TROUBLE);
	ck_assert(!ledger_put_back(&ledger, one));
}
END_TEST

/* It is written when nobody waits any more. */
START_TEST(taken_too_late)
{
	is_late = true;
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_TROUBLE);
	is_late = false;
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_OPEN);
	ck_assert_int_eq(ledger_take(&ledger, one), LEDGER_ENDED);
}
END_TEST

START_TEST(who_began_it_is_gone)
{
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_OPEN);
	ledger.now_ms += LIMIT_LEDGER_CLAIM_MS - 1;
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_BEGUN);
	ledger.now_ms += 2;
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_OPEN);
	ck_assert(ledger_end(&ledger, one));
	/* As long as somebody may look for it, and not for ever. */
	ledger.now_ms += (LIMIT_REPORT_DAYS + 2) * 86400000ll;
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_ENDED);
	ledger.now_ms += 2 * LIMIT_LEDGER_DAYS * 86400000ll;
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_OPEN);
}
END_TEST

/* What cannot be known is not begun. */
START_TEST(the_store_is_away)
{
	is_down = true;
	ck_assert_int_eq(ledger_look(&ledger, one), LEDGER_TROUBLE);
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_TROUBLE);
	ck_assert_int_eq(ledger_begin(&ledger, one, true), LEDGER_TROUBLE);
	ck_assert(!ledger_end(&ledger, one));
	ck_assert(!ledger_give_up(&ledger, one));
	is_down = false;
	ck_assert_int_eq(ledger_begin(&ledger, one, false), LEDGER_OPEN);
}
END_TEST

/* Domains and addresses may be as long as DNS and SMTP have them. */
START_TEST(long_names)
{
	char text[254];
	struct str domain, a, b;

	memset(text, 'x', sizeof(text));
	domain = str_make(text, 253);
	a = ledger_name(arena, "dmarc", 86400, domain,
	    str_make(text, sizeof(text)));
	text[sizeof(text) - 1] = 'y';
	b = ledger_name(arena, "dmarc", 86400, domain,
	    str_make(text, sizeof(text)));
	ck_assert(!str_eq(a, b));
	ck_assert_int_eq(ledger_begin(&ledger, a, false), LEDGER_OPEN);
	ck_assert_int_eq(ledger_begin(&ledger, a, false), LEDGER_BEGUN);
	ck_assert_int_eq(ledger_begin(&ledger, b, false), LEDGER_OPEN);
	ck_assert(ledger_end(&ledger, a));
	ck_assert_int_eq(ledger_look(&ledger, b), LEDGER_OPEN);
	assert_str(ledger_name(arena, "w", 5, STR("d"), STR("a@b")),
	    "report w 5 d a@b");
}
END_TEST

TCase *
ledger_tests(void)
{
	TCase *tc = tcase_create("ledger");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, one_after_the_other);
	tcase_add_test(tc, time_goes_on);
	tcase_add_test(tc, taken_once);
	tcase_add_test(tc, taken_too_late);
	tcase_add_test(tc, who_began_it_is_gone);
	tcase_add_test(tc, the_store_is_away);
	tcase_add_test(tc, long_names);
	return tc;
}
