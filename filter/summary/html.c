/* The page of a summary: its head, its sections, and what leads to them. */
#include "summary/html.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "page/plot.h"
#include "summary/html_parts.h"

/* What was read is for the end: nobody asks it first. */
static bool
is_last(const struct summary_section *section)
{
	return strcmp(section->key, "sources") == 0;
}

static struct str
about(const struct summary *summary, struct arena *arena)
{
	struct summary_value from = { .us = summary->since_us };
	struct summary_value to = { .us = summary->until_us };
	struct summary_value events = { .count = summary->events };
	struct buf buf;

	if (from.us == 0)
		from.us = summary->first_us;
	if (to.us == 0)
		to.us = summary->last_us;
	buf_init(&buf, arena, 1024);
	buf_add(&buf, summary_value_text(SUMMARY_COUNT, &events, arena));
	buf_addz(&buf, summary->events == 1 ? " event" : " events");
	if (from.us != 0 && to.us != 0) {
		buf_addz(&buf, " from ");
		buf_add(&buf, summary_value_text(SUMMARY_TIME, &from, arena));
		buf_addz(&buf, " to ");
		buf_add(&buf, summary_value_text(SUMMARY_TIME, &to, arena));
		buf_addz(&buf, " (UTC)");
	}
	buf_addc(&buf, '.');
	return buf_str(&buf);
}

static void
figures(struct html *html, const struct summary_section *section)
{
	struct page_tile *tiles = arena_alloc(html->arena,
	    (section->figures.count + 1) * sizeof(tiles[0]));

	if (section->figures.count == 0)
		return;
	for (size_t i = 0; i < section->figures.count; i++) {
		const struct summary_figure *figure = &section->figures.at[i];

		tiles[i] = (struct page_tile){ str_from(figure->title),
		    summary_value_text(figure->type, &figure->value,
			html->arena), STR_NONE, STR_NONE };
		if (figure->query.lists > 0)
			tiles[i].command = summary_command(html->summary,
			    &figure->query, html->arena);
	}
	page_tiles(&html->page, tiles, section->figures.count);
}

static bool
is_for_days(const struct html *html, const struct summary_table *table)
{
	return html->page.use == PAGE_MAIL &&
	    (table->shape == SUMMARY_SERIES ||
	    table->shape == SUMMARY_RATES) &&
	    table->rows.count > LIMIT_MAIL_ROWS;
}

/* "Spam by score": a table is found by its caption alone as well. */
static struct str
caption_of(const struct html *html, const struct summary_section *section,
    const struct summary_table *table)
{
	bool goes_on = (strncmp(table->title, "by ", 3) == 0 ||
	    strncmp(table->title, "in ", 3) == 0) &&
	    strchr(section->title, ',') == NULL;

	if (str_ends_nocase(str_from(section->title),
	    str_from(table->title)))
		return str_from(section->title);
	return arena_printf(html->arena, "%s%s %s", section->title,
	    goes_on ? "" : ":", table->title);
}

static void
one_table(struct html *html, const struct summary_section *section,
    const struct summary_table *table)
{
	struct str caption = caption_of(html, section, table);
	struct summary_table days;

	if (is_for_days(html, table)) {
		days = summary_by_day(table, html->arena);
		table = &days;
	}
	if (!html_has_plot(table)) {
		html_table(html, table, caption);
		return;
	}
	page_figure_begin(&html->page, caption);
	html_plot(html, table, caption);
	page_figure_data(&html->page, STR_NONE);
	html_table(html, table, caption);
	page_figure_end(&html->page);
}

static void
notes(struct html *html, const struct summary_section *section)
{
	if (section->notes.count == 0)
		return;
	fputs("<ul>\n", html->page.out);
	for (size_t i = 0; i < section->notes.count; i++) {
		fputs("<li>", html->page.out);
		page_text(&html->page, section->notes.at[i]);
		fputs("</li>\n", html->page.out);
	}
	fputs("</ul>\n", html->page.out);
}

static void
print_section(struct html *html, const struct summary_section *section)
{
	page_section(&html->page, str_from(section->title));
	if (section->about != NULL)
		page_paragraph(&html->page, str_from(section->about));
	figures(html, section);
	for (size_t i = 0; i < section->tables.count; i++)
		if (section->tables.at[i].rows.count > 0)
			one_table(html, section,
			    &section->tables.at[i]);
	notes(html, section);
}

/* "Nothing to tell of backscatter, lists." */
static void
silent(struct html *html, const struct summary_print *how)
{
	bool any = false;

	for (size_t i = 0; i < html->summary->section_count; i++) {
		const struct summary_section *section =
		    &html->summary->sections[i];

		if (!summary_is_wanted(how, section) ||
		    !summary_is_empty(section))
			continue;
		fputs(any ? ", " : "<p><small>Nothing to tell of ",
		    html->page.out);
		page_text(&html->page, str_from(section->key));
		any = true;
	}
	if (any)
		fputs(".</small></p>\n", html->page.out);
}

/* The sections that are printed, in the order of the page. */
static size_t
choose(const struct summary *summary, const struct summary_print *how,
    const struct summary_section **chosen)
{
	size_t count = 0;

	for (int last = 0; last <= 1; last++)
		for (size_t i = 0; i < summary->section_count; i++) {
			const struct summary_section *section =
			    &summary->sections[i];

			if (summary_is_wanted(how, section) &&
			    !summary_is_empty(section) &&
			    is_last(section) == (last == 1))
				chosen[count++] = section;
		}
	return count;
}

static void
print_page(FILE *out, const struct summary *summary,
    const struct summary_print *how, enum page_use use)
{
	struct html html = { .summary = summary, .arena = arena_new(),
	    .brief = use == PAGE_MAIL && how->brief };
	size_t size = summary->section_count + 1, count;
	const struct summary_section **chosen = arena_alloc(html.arena,
	    size * sizeof(chosen[0]));
	struct str *titles = arena_alloc(html.arena,
	    size * sizeof(titles[0]));

	page_begin(&html.page, out, use, STR("Mail report"),
	    about(summary, html.arena));
	count = choose(summary, how, chosen);
	for (size_t i = 0; i < count; i++)
		titles[i] = str_from(chosen[i]->title);
	if (count > 1)
		page_contents(&html.page, titles, count);
	for (size_t i = 0; i < count; i++)
		print_section(&html, chosen[i]);
	silent(&html, how);
	if (html.brief)
		page_paragraph(&html.page, STR("To keep this mail short, the "
		    "commands that list the messages of a row are left out: "
		    "\"assay report --format html\" has them."));
	page_end(&html.page);
	arena_free(html.arena);
}

void
summary_print_html(FILE *out, const struct summary *summary,
    const struct summary_print *how)
{
	print_page(out, summary, how, PAGE_FILE);
}

void
summary_print_mail(FILE *out, const struct summary *summary,
    const struct summary_print *how)
{
	print_page(out, summary, how, PAGE_MAIL);
}
