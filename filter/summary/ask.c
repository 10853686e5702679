#include "summary/ask_parts.h"

static bool
is_word(const struct ask *ask, const struct seen *seen)
{
	return ask_words[ask->number].holds(seen);
}

static bool
is_known(const struct ask *ask, const struct seen *seen)
{
	return facts_known(seen->facts, (enum fact_id)ask->number);
}

static const struct {
	ask_read		*read;
	const struct section	*of;
	bool			(*holds)(const struct ask *ask,
				    const struct seen *seen);
} kinds[ASK_COUNT] = {
	[ASK_IS] = { ask_read_word, NULL, is_word },
	[ASK_WEEKDAY] = { ask_read_weekday, NULL, of_volume_holds },
	[ASK_KNOWN] = { ask_read_known, NULL, is_known },
	[ASK_SIGNAL] = { ask_read_text, &section_spam, of_spam_holds },
	[ASK_PROOF] = { ask_read_proof, &section_candidates,
	    of_candidates_holds },
	[ASK_RATE] = { ask_read_rate, &section_rates, of_rates_holds },
	[ASK_TAG] = { ask_read_tag, &section_backscatter,
	    of_backscatter_holds },
	[ASK_TOOK] = { ask_read_span, &section_latency, of_latency_holds },
	[ASK_WAITED] = { ask_read_span, &section_latency, of_latency_holds },
	[ASK_DNS_ZONE] = { ask_read_text, &section_dns, of_dns_holds },
	[ASK_LIST] = { ask_read_list, &section_lists, of_lists_holds },
	[ASK_LIST_ERROR] = { ask_read_list_error, &section_lists,
	    of_lists_holds },
	[ASK_SHADOW] = { ask_read_shadow, &section_shadow, of_shadow_holds },
	[ASK_SIGNED] = { ask_read_signed, &section_signing,
	    of_signing_holds },
	[ASK_NOT_SIGNED] = { ask_read_text, &section_signing,
	    of_signing_holds },
	[ASK_NOT_SEALED] = { ask_read_text, &section_signing,
	    of_signing_holds },
	[ASK_NOT_TAGGED] = { ask_read_text, &section_signing,
	    of_signing_holds },
	[ASK_TROUBLE] = { ask_read_text, &section_troubles,
	    of_troubles_holds },
};

bool
asks_add(struct asks *asks, enum ask_kind kind, struct str text)
{
	struct ask *ask = &asks->at[asks->count];

	if (asks->count == ASKS_MAX)
		return false;
	*ask = (struct ask){ .kind = kind };
	asks->count++;
	return kinds[kind].read(ask, text);
}

static const struct section *
section_of(const struct ask *ask)
{
	return ask->kind == ASK_IS ? ask_words[ask->number].of :
	    kinds[ask->kind].of;
}

static void
need(const enum fact_id *from, bool *facts)
{
	for (; from != NULL && *from != FACT_COUNT; from++)
		facts[*from] = true;
}

void
asks_need(const struct asks *asks, unsigned *parts, bool *facts)
{
	for (size_t i = 0; i < asks->count; i++) {
		const struct section *of = section_of(&asks->at[i]);

		need(seen_facts, facts);
		if (asks->at[i].kind == ASK_KNOWN)
			facts[asks->at[i].number] = true;
		if (of == NULL)
			continue;
		*parts |= of->parts;
		need(of->facts, facts);
	}
}

bool
asks_need_settings(const struct asks *asks)
{
	for (size_t i = 0; i < asks->count; i++)
		if (asks->at[i].kind == ASK_IS &&
		    ask_words[asks->at[i].number].settings)
			return true;
	return false;
}

bool
asks_hold(const struct asks *asks, const struct event_record *record,
    const struct summary_options *options, struct arena *arena)
{
	struct seen seen;

	if (asks->count == 0)
		return true;
	seen_make(&seen, record, options, arena);
	for (size_t i = 0; i < asks->count; i++)
		if (!kinds[asks->at[i].kind].holds(&asks->at[i], &seen))
			return false;
	return true;
}
