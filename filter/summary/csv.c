/*
 * One table for all figures, a value a line, so that every line has the same
 * five fields: section,table,row,column,value.  Figures by themselves have no
 * table, and row 0, and their commands the table "commands"; rows are counted
 * from 1.
 */
#include <inttypes.h>

#include "base/print.h"
#include "event/when.h"
#include "summary/section.h"

/*
 * Quoted (RFC 4180), and UTF-8 whatever it was: what print.h does not print is
 * a "?" here, too, and a control character a blank, for a line is a record to
 * many readers.  A text that a spreadsheet could take for a formula begins with
 * an apostrophe, as spreadsheets have it; they leave out blanks before it, and
 * some take the signs in full width (U+FF1D and its like), too.
 */
static bool
is_formula(struct str text)
{
	static const char signs[][4] = { "=", "+", "-", "@", "\xef\xbc\x9d",
	    "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

	while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ')
		text = str_skip(text, 1);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (str_starts_nocase(text, str_from(signs[i])))
			return true;
	return false;
}

static void
put_text(FILE *out, struct str text)
{
	fputs(is_formula(text) ? "\"'" : "\"", out);
	for (size_t len; text.len > 0; text = str_skip(text, len)) {
		unsigned char c = (unsigned char)text.ptr[0];

		len = str_utf8_length(text);
		if (c < 0x20 || c == 0x7f)
			fputc(' ', out);
		else if (len == 0 || !print_shows(str_slice(text, 0, len)))
			fputc('?', out);
		else
			fprintf(out, c == '"' ? "\"%.*s" : "%.*s", (int)len,
			    text.ptr);
		len += len == 0;
	}
	fputc('"', out);
}

static void
put_value(FILE *out, enum summary_type type,
    const struct summary_value *value)
{
	char text[WHEN_TEXT_MAX];

	if (!value->none)
		switch (type) {
		case SUMMARY_TEXT:
			put_text(out, value->text);
			break;
		case SUMMARY_COUNT:
		case SUMMARY_OCTETS:
			fprintf(out, "%" PRIu64, value->count);
			break;
		case SUMMARY_SHARE:
			fprintf(out, "%.4f", value->number);
			break;
		case SUMMARY_NUMBER:
			fprintf(out, "%g", value->number);
			break;
		case SUMMARY_SPAN:
			fprintf(out, "%" PRId64, value->us);
			break;
		case SUMMARY_TIME:
			when_text(value->us, text);
			fputs(text, out);
			break;
		}
	fputc('\n', out);
}

static void
put_head(FILE *out, const struct summary_section *section,
    const char *table, size_t row, const char *column)
{
	fprintf(out, "%s,%s,%zu,%s,", section->key, table, row, column);
}

static void
put_figure(FILE *out, const struct summary *summary,
    const struct summary_section *section,
    const struct summary_figure *figure)
{
	struct str command = summary_command(summary, &figure->query,
	    summary->arena);

	put_head(out, section, "", 0, figure->key);
	put_value(out, figure->type, &figure->value);
	if (command.len == 0)
		return;
	put_head(out, section, "commands", 0, figure->key);
	put_text(out, command);
	fputc('\n', out);
}

static void
put_table(FILE *out, const struct summary *summary,
    const struct summary_section *section, const struct summary_table *table)
{
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct summary_row *row = &table->rows.at[i];
		struct str command = summary_command(summary, &row->query,
		    summary->arena);

		for (size_t k = 0; k < table->column_count; k++) {
			put_head(out, section, table->key, i + 1,
			    table->columns[k].key);
			put_value(out, table->columns[k].type,
			    &row->values[k]);
		}
		if (command.len == 0)
			continue;
		put_head(out, section, table->key, i + 1, "command");
		put_text(out, command);
		fputc('\n', out);
	}
}

void
summary_print_csv(FILE *out, const struct summary *summary,
    const struct summary_print *how)
{
	fputs("section,table,row,column,value\n", out);
	for (size_t i = 0; i < summary->section_count; i++) {
		const struct summary_section *section = &summary->sections[i];

		if (!summary_is_wanted(how, section))
			continue;
		for (size_t k = 0; k < section->figures.count; k++)
			put_figure(out, summary, section,
			    &section->figures.at[k]);
		for (size_t k = 0; k < section->tables.count; k++)
			put_table(out, summary, section,
			    &section->tables.at[k]);
	}
}
