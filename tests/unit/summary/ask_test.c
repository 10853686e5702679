/*
 * Questions of assay log as they are written, and of one event what is true.
 */
#include "summary/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/summary/summary_test.h"

/* ---- how they are read ---- */

static const struct {
	enum ask_kind	kind;
	const char	*text;
	const char	*parts;		/* those that were said; NULL: none is
					 * a question */
	int64_t		number;		/* -1: whatever it is */
} read_cases[] = {
	{ ASK_IS, "spam", "", -1 }, { ASK_IS, "refused-in-part", "", -1 },
	{ ASK_IS, "Spam", NULL, 0 }, { ASK_IS, "", NULL, 0 },
	{ ASK_IS, "spa", NULL, 0 }, { ASK_IS, "spam ", NULL, 0 },
	{ ASK_WEEKDAY, "mon", "", 0 }, { ASK_WEEKDAY, "SUN", "", 6 },
	{ ASK_WEEKDAY, "sunday", NULL, 0 }, { ASK_WEEKDAY, "", NULL, 0 },
	{ ASK_WEEKDAY, "mon:0", "-", 0 }, { ASK_WEEKDAY, "tue:23", "-", 1 },
	{ ASK_WEEKDAY, "tue:24", NULL, 0 }, { ASK_WEEKDAY, "tue:", NULL, 0 },
	{ ASK_WEEKDAY, ":9", NULL, 0 }, { ASK_WEEKDAY, "tue:-1", NULL, 0 },
	{ ASK_KNOWN, "spf", "", -1 }, { ASK_KNOWN, "nothing", NULL, 0 },
	{ ASK_SIGNAL, "symbol A|B", "symbol A|B", 0 },
	{ ASK_PROOF, "dkim:mailer.example", "dkim|mailer.example", 0 },
	{ ASK_PROOF, "net:2001:db8::/64", "net|2001:db8::/64", 0 },
	{ ASK_PROOF, "dkim:", NULL, 0 }, { ASK_PROOF, "dkim", NULL, 0 },
	{ ASK_PROOF, "helo:a.example", NULL, 0 },
	{ ASK_PROOF, ":a.example", NULL, 0 },
	{ ASK_RATE, "192.0.2.1", "192.0.2.1", 0 },
	{ ASK_RATE, "192.0.2.1,3600", "192.0.2.1|-", 3600 },
	{ ASK_RATE, "a,b", "a,b", 0 }, { ASK_RATE, "a,", "a,", 0 },
	{ ASK_RATE, "a,5,60", "a,5|-", 60 }, { ASK_RATE, "", NULL, 0 },
	{ ASK_RATE, ",60", NULL, 0 }, { ASK_RATE, "a,-1", "a,-1", 0 },
	{ ASK_TAG, "forged", "", -1 }, { ASK_TAG, "lost", NULL, 0 },
	{ ASK_TAG, "", NULL, 0 },
	{ ASK_TOOK, "500ms", "", 500000 }, { ASK_TOOK, "2s", "", 2000000 },
	{ ASK_TOOK, "spf:1m", "spf", 60000000 },
	{ ASK_TOOK, "1h", "", INT64_C(3600000000) },
	{ ASK_TOOK, "250us", "", 250 }, { ASK_TOOK, "0", "", 0 },
	{ ASK_TOOK, "5", NULL, 0 }, { ASK_TOOK, "ms", NULL, 0 },
	{ ASK_TOOK, "", NULL, 0 }, { ASK_TOOK, ":5ms", NULL, 0 },
	{ ASK_TOOK, "spf:", NULL, 0 }, { ASK_TOOK, "-5ms", NULL, 0 },
	{ ASK_TOOK, "99999999999999999999ms", NULL, 0 },
	{ ASK_TOOK, "9223372036854775807us", "", INT64_MAX },
	{ ASK_TOOK, "9223372036854775808us", NULL, 0 },
	{ ASK_WAITED, "store:4ms", "store", 4000 },
	{ ASK_DNS_ZONE, "broken.example", "broken.example", 0 },
	{ ASK_LIST, "bl.example", "|bl.example", 0 },
	{ ASK_LIST, "dnswl:wl.example", "dnswl|wl.example", 0 },
	{ ASK_LIST, "dnsbl:", NULL, 0 }, { ASK_LIST, "", NULL, 0 },
	{ ASK_LIST, "bl.example:why", NULL, 0 },
	{ ASK_LIST_ERROR, "bl.example", "|bl.example", 0 },
	{ ASK_LIST_ERROR, "bl.example:late: 5", "|bl.example|late: 5", 0 },
	{ ASK_LIST_ERROR, "dnsbl:bl.example:", "dnsbl|bl.example|", 0 },
	{ ASK_LIST_ERROR, ":late", NULL, 0 },
	{ ASK_SHADOW, "accept:reject", "|accept|reject", 0 },
	{ ASK_SHADOW, "message:accept:reject,a:1",
	    "message|accept|reject|a:1", 0 },
	{ ASK_SHADOW, "Recipient:accept:reject,,b:2,c",
	    "Recipient|accept|reject||b:2,c", 0 },
	{ ASK_SHADOW, "accept", NULL, 0 }, { ASK_SHADOW, "", NULL, 0 },
	{ ASK_SHADOW, "accept:", NULL, 0 },
	{ ASK_SHADOW, "accept:burn", NULL, 0 },
	{ ASK_SHADOW, "burn:accept", NULL, 0 },
	{ ASK_SHADOW, "envelope:accept:reject", NULL, 0 },
	{ ASK_SIGNED, "example.com", "example.com", 0 },
	{ ASK_SIGNED, "example.com,s1", "example.com|s1", 0 },
	{ ASK_SIGNED, "example.com,,rsa-sha256",
	    "example.com||rsa-sha256", 0 },
	{ ASK_SIGNED, "a,b,c,d", "a|b|c,d", 0 },
	{ ASK_SIGNED, "", NULL, 0 }, { ASK_SIGNED, ",s1", NULL, 0 },
	{ ASK_NOT_SIGNED, "no key for a, b", "no key for a, b", 0 },
	{ ASK_TROUBLE, "header over the limit", "header over the limit", 0 },
};

/* What is no part, but counts as one ("mon:9"), is "-". */
static void
put_parts(char *out, size_t size, const struct ask *ask)
{
	bool has_hole = ask->kind == ASK_WEEKDAY || ask->kind == ASK_RATE;

	out[0] = '\0';
	for (size_t i = 0; i < ask->count; i++) {
		struct str part = ask->parts[i];
		size_t used = strlen(out);

		if (has_hole && part.ptr == NULL)
			part = STR("-");
		snprintf(out + used, size - used, "%s%.*s", i == 0 ? "" :
		    "|", STR_ARG(part));
	}
}

START_TEST(how_they_are_read)
{
	struct asks asks = { .count = 0 };
	char parts[200];
	bool ok = asks_add(&asks, read_cases[_i].kind,
	    str_from(read_cases[_i].text));

	ck_assert_msg(ok == (read_cases[_i].parts != NULL), "%s",
	    read_cases[_i].text);
	if (!ok)
		return;
	put_parts(parts, sizeof(parts), &asks.at[0]);
	ck_assert_str_eq(parts, read_cases[_i].parts);
	if (read_cases[_i].number >= 0)
		ck_assert_uint_eq(asks.at[0].number,
		    (uint64_t)read_cases[_i].number);
}
END_TEST

START_TEST(one_too_many)
{
	struct asks asks = { .count = 0 };

	for (int i = 0; i < ASKS_MAX; i++)
		ck_assert(asks_add(&asks, ASK_IS, STR("ours")));
	ck_assert(!asks_add(&asks, ASK_IS, STR("ours")));
	ck_assert_uint_eq(asks.count, ASKS_MAX);
}
END_TEST

/* ---- what is true of an event ---- */

/* Of a Monday, at nine. */
static const char line[] = "{\"v\":1,\"time\":\"2026-11-23T09:10:00Z\","
    "\"id\":\"01\",\"host\":\"mx1\",\"kind\":\"message\","
    "\"queue_id\":\"4AAA\",\"verdict\":{\"action\":\"accept\"},"
    "\"policy\":{\"name\":\"p\",\"checksum\":\"00\",\"mode\":\"enforce\"},"
    "\"rules\":[],\"calls\":[{\"function\":\"dnsbl\",\"arguments\":"
    "[\"bl.example\"],\"answer\":{\"unknown\":\"late\"}}],"
    "\"rcpts\":[{\"address\":\"a@example.com\",\"action\":\"accept\"},"
    "{\"address\":\"b@example.com\",\"action\":\"reject\",\"file\":\"p\","
    "\"line\":7}],\"dkim\":[],\"facts\":{\"spf\":\"pass\","
    "\"mail.from\":\"x@example.net\"},\"checks\":[{\"name\":\"spf\","
    "\"finished\":true,\"took_us\":500,\"waited_us\":0}],\"took_us\":2000,"
    "\"troubles\":[\"header over the limit\"],\"signed\":[],"
    "\"unsigned\":\"no key\"}";

static const struct {
	enum ask_kind	kind;
	const char	*text;
	bool		holds;
} holds_cases[] = {
	{ ASK_IS, "stranger", true }, { ASK_IS, "ours", false },
	{ ASK_IS, "addressed", true }, { ASK_IS, "early", false },
	{ ASK_IS, "bounce", false }, { ASK_IS, "refused", false },
	{ ASK_IS, "let-in", true }, { ASK_IS, "refused-in-part", true },
	{ ASK_IS, "refused-at-all", true }, { ASK_IS, "list-error", true },
	{ ASK_IS, "trouble", true }, { ASK_IS, "sealed", false },
	{ ASK_WEEKDAY, "mon", true }, { ASK_WEEKDAY, "tue", false },
	{ ASK_WEEKDAY, "mon:9", true }, { ASK_WEEKDAY, "mon:10", false },
	{ ASK_WEEKDAY, "sun:9", false },
	{ ASK_KNOWN, "spf", true }, { ASK_KNOWN, "dmarc", false },
	{ ASK_TOOK, "2ms", true }, { ASK_TOOK, "2001us", false },
	{ ASK_TOOK, "spf:500us", true }, { ASK_TOOK, "spf:501us", false },
	{ ASK_TOOK, "dkim:0", false }, { ASK_WAITED, "0", false },
	{ ASK_LIST_ERROR, "bl.example", true },
	{ ASK_LIST_ERROR, "dnsbl:bl.example:late", true },
	{ ASK_LIST_ERROR, "bl.example:early", false },
	{ ASK_LIST_ERROR, "dnswl:bl.example", false },
	{ ASK_TROUBLE, "header over the limit", true },
	{ ASK_TROUBLE, "header", false },
};

START_TEST(what_is_true)
{
	struct arena *arena = arena_new();
	const struct summary_options options = { .top = 10 };
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	bool facts[FACT_COUNT] = { false };
	struct event_want want = { .facts = facts };
	struct asks asks = { .count = 0 };

	ck_assert(asks_add(&asks, holds_cases[_i].kind,
	    str_from(holds_cases[_i].text)));
	asks_need(&asks, &want.parts, facts);
	ck_assert_int_eq(event_read(str_from(line), &want, arena,
	    record), EVENT_READ_OK);
	ck_assert_msg(asks_hold(&asks, record, &options, arena) ==
	    holds_cases[_i].holds, "%s", holds_cases[_i].text);
	/* All of them have to be true. */
	ck_assert(asks_add(&asks, ASK_WEEKDAY, STR("fri")));
	ck_assert(!asks_hold(&asks, record, &options, arena));
	arena_free(arena);
}
END_TEST

TCase *
ask_cases(void)
{
	TCase *tcase = tcase_create("questions");

	tcase_add_loop_test(tcase, how_they_are_read, 0,
	    TEST_COUNT(read_cases));
	tcase_add_test(tcase, one_too_many);
	tcase_add_loop_test(tcase, what_is_true, 0, TEST_COUNT(holds_cases));
	return tcase;
}
