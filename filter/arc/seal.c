#include "arc/seal.h"

#include "dkim/sign.h"

/*
 * RFC 6376 section 5.4.1, for what the next hop sees, and the signatures that
 * are there (RFC 8617 section 4.1.2).  Neither traces nor results: they are
 * taken away or added on the way.  Of From there is to be no second one; what
 * else is missing an MTA may still add.
 */
static const struct dkim_wanted signed_names[] = {
	{ STR_INIT("From"), true },
	{ STR_INIT("Sender"), false },
	{ STR_INIT("Reply-To"), false },
	{ STR_INIT("Subject"), false },
	{ STR_INIT("Date"), false },
	{ STR_INIT("Message-ID"), false },
	{ STR_INIT("To"), false },
	{ STR_INIT("Cc"), false },
	{ STR_INIT("In-Reply-To"), false },
	{ STR_INIT("References"), false },
	{ STR_INIT("Resent-Date"), false },
	{ STR_INIT("Resent-From"), false },
	{ STR_INIT("Resent-Sender"), false },
	{ STR_INIT("Resent-To"), false },
	{ STR_INIT("Resent-Cc"), false },
	{ STR_INIT("Resent-Message-ID"), false },
	{ STR_INIT("MIME-Version"), false },
	{ STR_INIT("Content-Type"), false },
	{ STR_INIT("Content-Transfer-Encoding"), false },
	{ STR_INIT("Content-Disposition"), false },
	{ STR_INIT("Content-Language"), false },
	{ STR_INIT("List-Id"), false },
	{ STR_INIT("List-Help"), false },
	{ STR_INIT("List-Unsubscribe"), false },
	{ STR_INIT("List-Unsubscribe-Post"), false },
	{ STR_INIT("List-Subscribe"), false },
	{ STR_INIT("List-Post"), false },
	{ STR_INIT("List-Owner"), false },
	{ STR_INIT("List-Archive"), false },
	{ STR_INIT("Autocrypt"), false },
	{ STR_INIT("DKIM-Signature"), false },
};

enum { SIGNED_NAMES = sizeof(signed_names) / sizeof(signed_names[0]) };

/* ---- the plan ---- */

/* What the ARC fields say of themselves, however little they fit together. */
struct survey {
	size_t		fields;
	unsigned	instance;	/* the highest */
	unsigned	seal;		/* the highest of a seal, */
	bool		failed;		/* ... which says cv=fail */
};

/* Each field in a chain of its own: others do not hide it. */
static void
look_at(struct arena *arena, enum arc_kind kind,
    const struct header_field *field, struct survey *survey)
{
	struct arc_chain alone = { .count = 0 };
	struct arc_field *found = arc_chain_add(arena, &alone, kind, field, 0,
	    0);

	if (found == NULL)
		return;
	if (found->instance > survey->instance)
		survey->instance = found->instance;
	if (kind != ARC_SEAL || found->instance < survey->seal)
		return;
	if (found->instance > survey->seal)
		survey->failed = false;
	survey->seal = found->instance;
	survey->failed |= found->cv == ARC_CV_FAIL;
}

static struct survey
survey_of(struct arena *arena, const struct header *header)
{
	struct survey survey = { .fields = 0 };
	enum arc_kind kind;

	for (size_t i = 0; i < header->fields.count; i++)
		if (arc_kind_of(&header->fields.at[i], &kind) &&
		    survey.fields++ < LIMIT_ARC_SETS * ARC_KINDS)
			look_at(arena, kind, &header->fields.at[i], &survey);
	return survey;
}

static const char *
refusal_of(const struct survey *survey, enum word status)
{
	if (status != WORD_NONE && status != WORD_PASS && status != WORD_FAIL)
		return "the chain was not validated";
	if (survey->fields > LIMIT_ARC_SETS * ARC_KINDS)
		return "there are more ARC fields than a chain can have";
	if (survey->failed)
		return "the newest seal says cv=fail";
	if (survey->instance == LIMIT_ARC_SETS)
		return "the chain has all the sets that it can have";
	return NULL;
}

/* False: it does not hold together, whatever was said of it. */
static bool
collect(struct arena *arena, const struct header *header,
    struct arc_chain *chain)
{
	enum arc_kind kind;

	*chain = (struct arc_chain){ .count = 0 };
	for (size_t i = 0; i < header->fields.count; i++)
		if (arc_kind_of(&header->fields.at[i], &kind))
			arc_chain_add(arena, chain, kind,
			    &header->fields.at[i], 0, 0);
	arc_chain_end(arena, chain);
	return chain->fault.len == 0 && chain->count > 0;
}

void
arc_seal_plan(struct arena *arena, const struct header *header,
    enum word status, struct arc_plan *plan_out)
{
	struct survey survey = survey_of(arena, header);

	*plan_out = (struct arc_plan){
		.refusal = refusal_of(&survey, status),
		.instance = survey.instance + 1, .cv = ARC_CV_FAIL };
	if (plan_out->refusal != NULL)
		return;
	if (survey.fields == 0)
		plan_out->cv = ARC_CV_NONE;
	else if (status == WORD_PASS &&
	    collect(arena, header, &plan_out->chain))
		plan_out->cv = ARC_CV_PASS;
	else
		plan_out->chain = (struct arc_chain){ .count = 0 };
}

/* ---- the set ---- */

static struct str
results_value(struct arena *arena, unsigned instance, struct str results)
{
	struct str first = str_slice(results, 0, str_chr(results, '\r'));
	size_t column = str_from(arc_kind_name(ARC_RESULTS)).len +
	    sizeof(": i=50; ") - 1 + first.len;

	return arena_printf(arena, column > LIMIT_FIELD_LINE ?
	    " i=%u;\r\n\t%.*s" : " i=%u; %.*s", instance, STR_ARG(results));
}

static bool
sign_message(struct arena *arena, const struct arc_seal *seal,
    const struct arc_plan *plan, const struct header *header,
    struct header_field *field_out)
{
	struct dkim_selected selected;
	struct dkim_sign sign = {
		.kind = DKIM_ARC_MESSAGE, .key = seal->key,
		.domain = seal->domain, .selector = seal->selector,
		.instance = plan->instance, .selected = &selected,
		.header_form = DKIM_FORM_RELAXED,
		.body_form = DKIM_FORM_RELAXED,
		.body_hash = seal->body_hash, .time = seal->now
	};

	return dkim_select(arena, header, signed_names, SIGNED_NAMES,
	    &selected) && dkim_sign(arena, &sign, field_out);
}

/* RFC 8617 section 5.1.1; of a failed chain the plan has no sets. */
static bool
sign_set(struct arena *arena, const struct arc_seal *seal,
    const struct arc_plan *plan, struct header_field fields[ARC_KINDS])
{
	struct dkim_selected selected = { 0 };
	struct dkim_sign sign = {
		.kind = DKIM_ARC_SEAL, .key = seal->key,
		.domain = seal->domain, .selector = seal->selector,
		.instance = plan->instance, .selected = &selected,
		.chain = str_from(arc_cv_name(plan->cv)),
		.header_form = DKIM_FORM_RELAXED, .time = seal->now
	};

	for (unsigned i = 0; i < plan->chain.count; i++)
		for (int kind = 0; kind < ARC_KINDS; kind++)
			VEC_PUSH(arena, &selected.fields,
			    &plan->chain.fields[i][kind]->field);
	VEC_PUSH(arena, &selected.fields, &fields[ARC_RESULTS]);
	VEC_PUSH(arena, &selected.fields, &fields[ARC_MESSAGE]);
	return dkim_sign(arena, &sign, &fields[ARC_SEAL]);
}

bool
arc_seal(struct arena *arena, const struct arc_seal *seal,
    const struct arc_plan *plan, const struct header *header,
    struct header_field fields_out[ARC_KINDS])
{
	fields_out[ARC_RESULTS] = (struct header_field){
		.name = str_from(arc_kind_name(ARC_RESULTS)),
		.value = results_value(arena, plan->instance, seal->results) };
	return sign_message(arena, seal, plan, header,
	    &fields_out[ARC_MESSAGE]) &&
	    sign_set(arena, seal, plan, fields_out);
}
