#include "tests/unit/dmarc/dmarc_test.h"

#include <stdio.h>

#include "base/clock.h"

#define R(name, tags)	"_dmarc." name " TXT \"v=DMARC1; " tags "\"\n"
#define DOWN(name, how)	"_dmarc." name " TXT " how "\n"
#define BANKS	R("bank.example", "p=quarantine; psd=y") \
	R("giant.bank.example", "p=reject")

static const struct {
	const char *zone, *author, *spf, *dkim;
	enum word word;
	bool by_spf, by_dkim;
	enum word disposition;
} cases[] = {
	/* table 1 of section 4.4 */
	{ R("example.com", "p=reject"), "news.example.com", NULL,
	  "foo.example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject"), "news.example.com", NULL,
	  "news.example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject"), "news.example.com", NULL,
	  "foo.example.net", WORD_FAIL, 0, 0, WORD_REJECT },
	/* appendix B.1.1 and B.1.2 */
	{ R("example.com", "p=reject; aspf=s"), "example.com", "example.com",
	  NULL, WORD_PASS, 1, 0, WORD_NONE },
	{ R("example.com", "p=reject"), "example.com", "child.example.com",
	  NULL, WORD_PASS, 1, 0, WORD_NONE },
	{ R("example.com", "p=reject"), "child.example.com", "example.net",
	  NULL, WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("example.com", "p=reject; adkim=s"), "example.com", NULL,
	  "example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject"), "child.example.com", NULL,
	  "example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject"), "child.example.com", NULL,
	  "example.net", WORD_FAIL, 0, 0, WORD_REJECT },
	/* appendix B.3.1 */
	{ R("example.com", "p=reject; aspf=r; "
	  "rua=mailto:dmarc-feedback@example.com"), "example.com",
	  "mail.example.com", "example.com", WORD_PASS, 1, 1, WORD_NONE },
	/* appendix B.4.1 to B.4.3 */
	{ R("example.com", "p=reject") R("signing.example.com", "p=none"),
	  "example.com", "example.com", "signing.example.com", WORD_PASS, 1,
	  1, WORD_NONE },
	{ R("example.com", "p=reject") R("signing.example.com", "p=none"),
	  "a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com",
	  "signing.example.com", WORD_PASS, 1, 1, WORD_NONE },
	{ BANKS, "giant.bank.example", "mail.giant.bank.example",
	  "mail.mega.bank.example", WORD_PASS, 1, 0, WORD_NONE },
	{ BANKS, "giant.bank.example", NULL, "mail.mega.bank.example",
	  WORD_FAIL, 0, 0, WORD_REJECT },
	{ BANKS, "mega.bank.example", NULL, "giant.bank.example",
	  WORD_FAIL, 0, 0, WORD_QUARANTINE },
	{ BANKS, "mega.bank.example", NULL, "x.mega.bank.example",
	  WORD_PASS, 0, 1, WORD_NONE },
	/* a public suffix aligns with none of its customers */
	{ BANKS, "giant.bank.example", NULL, "bank.example", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ BANKS, "bank.example", NULL, "giant.bank.example", WORD_FAIL, 0, 0,
	  WORD_QUARANTINE },
	{ BANKS, "bank.example", NULL, "bank.example", WORD_PASS, 0, 1,
	  WORD_NONE },
	{ R("com", "p=reject; psd=y"), "example.com", "com", "com",
	  WORD_FAIL, 0, 0, WORD_REJECT },
	/* psd=n makes an organization of its own */
	{ R("example.com", "p=reject") R("b.example.com", "p=reject; psd=n"),
	  "example.com", NULL, "b.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject") R("b.example.com", "p=reject; psd=n"),
	  "example.com", NULL, "a.b.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject") R("b.example.com", "p=reject; psd=n"),
	  "b.example.com", "example.com", "a.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject") R("b.example.com", "p=reject; psd=n"),
	  "b.example.com", "x.b.example.com", "a.example.com", WORD_PASS, 1,
	  0, WORD_NONE },
	{ R("example.com", "p=reject; psd=n"), "a.example.com",
	  "example.com", "b.example.com", WORD_PASS, 1, 1, WORD_NONE },
	/* a suffix below the organization */
	{ R("example.com", "p=reject") R("h.example.com", "p=none; psd=y"),
	  "example.com", NULL, "c.h.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject") R("h.example.com", "p=none; psd=y"),
	  "c.h.example.com", NULL, "d.h.example.com", WORD_FAIL, 0, 0,
	  WORD_NONE },
	/* no common record: each is its own organization */
	{ R("a.example.com", "p=reject"), "a.example.com", NULL,
	  "example.com", WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("a.example.com", "p=reject"), "a.example.com", NULL,
	  "b.example.com", WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("a.example.com", "p=reject"), "a.example.com", NULL,
	  "x.a.example.com", WORD_PASS, 0, 1, WORD_NONE },
	/* strict: by method, identical only, without case */
	{ R("example.com", "p=reject; aspf=s"), "example.com",
	  "a.example.com", "a.example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject; adkim=s"), "example.com",
	  "a.example.com", "a.example.com", WORD_PASS, 1, 0, WORD_NONE },
	{ R("example.com", "p=reject; adkim=s; aspf=s"), "example.com",
	  "a.example.com", "a.example.com", WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("example.com", "p=reject; adkim=s; aspf=s"), "a.example.com",
	  "example.com", "A.Example.COM.", WORD_PASS, 0, 1, WORD_NONE },
	/* several signatures, names that only look alike, U-labels */
	{ R("example.com", "p=reject"), "example.com", NULL,
	  "example.net evil.example example.com", WORD_PASS, 0, 1,
	  WORD_NONE },
	{ R("example.com", "p=reject"), "example.com", "badexample.com",
	  "example.com.evil.example xexample.com com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("xn--bcher-kva.example", "p=reject"), "xn--bcher-kva.example",
	  NULL, "b\xc3\xbc" "cher.example", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject"), "example.com", "-bad-",
	  "a..example.com", WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("example.com", "p=reject"), "example.com", NULL, NULL,
	  WORD_FAIL, 0, 0, WORD_REJECT },
	/* t=y lowers by one */
	{ R("example.com", "p=reject; t=y"), "example.com", NULL, NULL,
	  WORD_FAIL, 0, 0, WORD_QUARANTINE },
	{ R("example.com", "p=quarantine; t=y"), "example.com", NULL, NULL,
	  WORD_FAIL, 0, 0, WORD_NONE },
	{ R("example.com", "p=none; t=y"), "example.com", NULL, NULL,
	  WORD_FAIL, 0, 0, WORD_NONE },
	{ R("example.com", "p=none; sp=reject; t=y"), "a.example.com", NULL,
	  NULL, WORD_FAIL, 0, 0, WORD_QUARANTINE },
	{ R("example.com", "p=reject; t=y"), "example.com", NULL,
	  "example.com", WORD_PASS, 0, 1, WORD_NONE },
	/* no policy */
	{ "", "example.com", "example.com", "example.com", WORD_NONE, 0, 0,
	  WORD_NONE },
	{ R("example.com", "p=bogus"), "example.com", "example.com", NULL,
	  WORD_NONE, 0, 0, WORD_NONE },
	{ DOWN("example.com", "SERVFAIL"), "example.com", "example.com",
	  "example.com", WORD_TEMPERROR, 0, 0, WORD_NONE },
	/* the author's organization is hidden by trouble above */
	{ R("example.com", "p=reject") DOWN("com", "TIMEOUT"), "example.com",
	  NULL, "example.com", WORD_PASS, 0, 1, WORD_NONE },
	{ R("example.com", "p=reject") DOWN("com", "TIMEOUT"), "example.com",
	  NULL, "a.example.com", WORD_TEMPERROR, 0, 0, WORD_NONE },
	{ R("example.com", "p=reject; adkim=s") DOWN("com", "TIMEOUT"),
	  "example.com", NULL, "a.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject") DOWN("com", "TIMEOUT"), "example.com",
	  "example.net", "evil.example", WORD_FAIL, 0, 0, WORD_REJECT },
	{ R("example.com", "p=reject") DOWN("com", "TIMEOUT"), "example.com",
	  NULL, NULL, WORD_FAIL, 0, 0, WORD_REJECT },
	/* trouble in the identifier's own walk */
	{ R("example.com", "p=reject") DOWN("b.example.com", "SERVFAIL"),
	  "example.com", NULL, "b.example.com", WORD_TEMPERROR, 0, 0,
	  WORD_NONE },
	{ R("example.com", "p=reject") DOWN("b.example.com", "SERVFAIL"),
	  "example.com", "a.example.com", "b.example.com", WORD_PASS, 1, 0,
	  WORD_NONE },
	{ R("example.com", "p=reject") DOWN("evil.example", "SERVFAIL"),
	  "example.com", NULL, "evil.example", WORD_FAIL, 0, 0,
	  WORD_REJECT },
	{ R("example.com", "p=reject; adkim=s") DOWN("b.example.com",
	  "BOGUS"), "example.com", NULL, "b.example.com", WORD_FAIL, 0, 0,
	  WORD_REJECT },
};

START_TEST(identifiers_align)
{
	struct world *world = world_new(cases[_i].zone);
	const struct dmarc_result *result = world_evaluate(world,
	    cases[_i].author, cases[_i].spf, cases[_i].dkim);

	ck_assert_str_eq(word_name(result->word), word_name(cases[_i].word));
	ck_assert_int_eq(result->aligned_spf, cases[_i].by_spf);
	ck_assert_int_eq(result->aligned_dkim, cases[_i].by_dkim);
	ck_assert_str_eq(word_name(result->disposition),
	    word_name(cases[_i].disposition));
	ck_assert_int_eq(result->has_policy,
	    world->policy.word == WORD_PASS);
	assert_str(result->domain, cases[_i].author);
	ck_assert_uint_gt(result->reason.len, 0);
	world_free(world);
}
END_TEST

/* SPF or DKIM that DNS trouble kept from passing. */
static const struct {
	const char *tags, *author, *spf, *dkim;	/* in trouble */
	const char *passed;			/* DKIM that passed */
	enum word word;
} troubles[] = {
	{ "p=reject", "example.com", "example.com", NULL, NULL,
	  WORD_TEMPERROR },
	{ "p=reject", "example.com", NULL, "example.com", NULL,
	  WORD_TEMPERROR },
	{ "p=reject", "example.com", NULL, "a.example.com", NULL,
	  WORD_TEMPERROR },
	{ "p=reject", "a.example.com", "b.example.com", NULL, NULL,
	  WORD_TEMPERROR },
	{ "p=reject", "example.com", "example.net", "evil.example", NULL,
	  WORD_FAIL },
	{ "p=reject; aspf=s", "example.com", "a.example.com", NULL, NULL,
	  WORD_FAIL },
	{ "p=reject; adkim=s", "example.com", NULL, "a.example.com", NULL,
	  WORD_FAIL },
	{ "p=reject; aspf=s", "example.com", NULL, "a.example.com", NULL,
	  WORD_TEMPERROR },
	{ "p=reject", "example.com", "example.com", "example.com",
	  "example.com", WORD_PASS },
	{ "p=reject", "example.com", "example.com", NULL, "example.net",
	  WORD_TEMPERROR },
};

START_TEST(trouble_is_neither_pass_nor_fail)
{
	struct dmarc_identifiers ids = { 0 };
	struct world *world;
	char zone[128];

	snprintf(zone, sizeof(zone),
	    "_dmarc.example.com TXT \"v=DMARC1; %s\"\n", troubles[_i].tags);
	world = world_new(zone);
	ids.spf_temperror_domain = str_from(troubles[_i].spf);
	ids.spf_temperror = ids.spf_temperror_domain.len > 0;
	ids.dkim_temperror_domains = world_words(world, troubles[_i].dkim,
	    &ids.dkim_temperror_count);
	ids.dkim_temperror = ids.dkim_temperror_count > 0;
	ids.dkim_domains = world_words(world, troubles[_i].passed,
	    &ids.dkim_count);
	ck_assert_str_eq(word_name(world_evaluate_ids(world,
	    troubles[_i].author, &ids)->word), word_name(troubles[_i].word));
	ck_assert_int_eq(world->result.disposition,
	    troubles[_i].word == WORD_FAIL ? WORD_REJECT : WORD_NONE);
	world_free(world);
}
END_TEST

/* How many questions an evaluation adds to the walk for the author. */
static const struct {
	const char *tags, *author, *spf, *dkim;
	unsigned walk, more;
} costs[] = {
	{ "p=none", "example.com", "example.com", "example.com", 2, 0 },
	{ "p=none", "a.example.com", "example.com", "example.com", 3, 0 },
	{ "p=none", "example.com", "a.example.com", NULL, 2, 1 },
	{ "p=none", "example.com", "a.example.com", "a.example.com", 2, 1 },
	{ "p=none", "a.b.example.com", "b.example.com", "c.b.example.com", 4,
	  1 },
	{ "p=none", "example.com", "example.net", "x.example.net", 2, 0 },
	{ "p=none; aspf=s; adkim=s", "example.com", "a.example.com",
	  "b.example.com", 2, 0 },
	{ "p=none; psd=n", "example.com", "a.example.com", NULL, 2, 1 },
	{ "p=none", "example.com", "a.b.c.d.e.f.g.h.example.com", NULL, 2,
	  6 },
	{ "p=none", "example.com", NULL, "a.example.com b.example.com "
	  "c.example.com d.example.com e.example.com f.example.com "
	  "g.example.com h.example.com i.example.com j.example.com "
	  "k.example.com l.example.com", 2, 10 },
};

START_TEST(answers_are_used_again)
{
	struct world *world;
	char zone[128];

	snprintf(zone, sizeof(zone),
	    "_dmarc.example.com TXT \"v=DMARC1; %s\"\n", costs[_i].tags);
	world = world_new(zone);
	world_evaluate(world, costs[_i].author, costs[_i].spf,
	    costs[_i].dkim);
	ck_assert_uint_eq(fake_dns_queries(world->dns),
	    costs[_i].walk + costs[_i].more);
	ck_assert_uint_eq(world->result.queries.count, costs[_i].more);
	world_free(world);
}
END_TEST

static void
never(void *ctx, const struct dmarc_result *result)
{
	(void)ctx;
	(void)result;
	ck_abort_msg("done() ran");
}

START_TEST(evaluation_is_cancelled)
{
	struct world *world = world_new(R("example.com", "p=reject"));
	struct str domains[] = { STR("example.com"), STR("a.example.com") };
	const struct dmarc_policy *policy = world_discover(world,
	    "example.com");

	dmarc_evaluate_cancel(NULL);
	for (size_t i = 1; i <= 2; i++) {
		struct dmarc_identifiers ids = {
			.dkim_domains = domains, .dkim_count = i
		};

		dmarc_evaluate_cancel(dmarc_evaluate_start(world->arena,
		    world->dns, world->strand, policy, &ids,
		    clock_ms() + 1000, never, NULL));
	}
	ck_assert(!strand_wait(world->strand, &world->done,
	    clock_ms() + 30));
	world_free(world);
}
END_TEST

TCase *
align_cases(void)
{
	TCase *tc = tcase_create("align");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, identifiers_align, 0, TEST_COUNT(cases));
	tcase_add_loop_test(tc, trouble_is_neither_pass_nor_fail, 0,
	    TEST_COUNT(troubles));
	tcase_add_loop_test(tc, answers_are_used_again, 0,
	    TEST_COUNT(costs));
	tcase_add_test(tc, evaluation_is_cancelled);
	return tc;
}
