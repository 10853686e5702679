/*
 * Failure reports: what is noted of a message, and of which.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "reporting/failure_item.h"
#include "session_test.h"
#include "talk.h"

#define NOW	1990000000LL	/* not over yet by any clock */
#define POLICY	"policy \"t\" mode enforce;\n"

static const char zone[] =
    "all.example TXT \"x v=spf1 +all\"\n"
    "all.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "all.example TXT \"verification=1\"\n"
    "two.example TXT \"v=spf1 include:all.example include:all.example "
    "-all\"\n"
    "_dmarc.zero.example TXT \"v=DMARC1; p=none; ruf=mailto:a@x\"\n"
    "zero.example TXT \"v=spf1 -all\"\n"
    "_dmarc.one.example TXT \"v=DMARC1; p=none; fo=1; ruf=mailto:a@x\"\n"
    "one.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.s.example TXT \"v=DMARC1; p=none; fo=s; ruf=mailto:a@x\"\n"
    "s.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.d.example TXT \"v=DMARC1; p=none; fo=d; ruf=mailto:a@x\"\n"
    "_dmarc.psd.example TXT \"v=DMARC1; p=none; psd=y; ruf=mailto:a@x\"\n"
    "_dmarc.rua.example TXT \"v=DMARC1; p=none; fo=1; rua=mailto:a@x\"\n"
    "_dmarc.lost.example * SERVFAIL\n";

static struct store *store;
static struct arena *arena;

static void
set_up_store(void)
{
	char why[200];

	store = store_open(STR("memory:"), why, sizeof(why));
	ck_assert_ptr_nonnull(store);
}

static void
set_up(void)
{
	arena = arena_new();
	set_up_store();
}

static void
tear_down(void)
{
	store_close(store, 0);
	arena_free(arena);
}

static struct talk *
talk_on(bool on, const char *rules, size_t body)
{
	struct engine_options options = talk_options();

	options.store = store;
	options.now = NOW;
	options.store_timeout_ms = 5000;
	options.max_header_octets = LIMIT_HEADER_OCTETS;
	options.failures = (struct failure_options){ .on = on,
	    .body_octets = body, .key = STR("0123456789abcdef"),
	    .report_from = STR("dmarc@mx.example") };
	return talk_with(zone, rules, options);
}

static enum action
say(struct talk *talk, const char *sender, const char *author,
    const char *field, const char *value)
{
	open_session(talk);
	say_mail(talk, sender);
	say_rcpt(talk, "bob@mx.example");
	session_queue_id(talk->conn, STR("4ABC"));
	say_field(talk, "From", author);
	if (field != NULL)
		say_field(talk, field, value);
	session_eoh(talk->conn);
	session_body(talk->conn, STR("See http://ann@x.example\r\n"));
	return say_end(talk);
}

struct wait {
	bool			 done;
	struct store_answer	 answer;
};

static void
taken(void *ctx, const struct store_answer *answer)
{
	struct wait *wait = ctx;

	*wait = (struct wait){ true, *answer };
	wait->answer.content = arena_copy(arena, answer->content);
}

/* The one that was noted; false: none was. */
static bool
noted(struct failure_item *item)
{
	struct store_op op = { .kind = STORE_TAKE, .key = STR(FAILURE_QUEUE),
	    .now_ms = NOW * 1000, .period_ms = 1000 };
	struct strand *strand = strand_new();
	struct wait wait = { .done = false };

	strand_enter(strand);
	store_ask(store, strand, &op, clock_ms() + 5000, taken, &wait);
	ck_assert(strand_wait(strand, &wait.done, clock_ms() + 6000));
	strand_leave(strand);
	strand_unref(strand);
	ck_assert(wait.answer.known);
	if (!wait.answer.taken)
		return false;
	ck_assert(failure_item_decode(arena, wait.answer.content, item));
	return true;
}

#define BOTH	(FAILURE_DKIM_UNALIGNED | FAILURE_SPF_UNALIGNED)

static const struct {
	const char *sender, *author, *field, *value;
	unsigned why;			/* 0: nothing is noted */
} cases[] = {
	/* fo=0: nothing proved it. */
	{ "u@all.example", " u@zero.example", NULL, NULL,
	  FAILURE_DMARC | BOTH },
	{ "u@zero.example", " u@zero.example", NULL, NULL,
	  FAILURE_DMARC | BOTH },
	/* fo=1: one of the two did not, though DMARC passes. */
	{ "u@one.example", " u@one.example", NULL, NULL,
	  FAILURE_DMARC | FAILURE_DKIM_UNALIGNED },
	{ "u@all.example", " u@one.example", NULL, NULL,
	  FAILURE_DMARC | BOTH },
	/* fo=s: whoever the sender is. */
	{ "u@zero.example", " u@s.example", NULL, NULL, FAILURE_SPF | BOTH },
	{ "u@all.example", " u@s.example", NULL, NULL, 0 },
	{ "u@s.example", " u@s.example", NULL, NULL, 0 },
	/* fo=d. */
	{ "u@all.example", " u@d.example", NULL, NULL, 0 },
	{ "u@all.example", " u@d.example", "DKIM-Signature",
	  " v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=AA==; b=AA==",
	  FAILURE_DKIM | BOTH },
	/* Nobody asks, or nobody knows. */
	{ "u@all.example", " u@psd.example", NULL, NULL, 0 },
	{ "u@all.example", " u@rua.example", NULL, NULL, 0 },
	{ "u@all.example", " u@lost.example", NULL, NULL, 0 },
	{ "u@all.example", " u@none.example", NULL, NULL, 0 },
	/* Loops. */
	{ "", " u@zero.example", NULL, NULL, 0 },
	{ "dmarc@mx.example", " u@zero.example", NULL, NULL, 0 },
	{ "u@all.example", " u@zero.example", "Auto-Submitted",
	  " auto-generated", 0 },
	{ "u@all.example", " u@zero.example", "Content-Type",
	  " multipart/report; report-type=feedback-report", 0 },
};

START_TEST(what_is_noted)
{
	struct talk *talk = talk_on(true, POLICY, 0);
	struct failure_item item;

	ck_assert_int_eq(say(talk, cases[_i].sender, cases[_i].author,
	    cases[_i].field, cases[_i].value), ACTION_CONTINUE);
	talk_free(talk);
	ck_assert_int_eq(noted(&item), cases[_i].why != 0);
	if (cases[_i].why != 0)
		ck_assert_uint_eq(item.why, cases[_i].why);
}
END_TEST

#define ANN	"60bfb752e03d57b7e5baf820"
#define BOB	"15c55221db734616a1d389a3"

/* RFC 6591 section 3.1: the result of one method alone. */
static const struct {
	const char *sender, *author, *field, *value, *results;
} methods[] = {
	{ "u@all.example", " u@zero.example", NULL, NULL,
	  "mx.example; dmarc=fail (p=none dis=none) reason=\"not aligned: "
	  "SPF for all.example\" header.from=zero.example" },
	{ "u@zero.example", " u@s.example", NULL, NULL,
	  "mx.example; spf=none reason=\"no SPF record at "
	  "mail.example.com\" smtp.helo=mail.example.com; spf=fail "
	  "reason=\"192.0.2.1 matches -all of zero.example\" "
	  "smtp.mailfrom=3886cbad29def4d708261c05@zero.example" },
	{ "u@all.example", " u@d.example", "DKIM-Signature",
	  " v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=AA==; b=AA==",
	  "mx.example; dkim=permerror reason=\"no key at "
	  "s._domainkey.b.example (NXDOMAIN)\" header.d=b.example "
	  "header.i=@b.example header.s=s header.a=rsa-sha256 "
	  "header.b=\"AA==\"" },
};

START_TEST(one_method_alone)
{
	struct talk *talk = talk_on(true, POLICY, 0);
	struct failure_item item;

	say(talk, methods[_i].sender, methods[_i].author, methods[_i].field,
	    methods[_i].value);
	talk_free(talk);
	ck_assert(noted(&item));
	assert_str(item.authentication_results, methods[_i].results);
}
END_TEST

/* RFC 6591 section 3.2.6: each record once. */
START_TEST(spf_records_once)
{
	struct talk *talk = talk_on(true, POLICY, 0);
	struct failure_item item;

	say(talk, "u@two.example", " u@zero.example", NULL, NULL);
	talk_free(talk);
	ck_assert(noted(&item));
	ck_assert_uint_eq(item.spf.count, 2);
	assert_str(item.spf.at[0].domain, "two.example");
	assert_str(item.spf.at[0].record,
	    "v=spf1 include:all.example include:all.example -all");
	assert_str(item.spf.at[1].domain, "all.example");
	assert_str(item.spf.at[1].record, "v=spf1 ip4:192.0.2.1 -all");
}
END_TEST

START_TEST(an_item_of_a_message)
{
	struct talk *talk = talk_on(true, POLICY "at message { reject when "
	    "dmarc == fail; }\n", 100);
	struct failure_item item;

	ck_assert_int_eq(say(talk, "ann@all.example", " ann@zero.example",
	    "X-To", " bob@mx.example"), ACTION_REJECT);
	talk_free(talk);
	ck_assert(noted(&item));
	ck_assert_int_eq(item.arrival, NOW);
	assert_str(item.host, "mx.example");
	assert_str(item.queue_id, "4ABC");
	assert_str(item.source_ip, "192.0.2.1");
	assert_str(item.mail_from, ANN "@all.example");
	assert_str(item.domain, "zero.example");
	assert_str(item.policy_domain, "zero.example");
	assert_str(item.record,
	    "v=DMARC1; p=none; ruf=mailto:a@x");
	assert_str(item.delivery, "reject");
	ck_assert_uint_eq(item.rcpts.count, 1);
	ck_assert(!str_eqz(item.rcpts.at[0], "bob@mx.example"));
	ck_assert(str_ends_nocase(item.rcpts.at[0], STR("@mx.example")));
	assert_str(item.header,
	    "Authentication-Results: mx.example;\r\n"
	    "\tiprev=permerror reason=\"the client's address has no name\""
	    "\r\n\tpolicy.iprev=192.0.2.1;\r\n"
	    "\tspf=none reason=\"no SPF record at mail.example.com\"\r\n"
	    "\tsmtp.helo=mail.example.com;\r\n"
	    "\tspf=pass smtp.mailfrom=" ANN "@all.example;\r\n"
	    "\tdkim=none;\r\n"
	    "\tdmarc=fail (p=none dis=none)\r\n"
	    "\treason=\"not aligned: SPF for all.example\" "
	    "header.from=zero.example\r\n"
	    "From: " ANN "@zero.example\r\n"
	    "X-To: " BOB "@mx.example\r\n");
	/* Slashes can be in a local part, so these are hidden, too. */
	assert_str(item.body, "See hxxp:54c6d27b38fa624aec41acd9@x.example"
	    "\r\nHello.\r\n");
	/* Other TXT records are none of it. */
	ck_assert_uint_eq(item.spf.count, 1);
	assert_str(item.spf.at[0].domain, "all.example");
	assert_str(item.spf.at[0].record, "v=spf1 ip4:192.0.2.1 -all");
}
END_TEST

START_TEST(what_is_put_off_comes_again)
{
	struct talk *talk = talk_on(true, POLICY "at message { tempfail 451 "
	    "4.7.1 \"later\" when dmarc == fail; }\n", 0);
	struct failure_item item;

	ck_assert_int_eq(say(talk, "u@all.example", " u@zero.example", NULL,
	    NULL), ACTION_TEMPFAIL);
	talk_free(talk);
	ck_assert(!noted(&item));
}
END_TEST

START_TEST(off_by_default)
{
	struct talk *talk = talk_on(false, POLICY, 100);
	struct failure_item item;

	say(talk, "u@all.example", " u@zero.example", NULL, NULL);
	talk_free(talk);
	ck_assert(!noted(&item));
}
END_TEST

/* ---- limits ---- */

static struct str
letters(size_t count)
{
	char *text = arena_alloc(arena, count + 1);

	memset(text, 'x', count);
	return str_make(text, count);
}

/* A message with so many recipients, and these fields behind From. */
static struct failure_item
item_with(unsigned rcpts, const struct str *values, size_t count)
{
	struct failure_item item;
	struct talk *talk;

	store_close(store, 0);
	set_up_store();
	talk = talk_on(true, POLICY, 0);
	open_session(talk);
	say_mail(talk, "u@all.example");
	for (unsigned i = 0; i < rcpts; i++)
		say_rcpt(talk, arena_printf(arena, "r%u@mx.example", i).ptr);
	say_field(talk, "From", " u@zero.example");
	for (size_t i = 0; i < count; i++)
		say_field(talk, arena_printf(arena, "X-%zu", i).ptr,
		    values[i].ptr);
	session_eoh(talk->conn);
	say_end(talk);
	talk_free(talk);
	ck_assert(noted(&item));
	return item;
}

/* LIMIT_FAILURE_LISTED */
START_TEST(twenty_recipients)
{
	ck_assert_uint_eq(item_with(20, NULL, 0).rcpts.count, 20);
	ck_assert_uint_eq(item_with(21, NULL, 0).rcpts.count, 20);
}
END_TEST

static bool
has(struct str text, const char *part)
{
	return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* LIMIT_FAILURE_FIELD_OCTETS: what is longer is left out, the rest is not. */
START_TEST(a_long_field)
{
	const struct str values[] = { letters(8192), letters(8193),
	    STR("last") };
	struct failure_item item = item_with(1, values, 3);

	ck_assert(has(item.header, "\r\nX-0:x"));
	ck_assert(!has(item.header, "\r\nX-1:"));
	ck_assert(has(item.header, "\r\nX-2:last\r\n"));
}
END_TEST

/* LIMIT_FAILURE_HEADER_OCTETS: whole fields, as many as have room. */
START_TEST(a_long_header)
{
	struct str values[6] = { letters(8000), letters(8000), letters(8000),
	    letters(8000), letters(7000), STR_NONE };
	size_t used = item_with(1, values, 5).header.len;

	/* "X-5:" and CRLF are six. */
	values[5] = letters(40960 - used - 6);
	ck_assert_uint_eq(item_with(1, values, 6).header.len, 40960);
	values[5] = letters(40960 - used - 5);
	ck_assert_uint_eq(item_with(1, values, 6).header.len, used);
}
END_TEST

static double
alike(const char *domain)
{
	struct str name = failure_item_name(arena, str_from(domain),
	    STR("192.0.2.0/24"), FAILURE_DMARC | BOTH);
	struct store_op op = failure_item_alike(arena, name, NOW * 1000, 0);
	struct strand *strand = strand_new();
	struct wait wait = { .done = false };

	strand_enter(strand);
	store_ask(store, strand, &op, clock_ms() + 5000, taken, &wait);
	ck_assert(strand_wait(strand, &wait.done, clock_ms() + 6000));
	strand_leave(strand);
	strand_unref(strand);
	return wait.answer.count;
}

/* So many that are alike. */
static void
say_many(struct talk *talk, int count)
{
	for (int i = 0; i < count; i++) {
		say(talk, "u@all.example", " u@zero.example", NULL, NULL);
		while (talk->event_count > 0)
			free(talk->events[--talk->event_count]);
	}
}

/* LIMIT_FAILURE_MINUTE: the 61st of a minute is not noted.  Where a minute
 * ended in between, all is done again. */
START_TEST(sixty_a_minute)
{
	struct talk *talk;
	uint64_t minute;
	double before, after;

	do {
		store_close(store, 0);
		set_up_store();
		talk = talk_on(true, POLICY, 0);
		minute = clock_ms() / 60000;
		say_many(talk, 60);
		before = alike("zero.example");
		say_many(talk, 2);
		after = alike("zero.example");
		talk_free(talk);
	} while (clock_ms() / 60000 != minute);
	ck_assert(before == 60);
	ck_assert(after == 60);
}
END_TEST

TCase *
failure_note_tests(void)
{
	TCase *tests = tcase_create("failure");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, what_is_noted, 0, TEST_COUNT(cases));
	tcase_add_test(tests, an_item_of_a_message);
	tcase_add_loop_test(tests, one_method_alone, 0,
	    TEST_COUNT(methods));
	tcase_add_test(tests, spf_records_once);
	tcase_add_test(tests, what_is_put_off_comes_again);
	tcase_add_test(tests, off_by_default);
	tcase_add_test(tests, twenty_recipients);
	tcase_add_test(tests, a_long_field);
	tcase_add_test(tests, a_long_header);
	tcase_add_test(tests, sixty_a_minute);
	return tests;
}
