/*
 * RFC 8058 section 4: one click may leave a list only where a signature that
 * passes covers both fields that say so.
 */
#include "checks/registry.h"
#include "mail/unsubscribe.h"

static bool
covers(const struct dkim_signature *signature, const char *name)
{
	for (size_t i = 0; i < signature->name_count; i++)
		if (str_eqz_nocase(signature->names[i], name))
			return true;
	return false;
}

static bool
is_signed(const struct dkim_results *signatures)
{
	for (size_t i = 0; signatures != NULL && i < signatures->count; i++)
		if (signatures->at[i].word == WORD_PASS &&
		    covers(&signatures->at[i], "List-Unsubscribe") &&
		    covers(&signatures->at[i], "List-Unsubscribe-Post"))
			return true;
	return false;
}

static void
ready(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;

	if (unsubscribe_is_one_click(check_scratch(run),
	    run->subject->header))
		facts_bool(facts, FACT_ID_LIST_ONE_CLICK_SIGNED,
		    is_signed(run->subject->signatures));
	else
		facts_none(facts, FACT_ID_LIST_ONE_CLICK_SIGNED);
	check_finish(run);
}

const struct check_ops one_click_ops = { .ready = ready };
