#include <string.h>

#include "action/reply.h"
#include "base/limits.h"
#include "tests/unit/action/action_test.h"

static const struct {
	unsigned code;
	const char *enhanced;
	bool fits;
} codes[] = {
	{ 550, "5.7.1", true }, { 451, "4.4.3", true },
	{ 550, "5.7.23", true }, { 550, "5.999.999", true },
	{ 250, "2.0.0", true },
	{ 550, "4.7.1", false }, { 451, "5.7.1", false },
	{ 550, "5.7", false }, { 550, "5.7.1.1", false },
	{ 550, "5.7.", false }, { 550, "5..1", false }, { 550, "", false },
	{ 550, "5.7.1000", false }, { 550, "5.07.1", false },
	{ 550, "55.7.1", false }, { 550, "5.7.1 ", false },
	{ 550, "5.7.x", false }, { 350, "3.7.1", false },
};

START_TEST(enhanced_codes)
{
	ck_assert_int_eq(reply_enhanced_fits(codes[_i].code,
	    str_from(codes[_i].enhanced)), codes[_i].fits);
}
END_TEST

static const struct {
	struct str text;
	const char *printed;
} texts[] = {
	{ STR_INIT("go away"), "go away" },
	{ STR_INIT("a\r\n250 ok"), "a??250 ok" },
	{ STR_INIT("a\0b\x7f"), "a?b?" },
	{ STR_INIT("gr\xc3\xbc\xc3\x9f"), "gr????" },
	{ STR_INIT("100% %s"), "100% %s" },
	{ STR_INIT("  x \r\n"), "x" },
};

START_TEST(texts_are_one_line)
{
	struct arena *arena = arena_new();

	assert_str(reply_text(arena, texts[_i].text), texts[_i].printed);
	arena_free(arena);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	static char big[65536];
	struct arena *arena = arena_new();
	struct str text;

	memset(big, 'a', sizeof(big));
	text = reply_text(arena, str_make(big, sizeof(big)));
	ck_assert_uint_eq(text.len, LIMIT_REPLY_TEXT_OCTETS);
	ck_assert(str_ends_nocase(text, STR("aaa...")));
	arena_free(arena);
}
END_TEST

static const struct {
	enum action action;
	unsigned code;
	const char *enhanced, *text;
	unsigned got_code;
	const char *got_enhanced, *got_text;
} replies[] = {
	{ ACTION_REJECT, 554, "5.7.20", "no", 554, "5.7.20", "no" },
	{ ACTION_REJECT, 0, "", "", 550, "5.7.1", "refused by policy" },
	{ ACTION_REJECT, 451, "4.7.1", "no", 550, "5.7.1", "no" },
	{ ACTION_REJECT, 550, "4.7.1", "no", 550, "5.7.1", "no" },
	{ ACTION_REJECT, 250, "2.0.0", "no", 550, "5.7.1", "no" },
	{ ACTION_REJECT, 5500, "5.7.1", "no", 550, "5.7.1", "no" },
	{ ACTION_TEMPFAIL, 421, "4.3.2", "no", 421, "4.3.2", "no" },
	{ ACTION_TEMPFAIL, 550, "5.7.1", " ", 451, "4.7.1",
	  "try again later" },
};

START_TEST(replies_agree_with_the_action)
{
	struct arena *arena = arena_new();
	struct reply reply = reply_make(arena, replies[_i].action,
	    replies[_i].code, str_from(replies[_i].enhanced),
	    str_from(replies[_i].text));

	ck_assert_uint_eq(reply.code, replies[_i].got_code);
	assert_str(reply.enhanced, replies[_i].got_enhanced);
	assert_str(reply.text, replies[_i].got_text);
	arena_free(arena);
}
END_TEST

TCase *
reply_cases(void)
{
	TCase *tc = tcase_create("reply");

	tcase_add_loop_test(tc, enhanced_codes, 0, TEST_COUNT(codes));
	tcase_add_loop_test(tc, texts_are_one_line, 0, TEST_COUNT(texts));
	tcase_add_test(tc, a_long_text_is_cut);
	tcase_add_loop_test(tc, replies_agree_with_the_action, 0,
	    TEST_COUNT(replies));
	return tc;
}
