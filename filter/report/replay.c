#include "report/replay.h"

#include <string.h>

struct run {
	const struct replay_options *options;
	struct replay	*all;
	size_t		 rules;		/* of the new policy */
	bool		 wanted[FACT_COUNT];
	enum fact_id	 read[FACT_COUNT];	/* by the new policy, and of
						 * those that an event has */
	size_t		 read_count;
};

/* How a message ended: one side of a comparison. */
struct ending {
	enum action		 action;
	struct event_place	 place;
	struct {
		enum action		 action;
		struct event_place	 place;
	} *rcpts;
};

static void
init(struct replay *replay, struct arena *arena, const struct run *run)
{
	*replay = (struct replay){ .arena = arena,
	    .policy = run->options->policy,
	    .against = run->options->against,
	    .fired = arena_alloc(arena, run->rules * sizeof(uint64_t)) };
	changes_init(&replay->changes, arena, run->options->samples);
}

static void *
begin(void *ctx)
{
	struct arena *arena = arena_new();
	struct replay *part = arena_alloc(arena, sizeof(*part));

	init(part, arena, ctx);
	return part;
}

/* ---- one side ---- */

static enum action
plain(enum action action)
{
	return action == ACTION_CONTINUE ? ACTION_ACCEPT : action;
}

static bool
is_mtas_doing(const struct event_rcpt_record *rcpt)
{
	return rcpt->verdict.action != ACTION_ACCEPT &&
	    rcpt->verdict.place.file.len == 0;
}

/* What was decided; where each recipient was refused, so was the message. */
static void
recorded(const struct event_record *record, struct arena *arena,
    struct ending *out)
{
	const struct event_verdict *refusal = NULL;
	bool any_left = record->rcpts.count == 0;

	out->rcpts = arena_alloc(arena,
	    record->rcpts.count * sizeof(*out->rcpts));
	for (size_t i = 0; i < record->rcpts.count; i++) {
		const struct event_verdict *verdict =
		    &record->rcpts.at[i].verdict;

		out->rcpts[i].action = verdict->action;
		out->rcpts[i].place = verdict->place;
		any_left |= verdict->action == ACTION_ACCEPT;
		if (refusal == NULL && verdict->action != ACTION_ACCEPT &&
		    !is_mtas_doing(&record->rcpts.at[i]))
			refusal = verdict;
	}
	if (any_left || record->last != STAGE_MESSAGE)
		refusal = NULL;
	out->action = (refusal != NULL ? refusal : &record->decided)->action;
	out->place = (refusal != NULL ? refusal : &record->decided)->place;
}

static struct event_place
place_of(const struct policy_rule *rule)
{
	if (rule == NULL)
		return (struct event_place){ STR_NONE, 0 };
	return (struct event_place){ str_from(rule->file), rule->line };
}

/* An event lists the first ones; the fact has their number. */
static bool
has_more_rcpts(const struct event_record *record)
{
	const struct fact *count = facts_get(&record->facts,
	    FACT_ID_RCPT_COUNT);

	return count->state == FACT_SET &&
	    count->number > (double)record->rcpts.count;
}

struct asking {
	const struct event_record	*record;
	unsigned			 unanswered;
};

/* A call that was not made then cannot be made now. */
static void
answer_as_then(void *ctx, const struct policy_call *call,
    struct fact *result)
{
	struct asking *asking = ctx;
	const struct function *function =
	    function_find(str_from(call->function));

	if (answers_find(&asking->record->calls, call, result))
		return;
	*result = (struct fact){ .state = FACT_UNKNOWN,
	    .text = STR("not recorded") };
	if (function != NULL)
		asking->unanswered |= 1u << (function - function_table);
}

void
replay_record(const struct policy *policy, const struct event_record *record,
    bool explain, struct arena *arena, struct rehearsal *out,
    unsigned *unanswered_out)
{
	struct asking asking = { .record = record };
	size_t count = record->rcpts.count;
	struct rehearse_rcpt *rcpts = arena_alloc(arena,
	    count * sizeof(*rcpts));
	struct rehearse_case what = { .facts = &record->facts,
	    .last = record->last, .rcpts = rcpts, .rcpt_count = count,
	    .some_rcpts = has_more_rcpts(record), .hidden_rcpts =
	    (record->privacy & PRIVACY_HASH_RECIPIENTS) != 0,
	    .call = answer_as_then,
	    .ctx = &asking, .explain = explain };

	for (size_t i = 0; i < count; i++)
		rcpts[i] = (struct rehearse_rcpt){
		    record->rcpts.at[i].address,
		    is_mtas_doing(&record->rcpts.at[i]),
		    record->rcpts.at[i].tag };
	rehearse(policy, &what, arena, out);
	*unanswered_out = asking.unanswered;
}

static void
rehearsed(const struct policy *policy, const struct event_record *record,
    struct arena *arena, struct ending *out, struct rehearsal *rehearsal,
    unsigned *unanswered_out)
{
	size_t count = record->rcpts.count;

	replay_record(policy, record, false, arena, rehearsal,
	    unanswered_out);
	out->action = rehearsal->action;
	out->place = place_of(rehearsal->rule);
	out->rcpts = arena_alloc(arena, count * sizeof(*out->rcpts));
	for (size_t i = 0; i < count; i++) {
		const struct event_rcpt_record *rcpt = &record->rcpts.at[i];

		out->rcpts[i].action = plain(is_mtas_doing(rcpt) ?
		    rcpt->verdict.action : rehearsal->rcpts[i].action);
		out->rcpts[i].place = place_of(rehearsal->rcpts[i].rule);
	}
}

/* ---- the comparison ---- */

static struct change_sample
sample_of(const struct event_record *record, struct str rcpt)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);

	return (struct change_sample){ record->time, record->queue_id,
	    from->state != FACT_SET ? STR_NONE : from->text.len == 0 ?
	    STR("<>") : change_domain(from->text), change_domain(rcpt) };
}

/* A refused message has no recipients to speak of. */
static bool
reaches_rcpts(enum action action)
{
	return action == ACTION_ACCEPT || action == ACTION_QUARANTINE ||
	    action == ACTION_CONTINUE;
}

/* True: a recipient would have been treated otherwise. */
static bool
compare_rcpts(struct replay *part, const struct event_record *record,
    const struct ending *from, const struct ending *to)
{
	bool differ = false;

	for (size_t i = 0; i < record->rcpts.count; i++) {
		if (from->rcpts[i].action == to->rcpts[i].action)
			continue;
		differ = true;
		changes_add(&part->changes, &(struct change){
		    CHANGE_OF_RCPT, from->rcpts[i].action,
		    to->rcpts[i].action, from->rcpts[i].place,
		    to->rcpts[i].place,
		    sample_of(record, record->rcpts.at[i].address) });
	}
	return differ;
}

static void
compare(struct replay *part, const struct event_record *record,
    const struct ending *from, const struct ending *to)
{
	part->before[from->action]++;
	part->after[to->action]++;
	if (from->action == to->action) {
		part->differ += reaches_rcpts(from->action) &&
		    compare_rcpts(part, record, from, to);
		return;
	}
	part->differ++;
	changes_add(&part->changes, &(struct change){
	    CHANGE_OF_MESSAGE, from->action, to->action, from->place,
	    to->place, sample_of(record, record->rcpts.count == 0 ?
	    STR_NONE : record->rcpts.at[0].address) });
}

/* ---- what the log lacks ---- */

static void
note_lacks(struct replay *part, const struct event_record *record,
    const struct run *run)
{
	const struct fact *count = facts_get(&record->facts,
	    FACT_ID_RCPT_COUNT);

	for (size_t i = 0; i < run->read_count; i++) {
		enum fact_id id = run->read[i];

		if (fact_table[id].stage <= record->last &&
		    !facts_known(&record->facts, id))
			part->lacks[id]++;
	}
	part->rcpts_unlisted += count->state == FACT_SET &&
	    count->number > (double)record->rcpts.count;
}

static void
note_time(struct replay *replay, int64_t time_us, struct str time)
{
	if (replay->first.len == 0 || time_us < replay->first_us) {
		replay->first_us = time_us;
		replay->first = arena_copy(replay->arena, time);
	}
	if (replay->last.len == 0 || time_us > replay->last_us) {
		replay->last_us = time_us;
		replay->last = arena_copy(replay->arena, time);
	}
}

static void
take_event(void *ctx, void *into, const struct event_record *record,
    struct arena *arena)
{
	const struct replay_options *options =
	    ((const struct run *)ctx)->options;
	struct replay *part = into;
	struct rehearsal rehearsal, old;
	struct ending from, to;
	unsigned unanswered, unanswered_old;

	rehearsed(options->policy, record, arena, &to, &rehearsal,
	    &unanswered);
	if (options->against != NULL)
		rehearsed(options->against, record, arena, &from, &old,
		    &unanswered_old);
	else
		recorded(record, arena, &from);
	compare(part, record, &from, &to);
	for (size_t i = 0; i < rehearsal.run.fired.count; i++)
		part->fired[rehearsal.run.fired.at[i].number]++;
	note_lacks(part, record, ctx);
	for (int i = 0; i < FUNCTION_COUNT; i++)
		part->unanswered[i] += (unanswered >> i) & 1;
	part->hidden += record->privacy != 0;
	note_time(part, record->time_us, record->time);
}

static void
merge(void *ctx, void *from)
{
	struct run *run = ctx;
	struct replay *all = run->all, *part = from;

	changes_merge(&all->changes, &part->changes);
	all->differ += part->differ;
	all->hidden += part->hidden;
	all->rcpts_unlisted += part->rcpts_unlisted;
	for (int i = 0; i < ACTION_COUNT; i++) {
		all->before[i] += part->before[i];
		all->after[i] += part->after[i];
	}
	for (size_t i = 0; i < run->rules; i++)
		all->fired[i] += part->fired[i];
	for (int i = 0; i < FACT_COUNT; i++)
		all->lacks[i] += part->lacks[i];
	for (int i = 0; i < FUNCTION_COUNT; i++)
		all->unanswered[i] += part->unanswered[i];
	if (part->first.len > 0) {
		note_time(all, part->first_us, part->first);
		note_time(all, part->last_us, part->last);
	}
	arena_free(part->arena);
}

/* What a policy reads, and what samples show. */
static bool
is_wanted(const struct replay_options *options, enum fact_id id)
{
	return policy_reads(options->policy, id) ||
	    (options->against != NULL &&
	    policy_reads(options->against, id)) ||
	    id == FACT_ID_MAIL_FROM || id == FACT_ID_RCPT ||
	    id == FACT_ID_RCPT_COUNT;
}

static bool
asks(const struct policy *policy)
{
	return policy != NULL && policy_call_name(policy, 0) != NULL;
}

void
replay_run(const struct replay_options *options, struct arena *arena,
    struct replay *replay_out)
{
	static const struct event_feed_ops ops = { begin, take_event, merge,
	    NULL };
	struct run run = { .options = options, .all = replay_out,
	    .rules = policy_rule_count(options->policy) };
	struct event_feed feed = { .logs = options->logs,
	    .want = { .parts = asks(options->policy) ||
	    asks(options->against) ? EVENT_PART_CALLS : 0,
	    .facts = run.wanted }, .ops = &ops, .ctx = &run };

	for (int id = 0; id < FACT_COUNT; id++) {
		run.wanted[id] = is_wanted(options, (enum fact_id)id);
		if (policy_reads(options->policy, (enum fact_id)id) &&
		    id != FACT_ID_RCPT_ACCEPTED)
			run.read[run.read_count++] = (enum fact_id)id;
	}
	init(replay_out, arena, &run);
	event_feed_run(&feed, &replay_out->feed);
	changes_sort(&replay_out->changes);
}
