#include "page/svg.h"

#include "base/print.h"

static const char *const tones[TONE_COUNT] = {
	[TONE_GOOD] = "good", [TONE_CALM] = "calm", [TONE_LATER] = "later",
	[TONE_HOLD] = "hold", [TONE_BAD] = "bad", [TONE_GONE] = "gone",
	[TONE_DIM] = "dim",
};

const char *
page_tone_name(enum page_tone tone)
{
	return tones[tone];
}

void
svg_begin(struct page *page, unsigned height, struct str title,
    const char *about)
{
	unsigned id = page_id(page);

	fprintf(page->out, "<div class=\"plot\" tabindex=\"0\" "
	    "role=\"group\" aria-label=\"Plot: ");
	page_text(page, title);
	fprintf(page->out, "\"><svg role=\"img\" viewBox=\"0 0 %d %u\" "
	    "aria-labelledby=\"t%u d%u\"><title id=\"t%u\">", SVG_WIDTH,
	    height, id, id, id);
	page_text(page, title);
	fprintf(page->out, "</title><desc id=\"d%u\">", id);
	page_text(page, str_from(about));
	fputs("</desc>\n", page->out);
}

void
svg_end(struct page *page)
{
	fputs("</svg></div>\n", page->out);
}

void
svg_number(struct page *page, double number)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%.1f", number);

	if (len > 2 && text[len - 1] == '0')
		len -= 2;
	fprintf(page->out, "%.*s", len, text);
}

static void
attribute(struct page *page, const char *name, double value)
{
	fprintf(page->out, " %s=\"", name);
	svg_number(page, value);
	fputc('"', page->out);
}

void
svg_text(struct page *page, double x, double y, enum svg_anchor anchor,
    struct str text)
{
	static const char *const classes[] = {
		[SVG_START] = "", [SVG_MIDDLE] = " class=\"m\"",
		[SVG_END] = " class=\"e\"",
	};

	fprintf(page->out, "<text%s", classes[anchor]);
	attribute(page, "x", x);
	attribute(page, "y", y);
	fputc('>', page->out);
	page_text(page, text);
	fputs("</text>", page->out);
}

void
svg_level(struct page *page, double y, const char *label)
{
	fprintf(page->out, "<path class=\"grid\" d=\"M%d ", SVG_LEFT);
	svg_number(page, y);
	fprintf(page->out, "h%d\"/>", SVG_SPACE);
	svg_text(page, SVG_LEFT - 6, y + 4, SVG_END, str_from(label));
	fputc('\n', page->out);
}

void
svg_ticks(struct page *page, const struct plot_places *places, double y,
    double space, bool edges)
{
	for (size_t i = 0; i < places->count; i++) {
		double x = SVG_LEFT + space * (double)i;

		if (places->ticks[i].len == 0)
			continue;
		fputs("<path class=\"tick\" d=\"M", page->out);
		svg_number(page, edges ? x : x + space / 2);
		fputc(' ', page->out);
		svg_number(page, y);
		fputs("v4\"/>", page->out);
		svg_text(page, edges ? x : x + space / 2, y + 18,
		    i == 0 && space < 30 ? SVG_START : SVG_MIDDLE,
		    places->ticks[i]);
	}
	fputc('\n', page->out);
}

void
svg_hint(struct page *page, double x, double y, double width, double height,
    struct str label)
{
	fputs("<rect class=\"hint\"", page->out);
	attribute(page, "x", x);
	attribute(page, "y", y);
	attribute(page, "width", width);
	attribute(page, "height", height);
	fputs("><title>", page->out);
	page_text(page, label);
	fputs("</title></rect>", page->out);
}

void
svg_key_begin(struct page *page)
{
	fputs("<ul class=\"key\">", page->out);
}

void
svg_key(struct page *page, enum page_tone tone, struct str name)
{
	fprintf(page->out, "<li><i class=\"%s\"></i>", tones[tone]);
	page_text(page, name);
	fputs("</li>", page->out);
}

void
svg_key_line(struct page *page, enum page_tone tone, size_t which,
    struct str name)
{
	fprintf(page->out, "<li><i class=\"ln l%zu %s\"></i>", which,
	    tones[tone]);
	page_text(page, name);
	fputs("</li>", page->out);
}

void
svg_key_end(struct page *page)
{
	fputs("</ul>\n", page->out);
}

void
page_figure_begin(struct page *page, struct str title)
{
	fputs("<figure>", page->out);
	/* The table says it again, and is all that there is in a mail. */
	if (page->use == PAGE_MAIL)
		return;
	fputs("<figcaption>", page->out);
	page_text(page, title);
	fputs("</figcaption>\n", page->out);
}

void
page_figure_data(struct page *page, struct str command)
{
	if (command.len > 0)
		page_command(page, STR("list the messages"), command);
	if (page->use == PAGE_FILE)
		fputs("<details><summary>the numbers as a table</summary>\n",
		    page->out);
}

void
page_figure_end(struct page *page)
{
	fputs(page->use == PAGE_FILE ? "</details></figure>\n" :
	    "</figure>\n", page->out);
}
