/*
 * The SPF check as a session runs it, with answers that are slow: which of the
 * two settings ends it, and what is said then.
 */
#include "tests/unit/checks/checks_test.h"

#include <stdio.h>

#include "base/clock.h"
#include "checks/registry.h"
#include "tests/support/fake_dns.h"

enum { LONG_MS = 20000 };

static void
on_finish(struct check_run *run)
{
	*(bool *)run->subject->owner = true;
}

static const struct {
	unsigned spf_ms, dns_ms, delay_ms, least_ms, most_ms;
	enum word word;
	const char *reason;		/* NULL: not looked at */
} limits[] = {
	{ 100, 5000, 3000, 100, 2500, WORD_TEMPERROR, "DNS took too long" },
	{ 5000, 100, 3000, 100, 2500, WORD_TEMPERROR, "DNS took too long" },
	{ 0, 100, 3000, 100, 2500, WORD_TEMPERROR, "DNS took too long" },
	/* Two answers, one after the other, share the time. */
	{ 300, 5000, 200, 300, 2500, WORD_TEMPERROR, "DNS took too long" },
	{ 5000, 5000, 100, 200, 4500, WORD_PASS, NULL },
	{ 0, 5000, 0, 0, 2500, WORD_PASS, NULL },
};

START_TEST(the_shorter_time_ends_it)
{
	struct arena *arena = arena_new();
	const struct check *check = &check_table[CHECK_SPF];
	struct check_options options = { .receiver = STR("mx.example.net"),
	    .spf_timeout_ms = limits[_i].spf_ms,
	    .dns_timeout_ms = limits[_i].dns_ms };
	struct fact_set facts = { 0 };
	struct results results = { .arena = arena };
	bool finished = false;
	struct subject subject = { .options = &options, .facts = &facts,
	    .strand = strand_new(), .results = &results,
	    .now = 1700000000, .helo = STR("mail.example.com"),
	    .mail_from = STR("user@example.com"), .on_finish = on_finish,
	    .owner = &finished };
	struct check_run run = { .check = check, .subject = &subject,
	    .arena = arena, .started = true };
	uint64_t start;
	char zone[300];

	snprintf(zone, sizeof(zone), "DELAY %u\n"
	    "example.com TXT \"v=spf1 include:a.example -all\"\n"
	    "a.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
	    limits[_i].delay_ms);
	subject.dns = fake_dns_new(zone);
	ck_assert(ip_parse(STR("192.0.2.1"), &subject.client.ip));
	run.state = arena_alloc(arena, check->ops->state_size);
	strand_enter(subject.strand);
	start = clock_ms();
	check->ops->start(&run);
	ck_assert(strand_wait(subject.strand, &finished, start + LONG_MS));
	ck_assert_uint_ge(clock_ms() - start, limits[_i].least_ms);
	ck_assert_uint_lt(clock_ms() - start, limits[_i].most_ms);
	ck_assert_uint_eq(results.list.count, 1);
	ck_assert_int_eq(results.list.at[0].word, limits[_i].word);
	if (limits[_i].reason != NULL)
		assert_str(results.list.at[0].reason, limits[_i].reason);
	check_cancel(&run);
	strand_leave(subject.strand);
	resolver_free(subject.dns);
	strand_unref(subject.strand);
	arena_free(arena);
}
END_TEST

void
add_spf_tests(TCase *tc)
{
	tcase_add_loop_test(tc, the_shorter_time_ends_it, 0,
	    TEST_COUNT(limits));
}
