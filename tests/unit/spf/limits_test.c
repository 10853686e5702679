/*
 * What is asked for, how much of it, and how long, by every engine.
 */
#include "tests/unit/spf/spf_test.h"

#include "base/buf.h"
#include "tests/support/fake_dns.h"
#include "tests/unit/spf/evaluation.h"

/* Zones too regular to write out: count times a line, # its number. */
static void
add_lines(struct buf *buf, const char *format, int count)
{
	for (int i = 0; i < count; i++) {
		struct str text = str_from(format);

		for (size_t at = 0; at < text.len; at++)
			if (text.ptr[at] == '#')
				buf_printf(buf, "%d", i);
			else if (text.ptr[at] == '^')
				buf_printf(buf, "%d", i + 1);
			else
				buf_addc(buf, text.ptr[at]);
	}
}

static const struct {
	const char *before, *repeated, *after, *more;
	int count;
	enum word word;
	unsigned lookups;
} limits[] = {
	/* 10 terms are allowed, 11 are not, over all includes. */
	{ "big.example TXT \"v=spf1", " a:h#.example", " +all\"\n",
	  "h#.example A 203.0.113.1\n", 10, WORD_PASS, 10 },
	{ "big.example TXT \"v=spf1", " a:h#.example", " +all\"\n",
	  "h#.example A 203.0.113.1\n", 11, WORD_PERMERROR, 10 },
	{ "big.example TXT \"v=spf1", " include:h#.example", " +all\"\n",
	  "h#.example TXT \"v=spf1 a:x.example -all\"\nx.example A 203.0.113.1"
	  "\n", 5, WORD_PASS, 10 },
	{ "big.example TXT \"v=spf1", " include:h#.example", " +all\"\n",
	  "h#.example TXT \"v=spf1 a:x.example -all\"\nx.example A 203.0.113.1"
	  "\n", 6, WORD_PERMERROR, 10 },
	/* A chain of redirects: each counts. */
	{ "big.example TXT \"v=spf1 redirect=h0.example\"\n",
	  "h#.example TXT \"v=spf1 redirect=h^.example\"\n",
	  "h9.example TXT \"v=spf1 +all\"\n", "", 9, WORD_PASS, 10 },
	{ "big.example TXT \"v=spf1 redirect=h0.example\"\n",
	  "h#.example TXT \"v=spf1 redirect=h^.example\"\n",
	  "h10.example TXT \"v=spf1 +all\"\n", "", 10, WORD_PERMERROR, 10 },
	/* 10 MX hosts are allowed, 11 are not. */
	{ "big.example TXT \"v=spf1 mx +all\"\n",
	  "big.example MX # h#.example\n", "", "h#.example A 203.0.113.1\n",
	  10, WORD_PASS, 1 },
	{ "big.example TXT \"v=spf1 mx +all\"\n",
	  "big.example MX # h#.example\n", "", "h#.example A 203.0.113.1\n",
	  11, WORD_PERMERROR, 1 },
	/* Names past the tenth PTR are not looked at, which is no error. */
	{ "big.example TXT \"v=spf1 ptr ~all\"\n",
	  "1.2.0.192.in-addr.arpa PTR h#.big.example\n", "",
	  "h#.big.example A 203.0.113.1\n", 30, WORD_SOFTFAIL, 1 },
	/* 250 terms; 256 are read, one more is refused. */
	{ "big.example TXT \"v=spf1", " ip4:203.0.113.#", " +all\"\n", "", 120,
	  WORD_PASS, 0 },
	{ "big.example TXT \"v=spf1", " x=#", " +all\"\n", "", 255, WORD_PASS,
	  0 },
	{ "big.example TXT \"v=spf1", " x=#", " +all\"\n", "", 256,
	  WORD_PERMERROR, 0 },
};

START_TEST(keeps_limits)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.1",
		    "h.example", STR("x@big.example"));
		struct arena *arena = arena_new();
		struct evaluation evaluation;
		const struct spf_result *result;
		struct buf buf;

		buf_init(&buf, arena, 1 << 20);
		buf_addz(&buf, limits[_i].before);
		add_lines(&buf, limits[_i].repeated, limits[_i].count);
		buf_addz(&buf, limits[_i].after);
		add_lines(&buf, limits[_i].more, limits[_i].more[0] == 'h' ?
		    limits[_i].count : 0);
		evaluation_init(&evaluation, arena_z(arena, buf_str(&buf)));
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		ck_assert_msg(result->word == limits[_i].word, "%.*s",
		    STR_ARG(result->reason));
		ck_assert_uint_eq(result->lookups, limits[_i].lookups);
		evaluation_fini(&evaluation);
		arena_free(arena);
	}
}
END_TEST

/*
 * Terms that make libspf2 1.2.10 overflow, cut, or misread (CVE-2023-42118 is
 * an integer underflow in its macro parser): we refuse them or read them.
 */
static const struct {
	const char *record;
	enum word word;
} hostile[] = {
	{ "v=spf1 a:%{d", WORD_PERMERROR },
	{ "v=spf1 a:% ", WORD_PERMERROR },
	{ "v=spf1 exists:%{d}%", WORD_PERMERROR },
	{ "v=spf1 exp=%{", WORD_PERMERROR },
	{ "v=spf1 exp-text=%{d", WORD_PERMERROR },
	{ "v=spf1 exp-text=x default=allow", WORD_NEUTRAL },
	{ "v=spf1 a:~0.example include:~1.example +all", WORD_PERMERROR },
	{ "v=spf1 a:~9999999999.~1.example +all", WORD_PASS },
	{ "v=spf1 mx:~0.~0.example ?all", WORD_NEUTRAL },
	{ "v=spf1 a:/32.example +all", WORD_PASS },
	{ "v=spf1 ip4:1.2.3.4\\000/0 +all", WORD_PERMERROR },
	{ "v=spf1 +all\\000", WORD_PERMERROR },
	{ "v=spf1 a:%{d128}.%{l128r+}.example +all", WORD_PASS },
	{ "v=spf1 a:%{d129}.example +all", WORD_PASS },
	{ "v=spf1 ?all redirect=%{d}", WORD_NEUTRAL },
	{ "v=spf1 exp=\\\"\\\" -all", WORD_PERMERROR },
};

START_TEST(survives_records)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.1",
		    "h.example", STR("x@hostile.example"));
		struct arena *arena = arena_new();
		struct evaluation evaluation;
		const struct spf_result *result;

		evaluation_init(&evaluation, arena_printf(arena,
		    "hostile.example TXT \"%s\"\n", hostile[_i].record).ptr);
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		ck_assert_msg(result->word == hostile[_i].word, "%s: %s, %.*s",
		    hostile[_i].record, word_name(result->word),
		    STR_ARG(result->reason));
		evaluation_fini(&evaluation);
		arena_free(arena);
	}
}
END_TEST

/* A record and an explanation as long as they may be. */
START_TEST(long_texts_stay_in_bounds)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.1",
		    "h.example", STR("x@long.example"));
		struct arena *arena = arena_new();
		struct evaluation evaluation;
		const struct spf_result *result;
		struct buf buf;

		buf_init(&buf, arena, 1 << 20);
		buf_addz(&buf, "long.example TXT \"v=spf1 x=");
		add_lines(&buf, "yyyyyyyyyy", 404);
		buf_addz(&buf, " -all exp=e.example\"\ne.example TXT \"");
		add_lines(&buf, "%{s}%{S}zzzz", 200);
		buf_addz(&buf, "\"\n");
		evaluation_init(&evaluation, arena_z(arena, buf_str(&buf)));
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		ck_assert_str_eq(word_name(result->word), "fail");
		ck_assert_uint_eq(result->explanation.len, 480);
		evaluation_fini(&evaluation);
		arena_free(arena);
	}
}
END_TEST

/* Also where the mechanism forgives an error of DNS. */
static const char *const slow_terms[] = { "a:never.example", "ptr" };

START_TEST(a_late_answer_is_a_temperror)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.9",
		    "h.example", STR("x@slow.example"));
		struct arena *arena = arena_new();
		struct evaluation evaluation;
		enum spf_engine id;

		ck_assert(spf_engine_from(evaluation_engines[engine], &id));
		evaluation_init(&evaluation, arena_printf(arena,
		    "slow.example TXT \"v=spf1 %s +all\"\nDELAY 5000\n"
		    "never.example A 192.0.2.1\n"
		    "9.2.0.192.in-addr.arpa PTR never.example\n",
		    slow_terms[_i]).ptr);
		spf_start(id, evaluation.arena, evaluation.dns,
		    evaluation.strand, &request, clock_ms() + 100,
		    evaluation_keep, &evaluation);
		ck_assert(strand_wait(evaluation.strand, &evaluation.done,
		    clock_ms() + 3000));
		ck_assert_str_eq(word_name(evaluation.result.word),
		    "temperror");
		assert_str(evaluation.result.reason, "DNS took too long");
		evaluation_fini(&evaluation);
		arena_free(arena);
	}
}
END_TEST

/*
 * Two rounds of DNS, not six: what a record makes likely is asked for together.
 */
START_TEST(asks_ahead)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.9",
		    "h.example", STR("x@ahead.example"));
		struct evaluation evaluation;
		uint64_t start = clock_ms();
		const struct spf_result *result;

		evaluation_init(&evaluation, "DELAY 300\n"
		    "ahead.example TXT \"v=spf1 include:i1.example "
		    "include:i2.example include:i3.example include:i4.example "
		    "a:h.example -all\"\n"
		    "i1.example TXT \"v=spf1 ip4:203.0.113.1 -all\"\n"
		    "i2.example TXT \"v=spf1 ip4:203.0.113.2 -all\"\n"
		    "i3.example TXT \"v=spf1 ip4:203.0.113.3 -all\"\n"
		    "i4.example TXT \"v=spf1 ip4:203.0.113.4 -all\"\n"
		    "h.example A 203.0.113.5\n");
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		ck_assert_str_eq(word_name(result->word), "fail");
		ck_assert_uint_eq(result->lookups, 5);
		ck_assert_uint_lt(clock_ms() - start, 1300);
		evaluation_fini(&evaluation);
	}
}
END_TEST

/* 100 terms: the record, 10 of them ahead, and none that is over the limit. */
START_TEST(asks_no_more_than_it_may)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.9",
		    "h.example", STR("x@many.example"));
		struct arena *arena = arena_new();
		struct evaluation evaluation;
		struct buf buf;

		buf_init(&buf, arena, 1 << 20);
		buf_addz(&buf, "many.example TXT \"v=spf1");
		add_lines(&buf, " a:h#.example", 100);
		buf_addz(&buf, "\"\n");
		add_lines(&buf, "h#.example A 203.0.113.1\n", 100);
		evaluation_init(&evaluation, arena_z(arena, buf_str(&buf)));
		ck_assert_str_eq(word_name(evaluation_run(&evaluation,
		    evaluation_engines[engine], &request)->word), "permerror");
		ck_assert_uint_eq(fake_dns_queries(evaluation.dns), 11);
		evaluation_fini(&evaluation);
		arena_free(arena);
	}
}
END_TEST

void
add_limits_tests(Suite *suite)
{
	TCase *tc = tcase_create("limits");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, keeps_limits, 0, TEST_COUNT(limits));
	tcase_add_loop_test(tc, survives_records, 0, TEST_COUNT(hostile));
	tcase_add_test(tc, long_texts_stay_in_bounds);
	tcase_add_loop_test(tc, a_late_answer_is_a_temperror, 0,
	    TEST_COUNT(slow_terms));
	tcase_add_test(tc, asks_ahead);
	tcase_add_test(tc, asks_no_more_than_it_may);
}
