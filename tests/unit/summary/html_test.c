/* The page of a summary that is made by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "summary/html.h"
#include "tests/support/check.h"

enum { SECONDS = 1000000 };
#define HOUR_US		((int64_t)3600 * SECONDS)
#define MONDAY_US	((int64_t)1794787200 * SECONDS)	/* 2026-11-16 */

static struct arena *arena;
static struct summary summary;
static struct summary_section sections[3];
static char *text;
static size_t text_len;
static struct summary_print how;

static const struct summary_column in_time[] = {
	{ "time", "from", SUMMARY_TIME, NULL },
	{ "accept", "accepted", SUMMARY_COUNT, "accept" },
	{ "reject", "rejected", SUMMARY_COUNT, "reject" },
	{ "discard", "discarded", SUMMARY_COUNT, "discard" },
};
static const struct summary_column by_name[] = {
	{ "name", "name", SUMMARY_TEXT, NULL },
	{ "octets", "octets", SUMMARY_OCTETS, NULL },
	{ "share", "share", SUMMARY_SHARE, NULL },
	{ "took", "took", SUMMARY_SPAN, NULL },
	{ "score", "score", SUMMARY_NUMBER, NULL },
};
static const struct summary_column rates[] = {
	{ "time", "from", SUMMARY_TIME, NULL },
	{ "messages", "messages", SUMMARY_COUNT, NULL },
	{ "dkim", "DKIM", SUMMARY_SHARE, NULL },
};
static const struct summary_column scores[] = {
	{ "score", "score from", SUMMARY_NUMBER, NULL },
	{ "accept", "accepted", SUMMARY_COUNT, "accept" },
};
static const struct summary_column hours[] = {
	{ "day", "UTC", SUMMARY_TEXT, NULL },
	{ "h00", "00", SUMMARY_COUNT, NULL },
	{ "h01", "01", SUMMARY_COUNT, NULL },
};
static const struct summary_column spans[] = {
	{ "name", "check", SUMMARY_TEXT, NULL },
	{ "count", "times", SUMMARY_COUNT, NULL },
	{ "p50", "50 %", SUMMARY_SPAN, NULL },
	{ "max", "longest", SUMMARY_SPAN, NULL },
	{ "sum", "in all", SUMMARY_SPAN, NULL },
};

static void
set_up(void)
{
	arena = arena_new();
	how = (struct summary_print){ .width = 80 };
	sections[0] = (struct summary_section){ .key = "sources",
	    .title = "Sources" };
	sections[1] = (struct summary_section){ .key = "volume",
	    .title = "Volume", .about = "All of it." };
	sections[2] = (struct summary_section){ .key = "lists",
	    .title = "DNS lists" };
	summary = (struct summary){ .arena = arena, .events = 1234,
	    .since_us = MONDAY_US, .until_us = MONDAY_US + 24 * HOUR_US,
	    .sections = sections, .section_count = 3 };
}

static void
tear_down(void)
{
	free(text);
	text = NULL;
	arena_free(arena);
}

static void
print(void (*printer)(FILE *, const struct summary *,
    const struct summary_print *))
{
	FILE *out;

	free(text);
	out = open_memstream(&text, &text_len);
	printer(out, &summary, &how);
	fclose(out);
}

static bool
has(const char *part)
{
	return strstr(text, part) != NULL;
}

static struct summary_table *
add_table(const char *title, enum summary_shape shape,
    const struct summary_column *columns, size_t count)
{
	struct summary_table table = { .key = "t", .title = title,
	    .shape = shape, .columns = columns, .column_count = count,
	    .step_us = HOUR_US };

	VEC_PUSH(arena, &sections[1].tables, table);
	return &sections[1].tables.at[sections[1].tables.count - 1];
}

static struct summary_value *
add_row(struct summary_table *table)
{
	struct summary_row row = { .values = arena_alloc(arena,
	    table->column_count * sizeof(row.values[0])) };

	VEC_PUSH(arena, &table->rows, row);
	return row.values;
}

static void
add_hour(struct summary_table *table, int64_t hour, uint64_t accept,
    uint64_t reject)
{
	struct summary_value *values = add_row(table);

	values[0].us = MONDAY_US + hour * HOUR_US;
	values[1].count = accept;
	values[2].count = reject;
}

START_TEST(frame)
{
	struct summary_figure figure = { .key = "messages",
	    .title = "messages", .type = SUMMARY_COUNT,
	    .value = { .count = 1234 } };

	VEC_PUSH(arena, &sections[0].figures, figure);
	VEC_PUSH(arena, &sections[1].figures, figure);
	VEC_PUSH(arena, &sections[1].notes, STR("<look> here"));
	print(summary_print_html);
	ck_assert(has("<h1>Mail report</h1>\n<p>1,234 events from "
	    "2026-11-16 00:00 to 2026-11-17 00:00 (UTC).</p>"));
	/* What was read comes last. */
	ck_assert(has("<li><a href=\"#s1\">Volume</a></li>\n"
	    "<li><a href=\"#s2\">Sources</a></li>"));
	ck_assert(has("<h2 id=\"s1\">Volume</h2>\n<p>All of it.</p>\n"
	    "<dl class=\"tiles\">\n<div><dt>messages</dt><dd><b>1,234</b>"
	    "</dd></div>\n</dl>\n<ul>\n<li>&lt;look&gt; here</li>\n</ul>\n"
	    "</section>"));
	ck_assert(has("<p><small>Nothing to tell of lists.</small></p>"));
}
END_TEST

START_TEST(figure_with_a_command)
{
	struct summary_figure figure = { .key = "x", .title = "refused",
	    .type = SUMMARY_COUNT, .value = { .count = 3 },
	    .query = { .at = { { "--from", STR("o'x <b>.example") } },
		.count = 1, .lists = 3 } };

	VEC_PUSH(arena, &sections[1].figures, figure);
	/* A command that would list nothing is none. */
	figure.title = "put off";
	figure.query.lists = 0;
	VEC_PUSH(arena, &sections[1].figures, figure);
	print(summary_print_html);
	ck_assert(has("<dt>put off</dt><dd><b>3</b></dd></div>\n"));
	ck_assert(has("<dt>refused</dt><dd><b>3</b>\n"
	    "<details class=\"command\"><summary>list</summary>"
	    "<code>assay log "));
	ck_assert(has(" --from "));
	ck_assert(has("x &lt;b&gt;.example"));
	ck_assert(!has("<b>.example"));
}
END_TEST

START_TEST(only_what_is_wanted)
{
	const char *const only[] = { "sources", NULL };
	FILE *out = open_memstream(&text, &text_len);

	how.only = only;
	add_hour(add_table("in time", SUMMARY_SERIES, in_time, 4), 0, 1, 1);
	VEC_PUSH(arena, &sections[0].notes, STR("x"));
	add_row(add_table("by name", SUMMARY_LIST, by_name, 5));
	VEC_PUSH(arena, &sections[0].tables, sections[1].tables.at[1]);
	summary_print_html(out, &summary, &how);
	fclose(out);
	ck_assert(has("<h2 id=\"s1\">Sources</h2>"));
	ck_assert(!has("Volume") && !has("<nav") && !has("Nothing to tell"));
}
END_TEST

START_TEST(list)
{
	struct summary_table *table = add_table("by name", SUMMARY_LIST,
	    by_name, 5);
	struct summary_value *values = add_row(table);

	values[0].text = STR("<script>\"\xe2\x80\xae");
	values[1].count = 2048;
	values[2].number = 0.125;
	values[3].us = 1500;
	values[4].number = -2.5;
	values = add_row(table);
	values[0].text = STR("b.example");
	for (int i = 1; i < 5; i++)
		values[i].none = true;
	table->rest = (struct summary_rest){ 1200, 3400, 5 };
	print(summary_print_html);
	ck_assert(has("<caption>Volume by name</caption>"));
	ck_assert(has("<th scope=\"row\" class=\"w\">&lt;script&gt;&quot;?"
	    "</th><td class=\"n\" data-v=\"2048\">"));
	ck_assert(has("<td class=\"n\" style=\"--p:12.5%\">12.5 %</td>"
	    "<td class=\"n\" data-v=\"1500\">1.5 ms</td>"
	    "<td class=\"n\">-2.5</td></tr>"));
	ck_assert(has("b.example</th><td class=\"n\">-</td>"
	    "<td class=\"n\">-</td><td class=\"n\">-</td>"
	    "<td class=\"n\">-</td></tr>"));
	ck_assert(has("<p><small>1,200 others, together 3,400.</small></p>"));
	ck_assert(has("each count can be too small by 5."));
	ck_assert(!has("<svg"));
}
END_TEST

/* Three hours, nothing in the second: 4 and 3 of a scale of 8. */
START_TEST(series)
{
	struct summary_table *table = add_table("in time", SUMMARY_SERIES,
	    in_time, 4);

	add_hour(table, 0, 4, 1);
	add_hour(table, 2, 3, 4);
	print(summary_print_html);
	ck_assert(has("<figure><figcaption>Volume in time</figcaption>"));
	ck_assert(has("<desc id=\"d1\">3 bars, 12 in all; the highest is "
	    "Mon 2026-11-16 02:00 with 7.</desc>"));
	ck_assert(has("<path class=\"area good\" d=\"M115 196v-93h80v93z"
	    "M559 196v-69.8h80v69.8z\"/>"));
	ck_assert(has("<path class=\"area bad\""));
	/* What never was is no colour. */
	ck_assert(!has("<path class=\"area gone\""));
	ck_assert(has(">01:00</text>"));
	ck_assert(has("<th scope=\"row\" class=\"t\" data-v=\""
	    "1794787200000000\">2026-11-16 00:00</th><td class=\"n\">4</td>"
	    "<td class=\"n\">1</td><td class=\"n\">0</td></tr>"));
}
END_TEST

START_TEST(pass_rates)
{
	struct summary_table *table = add_table("pass rates",
	    SUMMARY_RATES, rates, 3);

	for (int i = 0; i < 3; i++) {
		struct summary_value *values = add_row(table);

		values[0].us = MONDAY_US + i * HOUR_US;
		values[1].count = 10;
		values[2].number = 0.5 + 0.25 * i;
		values[2].none = i == 1;
	}
	print(summary_print_html);
	ck_assert(has("<figcaption>Volume: pass rates</figcaption>"));
	ck_assert(has("<path class=\"line l0 calm\" d=\"M155 103h.1M599 10"
	    "h.1\"/>"));
	ck_assert(!has("<path class=\"line l1"));
}
END_TEST

/* Two days: 24 hours with 0.5 of 2, but 1 of 6 at noon; then 0.25. */
START_TEST(pass_rates_by_day)
{
	struct summary_table *table = add_table("pass rates",
	    SUMMARY_RATES, rates, 3);

	for (int i = 0; i < 49; i++) {
		struct summary_value *values = add_row(table);

		values[0].us = MONDAY_US + i * HOUR_US;
		values[1].count = i == 12 ? 6 : 2;
		values[2].number = i == 12 ? 1 : i < 24 ? 0.5 : 0.25;
	}
	print(summary_print_mail);
	/* 29 of 52, 12 of 48. */
	ck_assert(has(">52</td><td"));
	ck_assert(has(">55.8 %</td>"));
	ck_assert(has(">25.0 %</td>"));
}
END_TEST

/* A time far away must not make a page of gigabytes. */
START_TEST(too_long_for_a_plot)
{
	struct summary_table *table = add_table("in time", SUMMARY_SERIES,
	    in_time, 4);

	add_hour(table, 0, 4, 1);
	add_hour(table, 1000000, 3, 4);
	print(summary_print_html);
	ck_assert(!has("<svg"));
	ck_assert(has("<td class=\"n\">4</td>"));
	ck_assert_uint_lt(text_len, 40000);
}
END_TEST

START_TEST(histogram)
{
	struct summary_table *table = add_table("by score",
	    SUMMARY_HISTOGRAM, scores, 2);
	static const int at[] = { -2, -1, 3 };

	for (size_t i = 0; i < 3; i++) {
		struct summary_value *values = add_row(table);

		values[0].number = at[i];
		values[1].count = 1 + i;
	}
	print(summary_print_html);
	/* -2 to 3: the classes of nothing are there as well. */
	ck_assert(has("<desc id=\"d1\">6 bars, 6 in all; the highest is 3 "
	    "with 3.</desc>"));
	ck_assert(has("<title>3: accepted 3</title>"));
	ck_assert(has("<title>0</title>"));
}
END_TEST

START_TEST(heat)
{
	struct summary_table *table = add_table("by weekday and hour",
	    SUMMARY_HEAT, hours, 3);
	struct summary_value *values = add_row(table);

	values[0].text = STR("Mon");
	values[1].count = 7;
	print(summary_print_html);
	ck_assert(has("<desc id=\"d1\">The most is 7, in Mon 00.</desc>"));
	ck_assert(has("<rect class=\"h9\""));
	ck_assert(has("<title>Mon 01: 0</title>"));
	ck_assert(has("<th scope=\"row\" class=\"w\">Mon</th>"
	    "<td class=\"n\">7</td><td class=\"n\">0</td></tr>"));
}
END_TEST

START_TEST(percentiles)
{
	struct summary_table *table = add_table("of checks",
	    SUMMARY_PERCENTILES, spans, 5);
	struct summary_value *values = add_row(table);

	values[0].text = STR("spf");
	values[1].count = 9;
	values[2].us = 1000;
	values[3].us = 100000;
	values[4].us = 900000000;
	print(summary_print_html);
	/* The sum is no percentile. */
	ck_assert(has("<desc id=\"d1\">1 row; the slowest is spf with "
	    "100 ms at longest.</desc>"));
	ck_assert(!has("<circle class=\"p2\""));
	ck_assert(has("data-v=\"900000000\">"));
}
END_TEST

START_TEST(mail)
{
	struct summary_table *table = add_table("in time", SUMMARY_SERIES,
	    in_time, 4);

	for (int i = 0; i < 72; i++)
		add_hour(table, i, 10, 1);
	print(summary_print_mail);
	ck_assert(!has("<svg") && !has("<script") && !has("<details"));
	/* By day: 24 hours of 10 and 1. */
	ck_assert(has(">2026-11-18 00:00</th>"));
	ck_assert(!has(">2026-11-18 01:00</th>"));
	ck_assert(has(">240</td>") && has(">24</td>"));
	print(summary_print_html);
	ck_assert(has(">2026-11-18 01:00</th>"));
}
END_TEST

/* A mail that would be too long. */
START_TEST(a_brief_mail)
{
	struct summary_figure figure = { .key = "x", .title = "refused",
	    .type = SUMMARY_COUNT, .query = { .at = { { "--is",
		STR("refused") } }, .count = 1, .lists = 3 } };
	struct summary_table *table = add_table("in time", SUMMARY_SERIES,
	    in_time, 4);

	VEC_PUSH(arena, &sections[1].figures, figure);
	add_hour(table, 0, 10, 1);
	figure.query.at[0].value = STR("early");
	table->rows.at[0].query = figure.query;
	print(summary_print_mail);
	ck_assert(has("--is early</code>") && has("--is refused</code>"));
	ck_assert(!has("are left out"));
	how.brief = true;
	print(summary_print_mail);
	ck_assert(!has("--is early") && !has(">list</th>"));
	ck_assert(has("--is refused</code>") && has("are left out"));
	/* That is for mails alone. */
	print(summary_print_html);
	ck_assert(has("--is early</code>") && !has("are left out"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("summary as HTML");
	TCase *cases = tcase_create("html");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, frame);
	tcase_add_test(cases, figure_with_a_command);
	tcase_add_test(cases, only_what_is_wanted);
	tcase_add_test(cases, list);
	tcase_add_test(cases, series);
	tcase_add_test(cases, pass_rates);
	tcase_add_test(cases, pass_rates_by_day);
	tcase_add_test(cases, too_long_for_a_plot);
	tcase_add_test(cases, histogram);
	tcase_add_test(cases, heat);
	tcase_add_test(cases, percentiles);
	tcase_add_test(cases, mail);
	tcase_add_test(cases, a_brief_mail);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
