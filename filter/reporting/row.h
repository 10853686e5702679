/*
 * row - what an aggregate report tells of one message (RFC 9990 section 3.1.1)
 *
 * Equal rows are counted together.  Beside what makes them equal, the RFC's
 * "(IP, result, authentication identifiers)", stand words for people: why a
 * result is what it is, and the comment of an override.  A report gives those
 * on which all messages of the row agree.
 *
 * Rows travel as items of a rollup (rollup.h) whose keys begin with the policy
 * domain.  Beside the rows of a domain stand its policy records and what is
 * wrong with them; the records and the notes come before the rows.
 *
 * Hostile:	every text of an event; those of an item are UTF-8 that XML
 *		can have, LIMIT_REPORT_TEXT_OCTETS at most, no controls.
 * Ownership:	the arena's, and the event's or item's.
 */
#ifndef ASSAY_REPORTING_ROW_H
#define ASSAY_REPORTING_ROW_H

#include "base/vec.h"
#include "event/read.h"
#include "reporting/rollup.h"

struct row_reason {			/* why the policy was overridden */
	struct str	type, comment;
};

struct row_signature {
	struct str	domain, selector, result;
	struct str	human;		/* why; empty: nothing to say */
};

struct row {
	struct str	source_ip, header_from;
	bool		has_envelope_from;
	struct str	envelope_from;	/* empty: a null reverse-path */
	struct str	envelope_to;	/* empty: several domains, or hidden */
	struct str	disposition;	/* none pass quarantine reject */
	bool		dkim, spf;	/* passed and aligned */
	VEC(struct row_reason) reasons;
	struct str	spf_domain;	/* empty: nothing was checked */
	struct str	spf_result, spf_human;
	/* At most LIMIT_REPORT_SIGNATURES, in the order of section 3.1.3. */
	VEC(struct row_signature) signatures;
};

/* Why a message is in no report. */
enum row_fate {
	ROW_TAKEN,
	ROW_NO_POLICY,			/* of its author domain */
	ROW_OLD_EVENT,			/* made before events had the record */
	ROW_OURS,			/* sent, not received */
	ROW_PUT_OFF,			/* tempfail: it comes again */
	ROW_REPORT,			/* about a report, or its bounce */
	ROW_UNUSABLE,			/* no address, or no domain name */
	ROW_FATES
};

const char *row_fate_name(enum row_fate fate);

/* The facts that an event must be read with: [FACT_COUNT]. */
const bool *row_facts(void);

struct row_items {
	struct str	 domain;	/* whose policy it is, lower case */
	VEC(struct rollup_item) items;
};

/* report_from: our own, whose bounces are left out; or empty. */
enum row_fate row_of_event(const struct event_record *record,
    struct str report_from, struct arena *arena, struct row_items *items_out);

enum row_kind { ROW_NOTE = 'n', ROW_POLICY = 'p', ROW_RECORD = 'r' };

/* What an item is: false: none of ours. */
bool row_split(const struct rollup_item *item, struct str *domain_out,
    enum row_kind *kind_out, struct str *rest_out);
/* A note is its rest; a policy record too, with the time of the last message
 * that met it in the detail. */
int64_t row_policy_time(const struct rollup_item *item);
bool row_read(const struct rollup_item *item, struct str rest,
    struct arena *arena, struct row *row_out);

/* For rollup_new(). */
struct str row_merge(struct arena *arena, struct str a, struct str b);

#endif
