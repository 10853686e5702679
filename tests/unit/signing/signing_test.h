/* signing_test - the parts of the suite, and files for their tables */
#ifndef ASSAY_TESTS_SIGNING_TEST_H
#define ASSAY_TESTS_SIGNING_TEST_H

#include "tests/support/check.h"

void add_table_tests(TCase *tc);
void add_opendkim_tests(TCase *tc);
void add_keydir_tests(TCase *tc);
void add_job_tests(TCase *tc);

/* A directory of this test; files_path() is valid until the next call. */
void files_begin(void);
void files_end(void);
const char *files_path(const char *name);
const char *files_write(const char *name, const char *text, unsigned mode);

#endif
