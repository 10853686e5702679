/*
 * facts - what is known of a message: typed, each written once
 *
 * A fact is pending until somebody sets it: to a value, to "none" (there is
 * nothing of the kind: no such field, no login), or to "unknown" with the
 * reason (it could not be had).  A policy sees nothing but this set.
 *
 * Most facts of a message are pending or none, and every connection has a set:
 * such a fact takes an octet, only the others a place for what they are.
 *
 * Ownership:	values are not copied; their bytes live as long as the scope
 *		(connection, HELO, message) that the fact belongs to.  The
 *		places past the first FACTS_INLINE are in the set's arena.
 * Threads:	the connection's strand.
 */
#ifndef ASSAY_FACTS_FACTS_H
#define ASSAY_FACTS_FACTS_H

#include "base/arena.h"
#include "base/ip.h"

enum stage {
	STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_MESSAGE,
	STAGE_COUNT
};

enum fact_type {
	FACT_IP, FACT_STRING, FACT_DOMAIN, FACT_ADDRESS, FACT_NUMBER,
	FACT_SIZE, FACT_DURATION, FACT_BOOL, FACT_WORD, FACT_LIST
};

enum fact_state { FACT_PENDING, FACT_NONE, FACT_UNKNOWN, FACT_SET };

enum fact_id {
#define FACT(id, name, type, stage, words, doc) FACT_ID_##id,
#include "facts/facts.def"
#undef FACT
	FACT_COUNT
};

/* The results of RFC 8601 section 2.7, the dispositions of RFC 9989, and what
 * the tag of a bounce address is worth (bounce/prvs.h). */
enum word {
	WORD_NONE, WORD_PASS, WORD_FAIL, WORD_SOFTFAIL, WORD_NEUTRAL,
	WORD_POLICY, WORD_TEMPERROR, WORD_PERMERROR,
	WORD_QUARANTINE, WORD_REJECT,
	WORD_MISSING, WORD_VALID, WORD_EXPIRED, WORD_FORGED,
	WORD_FQDN, WORD_UNQUALIFIED, WORD_LITERAL, WORD_ADDRESS, WORD_INVALID,
	WORD_FOUND, WORD_NULL_MX,
	WORD_NEW, WORD_PASSED, WORD_KNOWN, WORD_EARLY, WORD_AUTO,
	WORD_COUNT
};

enum word_set {
	NO_WORDS, RESULT_WORDS, DISPOSITION_WORDS, TAG_WORDS, GREYLIST_WORDS,
	HELO_WORDS, DNS_WORDS,
	REASON_WORDS,			/* of greylist.reason */
	OF_DOMAINS, OF_ADDRESSES	/* what a list holds; else texts */
};

struct fact_info {
	const char	*name, *doc;
	enum fact_type	 type;
	enum stage	 stage;
	enum word_set	 words;
};

/* There are many in every connection: 24 octets, so an address is in parts. */
struct fact {
	enum fact_state	 state;
	enum ip_family	 ip_family : 8;
	bool		 hidden : 1;	/* another text stands for it: equal
					 * ones are equal, no more is known */
	union {
		struct str	text;	/* STRING DOMAIN ADDRESS; the reason
					 * where the state is FACT_UNKNOWN */
		uint8_t		ip_octets[16];	/* see fact_ip() */
		double		number;	/* NUMBER SIZE (octets)
					 * DURATION (seconds) */
		bool		truth;
		enum word	word;
		struct {
			const struct str	*at;
			size_t			 count;
		} list;
	};
};

/* Each chunk has twice the places of the one before. */
enum {
	FACTS_INLINE = 24, FACTS_CHUNK = 8, FACTS_CHUNKS = 4,
	FACTS_MAX = FACTS_INLINE + FACTS_CHUNK * ((1 << FACTS_CHUNKS) - 1)
};

/*
 * Zeroed is empty.  One with more than FACTS_INLINE facts that are neither
 * pending nor none needs an arena, which lives as long; it is not copied by
 * assignment, but by facts_share() or facts_copy().
 */
struct fact_set {
	struct arena	*arena;
	uint64_t	 version;	/* changes with every write */
	/* The rest is of facts.c and facts_get() alone: */
	struct fact	*more[FACTS_CHUNKS];
	uint8_t		 used, free;
	uint8_t		 rest;		/* place of what is pending, or 0 */
	uint8_t		 place[FACT_COUNT];
	struct fact	 first[FACTS_INLINE];
};

extern const struct fact_info fact_table[FACT_COUNT];

/* Of an IP that is set; and such a fact. */
struct ip fact_ip(const struct fact *fact);
struct str fact_ip_text(const struct fact *fact, char out[IP_TEXT_MAX]);
struct fact fact_of_ip(const struct ip *ip);

bool fact_find(struct str name, enum fact_id *id_out);
const char *fact_type_name(enum fact_type type);
const char *stage_name(enum stage stage);
bool stage_find(struct str name, enum stage *stage_out);
const char *word_name(enum word word);
/* A word of the set by its name. */
bool word_find(enum word_set set, struct str name, enum word *word_out);
bool word_in_set(enum word_set set, enum word word);

/* What the rules of a policy make: it may be written again and again. */
static inline bool
fact_is_running(enum fact_id id)
{
	return id >= FACT_ID_SCORE && id <= FACT_ID_SCORE_STARS;
}

/* All facts of this stage and later ones are pending again. */
void facts_reset(struct fact_set *set, enum stage from);

/* One fact is pending again: for each recipient. */
void facts_clear(struct fact_set *set, enum fact_id id);

/* The same facts, to be changed apart; their bytes are shared.  What was in
 * to is forgotten, its arena is to be this one. */
void facts_share(struct arena *arena, const struct fact_set *from,
    struct fact_set *to);

/* The same with copies of their bytes: to outlive their scopes. */
void facts_copy(struct arena *arena, const struct fact_set *from,
    struct fact_set *to);

/* What place[] says of a fact; from FACT_PLACES on where its value is. */
enum { FACT_PLACE_PENDING, FACT_PLACE_NONE, FACT_PLACES };

extern const struct fact fact_placeless[FACT_PLACES];

/* Of places past FACTS_INLINE, counted from there. */
static inline unsigned
facts_chunk_of(unsigned at)
{
	return 31 - (unsigned)__builtin_clz(at / FACTS_CHUNK + 1);
}

static inline unsigned
facts_chunk_begin(unsigned chunk)
{
	return FACTS_CHUNK * ((1u << chunk) - 1);
}

/* Valid until this fact is written or cleared. */
static inline const struct fact *
facts_get(const struct fact_set *set, enum fact_id id)
{
	unsigned at = set->place[id], chunk;

	if (at == FACT_PLACE_PENDING)
		at = set->rest;
	if (at < FACT_PLACES)
		return &fact_placeless[at];
	at -= FACT_PLACES;
	if (at < FACTS_INLINE)
		return &set->first[at];
	at -= FACTS_INLINE;
	chunk = facts_chunk_of(at);
	return &set->more[chunk][at - facts_chunk_begin(chunk)];
}

/* Not pending. */
static inline bool
facts_known(const struct fact_set *set, enum fact_id id)
{
	return (set->place[id] | set->rest) != FACT_PLACE_PENDING;
}

/* Each may be called once for a fact between resets, unless it is running. */
void facts_none(struct fact_set *set, enum fact_id id);
void facts_unknown(struct fact_set *set, enum fact_id id, struct str reason);
void facts_text(struct fact_set *set, enum fact_id id, struct str text);
void facts_ip(struct fact_set *set, enum fact_id id, const struct ip *ip);
void facts_number(struct fact_set *set, enum fact_id id, double number);
void facts_bool(struct fact_set *set, enum fact_id id, bool truth);
void facts_word(struct fact_set *set, enum fact_id id, enum word word);
void facts_list(struct fact_set *set, enum fact_id id, const struct str *at,
    size_t count);

/* Whatever it was, it is this now: what a test or an event says of it. */
void facts_put(struct fact_set *set, enum fact_id id,
    const struct fact *fact);
/* Another text stands for this one, if it is set (see struct fact). */
void facts_hide(struct fact_set *set, enum fact_id id);
/* What is pending, now and later, is unknown for this reason; until it is
 * written, or all is reset. */
void facts_unknown_rest(struct fact_set *set, struct str reason);

/* text if it has bytes, else none. */
void facts_text_or_none(struct fact_set *set, enum fact_id id,
    struct str text);

#endif
