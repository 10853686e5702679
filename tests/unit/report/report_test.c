#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/changes.h"
#include "report/explain.h"
#include "tests/support/check.h"

static struct arena *arena;
static char *text;
static size_t text_len;
static FILE *out;

static void
set_up(void)
{
	arena = arena_new();
	out = open_memstream(&text, &text_len);
}

static void
tear_down(void)
{
	fclose(out);
	free(text);
	arena_free(arena);
}

static const char *
printed(void)
{
	fflush(out);
	return text;
}

/* ---- changes ---- */

static struct change
change(enum action from, enum action to, unsigned from_line,
    unsigned to_line, const char *id)
{
	struct change change = { CHANGE_OF_MESSAGE, from, to,
	    { STR_NONE, 0 }, { STR_NONE, 0 },
	    { STR("2026"), str_from(id), STR("a.example"), STR("b.example") }
	};

	if (from_line > 0)
		change.from_place = (struct event_place){ STR("old"),
		    from_line };
	if (to_line > 0)
		change.to_place = (struct event_place){ STR("new"), to_line };
	return change;
}

static void
add(struct changes *changes, struct change one)
{
	changes_add(changes, &one);
}

static void
fill(struct changes *changes, struct arena *own)
{
	struct change rcpt = change(ACTION_REJECT, ACTION_ACCEPT, 7, 0, "r");

	changes_init(changes, own, 2);
	add(changes, change(ACTION_ACCEPT, ACTION_REJECT, 0, 3, "1"));
	rcpt.of = CHANGE_OF_RCPT;
	rcpt.sample.rcpt = STR_NONE;
	rcpt.sample.sender = STR("<>");
	add(changes, rcpt);
	add(changes, change(ACTION_REJECT, ACTION_CONTINUE, 9, 0, ""));
	add(changes, change(ACTION_ACCEPT, ACTION_REJECT, 0, 4, "2"));
	add(changes, change(ACTION_ACCEPT, ACTION_REJECT, 0, 4, "3\x1b<b>"));
	add(changes, change(ACTION_ACCEPT, ACTION_REJECT, 0, 4, "4"));
}

static const char changes_text[] =
    "accept -> reject: 8 messages\n"
    "         6  no rule -> new:4\n"
    "            2 2026 from a.example to b.example\n"
    "            3?<b> 2026 from a.example to b.example\n"
    "         2  no rule -> new:3\n"
    "            1 2026 from a.example to b.example\n"
    "            1 2026 from a.example to b.example\n"
    "reject -> go on: 2 messages\n"
    "         2  old:9 -> no rule\n"
    "            (no queue id) 2026 from a.example to b.example\n"
    "            (no queue id) 2026 from a.example to b.example\n"
    "reject -> accept: 2 recipients\n"
    "         2  old:7 -> no rule\n"
    "            r 2026 from <> to ?\n"
    "            r 2026 from <> to ?\n";

/* Twice the same, merged: the first samples stay the first ones. */
static void
merged(struct changes *changes)
{
	struct arena *other = arena_new();
	struct changes second;

	fill(changes, arena);
	fill(&second, other);
	changes_merge(changes, &second);
	arena_free(other);
	changes_sort(changes);
}

START_TEST(changes_as_text)
{
	struct changes changes;

	merged(&changes);
	changes_print_text(out, &changes);
	ck_assert_str_eq(printed(), changes_text);
}
END_TEST

START_TEST(changes_as_json)
{
	struct changes changes;
	struct emit json;
	char *line;

	changes_init(&changes, arena, 1);
	add(&changes, change(ACTION_QUARANTINE, ACTION_ACCEPT, 5, 0, "Q"));
	emit_init(&json);
	emit_open(&json, NULL, '[');
	changes_print_json(&json, &changes);
	emit_close(&json, ']');
	line = emit_finish(&json);
	ck_assert_str_eq(line, "[{\"of\":\"message\",\"from\":"
	    "\"quarantine\",\"to\":\"accept\",\"count\":1,\"rules\":[{"
	    "\"count\":1,\"from\":{\"file\":\"old\",\"line\":5},"
	    "\"to\":null,\"samples\":[{\"time\":\"2026\",\"queue_id\":\"Q\","
	    "\"sender\":\"a.example\",\"rcpt\":\"b.example\"}]}]}]");
	free(line);
}
END_TEST

START_TEST(changes_as_html)
{
	struct changes changes;
	struct page page = { .out = out };

	merged(&changes);
	changes_print_html(&page, &changes);
	ck_assert_ptr_nonnull(strstr(printed(), "<h2 id=\"s1\">accept "
	    "\xe2\x86\x92 reject: 8 messages</h2>"));
	ck_assert_ptr_nonnull(strstr(printed(), "<li>3?&lt;b&gt; 2026"));
	ck_assert_ptr_null(strstr(printed(), "<b>"));
	ck_assert_ptr_null(strchr(printed(), '\x1b'));
}
END_TEST

START_TEST(no_samples)
{
	struct changes changes;

	changes_init(&changes, arena, 0);
	add(&changes, change(ACTION_ACCEPT, ACTION_DISCARD, 0, 1, "x"));
	changes_sort(&changes);
	changes_print_text(out, &changes);
	ck_assert_str_eq(printed(), "accept -> discard: 1 message\n"
	    "         1  no rule -> new:1\n");
}
END_TEST

static const struct { const char *address, *domain; } domains[] = {
	{ "a@b.example", "b.example" }, { "\"x@y\"@b.example", "b.example" },
	{ "postmaster", "" }, { "", "" }, { "a@", "" },
};

START_TEST(domains_of_addresses)
{
	assert_str(change_domain(str_from(domains[_i].address)),
	    domains[_i].domain);
}
END_TEST

/* ---- explain ---- */

#define POLICY	"policy \"p\" mode enforce;\nat connect { reject when " \
	"client.ip == 192.0.2.66; }\nat message {\n" \
	"reject 550 5.7.1 \"no\" when spf == fail and dmarc == fail;\n" \
	"shadow tempfail when iprev == fail; }\n"

static const char event_line[] = "{\"v\":1,\"time\":\"2026-11-22T10:15:00Z\","
    "\"kind\":\"message\",\"queue_id\":\"4Zx1\",\"verdict\":{\"action\":"
    "\"accept\"},\"decided\":{\"action\":\"reject\",\"code\":550,"
    "\"enhanced\":\"5.7.1\",\"text\":\"no \\u001b[1m\",\"file\":\"p\","
    "\"line\":4},\"policy\":{\"name\":\"p\",\"mode\":\"monitor\"},"
    "\"rules\":[{\"action\":\"reject\",\"shadow\":false,\"stage\":"
    "\"message\",\"file\":\"p\",\"line\":4}],\"rcpts\":[{\"address\":"
    "\"a@example.net\",\"action\":\"accept\"}],\"dkim\":[{\"result\":"
    "\"fail\",\"domain\":\"example.com\",\"selector\":\"s\",\"reason\":"
    "\"the body was changed\"}],\"facts\":{\"client.ip\":\"192.0.2.1\","
    "\"helo\":\"mail\\u001b.example\",\"iprev\":{\"unknown\":\"timeout\"},"
    "\"spf\":\"fail\",\"spf.domain\":\"example.com\",\"spf.reason\":\"why\","
    "\"dkim\":\"fail\",\"dmarc\":\"pass\"},\"dns\":[{\"method\":\"dmarc\","
    "\"name\":\"_dmarc.example.com\",\"type\":\"TXT\",\"status\":\"DATA\","
    "\"secure\":true,\"data\":\"v=DMARC1; p=none\"}],\"spf_terms\":[{"
    "\"method\":\"spf\",\"depth\":0,\"domain\":\"example.com\"},{\"method\":"
    "\"spf\",\"depth\":1,\"domain\":\"example.com\",\"term\":\"-all\","
    "\"outcome\":\"match\",\"lookups\":2}],\"troubles\":[\"one\"]}";

static const char explained[] =
    "4Zx1 2026-11-22T10:15:00Z, ended at message, policy p\n"
    "  client 192.0.2.1 helo mail?.example\n"
    "  decided: reject 550 5.7.1 \"no ?[1m\" by p:4\n"
    "  done, in monitor mode: accept\n"
    "  trouble: one\n"
    "  now it would be: accept\n"
    "  at connect\n"
    "      p:2 reject: false\n"
    "          client.ip = 192.0.2.1\n"
    "  at message\n"
    "      p:4 reject: false\n"
    "          spf = fail\n"
    "          dmarc = pass\n"
    "      p:5 shadow tempfail: unknown\n"
    "          iprev = unknown (timeout)\n"
    "  SPF fail example.com: why\n"
    "      example.com\n"
    "        -all -> match (2)\n"
    "  DKIM fail\n"
    "      fail d=example.com s=s: the body was changed\n"
    "  DMARC pass\n"
    "      _dmarc.example.com TXT v=DMARC1; p=none (DNSSEC)\n";

static struct policy *
load(const char *policy_text)
{
	struct diag *diag = diag_new();
	struct policy *policy = policy_load_text("p", str_from(policy_text),
	    diag);

	diag_free(diag);
	ck_assert_ptr_nonnull(policy);
	return policy;
}

static struct event_record *
record_of(const char *line)
{
	const struct event_want all = { .parts = EVENT_PART_RULES |
	    EVENT_PART_DETAIL };
	struct event_record *record = arena_alloc(arena, sizeof(*record));

	ck_assert_int_eq(event_read(str_from(line), &all, arena, record),
	    EVENT_READ_OK);
	return record;
}

static void
explain_event(bool json, bool colour)
{
	struct policy *policy = load(POLICY);
	struct event_record *record = record_of(event_line);
	struct rehearse_case what = { .facts = &record->facts,
	    .last = record->last, .explain = true };
	struct rehearsal now;
	struct explain explain = { .record = record, .now = &now };

	rehearse(policy, &what, arena, &now);
	explain.stages = now.stages.at;
	explain.stage_count = now.stages.count;
	if (json)
		explain_print_json(out, &explain);
	else
		explain_print_text(out, &explain, colour);
	policy_unref(policy);
}

START_TEST(explained_as_text)
{
	explain_event(false, false);
	ck_assert_str_eq(printed(), explained);
}
END_TEST

/* In colour it is the same but for the colours, and each ends. */
START_TEST(explained_in_colour)
{
	const char *in;
	char *plain, *to;
	int on = 0;

	explain_event(false, true);
	ck_assert_ptr_nonnull(strstr(printed(), "decided: \033[31mreject"
	    "\033[0m 550"));
	ck_assert_ptr_nonnull(strstr(printed(), "\033[33munknown\033[0m"));
	plain = to = arena_alloc(arena, strlen(printed()) + 1);
	for (in = printed(); *in != '\0'; in++) {
		if (*in != '\033') {
			*to++ = *in;
			continue;
		}
		on += strncmp(in, "\033[0m", 4) == 0 ? -1 : 1;
		ck_assert(on == 0 || on == 1);
		while (*in != 'm')
			in++;
	}
	ck_assert_str_eq(plain, explained);
	ck_assert_int_eq(on, 0);
}
END_TEST

START_TEST(explained_as_json)
{
	explain_event(true, false);
	ck_assert_ptr_nonnull(strstr(printed(), "\"now\":\"accept\","
	    "\"stages\":[{\"stage\":\"connect\",\"rcpt\":null,\"rules\":[{"
	    "\"file\":\"p\",\"line\":2,\"action\":\"reject\",\"shadow\":"
	    "false,\"truth\":\"false\",\"reads\":[{\"fact\":\"client.ip\","
	    "\"value\":\"192.0.2.1\",\"recorded\":true}]}],\"ended_by\":"
	    "null}"));
	ck_assert_ptr_nonnull(strstr(printed(), "\"spf_terms\":[{\"method\":"
	    "\"spf\",\"depth\":0,\"domain\":\"example.com\",\"term\":null,"
	    "\"outcome\":null,\"lookups\":0},"));
}
END_TEST

START_TEST(a_policy_that_has_changed)
{
	static const struct {
		const char *policy, *find, *instead;
		bool changed;
	} cases[] = {
		{ POLICY, NULL, NULL, false },
		{ POLICY "# a comment\n", NULL, NULL, false },
		{ "\n" POLICY, NULL, NULL, true },
		{ "policy \"q\" mode enforce;\n", NULL, NULL, true },
		/* With a checksum that alone counts. */
		{ POLICY, "\"p\",\"mode\":\"monitor\"}",
		  "\"p\",\"checksum\":\"0000000000000001\"}", true },
	};
	struct policy *policy = load(cases[_i].policy);
	struct str line = str_from(event_line);
	const char *at = cases[_i].find == NULL ? NULL :
	    strstr(event_line, cases[_i].find);

	if (at != NULL)
		line = arena_printf(arena, "%.*s%s%s",
		    (int)(at - event_line), event_line, cases[_i].instead,
		    at + strlen(cases[_i].find));
	ck_assert_int_eq(explain_is_changed(record_of(line.ptr), policy),
	    cases[_i].changed);
	policy_unref(policy);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report");
	TCase *cases = tcase_create("report");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, changes_as_text);
	tcase_add_test(cases, changes_as_json);
	tcase_add_test(cases, changes_as_html);
	tcase_add_test(cases, no_samples);
	tcase_add_loop_test(cases, domains_of_addresses, 0,
	    TEST_COUNT(domains));
	tcase_add_test(cases, explained_as_text);
	tcase_add_test(cases, explained_in_colour);
	tcase_add_test(cases, explained_as_json);
	tcase_add_loop_test(cases, a_policy_that_has_changed, 0, 5);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
