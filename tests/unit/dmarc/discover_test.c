#include "tests/unit/dmarc/dmarc_test.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/domain.h"

#define R(name, tags)	"_dmarc." name " TXT \"v=DMARC1; " tags "\"\n"
#define DOWN(name, how)	"_dmarc." name " TXT " how "\n"

static const struct {
	const char *zone, *domain;
	const char *walk;		/* names asked for, in order */
	const char *org;
	const char *policy_domain;	/* "": none */
	enum word policy;
} walks[] = {
	/* section 4.10: names and order */
	{ "", "a.b.c.d.e.f.g.h.i.j.mail.example.com",
	  "a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com "
	  "h.i.j.mail.example.com i.j.mail.example.com j.mail.example.com "
	  "mail.example.com example.com com",
	  "a.b.c.d.e.f.g.h.i.j.mail.example.com", "", WORD_NONE },
	{ "", "a.mail.example.com",
	  "a.mail.example.com mail.example.com example.com com",
	  "a.mail.example.com", "", WORD_NONE },
	{ "", "a.b.c.d.e.f.g", "a.b.c.d.e.f.g b.c.d.e.f.g c.d.e.f.g d.e.f.g "
	  "e.f.g f.g g", "a.b.c.d.e.f.g", "", WORD_NONE },
	{ "", "a.b.c.d.e.f.g.h", "a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h "
	  "d.e.f.g.h e.f.g.h f.g.h g.h h", "a.b.c.d.e.f.g.h", "",
	  WORD_NONE },
	{ "", "a.b.c.d.e.f.g.h.i", "a.b.c.d.e.f.g.h.i c.d.e.f.g.h.i "
	  "d.e.f.g.h.i e.f.g.h.i f.g.h.i g.h.i h.i i", "a.b.c.d.e.f.g.h.i",
	  "", WORD_NONE },
	{ "", "com", "com", "com", "", WORD_NONE },
	/* section 4.10.2: the three examples */
	{ R("mail.example.com", "p=none") R("example.com", "p=reject"),
	  "a.mail.example.com",
	  "a.mail.example.com mail.example.com example.com com",
	  "example.com", "example.com", WORD_REJECT },
	{ R("mail.example.com", "p=reject; psd=n")
	  R("example.com", "p=none"), "a.mail.example.com",
	  "a.mail.example.com mail.example.com", "mail.example.com",
	  "mail.example.com", WORD_REJECT },
	{ R("com", "p=reject; psd=y"), "a.mail.example.com",
	  "a.mail.example.com mail.example.com example.com com",
	  "example.com", "com", WORD_REJECT },
	{ R("example.com", "p=none; psd=y"), "mail.example.com",
	  "mail.example.com example.com", "mail.example.com", "example.com",
	  WORD_NONE },
	/* appendix B.4 */
	{ R("example.com", "p=none") R("signing.example.com", "p=reject"),
	  "example.com", "example.com com", "example.com", "example.com",
	  WORD_NONE },
	{ R("example.com", "p=none") R("signing.example.com", "p=reject"),
	  "signing.example.com", "signing.example.com example.com com",
	  "example.com", "signing.example.com", WORD_REJECT },
	{ R("example.com", "p=reject"),
	  "a.b.c.d.e.f.g.h.i.j.k.example.com",
	  "a.b.c.d.e.f.g.h.i.j.k.example.com g.h.i.j.k.example.com "
	  "h.i.j.k.example.com i.j.k.example.com j.k.example.com "
	  "k.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ R("bank.example", "p=quarantine; psd=y")
	  R("giant.bank.example", "p=reject"), "giant.bank.example",
	  "giant.bank.example bank.example", "giant.bank.example",
	  "giant.bank.example", WORD_REJECT },
	{ R("bank.example", "p=quarantine; psd=y")
	  R("giant.bank.example", "p=reject"), "mail.giant.bank.example",
	  "mail.giant.bank.example giant.bank.example bank.example",
	  "giant.bank.example", "giant.bank.example", WORD_REJECT },
	{ R("bank.example", "p=quarantine; psd=y")
	  R("giant.bank.example", "p=reject"), "mail.mega.bank.example",
	  "mail.mega.bank.example mega.bank.example bank.example",
	  "mega.bank.example", "bank.example", WORD_QUARANTINE },
	/* psd at the start itself */
	{ R("bank.example", "p=reject; psd=y"), "bank.example",
	  "bank.example", "bank.example", "bank.example", WORD_REJECT },
	{ R("bank.example", "p=reject; psd=n") R("example", "p=none; psd=y"),
	  "bank.example", "bank.example", "bank.example", "bank.example",
	  WORD_REJECT },
	{ R("example", "p=reject; sp=none; psd=y"), "example", "example",
	  "example", "example", WORD_REJECT },
	/* below 8 labels skipped names do not count */
	{ R("b.c.d.e.f.example.com", "p=reject"),
	  "x.a.b.c.d.e.f.example.com", "x.a.b.c.d.e.f.example.com "
	  "b.c.d.e.f.example.com c.d.e.f.example.com d.e.f.example.com "
	  "e.f.example.com f.example.com example.com com",
	  "b.c.d.e.f.example.com", "b.c.d.e.f.example.com", WORD_REJECT },
	{ R("a.b.c.d.e.f.example.com", "p=reject"),
	  "x.a.b.c.d.e.f.example.com", "x.a.b.c.d.e.f.example.com "
	  "b.c.d.e.f.example.com c.d.e.f.example.com d.e.f.example.com "
	  "e.f.example.com f.example.com example.com com",
	  "x.a.b.c.d.e.f.example.com", "", WORD_NONE },
	{ R("com", "p=reject; psd=y"), "a.b.c.d.e.f.g.h.i.example.com",
	  "a.b.c.d.e.f.g.h.i.example.com e.f.g.h.i.example.com "
	  "f.g.h.i.example.com g.h.i.example.com h.i.example.com "
	  "i.example.com example.com com", "example.com", "com",
	  WORD_REJECT },
	{ R("c.d.e.f.g.example.com", "p=reject; psd=y"),
	  "a.b.c.d.e.f.g.example.com", "a.b.c.d.e.f.g.example.com "
	  "c.d.e.f.g.example.com", "b.c.d.e.f.g.example.com",
	  "c.d.e.f.g.example.com", WORD_REJECT },
	/* the TLD's record without psd is one as any other */
	{ R("com", "p=quarantine") R("example.com", "p=reject"),
	  "a.example.com", "a.example.com example.com com", "com", "com",
	  WORD_QUARANTINE },
	/* several records at one name, and text that is none */
	{ R("example.com", "p=reject") R("example.com", "p=none"),
	  "example.com", "example.com com", "example.com", "", WORD_NONE },
	{ R("example.com", "p=reject") R("example.com", "p=reject"),
	  "a.example.com", "a.example.com example.com com", "a.example.com",
	  "", WORD_NONE },
	{ R("a.example.com", "p=none") R("a.example.com", "p=none; psd=n")
	  R("example.com", "p=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ R("example.com", "p=reject")
	  "_dmarc.example.com TXT \"v=spf1 -all\"\n"
	  "_dmarc.example.com TXT \"v=dmarc1; p=none\"\n"
	  "_dmarc.example.com TXT \"\"\n", "example.com", "example.com com",
	  "example.com", "example.com", WORD_REJECT },
	{ "_dmarc.example.com TXT \"v=DMARC1; p=\" \"reject\"\n",
	  "example.com", "example.com com", "example.com", "example.com",
	  WORD_REJECT },
	/* CNAMEs; no data and no name are the same to the walk */
	{ "_dmarc.example.com CNAME policy.example.net\n"
	  "policy.example.net TXT \"v=DMARC1; p=reject\"\n", "example.com",
	  "example.com com", "example.com", "example.com", WORD_REJECT },
	{ "_dmarc.a.example.com CNAME gone.example.net\n"
	  R("example.com", "p=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ "_dmarc.a.example.com A 192.0.2.1\n_dmarc.com * NODATA\n"
	  R("example.com", "p=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	/* which of p, sp and np */
	{ R("example.com", "p=none; sp=quarantine; np=reject"),
	  "example.com", "example.com com", "example.com", "example.com",
	  WORD_NONE },
	{ R("example.com", "p=none; sp=quarantine; np=reject")
	  "a.example.com A 192.0.2.1\n", "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_QUARANTINE },
	{ R("example.com", "p=none; sp=quarantine; np=reject"),
	  "a.example.com", "a.example.com example.com com", "example.com",
	  "example.com", WORD_REJECT },
	{ R("example.com", "p=none; np=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ R("example.com", "p=none; np=reject") "a.example.com * NODATA\n",
	  "a.example.com", "a.example.com example.com com", "example.com",
	  "example.com", WORD_NONE },
	{ R("example.com", "p=none; np=reject") "x.a.example.com MX 0 .\n",
	  "a.example.com", "a.example.com example.com com", "example.com",
	  "example.com", WORD_NONE },
	{ R("example.com", "p=none; np=reject")
	  "a.example.com CNAME gone.example.net\n", "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_NONE },
	{ R("example.com", "p=reject; sp=none"), "gone.example.com",
	  "gone.example.com example.com com", "example.com", "example.com",
	  WORD_NONE },
	{ R("example.com", "p=reject"), "gone.example.com",
	  "gone.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ R("example.com", "p=reject; sp=none; np=none")
	  R("a.example.com", "p=quarantine; sp=none"), "a.example.com",
	  "a.example.com example.com com", "example.com", "a.example.com",
	  WORD_QUARANTINE },
	{ R("com", "p=none; np=reject; psd=y"), "gone.com", "gone.com com",
	  "gone.com", "com", WORD_REJECT },
	/* sp of a record between is not asked */
	{ R("b.example.com", "p=none; sp=none") R("example.com",
	  "p=none; sp=reject"), "a.b.example.com",
	  "a.b.example.com b.example.com example.com com", "example.com",
	  "example.com", WORD_REJECT },
	/* records that set no policy end the search, but count in the walk */
	{ R("a.example.com", "p=bogus") R("example.com", "p=reject"),
	  "a.example.com", "a.example.com example.com com", "example.com", "",
	  WORD_NONE },
	{ R("a.example.com", "p=bogus; rua=mailto:a@example.com")
	  R("example.com", "p=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "a.example.com",
	  WORD_NONE },
	{ R("com", "psd=y") R("example.com", "p=reject"), "a.example.com",
	  "a.example.com example.com com", "example.com", "example.com",
	  WORD_REJECT },
	{ R("example.com", "psd=n"), "a.example.com",
	  "a.example.com example.com", "example.com", "", WORD_NONE },
	/* a PSD's policy is not for an organization with a record */
	{ R("com", "p=reject; psd=y") R("example.com", "p=none"),
	  "a.example.com", "a.example.com example.com com", "example.com",
	  "example.com", WORD_NONE },
	/* trouble above what decides */
	{ R("example.com", "p=reject; psd=n") DOWN("com", "SERVFAIL"),
	  "a.example.com", "a.example.com example.com", "example.com",
	  "example.com", WORD_REJECT },
	{ R("example.com", "p=reject; psd=n") DOWN("com", "TIMEOUT"),
	  "example.com", "example.com", "example.com", "example.com",
	  WORD_REJECT },
};

START_TEST(walk_finds)
{
	struct world *world = world_new(walks[_i].zone);
	const struct dmarc_policy *policy = world_discover(world,
	    walks[_i].domain);

	assert_str(world_walk(world), walks[_i].walk);
	assert_str(policy->author_domain, walks[_i].domain);
	assert_str(policy->organizational_domain, walks[_i].org);
	assert_str(policy->policy_domain, walks[_i].policy_domain);
	ck_assert_int_eq(policy->word, walks[_i].policy_domain[0] == '\0' ?
	    WORD_NONE : WORD_PASS);
	ck_assert_int_eq(policy->policy, walks[_i].policy);
	ck_assert_uint_gt(policy->reason.len, 0);
	ck_assert_uint_le(fake_dns_queries(world->dns), 9);
	world_free(world);
}
END_TEST

static const char *const failures[] = { "SERVFAIL", "TIMEOUT", "BOGUS" };

/* Each failure at each step of the walk for a.b.example.com. */
START_TEST(walk_meets_trouble)
{
	static const char *const names[] = {
		"a.b.example.com", "b.example.com", "example.com", "com"
	};
	struct world *world;
	char zone[256];

	for (int i = 0; i < 4; i++) {
		/* no record at all, and one at the organization */
		for (int with = 0; with < 2; with++) {
			snprintf(zone, sizeof(zone), "%s_dmarc.%s TXT %s\n",
			    with && i != 2 ? R("example.com", "p=reject") : "",
			    names[i], failures[_i]);
			world = world_new(zone);
			ck_assert_int_eq(world_discover(world,
			    "a.b.example.com")->word, WORD_TEMPERROR);
			assert_str(world->policy.organizational_domain, "");
			assert_str(world->policy.policy_domain, "");
			assert_str(world_walk(world), "a.b.example.com "
			    "b.example.com example.com com");
			world_free(world);
		}
		/* the author's own record is enough for the policy */
		if (i == 0)
			continue;
		snprintf(zone, sizeof(zone), "%s_dmarc.%s TXT %s\n",
		    R("a.b.example.com", "p=reject"), names[i],
		    failures[_i]);
		world = world_new(zone);
		ck_assert_int_eq(world_discover(world,
		    "a.b.example.com")->word, WORD_PASS);
		ck_assert_int_eq(world->policy.policy, WORD_REJECT);
		assert_str(world->policy.organizational_domain, "");
		world_free(world);
	}
}
END_TEST

START_TEST(existence_meets_trouble)
{
	struct world *world;
	char zone[256];

	snprintf(zone, sizeof(zone), "%sa.example.com TXT %s\n",
	    R("example.com", "p=none; np=reject"), failures[_i]);
	world = world_new(zone);
	ck_assert_int_eq(world_discover(world, "a.example.com")->word,
	    WORD_PASS);
	ck_assert(world->policy.existence_hidden);
	/* Without it there is no policy to apply, but still a pass. */
	ck_assert_int_eq(world_evaluate(world, "a.example.com",
	    "example.net", NULL)->word, WORD_TEMPERROR);
	ck_assert_int_eq(world->result.disposition, WORD_NONE);
	ck_assert_int_eq(world_evaluate(world, "a.example.com", NULL,
	    "example.com")->word, WORD_PASS);
	world_free(world);
}
END_TEST

/* np that says the same as sp needs no look at the author domain. */
START_TEST(existence_is_not_asked_in_vain)
{
	struct world *world = world_new(
	    R("example.com", "p=none; sp=reject; np=reject")
	    "a.example.com * SERVFAIL\n");

	ck_assert_int_eq(world_discover(world, "a.example.com")->policy,
	    WORD_REJECT);
	ck_assert_uint_eq(fake_dns_queries(world->dns), 3);
	world_free(world);
}
END_TEST

/* 1 to 127 labels: the count of queries, and where the walk goes. */
START_TEST(walk_of_many_labels)
{
	struct world *world = world_new("");
	struct str domain = STR("x");
	unsigned expected = (unsigned)_i > 8 ? 8 : (unsigned)_i;

	for (int i = 1; i < _i; i++)
		domain = arena_printf(world->arena, "%.*s.%c",
		    STR_ARG(domain), 'a' + i % 26);
	world_discover(world, arena_z(world->arena, domain));
	ck_assert_uint_eq(world->policy.query_count, expected);
	ck_assert_uint_eq(fake_dns_queries(world->dns), expected);
	for (unsigned i = 0; i < expected; i++) {
		struct str name = str_skip(world->policy.queries[i].name,
		    7);

		ck_assert(domain_is_under(domain, name));
		if (i > 0)
			ck_assert_uint_eq(domain_labels(name), expected - i);
	}
	ck_assert_int_eq(world->policy.word, WORD_NONE);
	world_free(world);
}
END_TEST

/* The notes of a walk. */
START_TEST(walk_explains)
{
	struct world *world = world_new(
	    "_dmarc.a.b.c.example.com TXT \"hello\"\n"
	    R("b.c.example.com", "p=none") R("b.c.example.com", "p=none")
	    R("c.example.com", "p=bogus; rua=mailto:a@example.com")
	    R("example.com", "p=none; psd=n"));
	static const char *const notes[] = {
		"no DMARC record", "2 records: none counts",
		"its p tag is not valid: taken as p=none",
		"psd=n: the walk ends"
	};

	world_discover(world, "a.b.c.example.com");
	ck_assert_uint_eq(world->policy.query_count, 4);
	for (int i = 0; i < 4; i++)
		assert_str(world->policy.queries[i].note, notes[i]);
	assert_str(world->policy.queries[1].record, "");
	assert_str(world->policy.queries[3].record,
	    "v=DMARC1; p=none; psd=n");
	world_free(world);
}
END_TEST

static void
never(void *ctx, const struct dmarc_policy *policy)
{
	(void)ctx;
	(void)policy;
	ck_abort_msg("done() ran");
}

START_TEST(walk_is_cancelled)
{
	struct world *world = world_new("DELAY 20\n"
	    R("example.com", "p=reject; np=none"));

	dmarc_discover_cancel(NULL);
	dmarc_discover_cancel(dmarc_discover_start(world->arena, world->dns,
	    world->strand, STR("a.example.com"), clock_ms() + 1000, never,
	    NULL));
	ck_assert(!strand_wait(world->strand, &world->done,
	    clock_ms() + 60));
	world_free(world);
}
END_TEST

/* All names are asked for at once: one round of delay, not four. */
START_TEST(walk_takes_one_round)
{
	struct world *world = world_new("DELAY 100\n"
	    "_dmarc.a.b.example.com * NODATA\n"
	    "_dmarc.b.example.com * NODATA\n"
	    "_dmarc.com * NODATA\n" R("example.com", "p=reject"));
	uint64_t start = clock_ms();

	world_discover(world, "a.b.example.com");
	ck_assert_uint_ge(clock_ms() - start, 99);
	ck_assert_uint_lt(clock_ms() - start, 300);
	world_free(world);
}
END_TEST

TCase *
discover_cases(void)
{
	TCase *tc = tcase_create("discover");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, walk_finds, 0, TEST_COUNT(walks));
	tcase_add_loop_test(tc, walk_meets_trouble, 0, TEST_COUNT(failures));
	tcase_add_loop_test(tc, existence_meets_trouble, 0,
	    TEST_COUNT(failures));
	tcase_add_test(tc, existence_is_not_asked_in_vain);
	tcase_add_loop_test(tc, walk_of_many_labels, 1, 128);
	tcase_add_test(tc, walk_explains);
	tcase_add_test(tc, walk_is_cancelled);
	tcase_add_test(tc, walk_takes_one_round);
	return tc;
}
