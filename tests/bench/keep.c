/*
 * Events into the history of a store, as assayd puts them there.
 *
 * usage: keep [--purge] STORE DAYS [< EVENTS]
 *
 * Puts the events of standard input (lines of a log, of which one without an
 * id gets its number for one) into the store, to be kept for DAYS, and waits
 * until all are there.  Prints how many, how long it took, and the CPU time.
 *
 * --purge: keep what is there for DAYS from now on; waits until all that is
 * older has gone, and prints how long the store's slowest answer took
 * meanwhile, asked every millisecond.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/row.h"

enum { BEHIND = 2000, ANSWER_MS = 20000 };

static const int64_t day_ms = 86400 * 1000;

static uint64_t
cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
	    1000 + (uint64_t)(usage.ru_utime.tv_usec +
	    usage.ru_stime.tv_usec) / 1000;
}

static void
wait_for(struct store *store, uint64_t behind)
{
	struct store_counts counts;

	for (;;) {
		store_counts(store, &counts);
		if (counts.waiting <= behind)
			return;
		usleep(1000);
	}
}

static bool
keep_line(struct store *store, struct str line, uint64_t number,
    int64_t keep_ms, struct arena *arena)
{
	const struct event_want want = { .facts = event_row_facts() };
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	struct history_row row;

	if (event_read(line, &want, arena, record) != EVENT_READ_OK)
		return false;
	event_row(record, arena, &row);
	if (row.id.len == 0)
		row.id = arena_printf(arena, "%016" PRIx64, number);
	return history_put(store, &row, keep_ms);
}

static int
keep(struct store *store, int64_t keep_ms)
{
	struct arena *arena = arena_new();
	uint64_t began = clock_ms(), count = 0, lines = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			len--;
		count += keep_line(store, str_make(line, (size_t)len),
		    ++lines, keep_ms, arena);
		arena_reset(arena);
		if (lines % 1000 == 0)
			wait_for(store, BEHIND);
	}
	wait_for(store, 0);
	printf("%" PRIu64 " events in %" PRIu64 " ms, CPU %" PRIu64 " ms\n",
	    count, clock_ms() - began, cpu_ms());
	free(line);
	arena_free(arena);
	return 0;
}

/* ---- purging ---- */

static void
answered(void *ctx, const struct store_answer *answer)
{
	(void)answer;
	*(bool *)ctx = true;
}

static uint64_t
ask_us(struct store *store, struct strand *strand)
{
	const struct store_op op = { .kind = STORE_COUNT, .key = STR("bench"),
	    .now_ms = clock_unix_us() / 1000, .period_ms = day_ms,
	    .amount = 1 };
	uint64_t began = clock_us();
	bool done = false;

	store_ask(store, strand, &op, clock_ms() + ANSWER_MS, answered, &done);
	strand_wait(strand, &done, clock_ms() + ANSWER_MS);
	return clock_us() - began;
}

static bool
has_older(struct history *history, int64_t before_us)
{
	struct history_row row;
	char why[200];

	history_ask(history, &(struct history_query){
	    .until_us = before_us });
	return history_next(history, &row, why, sizeof(why)) == 1;
}

static int
purge(struct store *store, struct str where, int64_t keep_ms)
{
	const struct history_row mark = { .time_us = clock_unix_us(),
	    .id = STR("purge"), .kind = STR("message"),
	    .verdict = STR("accept") };
	struct strand *strand = strand_new();
	char why[200];
	struct history *history = history_open(where, why, sizeof(why));
	uint64_t began = clock_ms(), longest = 0, asked = 0, over = 0;

	if (history == NULL) {
		fprintf(stderr, "keep: %s\n", why);
		return 2;
	}
	strand_enter(strand);
	history_put(store, &mark, keep_ms);
	while (has_older(history, mark.time_us - keep_ms * 1000)) {
		for (int i = 0; i < 100; i++) {
			uint64_t us = ask_us(store, strand);

			longest = us > longest ? us : longest;
			over += us > 20000;
			asked++;
			usleep(1000);
		}
	}
	strand_leave(strand);
	strand_unref(strand);
	history_close(history);
	printf("purged in %" PRIu64 " ms; of %" PRIu64 " answers the slowest "
	    "took %" PRIu64 " us, %" PRIu64 " more than 20 ms\n",
	    clock_ms() - began, asked, longest, over);
	return 0;
}

int
main(int argc, char **argv)
{
	bool purges = argc == 4 && strcmp(argv[1], "--purge") == 0;
	char why[300];
	struct store *store;
	int64_t keep_ms;
	int status;

	if (argc != 3 && !purges) {
		fprintf(stderr, "usage: keep [--purge] STORE DAYS\n");
		return 2;
	}
	store = store_open(str_from(argv[argc - 2]), why, sizeof(why));
	if (store == NULL) {
		fprintf(stderr, "keep: %s\n", why);
		return 2;
	}
	keep_ms = strtoll(argv[argc - 1], NULL, 10) * day_ms;
	status = purges ? purge(store, str_from(argv[argc - 2]), keep_ms) :
	    keep(store, keep_ms);
	store_close(store, 10000);
	return status;
}
