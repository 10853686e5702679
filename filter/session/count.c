/*
 * What a session adds to the metrics.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "metrics/series.h"
#include "session/connection.h"

enum { WAITS = CHECK_COUNT + EVENT_WAIT_COUNT };	/* by WAIT_BIT() */

/* The words of labels.def are those of the enums, by number. */
_Static_assert((int)LABEL_SIZE_STAGE == STAGE_COUNT, "a stage in labels.def");
_Static_assert((int)LABEL_SIZE_VERDICT == ACTION_QUARANTINE + 1,
    "an action in labels.def");
_Static_assert((int)LABEL_SIZE_CHECK >= CHECK_COUNT &&
    (int)LABEL_SIZE_WAIT >= WAITS, "room for checks in labels.def");

enum { RESULT_UNKNOWN = LABEL_SIZE_RESULT - 1,
       FILE_OCTETS = 200 };	/* the end of a path: the line has room */

static const enum fact_id methods[LABEL_SIZE_METHOD] = {
	FACT_ID_IPREV, FACT_ID_SPF_HELO, FACT_ID_SPF, FACT_ID_DKIM,
	FACT_ID_ARC, FACT_ID_DMARC
};

static struct series *
series_of_rule(const struct policy_rule_place *rule)
{
	struct arena *arena = arena_new();
	struct str file = str_from(rule->file);
	size_t cut = file.len > FILE_OCTETS ? file.len - FILE_OCTETS : 0;
	const struct series_label labels[] = {
		{ "rule", arena_printf(arena, "%.*s:%u",
		    STR_ARG(str_skip(file, cut)), rule->line) },
		{ "action", str_from(action_name(rule->action)) },
		{ "stage", str_from(stage_name(rule->stage)) },
		{ "shadow", rule->shadow ? STR("yes") : STR("no") },
	};
	struct series *series = series_get(METRIC_ID_RULES, labels,
	    sizeof(labels) / sizeof(labels[0]));

	arena_free(arena);
	return series;
}

static void
tell_words(void)
{
	const char *words[WAITS];

	for (int id = 0; id < CHECK_COUNT; id++)
		words[id] = check_table[id].name;
	for (int i = 0; i < EVENT_WAIT_COUNT; i++)
		words[CHECK_COUNT + i] = event_wait_name((enum event_wait)i);
	metrics_words(LABEL_CHECK, words, CHECK_COUNT);
	metrics_words(LABEL_WAIT, words, WAITS);
}

void
count_begin(struct engine *engine)
{
	const struct policy *policy = engine->options.policy;
	size_t count = policy_rule_count(policy);

	tell_words();
	engine->rules = arena_alloc(engine->arena,
	    count * sizeof(struct series *));
	for (size_t i = 0; i < count; i++) {
		struct policy_rule_place rule = policy_rule_place(policy, i);

		engine->rules[i] = series_of_rule(&rule);
	}
}

void
count_end(struct engine *engine)
{
	for (size_t i = 0; i < policy_rule_count(engine->options.policy); i++)
		series_put(engine->rules[i]);
}

void
count_fired(const struct connection *conn, size_t from)
{
	const struct policy_run *run = &conn->progress.run;

	for (size_t i = from; i < run->fired.count; i++)
		series_add(conn->engine->rules[run->fired.at[i].number], 1);
}

void
count_answer(const struct connection *conn, enum action action)
{
	enum stage stage = conn->pending.stage;

	metric_count(METRIC_ID_ANSWERS, stage, action);
	metric_observe(METRIC_ID_END_TIME, stage,
	    clock_us() - conn->pending.begun_us);
}

void
count_check(const struct check_run *run)
{
	metric_observe(METRIC_ID_CHECK_TIME,
	    (unsigned)(run->check - check_table),
	    check_took_us(run));
}

void
count_unfinished(const struct check_run *run)
{
	metric_count(METRIC_ID_UNFINISHED,
	    (unsigned)(run->check - check_table), 0);
}

void
count_waited(unsigned bits, uint64_t us)
{
	for (unsigned id = 0; bits != 0; id++, bits >>= 1)
		if ((bits & 1) != 0)
			metric_add(METRIC_ID_WAITED, id, 0, us);
}

static void
count_results(const struct fact_set *facts)
{
	for (unsigned i = 0; i < LABEL_SIZE_METHOD; i++) {
		const struct fact *fact = facts_get(facts, methods[i]);

		if (fact->state == FACT_NONE)
			metric_count(METRIC_ID_RESULTS, i, WORD_NONE);
		else if (fact->state == FACT_SET &&
		    (int)fact->word < RESULT_UNKNOWN)
			metric_count(METRIC_ID_RESULTS, i, fact->word);
		else
			metric_count(METRIC_ID_RESULTS, i, RESULT_UNKNOWN);
	}
}

static void
count_message(const struct connection *conn, const struct event *event)
{
	const struct message *message = &conn->message;

	metric_observe(METRIC_ID_MESSAGE_TIME, 0, event->took_us);
	metric_observe(METRIC_ID_MESSAGE_SIZE, 0,
	    message->header_octets + message->body_octets);
	metric_add(METRIC_ID_LATE, 0, 0, message->expired);
	metric_add(METRIC_ID_SIGNATURES, 0, 0, event->signature_count);
	metric_add(METRIC_ID_NOT_SIGNED, 0, 0, event->not_signed.len > 0);
	metric_add(METRIC_ID_SEALS, 0, 0, event->seal != NULL &&
	    event->seal->instance > 0);
	if (event->learnt != EVENT_LEARNT_NOTHING)
		metric_count(METRIC_ID_LEARNT,
		    event->learnt == EVENT_LEARNT_HAM, 0);
	count_results(event->facts);
}

static unsigned
verdict(enum action action)
{
	return action == ACTION_CONTINUE ? ACTION_ACCEPT : action;
}

void
count_event(const struct connection *conn, const struct event *event)
{
	unsigned differs = event->shadow == NULL ? 0 :
	    event->shadow->differences;

	metric_count(METRIC_ID_MESSAGES, conn->pending.stage,
	    verdict(event->action));
	if (verdict(event->action) != verdict(event->decided))
		metric_count(METRIC_ID_NOT_ENFORCED, verdict(event->decided),
		    0);
	for (unsigned i = 0; i < LABEL_SIZE_DIFFERENCE; i++)
		if ((differs & 1u << i) != 0)
			metric_count(METRIC_ID_SHADOW, i, 0);
	if (conn->pending.stage == STAGE_MESSAGE)
		count_message(conn, event);
}
