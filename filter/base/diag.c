#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"

enum { WORD_MAX = 64, NEAR_DISTANCE = 2 };

struct diag {
	struct arena		*arena;
	VEC(struct diag_item)	 items;
};

static const char *const level_words[] = {
	[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning"
};

struct diag *
diag_new(void)
{
	struct diag *diag = xcalloc(1, sizeof(*diag));

	diag->arena = arena_new();
	return diag;
}

void
diag_free(struct diag *diag)
{
	if (diag == NULL)
		return;
	arena_free(diag->arena);
	free(diag);
}

void
diag_vadd(struct diag *diag, enum diag_level level, const char *file,
    unsigned line, unsigned column, struct str source_line,
    const char *format, va_list ap)
{
	struct diag_item item = { .level = level, .line = line,
	    .column = column, .octets = column > 0 };

	if (diag->items.count > LIMIT_POLICY_ERRORS)
		return;
	item.file = arena_z(diag->arena, str_from(file));
	if (diag->items.count == LIMIT_POLICY_ERRORS) {
		item.level = DIAG_ERROR;
		item.text = "too many mistakes; the rest is not listed";
	} else {
		item.text = arena_vprintf(diag->arena, format, ap).ptr;
		if (source_line.ptr != NULL)
			item.source = arena_z(diag->arena, source_line);
	}
	VEC_PUSH(diag->arena, &diag->items, item);
}

void
diag_add(struct diag *diag, enum diag_level level, const char *file,
    unsigned line, unsigned column, struct str source_line,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	diag_vadd(diag, level, file, line, column, source_line, format, ap);
	va_end(ap);
}

void
diag_span(struct diag *diag, unsigned octets)
{
	if (diag->items.count > 0 &&
	    diag->items.at[diag->items.count - 1].column > 0)
		diag->items.at[diag->items.count - 1].octets = octets;
}

size_t
diag_count(const struct diag *diag, enum diag_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < diag->items.count; i++)
		count += diag->items.at[i].level == level;
	return count;
}

size_t
diag_total(const struct diag *diag)
{
	return diag->items.count;
}

const struct diag_item *
diag_at(const struct diag *diag, size_t i)
{
	ensure(i < diag->items.count);
	return &diag->items.at[i];
}

/* "file:line:column", without the parts that are 0. */
static const char *
place(const struct diag_item *item, char *out, size_t size)
{
	if (item->line == 0)
		snprintf(out, size, "%s", item->file);
	else if (item->column == 0)
		snprintf(out, size, "%s:%u", item->file, item->line);
	else
		snprintf(out, size, "%s:%u:%u", item->file, item->line,
		    item->column);
	return out;
}

static void
print_caret(const struct diag_item *item, FILE *out)
{
	if (item->source == NULL)
		return;
	fprintf(out, "  %s\n", item->source);
	if (item->column == 0 || item->column > strlen(item->source) + 1)
		return;
	fputs("  ", out);
	for (unsigned i = 0; i + 1 < item->column; i++)
		fputc(item->source[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

void
diag_print(const struct diag *diag, FILE *out)
{
	char where[4200];

	for (size_t i = 0; i < diag->items.count; i++) {
		const struct diag_item *item = &diag->items.at[i];

		fprintf(out, "%s: %s: %s\n", place(item, where, sizeof(where)),
		    level_words[item->level], item->text);
		print_caret(item, out);
	}
}

void
diag_log(const struct diag *diag)
{
	char where[4200];

	for (size_t i = 0; i < diag->items.count; i++) {
		const struct diag_item *item = &diag->items.at[i];

		place(item, where, sizeof(where));
		if (item->level == DIAG_ERROR)
			log_error("%s: %s", where, item->text);
		else
			log_warn("%s: %s", where, item->text);
	}
}

/* Levenshtein distance, without case. */
static unsigned
distance(struct str a, struct str b)
{
	unsigned row[WORD_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned up = row[j], best = diagonal;

			best += ascii_lower(a.ptr[i - 1]) !=
			    ascii_lower(b.ptr[j - 1]);
			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = up;
		}
	}
	return row[b.len];
}

const char *
diag_nearest(struct str word, const char *const *candidates, size_t count)
{
	unsigned best_distance = NEAR_DISTANCE + 1;
	const char *best = NULL;

	if (word.len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct str candidate = str_from(candidates[i]);
		unsigned d;

		if (candidate.len > WORD_MAX)
			continue;
		d = distance(word, candidate);
		if (d < best_distance && d < candidate.len) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}
