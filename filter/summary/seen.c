#include "base/domain.h"
#include "summary/section.h"

const enum fact_id seen_facts[] = {
	FACT_ID_CLIENT_IP, FACT_ID_CLIENT_NET, FACT_ID_CLIENT_OURS,
	FACT_ID_AUTH_USER, FACT_ID_MAIL_FROM, FACT_ID_FROM_DOMAIN,
	FACT_ID_SCORE, FACT_COUNT
};

static const struct {
	enum action	action;
	const char	*name;
} verdicts[VERDICT_COUNT] = {
	[VERDICT_ACCEPT] = { ACTION_ACCEPT, "accept" },
	[VERDICT_BYPASS] = { ACTION_BYPASS, "bypass" },
	[VERDICT_QUARANTINE] = { ACTION_QUARANTINE, "quarantine" },
	[VERDICT_DISCARD] = { ACTION_DISCARD, "discard" },
	[VERDICT_TEMPFAIL] = { ACTION_TEMPFAIL, "tempfail" },
	[VERDICT_REJECT] = { ACTION_REJECT, "reject" },
};

const char *
verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

enum verdict
verdict_of(enum action action)
{
	int i = VERDICT_COUNT - 1;

	while (i > 0 && verdicts[i].action != action)
		i--;
	return (enum verdict)i;
}

struct str
seen_text(const struct seen *seen, enum fact_id id)
{
	const struct fact *fact = facts_get(seen->facts, id);

	return fact->state == FACT_SET ? fact->text : STR_NONE;
}

enum word
seen_word(const struct seen *seen, enum fact_id id)
{
	const struct fact *fact = facts_get(seen->facts, id);

	return fact->state == FACT_SET ? fact->word : WORD_COUNT;
}

bool
seen_true(const struct seen *seen, enum fact_id id)
{
	const struct fact *fact = facts_get(seen->facts, id);

	return fact->state == FACT_SET && fact->truth;
}

bool
seen_has(const struct seen *seen, enum fact_id id)
{
	return facts_get(seen->facts, id)->state == FACT_SET;
}

bool
seen_is_own(const struct summary_options *options, struct str domain)
{
	for (size_t i = 0; domain.len > 0 && i < options->own_count; i++)
		if (domain_is_under(domain, options->own[i]))
			return true;
	return false;
}

struct str
seen_place(struct arena *arena, const struct event_place *place)
{
	return place->file.len == 0 ? STR_NONE : arena_printf(arena,
	    "%.*s:%u", STR_ARG(place->file), place->line);
}

static void
take_client(struct seen *seen)
{
	const struct fact *fact = facts_get(seen->facts, FACT_ID_CLIENT_IP);
	char text[IP_SITE_MAX];
	struct ip ip;

	seen->net = seen_text(seen, FACT_ID_CLIENT_NET);
	if (fact->state != FACT_SET)
		return;
	seen->client = arena_copy(seen->arena, fact_ip_text(fact, text));
	ip = fact_ip(fact);
	if (seen->net.len == 0)
		seen->net = arena_copy(seen->arena, ip_format_site(&ip,
		    text));
}

static struct str
domain_of(struct str address)
{
	return str_skip(address, str_rchr(address, '@') + 1);
}

/* Each recipient was refused, and by a rule, not by the MTA. */
static bool
all_refused(const struct event_record *record)
{
	for (size_t i = 0; i < record->rcpts.count; i++)
		if (record->rcpts.at[i].verdict.action == ACTION_ACCEPT ||
		    record->rcpts.at[i].verdict.place.file.len == 0)
			return false;
	return record->rcpts.count > 0;
}

static bool
is_spam(const struct seen *seen)
{
	const struct fact *score = facts_get(seen->facts, FACT_ID_SCORE);
	enum action decided = seen->record->decided.action;

	return seen->is_message && !seen->is_ours &&
	    (decided == ACTION_REJECT || decided == ACTION_QUARANTINE ||
	    decided == ACTION_DISCARD || (score->state == FACT_SET &&
	    score->number >= seen->options->spam_score));
}

void
seen_make(struct seen *seen, const struct event_record *record,
    const struct summary_options *options, struct arena *arena)
{
	const struct event_place *place = &record->verdict.place;
	const struct fact *sender;

	*seen = (struct seen){ .record = record, .facts = &record->facts,
	    .options = options, .arena = arena,
	    .verdict = verdict_of(record->verdict.action),
	    .is_message = record->last == STAGE_MESSAGE };
	seen->is_ours = seen_true(seen, FACT_ID_CLIENT_OURS) ||
	    seen_has(seen, FACT_ID_AUTH_USER);
	take_client(seen);
	sender = facts_get(seen->facts, FACT_ID_MAIL_FROM);
	seen->is_bounce = sender->state == FACT_SET && sender->text.len == 0;
	seen->sender = domain_of(seen_text(seen, FACT_ID_MAIL_FROM));
	seen->author = seen_text(seen, FACT_ID_FROM_DOMAIN);
	seen->is_spam = is_spam(seen);
	seen->is_refused = seen->verdict == VERDICT_REJECT ||
	    seen->verdict == VERDICT_TEMPFAIL ||
	    seen->verdict == VERDICT_DISCARD || all_refused(record);
	if (place->file.len == 0)
		place = &record->decided.place;
	seen->rule = seen_place(arena, place);
}

bool
seen_once(struct arena *arena, struct once *names, struct str name)
{
	for (size_t i = 0; i < names->list.count; i++)
		if (str_eq(names->list.at[i], name))
			return false;
	VEC_PUSH(arena, &names->list, name);
	return true;
}
