#include "tests/unit/page/page_test.h"

#include <math.h>

static const struct str labels[] = {
	STR_INIT("10:00"), STR_INIT("11:00"), STR_INIT("12:00"),
	STR_INIT("13:00"),
};
static const struct str ticks[] = {
	STR_INIT("10h"), STR_INIT(""), STR_INIT("12h"), STR_INIT(""),
};
static const struct plot_places places = { labels, ticks, 4 };

/* The scale is 8 in 186 units, from 196 up; a place is 166.5 wide. */
START_TEST(bars)
{
	static const uint64_t good[] = { 4, 0, 2, 1 }, bad[] = { 1, 3, 0, 6 };
	const struct plot_series series[] = {
		{ STR("accept"), TONE_GOOD, good },
		{ STR("reject"), TONE_BAD, bad },
	};

	plot_bars(&page, STR("Volume"), &places, series, 2, false);
	ck_assert(has("<ul class=\"key\"><li><i class=\"good\"></i>accept"
	    "</li><li><i class=\"bad\"></i>reject</li></ul>\n"));
	ck_assert(has("<svg role=\"img\" viewBox=\"0 0 720 220\" "
	    "aria-labelledby=\"t1 d1\"><title id=\"t1\">Volume</title>"
	    "<desc id=\"d1\">4 bars, 17 in all; the highest is 13:00 with 7."
	    "</desc>"));
	ck_assert(has("<path class=\"area good\" d=\"M87.2 196v-93h80v93z"
	    "M420.2 196v-46.5h80v46.5zM586.8 196v-23.2h80v23.2z\"/>"));
	ck_assert(has("<path class=\"area bad\" d=\"M87.2 103v-23.2h80v23.2z"
	    "M253.8 196v-69.8h80v69.8z"
	    "M586.8 172.8v-139.5h80v139.5z\"/>"));
	ck_assert(has("M44 10h666\"/><text class=\"e\" x=\"38\" y=\"14\">8"
	    "</text>"));
	ck_assert(has("<text class=\"m\" x=\"127.2\" y=\"214\">10h</text>"));
	ck_assert(has("<title>10:00: accept 4, reject 1</title></rect>"));
}
END_TEST

START_TEST(ticks_at_edges)
{
	static const uint64_t counts[] = { 1, 2, 3, 4 };
	const struct plot_series series = { STR("x"), TONE_DIM, counts };

	plot_bars(&page, STR("Scores"), &places, &series, 1, true);
	ck_assert(has("<path class=\"tick\" d=\"M377 196v4\"/>"
	    "<text class=\"m\" x=\"377\" y=\"214\">12h</text>"));
}
END_TEST

START_TEST(lines)
{
	const double dkim[] = { 1, 0.5, NAN, 0.75 }, none[] = {
		NAN, NAN, NAN, NAN };
	const struct plot_line both[] = {
		{ STR("DKIM"), TONE_CALM, dkim },
		{ STR("ARC"), TONE_DIM, none },
	};

	plot_lines(&page, STR("Pass rates"), &places, both, 2);
	ck_assert(has("<desc id=\"d1\">Shares at 4 places. DKIM: 50.0 % to "
	    "100.0 %.</desc>"));
	ck_assert(has("<path class=\"line l0 calm\" d=\"M127.2 10L293.8 103"
	    "M626.8 56.5h.1\"/>"));
	ck_assert(has("<path class=\"line l1 dim\" d=\"\"/>"));
	ck_assert(has("<li><i class=\"ln l0 calm\"></i>DKIM</li>"
	    "<li><i class=\"ln l1 dim\"></i>ARC</li>"));
	ck_assert(has(">50 %</text>"));
}
END_TEST

START_TEST(heat)
{
	static const uint64_t counts[] = { 0, 1, 50, 100 };

	plot_heat(&page, STR("Hours"), labels, 2, labels + 2, 2, counts);
	ck_assert(has("<desc id=\"d1\">The most is 100, in 11:00 13:00."
	    "</desc>"));
	ck_assert(has("<rect class=\"h0\" x=\"45\" y=\"11\" width=\"331\" "
	    "height=\"22\"><title>10:00 12:00: 0</title></rect>"));
	ck_assert(has("<rect class=\"h1\" x=\"378\""));
	ck_assert(has("<rect class=\"h5\" x=\"45\" y=\"35\""));
	ck_assert(has("<rect class=\"h9\" x=\"378\" y=\"35\" width=\"331\" "
	    "height=\"22\"><title>11:00 13:00: 100</title></rect>"));
}
END_TEST

/* 100 us to 100 ms: three powers of ten in 560 units, from 150 on. */
START_TEST(percentiles)
{
	static const uint64_t spf[] = { 100, 1000 }, arc[] = { 0, 100000 };
	const struct plot_spans rows[] = {
		{ STR("spf"), spf }, { STR("arc"), arc } };
	const struct str points[] = { STR("50 %"), STR("99 %") };

	plot_percentiles(&page, STR("Latency"), rows, 2, points, 2);
	ck_assert(has("<desc id=\"d1\">2 rows; the slowest is arc with "
	    "100 ms at 99 %.</desc>"));
	ck_assert(has("<path class=\"span\" d=\"M374 23H486\"/>"));
	ck_assert(has("<circle class=\"p1\" cx=\"486\" cy=\"23\" r=\"5\">"
	    "<title>99 %: 1.0 ms</title></circle>"));
	ck_assert(has("<circle class=\"p0\" cx=\"150\" cy=\"49\""));
	ck_assert(has("<text class=\"e\" x=\"710\" y=\"78\">100 ms</text>"));
}
END_TEST

/* Labels of a scale from 1 us to 32 years do not cover each other. */
START_TEST(a_wide_scale)
{
	static const uint64_t us[] = { 1, 1000000000000000 };
	const struct plot_spans row = { STR("spf"), us };
	const struct str points[] = { STR("50 %"), STR("max") };

	plot_percentiles(&page, STR("Latency"), &row, 1, points, 2);
	ck_assert(has(">1 us</text>") && has(">100 us</text>"));
	ck_assert(!has(">10 us</text>") && !has(">1.0 ms</text>"));
	ck_assert(has(">1157 d</text>"));
}
END_TEST

START_TEST(nothing_of_nothing)
{
	const struct plot_places no_places = { NULL, NULL, 0 };
	static const uint64_t none;
	const struct plot_series series = { STR("x"), TONE_DIM, &none };

	plot_bars(&page, STR("x"), &no_places, &series, 1, false);
	plot_bars(&page, STR("x"), &places, NULL, 0, false);
	plot_lines(&page, STR("x"), &no_places, NULL, 0);
	plot_heat(&page, STR("x"), NULL, 0, NULL, 0, NULL);
	plot_percentiles(&page, STR("x"), NULL, 0, NULL, 0);
	ck_assert_str_eq(printed(), "");
}
END_TEST

START_TEST(no_picture_in_a_mail)
{
	static const uint64_t counts[] = { 1, 2, 3, 4 };
	const struct plot_series series = { STR("x"), TONE_DIM, counts };

	page.use = PAGE_MAIL;
	page_figure_begin(&page, STR("Volume"));
	plot_bars(&page, STR("Volume"), &places, &series, 1, false);
	page_figure_data(&page, STR("assay log"));
	page_figure_end(&page);
	ck_assert_str_eq(printed(), "<figure><code class=\"command\">"
	    "assay log</code></figure>\n");
}
END_TEST

START_TEST(figure)
{
	page_figure_begin(&page, STR("Volume"));
	page_figure_data(&page, STR("assay log"));
	page_figure_end(&page);
	ck_assert_str_eq(printed(), "<figure><figcaption>Volume"
	    "</figcaption>\n<details class=\"command\"><summary>"
	    "list the messages</summary><code>assay log</code></details>"
	    "<details><summary>the numbers as a table</summary>\n"
	    "</details></figure>\n");
}
END_TEST

TCase *
plot_cases(void)
{
	TCase *cases = tcase_create("plot");

	tcase_add_checked_fixture(cases, page_set_up, page_tear_down);
	tcase_add_test(cases, bars);
	tcase_add_test(cases, ticks_at_edges);
	tcase_add_test(cases, lines);
	tcase_add_test(cases, heat);
	tcase_add_test(cases, percentiles);
	tcase_add_test(cases, a_wide_scale);
	tcase_add_test(cases, nothing_of_nothing);
	tcase_add_test(cases, no_picture_in_a_mail);
	tcase_add_test(cases, figure);
	return cases;
}
