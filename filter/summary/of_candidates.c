/*
 * Senders that fail DMARC and look legitimate: candidates for an exception.
 * Groups of an author domain and what its failing messages have in common, the
 * first of these that they have:
 *
 *	dkim	a signature of another domain passes
 *	spf	SPF passes for another domain
 *	arc	a forwarder's chain passes
 *	net	the client's name is confirmed (iprev): its network
 *
 * A group looks legitimate when it has CANDIDATE_LEAST messages or more and at
 * most one in CANDIDATE_BAD of them has a bad sign: listed, a program in it, a
 * name or domain that is imitated, HELO with our name, a generic client, or
 * our own domain in From; and not where the domain fails from more than
 * CANDIDATE_NETWORKS networks, with nothing else to know it by.  refused:
 * those that did not come through, for which the exception would be.
 */
#include "summary/section.h"

enum { MESSAGES, REFUSED, BAD, WIDTH };

enum { CANDIDATE_LEAST = 3, CANDIDATE_BAD = 20, CANDIDATE_NETWORKS = 3 };

struct state {
	struct tally	groups;
};

static const enum fact_id bad_signs[] = {
	FACT_ID_MIME_EXECUTABLE, FACT_ID_MIME_ARCHIVE_EXECUTABLE,
	FACT_ID_MIME_DISGUISED, FACT_ID_FROM_LOOKALIKE,
	FACT_ID_FROM_NAME_PROTECTED, FACT_ID_REPLY_TO_LOOKALIKE,
	FACT_ID_HELO_OURS, FACT_ID_PTR_GENERIC, FACT_ID_DKIM_REPLAYED,
	FACT_COUNT
};

static const enum fact_id facts[] = {
	FACT_ID_MIME_EXECUTABLE, FACT_ID_MIME_ARCHIVE_EXECUTABLE,
	FACT_ID_MIME_DISGUISED, FACT_ID_FROM_LOOKALIKE,
	FACT_ID_FROM_NAME_PROTECTED, FACT_ID_REPLY_TO_LOOKALIKE,
	FACT_ID_HELO_OURS, FACT_ID_PTR_GENERIC, FACT_ID_DKIM_REPLAYED,
	FACT_ID_DMARC, FACT_ID_DKIM_DOMAINS, FACT_ID_SPF, FACT_ID_SPF_DOMAIN,
	FACT_ID_ARC, FACT_ID_ARC_SEALERS, FACT_ID_IPREV, FACT_COUNT
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->groups, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->groups);
}

static bool
is_bad(const struct seen *seen)
{
	const struct answers *calls = &seen->record->calls;

	for (size_t i = 0; bad_signs[i] != FACT_COUNT; i++)
		if (fact_table[bad_signs[i]].type == FACT_BOOL ?
		    seen_true(seen, bad_signs[i]) :
		    seen_has(seen, bad_signs[i]))
			return true;
	for (size_t i = 0; i < calls->list.count; i++)
		if (str_eqz(calls->list.at[i].function, "dnsbl") &&
		    calls->list.at[i].result.state == FACT_SET &&
		    calls->list.at[i].result.truth)
			return true;
	return seen_is_own(seen->options, seen->author);
}

static struct str
first_of(const struct seen *seen, enum fact_id id, bool last)
{
	const struct fact *fact = facts_get(seen->facts, id);

	if (fact->state != FACT_SET || fact->list.count == 0)
		return STR_NONE;
	return fact->list.at[last ? fact->list.count - 1 : 0];
}

/* What it can be known by; false: nothing proves anything. */
static bool
find_proof(const struct seen *seen, struct str *kind, struct str *proof)
{
	*kind = STR("dkim");
	*proof = first_of(seen, FACT_ID_DKIM_DOMAINS, false);
	if (proof->len > 0)
		return true;
	*kind = STR("spf");
	*proof = seen_text(seen, FACT_ID_SPF_DOMAIN);
	if (seen_word(seen, FACT_ID_SPF) == WORD_PASS && proof->len > 0)
		return true;
	*kind = STR("arc");
	*proof = first_of(seen, FACT_ID_ARC_SEALERS, true);
	if (seen_word(seen, FACT_ID_ARC) == WORD_PASS && proof->len > 0)
		return true;
	*kind = STR("net");
	*proof = seen->net;
	return seen_word(seen, FACT_ID_IPREV) == WORD_PASS && proof->len > 0;
}

static bool
is_failure(const struct seen *seen)
{
	return seen->is_message && !seen->is_ours && seen->author.len > 0 &&
	    seen_word(seen, FACT_ID_DMARC) == WORD_FAIL;
}

bool
of_candidates_has_kind(struct str kind)
{
	return str_eqz(kind, "dkim") || str_eqz(kind, "spf") ||
	    str_eqz(kind, "arc") || str_eqz(kind, "net");
}

bool
of_candidates_holds(const struct ask *ask, const struct seen *seen)
{
	struct str kind, proof;

	return is_failure(seen) && find_proof(seen, &kind, &proof) &&
	    str_eq(kind, ask->parts[0]) && str_eq(proof, ask->parts[1]);
}

static void
event(void *at, const struct seen *seen)
{
	struct state *state = at;
	struct str parts[3] = { seen->author };
	struct tally_row *row;

	if (!is_failure(seen) || !find_proof(seen, &parts[1], &parts[2]))
		return;
	row = tally_at(&state->groups, tally_join(seen->arena, parts, 3));
	row->counts[MESSAGES]++;
	row->counts[REFUSED] += seen->is_refused ||
	    seen->verdict == VERDICT_QUARANTINE;
	row->counts[BAD] += is_bad(seen);
	if (seen->is_refused || seen->verdict == VERDICT_QUARANTINE)
		tally_note(&state->groups, row, seen->rule);
}

static void
merge(void *at, const void *from)
{
	tally_merge(&((struct state *)at)->groups,
	    &((const struct state *)from)->groups);
}

/* Text of strangers that stands in a policy as it is. */
static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.ptr[i]) &&
		    str_chr(STR("-_.:/"), text.ptr[i]) == 5)
			return false;
	return text.len > 0;
}

static struct str
recipe(struct arena *arena, struct str author, struct str kind,
    struct str proof)
{
	const char *format =
	    "accept when from.domain == \"%.*s\" and client.net == \"%.*s\";";

	if (!is_plain(author) || !is_plain(proof))
		return STR_NONE;
	if (str_eqz(kind, "arc"))
		return arena_printf(arena, "trusted_sealers = %.*s",
		    STR_ARG(proof));
	if (str_eqz(kind, "dkim"))
		format = "accept when from.domain == \"%.*s\" and \"%.*s\" in "
		    "dkim.domains;";
	if (str_eqz(kind, "spf"))
		format = "accept when from.domain == \"%.*s\" and spf == pass "
		    "and spf.domain == \"%.*s\";";
	return arena_printf(arena, format, STR_ARG(author), STR_ARG(proof));
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	struct str author = tally_part(from->name, 0);
	struct str kind = tally_part(from->name, 1);
	struct str proof = tally_part(from->name, 2);

	row_text(out, row, 0, author);
	row_count(row, 1, from->counts[MESSAGES]);
	row_count(row, 2, from->counts[REFUSED]);
	row_text(out, row, 3, kind);
	row_text(out, row, 4, proof);
	row_text(out, row, 5, from->note);
	row_text(out, row, 6, recipe(out->arena, author, kind, proof));
	row_asks(out, row, "--fact", arena_printf(out->arena,
	    "from.domain=%.*s", STR_ARG(author)));
	row_asks(out, row, "--proof", arena_printf(out->arena, "%.*s:%.*s",
	    STR_ARG(kind), STR_ARG(proof)));
}

/* A domain that fails from many networks is forged, or sends from anywhere. */
static void
count_networks(const struct tally *groups, struct tally *networks)
{
	tally_init(networks, 1, 0, LIMIT_SUMMARY_NAMES);
	for (size_t i = 0; i < groups->count; i++)
		if (str_eqz(tally_part(groups->rows[i]->name, 1), "net"))
			tally_at(networks, tally_part(groups->rows[i]->name,
			    0))->counts[0]++;
}

static bool
looks_legitimate(const void *ctx, const struct tally_row *row)
{
	const struct tally_row *networks = tally_find(ctx,
	    tally_part(row->name, 0));

	return row->counts[MESSAGES] >= CANDIDATE_LEAST &&
	    row->counts[BAD] * CANDIDATE_BAD <= row->counts[MESSAGES] &&
	    (!str_eqz(tally_part(row->name, 1), "net") || networks == NULL ||
	    networks->counts[0] <= CANDIDATE_NETWORKS);
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "domain", "author domain", SUMMARY_TEXT, NULL },
		{ "messages", "failed", SUMMARY_COUNT, NULL },
		{ "refused", "stopped", SUMMARY_COUNT, NULL },
		{ "by", "by", SUMMARY_TEXT, NULL },
		{ "proof", "known by", SUMMARY_TEXT, NULL },
		{ "rule", "stopped by", SUMMARY_TEXT, NULL },
		{ "recipe", "recipe", SUMMARY_TEXT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;
	struct tally networks;

	builder_table(&out, "senders", "senders", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	count_networks(&state->groups, &networks);
	builder_top_of(&out, &state->groups, options->top, looks_legitimate,
	    &networks, fill);
	tally_fini(&networks);
	if (out.table->rows.count > 0)
		builder_note(&out, "look at their messages first; an accept "
		    "rule stands in \"at message\" before the rule that "
		    "stopped them, trusted_sealers in assay.conf(5)");
}

const struct section section_candidates = {
	.key = "candidates",
	.title = "Senders that fail and look legitimate",
	.about = "Groups of messages that failed DMARC, have the same author "
	    "domain and can be known by something that passes, and show "
	    "(nearly) no other bad sign: candidates for an exception.",
	.size = sizeof(struct state), .parts = EVENT_PART_CALLS,
	.facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
