/*
 * reputation(id): who earns it, and by what.
 */
#include <stdio.h>
#include <string.h>

#include "reputation/reputation.h"
#include "session_test.h"
#include "talk.h"

#define NOW	1990000000LL	/* not over yet by any clock */
#define DAY	86400
#define POLICY	"policy \"t\" mode enforce;\n"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
    "open.example. TXT \"v=spf1 +all\"\n";

static bool only_looking;

static struct talk *
talk_at(struct store *store, int64_t seconds, const char *rules)
{
	struct engine_options options = talk_options();

	options.store = store;
	options.now = NOW + seconds;
	options.store_timeout_ms = 5000;
	options.reputation = (struct reputation_options){
		.learn = only_looking ? REPUTATION_NEVER : REPUTATION_AUTO,
		.half_life_ms = 10ULL * DAY * 1000, .spam_score = 5,
		.ham_score = 1 };
	return talk_with(zone, rules, options);
}

static void
send(struct store *store, int64_t seconds, const char *rules,
    const char *from, char text_out[600])
{
	struct talk *talk = talk_at(store, seconds, rules);

	say_connect(talk, "192.0.2.77");
	say_helo(talk, "mail.example.com");
	say_mail(talk, from);
	if (say_rcpt(talk, "r@mx.example") == ACTION_CONTINUE)
		say_message(talk, " u@x.example");
	snprintf(text_out, 600, "%s", talk->text);
	talk_free(talk);
}

static double
standing(struct store *store, enum identity_kind kind, const char *name,
    int64_t seconds, bool confidence)
{
	char text[600], rules[300];

	/* Rules read it: is it between these two? */
	only_looking = true;
	for (int i = -20; i <= 20; i++) {
		snprintf(rules, sizeof(rules), POLICY "at message {"
		    "tempfail \"yes\" when reputation%s(%s) >= %d / 20 and"
		    " reputation%s(%s) < %d / 20; }\n",
		    confidence ? ".confidence" : "",
		    kind == IDENTITY_SPF ? "spf.domain" : "client.ip", i,
		    confidence ? ".confidence" : "",
		    kind == IDENTITY_SPF ? "spf.domain" : "client.ip", i + 1);
		send(store, seconds, rules, name, text);
		if (strcmp(text, "yes") == 0) {
			only_looking = false;
			return i / 20.0;
		}
	}
	only_looking = false;
	return -9;
}

#define ASKS	"at message { note \"x\" when reputation(client.ip) > 2;\n"

static const struct {
	const char *rules, *from;
	double spf, net;	/* lower end of a twentieth; -9: none */
} learnt[] = {
	/* Rejected, quarantined, scored: spam.  Accepted: ham. */
	{ POLICY ASKS "reject \"no\" when from is set; }", "a@example.com",
	    -1, -1 },
	{ POLICY ASKS "quarantine \"q\" when from is set; }",
	    "a@example.com", -1, -1 },
	{ POLICY ASKS "score 5 \"S\" when from is set; }", "a@example.com",
	    -1, -1 },
	{ POLICY ASKS "}", "a@example.com", 1, 1 },
	{ POLICY ASKS "score 0.5 \"S\" when from is set; }",
	    "a@example.com", 1, 1 },
	/* In doubt, put off, refused before the end: nothing. */
	{ POLICY ASKS "score 2 \"S\" when from is set; }", "a@example.com",
	    0, 0 },
	{ POLICY ASKS "tempfail \"t\" when from is set; }", "a@example.com",
	    0, 0 },
	{ POLICY ASKS "}\nat rcpt { reject \"r\" when rcpt is set; }",
	    "a@example.com", 0, 0 },
	/* In monitor mode what is decided counts. */
	{ "policy \"t\" mode monitor;\n" ASKS
	    "reject \"no\" when from is set; }", "a@example.com", -1, -1 },
	/* Nobody asks: nothing is learnt. */
	{ POLICY "at message { reject \"no\" when from is set; }",
	    "a@example.com", 0, 0 },
};

START_TEST(verdicts_are_learnt)
{
	char why[200], text[600];
	struct store *store = store_open(STR("memory:"), why, sizeof(why));

	send(store, 0, learnt[_i].rules, learnt[_i].from, text);
	ck_assert_double_eq(standing(store, IDENTITY_SPF, learnt[_i].from, 1,
	    false), learnt[_i].spf);
	ck_assert_double_eq(standing(store, IDENTITY_NET, learnt[_i].from, 1,
	    false), learnt[_i].net);
	store_close(store, 1000);
}
END_TEST

/* SPF fails for a forger, and +all proves nothing: neither good nor bad. */
START_TEST(a_forger_earns_nothing)
{
	static const char good[] = POLICY ASKS "}";
	static const char bad[] = POLICY ASKS
	    "reject \"no\" when from is set; }";
	char why[200], text[600];
	struct store *store = store_open(STR("memory:"), why, sizeof(why));
	struct talk *talk;

	for (int i = 0; i < 2; i++) {
		talk = talk_at(store, i, i == 0 ? good : bad);
		say_connect(talk, "198.51.100.1");
		say_helo(talk, "mail.example.com");
		say_mail(talk, "a@example.com");
		say_rcpt(talk, "r@mx.example");
		say_message(talk, " u@example.com");
		assert_event_has(talk, 0, "\"spf\":\"fail\"");
		assert_event_has(talk, 0, i == 0 ? "\"learnt\":\"ham\"" :
		    "\"learnt\":\"spam\"");	/* of the network */
		talk_free(talk);
		send(store, i, i == 0 ? good : bad, "a@open.example", text);
	}
	ck_assert_double_eq(standing(store, IDENTITY_SPF, "a@example.com", 9,
	    true), 0);
	ck_assert_double_eq(standing(store, IDENTITY_SPF, "a@open.example",
	    9, true), -9);
	store_close(store, 1000);
}
END_TEST

/* After ten messages it is half sure; later they count less. */
START_TEST(confidence_grows_and_fades)
{
	static const char good[] = POLICY ASKS "}";
	char why[200], text[600];
	struct store *store = store_open(STR("memory:"), why, sizeof(why));

	for (int i = 0; i < 10; i++)
		send(store, 0, good, "a@example.com", text);
	ck_assert_double_eq(standing(store, IDENTITY_SPF, "a@example.com", 0,
	    true), 0.5);
	/* Two half-lives: 2.5 messages. */
	ck_assert_double_eq(standing(store, IDENTITY_SPF, "a@example.com",
	    20 * DAY, true), 0.2);
	ck_assert_double_eq(standing(store, IDENTITY_SPF, "a@example.com",
	    20 * DAY, false), 1);
	store_close(store, 1000);
}
END_TEST

static void
set_list(struct fact_set *facts, enum fact_id id, const struct str *at,
    size_t count)
{
	facts_clear(facts, id);
	facts_list(facts, id, at, count);
}

/* A signature that leaves out some of the body proves nothing of the rest. */
START_TEST(who_has_proved_what)
{
	struct arena *arena = arena_new();
	struct fact_set facts = { .version = 0 };
	const struct str signers[] = { STR("Example.com"), STR("b.example"),
	    STR("example.com") }, partial[] = { STR("B.example") };
	struct identities who;

	identities_of(arena, &facts, &who);
	ck_assert_uint_eq(who.count, 0);
	set_list(&facts, FACT_ID_DKIM_DOMAINS, signers, 3);
	set_list(&facts, FACT_ID_DKIM_L, partial, 1);
	facts_text(&facts, FACT_ID_CLIENT_NET, STR("192.0.2.0/24"));
	identities_of(arena, &facts, &who);
	ck_assert_uint_eq(who.count, 2);
	ck_assert_int_eq(who.at[0].kind, IDENTITY_NET);
	ck_assert_int_eq(who.at[1].kind, IDENTITY_DKIM);
	assert_str(who.at[1].name, "example.com");
	arena_free(arena);
}
END_TEST

static const struct {
	double spam, ham, reputation, confidence;
} values[] = {
	{ 0, 0, 0, 0 }, { 10, 0, -1, 0.5 }, { 0, 30, 1, 0.75 },
	{ 5, 5, 0, 0.5 }, { 1e-9, 0, 0, 0 }, { -0.0001, 10, 1, 0.5 },
};

START_TEST(numbers_become_a_reputation)
{
	ck_assert_double_eq(reputation_of(values[_i].spam, values[_i].ham),
	    values[_i].reputation);
	ck_assert_double_eq(reputation_confidence(values[_i].spam,
	    values[_i].ham), values[_i].confidence);
}
END_TEST

TCase *
reputation_tests(void)
{
	TCase *tc = tcase_create("reputation");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, verdicts_are_learnt, 0, TEST_COUNT(learnt));
	tcase_add_test(tc, a_forger_earns_nothing);
	tcase_add_test(tc, confidence_grows_and_fades);
	tcase_add_test(tc, who_has_proved_what);
	tcase_add_loop_test(tc, numbers_become_a_reputation, 0,
	    TEST_COUNT(values));
	return tc;
}
