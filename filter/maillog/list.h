/*
 * list - outcomes, a line each, for a person or as JSON
 *
 * What strangers wrote is made safe for a terminal.
 */
#ifndef ASSAY_MAILLOG_LIST_H
#define ASSAY_MAILLOG_LIST_H

#include <stdio.h>

#include "maillog/outcome.h"

enum outcome_shape {
	OUTCOME_PLAIN,		/* fields with one tab between them */
	OUTCOME_COLUMNS,	/* for a terminal */
	OUTCOME_JSON		/* an object */
};

/* What stands above the columns. */
void outcome_list_head(FILE *out);
void outcome_list(FILE *out, const struct outcome *outcome,
    enum outcome_shape shape);

#endif
