/* What the printers of text, CSV and JSON make of a summary made by hand. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "summary/summary.h"
#include "tests/support/check.h"

static struct arena *arena;
static struct summary summary;
static struct summary_section section;
static char *text;
static size_t text_len;

static const struct summary_column columns[] = {
	{ "name", "name", SUMMARY_TEXT, NULL },
	{ "count", "count", SUMMARY_COUNT, NULL },
	{ "why", "why", SUMMARY_TEXT, NULL },
};

static void
set_up(void)
{
	arena = arena_new();
	section = (struct summary_section){ .key = "volume",
	    .title = "Volume", .about = "All." };
	summary = (struct summary){ .arena = arena, .events = 2,
	    .first_us = INT64_C(1793613600000000),
	    .last_us = INT64_C(1793613603500000),
	    .sections = &section, .section_count = 1 };
	VEC_PUSH(arena, &section.tables, (struct summary_table){ .key = "t",
	    .title = "by name", .shape = SUMMARY_LIST, .columns = columns,
	    .column_count = 3, .sorted_by = 1 });
}

static void
tear_down(void)
{
	free(text);
	text = NULL;
	arena_free(arena);
}

static struct summary_row *
add_row(struct str name, uint64_t count, struct str why)
{
	struct summary_row row = { .values = arena_alloc(arena,
	    3 * sizeof(*row.values)) };

	row.values[0].text = name;
	row.values[1].count = count;
	row.values[2].text = why;
	VEC_PUSH(arena, &section.tables.at[0].rows, row);
	return &section.tables.at[0].rows.at[
	    section.tables.at[0].rows.count - 1];
}

static const char *
print(void (*printer)(FILE *, const struct summary *,
    const struct summary_print *))
{
	struct summary_print how = { .width = 80, .commands = true };
	FILE *out = open_memstream(&text, &text_len);

	printer(out, &summary, &how);
	fclose(out);
	return text;
}

/* ---- CSV ---- */

static const struct {
	struct str	text;
	const char	*cell;
} cells[] = {
	{ STR_INIT("plain"), "\"plain\"" },
	{ STR_INIT("a \"b\", c"), "\"a \"\"b\"\", c\"" },
	{ STR_INIT("a\r\nb\0c\x7f"), "\"a  b c \"" },
	{ STR_INIT("=1+1"), "\"'=1+1\"" }, { STR_INIT("-x"), "\"'-x\"" },
	{ STR_INIT("+x"), "\"'+x\"" }, { STR_INIT("@x"), "\"'@x\"" },
	{ STR_INIT("\xef\xbc\x9d" "1+1"), "\"'\xef\xbc\x9d" "1+1\"" },
	{ STR_INIT("\xef\xbc\xa0x"), "\"'\xef\xbc\xa0x\"" },
	{ STR_INIT("\t =x"), "\"'  =x\"" }, { STR_INIT("  "), "\"  \"" },
	/* No UTF-8, C1, a direction; UTF-8 stays. */
	{ STR_INIT("\xff\xc3"), "\"??\"" },
	{ STR_INIT("\xc2\x9b" "31m\xe2\x80\xae"), "\"?31m?\"" },
	{ STR_INIT("\xc3\xbc"), "\"\xc3\xbc\"" },
};

START_TEST(a_cell_of_csv)
{
	char line[200];

	add_row(cells[_i].text, 1, STR("x"));
	snprintf(line, sizeof(line), "section,table,row,column,value\n"
	    "volume,t,1,name,%s\nvolume,t,1,count,1\nvolume,t,1,why,\"x\"\n",
	    cells[_i].cell);
	ck_assert_str_eq(print(summary_print_csv), line);
}
END_TEST

START_TEST(a_figure_of_csv)
{
	VEC_PUSH(arena, &section.figures, (struct summary_figure){
	    .key = "refused", .title = "refused", .type = SUMMARY_COUNT,
	    .value.count = 3 });
	VEC_PUSH(arena, &section.figures, (struct summary_figure){
	    .key = "lines", .title = "lines", .type = SUMMARY_COUNT,
	    .value.count = 4 });
	section.figures.at[0].query.at[0].option = "--verdict";
	section.figures.at[0].query.at[0].value = STR("reject");
	section.figures.at[0].query.count = 1;
	ck_assert_str_eq(print(summary_print_csv),
	    "section,table,row,column,value\n"
	    "volume,,0,refused,3\n"
	    "volume,commands,0,refused,\"assay log --verdict reject\"\n"
	    "volume,,0,lines,4\n");
}
END_TEST

/* ---- JSON ---- */

/* A command of many files is told whole, or it would be another one. */
START_TEST(a_long_command_of_json)
{
	const char *sources[301];
	struct summary_row *row = add_row(STR("a"), 1, STR("b"));
	json_t *json;
	const char *command;
	size_t len;

	for (int i = 0; i < 300; i++)
		sources[i] = "/var/log/assay/events-of-a-day.json.gz";
	sources[299] = "last.json";
	sources[300] = NULL;
	summary.sources = sources;
	row->query.at[0].option = "--verdict";
	row->query.at[0].value = STR("reject");
	row->query.count = 1;
	json = json_loads(print(summary_print_json), 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(json_unpack(json, "{s{s{s{s{s[{s:s%}]}}}}}",
	    "sections", "volume", "tables", "t", "rows", "command",
	    &command, &len), 0);
	ck_assert_uint_gt(len, 10000);
	ck_assert_str_eq(command + len - 10, " last.json");
	json_decref(json);
}
END_TEST

/* ---- text ---- */

START_TEST(rows_of_text)
{
	section.tables.at[0].rest = (struct summary_rest){ 3, 1234, 7 };
	add_row(STR("\xe6\x97\xa5\xe6\x9c\xac.example"), 12345,
	    STR("\x1b[2J"));
	add_row(STR("a-name-of-a-domain-that-is-far-too-long.example.com"),
	    7, STR("b"));
	ck_assert_str_eq(print(summary_print_text), "2 events from "
	    "2026-11-02 10:00 to 2026-11-02 10:00:03 (UTC)\n"
	    "\n"
	    "Volume\n"
	    "\n"
	    "  by name\n"
	    "  name                                       count  why\n"
	    "  \xe6\x97\xa5\xe6\x9c\xac.example                          "
	    "    12,345  ?[2J\n"
	    "  a-name-of-a-domain-that-is-far-too-long.       7  b\n"
	    "      name: a-name-of-a-domain-that-is-far-too-long."
	    "example.com\n"
	    "  and others: 1,234\n"
	    "  (so many names that each count can be up to 7 too low)\n");
}
END_TEST

static const struct summary_column many[] = {
	{ "name", "name", SUMMARY_TEXT, NULL },
	{ "a", "aaaaaaaaaaaaaaaa", SUMMARY_COUNT, NULL },
	{ "b", "bbbbbbbbbbbbbbbb", SUMMARY_COUNT, NULL },
	{ "c", "cccccccccccccccc", SUMMARY_COUNT, NULL },
	{ "d", "dddddddddddddddd", SUMMARY_COUNT, NULL },
};

/* 82 columns where two are between the numbers; one is, and they fit. */
START_TEST(numbers_that_hardly_fit)
{
	struct summary_row *row;

	section.tables.at[0].columns = many;
	section.tables.at[0].column_count = 5;
	VEC_PUSH(arena, &section.tables.at[0].rows, (struct summary_row){
	    .values = arena_alloc(arena, 5 * sizeof(*row->values)) });
	row = &section.tables.at[0].rows.at[0];
	row->values[0].text = STR("eight-ch");
	for (int i = 1; i < 5; i++)
		row->values[i].count = (uint64_t)i;
	ck_assert_ptr_nonnull(strstr(print(summary_print_text),
	    "\n  name     aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbb cccccccccccccccc "
	    "dddddddddddddddd\n  eight-ch                1"
	    "                2                3                4\n"));
	free(text);
	row->values[0].text = STR("six-ch");
	ck_assert_ptr_nonnull(strstr(print(summary_print_text),
	    "\n  name    aaaaaaaaaaaaaaaa  bbbbbbbbbbbbbbbb"
	    "  cccccccccccccccc  dddddddddddddddd\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("summary_print");
	TCase *cases = tcase_create("print");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, a_cell_of_csv, 0, TEST_COUNT(cells));
	tcase_add_test(cases, a_figure_of_csv);
	tcase_add_test(cases, a_long_command_of_json);
	tcase_add_test(cases, rows_of_text);
	tcase_add_test(cases, numbers_that_hardly_fit);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
