/*
 * dkim.replayed: one message after the other, with one store.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/strand.h"
#include "checks/registry.h"
#include "checks_test.h"
#include "tests/support/deaf_store.h"

#define NOW	1990000000LL	/* not over yet by any clock */

static struct store *store;
static unsigned patience_ms = 5000;

struct copy {
	int64_t		 at;
	const char	*net;
	const char	*spf;		/* NULL: no pass */
	const char	*signers[3];	/* that pass; b= is of the first */
	size_t		 rcpts;
	const char	*says;		/* reason; "": not replayed */
};

static void
finished(struct check_run *run)
{
	*(bool *)run->subject->owner = true;
}

static void
set_facts(struct fact_set *facts, const struct copy *copy,
    const struct str *rcpts)
{
	facts_word(facts, FACT_ID_DKIM, copy->signers[0] != NULL ?
	    WORD_PASS : WORD_NONE);
	facts_bool(facts, FACT_ID_CLIENT_OURS, false);
	facts_text_or_none(facts, FACT_ID_CLIENT_NET, str_from(copy->net));
	facts_list(facts, FACT_ID_RCPT_ACCEPTED, rcpts, copy->rcpts);
	facts_word(facts, FACT_ID_SPF, copy->spf != NULL ? WORD_PASS :
	    WORD_FAIL);
	facts_text(facts, FACT_ID_SPF_DOMAIN, str_from(copy->spf != NULL ?
	    copy->spf : "example.com"));
	facts_none(facts, FACT_ID_SPF_MECHANISM);
}

static void
run_copy(const struct copy *copy, const char *b, char text_out[200])
{
	static const struct str rcpts[20];
	const struct check_options options = { .replay = { store,
	    patience_ms, 3600 * 1000, 2, 5 } };
	struct dkim_signature at[3] = { { .word = WORD_NONE } };
	struct dkim_results signatures = { at, 0 };
	struct arena *arena = arena_new();
	struct fact_set facts = { .arena = arena };
	bool done = false;
	struct subject subject = { .options = &options, .facts = &facts,
	    .now = NOW + copy->at, .strand = strand_new(),
	    .signatures = &signatures, .on_finish = finished,
	    .owner = &done };
	struct check_run run = { .check = &check_table[CHECK_REPLAY],
	    .subject = &subject, .arena = arena, .started = true,
	    .state = arena_alloc(arena, replay_ops.state_size) };
	const struct fact *is;

	for (size_t i = 0; i < 3 && copy->signers[i] != NULL; i++)
		at[signatures.count++] = (struct dkim_signature){
		    .word = WORD_PASS, .domain = str_from(copy->signers[i]),
		    .b = i == 0 ? str_from(b) : STR("other") };
	set_facts(&facts, copy, rcpts);
	strand_enter(subject.strand);
	replay_ops.ready(&run);
	ck_assert(strand_wait(subject.strand, &done, clock_ms() + 10000));
	replay_ops.cancel(&run);
	strand_leave(subject.strand);
	is = facts_get(&facts, FACT_ID_DKIM_REPLAYED);
	snprintf(text_out, 200, "%s", is->state == FACT_NONE ? "none" :
	    is->state == FACT_UNKNOWN ? "unknown" : "");
	if (is->state == FACT_SET && is->truth)
		snprintf(text_out, 200, "%.*s", STR_ARG(facts_get(&facts,
		    FACT_ID_DKIM_REPLAY_REASON)->text));
	strand_unref(subject.strand);
	arena_free(arena);
}

#define NETS "a signature of example.com came from or to more than 2 networks"
#define RCPTS	"a signature of example.com came from or to more than 5 " \
	"recipients"

/* More than 2 networks or 5 recipients within an hour are too many. */
static const struct copy runs[][7] = {
	{	/* Three networks; after the window it begins anew. */
		{ 0, "192.0.2.0/24", NULL, { "example.com" }, 1, "" },
		{ 1, "192.0.2.0/24", NULL, { "example.com" }, 1, "" },
		{ 2, "198.51.100.0/24", NULL, { "example.com" }, 1, "" },
		{ 3, "203.0.113.0/24", NULL, { "example.com" }, 1, NETS },
		{ 4, "192.0.2.0/24", NULL, { "example.com" }, 1, NETS },
		{ 9000, "192.0.2.0/24", NULL, { "example.com" }, 1, "" },
	}, {	/* One network and six recipients. */
		{ 0, "192.0.2.0/24", NULL, { "example.com" }, 5, "" },
		{ 1, "192.0.2.0/24", NULL, { "example.com" }, 1, RCPTS },
	}, {	/* A newsletter, from its signer's own hosts. */
		{ 0, "192.0.2.0/24", "example.com", { "example.com" }, 9,
		    "" },
		{ 1, "198.51.100.0/24", "bounce.example.com",
		    { "example.com" }, 9, "" },
		{ 2, "203.0.113.0/24", "example.com",
		    { "news.example.com" }, 9, "" },
		{ 3, "203.0.114.0/24", "example.com", { "example.com" }, 9,
		    "" },
	}, {	/* A list that signs stands in for what it sends on. */
		{ 0, "192.0.2.0/24", "list.example",
		    { "example.com", "list.example" }, 9, "" },
		{ 1, "192.0.2.0/24", "list.example",
		    { "example.com", "list.example" }, 9, "" },
	}, {	/* But not everybody who signs with a name of their own. */
		{ 0, "192.0.2.0/24", "a.example",
		    { "example.com", "a.example" }, 1, "" },
		{ 1, "198.51.100.0/24", "b.example",
		    { "example.com", "b.example" }, 1, "" },
		{ 2, "203.0.113.0/24", "c.example",
		    { "example.com", "c.example" }, 1, NETS },
	}, {	/* Another name that ends alike is no kin. */
		{ 0, "192.0.2.0/24", "notexample.com", { "example.com" }, 6,
		    RCPTS },
	}, {	/* No signature, and none by SMTP. */
		{ 0, "192.0.2.0/24", NULL, { NULL }, 9, "none" },
		{ 1, "", NULL, { "example.com" }, 9, "none" },
	},
};

START_TEST(copies_are_counted)
{
	char why[200], text[200];

	store = store_open(STR("memory:"), why, sizeof(why));
	for (size_t i = 0; i < 7 && runs[_i][i].says != NULL; i++) {
		run_copy(&runs[_i][i], "AAAAbbbb", text);
		ck_assert_msg(strcmp(text, runs[_i][i].says) == 0,
		    "copy %zu: \"%s\"", i, text);
	}
	/* Another signature is another message. */
	run_copy(&(struct copy){ 5, "203.0.115.0/24", NULL,
	    { "example.com" }, 1, "" }, "CCCCdddd", text);
	ck_assert_str_eq(text, "");
	store_close(store, 1000);
}
END_TEST

START_TEST(without_a_store_it_is_unknown)
{
	char text[200];

	store = NULL;
	run_copy(&runs[0][0], "AAAAbbbb", text);
	ck_assert_str_eq(text, "unknown");
}
END_TEST

START_TEST(a_store_that_hangs)
{
	static const struct copy copy = { 0, "192.0.2.0/24", NULL,
	    { "example.com" }, 1, "unknown" };
	struct deaf_store deaf;
	char text[200];

	deaf_store_init(&deaf);
	store = deaf.store;
	patience_ms = 100;
	run_copy(&copy, "b", text);
	ck_assert_str_eq(text, copy.says);
	patience_ms = 5000;
	deaf_store_fini(&deaf);
}
END_TEST

void
add_replay_tests(TCase *tc)
{
	tcase_add_loop_test(tc, copies_are_counted, 0, TEST_COUNT(runs));
	tcase_add_test(tc, without_a_store_it_is_unknown);
	tcase_add_test(tc, a_store_that_hangs);
}
