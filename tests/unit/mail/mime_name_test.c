#include "tests/unit/mail/mail_test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/mime_value.h"

#define MARK "\xef\xbf\xbd"
#define AE "\xc3\xa4"

/* What a name may be read as, "|" between. */
static const struct {
	struct str field;
	const char *names;
} names[] = {
	{ STR_INIT(" attachment; filename=a.pdf"), "a.pdf" },
	{ STR_INIT(" attachment; filename=\"a b.pdf\""), "a b.pdf" },
	{ STR_INIT(" attachment; FileName = \"a.pdf\" ; x=y"), "a.pdf" },
	{ STR_INIT(" attachment"), "" },
	{ STR_INIT(" attachment; filename="), "" },
	{ STR_INIT(" attachment; filename=\"\""), "" },
	/* sloppy: no quotes, no end, no semicolon, folds, backslashes */
	{ STR_INIT(" attachment; filename=a b.pdf ; x=y"), "a b.pdf" },
	{ STR_INIT(" attachment; filename=a (1).pdf"), "a (1).pdf" },
	{ STR_INIT(" attachment; filename=a.pdf (a comment)"),
	  "a.pdf (a comment)|a.pdf" },
	{ STR_INIT(" attachment; filename=\"a.pdf"), "a.pdf" },
	{ STR_INIT(" attachment filename=\"a.pdf\""), "a.pdf" },
	{ STR_INIT(" attachment; size=1 filename=a.pdf"), "" },
	{ STR_INIT(" attachment;;; ; filename=a.pdf;"), "a.pdf" },
	{ STR_INIT(" attachment;\r\n\tfilename=\"a\r\n b.pdf\""), "a b.pdf" },
	{ STR_INIT(" attachment; filename=\"C:\\tmp\\a.pdf\""),
	  "C:\\tmp\\a.pdf" },
	{ STR_INIT(" attachment; filename=\"a\\\"b\\\\c.pdf\""),
	  "a\"b\\c.pdf" },
	{ STR_INIT(" attachment; filename=\"a.txt\".exe"), "a.txt" },
	{ STR_INIT(" attachment; (filename=a) filename=(x)b.pdf"), "b.pdf" },
	{ STR_INIT(" attachment; (filename=a.pdf"), "a.pdf" },
	/* RFC 2047, in quotes and without */
	{ STR_INIT(" attachment; filename=\"=?utf-8?Q?=C3=A4.pdf?=\""),
	  AE ".pdf" },
	{ STR_INIT(" attachment; filename==?iso-8859-1?B?5C5wZGY=?="),
	  AE ".pdf" },
	{ STR_INIT(" attachment; filename=\"=?utf-8?B?w6Q=?=\r\n"
	  " =?utf-8?B?LmV4ZQ==?=\""), AE ".exe" },
	{ STR_INIT(" attachment; filename=\"=?utf-8?Q?a=00.exe?=\""),
	  "a" MARK ".exe" },
	/* RFC 2231 section 4.1 */
	{ STR_INIT(" attachment; filename*=UTF-8''%c3%A4%20b.pdf"),
	  AE " b.pdf" },
	{ STR_INIT(" attachment; filename*=iso-8859-1'en'%E4.pdf"),
	  AE ".pdf" },
	{ STR_INIT(" attachment; filename*=''a.pdf"), "a.pdf" },
	{ STR_INIT(" attachment; filename*=a%2epdf"), "a.pdf" },
	{ STR_INIT(" attachment; filename*=x-unknown''a%E4.pdf"),
	  "a" MARK ".pdf" },
	{ STR_INIT(" attachment; filename*=\"utf-8''a%20b.pdf\""), "a b.pdf" },
	{ STR_INIT(" attachment; filename*=utf-8''a%zz%4"), "a%zz%4" },
	/* section 3 */
	{ STR_INIT(" attachment; filename*0=a; filename*1=\"b.\";\r\n"
	  " filename*2=pdf"), "ab.pdf" },
	{ STR_INIT(" attachment; filename*2=pdf; filename*0=a; filename*1=b."),
	  "ab.pdf" },
	{ STR_INIT(" attachment; filename*0=a; filename*2=.pdf"), "a.pdf" },
	{ STR_INIT(" attachment; filename*1=a; filename*10=c; filename*9=b"),
	  "abc" },
	/* section 4.1: both */
	{ STR_INIT(" attachment; filename*0*=utf-8''%c3; filename*1*=%a4%2e;"
	  " filename*2=p%64f"), AE ".p%64f" },
	{ STR_INIT(" attachment; filename*0=\"=?utf-8?Q?=C3=A4.\";"
	  " filename*1=\"pdf?=\""), AE ".pdf" },
	{ STR_INIT(" attachment; filename*99999999999999999999=a"), "a" },
	/* several: all of them, the most likely one first */
	{ STR_INIT(" attachment; filename=a.txt; filename*=utf-8''a.exe"),
	  "a.exe|a.txt" },
	{ STR_INIT(" attachment; filename=a.txt; filename=b.exe"),
	  "a.txt|b.exe" },
	{ STR_INIT(" attachment; filename=a; filename*=''b; filename*0=c;"
	  " filename=d; filename=e; filename=f"), "b|c|a|d" },
	{ STR_INIT(" attachment; filename=a; filename*=''a; filename*0=a"),
	  "a" },
	/* octets */
	{ STR_INIT(" attachment; filename=\"" AE ".pdf\""), AE ".pdf" },
	{ STR_INIT(" attachment; filename=\"\xe4.pdf\""), MARK ".pdf" },
	{ STR_INIT(" attachment; filename=\"a.exe\0.txt\""),
	  "a.exe" MARK ".txt" },
	{ STR_INIT(" attachment; filename=\" a.exe . \""), "a.exe ." },
};

START_TEST(names_are_decoded)
{
	struct arena *arena = arena_new();
	struct str texts[4];
	size_t count = 0;
	struct mime_value value;
	struct buf out;

	mime_value_parse(arena, names[_i].field, &value);
	assert_str(value.text, "attachment");
	mime_value_texts(arena, &value, STR("filename"), texts, 4, &count);
	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(&out, '|');
		buf_add(&out, texts[i]);
	}
	assert_str(buf_str(&out), names[_i].names);
	arena_free(arena);
}
END_TEST

/* The end of a name says what it is; characters stay whole. */
START_TEST(long_names_keep_their_end)
{
	struct arena *arena = arena_new();
	struct mime_value value;
	struct str text;
	size_t count = 0;
	struct buf field;

	buf_init(&field, arena, SIZE_MAX);
	buf_addz(&field, "attachment; filename=\"");
	for (int i = 0; i < 300; i++)
		buf_addz(&field, AE);
	buf_addz(&field, ".exe\"");
	mime_value_parse(arena, buf_str(&field), &value);
	mime_value_texts(arena, &value, STR("filename"), &text, 1, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(text.len, 254);
	ck_assert_uint_le(text.len, LIMIT_MIME_NAME_OCTETS);
	ck_assert(str_is_utf8(text));
	assert_str(str_skip(text, text.len - 6), AE ".exe");
	arena_free(arena);
}
END_TEST

START_TEST(many_parameters_are_passed_over)
{
	struct arena *arena = arena_new();
	struct mime_value value;
	struct buf field;

	buf_init(&field, arena, SIZE_MAX);
	buf_addz(&field, "text/plain");
	for (int i = 0; i < 1000; i++)
		buf_printf(&field, "; name*%d=x", i);
	mime_value_parse(arena, buf_str(&field), &value);
	ck_assert_uint_eq(value.parameters.count, LIMIT_MIME_PARAMETERS);
	arena_free(arena);
}
END_TEST

TCase *
mime_name_cases(void)
{
	TCase *cases = tcase_create("mime_name");

	tcase_add_loop_test(cases, names_are_decoded, 0, TEST_COUNT(names));
	tcase_add_test(cases, long_names_keep_their_end);
	tcase_add_test(cases, many_parameters_are_passed_over);
	return cases;
}
