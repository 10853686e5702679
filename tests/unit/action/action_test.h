/* The test cases of the action room, one function a file. */
#ifndef ASSAY_TESTS_ACTION_TEST_H
#define ASSAY_TESTS_ACTION_TEST_H

#include "tests/support/check.h"

TCase *stamp_cases(void);
TCase *edit_cases(void);
TCase *tags_cases(void);
TCase *reply_cases(void);

#endif
