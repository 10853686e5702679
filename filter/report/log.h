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
	bool		has_client;
	struct ipnet	client;
};

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
