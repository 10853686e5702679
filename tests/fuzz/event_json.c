/*
 * Events of any facts, results and rules: each is one line of ASCII that a
 * reader of JSON takes, and valid UTF-8 comes out as it went in.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "event/event.h"
#include "event/read.h"
#include "tests/support/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double
take_number(struct str *input)
{
	double number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		((unsigned char *)&number)[i] =
		    (unsigned char)fuzz_byte(input);
	return number;
}

/* Some word of the set. */
static enum word
take_word(struct str *input, enum word_set set)
{
	int word = (int)(fuzz_byte(input) % WORD_COUNT);

	while (!word_in_set(set, (enum word)word))
		word = (word + 1) % WORD_COUNT;
	return (enum word)word;
}

static void
take_value(struct arena *arena, struct str *input, struct fact_set *facts,
    enum fact_id id)
{
	struct str *list;
	struct ip ip = { .family = IP_V6 };
	unsigned count;

	switch (fact_table[id].type) {
	case FACT_IP:
		ip.family = fuzz_byte(input) % 2 == 0 ? IP_V4 : IP_V6;
		ip.bytes[0] = (unsigned char)fuzz_byte(input);
		facts_ip(facts, id, &ip);
		break;
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		facts_text(facts, id, fuzz_text(input));
		break;
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		facts_number(facts, id, take_number(input));
		break;
	case FACT_BOOL:
		facts_bool(facts, id, fuzz_byte(input) % 2 == 1);
		break;
	case FACT_WORD:
		facts_word(facts, id, take_word(input, fact_table[id].words));
		break;
	case FACT_LIST:
		count = fuzz_byte(input) % 8;
		list = arena_alloc(arena, count * sizeof(*list));
		for (unsigned i = 0; i < count; i++)
			list[i] = fuzz_text(input);
		facts_list(facts, id, list, count);
		break;
	}
}

static void
take_facts(struct arena *arena, struct str *input, struct fact_set *facts)
{
	for (int id = 0; id < FACT_COUNT; id++)
		switch ((enum fact_state)(fuzz_byte(input) % 4)) {
		case FACT_PENDING:
			break;
		case FACT_NONE:
			facts_none(facts, (enum fact_id)id);
			break;
		case FACT_UNKNOWN:
			facts_unknown(facts, (enum fact_id)id,
			    fuzz_text(input));
			break;
		case FACT_SET:
			take_value(arena, input, facts, (enum fact_id)id);
			break;
		}
}

static struct policy_rule
take_rule(struct str *input)
{
	struct policy_rule rule = {
		.action = (enum action)(fuzz_byte(input) % ACTION_COUNT),
		.shadow = fuzz_byte(input) % 2 == 1, .file = "a.policy",
		.stage = (enum stage)(fuzz_byte(input) % STAGE_COUNT),
		.line = fuzz_byte(input), .code = fuzz_byte(input),
	};

	rule.enhanced = fuzz_text(input);
	rule.text = fuzz_text(input);
	rule.score = take_number(input);
	rule.tag_name = fuzz_text(input);
	rule.tag_value = fuzz_text(input);
	return rule;
}

static void
take_results(struct arena *arena, struct str *input, struct results *results)
{
	for (unsigned i = fuzz_byte(input) % 4; i > 0; i--) {
		struct result result = { .method = METHOD_DKIM };

		result.reason = fuzz_text(input);
		result_add_property(arena, &result, "header", "d",
		    fuzz_text(input));
		VEC_PUSH(arena, &results->list, result);
	}
	for (unsigned i = fuzz_byte(input) % 4; i > 0; i--) {
		struct evidence evidence = { .type = "TXT", .status = NULL };

		evidence.name = fuzz_text(input);
		evidence.data = fuzz_text(input);
		VEC_PUSH(arena, &results->evidence, evidence);
	}
}

static void
check_text(const struct event *event, const json_t *root)
{
	const struct fact *fact = facts_get(event->facts, FACT_ID_SUBJECT);
	const json_t *got = json_object_get(json_object_get(root, "facts"),
	    "subject");

	if (fact->state != FACT_SET || !str_is_utf8(fact->text) ||
	    fact->text.len > LIMIT_EVENT_TEXT_OCTETS)
		return;
	if (!str_eq(fact->text, str_make(json_string_value(got),
	    json_string_length(got))))
		abort();
}

/* The reader of logs takes it too, and finds the same facts in it. */
static void
check_read(const struct event *event, const char *text)
{
	const struct event_want all = {
		.parts = EVENT_PART_RULES | EVENT_PART_DETAIL |
		    EVENT_PART_SHADOW | EVENT_PART_DMARC,
		.since_us = INT64_MIN
	};
	struct arena *arena = arena_new();
	struct event_record record;

	if (event_read(str_from(text), &all, arena, &record) !=
	    EVENT_READ_OK)
		abort();
	for (int id = 0; id < FACT_COUNT; id++) {
		const struct fact *fact = facts_get(event->facts, id);
		const struct fact *got = facts_get(&record.facts, id);
		/* What is no number is null. */
		bool odd = fact->state == FACT_SET &&
		    (fact_table[id].type == FACT_NUMBER ||
		    fact_table[id].type == FACT_SIZE ||
		    fact_table[id].type == FACT_DURATION) &&
		    !isfinite(fact->number);

		if (got->state != (odd ? FACT_NONE : fact->state))
			abort();
		if (fact->state == FACT_SET && id == FACT_ID_SUBJECT &&
		    str_is_utf8(fact->text) &&
		    fact->text.len <= LIMIT_EVENT_TEXT_OCTETS &&
		    !str_eq(fact->text, got->text))
			abort();
	}
	arena_free(arena);
}

static void
check(const struct event *event, enum event_shape shape)
{
	char *text = event_json(event, shape);
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (root == NULL) {
		fprintf(stderr, "%s: %s\n", error.text, text);
		abort();
	}
	for (const char *p = text; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			abort();
	if (json_integer_value(json_object_get(root, "v")) != 1)
		abort();
	check_text(event, root);
	if (shape == EVENT_LINE)
		check_read(event, text);
	json_decref(root);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str input = str_make(data, size);
	struct fact_set facts = { .arena = arena };
	struct results results = { .arena = arena };
	struct policy_run run = { 0 };
	struct event event = { .kind = "message", .facts = &facts,
	    .results = &results, .run = &run };
	struct policy_rule rule;
	struct event_rcpt rcpt;

	for (int i = 0; i < 8; i++)
		event.time_us = (int64_t)((uint64_t)event.time_us << 8 |
		    fuzz_byte(&input));
	event.action = (enum action)(fuzz_byte(&input) % ACTION_COUNT);
	event.decided = (enum action)(fuzz_byte(&input) % ACTION_COUNT);
	rule = take_rule(&input);
	event.rule = fuzz_byte(&input) % 2 == 0 ? NULL : &rule;
	take_results(arena, &input, &results);
	for (unsigned i = fuzz_byte(&input) % 4; i > 0; i--)
		VEC_PUSH(arena, &run.fired, take_rule(&input));
	rcpt = (struct event_rcpt){ .address = fuzz_text(&input),
	    .action = ACTION_REJECT, .rule = &rule };
	event.rcpts = &rcpt;
	event.rcpt_listed = 1;
	event.authentication_results = fuzz_text(&input);
	take_facts(arena, &input, &facts);
	check(&event, EVENT_LINE);
	check(&event, EVENT_TOOL);
	arena_free(arena);
	return 0;
}
