#include "tests/unit/dns/dns_test.h"

#include <string.h>

#include "dns/question.h"

#define WIRE(lit)	lit, sizeof(lit) - 1
#define QUESTION	"\1a\7example\0\0\x10\0\1"

START_TEST(questions_are_written)
{
	static const char expected[] = "\x12\x34\1\0\0\1\0\0\0\0\0\1" QUESTION
	    "\0\0\x29\x10\0\0\0\0\0\0\0";
	char packet[QUESTION_OCTETS_MAX];
	size_t len = question_write(STR("a.example"), DNS_TXT, 0x1234,
	    packet);
	unsigned id;

	ck_assert_uint_eq(len, sizeof(expected) - 1);
	ck_assert_mem_eq(packet, expected, len);
	ck_assert(question_id(str_make(packet, 12), &id));
	ck_assert_uint_eq(id, 0x1234);
	ck_assert(!question_id(str_make(packet, 11), &id));
}
END_TEST

START_TEST(the_longest_name_fits)
{
	char name[253], packet[QUESTION_OCTETS_MAX];

	memset(name, 'a', sizeof(name));
	name[63] = name[127] = name[191] = '.';
	ck_assert_uint_eq(question_write(str_make(name, sizeof(name)),
	    DNS_A, 1, packet), QUESTION_OCTETS_MAX);
}
END_TEST

static const struct {
	const char *wire;
	size_t len;
	enum question_verdict verdict;
} packets[] = {
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0" QUESTION), QUESTION_ANSWERED },
	{ WIRE("\0\0\x85\x83\0\1\0\0\0\0\0\0" QUESTION), QUESTION_ANSWERED },
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0"
	    "\1A\7EXAMPLE\0\0\x10\0\1more"), QUESTION_ANSWERED },
	/* No response; another opcode. */
	{ WIRE("\0\0\1\x80\0\1\0\0\0\0\0\0" QUESTION), QUESTION_NOT_THIS },
	{ WIRE("\0\0\x91\x80\0\1\0\0\0\0\0\0" QUESTION), QUESTION_NOT_THIS },
	/* Other questions: name, type, class, none, two, cut short. */
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0\1b\7example\0\0\x10\0\1"),
	  QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"),
	  QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\x10\0\3"),
	  QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\0\0\0\0\0\0\0"), QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\2\0\0\0\0\0\0" QUESTION QUESTION),
	  QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0\0\1a\7example\0\0\x10\0"),
	  QUESTION_NOT_THIS },
	{ WIRE("\0\0\x81\x80\0\1\0\0\0\0\0"), QUESTION_NOT_THIS },
	{ WIRE(""), QUESTION_NOT_THIS },
	/* Truncated, without recursion, trouble with and without question. */
	{ WIRE("\0\0\x83\x80\0\1\0\0\0\0\0\0" QUESTION), QUESTION_UNCLEAR },
	{ WIRE("\0\0\x81\0\0\1\0\0\0\0\0\0" QUESTION), QUESTION_UNCLEAR },
	{ WIRE("\0\0\x81\x82\0\1\0\0\0\0\0\0" QUESTION), QUESTION_UNCLEAR },
	{ WIRE("\0\0\x81\x85\0\1\0\0\0\0\0\0" QUESTION), QUESTION_UNCLEAR },
	{ WIRE("\0\0\x81\x81\0\0\0\0\0\0\0\0"), QUESTION_UNCLEAR },
};

/* In a block of its own, so that a sanitizer sees a read past the end. */
START_TEST(packets_are_judged)
{
	char *packet = malloc(packets[_i].len + 1);

	memcpy(packet + 1, packets[_i].wire, packets[_i].len);
	ck_assert_int_eq(question_judge(str_make(packet + 1, packets[_i].len),
	    STR("a.example"), DNS_TXT), packets[_i].verdict);
	free(packet);
}
END_TEST

TCase *
question_tests(void)
{
	TCase *tc = tcase_create("question");

	tcase_add_test(tc, questions_are_written);
	tcase_add_test(tc, the_longest_name_fits);
	tcase_add_loop_test(tc, packets_are_judged, 0, TEST_COUNT(packets));
	return tc;
}
