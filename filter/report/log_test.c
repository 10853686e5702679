/*
 * What of an event its row does not tell: facts, and rules that fired.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "report/log.h"

/* ---- a test, as it is written ---- */

static const struct {
	const char	*sign;
	enum log_op	 op;
} ops[] = {
	{ "!=", LOG_IS_NOT }, { ">=", LOG_AT_LEAST }, { "=", LOG_IS },
	{ "<", LOG_BELOW }, { "!", LOG_NOT_THERE },
};

static bool
has_number(enum fact_type type)
{
	return type == FACT_NUMBER || type == FACT_SIZE ||
	    type == FACT_DURATION;
}

static bool
read_number(struct str text, double *number_out)
{
	char z[32], *end;

	if (text.len == 0 || text.len >= sizeof(z) ||
	    (!ascii_digit(text.ptr[0]) && text.ptr[0] != '-'))
		return false;
	memcpy(z, text.ptr, text.len);
	z[text.len] = '\0';
	*number_out = strtod(z, &end);
	return *end == '\0';
}

/* Where the name ends. */
static size_t
name_length(struct str text)
{
	size_t len = 0;

	while (len < text.len && (ascii_alnum(text.ptr[len]) ||
	    text.ptr[len] == '.' || text.ptr[len] == '_'))
		len++;
	return len;
}

bool
log_test_read(struct str text, struct log_test *test_out)
{
	size_t len = name_length(text);
	struct str rest = str_skip(text, len);

	*test_out = (struct log_test){ .op = LOG_THERE };
	if (!fact_find(str_slice(text, 0, len), &test_out->id))
		return false;
	for (size_t i = 0; rest.len > 0; i++) {
		if (i == sizeof(ops) / sizeof(ops[0]))
			return false;
		if (!str_starts_nocase(rest, str_from(ops[i].sign)))
			continue;
		test_out->op = ops[i].op;
		test_out->value = str_skip(rest, strlen(ops[i].sign));
		break;
	}
	if (test_out->op == LOG_THERE || test_out->op == LOG_NOT_THERE)
		return test_out->value.len == 0;
	return has_number(fact_table[test_out->id].type) ?
	    read_number(test_out->value, &test_out->number) :
	    test_out->op == LOG_IS || test_out->op == LOG_IS_NOT;
}

/* ---- an event ---- */

static bool
is_member(const struct fact *fact, struct str value)
{
	for (size_t i = 0; i < fact->list.count; i++)
		if (str_eq_nocase(fact->list.at[i], value))
			return true;
	return false;
}

static bool
is(const struct fact *fact, const struct log_test *test)
{
	char text[IP_TEXT_MAX];

	switch (fact_table[test->id].type) {
	case FACT_IP:
		return str_eq_nocase(fact_ip_text(fact, text), test->value);
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		return fact->number == test->number;
	case FACT_BOOL:
		return str_eqz_nocase(test->value, fact->truth ? "true" :
		    "false");
	case FACT_WORD:
		return str_eqz_nocase(test->value, word_name(fact->word));
	case FACT_LIST:
		return is_member(fact, test->value);
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		break;
	}
	return str_eq_nocase(fact->text, test->value);
}

static bool
is_there(const struct fact *fact, enum fact_id id)
{
	if (fact->state != FACT_SET)
		return false;
	switch (fact_table[id].type) {
	case FACT_BOOL:
		return fact->truth;
	case FACT_LIST:
		return fact->list.count > 0;
	case FACT_IP:
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
	case FACT_WORD:
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		break;
	}
	return true;
}

static bool
holds(const struct log_test *test, const struct fact_set *facts)
{
	const struct fact *fact = facts_get(facts, test->id);
	bool set = fact->state == FACT_SET;

	switch (test->op) {
	case LOG_IS:
		return set && is(fact, test);
	case LOG_IS_NOT:
		return !set || !is(fact, test);
	case LOG_AT_LEAST:
		return set && fact->number >= test->number;
	case LOG_BELOW:
		return set && fact->number < test->number;
	case LOG_THERE:
		return is_there(fact, test->id);
	case LOG_NOT_THERE:
		break;
	}
	return !is_there(fact, test->id);
}

static bool
has_fired(const struct event_record *record, struct str wanted)
{
	char text[LIMIT_EVENT_TEXT_OCTETS + 32];

	for (size_t i = 0; i < record->rules.count; i++) {
		const struct event_place *place = &record->rules.at[i].place;
		int len = snprintf(text, sizeof(text), "%.*s:%u",
		    STR_ARG(place->file), place->line);

		if (len > 0 && (size_t)len < sizeof(text) &&
		    log_rule_matches(wanted, str_make(text, (size_t)len)))
			return true;
	}
	return false;
}

bool
log_needs_event(const struct log_filter *filter, unsigned *parts,
    bool *facts)
{
	if (filter->fired.len > 0)
		*parts |= EVENT_PART_RULES;
	for (size_t i = 0; i < filter->test_count; i++)
		facts[filter->tests[i].id] = true;
	return filter->fired.len > 0 || filter->test_count > 0;
}

bool
log_matches_event(const struct log_filter *filter,
    const struct event_record *record)
{
	if (filter->fired.len > 0 && !has_fired(record, filter->fired))
		return false;
	for (size_t i = 0; i < filter->test_count; i++)
		if (!holds(&filter->tests[i], &record->facts))
			return false;
	return true;
}
