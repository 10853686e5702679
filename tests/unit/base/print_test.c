#include "base/print.h"

#include <stdlib.h>

#include "tests/unit/base/base_test.h"

static char *text;
static size_t text_len;
static FILE *out;

static void
set_up(void)
{
	out = open_memstream(&text, &text_len);
}

static void
tear_down(void)
{
	fclose(out);
	free(text);
}

static const char *
printed(void)
{
	fputc('\0', out);
	fflush(out);
	rewind(out);
	return text;
}

static const struct {
	const char *text, *safe, *html;
} prints[] = {
	{ "", "", "" },
	{ "plain", "plain", "plain" },
	{ "a\tb\nc\x1b[31m\x7f", "a b?c?[31m?", "a b?c?[31m?" },
	{ "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
	  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80" },
	/* C1, directions, separators, a byte order mark; no UTF-8. */
	{ "\xc2\x9b" "31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xef\xbb\xbf",
	  "?31m????", "?31m????" },
	/* A soft hyphen, a blank of no width, a joiner, a filler, a tag. */
	{ "a\xc2\xad\xe2\x80\x8b\xe2\x81\xa0\xe3\x85\xa4\xf3\xa0\x81\x81z",
	  "a?????z", "a?????z" },
	{ "\xff\xc3.", "??.", "??." },
	{ "<a href='x'>&\"", "<a href='x'>&\"",
	  "&lt;a href=&#39;x&#39;&gt;&amp;&quot;" },
};

START_TEST(printed_safely)
{
	print_safe(out, str_from(prints[_i].text));
	ck_assert_str_eq(printed(), prints[_i].safe);
	print_html(out, str_from(prints[_i].text));
	ck_assert_str_eq(printed(), prints[_i].html);
}
END_TEST

static const struct {
	const char	*text;
	size_t		 width;
	int		 column;
	const char	*printed;
} columns[] = {
	{ "", 0, 3, "-  " }, { "ab", 2, 4, "ab  " }, { "abcd", 4, 2, "ab" },
	{ "abcd", 4, 0, "abcd" }, { "a\x1b\xff", 3, 4, "a?? " },
	/* Letters with marks of their own, and as two characters. */
	{ "\xc3\xa4z", 2, 3, "\xc3\xa4z " },
	{ "a\xcc\x88z", 2, 3, "a\xcc\x88z " },
	{ "a\xcc\x88z", 2, 1, "a\xcc\x88" },
	/* Two columns each: what does not fit whole is left out. */
	{ "\xe6\x97\xa5\xe6\x9c\xac", 4, 5,
	  "\xe6\x97\xa5\xe6\x9c\xac " },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 4, 3, "\xe6\x97\xa5 " },
	{ "\xed\x95\x9c\xef\xbc\xa1\xf0\x9f\x98\x80", 6, 6,
	  "\xed\x95\x9c\xef\xbc\xa1\xf0\x9f\x98\x80" },
};

START_TEST(columns_of_a_terminal)
{
	struct str whole = str_from(columns[_i].text);

	ck_assert_uint_eq(print_width(whole), columns[_i].width);
	print_column(out, whole, columns[_i].column);
	ck_assert_str_eq(printed(), columns[_i].printed);
}
END_TEST

TCase *
print_tests(void)
{
	TCase *cases = tcase_create("print");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, printed_safely, 0, TEST_COUNT(prints));
	tcase_add_loop_test(cases, columns_of_a_terminal, 0,
	    TEST_COUNT(columns));
	return cases;
}
