#include "facts/facts.h"

#include <string.h>

#include "base/ensure.h"

const struct fact_info fact_table[FACT_COUNT] = {
#define FACT(id, name, type, stage, words, doc) \
	[FACT_ID_##id] = { name, doc, FACT_##type, STAGE_##stage, words },
#include "facts/facts.def"
#undef FACT
};

static const char *const type_names[] = {
	[FACT_IP] = "ip", [FACT_STRING] = "string", [FACT_DOMAIN] = "domain",
	[FACT_ADDRESS] = "address", [FACT_NUMBER] = "number",
	[FACT_SIZE] = "size", [FACT_DURATION] = "duration",
	[FACT_BOOL] = "bool", [FACT_WORD] = "word", [FACT_LIST] = "list",
};

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_CONNECT] = "connect", [STAGE_HELO] = "helo",
	[STAGE_MAIL] = "mail", [STAGE_RCPT] = "rcpt",
	[STAGE_MESSAGE] = "message",
};

#define IN(set)	(1u << (set))

static const struct {
	const char *name;
	unsigned sets;
} words[WORD_COUNT] = {
	[WORD_NONE] = { "none", IN(RESULT_WORDS) | IN(DISPOSITION_WORDS) },
	[WORD_PASS] = { "pass", IN(RESULT_WORDS) },
	[WORD_FAIL] = { "fail", IN(RESULT_WORDS) },
	[WORD_SOFTFAIL] = { "softfail", IN(RESULT_WORDS) },
	[WORD_NEUTRAL] = { "neutral", IN(RESULT_WORDS) },
	[WORD_POLICY] = { "policy", IN(RESULT_WORDS) },
	[WORD_TEMPERROR] = { "temperror", IN(RESULT_WORDS) | IN(DNS_WORDS) },
	[WORD_PERMERROR] = { "permerror", IN(RESULT_WORDS) },
	[WORD_QUARANTINE] = { "quarantine", IN(DISPOSITION_WORDS) },
	[WORD_REJECT] = { "reject", IN(DISPOSITION_WORDS) },
	[WORD_MISSING] = { "missing", IN(TAG_WORDS) | IN(DNS_WORDS) },
	[WORD_VALID] = { "valid", IN(TAG_WORDS) },
	[WORD_EXPIRED] = { "expired", IN(TAG_WORDS) },
	[WORD_FORGED] = { "forged", IN(TAG_WORDS) },
	[WORD_FQDN] = { "fqdn", IN(HELO_WORDS) },
	[WORD_UNQUALIFIED] = { "unqualified", IN(HELO_WORDS) },
	[WORD_LITERAL] = { "literal", IN(HELO_WORDS) },
	[WORD_ADDRESS] = { "address", IN(HELO_WORDS) },
	[WORD_INVALID] = { "invalid", IN(HELO_WORDS) },
	[WORD_FOUND] = { "found", IN(DNS_WORDS) },
	[WORD_NULL_MX] = { "null_mx", IN(DNS_WORDS) },
	[WORD_NEW] = { "new", IN(GREYLIST_WORDS) | IN(REASON_WORDS) },
	[WORD_PASSED] = { "passed", IN(GREYLIST_WORDS) | IN(REASON_WORDS) },
	[WORD_KNOWN] = { "known", IN(GREYLIST_WORDS) | IN(REASON_WORDS) },
	[WORD_EARLY] = { "early", IN(REASON_WORDS) },
	[WORD_AUTO] = { "auto", IN(REASON_WORDS) },
};

struct ip
fact_ip(const struct fact *fact)
{
	struct ip ip = { .family = fact->ip_family };

	memcpy(ip.bytes, fact->ip_octets, sizeof(ip.bytes));
	return ip;
}

struct str
fact_ip_text(const struct fact *fact, char out[IP_TEXT_MAX])
{
	struct ip ip = fact_ip(fact);

	return ip_format(&ip, out);
}

struct fact
fact_of_ip(const struct ip *ip)
{
	struct fact fact = { .state = FACT_SET, .ip_family = ip->family };

	memcpy(fact.ip_octets, ip->bytes, sizeof(fact.ip_octets));
	return fact;
}

bool
fact_find(struct str name, enum fact_id *id_out)
{
	for (int i = 0; i < FACT_COUNT; i++)
		if (str_eqz(name, fact_table[i].name)) {
			*id_out = (enum fact_id)i;
			return true;
		}
	return false;
}

const char *
fact_type_name(enum fact_type type)
{
	return type_names[type];
}

const char *
stage_name(enum stage stage)
{
	return stage_names[stage];
}

bool
stage_find(struct str name, enum stage *stage_out)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		if (str_eqz(name, stage_names[i])) {
			*stage_out = (enum stage)i;
			return true;
		}
	return false;
}

const char *
word_name(enum word word)
{
	return words[word].name;
}

bool
word_in_set(enum word_set set, enum word word)
{
	return (words[word].sets & IN(set)) != 0;
}

bool
word_find(enum word_set set, struct str name, enum word *word_out)
{
	for (int i = 0; i < WORD_COUNT; i++)
		if (word_in_set(set, (enum word)i) &&
		    str_eqz(name, words[i].name)) {
			*word_out = (enum word)i;
			return true;
		}
	return false;
}

const struct fact fact_placeless[FACT_PLACES] = {
	[FACT_PLACE_PENDING] = { .state = FACT_PENDING },
	[FACT_PLACE_NONE] = { .state = FACT_NONE },
};

/* One more than facts: see facts_unknown_rest(). */
_Static_assert(FACT_PLACES + FACT_COUNT + 1 <= UINT8_MAX,
    "places are octets");
_Static_assert(FACT_COUNT + 1 <= FACTS_MAX, "all facts have a place");

/* ---- places: those that were freed first, then new ones ---- */

static struct fact *
at_place(struct fact_set *set, unsigned place)
{
	unsigned at = place - FACT_PLACES, chunk;

	if (at < FACTS_INLINE)
		return &set->first[at];
	at -= FACTS_INLINE;
	chunk = facts_chunk_of(at);
	return &set->more[chunk][at - facts_chunk_begin(chunk)];
}

static struct fact *
chunk_new(struct arena *arena, unsigned chunk)
{
	ensure(arena != NULL);
	return arena_alloc(arena, (FACTS_CHUNK << chunk) *
	    sizeof(struct fact));
}

static unsigned
take_place(struct fact_set *set)
{
	unsigned place = set->free, at = set->used, chunk;

	if (place != 0) {
		set->free = (uint8_t)at_place(set, place)->list.count;
		return place;
	}
	set->used++;
	if (at >= FACTS_INLINE) {
		chunk = facts_chunk_of(at - FACTS_INLINE);
		if (at - FACTS_INLINE == facts_chunk_begin(chunk))
			set->more[chunk] = chunk_new(set->arena, chunk);
	}
	return at + FACT_PLACES;
}

static bool
has_own_place(const struct fact_set *set, enum fact_id id)
{
	return set->place[id] >= FACT_PLACES;
}

static void
set_place(struct fact_set *set, enum fact_id id, unsigned place)
{
	if (has_own_place(set, id)) {
		at_place(set, set->place[id])->list.count = set->free;
		set->free = set->place[id];
	}
	set->place[id] = (uint8_t)place;
	set->version++;
}

/* Where this fact alone is. */
static struct fact *
own_place(struct fact_set *set, enum fact_id id)
{
	if (!has_own_place(set, id))
		set_place(set, id, take_place(set));
	else
		set->version++;
	return at_place(set, set->place[id]);
}

/* ---- the set as a whole ---- */

void
facts_reset(struct fact_set *set, enum stage from)
{
	if (from == STAGE_CONNECT) {
		*set = (struct fact_set){ .arena = set->arena,
		    .version = set->version + 1 };
		return;
	}
	for (int i = 0; i < FACT_COUNT; i++)
		if (set->place[i] != FACT_PLACE_PENDING &&
		    fact_table[i].stage >= from)
			set_place(set, (enum fact_id)i, FACT_PLACE_PENDING);
	set->version++;
}

void
facts_clear(struct fact_set *set, enum fact_id id)
{
	set_place(set, id, FACT_PLACE_PENDING);
}

void
facts_share(struct arena *arena, const struct fact_set *from,
    struct fact_set *to)
{
	*to = *from;
	to->arena = arena;
	memset(to->more, 0, sizeof(to->more));
	for (unsigned i = 0; i < FACTS_CHUNKS && from->more[i] != NULL; i++) {
		to->more[i] = chunk_new(arena, i);
		memcpy(to->more[i], from->more[i],
		    (FACTS_CHUNK << i) * sizeof(struct fact));
	}
}

static void
copy_list(struct arena *arena, struct fact *fact)
{
	struct str *at = arena_alloc(arena, fact->list.count * sizeof(*at));

	for (size_t i = 0; i < fact->list.count; i++)
		at[i] = arena_copy(arena, fact->list.at[i]);
	fact->list.at = at;
}

static bool
is_text(enum fact_type type)
{
	return type == FACT_STRING || type == FACT_DOMAIN ||
	    type == FACT_ADDRESS;
}

void
facts_copy(struct arena *arena, const struct fact_set *from,
    struct fact_set *to)
{
	facts_share(arena, from, to);
	for (int i = 0; i < FACT_COUNT; i++) {
		enum fact_type type = fact_table[i].type;
		struct fact *fact;

		if (!has_own_place(to, (enum fact_id)i))
			continue;
		fact = at_place(to, to->place[i]);
		if (fact->state == FACT_UNKNOWN ||
		    (fact->state == FACT_SET && is_text(type)))
			fact->text = arena_copy(arena, fact->text);
		else if (fact->state == FACT_SET && type == FACT_LIST)
			copy_list(arena, fact);
	}
	if (to->rest != 0) {
		struct fact *fact = at_place(to, to->rest);

		fact->text = arena_copy(arena, fact->text);
	}
}

void
facts_unknown_rest(struct fact_set *set, struct str reason)
{
	ensure(set->rest == 0);
	set->rest = (uint8_t)take_place(set);
	*at_place(set, set->rest) = (struct fact){ .state = FACT_UNKNOWN,
	    .text = reason };
	set->version++;
}

/* ---- one fact ---- */

void
facts_put(struct fact_set *set, enum fact_id id, const struct fact *fact)
{
	if (fact->state == FACT_PENDING)
		set_place(set, id, FACT_PLACE_PENDING);
	else if (fact->state == FACT_NONE)
		set_place(set, id, FACT_PLACE_NONE);
	else
		*own_place(set, id) = *fact;
}

void
facts_hide(struct fact_set *set, enum fact_id id)
{
	if (facts_get(set, id)->state != FACT_SET)
		return;
	ensure(has_own_place(set, id));
	at_place(set, set->place[id])->hidden = true;
	set->version++;
}

static struct fact *
write_once(struct fact_set *set, enum fact_id id, enum fact_state state)
{
	struct fact *fact;

	ensure(set->place[id] == FACT_PLACE_PENDING || fact_is_running(id));
	fact = own_place(set, id);
	*fact = (struct fact){ .state = state };
	return fact;
}

void
facts_none(struct fact_set *set, enum fact_id id)
{
	ensure(set->place[id] == FACT_PLACE_PENDING || fact_is_running(id));
	set_place(set, id, FACT_PLACE_NONE);
}

void
facts_unknown(struct fact_set *set, enum fact_id id, struct str reason)
{
	write_once(set, id, FACT_UNKNOWN)->text = reason;
}

void
facts_text(struct fact_set *set, enum fact_id id, struct str text)
{
	enum fact_type type = fact_table[id].type;

	ensure(is_text(type));
	write_once(set, id, FACT_SET)->text = text;
}

void
facts_text_or_none(struct fact_set *set, enum fact_id id, struct str text)
{
	if (text.len > 0)
		facts_text(set, id, text);
	else
		facts_none(set, id);
}

void
facts_ip(struct fact_set *set, enum fact_id id, const struct ip *ip)
{
	ensure(fact_table[id].type == FACT_IP);
	*write_once(set, id, FACT_SET) = fact_of_ip(ip);
}

void
facts_number(struct fact_set *set, enum fact_id id, double number)
{
	ensure(fact_table[id].type == FACT_NUMBER ||
	    fact_table[id].type == FACT_SIZE ||
	    fact_table[id].type == FACT_DURATION);
	write_once(set, id, FACT_SET)->number = number;
}

void
facts_bool(struct fact_set *set, enum fact_id id, bool truth)
{
	ensure(fact_table[id].type == FACT_BOOL);
	write_once(set, id, FACT_SET)->truth = truth;
}

void
facts_word(struct fact_set *set, enum fact_id id, enum word word)
{
	ensure(fact_table[id].type == FACT_WORD &&
	    word_in_set(fact_table[id].words, word));
	write_once(set, id, FACT_SET)->word = word;
}

void
facts_list(struct fact_set *set, enum fact_id id, const struct str *at,
    size_t count)
{
	struct fact *fact;

	ensure(fact_table[id].type == FACT_LIST);
	fact = write_once(set, id, FACT_SET);
	fact->list.at = at;
	fact->list.count = count;
}
