/*
 * Any line: what is taken for an event has its parts; its facts and calls,
 * written and read once more, are the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "event/calls.h"
#include "event/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
facts_json(const struct fact_set *facts)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	event_facts(&out, facts);
	emit_close(&out, '}');
	return emit_finish(&out);
}

static void
check_again(struct arena *arena, const struct fact_set *facts)
{
	static const struct str key = STR_INIT("{\"facts\":");
	char *once = facts_json(facts), *twice;
	struct fact_set again = { .arena = arena };
	struct pull pull;

	pull_init(&pull, str_skip(str_from(once), key.len), arena);
	if (!event_facts_read(&pull, NULL, &again))
		abort();
	twice = facts_json(&again);
	/* A text at its cap is cut, and marked as such, each time. */
	if (strstr(once, "\\u2026\"") == NULL && strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
}

static char *
calls_json(const struct answers *answers)
{
	struct emit out;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	event_calls(&out, answers, 1);
	emit_close(&out, '}');
	return emit_finish(&out);
}

static void
check_calls(struct arena *arena, const struct answers *answers)
{
	static const struct str key = STR_INIT("{\"calls\":");
	char *once = calls_json(answers), *twice;
	struct answers again = { 0 };
	struct pull pull;

	if (answers->list.count > LIMIT_EVENT_ANSWERS)
		abort();
	pull_init(&pull, str_skip(str_from(once), key.len), arena);
	if (!event_calls_read(&pull, &again))
		abort();
	twice = calls_json(&again);
	if (strstr(once, "\\u2026\"") == NULL && strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
}

static void
check(struct arena *arena, const struct event_record *record)
{
	if (record->verdict.action == ACTION_CONTINUE ||
	    record->decided.action == ACTION_CONTINUE ||
	    record->last >= STAGE_COUNT || record->time_us == 0)
		abort();
	check_again(arena, &record->facts);
	check_calls(arena, &record->calls);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct event_want all = {
		.parts = EVENT_PART_RULES | EVENT_PART_DETAIL |
		    EVENT_PART_SHADOW | EVENT_PART_CALLS |
		    EVENT_PART_DMARC |
		    EVENT_PART_FIGURES,
		.since_us = 1
	};
	struct arena *arena = arena_new();
	/* Of its own size, so that a read past its end is seen. */
	char *line = malloc(size == 0 ? 1 : size);
	struct event_record record;

	if (line == NULL)
		abort();
	if (size > 0)
		memcpy(line, data, size);
	if (event_read(str_make(line, size), &all, arena, &record) ==
	    EVENT_READ_OK)
		check(arena, &record);
	free(line);
	arena_free(arena);
	return 0;
}
