/*
 * What the policy room's tests share.
 */
#ifndef ASSAY_TESTS_POLICY_H
#define ASSAY_TESTS_POLICY_H

#include "tests/support/check.h"

#include "policy/policy.h"

/* Load, or fail the test with what is wrong. */
struct policy *policy_from(const char *text);
struct policy *policy_from_file(const char *path);
struct policy *policy_from_beside(const char *path, const char *text);

/*
 * All that a text is told, one "line:column: error: text" a line; those of
 * other files with their name before it.  Valid until the next call.
 */
const char *mistakes_in(const char *path, const char *text);

/*
 * Facts from a text: "spf=fail from=a@b.example dmarc=? iprev=~".  "?" is
 * unknown, "~" pending, "-" none, "''" the empty text, lists have commas.
 * What is not named is none.  Pieces end at a blank; "_" is a blank in a text.
 */
void facts_from(struct arena *arena, struct fact_set *facts,
    const char *text);

/*
 * One stage: "reject 550 5.7.1 text @3", "continue", "wait spf".  With what
 * fired before it: "score note | accept @4".
 */
const char *outcome_of(struct arena *arena, const struct policy *policy,
    enum stage stage, const char *facts);

/* A header for header("..."): "Name: value" lines; NULL for none. */
extern const char *test_header;

/* "true", "false", "unknown", "wait FACT" (or what is wrong with it). */
const char *truth_of(struct arena *arena, const char *expr,
    const char *facts);

TCase *mistakes_tests(void);
TCase *eval_tests(void);
TCase *rules_tests(void);
TCase *wait_tests(void);
TCase *text_tests(void);
TCase *list_tests(void);
TCase *list_file_tests(void);
TCase *shipped_tests(void);
TCase *manual_tests(void);
TCase *cases_tests(void);
TCase *rehearse_tests(void);
TCase *rcpt_play_tests(void);

#endif
