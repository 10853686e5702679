#include "base/clock.h"
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
	struct store_answer answer = { .known = true, .count = 2 };

	ck_assert(note.kind == look.kind && str_eq(note.key, look.key));
	ck_assert(!str_eq(note.member, look.member));
	ck_assert(!str_eq(note.member, suppression_note(arena, STR(TAG),
	    1000).member));
	ck_assert_uint_eq(suppression_bounces(&answer), 1);
	ck_assert(!suppression_is_on(&answer));
	answer.count = LIMIT_REPORT_BOUNCES + 1;
	ck_assert_uint_eq(suppression_bounces(&answer), 2);
	ck_assert(suppression_is_on(&answer));
	answer.known = false;
	ck_assert(!suppression_is_on(&answer));
	ck_assert_uint_eq(suppression_bounces(&answer), 0);
}
END_TEST

static void
answered(void *ctx, const struct store_answer *answer)
{
	*(struct store_answer *)ctx = *answer;
}

static struct store_answer
ask(struct store *store, struct store_op op)
{
	struct store_answer answer = { .known = false };
	struct strand *strand = strand_new();

	strand_enter(strand);
	store_ask(store, strand, &op, clock_ms() + 5000, answered, &answer);
	ck_assert(strand_wait(strand, &answer.known, clock_ms() + 6000));
	strand_leave(strand);
	strand_unref(strand);
	return answer;
}

/* LIMIT_REPORT_BOUNCE_DAYS from the older one on, whatever the day of the
 * first one is; looks in between do not make it longer. */
static const struct {
	int64_t ms;			/* after the first bounce */
	unsigned bounces;
} looks[] = {
	{ 0, 1 }, { 3600000, 2 }, { 86400000, 2 }, { 7 * 86400000, 2 },
	{ 14 * 86400000 - 1, 2 }, { 14 * 86400000, 1 },
	{ 14 * 86400000 + 3600000 - 1, 1 }, { 14 * 86400000 + 3600000, 0 },
};

START_TEST(bounces_are_forgotten_in_time)
{
	const int64_t begin = 1990000000000 + _i * 3 * 86400000;
	struct store *store;
	char why[200];

	store = store_open(STR("memory:"), why, sizeof(why));
	ck_assert_ptr_nonnull(store);
	for (int i = 0; i < TEST_COUNT(looks); i++) {
		struct store_answer answer;
		int64_t now = begin + looks[i].ms;

		if (i < 2)
			ask(store, suppression_note(arena, STR(TAG), now));
		answer = ask(store, suppression_look(arena, STR(TAG), now));
		ck_assert_msg(suppression_bounces(&answer) ==
		    looks[i].bounces, "%d: %u", i,
		    suppression_bounces(&answer));
		ck_assert_int_eq(suppression_is_on(&answer),
		    looks[i].bounces == 2);
	}
	store_close(store, 0);
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
	tcase_add_loop_test(tests, bounces_are_forgotten_in_time, 0, 5);
	tcase_add_loop_test(tests, no_report_of_a_report, 0,
	    TEST_COUNT(guards));
	return tests;
}
