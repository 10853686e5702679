#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "event/event.h"
#include "event/facts.h"
#include "event/read.h"
#include "event/when.h"
#include "tests/unit/event/event_test.h"

static struct arena *arena;
static struct event_record record;
static const struct event_want all = {
	.parts = EVENT_PART_RULES | EVENT_PART_DETAIL | EVENT_PART_SHADOW
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

#define HEAD	"{\"v\":1,\"time\":\"2026-11-22T10:15:00.000007Z\"," \
	"\"kind\":\"message\",\"queue_id\":\"4Zx1\","
#define REJECT	"{\"action\":\"reject\",\"code\":550," \
	"\"enhanced\":\"5.7.1\",\"text\":\"no\",\"file\":\"a.policy\"," \
	"\"line\":12}"
#define ACCEPT	"{\"action\":\"accept\",\"code\":null," \
	"\"enhanced\":null,\"text\":null,\"file\":null,\"line\":null}"

#define WITH_SHADOW(shadow)	HEAD "\"verdict\":" ACCEPT \
	",\"shadow_policy\":" shadow ",\"facts\":{}}"

static const struct fact *
fact_of(enum fact_id id)
{
	return facts_get(&record.facts, id);
}

START_TEST(what_the_shadow_policy_said)
{
	static const struct event_want less = { .parts = 0 };
	struct str line = STR(WITH_SHADOW("{\"file\":\"next\",\"name\":"
	    "\"n\",\"mode\":\"enforce\",\"verdict\":" REJECT ","
	    "\"decided\":" REJECT ",\"score\":1.5,\"rcpts\":[{\"address\":"
	    "\"b@example.net\",\"action\":\"tempfail\",\"line\":3}],"
	    "\"differs\":true,\"differences\":[\"verdict\"]}"));

	ck_assert_int_eq(event_read(line, &all, arena, &record),
	    EVENT_READ_OK);
	ck_assert(record.shadow.is_there);
	ck_assert(record.shadow.differs);
	assert_str(record.shadow.file, "next");
	ck_assert_int_eq(record.shadow.decided.action, ACTION_REJECT);
	ck_assert_uint_eq(record.shadow.decided.place.line, 12);
	ck_assert_uint_eq(record.rcpts.count, 0);
	ck_assert_uint_eq(record.shadow_rcpts.count, 1);
	assert_str(record.shadow_rcpts.at[0].address, "b@example.net");
	ck_assert_int_eq(event_read(line, &less, arena, &record),
	    EVENT_READ_OK);
	ck_assert(!record.shadow.is_there);
	/* One without a verdict is no event of ours. */
	ck_assert_int_eq(event_read(STR(WITH_SHADOW("{\"file\":\"n\"}")),
	    &all, arena, &record), EVENT_READ_BROKEN);
}
END_TEST

#define DMARC	HEAD "\"verdict\":" ACCEPT ",\"dmarc_override\":[" \
	"{\"type\":\"local_policy\",\"comment\":\"a:1\"}]," \
	"\"dmarc_record\":\"v=DMARC1; p=none\",\"dmarc_notes\":" \
	"[\"one\",\"two\"],\"report\":true,\"dkim\":[{\"result\":" \
	"\"pass\"}],\"facts\":{},\"dns\":[{\"method\":\"spf\"}]}"

START_TEST(what_reports_tell)
{
	static const struct event_want want = { .parts = EVENT_PART_DMARC },
	    less = { .parts = 0 };

	ck_assert_int_eq(event_read(STR(DMARC), &want, arena, &record),
	    EVENT_READ_OK);
	assert_str(record.dmarc.record, "v=DMARC1; p=none");
	ck_assert_uint_eq(record.dmarc.notes.count, 2);
	assert_str(record.dmarc.notes.at[1], "two");
	ck_assert_uint_eq(record.dmarc.reasons.count, 1);
	assert_str(record.dmarc.reasons.at[0].type, "local_policy");
	assert_str(record.dmarc.reasons.at[0].comment, "a:1");
	ck_assert(record.dmarc.report);
	ck_assert_uint_eq(record.signatures.count, 1);
	ck_assert_uint_eq(record.dns.count, 0);
	ck_assert_int_eq(event_read(STR(DMARC), &less, arena, &record),
	    EVENT_READ_OK);
	assert_str(record.dmarc.record, "");
	ck_assert_uint_eq(record.dmarc.reasons.count, 0);
	ck_assert_uint_eq(record.signatures.count, 0);
	/* Events of before have none of it. */
	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT
	    ",\"facts\":{}}"), &want, arena, &record), EVENT_READ_OK);
	assert_str(record.dmarc.record, "");
	ck_assert(!record.dmarc.report);
}
END_TEST

START_TEST(a_whole_event)
{
	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT ","
	    "\"decided\":" REJECT ",\"policy\":{\"name\":\"office\","
	    "\"mode\":\"monitor\",\"checksum\":\"0123456789abcdef\"},"
	    "\"rules\":[{\"action\":\"tag\",\"shadow\":true,"
	    "\"stage\":\"message\",\"file\":\"a.policy\",\"line\":9,"
	    "\"tag\":{\"name\":\"X\",\"value\":\"y\"}}],"
	    "\"rcpts\":[{\"address\":\"a@example.net\",\"action\":"
	    "\"accept\"},{\"address\":\"b@example.net\",\"action\":"
	    "\"tempfail\",\"code\":451,\"enhanced\":\"4.7.1\",\"text\":"
	    "\"later\",\"file\":\"b.policy\",\"line\":3}],"
	    "\"dkim\":[{\"result\":\"fail\",\"domain\":\"example.com\","
	    "\"selector\":\"s\",\"algorithm\":null,\"identity\":null,"
	    "\"reason\":\"bad\"}],\"facts\":{\"spf\":\"pass\"},"
	    "\"dns\":[{\"method\":\"spf\",\"name\":\"example.com\","
	    "\"type\":\"TXT\",\"status\":\"DATA\",\"secure\":true,"
	    "\"data\":\"v=spf1\"}],"
	    "\"authentication_results\":\"mx; none\",\"checks\":[],"
	    "\"took_us\":5,\"troubles\":[\"one\",\"two\"],\"new\":[{}]}"),
	    &all, arena, &record), EVENT_READ_OK);
	ck_assert_int_eq(record.time_us, 1795342500000007);
	ck_assert_int_eq(record.last, STAGE_MESSAGE);
	assert_str(record.queue_id, "4Zx1");
	ck_assert_int_eq(record.verdict.action, ACTION_ACCEPT);
	assert_str(record.verdict.place.file, "");
	ck_assert_int_eq(record.decided.action, ACTION_REJECT);
	ck_assert_uint_eq(record.decided.code, 550);
	assert_str(record.decided.enhanced, "5.7.1");
	assert_str(record.decided.text, "no");
	assert_str(record.decided.place.file, "a.policy");
	ck_assert_uint_eq(record.decided.place.line, 12);
	assert_str(record.policy, "office");
	assert_str(record.checksum, "0123456789abcdef");
	ck_assert(record.monitor);
	ck_assert_uint_eq(record.rules.count, 1);
	ck_assert_int_eq(record.rules.at[0].action, ACTION_TAG);
	ck_assert(record.rules.at[0].shadow);
	ck_assert_uint_eq(record.rules.at[0].place.line, 9);
	ck_assert_uint_eq(record.rcpts.count, 2);
	assert_str(record.rcpts.at[1].address, "b@example.net");
	ck_assert_int_eq(record.rcpts.at[1].verdict.action, ACTION_TEMPFAIL);
	assert_str(record.rcpts.at[1].verdict.place.file, "b.policy");
	ck_assert_uint_eq(record.signatures.count, 1);
	assert_str(record.signatures.at[0].reason, "bad");
	ck_assert_uint_eq(record.dns.count, 1);
	ck_assert(record.dns.at[0].secure);
	assert_str(record.authentication_results, "mx; none");
	ck_assert_uint_eq(record.troubles.count, 2);
	ck_assert_int_eq(fact_of(FACT_ID_SPF)->word,
	    WORD_PASS);
	ck_assert(!facts_known(&record.facts, FACT_ID_DMARC));
}
END_TEST

#define FIGURES \
	"\"verdict\":" ACCEPT ",\"rules\":[{\"action\":\"tempfail\"," \
	"\"functions\":[\"rate\",\"of a later version\",\"owns\"]}]," \
	"\"facts\":{},\"arc_seal\":{\"instance\":null,\"cv\":null," \
	"\"why_not\":\"no key\"},\"signed\":[{\"domain\":\"d.example\"," \
	"\"selector\":\"s\",\"algorithm\":\"a\",\"new\":[1]}]," \
	"\"unsigned\":\"late\",\"checks\":[{\"name\":\"spf\"," \
	"\"finished\":true,\"took_us\":1200,\"waited_us\":-3}]," \
	"\"waits\":[{\"for\":\"store\",\"waited_us\":700}]," \
	"\"took_us\":99000,\"bounce_tag\":{\"why_not\":\"list\"}," \
	"\"troubles\":[\"t\"]}"

START_TEST(figures)
{
	const struct event_want want = { .parts = EVENT_PART_FIGURES |
	    EVENT_PART_RULES }, less = { .parts = EVENT_PART_DETAIL };
	const struct event_figures *found = &record.figures;

	ck_assert_int_eq(event_read(STR(HEAD FIGURES), &want, arena, &record),
	    EVENT_READ_OK);
	ck_assert_uint_eq(record.rules.at[0].asks,
	    1u << (function_find(STR("rate")) - function_table) |
	    1u << (function_find(STR("owns")) - function_table));
	assert_str(found->not_sealed, "no key");
	assert_str(found->seal_cv, "");
	ck_assert_uint_eq(found->made.count, 1);
	assert_str(found->made.at[0].selector, "s");
	assert_str(found->not_signed, "late");
	ck_assert_uint_eq(found->checks.count, 1);
	assert_str(found->checks.at[0].name, "spf");
	ck_assert(found->checks.at[0].finished);
	ck_assert_uint_eq(found->checks.at[0].took_us, 1200);
	ck_assert_uint_eq(found->checks.at[0].waited_us, 0);
	ck_assert_uint_eq(found->waits.count, 1);
	assert_str(found->waits.at[0].name, "store");
	ck_assert_uint_eq(found->waits.at[0].waited_us, 700);
	ck_assert_uint_eq(found->took_us, 99000);
	assert_str(found->not_tagged, "list");
	ck_assert_uint_eq(record.troubles.count, 1);

	ck_assert_int_eq(event_read(STR(HEAD FIGURES), &less, arena, &record),
	    EVENT_READ_OK);
	ck_assert_uint_eq(found->took_us, 0);
	ck_assert_uint_eq(found->checks.count, 0);
	/* An older assay had other things there, or none. */
	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT ","
	    "\"facts\":{},\"checks\":null,\"waits\":{},\"signed\":1,"
	    "\"unsigned\":null,\"arc_seal\":null,\"bounce_tag\":[],"
	    "\"took_us\":\"x\"}"), &want, arena, &record), EVENT_READ_OK);
	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT ","
	    "\"facts\":{},\"checks\":[1]}"), &want, arena, &record),
	    EVENT_READ_BROKEN);
}
END_TEST

START_TEST(only_what_is_wanted)
{
	bool facts[FACT_COUNT] = { [FACT_ID_SPF] = true };
	const struct event_want want = { .facts = facts };

	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" REJECT ","
	    "\"rules\":[7],\"facts\":{\"helo\":\"x\",\"spf\":\"fail\"},"
	    "\"dns\":[true]}"), &want, arena, &record), EVENT_READ_OK);
	ck_assert_int_eq(record.decided.action, ACTION_REJECT);
	ck_assert(!facts_known(&record.facts, FACT_ID_HELO));
	ck_assert(facts_known(&record.facts, FACT_ID_SPF));
	ck_assert_uint_eq(record.dns.count, 0);
}
END_TEST

#define BOB	"\"rcpts\":[{\"address\":\"bob@example.net\"," \
	"\"action\":\"accept\"}]"
#define TO_BOB	"\"verdict\":" ACCEPT "," BOB ","
#define TAIL	",\"troubles\":[]}"

/* What stands behind the last part that is wanted, of a line of ours. */
static const struct {
	const char *line;
	enum event_read_status status;
	bool reads_rcpts;
} tails[] = {
	{ HEAD TO_BOB "\"facts\":{},\"dns\":[1]" TAIL, EVENT_READ_OK, true },
	{ HEAD TO_BOB "\"facts\":{} , \"dns\":[}] " TAIL " \t", EVENT_READ_OK,
	  true },
	/* The line was cut, or something follows. */
	{ HEAD TO_BOB "\"facts\":{},\"dns\":[1]}", EVENT_READ_OK, true },
	{ HEAD TO_BOB "\"facts\":{},\"dns\":[}]}", EVENT_READ_BROKEN, true },
	{ HEAD TO_BOB "\"facts\":{},\"dns\":[1", EVENT_READ_BROKEN, true },
	{ HEAD TO_BOB "\"facts\":{}" TAIL "}", EVENT_READ_BROKEN, true },
	{ HEAD TO_BOB "\"facts\":{},", EVENT_READ_BROKEN, true },
	{ HEAD TO_BOB "\"facts\":{}", EVENT_READ_BROKEN, true },
	/* Something is missing. */
	{ HEAD "\"facts\":{},\"dns\":[1]}", EVENT_READ_BROKEN, false },
	/* Not in our order: all is read. */
	{ HEAD "\"facts\":{},\"verdict\":" ACCEPT ",\"rcpts\":"
	  "[{\"address\":\"b@example.net\",\"action\":\"accept\"}]}",
	  EVENT_READ_OK, true },
	{ "{\"facts\":{}," "\"v\":1,\"time\":\"2026-11-22T10:15:00Z\","
	  "\"kind\":\"helo\",\"verdict\":" ACCEPT ",\"rcpts\":"
	  "[{\"address\":\"b@example.net\",\"action\":\"accept\"}]}",
	  EVENT_READ_OK, true },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{}," BOB ",\"dns\":1}",
	  EVENT_READ_OK, true },
	{ HEAD TO_BOB "\"host\":\"mx\",\"facts\":{},\"dns\":[}]" TAIL,
	  EVENT_READ_BROKEN, true },
};

START_TEST(tails_are_left)
{
	const struct event_want want = { .parts = 0 };

	ck_assert_int_eq(event_read(str_from(tails[_i].line), &want, arena,
	    &record), tails[_i].status);
	ck_assert_uint_eq(record.rcpts.count, tails[_i].reads_rcpts);
}
END_TEST

/* What a tool put behind the rest is read all the same. */
START_TEST(wanted_parts_may_come_last)
{
	const struct event_want want = { .parts = EVENT_PART_SHADOW };

	ck_assert_int_eq(event_read(STR(HEAD TO_BOB "\"facts\":{},\"dns\":[]"
	    ",\"troubles\":[],\"shadow_policy\":{\"file\":\"n\","
	    "\"decided\":" ACCEPT ",\"differs\":true}, \"host\": \"mx\"}"),
	    &want, arena, &record), EVENT_READ_OK);
	ck_assert(record.shadow.is_there && record.shadow.differs);
	assert_str(record.host, "mx");
}
END_TEST

/* The order of facts is guessed from the line before. */
START_TEST(facts_in_any_order)
{
	static const char *const orders[] = {
		"\"helo\":\"h\",\"spf\":\"fail\",\"subject\":\"s\"",
		"\"subject\":\"s\",\"helo\":\"h\",\"spf\":\"fail\"",
		"\"spf\":\"fail\",\"later\":1,\"subject\":\"s\","
		"\"helo\":\"h\",\"helo\":\"2\"",
	};

	for (int i = 0; i < 9; i++) {
		struct str line = arena_printf(arena, HEAD "\"verdict\":"
		    ACCEPT ",\"facts\":{%s}}", orders[i * 7 % 3]);

		ck_assert_int_eq(event_read(line, &all, arena, &record),
		    EVENT_READ_OK);
		assert_str(fact_of(FACT_ID_HELO)->text, "h");
		assert_str(fact_of(FACT_ID_SUBJECT)->text, "s");
		ck_assert_int_eq(fact_of(FACT_ID_SPF)->word, WORD_FAIL);
	}
}
END_TEST

static const struct {
	const char *line;
	enum event_read_status status;
} lines[] = {
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{}}", EVENT_READ_OK },
	{ " { \"v\" : 1 , \"time\" : \"2026-11-22T10:15:00Z\" ,\t\"facts\" "
	  ": { } , \"kind\" : \"helo\" , \"verdict\" : { \"action\" : "
	  "\"reject\" } } ", EVENT_READ_OK },
	{ "", EVENT_READ_BROKEN },
	{ "null", EVENT_READ_BROKEN },
	{ "[]", EVENT_READ_BROKEN },
	{ "{}", EVENT_READ_BROKEN },
	{ "{\"v\":2,\"anything\":", EVENT_READ_VERSION },
	{ "{\"v\":\"1\"}", EVENT_READ_BROKEN },
	/* A part is missing, or is not what it should be. */
	{ HEAD "\"facts\":{}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT "}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":{},\"facts\":{}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":null,\"facts\":{}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":{\"action\":\"continue\"},\"facts\":{}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":{\"action\":\"explode\"},\"facts\":{}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"rules\":[{\"action\":\"sing\"}],"
	  "\"facts\":{}}", EVENT_READ_OK },
	{ HEAD "\"verdict\":" ACCEPT ",\"rcpts\":[{\"action\":\"sing\"}],"
	  "\"facts\":{}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":[]}", EVENT_READ_BROKEN },
	{ "{\"v\":1,\"time\":\"yesterday\"}", EVENT_READ_BROKEN },
	{ "{\"v\":1,\"time\":\"2026-11-22\",\"kind\":\"data\"}",
	  EVENT_READ_BROKEN },
	/* Cut, or more than one. */
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"helo\":\"mail.exa",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{}}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{}}{\"v\":1}",
	  EVENT_READ_BROKEN },
	/* JSON of other kinds. */
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{},}", EVENT_READ_BROKEN },
	{ HEAD ",\"verdict\":" ACCEPT ",\"facts\":{}}", EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"helo\":'x'}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"helo\":\"\\x\"}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"helo\":\"\\u12\"}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"helo\":\"\n\"}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{\"mail.size\":1.2.3}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{},\"x\":[{]}}",
	  EVENT_READ_BROKEN },
	{ HEAD "\"verdict\":" ACCEPT ",\"facts\":{},\"x\":tru}",
	  EVENT_READ_BROKEN },
};

START_TEST(lines_good_and_bad)
{
	ck_assert_int_eq(event_read(str_from(lines[_i].line), &all, arena,
	    &record), lines[_i].status);
}
END_TEST

START_TEST(nesting_has_an_end)
{
	size_t size = 1 << 20;
	char *text = arena_alloc(arena, size + sizeof(HEAD));

	memcpy(text, HEAD, sizeof(HEAD) - 1);
	memcpy(text + sizeof(HEAD) - 1, "\"x\":", 4);
	memset(text + sizeof(HEAD) + 3, '[', size - 3);
	ck_assert_int_eq(event_read(str_make(text, size), &all, arena,
	    &record), EVENT_READ_BROKEN);
}
END_TEST

static const struct {
	const char *json;	/* of the value of "subject" */
	enum fact_state state;
	const char *text;
} texts[] = {
	{ "\"\"", FACT_SET, "" },
	{ "\"plain text of some length\"", FACT_SET,
	  "plain text of some length" },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", FACT_SET, "\"\\/\b\f\n\r\t" },
	{ "\"a\\u0041\\u00fc\\u20acb\"", FACT_SET, "aA\xc3\xbc\xe2\x82\xac"
	  "b" },
	{ "\"\\ud83d\\ude00\"", FACT_SET, "\xf0\x9f\x98\x80" },
	{ "\"\\ud83d\"", FACT_SET, "\xef\xbf\xbd" },
	{ "\"\\ud83d\\u0041\"", FACT_SET, "\xef\xbf\xbd" "A" },
	{ "\"\\ude00x\"", FACT_SET, "\xef\xbf\xbdx" },
	{ "\"\\u0000\"", FACT_SET, "\xef\xbf\xbd" },
	{ "\"\xc3\xbc\"", FACT_SET, "\xc3\xbc" },
	{ "null", FACT_NONE, "" },
	{ "{\"unknown\":\"why\"}", FACT_UNKNOWN, "why" },
	{ "{}", FACT_UNKNOWN, "" },
	/* Of another type than the fact has: the log lacks it. */
	{ "7", FACT_PENDING, "" },
	{ "true", FACT_PENDING, "" },
	{ "[\"x\"]", FACT_PENDING, "" },
};

START_TEST(texts_are_decoded)
{
	struct str line = arena_printf(arena, HEAD "\"verdict\":" ACCEPT
	    ",\"facts\":{\"subject\":%s}}", texts[_i].json);
	const struct fact *fact;

	ck_assert_int_eq(event_read(line, &all, arena, &record),
	    EVENT_READ_OK);
	fact = fact_of(FACT_ID_SUBJECT);
	ck_assert_int_eq(fact->state, texts[_i].state);
	assert_str(fact->state == FACT_PENDING ? STR_NONE : fact->text,
	    texts[_i].text);
}
END_TEST

START_TEST(values_of_every_type)
{
	struct ip ip, read_ip;

	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT
	    ",\"facts\":{\"client.ip\":\"2001:db8::1\",\"score\":-2.5,"
	    "\"spf\":\"bestguess\",\"dmarc\":\"temperror\",\"dmarc.policy\":"
	    "\"quarantine\",\"dmarc.test\":true,\"dmarc.alignment.spf\":"
	    "false,\"dkim.domains\":[\"a.example\",\"b\\u002eexample\"],"
	    "\"dkim.l\":[],\"mail.size\":123456789012345678,"
	    "\"mail.from\":\"\",\"helo\":\"one\",\"helo\":\"two\"}}"),
	    &all, arena, &record), EVENT_READ_OK);
	ck_assert(ip_parse(STR("2001:db8::1"), &ip));
	read_ip = fact_ip(fact_of(FACT_ID_CLIENT_IP));
	ck_assert(ip_equal(&read_ip, &ip));
	ck_assert_double_eq(fact_of(FACT_ID_SCORE)->number, -2.5);
	ck_assert(!facts_known(&record.facts, FACT_ID_SPF));
	ck_assert_int_eq(fact_of(FACT_ID_DMARC)->word,
	    WORD_TEMPERROR);
	ck_assert_int_eq(fact_of(FACT_ID_DMARC_POLICY)->word,
	    WORD_QUARANTINE);
	ck_assert(fact_of(FACT_ID_DMARC_TEST)->truth);
	ck_assert_int_eq(fact_of(FACT_ID_DMARC_ALIGNED_SPF)->state,
	    FACT_SET);
	ck_assert(!fact_of(FACT_ID_DMARC_ALIGNED_SPF)->truth);
	ck_assert_uint_eq(fact_of(FACT_ID_DKIM_DOMAINS)->list.count,
	    2);
	assert_str(fact_of(FACT_ID_DKIM_DOMAINS)->list.at[1],
	    "b.example");
	ck_assert_int_eq(fact_of(FACT_ID_DKIM_L)->state, FACT_SET);
	ck_assert_double_eq(fact_of(FACT_ID_MAIL_SIZE)->number,
	    123456789012345678.0);
	ck_assert_int_eq(fact_of(FACT_ID_MAIL_FROM)->state,
	    FACT_SET);
	/* The first of two is it. */
	assert_str(fact_of(FACT_ID_HELO)->text, "one");
}
END_TEST

static const struct {
	const char *since, *until;
	enum event_read_status status;
} windows[] = {
	{ "2026-11-22T10:15:00.000007Z", NULL, EVENT_READ_OK },
	{ "2026-11-22T10:15:00.000008Z", NULL, EVENT_READ_OUTSIDE },
	{ NULL, "2026-11-22T10:15:00.000007Z", EVENT_READ_OUTSIDE },
	{ NULL, "2026-11-22T10:15:00.000008Z", EVENT_READ_OK },
	{ "2026-11-22", "2026-11-23", EVENT_READ_OK },
	{ "2026-11-21", "2026-11-22", EVENT_READ_OUTSIDE },
};

START_TEST(a_window_of_time)
{
	struct event_want want = all;

	if (windows[_i].since != NULL)
		ck_assert(when_read(str_from(windows[_i].since),
		    &want.since_us));
	if (windows[_i].until != NULL)
		ck_assert(when_read(str_from(windows[_i].until),
		    &want.until_us));
	ck_assert_int_eq(event_read(STR(HEAD "\"verdict\":" ACCEPT
	    ",\"facts\":{}}"), &want, arena, &record),
	    windows[_i].status);
}
END_TEST

/* What event_json() writes reads back as what it was made from. */
START_TEST(round_trip)
{
	static const struct str domains[] = {
		STR_INIT("a.example"), STR_INIT("b\"\\\xc3\xbc.example")
	};
	struct fact_set facts = { 0 };
	struct results results = { .arena = arena };
	struct policy_run run = { 0 };
	struct policy_rule rule = { .action = ACTION_TEMPFAIL,
	    .file = "dir/a \"b\".policy", .line = 77, .code = 451,
	    .enhanced = STR("4.7.1"), .text = STR("later\x1b[31m") };
	struct event_rcpt rcpt = { STR("b\xc3\xbc@example.net"),
	    ACTION_TEMPFAIL, &rule, WORD_FORGED };
	struct event event = { .time_us = 1795342500123456, .kind = "rcpt",
	    .facts = &facts, .results = &results, .run = &run,
	    .rule = &rule, .action = ACTION_TEMPFAIL,
	    .decided = ACTION_TEMPFAIL, .rcpts = &rcpt, .rcpt_listed = 1 };
	char *text;

	facts_text(&facts, FACT_ID_SUBJECT, STR("\t\x7f\xf0\x9f\x98\x80"));
	facts_unknown(&facts, FACT_ID_IPREV, STR("timeout"));
	facts_none(&facts, FACT_ID_CLIENT_NAME);
	facts_ip(&facts, FACT_ID_CLIENT_IP, &(struct ip){ IP_NONE, { 0 } });
	facts_number(&facts, FACT_ID_SCORE, 0.1);
	facts_list(&facts, FACT_ID_DKIM_DOMAINS, domains, 2);
	text = event_json(&event, EVENT_LINE);
	ck_assert_int_eq(event_read(str_from(text), &all, arena, &record),
	    EVENT_READ_OK);
	ck_assert_int_eq(record.time_us, 1795342500123456);
	ck_assert_int_eq(record.last, STAGE_RCPT);
	ck_assert_int_eq(record.decided.action, ACTION_TEMPFAIL);
	assert_str(record.verdict.place.file, "dir/a \"b\".policy");
	assert_str(record.verdict.text, "later\x1b[31m");
	assert_str(record.rcpts.at[0].address, "b\xc3\xbc@example.net");
	ck_assert_uint_eq(record.rcpts.at[0].verdict.place.line, 77);
	ck_assert_int_eq(record.rcpts.at[0].tag, WORD_FORGED);
	assert_str(fact_of(FACT_ID_SUBJECT)->text,
	    "\t\x7f\xf0\x9f\x98\x80");
	ck_assert_int_eq(fact_of(FACT_ID_IPREV)->state,
	    FACT_UNKNOWN);
	ck_assert_int_eq(fact_of(FACT_ID_CLIENT_NAME)->state,
	    FACT_NONE);
	ck_assert_int_eq(fact_of(FACT_ID_CLIENT_IP)->state,
	    FACT_SET);
	ck_assert_double_eq(fact_of(FACT_ID_SCORE)->number, 0.1);
	assert_str(fact_of(FACT_ID_DKIM_DOMAINS)->list.at[1],
	    "b\"\\\xc3\xbc.example");
	free(text);
}
END_TEST

TCase *
read_cases(void)
{
	TCase *cases = tcase_create("read");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, what_the_shadow_policy_said);
	tcase_add_test(cases, what_reports_tell);
	tcase_add_test(cases, a_whole_event);
	tcase_add_test(cases, figures);
	tcase_add_test(cases, only_what_is_wanted);
	tcase_add_loop_test(cases, tails_are_left, 0, TEST_COUNT(tails));
	tcase_add_test(cases, wanted_parts_may_come_last);
	tcase_add_test(cases, facts_in_any_order);
	tcase_add_loop_test(cases, lines_good_and_bad, 0, TEST_COUNT(lines));
	tcase_add_test(cases, nesting_has_an_end);
	tcase_add_loop_test(cases, texts_are_decoded, 0, TEST_COUNT(texts));
	tcase_add_test(cases, values_of_every_type);
	tcase_add_loop_test(cases, a_window_of_time, 0, TEST_COUNT(windows));
	tcase_add_test(cases, round_trip);
	return cases;
}
