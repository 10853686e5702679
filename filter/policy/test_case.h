/*
 * test_case - a case as it is run: what test_load.c makes and test.c runs
 */
#ifndef ASSAY_POLICY_TEST_CASE_H
#define ASSAY_POLICY_TEST_CASE_H

#include "policy/ast.h"
#include "policy/test.h"

enum preset_kind { PRESET_FACT, PRESET_HEADER, PRESET_CALL };

struct preset {
	enum preset_kind kind;
	enum fact_id	id;
	struct str	name;		/* of the header field; the call, as
					 * bind_call_text() has it */
	struct fact	fact;		/* of the field: its text */
};

struct presets {
	VEC(struct preset) list;
};

struct test_case {
	struct str		 name;
	struct place		 place;
	struct presets		 given, own;	/* own ones count */
	const struct policy_message *message;	/* or NULL: facts alone */
	const struct expectation *expects;
};

/* test_message.c: what a case says of a message; NULL: nothing. */
const struct policy_message *test_message_load(struct arena *arena,
    const struct test_item *item, struct diag *diag);

struct policy_tests {
	struct arena		*arena;
	const struct item	*lists;	/* in the place of the policy's */
	VEC(struct test_case *)	 cases;
};

#endif
