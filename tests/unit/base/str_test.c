#include "base/str.h"

#include <string.h>

#include "base/buf.h"
#include "base/packed.h"

#include "base_test.h"

START_TEST(str_next_splits)
{
	struct str rest = STR("a,,b"), piece;

	ck_assert(str_next(&rest, ',', &piece));
	assert_str(piece, "a");
	ck_assert(str_next(&rest, ',', &piece));
	assert_str(piece, "");
	ck_assert(str_next(&rest, ',', &piece));
	assert_str(piece, "b");
	ck_assert(!str_next(&rest, ',', &piece));
}
END_TEST

static const struct {
	const char *text;
	uint64_t max;
	bool ok;
	uint64_t value;
} numbers[] = {
	{ "0", 10, true, 0 }, { "10", 10, true, 10 }, { "11", 10, false, 0 },
	{ "", 10, false, 0 }, { "-1", 10, false, 0 }, { "1x", 99, false, 0 },
	{ "9", 5, false, 0 }, { "007", 7, true, 7 },
	{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, false, 0 },
};

START_TEST(str_reads_numbers)
{
	uint64_t value = 0;

	ck_assert_int_eq(str_to_uint(str_from(numbers[_i].text),
	    numbers[_i].max, &value), numbers[_i].ok);
	if (numbers[_i].ok)
		ck_assert_uint_eq(value, numbers[_i].value);
}
END_TEST

START_TEST(str_knows_utf8)
{
	ck_assert(str_is_utf8(STR("gr\xc3\xbc\xc3\x9f")));
	ck_assert(str_is_utf8(STR("\xf0\x9f\x98\x80")));
	ck_assert(!str_is_utf8(STR("\xc0\xaf")));	/* overlong */
	ck_assert(!str_is_utf8(STR("\xed\xa0\x80")));	/* a surrogate */
	ck_assert(!str_is_utf8(STR("\xe2\x82")));	/* cut short */
	ck_assert(!str_is_utf8(STR("\xf4\x90\x80\x80")));
	ck_assert(!str_is_utf8(str_make("a\0b", 3)));
}
END_TEST

/* Of every length, with each octet in turn another one. */
START_TEST(texts_are_equal_but_for_case)
{
	char a[20], b[20];

	for (size_t len = 0; len <= sizeof(a); len++)
		for (size_t at = 0; at < len; at++) {
			memset(a, 'q', sizeof(a));
			memset(b, 'Q', sizeof(b));
			ck_assert(str_eq_nocase(str_make(a, len),
			    str_make(b, len)));
			b[at] = 'r';
			ck_assert(!str_eq_nocase(str_make(a, len),
			    str_make(b, len)));
			a[at] = '@';
			b[at] = '`';
			ck_assert(!str_eq_nocase(str_make(a, len),
			    str_make(b, len)));
		}
	ck_assert(str_eq_nocase(STR(""), STR_NONE));
	ck_assert(!str_eq_nocase(STR("abcdefgh"), STR("abcdefghi")));
}
END_TEST

static const struct {
	const char *text;
	size_t at;
	int octet;
} octets[] = {
	{ "41", 0, 0x41 }, { "=fF", 1, 0xff }, { "00", 0, 0 }, { "a", 0, -1 },
	{ "4g", 0, -1 }, { "g4", 0, -1 }, { "", 0, -1 }, { "411", 2, -1 },
	{ "41", 2, -1 }, { "41", 7, -1 },
};

START_TEST(two_digits_are_an_octet)
{
	ck_assert_int_eq(ascii_octet(str_from(octets[_i].text),
	    octets[_i].at), octets[_i].octet);
}
END_TEST

START_TEST(octets_are_written_as_digits)
{
	char out[5] = "....";

	ascii_hex_write((const unsigned char *)"\x0f\xa0", 2, out);
	ck_assert_str_eq(out, "0fa0");
}
END_TEST

static const struct {
	const char *text, *chomped;
	size_t line;
} lines[] = {
	{ "a\r\nb", "a\r\nb", 3 }, { "a\r\n", "a", 3 }, { "a\n", "a", 2 },
	{ "a\r", "a", 2 }, { "a", "a", 1 }, { "", "", 0 },
	{ "\n\n", "\n", 1 }, { "a\r\r\n", "a\r", 4 },
};

START_TEST(lines_and_their_ends)
{
	struct str text = str_from(lines[_i].text);

	ck_assert_uint_eq(str_line(text), lines[_i].line);
	assert_str(str_chomp(text), lines[_i].chomped);
}
END_TEST

START_TEST(octets_are_escaped)
{
	struct arena *arena = arena_new();
	struct buf buf;

	buf_init(&buf, arena, 6);
	buf_add_escaped(&buf, '%', '/');
	buf_add_escaped(&buf, '=', '\xfa');
	assert_str(buf_str(&buf), "%2F=FA");
	arena_free(arena);
}
END_TEST

START_TEST(numbers_are_packed)
{
	char text[9] = "";
	struct str rest = str_make(text, 9);

	ck_assert_ptr_eq(packed_put(text, 0x1234, 2), text + 2);
	ck_assert_ptr_eq(packed_put(text + 2, 0x80ff, 1), text + 3);
	packed_put(text + 3, 0x80aabbccddeeull, 6);
	ck_assert_mem_eq(text, "\x34\x12\xff\xee\xdd\xcc\xbb\xaa\x80", 9);
	ck_assert_uint_eq(packed_take(&rest, 2), 0x1234);
	ck_assert_uint_eq(packed_take(&rest, 1), 0xff);
	ck_assert_uint_eq(packed_take(&rest, 6), 0x80aabbccddeeull);
	ck_assert_uint_eq(rest.len, 0);
}
END_TEST

TCase *
str_tests(void)
{
	TCase *tc = tcase_create("str");

	tcase_add_test(tc, str_next_splits);
	tcase_add_loop_test(tc, str_reads_numbers, 0, TEST_COUNT(numbers));
	tcase_add_test(tc, str_knows_utf8);
	tcase_add_test(tc, texts_are_equal_but_for_case);
	tcase_add_loop_test(tc, two_digits_are_an_octet, 0,
	    TEST_COUNT(octets));
	tcase_add_test(tc, octets_are_written_as_digits);
	tcase_add_test(tc, octets_are_escaped);
	tcase_add_test(tc, numbers_are_packed);
	tcase_add_loop_test(tc, lines_and_their_ends, 0, TEST_COUNT(lines));
	return tc;
}
