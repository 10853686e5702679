#include "event/facts.h"

#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

static void
put_list(struct emit *out, const char *key, const struct str *at,
    size_t count)
{
	emit_open(out, key, '[');
	for (size_t i = 0; i < count; i++)
		emit_capped(out, NULL, at[i]);
	emit_close(out, ']');
}

void
event_unknown(struct emit *out, const char *key, struct str reason)
{
	emit_open(out, key, '{');
	emit_capped(out, "unknown", reason);
	emit_close(out, '}');
}

void
event_value(struct emit *out, const char *key, const struct fact *fact,
    enum fact_type type)
{
	char ip[IP_TEXT_MAX];

	switch (type) {
	case FACT_IP:
		emit_capped(out, key, fact_ip_text(fact, ip));
		break;
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		emit_capped(out, key, fact->text);
		break;
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		emit_number(out, key, fact->number);
		break;
	case FACT_BOOL:
		emit_bool(out, key, fact->truth);
		break;
	case FACT_WORD:
		emit_word(out, key, word_name(fact->word));
		break;
	case FACT_LIST:
		if (fact->list.count > LIMIT_EVENT_RECIPIENTS)
			event_unknown(out, key, STR("longer than is recorded"));
		else
			put_list(out, key, fact->list.at, fact->list.count);
		break;
	}
}

static void
put_masked(struct emit *out, const char *key, const struct fact *fact,
    enum fact_id id)
{
	enum fact_type type = fact_table[id].type;

	if (mask_omits(out->mask, id)) {
		event_unknown(out, key, STR("left out (privacy)"));
	} else if (type == FACT_STRING || type == FACT_DOMAIN ||
	    type == FACT_ADDRESS) {
		emit_masked(out, key, mask_fact(out->mask, id, fact->text),
		    LIMIT_EVENT_TEXT_OCTETS);
	} else if (type == FACT_LIST &&
	    fact->list.count <= LIMIT_EVENT_RECIPIENTS) {
		emit_open(out, key, '[');
		for (size_t i = 0; i < fact->list.count; i++)
			emit_masked(out, NULL, mask_fact(out->mask, id,
			    fact->list.at[i]), LIMIT_EVENT_TEXT_OCTETS);
		emit_close(out, ']');
	} else {
		event_value(out, key, fact, type);
	}
}

void
event_facts(struct emit *out, const struct fact_set *facts)
{
	emit_open(out, "facts", '{');
	for (int id = 0; id < FACT_COUNT; id++) {
		const struct fact *fact = facts_get(facts, (enum fact_id)id);
		const char *name = fact_table[id].name;

		switch (fact->state) {
		case FACT_PENDING:
			break;
		case FACT_NONE:
			emit_null(out, name);
			break;
		case FACT_UNKNOWN:
			event_unknown(out, name, fact->text);
			break;
		case FACT_SET:
			if (out->mask != NULL)
				put_masked(out, name, fact,
				    (enum fact_id)id);
			else
				event_value(out, name, fact,
				    fact_table[id].type);
			break;
		}
	}
	emit_close(out, '}');
}

/* The length of the word up to the next dot. */
static size_t
word_length(const char *name)
{
	return strcspn(name, ".");
}

static bool
starts(const char *name, const char *with, size_t len)
{
	return strncmp(name, with, len) == 0;
}

/* Is an earlier fact below the same word of this level? */
static bool
is_done(int id, size_t level, size_t word)
{
	for (int k = 0; k < id; k++)
		if (starts(fact_table[k].name, fact_table[id].name,
		    level + word + 1))
			return true;
	return false;
}

/*
 * All facts whose names begin with the first level octets ("spf.") of this
 * one's name, nested at their dots; null unless they have a value.
 */
static void
put_below(struct emit *out, const struct fact_set *facts, const char *name,
    size_t level)
{
	for (int id = 0; id < FACT_COUNT; id++) {
		const char *rest;
		char key[64];
		size_t word;

		if (!starts(fact_table[id].name, name, level))
			continue;
		rest = fact_table[id].name + level;
		word = word_length(rest);
		ensure(word < sizeof(key));
		memcpy(key, rest, word);
		key[word] = '\0';
		if (rest[word] == '\0') {
			const struct fact *fact = facts_get(facts,
			    (enum fact_id)id);

			if (fact->state != FACT_SET)
				emit_null(out, key);
			else
				event_value(out, key, fact,
				    fact_table[id].type);
		} else if (!is_done(id, level, word)) {
			emit_open(out, key, '{');
			put_below(out, facts, fact_table[id].name,
			    level + word + 1);
			emit_close(out, '}');
		}
	}
}

/* "spf" and all that stands below it, as an object. */
static void
put_group(struct emit *out, const struct fact_set *facts, int id)
{
	const struct fact *fact = facts_get(facts, (enum fact_id)id);
	const char *name = fact_table[id].name;
	size_t len = strlen(name);
	char prefix[64];

	ensure(len + 1 < sizeof(prefix));
	memcpy(prefix, name, len);
	memcpy(prefix + len, ".", 2);
	emit_open(out, name, '{');
	emit_word(out, "result", fact->state == FACT_SET ?
	    word_name(fact->word) : NULL);
	put_below(out, facts, prefix, len + 1);
	emit_close(out, '}');
}

/* Each result; but "dkim" is the list of signatures. */
void
event_groups(struct emit *out, const struct fact_set *facts)
{
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_table[id].words == RESULT_WORDS &&
		    strchr(fact_table[id].name, '.') == NULL &&
		    id != FACT_ID_DKIM)
			put_group(out, facts, id);
}
