#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "policy/test.h"

#ifndef TEST_SRCDIR
#define TEST_SRCDIR "."
#endif

static const char policy_text[] =
    "policy \"t\" mode enforce;\n"
    "list nets = { };\n"
    "at mail {\n"
    "accept when client.ip in nets;\n"			/* 4 */
    "quarantine \"held\" when spf == softfail;\n"	/* 5 */
    "}\n"
    "at message {\n"
    "score 1.5 \"one\" when dkim == none;\n"		/* 8 */
    "note \"%{subject}\" when header(\"X-A\") is set;\n"	/* 9 */
    "tag \"X-B\" \"%{score}\" when score > 1;\n"	/* 10 */
    "tag subject \"[!] \" when from in { \"\" };\n"	/* 11 */
    "shadow discard when dmarc.test;\n"			/* 12 */
    "reject when spf == fail or message.size > 10k;\n"	/* 13 */
    "accept when from.domain in dkim.domains;\n"	/* 14 */
    "}\n"
    "on listener \"sub\" {\nat message {\n"
    "score SUB 1;\n"					/* 18 */
    "tag add \"X-S\" \"%{score.symbols}\" when any rcpt in { b.example };\n"
    "tag remove \"X-T\" when all rcpt in { b.example };\n"
    "}\n}\n";

/* A case, and what it comes to: "passed", or what is said of it. */
static const struct {
	const char *text, *said;
} cases[] = {
	{ "case \"a\" { spf = fail; } expect reject;", "passed" },
	{ "case \"a\" { spf = fail; } expect reject 550 5.7.23 at message "
	  "by line 13;", "passed" },
	{ "case \"a\" { spf = fail; } expect reject 5.7.23;", "passed" },
	{ "case \"a\" { spf = fail; } expect reject 551;",
	  "expected reject 551, actual reject 550 5.7.23 \"SPF does not allow "
	  "this client to send for the domain\" at message by line 13 and "
	  "score 1.5 \"one\" at message by line 8 and tag \"X-B\" \"1.5\" at "
	  "message by line 10" },
	{ "case \"a\" { dkim = pass; } expect accept;",
	  "expected accept, actual continue" },
	{ "case \"a\" { dkim = pass; message.size = 11k; } expect reject "
	  "by line 12;", "expected reject by line 12, actual reject 550 5.7.23 "
	  "\"SPF does not allow this client to send for the domain\" at "
	  "message by line 13" },
	{ "case \"a\" { message.size = 10240; } expect continue and score "
	  "1.5 \"one\" and tag \"X-B\" \"1.5\";", "passed" },
	{ "case \"a\" { dkim = pass; header(\"x-a\") = \"1\"; "
	  "subject = \"hi\"; } expect continue and note \"hi\" by line 9;",
	  "passed" },
	{ "case \"a\" { dkim = pass; from = \"\"; } expect continue and tag "
	  "subject \"[!] \";", "passed" },
	{ "case \"a\" { dkim = pass; dmarc.test = true; } expect continue "
	  "and shadow discard;", "passed" },
	{ "case \"a\" { dkim = pass; dmarc.test = true; } expect continue "
	  "and discard;", "expected continue and discard, actual continue and "
	  "shadow discard at message by line 12" },
	{ "case \"a\" { dkim = pass; dmarc.test = unknown; spf = unknown; } "
	  "expect continue;", "passed" },
	{ "case \"a\" { dkim = pass; from.domain = b.example; "
	  "dkim.domains = { a.example, b.example }; } expect accept at "
	  "message;", "passed" },
	{ "case \"a\" { dkim = pass; dkim.domains = { }; "
	  "from.domain = \"a.example\"; } expect continue;", "passed" },
	/* what is held may still be refused, but not accepted */
	{ "case \"a\" { spf = softfail; dkim = pass; } expect quarantine "
	  "\"held\" at mail;", "passed" },
	{ "case \"a\" { spf = softfail; message.size = 1M; } expect reject;",
	  "passed" },
	{ "case \"a\" { spf = softfail; dkim = pass; from.domain = a.example; "
	  "dkim.domains = { a.example }; } expect quarantine;", "passed" },
	/* who finds out the facts of a message is another room */
	{ "case \"a\" message \"x\" { } expect accept;",
	  "expected accept, actual there is nobody to check a message" },
	/* given facts hold until the next given; a case's own ones count */
	{ "given { spf = fail; dkim = pass; } case \"a\" { } expect reject; "
	  "case \"b\" { spf = pass; } expect continue; given { } "
	  "case \"c\" { dkim = pass; } expect continue;",
	  "passed passed passed" },
	/* sections, symbols, tags, recipients */
	{ "given { dkim = pass; listener = \"sub\"; } "
	  "case \"a\" { rcpt = \"x@b.example\"; } expect continue and "
	  "score SUB 1 and tag add \"X-S\" \"SUB\" and tag remove \"X-T\"; "
	  "case \"b\" { rcpt = \"x@c.example\"; } expect continue and "
	  "tag add; case \"c\" { rcpt.accepted = { x@c.example, x@b.example "
	  "}; } expect continue and tag remove;",
	  "passed expected continue and tag add, actual continue and score "
	  "SUB 1 at message by line 18 expected continue and tag remove, "
	  "actual continue and score SUB 1 at message by line 18 and tag add "
	  "\"X-S\" \"SUB\" at message by line 19" },
	{ "case \"a\" { dkim = pass; listener = \"sub\"; rcpt = "
	  "\"x@b.example\"; } expect continue and score SBU 1;",
	  "expected continue and score SBU 1, actual continue and score SUB 1 "
	  "at message by line 18 and tag add \"X-S\" \"SUB\" at message by "
	  "line 19 and tag remove \"X-T\" at message by line 20" },
	{ "list nets = { 192.0.2.0/24 }; case \"a\" { client.ip = 192.0.2.7; } "
	  "expect accept at mail; case \"b\" { client.ip = 192.0.3.7; "
	  "dkim = pass; } expect continue;", "passed passed" },
};

START_TEST(cases_are_run)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct policy_tests *tests = policy_tests_load_text("t.test",
	    str_from(cases[_i].text), diag);
	char path[] = "/tmp/policy-test-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct policy *policy;
	struct buf said;

	fputs(policy_text, file);
	fclose(file);
	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(tests);
	policy = policy_tests_policy(tests, path, diag);
	remove(path);
	ck_assert_ptr_nonnull(policy);
	buf_init(&said, arena, 4096);
	for (size_t i = 0; i < policy_tests_count(tests); i++) {
		struct policy_test_result result;

		policy_tests_run(tests, i, policy, NULL, arena, &result);
		buf_addz(&said, i > 0 ? " " : "");
		if (result.passed)
			buf_addz(&said, "passed");
		else
			buf_printf(&said, "expected %.*s, actual %.*s",
			    STR_ARG(result.expected), STR_ARG(result.actual));
	}
	assert_str(buf_str(&said), cases[_i].said);
	policy_unref(policy);
	policy_tests_free(tests);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *text, *said;
} wrong[] = {
	{ "case \"a\" massage \"x\" { } expect accept;",
	  "1:1: which message? write for example message \"forged.eml\"\n"
	  "1:10: \"massage\" is nothing that a case says of a message; did "
	  "you mean \"message\"?\n" },
	{ "case \"a\" message \"x\" message \"y\" { } expect accept;",
	  "1:22: message is said twice\n" },
	{ "case \"a\" message x.eml { } expect accept;",
	  "1:18: message takes a file name in quotes\n" },
	{ "case \"a\" message \"x\" client here { } expect accept;",
	  "1:29: client takes an IP address\n" },
	{ "case \"a\" message \"x\" now 0 { } expect accept;",
	  "1:26: now takes a Unix time in seconds\n" },
	{ "case \"a\" message \"x\" set \"dns\" { } expect accept;",
	  "1:26: set takes a setting in quotes, such as "
	  "\"trusted_relays=192.0.2.25\"\n" },
	{ "case \"a\" { spff = fail; } expect accept;",
	  "1:12: unknown fact \"spff\"; did you mean \"spf\"?\n" },
	{ "case \"a\" { spf = maybe; } expect accept;",
	  "1:18: spf (word) takes one of its words, none or unknown\n" },
	{ "case \"a\" { client.ip = \"x\"; } expect accept;",
	  "1:24: client.ip (ip) takes an IP address, none or unknown\n" },
	{ "case \"a\" { rcpt.count = 5k; } expect accept;",
	  "1:25: rcpt.count (number) takes a number, none or unknown\n" },
	{ "case \"a\" { dmarc.test = 1; } expect accept;",
	  "1:25: dmarc.test (bool) takes true or false, none or unknown\n" },
	{ "case \"a\" { dkim.domains = a; } expect accept;",
	  "1:27: dkim.domains (list) takes { texts in braces }, none or "
	  "unknown\n" },
	{ "case \"a\" { spf = { fail }; } expect accept;",
	  "1:20: spf (word) takes one of its words, none or unknown\n" },
	{ "case \"a\" { spf = { }; } expect accept;",
	  "1:12: spf (word) takes one of its words, none or unknown\n" },
	{ "case \"a\" { score = 5; } expect accept;",
	  "1:12: score is what the rules add up to; it cannot be given\n" },
	{ "case \"a\" { header(x) = \"5\"; } expect accept;",
	  "1:12: a field is given as header(\"Name\") = \"value\"\n" },
	{ "case \"a\" { header(\"x\") = 5; } expect accept;",
	  "1:12: a field's value is a text in quotes\n" },
	{ "case \"a\" { } expect acept;",
	  "1:21: unknown action \"acept\"; did you mean \"accept\"?\n" },
	{ "case \"a\" { } expect accept at mial by line x;",
	  "1:44: expected a number or address, found \"x\"\n" },
	{ "case \"a\" { } expect accept at mial by line ::1;",
	  "1:31: unknown stage \"mial\"\n1:44: \"::1\" is no number of a "
	  "line\n" },
	{ "case \"a\" { } expect accept by row 5;",
	  "1:31: write \"by line\" and its number\n" },
	{ "case \"a\" { spf == fail; dkim = pass } expect accept;\n"
	  "case \"b\" { } expext accept;\nat mail { }",
	  "1:16: expected \"=\" or \"(\", found \"==\"\n"
	  "1:37: expected \";\", found \"}\"\n"
	  "2:14: expected \"expect\", found \"expext\"; did you mean "
	  "\"expect\"?\n3:1: expected \"list\", \"given\" or \"case\", found "
	  "\"at\"\n" },
};

START_TEST(mistakes_in_tests)
{
	struct diag *diag = diag_new();
	struct arena *arena = arena_new();
	struct buf said;

	ck_assert_ptr_null(policy_tests_load_text("t.test",
	    str_from(wrong[_i].text), diag));
	buf_init(&said, arena, 4096);
	for (size_t i = 0; i < diag_total(diag); i++)
		buf_printf(&said, "%u:%u: %s\n", diag_at(diag, i)->line,
		    diag_at(diag, i)->column, diag_at(diag, i)->text);
	assert_str(buf_str(&said), wrong[_i].said);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(a_list_that_the_policy_lacks)
{
	struct diag *diag = diag_new();
	struct policy_tests *tests = policy_tests_load_text("t.test",
	    STR("list nest = { };"), diag);

	ck_assert_ptr_nonnull(tests);
	ck_assert_ptr_null(policy_tests_policy(tests, TEST_SRCDIR
	    "/policies/standard.policy", diag));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "the policy has no list \"nest\"");
	policy_tests_free(tests);
	diag_free(diag);
}
END_TEST

static const char *const shipped[] = { "monitor", "standard", "strict" };

/* Every case passes, and every rule is fired by one. */
START_TEST(shipped_tests_cover_every_rule)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct policy_tests *tests = policy_tests_load(arena_printf(arena,
	    TEST_SRCDIR "/policies/%s.test", shipped[_i]).ptr, diag);
	struct policy *policy;
	bool *fired;

	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(tests);
	policy = policy_tests_policy(tests, arena_printf(arena,
	    TEST_SRCDIR "/policies/%s.policy", shipped[_i]).ptr, diag);
	ck_assert_uint_eq(diag_total(diag), 0);
	fired = arena_alloc(arena, policy_rule_count(policy));
	for (size_t i = 0; i < policy_tests_count(tests); i++) {
		struct policy_test_result result;

		policy_tests_run(tests, i, policy, NULL, arena, &result);
		ck_assert_msg(result.passed, "%.*s: %.*s",
		    STR_ARG(result.name), STR_ARG(result.actual));
		for (size_t n = 0; n < policy_rule_count(policy); n++)
			fired[n] |= result.fired[n];
	}
	for (size_t n = 0; n < policy_rule_count(policy); n++)
		ck_assert_msg(fired[n], "%s:%u",
		    policy_rule_place(policy, n).file,
		    policy_rule_place(policy, n).line);
	policy_unref(policy);
	policy_tests_free(tests);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

TCase *
cases_tests(void)
{
	TCase *tc = tcase_create("cases");

	tcase_add_loop_test(tc, cases_are_run, 0, TEST_COUNT(cases));
	tcase_add_loop_test(tc, mistakes_in_tests, 0, TEST_COUNT(wrong));
	tcase_add_test(tc, a_list_that_the_policy_lacks);
	tcase_add_loop_test(tc, shipped_tests_cover_every_rule, 0,
	    TEST_COUNT(shipped));
	return tc;
}
