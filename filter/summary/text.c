/*
 * A summary for people, on a terminal or in a mail: lines of at least 80
 * columns.  What is 0 everywhere is left out, and so is a section without
 * anything; a text that does not fit has a line of its own below its row.
 */
#include "base/print.h"
#include "summary/text_parts.h"

enum { WIDTH_LEAST = 80 };

/* ---- colours ---- */

void
text_begin_colour(const struct text_printer *printer, const char *code)
{
	if (printer->how->colour && code != NULL)
		fprintf(printer->out, "\033[%sm", code);
}

void
text_end_colour(const struct text_printer *printer, const char *code)
{
	if (printer->how->colour && code != NULL)
		fputs("\033[0m", printer->out);
}

void
text_title(const struct text_printer *printer, const char *text)
{
	text_begin_colour(printer, "1");
	fputs(text, printer->out);
	text_end_colour(printer, "1");
	fputc('\n', printer->out);
}

void
text_blanks(const struct text_printer *printer, size_t count)
{
	fprintf(printer->out, "%*s", (int)count, "");
}

/* ---- figures ---- */

bool
text_is_nothing(enum summary_type type, const struct summary_value *value)
{
	if (value->none)
		return true;
	switch (type) {
	case SUMMARY_TEXT:
		return value->text.len == 0;
	case SUMMARY_COUNT:
	case SUMMARY_OCTETS:
		return value->count == 0;
	case SUMMARY_SHARE:
	case SUMMARY_NUMBER:
		return value->number == 0;
	case SUMMARY_SPAN:
	case SUMMARY_TIME:
		break;
	}
	return value->us == 0;
}

void
text_command(const struct text_printer *printer,
    const struct summary_query *query)
{
	struct str command = printer->how->commands && query->lists > 0 ?
	    summary_command(printer->summary, query,
	    printer->summary->arena) : STR_NONE;

	if (command.len == 0)
		return;
	text_blanks(printer, TEXT_INDENT * 3);
	print_safe(printer->out, command);
	fputc('\n', printer->out);
}

static void
print_figures(const struct text_printer *printer,
    const struct summary_section *section)
{
	struct arena *arena = printer->summary->arena;

	for (size_t i = 0; i < section->figures.count; i++) {
		const struct summary_figure *figure = &section->figures.at[i];
		struct str text = summary_value_text(figure->type,
		    &figure->value, arena);
		size_t width = print_width(text);

		if (i > 0 && text_is_nothing(figure->type, &figure->value))
			continue;
		fprintf(printer->out, "%*s%-38s %*s", TEXT_INDENT, "",
		    figure->title, width < 20 ? 20 - (int)width : 0, "");
		print_safe(printer->out, text);
		fputc('\n', printer->out);
		text_command(printer, &figure->query);
	}
}

/* ---- all of it ---- */

/* In lines of whole words. */
static void
print_note(const struct text_printer *printer, struct str note)
{
	size_t used = 0;
	struct str word;

	while (str_next(&note, ' ', &word)) {
		size_t width = print_width(word);

		if (used > 0 && used + 1 + width > printer->width) {
			fputc('\n', printer->out);
			used = 0;
		}
		text_blanks(printer, used == 0 ? TEXT_INDENT : 1);
		print_safe(printer->out, word);
		used += (used == 0 ? TEXT_INDENT : 1) + width;
	}
	fputc('\n', printer->out);
}

static void
print_section(const struct text_printer *printer,
    const struct summary_section *section)
{
	if (!printer->how->without_events)
		fputc('\n', printer->out);
	text_title(printer, section->title);
	print_figures(printer, section);
	for (size_t i = 0; i < section->tables.count; i++)
		text_table(printer, &section->tables.at[i]);
	for (size_t i = 0; i < section->notes.count; i++)
		print_note(printer, section->notes.at[i]);
}

static void
print_time(const struct text_printer *printer, const char *before, int64_t us)
{
	struct summary_value value = { .us = us };

	if (us != 0)
		fprintf(printer->out, " %s %.*s", before,
		    STR_ARG(summary_value_text(SUMMARY_TIME, &value,
		    printer->summary->arena)));
}

static void
print_events(const struct text_printer *printer)
{
	const struct summary *summary = printer->summary;
	struct summary_value events = { .count = summary->events };

	fprintf(printer->out, "%.*s event%s", STR_ARG(summary_value_text(
	    SUMMARY_COUNT, &events, summary->arena)),
	    summary->events == 1 ? "" : "s");
	print_time(printer, "from", summary->first_us);
	print_time(printer, "to", summary->last_us);
	fputs(summary->events > 0 ? " (UTC)\n" : "\n", printer->out);
}

void
summary_print_text(FILE *out, const struct summary *summary,
    const struct summary_print *how)
{
	struct text_printer printer = { out, summary, how,
	    how->width > WIDTH_LEAST ? how->width : WIDTH_LEAST };
	bool any = false;

	if (!how->without_events)
		print_events(&printer);
	for (size_t i = 0; i < summary->section_count; i++)
		if (summary_is_wanted(how, &summary->sections[i]) &&
		    !summary_is_empty(&summary->sections[i]))
			print_section(&printer, &summary->sections[i]);
	for (size_t i = 0; i < summary->section_count; i++) {
		if (!summary_is_wanted(how, &summary->sections[i]) ||
		    !summary_is_empty(&summary->sections[i]) ||
		    str_eqz(STR("by"), summary->sections[i].key))
			continue;
		fprintf(out, "%s %s", any ? "," : "\nNothing to tell of:",
		    summary->sections[i].key);
		any = true;
	}
	if (any)
		fputc('\n', out);
}
