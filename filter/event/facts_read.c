#include <string.h>

#include "base/vec.h"
#include "event/facts.h"

static bool
read_text(struct pull *pull, struct fact_set *facts, enum fact_id id)
{
	const struct fact_info *info = &fact_table[id];
	struct ip ip = { .family = IP_NONE };
	struct str text;
	enum word word;

	if (!pull_text(pull, &text))
		return false;
	if (info->type == FACT_STRING || info->type == FACT_DOMAIN ||
	    info->type == FACT_ADDRESS)
		facts_text(facts, id, text);
	else if (info->type == FACT_WORD &&
	    word_find(info->words, text, &word))
		facts_word(facts, id, word);
	else if (info->type == FACT_IP && (text.len == 0 ||
	    ip_parse(text, &ip)))
		facts_ip(facts, id, &ip);
	return true;
}

static bool
read_list(struct pull *pull, struct fact_set *facts, enum fact_id id)
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
	if (!pull->bad && fact_table[id].type == FACT_LIST)
		facts_list(facts, id, list.at, list.count);
	return !pull->bad;
}

static bool
read_unknown(struct pull *pull, struct fact_set *facts, enum fact_id id)
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
		facts_unknown(facts, id, reason);
	return !pull->bad;
}

static bool
read_number(struct pull *pull, struct fact_set *facts, enum fact_id id)
{
	enum fact_type type = fact_table[id].type;
	double number;

	if (!pull_number(pull, &number))
		return false;
	if (type == FACT_NUMBER || type == FACT_SIZE || type == FACT_DURATION)
		facts_number(facts, id, number);
	return true;
}

static bool
read_fact(struct pull *pull, struct fact_set *facts, enum fact_id id)
{
	bool truth;

	switch (pull_type(pull)) {
	case PULL_TEXT:
		return read_text(pull, facts, id);
	case PULL_ARRAY:
		return read_list(pull, facts, id);
	case PULL_OBJECT:
		return read_unknown(pull, facts, id);
	case PULL_NUMBER:
		return read_number(pull, facts, id);
	case PULL_NULL:
		facts_none(facts, id);
		return pull_null(pull);
	case PULL_BOOL:
		if (!pull_bool(pull, &truth))
			return false;
		if (fact_table[id].type == FACT_BOOL)
			facts_bool(facts, id, truth);
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

/* They were written in the table's order: mostly the next row is meant. */
static bool
find_fact(struct str name, int *next, enum fact_id *id_out)
{
	for (int i = *next; i < FACT_COUNT; i++)
		if (str_eq(name, names[i])) {
			*id_out = (enum fact_id)i;
			*next = i + 1;
			return true;
		}
	return fact_find(name, id_out);
}

bool
event_facts_read(struct pull *pull, const bool *wanted,
    struct fact_set *facts)
{
	struct str name;
	enum fact_id id;
	int next = 0;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &name)) {
		if (!find_fact(name, &next, &id) || facts_known(facts, id) ||
		    (wanted != NULL && !wanted[id]))
			pull_skip(pull);
		else if (!read_fact(pull, facts, id))
			return false;
	}
	return !pull->bad;
}
