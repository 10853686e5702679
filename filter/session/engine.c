#include <stdlib.h>

#include "base/ensure.h"
#include "session/connection.h"

/* Past its own deadline a check is late by its last lookup's rounding. */
enum { GRACE_MS = 1000 };

static const struct ipnet *
copy_networks(struct arena *arena, const struct ipnet *at, size_t count)
{
	struct ipnet *copy = arena_alloc(arena, count * sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = at[i];
	return copy;
}

static bool
reads_facts_of(const struct engine *engine, const struct check *check)
{
	for (int id = check->first; id <= (int)check->last; id++)
		if (engine_reads(engine, (enum fact_id)id))
			return true;
	return false;
}

/* A check needs none but those above it in the table. */
static void
find_wanted(struct engine *engine)
{
	for (int id = CHECK_COUNT - 1; id >= 0; id--) {
		const struct check *check = &check_table[id];

		if ((engine->wanted & CHECK_BIT(id)) != 0 ||
		    !check->on_demand || reads_facts_of(engine, check))
			engine->wanted |= CHECK_BIT(id) | check->needs;
	}
}

/* So that not every event goes through the whole table. */
static void
find_stages(struct engine *engine)
{
	for (int id = 0; id < CHECK_COUNT; id++) {
		const struct check *check = &check_table[id];
		unsigned bit = engine->wanted & CHECK_BIT(id);

		if (check->ops->header != NULL)
			engine->of_fields |= bit;
		engine->starting[check->starts] |= bit;
		if (check->starts < STAGE_MAIL)
			engine->starting[STAGE_MAIL] |= bit;
	}
}

/* Take a check and what it needs out of those that are held. */
static void
do_not_hold(struct engine *engine, int id)
{
	unsigned needs = check_table[id].needs;

	engine->held &= ~CHECK_BIT(id);
	for (int i = 0; i < id; i++)
		if ((needs & engine->held & CHECK_BIT(i)) != 0)
			do_not_hold(engine, i);
}

static bool
shadow_reads(const struct engine *engine, const struct check *check)
{
	const struct policy *shadow = engine->options.shadow;

	for (int id = check->first; id <= (int)check->last; id++)
		if (shadow != NULL && policy_reads(shadow, (enum fact_id)id))
			return true;
	return false;
}

/*
 * The shadow policy cannot wait, and a check that is run at once cannot find
 * out later what another one says: where rules read these nothing is held.
 */
static void
find_held(struct engine *engine)
{
	if (engine->options.all_checks)
		return;
	for (int id = 0; id < CHECK_COUNT; id++)
		if (check_table[id].of_strangers)
			engine->held |= engine->wanted & CHECK_BIT(id);
	for (int id = 0; id < CHECK_COUNT; id++) {
		const struct check *check = &check_table[id];

		if (check->of_strangers ? shadow_reads(engine, check) :
		    reads_facts_of(engine, check))
			do_not_hold(engine, id);
	}
	for (int id = CHECK_COUNT - 1; id >= 0; id--)
		if ((engine->held & CHECK_BIT(id)) != 0 &&
		    ((engine->asked & CHECK_BIT(id)) != 0 ||
		    reads_facts_of(engine, &check_table[id])))
			engine->asked |= CHECK_BIT(id) |
			    (check_table[id].needs & engine->held);
}

static void
find_lists(struct engine *engine, const struct policy *policy)
{
	struct policy_list list;

	for (size_t i = 0; policy_call_name(policy, i) != NULL; i++)
		if (policy_list_at(policy, i, &list))
			engine->list_stages |= STAGE_BIT(list.stage);
	engine->reads_list_texts |= policy_reads_list_texts(policy);
}

struct engine *
engine_new(const struct engine_options *options)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));
	struct engine_options *o = &engine->options;
	struct str *ids;

	engine->arena = arena_new();
	engine->refs = 1;
	*o = *options;
	o->policy = policy_ref(options->policy);
	if (options->shadow != NULL) {
		o->shadow = policy_ref(options->shadow);
		o->shadow_file = arena_copy(engine->arena,
		    options->shadow_file);
	}
	o->authserv_id = arena_copy(engine->arena, options->authserv_id);
	o->host = arena_copy(engine->arena, options->host);
	o->failures.key = arena_copy(engine->arena, options->failures.key);
	o->failures.report_from = arena_copy(engine->arena,
	    options->failures.report_from);
	o->checks.receiver = arena_copy(engine->arena,
	    options->checks.receiver);
	ids = arena_alloc(engine->arena,
	    options->trusted_count * sizeof(*ids));
	for (size_t i = 0; i < options->trusted_count; i++)
		ids[i] = arena_copy(engine->arena, options->trusted_ids[i]);
	o->trusted_ids = ids;
	o->own_networks = copy_networks(engine->arena, options->own_networks,
	    options->own_network_count);
	o->checks.own_networks = o->own_networks;
	o->checks.own_network_count = o->own_network_count;
	o->relays.at = copy_networks(engine->arena, options->relays.at,
	    options->relays.count);
	o->checks.replay.store = o->store;
	o->checks.replay.timeout_ms = o->store_timeout_ms;
	find_wanted(engine);
	find_held(engine);
	find_lists(engine, o->policy);
	if (o->shadow != NULL)
		find_lists(engine, o->shadow);
	find_stages(engine);
	engine->learns = reputation_is_learnt(o);
	count_begin(engine);
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		engine->wait_ms[stage] = o->checks.dns_timeout_ms + GRACE_MS;
	engine->wait_ms[STAGE_MESSAGE] = o->message_wait_ms;
	return engine;
}

struct engine *
engine_ref(struct engine *engine)
{
	__atomic_add_fetch(&engine->refs, 1, __ATOMIC_RELAXED);
	return engine;
}

void
engine_unref(struct engine *engine)
{
	if (engine == NULL ||
	    __atomic_sub_fetch(&engine->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	count_end(engine);
	policy_unref(engine->options.policy);
	policy_unref(engine->options.shadow);
	arena_free(engine->arena);
	free(engine);
}

const struct policy *
engine_policy(const struct engine *engine)
{
	return engine->options.policy;
}

bool
engine_edits_envelope(const struct engine *engine)
{
	return engine->options.bounce != NULL;
}

bool
engine_reads(const struct engine *engine, enum fact_id id)
{
	const struct engine_options *options = &engine->options;

	return policy_reads(options->policy, id) ||
	    (options->shadow != NULL && policy_reads(options->shadow, id));
}

bool
engine_asks_lists(const struct engine *engine, enum stage stage)
{
	return (engine->list_stages & STAGE_BIT(stage)) != 0;
}

uint64_t
engine_wait_ms(const struct engine *engine, enum stage stage)
{
	return engine->wait_ms[stage];
}
