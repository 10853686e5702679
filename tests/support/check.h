/*
 * check - what all unit tests share: libcheck, and comparisons of struct str
 */
#ifndef ASSAY_TESTS_CHECK_H
#define ASSAY_TESTS_CHECK_H

#include <check.h>
#include <stdlib.h>

#include "base/str.h"

#define TEST_COUNT(array)	((int)(sizeof(array) / sizeof((array)[0])))

/* A struct str holds exactly these characters. */
#define assert_str(s, z) do {						\
	struct str assert_s = (s), assert_z = str_from(z);		\
	ck_assert_msg(str_eq(assert_s, assert_z),			\
	    "%s is \"%.*s\", not \"%s\"", #s, STR_ARG(assert_s), (z));	\
} while (0)

/*
 * libcheck ends a test after 4 s of the clock, which are few where much else
 * runs.  It asks the environment when a test case is made.
 */
__attribute__((constructor)) static inline void
check_be_patient(void)
{
	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
}

/* Run one suite made of one test case; the exit status of main. */
static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
