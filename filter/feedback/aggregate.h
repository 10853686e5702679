/*
 * aggregate - DMARC aggregate reports as others send them
 *
 * RFC 9990 (section 3.1.1) and, before it, RFC 7489 (appendix C): the same
 * elements in the main, whatever their namespace.  Elements of other
 * namespaces are extensions, and passed over with all that is in them.
 *
 * Hostile:	every octet.  A document type declaration, and so every entity
 *		beyond those of XML itself, is refused; nesting, the length of
 *		a text and the number of records are bounded.
 * Ownership:	what a handler is given lives until it returns, a report's
 *		metadata until the reader is freed.
 * Threads:	a reader is one thread's at a time.
 */
#ifndef ASSAY_FEEDBACK_AGGREGATE_H
#define ASSAY_FEEDBACK_AGGREGATE_H

#include "base/ip.h"
#include "base/vec.h"

enum aggregate_action {		/* what was done; "pass" is none */
	AGGREGATE_NONE, AGGREGATE_QUARANTINE, AGGREGATE_REJECT,
	AGGREGATE_ACTIONS
};

const char *aggregate_action_name(enum aggregate_action action);

/* Texts are trimmed and may be empty; any bytes but those that XML forbids. */
struct aggregate_meta {
	struct str	version, org_name, email, report_id, error, generator;
	struct str	domain, p, sp, np, adkim, aspf, fo, testing,
			discovery_method;
	struct str	begin_text, end_text;
	int64_t		begin, end;	/* Unix time */
};

struct aggregate_auth {		/* one of auth_results */
	struct str	domain, selector, scope, result;
};

struct aggregate_reason {
	struct str	type, comment;
};

struct aggregate_record {
	struct str	source_ip, count_text, disposition, dkim_text, spf_text;
	struct str	header_from, envelope_from, envelope_to;
	struct ip	ip;
	uint64_t	count;
	enum aggregate_action action;
	bool		dkim, spf;	/* passed and aligned */
	VEC(struct aggregate_auth) dkim_results, spf_results;
	VEC(struct aggregate_reason) reasons;
};

struct aggregate_handler {
	/* Before the first record.  False: the rest is not wanted. */
	bool	(*report)(void *ctx, const struct aggregate_meta *meta);
	void	(*record)(void *ctx, const struct aggregate_meta *meta,
		    const struct aggregate_record *record);
	/* All of it could be read.  Until then nothing is certain. */
	void	(*end)(void *ctx, const struct aggregate_meta *meta);
};

struct aggregate_reader;

struct aggregate_reader *aggregate_reader_new(
    const struct aggregate_handler *handler, void *ctx);
void aggregate_reader_free(struct aggregate_reader *reader);

/* In pieces of any size.  False: what was read cannot be believed, or the rest
 * is not wanted; no more is read then. */
bool aggregate_reader_feed(struct aggregate_reader *reader, struct str piece);
/* That was all.  False: it was cut, or no report. */
bool aggregate_reader_end(struct aggregate_reader *reader);

/* Why it said false; NULL where the handler did not want more. */
const char *aggregate_reader_why(const struct aggregate_reader *reader);

#endif
