#include "metrics/text.h"

#include "base/limits.h"
#include "metrics/series.h"

static void
add_value(struct buf *buf, enum metric_unit unit, uint64_t value)
{
	unsigned long long whole = value, part;
	int digits = 6;

	if (unit == UNIT_SECONDS)
		whole /= 1000000;
	buf_printf(buf, "%llu", whole);
	if (unit != UNIT_SECONDS || value % 1000000 == 0)
		return;
	for (part = value % 1000000; part % 10 == 0; part /= 10)
		digits--;
	buf_printf(buf, ".%0*llu", digits, part);
}

void
text_label(struct buf *buf, const char *name, struct str value)
{
	buf_printf(buf, "%s=\"", name);
	value = str_slice(value, 0, LIMIT_METRIC_LABEL_OCTETS);
	while (value.len > 0) {
		size_t len = str_utf8_length(value);
		unsigned char c = (unsigned char)value.ptr[0];

		if (c == '\n')
			buf_addz(buf, "\\n");
		else if (c == '"' || c == '\\')
			buf_printf(buf, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_addc(buf, '?');
		else if (len == 0)
			buf_addz(buf, "\xef\xbf\xbd");
		else
			buf_add(buf, str_slice(value, 0, len));
		value = str_skip(value, len == 0 ? 1 : len);
	}
	buf_addc(buf, '"');
}

static void
add_line(struct buf *buf, const struct metric_info *metric,
    const char *suffix, struct str labels, uint64_t value)
{
	bool counts = suffix[0] != '\0' && !str_eqz(str_from(suffix), "_sum");

	buf_printf(buf, "%s%s", metric->name, suffix);
	if (labels.len > 0)
		buf_printf(buf, "{%.*s}", STR_ARG(labels));
	buf_addc(buf, ' ');
	add_value(buf, counts ? UNIT_NONE : metric->unit, value);
	buf_addc(buf, '\n');
}

static struct str
bucket_labels(struct buf *buf, const struct metric_info *metric,
    struct str labels, unsigned i)
{
	buf->len = 0;
	buf_add(buf, labels);
	if (labels.len > 0)
		buf_addc(buf, ',');
	buf_addz(buf, "le=\"");
	if (i == HISTOGRAM_BOUNDS)
		buf_addz(buf, "+Inf");
	else
		add_value(buf, metric->unit, histogram_bounds(metric->unit)[i]);
	buf_addc(buf, '"');
	return buf_str(buf);
}

/* The count is made from what was read, so that it agrees with the buckets. */
static void
add_histogram(struct buf *buf, enum metric id, unsigned a, struct str labels)
{
	const struct metric_info *metric = &metric_table[id];
	atomic_uint_least64_t *cells = metric_cell(id, a, 0);
	uint64_t count = 0;
	struct buf with_le;

	buf_init(&with_le, buf->arena, LIMIT_METRIC_LABEL_OCTETS);
	for (unsigned i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		count += atomic_load_explicit(&cells[i], memory_order_relaxed);
		add_line(buf, metric, "_bucket", bucket_labels(&with_le,
		    metric, labels, i), count);
	}
	add_line(buf, metric, "_sum", labels, atomic_load_explicit(
	    &cells[HISTOGRAM_CELLS - 1], memory_order_relaxed));
	add_line(buf, metric, "_count", labels, count);
}

struct own {
	struct buf			*buf;
	const struct metric_info	*metric;
};

static void
add_own(void *ctx, struct str labels, uint64_t value)
{
	struct own *own = ctx;

	add_line(own->buf, own->metric, "", labels, value);
}

/* False: there is no such series. */
static bool
make_labels(struct buf *buf, const struct metric_info *metric, unsigned a,
    unsigned b)
{
	const unsigned numbers[2] = { a, b };

	buf->len = 0;
	for (int i = 0; i < 2; i++) {
		const char *word = metric_word(metric->labels[i], numbers[i]);

		if (word == NULL)
			return false;
		if (metric->labels[i] == LABEL_NONE)
			continue;
		if (buf->len > 0)
			buf_addc(buf, ',');
		text_label(buf, metric_label_name(metric->labels[i]),
		    str_from(word));
	}
	return true;
}

static void
add_cells(struct buf *buf, enum metric id)
{
	const struct metric_info *metric = &metric_table[id];
	struct buf labels;

	buf_init(&labels, buf->arena, 2 * LIMIT_METRIC_LABEL_OCTETS);
	for (unsigned a = 0; a < metric->sizes[0]; a++)
		for (unsigned b = 0; b < metric->sizes[1]; b++) {
			if (!make_labels(&labels, metric, a, b))
				continue;
			if (metric->type == METRIC_HISTOGRAM)
				add_histogram(buf, id, a, buf_str(&labels));
			else
				add_line(buf, metric, "", buf_str(&labels),
				    metric_value(id, a, b));
		}
}

void
metric_text(struct buf *buf, enum metric id)
{
	static const char *const types[] = { [METRIC_COUNTER] = "counter",
	    [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram" };
	const struct metric_info *metric = &metric_table[id];

	buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
	    metric->help, metric->name, types[metric->type]);
	if (metric->labels[0] == LABEL_OWN)
		series_each(id, add_own, &(struct own){ buf, metric });
	else
		add_cells(buf, id);
}

static bool
has_value(enum metric id)
{
	return metric_table[id].labels[0] == LABEL_OWN || metric_is_set(id);
}

bool
metrics_text(struct buf *buf)
{
	for (int id = 0; id < METRIC_COUNT; id++)
		if (has_value((enum metric)id))
			metric_text(buf, (enum metric)id);
	return !buf_full(buf);
}
