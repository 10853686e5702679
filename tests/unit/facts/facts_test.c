#include "facts/facts.h"

#include <signal.h>

#include "tests/support/check.h"

static struct arena *arena;
static struct fact_set facts;

static void
setup(void)
{
	arena = arena_new();
	facts = (struct fact_set){ .arena = arena };
}

static void
teardown(void)
{
	arena_free(arena);
}

static enum fact_state
state_of(enum fact_id id)
{
	return facts_get(&facts, id)->state;
}

/* A text of its own for each of them, whatever their type. */
static void
put_text(struct fact_set *set, enum fact_id id)
{
	struct fact fact = { .state = FACT_UNKNOWN,
	    .text = str_from(fact_table[id].name) };

	facts_put(set, id, &fact);
}

static void
assert_text(const struct fact_set *set, enum fact_id id, const char *text)
{
	ck_assert_int_eq(facts_get(set, id)->state, FACT_UNKNOWN);
	assert_str(facts_get(set, id)->text, text);
}

START_TEST(each_state_and_type_is_kept)
{
	const struct str list[] = { STR_INIT("a.example"),
	    STR_INIT("b.example") };
	struct ip ip, got;

	ck_assert(ip_parse(STR("2001:db8::7"), &ip));
	ck_assert(!facts_known(&facts, FACT_ID_SPF));
	ck_assert_int_eq(state_of(FACT_ID_SPF), FACT_PENDING);
	facts_none(&facts, FACT_ID_CLIENT_NAME);
	facts_unknown(&facts, FACT_ID_IPREV, STR("timeout"));
	facts_text(&facts, FACT_ID_MAIL_FROM, STR("a@example.com"));
	facts_text_or_none(&facts, FACT_ID_HELO, STR_NONE);
	facts_ip(&facts, FACT_ID_CLIENT_IP, &ip);
	facts_number(&facts, FACT_ID_LISTENER_PORT, 25);
	facts_bool(&facts, FACT_ID_DMARC_TEST, true);
	facts_word(&facts, FACT_ID_SPF, WORD_SOFTFAIL);
	facts_list(&facts, FACT_ID_PTR_NAMES, list, 2);
	ck_assert_int_eq(state_of(FACT_ID_CLIENT_NAME), FACT_NONE);
	ck_assert(facts_known(&facts, FACT_ID_CLIENT_NAME));
	ck_assert_int_eq(state_of(FACT_ID_IPREV), FACT_UNKNOWN);
	assert_str(facts_get(&facts, FACT_ID_IPREV)->text, "timeout");
	ck_assert_int_eq(state_of(FACT_ID_MAIL_FROM), FACT_SET);
	assert_str(facts_get(&facts, FACT_ID_MAIL_FROM)->text,
	    "a@example.com");
	ck_assert_int_eq(state_of(FACT_ID_HELO), FACT_NONE);
	got = fact_ip(facts_get(&facts, FACT_ID_CLIENT_IP));
	ck_assert(ip_equal(&got, &ip));
	ck_assert_double_eq(facts_get(&facts, FACT_ID_LISTENER_PORT)->number,
	    25);
	ck_assert(facts_get(&facts, FACT_ID_DMARC_TEST)->truth);
	ck_assert_int_eq(facts_get(&facts, FACT_ID_SPF)->word, WORD_SOFTFAIL);
	assert_str(facts_get(&facts, FACT_ID_PTR_NAMES)->list.at[1],
	    "b.example");
	ck_assert_int_eq(state_of(FACT_ID_DKIM), FACT_PENDING);
}
END_TEST

START_TEST(every_write_changes_the_version)
{
	uint64_t version = facts.version;

	facts_none(&facts, FACT_ID_HELO);
	ck_assert_uint_gt(facts.version, version);
	version = facts.version;
	facts_clear(&facts, FACT_ID_HELO);
	ck_assert_uint_gt(facts.version, version);
	version = facts.version;
	facts_number(&facts, FACT_ID_SCORE, 1);
	facts_number(&facts, FACT_ID_SCORE, 2);
	ck_assert_uint_eq(facts.version, version + 2);
	version = facts.version;
	facts_reset(&facts, STAGE_CONNECT);
	ck_assert_uint_gt(facts.version, version);
}
END_TEST

START_TEST(all_facts_have_room)
{
	for (int id = FACT_COUNT - 1; id >= 0; id--)
		put_text(&facts, (enum fact_id)id);
	for (int id = 0; id < FACT_COUNT; id++)
		assert_text(&facts, (enum fact_id)id, fact_table[id].name);
}
END_TEST

/* Recipients come and go: places are used again. */
START_TEST(places_do_not_run_out)
{
	for (int id = 0; id < FACT_COUNT; id++)
		put_text(&facts, (enum fact_id)id);
	for (int i = 0; i < 1000; i++) {
		facts_clear(&facts, FACT_ID_RCPT);
		facts_clear(&facts, FACT_ID_RCPT_COUNT);
		ck_assert_int_eq(state_of(FACT_ID_RCPT), FACT_PENDING);
		facts_number(&facts, FACT_ID_RCPT_COUNT, i);
		facts_text(&facts, FACT_ID_RCPT, STR("b@example.com"));
		ck_assert_double_eq(facts_get(&facts,
		    FACT_ID_RCPT_COUNT)->number, i);
		assert_str(facts_get(&facts, FACT_ID_RCPT)->text,
		    "b@example.com");
		facts_reset(&facts, STAGE_MESSAGE);
		for (int id = 0; id < FACT_COUNT; id++)
			if (fact_table[id].stage >= STAGE_MESSAGE)
				put_text(&facts, (enum fact_id)id);
	}
	assert_text(&facts, FACT_ID_CLIENT_IP, "client.ip");
	assert_text(&facts, FACT_ID_DMARC, "dmarc");
}
END_TEST

START_TEST(a_fact_that_is_there_keeps_its_place)
{
	const struct fact *score;

	facts_number(&facts, FACT_ID_SCORE, 1);
	score = facts_get(&facts, FACT_ID_SCORE);
	for (int id = 0; id < FACT_COUNT; id++)
		if (id != FACT_ID_SCORE)
			put_text(&facts, (enum fact_id)id);
	facts_number(&facts, FACT_ID_SCORE, 7);
	ck_assert_ptr_eq(facts_get(&facts, FACT_ID_SCORE), score);
	ck_assert_double_eq(score->number, 7);
}
END_TEST

START_TEST(reset_forgets_from_a_stage_on)
{
	for (int id = 0; id < FACT_COUNT; id++)
		put_text(&facts, (enum fact_id)id);
	facts_reset(&facts, (enum stage)_i);
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_table[id].stage >= (enum stage)_i)
			ck_assert(!facts_known(&facts, (enum fact_id)id));
		else
			assert_text(&facts, (enum fact_id)id,
			    fact_table[id].name);
	/* With its arena, for a new connection. */
	if (_i == STAGE_CONNECT)
		arena_reset(arena);
	for (int id = 0; id < FACT_COUNT; id++)
		if (!facts_known(&facts, (enum fact_id)id))
			put_text(&facts, (enum fact_id)id);
	for (int id = 0; id < FACT_COUNT; id++)
		assert_text(&facts, (enum fact_id)id, fact_table[id].name);
}
END_TEST

START_TEST(put_writes_over_all_states)
{
	const struct fact states[] = {
		{ .state = FACT_PENDING }, { .state = FACT_NONE },
		{ .state = FACT_UNKNOWN, .text = STR_INIT("why") },
		{ .state = FACT_SET, .word = WORD_FAIL },
	};

	for (int from = 0; from < 4; from++)
		for (int to = 0; to < 4; to++) {
			facts_put(&facts, FACT_ID_SPF, &states[from]);
			facts_put(&facts, FACT_ID_SPF, &states[to]);
			ck_assert_int_eq(state_of(FACT_ID_SPF),
			    states[to].state);
			if (to == FACT_SET)
				ck_assert_int_eq(facts_get(&facts,
				    FACT_ID_SPF)->word, WORD_FAIL);
		}
	ck_assert_uint_eq(facts.used, 1);
}
END_TEST

START_TEST(the_rest_is_unknown_and_can_be_written)
{
	facts_word(&facts, FACT_ID_SPF, WORD_PASS);
	facts_none(&facts, FACT_ID_HELO);
	facts_unknown_rest(&facts, STR("not recorded"));
	ck_assert_int_eq(facts_get(&facts, FACT_ID_SPF)->word, WORD_PASS);
	ck_assert_int_eq(state_of(FACT_ID_HELO), FACT_NONE);
	assert_text(&facts, FACT_ID_DKIM, "not recorded");
	assert_text(&facts, FACT_ID_SCORE, "not recorded");
	facts_number(&facts, FACT_ID_SCORE, 3);
	facts_text(&facts, FACT_ID_RCPT, STR("b@example.com"));
	facts_clear(&facts, FACT_ID_RCPT);
	ck_assert(facts_known(&facts, FACT_ID_RCPT));
	assert_text(&facts, FACT_ID_RCPT, "not recorded");
	facts_text(&facts, FACT_ID_RCPT, STR("b@example.com"));
	facts_put(&facts, FACT_ID_DMARC, &(struct fact){
	    .state = FACT_NONE });
	ck_assert_double_eq(facts_get(&facts, FACT_ID_SCORE)->number, 3);
	assert_text(&facts, FACT_ID_DKIM, "not recorded");
	facts_reset(&facts, STAGE_CONNECT);
	ck_assert(!facts_known(&facts, FACT_ID_DKIM));
}
END_TEST

START_TEST(hidden_is_said_of_what_is_set)
{
	facts_text(&facts, FACT_ID_RCPT, STR("b@example.com"));
	facts_none(&facts, FACT_ID_HELO);
	facts_hide(&facts, FACT_ID_RCPT);
	facts_hide(&facts, FACT_ID_HELO);
	facts_hide(&facts, FACT_ID_SUBJECT);
	ck_assert(facts_get(&facts, FACT_ID_RCPT)->hidden);
	ck_assert(!facts_get(&facts, FACT_ID_HELO)->hidden);
	ck_assert(!facts_get(&facts, FACT_ID_SUBJECT)->hidden);
	facts_clear(&facts, FACT_ID_RCPT);
	facts_text(&facts, FACT_ID_RCPT, STR("c@example.com"));
	ck_assert(!facts_get(&facts, FACT_ID_RCPT)->hidden);
}
END_TEST

START_TEST(a_share_is_changed_apart)
{
	struct arena *other = arena_new();
	struct fact_set share;

	for (int id = 0; id < FACT_COUNT; id += 2)
		put_text(&facts, (enum fact_id)id);
	facts_share(other, &facts, &share);
	for (int id = 0; id < FACT_COUNT; id++) {
		ck_assert_int_eq(facts_known(&share, (enum fact_id)id),
		    id % 2 == 0);
		facts_put(&share, (enum fact_id)id, &(struct fact){
		    .state = FACT_UNKNOWN, .text = STR("other") });
	}
	for (int id = 0; id < FACT_COUNT; id++) {
		assert_text(&share, (enum fact_id)id, "other");
		if (id % 2 == 0)
			assert_text(&facts, (enum fact_id)id,
			    fact_table[id].name);
		else
			ck_assert(!facts_known(&facts, (enum fact_id)id));
	}
	arena_free(other);
}
END_TEST

START_TEST(a_copy_outlives_its_scopes)
{
	struct arena *other = arena_new();
	struct str *list = arena_alloc(arena, 2 * sizeof(*list));
	struct fact_set copy;

	list[0] = arena_copy(arena, STR("a.example"));
	list[1] = arena_copy(arena, STR("b.example"));
	facts_list(&facts, FACT_ID_PTR_NAMES, list, 2);
	facts_text(&facts, FACT_ID_SUBJECT, arena_copy(arena, STR("hello")));
	facts_bool(&facts, FACT_ID_DMARC_TEST, true);
	facts_none(&facts, FACT_ID_HELO);
	for (int id = FACT_ID_DKIM; id <= FACT_ID_DKIM_REASON; id++)
		facts_unknown(&facts, (enum fact_id)id, arena_copy(arena,
		    STR("timeout")));
	facts_unknown_rest(&facts, arena_copy(arena, STR("not recorded")));
	facts_copy(other, &facts, &copy);
	arena_free(arena);
	arena = arena_new();
	facts = copy;
	ck_assert_uint_eq(facts_get(&facts, FACT_ID_PTR_NAMES)->list.count, 2);
	assert_str(facts_get(&facts, FACT_ID_PTR_NAMES)->list.at[1],
	    "b.example");
	assert_str(facts_get(&facts, FACT_ID_SUBJECT)->text, "hello");
	ck_assert(facts_get(&facts, FACT_ID_DMARC_TEST)->truth);
	ck_assert_int_eq(state_of(FACT_ID_HELO), FACT_NONE);
	assert_text(&facts, FACT_ID_DKIM_REASON, "timeout");
	assert_text(&facts, FACT_ID_SPF, "not recorded");
	arena_free(other);
}
END_TEST

/* What must not happen: each ends the program. */
static void
write_twice(void)
{
	facts_none(&facts, FACT_ID_SPF);
	facts_word(&facts, FACT_ID_SPF, WORD_PASS);
}

static void
none_twice(void)
{
	facts_word(&facts, FACT_ID_SPF, WORD_PASS);
	facts_none(&facts, FACT_ID_SPF);
}

static void
write_another_type(void)
{
	facts_text(&facts, FACT_ID_SPF, STR("pass"));
}

static void
write_another_word(void)
{
	facts_word(&facts, FACT_ID_SPF, WORD_FORGED);
}

static void
fill_without_arena(void)
{
	facts.arena = NULL;
	for (int id = 0; id <= FACTS_INLINE; id++)
		put_text(&facts, (enum fact_id)id);
}

static void (*const faults[])(void) = {
	write_twice, none_twice, write_another_type, write_another_word,
	fill_without_arena,
};

START_TEST(a_fault_of_ours_aborts)
{
	faults[_i]();
}
END_TEST

START_TEST(few_facts_need_no_arena)
{
	facts.arena = NULL;
	for (int id = 0; id < FACTS_INLINE; id++)
		put_text(&facts, (enum fact_id)id);
	for (int id = FACTS_INLINE; id < FACT_COUNT; id++)
		facts_put(&facts, (enum fact_id)id, &(struct fact){
		    .state = FACT_NONE });
	assert_text(&facts, FACT_ID_CLIENT_IP, "client.ip");
}
END_TEST

/* facts_reset() and the manual lean on it. */
START_TEST(rows_of_a_stage_stand_together)
{
	for (int id = 1; id < FACT_COUNT; id++)
		ck_assert_int_ge(fact_table[id].stage,
		    fact_table[id - 1].stage);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("facts");
	TCase *tests = tcase_create("facts");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_state_and_type_is_kept);
	tcase_add_test(tests, every_write_changes_the_version);
	tcase_add_test(tests, all_facts_have_room);
	tcase_add_test(tests, places_do_not_run_out);
	tcase_add_test(tests, a_fact_that_is_there_keeps_its_place);
	tcase_add_loop_test(tests, reset_forgets_from_a_stage_on, 0,
	    STAGE_COUNT);
	tcase_add_test(tests, put_writes_over_all_states);
	tcase_add_test(tests, the_rest_is_unknown_and_can_be_written);
	tcase_add_test(tests, hidden_is_said_of_what_is_set);
	tcase_add_test(tests, a_share_is_changed_apart);
	tcase_add_test(tests, a_copy_outlives_its_scopes);
	tcase_add_loop_test_raise_signal(tests, a_fault_of_ours_aborts,
	    SIGABRT, 0, TEST_COUNT(faults));
	tcase_add_test(tests, few_facts_need_no_arena);
	tcase_add_test(tests, rows_of_a_stage_stand_together);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
