/*
 * page_test - what the tests of pages share: a page in memory
 */
#ifndef ASSAY_TESTS_PAGE_TEST_H
#define ASSAY_TESTS_PAGE_TEST_H

#include "page/plot.h"
#include "page/table.h"
#include "tests/support/check.h"

extern struct page page;

void page_set_up(void);		/* a page for a browser, without its frame */
void page_tear_down(void);
/* What has been printed since the set-up. */
const char *printed(void);
bool has(const char *part);

TCase *table_cases(void);
TCase *plot_cases(void);
TCase *number_cases(void);

#endif
