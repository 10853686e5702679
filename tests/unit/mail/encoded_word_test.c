#include "tests/unit/mail/mail_test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

#define MARK "\xef\xbf\xbd"

static const struct {
	struct str value;
	const char *text;
} words[] = {
	{ STR_INIT(""), "" }, { STR_INIT(" plain\r\n text "), "plain text" },
	{ STR_INIT("=?utf-8?Q?a=C3=A4_b?="), "a\xc3\xa4 b" },
	{ STR_INIT("=?UTF-8?q?=c3=a4=3F_=5F?="), "\xc3\xa4? _" },
	{ STR_INIT("=?utf-8?B?w6TDtg==?="), "\xc3\xa4\xc3\xb6" },
	{ STR_INIT("=?utf-8?b?w6TDtg?="), "\xc3\xa4\xc3\xb6" },
	/* RFC 2047 section 8 */
	{ STR_INIT("(=?ISO-8859-1?Q?a?=)"), "(a)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a?= b)"), "(a b)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)"), "(ab)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a?=\r\n =?ISO-8859-1?Q?b?=)"), "(ab)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a_b?=)"), "(a b)" },
	{ STR_INIT("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)" },
	{ STR_INIT("=?ISO-8859-1?Q?Andr=E9?= Pirard"),
	  "Andr\xc3\xa9 Pirard" },
	/* a character cut in two */
	{ STR_INIT("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?="), "\xc3\xa4" },
	{ STR_INIT("=?utf-8?B?ww==?= =?UTF-8?Q?=A4?="), "\xc3\xa4" },
	{ STR_INIT("=?utf-8?Q?=C3?= =?iso-8859-1?Q?=A4?="), MARK "\xc2\xa4" },
	/* where mail programs decode and the RFC does not */
	{ STR_INIT("a=?utf-8?Q?b?=c"), "abc" },
	{ STR_INIT("\"=?utf-8?Q?b?=\" <x@b.example>"), "\"b\" <x@b.example>" },
	{ STR_INIT("=?utf-8?Q?Ann Example?="), "Ann Example" },
	{ STR_INIT("=?utf-8?Q?" "?="), "" },
	{ STR_INIT("=?utf-8?B?w6T*#Dtg==?="), "\xc3\xa4\xc3\xb6" },
	{ STR_INIT("=?utf-8?B?w6TDtgA?="), "\xc3\xa4\xc3\xb6" MARK },
	{ STR_INIT("=?utf-8?B?YQ?= =?utf-8?B?Yg==?="), "ab" },
	{ STR_INIT("=?utf-8?Q?100=_=zz_=4?="), "100= =zz =4" },
	/* RFC 2231 section 5 */
	{ STR_INIT("=?utf-8*en-GB?Q?colour?="), "colour" },
	/* not words */
	{ STR_INIT("=?utf-8?Q?a"), "=?utf-8?Q?a" },
	{ STR_INIT("=?utf-8?Q?"), "=?utf-8?Q?" },
	{ STR_INIT("=?utf-8?"), "=?utf-8?" }, { STR_INIT("=?"), "=?" },
	{ STR_INIT("=?" "?Q?a?="), "=?" "?Q?a?=" },
	{ STR_INIT("=?utf-8?X?a?="), "=?utf-8?X?a?=" },
	{ STR_INIT("=?utf-8?X?=?utf-8?Q?a?="), "=?utf-8?X?a" },
	{ STR_INIT("=?=?utf-8?Q?a?="), "=?a" },
	{ STR_INIT("2 =? 3 ?= 4"), "2 =? 3 ?= 4" },
	/* sets */
	{ STR_INIT("=?iso-8859-1?Q?=80=A4?="), "\xe2\x82\xac\xc2\xa4" },
	{ STR_INIT("=?Windows-1251?B?z/Do4uXy?="),
	  "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
	{ STR_INIT("=?koi8-r?B?8NLJ18XU?="),
	  "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
	{ STR_INIT("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?="),
	  "\xe6\x97\xa5\xe6\x9c\xac" },
	{ STR_INIT("=?Shift_JIS?B?k/qWew==?="), "\xe6\x97\xa5\xe6\x9c\xac" },
	{ STR_INIT("=?gb2312?B?1tDOxA==?="), "\xe4\xb8\xad\xe6\x96\x87" },
	{ STR_INIT("=?big5?B?pKSk5Q==?="), "\xe4\xb8\xad\xe6\x96\x87" },
	{ STR_INIT("=?ks_c_5601-1987?B?x9Gx2w==?="),
	  "\xed\x95\x9c\xea\xb8\x80" },
	{ STR_INIT("=?utf-7?Q?+AOQ-?="), "\xc3\xa4" },
	{ STR_INIT("=?utf-16le?B?YQBiAA==?="), "ab" },
	{ STR_INIT("=?gb18030?Q?=FF=41?="), MARK "A" },
	/* sets that nobody knows */
	{ STR_INIT("=?x-none?Q?a=FFb?="), "a" MARK "b" },
	{ STR_INIT("=?../../etc/passwd?Q?ab?="), "ab" },
	{ STR_INIT("=?LMBCS-1?Q?a=FF?="), "a" MARK },
	{ STR_INIT("=?\xff\xfe?Q?a?="), "a" },
	{ STR_INIT("=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaa?Q?b?="),
	  "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaaaaaaaaaaaaaaaa?Q?b?=" },
	/* raw octets, controls */
	{ STR_INIT("\xc3\xa4 \xe4 \xc3"), "\xc3\xa4 " MARK " " MARK },
	{ STR_INIT("a\0b\x01\x7f"), "a" MARK "b" MARK MARK },
	{ STR_INIT("=?utf-8?Q?a=00b=0D=0AX:_c=09=C2=85?="),
	  "a" MARK "b  X: c " MARK },
	{ STR_INIT("=?iso-8859-15?Q?=81=1B?="), MARK MARK },
	{ STR_INIT("=?utf-8?Q?=ED=A0=80?="), MARK MARK MARK },
};

START_TEST(words_are_decoded)
{
	struct arena *arena = arena_new();

	assert_str(encoded_word_decode(arena, words[_i].value),
	    words[_i].text);
	arena_free(arena);
}
END_TEST

START_TEST(text_is_cut)
{
	struct arena *arena = arena_new();
	struct buf long_text;
	struct str text;

	buf_init(&long_text, arena, SIZE_MAX);
	for (size_t i = 0; i < LIMIT_DECODED_OCTETS; i++)
		buf_addz(&long_text, "=?");
	text = encoded_word_decode(arena, buf_str(&long_text));
	ck_assert_uint_eq(text.len, LIMIT_DECODED_OCTETS);
	arena_free(arena);
}
END_TEST

START_TEST(sets_are_known_or_not)
{
	struct arena *arena = arena_new();
	struct buf out;

	buf_init(&out, arena, 100);
	ck_assert(charset_add(&out, STR(""), STR("a")));
	ck_assert(charset_add(&out, STR("Latin1"), STR("\xe4")));
	ck_assert(charset_add(&out, STR("cp1252"), STR("\x80")));
	ck_assert(!charset_add(&out, STR("x-unknown"), STR("b\xe4")));
	ck_assert(!charset_add(&out, STR("utf-8\0"), STR("c")));
	assert_str(buf_str(&out), "a\xc3\xa4\xe2\x82\xac" "b" MARK "c");
	arena_free(arena);
}
END_TEST

TCase *
encoded_word_cases(void)
{
	TCase *tc = tcase_create("encoded words");

	tcase_add_loop_test(tc, words_are_decoded, 0, TEST_COUNT(words));
	tcase_add_test(tc, text_is_cut);
	tcase_add_test(tc, sets_are_known_or_not);
	return tc;
}
