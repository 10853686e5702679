#include "tests/unit/mail/mail_test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/archive.h"
#include "tests/support/mime_facts.h"

static const struct {
	const char *format;
	struct str octets;
	const char *names;		/* "|" between */
	bool encrypted;
} samples[] = {
	/* 7z with encrypted names */
	{ "7z", STR_INIT("7z\xbc\xaf'\x1c\x00\x04J\xc5\x18\xab\x80\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00.\x00\x00\x00\x00\x00\x00\x00V\xcdl\x95\x99\x05\xe7"
	  "7\x0f\xe0" "B#B\xd2\xd5\x18\xf1" "eW\xcd\x8eo\x98" "d{\x85"
	  "\x80" "BZB\xcb\xf0\"'\xbf\xdc\xce)\xa0\xc5\xd5\xcf\xb9L\x1cl"
	  "\xa6\x85VZ\xf7/H\xf3" "8\xe3\xb4" "1\xe6\xac!\?p\x1c" "e\xee"
	  "\xecVu`\xc6GQ\xbd" "8(\xd6w\xffm:a@\xfegr=\xa8\xc7\x99\x8bKa"
	  "\xf8\xc9`_\xb1\x89\x02sziM\x98\xaf\xed:s\xd5^\xdd\xb3\xd5\xe5"
	  "\xean@`\x87i\xf9\xf3%\xe4'\xafZL\x15\xc6\x98\x17\x06\x10\x01"
	  "\x09p\x00\x07\x0b\x01\x00\x01$\x06\xf1\x07\x01\x12S\x0f\x18O"
	  "\xaf\x12v\xd2\x94\xd6\xd0\x87YJ\x0f\xdf\xec\xae\x0c" "b\x0a"
	  "\x01\x1d\xea\xbb" "5\x00\x00"),
	  "", true },
	/* 7z with an encrypted file, names plain */
	{ "7z", STR_INIT("7z\xbc\xaf'\x1c\x00\x04\x11\xae" "aC\x10\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00" "b\x00\x00\x00\x00\x00\x00\x00\xe9\xbb\x9b" "B>\xf2"
	  "\x93\x94\x9d#\xb1\xe5\?\xa7\x86\xbf\x00*H\xe6\x01\x04\x06\x00"
	  "\x01\x09\x10\x00\x07\x0b\x01\x00\x02$\x06\xf1\x07\x01\x12S"
	  "\x0f\x00\xd7\x9a!x\xe8\xd6\x15\xf4wg,\xe6\xf8\xa8\xbf!!\x01"
	  "\x00\x01\x00\x0c\x0a\x06\x00\x08\x0a\x01 0:6\x00\x00\x05\x01"
	  "\x19\x01\x00\x11\x0d\x00" "a\x00.\x00" "e\x00x\x00" "e\x00"
	  "\x00\x00\x14\x0a\x01\x00\x9d\x89`\x11\xa5z\xdd\x01\x15\x06"
	  "\x01\x00 \x80\xa4\x81\x00\x00"),
	  "", true },
	/* 7z */
	{ "7z", STR_INIT("7z\xbc\xaf'\x1c\x00\x04\x0c\xb7\xad\x1f\x0a\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00R\x00\x00\x00\x00\x00\x00\x00nX6\xe4\x01\x00\x05h"
	  "ello\x0a\x00\x01\x04\x06\x00\x01\x09\x0a\x00\x07\x0b\x01\x00"
	  "\x01!!\x01\x00\x0c\x06\x00\x08\x0a\x01 0:6\x00\x00\x05\x01"
	  "\x19\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11"
	  "\x0d\x00" "a\x00.\x00" "e\x00x\x00" "e\x00\x00\x00\x14\x0a"
	  "\x01\x00\x9d\x89`\x11\xa5z\xdd\x01\x15\x06\x01\x00 \x80\xa4"
	  "\x81\x00\x00"),
	  "", false },
	/* PDF: the trailer, a table in a stream, odd but valid, and none */
	{ "pdf", STR_INIT("%PDF-1.4\n1 0 obj\n<</A/B>>\nendobj\ntrailer\n"
	  "<< /Size 9 /Encrypt 8 0 R /ID [<00><00>] >>\n%%EOF\n"),
	  "", true },
	{ "pdf", STR_INIT("%PDF-1.7\n7 0 obj <</Type/XRef/Encrypt 6\r\n0 R"
	  "/W[1 2 1]>>stream\nx/y\0/\nendstream"), "", true },
	{ "pdf", STR_INIT("%PDF-1.4\ntrailer<</#45ncryp#74<</V 4>>>>"),
	  "", true },
	{ "pdf", STR_INIT("%PDF-1.4 /EncryptMetadata 8 0 R /Encrypt null "
	  "/Encrypt 8 /Encrypt 8 0 /encrypt 8 0 R /Encrypt80R /#4xncrypt 8 "
	  "0 R /Encrypted 8 0 R /"), "", false },
	{ "pdf", STR_INIT("%PDF-1.4 /Encrypt 8 0"), "", false },
	{ "pdf", STR_INIT("/#45"), "", false },
	/* ZIP, encrypted; both headers */
	{ "zip", STR_INIT("PK\x03\x04\x0a\x00\x09\x00\x00\x00\xee\x89v] 0:6"
	  "\x12\x00\x00"
	  "\x00\x06\x00\x00\x00\x05\x00\x1c\x00" "a.exeUT\x09\x00\x03/#"
	  "\x03k/#\x03kux\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00"
	  "\x00\x00[r\xa1\xca\xa2\x8f\xb3\xc5\xd8<\xb7\xf1" "e\x04\x9aY"
	  "\xf6\x17PK\x07\x08 0:6\x12\x00\x00\x00\x06\x00\x00\x00PK\x01"
	  "\x02\x1e\x03\x0a\x00\x09\x00\x00\x00\xee\x89v] 0:6\x12\x00"
	  "\x00\x00\x06\x00\x00\x00\x05\x00\x18\x00\x00\x00\x00\x00\x01"
	  "\x00\x00\x00\xa4\x81\x00\x00\x00\x00" "a.exeUT\x05\x00\x03/#"
	  "\x03kux\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00PK"
	  "\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00K\x00\x00\x00" "a\x00"
	  "\x00\x00\x00\x00"),
	  "a.exe|a.exe", true },
	/* RAR 4 */
	{ "rar", STR_INIT("Rar!\x1a\x07\x00\x00\x00s\x00\x00\x0d\x00\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00t\x00\x00%\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x1d" "0\x05\x00 \x00\x00"
	  "\x00" "a.exe"),
	  "a.exe", false },
	{ "rar", STR_INIT("Rar!\x1a\x07\x00\x00\x00s\x00\x00\x0d\x00\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00t\x04\x00%\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x1d" "0\x05\x00 \x00\x00"
	  "\x00" "a.exe"),
	  "a.exe", true },
	{ "rar", STR_INIT("Rar!\x1a\x07\x00\x00\x00s\x80\x00\x0d\x00\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00t\x00\x00%\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x1d" "0\x05\x00 \x00\x00"
	  "\x00xxxxx"),
	  "", true },
	{ "rar", STR_INIT("Rar!\x1a\x07\x00\x00\x00s\x00\x00\x0d\x00\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00t\x00\x00%\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x1d" "0\x05\x00 \x00\x00"
	  "\x00" "ab\x00xx"),
	  "ab", false },
	/* RAR 5 */
	{ "rar", STR_INIT("Rar!\x1a\x07\x01\x00\x00\x00\x00\x00\x03\x01\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x12\x02\x02\x00\x04\x05 \x00\x00\x00\x00\x00\x01\x05"
	  "a.exe"),
	  "a.exe", false },
	{ "rar", STR_INIT("Rar!\x1a\x07\x01\x00\x00\x00\x00\x00\x03\x01\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x17\x02\x03\x04\x00\x04\x05 \x00\x00\x00\x00\x00\x01"
	  "\x05" "a.exe\x03\x01\x00\x00"),
	  "a.exe", true },
	{ "rar", STR_INIT("Rar!\x1a\x07\x01\x00\x00\x00\x00\x00\x15\x04\x00"
	  "\x00\x00\x0fs"
	  "sssssssssssssss"),
	  "", true },
	/* gzip */
	{ "gzip", STR_INIT("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03" "a.exe"
	  "\x00zz"),
	  "a.exe", false },
	{ "gzip", STR_INIT("\x1f\x8b\x08\x0c\x00\x00\x00\x00\x00\x03\x02\x00"
	  "xya.exe\x00zz"),
	  "a.exe", false },
	{ "gzip", STR_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03zzzz"),
	  "", false },
	/* tar */
	{ "tar", STR_INIT("d/a.exe\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00"
	  "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	  "\x00\x00\x00\x00\x00" "0000644"),
	  "d/a.exe", false },
	/* cut off, and not what they say */
	{ "7z", STR_INIT("7z\xbc\xaf\x27\x1c"), "", false },
	{ "7z", STR_INIT("7z\xbc\xaf\x27\x1c" "0123456789012345678901234567"),
	  "", false },
	{ "rar", STR_INIT("Rar!\x1a\x07\0"), "", false },
	{ "rar", STR_INIT("Rar!\x1a\x07\x01\0\0\0\0\0"
	  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01"), "", false },
	{ "gzip", STR_INIT("\x1f\x8b\x08\x0c\0\0\0\0\0\x03\xff\xff"),
	  "", false },
	{ "zip", STR_INIT("PK\3\4PKPKP"), "", false },
};

struct told {
	struct buf	names;
	unsigned	count;
};

static void
tell(void *ctx, struct str name)
{
	struct told *told = ctx;

	ck_assert_uint_gt(name.len, 0);
	if (told->count++ > 0)
		buf_addc(&told->names, '|');
	buf_add(&told->names, name);
}

static const size_t pieces[] = { 1, 2, 3, 31, 512, 65535 };

static bool
read_all(enum archive_format format, struct str octets, size_t piece,
    struct told *told)
{
	struct archive *archive = malloc(sizeof(*archive));
	bool encrypted;

	archive_begin(archive, format, tell, told);
	while (octets.len > 0 && archive_read(archive,
	    str_slice(octets, 0, piece)))
		octets = str_skip(octets, piece);
	archive_end(archive);
	encrypted = archive->encrypted;
	free(archive);
	return encrypted;
}

START_TEST(names_are_read)
{
	struct arena *arena = arena_new();

	for (int i = 0; i < TEST_COUNT(pieces); i++) {
		struct told told = { .count = 0 };

		buf_init(&told.names, arena, SIZE_MAX);
		ck_assert_int_eq(read_all(archive_format(samples[_i].format),
		    samples[_i].octets, pieces[i], &told),
		    samples[_i].encrypted);
		assert_str(buf_str(&told.names), samples[_i].names);
	}
	arena_free(arena);
}
END_TEST

/* Headers at any place, also across the buffer's end. */
START_TEST(zip_headers_are_found_anywhere)
{
	struct arena *arena = arena_new();
	struct str zip = mime_zip(arena, STR("d/,a.exe,b\\,c.txt"), 0);
	struct told told = { .count = 0 };
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (int i = 0; i < _i; i++)
		buf_addc(&out, "PKx\3"[i % 4]);
	buf_add(&out, zip);
	buf_init(&told.names, arena, SIZE_MAX);
	ck_assert(!read_all(ARCHIVE_ZIP, buf_str(&out), 65535, &told));
	assert_str(buf_str(&told.names), "a.exe|c.txt|a.exe|c.txt");
	arena_free(arena);
}
END_TEST

/* A name that lies about its length hides no other header. */
START_TEST(zip_headers_may_be_within_each_other)
{
	struct arena *arena = arena_new();
	struct told told = { .count = 0 };
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_add(&out, str_make("PK\3\4\x14\0\0\0\0\0" "0123456789ab"
	    "0123\x64\0\0\0", 30));
	buf_add(&out, mime_zip(arena, STR("a.exe,b.txt"), 1));
	buf_init(&told.names, arena, SIZE_MAX);
	ck_assert(read_all(ARCHIVE_ZIP, buf_str(&out), 65535, &told));
	ck_assert_uint_eq(told.count, 5);
	arena_free(arena);
}
END_TEST

START_TEST(longest_zip_name)
{
	struct arena *arena = arena_new();
	struct told told = { .count = 0 };
	struct buf name;

	buf_init(&name, arena, SIZE_MAX);
	for (int i = 0; i < LIMIT_ARCHIVE_NAME_OCTETS + _i; i++)
		buf_addc(&name, 'n');
	buf_init(&told.names, arena, SIZE_MAX);
	read_all(ARCHIVE_ZIP, mime_zip(arena, buf_str(&name), 0), 1000, &told);
	ck_assert_uint_eq(told.count, _i == 0 ? 2 : 0);
	arena_free(arena);
}
END_TEST

START_TEST(names_are_text)
{
	struct arena *arena = arena_new();

	assert_str(archive_name_text(arena, STR("\xc3\xa4.exe")),
	    "\xc3\xa4.exe");
	assert_str(archive_name_text(arena, STR("\x84.exe")), "\xc3\xa4.exe");
	assert_str(archive_name_text(arena, STR("a\0b")), "a\xef\xbf\xbd" "b");
	arena_free(arena);
}
END_TEST

TCase *
archive_cases(void)
{
	TCase *cases = tcase_create("archive");

	tcase_add_loop_test(cases, names_are_read, 0, TEST_COUNT(samples));
	tcase_add_loop_test(cases, zip_headers_are_found_anywhere, 6800, 7300);
	tcase_add_test(cases, zip_headers_may_be_within_each_other);
	tcase_add_loop_test(cases, longest_zip_name, 0, 2);
	tcase_add_test(cases, names_are_text);
	return cases;
}
