/*
 * reputation - how mail of those who prove who they are has turned out so far
 *
 * An identity is a domain that signed (DKIM), a domain whose host SPF proves,
 * or a client's network.  The store holds for each what was spam and what was
 * ham (STORE_STANDING), halved every half-life.  What is not proven has no
 * standing, neither good nor bad: a forger could earn the one and cause the
 * other.
 *
 * Each message is counted once.  What was made of it is remembered by its
 * Message-ID for some 30 days, so that who reports it later corrects the
 * verdict in the place of adding to it.
 *
 * Threads:	any; nothing is shared.
 */
#ifndef ASSAY_REPUTATION_REPUTATION_H
#define ASSAY_REPUTATION_REPUTATION_H

#include "facts/facts.h"
#include "store/store.h"

enum identity_kind {
	IDENTITY_DKIM, IDENTITY_SPF, IDENTITY_NET, IDENTITY_KINDS
};

struct identity {
	enum identity_kind	kind;
	struct str		name;	/* "example.com", "192.0.2.0/24" */
};

enum { IDENTITIES_MAX = 12 };

struct identities {
	struct identity	at[IDENTITIES_MAX];
	size_t		count;
};

const char *identity_kind_name(enum identity_kind kind);   /* "dkim" */

/*
 * Those that a message has proved, each once: dkim.domains without those
 * whose signature leaves out some of the body, spf.domain where spf is pass
 * and not by +all, and client.net.
 */
void identities_of(struct arena *arena, const struct fact_set *facts,
    struct identities *identities_out);
/* The same of SPF alone; false: it proves nothing. */
bool identity_of_spf(struct arena *arena, const struct fact_set *facts,
    struct identity *identity_out);
/* Unless it is there, or there are too many. */
void identities_add(struct arena *arena, struct identities *identities,
    enum identity_kind kind, struct str name);

/* Add to one's standing; both 0 only look. */
struct store_op identity_op(struct arena *arena, const struct identity *who,
    uint64_t half_life_ms, int64_t now_ms, double spam, double ham);

/*
 * What was made of one message: the standing of its Message-ID.  Empty ids
 * have none: key.len is 0.
 */
struct store_op verdict_op(struct arena *arena, struct str message_id,
    int64_t now_ms, double spam, double ham);
/*
 * The same, of who corrects it: what was made of it before is the answer, and
 * it is spam, or ham, from then on.  Of several at once one is told that it
 * was not so before.
 */
struct store_op verdict_exchange_op(struct arena *arena,
    struct str message_id, int64_t now_ms, bool spam);
/* How much of a message that was counted as 1 is left in its identities, by
 * what is left of its own standing; 0: it was not counted. */
double verdict_left(double standing, uint64_t half_life_ms);

/* From -1 (spam) to 1 (ham), 0 where nothing is known; and from 0 to 1, half
 * after ten messages. */
double reputation_of(double spam, double ham);
double reputation_confidence(double spam, double ham);

#endif
