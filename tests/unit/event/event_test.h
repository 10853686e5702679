/* The test cases of the event room, one function a file. */
#ifndef ASSAY_TESTS_EVENT_TEST_H
#define ASSAY_TESTS_EVENT_TEST_H

#include "base/arena.h"
#include "tests/support/check.h"

TCase *json_cases(void);
TCase *override_cases(void);
TCase *writer_cases(void);
TCase *read_cases(void);
TCase *when_cases(void);
TCase *feed_cases(void);
TCase *mask_cases(void);
TCase *gzip_cases(void);

struct str gzip_pack(struct arena *arena, struct str text);

#endif
