#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>

#ifndef TEST_SRCDIR
#define TEST_SRCDIR "."
#endif

#define STANDARD	TEST_SRCDIR "/policies/standard.policy"
#define MONITOR		TEST_SRCDIR "/policies/monitor.policy"
#define STRICT		TEST_SRCDIR "/policies/strict.policy"

#define STRANGER	"client.ip=192.0.2.1 iprev=pass from.count=1 " \
			"from.domain=bank.example spf.domain=mta.example "
#define FORGED		STRANGER "dmarc=fail dmarc.policy=reject " \
			"dmarc.disposition=reject "

/* verdict: without the line, which may move. */
static const struct {
	const char *file;
	enum stage stage;
	const char *facts, *verdict;
} cases[] = {
	{ STANDARD, STAGE_CONNECT, "client.ip=127.0.0.1", "accept" },
	{ STANDARD, STAGE_CONNECT, "client.ip=::1", "accept" },
	{ STANDARD, STAGE_CONNECT, "", "accept" },
	{ STANDARD, STAGE_CONNECT, "client.ip=?", "continue" },
	{ STANDARD, STAGE_CONNECT, "client.ip=192.0.2.1 iprev=fail",
	  "continue" },
	{ STANDARD, STAGE_CONNECT, "client.ip=192.0.2.1 iprev=~",
	  "continue" },
	{ STANDARD, STAGE_MAIL, STRANGER "auth.user=joe spf=fail", "accept" },
	{ STANDARD, STAGE_MAIL, STRANGER "spf=fail", "continue" },
	{ STANDARD, STAGE_MAIL, STRANGER "spf=~", "continue" },
	{ STANDARD, STAGE_RCPT, STRANGER "spf=fail rcpt=a@b.example",
	  "continue" },
	{ STANDARD, STAGE_MESSAGE, FORGED "spf=fail",
	  "reject 550 5.7.1 mail from bank.example must be authenticated" },
	{ STANDARD, STAGE_MESSAGE, FORGED "spf=softfail",
	  "reject 550 5.7.1 mail from bank.example must be authenticated" },
	{ STANDARD, STAGE_MESSAGE, FORGED "spf=pass spf_helo=fail",
	  "reject 550 5.7.1 mail from bank.example must be authenticated" },
	{ STANDARD, STAGE_MESSAGE, FORGED "spf=pass",
	  "quarantine DMARC of bank.example asks for reject" },
	{ STANDARD, STAGE_MESSAGE, FORGED "spf=fail list.id=x.example",
	  "quarantine DMARC of bank.example asks for reject" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "spf=fail dmarc=fail "
	  "dmarc.policy=reject dmarc.disposition=quarantine dmarc.test=true",
	  "quarantine DMARC of bank.example asks for quarantine" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "spf=fail dmarc=fail "
	  "dmarc.policy=none dmarc.disposition=none", "continue" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "spf=pass dmarc=pass dkim=pass "
	  "dmarc.disposition=none", "continue" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "from.count=2 spf=pass",
	  "quarantine more than one From field" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "dmarc=permerror spf=pass",
	  "quarantine nobody can tell the author" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "dmarc=temperror spf=fail",
	  "note | continue" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "spf=permerror",
	  "note | continue" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "spf=fail",
	  "shadow reject | continue" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "dmarc=~", "wait dmarc" },
	{ STANDARD, STAGE_MESSAGE, STRANGER "dmarc=? dmarc.disposition=?",
	  "continue" },
	{ MONITOR, STAGE_MESSAGE, FORGED "spf=fail",
	  "reject 550 5.7.1 mail from bank.example must be authenticated" },
	{ STRICT, STAGE_CONNECT, "client.ip=127.0.0.1", "accept" },
	{ STRICT, STAGE_CONNECT, "client.ip=192.0.2.1", "continue" },
	{ STRICT, STAGE_MAIL, STRANGER "auth.user=joe spf=fail", "accept" },
	{ STRICT, STAGE_MAIL, STRANGER "spf=fail", "reject 550 5.7.23 "
	  "SPF of mta.example does not allow 192.0.2.1" },
	{ STRICT, STAGE_MAIL, STRANGER "spf=temperror", "tempfail 451 4.4.3 "
	  "SPF of mta.example cannot be looked up now" },
	{ STRICT, STAGE_MAIL, STRANGER "spf=softfail", "continue" },
	{ STRICT, STAGE_MESSAGE, FORGED "spf=pass dkim=pass",
	  "quarantine DMARC of bank.example asks for reject" },
	{ STRICT, STAGE_MESSAGE, FORGED "spf=none",
	  "reject 550 5.7.1 mail from bank.example must be authenticated" },
	{ STRICT, STAGE_MESSAGE, STRANGER "from.count=0 spf=pass",
	  "reject 550 5.7.1 a message has one From field, this one 0" },
	{ STRICT, STAGE_MESSAGE, STRANGER "dmarc=permerror spf=pass",
	  "reject 550 5.7.1 nobody can tell the author of this message" },
	{ STRICT, STAGE_MESSAGE, STRANGER "dmarc=temperror spf=pass",
	  "tempfail 451 4.7.1 DMARC of bank.example cannot be looked up now" },
	{ STRICT, STAGE_MESSAGE, STRANGER "spf=softfail",
	  "quarantine nobody vouches for bank.example" },
	{ STRICT, STAGE_MESSAGE, STRANGER "spf=softfail dkim=pass",
	  "tag | continue" },
	{ STRICT, STAGE_MESSAGE, STRANGER "spf=fail dkim=pass",
	  "reject 550 5.7.23 SPF of mta.example does not allow 192.0.2.1" },
	{ STRICT, STAGE_MESSAGE, STRANGER "dmarc=fail spf=pass "
	  "dmarc.disposition=quarantine",
	  "quarantine DMARC of bank.example asks for quarantine" },
	{ STRICT, STAGE_MESSAGE, STRANGER "dmarc=pass spf=pass dkim=pass",
	  "continue" },
};

START_TEST(shipped_policies_decide)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from_file(cases[_i].file);
	char *outcome = arena_z(arena, str_from(outcome_of(arena, policy,
	    cases[_i].stage, cases[_i].facts)));
	char *line = strstr(outcome, " @");

	if (line != NULL)
		*line = '\0';
	ck_assert_str_eq(outcome, cases[_i].verdict);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* The text of a policy from its title on, without the title's line. */
static struct str
rules_of(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = arena_alloc(arena, 65536), *title;
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, 65535, file);
	fclose(file);
	ck_assert_uint_lt(len, 65535);
	title = strstr(text, "\npolicy \"");
	ck_assert_ptr_nonnull(title);
	return str_from(strchr(title + 1, '\n'));
}

START_TEST(monitor_has_the_rules_of_standard)
{
	struct arena *arena = arena_new();
	struct policy *monitor = policy_from_file(MONITOR);
	struct policy *standard = policy_from_file(STANDARD);

	ck_assert(str_eq(rules_of(arena, MONITOR), rules_of(arena, STANDARD)));
	ck_assert(!policy_enforces(monitor));
	ck_assert(policy_enforces(standard));
	ck_assert_str_eq(policy_name(monitor), "monitor");
	ck_assert_str_eq(policy_name(standard), "standard");
	policy_unref(monitor);
	policy_unref(standard);
	arena_free(arena);
}
END_TEST

TCase *
shipped_tests(void)
{
	TCase *tc = tcase_create("shipped");

	tcase_add_loop_test(tc, shipped_policies_decide, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tc, monitor_has_the_rules_of_standard);
	return tc;
}
