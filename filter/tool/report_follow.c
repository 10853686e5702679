/*
 * assay report --follow: the figures as they change, like top.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "tool/follow.h"
#include "tool/report.h"

enum { SHOW_MS = 2000 };

struct following {
	const struct tool_report	*report;
	struct summary_collect		*collect;
	uint64_t			 next_ms;
	bool				 changed;
};

static void
take_line(void *ctx, struct str line)
{
	struct following *to = ctx;

	to->changed |= summary_line(to->collect, line);
}

static void
take_row(void *ctx, const struct history_row *row)
{
	if (row->line.len > 0)
		take_line(ctx, row->line);
}

/* As many lines as the terminal has; 0: it is none. */
static size_t
screen(size_t *columns_out)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
		return 0;
	*columns_out = size.ws_col;
	return size.ws_row;
}

/* From the top, and not past the last line: one that is too wide is cut by the
 * terminal, for where it went on in a next one the top would be lost. */
static void
show_lines(struct str text, size_t lines)
{
	struct str rest = text, line;

	if (lines > 0)
		fputs("\033[?7l\033[H\033[2J", stdout);
	for (size_t i = 1; (lines == 0 || i < lines) &&
	    str_next(&rest, '\n', &line); i++)
		printf("%.*s\n", STR_ARG(line));
	if (lines > 0)
		fputs("\033[?7h", stdout);
}

static void
show(const struct following *to)
{
	struct summary_print how = to->report->how;
	struct arena *arena = arena_new();
	size_t columns = how.width, lines = screen(&columns);
	struct summary summary;
	size_t len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	how.width = (unsigned)columns;
	if (out != NULL) {
		summary_tell(to->collect, arena, &summary);
		to->report->print(out, &summary, &how);
		fclose(out);
		show_lines(str_make(text, len > 0 ? len - 1 : 0), lines);
	}
	free(text);
	arena_free(arena);
}

static bool
look(void *ctx)
{
	struct following *to = ctx;

	if (to->changed && clock_ms() >= to->next_ms) {
		to->changed = false;
		to->next_ms = clock_ms() + SHOW_MS;
		show(to);
	}
	fflush(stdout);
	return ferror(stdout) == 0;
}

int
tool_report_follow(const struct tool_report *report,
    struct summary_collect *collect, const char *path)
{
	struct following to = { .report = report, .collect = collect,
	    .changed = true };

	return tool_follow(&(struct tool_follow){ .common = &report->common,
	    .command = "report", .path = path, .lines = true,
	    .row = take_row, .line = take_line, .look = look, .ctx = &to });
}
