/*
 * suppression - addresses whose mail came back get no reports for a time
 *
 * A report to ADDRESS leaves with an envelope sender of its own: report_from
 * with a tag behind the recipient delimiter, the keyed hash of ADDRESS.  What
 * comes back to that sender tells by the tag alone for whom it was; nobody can
 * make up a tag, and who got one can only stop the reports to itself.
 *
 * The store knows what came back by tag.  Who has LIMIT_REPORT_BOUNCES of
 * them within LIMIT_REPORT_BOUNCE_DAYS is left out until they are older.
 *
 * Hostile:	addresses, tags.
 */
#ifndef ASSAY_REPORTING_SUPPRESSION_H
#define ASSAY_REPORTING_SUPPRESSION_H

#include "base/arena.h"
#include "base/keyed.h"
#include "store/store.h"

/* What reports are tagged with; without a key there are no tags. */
struct suppression {
	struct str	from;		/* report_from */
	char		delimiter;	/* '\0': no tags */
	struct str	key;
};

/* No case counts in the address. */
struct str suppression_tag(const struct suppression *suppression,
    struct arena *arena, struct str address);

/* The envelope sender of a report to this address; without tags, from. */
struct str suppression_sender(const struct suppression *suppression,
    struct arena *arena, struct str address);

/* The tag of a recipient that is one of those senders; empty: it is none.
 * Whether it is a tag of ours the store alone could tell; nobody need know. */
struct str suppression_tag_of(const struct suppression *suppression,
    struct str recipient);

/* One more came back; how many did then, a look says. */
struct store_op suppression_note(struct arena *arena, struct str tag,
    int64_t now_ms);
/* The answer is for what stands below. */
struct store_op suppression_look(struct arena *arena, struct str tag,
    int64_t now_ms);
/* Within LIMIT_REPORT_BOUNCE_DAYS; 0 where the store does not know. */
unsigned suppression_bounces(const struct store_answer *answer);
/* An unknown count leaves nobody out. */
bool suppression_is_on(const struct store_answer *answer);

#endif
