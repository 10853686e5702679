#include "tests/unit/mail/mail_test.h"

#include "mail/filename.h"

#define RLO	"\xe2\x80\xae"
#define RLE	"\xe2\x80\xab"
#define MARK	"\xef\xbf\xbd"
#define NBSP	"\xc2\xa0"

static const struct {
	const char *name, *extension;
	enum file_kind kind;
	bool twice, disguised;
} names[] = {
	{ "", "", FILE_UNKNOWN, false, false },
	{ "README", "", FILE_UNKNOWN, false, false },
	{ "report.pdf", "pdf", FILE_PDF, false, false },
	{ "Invoice.EXE", "exe", FILE_PROGRAM, false, false },
	{ "a.tar.gz", "gz", FILE_ARCHIVE, false, false },
	{ "a.pdf.zip", "zip", FILE_ARCHIVE, false, false },
	{ "invoice.pdf.exe", "exe", FILE_PROGRAM, true, false },
	{ "invoice.PDF .Exe", "exe", FILE_PROGRAM, true, false },
	{ "photo.jpg.js", "js", FILE_SCRIPT, true, false },
	{ "jquery.min.js", "js", FILE_SCRIPT, false, false },
	{ "setup.1.2.exe", "exe", FILE_PROGRAM, false, false },
	{ "run.bat.exe", "exe", FILE_PROGRAM, false, false },
	{ "invoice.pdf                    .exe", "exe", FILE_PROGRAM, true,
	  true },
	{ "invoice" NBSP NBSP NBSP NBSP ".exe", "exe", FILE_PROGRAM, false,
	  true },
	{ "a  .pdf", "pdf", FILE_PDF, false, false },
	/* Windows drops dots and blanks at the end */
	{ "a.exe. . ", "exe", FILE_PROGRAM, false, false },
	{ "a.exe\"", "exe", FILE_PROGRAM, false, false },
	{ "'a.exe'", "exe", FILE_PROGRAM, false, false },
	{ "a.exe\xe2\x80\x8b", "exe", FILE_PROGRAM, false, false },
	{ "...", "", FILE_UNKNOWN, false, false },
	{ ".exe", "exe", FILE_PROGRAM, false, false },
	/* paths */
	{ "C:\\tmp.d\\a", "", FILE_UNKNOWN, false, false },
	{ "../../etc/a.sh", "sh", FILE_SCRIPT, false, false },
	{ "a.exe/b", "", FILE_UNKNOWN, false, false },
	/* turned */
	{ "photo_" RLO "gpj.exe", "exe", FILE_PROGRAM, false, true },
	{ "photo_" RLO "gpj.doc", "doc", FILE_DOCUMENT, false, true },
	{ RLE "photo.exe", "exe", FILE_PROGRAM, false, true },
	{ RLE "photo.jpg", "jpg", FILE_IMAGE, false, false },
	/* what a NUL becomes */
	{ "a.exe" MARK ".txt", "exe", FILE_PROGRAM, false, true },
	{ "a.txt" MARK ".exe", "exe", FILE_PROGRAM, true, false },
	{ "gr" MARK MARK "e.txt", "txt", FILE_TEXT, false, false },
	/* no extensions */
	{ "Hello. How are you", "", FILE_UNKNOWN, false, false },
	{ "a.0123456789012345678901234", "", FILE_UNKNOWN, false, false },
	/* of honest mail */
	{ "smime.p7s", "p7s", FILE_UNKNOWN, false, false },
	{ "signature.asc", "asc", FILE_TEXT, false, false },
	{ "invite.ics", "ics", FILE_TEXT, false, false },
	{ "winmail.dat", "dat", FILE_UNKNOWN, false, false },
	{ "google.com!example.com!1!2.xml.gz", "gz", FILE_ARCHIVE, false,
	  false },
	{ "0001-fix.patch", "patch", FILE_TEXT, false, false },
	{ "\xd0\xbe\xd1\x82\xd1\x87\xd0\xb5\xd1\x82.xlsx", "xlsx",
	  FILE_DOCUMENT, false, false },
};

START_TEST(names_are_read)
{
	struct arena *arena = arena_new();
	struct filename file;

	filename_read(arena, str_from(names[_i].name), &file);
	assert_str(file.extension, names[_i].extension);
	ck_assert_str_eq(filename_kind_name(file.kind),
	    filename_kind_name(names[_i].kind));
	ck_assert_int_eq(file.twice, names[_i].twice);
	ck_assert_int_eq(file.disguised, names[_i].disguised);
	arena_free(arena);
}
END_TEST

/* The table is searched by halves, so its order counts. */
START_TEST(extensions_are_in_order)
{
	static const char *const texts[] = {
#define EXTENSION(text, kind) text,
#include "mail/filename.def"
#undef EXTENSION
	};

	for (int i = 0; i < TEST_COUNT(texts); i++) {
		ck_assert(filename_kind(str_from(texts[i])) != FILE_UNKNOWN);
		if (i > 0)
			ck_assert_msg(str_cmp(str_from(texts[i - 1]),
			    str_from(texts[i])) < 0, "%s", texts[i]);
	}
	ck_assert(filename_kind(STR("ExE")) == FILE_PROGRAM);
	ck_assert(filename_kind(STR("exe ")) == FILE_UNKNOWN);
	ck_assert(filename_runs(FILE_PROGRAM) && filename_runs(FILE_SCRIPT));
	ck_assert(!filename_runs(FILE_DOCUMENT));
}
END_TEST

#define ZEROS8	"\0\0\0\0\0\0\0\0"
#define ZEROS32	ZEROS8 ZEROS8 ZEROS8 ZEROS8

static const struct {
	struct str head;
	const char *format;
} heads[] = {
	{ STR_INIT(""), NULL }, { STR_INIT("hello"), NULL },
	{ STR_INIT("MZ\x90" ZEROS32 ZEROS32), "windows-program" },
	{ STR_INIT("MZ, the town, has many inhabitants; of these most live "
	  "in houses"), NULL },
	{ STR_INIT("MZ" ZEROS32), NULL },
	{ STR_INIT("\x7f" "ELF\2"), "elf" },
	{ STR_INIT("#!/bin/sh\n"), "shebang" }, { STR_INIT("#! hello"), NULL },
	{ STR_INIT("L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0"), "shortcut" },
	{ STR_INIT("PK\3\4\x14"), "zip" }, { STR_INIT("PK\3"), NULL },
	{ STR_INIT("Rar!\x1a\x07\x01\0"), "rar" },
	{ STR_INIT("7z\xbc\xaf\x27\x1c\0"), "7z" },
	{ STR_INIT("\x1f\x8b\x08\0"), "gzip" },
	{ STR_INIT("%PDF-1.7"), "pdf" },
	{ STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "ole" },
	{ STR_INIT("GIF89a"), "gif" }, { STR_INIT("\xff\xd8\xff\xe0"), "jpeg" },
};

START_TEST(formats_are_told)
{
	enum file_kind kind;
	const char *format = filename_format(heads[_i].head, &kind);

	ck_assert_pstr_eq(format, heads[_i].format);
	ck_assert((format == NULL) == (kind == FILE_UNKNOWN));
}
END_TEST

TCase *
filename_cases(void)
{
	TCase *cases = tcase_create("filename");

	tcase_add_loop_test(cases, names_are_read, 0, TEST_COUNT(names));
	tcase_add_test(cases, extensions_are_in_order);
	tcase_add_loop_test(cases, formats_are_told, 0, TEST_COUNT(heads));
	return cases;
}
