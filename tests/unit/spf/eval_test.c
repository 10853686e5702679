/*
 * Whole evaluations, each by every engine.
 */
#include "tests/unit/spf/spf_test.h"

#include "tests/unit/spf/evaluation.h"

static const char zone[] =
    "example.com TXT \"v=spf1 ip4:192.0.2.0/24 a:a.example.com "
    "include:inner.example mx -all exp=why.example.com\"\n"
    "example.com MX 10 m1.example.com\n"
    "example.com MX 20 m2.example.com\n"
    "a.example.com A 198.51.100.1\n"
    "m1.example.com A 198.51.100.11\n"
    "m2.example.com A 198.51.100.12\n"
    "m2.example.com AAAA 2001:db8::12\n"
    "why.example.com TXT \"%{i} is not one of %{d}'s\\010\"\n"
    "why2.example.com TXT \"%{i} is not one of %{d}'s\"\n"
    "inner.example TXT \"v=spf1 ip4:203.0.113.5 -ip4:203.0.113.6 "
    "?ip4:203.0.113.7\"\n"
    "explains.example TXT \"v=spf1 -all exp=why2.example.com\"\n"
    "to.example TXT \"v=spf1 redirect=explains.example exp=no.example\"\n"
    "twice.example TXT \"v=spf1 -all\"\n"
    "twice.example TXT \"v=spf1 +all\"\n"
    "other.example TXT \"anything\"\n"
    "bad.example TXT \"v=spf1 ip4:192.0.2.1 moo:x\"\n"
    "failing.example TXT SERVFAIL\n"
    "bogus.example TXT BOGUS\n"
    "in-failing.example TXT \"v=spf1 include:failing.example -all\"\n"
    "a-failing.example TXT \"v=spf1 a:af.example -all\"\n"
    "af.example A TIMEOUT\n"
    "in-none.example TXT \"v=spf1 include:other.example -all\"\n"
    "to-none.example TXT \"v=spf1 redirect=other.example\"\n"
    "neutral.example TXT \"v=spf1 ip4:198.51.100.77\"\n"
    "loop.example TXT \"v=spf1 include:loop.example -all\"\n"
    "ring1.example TXT \"v=spf1 redirect=ring2.example\"\n"
    "ring2.example TXT \"v=spf1 redirect=ring1.example\"\n"
    "void.example TXT \"v=spf1 a:v1.example a:v2.example a:v3.example "
    "+all\"\n"
    "void2.example TXT \"v=spf1 a:v1.example exists:v2.example +all\"\n"
    "voidmx.example TXT \"v=spf1 mx a:v1.example +all\"\n"
    "voidmx.example MX 1 v5.example\n"
    "voidmx.example MX 2 v6.example\n"
    "voidmx.example MX 3 v7.example\n"
    "nets.example TXT \"v=spf1 a:a.example.com/24 a:m2.example.com//64 "
    "-all\"\n"
    "net0.example TXT \"v=spf1 ~a:a.example.com/0 -all\"\n"
    "ptr.example TXT \"v=spf1 ptr -all\"\n"
    "9.2.0.192.in-addr.arpa PTR outside.example.net\n"
    "9.2.0.192.in-addr.arpa PTR liar.ptr.example\n"
    "9.2.0.192.in-addr.arpa PTR host.ptr.example\n"
    "outside.example.net A 192.0.2.9\n"
    "liar.ptr.example A 192.0.2.8\n"
    "host.ptr.example A 192.0.2.9\n"
    "7.2.0.192.in-addr.arpa PTR SERVFAIL\n"
    "p.example TXT \"v=spf1 exists:%{p}.list.example -all\"\n"
    "outside.example.net.list.example A 127.0.0.2\n"
    "p.ptr.example TXT \"v=spf1 exists:%{p}.list2.example -all\"\n"
    "9.113.0.203.in-addr.arpa PTR far.example.net\n"
    "9.113.0.203.in-addr.arpa PTR p.ptr.example\n"
    "9.113.0.203.in-addr.arpa PTR h.p.ptr.example\n"
    "far.example.net A 203.0.113.9\n"
    "p.ptr.example A 203.0.113.9\n"
    "h.p.ptr.example A 203.0.113.9\n"
    "p.ptr.example.list2.example A 127.0.0.2\n"
    "local.example TXT \"v=spf1 +exists:%{l}.list.example "
    "include:%{l}.list.example ~all\"\n"
    "local-to.example TXT \"v=spf1 redirect=%{l}.list.example\"\n"
    "\\106oe.list.example A 127.0.0.2\n"
    "xn--bcher-kva.example TXT \"v=spf1 exists:%{o}.%{d}.%{h}.e.example "
    "-all\"\n"
    "xn--bcher-kva.example.xn--bcher-kva.example.xn--bcher-kva.example."
    "e.example A 127.0.0.2\n"
    "mapped.example TXT \"v=spf1 ip6:::ffff:192.0.2.0/120 -all\"\n"
    "badtarget.example TXT \"v=spf1 a:%{h}.example include:%{h} +all\"\n"
    "all.example TXT \"v=spf1 -all\"\n"
    "cname.example CNAME all.example\n"
    "deep.example TXT \"v=spf1 include:deep2.example ?all\"\n"
    "deep2.example TXT \"v=spf1 include:inner.example -all\"\n";

static const struct {
	const char *ip, *sender;
	enum word word;
	const char *mechanism, *reason, *explanation;
	unsigned lookups, voids;
} cases[] = {
	{ "192.0.2.1", "x@example.com", WORD_PASS, "ip4:192.0.2.0/24",
	  "192.0.2.1 matches ip4:192.0.2.0/24 of example.com", "", 0, 0 },
	{ "::ffff:192.0.2.1", "x@example.com", WORD_PASS, "ip4:192.0.2.0/24",
	  "192.0.2.1 matches ip4:192.0.2.0/24 of example.com", "", 0, 0 },
	{ "198.51.100.1", "x@EXAMPLE.com.", WORD_PASS, "a:a.example.com",
	  "198.51.100.1 matches a:a.example.com of example.com", "", 1, 0 },
	{ "203.0.113.5", "x@example.com", WORD_PASS, "include:inner.example",
	  "203.0.113.5 matches include:inner.example of example.com, "
	  "ip4:203.0.113.5 of inner.example there", "", 2, 0 },
	{ "198.51.100.12", "x@example.com", WORD_PASS, "mx",
	  "198.51.100.12 matches mx of example.com", "", 3, 0 },
	{ "2001:db8::12", "x@example.com", WORD_PASS, "mx",
	  "2001:db8::12 matches mx of example.com", "", 3, 2 },
	/* A failing include does not match, and its exp= does not count. */
	{ "203.0.113.6", "x@example.com", WORD_FAIL, "-all",
	  "203.0.113.6 matches -all of example.com", "", 3, 0 },
	{ "203.0.113.5", "x@deep.example", WORD_PASS, "include:deep2.example",
	  "203.0.113.5 matches include:deep2.example of deep.example, "
	  "ip4:203.0.113.5 of inner.example there", "", 2, 0 },
	{ "203.0.113.6", "x@deep.example", WORD_NEUTRAL, "?all",
	  "203.0.113.6 matches ?all of deep.example", "", 2, 0 },
	{ "192.0.2.1", "x@explains.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of explains.example",
	  "192.0.2.1 is not one of explains.example's", 0, 0 },
	{ "192.0.2.1", "x@to.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of explains.example",
	  "192.0.2.1 is not one of explains.example's", 1, 0 },
	{ "192.0.2.1", "x@twice.example", WORD_PERMERROR, "",
	  "2 SPF records at twice.example", "", 0, 0 },
	{ "192.0.2.1", "x@other.example", WORD_NONE, "",
	  "no SPF record at other.example", "", 0, 0 },
	{ "192.0.2.1", "x@nowhere.example", WORD_NONE, "",
	  "no SPF record at nowhere.example", "", 0, 0 },
	{ "192.0.2.1", "x@localhost", WORD_NONE, "",
	  "not a mail domain: localhost", "", 0, 0 },
	{ "192.0.2.1", "x@[192.0.2.1]", WORD_NONE, "",
	  "not a mail domain: [192.0.2.1]", "", 0, 0 },
	{ "192.0.2.1", "x@a..example", WORD_NONE, "",
	  "not a mail domain: a..example", "", 0, 0 },
	{ "192.0.2.1", "x@\xff.example", WORD_NONE, "",
	  "not a mail domain: ?.example", "", 0, 0 },
	{ "192.0.2.1", "x@", WORD_NONE, "", "not a mail domain: ", "", 0, 0 },
	{ "", "x@all.example", WORD_NONE, "",
	  "the client's address is not known", "", 0, 0 },
	/* A mistake counts though an earlier term matches. */
	{ "192.0.2.1", "x@bad.example", WORD_PERMERROR, "",
	  "bad term \"moo:x\" in the record of bad.example", "", 0, 0 },
	{ "192.0.2.1", "x@failing.example", WORD_TEMPERROR, "",
	  "TXT of failing.example: SERVFAIL", "", 0, 0 },
	{ "192.0.2.1", "x@bogus.example", WORD_TEMPERROR, "",
	  "TXT of bogus.example: BOGUS", "", 0, 0 },
	{ "192.0.2.1", "x@in-failing.example", WORD_TEMPERROR, "",
	  "TXT of failing.example: SERVFAIL", "", 1, 0 },
	{ "192.0.2.1", "x@a-failing.example", WORD_TEMPERROR, "",
	  "A of af.example: TIMEOUT", "", 1, 0 },
	{ "192.0.2.1", "x@in-none.example", WORD_PERMERROR, "",
	  "include:other.example of in-none.example: no SPF record at "
	  "other.example", "", 1, 0 },
	{ "192.0.2.1", "x@to-none.example", WORD_PERMERROR, "",
	  "redirect=other.example of to-none.example: no SPF record at "
	  "other.example", "", 1, 0 },
	{ "192.0.2.1", "x@neutral.example", WORD_NEUTRAL, "",
	  "no term of neutral.example matches 192.0.2.1", "", 0, 0 },
	{ "192.0.2.1", "x@loop.example", WORD_PERMERROR, "",
	  "more than 10 DNS terms", "", 10, 0 },
	{ "192.0.2.1", "x@ring1.example", WORD_PERMERROR, "",
	  "more than 10 DNS terms", "", 10, 0 },
	{ "192.0.2.1", "x@void.example", WORD_PERMERROR, "",
	  "more than 2 void look-ups, the last for a:v3.example of "
	  "void.example", "", 3, 3 },
	{ "192.0.2.1", "x@void2.example", WORD_PASS, "+all",
	  "192.0.2.1 matches +all of void2.example", "", 2, 2 },
	/* By term: three hosts without an address are one. */
	{ "192.0.2.1", "x@voidmx.example", WORD_PASS, "+all",
	  "192.0.2.1 matches +all of voidmx.example", "", 2, 2 },
	{ "198.51.100.200", "x@nets.example", WORD_PASS, "a:a.example.com/24",
	  "198.51.100.200 matches a:a.example.com/24 of nets.example", "", 1,
	  0 },
	{ "198.51.101.1", "x@nets.example", WORD_FAIL, "-all",
	  "198.51.101.1 matches -all of nets.example", "", 2, 0 },
	{ "2001:db8::ffff", "x@nets.example", WORD_PASS,
	  "a:m2.example.com//64",
	  "2001:db8::ffff matches a:m2.example.com//64 of nets.example", "",
	  2, 1 },
	{ "192.0.2.1", "x@net0.example", WORD_SOFTFAIL, "~a:a.example.com/0",
	  "192.0.2.1 matches ~a:a.example.com/0 of net0.example", "", 1, 0 },
	{ "192.0.2.9", "x@ptr.example", WORD_PASS, "ptr",
	  "192.0.2.9 matches ptr of ptr.example", "", 1, 0 },
	{ "192.0.2.8", "x@ptr.example", WORD_FAIL, "-all",
	  "192.0.2.8 matches -all of ptr.example", "", 1, 1 },
	{ "192.0.2.7", "x@ptr.example", WORD_FAIL, "-all",
	  "192.0.2.7 matches -all of ptr.example", "", 1, 0 },
	{ "192.0.2.9", "x@p.example", WORD_PASS, "exists:%{p}.list.example",
	  "192.0.2.9 matches exists:%{p}.list.example of p.example", "", 1,
	  0 },
	/* Of three validated names the domain itself is best. */
	{ "203.0.113.9", "x@p.ptr.example", WORD_PASS,
	  "exists:%{p}.list2.example", "203.0.113.9 matches "
	  "exists:%{p}.list2.example of p.ptr.example", "", 1, 0 },
	{ "192.0.2.1", "joe@local.example", WORD_PASS,
	  "+exists:%{l}.list.example", "192.0.2.1 matches "
	  "+exists:%{l}.list.example of local.example", "", 1, 0 },
	/* RFC 8616 section 4: they match nothing, and are no error. */
	{ "192.0.2.1", "j\xc3\xb6" "e@local.example", WORD_SOFTFAIL, "~all",
	  "192.0.2.1 matches ~all of local.example", "", 2, 0 },
	{ "192.0.2.1", "j\xc3\xb6" "e@local-to.example", WORD_NEUTRAL, "",
	  "no term of local-to.example matches 192.0.2.1", "", 1, 0 },
	{ "192.0.2.1", "j\xc3\xb6" "e@b\xc3\xbc" "cher.example", WORD_PASS,
	  "exists:%{o}.%{d}.%{h}.e.example", "192.0.2.1 matches "
	  "exists:%{o}.%{d}.%{h}.e.example of xn--bcher-kva.example", "", 1,
	  0 },
	{ "192.0.2.1", "x@mapped.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of mapped.example", "", 0, 0 },
	{ "127.0.0.1", "x@all.example", WORD_FAIL, "-all",
	  "127.0.0.1 matches -all of all.example", "", 0, 0 },
	{ "::1", "x@all.example", WORD_FAIL, "-all",
	  "::1 matches -all of all.example", "", 0, 0 },
	{ "192.0.2.1", "x@cname.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of cname.example", "", 0, 0 },
	{ "192.0.2.1", "all.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of all.example", "", 0, 0 },
	{ "192.0.2.1", "@all.example", WORD_FAIL, "-all",
	  "192.0.2.1 matches -all of all.example", "", 0, 0 },
};

START_TEST(evaluates)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request(cases[_i].ip,
		    "B\xc3\xbc" "cher.example", str_from(cases[_i].sender));
		struct evaluation evaluation;
		const struct spf_result *result;

		evaluation_init(&evaluation, zone);
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		assert_str(result->reason, cases[_i].reason);
		ck_assert_str_eq(word_name(result->word),
		    word_name(cases[_i].word));
		assert_str(result->mechanism, cases[_i].mechanism);
		assert_str(result->explanation, cases[_i].explanation);
		ck_assert_uint_eq(result->lookups, cases[_i].lookups);
		ck_assert_uint_eq(result->void_lookups, cases[_i].voids);
		evaluation_fini(&evaluation);
	}
}
END_TEST

/* HELO names that are none: nothing is asked for, include is an error. */
static const struct {
	const char *helo;
	enum word word;
} helos[] = {
	{ "[192.0.2.1]", WORD_PERMERROR }, { "a..b", WORD_PERMERROR },
	{ "", WORD_PERMERROR }, { ".", WORD_PERMERROR },
	{ "%{d}", WORD_PERMERROR }, { "x y", WORD_PERMERROR },
	{ "\x01\xff", WORD_PERMERROR }, { "all.example", WORD_PASS },
	{ "\"; <>\\", WORD_PERMERROR },
};

START_TEST(survives_helo_names)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("192.0.2.1",
		    helos[_i].helo, STR("x@badtarget.example"));
		struct evaluation evaluation;

		evaluation_init(&evaluation, zone);
		ck_assert_str_eq(word_name(evaluation_run(&evaluation,
		    evaluation_engines[engine], &request)->word),
		    word_name(helos[_i].word));
		evaluation_fini(&evaluation);
	}
}
END_TEST

START_TEST(tells_what_dns_said)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("198.51.100.12",
		    "h.example", STR("x@example.com"));
		static const char *const names[] = {
			"example.com", "a.example.com", "inner.example",
			"example.com", "m1.example.com", "m2.example.com"
		};
		struct evaluation evaluation;
		const struct spf_result *result;

		evaluation_init(&evaluation, zone);
		result = evaluation_run(&evaluation,
		    evaluation_engines[engine], &request);
		ck_assert_uint_eq(result->used.count, 6);
		for (size_t i = 0; i < 6; i++)
			assert_str(result->used.at[i].name, names[i]);
		ck_assert_str_eq(result->used.at[0].type, "TXT");
		ck_assert_str_eq(result->used.at[0].status, "DATA");
		assert_str(result->used.at[1].data, "198.51.100.1");
		ck_assert_str_eq(result->used.at[3].type, "MX");
		assert_str(result->used.at[3].data,
		    "10 m1.example.com, 20 m2.example.com");
		evaluation_fini(&evaluation);
	}
}
END_TEST

static const struct {
	unsigned depth;
	const char *domain, *term, *outcome;
	unsigned lookups;
	size_t used;
} traced[] = {
	{ 0, "trace.example", "", NULL, 0, 0 },
	{ 1, "trace.example", "a:a.example.com", "no match", 1, 1 },
	{ 1, "trace.example", "include:sub.example", "no match", 2, 2 },
	{ 2, "sub.example", "ip4:192.0.2.1", "no match", 2, 3 },
	{ 2, "sub.example", "redirect=to.example", "followed", 3, 3 },
	{ 3, "to.example", "-ip4:203.0.113.0/24", "match", 3, 4 },
	{ 1, "trace.example", "~all", "match", 3, 4 },
};

START_TEST(traces_what_it_does)
{
	struct spf_request request = evaluation_request("203.0.113.5",
	    "h.example", STR("x@trace.example"));
	struct evaluation evaluation;
	const struct spf_result *result;

	evaluation_init(&evaluation, "trace.example TXT \"v=spf1 "
	    "a:a.example.com include:sub.example x=y ~all\"\n"
	    "sub.example TXT \"v=spf1 redirect=to.example ip4:192.0.2.1\"\n"
	    "to.example TXT \"v=spf1 -ip4:203.0.113.0/24 +all\"\n"
	    "a.example.com A 192.0.2.1\n");
	result = evaluation_run(&evaluation, "native", &request);
	ck_assert_uint_eq(result->trace.count, TEST_COUNT(traced));
	for (int i = 0; i < TEST_COUNT(traced); i++) {
		const struct spf_trace_line *line = &result->trace.at[i];

		ck_assert_uint_eq(line->depth, traced[i].depth);
		assert_str(line->domain, traced[i].domain);
		assert_str(line->term, traced[i].term);
		ck_assert_pstr_eq(line->outcome, traced[i].outcome);
		ck_assert_uint_eq(line->lookups, traced[i].lookups);
		ck_assert_uint_eq(line->used, traced[i].used);
	}
	evaluation_fini(&evaluation);
}
END_TEST

START_TEST(a_cancelled_one_is_silent)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("198.51.100.9",
		    "h.example", STR("x@example.com"));
		struct evaluation evaluation;
		struct spf_check *check;
		enum spf_engine id;
		bool never = false;

		ck_assert(spf_engine_from(evaluation_engines[engine], &id));
		evaluation_init(&evaluation, zone);
		check = spf_start(id, evaluation.arena, evaluation.dns,
		    evaluation.strand, &request, clock_ms() + DEADLINE_MS,
		    evaluation_keep, &evaluation);
		spf_cancel(check);
		spf_cancel(check);
		spf_cancel(NULL);
		arena_reset(evaluation.arena);
		strand_wait(evaluation.strand, &never, clock_ms() + 50);
		ck_assert(!evaluation.done);
		evaluation_fini(&evaluation);
	}
}
END_TEST

/* done() may take the arena away. */
static void
reset(void *ctx, const struct spf_result *result)
{
	struct evaluation *evaluation = ctx;

	ck_assert_uint_gt(result->reason.len, 0);
	arena_reset(evaluation->arena);
	evaluation->done = true;
}

START_TEST(done_may_end_the_arena)
{
	for (int engine = 0; engine < ENGINES; engine++) {
		struct spf_request request = evaluation_request("203.0.113.5",
		    "h.example", STR("x@example.com"));
		struct evaluation evaluation;
		enum spf_engine id;

		ck_assert(spf_engine_from(evaluation_engines[engine], &id));
		evaluation_init(&evaluation, zone);
		spf_start(id, evaluation.arena, evaluation.dns,
		    evaluation.strand, &request, clock_ms() + DEADLINE_MS,
		    reset, &evaluation);
		ck_assert(strand_wait(evaluation.strand, &evaluation.done,
		    clock_ms() + DEADLINE_MS));
		evaluation_fini(&evaluation);
	}
}
END_TEST

START_TEST(knows_its_engines)
{
	enum spf_engine engine;

	ck_assert(spf_engine_from("native", &engine));
	ck_assert_int_eq(engine, SPF_ENGINE_NATIVE);
	ck_assert(spf_engine_from("libspf2", &engine));
	ck_assert_int_eq(engine, SPF_ENGINE_LIBSPF2);
	ck_assert(!spf_engine_from("libspf", &engine));
	ck_assert(!spf_engine_from("", &engine));
}
END_TEST

void
add_eval_tests(Suite *suite)
{
	TCase *tc = tcase_create("eval");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, evaluates, 0, TEST_COUNT(cases));
	tcase_add_loop_test(tc, survives_helo_names, 0, TEST_COUNT(helos));
	tcase_add_test(tc, tells_what_dns_said);
	tcase_add_test(tc, traces_what_it_does);
	tcase_add_test(tc, a_cancelled_one_is_silent);
	tcase_add_test(tc, done_may_end_the_arena);
	tcase_add_test(tc, knows_its_engines);
}
