#include "base/pattern.h"

#include "base_test.h"

static const struct {
	const char *pattern, *address;
	bool matches;
} matches[] = {
	{ "*", "user@example.com", true },
	{ "*", "", true },
	{ "example.com", "user@example.com", true },
	{ "example.com", "user@Example.COM.", true },
	{ "example.com", "user@sub.example.com", false },
	{ "example.com", "example.com", false },
	{ "@example.com", "user@example.com", true },
	{ "@example.com", "user@notexample.com", false },
	{ ".example.com", "user@sub.example.com", true },
	{ ".example.com", "user@a.b.example.com", true },
	{ ".example.com", "user@example.com", false },
	{ ".example.com", "user@badexample.com", false },
	{ "user@example.com", "USER@example.com", true },
	{ "user@example.com", "user@example.net", false },
	{ "user@example.com", "other@example.com", false },
	{ "user@", "user@example.net", true },
	{ "user@", "user2@example.net", false },
	{ "\"a@b\"@example.com", "\"a@b\"@example.com", true },
	{ "", "user@example.com", false },
	{ "example.com", "", false },
	{ "example.com", "user@", false },
};

START_TEST(pattern_and_address)
{
	ck_assert_int_eq(pattern_matches(str_from(matches[_i].pattern),
	    str_from(matches[_i].address)), matches[_i].matches);
}
END_TEST

static const struct {
	const char *pattern;
	bool right;
} written[] = {
	{ "*", true }, { "example.com", true }, { "@example.com", true },
	{ ".example.com", true }, { "user@example.com", true },
	{ "user@", true }, { "b\xc3\xbc" "cher.example", true },
	{ "", false }, { "@", false }, { ".", false }, { "@.example.com",
	false }, { "user@.example.com", false }, { "exa mple.com", false },
	{ "-x.example", false }, { "a..example", false },
};

START_TEST(pattern_as_written)
{
	ck_assert_int_eq(pattern_wrong(str_from(written[_i].pattern)) == NULL,
	    written[_i].right);
}
END_TEST

START_TEST(pattern_of_several)
{
	static const char *const some[] = { "example.net", "user@" };

	ck_assert(pattern_any(some, 2, STR("a@example.net")));
	ck_assert(pattern_any(some, 2, STR("user@example.com")));
	ck_assert(!pattern_any(some, 2, STR("a@example.com")));
	ck_assert(!pattern_any(some, 0, STR("a@example.net")));
}
END_TEST

TCase *
pattern_tests(void)
{
	TCase *tc = tcase_create("pattern");

	tcase_add_loop_test(tc, pattern_and_address, 0, TEST_COUNT(matches));
	tcase_add_loop_test(tc, pattern_as_written, 0, TEST_COUNT(written));
	tcase_add_test(tc, pattern_of_several);
	return tc;
}
