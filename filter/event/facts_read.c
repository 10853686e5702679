#include <string.h>

#include "base/vec.h"
#include "event/facts.h"

static bool
read_text(struct pull *pull, enum fact_type type, enum word_set words,
    struct fact *fact)
{
	struct ip ip = { .family = IP_NONE };
	struct str text;
	enum word word;

	if (!pull_text(pull, &text))
		return false;
	if (type == FACT_STRING || type == FACT_DOMAIN ||
	    type == FACT_ADDRESS)
		*fact = (struct fact){ .state = FACT_SET, .text = text };
	else if (type == FACT_WORD && word_find(words, text, &word))
		*fact = (struct fact){ .state = FACT_SET, .word = word };
	else if (type == FACT_IP && (text.len == 0 || ip_parse(text, &ip)))
		*fact = fact_of_ip(&ip);
	return true;
}

static bool
read_list(struct pull *pull, enum fact_type type, struct fact *fact)
{
	VEC(struct str) list = { 0 };
	struct str text;

	if (!pull_array(pull))
		return false;
	while (pull_item(pull)) {
		if (!pull_text(pull, &text))
			return false;
		VEC_PUSH(pull->arena, &list, text);
	}
	if (!pull->bad && type == FACT_LIST) {
		*fact = (struct fact){ .state = FACT_SET };
		fact->list.at = list.at;
		fact->list.count = list.count;
	}
	return !pull->bad;
}

static bool
read_unknown(struct pull *pull, struct fact *fact)
{
	struct str key, reason = STR_NONE;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		if (!str_eqz(key, "unknown"))
			pull_skip(pull);
		else if (!pull_text(pull, &reason))
			return false;
	}
	if (!pull->bad)
		*fact = (struct fact){ .state = FACT_UNKNOWN,
		    .text = reason };
	return !pull->bad;
}

static bool
read_number(struct pull *pull, enum fact_type type, struct fact *fact)
{
	double number;

	if (!pull_number(pull, &number))
		return false;
	if (type == FACT_NUMBER || type == FACT_SIZE || type == FACT_DURATION)
		*fact = (struct fact){ .state = FACT_SET, .number = number };
	return true;
}

bool
event_value_read(struct pull *pull, enum fact_type type, enum word_set words,
    struct fact *fact)
{
	bool truth;

	switch (pull_type(pull)) {
	case PULL_TEXT:
		return read_text(pull, type, words, fact);
	case PULL_ARRAY:
		return read_list(pull, type, fact);
	case PULL_OBJECT:
		return read_unknown(pull, fact);
	case PULL_NUMBER:
		return read_number(pull, type, fact);
	case PULL_NULL:
		*fact = (struct fact){ .state = FACT_NONE };
		return pull_null(pull);
	case PULL_BOOL:
		if (!pull_bool(pull, &truth))
			return false;
		if (type == FACT_BOOL)
			*fact = (struct fact){ .state = FACT_SET,
			    .truth = truth };
		return true;
	case PULL_BAD:
		break;
	}
	return false;
}

/* The table's names with their lengths: this is asked for every fact. */
static const struct str names[FACT_COUNT] = {
#define FACT(id, name, type, stage, words, doc) \
	[FACT_ID_##id] = STR_INIT(name),
#include "facts/facts.def"
#undef FACT
};

static inline bool
is_named(int id, struct str name)
{
	return name.len == names[id].len &&
	    memcmp(name.ptr, names[id].ptr, name.len) == 0;
}

/* FACT_COUNT: none of ours.  They were written in the table's order. */
static int
find_fact(struct str name, int next)
{
	int id = next;

	while (id < FACT_COUNT && !is_named(id, name))
		id++;
	for (int i = 0; id == FACT_COUNT && i < next; i++)
		if (is_named(i, name))
			return i;
	return id;
}

/*
 * False at the end, or when bad; else as find_fact().  What follows on a fact
 * in one line does so in most: a guess for each, by thread.
 */
static bool
next_fact(struct pull *pull, int *next, int *id_out)
{
	static _Thread_local uint8_t guesses[FACT_COUNT + 1];
	int id = guesses[*next];
	struct str name;

	if (!pull_key_is(pull, names[id])) {
		if (!pull_key(pull, &name))
			return false;
		id = find_fact(name, *next);
		if (id < FACT_COUNT)
			guesses[*next] = (uint8_t)id;
	}
	if (id < FACT_COUNT)
		*next = id + 1;
	*id_out = id;
	return true;
}

/* A value that does not fit leaves the fact pending. */
static bool
read_fact(struct pull *pull, enum fact_id id, struct fact_set *facts)
{
	struct fact fact = { .state = FACT_PENDING };

	if (!event_value_read(pull, fact_table[id].type,
	    fact_table[id].words, &fact))
		return false;
	if (fact.state != FACT_PENDING)
		facts_put(facts, id, &fact);
	return true;
}

bool
event_facts_read(struct pull *pull, const bool *wanted,
    struct fact_set *facts)
{
	int next = 0, id;

	if (!pull_object(pull))
		return false;
	while (next_fact(pull, &next, &id)) {
		if (id == FACT_COUNT ||
		    facts_known(facts, (enum fact_id)id) ||
		    (wanted != NULL && !wanted[id]))
			pull_skip(pull);
		else if (!read_fact(pull, (enum fact_id)id, facts))
			return false;
	}
	return !pull->bad;
}
