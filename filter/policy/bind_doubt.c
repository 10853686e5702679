#include <string.h>

#include "policy/bound.h"

static void
warn_unused(struct bind *bind)
{
	bind_warn_lists(bind);
	for (size_t i = 0; i < bind->defines.count; i++)
		if (!bind->defines.at[i]->used)
			doubt(bind->diag, bind->defines.at[i]->place,
			    "define \"%.*s\" is not used",
			    STR_ARG(bind->defines.at[i]->name));
}

/* A rule that always ends its stage where it is for, met so far. */
struct end {
	const struct rule	*rule;
	enum stage		 told;		/* of what it hides */
	bool			 tells;
};

struct ends {
	VEC(struct end)	 list;
};

static struct end *
end_before(struct ends *ends, const struct rule *rule)
{
	for (size_t i = 0; i < ends->list.count; i++) {
		const struct rule *end = ends->list.at[i].rule;

		if ((end->scope == NULL || end->scope == rule->scope) &&
		    (end->stage == rule->stage ||
		    end->action == ACTION_ACCEPT ||
		    end->action == ACTION_BYPASS))
			return &ends->list.at[i];
	}
	return NULL;
}

/* Rules behind one that always ends the stage, or the session. */
static void
warn_unreachable(struct bind *bind)
{
	struct ends ends = { 0 };

	for (int s = 0; s < STAGE_COUNT; s++)
		for (size_t i = 0; i < bind->policy->rules[s].count; i++) {
			const struct rule *rule = bind->policy->rules[s].at[i];
			struct end *end = end_before(&ends, rule);

			if (end == NULL) {
				if (rule->always && !rule->shadow &&
				    action_ends(rule->action))
					VEC_PUSH(bind->arena, &ends.list,
					    (struct end){ .rule = rule });
				continue;
			}
			if (end->tells && end->told == rule->stage)
				continue;
			end->tells = true;
			end->told = rule->stage;
			doubt(bind->diag, rule->place, "never reached: the %s "
			    "in %s always ends before it",
			    action_name(end->rule->action),
			    place_from(bind->arena, rule->place,
			    end->rule->place));
		}
}

void
bind_doubts(struct bind *bind)
{
	warn_unused(bind);
	warn_unreachable(bind);
}
