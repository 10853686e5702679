/*
 * What the header says of mailing lists and of mail that nobody wrote by hand
 * (RFC 2369, RFC 3834, RFC 8058; Precedence has no RFC).
 */
#include "checks/registry.h"
#include "mail/lex.h"
#include "mail/unsubscribe.h"

static struct str
value_of(struct check_run *run, const char *name)
{
	const struct header_field *field = header_find(run->subject->header,
	    str_from(name), 0);

	return field == NULL ? STR_NONE : field->value;
}

/* The first word of a field, in lower case. */
static void
set_keyword(struct check_run *run, enum fact_id id, const char *name)
{
	struct str rest = value_of(run, name), word = STR_NONE;

	if (lex_cfws(&rest, NULL) == NULL)
		word = arena_lower(run->arena, lex_keyword(&rest));
	facts_text_or_none(run->subject->facts, id, word);
}

/* RFC 2369 section 3.4: "NO" where nobody may post. */
static void
set_post(struct check_run *run)
{
	struct str value = value_of(run, "List-Post"), rest = value;
	struct str uri = unsubscribe_uri(check_scratch(run), value);

	if (uri.len == 0 && lex_cfws(&rest, NULL) == NULL &&
	    str_eqz_nocase(lex_keyword(&rest), "NO"))
		uri = STR("NO");
	facts_text_or_none(run->subject->facts, FACT_ID_LIST_POST,
	    check_keep(run, uri));
}

static void
eoh(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;

	facts_text_or_none(facts, FACT_ID_LIST_UNSUBSCRIBE, check_keep(run,
	    unsubscribe_uri(check_scratch(run), value_of(run,
	    "List-Unsubscribe"))));
	set_post(run);
	facts_bool(facts, FACT_ID_LIST_ONE_CLICK, unsubscribe_is_one_click(
	    check_scratch(run), run->subject->header));
	set_keyword(run, FACT_ID_PRECEDENCE, "Precedence");
	set_keyword(run, FACT_ID_AUTO_SUBMITTED, "Auto-Submitted");
	check_finish(run);
}

const struct check_ops list_ops = { .eoh = eoh };
