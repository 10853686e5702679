/* Events as literals: a policy, what DMARC asked, and the reasons. */
#include <string.h>

#include "base/buf.h"
#include "event/event.h"
#include "tests/unit/event/event_test.h"

#define ENFORCE	"policy \"p\" mode enforce;\n"
#define MONITOR	"policy \"p\" mode monitor;\n"
#define ASKED	"dmarc == fail and dmarc.disposition == reject"

/* What the message is, letter by letter. */
#define DMARC_PASSES	"p"	/* else it fails */
#define TRUSTED		"a"	/* arc.trusted */
#define CHAINED		"c"	/* a chain of strangers */
#define LISTED		"l"	/* list.id */
#define TESTED		"t"	/* t=y */
#define QUARANTINE	"q"	/* p=quarantine, else reject */
#define NO_POLICY	"n"
#define DMARC_PENDING	"?"

static const struct {
	const char *policy, *message, *expected;
} cases[] = {
	/* what was asked was done */
	{ ENFORCE "at message { reject when dmarc == fail; }", "", "" },
	{ ENFORCE "at message { discard when dmarc == fail; }", "", "" },
	{ ENFORCE "at message { quarantine \"x\" when dmarc == fail; }",
	  QUARANTINE, "" },
	{ ENFORCE "at message { reject when " ASKED "; }", DMARC_PASSES, "" },
	/* t=y */
	{ ENFORCE "at message { quarantine \"x\" when dmarc == fail; }",
	  TESTED, "policy_test_mode(t=y: quarantine, not reject)" },
	{ ENFORCE "", TESTED QUARANTINE,
	  "policy_test_mode(t=y: none, not quarantine)" },
	{ ENFORCE "at message { accept when dmarc == fail; }", TESTED,
	  "policy_test_mode(t=y: quarantine, not reject) "
	  "local_policy(test.policy:2)" },
	{ ENFORCE "at message { reject when dmarc == fail; }", TESTED,
	  "local_policy(test.policy:2)" },
	/* a trusted forwarder */
	{ ENFORCE "at message { reject when " ASKED " and not arc.trusted; }",
	  TRUSTED, "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at message { accept when arc.trusted;\n"
	  "reject when " ASKED "; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at message { reject when " ASKED " and not arc.trusted;\n"
	  "quarantine \"x\" when dmarc == fail; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "define known = arc.trusted and arc.dmarc == pass;\n"
	  "at message { reject when " ASKED " and not known; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at message { score 5 when dmarc == fail;\n"
	  "score -5 when arc.trusted; reject when score >= 5; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at mail { score KNOWN 5 when spf == none; }\n"
	  "at message { accept when arc.trusted\n"
	  "and any score.symbols == \"KNOWN\"; reject when " ASKED "; }",
	  TRUSTED, "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	/* ... who is none, or whom the rule only mentions */
	{ ENFORCE "at message { reject when " ASKED " and not arc.trusted; }",
	  CHAINED, "" },
	{ ENFORCE "at message { accept when arc == pass;\n"
	  "reject when " ASKED "; }", CHAINED,
	  "local_policy(test.policy:2)" },
	{ ENFORCE "at message { reject when " ASKED " and not arc.trusted\n"
	  "and spf == fail; }", TRUSTED, "local_policy(no rule of p)" },
	{ ENFORCE "at message { note \"x\" when arc.trusted; }", TRUSTED,
	  "local_policy(no rule of p)" },
	/* a mailing list */
	{ ENFORCE "at message { reject when " ASKED
	  " and list.id is not set; }", LISTED, "mailing_list(dev.example)" },
	{ ENFORCE "at message { reject when " ASKED
	  " and header(\"List-Post\") is not set; }", LISTED,
	  "mailing_list(dev.example)" },
	{ ENFORCE "at message { reject when " ASKED " and list.id is not set;"
	  "\nquarantine \"x\" when dmarc == fail; }", LISTED,
	  "mailing_list(dev.example)" },
	/* both */
	{ ENFORCE "at message { reject when " ASKED
	  " and not (list.id is set or arc.trusted); }", TRUSTED LISTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at message { reject when " ASKED
	  " and not (list.id is set and arc.trusted); }", TRUSTED LISTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	{ ENFORCE "at message { reject when " ASKED
	  " and not (list.id is set or arc.trusted); }", LISTED,
	  "mailing_list(dev.example)" },
	/* our own */
	{ ENFORCE "", "", "local_policy(no rule of p)" },
	{ ENFORCE "at message { quarantine \"x\" when dmarc == fail; }", "",
	  "local_policy(test.policy:2)" },
	{ ENFORCE "at message { reject when dmarc == pass; }", DMARC_PASSES,
	  "local_policy(test.policy:2)" },
	{ ENFORCE "at mail { accept when spf == none; }\n"
	  "at message { reject when " ASKED " and not arc.trusted; }",
	  TRUSTED, "local_policy(test.policy:2)" },
	{ ENFORCE "at mail { score 5 when spf == none; }\n"
	  "at message { score 5 when not arc.trusted;\n"
	  "reject when score >= 10; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	/* monitor mode */
	{ MONITOR "at message { reject when " ASKED "; }", "",
	  "local_policy(p is in monitor mode)" },
	{ MONITOR "at message { reject when " ASKED
	  " and not arc.trusted; }", TRUSTED,
	  "trusted_forwarder(arc=pass i=2 d=a.example,b.example)" },
	/* nothing to say */
	{ ENFORCE "at message { tempfail when dmarc == fail; }", "", "" },
	{ ENFORCE "", NO_POLICY, "" },
	{ ENFORCE "", DMARC_PENDING, "" },
};

static bool
has(int i, const char *letter)
{
	return strstr(cases[i].message, letter) != NULL;
}

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	*value_out = STR("<mailto:dev@example>");
	return has(*(int *)ctx, LISTED) && str_eqz(name, "List-Post");
}

static void
set_dmarc(int i, struct fact_set *facts)
{
	bool tested = has(i, TESTED), pass = has(i, DMARC_PASSES);
	enum word policy = has(i, QUARANTINE) ? WORD_QUARANTINE :
	    WORD_REJECT;
	enum word lowered = policy == WORD_REJECT ? WORD_QUARANTINE :
	    WORD_NONE;

	if (has(i, DMARC_PENDING))
		return;
	facts_word(facts, FACT_ID_DMARC, pass ? WORD_PASS : WORD_FAIL);
	if (has(i, NO_POLICY)) {
		facts_none(facts, FACT_ID_DMARC_POLICY);
		facts_none(facts, FACT_ID_DMARC_DISPOSITION);
		return;
	}
	facts_word(facts, FACT_ID_DMARC_POLICY, policy);
	facts_word(facts, FACT_ID_DMARC_DISPOSITION, pass ? WORD_NONE :
	    tested ? lowered : policy);
}

static void
set_facts(int i, struct fact_set *facts)
{
	static const struct str sealers[] = { STR_INIT("a.example"),
					      STR_INIT("b.example") };
	bool trusted = has(i, TRUSTED);
	bool chained = trusted || has(i, CHAINED);

	facts_word(facts, FACT_ID_SPF, WORD_NONE);
	set_dmarc(i, facts);
	facts_word(facts, FACT_ID_ARC, chained ? WORD_PASS : WORD_NONE);
	facts_list(facts, FACT_ID_ARC_SEALERS, sealers, chained ? 2 : 0);
	facts_bool(facts, FACT_ID_ARC_TRUSTED, trusted);
	facts_word(facts, FACT_ID_ARC_DMARC, trusted ? WORD_PASS :
	    WORD_NONE);
	facts_word(facts, FACT_ID_ARC_DKIM, WORD_NONE);
	facts_word(facts, FACT_ID_ARC_SPF, WORD_NONE);
	facts_text_or_none(facts, FACT_ID_LIST_ID, has(i, LISTED) ?
	    STR("dev.example") : STR_NONE);
}

static struct policy *
load(const char *text)
{
	struct diag *diag = diag_new();
	struct policy *policy = policy_load_text("test.policy",
	    str_from(text), diag);

	if (policy == NULL)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(policy);
	diag_free(diag);
	return policy;
}

/* As a session does: stage by stage, until a rule has ended it. */
static void
decide(const struct policy *policy, const struct policy_env *env,
    struct policy_run *run, struct override_case *at)
{
	const struct policy_rule *rule = NULL;
	enum fact_id missing;

	for (int stage = 0; stage < STAGE_COUNT && rule == NULL; stage++)
		policy_eval(policy, (enum stage)stage, env, run, &rule,
		    &missing);
	*at = (struct override_case){ .policy = policy, .env = env,
	    .run = run, .rule = rule,
	    .decided = rule == NULL ? ACTION_CONTINUE : rule->action };
	at->action = policy_enforces(policy) ? at->decided :
	    ACTION_CONTINUE;
}

START_TEST(the_reasons)
{
	struct arena *arena = arena_new();
	struct policy *policy = load(cases[_i].policy);
	struct fact_set facts = { 0 };
	struct policy_run run = { 0 };
	struct policy_env env = { .facts = &facts, .header = find_header,
				  .ctx = &_i, .arena = arena };
	struct override found[OVERRIDE_REASONS];
	struct override_case at;
	struct buf text;
	size_t count;

	set_facts(_i, &facts);
	decide(policy, &env, &run, &at);
	count = override_find(&at, found);
	buf_init(&text, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s(%.*s)", i == 0 ? "" : " ",
		    override_name(found[i].type), STR_ARG(found[i].comment));
	ck_assert_str_eq(arena_z(arena, buf_str(&text)), cases[_i].expected);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* No list, no header: nothing is asked that is not there. */
START_TEST(without_a_header)
{
	struct arena *arena = arena_new();
	struct policy *policy = load(ENFORCE "at message { reject when " ASKED
	    " and not arc.trusted; }");
	struct fact_set facts = { 0 };
	struct policy_run run = { 0 };
	struct policy_env env = { .facts = &facts, .arena = arena };
	struct override found[OVERRIDE_REASONS];
	struct override_case at;

	facts_word(&facts, FACT_ID_DMARC, WORD_FAIL);
	facts_word(&facts, FACT_ID_DMARC_POLICY, WORD_REJECT);
	facts_word(&facts, FACT_ID_DMARC_DISPOSITION, WORD_REJECT);
	/* arc.trusted is pending: the rules would wait. */
	decide(policy, &env, &run, &at);
	ck_assert_uint_eq(override_find(&at, found), 1);
	ck_assert_int_eq(found[0].type, OVERRIDE_LOCAL_POLICY);
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

TCase *
override_cases(void)
{
	TCase *tc = tcase_create("override");

	tcase_add_loop_test(tc, the_reasons, 0, TEST_COUNT(cases));
	tcase_add_test(tc, without_a_header);
	return tc;
}
