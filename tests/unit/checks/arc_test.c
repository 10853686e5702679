/*
 * The arc check as a session runs it: header, body, then DMARC's policy, in
 * either order, against trusted_sealers.
 */
#include "tests/unit/checks/checks_test.h"

#include "arc/arc.h"
#include "base/clock.h"
#include "checks/registry.h"
#include "dmarc/dmarc.h"
#include "tests/support/fake_dns.h"

#define KEY "\"v=DKIM1; k=ed25519; " \
    "p=IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is=\"\n"
#define ZONE "ed._domainkey.f1.example TXT " KEY \
    "ed._domainkey.f2.example TXT " KEY

/* Two sets, ed25519, made by the sealer of tests/conformance/arc. */
static const struct header_field chained[] = {
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

enum { FIELDS = sizeof(chained) / sizeof(chained[0]), PLAIN_FROM = 6 };

static const char body[] =
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n";

struct scene {
	struct arena		*arena;
	struct check_options	 options;
	struct fact_set		 facts;
	struct results		 results;
	struct header		 header;
	struct subject		 subject;
	struct check_run	 run;
	unsigned		 finishes;
	bool			 finished;
};

static void
on_finish(struct check_run *run)
{
	struct scene *scene = run->subject->owner;

	scene->finishes++;
	scene->finished = true;
}

static void
scene_open(struct scene *scene, const char *const *trusted, size_t count)
{
	const struct check *check = &check_table[CHECK_ARC];

	*scene = (struct scene){ .arena = arena_new(), .options = {
	    .dkim = { .clock_skew = 300, .deadline_ms = 5000 },
	    .dns_timeout_ms = 5000, .trusted_sealers = trusted,
	    .trusted_sealer_count = count } };
	scene->results.arena = scene->arena;
	scene->facts.arena = scene->arena;
	scene->subject = (struct subject){ .options = &scene->options,
	    .dns = fake_dns_new(ZONE), .strand = strand_new(),
	    .facts = &scene->facts, .results = &scene->results,
	    .header = &scene->header, .now = 1700000000,
	    .on_finish = on_finish, .owner = scene };
	scene->run = (struct check_run){ .check = check,
	    .subject = &scene->subject, .arena = scene->arena,
	    .state = arena_alloc(scene->arena, check->ops->state_size),
	    .started = true };
	facts_text(&scene->facts, FACT_ID_FROM_DOMAIN, STR("author.example"));
	strand_enter(scene->subject.strand);
}

static void
scene_feed(struct scene *scene, size_t from, const char *text)
{
	const struct check_ops *ops = scene->run.check->ops;

	for (size_t i = from; i < FIELDS; i++) {
		VEC_PUSH(scene->arena, &scene->header.fields, chained[i]);
		ops->header(&scene->run, &chained[i]);
	}
	ops->eoh(&scene->run);
	ops->body(&scene->run, str_from(text));
	ops->eom(&scene->run);
}

static bool
scene_wait(struct scene *scene, uint64_t ms)
{
	return strand_wait(scene->subject.strand, &scene->finished,
	    clock_ms() + ms);
}

static void
scene_close(struct scene *scene)
{
	check_cancel(&scene->run);
	ck_assert_ptr_null(scene->subject.chain);
	strand_leave(scene->subject.strand);
	resolver_free(scene->subject.dns);
	strand_unref(scene->subject.strand);
	arena_free(scene->arena);
}

static const struct fact *
fact(struct scene *scene, enum fact_id id)
{
	ck_assert(facts_known(&scene->facts, id));
	return facts_get(&scene->facts, id);
}

static const struct {
	const char *trusted[3];
	bool believed;
} lists[] = {
	{ { NULL }, false },
	{ { "f1.example" }, false },
	{ { "f2.example" }, true },
	{ { "f1.example", "f2.example" }, true },
	{ { "f2.example", "f1.example" }, true },
	{ { "other.example", "F2.Example", "f1.example" }, true },
	{ { "sub.f2.example", "example" }, false },
};

START_TEST(a_chain_and_who_is_trusted)
{
	struct scene scene;
	size_t count = 0;

	while (count < 3 && lists[_i].trusted[count] != NULL)
		count++;
	scene_open(&scene, lists[_i].trusted, count);
	scene_feed(&scene, 0, body);
	/* It waits for what DMARC knows of the author. */
	ck_assert(!scene_wait(&scene, 100));
	scene.run.check->ops->ready(&scene.run);
	ck_assert(scene_wait(&scene, 10000));
	ck_assert_uint_eq(scene.finishes, 1);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC)->word, WORD_PASS);
	ck_assert_uint_eq(fact(&scene, FACT_ID_ARC_SEALERS)->list.count, 2);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_TRUSTED)->truth,
	    lists[_i].believed);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_DMARC)->word,
	    lists[_i].believed ? WORD_PASS : WORD_NONE);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_DKIM)->word, WORD_NONE);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_SPF)->word, WORD_NONE);
	ck_assert_uint_eq(scene.results.list.count, 1);
	ck_assert_int_eq(scene.results.list.at[0].word, WORD_PASS);
	ck_assert_ptr_nonnull(scene.subject.chain);
	ck_assert_uint_eq(scene.subject.chain->sealer_count, 2);
	scene_close(&scene);
}
END_TEST

/* DMARC was there first. */
START_TEST(the_other_order)
{
	static const char *const trusted[] = { "f2.example" };
	struct scene scene;

	scene_open(&scene, trusted, 1);
	scene_feed(&scene, 0, body);
	scene.run.check->ops->ready(&scene.run);
	ck_assert(scene_wait(&scene, 10000));
	ck_assert(fact(&scene, FACT_ID_ARC_TRUSTED)->truth);
	scene_close(&scene);
}
END_TEST

/* What does not pass waits for nobody. */
START_TEST(no_chain_and_a_broken_one_do_not_wait)
{
	static const char *const trusted[] = { "f1.example", "f2.example" };
	struct scene scene;

	scene_open(&scene, trusted, 2);
	scene_feed(&scene, PLAIN_FROM, body);
	ck_assert(scene_wait(&scene, 10000));
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC)->word, WORD_NONE);
	ck_assert(!fact(&scene, FACT_ID_ARC_TRUSTED)->truth);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_OLDEST_PASS)->state,
	    FACT_NONE);
	ck_assert_uint_eq(scene.results.list.count, 0);
	scene_close(&scene);

	scene_open(&scene, trusted, 2);
	scene_feed(&scene, 0, "Another body.\r\n");
	ck_assert(scene_wait(&scene, 10000));
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC)->word, WORD_FAIL);
	ck_assert(!fact(&scene, FACT_ID_ARC_TRUSTED)->truth);
	ck_assert_uint_eq(scene.results.list.count, 1);
	scene_close(&scene);
}
END_TEST

START_TEST(a_cut_header_is_no_pass)
{
	static const char *const trusted[] = { "f2.example" };
	struct scene scene;

	scene_open(&scene, trusted, 1);
	scene.header.cut = true;
	scene_feed(&scene, 0, body);
	ck_assert(scene_wait(&scene, 10000));
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC)->word, WORD_FAIL);
	assert_str(fact(&scene, FACT_ID_ARC_REASON)->text,
	    "the header is larger than is looked at");
	ck_assert_uint_eq(fact(&scene, FACT_ID_ARC_SEALERS)->list.count, 0);
	scene_close(&scene);
}
END_TEST

/* Ended while it waits for DMARC: temperror, once, and nothing later. */
START_TEST(an_abandoned_check)
{
	static const char *const trusted[] = { "f2.example" };
	struct scene scene;

	scene_open(&scene, trusted, 1);
	scene_feed(&scene, 0, body);
	ck_assert(!scene_wait(&scene, 100));
	check_abandon(&scene.run, STR("not finished in time"));
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC)->word, WORD_TEMPERROR);
	ck_assert_int_eq(fact(&scene, FACT_ID_ARC_TRUSTED)->state,
	    FACT_UNKNOWN);
	ck_assert_uint_eq(scene.results.list.count, 1);
	ck_assert_uint_eq(scene.finishes, 0);
	scene_close(&scene);
}
END_TEST

void
add_arc_tests(TCase *tc)
{
	tcase_add_loop_test(tc, a_chain_and_who_is_trusted, 0,
	    TEST_COUNT(lists));
	tcase_add_test(tc, the_other_order);
	tcase_add_test(tc, no_chain_and_a_broken_one_do_not_wait);
	tcase_add_test(tc, a_cut_header_is_no_pass);
	tcase_add_test(tc, an_abandoned_check);
}
