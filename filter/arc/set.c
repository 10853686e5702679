#include "arc/set.h"

#include "mail/lex.h"

static const char *const names[ARC_KINDS] = {
	[ARC_RESULTS] = "ARC-Authentication-Results",
	[ARC_MESSAGE] = "ARC-Message-Signature",
	[ARC_SEAL] = "ARC-Seal",
};

static const enum dkim_kind dkim_kinds[ARC_KINDS] = {
	[ARC_MESSAGE] = DKIM_ARC_MESSAGE, [ARC_SEAL] = DKIM_ARC_SEAL,
};

static const char *const statuses[] = {
	[ARC_CV_NONE] = "none", [ARC_CV_PASS] = "pass", [ARC_CV_FAIL] = "fail"
};

const char *
arc_cv_name(enum arc_cv cv)
{
	return statuses[cv];
}

const char *
arc_kind_name(enum arc_kind kind)
{
	return names[kind];
}

static bool
kind_from(struct str name, enum arc_kind *kind_out)
{
	for (int kind = 0; kind < ARC_KINDS; kind++)
		if (str_eqz_nocase(name, names[kind])) {
			*kind_out = (enum arc_kind)kind;
			return true;
		}
	return false;
}

bool
arc_kind_of(const struct header_field *field, enum arc_kind *kind_out)
{
	return kind_from(str_trim(field->name), kind_out);
}

/* RFC 8617 section 4.2.1: one or two digits, from 1 to 50. */
static bool
read_instance(struct str text, unsigned *instance_out)
{
	uint64_t number;

	if (text.len > 2 || !str_to_uint(text, LIMIT_ARC_SETS, &number) ||
	    number == 0)
		return false;
	*instance_out = (unsigned)number;
	return true;
}

/* RFC 8617 section 4.1.1: i= stands before the authserv-id. */
static const char *
read_results(struct arc_field *out)
{
	struct str rest = out->field.value;

	if (lex_cfws(&rest, NULL) != NULL || !lex_char(&rest, 'i') ||
	    lex_cfws(&rest, NULL) != NULL || !lex_char(&rest, '=') ||
	    lex_cfws(&rest, NULL) != NULL)
		return "does not begin with i=";
	if (!read_instance(lex_digits(&rest), &out->instance))
		return "has a malformed i=";
	if (lex_cfws(&rest, NULL) != NULL || !lex_char(&rest, ';'))
		return "has a malformed i=";
	out->payload = rest;
	return NULL;
}

/* RFC 8617 section 4.1.2: fields of ARC are not among the signed. */
static void
vet_names(struct dkim_parsed *parsed)
{
	enum arc_kind kind;

	for (size_t i = 0; parsed->usable && i < parsed->name_count; i++)
		if (kind_from(parsed->names[i], &kind)) {
			parsed->usable = false;
			parsed->word = WORD_PERMERROR;
			parsed->reason = STR("h= names an ARC field");
		}
}

static const char *
read_status(const struct dkim_tags *tags, struct arc_field *out)
{
	const struct dkim_tag *tag = dkim_tags_find(tags, "cv");

	for (int cv = ARC_CV_NONE; tag != NULL && cv <= ARC_CV_FAIL; cv++)
		if (str_eqz_nocase(tag->value, statuses[cv])) {
			out->cv = (enum arc_cv)cv;
			return NULL;
		}
	return tag == NULL ? "has no cv=" : "has a malformed cv=";
}

/*
 * Other faults of a signature are the validator's to weigh: of an older
 * message signature they do not break the chain.
 */
static const char *
read_signature(struct arena *arena, struct arc_field *out, int64_t now,
    uint32_t clock_skew)
{
	struct dkim_parsed *parsed = &out->job.parsed;
	const struct dkim_tag *tag;
	struct dkim_tags tags;

	if (out->field.value.len > LIMIT_DKIM_FIELD_OCTETS)
		return "is too long";
	dkim_parse_as(arena, dkim_kinds[out->kind], &out->field, now,
	    clock_skew, &tags, parsed);
	tag = dkim_tags_find(&tags, "i");
	if (tag == NULL)
		return "has no i=";
	if (!read_instance(tag->value, &out->instance))
		return "has a malformed i=";
	if (out->kind == ARC_SEAL)
		return read_status(&tags, out);
	vet_names(parsed);
	return NULL;
}

static void
set_fault(struct arena *arena, struct arc_chain *chain, unsigned instance,
    enum arc_kind kind, const char *what)
{
	if (chain->fault.len > 0)
		return;
	chain->fault = instance == 0 ?
	    arena_printf(arena, "an %s field %s", names[kind], what) :
	    arena_printf(arena, "%s i=%u %s", names[kind], instance, what);
}

struct arc_field *
arc_chain_add(struct arena *arena, struct arc_chain *chain,
    enum arc_kind kind, const struct header_field *field, int64_t now,
    uint32_t clock_skew)
{
	struct arc_field *added, **place;
	const char *why;

	chain->seen = true;
	if (chain->fault.len > 0)
		return NULL;
	added = arena_alloc(arena, sizeof(*added));
	added->kind = kind;
	added->field = *field;
	why = kind == ARC_RESULTS ? read_results(added) :
	    read_signature(arena, added, now, clock_skew);
	if (why != NULL) {
		set_fault(arena, chain, added->instance, kind, why);
		return NULL;
	}
	if (chain->fields == NULL)
		chain->fields = arena_alloc(arena,
		    LIMIT_ARC_SETS * sizeof(*chain->fields));
	place = &chain->fields[added->instance - 1][kind];
	if (*place != NULL) {
		set_fault(arena, chain, added->instance, kind, "comes twice");
		return NULL;
	}
	*place = added;
	if (added->instance > chain->count)
		chain->count = added->instance;
	return added;
}

/* RFC 8617 section 5.2, steps 2 and 3. */
static void
check_status(struct arena *arena, struct arc_chain *chain)
{
	for (unsigned i = chain->count; i >= 1; i--) {
		enum arc_cv cv = chain->fields[i - 1][ARC_SEAL]->cv;

		if (cv == ARC_CV_FAIL)
			set_fault(arena, chain, i, ARC_SEAL, "says cv=fail");
		else if (i == 1 && cv != ARC_CV_NONE)
			set_fault(arena, chain, i, ARC_SEAL,
			    "does not say cv=none");
		else if (i > 1 && cv != ARC_CV_PASS)
			set_fault(arena, chain, i, ARC_SEAL,
			    "does not say cv=pass");
	}
}

void
arc_chain_end(struct arena *arena, struct arc_chain *chain)
{
	for (unsigned i = chain->count; i >= 1; i--)
		for (int kind = 0; kind < ARC_KINDS; kind++)
			if (chain->fields[i - 1][kind] == NULL)
				set_fault(arena, chain, i,
				    (enum arc_kind)kind, "is missing");
	if (chain->fault.len == 0)
		check_status(arena, chain);
}
