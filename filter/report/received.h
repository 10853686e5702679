/*
 * received - what others report of mail that claims to be ours
 *
 * Aggregate reports (RFC 9990, RFC 7489) summed up by the domain whose policy
 * they speak of: who sends under it, what passes DMARC, and what "p=reject"
 * would cost.  A sender is whom a message authenticates as: the domain of a
 * signature that passed, else of an SPF pass; else nobody.  A sender that
 * authenticates as another domain and fails DMARC may be honest (a service
 * that is not set up for us, a forwarder); nobody mostly is not.
 *
 * A report that comes twice (same sender of reports, id and domain) counts
 * once.
 *
 * Ownership:	texts live in the struct's arena until received_free().
 * Threads:	one at a time.
 */
#ifndef ASSAY_REPORT_RECEIVED_H
#define ASSAY_REPORT_RECEIVED_H

#include <stdio.h>

#include "feedback/aggregate.h"

/* Messages, of a domain, a sender or an address. */
struct received_counts {
	uint64_t	messages, pass;		/* DMARC */
	uint64_t	dkim, spf;		/* passed and aligned */
	uint64_t	actions[AGGREGATE_ACTIONS];
	uint64_t	cost;		/* fail, and are delivered today */
};

struct received_sender {
	struct str		name;		/* a domain; empty: nobody */
	struct received_counts	counts;
	uint64_t		addresses;
};

struct received_address {
	struct ip		ip;
	struct str		name;		/* as of a sender */
	struct received_counts	counts;
};

struct received_domain {
	struct str		domain;
	struct str		p, sp, np, testing;	/* of the newest */
	uint64_t		reports, reporters;
	int64_t			begin, end;	/* Unix time */
	struct received_counts	counts;
	uint64_t		cost_of_others;	/* of the cost: by senders that
						 * authenticate as another */
	VEC(struct received_sender) senders;	/* most messages first */
	VEC(struct received_address) addresses;	/* most failures first */
};

struct received;

struct received *received_new(void);
void received_free(struct received *received);	/* NULL is allowed */

/*
 * A report begins, has records and ends; one that does not end is broken,
 * counts for nothing, and may come again whole.  False: it has been counted
 * before.
 */
bool received_begin(struct received *received,
    const struct aggregate_meta *meta);
void received_record(struct received *received,
    const struct aggregate_record *record);
void received_end(struct received *received,
    const struct aggregate_meta *meta);

/* Sorted: most messages first.  Nothing may be added after this. */
const struct received_domain *received_domains(struct received *received,
    size_t *count_out);
/* Records past a limit. */
uint64_t received_left_out(const struct received *received);

/* top: rows of each table. */
void received_print(FILE *out, struct received *received, size_t top);
void received_print_json(FILE *out, struct received *received);
void received_print_html(FILE *out, struct received *received, size_t top);

#endif
