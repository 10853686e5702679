#include "metrics/series.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "metrics/text.h"

struct series {
	struct series		*next;
	enum metric		 id;
	struct arena		*arena;
	struct str		 labels;
	unsigned		 refs;		/* the lock's */
	atomic_uint_least64_t	 value;
};

static struct {
	pthread_mutex_t	 lock;
	struct series	*first[METRIC_COUNT];
	size_t		 count[METRIC_COUNT];
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct str
write_labels(struct arena *arena, const struct series_label *labels,
    size_t count, bool other)
{
	struct buf buf;

	/* Each value has its limit, and a cut would take a quote. */
	buf_init(&buf, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(&buf, ',');
		text_label(&buf, labels[i].name, other ? STR("other") :
		    labels[i].value);
	}
	return buf_str(&buf);
}

/* With the lock: where it is, or where one more would stand. */
static struct series **
place(enum metric id, struct str labels)
{
	struct series **link = &all.first[id];

	while (*link != NULL && !str_eq((*link)->labels, labels))
		link = &(*link)->next;
	return link;
}

struct series *
series_get(enum metric id, const struct series_label *labels, size_t count)
{
	struct arena *arena = arena_new();
	struct str text = write_labels(arena, labels, count, false);
	struct series **link, *series;

	pthread_mutex_lock(&all.lock);
	link = place(id, text);
	if (*link == NULL && all.count[id] >= LIMIT_METRIC_SERIES) {
		text = write_labels(arena, labels, count, true);
		link = place(id, text);
	}
	series = *link;
	if (series == NULL) {
		series = *link = xcalloc(1, sizeof(*series));
		*series = (struct series){ .id = id, .arena = arena,
		    .labels = text };
		all.count[id]++;
		arena = NULL;
	}
	series->refs++;
	pthread_mutex_unlock(&all.lock);
	if (arena != NULL)
		arena_free(arena);
	return series;
}

void
series_put(struct series *series)
{
	struct series **link;

	if (series == NULL)
		return;
	pthread_mutex_lock(&all.lock);
	if (--series->refs > 0) {
		pthread_mutex_unlock(&all.lock);
		return;
	}
	link = place(series->id, series->labels);
	*link = series->next;
	all.count[series->id]--;
	pthread_mutex_unlock(&all.lock);
	arena_free(series->arena);
	free(series);
}

void
series_add(struct series *series, uint64_t amount)
{
	atomic_fetch_add_explicit(&series->value, amount,
	    memory_order_relaxed);
}

void
series_set(struct series *series, uint64_t value)
{
	atomic_store_explicit(&series->value, value, memory_order_relaxed);
}

void
series_each(enum metric id, void (*see)(void *ctx, struct str labels,
    uint64_t value), void *ctx)
{
	pthread_mutex_lock(&all.lock);
	for (const struct series *series = all.first[id]; series != NULL;
	    series = series->next)
		see(ctx, series->labels, atomic_load_explicit(&series->value,
		    memory_order_relaxed));
	pthread_mutex_unlock(&all.lock);
}
