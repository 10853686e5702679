#include "tests/unit/reporting/reporting_test.h"

#include <string.h>

#include "base/limits.h"
#include "reporting/row.h"

static struct arena *arena;
static struct row_items items;
static struct row row;

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

#define FACTS	"\"client.ip\":\"192.0.2.1\",\"client.ours\":false," \
	"\"mail.from\":\"u@Bounce.example\",\"rcpt.count\":1," \
	"\"spf\":\"fail\",\"spf.domain\":\"bounce.example\"," \
	"\"spf.reason\":\"-all\",\"dmarc\":\"fail\"," \
	"\"dmarc.domain\":\"news.example.com\"," \
	"\"dmarc.organizational_domain\":\"example.com\"," \
	"\"dmarc.policy_domain\":\"example.com\"," \
	"\"dmarc.policy\":\"reject\",\"dmarc.alignment.spf\":false," \
	"\"dmarc.alignment.dkim\":false,\"dmarc.reason\":\"no\""
#define RCPT	"{\"address\":\"r@ours.example\",\"action\":\"accept\"}"

/* Of two facts of one name the first one counts. */
static struct str
facts_with(const char *facts)
{
	if (facts == NULL || strcmp(facts, ",") == 0)
		return STR(FACTS);
	return facts[0] != ',' ? str_from(facts) :
	    arena_printf(arena, "%s," FACTS, facts + 1);
}

/* An event; NULL parts are as above, what begins with a comma is instead of
 * some of them. */
static struct str
event(const char *action, const char *facts, const char *rcpts,
    const char *more)
{
	struct str all = facts_with(facts);

	return arena_printf(arena, "{\"v\":1,\"time\":"
	    "\"2026-11-22T10:15:00Z\",\"kind\":\"message\","
	    "\"verdict\":{\"action\":\"%s\"},"
	    "%s\"rcpts\":[%s],\"facts\":{%.*s}}", action,
	    more == NULL ? "\"dmarc_record\":\"v=DMARC1; p=reject\"," : more,
	    rcpts == NULL ? RCPT : rcpts, STR_ARG(all));
}

static enum row_fate
take(struct str line)
{
	static const struct event_want want = { .parts = EVENT_PART_DMARC };
	struct event_record *record = arena_alloc(arena, sizeof(*record));

	ck_assert_int_eq(event_read(line, &want, arena, record),
	    EVENT_READ_OK);
	return row_of_event(record, STR("reports@ours.example"), arena,
	    &items);
}

/* The record among the items, read back. */
static void
read_row(void)
{
	struct str domain, rest;
	enum row_kind kind;

	for (size_t i = 0; i < items.items.count; i++) {
		ck_assert(row_split(&items.items.at[i], &domain, &kind,
		    &rest));
		assert_str(domain, "example.com");
		if (kind == ROW_RECORD) {
			ck_assert(row_read(&items.items.at[i], rest, arena,
			    &row));
			return;
		}
	}
	ck_abort_msg("no row");
}

START_TEST(a_message)
{
	ck_assert_int_eq(take(event("accept", NULL, NULL, "\"dkim\":["
	    "{\"result\":\"fail\",\"domain\":\"Example.COM\","
	    "\"selector\":\"S1\",\"reason\":\"bad\"}],\"dmarc_record\":"
	    "\"v=DMARC1; p=reject\",\"dmarc_override\":[{\"type\":"
	    "\"mailing_list\",\"comment\":\"l.example\"}],")), ROW_TAKEN);
	assert_str(items.domain, "example.com");
	ck_assert_uint_eq(items.items.count, 2);
	read_row();
	assert_str(row.source_ip, "192.0.2.1");
	assert_str(row.header_from, "news.example.com");
	ck_assert(row.has_envelope_from);
	assert_str(row.envelope_from, "bounce.example");
	assert_str(row.envelope_to, "ours.example");
	assert_str(row.disposition, "none");
	ck_assert(!row.dkim && !row.spf);
	ck_assert_uint_eq(row.reasons.count, 1);
	assert_str(row.reasons.at[0].type, "mailing_list");
	assert_str(row.reasons.at[0].comment, "l.example");
	assert_str(row.spf_domain, "bounce.example");
	assert_str(row.spf_result, "fail");
	assert_str(row.spf_human, "-all");
	ck_assert_uint_eq(row.signatures.count, 1);
	assert_str(row.signatures.at[0].domain, "example.com");
	assert_str(row.signatures.at[0].selector, "S1");
	assert_str(row.signatures.at[0].result, "fail");
	assert_str(row.signatures.at[0].human, "bad");
}
END_TEST

/* What is in no report, and the first reason why. */
static const struct {
	const char *action, *facts, *rcpts, *more;
	enum row_fate fate;
} fates[] = {
	{ "accept", NULL, NULL, NULL, ROW_TAKEN },
	{ "reject", NULL, NULL, NULL, ROW_TAKEN },
	{ "tempfail", NULL, NULL, NULL, ROW_PUT_OFF },
	{ "accept", NULL, NULL, "", ROW_OLD_EVENT },
	{ "accept", "\"dmarc\":\"none\",\"dmarc.policy_domain\":null", NULL,
	  NULL, ROW_NO_POLICY },
	{ "accept", "", NULL, "", ROW_NO_POLICY },
	{ "accept", ",\"client.ours\":true", NULL, NULL, ROW_OURS },
	{ "accept", NULL, NULL, "\"dmarc_record\":\"v=DMARC1\","
	  "\"report\":true,", ROW_REPORT },
	{ "accept", ",\"mail.from\":\"\"",
	  "{\"address\":\"Reports@Ours.example\",\"action\":\"accept\"}",
	  NULL, ROW_REPORT },
	{ "accept", ",\"mail.from\":\"\"", "{\"address\":"
	  "\"reports+0123@ours.example\",\"action\":\"accept\"}", NULL,
	  ROW_REPORT },
	{ "accept", ",\"mail.from\":\"\"", "{\"address\":"
	  "\"reportsabc@ours.example\",\"action\":\"accept\"}", NULL,
	  ROW_TAKEN },
	{ "accept", ",\"mail.from\":\"\"", "{\"address\":"
	  "\"reports@ours.example\",\"action\":\"accept\"}," RCPT, NULL,
	  ROW_TAKEN },
	{ "accept", NULL, "{\"address\":\"reports@ours.example\","
	  "\"action\":\"accept\"}", NULL, ROW_TAKEN },
	{ "accept", ",\"client.ip\":null", NULL, NULL, ROW_UNUSABLE },
	{ "accept", ",\"dmarc.policy_domain\":\"a/../b\"", NULL, NULL,
	  ROW_UNUSABLE },
	{ "accept", ",\"dmarc.policy_domain\":\"\\u00fc.example\"",
	  NULL, NULL, ROW_UNUSABLE },
	{ "accept", ",\"dmarc.policy_domain\":\"a b.example\"", NULL,
	  NULL, ROW_UNUSABLE },
};

START_TEST(what_is_left_out)
{
	ck_assert_int_eq(take(event(fates[_i].action, fates[_i].facts,
	    fates[_i].rcpts, fates[_i].more)), fates[_i].fate);
	ck_assert_int_eq(items.items.count > 0, fates[_i].fate == ROW_TAKEN);
}
END_TEST

/* What was done, and the reason where it is not what the policy asks for. */
#define OVERRIDE(type, comment)						\
	"\"dmarc_record\":\"v=DMARC1\",\"dmarc_override\":[{\"type\":" \
	"\""								\
	type "\",\"comment\":\"" comment "\"}],"

static const struct {
	const char *action, *facts, *more, *disposition, *type, *comment;
} done[] = {
	{ "reject", NULL, NULL, "reject", "", "" },
	{ "discard", NULL, NULL, "reject", "", "" },
	{ "quarantine", NULL, OVERRIDE("local_policy", "/etc/assay/a.policy:3"),
	  "quarantine", "local_policy", "a.policy:3" },
	{ "accept", NULL, OVERRIDE("policy_test_mode", "t=y"), "none",
	  "policy_test_mode", "t=y" },
	{ "accept", NULL, OVERRIDE("trusted_forwarder", "arc=pass d=a/b"),
	  "none", "trusted_forwarder", "arc=pass d=a/b" },
	{ "accept", NULL, OVERRIDE("sampled_out", "x"), "none", "other", "x" },
	/* One that the event does not tell must be there all the same. */
	{ "accept", NULL, NULL, "none", "local_policy", "" },
	{ "bypass", NULL, NULL, "none", "local_policy", "" },
	{ "accept", ",\"dmarc.policy\":\"none\"", NULL, "none", "", "" },
	/* A pass is "pass" where the policy asks for something. */
	{ "accept", ",\"dmarc\":\"pass\"", NULL, "pass", "", "" },
	{ "accept", ",\"dmarc\":\"pass\",\"dmarc.policy\":\"quarantine\"",
	  NULL, "pass", "", "" },
	{ "accept", ",\"dmarc\":\"pass\",\"dmarc.policy\":\"none\"", NULL,
	  "none", "", "" },
	/* What else stopped it is none of the owner's business. */
	{ "reject", ",\"dmarc\":\"pass\"", OVERRIDE("local_policy", "a:1"),
	  "pass", "", "" },
	/* DNS trouble with a known policy. */
	{ "accept", ",\"dmarc\":\"temperror\"", NULL, "none", "other",
	  "no" },
	{ "accept", ",\"dmarc\":\"temperror\",\"dmarc.policy\":\"none\"",
	  NULL, "none", "", "" },
};

START_TEST(what_was_done)
{
	ck_assert_int_eq(take(event(done[_i].action, done[_i].facts, NULL,
	    done[_i].more)), ROW_TAKEN);
	read_row();
	assert_str(row.disposition, done[_i].disposition);
	ck_assert_uint_eq(row.reasons.count, done[_i].type[0] != '\0');
	if (row.reasons.count > 0) {
		assert_str(row.reasons.at[0].type, done[_i].type);
		assert_str(row.reasons.at[0].comment, done[_i].comment);
	}
}
END_TEST

/* RFC 9990 section 3.1.3: the order, and no more than 100. */
START_TEST(signatures_are_ranked)
{
	static const char *const domains[] = { "news.example.com",
	    "example.com", "a.example", "other.example" };
	struct str list = STR("");

	for (unsigned i = 0; i < 150; i++)
		list = arena_printf(arena, "%.*s{\"result\":\"neutral\","
		    "\"domain\":\"x.example\",\"selector\":\"s%u\"},",
		    STR_ARG(list), i);
	take(event("accept", NULL, NULL, arena_printf(arena,
	    "\"dmarc_record\":\"v=DMARC1\",\"dkim\":[%.*s"
	    "{\"result\":\"pass\",\"domain\":\"other.example\","
	    "\"selector\":\"s\",\"reason\":\"good\"},"
	    "{\"result\":\"pass\",\"domain\":\"a.example\","
	    "\"selector\":\"s\"},"
	    "{\"result\":\"pass\",\"domain\":\"example.com\","
	    "\"selector\":\"s\"},"
	    "{\"result\":\"fail\",\"domain\":\"news.example.com\","
	    "\"selector\":null},"
	    "{\"result\":\"permerror\",\"domain\":null,"
	    "\"selector\":\"s\"},"
	    "{\"result\":\"odd\",\"domain\":\"a\",\"selector\":\"s\"},"
	    "{\"result\":\"softfail\",\"domain\":\"a\",\"selector\":\"s\"},"
	    "{\"result\":\"pass\",\"domain\":\"news.example.com\","
	    "\"selector\":\"s\"}],", STR_ARG(list)).ptr));
	read_row();
	ck_assert_uint_eq(row.signatures.count, LIMIT_REPORT_SIGNATURES);
	for (int i = 0; i < TEST_COUNT(domains); i++) {
		assert_str(row.signatures.at[i].domain, domains[i]);
		assert_str(row.signatures.at[i].result, "pass");
		assert_str(row.signatures.at[i].human, "");
	}
	assert_str(row.signatures.at[4].domain, "x.example");
	assert_str(row.signatures.at[4].selector, "s0");
}
END_TEST

static const struct {
	const char *rcpts, *count, *domain;
} envelopes[] = {
	{ RCPT, "1", "ours.example" },
	{ RCPT ",{\"address\":\"x@Ours.Example\",\"action\":\"accept\"}",
	  "2", "ours.example" },
	{ RCPT ",{\"address\":\"x@b.example\",\"action\":\"accept\"}", "2",
	  "" },
	/* More than the event lists; none told. */
	{ RCPT, "101", "" },
	{ "{\"address\":null,\"action\":\"accept\"}", "1", "" },
	{ "", "1", "" },
};

START_TEST(the_recipients_domain)
{
	take(event("accept", arena_printf(arena, ",\"rcpt.count\":%s",
	    envelopes[_i].count).ptr, envelopes[_i].rcpts, NULL));
	read_row();
	assert_str(row.envelope_to, envelopes[_i].domain);
}
END_TEST

static const struct {
	const char *facts;
	bool has_from;
	const char *from, *domain, *result, *human;
} senders[] = {
	{ ",\"mail.from\":\"\",\"spf\":\"pass\",\"spf.domain\":"
	  "\"mx.bounce.example\"", true, "", "mx.bounce.example", "pass",
	  "" },
	{ ",\"spf\":{\"unknown\":\"no time\"}", true, "bounce.example",
	  "bounce.example", "temperror", "no time" },
	{ ",\"spf\":\"none\",\"spf.domain\":null", true, "bounce.example",
	  "", "none", "-all" },
	{ ",\"mail.from\":{\"unknown\":\"x\"}", false, "", "bounce.example",
	  "fail", "-all" },
	/* A sender that is hidden still has its domain. */
	{ ",\"mail.from\":\"h-0123@bounce.example\"", true,
	  "bounce.example", "bounce.example", "fail", "-all" },
};

START_TEST(the_sender)
{
	take(event("accept", senders[_i].facts, NULL, NULL));
	read_row();
	ck_assert_int_eq(row.has_envelope_from, senders[_i].has_from);
	assert_str(row.envelope_from, senders[_i].from);
	assert_str(row.spf_domain, senders[_i].domain);
	assert_str(row.spf_result, senders[_i].result);
	assert_str(row.spf_human, senders[_i].human);
}
END_TEST

/* No control, no half character, nothing endless. */
START_TEST(hostile_texts)
{
	char *longer = arena_alloc(arena, 4001);

	memset(longer, 'a', 4000);
	take(event("accept", arena_printf(arena, ",\"spf.reason\":"
	    "\"a\\u0001b\\tc\\u0000d\\u007f\\u0085\\uffff\\u00fc\","
	    "\"spf.domain\":\"%s\",\"dmarc.domain\":\"x\\ny\"", longer).ptr,
	    NULL, NULL));
	read_row();
	assert_str(row.spf_human, "a?b c\xef\xbf\xbd" "d???\xc3\xbc");
	ck_assert_uint_eq(row.spf_domain.len, LIMIT_REPORT_TEXT_OCTETS);
	assert_str(row.header_from, "x y");
}
END_TEST

static struct rollup_item
record_item(void)
{
	return items.items.at[items.items.count - 1];
}

/* Messages of one row need not agree on the words for people. */
START_TEST(words_on_which_all_agree)
{
	struct rollup_item a, b, c;
	struct str domain, rest, ab, cba;
	enum row_kind kind;

	take(event("accept", ",\"spf.reason\":\"one\"", NULL,
	    OVERRIDE("other", "same")));
	a = record_item();
	take(event("accept", ",\"spf.reason\":\"two\"", NULL,
	    OVERRIDE("other", "same")));
	b = record_item();
	take(event("accept", ",\"spf.reason\":\"one\"", NULL,
	    OVERRIDE("other", "less")));
	c = record_item();
	ck_assert(str_eq(a.key, b.key) && str_eq(a.key, c.key));
	ab = row_merge(arena, a.detail, b.detail);
	ck_assert(str_eq(ab, row_merge(arena, b.detail, a.detail)));
	ck_assert_ptr_eq(row_merge(arena, ab, a.detail).ptr, ab.ptr);
	cba = row_merge(arena, row_merge(arena, c.detail, b.detail),
	    a.detail);
	ck_assert(str_eq(cba, row_merge(arena, ab, c.detail)));
	a.detail = ab;
	ck_assert(row_split(&a, &domain, &kind, &rest));
	ck_assert(row_read(&a, rest, arena, &row));
	assert_str(row.spf_human, "");
	assert_str(row.reasons.at[0].comment, "same");
	a.detail = cba;
	ck_assert(row_read(&a, rest, arena, &row));
	assert_str(row.reasons.at[0].comment, "");
}
END_TEST

/* What differs for people alone is one row; all else is another. */
START_TEST(rows_that_are_not_the_same)
{
	static const char *const others[] = {
		",\"client.ip\":\"192.0.2.2\"", ",\"mail.from\":\"\"",
		",\"spf\":\"softfail\"", ",\"spf.domain\":\"b.example\"",
		",\"dmarc.domain\":\"example.com\"",
		",\"dmarc.alignment.dkim\":true",
		",\"dmarc.alignment.spf\":true",
		",\"dmarc.policy\":\"none\"",	/* no reason is needed */
	};
	struct str first;

	take(event("accept", NULL, NULL, NULL));
	first = record_item().key;
	take(event("accept", ",\"dmarc.reason\":\"x\","
	    "\"spf.reason\":\"y\"", NULL, NULL));
	ck_assert(str_eq(first, record_item().key));
	for (int i = 0; i < TEST_COUNT(others); i++) {
		take(event("accept", others[i], NULL, NULL));
		ck_assert_msg(!str_eq(first, record_item().key), "%s",
		    others[i]);
	}
}
END_TEST

/* With clients cut to their networks the report says so. */
START_TEST(clients_that_are_cut)
{
	struct str domain, rest;
	enum row_kind kind;

	take(event("accept", ",\"client.ip\":\"192.0.2.0\"", NULL,
	    "\"privacy\":[\"cut-clients\"],\"dmarc_record\":\"v=DMARC1\","));
	ck_assert_uint_eq(items.items.count, 3);
	ck_assert(row_split(&items.items.at[0], &domain, &kind, &rest));
	ck_assert_int_eq(kind, ROW_NOTE);
	assert_str(rest, "source_ip is the first address of the client's "
	    "network");
	read_row();
	assert_str(row.source_ip, "192.0.2.0");
}
END_TEST

TCase *
row_tests(void)
{
	TCase *tc = tcase_create("row");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_message);
	tcase_add_loop_test(tc, what_is_left_out, 0, TEST_COUNT(fates));
	tcase_add_loop_test(tc, what_was_done, 0, TEST_COUNT(done));
	tcase_add_test(tc, signatures_are_ranked);
	tcase_add_loop_test(tc, the_recipients_domain, 0,
	    TEST_COUNT(envelopes));
	tcase_add_loop_test(tc, the_sender, 0, TEST_COUNT(senders));
	tcase_add_test(tc, hostile_texts);
	tcase_add_test(tc, words_on_which_all_agree);
	tcase_add_test(tc, rows_that_are_not_the_same);
	tcase_add_test(tc, clients_that_are_cut);
	return tc;
}
