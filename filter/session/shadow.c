/*
 * The shadow policy: what another policy would have made of a message, found
 * when the running one has decided, and never acted on.  It is run over all
 * stages that were reached, with the facts as they are then; what is still on
 * its way is unknown to it, for nobody waits on its account.
 */
#include "base/limits.h"
#include "base/log.h"
#include "policy/rehearse.h"
#include "session/connection.h"

static const struct rehearse_rcpt *
list_rcpts(const struct connection *conn, struct arena *arena)
{
	const struct message *message = &conn->message;
	struct rehearse_rcpt *rcpts = arena_alloc(arena,
	    message->rcpts.count * sizeof(*rcpts));

	for (size_t i = 0; i < message->rcpts.count; i++) {
		const struct recipient *rcpt = &message->rcpts.at[i];

		rcpts[i] = (struct rehearse_rcpt){ .address = rcpt->address,
		    .refused = rcpt->action != ACTION_CONTINUE &&
		    rcpt->rule == NULL, .tag = rcpt->tag };
	}
	return rcpts;
}

/* Accept and continue are one outcome. */
static enum action
plain(enum action action)
{
	return action == ACTION_CONTINUE ? ACTION_ACCEPT : action;
}

/* The next rule from *at on that tags, shadow rules apart; NULL: no more. */
static const struct policy_rule *
next_tag(const struct policy_run *run, size_t *at)
{
	while (*at < run->fired.count) {
		const struct policy_rule *rule = &run->fired.at[(*at)++];

		if (rule->action == ACTION_TAG && !rule->shadow)
			return rule;
	}
	return NULL;
}

static bool
same_tags(const struct policy_run *a, const struct policy_run *b)
{
	size_t at_a = 0, at_b = 0;

	for (;;) {
		const struct policy_rule *x = next_tag(a, &at_a);
		const struct policy_rule *y = next_tag(b, &at_b);

		if (x == NULL || y == NULL)
			return x == y;
		if (x->tag != y->tag || !str_eq(x->tag_name, y->tag_name) ||
		    !str_eq(x->tag_value, y->tag_value))
			return false;
	}
}

/* Those that the two treat differently; no more of them than an event has. */
static void
compare_rcpts(const struct connection *conn, struct arena *arena,
    const struct rehearsal *rehearsal, struct event_shadow *out)
{
	const struct message *message = &conn->message;
	struct event_rcpt *rcpts = arena_alloc(arena,
	    LIMIT_EVENT_RECIPIENTS * sizeof(*rcpts));

	out->rcpts = rcpts;
	for (size_t i = 0; i < message->rcpts.count &&
	    out->rcpt_count < LIMIT_EVENT_RECIPIENTS; i++) {
		const struct recipient *rcpt = &message->rcpts.at[i];
		const struct rehearsed_rcpt *other = &rehearsal->rcpts[i];

		if ((rcpt->action == ACTION_CONTINUE || rcpt->rule != NULL) &&
		    plain(rcpt->action) != plain(other->action))
			rcpts[out->rcpt_count++] = (struct event_rcpt){
			    .address = rcpt->address,
			    .action = other->action, .rule = other->rule };
	}
}

static unsigned
find_differences(const struct event *event, const struct rehearsal *rehearsal,
    const struct event_shadow *shadow)
{
	unsigned bits = 0;

	if (plain(event->decided) != plain(rehearsal->action))
		bits |= EVENT_SHADOW_VERDICT;
	if (shadow->rcpt_count > 0)
		bits |= EVENT_SHADOW_RCPTS;
	if (event->run->score != rehearsal->run.score)
		bits |= EVENT_SHADOW_SCORE;
	if (!same_tags(event->run, &rehearsal->run))
		bits |= EVENT_SHADOW_TAGS;
	return bits;
}

const struct event_shadow *
shadow_find(struct connection *conn, const struct event *event)
{
	const struct engine_options *options = &conn->engine->options;
	struct policy_env env = decide_env(conn, &conn->facts);
	struct rehearse_case what = { .facts = &conn->facts,
	    .last = conn->pending.stage, .header = env.header,
	    .call = functions_answer_again, .ctx = env.ctx,
	    .rcpt_count = conn->message.rcpts.count,
	    .some_rcpts = conn->message.rcpts.count <
	    conn->message.rcpt_count };
	struct rehearsal *rehearsal;
	struct event_shadow *shadow;

	if (options->shadow == NULL)
		return NULL;
	rehearsal = arena_alloc(env.arena, sizeof(*rehearsal));
	shadow = arena_alloc(env.arena, sizeof(*shadow));
	what.rcpts = list_rcpts(conn, env.arena);
	rehearse(options->shadow, &what, env.arena, rehearsal);
	*shadow = (struct event_shadow){ .policy = options->shadow,
	    .file = options->shadow_file, .decided = rehearsal->action,
	    .rule = rehearsal->rule, .score = rehearsal->run.score };
	compare_rcpts(conn, env.arena, rehearsal, shadow);
	shadow->differences = find_differences(event, rehearsal, shadow);
	return shadow;
}

/* "reject strict.policy:12", "accept" */
static struct str
in_words(struct arena *arena, enum action action,
    const struct policy_rule *rule)
{
	if (rule == NULL)
		return arena_printf(arena, "%s", action_name(plain(action)));
	return arena_printf(arena, "%s %s:%u", action_name(plain(action)),
	    rule->file, rule->line);
}

void
shadow_log(const struct connection *conn, const struct event *event)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	const struct event_shadow *shadow = event->shadow;
	struct str what = STR_NONE;

	if (shadow == NULL || shadow->differences == 0)
		return;
	for (unsigned bit = 1; bit <= EVENT_SHADOW_TAGS; bit <<= 1)
		if ((shadow->differences & bit) != 0)
			what = arena_printf(arena, "%.*s%s%s", STR_ARG(what),
			    what.len > 0 ? ", " : "",
			    event_shadow_name((enum event_shadow_bit)bit));
	log_info("%.*s: shadow policy: %.*s -> %.*s (%.*s)",
	    STR_ARG(conn->message.queue_id),
	    STR_ARG(in_words(arena, event->decided, event->rule)),
	    STR_ARG(in_words(arena, shadow->decided, shadow->rule)),
	    STR_ARG(what));
}
