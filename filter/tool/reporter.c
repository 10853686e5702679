#include "tool/reporter.h"

#include "base/clock.h"
#include "wire/report.h"

enum { SLACK_MS = 5000 };

static bool
read_settings(struct reporter *reporter)
{
	const struct settings *settings = reporter->dns.settings;
	struct diag *diag = diag_new();
	bool ok = wire_outmail(settings, reporter->arena, diag,
	    &reporter->sender) && wire_suppression(settings, reporter->arena,
	    diag, &reporter->suppression);

	diag_print(diag, stderr);
	diag_free(diag);
	return ok;
}

bool
reporter_open(const struct tool_common *common, const char *command,
    struct reporter *out)
{
	*out = (struct reporter){ .command = command };
	if (!tool_dns_open(common, command, &out->dns))
		return false;
	out->arena = arena_new();
	if (read_settings(out) && remember_open(out->dns.settings, command,
	    &out->store))
		return true;
	arena_free(out->arena);
	tool_dns_close(&out->dns);
	return false;
}

bool
reporter_close(struct reporter *reporter)
{
	bool ok = remember_close(&reporter->store);

	arena_free(reporter->arena);
	tool_dns_close(&reporter->dns);
	return ok;
}

struct look {
	bool			 done;
	const struct destination *list;
	size_t			 count;
};

static void
looked(void *ctx, const struct destination *list, size_t count)
{
	*(struct look *)ctx = (struct look){ true, list, count };
}

bool
reporter_destinations(struct reporter *reporter, struct arena *arena,
    const struct destination_query *query, const struct destination **list_out,
    size_t *count_out)
{
	uint64_t end = clock_ms() + reporter->dns.settings->dns_timeout;
	struct look look = { .done = false };
	struct destinations *all = destinations_start(arena,
	    reporter->dns.dns, reporter->dns.strand, query, end, looked,
	    &look);

	if (!strand_wait(reporter->dns.strand, &look.done, end + SLACK_MS)) {
		destinations_cancel(all);
		tool_error(reporter->command, "DNS does not answer");
		return false;
	}
	*list_out = look.list;
	*count_out = look.count;
	return true;
}

bool
reporter_is_suppressed(struct reporter *reporter, struct arena *arena,
    struct str address, int64_t now_ms, bool *suppressed_out)
{
	struct store_op op = suppression_look(arena, suppression_tag(
	    &reporter->suppression, arena, address), now_ms);
	struct store_answer answer;

	*suppressed_out = false;
	if (reporter->suppression.delimiter == '\0')
		return true;
	if (!remember_ask(&reporter->store, &op, &answer))
		return false;
	*suppressed_out = suppression_is_on(&answer);
	return true;
}

void
reporter_send(struct reporter *reporter, struct arena *arena, struct str to,
    struct str message, int64_t now_ms, const struct handover_steps *steps,
    struct handover_result *result_out)
{
	const struct suppression *suppression = &reporter->suppression;
	const struct handover_envelope envelope = {
		.sender = suppression_sender(suppression, arena, to),
		.to = &to, .to_count = 1 };

	handover(arena, &reporter->sender.route, &envelope, message, steps,
	    result_out);
	if (result_out->word == HANDOVER_REFUSED &&
	    suppression->delimiter != '\0') {
		struct store_op op = suppression_note(arena,
		    suppression_tag(suppression, arena, to), now_ms);

		store_tell(reporter->store.store, &op);
	}
}
