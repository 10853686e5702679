/*
 * Any lines as a report: each figure that is a share is one, no printer writes
 * what a terminal would obey, JSON is JSON, and each line of CSV is whole.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "summary/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str own[] = { STR_INIT("example.com") };
static const char *const no_paths[] = { NULL };

static struct summary_options
options_of(enum summary_by by)
{
	return (struct summary_options){ .logs = { .paths = no_paths,
	    .jobs = 1 }, .by = by, .top = 5, .own = own, .own_count = 1,
	    .spam_score = 5 };
}

static char *
print(void (*printer)(FILE *out, const struct summary *summary,
    const struct summary_print *how), const struct summary *summary)
{
	const struct summary_print how = { .commands = true, .width = 80 };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		abort();
	printer(out, summary, &how);
	if (fclose(out) != 0 || strlen(text) != len)
		abort();
	return text;
}

static void
check_text(char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f)
			abort();
	free(text);
}

static void
check_json(char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (json == NULL)
		abort();
	json_decref(json);
	free(text);
}

/* Quotes are even in number at each end of a line. */
static void
check_csv(char *text)
{
	size_t quotes = 0;

	for (const char *at = text; *at != '\0'; at++) {
		quotes += *at == '"';
		if (*at == '\n' && quotes % 2 != 0)
			abort();
	}
	free(text);
}

static void
check_shares(const struct summary *summary)
{
	for (size_t i = 0; i < summary->section_count; i++)
		for (size_t k = 0; k < summary->sections[i].figures.count;
		    k++) {
			const struct summary_figure *figure =
			    &summary->sections[i].figures.at[k];

			if (figure->type == SUMMARY_SHARE &&
			    !figure->value.none &&
			    (figure->value.number < 0 ||
			    figure->value.number > 1))
				abort();
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct summary_options options = options_of((enum summary_by)(size %
	    SUMMARY_BY_COUNT));
	struct summary_collect *collect = summary_new(&options, arena);
	struct str rest = str_make(data, size), line;
	struct summary summary;

	while (str_next(&rest, '\n', &line))
		summary_line(collect, line);
	summary_tell(collect, arena, &summary);
	check_shares(&summary);
	check_text(print(summary_print_text, &summary));
	check_json(print(summary_print_json, &summary));
	check_csv(print(summary_print_csv, &summary));
	summary_free(collect);
	arena_free(arena);
	return 0;
}
