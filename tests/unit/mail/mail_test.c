#include "tests/unit/mail/mail_test.h"

int
main(void)
{
	Suite *suite = suite_create("mail");

	suite_add_tcase(suite, address_cases());
	suite_add_tcase(suite, archive_cases());
	suite_add_tcase(suite, authres_cases());
	suite_add_tcase(suite, date_cases());
	suite_add_tcase(suite, encoded_word_cases());
	suite_add_tcase(suite, filename_cases());
	suite_add_tcase(suite, hostname_cases());
	suite_add_tcase(suite, listid_cases());
	suite_add_tcase(suite, mime_cases());
	suite_add_tcase(suite, mime_name_cases());
	suite_add_tcase(suite, protect_cases());
	suite_add_tcase(suite, received_cases());
	suite_add_tcase(suite, relay_cases());
	suite_add_tcase(suite, report_mail_cases());
	suite_add_tcase(suite, uri_cases());
	return run_suite(suite);
}
