#include "tool/trial.h"

#include <errno.h>
#include <string.h>

#include "tool/feed.h"
#include "wire/wire.h"

/* Every check runs to its end, nothing is done. */
static const char no_rules[] = "policy \"trial\" mode monitor;\n";

/* One message; what came of it is taken while the session holds it. */
struct taking {
	struct arena	*arena;
	struct fact_set	*facts;
	bool		 taken;
};

static void
take_facts(void *ctx, const struct event *event)
{
	struct taking *taking = ctx;

	facts_copy(taking->arena, event->facts, taking->facts);
	taking->taken = true;
}

/* The first mistake: a case is one line of a report. */
static struct str
first_mistake(struct arena *arena, const struct diag *diag)
{
	return diag_total(diag) == 0 ? STR("the settings cannot be used") :
	    arena_copy(arena, str_from(diag_at(diag, 0)->text));
}

/* The defaults, no settings file: a case means the same everywhere. */
static struct settings *
settings_of(const struct policy_message *message, struct arena *arena,
    struct diag *diag)
{
	size_t count = message->settings.count;
	const char **overrides = arena_alloc(arena,
	    (count + 2) * sizeof(*overrides));

	overrides[0] = arena_printf(arena, "dns=zone:%s",
	    message->zone == NULL ? "/dev/null" : message->zone).ptr;
	overrides[1] = "authserv_id=mx.example.com";
	for (size_t i = 0; i < count; i++)
		overrides[i + 2] = message->settings.at[i];
	return settings_load(NULL, overrides, count + 2, diag);
}

static struct wiring *
wire(const struct policy_message *message, struct taking *taking,
    struct str *why_out)
{
	struct wire_options options = { .all_checks = true,
		.now = message->now,
		.policy_text = no_rules, .watch = take_facts,
		.watch_ctx = taking };
	struct diag *diag = diag_new();
	struct settings *settings = settings_of(message, taking->arena, diag);
	struct wiring *wiring = settings == NULL ? NULL :
	    wiring_new(settings, &options, diag);

	if (wiring == NULL)
		*why_out = first_mistake(taking->arena, diag);
	diag_free(diag);
	return wiring;
}

static void
run(struct wiring *wiring, const struct policy_message *message,
    struct arena *arena, const struct message_file *file)
{
	const char *rcpt = arena_z(arena, message->rcpt);
	struct feed feed = {
		.client = { .ip = message->client, .name = message->name,
		    .listener = message->listener },
		.helo = message->helo, .from_given = message->from_given,
		.mail = { .from = message->from,
		    .auth_user = message->auth_user },
		.rcpts = &rcpt, .rcpt_count = message->rcpt.len > 0
	};

	feed_message(wiring->engine, &feed, arena, file);
}

static bool
check(void *ctx, const struct policy_message *message, struct arena *arena,
    struct fact_set *facts_out, struct str *why_out)
{
	struct trial *trial = ctx;
	struct taking taking = { .arena = arena, .facts = facts_out };
	struct wiring *wiring;

	trial->arena = arena;
	if (!message_read(arena, message->path, &trial->file)) {
		*why_out = arena_printf(arena, "%s: %s", message->path,
		    strerror(errno));
		return false;
	}
	wiring = wire(message, &taking, why_out);
	if (wiring == NULL)
		return false;
	run(wiring, message, arena, &trial->file);
	wiring_free(wiring);
	*why_out = STR("the session has left no event");
	return taking.taken;
}

static bool
find_header(void *ctx, struct str name, struct str *value_out)
{
	struct trial *trial = ctx;
	const struct header_field *field = header_find(&trial->file.header,
	    name, 0);

	if (field != NULL)
		*value_out = header_unfold(trial->arena, field->value);
	return field != NULL;
}

struct policy_checker
trial_checker(struct trial *trial)
{
	return (struct policy_checker){ .check = check,
	    .header = find_header, .ctx = trial };
}
