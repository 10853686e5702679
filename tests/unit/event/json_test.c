#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "event/event.h"
#include "tests/unit/event/event_test.h"

static struct arena *arena;
static struct fact_set facts;
static struct results results;
static struct policy_run run;
static struct policy *policy;
static struct event event;

static struct policy *
load(const char *text)
{
	struct diag *diag = diag_new();
	struct policy *loaded = policy_load_text("test.policy",
	    str_from(text), diag);

	ck_assert_ptr_nonnull(loaded);
	diag_free(diag);
	return loaded;
}

static void
set_up(void)
{
	arena = arena_new();
	facts = (struct fact_set){ 0 };
	results = (struct results){ .arena = arena };
	run = (struct policy_run){ 0 };
	policy = load("policy \"office\" mode enforce;\n");
	event = (struct event){ .time_us = 1700000000000042,
	    .kind = "message", .facts = &facts, .results = &results,
	    .policy = policy, .run = &run };
}

static void
tear_down(void)
{
	policy_unref(policy);
	arena_free(arena);
}

static json_t *
printed(enum event_shape shape)
{
	char *text = event_json(&event, shape);
	json_error_t error;
	bool clean = true;
	json_t *root;

	for (const char *p = text; *p != '\0'; p++)
		clean &= *p >= 0x20 && *p < 0x7f;
	ck_assert(clean);		/* ASCII, and one line */
	root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(root != NULL, "%s in %s", error.text, text);
	free(text);
	return root;
}

/* What stands at a key, as compact JSON; "" where there is none. */
static void
assert_key(enum event_shape shape, const char *key, const char *expected)
{
	json_t *root = printed(shape), *value = json_object_get(root, key);
	char *text = value == NULL ? strdup("") : json_dumps(value,
	    JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_str_eq(text, expected);
	free(text);
	json_decref(root);
}

START_TEST(an_empty_event)
{
	char *text = event_json(&event, EVENT_LINE);

	ck_assert_str_eq(text, "{\"v\":1,"
	    "\"time\":\"2023-11-14T22:13:20.000042Z\",\"id\":null,"
	    "\"host\":null,\"kind\":\"message\","
	    "\"queue_id\":null,\"verdict\":{\"action\":\"accept\","
	    "\"code\":null,\"enhanced\":null,\"text\":null,\"file\":null,"
	    "\"line\":null},\"policy\":{\"name\":\"office\","
	    "\"checksum\":\"9cea75a53afe6085\",\"mode\":\"enforce\"},"
	    "\"rules\":[],\"calls\":[],\"dmarc_override\":[],"
	    "\"rcpts\":[],\"dkim\":[],\"facts\":{},\"dns\":[],"
	    "\"spf_terms\":[],"
	    "\"authentication_results\":null,\"arc_seal\":null,"
	    "\"signed\":[],\"unsigned\":null,"
	    "\"checks\":[],\"took_us\":0,\"troubles\":[]}");
	free(text);
}
END_TEST

/* With privacy too: DNS has it for all to read. */
START_TEST(the_policy_record)
{
	const struct privacy privacy = { .bits = PRIVACY_HASH_SENDERS |
	    PRIVACY_HASH_RECIPIENTS | PRIVACY_CUT_CLIENTS,
	    .key = STR("0123456789abcdef") };

	assert_key(EVENT_LINE, "dmarc_record", "");
	assert_key(EVENT_LINE, "dmarc_notes", "");
	assert_key(EVENT_LINE, "report", "");
	results.dmarc.record = STR("v=DMARC1; p=none; "
	    "rua=mailto:a@example.com!10m");
	VEC_PUSH(arena, &results.dmarc.notes, STR("two"));
	event.report = true;
	event.mask = mask_new(arena, &privacy, &facts, NULL, 0);
	assert_key(EVENT_LINE, "dmarc_record", "\"v=DMARC1; p=none; "
	    "rua=mailto:a@example.com!10m\"");
	assert_key(EVENT_LINE, "dmarc_notes", "[\"two\"]");
	assert_key(EVENT_LINE, "report", "true");
}
END_TEST

START_TEST(terms_of_spf)
{
	VEC_PUSH(arena, &results.spf_terms, (struct spf_term_seen){
	    .method = "spf", .domain = STR("example.com") });
	VEC_PUSH(arena, &results.spf_terms, (struct spf_term_seen){
	    .method = "spf_helo", .depth = 2,
	    .domain = STR("a.example"), .term = STR("mx"),
	    .outcome = "no match", .lookups = 3 });
	assert_key(EVENT_LINE, "spf_terms", "[{\"method\":\"spf\","
	    "\"depth\":0,\"domain\":\"example.com\",\"term\":null,"
	    "\"outcome\":null,\"lookups\":0},{\"method\":\"spf_helo\","
	    "\"depth\":2,\"domain\":\"a.example\",\"term\":\"mx\","
	    "\"outcome\":\"no match\",\"lookups\":3}]");
}
END_TEST

START_TEST(facts_by_their_types)
{
	static const struct str domains[] = {
		STR_INIT("a.example"), STR_INIT("b.example")
	};
	struct ip ip;

	ck_assert(ip_parse(STR("192.0.2.1"), &ip));
	facts_ip(&facts, FACT_ID_CLIENT_IP, &ip);
	facts_none(&facts, FACT_ID_CLIENT_NAME);
	facts_word(&facts, FACT_ID_SPF, WORD_SOFTFAIL);
	facts_number(&facts, FACT_ID_SPF_LOOKUPS, 3);
	facts_number(&facts, FACT_ID_SCORE, 2.5);
	facts_bool(&facts, FACT_ID_DMARC_TEST, false);
	facts_text(&facts, FACT_ID_MAIL_FROM, STR(""));
	facts_text(&facts, FACT_ID_QUEUE_ID, STR("4Zx1"));
	facts_list(&facts, FACT_ID_DKIM_DOMAINS, domains, 2);
	facts_unknown(&facts, FACT_ID_SUBJECT, STR("header over the limit"));
	assert_key(EVENT_LINE, "queue_id", "\"4Zx1\"");
	assert_key(EVENT_LINE, "facts", "{\"client.ip\":\"192.0.2.1\","
	    "\"client.name\":null,\"mail.from\":\"\",\"spf\":\"softfail\","
	    "\"spf.lookups\":3,\"queue.id\":\"4Zx1\","
	    "\"subject\":{\"unknown\":\"header over the limit\"},"
	    "\"dkim.domains\":[\"a.example\",\"b.example\"],"
	    "\"dmarc.test\":false,\"score\":2.5}");
}
END_TEST

static const struct {
	double number;
	const char *printed;
} numbers[] = {
	{ 0, "{\"score\":0}" }, { -3, "{\"score\":-3}" },
	{ 0.1, "{\"score\":0.10000000000000001}" },
	{ 1e300, "{\"score\":1.0000000000000001e300}" },
	{ 9007199254740992.0, "{\"score\":9007199254740992}" },
	{ NAN, "{\"score\":null}" }, { INFINITY, "{\"score\":null}" },
};

START_TEST(numbers_stay_numbers)
{
	facts_number(&facts, FACT_ID_SCORE, numbers[_i].number);
	assert_key(EVENT_LINE, "facts", numbers[_i].printed);
}
END_TEST

static const struct {
	struct str bytes;
	const char *printed;	/* UTF-8, as jansson prints it again */
} texts[] = {
	{ STR_INIT("plain"), "plain" },
	{ STR_INIT("gr\xc3\xbc\xc3\x9f" "e"), "gr\xc3\xbc\xc3\x9f" "e" },
	{ STR_INIT("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80" },
	{ STR_INIT("a\r\nb\t\x01"), "a\\r\\nb\\t\\u0001" },
	{ STR_INIT("\"\\/"), "\\\"\\\\/" },
	{ STR_INIT("a\0b"), "a\xef\xbf\xbd" "b" },
	{ STR_INIT("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd" },
	{ STR_INIT("\xc3"), "\xef\xbf\xbd" },
	{ STR_INIT("gr\xfc\xdf" "e"), "gr\xef\xbf\xbd\xef\xbf\xbd" "e" },
	{ STR_INIT("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd" },
	{ STR_INIT("\xed\xa0\x80"),
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ STR_INIT("\xe2\x80\xa8"), "\xe2\x80\xa8" },
	{ STR_INIT("\x7f"), "\x7f" },
	{ STR_INIT("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf" },
	{ STR_INIT("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd"
	  "\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(no_byte_loses_an_event)
{
	facts_text(&facts, FACT_ID_SUBJECT, texts[_i].bytes);
	assert_key(EVENT_LINE, "facts", arena_z(arena, arena_printf(arena,
	    "{\"subject\":\"%s\"}", texts[_i].printed)));
}
END_TEST

/* Whatever the byte, the event is one line that a reader can read. */
START_TEST(any_byte_anywhere)
{
	static char big[LIMIT_EVENT_TEXT_OCTETS + 1];
	struct str hostile = str_make(big, sizeof(big));
	struct policy_rule rule = { .action = ACTION_REJECT, .code = 550,
	    .enhanced = hostile, .text = hostile, .file = "a", .line = 1 };
	struct event_rcpt rcpt = { hostile, ACTION_REJECT, &rule,
	    WORD_FORGED };
	struct result result = { .method = METHOD_DKIM, .reason = hostile };

	result_add_property(arena, &result, "header", "d", hostile);
	VEC_PUSH(arena, &results.list, result);
	VEC_PUSH(arena, &results.evidence, (struct evidence){
	    .method = "dkim", .name = hostile, .data = hostile });
	VEC_PUSH(arena, &run.fired, rule);
	facts_list(&facts, FACT_ID_DKIM_DOMAINS, &hostile, 1);
	facts_unknown(&facts, FACT_ID_QUEUE_ID, hostile);
	event.rcpts = &rcpt;
	event.rcpt_listed = 1;
	event.authentication_results = hostile;
	event.rule = &rule;
	event.action = event.decided = ACTION_REJECT;
	for (int c = 0; c < 256; c++) {
		memset(big, c, sizeof(big));
		json_decref(printed(EVENT_TOOL));
	}
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	char text[LIMIT_EVENT_TEXT_OCTETS + 1], *expected;

	memset(text, 'a', sizeof(text));
	memcpy(text + LIMIT_EVENT_TEXT_OCTETS - 2, "\xe2\x82\xac", 3);
	facts_text(&facts, FACT_ID_SUBJECT, str_make(text, sizeof(text)));
	expected = arena_z(arena, arena_printf(arena,
	    "{\"subject\":\"%.*s\xe2\x80\xa6\"}",
	    LIMIT_EVENT_TEXT_OCTETS - 2, text));
	assert_key(EVENT_LINE, "facts", expected);
}
END_TEST

static const struct {
	int64_t time_us;
	const char *printed;
} times[] = {
	{ 0, "\"1970-01-01T00:00:00.000000Z\"" },
	{ 951782400999999, "\"2000-02-29T00:00:00.999999Z\"" },
	{ -1, "\"1970-01-01T00:00:00.000000Z\"" },
	{ INT64_MAX, "\"9999-12-31T23:59:59.999999Z\"" },
};

START_TEST(times_are_rfc_3339)
{
	event.time_us = times[_i].time_us;
	assert_key(EVENT_LINE, "time", times[_i].printed);
}
END_TEST

START_TEST(signatures)
{
	struct result r = { .method = METHOD_DKIM, .word = WORD_FAIL,
	    .reason = STR("body hash") };

	VEC_PUSH(arena, &results.list, (struct result){
	    .method = METHOD_SPF, .word = WORD_PASS });
	result_add_property(arena, &r, "header", "d", STR("example.com"));
	result_add_property(arena, &r, "header", "s", STR("s1"));
	result_add_property(arena, &r, "header", "a", STR("rsa-sha256"));
	result_add_property(arena, &r, "header", "b", STR("abcd"));
	result_add_property(arena, &r, "header", "i", STR("@example.com"));
	VEC_PUSH(arena, &results.list, r);
	VEC_PUSH(arena, &results.list, (struct result){
	    .method = METHOD_DKIM, .word = WORD_PERMERROR });
	assert_key(EVENT_LINE, "dkim", "[{\"result\":\"fail\","
	    "\"domain\":\"example.com\",\"selector\":\"s1\","
	    "\"algorithm\":\"rsa-sha256\",\"identity\":\"@example.com\","
	    "\"reason\":\"body hash\"},{\"result\":\"permerror\","
	    "\"domain\":null,\"selector\":null,\"algorithm\":null,"
	    "\"identity\":null,\"reason\":null}]");
	assert_key(EVENT_TOOL, "dkim", "[{\"result\":\"fail\","
	    "\"domain\":\"example.com\",\"selector\":\"s1\","
	    "\"algorithm\":\"rsa-sha256\",\"identity\":\"@example.com\","
	    "\"reason\":\"body hash\"},{\"result\":\"permerror\","
	    "\"domain\":null,\"selector\":null,\"algorithm\":null,"
	    "\"identity\":null,\"reason\":null}]");
}
END_TEST

START_TEST(dns_answers)
{
	VEC_PUSH(arena, &results.evidence, (struct evidence){
	    .method = "dmarc", .name = STR("_dmarc.example.com"),
	    .type = "TXT", .status = "DATA", .secure = true,
	    .data = STR("v=DMARC1; p=none") });
	assert_key(EVENT_LINE, "dns", "[{\"method\":\"dmarc\","
	    "\"name\":\"_dmarc.example.com\",\"type\":\"TXT\","
	    "\"status\":\"DATA\",\"secure\":true,"
	    "\"data\":\"v=DMARC1; p=none\"}]");
}
END_TEST

START_TEST(rules_that_fired)
{
	VEC_PUSH(arena, &run.fired, (struct policy_rule){
	    .action = ACTION_SCORE, .file = "a.policy", .line = 3,
	    .asks = 1u << (function_find(STR("rate")) - function_table),
	    .stage = STAGE_MAIL, .score = 2.5, .text = STR("no name") });
	VEC_PUSH(arena, &run.fired, (struct policy_rule){
	    .action = ACTION_REJECT, .shadow = true, .file = "a.policy",
	    .line = 4, .stage = STAGE_RCPT, .code = 550,
	    .enhanced = STR("5.7.1"), .text = STR("no") });
	VEC_PUSH(arena, &run.fired, (struct policy_rule){
	    .action = ACTION_TAG, .file = "a.policy", .line = 5,
	    .stage = STAGE_MESSAGE, .tag_name = STR("X-Spam"),
	    .tag_value = STR("YES") });
	assert_key(EVENT_LINE, "rules", "[{\"action\":\"score\","
	    "\"shadow\":false,\"stage\":\"mail\",\"file\":\"a.policy\","
	    "\"line\":3,\"text\":\"no name\",\"score\":2.5,"
	    "\"functions\":[\"rate\"]},"
	    "{\"action\":\"reject\",\"shadow\":true,\"stage\":\"rcpt\","
	    "\"file\":\"a.policy\",\"line\":4,\"code\":550,"
	    "\"enhanced\":\"5.7.1\",\"text\":\"no\"},"
	    "{\"action\":\"tag\",\"shadow\":false,\"stage\":\"message\","
	    "\"file\":\"a.policy\",\"line\":5,"
	    "\"tag\":{\"name\":\"X-Spam\",\"value\":\"YES\"}}]");
}
END_TEST

START_TEST(recipients)
{
	struct policy_rule rule = { .action = ACTION_TEMPFAIL, .code = 451,
	    .enhanced = STR("4.7.1"), .text = STR("later"),
	    .file = "a.policy", .line = 9 };
	struct event_rcpt rcpts[] = {
		{ STR("a@example.com"), ACTION_CONTINUE, NULL,
		    WORD_NONE },
		{ STR("b@example.com"), ACTION_TEMPFAIL, &rule,
		    WORD_NONE },
	};

	event.rcpts = rcpts;
	event.rcpt_listed = 2;
	assert_key(EVENT_LINE, "rcpts", "[{\"address\":\"a@example.com\","
	    "\"action\":\"accept\"},{\"address\":\"b@example.com\","
	    "\"action\":\"tempfail\",\"code\":451,\"enhanced\":\"4.7.1\","
	    "\"text\":\"later\",\"file\":\"a.policy\",\"line\":9}]");
}
END_TEST

#define NOTHING	"\"code\":null,\"enhanced\":null,\"text\":null"
#define PLACE	"\"file\":\"a.policy\",\"line\":7}"
#define NOWHERE	"\"file\":null,\"line\":null}"
#define REFUSAL	"\"code\":550,\"enhanced\":\"5.7.1\",\"text\":\"no\","

static const struct {
	bool monitor;
	enum action decided, action;
	int rule;		/* the action of the rule, or -1 */
	const char *verdict, *also;
} verdicts[] = {
	{ false, ACTION_CONTINUE, ACTION_CONTINUE, -1,
	  "{\"action\":\"accept\"," NOTHING "," NOWHERE, "" },
	{ false, ACTION_ACCEPT, ACTION_CONTINUE, ACTION_ACCEPT,
	  "{\"action\":\"accept\"," NOTHING "," PLACE, "" },
	{ false, ACTION_REJECT, ACTION_REJECT, ACTION_REJECT,
	  "{\"action\":\"reject\"," REFUSAL PLACE, "" },
	{ false, ACTION_QUARANTINE, ACTION_QUARANTINE, ACTION_QUARANTINE,
	  "{\"action\":\"quarantine\"," NOTHING "," PLACE, "" },
	{ false, ACTION_DISCARD, ACTION_DISCARD, ACTION_DISCARD,
	  "{\"action\":\"discard\"," NOTHING "," PLACE, "" },
	{ false, ACTION_BYPASS, ACTION_ACCEPT, ACTION_BYPASS,
	  "{\"action\":\"accept\"," NOTHING "," PLACE,
	  "{\"action\":\"bypass\"," NOTHING "," PLACE },
	{ true, ACTION_REJECT, ACTION_CONTINUE, ACTION_REJECT,
	  "{\"action\":\"accept\"," NOTHING "," NOWHERE,
	  "{\"action\":\"reject\"," REFUSAL PLACE },
	{ true, ACTION_ACCEPT, ACTION_CONTINUE, ACTION_ACCEPT,
	  "{\"action\":\"accept\"," NOTHING "," PLACE, "" },
	/* Trouble of our own: tempfail though the policy held the mail. */
	{ false, ACTION_QUARANTINE, ACTION_TEMPFAIL, ACTION_QUARANTINE,
	  "{\"action\":\"tempfail\"," NOTHING "," NOWHERE,
	  "{\"action\":\"quarantine\"," NOTHING "," PLACE },
};

START_TEST(what_was_decided_and_done)
{
	struct policy_rule rule = { .action = (enum action)verdicts[_i].rule,
	    .code = 550, .enhanced = STR("5.7.1"), .text = STR("no"),
	    .file = "a.policy", .line = 7 };

	if (verdicts[_i].monitor) {
		policy_unref(policy);
		policy = load("policy \"office\" mode monitor;\n");
		event.policy = policy;
	}
	event.rule = verdicts[_i].rule < 0 ? NULL : &rule;
	event.action = verdicts[_i].action;
	event.decided = verdicts[_i].decided;
	assert_key(EVENT_LINE, "verdict", verdicts[_i].verdict);
	assert_key(EVENT_LINE, "decided", verdicts[_i].also);
	assert_key(EVENT_LINE, "policy", verdicts[_i].monitor ?
	    "{\"name\":\"office\",\"checksum\":\"95bd48235d723f1b\","
	    "\"mode\":\"monitor\"}" :
	    "{\"name\":\"office\",\"checksum\":\"9cea75a53afe6085\","
	    "\"mode\":\"enforce\"}");
}
END_TEST

START_TEST(checks_and_troubles)
{
	static const struct event_check checks[] = {
		{ "spf", true, 1200, 300 }, { "dkim", false, 5, 0 },
	};
	static const char *const troubles[] = { "too many recipients" };

	event.checks = checks;
	event.check_count = 2;
	event.troubles = troubles;
	event.trouble_count = 1;
	event.took_us = 4321;
	event.authentication_results = STR("mx.example; none");
	assert_key(EVENT_LINE, "checks", "[{\"name\":\"spf\","
	    "\"finished\":true,\"took_us\":1200,\"waited_us\":300},"
	    "{\"name\":\"dkim\",\"finished\":false,\"took_us\":5,"
	    "\"waited_us\":0}]");
	assert_key(EVENT_LINE, "troubles", "[\"too many recipients\"]");
	event.waits_us[EVENT_WAIT_LISTS] = 17;
	assert_key(EVENT_LINE, "waits",
	    "[{\"for\":\"lists\",\"waited_us\":17}]");
	assert_key(EVENT_LINE, "took_us", "4321");
	assert_key(EVENT_LINE, "authentication_results",
	    "\"mx.example; none\"");
}
END_TEST

START_TEST(groups_have_all_their_keys)
{
	assert_key(EVENT_LINE, "spf", "");
	assert_key(EVENT_TOOL, "spf", "{\"result\":null,\"domain\":null,"
	    "\"mechanism\":null,\"explanation\":null,\"lookups\":null,"
	    "\"void_lookups\":null,\"reason\":null}");
	assert_key(EVENT_TOOL, "spf_helo", "{\"result\":null,\"domain\":null,"
	    "\"mechanism\":null,\"explanation\":null,\"lookups\":null,"
	    "\"void_lookups\":null,\"reason\":null}");
	assert_key(EVENT_TOOL, "iprev", "{\"result\":null,\"name\":null,"
	    "\"reason\":null}");
	assert_key(EVENT_TOOL, "dmarc", "{\"result\":null,\"domain\":null,"
	    "\"organizational_domain\":null,\"policy_domain\":null,"
	    "\"policy\":null,\"test\":null,\"disposition\":null,"
	    "\"alignment\":{\"spf\":null,\"dkim\":null},\"reason\":null}");
	assert_key(EVENT_TOOL, "dkim", "[]");
}
END_TEST

START_TEST(groups_carry_values)
{
	facts_word(&facts, FACT_ID_DMARC, WORD_FAIL);
	facts_bool(&facts, FACT_ID_DMARC_ALIGNED_SPF, true);
	facts_word(&facts, FACT_ID_DMARC_POLICY, WORD_NONE);
	facts_unknown(&facts, FACT_ID_DMARC_ORG, STR("no time"));
	facts_none(&facts, FACT_ID_DMARC_TEST);
	facts_number(&facts, FACT_ID_SPF_VOIDS, 2);
	assert_key(EVENT_TOOL, "dmarc", "{\"result\":\"fail\","
	    "\"domain\":null,\"organizational_domain\":null,"
	    "\"policy_domain\":null,\"policy\":\"none\",\"test\":null,"
	    "\"disposition\":null,\"alignment\":{\"spf\":true,"
	    "\"dkim\":null},\"reason\":null}");
	assert_key(EVENT_TOOL, "spf", "{\"result\":null,\"domain\":null,"
	    "\"mechanism\":null,\"explanation\":null,\"lookups\":null,"
	    "\"void_lookups\":2,\"reason\":null}");
}
END_TEST

TCase *
json_cases(void)
{
	TCase *tc = tcase_create("json");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, an_empty_event);
	tcase_add_test(tc, the_policy_record);
	tcase_add_test(tc, terms_of_spf);
	tcase_add_test(tc, facts_by_their_types);
	tcase_add_loop_test(tc, numbers_stay_numbers, 0, TEST_COUNT(numbers));
	tcase_add_loop_test(tc, no_byte_loses_an_event, 0, TEST_COUNT(texts));
	tcase_add_test(tc, any_byte_anywhere);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_long_text_is_cut);
	tcase_add_loop_test(tc, times_are_rfc_3339, 0, TEST_COUNT(times));
	tcase_add_test(tc, signatures);
	tcase_add_test(tc, dns_answers);
	tcase_add_test(tc, rules_that_fired);
	tcase_add_test(tc, recipients);
	tcase_add_loop_test(tc, what_was_decided_and_done, 0,
	    TEST_COUNT(verdicts));
	tcase_add_test(tc, checks_and_troubles);
	tcase_add_test(tc, groups_have_all_their_keys);
	tcase_add_test(tc, groups_carry_values);
	return tc;
}
