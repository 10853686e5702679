/*
 * log - a list of messages, a line each
 *
 * Rows come from a store, or from events (event/row.h).  What strangers wrote
 * is made safe for a terminal.
 */
#ifndef ASSAY_REPORT_LOG_H
#define ASSAY_REPORT_LOG_H

#include <stdio.h>

#include "event/row.h"

/*
 * A fact, as "spf=fail", "spf!=pass" (which is true of what is not known, too),
 * "score>=5", "score<5"; "tls.version": it has a value, and is not false;
 * "tls.version!": it is not so.  Of a list, a member.
 */
enum log_op {
	LOG_IS, LOG_IS_NOT, LOG_AT_LEAST, LOG_BELOW, LOG_THERE, LOG_NOT_THERE
};

struct log_test {
	enum fact_id	id;
	enum log_op	op;
	struct str	value;
	double		number;		/* of what has one */
};

enum { LOG_TESTS_MAX = 8 };

/* What is empty, or not there, is not asked for; without regard to case. */
struct log_filter {
	/*
	 * An address, or a domain, with a dot before it also what is below
	 * it: of the envelope sender, or of the author; of a recipient.
	 * Two of each: one may be the same as an event has it that hides it.
	 */
	struct str	from[2], to[2];
	struct str	verdict;	/* "reject" */
	struct str	queue_id;
	struct str	rule;		/* "FILE:LINE" or "FILE", of which the
					 * directory can be left out */
	struct str	host, kind;	/* "mx1", "-": none; "message" */
	bool		has_client;
	struct ipnet	client;
	/* What a row does not have: log_matches_event(). */
	struct str	fired;		/* a rule, as above */
	struct log_test	tests[LOG_TESTS_MAX];	/* all of them */
	size_t		test_count;
};

/* False: the text is no such test. */
bool log_test_read(struct str text, struct log_test *test_out);

/* Can events be told from their rows alone?  If not, parts and facts
 * ([FACT_COUNT]) have what is needed added. */
bool log_needs_event(const struct log_filter *filter, unsigned *parts,
    bool *facts);
bool log_matches_event(const struct log_filter *filter,
    const struct event_record *record);
/* "FILE:LINE" or "FILE", of which the directory can be left out. */
bool log_rule_matches(struct str wanted, struct str rule);

bool log_matches(const struct log_filter *filter,
    const struct history_row *row);

enum log_shape {
	LOG_PLAIN,		/* fields with one tab between them */
	LOG_COLUMNS		/* for a terminal */
};

/* What stands above the columns. */
void log_print_head(FILE *out);
void log_print(FILE *out, const struct history_row *row,
    enum log_shape shape);

#endif
