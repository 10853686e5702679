#include "tests/unit/page/page_test.h"

static const struct page_column columns[] = {
	{ "rule", PAGE_WORDS }, { "messages", PAGE_NUMBERS },
	{ "share", PAGE_NUMBERS }, { "list", PAGE_COMMANDS },
};

static void
one_row(void)
{
	page_table_begin(&page, STR("Rules & texts"), columns, 4);
	page_row(&page);
	page_cell(&page, STR("a.policy:7"));
	page_cell_number(&page, 1234567);
	page_cell_share(&page, 1, 8);
	page_cell_command(&page, STR("assay log --rule a.policy:7"));
	page_table_end(&page);
}

START_TEST(in_a_file)
{
	one_row();
	ck_assert_str_eq(printed(),
	    "<div class=\"wide\"><table><caption>Rules &amp; texts</caption>\n"
	    "<thead><tr><th scope=\"col\" class=\"w\">rule</th>"
	    "<th scope=\"col\" class=\"n\">messages</th>"
	    "<th scope=\"col\" class=\"n\">share</th>"
	    "<th scope=\"col\" class=\"do\">list</th></tr></thead>\n"
	    "<tbody>\n"
	    "<tr><th scope=\"row\" class=\"w\">a.policy:7</th>"
	    "<td class=\"n\">1,234,567</td>"
	    "<td class=\"n\" style=\"--p:12.5%\">12.5 %</td>"
	    "<td class=\"do\"><details class=\"command\">"
	    "<summary>list</summary><code>assay log --rule a.policy:7</code>"
	    "</details></td></tr></tbody></table></div>\n");
}
END_TEST

START_TEST(in_a_mail)
{
	page.use = PAGE_MAIL;
	one_row();
	ck_assert(has("<div class=\"wide\" tabindex=\"0\" role=\"group\" "
	    "aria-label=\"Rules &amp; texts\"><table cellpadding=\"4\">"));
	ck_assert(has("<th scope=\"col\" style=\"text-align:left\">rule"));
	ck_assert(has("<td style=\"text-align:right\">1,234,567</td>"));
	ck_assert(has("<td style=\"text-align:right\">12.5 %</td>"));
	ck_assert(has("<td><code class=\"command\">"));
	ck_assert(has("<code class=\"command\">assay log --rule a.policy:7"
	    "</code></td>"));
	ck_assert(!has("<details") && !has("--p:"));
}
END_TEST

START_TEST(other_cells)
{
	page_table_begin(&page, STR("x"), columns, 4);
	page_row(&page);
	page_cell(&page, STR("<i>"));
	page_cell_sorted(&page, STR("1.5 s"), 1500000);
	page_cell_share(&page, 0, 0);
	page_cell_command(&page, STR_NONE);
	page_table_end(&page);
	ck_assert(has("<th scope=\"row\" class=\"w\">&lt;i&gt;</th>"
	    "<td class=\"n\" data-v=\"1500000\">1.5 s</td>"
	    "<td class=\"n\" style=\"--p:0.0%\">-</td>"
	    "<td class=\"do\"></td></tr>"));
}
END_TEST

START_TEST(a_cell_is_missing)
{
	page_table_begin(&page, STR("x"), columns, 4);
	page_row(&page);
	page_cell(&page, STR("a"));
	page_table_end(&page);
}
END_TEST

TCase *
table_cases(void)
{
	TCase *cases = tcase_create("table");

	tcase_add_checked_fixture(cases, page_set_up, page_tear_down);
	tcase_add_test(cases, in_a_file);
	tcase_add_test(cases, in_a_mail);
	tcase_add_test(cases, other_cells);
	tcase_add_test_raise_signal(cases, a_cell_is_missing, 6);
	return cases;
}
