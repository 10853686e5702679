#include <string.h>

#include "base/limits.h"
#include "config.h"
#include "reporting/failure_report.h"
#include "tests/unit/reporting/reporting_test.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

/* ---- the item ---- */

static struct failure_item
sample(void)
{
	struct failure_item item = {
		.arrival = 1795379400,
		.why = FAILURE_DMARC | FAILURE_DKIM_UNALIGNED |
		    FAILURE_SPF_UNALIGNED,
		.host = STR("mx.example.org"), .queue_id = STR("4ABC"),
		.source_ip = STR("192.0.2.7"),
		.mail_from = STR("b0b@bulk.example"),
		.domain = STR("news.example.com"),
		.policy_domain = STR("example.com"),
		.record = STR("v=DMARC1; p=none; ruf=mailto:d@example.com"),
		.authentication_results = STR("mx.example.org; spf=fail "
		    "smtp.mailfrom=bulk.example; dkim=fail "
		    "header.d=example.com; dmarc=fail "
		    "header.from=news.example.com"),
		.delivery = STR("reject"),
		.header = STR("From: x@news.example.com\r\n"
		    "Subject: Good\r\n news\r\nTo: y@example.org\r\n"),
	};

	VEC_PUSH(arena, &item.rcpts, STR("y@example.org"));
	VEC_PUSH(arena, &item.dkim, (struct failure_dkim){
	    STR("bulk.example"), STR_NONE, STR("s1"), STR("no key") });
	VEC_PUSH(arena, &item.dkim, (struct failure_dkim){
	    STR("example.com"), STR("@news.example.com"), STR("s2"),
	    STR("body hash did not verify") });
	VEC_PUSH(arena, &item.spf, (struct failure_spf){
	    STR("bulk.example"), STR("v=spf1 exp=\"a\\b\" -all") });
	return item;
}

START_TEST(item_comes_back)
{
	struct failure_item item = sample(), back;
	struct str octets;

	item.body = STR("Hello\r\n");
	octets = failure_item_encode(arena, &item);
	ck_assert(failure_item_decode(arena, octets, &back));
	ck_assert_int_eq(back.arrival, item.arrival);
	ck_assert_uint_eq(back.why, item.why);
	assert_str(back.host, "mx.example.org");
	assert_str(back.mail_from, "b0b@bulk.example");
	assert_str(back.policy_domain, "example.com");
	assert_str(back.delivery, "reject");
	assert_str(back.body, "Hello\r\n");
	ck_assert(str_eq(back.header, item.header));
	ck_assert_uint_eq(back.rcpts.count, 1);
	ck_assert_uint_eq(back.dkim.count, 2);
	assert_str(back.dkim.at[1].identity, "@news.example.com");
	assert_str(back.dkim.at[0].reason, "no key");
	assert_str(back.spf.at[0].record, "v=spf1 exp=\"a\\b\" -all");
	for (size_t len = 0; len < octets.len; len++)
		(void)failure_item_decode(arena, str_slice(octets, 0, len),
		    &back);
	ck_assert(!failure_item_decode(arena, str_slice(octets, 0,
	    octets.len - 1), &back));
	ck_assert(!failure_item_decode(arena, STR("\x02zzzzzzzzzzzz"),
	    &back));
}
END_TEST

START_TEST(item_fits_a_store)
{
	struct failure_item item = sample(), back;
	char *big = arena_alloc(arena, LIMIT_STORE_ITEM);
	struct str octets;

	memset(big, 'x', LIMIT_STORE_ITEM);
	item.body = str_make(big, LIMIT_STORE_ITEM - 100);
	octets = failure_item_encode(arena, &item);
	ck_assert(failure_item_decode(arena, octets, &back));
	ck_assert_uint_eq(back.body.len, 0);
	ck_assert(str_eq(back.header, item.header));
	item.header = str_make(big, LIMIT_STORE_ITEM);
	octets = failure_item_encode(arena, &item);
	ck_assert(failure_item_decode(arena, octets, &back));
	ck_assert_uint_eq(back.header.len, 0);
}
END_TEST

/* LIMIT_FAILURE_LISTED: of an item that another wrote, too. */
START_TEST(twenty_of_each)
{
	for (size_t count = 20; count <= 21; count++) {
		struct failure_item item = sample(), back;

		while (item.rcpts.count < count)
			VEC_PUSH(arena, &item.rcpts, STR("y@example.org"));
		while (item.dkim.count < count)
			VEC_PUSH(arena, &item.dkim, item.dkim.at[0]);
		while (item.spf.count < count)
			VEC_PUSH(arena, &item.spf, item.spf.at[0]);
		ck_assert(failure_item_decode(arena, failure_item_encode(
		    arena, &item), &back));
		ck_assert_uint_eq(back.rcpts.count, 20);
		ck_assert_uint_eq(back.dkim.count, 20);
		ck_assert_uint_eq(back.spf.count, 20);
	}
}
END_TEST

START_TEST(alike_have_one_name)
{
	struct str a = failure_item_name(arena, STR("example.com"),
	    STR("192.0.2.0/24"), 25);

	assert_str(a, "example.com 192.0.2.0/24 25");
	ck_assert(!str_eq(a, failure_item_name(arena, STR("example.com"),
	    STR("192.0.2.0/24"), 9)));
}
END_TEST

/* ---- the report ---- */

static const struct outmail_sender sender = {
	.from = STR_INIT("dmarc@example.org"), .org = STR_INIT("Example"),
	.contact = STR_INIT("https://example.org/dmarc")
};

static struct failure_report
report_of(const struct failure_item *item)
{
	return (struct failure_report){ .item = item, .sender = &sender,
	    .to = STR("d@example.com"), .message_id = STR("1@example.org"),
	    .now = 1795379460, .incidents = 3 };
}

#define FIELDS \
	"Feedback-Type: auth-failure\r\n" \
	"User-Agent: assay/" PACKAGE_VERSION "\r\n" \
	"Version: 1\r\n" \
	"Original-Mail-From: <b0b@bulk.example>\r\n" \
	"Original-Rcpt-To: <y@example.org>\r\n" \
	"Original-Envelope-Id: 4ABC\r\n" \
	"Arrival-Date: Sun, 22 Nov 2026 20:30:00 +0000\r\n" \
	"Reporting-MTA: dns; mx.example.org\r\n" \
	"Source-IP: 192.0.2.7\r\n" \
	"Incidents: 3\r\n" \
	"Reported-Domain: news.example.com\r\n" \
	"Authentication-Results: mx.example.org; spf=fail " \
	"smtp.mailfrom=bulk.example;\r\n" \
	" dkim=fail header.d=example.com; dmarc=fail " \
	"header.from=news.example.com\r\n" \
	"Auth-Failure: dmarc\r\n" \
	"Delivery-Result: reject\r\n" \
	"Identity-Alignment: dkim, spf\r\n" \
	"DKIM-Domain: example.com\r\n" \
	"DKIM-Identity: @news.example.com\r\n" \
	"DKIM-Selector: s2\r\n" \
	"SPF-DNS: txt : bulk.example : \"v=spf1 exp=\\\"a\\\\b\\\" -all\"\r\n"

START_TEST(a_report)
{
	struct failure_item item = sample();
	struct failure_report report = report_of(&item);

	assert_str(failure_report_write(arena, &report),
	    "From: Example <dmarc@example.org>\r\n"
	    "To: d@example.com\r\n"
	    "Subject: FW: Good news\r\n"
	    "Date: Sun, 22 Nov 2026 20:31:00 +0000\r\n"
	    "Message-ID: <1@example.org>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; "
	    "report-type=feedback-report;\r\n"
	    "\tboundary=\"=_a881774137482af4a0157f1b\"\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "--=_a881774137482af4a0157f1b\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "A message said to be from\r\n"
	    "news.example.com\r\n"
	    "did not prove it by all of SPF and DKIM.\r\n"
	    "\r\n"
	    "It came from 192.0.2.7\r\n"
	    "on Sun, 22 Nov 2026 20:30:00 +0000,\r\n"
	    "and 2 others like it within a day.\r\n"
	    "\r\n"
	    "This report was asked for by the DMARC record (ruf=) of\r\n"
	    "example.com\r\n"
	    "(RFC 9991).  Local parts of addresses are hashed in it.\r\n"
	    "\r\n"
	    "Questions: https://example.org/dmarc\r\n"
	    "\r\n"
	    "--=_a881774137482af4a0157f1b\r\n"
	    "Content-Type: message/feedback-report\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    FIELDS
	    "\r\n"
	    "--=_a881774137482af4a0157f1b\r\n"
	    "Content-Type: text/rfc822-headers\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "From: x@news.example.com\r\n"
	    "Subject: Good\r\n"
	    " news\r\n"
	    "To: y@example.org\r\n"
	    "\r\n"
	    "--=_a881774137482af4a0157f1b--\r\n");
}
END_TEST

static const struct {
	unsigned why;
	const char *reason, *failure, *alignment;
} kinds[] = {
	{ FAILURE_DMARC | FAILURE_SPF_UNALIGNED, "", "dmarc", "spf" },
	{ FAILURE_DMARC | FAILURE_DKIM | FAILURE_DKIM_UNALIGNED, "", "dmarc",
	  "dkim" },
	{ FAILURE_DKIM, "body hash differs", "bodyhash", "none" },
	{ FAILURE_DKIM, "the key is revoked", "revoked", "none" },
	{ FAILURE_DKIM | FAILURE_SPF, "the signature is wrong", "signature",
	  "none" },
	{ FAILURE_SPF | FAILURE_SPF_UNALIGNED, "", "spf", "spf" },
};

START_TEST(kinds_of_failure)
{
	struct failure_item item = sample();
	struct failure_report report = report_of(&item);
	const char *fields;

	item.why = kinds[_i].why;
	item.dkim.at[1].reason = str_from(kinds[_i].reason);
	fields = arena_z(arena, failure_report_fields(arena, &report));
	ck_assert_msg(strstr(fields, arena_printf(arena,
	    "\r\nAuth-Failure: %s\r\n", kinds[_i].failure).ptr) != NULL, "%s",
	    fields);
	ck_assert_msg(strstr(fields, arena_printf(arena,
	    "\r\nIdentity-Alignment: %s\r\n", kinds[_i].alignment).ptr) !=
	    NULL, "%s", fields);
}
END_TEST

/* LIMIT_FAILURE_FIELD_OCTETS, of a field that we write. */
START_TEST(a_long_value)
{
	for (size_t octets = 8192; octets <= 8193; octets++) {
		char *text = arena_alloc(arena, octets);
		struct failure_item item = { .why = FAILURE_SPF,
		    .delivery = str_make(text, octets) };
		struct failure_report report = report_of(&item);
		const char *fields, *value;

		memset(text, 'x', octets);
		fields = arena_z(arena, failure_report_fields(arena,
		    &report));
		value = strstr(fields, "\r\nDelivery-Result: ");
		ck_assert_ptr_ne(value, NULL);
		value += strlen("\r\nDelivery-Result: ");
		ck_assert_uint_eq(strcspn(value, "\r"), 8192);
		ck_assert_int_eq(memcmp(value + 8189, octets == 8192 ? "xxx" :
		    "...", 3), 0);
	}
}
END_TEST

/* RFC 5965 section 3.5, RFC 6591 section 4: what a value comes to. */
static const struct {
	const char *ip, *domain, *spf_domain;
	uint64_t incidents;
	const char *field;
} forms[] = {
	{ "192.0.2.7", "a.example", "b.example", 0,
	  "\r\nSource-IP: 192.0.2.7\r\n" },
	{ "2001:db8::7", "a.example", "b.example", 0,
	  "\r\nSource-IP: IPv6:2001:db8::7\r\n" },
	{ "192.0.2.7", "a.example", "b.example", 2,
	  "\r\nIncidents: 2\r\n" },
	{ "192.0.2.7", "a.example", "b.example", 4294967295,
	  "\r\nIncidents: 4294967295\r\n" },
	{ "192.0.2.7", "a.example", "b.example", 4294967296,
	  "\r\nIncidents: 4294967295\r\n" },
	{ "192.0.2.7", "b\xc3\xbc" "cher.example", "b.example", 0,
	  "\r\nReported-Domain: xn--bcher-kva.example\r\n" },
	{ "192.0.2.7", "a.example", "b\xc3\xbc" "cher.example", 0,
	  "\r\nSPF-DNS: txt : xn--bcher-kva.example : \"v=spf1 -all\"\r\n" },
};

START_TEST(forms_of_values)
{
	struct failure_item item = { .why = FAILURE_SPF,
	    .source_ip = str_from(forms[_i].ip),
	    .domain = str_from(forms[_i].domain) };
	struct failure_report report = report_of(&item);
	const char *fields;

	VEC_PUSH(arena, &item.spf, (struct failure_spf){
	    str_from(forms[_i].spf_domain), STR("v=spf1 -all") });
	report.incidents = forms[_i].incidents;
	fields = arena_z(arena, failure_report_fields(arena, &report));
	ck_assert_msg(strstr(fields, forms[_i].field) != NULL, "%s", fields);
	ck_assert_int_eq(strstr(fields, "Incidents") != NULL,
	    forms[_i].incidents > 1);
}
END_TEST

/* RFC 6591 section 3.2.3: an identity always, in the domain's A-labels. */
START_TEST(a_signature_without_an_identity)
{
	struct failure_item item = { .why = FAILURE_DKIM };
	struct failure_report report = report_of(&item);
	const char *fields;

	VEC_PUSH(arena, &item.dkim, (struct failure_dkim){
	    STR("b\xc3\xbc" "cher.example"), STR_NONE, STR("s1"),
	    STR("body hash differs") });
	fields = arena_z(arena, failure_report_fields(arena, &report));
	ck_assert_msg(strstr(fields, "\r\nAuth-Failure: bodyhash\r\n") !=
	    NULL, "%s", fields);
	ck_assert_msg(strstr(fields, "\r\nDKIM-Domain: "
	    "xn--bcher-kva.example\r\nDKIM-Identity: "
	    "@xn--bcher-kva.example\r\nDKIM-Selector: s1\r\n") != NULL,
	    "%s", fields);
}
END_TEST

/* Section 2 (f) of RFC 5965: no difference but "FW:". */
static const struct {
	const char *header, *subject;
} subjects[] = {
	{ "Subject: Good news\r\n", "FW: Good news\r\n" },
	{ "subject:Good\r\n\tnews\r\n", "FW: Good news\r\n" },
	{ "Subject: a\tb\r\n", "FW: a b\r\n" },
	{ "Subject: =?utf-8?B?w7w=?=\r\n", "FW: =?utf-8?B?w7w=?=\r\n" },
	{ "Subject: \xc3\xbc\r\n", "=?UTF-8?Q?FW:_=C3=BC?=\r\n" },
	{ "Subject: one\r\nSubject: two\r\n", "FW: one\r\n" },
	{ "X-Subject: no\r\nTo: y\r\n", "FW:\r\n" },
	{ "", "FW:\r\n" },
};

START_TEST(subject_of_the_message)
{
	struct failure_item item = { .why = FAILURE_SPF,
	    .header = str_from(subjects[_i].header) };
	struct failure_report report = report_of(&item);
	const char *text = arena_z(arena, failure_report_write(arena,
	    &report));

	ck_assert_msg(strstr(text, arena_printf(arena, "\r\nSubject: %s",
	    subjects[_i].subject).ptr) != NULL, "%s", text);
}
END_TEST

/* Nothing of the item makes a field, a part or a header of its own. */
START_TEST(hostile_item)
{
	static const struct str evil = STR_INIT("x\r\nEvil: 1\r\n\r\n"
	    "--=_x\r\n\x1b\xff\xc3\xbc");
	struct failure_item item = { .why = FAILURE_DKIM | FAILURE_SPF,
	    .host = evil, .queue_id = evil, .source_ip = evil,
	    .mail_from = evil, .domain = evil, .policy_domain = evil,
	    .authentication_results = evil, .delivery = evil,
	    .header = STR("Subject: \xff\r\n\x80\r\n") };
	struct failure_report report = report_of(&item);
	const char *text;

	VEC_PUSH(arena, &item.rcpts, evil);
	VEC_PUSH(arena, &item.dkim, (struct failure_dkim){ evil, evil, evil,
	    evil });
	VEC_PUSH(arena, &item.spf, (struct failure_spf){ evil, evil });
	text = arena_z(arena, failure_report_write(arena, &report));
	ck_assert_ptr_eq(strstr(text, "\nEvil"), NULL);
	ck_assert_ptr_eq(strstr(text, "\n--=_x"), NULL);
	ck_assert(str_is_ascii(str_from(text)));
	ck_assert_ptr_ne(strstr(text, "\r\nContent-Type: "
	    "text/rfc822-headers; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "Subject: =FF\r\n=80\r\n"), NULL);
}
END_TEST

START_TEST(with_a_body)
{
	struct failure_item item = sample();
	struct failure_report report = report_of(&item);
	const char *text;

	item.body = STR("Dear\r\n.\r\nx");
	text = arena_z(arena, failure_report_write(arena, &report));
	ck_assert_msg(strstr(text, "Content-Type: message/rfc822\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "From: x@news.example.com\r\nSubject: Good\r\n news\r\n"
	    "To: y@example.org\r\n\r\nDear\r\n.\r\nx\r\n") != NULL, "%s",
	    text);
}
END_TEST

TCase *
failure_tests(void)
{
	TCase *tests = tcase_create("failure");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, item_comes_back);
	tcase_add_test(tests, item_fits_a_store);
	tcase_add_test(tests, twenty_of_each);
	tcase_add_test(tests, a_long_value);
	tcase_add_test(tests, alike_have_one_name);
	tcase_add_test(tests, a_report);
	tcase_add_loop_test(tests, kinds_of_failure, 0, TEST_COUNT(kinds));
	tcase_add_loop_test(tests, forms_of_values, 0, TEST_COUNT(forms));
	tcase_add_test(tests, a_signature_without_an_identity);
	tcase_add_loop_test(tests, subject_of_the_message, 0,
	    TEST_COUNT(subjects));
	tcase_add_test(tests, hostile_item);
	tcase_add_test(tests, with_a_body);
	return tests;
}
