/* assay policy check: what is wrong with it.  assay policy test: cases. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/test.h"
#include "tool/json.h"
#include "tool/policy.h"
#include "tool/tool.h"
#include "tool/trial.h"

enum { TOOL_FAILED = 1 };

static const char command[] = "policy";

struct options {
	bool	json, werror;
	char	**files;
	int	file_count;
};

/* What a mistake says to do: behind the first "; " that is in no quotes. */
static struct str
suggestion_of(struct str text)
{
	bool quoted = false;

	for (size_t i = 0; i + 1 < text.len; i++) {
		quoted ^= text.ptr[i] == '"';
		if (!quoted && text.ptr[i] == ';' && text.ptr[i + 1] == ' ')
			return str_skip(text, i + 2);
	}
	return STR_NONE;
}

/* What can be put in its place: the X of: did you mean "X"? */
static struct str
replacement_of(struct str suggestion)
{
	static const struct str ask = STR_INIT("did you mean \"");

	if (!str_eq(str_slice(suggestion, 0, ask.len), ask))
		return STR_NONE;
	suggestion = str_skip(suggestion, ask.len);
	return str_slice(suggestion, 0, str_chr(suggestion, '"'));
}

static json_t *
text_or_null(struct str text)
{
	return text.ptr == NULL ? json_null() : tool_json_text(text);
}

static json_t *
mistake_json(const struct diag_item *item)
{
	struct str suggestion = suggestion_of(str_from(item->text));

	return json_pack("{s:o, s:i, s:i, s:i, s:s, s:o, s:o, s:o}",
	    "file", tool_json_text(str_from(item->file)),
	    "line", (int)item->line, "column", (int)item->column,
	    "end_column", (int)(item->column + item->octets),
	    "severity", item->level == DIAG_ERROR ? "error" : "warning",
	    "message", tool_json_text(str_from(item->text)),
	    "suggestion", text_or_null(suggestion),
	    "replacement", text_or_null(replacement_of(suggestion)));
}

static void
print_check_json(const char *file, const struct policy *policy, bool good,
    const struct diag *diag)
{
	json_t *mistakes = json_array();

	for (size_t i = 0; i < diag_total(diag); i++)
		json_array_append_new(mistakes, mistake_json(diag_at(diag,
		    i)));
	tool_json_print(json_pack("{s:o, s:b, s:i, s:o}",
	    "file", tool_json_text(str_from(file)), "ok", good,
	    "rules", policy == NULL ? 0 : (int)policy_rule_count(policy),
	    "mistakes", mistakes));
}

static int
check_file(const struct options *options, const char *file)
{
	struct diag *diag = diag_new();
	struct policy *policy = policy_load(file, diag);
	bool good = policy != NULL && (!options->werror ||
	    diag_total(diag) == 0);

	if (options->json)
		print_check_json(file, policy, good, diag);
	else
		diag_print(diag, stdout);
	if (!options->json && good)
		printf("%s: ok, %zu rules\n", file,
		    policy_rule_count(policy));
	policy_unref(policy);
	diag_free(diag);
	return good ? TOOL_DONE : TOOL_FAILED;
}

/* NAME.policy and NAME.test, whichever was named. */
static void
name_pair(struct arena *arena, const char *file, const char **policy_out,
    const char **test_out)
{
	struct str name = str_from(file);
	size_t dot = str_rchr(name, '.');

	if (str_rchr(name, '/') != name.len && dot < str_rchr(name, '/'))
		dot = name.len;
	*policy_out = arena_printf(arena, "%.*s.policy", (int)dot, file).ptr;
	*test_out = arena_printf(arena, "%.*s.test", (int)dot, file).ptr;
	if (!str_eqz(str_skip(name, dot), ".test"))
		*policy_out = file;
}

struct tally {
	size_t	passed, failed;
	bool	*fired;			/* by rule number, in any case */
};

static json_t *
case_json(const struct policy_test_result *result)
{
	return json_pack("{s:o, s:i, s:o, s:b, s:o, s:o}",
	    "file", tool_json_text(str_from(result->file)),
	    "line", (int)result->line, "case", tool_json_text(result->name),
	    "passed", result->passed,
	    "expected", tool_json_text(result->expected),
	    "actual", tool_json_text(result->actual));
}

static void
print_failure(const struct policy_test_result *result)
{
	printf("%s:%u: \"", result->file, result->line);
	tool_print_text(result->name);
	printf("\" failed\n    expected ");
	tool_print_text(result->expected);
	printf("\n    actual   ");
	tool_print_text(result->actual);
	putchar('\n');
}

static void
run_cases(const struct policy_tests *tests, const struct policy *policy,
    struct tally *tally, json_t *cases)
{
	struct trial trial = { .arena = NULL };
	struct policy_checker checker = trial_checker(&trial);

	for (size_t i = 0; i < policy_tests_count(tests); i++) {
		struct arena *arena = arena_new();
		struct policy_test_result result;

		policy_tests_run(tests, i, policy, &checker, arena, &result);
		for (size_t n = 0; n < policy_rule_count(policy); n++)
			tally->fired[n] |= result.fired[n];
		tally->passed += result.passed;
		tally->failed += !result.passed;
		if (cases != NULL)
			json_array_append_new(cases, case_json(&result));
		else if (!result.passed)
			print_failure(&result);
		arena_free(arena);
	}
}

static size_t
count_fired(const struct policy *policy, const struct tally *tally)
{
	size_t count = 0;

	for (size_t n = 0; n < policy_rule_count(policy); n++)
		count += tally->fired[n];
	return count;
}

static json_t *
unfired_json(const struct policy *policy, const struct tally *tally)
{
	json_t *rules = json_array();

	for (size_t n = 0; n < policy_rule_count(policy); n++) {
		struct policy_rule_place at = policy_rule_place(policy, n);

		if (!tally->fired[n])
			json_array_append_new(rules, json_pack(
			    "{s:o, s:i, s:s, s:s}",
			    "file", tool_json_text(str_from(at.file)),
			    "line", (int)at.line, "stage",
			    stage_name(at.stage), "action",
			    action_name(at.action)));
	}
	return rules;
}

static void
print_coverage(const char *file, const struct policy *policy,
    const struct tally *tally)
{
	for (size_t n = 0; n < policy_rule_count(policy); n++) {
		struct policy_rule_place at = policy_rule_place(policy, n);

		if (!tally->fired[n])
			printf("%s:%u: no case fires this %s%s\n", at.file,
			    at.line, at.shadow ? "shadow " : "",
			    action_name(at.action));
	}
	printf("%s: %zu passed, %zu failed, %zu of %zu rules fired\n", file,
	    tally->passed, tally->failed, count_fired(policy, tally),
	    policy_rule_count(policy));
}

static int
test_pair(const struct options *options, const char *file,
    const struct policy *policy, const struct policy_tests *tests,
    struct arena *arena)
{
	size_t rules = policy_rule_count(policy);
	struct tally tally = { .fired = arena_alloc(arena, rules) };
	json_t *cases = options->json ? json_array() : NULL;

	run_cases(tests, policy, &tally, cases);
	if (options->json)
		tool_json_print(json_pack("{s:o, s:i, s:i, s:i, s:o, s:o}",
		    "file", tool_json_text(str_from(file)),
		    "passed", (int)tally.passed, "failed", (int)tally.failed,
		    "rules", (int)rules, "unfired",
		    unfired_json(policy, &tally), "cases", cases));
	else
		print_coverage(file, policy, &tally);
	return tally.failed > 0 || (options->werror &&
	    count_fired(policy, &tally) < rules) ? TOOL_FAILED : TOOL_DONE;
}

static int
test_file(const struct options *options, const char *file)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	const char *policy_path, *test_path;
	struct policy_tests *tests;
	struct policy *policy;
	int status = TOOL_FAILED;

	name_pair(arena, file, &policy_path, &test_path);
	tests = policy_tests_load(test_path, diag);
	policy = tests != NULL ? policy_tests_policy(tests, policy_path,
	    diag) : policy_load(policy_path, diag);
	diag_print(diag, stderr);
	if (policy != NULL && tests != NULL)
		status = test_pair(options, test_path, policy, tests, arena);
	policy_unref(policy);
	policy_tests_free(tests);
	diag_free(diag);
	arena_free(arena);
	return status;
}

static const struct {
	const char *name;
	int (*run)(const struct options *options, const char *file);
} verbs[] = {
	{ "check", check_file }, { "test", test_file },
};

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static int
take_options(struct options *options, int argc, char **argv)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'J' },
		{ "werror", no_argument, NULL, 'W' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	while ((letter = tool_option(command, argc, argv, "",
	    table, NULL)) != -1) {
		if (letter == 'J')
			options->json = true;
		else if (letter == 'W')
			options->werror = true;
		else
			return TOOL_BAD_USE;
	}
	options->files = argv + optind;
	options->file_count = argc - optind;
	return TOOL_DONE;
}

int
tool_policy(int argc, char **argv)
{
	struct options options = { .json = false };
	int status = TOOL_DONE, verb = 0;

	if (argc < 2)
		return tool_usage(command, "check, test, replay or diff is "
		    "missing");
	if (strcmp(argv[1], "replay") == 0)
		return tool_policy_replay(argc - 1, argv + 1);
	if (strcmp(argv[1], "diff") == 0)
		return tool_policy_diff(argc - 1, argv + 1);
	while (verb < VERB_COUNT && strcmp(verbs[verb].name, argv[1]) != 0)
		verb++;
	if (verb == VERB_COUNT)
		return tool_usage(command, "\"%s\" is neither check, test, "
		    "replay nor diff", argv[1]);
	if (take_options(&options, argc - 1, argv + 1) != TOOL_DONE)
		return TOOL_BAD_USE;
	if (options.file_count == 0)
		return tool_usage(command, "no file is named");
	for (int i = 0; i < options.file_count; i++)
		if (access(options.files[i], R_OK) != 0) {
			tool_error(command, "%s cannot be read",
			    options.files[i]);
			status = TOOL_BAD_USE;
		}
	for (int i = 0; status != TOOL_BAD_USE && i < options.file_count; i++)
		if (verbs[verb].run(&options, options.files[i]) != TOOL_DONE)
			status = TOOL_FAILED;
	return status;
}
