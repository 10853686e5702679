#include "tool/remember.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "event/emit.h"

enum { WAIT_MS = 10000 };

bool
remember_open(struct settings *settings, const char *command,
    struct remember *out)
{
	char why[500] = "";

	*out = (struct remember){ .settings = settings,
	    .command = command };
	if (settings->store[0] == '\0' ||
	    strcmp(settings->store, "memory:") == 0) {
		tool_error(command, settings->store[0] == '\0' ?
		    "the setting store is not set" : "store = memory: is "
		    "assayd's own; nobody else can look into it");
		return false;
	}
	out->store = store_open(str_from(settings->store), why, sizeof(why));
	if (out->store == NULL) {
		tool_error(command, "%s", why);
		return false;
	}
	out->strand = strand_new();
	strand_enter(out->strand);
	return true;
}

struct wait {
	struct arena		*arena;		/* for texts; or NULL */
	struct store_answer	 answer;
	bool			 done;
};

static void
answered(void *ctx, const struct store_answer *answer)
{
	struct wait *wait = ctx;

	wait->answer = *answer;
	if (wait->arena != NULL) {
		wait->answer.name = arena_copy(wait->arena, answer->name);
		wait->answer.content = arena_copy(wait->arena,
		    answer->content);
	}
	wait->done = true;
}

bool
remember_ask(struct remember *store, const struct store_op *op,
    struct store_answer *answer)
{
	return remember_take(store, op, NULL, answer);
}

bool
remember_take(struct remember *store, const struct store_op *op,
    struct arena *arena, struct store_answer *answer)
{
	struct wait wait = { .arena = arena };
	uint64_t end = clock_ms() + WAIT_MS;
	struct store_call *call = store_ask(store->store, store->strand, op,
	    end, answered, &wait);

	if (!strand_wait(store->strand, &wait.done, end + 1000)) {
		store_cancel(call);
		wait.answer.why = "the store did not answer in time";
	}
	*answer = wait.answer;
	if (!answer->known && (store->told == NULL || strcmp(store->told,
	    answer->why) != 0))
		tool_error(store->command, "%s", answer->why);
	store->told = answer->known ? NULL : answer->why;
	return answer->known;
}

/* What was told, and is not waited for, takes its time. */
static bool
is_written(struct store *store)
{
	const struct timespec pause = { 0, 5 * 1000 * 1000 };
	uint64_t end = clock_ms() + WAIT_MS;
	struct store_counts counts;

	for (;;) {
		store_counts(store, &counts);
		if (counts.waiting == 0)
			return true;
		if (counts.down || clock_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
}

bool
remember_close(struct remember *store)
{
	bool written = is_written(store->store);

	store_close(store->store, WAIT_MS);
	strand_leave(store->strand);
	strand_unref(store->strand);
	return written;
}

static double
at_least_0(double amount)
{
	return amount > 0 ? amount : 0;
}

void
tool_print_identity(const struct identity *who, double spam, double ham,
    bool json)
{
	struct emit out;

	if (!json) {
		printf("%s ", identity_kind_name(who->kind));
		tool_print_text(who->name);
		printf(": reputation %.2f, confidence %.2f (spam %.1f, ham "
		    "%.1f)\n", reputation_of(spam, ham),
		    reputation_confidence(spam, ham), at_least_0(spam),
		    at_least_0(ham));
		return;
	}
	emit_init(&out);
	emit_open(&out, NULL, '{');
	emit_word(&out, "kind", identity_kind_name(who->kind));
	emit_text(&out, "name", who->name, who->name.len);
	emit_number(&out, "reputation", reputation_of(spam, ham));
	emit_number(&out, "confidence", reputation_confidence(spam, ham));
	emit_number(&out, "spam", at_least_0(spam));
	emit_number(&out, "ham", at_least_0(ham));
	emit_close(&out, '}');
	emit_print(&out, stdout);
}
