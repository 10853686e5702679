/*
 * Spam, as far as an event can tell: a message of a stranger that the policy
 * decided to reject, to discard or to hold at its end, or whose score is
 * spam_score or more.
 *
 * "signals": messages of strangers that had it, how many of them were spam,
 * and alone: those with no other signal.  Symbols of score rules, lists that
 * answered true, and facts that say something bad.  "scores": all messages of
 * strangers, by whole points of the score, by what was done.
 */
#include "summary/section.h"

enum { MESSAGES, SPAM, ALONE, WIDTH };

enum { SCORE_LEAST = -20, SCORE_MOST = 60,
       SCORES = SCORE_MOST - SCORE_LEAST + 1 };

struct state {
	uint64_t	messages, spam, refused;
	uint64_t	scores[SCORES][VERDICT_COUNT];
	struct tally	signals;
};

enum { MORE_THAN_A_WORD = WORD_COUNT };

/* A fact that is this word; MORE_THAN_A_WORD: true, or there at all. */
static const struct signal {
	enum fact_id	id;
	int		word;
} signals[] = {
	{ FACT_ID_IPREV, WORD_FAIL }, { FACT_ID_IPREV, WORD_PERMERROR },
	{ FACT_ID_PTR_GENERIC, MORE_THAN_A_WORD },
	{ FACT_ID_HELO_OURS, MORE_THAN_A_WORD },
	{ FACT_ID_HELO_FORWARD, WORD_FAIL },
	{ FACT_ID_SPF_HELO, WORD_FAIL }, { FACT_ID_SPF, WORD_FAIL },
	{ FACT_ID_SPF, WORD_SOFTFAIL },
	{ FACT_ID_MAIL_FROM_DNS, WORD_MISSING },
	{ FACT_ID_FROM_DNS, WORD_MISSING },
	{ FACT_ID_DKIM, WORD_FAIL }, { FACT_ID_DMARC, WORD_FAIL },
	{ FACT_ID_ARC, WORD_FAIL },
	{ FACT_ID_DKIM_REPLAYED, MORE_THAN_A_WORD },
	{ FACT_ID_FROM_NAME_ADDRESS, MORE_THAN_A_WORD },
	{ FACT_ID_FROM_NAME_PROTECTED, MORE_THAN_A_WORD },
	{ FACT_ID_FROM_LOOKALIKE, MORE_THAN_A_WORD },
	{ FACT_ID_REPLY_TO_LOOKALIKE, MORE_THAN_A_WORD },
	{ FACT_ID_REPLY_TO_ELSEWHERE, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_EXECUTABLE, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_ARCHIVE_EXECUTABLE, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_DOUBLE_EXTENSION, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_DISGUISED, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_MISMATCH, MORE_THAN_A_WORD },
	{ FACT_ID_MIME_ENCRYPTED, MORE_THAN_A_WORD },
};

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static const enum fact_id facts[] = {
	FACT_ID_IPREV, FACT_ID_PTR_GENERIC, FACT_ID_HELO_OURS,
	FACT_ID_HELO_FORWARD, FACT_ID_SPF_HELO, FACT_ID_SPF,
	FACT_ID_MAIL_FROM_DNS, FACT_ID_FROM_DNS, FACT_ID_DKIM, FACT_ID_DMARC,
	FACT_ID_ARC, FACT_ID_DKIM_REPLAYED, FACT_ID_FROM_NAME_ADDRESS,
	FACT_ID_FROM_NAME_PROTECTED, FACT_ID_FROM_LOOKALIKE,
	FACT_ID_REPLY_TO_LOOKALIKE, FACT_ID_REPLY_TO_ELSEWHERE,
	FACT_ID_MIME_EXECUTABLE, FACT_ID_MIME_ARCHIVE_EXECUTABLE,
	FACT_ID_MIME_DOUBLE_EXTENSION, FACT_ID_MIME_DISGUISED,
	FACT_ID_MIME_MISMATCH, FACT_ID_MIME_ENCRYPTED, FACT_ID_SCORE_SYMBOLS,
	FACT_COUNT
};

static void
begin(void *at, const struct summary_options *options)
{
	(void)options;
	tally_init(&((struct state *)at)->signals, WIDTH, 0,
	    LIMIT_SUMMARY_NAMES);
}

static void
drop(void *at)
{
	tally_fini(&((struct state *)at)->signals);
}

/* "spf=fail"; "ptr.generic"; empty: it is not so. */
static struct str
name_of(const struct seen *seen, const struct signal *signal)
{
	const struct fact *fact = facts_get(seen->facts, signal->id);
	const char *name = fact_table[signal->id].name;

	if (fact->state != FACT_SET)
		return STR_NONE;
	if (signal->word != MORE_THAN_A_WORD)
		return (int)fact->word != signal->word ? STR_NONE :
		    arena_printf(seen->arena, "%s=%s", name,
		    word_name(fact->word));
	return fact_table[signal->id].type == FACT_BOOL && !fact->truth ?
	    STR_NONE : str_from(name);
}

static void
find_lists(const struct seen *seen, struct once *names)
{
	const struct answers *calls = &seen->record->calls;

	for (size_t i = 0; i < calls->list.count; i++) {
		const struct call_answer *call = &calls->list.at[i];

		if (str_eqz(call->function, "dnsbl") && call->count > 0 &&
		    call->result.state == FACT_SET && call->result.truth)
			seen_once(seen->arena, names, arena_printf(
			    seen->arena, "dnsbl(\"%.*s\")",
			    STR_ARG(call->args[0].text)));
	}
}

static void
find_symbols(const struct seen *seen, struct once *names)
{
	const struct fact *symbols = facts_get(seen->facts,
	    FACT_ID_SCORE_SYMBOLS);

	for (size_t i = 0; symbols->state == FACT_SET &&
	    i < symbols->list.count; i++)
		seen_once(seen->arena, names, arena_printf(seen->arena,
		    "symbol %.*s", STR_ARG(symbols->list.at[i])));
}

static void
find_signals(const struct seen *seen, struct once *names)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		struct str name = name_of(seen, &signals[i]);

		if (name.len > 0)
			VEC_PUSH(seen->arena, &names->list, name);
	}
	find_lists(seen, names);
	find_symbols(seen, names);
}

static bool
is_counted(const struct seen *seen)
{
	return seen->is_message && !seen->is_ours;
}

bool
of_spam_holds(const struct ask *ask, const struct seen *seen)
{
	struct once names = { .list = { .count = 0 } };

	if (!is_counted(seen))
		return false;
	find_signals(seen, &names);
	return !seen_once(seen->arena, &names, ask->parts[0]);
}

static void
add_score(struct state *state, const struct seen *seen)
{
	const struct fact *score = facts_get(seen->facts, FACT_ID_SCORE);
	int class = 0;

	if (score->state != FACT_SET)
		return;
	if (score->number >= SCORE_MOST)
		class = SCORES - 1;
	else if (score->number >= SCORE_LEAST)
		class = (int)(score->number - SCORE_LEAST);
	state->scores[class][seen->verdict]++;
}

static void
event(void *at, const struct seen *seen)
{
	struct once names = { .list = { .count = 0 } };
	struct state *state = at;

	if (!is_counted(seen))
		return;
	state->messages++;
	state->spam += seen->is_spam;
	state->refused += seen->is_spam && seen->is_refused;
	add_score(state, seen);
	find_signals(seen, &names);
	for (size_t i = 0; i < names.list.count; i++) {
		struct tally_row *row = tally_at(&state->signals,
		    names.list.at[i]);

		row->counts[MESSAGES]++;
		row->counts[SPAM] += seen->is_spam;
		row->counts[ALONE] += names.list.count == 1;
	}
}

static void
merge(void *at, const void *from)
{
	struct state *all = at;
	const struct state *part = from;

	all->messages += part->messages;
	all->spam += part->spam;
	all->refused += part->refused;
	for (int i = 0; i < SCORES; i++)
		for (int k = 0; k < VERDICT_COUNT; k++)
			all->scores[i][k] += part->scores[i][k];
	tally_merge(&all->signals, &part->signals);
}

static void
fill(struct builder *out, struct summary_row *row,
    const struct tally_row *from)
{
	row_text(out, row, 0, from->name);
	row_count(row, 1, from->counts[MESSAGES]);
	row_count(row, 2, from->counts[SPAM]);
	row_share(row, 3, from->counts[SPAM], from->counts[MESSAGES]);
	row_count(row, 4, from->counts[ALONE]);
	row_asks(out, row, "--signal", from->name);
}

static void
tell_scores(struct builder *out, const struct state *state)
{
	static const struct summary_column columns[] = {
		{ "score", "score from", SUMMARY_NUMBER, NULL },
		VERDICT_COLUMNS
	};

	builder_table(out, "scores", "by score", SUMMARY_HISTOGRAM,
	    COLUMNS_OF(columns));
	for (int i = 0; i < SCORES; i++) {
		struct summary_row *row;
		uint64_t sum = 0;

		for (size_t k = 0; k < VERDICT_COUNT; k++)
			sum += state->scores[i][k];
		if (sum == 0)
			continue;
		row = builder_row(out);
		row->values[0].number = i + SCORE_LEAST;
		row_lists(row, sum);
		for (size_t k = 0; k < VERDICT_COUNT; k++)
			row_count(row, 1 + k, state->scores[i][k]);
		if (i > 0)
			row_asks(out, row, "--fact", arena_printf(out->arena,
			    "score>=%d", i + SCORE_LEAST));
		if (i < SCORES - 1)
			row_asks(out, row, "--fact", arena_printf(out->arena,
			    "score<%d", i + SCORE_LEAST + 1));
	}
	builder_rows_ask(out, "--kind", STR("message"));
	builder_rows_ask(out, "--is", STR("stranger"));
}

static void
end(const void *at, const struct summary *summary,
    const struct summary_options *options, struct summary_section *section)
{
	static const struct summary_column columns[] = {
		{ "signal", "signal", SUMMARY_TEXT, NULL },
		{ "messages", "messages", SUMMARY_COUNT, NULL },
		{ "spam", "spam", SUMMARY_COUNT, NULL },
		{ "share", "spam share", SUMMARY_SHARE, NULL },
		{ "alone", "alone", SUMMARY_COUNT, NULL },
	};
	struct builder out = builder_of(summary, section);
	const struct state *state = at;

	builder_count(&out, "messages", "messages of strangers",
	    state->messages);
	builder_asks(&out, "--kind", STR("message"));
	builder_asks(&out, "--is", STR("stranger"));
	builder_count(&out, "spam", "spam", state->spam);
	builder_asks(&out, "--is", STR("spam"));
	builder_share(&out, "share", "spam, of messages of strangers",
	    state->spam, state->messages);
	builder_asks(&out, "--is", STR("spam"));
	builder_count(&out, "refused", "spam that was refused", state->refused);
	builder_asks(&out, "--is", STR("spam"));
	builder_asks(&out, "--is", STR("refused"));
	builder_table(&out, "signals", "by signal", SUMMARY_LIST,
	    COLUMNS_OF(columns));
	builder_top(&out, &state->signals, options->top, fill);
	tell_scores(&out, state);
}

const struct section section_spam = {
	.key = "spam", .title = "Spam",
	.about = "Messages of strangers that the policy decided to reject, to "
	    "discard or to hold at their end, or whose score is at least "
	    "reputation_spam_score. A signal is alone where the message had "
	    "no other one.",
	.size = sizeof(struct state), .parts = EVENT_PART_CALLS,
	.facts = facts,
	.begin = begin, .event = event, .merge = merge, .end = end,
	.drop = drop,
};
