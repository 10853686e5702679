#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "policy/test_case.h"

/* One message through all stages. */
struct walk {
	const struct test_case	*test;
	const struct policy_checker *checker;	/* of its message, or NULL */
	struct fact_set		 facts;
	struct policy_run	 run;
	const struct policy_rule *verdict;	/* NULL: none */
	bool			 ended;
};

static void
apply(struct fact_set *facts, const struct presets *presets)
{
	for (size_t i = 0; i < presets->list.count; i++) {
		const struct preset *preset = &presets->list.at[i];

		if (preset->kind == PRESET_FACT)
			facts_put(facts, preset->id, &preset->fact);
	}
}

static const struct preset *
find_in(const struct presets *presets, enum preset_kind kind, struct str name)
{
	for (size_t i = 0; i < presets->list.count; i++) {
		const struct preset *preset = &presets->list.at[i];

		if (preset->kind == kind &&
		    str_eq_nocase(preset->name, name))
			return preset;
	}
	return NULL;
}

static const struct preset *
find(const struct test_case *test, enum preset_kind kind, struct str name)
{
	const struct preset *own = find_in(&test->own, kind, name);

	return own != NULL ? own : find_in(&test->given, kind, name);
}

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	const struct walk *walk = ctx;
	const struct preset *preset = walk->test->message == NULL ?
	    find(walk->test, PRESET_HEADER, name) :
	    find_in(&walk->test->own, PRESET_HEADER, name);

	if (preset != NULL)
		*value_out = preset->fact.text;
	else if (walk->test->message != NULL)
		return walk->checker->header(walk->checker->ctx, name,
		    value_out);
	return preset != NULL;
}

static void
answer_call(void *ctx, const struct policy_call *call, struct fact *result)
{
	const struct walk *walk = ctx;
	const struct preset *preset = find(walk->test, PRESET_CALL,
	    call->text);

	if (preset != NULL)
		*result = preset->fact;
	else
		*result = (struct fact){ .state = FACT_UNKNOWN,
		    .text = STR("the case does not say") };
}

/* The one recipient is accepted, where a case does not list others. */
static void
list_recipient(struct fact_set *facts)
{
	const struct fact *rcpt = facts_get(facts, FACT_ID_RCPT);
	struct fact list = *rcpt;

	if (facts_get(facts, FACT_ID_RCPT_ACCEPTED)->state != FACT_NONE ||
	    rcpt->state == FACT_NONE)
		return;
	if (rcpt->state == FACT_SET) {
		list.list.at = &rcpt->text;
		list.list.count = 1;
	}
	facts_put(facts, FACT_ID_RCPT_ACCEPTED, &list);
}

static void
run_stages(struct walk *walk, const struct policy *policy,
    struct arena *arena)
{
	struct policy_env env = { .facts = &walk->facts, .arena = arena,
	    .header = find_header, .call = answer_call, .ctx = walk };

	for (int stage = 0; stage < STAGE_COUNT && !walk->ended; stage++) {
		const struct policy_rule *rule;
		enum fact_id pending;

		ensure(policy_eval(policy, (enum stage)stage, &env,
		    &walk->run, &rule, &pending) == POLICY_DECIDED);
		policy_decide(rule, &walk->verdict, &walk->ended);
	}
}

static const struct policy_rule *
verdict_of(const struct walk *walk)
{
	static const struct policy_rule none = { .action = ACTION_CONTINUE };

	return walk->verdict != NULL ? walk->verdict : &none;
}

/* What stands behind "tag" before its field. */
static const char *
tag_word(const struct policy_rule *rule)
{
	static const char *const words[] = {
		[TAG_REPLACE] = "replace", [TAG_ADD] = "add",
		[TAG_REMOVE] = "remove",
	};

	return words[rule->tag];
}

static void
describe_tag(struct buf *buf, const struct policy_rule *rule)
{
	if (rule->tag != TAG_REPLACE)
		buf_printf(buf, " %s", tag_word(rule));
	buf_printf(buf, " \"%.*s\"", STR_ARG(rule->tag_name));
	if (rule->tag != TAG_REMOVE)
		buf_printf(buf, " \"%.*s\"", STR_ARG(rule->tag_value));
}

/* "reject 550 5.7.1 "text" at message by line 31". */
static void
describe(struct buf *buf, const struct policy_rule *rule)
{
	buf_printf(buf, "%s%s", rule->shadow ? "shadow " : "",
	    action_name(rule->action));
	if (rule->action == ACTION_CONTINUE)
		return;
	if (rule->code != 0)
		buf_printf(buf, " %u %.*s", rule->code,
		    STR_ARG(rule->enhanced));
	if (rule->symbol.len > 0)
		buf_printf(buf, " %.*s", STR_ARG(rule->symbol));
	if (rule->action == ACTION_SCORE)
		buf_printf(buf, " %g", rule->score);
	if (rule->action == ACTION_TAG)
		describe_tag(buf, rule);
	if (rule->text.len > 0)
		buf_printf(buf, " \"%.*s\"", STR_ARG(rule->text));
	buf_printf(buf, " at %s by line %u", stage_name(rule->stage),
	    rule->line);
}

static struct str
describe_walk(const struct walk *walk, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_TAG_OCTETS * 4);
	describe(&buf, verdict_of(walk));
	for (size_t i = 0; i < walk->run.fired.count; i++) {
		const struct policy_rule *rule = &walk->run.fired.at[i];

		if (walk->verdict != NULL &&
		    rule->number == walk->verdict->number)
			continue;
		buf_addz(&buf, " and ");
		describe(&buf, rule);
	}
	return buf_str(&buf);
}

static void
describe_expectation(struct buf *buf, const struct expectation *expectation)
{
	if (expectation->shadow)
		buf_addz(buf, "shadow ");
	buf_add(buf, expectation->action->text);
	for (const struct term *term = expectation->args; term;
	    term = term->next) {
		buf_addc(buf, ' ');
		buf_add(buf, term->raw);
	}
	if (expectation->stage != NULL)
		buf_printf(buf, " at %.*s", STR_ARG(expectation->stage->text));
	if (expectation->line != NULL)
		buf_printf(buf, " by line %.*s",
		    STR_ARG(expectation->line->text));
	if (expectation->next != NULL)
		buf_addz(buf, " and ");
}

/* Does an argument as it is written say the same as the rule did? */
static bool
argument_fits(const struct term *term, const struct policy_rule *rule)
{
	switch (term->kind) {
	case TERM_NUMBER:
		return term->number == (rule->action == ACTION_SCORE ?
		    rule->score : (double)rule->code);
	case TERM_CODE:
		return str_eq(term->text, rule->enhanced);
	case TERM_TEXT:
		return str_eq(term->text, rule->text) ||
		    (rule->action == ACTION_TAG &&
		    (str_eq(term->text, rule->tag_name) ||
		    str_eq(term->text, rule->tag_value)));
	case TERM_NAME:
		if (rule->action != ACTION_TAG)
			return str_eq(term->text, rule->symbol);
		return str_eq(term->text, rule->tag_name) ||
		    str_eqz(term->text, tag_word(rule));
	case TERM_CALL:
	case TERM_SIZE:
	case TERM_DURATION:
	case TERM_IP:
	case TERM_NET:
	case TERM_BARE:
	case TERM_REGEX:
	case TERM_SUM:
		break;
	}
	return false;
}

static bool
fits(const struct expectation *expectation, const struct policy_rule *rule)
{
	if (expectation->shadow != rule->shadow ||
	    !str_eqz(expectation->action->text, action_name(rule->action)))
		return false;
	for (const struct term *term = expectation->args; term;
	    term = term->next)
		if (!argument_fits(term, rule))
			return false;
	if (expectation->stage != NULL && !str_eqz(expectation->stage->text,
	    stage_name(rule->stage)))
		return false;
	return expectation->line == NULL ||
	    expectation->line->number == (double)rule->line;
}

static bool
fired(const struct expectation *expectation, const struct policy_run *run)
{
	for (size_t i = 0; i < run->fired.count; i++)
		if (fits(expectation, &run->fired.at[i]))
			return true;
	return false;
}

static bool
passes(const struct walk *walk)
{
	const struct expectation *first = walk->test->expects;

	if (!fits(first, verdict_of(walk)))
		return false;
	for (const struct expectation *e = first->next; e; e = e->next)
		if (!fired(e, &walk->run))
			return false;
	return true;
}

static struct str
describe_expected(const struct test_case *test, struct arena *arena)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_TAG_OCTETS * 4);
	for (const struct expectation *e = test->expects; e; e = e->next)
		describe_expectation(&buf, e);
	return buf_str(&buf);
}

/* False: the message cannot be checked. */
static bool
find_facts(struct walk *walk, struct arena *arena, struct str *why_out)
{
	const struct policy_message *message = walk->test->message;

	*why_out = STR("there is nobody to check a message");
	if (message == NULL) {
		for (int id = 0; id < FACT_COUNT; id++)
			facts_none(&walk->facts, (enum fact_id)id);
		apply(&walk->facts, &walk->test->given);
	} else if (walk->checker == NULL ||
	    !walk->checker->check(walk->checker->ctx, message, arena,
	    &walk->facts, why_out)) {
		return false;
	}
	for (int id = 0; id < FACT_COUNT; id++)
		if (!facts_known(&walk->facts, (enum fact_id)id))
			facts_none(&walk->facts, (enum fact_id)id);
	apply(&walk->facts, &walk->test->own);
	return true;
}

void
policy_tests_run(const struct policy_tests *tests, size_t at,
    const struct policy *policy, const struct policy_checker *checker,
    struct arena *arena, struct policy_test_result *result_out)
{
	struct walk *walk = arena_alloc(arena, sizeof(*walk));
	struct str why;
	bool ran;

	ensure(at < tests->cases.count);
	walk->test = tests->cases.at[at];
	walk->checker = checker;
	walk->facts.arena = arena;
	ran = find_facts(walk, arena, &why);
	if (ran) {
		list_recipient(&walk->facts);
		run_stages(walk, policy, arena);
	}
	*result_out = (struct policy_test_result){
		.file = walk->test->place.source->path,
		.line = walk->test->place.line, .name = walk->test->name,
		.passed = ran && passes(walk),
		.expected = describe_expected(walk->test, arena),
		.actual = ran ? describe_walk(walk, arena) : why,
		.fired = arena_alloc(arena, policy_rule_count(policy)),
	};
	for (size_t i = 0; i < walk->run.fired.count; i++)
		result_out->fired[walk->run.fired.at[i].number] = true;
}
