#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/bound.h"
#include "policy/function.h"
#include "policy/test_case.h"

/* What a value is given to: a fact, or the answer of a function. */
struct slot {
	const char	*name;
	enum fact_type	 type;
	enum word_set	 words;
};

static bool
refuse_value(const struct setting *setting, const struct slot *slot,
    struct diag *diag)
{
	static const char *const wants[] = {
		[FACT_IP] = "an IP address", [FACT_STRING] = "a text",
		[FACT_DOMAIN] = "a domain", [FACT_ADDRESS] = "an address",
		[FACT_NUMBER] = "a number", [FACT_SIZE] = "a size",
		[FACT_DURATION] = "a duration",
		[FACT_BOOL] = "true or false",
		[FACT_LIST] = "{ texts in braces }",
		[FACT_WORD] = "one of its words",
	};
	struct place place = setting->right != NULL ? setting->right->place :
	    setting->place;

	mistake(diag, place, "%s (%s) takes %s, none or unknown", slot->name,
	    fact_type_name(slot->type), wants[slot->type]);
	return false;
}

static bool
set_bool(const struct term *term, struct fact *fact)
{
	fact->truth = str_eqz(term->text, "true");
	return fact->truth || str_eqz(term->text, "false");
}

static bool
set_list(struct policy_tests *tests, const struct term *terms,
    struct fact *fact)
{
	VEC(struct str) texts = { 0 };

	for (const struct term *term = terms; term; term = term->next) {
		if (term->kind == TERM_REGEX)
			return false;
		VEC_PUSH(tests->arena, &texts, term->text);
	}
	fact->list.at = texts.at;
	fact->list.count = texts.count;
	return true;
}

/* The value as the type has it. */
static bool
read_value(struct policy_tests *tests, const struct setting *setting,
    const struct slot *slot, struct fact *fact)
{
	const struct term *term = setting->right;
	enum fact_type type = slot->type;

	fact->state = FACT_SET;
	if (setting->braces || type == FACT_LIST)
		return set_list(tests, term, fact) && setting->braces &&
		    type == FACT_LIST;
	switch (type) {
	case FACT_IP:
		*fact = fact_of_ip(&term->net.ip);
		return term->kind == TERM_IP;
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		fact->text = term->text;
		return true;
	case FACT_NUMBER:
	case FACT_SIZE:
		fact->number = term->number;
		return term->kind == TERM_NUMBER ||
		    (type == FACT_SIZE && term->kind == TERM_SIZE);
	case FACT_DURATION:
		fact->number = term->number;
		return term->kind == TERM_DURATION;
	case FACT_BOOL:
		return set_bool(term, fact);
	case FACT_WORD:
		return word_find(slot->words, term->text, &fact->word);
	case FACT_LIST:
		break;
	}
	return false;
}

static bool
find_fact(struct policy_tests *tests, const struct term *term,
    enum fact_id *id_out, struct diag *diag)
{
	const char *names[FACT_COUNT];

	if (str_eqz(term->text, "score") ||
	    str_eqz(term->text, "score.symbols")) {
		mistake(diag, term->place, "score is what the rules add up "
		    "to; it cannot be given");
		return false;
	}
	if (fact_find(term->text, id_out))
		return true;
	for (int i = 0; i < FACT_COUNT; i++)
		names[i] = fact_table[i].name;
	mistake(diag, term->place, "unknown fact \"%.*s\"%s",
	    STR_ARG(term->text), nearest_hint(tests->arena, term->text, names,
	    FACT_COUNT));
	return false;
}

static bool
load_header(const struct setting *setting, struct preset *preset,
    struct diag *diag)
{
	const struct term *left = setting->left;

	if (!str_eqz(left->text, "header") || left->args == NULL ||
	    left->args->kind != TERM_TEXT || left->args->next != NULL) {
		mistake(diag, left->place, "a field is given as "
		    "header(\"Name\") = \"value\"");
		return false;
	}
	if (setting->braces || setting->right->kind != TERM_TEXT) {
		mistake(diag, left->place, "a field's value is a text in "
		    "quotes");
		return false;
	}
	preset->kind = PRESET_HEADER;
	preset->name = left->args->text;
	preset->fact.text = setting->right->text;
	return true;
}

/* "owns(auth.user, from) = true": what the function answers. */
static bool
find_function(struct policy_tests *tests, const struct term *left,
    struct preset *preset, struct slot *slot, struct diag *diag)
{
	const struct function *function = function_find(left->text);

	if (function == NULL && str_starts_nocase(left->text,
	    STR("dnsbl."))) {
		preset->kind = PRESET_CALL;
		preset->name = bind_call_text(tests->arena, left);
		*slot = (struct slot){ "what a list says", FACT_STRING,
		    NO_WORDS };
		return true;
	}
	if (function == NULL) {
		mistake(diag, left->place, "unknown function \"%.*s\"",
		    STR_ARG(left->text));
		return false;
	}
	preset->kind = PRESET_CALL;
	preset->name = bind_call_text(tests->arena, left);
	*slot = (struct slot){ function->name, function->result,
	    function->words };
	return true;
}

static bool
find_slot(struct policy_tests *tests, const struct setting *setting,
    struct preset *preset, struct slot *slot, struct diag *diag)
{
	if (setting->left->kind == TERM_CALL)
		return find_function(tests, setting->left, preset, slot,
		    diag);
	if (!find_fact(tests, setting->left, &preset->id, diag))
		return false;
	*slot = (struct slot){ fact_table[preset->id].name,
	    fact_table[preset->id].type, fact_table[preset->id].words };
	return true;
}

static bool
load_setting(struct policy_tests *tests, const struct setting *setting,
    struct preset *preset, struct diag *diag)
{
	const struct term *left = setting->left, *right = setting->right;
	struct slot slot;

	if (left->kind == TERM_CALL && str_eqz(left->text, "header"))
		return load_header(setting, preset, diag);
	if (!find_slot(tests, setting, preset, &slot, diag))
		return false;
	if (right == NULL)
		return slot.type == FACT_LIST ?
		    (preset->fact.state = FACT_NONE, true) :
		    refuse_value(setting, &slot, diag);
	if (!setting->braces && right->kind == TERM_NAME) {
		if (str_eqz(right->text, "unknown")) {
			preset->fact.state = FACT_UNKNOWN;
			return true;
		}
		if (str_eqz(right->text, "none")) {
			preset->fact.state = FACT_NONE;
			return true;
		}
	}
	return read_value(tests, setting, &slot, &preset->fact) ||
	    refuse_value(setting, &slot, diag);
}

static void
load_settings(struct policy_tests *tests, const struct test_item *item,
    struct presets *presets, struct diag *diag)
{
	for (const struct setting *setting = item->settings; setting;
	    setting = setting->next) {
		struct preset preset = { .kind = PRESET_FACT };

		if (load_setting(tests, setting, &preset, diag))
			VEC_PUSH(tests->arena, &presets->list, preset);
	}
}

static void
check_expectation(struct policy_tests *tests,
    const struct expectation *expectation, struct diag *diag)
{
	const char *names[ACTION_COUNT];
	enum action action = ACTION_CONTINUE;
	enum stage stage;

	for (int i = 0; i < ACTION_COUNT; i++)
		names[i] = action_name((enum action)i);
	while (action < ACTION_COUNT &&
	    !str_eqz(expectation->action->text, names[action]))
		action++;
	if (action == ACTION_COUNT)
		mistake(diag, expectation->place, "unknown action \"%.*s\"%s",
		    STR_ARG(expectation->action->text), hint_or(tests->arena,
		    expectation->action->text, names, ACTION_COUNT,
		    "; it is continue or an action"));
	if (expectation->stage != NULL &&
	    !stage_find(expectation->stage->text, &stage))
		mistake(diag, expectation->stage->place, "unknown stage "
		    "\"%.*s\"", STR_ARG(expectation->stage->text));
	if (expectation->line != NULL &&
	    expectation->line->kind != TERM_NUMBER)
		mistake(diag, expectation->line->place, "\"%.*s\" is no "
		    "number of a line", STR_ARG(expectation->line->text));
}

static void
load_item(struct policy_tests *tests, const struct test_item *item,
    struct presets *given, struct diag *diag)
{
	struct test_case *test;

	if (item->name == NULL) {
		given->list.count = 0;
		given->list.size = 0;		/* cases hold the old ones */
		load_settings(tests, item, given, diag);
		return;
	}
	test = arena_alloc(tests->arena, sizeof(*test));
	test->name = item->name->text;
	test->place = item->place;
	test->given = *given;
	test->expects = item->expects;
	test->message = test_message_load(tests->arena, item, diag);
	load_settings(tests, item, &test->own, diag);
	for (const struct expectation *e = item->expects; e; e = e->next)
		check_expectation(tests, e, diag);
	VEC_PUSH(tests->arena, &tests->cases, test);
}

static struct policy_tests *
tests_new(void)
{
	struct policy_tests *tests = xcalloc(1, sizeof(*tests));

	tests->arena = arena_new();
	return tests;
}

static struct policy_tests *
load(struct policy_tests *tests, const struct source *source,
    struct diag *diag)
{
	struct diag *own = diag_new();
	struct parse parse = { .arena = tests->arena, .diag = own,
	    .source = source, .tests = true };
	struct presets given = { .list = { 0 } };
	bool ok;

	parse_policy(&parse);
	for (const struct test_item *item = parse.cases.first; item;
	    item = item->next)
		load_item(tests, item, &given, own);
	tests->lists = parse.items.first;
	ok = diag_count(own, DIAG_ERROR) == 0;
	mistakes_hand_over(own, source->path, tests->arena, diag);
	diag_free(own);
	if (ok)
		return tests;
	policy_tests_free(tests);
	return NULL;
}

struct policy_tests *
policy_tests_load_text(const char *path, struct str text, struct diag *diag)
{
	struct policy_tests *tests = tests_new();

	if (text.len > LIMIT_POLICY_OCTETS) {
		diag_add(diag, DIAG_ERROR, path, 0, 0, STR_NONE,
		    "longer than tests may be (%d octets)",
		    LIMIT_POLICY_OCTETS);
		policy_tests_free(tests);
		return NULL;
	}
	return load(tests, source_new(tests->arena, path, text), diag);
}

struct policy_tests *
policy_tests_load(const char *path, struct diag *diag)
{
	struct policy_tests *tests = tests_new();
	struct source *source = source_load(tests->arena, path,
	    LIMIT_POLICY_OCTETS, diag);

	if (source != NULL)
		return load(tests, source, diag);
	policy_tests_free(tests);
	return NULL;
}

void
policy_tests_free(struct policy_tests *tests)
{
	if (tests == NULL)
		return;
	arena_free(tests->arena);
	free(tests);
}

struct policy *
policy_tests_policy(const struct policy_tests *tests, const char *path,
    struct diag *diag)
{
	return policy_load_with(path, tests->lists, diag);
}

size_t
policy_tests_count(const struct policy_tests *tests)
{
	return tests->cases.count;
}
