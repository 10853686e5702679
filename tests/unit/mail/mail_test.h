/* The test cases of the mail room, one function a file. */
#ifndef ASSAY_TESTS_MAIL_TEST_H
#define ASSAY_TESTS_MAIL_TEST_H

#include "tests/support/check.h"

TCase *address_cases(void);
TCase *archive_cases(void);
TCase *authres_cases(void);
TCase *date_cases(void);
TCase *encoded_word_cases(void);
TCase *filename_cases(void);
TCase *hostname_cases(void);
TCase *listid_cases(void);
TCase *mime_cases(void);
TCase *mime_name_cases(void);
TCase *protect_cases(void);
TCase *received_cases(void);
TCase *relay_cases(void);
TCase *report_mail_cases(void);
TCase *uri_cases(void);

#endif
