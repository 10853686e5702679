#include "tests/unit/checks/checks_test.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "tests/support/mime_facts.h"

#define AE	"\xc3\xa4"
#define ZEROS8	"\0\0\0\0\0\0\0\0"
#define ZEROS32	ZEROS8 ZEROS8 ZEROS8 ZEROS8
#define MZ	"MZ" ZEROS32 ZEROS32

static const size_t pieces[] = { 1, 2, 3, 77, 65535 };

/* The same however it is cut; without the lines that tell of structure. */
static void
assert_facts(struct str message, const char *expected)
{
	struct arena *arena = arena_new();

	for (int i = 0; i < TEST_COUNT(pieces); i++) {
		struct str rest = mime_facts(arena, message, pieces[i]), line;
		struct buf out;

		buf_init(&out, arena, SIZE_MAX);
		while (rest.len > 0 && str_next(&rest, '\n', &line)) {
			if (str_starts_nocase(line, STR("types ")) ||
			    str_starts_nocase(line, STR("parts ")) ||
			    str_starts_nocase(line, STR("depth ")))
				continue;
			buf_add(&out, line);
			buf_addc(&out, '\n');
		}
		assert_str(buf_str(&out), expected);
	}
	arena_free(arena);
}

/* One file each: Content-Type and octets. */
static const struct {
	const char *type;
	struct str octets;
	const char *facts;
} files[] = {
	/* honest */
	{ "application/pdf; name=a.pdf", STR_INIT("%PDF-1.7"),
	  "names a.pdf\nextensions pdf\n" },
	{ "application/octet-stream; name=\"a b.PDF\"", STR_INIT("%PDF-1.7"),
	  "names a b.PDF\nextensions pdf\n" },
	{ "image/jpg; name=x.png", STR_INIT("\xff\xd8\xff\xe0"),
	  "names x.png\nextensions png\n" },
	{ "application/vnd.ms-excel; name=x.csv", STR_INIT("a;b\n"),
	  "names x.csv\nextensions csv\n" },
	{ "text/plain; name=x.rtf", STR_INIT("{\\rtf1"),
	  "names x.rtf\nextensions rtf\n" },
	{ "text/x-patch; name=0001-a.patch", STR_INIT("From 0123"),
	  "names 0001-a.patch\nextensions patch\n" },
	{ "text/plain", STR_INIT("#!/bin/sh is how scripts begin"), "" },
	{ "text/plain", STR_INIT("MZ is not a word"), "" },
	{ "application/pkcs7-signature; name=smime.p7s",
	  STR_INIT("0\x82\1\2\6\x09*\x86H\x86\xf7\r\1\7\2"),
	  "names smime.p7s\nextensions p7s\n" },
	{ "text/calendar; method=REQUEST; name=invite.ics",
	  STR_INIT("BEGIN:VCALENDAR"), "names invite.ics\nextensions ics\n" },
	{ "application/pgp-signature; name=signature.asc",
	  STR_INIT("-----BEGIN PGP SIGNATURE-----"),
	  "names signature.asc\nextensions asc\n" },
	{ "application/gzip; name=\"a!b!1!2.xml.gz\"",
	  STR_INIT("\x1f\x8b\x08\x08\0\0\0\0\0\x03" "a!b!1!2.xml\0zzz"),
	  "names a!b!1!2.xml.gz\nextensions gz\narchives gzip\n"
	  "archive.names a!b!1!2.xml\n" },
	{ "application/x-gtar; name=a.tar.gz",
	  STR_INIT("\x1f\x8b\x08\x08\0\0\0\0\0\x03" "a.tar\0zzz"),
	  "names a.tar.gz\nextensions gz\narchives gzip\n"
	  "archive.names a.tar\n" },
	{ "application/octet-stream", STR_INIT(""), "" },
	/* by name */
	{ "application/octet-stream; name=a.exe", STR_INIT("x"),
	  "names a.exe\nextensions exe\nexecutable\n"
	  "executable.reason \"a.exe\" is a program by its name\n" },
	{ "text/plain; name=a.js", STR_INIT("x"),
	  "names a.js\nextensions js\nexecutable\n"
	  "executable.reason \"a.js\" is a script by its name\n" },
	{ "application/octet-stream; name*=utf-8''" "%c3%a4.%45xe",
	  STR_INIT("x"), "names " AE ".Exe\nextensions exe\nexecutable\n"
	  "executable.reason \"" AE ".Exe\" is a program by its name\n" },
	{ "application/pdf; name=invoice.pdf.scr", STR_INIT("x"),
	  "names invoice.pdf.scr\nextensions scr\nexecutable\n"
	  "executable.reason \"invoice.pdf.scr\" is a program by its name\n"
	  "double_extension\nmismatch\n"
	  "mismatch.reason \"invoice.pdf.scr\" is pdf by its type, but "
	  "program by its name\n" },
	{ "application/octet-stream; name=\"=?utf-8?Q?x=E2=80=AEfdp.exe?=\"",
	  STR_INIT("x"), "names x\xe2\x80\xae" "fdp.exe\nextensions exe\n"
	  "executable\nexecutable.reason \"x\xe2\x80\xae" "fdp.exe\" is a "
	  "program by its name\ndisguised\n" },
	{ "application/octet-stream; name=\"../x/a.exe. .\"", STR_INIT("x"),
	  "names ../x/a.exe. .\nextensions exe\nexecutable\n"
	  "executable.reason \"../x/a.exe. .\" is a program by its name\n" },
	/* by octets, by type */
	{ "application/octet-stream", STR_INIT(MZ),
	  "executable\nexecutable.reason part 1 begins as a program "
	  "(windows-program)\n" },
	{ "image/png; name=a.png", STR_INIT(MZ),
	  "names a.png\nextensions png\nexecutable\n"
	  "executable.reason \"a.png\" begins as a program "
	  "(windows-program)\nmismatch\nmismatch.reason \"a.png\" is image by "
	  "its name, but program by its content\n" },
	{ "text/plain; name=a.txt", STR_INIT("#!/bin/sh\n"),
	  "names a.txt\nextensions txt\nexecutable\n"
	  "executable.reason \"a.txt\" begins as a script (shebang)\n" },
	{ "application/x-msdownload", STR_INIT("x"),
	  "executable\nexecutable.reason part 1 has the type "
	  "application/x-msdownload\n" },
	/* what contradicts itself */
	{ "image/png; name=a.zip", STR_INIT("x"),
	  "names a.zip\nextensions zip\nmismatch\nmismatch.reason \"a.zip\" is "
	  "image by its type, but archive by its name\n" },
	{ "application/octet-stream; name=a.pdf", STR_INIT("\xff\xd8\xff"),
	  "names a.pdf\nextensions pdf\nmismatch\nmismatch.reason \"a.pdf\" is "
	  "pdf by its name, but image by its content\n" },
	{ "application/msword; name=a.doc", STR_INIT("Rar!\x1a\x07\0"),
	  "names a.doc\nextensions doc\nmismatch\nmismatch.reason \"a.doc\" is "
	  "document by its name, but archive by its content\n" },
	/* encrypted */
	{ "application/pdf; name=a.pdf", STR_INIT("%PDF-1.7\ntrailer\n"
	  "<</Size 9/Encrypt 8 0 R>>\n"),
	  "names a.pdf\nextensions pdf\nencrypted\n" },
	{ "application/octet-stream; name=a.pdf", STR_INIT("\n\n%PDF-1.7\n"
	  "trailer\n<</Encrypt 8 0 R>>\n"),
	  "names a.pdf\nextensions pdf\nencrypted\n" },
	{ "application/pdf; name=a.pdf", STR_INIT("%PDF-1.7\ntrailer\n"
	  "<</Size 9/ID[<00><00>]>>\n"),
	  "names a.pdf\nextensions pdf\n" },
	{ "application/octet-stream; name=a.rar",
	  STR_INIT("Rar!\x1a\x07\0\0\0s\x80\0\x0d\0\0\0\0\0\0\0"),
	  "names a.rar\nextensions rar\narchives rar\nencrypted\n" },
};

START_TEST(files_are_told)
{
	struct arena *arena = arena_new();

	assert_facts(mime_with_file(arena, files[_i].type, files[_i].octets),
	    files[_i].facts);
	arena_free(arena);
}
END_TEST

/* What a ZIP holds: its names, "," between; flags. */
static const struct {
	const char *type, *names;
	unsigned flags;
	const char *facts;
} zips[] = {
	{ "application/zip; name=a.zip", "b.txt,d/c.pdf,d/", 0,
	  "names a.zip\nextensions zip\narchives zip\n"
	  "archive.names b.txt, d/c.pdf\n" },
	{ "application/zip; name=a.zip", "b.txt,d/c.PDF.exe", 0,
	  "names a.zip\nextensions zip\ndouble_extension\narchives zip\n"
	  "archive.names b.txt, d/c.PDF.exe\narchive.executable\n"
	  "archive.reason \"d/c.PDF.exe\" is a program\n" },
	{ "application/zip; name=a.zip", "b.js", 8,
	  "names a.zip\nextensions zip\narchives zip\narchive.names b.js\n"
	  "archive.executable\narchive.reason \"b.js\" is a script\n" },
	{ "application/zip; name=a.zip", "b.pdf", 1,
	  "names a.zip\nextensions zip\narchives zip\narchive.names b.pdf\n"
	  "encrypted\n" },
	{ "application/zip; name=a.zip", "b.txt,c.Rar", 0,
	  "names a.zip\nextensions zip\narchives zip\n"
	  "archive.names b.txt, c.Rar\narchive.nested\n" },
	{ "application/octet-stream", "\x84.txt," AE ".txt", 0,
	  "archives zip\narchive.names " AE ".txt\n" },
	{ "application/octet-stream; name=a.docx",
	  "[Content_Types].xml,word/document.xml,word/embeddings/a.js", 0,
	  "names a.docx\nextensions docx\n" },
	{ "application/octet-stream; name=a.docx",
	  "[Content_Types].xml,word/embeddings/a.exe", 0,
	  "names a.docx\nextensions docx\narchive.executable\n"
	  "archive.reason \"word/embeddings/a.exe\" is a program\n" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml."
	  "document", "word/document.xml", 0, "" },
	{ "application/java-archive; name=a.jar", "a.class", 0,
	  "names a.jar\nextensions jar\nexecutable\nexecutable.reason \"a.jar\""
	  " is a program by its name\narchives zip\narchive.names a.class\n" },
	{ "image/png; name=a.png", "a.txt", 0,
	  "names a.png\nextensions png\nmismatch\nmismatch.reason \"a.png\" is "
	  "image by its name, but archive by its content\narchives zip\n"
	  "archive.names a.txt\n" },
};

START_TEST(zips_are_told)
{
	struct arena *arena = arena_new();

	assert_facts(mime_with_file(arena, zips[_i].type, mime_zip(arena,
	    str_from(zips[_i].names), zips[_i].flags)), zips[_i].facts);
	arena_free(arena);
}
END_TEST

/* With junk before it, it is one by its name; and by nothing else. */
START_TEST(zip_behind_junk)
{
	struct arena *arena = arena_new();
	struct str zip = mime_zip(arena, STR("b.exe"), 0);
	struct buf junk;

	buf_init(&junk, arena, SIZE_MAX);
	for (int i = 0; i < 10000; i++)
		buf_addz(&junk, "junk");
	buf_add(&junk, zip);
	assert_facts(mime_with_file(arena, "application/zip; name=a.zip",
	    buf_str(&junk)), "names a.zip\nextensions zip\n"
	    "archive.names b.exe\narchive.executable\n"
	    "archive.reason \"b.exe\" is a program\n");
	assert_facts(mime_with_file(arena, "application/pdf; name=a.pdf",
	    buf_str(&junk)), "names a.pdf\nextensions pdf\n");
	arena_free(arena);
}
END_TEST

/* Whole messages; "\n" is CRLF. */
#define MIXED	"Content-Type: multipart/mixed; boundary=b\n\n"

static const struct {
	struct str message;
	const char *facts;		/* all of them */
} messages[] = {
	{ STR_INIT("Subject: x\n\nhello\n"),
	  "types text/plain\nparts 1\ndepth 0\n" },
	/* a calendar invitation */
	{ STR_INIT(MIXED "--b\nContent-Type: multipart/alternative;"
	  " boundary=\"c\"\n\n--c\nContent-Type: text/plain\n\nCome!\n--c\n"
	  "Content-Type: text/html\n\n<b>Come!</b>\n--c\n"
	  "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\n"
	  "BEGIN:VCALENDAR\n--c--\n\n--b\nContent-Type: application/ics;"
	  " name=\"invite.ics\"\nContent-Disposition: attachment;"
	  " filename=\"invite.ics\"\nContent-Transfer-Encoding: base64\n\n"
	  "QkVHSU46VkNBTEVOREFS\n--b--\n"),
	  "types multipart/mixed, multipart/alternative, text/plain, text/html,"
	  " text/calendar, application/ics\nnames invite.ics\nextensions ics\n"
	  "parts 6\ndepth 2\n" },
	/* S/MIME, PGP/MIME (RFC 3156 section 5) */
	{ STR_INIT("Content-Type: multipart/signed; micalg=sha-256; protocol="
	  "\"application/pkcs7-signature\"; boundary=b\n\n"
	  "This is an S/MIME signed message\n\n--b\n\nhello\n--b\n"
	  "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\n"
	  "Content-Transfer-Encoding: base64\nContent-Disposition: attachment;"
	  " filename=\"smime.p7s\"\n\nMIICAw==\n--b--\n"),
	  "types multipart/signed, text/plain, application/pkcs7-signature\n"
	  "names smime.p7s\nextensions p7s\nparts 3\ndepth 1\n" },
	{ STR_INIT("Content-Type: multipart/encrypted; boundary=b;"
	  " protocol=\"application/pgp-encrypted\"\n\n--b\n"
	  "Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
	  "Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\n"
	  "-----BEGIN PGP MESSAGE-----\n--b--\n"),
	  "types multipart/encrypted, application/pgp-encrypted, "
	  "application/octet-stream\nnames encrypted.asc\nextensions asc\n"
	  "parts 3\ndepth 1\n" },
	/* a bounce with the message, a forwarded message */
	{ STR_INIT("Content-Type: multipart/report;"
	  " report-type=delivery-status; boundary=\"A/b.c=\"\n\n--A/b.c=\n"
	  "Content-Description: Notification\n\nSorry.\n\n--A/b.c=\n"
	  "Content-Type: message/delivery-status\n\nReporting-MTA: dns;a\n\n"
	  "--A/b.c=\nContent-Type: message/rfc822\n\nSubject: x\n"
	  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b--\n"
	  "\n--A/b.c=--\n"),
	  "types multipart/report, text/plain, message/delivery-status, "
	  "message/rfc822, multipart/mixed\nparts 6\ndepth 3\n" },
	{ STR_INIT(MIXED "--b\nContent-Type: message/rfc822; name=x.eml\n"
	  "Content-Disposition: attachment; filename=x.eml\n\n"
	  "Content-Type: application/octet-stream; name=a.exe\n\nx\n--b--\n"),
	  "types multipart/mixed, message/rfc822, application/octet-stream\n"
	  "names x.eml, a.exe\nextensions eml, exe\nparts 3\ndepth 2\n"
	  "executable\n"
	  "executable.reason \"a.exe\" is a program by its name\n" },
	/* names that Content-Type and Content-Disposition tell apart */
	{ STR_INIT("Content-Type: application/pdf; name=a.pdf\n"
	  "Content-Disposition: attachment; filename=a.exe\n\n%PDF-1\n"),
	  "types application/pdf\nnames a.exe, a.pdf\nextensions exe, pdf\n"
	  "parts 1\ndepth 0\nexecutable\n"
	  "executable.reason \"a.exe\" is a program by its name\nmismatch\n"
	  "mismatch.reason \"a.exe\" is pdf by its type, but program by its "
	  "name\n" },
	/* SMTPUTF8 */
	{ STR_INIT("Content-Type: text/plain; name=\"" AE "\xd0\xbe.txt\"\n\n"
	  AE "\n"), "types text/plain\nnames " AE "\xd0\xbe.txt\n"
	  "extensions txt\nparts 1\ndepth 0\n" },
	/* uuencode, and words that look like it */
	{ STR_INIT("Subject: x\n\nhello\nbegin 644 setup.exe\n#0V%T\n`\nend\n"),
	  "types text/plain\nnames setup.exe\nextensions exe\nparts 1\n"
	  "depth 0\ntroubles uuencode\nexecutable\nexecutable.reason "
	  "\"setup.exe\" is a program by its name\n" },
	{ STR_INIT("Subject: x\n\nbegin 644 setup.exe\nand then go on\n"
	  "begin 6 a.exe\n#0V%T\n begin 644 a.exe\n#0V%T\n"),
	  "types text/plain\nparts 1\ndepth 0\n" },
	/* what is wrong */
	{ STR_INIT(MIXED "--b\nContent-Transfer-Encoding: base64\n\nYQ=b*\n"),
	  "types multipart/mixed, text/plain\nparts 2\ndepth 1\n"
	  "troubles no-end, bad-base64\n" },
};

static struct str
with_crlf(struct arena *arena, struct str text)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n')
			buf_addz(&out, "\r\n");
		else
			buf_addc(&out, text.ptr[i]);
	return buf_str(&out);
}

START_TEST(messages_are_told)
{
	struct arena *arena = arena_new();
	struct str message = with_crlf(arena, messages[_i].message);

	for (int i = 0; i < TEST_COUNT(pieces); i++)
		assert_str(mime_facts(arena, message, pieces[i]),
		    messages[_i].facts);
	arena_free(arena);
}
END_TEST

/* An Office document behind a password: OLE, with a stream of this name. */
START_TEST(encrypted_document)
{
	static const char name[] = "EncryptedPackage";
	struct arena *arena = arena_new();
	char octets[20000] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
	char *entry = octets + 8100 + _i;

	for (size_t i = 0; i < sizeof(name); i++)
		entry[2 * i] = name[i];
	entry[64] = 34;
	assert_facts(mime_with_file(arena, "application/msword",
	    str_make(octets, sizeof(octets))), "");
	entry[66] = 2;
	assert_facts(mime_with_file(arena, "application/msword",
	    str_make(octets, sizeof(octets))), "encrypted\n");
	arena_free(arena);
}
END_TEST

static struct str
many_parts(struct arena *arena, int count, const char *header,
    const char *last)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_addz(&out, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	for (int i = 0; i < count; i++)
		buf_printf(&out, "--b\r\n%s\r\n\r\nx\r\n", header);
	buf_printf(&out, "--b\r\n%s\r\n\r\nx\r\n--b--\r\n", last);
	return buf_str(&out);
}

#define EXE	"Content-Type: application/octet-stream; name=a.exe"
#define UNKNOWNS \
	"executable unknown\ndouble_extension unknown\n" \
	"disguised unknown\nmismatch unknown\narchive.executable unknown\n" \
	"archive.nested unknown\nencrypted unknown\n"

/* What is not looked at may be anything. */
START_TEST(parts_have_a_limit)
{
	struct arena *arena = arena_new();

	assert_facts(many_parts(arena, LIMIT_MIME_PARTS - 2, "X: y", EXE),
	    "names a.exe\nextensions exe\nexecutable\n"
	    "executable.reason \"a.exe\" is a program by its name\n");
	assert_facts(many_parts(arena, LIMIT_MIME_PARTS - 1, "X: y", EXE),
	    "cut\ntroubles cut\n" UNKNOWNS);
	assert_facts(many_parts(arena, 10000, "X: y", EXE),
	    "cut\ntroubles cut\n" UNKNOWNS);
	assert_facts(many_parts(arena, 10000, EXE, EXE),
	    "names a.exe\nextensions exe\ncut\ntroubles cut\nexecutable\n"
	    "executable.reason \"a.exe\" is a program by its name\n"
	    "double_extension unknown\ndisguised unknown\nmismatch unknown\n"
	    "archive.executable unknown\narchive.nested unknown\n"
	    "encrypted unknown\n");
	arena_free(arena);
}
END_TEST

static struct str
deep(struct arena *arena, int depth, bool messages_within)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (int i = 0; i < depth; i++)
		if (messages_within)
			buf_addz(&out, "Content-Type: message/rfc822\r\n\r\n");
		else
			buf_printf(&out, "Content-Type: multipart/mixed; "
			    "boundary=b%d.\r\n\r\n--b%d.\r\n", i, i);
	buf_addz(&out, EXE "\r\n\r\nx\r\n");
	while (!messages_within && depth-- > 0)
		buf_printf(&out, "--b%d.--\r\n", depth);
	return buf_str(&out);
}

START_TEST(depth_has_a_limit)
{
	struct arena *arena = arena_new();

	assert_facts(deep(arena, LIMIT_MIME_DEPTH, _i),
	    "names a.exe\nextensions exe\nexecutable\n"
	    "executable.reason \"a.exe\" is a program by its name\n");
	assert_facts(deep(arena, LIMIT_MIME_DEPTH + 1, _i),
	    "cut\ntroubles cut\n" UNKNOWNS);
	assert_facts(deep(arena, 10000, _i), "cut\ntroubles cut\n" UNKNOWNS);
	arena_free(arena);
}
END_TEST

/* All names are looked at, some are listed. */
START_TEST(lists_have_a_limit)
{
	struct arena *arena = arena_new();
	struct buf names;
	struct str facts;
	size_t count = 0;

	buf_init(&names, arena, SIZE_MAX);
	for (int i = 0; i < LIMIT_ARCHIVE_NAMES / 2 - 1; i++)
		buf_printf(&names, "%d.txt,", i);
	buf_addz(&names, "a.exe");
	facts = mime_facts(arena, mime_with_file(arena,
	    "application/zip; name=a.zip", mime_zip(arena, buf_str(&names),
	    0)), 65535);
	for (size_t i = 0; i < facts.len; i++)
		count += facts.ptr[i] == ',';
	ck_assert_uint_eq(count, LIMIT_MIME_SET - 1);
	ck_assert(memmem(facts.ptr, facts.len, "\"a.exe\" is a program",
	    20) != NULL);
	ck_assert(memmem(facts.ptr, facts.len, "\ncut\n", 5) == NULL);
	buf_addz(&names, ",b.exe");
	facts = mime_facts(arena, mime_with_file(arena,
	    "application/zip; name=a.zip", mime_zip(arena, buf_str(&names),
	    0)), 65535);
	ck_assert(memmem(facts.ptr, facts.len, "\ncut\n", 5) != NULL);
	arena_free(arena);
}
END_TEST

/* A field of a part, and all of them, past what is looked at. */
START_TEST(headers_have_a_limit)
{
	struct arena *arena = arena_new();
	struct buf field;

	buf_init(&field, arena, SIZE_MAX);
	for (int i = 0; i < 2000; i++)
		buf_addz(&field, "X-A: 0123456789012345678901234567890\r\n");
	buf_addz(&field, EXE);
	assert_facts(many_parts(arena, 0, "", arena_z(arena, buf_str(&field))),
	    "cut\ntroubles cut\n" UNKNOWNS);
	field.len = 0;
	buf_addz(&field, "Content-Type: text/plain;");
	for (int i = 0; i < LIMIT_MIME_FIELD_OCTETS; i++)
		buf_addz(&field, " ");
	buf_addz(&field, "name=a.exe");
	assert_facts(many_parts(arena, 0, "", arena_z(arena, buf_str(&field))),
	    "cut\ntroubles cut\n" UNKNOWNS);
	arena_free(arena);
}
END_TEST

void
add_mime_tests(TCase *tc)
{
	tcase_add_loop_test(tc, files_are_told, 0, TEST_COUNT(files));
	tcase_add_loop_test(tc, zips_are_told, 0, TEST_COUNT(zips));
	tcase_add_test(tc, zip_behind_junk);
	tcase_add_loop_test(tc, messages_are_told, 0, TEST_COUNT(messages));
	tcase_add_loop_test(tc, encrypted_document, 0, 70);
	tcase_add_test(tc, parts_have_a_limit);
	tcase_add_loop_test(tc, depth_has_a_limit, 0, 2);
	tcase_add_test(tc, lists_have_a_limit);
	tcase_add_test(tc, headers_have_a_limit);
}
