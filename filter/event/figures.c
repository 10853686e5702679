#include "event/figures.h"

#include "event/event.h"

static const char *const waits[EVENT_WAIT_COUNT] = {
	[EVENT_WAIT_STORE] = "store", [EVENT_WAIT_LISTS] = "lists",
	[EVENT_WAIT_SIGNING] = "signing",
};

const char *
event_wait_name(enum event_wait wait)
{
	return waits[wait];
}

bool
event_micros_read(struct pull *pull, uint64_t *us_out)
{
	const double most = 9007199254740992.0;	/* 2^53 */
	double number = 0;

	if (pull_type(pull) != PULL_NUMBER)
		return pull_skip(pull);
	if (!pull_number(pull, &number))
		return false;
	*us_out = number >= 0 && number <= most ? (uint64_t)number : 0;
	return true;
}

static bool
read_text(struct pull *pull, struct str *text)
{
	return pull_type(pull) == PULL_TEXT ? pull_text(pull, text) :
	    pull_skip(pull);
}

static bool
is_array(struct pull *pull)
{
	return pull_type(pull) == PULL_ARRAY;
}

bool
event_functions_read(struct pull *pull, unsigned *bits_out)
{
	struct str name;

	if (!is_array(pull))
		return pull_skip(pull);
	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		const struct function *function;

		if (!pull_text(pull, &name))
			return false;
		function = function_find(name);
		if (function != NULL)
			*bits_out |= 1u << (function - function_table);
	}
	return !pull->bad;
}

/* One of checks, or of waits: the keys of both. */
static bool
read_check(struct pull *pull, struct event_check_record *check)
{
	struct str key;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		bool ok;

		if (str_eqz(key, "name") || str_eqz(key, "for"))
			ok = read_text(pull, &check->name);
		else if (str_eqz(key, "took_us"))
			ok = event_micros_read(pull, &check->took_us);
		else if (str_eqz(key, "waited_us"))
			ok = event_micros_read(pull, &check->waited_us);
		else if (str_eqz(key, "finished") &&
		    pull_type(pull) == PULL_BOOL)
			ok = pull_bool(pull, &check->finished);
		else
			ok = pull_skip(pull);
		if (!ok)
			return false;
	}
	return !pull->bad;
}

bool
event_checks_read(struct pull *pull, struct event_figures *figures)
{
	if (!is_array(pull))
		return pull_skip(pull);
	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		struct event_check_record check = { .took_us = 0 };

		if (!read_check(pull, &check))
			return false;
		VEC_PUSH(pull->arena, &figures->checks, check);
	}
	return !pull->bad;
}

bool
event_waits_read(struct pull *pull, struct event_figures *figures)
{
	if (!is_array(pull))
		return pull_skip(pull);
	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		struct event_check_record wait = { .took_us = 0 };

		if (!read_check(pull, &wait))
			return false;
		VEC_PUSH(pull->arena, &figures->waits, wait);
	}
	return !pull->bad;
}

static bool
read_one_made(struct pull *pull, struct event_made_record *made)
{
	struct str key;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		struct str ignored = STR_NONE;

		if (!read_text(pull, str_eqz(key, "domain") ? &made->domain :
		    str_eqz(key, "selector") ? &made->selector :
		    str_eqz(key, "algorithm") ? &made->algorithm : &ignored))
			return false;
	}
	return !pull->bad;
}

bool
event_made_read(struct pull *pull, struct event_figures *figures)
{
	if (!is_array(pull))
		return pull_skip(pull);
	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		struct event_made_record made = { STR_NONE, STR_NONE,
		    STR_NONE };

		if (!read_one_made(pull, &made))
			return false;
		VEC_PUSH(pull->arena, &figures->made, made);
	}
	return !pull->bad;
}

/* Two texts of an object; the others, and null, are skipped. */
static bool
read_texts(struct pull *pull, const char *first_key, struct str *first,
    const char *second_key, struct str *second)
{
	struct str key;

	if (pull_type(pull) != PULL_OBJECT)
		return pull_skip(pull);
	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		struct str ignored = STR_NONE;

		if (!read_text(pull, str_eqz(key, first_key) ? first :
		    str_eqz(key, second_key) ? second : &ignored))
			return false;
	}
	return !pull->bad;
}

bool
event_sealed_read(struct pull *pull, struct event_figures *figures)
{
	return read_texts(pull, "cv", &figures->seal_cv, "why_not",
	    &figures->not_sealed);
}

bool
event_tagged_read(struct pull *pull, struct event_figures *figures)
{
	struct str from = STR_NONE;

	return read_texts(pull, "from", &from, "why_not",
	    &figures->not_tagged);
}
