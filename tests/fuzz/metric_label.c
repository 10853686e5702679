/*
 * Any octets as the word of a label: what comes out is one label of one line,
 * in UTF-8, from which no quote breaks out; and its series is found again.
 */
#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "metrics/series.h"
#include "metrics/text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
check_label(struct str text)
{
	static const struct str begin = STR_INIT("list=\"");
	size_t end = text.len - 1;

	ensure(str_eq(str_slice(text, 0, begin.len), begin));
	ensure(end >= begin.len && text.ptr[end] == '"');
	ensure(str_is_utf8(text) && str_chr(text, '\n') == text.len);
	for (size_t i = begin.len; i < end; i++) {
		if (text.ptr[i] == '\\') {
			i++;
			ensure(i < end && (text.ptr[i] == '\\' ||
			    text.ptr[i] == '"' || text.ptr[i] == 'n'));
		} else {
			ensure(text.ptr[i] != '"');
			ensure((unsigned char)text.ptr[i] >= ' ');
		}
	}
}

static void
check_series(struct str value)
{
	const struct series_label label = { "list", value };
	struct series *series = series_get(METRIC_ID_LIST_UP, &label, 1);

	ensure(series_get(METRIC_ID_LIST_UP, &label, 1) == series);
	series_put(series);
	series_put(series);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str value = str_make(data, size);
	struct buf buf;

	buf_init(&buf, arena, 8 * LIMIT_METRIC_LABEL_OCTETS);
	text_label(&buf, "list", value);
	ensure(!buf_full(&buf));
	check_label(buf_str(&buf));
	check_series(value);
	arena_free(arena);
	return 0;
}
