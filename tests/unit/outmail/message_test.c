#include <string.h>

#include "outmail/message.h"
#include "outmail/transfer.h"
#include "tests/unit/outmail/outmail_test.h"

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

static const struct str to[] = { STR_INIT("owner@example.net"),
    STR_INIT("reports+dmarc@example.org") };

static struct outmail_head
head(void)
{
	return (struct outmail_head){ .from_name = STR("Example Mail"),
	    .from = STR("dmarc@example.com"), .to = to, .to_count = 1,
	    .subject = STR("Report"), .date = 1795379400,
	    .message_id = STR("1@example.com") };
}

START_TEST(a_plain_mail)
{
	struct outmail_head top = head();
	struct outmail_part text = { .kind = OUTMAIL_TEXT,
	    .type = "text/plain; charset=utf-8",
	    .content = STR("Hello\n.\nbye") };

	assert_str(outmail_write(arena, &top, &text),
	    "From: Example Mail <dmarc@example.com>\r\n"
	    "To: owner@example.net\r\n"
	    "Subject: Report\r\n"
	    "Date: Sun, 22 Nov 2026 20:30:00 +0000\r\n"
	    "Message-ID: <1@example.com>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n"
	    "\r\n"
	    "Hello\r\n.\r\nbye\r\n");
}
END_TEST

static const char nested[] =
    "From: Example Mail <dmarc@example.com>\r\n"
    "To: owner@example.net, reports+dmarc@example.org\r\n"
    "Subject: Report\r\n"
    "Date: Sun, 22 Nov 2026 20:30:00 +0000\r\n"
    "Message-ID: <1@example.com>\r\n"
    "Auto-Submitted: auto-generated\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed;\r\n"
    "\tboundary=\"=_54f0eb3d5b000038b2f065f5\"\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "--=_54f0eb3d5b000038b2f065f5\r\n"
    "Content-Type: multipart/alternative;\r\n"
    "\tboundary=\"=_88b0a3f8fcb5017066a01a23\"\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n"
    "--=_88b0a3f8fcb5017066a01a23\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Caf=C3=A9\r\n"
    "\r\n"
    "--=_88b0a3f8fcb5017066a01a23\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>=3D</p>=20\r\n"
    "\r\n"
    "--=_88b0a3f8fcb5017066a01a23--\r\n"
    "\r\n"
    "--=_54f0eb3d5b000038b2f065f5\r\n"
    "Content-Type: application/gzip\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment;\r\n"
    "\tfilename=\"a!b!1!2.xml.gz\"\r\n"
    "\r\n"
    "H4s=\r\n"
    "\r\n"
    "--=_54f0eb3d5b000038b2f065f5\r\n"
    "Content-Type: message/rfc822\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "Subject: \xff??x\r\n"
    "\r\n"
    "b\r\n"
    "\r\n"
    "--=_54f0eb3d5b000038b2f065f5--\r\n";

START_TEST(parts_in_parts)
{
	struct outmail_head top = head();
	const struct outmail_part texts[] = {
		{ .kind = OUTMAIL_TEXT, .type = "text/plain; charset=utf-8",
		  .content = STR("Caf\xc3\xa9\n") },
		{ .kind = OUTMAIL_TEXT, .type = "text/html; charset=utf-8",
		  .content = STR("<p>=</p> \n") },
	};
	const struct outmail_part all[] = {
		{ .kind = OUTMAIL_PARTS, .type = "multipart/alternative",
		  .parts = texts, .count = 2 },
		{ .kind = OUTMAIL_BASE64, .type = "application/gzip",
		  .content = STR("\x1f\x8b"),
		  .file_name = STR("a!b!1!2.xml.gz") },
		{ .kind = OUTMAIL_AS_IS, .type = "message/rfc822",
		  .content = STR("Subject: \xff\r\rx\r\n\r\nb\n") },
	};
	struct outmail_part body = { .kind = OUTMAIL_PARTS,
	    .type = "multipart/mixed", .parts = all, .count = 3 };

	top.to_count = 2;
	assert_str(outmail_write(arena, &top, &body), nested);
}
END_TEST

/* One field each, whatever is in it. */
static const struct {
	const char *from_name, *subject, *from_line, *subject_line;
} hostile[] = {
	{ "", "", "From: dmarc@example.com\r\n", "Subject:\r\n" },
	{ "A. Postmaster", "x\r\nBcc: victim@example.net\r\n\r\nbody",
	  "From: \"A. Postmaster\" <dmarc@example.com>\r\n",
	  "Subject: x??Bcc: victim@example.net????body\r\n" },
	{ "x\" <boss@example.net>, \"y", "\xc3\xbc",
	  "From: \"x\\\" <boss@example.net>, \\\"y\" <dmarc@example.com>\r\n",
	  "Subject: =?UTF-8?Q?=C3=BC?=\r\n" },
	{ "Caf\xc3\xa9, \"GmbH\"", "\xff\xfe",
	  "From: =?UTF-8?Q?Caf=C3=A9=2C_=22GmbH=22?= <dmarc@example.com>\r\n",
	  "Subject: ??\r\n" },
	{ "=?utf-8?q?a?=", "  blanks  ",
	  "From: =?UTF-8?Q?=3D=3Futf-8=3Fq=3Fa=3F=3D?= "
	  "<dmarc@example.com>\r\n", "Subject: blanks\r\n" },
	{ "N", "Report Domain: a-long-name.example.com Submitter: "
	  "mail.example.net Report-ID: <2026.1@example.net>",
	  "From: N <dmarc@example.com>\r\n",
	  "Subject: Report Domain: a-long-name.example.com Submitter: "
	  "mail.example.net\r\n Report-ID: <2026.1@example.net>\r\n" },
};

START_TEST(hostile_texts)
{
	struct outmail_head top = head();
	struct outmail_part text = { .kind = OUTMAIL_TEXT,
	    .type = "text/plain", .content = STR_NONE };
	const char *written;

	top.from_name = str_from(hostile[_i].from_name);
	top.subject = str_from(hostile[_i].subject);
	written = arena_z(arena, outmail_write(arena, &top, &text));
	ck_assert_msg(strncmp(written, hostile[_i].from_line,
	    strlen(hostile[_i].from_line)) == 0, "%s", written);
	ck_assert_msg(strstr(written, arena_printf(arena, "\r\n%s",
	    hostile[_i].subject_line).ptr) != NULL, "%s", written);
	ck_assert_ptr_eq(strstr(written, "\r\nBcc:"), NULL);
}
END_TEST

static const struct {
	const char *name, *written;
} names[] = {
	{ "a b.txt", "filename=\"a b.txt\"" },
	{ "x\r\nBcc: y", "filename*=UTF-8''x%0D%0ABcc%3A%20y" },
	{ "a\"b", "filename*=UTF-8''a%22b" },
	{ "\xc3\xbc.gz", "filename*=UTF-8''%C3%BC.gz" },
	{ "\xff", "filename*=ISO-8859-1''%FF" },
};

START_TEST(names_of_files)
{
	struct outmail_head top = head();
	struct outmail_part part = { .kind = OUTMAIL_BASE64,
	    .type = "application/gzip", .content = STR("x"),
	    .file_name = str_from(names[_i].name) };
	const char *written = arena_z(arena, outmail_write(arena, &top,
	    &part));

	ck_assert_msg(strstr(written, arena_printf(arena,
	    "Content-Disposition: attachment;\r\n\t%s\r\n\r\neA==\r\n",
	    names[_i].written).ptr) != NULL, "%s", written);
}
END_TEST

static const struct {
	const char *content, *plain, *quoted;	/* plain NULL: it is not */
} transfers[] = {
	{ "", "", "" },
	{ "a\n\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "a\tb\r\n", "a\tb\r\n", "a\tb\r\n" },
	{ "From here\n", NULL, "=46rom here\r\n" },
	{ "x \ny\t\n", NULL, "x=20\r\ny=09\r\n" },
	{ "1=2\n", "1=2\r\n", "1=3D2\r\n" },
	{ "a\rb\x7f\n", NULL, "a=0Db=7F\r\n" },
	{ "0123456789012345678901234567890123456789"
	  "012345678901234567890123456789012345\xc3\xa9\n", NULL,
	  "0123456789012345678901234567890123456789"
	  "01234567890123456789012345678901234=\r\n5=C3=A9\r\n" },
};

START_TEST(transfer_of_text)
{
	struct str content = str_from(transfers[_i].content);
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	transfer_quoted_printable(&out, content);
	assert_str(buf_str(&out), transfers[_i].quoted);
	ck_assert_int_eq(transfer_is_plain(content),
	    transfers[_i].plain != NULL);
	if (transfers[_i].plain == NULL)
		return;
	buf_init(&out, arena, SIZE_MAX);
	transfer_lines(&out, content);
	assert_str(buf_str(&out), transfers[_i].plain);
}
END_TEST

START_TEST(long_lines_end)
{
	char text[2000];
	struct buf out;

	memset(text, 'x', sizeof(text));
	buf_init(&out, arena, SIZE_MAX);
	transfer_lines(&out, str_make(text, sizeof(text)));
	ck_assert_uint_eq(buf_str(&out).len, 998 + 2);
	buf_init(&out, arena, SIZE_MAX);
	transfer_base64(&out, str_make(text, 57 + 1));
	assert_str(str_skip(buf_str(&out), 76), "\r\neA==\r\n");
}
END_TEST

/* A boundary that stands in a content already is not taken. */
START_TEST(boundary_is_in_no_part)
{
	struct outmail_head top = head();
	struct outmail_part part = { .kind = OUTMAIL_AS_IS,
	    .type = "message/feedback-report",
	    .content = STR("--=_54f0eb3d5b000038b2f065f5--\r\n") };
	struct outmail_part body = { .kind = OUTMAIL_PARTS,
	    .type = "multipart/report; report-type=feedback-report",
	    .parts = &part, .count = 1 };
	const char *written = arena_z(arena, outmail_write(arena, &top,
	    &body));

	ck_assert_ptr_ne(strstr(written, "\n--=_54f0eb3d5b000038b2f065f5"),
	    NULL);
	ck_assert_ptr_eq(strstr(written, "boundary=\"=_54f0"), NULL);
}
END_TEST

static const struct {
	const char *address;
	bool ok;
} addresses[] = {
	{ "a@example.com", true }, { "a.b+c=d@x.example", true },
	{ "-a@example.com", true }, { "a@example", true },
	{ "", false }, { "a", false }, { "@example.com", false },
	{ "a@", false }, { "a..b@example.com", false },
	{ ".a@example.com", false }, { "a@b@example.com", false },
	{ "\"a b\"@example.com", false }, { "a b@example.com", false },
	{ "a@example.com.", false }, { "a@[192.0.2.1]", false },
	{ "a@example.com>", false }, { "a,b@example.com", false },
	{ "a\r\n@example.com", false }, { "a@exam ple.com", false },
	{ "\xc3\xbc@example.com", false }, { "a@\xc3\xbc.example", false },
	{ "01234567890123456789012345678901234567890123456789"
	  "012345678901234@example.com", false },
};

START_TEST(addresses_that_need_no_quotes)
{
	ck_assert_int_eq(outmail_is_address(str_from(addresses[_i].address)),
	    addresses[_i].ok);
}
END_TEST

START_TEST(ids_differ)
{
	struct str one = outmail_id(arena, 1795379400, STR("example.com"));
	struct str other = outmail_id(arena, 1795379400, STR("example.com"));

	ck_assert(!str_eq(one, other));
	ck_assert(str_starts_nocase(one, STR("1795379400.")));
	ck_assert(str_ends_nocase(one, STR("@example.com")));
}
END_TEST

TCase *
message_tests(void)
{
	TCase *tests = tcase_create("message");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_plain_mail);
	tcase_add_test(tests, parts_in_parts);
	tcase_add_loop_test(tests, hostile_texts, 0, TEST_COUNT(hostile));
	tcase_add_loop_test(tests, names_of_files, 0, TEST_COUNT(names));
	tcase_add_loop_test(tests, transfer_of_text, 0,
	    TEST_COUNT(transfers));
	tcase_add_test(tests, long_lines_end);
	tcase_add_test(tests, boundary_is_in_no_part);
	tcase_add_loop_test(tests, addresses_that_need_no_quotes, 0,
	    TEST_COUNT(addresses));
	tcase_add_test(tests, ids_differ);
	return tests;
}
