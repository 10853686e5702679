/*
 * A message played again from its facts: what each recipient meets.
 */
#include "policy/rehearse.h"

#include "tests/unit/policy/policy_test.h"

static const char rules[] = "policy \"t\" mode enforce;\n"
    "list ours = { \"a@example.com\", \"b@example.com\" };\n"
    "at rcpt { reject when bounce.tag == forged;\n"
    "  note \"first\" when rcpt.count == 1; }\n"
    "at message { tag \"X-All\" \"%{rcpt}\" when all rcpt in ours;\n"
    "  reject when any rcpt in { \"c@example.com\" }; }\n";

static const struct {
	struct rehearse_rcpt rcpts[4];
	size_t count;
	bool more;
	enum action action, each[4];
	bool tagged;
} plays[] = {
	{ { { STR_INIT("a@example.com"), false, WORD_NONE } }, 1, false,
	  ACTION_ACCEPT, { ACTION_CONTINUE }, true },
	{ { { STR_INIT("a@example.com"), false, WORD_FORGED },
	    { STR_INIT("b@example.com"), false, WORD_VALID } }, 2, false,
	  ACTION_ACCEPT, { ACTION_REJECT, ACTION_CONTINUE }, true },
	{ { { STR_INIT("a@example.com"), false, WORD_FORGED } }, 1, false,
	  ACTION_REJECT, { ACTION_REJECT }, false },
	{ { { STR_INIT("a@example.com"), false, WORD_NONE },
	    { STR_INIT("c@example.com"), true, WORD_NONE } }, 2, false,
	  ACTION_ACCEPT, { ACTION_CONTINUE, ACTION_CONTINUE }, true },
	{ { { STR_INIT("a@example.com"), false, WORD_NONE },
	    { STR_INIT("c@example.com"), false, WORD_NONE } }, 2, false,
	  ACTION_REJECT, { ACTION_CONTINUE, ACTION_CONTINUE }, false },
	/* Nobody knows the rest. */
	{ { { STR_INIT("c@example.com"), false, WORD_NONE } }, 1, true,
	  ACTION_ACCEPT, { ACTION_CONTINUE }, false },
};

/* The tag was fired: "X-All" fires at message alone. */
static bool
is_tagged(const struct rehearsal *out)
{
	for (size_t i = 0; i < out->run.fired.count; i++)
		if (out->run.fired.at[i].action == ACTION_TAG)
			return true;
	return false;
}

START_TEST(recipients_played_again)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from(rules);
	struct fact_set facts = { 0 };
	struct rehearse_case what = { .facts = &facts, .last = STAGE_MESSAGE,
	    .rcpts = plays[_i].rcpts, .rcpt_count = plays[_i].count,
	    .some_rcpts = plays[_i].more };
	struct rehearsal out;

	rehearse(policy, &what, arena, &out);
	ck_assert_int_eq(out.action, plays[_i].action);
	for (size_t i = 0; i < plays[_i].count; i++)
		ck_assert_int_eq(out.rcpts[i].action, plays[_i].each[i]);
	ck_assert_int_eq(is_tagged(&out), plays[_i].tagged);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

TCase *
rcpt_play_tests(void)
{
	TCase *tc = tcase_create("rcpt_play");

	tcase_add_loop_test(tc, recipients_played_again, 0,
	    TEST_COUNT(plays));
	return tc;
}
