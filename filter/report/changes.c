#include "report/changes.h"

#include <stdlib.h>
#include <string.h>

void
changes_init(struct changes *changes, struct arena *arena, size_t samples_max)
{
	*changes = (struct changes){ .arena = arena,
	    .samples_max = samples_max };
}

struct str
change_domain(struct str address)
{
	size_t at = str_rchr(address, '@');

	return str_skip(address, at == address.len ? at : at + 1);
}

const char *
change_action_name(enum action action)
{
	return action == ACTION_CONTINUE ? "go on" : action_name(action);
}

static bool
same_place(const struct event_place *a, const struct event_place *b)
{
	return a->line == b->line && str_eq(a->file, b->file);
}

static struct change_group *
find_group(struct changes *changes, enum change_of of, enum action from,
    enum action to)
{
	for (size_t i = 0; i < changes->groups.count; i++) {
		struct change_group *group = &changes->groups.at[i];

		if (group->of == of && group->from == from && group->to == to)
			return group;
	}
	VEC_PUSH(changes->arena, &changes->groups, (struct change_group){
	    .of = of, .from = from, .to = to });
	return &changes->groups.at[changes->groups.count - 1];
}

static struct event_place
copy_place(struct arena *arena, const struct event_place *place)
{
	return (struct event_place){ arena_copy(arena, place->file),
	    place->line };
}

static struct change_rule *
find_rule(struct changes *changes, struct change_group *group,
    const struct event_place *from, const struct event_place *to)
{
	for (size_t i = 0; i < group->rules.count; i++) {
		struct change_rule *rule = &group->rules.at[i];

		if (same_place(&rule->from, from) && same_place(&rule->to, to))
			return rule;
	}
	VEC_PUSH(changes->arena, &group->rules, (struct change_rule){
	    .from = copy_place(changes->arena, from),
	    .to = copy_place(changes->arena, to) });
	return &group->rules.at[group->rules.count - 1];
}

static void
add_sample(struct changes *changes, struct change_rule *rule,
    const struct change_sample *sample)
{
	struct arena *arena = changes->arena;

	if (rule->samples.count >= changes->samples_max)
		return;
	VEC_PUSH(arena, &rule->samples, (struct change_sample){
	    arena_copy(arena, sample->time),
	    arena_copy(arena, sample->queue_id),
	    arena_copy(arena, sample->sender),
	    arena_copy(arena, sample->rcpt) });
}

void
changes_add(struct changes *changes, const struct change *change)
{
	struct change_group *group = find_group(changes, change->of,
	    change->from, change->to);
	struct change_rule *rule = find_rule(changes, group,
	    &change->from_place, &change->to_place);

	group->count++;
	rule->count++;
	add_sample(changes, rule, &change->sample);
}

void
changes_merge(struct changes *changes, const struct changes *from)
{
	for (size_t i = 0; i < from->groups.count; i++) {
		const struct change_group *other = &from->groups.at[i];
		struct change_group *group = find_group(changes, other->of,
		    other->from, other->to);

		group->count += other->count;
		for (size_t j = 0; j < other->rules.count; j++) {
			const struct change_rule *theirs = &other->rules.at[j];
			struct change_rule *rule = find_rule(changes, group,
			    &theirs->from, &theirs->to);

			rule->count += theirs->count;
			for (size_t k = 0; k < theirs->samples.count; k++)
				add_sample(changes, rule,
				    &theirs->samples.at[k]);
		}
	}
}

static int
by_count(uint64_t a, uint64_t b)
{
	return a == b ? 0 : a > b ? -1 : 1;
}

static int
by_place(const struct event_place *a, const struct event_place *b)
{
	int order = str_cmp(a->file, b->file);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static int
group_order(const void *x, const void *y)
{
	const struct change_group *a = x, *b = y;

	if (a->of != b->of)
		return a->of < b->of ? -1 : 1;
	if (a->count != b->count)
		return by_count(a->count, b->count);
	return a->from != b->from ? (int)a->from - (int)b->from :
	    (int)a->to - (int)b->to;
}

static int
rule_order(const void *x, const void *y)
{
	const struct change_rule *a = x, *b = y;
	int order = by_count(a->count, b->count);

	if (order == 0)
		order = by_place(&a->to, &b->to);
	return order != 0 ? order : by_place(&a->from, &b->from);
}

void
changes_sort(struct changes *changes)
{
	for (size_t i = 0; i < changes->groups.count; i++) {
		struct change_group *group = &changes->groups.at[i];

		qsort(group->rules.at, group->rules.count,
		    sizeof(*group->rules.at), rule_order);
	}
	if (changes->groups.count > 0)
		qsort(changes->groups.at, changes->groups.count,
		    sizeof(*changes->groups.at), group_order);
}
