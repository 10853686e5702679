#include "tests/unit/arc/arc_test.h"

#include "arc/arc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "tests/support/fake_dns.h"

#define KEY "\"v=DKIM1; k=ed25519; " \
    "p=IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is=\"\n"
#define ZONE1 "ed._domainkey.f1.example TXT " KEY
#define ZONE2 "ed._domainkey.f2.example TXT " KEY

/* Two sets, ed25519, made by the sealer of tests/conformance/arc. */
static const struct header_field message[] = {
	{ STR_INIT("ARC-Seal"),
	  STR_INIT(" i=2; a=ed25519-sha256; cv=pass; d=f2.example;\r\n"
	  "\ts=ed; t=1700000000; b=ySlkTo6uIDn1uRr5t4idmM6ap9Q002THt572Pv829FO"
	  "tPg1VaevDNoWv3m3E42Armg6XMoA65vUGAPn2AtXyBg==") },
	{ STR_INIT("ARC-Message-Signature"),
	  STR_INIT(" a=ed25519-sha256; c=relaxed/relaxed; d=f2.example; s=ed; "
	  "h=from:subject; bh=aB3JHhL6YfMiNbWX8XRnLJvbWmh93GDFE5RlKDnCXMM=; "
	  "b=TT9bXd1lN3T5V0cfCNhLgZcu01pPpYloZp/ru8p7TDOX187fF3c4Ow+rPdaqbIpL"
	  "2l7w9G0MY+MA33FXj4AsDQ==; i=2") },
	{ STR_INIT("ARC-Authentication-Results"),
	  STR_INIT(" i=2; f2.example; dmarc=pass") },
	{ STR_INIT("ARC-Seal"),
	  STR_INIT(" i=1; a=ed25519-sha256; cv=none; d=f1.example;\r\n"
	  "\ts=ed; t=1700000000; b=r/zkATixez38iX26LzMCVFB5wf4gYsdJ+i4sB7htWFO"
	  "nrIIilHcHUfwchSu1kwA8WoMYYikoqUftO0JZPpCwBw==") },
	{ STR_INIT("ARC-Message-Signature"),
	  STR_INIT(" a=ed25519-sha256; c=relaxed/relaxed; d=f1.example; s=ed; "
	  "h=from:subject; bh=aB3JHhL6YfMiNbWX8XRnLJvbWmh93GDFE5RlKDnCXMM=; "
	  "b=dUUWZK+ax0AZVI8OAaNdZ/UG6Lr4/nTyuUlDngKVhq/RUKpzsWVmxXCLM1lLcyw3"
	  "seRgueWrWbEYBmWHG2+oDA==; i=1") },
	{ STR_INIT("ARC-Authentication-Results"),
	  STR_INIT(" i=1; f1.example; dmarc=pass") },
	{ STR_INIT("From"), STR_INIT(" Joe <joe@author.example>") },
	{ STR_INIT("Subject"), STR_INIT(" Dinner") },
};

enum { FIELDS = sizeof(message) / sizeof(message[0]) };

static const char body[] =
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n";

/* One validation on its strand. */
struct bench {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	struct arc		*arc;
	struct arc_results	 results;	/* a copy */
	unsigned		 calls;
	bool			 done, in_eom;
};

static void
bench_open(struct bench *bench, const char *zone)
{
	static const struct arc_options options = { .clock_skew = 300,
						    .deadline_ms = 5000 };

	*bench = (struct bench){ .arena = arena_new(),
				 .dns = fake_dns_new(zone),
				 .strand = strand_new() };
	strand_enter(bench->strand);
	bench->arc = arc_new(&options, bench->arena, bench->dns,
	    bench->strand, 1700000000);
}

static void
bench_header(struct bench *bench, size_t from)
{
	for (size_t i = from; i < FIELDS; i++)
		arc_header(bench->arc, &message[i]);
}

static void
keep(void *ctx, const struct arc_results *results)
{
	struct bench *bench = ctx;

	ck_assert(!bench->in_eom);
	bench->calls++;
	bench->done = true;
	bench->results = *results;
}

static void
bench_eom(struct bench *bench)
{
	bench->in_eom = true;
	arc_eom(bench->arc, keep, bench);
	bench->in_eom = false;
}

static void
bench_end(struct bench *bench)
{
	bench_eom(bench);
	ck_assert(strand_wait(bench->strand, &bench->done,
	    clock_ms() + 20000));
	ck_assert_uint_eq(bench->calls, 1);
}

static void
bench_close(struct bench *bench)
{
	arc_free(bench->arc);
	strand_leave(bench->strand);
	resolver_free(bench->dns);
	strand_unref(bench->strand);
	arena_free(bench->arena);
}

static void
bench_run(struct bench *bench, const char *zone, size_t from,
    const char *text)
{
	bench_open(bench, zone);
	bench_header(bench, from);
	arc_eoh(bench->arc);
	for (size_t i = 0; text[i] != '\0'; i++)
		arc_body(bench->arc, str_make(text + i, 1));
	bench_end(bench);
}

START_TEST(a_good_chain_passes)
{
	struct bench bench;

	bench_run(&bench, ZONE1 ZONE2, 0, body);
	ck_assert_str_eq(arena_z(bench.arena, bench.results.reason), "2 sets");
	ck_assert_int_eq(bench.results.word, WORD_PASS);
	ck_assert_uint_eq(bench.results.oldest_pass, 0);
	ck_assert_uint_eq(bench.results.sealer_count, 2);
	ck_assert(str_eqz(bench.results.sealers[0].domain, "f1.example"));
	ck_assert(str_eqz(bench.results.sealers[1].domain, "f2.example"));
	ck_assert(str_eqz(bench.results.sealers[1].selector, "ed"));
	ck_assert(str_eqz(bench.results.sealers[0].results,
	    " f1.example; dmarc=pass"));
	ck_assert(!bench.results.body_limited);
	ck_assert_uint_eq(bench.results.key_count, 2);
	ck_assert(str_eqz(bench.results.keys[0].name,
	    "ed._domainkey.f2.example"));
	bench_close(&bench);
}
END_TEST

static const struct {
	const char	*zone;
	size_t		 from;		/* of the fields */
	const char	*body;
	enum word	 word;
	const char	*reason;
} verdicts[] = {
	{ ZONE1 ZONE2, 6, body, WORD_NONE, "no ARC field" },
	{ ZONE1, 3, body, WORD_PASS, "1 set" },
	{ ZONE1 ZONE2, 0, "Buy this.\r\n", WORD_FAIL,
	  "ARC-Message-Signature i=2: body hash differs" },
	{ ZONE1, 0, body, WORD_FAIL, "ARC-Message-Signature i=2: "
	  "no key at ed._domainkey.f2.example (NXDOMAIN)" },
	{ ZONE2, 0, body, WORD_FAIL, "ARC-Seal i=1: "
	  "no key at ed._domainkey.f1.example (NXDOMAIN)" },
	{ ZONE2 "ed._domainkey.f1.example * SERVFAIL\n", 0, body, WORD_FAIL,
	  "ARC-Seal i=1: key lookup failed (SERVFAIL)" },
	{ ZONE2 "ed._domainkey.f1.example TXT \"k=ed25519; "
	  "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n", 0, body,
	  WORD_FAIL, "ARC-Seal i=1: signature does not verify with the key" },
	{ ZONE1 ZONE2, 1, body, WORD_FAIL, "ARC-Seal i=2 is missing" },
};

START_TEST(verdicts_have_reasons)
{
	struct bench bench;

	bench_run(&bench, verdicts[_i].zone, verdicts[_i].from,
	    verdicts[_i].body);
	ck_assert_str_eq(arena_z(bench.arena, bench.results.reason),
	    verdicts[_i].reason);
	ck_assert_int_eq(bench.results.word, verdicts[_i].word);
	ck_assert_uint_eq(bench.results.sealer_count,
	    bench.results.word == WORD_PASS ? 1 : 0);
	bench_close(&bench);
}
END_TEST

/* Keys are on their way when the header has not ended. */
START_TEST(keys_are_asked_for_at_sight)
{
	struct bench bench;

	bench_open(&bench, ZONE1 ZONE2);
	bench_header(&bench, 0);
	ck_assert_uint_eq(fake_dns_queries(bench.dns), 4);
	bench_close(&bench);
}
END_TEST

START_TEST(hostile_fields_ask_for_few_keys)
{
	struct bench bench;

	bench_open(&bench, "");
	for (unsigned i = 1; i <= 50; i++) {
		struct header_field field = { STR("ARC-Seal"), arena_printf(
		    bench.arena, " i=%u; cv=pass; a=rsa-sha256; "
		    "d=f%u.example; s=s; b=YWJj", i, i) };

		arc_header(bench.arc, &field);
	}
	arc_eoh(bench.arc);
	bench_end(&bench);
	ck_assert_uint_eq(fake_dns_queries(bench.dns), LIMIT_ARC_KEYS_AHEAD);
	ck_assert_int_eq(bench.results.word, WORD_FAIL);
	bench_close(&bench);
}
END_TEST

/* Freed after so many steps, done() does not run. */
START_TEST(it_can_be_freed_at_any_stage)
{
	struct bench bench;
	const bool never = false;

	bench_open(&bench, _i % 2 == 0 ? ZONE1 ZONE2 :
	    "DELAY 20\n" ZONE1 ZONE2);
	if (_i / 2 >= 1)
		bench_header(&bench, 0);
	if (_i / 2 >= 2)
		arc_eoh(bench.arc);
	if (_i / 2 >= 3)
		arc_body(bench.arc, STR("Hi.\r\n"));
	if (_i / 2 >= 4)
		bench_eom(&bench);
	arc_free(bench.arc);
	bench.arc = NULL;
	strand_wait(bench.strand, &never, clock_ms() + 60);
	ck_assert_uint_eq(bench.calls, 0);
	bench_close(&bench);
}
END_TEST

void
add_validate_tests(TCase *tc)
{
	tcase_add_test(tc, a_good_chain_passes);
	tcase_add_loop_test(tc, verdicts_have_reasons, 0,
	    sizeof(verdicts) / sizeof(verdicts[0]));
	tcase_add_test(tc, keys_are_asked_for_at_sight);
	tcase_add_test(tc, hostile_fields_ask_for_few_keys);
	tcase_add_loop_test(tc, it_can_be_freed_at_any_stage, 0, 10);
}
