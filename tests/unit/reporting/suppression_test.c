#include "base/limits.h"
#include "reporting/guard.h"
#include "reporting/suppression.h"
#include "tests/unit/reporting/reporting_test.h"

static struct arena *arena;
static struct suppression suppression = {
	.from = STR_INIT("dmarc@example.com"), .delimiter = '+',
	.key = STR_INIT("0123456789abcdef")
};

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

#define TAG	"4c25ecfa321bb8b4050378a6"

START_TEST(a_sender_of_its_own)
{
	struct str one = suppression_sender(&suppression, arena,
	    STR("owner@example.net"));
	struct str same = suppression_sender(&suppression, arena,
	    STR("Owner@Example.NET"));
	struct str other = suppression_sender(&suppression, arena,
	    STR("owner@example.org"));
	struct suppression none = suppression;

	assert_str(one, "dmarc+" TAG "@example.com");
	ck_assert(str_eq(one, same));
	ck_assert(!str_eq(one, other));
	assert_str(suppression_tag_of(&suppression, one), TAG);
	none.delimiter = '\0';
	assert_str(suppression_sender(&none, arena, STR("o@example.net")),
	    "dmarc@example.com");
	none.delimiter = '+';
	none.from = STR("a-name-that-leaves-no-room-for-a-tag-of-ours@"
	    "example.com");
	assert_str(suppression_sender(&none, arena, STR("o@example.net")),
	    "a-name-that-leaves-no-room-for-a-tag-of-ours@example.com");
}
END_TEST

static const struct {
	const char *recipient, *tag;
} recipients[] = {
	{ "dmarc+" TAG "@example.com", TAG },
	{ "DMARC+" TAG "@EXAMPLE.com", TAG },
	{ "dmarc@example.com", "" },
	{ "dmarc+@example.com", "" },
	{ "dmarc+" TAG "@example.net", "" },
	{ "dmarc-" TAG "@example.com", "" },
	{ "other+" TAG "@example.com", "" },
	{ "dmarc+" TAG "0@example.com", "" },
	{ "dmarc+xc25ecfa321bb8b4050378a6@example.com", "" },
	{ "", "" }, { "@example.com", "" }, { "dmarc", "" }, { "dmarc+", "" },
};

START_TEST(tags_are_known_by_their_form)
{
	assert_str(suppression_tag_of(&suppression,
	    str_from(recipients[_i].recipient)), recipients[_i].tag);
}
END_TEST

START_TEST(two_bounces_are_enough)
{
	struct store_op note = suppression_note(arena, STR(TAG), 1000);
	struct store_op look = suppression_look(arena, STR("4C25ECFA321B"
	    "B8B4050378A6"), 1000);
	struct store_answer answer = { .known = true, .count = 1 };

	ck_assert(note.kind == STORE_COUNT && look.kind == STORE_COUNT);
	ck_assert(str_eq(note.key, look.key));
	ck_assert(note.amount == 1 && look.amount == 0);
	ck_assert(!suppression_is_on(&answer));
	answer.count = LIMIT_REPORT_BOUNCES;
	ck_assert(suppression_is_on(&answer));
	answer.known = false;
	ck_assert(!suppression_is_on(&answer));
}
END_TEST

/* ---- the loop guard ---- */

static const struct {
	const char *sender, *author, *name, *value, *why;
} guards[] = {
	{ "<a@example.net>", "a@example.net", "Subject", "hello", NULL },
	{ "<a@example.net>", "a@example.net", "Auto-Submitted", " no", NULL },
	{ "<a@example.net>", "a@example.net", "Content-Type",
	  " multipart/mixed; report-type=x", NULL },
	{ "<>", "a@example.net", "Subject", "hello",
	  "a bounce, or an answer of a machine" },
	{ "", "a@example.net", "Subject", "hello",
	  "a bounce, or an answer of a machine" },
	{ "<DMARC@example.com>", "a@example.net", "Subject", "hello",
	  "a report of our own" },
	{ "<a@example.net>", "dmarc@example.com", "Subject", "hello",
	  "a report of our own" },
	{ "<a@example.net>", "a@example.net", "content-type",
	  "\r\n Multipart/Report ; report-type=feedback-report",
	  "a report (multipart/report)" },
	{ "<a@example.net>", "a@example.net", "Auto-Submitted",
	  " auto-generated; x=y", "sent by a machine (Auto-Submitted)" },
	{ "<a@example.net>", "a@example.net", "Auto-Submitted",
	  "auto-replied(why)", "sent by a machine (Auto-Submitted)" },
	{ "<a@example.net>", "a@example.net", "Subject",
	  " Report Domain: example.com Submitter: mx.example",
	  "an aggregate report" },
};

START_TEST(no_report_of_a_report)
{
	struct header header = { .octets = 0 };
	const char *why;

	VEC_PUSH(arena, &header.fields, (struct header_field){
	    str_from(guards[_i].name), str_from(guards[_i].value) });
	why = guard_against(&header, str_from(guards[_i].sender),
	    str_from(guards[_i].author), STR("dmarc@example.com"));
	if (guards[_i].why == NULL)
		ck_assert_ptr_eq(why, NULL);
	else
		ck_assert_str_eq(why, guards[_i].why);
}
END_TEST

TCase *
suppression_tests(void)
{
	TCase *tests = tcase_create("suppression");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_sender_of_its_own);
	tcase_add_loop_test(tests, tags_are_known_by_their_form, 0,
	    TEST_COUNT(recipients));
	tcase_add_test(tests, two_bounces_are_enough);
	tcase_add_loop_test(tests, no_report_of_a_report, 0,
	    TEST_COUNT(guards));
	return tests;
}
