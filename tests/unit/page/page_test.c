#include "tests/unit/page/page_test.h"

#include <stdio.h>
#include <string.h>

struct page page;
static char *text;
static size_t text_len;

void
page_set_up(void)
{
	page = (struct page){ .out = open_memstream(&text, &text_len) };
}

void
page_tear_down(void)
{
	fclose(page.out);
	free(text);
}

const char *
printed(void)
{
	fflush(page.out);
	return text;
}

bool
has(const char *part)
{
	return strstr(printed(), part) != NULL;
}

START_TEST(frame)
{
	page_begin(&page, page.out, PAGE_FILE, STR("a <b>"), STR("c & d"));
	page_end(&page);
	ck_assert(has("<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\">\n"));
	ck_assert(has("<title>a &lt;b&gt;</title>"));
	ck_assert(has("<header><h1>a &lt;b&gt;</h1>\n<p>c &amp; d</p>\n"
	    "</header>\n<main>\n</main>\n<footer>"));
	ck_assert(has("prefers-color-scheme:dark"));
	ck_assert(has("default-src 'none';"));
	ck_assert(has("@media print"));
	ck_assert(has("<script>\n'use strict';"));
	ck_assert(has("</body></html>\n"));
	ck_assert(!has("http:") && !has("https:") && !has("url("));
}
END_TEST

START_TEST(frame_of_mail)
{
	page_begin(&page, page.out, PAGE_MAIL, STR("a"), STR_NONE);
	page_end(&page);
	ck_assert(has("<header><h1>a</h1>\n</header>\n<main>\n"));
	ck_assert(!has("<script") && !has("var(--") && !has("-src"));
	/* Some clients drop a style sheet above 8192 octets. */
	ck_assert_uint_lt(strlen(page_style(PAGE_MAIL)), 8192);
}
END_TEST

START_TEST(sections)
{
	const struct str titles[] = { STR("One"), STR("<Two>") };

	page_contents(&page, titles, 2);
	page_section(&page, titles[0]);
	page_section(&page, titles[1]);
	page_end(&page);
	ck_assert(has("<nav aria-label=\"Contents\"><ul>\n"
	    "<li><a href=\"#s1\">One</a></li>\n"
	    "<li><a href=\"#s2\">&lt;Two&gt;</a></li>\n</ul></nav>\n"));
	ck_assert(has("<section aria-labelledby=\"s1\"><h2 id=\"s1\">One"
	    "</h2>\n</section>\n<section aria-labelledby=\"s2\">"
	    "<h2 id=\"s2\">&lt;Two&gt;</h2>\n"
	    "</section>\n</main>"));
}
END_TEST

static const struct {
	const char *command, *file, *mail;
} commands[] = {
	{ "assay log --from 'x'",
	  "<details class=\"command\"><summary>list</summary>"
	  "<code>assay log --from &#39;x&#39;</code></details>",
	  "<code class=\"command\">assay log --from &#39;x&#39;</code>" },
	{ "</code><script>",
	  "<details class=\"command\"><summary>list</summary>"
	  "<code>&lt;/code&gt;&lt;script&gt;</code></details>",
	  "<code class=\"command\">&lt;/code&gt;&lt;script&gt;</code>" },
};

START_TEST(command)
{
	page_command(&page, STR("list"), str_from(commands[_i].command));
	ck_assert_str_eq(printed(), commands[_i].file);
	rewind(page.out);
	page.use = PAGE_MAIL;
	page_command(&page, STR("list"), str_from(commands[_i].command));
	fputc('\0', page.out);
	ck_assert_str_eq(printed(), commands[_i].mail);
}
END_TEST

START_TEST(tiles)
{
	const struct page_tile both[] = {
		{ STR("a"), STR("1"), STR_NONE, STR_NONE },
		{ STR("b"), STR("<2>"), STR("of 3"), STR("assay log") },
		{ STR("c"), STR("2026-11-22 10:00"), STR_NONE, STR_NONE },
	};

	page_tiles(&page, both, 3);
	ck_assert_str_eq(printed(), "<dl class=\"tiles\">\n"
	    "<div><dt>a</dt><dd><b>1</b></dd></div>\n"
	    "<div><dt>b</dt><dd><b>&lt;2&gt;</b> <small>of 3</small>\n"
	    "<details class=\"command\"><summary>list</summary>"
	    "<code>assay log</code></details></dd></div>\n"
	    "<div><dt>c</dt><dd><b class=\"long\">2026-11-22 10:00</b>"
	    "</dd></div>\n</dl>\n");
}
END_TEST

/* A text of a message comes out as text wherever it goes in. */
static const struct {
	const char *in;
	size_t len;
	const char *out;
} hostile[] = {
	{ "<script>x</script>", 18, "&lt;script&gt;x&lt;/script&gt;" },
	{ "\" onclick='x'", 13, "&quot; onclick=&#39;x&#39;" },
	{ "a\0b", 3, "a?b" },
	{ "\xff\xc3.", 3, "??." },
	{ "\xe2\x80\xae" "moc.\xe2\x81\xa6", 10, "?moc.?" },
	{ "&lt;", 4, "&amp;lt;" },
	{ "]]>-->\x1b[31m", 11, "]]&gt;--&gt;?[31m" },
};

START_TEST(hostile_texts)
{
	struct str in = { hostile[_i].in, hostile[_i].len };
	const struct page_tile tile = { in, in, in, in };
	const struct plot_places places = { &in, &in, 1 };
	static const uint64_t one = 1;
	static const double share = 0.5;
	const struct plot_series series = { in, TONE_BAD, &one };
	const struct plot_line line = { in, TONE_BAD, &share };
	const struct plot_spans spans = { in, &one };
	static const struct page_column column = { "x", PAGE_WORDS };
	size_t count = 0;

	page_begin(&page, page.out, PAGE_FILE, in, in);
	page_contents(&page, &in, 1);
	page_section(&page, in);
	page_tiles(&page, &tile, 1);
	page_figure_begin(&page, in);
	plot_bars(&page, in, &places, &series, 1, false);
	plot_lines(&page, in, &places, &line, 1);
	plot_heat(&page, in, &in, 1, &in, 1, &one);
	plot_percentiles(&page, in, &spans, 1, &in, 1);
	page_figure_data(&page, in);
	page_table_begin(&page, in, &column, 1);
	page_row(&page);
	page_cell_sorted(&page, in, 1);
	page_table_end(&page);
	page_figure_end(&page);
	page_end(&page);
	for (const char *at = printed(); (at = strstr(at, hostile[_i].out))
	    != NULL; at++)
		count++;
	/* A hint or a sentence ends at a NUL; all else has it whole. */
	ck_assert_uint_ge(count, memchr(in.ptr, 0, in.len) ? 25 : 34);
	if (strstr(hostile[_i].in, "lt;") == NULL)
		ck_assert(!has(hostile[_i].in) || strlen(hostile[_i].in) < 2);
}
END_TEST

static TCase *
frame_cases(void)
{
	TCase *cases = tcase_create("frame");

	tcase_add_checked_fixture(cases, page_set_up, page_tear_down);
	tcase_add_test(cases, frame);
	tcase_add_test(cases, frame_of_mail);
	tcase_add_test(cases, sections);
	tcase_add_loop_test(cases, command, 0, TEST_COUNT(commands));
	tcase_add_test(cases, tiles);
	tcase_add_loop_test(cases, hostile_texts, 0, TEST_COUNT(hostile));
	return cases;
}

int
main(void)
{
	Suite *suite = suite_create("page");

	suite_add_tcase(suite, frame_cases());
	suite_add_tcase(suite, table_cases());
	suite_add_tcase(suite, plot_cases());
	suite_add_tcase(suite, number_cases());
	return run_suite(suite);
}
