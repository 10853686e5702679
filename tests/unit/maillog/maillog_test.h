/*
 * maillog_test - the suites of the room, and entries as words
 */
#ifndef ASSAY_TESTS_MAILLOG_TEST_H
#define ASSAY_TESTS_MAILLOG_TEST_H

#include "maillog/entry.h"
#include "tests/support/check.h"

TCase *line_cases(void);
TCase *reason_cases(void);
TCase *postfix_cases(void);
TCase *sendmail_cases(void);
TCase *join_cases(void);
TCase *outcomes_cases(void);
TCase *question_cases(void);

/* "queued 4XQ from=<ann@example.com> size=3 rcpts=1": what the entry has, in
 * the order of its members.  Valid until the next call. */
const char *entry_words(const struct maillog_entry *entry);

#endif
