#include "base/buf.h"
#include "policy/rehearse.h"
#include "tests/unit/policy/policy_test.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

#define HEAD	"policy \"p\" mode enforce;\n"
/* One rule a line, so that a line is a rule. */
#define RCPT_RULES HEAD \
	"at rcpt { reject when rcpt == \"no@example.net\";\n" \
	"tempfail when rcpt == \"later@example.net\";\n" \
	"accept when rcpt == \"vip@example.net\";\n" \
	"discard when rcpt == \"trap@example.net\";\n" \
	"note \"n\" when rcpt.count == 2; }\n" \
	"at message { reject when spf == fail; }\n"

static const struct {
	const char *policy, *facts;
	enum stage last;
	const char *rcpts;	/* "a@x !b@x": "!" the MTA refused it */
	const char *outcome;	/* "action @line; rcpts; fired" */
} cases[] = {
	/* Nothing to say, and how far it came. */
	{ HEAD, "", STAGE_MESSAGE, "a@x", "accept; continue;" },
	{ HEAD, "", STAGE_MAIL, "", "continue;;" },
	/* A stage that was not reached. */
	{ HEAD "at message { reject; }\n", "", STAGE_RCPT, "", "continue;;" },
	{ HEAD "at message { reject; }\n", "", STAGE_MESSAGE, "",
	  "reject @2;; 2" },
	/* What ends a stage ends it all, but what is held can be refused. */
	{ HEAD "at connect { accept when listener == \"a\"; }\n"
	  "at message { reject; }\n", "listener=a",
	  STAGE_MESSAGE, "a@x", "accept @2; continue; 2" },
	{ HEAD "at mail { quarantine \"q\"; }\nat message { reject; }\n", "",
	  STAGE_MESSAGE, "", "reject @3;; 2 3" },
	{ HEAD "at mail { quarantine \"q\"; }\nat message { accept; }\n", "",
	  STAGE_MESSAGE, "", "quarantine @2;; 2 3" },
	{ HEAD "at mail { bypass when listener == \"a\"; }\n"
	  "at message { reject; }\n", "listener=a", STAGE_MESSAGE, "a@x",
	  "bypass @2; continue; 2" },
	/* The score goes on from stage to stage. */
	{ HEAD "at mail { score 3; }\nat message { score 2;\n"
	  "reject when score == 5; }\n", "", STAGE_MESSAGE, "",
	  "reject @4;; 2 3 4" },
	/* Recipients, each by itself. */
	{ RCPT_RULES, "", STAGE_MESSAGE, "a@x no@example.net vip@example.net",
	  "accept; continue reject @2 accept @4; 2 4" },
	{ RCPT_RULES, "", STAGE_MESSAGE, "a@x b@x", "accept; continue "
	  "continue; 6" },
	/* Refused all of them: the first refusal is the message's. */
	{ RCPT_RULES, "spf=fail", STAGE_MESSAGE,
	  "later@example.net no@example.net",
	  "tempfail @3; tempfail @3 reject @2; 3 2" },
	/* The MTA's own refusals meet no rule and leave nobody. */
	{ RCPT_RULES, "spf=fail", STAGE_MESSAGE,
	  "!no@example.net a@x", "reject @7; continue continue; 6 7" },
	{ RCPT_RULES, "", STAGE_MESSAGE, "!b@x no@example.net",
	  "reject @2; continue reject @2; 2" },
	/* An event of this stage is one of a refusal. */
	{ RCPT_RULES, "", STAGE_RCPT, "a@x no@example.net",
	  "reject @2; continue reject @2; 2" },
	{ RCPT_RULES, "", STAGE_RCPT, "a@x", "continue; continue;" },
	/* Accepted all that are left: so is the message. */
	{ RCPT_RULES, "spf=fail", STAGE_MESSAGE,
	  "vip@example.net no@example.net",
	  "accept @4; accept @4 reject @2; 4 2" },
	{ RCPT_RULES, "spf=fail", STAGE_MESSAGE, "vip@example.net a@x",
	  "reject @7; accept @4 continue; 4 6 7" },
	/* Of the whole message: later recipients meet no rule. */
	{ RCPT_RULES, "", STAGE_MESSAGE, "trap@example.net no@example.net",
	  "discard @5; continue continue; 5" },
	/* At message: the first recipient that is left. */
	{ HEAD "at rcpt { reject when rcpt == \"a@x\"; }\n"
	  "at message { reject when rcpt == \"b@x\";\n"
	  "note \"n\" when rcpt == \"a@x\"; }\n", "", STAGE_MESSAGE,
	  "a@x b@x", "reject @3; reject @2 continue; 2 3" },
	/* Those accepted so far. */
	{ HEAD "at rcpt { reject when rcpt == \"a@x\";\n"
	  "note \"n\" when \"b@x\" in rcpt.accepted; }\n"
	  "at message { note \"n\" when \"a@x\" in rcpt.accepted;\n"
	  "reject when \"c@x\" in rcpt.accepted; }\n", "", STAGE_MESSAGE,
	  "a@x b@x c@x", "reject @5; reject @2 continue continue; 2 3 3 5" },
	/* Pending is unknown; so is a header field that nobody has. */
	{ HEAD "at message { reject when spf == fail;\n"
	  "discard when not (spf == fail);\nnote \"n\" when spf is unknown;\n"
	  "note \"h\" when header(\"X\") is unknown; }\n", "spf=~",
	  STAGE_MESSAGE, "", "accept;; 4 5" },
};

static const struct rehearse_rcpt *
rcpts_from(const char *text, size_t *count_out)
{
	struct str rest = str_from(text), piece;
	VEC(struct rehearse_rcpt) rcpts = { 0 };

	while (rest.len > 0 && str_next(&rest, ' ', &piece)) {
		bool refused = piece.ptr[0] == '!';

		VEC_PUSH(arena, &rcpts, (struct rehearse_rcpt){
		    str_skip(piece, refused), refused, WORD_NONE });
	}
	*count_out = rcpts.count;
	return rcpts.at;
}

static void
put_action(struct buf *buf, enum action action,
    const struct policy_rule *rule)
{
	buf_addz(buf, action_name(action));
	if (rule != NULL)
		buf_printf(buf, " @%u", rule->line);
}

static struct str
outcome(const struct rehearsal *rehearsal, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, 1000);
	put_action(&buf, rehearsal->action, rehearsal->rule);
	buf_addc(&buf, ';');
	for (size_t i = 0; i < count; i++) {
		buf_addc(&buf, ' ');
		put_action(&buf, rehearsal->rcpts[i].action,
		    rehearsal->rcpts[i].rule);
	}
	buf_addc(&buf, ';');
	for (size_t i = 0; i < rehearsal->run.fired.count; i++)
		buf_printf(&buf, " %u", rehearsal->run.fired.at[i].line);
	return buf_str(&buf);
}

START_TEST(one_message)
{
	struct policy *policy = policy_from(cases[_i].policy);
	struct fact_set facts = { 0 };
	struct rehearse_case what = { .facts = &facts,
	    .last = cases[_i].last };
	struct rehearsal rehearsal;

	facts_from(arena, &facts, cases[_i].facts);
	what.rcpts = rcpts_from(cases[_i].rcpts, &what.rcpt_count);
	rehearse(policy, &what, arena, &rehearsal);
	assert_str(outcome(&rehearsal, what.rcpt_count), cases[_i].outcome);
	ck_assert_uint_eq(rehearsal.stages.count, 0);
	policy_unref(policy);
}
END_TEST

START_TEST(more_recipients_than_are_listed)
{
	struct policy *policy = policy_from(HEAD "at message { reject when "
	    "rcpt.accepted is unknown; }\n");
	struct fact_set facts = { 0 };
	const struct rehearse_rcpt rcpt = { STR("a@x"), false, WORD_NONE };
	struct rehearse_case what = { .facts = &facts,
	    .last = STAGE_MESSAGE, .rcpts = &rcpt, .rcpt_count = 1,
	    .some_rcpts = true };
	struct rehearsal rehearsal;

	facts_from(arena, &facts, "");
	rehearse(policy, &what, arena, &rehearsal);
	assert_str(outcome(&rehearsal, 1), "reject @2; continue; 2");
	policy_unref(policy);
}
END_TEST

static bool
some_field(void *ctx, struct str name, struct str *value_out)
{
	(void)ctx;
	*value_out = STR("yes");
	return str_eqz(name, "X-It");
}

START_TEST(explained)
{
	struct policy *policy = policy_from(HEAD
	    "at mail { note \"n\" when spf == pass; }\n"
	    "at rcpt { reject when rcpt == \"b@x\"; }\n"
	    "at message { reject when header(\"X-It\") == \"yes\"; }\n");
	struct fact_set facts = { 0 };
	const struct rehearse_rcpt rcpts[] = {
		{ STR("a@x"), false, WORD_NONE },
		{ STR("b@x"), false, WORD_NONE }
	};
	struct rehearse_case what = { .facts = &facts, .header = some_field,
	    .last = STAGE_MESSAGE, .rcpts = rcpts, .rcpt_count = 2,
	    .explain = true };
	struct rehearsal rehearsal;
	const struct rehearsed_stage *stage;

	facts_from(arena, &facts, "spf=fail");
	rehearse(policy, &what, arena, &rehearsal);
	assert_str(outcome(&rehearsal, 2), "reject @4; continue reject @3; "
	    "3 4");
	ck_assert_uint_eq(rehearsal.stages.count, 6);
	stage = &rehearsal.stages.at[2];
	ck_assert_int_eq(stage->stage, STAGE_MAIL);
	ck_assert_uint_eq(stage->trace.steps.count, 1);
	ck_assert_int_eq(stage->trace.steps.at[0].truth, POLICY_FALSE);
	ck_assert_str_eq(stage->trace.steps.at[0].reads[0].fact, "spf");
	assert_str(stage->trace.steps.at[0].reads[0].value, "fail");
	ck_assert_ptr_null(stage->rule);
	stage = &rehearsal.stages.at[4];
	assert_str(stage->rcpt, "b@x");
	ck_assert_int_eq(stage->trace.steps.at[0].truth, POLICY_TRUE);
	ck_assert_uint_eq(stage->rule->line, 3);
	policy_unref(policy);
}
END_TEST

/* Another text, another checksum; what stands in a list's file is no text. */
START_TEST(checksums)
{
	struct policy *a = policy_from(HEAD), *b = policy_from(HEAD),
	    *c = policy_from(HEAD "# x\n");

	ck_assert_uint_eq(policy_checksum(a), policy_checksum(b));
	ck_assert_uint_ne(policy_checksum(a), policy_checksum(c));
	policy_unref(a);
	policy_unref(b);
	policy_unref(c);
}
END_TEST

TCase *
rehearse_tests(void)
{
	TCase *tests = tcase_create("rehearse");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, one_message, 0, TEST_COUNT(cases));
	tcase_add_test(tests, more_recipients_than_are_listed);
	tcase_add_test(tests, explained);
	tcase_add_test(tests, checksums);
	return tests;
}
