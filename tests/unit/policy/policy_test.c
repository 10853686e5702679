#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

const char *test_header;

static struct policy *
loaded(struct policy *policy, struct diag *diag)
{
	if (policy == NULL || diag_total(diag) > 0)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(diag_total(diag), 0);
	diag_free(diag);
	return policy;
}

struct policy *
policy_from_beside(const char *path, const char *text)
{
	struct diag *diag = diag_new();

	return loaded(policy_load_text(path, str_from(text), diag), diag);
}

struct policy *
policy_from(const char *text)
{
	return policy_from_beside("test.policy", text);
}

struct policy *
policy_from_file(const char *path)
{
	struct diag *diag = diag_new();

	return loaded(policy_load(path, diag), diag);
}

const char *
mistakes_in(const char *path, const char *text)
{
	static char out[16384];
	struct diag *diag = diag_new();
	size_t len = 0;

	policy_unref(policy_load_text(path, str_from(text), diag));
	out[0] = '\0';
	for (size_t i = 0; i < diag_total(diag) && len < sizeof(out); i++) {
		const struct diag_item *item = diag_at(diag, i);

		if (strcmp(item->file, path) != 0)
			len += (size_t)snprintf(out + len, sizeof(out) - len,
			    "%s:", item->file);
		len += (size_t)snprintf(out + len, sizeof(out) - len,
		    "%u:%u: %s: %s\n", item->line, item->column,
		    item->level == DIAG_ERROR ? "error" : "warning",
		    item->text);
	}
	ck_assert_uint_lt(len, sizeof(out));
	diag_free(diag);
	return out;
}

static void
set_list(struct arena *arena, struct fact_set *facts, enum fact_id id,
    struct str text)
{
	VEC(struct str) items = { 0 };
	struct str item;

	while (str_next(&text, ',', &item))
		VEC_PUSH(arena, &items, item);
	facts_list(facts, id, items.at, items.count);
}

static void
set_fact(struct arena *arena, struct fact_set *facts, enum fact_id id,
    struct str text)
{
	char *blanks = arena_z(arena, text);
	enum word word;
	struct ip ip;

	for (size_t i = 0; i < text.len; i++)
		if (blanks[i] == '_')
			blanks[i] = ' ';
	switch (fact_table[id].type) {
	case FACT_IP:
		ck_assert(ip_parse(text, &ip));
		facts_ip(facts, id, &ip);
		return;
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		facts_text(facts, id, str_eqz(text, "''") ? STR("") :
		    str_from(blanks));
		return;
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		facts_number(facts, id, strtod(blanks, NULL));
		return;
	case FACT_BOOL:
		facts_bool(facts, id, str_eqz(text, "true"));
		return;
	case FACT_WORD:
		ck_assert_msg(word_find(fact_table[id].words, text, &word),
		    "%s", blanks);
		facts_word(facts, id, word);
		return;
	case FACT_LIST:
		set_list(arena, facts, id, text);
		return;
	}
}

void
facts_from(struct arena *arena, struct fact_set *facts, const char *text)
{
	struct str rest = str_from(text), piece;
	bool named[FACT_COUNT] = { false };

	memset(facts, 0, sizeof(*facts));
	while (str_next(&rest, ' ', &piece)) {
		size_t eq = str_chr(piece, '=');
		struct str value = str_skip(piece, eq + 1);
		enum fact_id id;

		if (piece.len == 0)
			continue;
		ck_assert_msg(fact_find(str_slice(piece, 0, eq), &id), "%.*s",
		    STR_ARG(piece));
		named[id] = true;
		facts_clear(facts, id);		/* the last one counts */
		if (str_eqz(value, "?"))
			facts_unknown(facts, id, STR("scripted"));
		else if (str_eqz(value, "-"))
			facts_none(facts, id);
		else if (!str_eqz(value, "~"))
			set_fact(arena, facts, id, value);
	}
	for (int id = 0; id < FACT_COUNT; id++)
		if (!named[id])
			facts_none(facts, (enum fact_id)id);
}

static bool
find_field(void *ctx, struct str name, struct str *value_out)
{
	struct str rest = str_from(test_header), line;

	(void)ctx;
	while (str_next(&rest, '\n', &line)) {
		size_t colon = str_chr(line, ':');

		if (str_eq_nocase(str_slice(line, 0, colon), name)) {
			*value_out = str_trim(str_skip(line, colon + 1));
			return true;
		}
	}
	return false;
}

static void
describe(struct buf *buf, const struct policy_rule *rule)
{
	buf_printf(buf, "%s", action_name(rule->action));
	if (rule->code != 0)
		buf_printf(buf, " %u %.*s", rule->code,
		    STR_ARG(rule->enhanced));
	if (rule->action == ACTION_SCORE)
		buf_printf(buf, " %g", rule->score);
	if (rule->action == ACTION_TAG)
		buf_printf(buf, " %.*s=%.*s", STR_ARG(rule->tag_name),
		    STR_ARG(rule->tag_value));
	if (rule->text.len > 0)
		buf_printf(buf, " %.*s", STR_ARG(rule->text));
	buf_printf(buf, " @%u", rule->line);
}

const char *
outcome_of(struct arena *arena, const struct policy *policy,
    enum stage stage, const char *text)
{
	struct fact_set facts;
	struct policy_env env = { .facts = &facts, .arena = arena,
	    .header = test_header == NULL ? NULL : find_field };
	struct policy_run run = { 0 };
	const struct policy_rule *rule = NULL;
	enum fact_id pending;
	struct buf buf;

	facts_from(arena, &facts, text);
	if (policy_eval(policy, stage, &env, &run, &rule, &pending) ==
	    POLICY_WAIT)
		return arena_printf(arena, "wait %s",
		    fact_table[pending].name).ptr;
	buf_init(&buf, arena, 4096);
	for (size_t i = 0; i < run.fired.count; i++) {
		const struct policy_rule *fired = &run.fired.at[i];

		if (rule != NULL && fired->line == rule->line)
			continue;
		buf_printf(&buf, "%s%s ", fired->shadow ? "shadow " : "",
		    action_name(fired->action));
	}
	if (buf.len > 0)
		buf_addz(&buf, "| ");
	if (rule == NULL)
		buf_addz(&buf, "continue");
	else
		describe(&buf, rule);
	return arena_z(arena, buf_str(&buf));
}

/* Whether a rule with this condition fires. */
static const char *
fires(struct arena *arena, const char *condition, const char *facts)
{
	struct policy *policy = policy_from(arena_printf(arena,
	    "policy \"t\" mode enforce;\n"
	    "at message { accept when %s; }\n", condition).ptr);
	const char *outcome = outcome_of(arena, policy, STAGE_MESSAGE, facts);

	policy_unref(policy);
	return outcome;
}

const char *
truth_of(struct arena *arena, const char *expr, const char *facts)
{
	const char *plain = fires(arena, expr, facts);
	const char *not = fires(arena, arena_printf(arena, "not (%s)",
	    expr).ptr, facts);

	if (strcmp(plain, "accept @2") == 0)
		return "true";
	if (strcmp(not, "accept @2") == 0)
		return "false";
	if (strcmp(plain, not) == 0)
		return strcmp(plain, "continue") == 0 ? "unknown" : plain;
	return arena_printf(arena, "%s / not: %s", plain, not).ptr;
}

int
main(void)
{
	Suite *suite = suite_create("policy");

	suite_add_tcase(suite, mistakes_tests());
	suite_add_tcase(suite, eval_tests());
	suite_add_tcase(suite, rules_tests());
	suite_add_tcase(suite, wait_tests());
	suite_add_tcase(suite, text_tests());
	suite_add_tcase(suite, list_tests());
	suite_add_tcase(suite, list_file_tests());
	suite_add_tcase(suite, shipped_tests());
	suite_add_tcase(suite, manual_tests());
	suite_add_tcase(suite, cases_tests());
	suite_add_tcase(suite, rehearse_tests());
	suite_add_tcase(suite, rcpt_play_tests());
	return run_suite(suite);
}
