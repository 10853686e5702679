/* Texts of others in a page: none adds a tag, an attribute or an octet that
 * is not UTF-8. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "page/plot.h"
#include "page/table.h"

enum { TEXTS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
pictures(struct page *page, const struct str *texts)
{
	static const uint64_t counts[TEXTS] = { 1, 20, 300, 4000 };
	static const double shares[TEXTS] = { 0, 0.25, 0.5, 1 };
	const struct plot_places places = { texts, texts, TEXTS };
	const struct plot_series series = { texts[0], TONE_GOOD, counts };
	const struct plot_line line = { texts[1], TONE_BAD, shares };
	const struct plot_spans spans = { texts[2], counts };

	page_figure_begin(page, texts[3]);
	plot_bars(page, texts[0], &places, &series, 1, false);
	plot_lines(page, texts[1], &places, &line, 1);
	plot_heat(page, texts[2], texts, 2, texts + 2, 2, counts);
	plot_percentiles(page, texts[3], &spans, 1, texts, TEXTS);
	page_figure_data(page, texts[0]);
}

static void
whole(FILE *out, enum page_use use, const struct str *texts)
{
	static const struct page_column columns[] = {
		{ "a", PAGE_WORDS }, { "b", PAGE_COMMANDS },
	};
	const struct page_tile tile = { texts[0], texts[1], texts[2],
	    texts[3] };
	struct page page;

	page_begin(&page, out, use, texts[0], texts[1]);
	page_contents(&page, texts, 1);
	page_section(&page, texts[2]);
	page_tiles(&page, &tile, 1);
	pictures(&page, texts);
	page_table_begin(&page, texts[0], columns, 2);
	page_row(&page);
	page_cell(&page, texts[1]);
	page_cell_command(&page, texts[2]);
	page_table_end(&page);
	page_figure_end(&page);
	page_end(&page);
}

static size_t
count(struct str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

/* The marks of HTML in it; the page is gone after this. */
static void
marks(enum page_use use, const struct str *texts, size_t *marks_out)
{
	static const char all[] = "<>\"'=";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct str page;

	whole(out, use, texts);
	fclose(out);
	page = str_make(text, len);
	ensure(str_is_utf8(page));
	for (size_t i = 0; i + 1 < sizeof(all); i++)
		marks_out[i] = count(page, all[i]);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size), texts[TEXTS], plain[TEXTS];
	size_t found[5], wanted[5];

	for (size_t i = 0; i < TEXTS; i++) {
		size_t len = rest.len / (TEXTS - i);

		texts[i] = str_slice(rest, 0, len);
		/* As long, for what depends on that. */
		plain[i] = str_slice(STR("xxxxxxxxxxxxxxxx"), 0, len);
		rest = str_skip(rest, len);
	}
	for (int use = PAGE_FILE; use <= PAGE_MAIL; use++) {
		marks((enum page_use)use, texts, found);
		marks((enum page_use)use, plain, wanted);
		/* An equals sign is a letter of a text, too. */
		ensure(memcmp(found, wanted, 4 * sizeof(found[0])) == 0);
		ensure(found[4] >= wanted[4]);
	}
	return 0;
}
