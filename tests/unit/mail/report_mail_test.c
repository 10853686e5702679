#include "tests/unit/mail/mail_test.h"

#include "mail/report_mail.h"

static const struct {
	struct str name, value;
	bool is;
} fields[] = {
	/* RFC 9990: the subject of an aggregate report */
	{ STR_INIT("Subject"), STR_INIT(" Report Domain: example.com "
	  "Submitter: mx.example.net Report-ID: <a@example.net>"), true },
	{ STR_INIT("Subject"), STR_INIT(" Report Domain: example.com\r\n"
	  "    Submitter: mx.example.net\r\n Report-ID: <a@b>"), true },
	{ STR_INIT("Subject"), STR_INIT("report\tdomain:\texample.com "
	  "submitter: a"), false },
	{ STR_INIT("subject"), STR_INIT("REPORT DOMAIN: a SUBMITTER: b"),
	  true },
	{ STR_INIT("Subject"), STR_INIT("Report Domain: example.com"), false },
	{ STR_INIT("Subject"), STR_INIT("Re: Report Domain: a Submitter: b"),
	  false },
	{ STR_INIT("Subject"), STR_INIT(""), false },
	/* RFC 5965 section 2, RFC 8460 section 5.3 */
	{ STR_INIT("Content-Type"), STR_INIT("multipart/report; "
	  "report-type=feedback-report; boundary=x"), true },
	{ STR_INIT("Content-Type"), STR_INIT("Multipart/Report;\r\n boundary="
	  "x;\r\n report-type=\"TLSRPT\""), true },
	/* A bounce (RFC 3464) is mail like any other. */
	{ STR_INIT("Content-Type"), STR_INIT("multipart/report; "
	  "report-type=delivery-status; boundary=x"), false },
	{ STR_INIT("Content-Type"), STR_INIT("text/plain; "
	  "report-type=feedback-report"), false },
	{ STR_INIT("X-Type"), STR_INIT("multipart/report; "
	  "report-type=feedback-report"), false },
};

START_TEST(reports_are_known)
{
	struct header_field field = { .name = fields[_i].name,
	    .value = fields[_i].value };
	struct header header = { .fields = { &field, 1, 1 } };

	ck_assert_int_eq(report_mail_is(&header), fields[_i].is);
}
END_TEST

TCase *
report_mail_cases(void)
{
	TCase *tc = tcase_create("report_mail");

	tcase_add_loop_test(tc, reports_are_known, 0, TEST_COUNT(fields));
	return tc;
}
