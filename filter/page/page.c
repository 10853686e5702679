#include "page/page.h"

#include "base/print.h"

enum { TILE_SHORT = 12 };	/* octets that are written large */

unsigned
page_id(struct page *page)
{
	return ++page->ids;
}

void
page_text(struct page *page, struct str text)
{
	print_html(page->out, text);
}

void
page_code(struct page *page, struct str text)
{
	fputs("<code>", page->out);
	page_text(page, text);
	fputs("</code>", page->out);
}

void
page_begin(struct page *page, FILE *out, enum page_use use, struct str title,
    struct str about)
{
	*page = (struct page){ .out = out, .use = use };
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n", out);
	/* What is inside of it runs; nothing else is asked for. */
	if (use == PAGE_FILE)
		fputs("<meta http-equiv=\"Content-Security-Policy\" "
		    "content=\"default-src 'none';style-src 'unsafe-inline';"
		    "script-src 'unsafe-inline'\">\n", out);
	fputs("<title>", out);
	page_text(page, title);
	fprintf(out, "</title>\n<style>\n%s</style></head>\n<body>\n",
	    page_style(use));
	fputs("<header><h1>", out);
	page_text(page, title);
	fputs("</h1>\n", out);
	if (about.len > 0)
		page_paragraph(page, about);
	fputs("</header>\n<main>\n", out);
}

static void
close_section(struct page *page)
{
	if (page->in_section)
		fputs("</section>\n", page->out);
	page->in_section = false;
}

void
page_end(struct page *page)
{
	close_section(page);
	fputs("</main>\n<footer><p>Written by assay.</p></footer>\n",
	    page->out);
	if (page->use == PAGE_FILE)
		fprintf(page->out, "<script>\n%s</script>\n", page_script);
	fputs("</body></html>\n", page->out);
}

void
page_contents(struct page *page, const struct str *titles, size_t count)
{
	fputs("<nav aria-label=\"Contents\"><ul>\n", page->out);
	for (size_t i = 0; i < count; i++) {
		fprintf(page->out, "<li><a href=\"#s%zu\">", i + 1);
		page_text(page, titles[i]);
		fputs("</a></li>\n", page->out);
	}
	fputs("</ul></nav>\n", page->out);
}

void
page_section(struct page *page, struct str title)
{
	unsigned id = ++page->sections;

	close_section(page);
	page->in_section = true;
	fprintf(page->out, "<section aria-labelledby=\"s%u\">"
	    "<h2 id=\"s%u\">", id, id);
	page_text(page, title);
	fputs("</h2>\n", page->out);
}

void
page_paragraph(struct page *page, struct str text)
{
	fputs("<p>", page->out);
	page_text(page, text);
	fputs("</p>\n", page->out);
}

void
page_command(struct page *page, struct str word, struct str command)
{
	if (page->use == PAGE_MAIL) {
		fputs("<code class=\"command\">", page->out);
		page_text(page, command);
		fputs("</code>", page->out);
		return;
	}
	fputs("<details class=\"command\"><summary>", page->out);
	page_text(page, word);
	fputs("</summary><code>", page->out);
	page_text(page, command);
	fputs("</code></details>", page->out);
}

void
page_tiles(struct page *page, const struct page_tile *tiles, size_t count)
{
	fputs("<dl class=\"tiles\">\n", page->out);
	for (size_t i = 0; i < count; i++) {
		fputs("<div><dt>", page->out);
		page_text(page, tiles[i].name);
		fputs(tiles[i].value.len > TILE_SHORT ?
		    "</dt><dd><b class=\"long\">" : "</dt><dd><b>",
		    page->out);
		page_text(page, tiles[i].value);
		fputs("</b>", page->out);
		if (tiles[i].note.len > 0) {
			fputs(" <small>", page->out);
			page_text(page, tiles[i].note);
			fputs("</small>", page->out);
		}
		if (tiles[i].command.len > 0) {
			fputc('\n', page->out);
			page_command(page, STR("list"), tiles[i].command);
		}
		fputs("</dd></div>\n", page->out);
	}
	fputs("</dl>\n", page->out);
}
