/*
 * One table for all figures, a value a line, so that every line has the same
 * five fields: section,table,row,column,value.  Figures by themselves have no
 * table, and row 0; rows are counted from 1.
 */
#include <inttypes.h>
#include <string.h>

#include "event/when.h"
#include "summary/section.h"

/*
 * Quoted where it has to be (RFC 4180).  A text that a spreadsheet could take
 * for a formula begins with an apostrophe, as spreadsheets have it; control
 * characters are blanks, for a line is a record to many readers.
 */
static void
put_text(FILE *out, struct str text)
{
	bool formula = text.len > 0 && memchr("=+-@", text.ptr[0], 4) != NULL;

	fputs(formula ? "\"'" : "\"", out);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '"')
			fputc('"', out);
		fputc(c < 0x20 || c == 0x7f ? ' ' : c, out);
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
		for (size_t k = 0; k < section->figures.count; k++) {
			put_head(out, section, "", 0,
			    section->figures.at[k].key);
			put_value(out, section->figures.at[k].type,
			    &section->figures.at[k].value);
		}
		for (size_t k = 0; k < section->tables.count; k++)
			put_table(out, summary, section,
			    &section->tables.at[k]);
	}
}
