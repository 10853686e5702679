/* Whom of the sealers is believed: records as literals, no signatures. */
#include "tests/unit/checks/checks_test.h"

#include "base/clock.h"
#include "checks/arc_trust.h"
#include "dmarc/dmarc.h"
#include "tests/support/fake_dns.h"

#define POLICY	"_dmarc.author.example TXT \"v=DMARC1; p=reject\"\n"
#define STRICT	"_dmarc.author.example TXT \"v=DMARC1; p=reject; " \
    "adkim=s; aspf=s\"\n"
#define APART	POLICY "_dmarc.own.author.example TXT " \
    "\"v=DMARC1; p=none; psd=n\"\n"

enum { YES = 1, NO = 0 };

/* One sealer, trusted. */
static const struct {
	const char *zone, *author, *record;
	int believed;
	enum word dmarc, dkim, spf;
} records[] = {
	/* DMARC decides alone */
	{ POLICY, "author.example", "s.example; dmarc=pass", YES,
	  WORD_PASS, WORD_NONE, WORD_NONE },
	{ POLICY, "author.example",
	  "s.example; dmarc=pass header.from=author.example; spf=fail", YES,
	  WORD_PASS, WORD_NONE, WORD_FAIL },
	{ POLICY, "author.example",
	  "s.example; dmarc=pass header.from=joe@Author.Example", YES,
	  WORD_PASS, WORD_NONE, WORD_NONE },
	{ POLICY, "author.example",
	  "s.example; dmarc=pass header.from=other.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; dmarc=fail; "
	  "dkim=pass header.d=author.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; dmarc=none; "
	  "dkim=pass header.d=author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	{ POLICY, "author.example", "s.example; dmarc=temperror; "
	  "dkim=pass header.d=author.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; dmarc=fail; dmarc=pass", YES,
	  WORD_PASS, WORD_NONE, WORD_NONE },
	/* no DMARC: the author's very domain */
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.d=author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	{ POLICY, "author.example", "s.example; "
	  "spf=pass smtp.mailfrom=author.example", YES,
	  WORD_NONE, WORD_NONE, WORD_PASS },
	{ POLICY, "author.example", "s.example; dkim=fail; "
	  "spf=pass smtp.mailfrom=joe@AUTHOR.example", YES,
	  WORD_NONE, WORD_FAIL, WORD_PASS },
	{ "", "author.example", "s.example; "
	  "dkim=pass header.d=author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	/* a stranger's own */
	{ POLICY, "author.example", "s.example; spf=pass "
	  "smtp.mailfrom=evil.example; dkim=pass header.d=evil.example", NO,
	  0, 0, 0 },
	{ POLICY, "author.example", "s.example; spf=pass; dkim=pass", NO,
	  0, 0, 0 },
	{ POLICY, "author.example", "s.example; "
	  "spf=pass smtp.helo=author.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.i=@author.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.d=notauthor.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.d=example", NO, 0, 0, 0 },
	/* aligned as the author's policy says */
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.d=mail.author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	{ POLICY, "news.author.example", "s.example; "
	  "dkim=pass header.d=mail.author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	{ POLICY, "author.example", "s.example; "
	  "spf=pass smtp.mailfrom=b@bounce.author.example", YES,
	  WORD_NONE, WORD_NONE, WORD_PASS },
	{ STRICT, "author.example", "s.example; "
	  "dkim=pass header.d=mail.author.example", NO, 0, 0, 0 },
	{ STRICT, "author.example", "s.example; "
	  "spf=pass smtp.mailfrom=bounce.author.example", NO, 0, 0, 0 },
	{ APART, "author.example", "s.example; "
	  "dkim=pass header.d=own.author.example", NO, 0, 0, 0 },
	{ "", "author.example", "s.example; "
	  "dkim=pass header.d=mail.author.example", NO, 0, 0, 0 },
	/* several of one method */
	{ POLICY, "author.example", "s.example; "
	  "dkim=fail header.d=author.example; "
	  "dkim=pass header.d=evil.example", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example; "
	  "dkim=pass header.d=evil.example; "
	  "dkim=pass header.d=author.example", YES,
	  WORD_NONE, WORD_PASS, WORD_NONE },
	/* nothing to believe */
	{ POLICY, "author.example", "s.example; none", NO, 0, 0, 0 },
	{ POLICY, "author.example", "s.example dmarc=pass", NO, 0, 0, 0 },
	{ POLICY, "author.example", "", NO, 0, 0, 0 },
	{ POLICY, "", "s.example; dmarc=pass", NO, 0, 0, 0 },
};

/* One decision, with what a session would hold. */
struct scene {
	struct arena		*arena;
	struct check_options	 options;
	struct fact_set		 facts;
	struct results		 results;
	struct subject		 subject;
	struct check		 check;
	struct check_run	 run;
	struct arc_trust	*trust;
	bool			 discovered, done, believed;
	unsigned		 calls;
	struct arc_record	 record;
};

static void
keep_policy(void *ctx, const struct dmarc_policy *policy)
{
	struct scene *scene = ctx;

	scene->subject.author_policy = policy;
	scene->discovered = true;
}

static void
scene_open(struct scene *scene, const char *zone, const char *author)
{
	*scene = (struct scene){ .arena = arena_new() };
	scene->results.arena = scene->arena;
	scene->facts.arena = scene->arena;
	scene->options.dns_timeout_ms = 5000;
	scene->subject = (struct subject){ .options = &scene->options,
	    .dns = fake_dns_new(zone), .strand = strand_new(),
	    .facts = &scene->facts, .results = &scene->results };
	scene->check = (struct check){ .name = "arc" };
	scene->run = (struct check_run){ .check = &scene->check,
	    .subject = &scene->subject, .arena = scene->arena };
	strand_enter(scene->subject.strand);
	facts_text_or_none(&scene->facts, FACT_ID_FROM_DOMAIN,
	    str_from(author));
	if (author[0] == '\0')
		return;
	dmarc_discover_start(scene->arena, scene->subject.dns,
	    scene->subject.strand, str_from(author), clock_ms() + 5000,
	    keep_policy, scene);
	ck_assert(strand_wait(scene->subject.strand, &scene->discovered,
	    clock_ms() + 10000));
}

static void
keep_record(void *ctx, const struct arc_record *record)
{
	struct scene *scene = ctx;

	scene->calls++;
	scene->done = true;
	scene->believed = record != NULL;
	if (record != NULL)
		scene->record = *record;
}

static void
scene_decide(struct scene *scene, const struct arc_sealer *sealers,
    size_t count)
{
	scene->done = false;
	scene->calls = 0;
	scene->trust = arc_trust_start(&scene->run, sealers, count,
	    keep_record, scene);
	ck_assert(strand_wait(scene->subject.strand, &scene->done,
	    clock_ms() + 10000));
	ck_assert_uint_eq(scene->calls, 1);
}

static void
scene_close(struct scene *scene)
{
	arc_trust_cancel(scene->trust);
	strand_leave(scene->subject.strand);
	resolver_free(scene->subject.dns);
	strand_unref(scene->subject.strand);
	arena_free(scene->arena);
}

START_TEST(a_record_is_believed_or_not)
{
	static const char *const trusted[] = { "s.example" };
	struct arc_sealer sealer = { .domain = STR("s.example"),
	    .results = str_from(records[_i].record) };
	struct scene scene;

	scene_open(&scene, records[_i].zone, records[_i].author);
	scene.options.trusted_sealers = trusted;
	scene.options.trusted_sealer_count = 1;
	scene_decide(&scene, &sealer, 1);
	ck_assert_msg(scene.believed == records[_i].believed, "%s: %s",
	    records[_i].record, scene.believed ? "believed" : "not believed");
	if (scene.believed) {
		ck_assert_int_eq(scene.record.dmarc, records[_i].dmarc);
		ck_assert_int_eq(scene.record.dkim, records[_i].dkim);
		ck_assert_int_eq(scene.record.spf, records[_i].spf);
	}
	scene_close(&scene);
}
END_TEST

/* Three sealers; who saw a pass, and who is trusted, a bit each. */
static const struct arc_sealer passing[3] = {
	{ .domain = STR_INIT("a.example"),
	  .results = STR_INIT("a.example; dmarc=pass; spf=fail") },
	{ .domain = STR_INIT("b.example"),
	  .results = STR_INIT("b.example; dmarc=pass; spf=softfail") },
	{ .domain = STR_INIT("c.example"),
	  .results = STR_INIT("c.example; dmarc=pass; spf=neutral") },
};

static const struct arc_sealer failing[3] = {
	{ .domain = STR_INIT("a.example"),
	  .results = STR_INIT("a.example; dmarc=fail; spf=pass") },
	{ .domain = STR_INIT("b.example"),
	  .results = STR_INIT("b.example; dmarc=fail; spf=pass") },
	{ .domain = STR_INIT("c.example"),
	  .results = STR_INIT("c.example; dmarc=fail; spf=pass") },
};

/* The names of a bit set in one of the six orders of three. */
static size_t
in_order(unsigned set, unsigned order, const char **names_out)
{
	static const unsigned char orders[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
		{ 2, 0, 1 }, { 2, 1, 0 },
	};
	static const char *const names[3] = { "a.example", "B.Example.",
					      "c.example" };
	size_t count = 0;

	for (unsigned k = 0; k < 3; k++)
		if ((set & 1u << orders[order][k]) != 0)
			names_out[count++] = names[orders[order][k]];
	return count;
}

/* Which sealer's word counts by the rule of the header; -1: nobody's. */
static int
expected(unsigned saw, unsigned trusted)
{
	for (int i = 2; i >= 0 && (trusted & 1u << i) != 0; i--)
		if ((saw & 1u << i) != 0)
			return i;
	return -1;
}

START_TEST(the_order_of_trusted_sealers_does_not_matter)
{
	static const enum word spf[3] = { WORD_FAIL, WORD_SOFTFAIL,
					  WORD_NEUTRAL };
	unsigned saw = (unsigned)_i % 8, trusted = (unsigned)_i / 8;
	int who = expected(saw, trusted);
	struct arc_sealer sealers[3];
	const char *names[3];
	struct scene scene;

	for (int i = 0; i < 3; i++)
		sealers[i] = (saw & 1u << i) != 0 ? passing[i] : failing[i];
	scene_open(&scene, POLICY, "author.example");
	scene.options.trusted_sealers = names;
	for (unsigned order = 0; order < 6; order++) {
		scene.options.trusted_sealer_count =
		    in_order(trusted, order, names);
		scene_decide(&scene, sealers, 3);
		ck_assert_msg(scene.believed == (who >= 0),
		    "saw %u, trusted %u, order %u", saw, trusted, order);
		if (who >= 0)
			ck_assert_int_eq(scene.record.spf, spf[who]);
	}
	scene_close(&scene);
}
END_TEST

/* A sealer with nothing aligned does not hide an older one who saw DMARC. */
START_TEST(an_older_record_is_looked_at_after_dns)
{
	static const char *const trusted[] = { "a.example", "b.example" };
	const struct arc_sealer sealers[] = { passing[0],
		{ .domain = STR("b.example"), .results = STR("b.example; "
		  "dkim=pass header.d=own.author.example") } };
	struct scene scene;

	scene_open(&scene, APART, "author.example");
	scene.options.trusted_sealers = trusted;
	scene.options.trusted_sealer_count = 2;
	scene_decide(&scene, sealers, 2);
	ck_assert(scene.believed);
	ck_assert_int_eq(scene.record.spf, WORD_FAIL);
	scene_close(&scene);
}
END_TEST

/* LIMIT_ARC_ALIGNED records cost DNS, the fifth is not weighed. */
START_TEST(records_that_cost_dns_are_few)
{
	static const char *const trusted[] = { "s.example" };
	struct arc_sealer sealers[5];
	struct scene scene;

	for (int i = 0; i < 5; i++)
		sealers[i] = (struct arc_sealer){ .domain = STR("s.example"),
		    .results = STR("s.example; "
		    "dkim=pass header.d=own.author.example") };
	sealers[0].results = STR("s.example; "
	    "dkim=pass header.d=mail.author.example");
	scene_open(&scene, APART, "author.example");
	scene.options.trusted_sealers = trusted;
	scene.options.trusted_sealer_count = 1;
	scene_decide(&scene, sealers + 1, 4);
	ck_assert(!scene.believed);
	scene_decide(&scene, sealers, 5);
	ck_assert(!scene.believed);
	scene_decide(&scene, sealers, 4);
	ck_assert(scene.believed);
	scene_close(&scene);
}
END_TEST

START_TEST(a_cancelled_decision_says_nothing)
{
	static const char *const trusted[] = { "s.example" };
	struct arc_sealer sealer = { .domain = STR("s.example"),
	    .results = STR("s.example; "
	    "dkim=pass header.d=mail.author.example") };
	struct scene scene;

	scene_open(&scene, POLICY, "author.example");
	scene.options.trusted_sealers = trusted;
	scene.options.trusted_sealer_count = 1;
	scene.trust = arc_trust_start(&scene.run, &sealer, 1, keep_record,
	    &scene);
	ck_assert_uint_eq(scene.calls, 0);
	arc_trust_cancel(scene.trust);
	ck_assert(!strand_wait(scene.subject.strand, &scene.done,
	    clock_ms() + 50));
	ck_assert_uint_eq(scene.calls, 0);
	scene_close(&scene);
}
END_TEST

void
add_arc_trust_tests(TCase *tc)
{
	tcase_add_loop_test(tc, a_record_is_believed_or_not, 0,
	    TEST_COUNT(records));
	tcase_add_loop_test(tc, the_order_of_trusted_sealers_does_not_matter,
	    0, 64);
	tcase_add_test(tc, an_older_record_is_looked_at_after_dns);
	tcase_add_test(tc, records_that_cost_dns_are_few);
	tcase_add_test(tc, a_cancelled_decision_says_nothing);
}
