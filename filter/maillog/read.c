#include "maillog/read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "event/source.h"
#include "maillog/order.h"

enum { PIECE = 256 * 1024 };

struct run {
	const struct maillog_options	*options;
	struct maillog_count		*count;
	struct maillog_join		*join;
	struct arena			*arena;		/* for what is kept */
	struct arena			*scratch;	/* of a line */
	struct stamp			 stamp;
	char				*text;		/* PIECE of it */
	size_t				 len;
	bool				 dropping;	/* in a long line */
	uint64_t			 octets, total;
};

enum maillog_kind
maillog_read_entry(const struct maillog_line *line,
    struct maillog_entry *entry_out)
{
	*entry_out = (struct maillog_entry){ .kind = MAILLOG_NOTHING };
	switch (line->mta) {
	case MAILLOG_POSTFIX:
		maillog_postfix(line, entry_out);
		break;
	case MAILLOG_SENDMAIL:
		maillog_sendmail(line, entry_out);
		break;
	case MAILLOG_OTHER:
		break;
	}
	return entry_out->kind;
}

/* ---- a line ---- */

static void
show(struct run *run, struct str text)
{
	if (run->options->unknown != NULL)
		run->options->unknown(run->options->ctx, text);
	if (run->count->shown.count < run->options->show &&
	    run->count->shown.count < LIMIT_MAILLOG_SHOWN)
		VEC_PUSH(run->arena, &run->count->shown,
		    arena_copy(run->arena, text));
}

static void
note_time(struct maillog_count *count, int64_t time_us)
{
	if (count->first_us == 0 || time_us < count->first_us)
		count->first_us = time_us;
	if (count->last_us == 0 || time_us > count->last_us)
		count->last_us = time_us;
}

static void
take_entry(struct run *run, const struct maillog_line *line, struct str text)
{
	struct maillog_count *count = run->count;
	struct maillog_entry entry;

	switch (maillog_read_entry(line, &entry)) {
	case MAILLOG_UNKNOWN:
		count->unknown++;
		show(run, text);
		return;
	case MAILLOG_NOTHING:
		count->silent++;
		return;
	case MAILLOG_REFUSAL:
		count->refusals++;
		count->milter_refusals += entry.by_milter;
		break;
	case MAILLOG_BEGIN: case MAILLOG_NAMED: case MAILLOG_QUEUED:
	case MAILLOG_TRIED: case MAILLOG_EXPIRED: case MAILLOG_HELD:
	case MAILLOG_RELEASED: case MAILLOG_REFUSED:
	case MAILLOG_DISCARDED: case MAILLOG_NOTICE: case MAILLOG_REMOVED:
	case MAILLOG_DELETED: case MAILLOG_REQUEUED:
		break;
	}
	count->used++;
	maillog_join_take(run->join, line, &entry);
}

/* What journalctl puts between boots and at its beginning. */
static bool
is_remark(struct str text)
{
	return text.len == 0 || str_eq(str_slice(text, 0, 3), STR("-- "));
}

static void
take_line(struct run *run, struct str text)
{
	struct maillog_line line;

	if (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	if (is_remark(text))
		return;
	run->count->lines++;
	if (!maillog_line_read(&run->stamp, text, run->scratch, &line)) {
		run->count->broken++;
		show(run, text);
	} else if (line.mta == MAILLOG_OTHER) {
		run->count->other++;
	} else {
		note_time(run->count, line.time_us);
		take_entry(run, &line, text);
	}
	if (arena_used(run->scratch) > 0)
		arena_reset(run->scratch);
}

/* ---- a file ---- */

static void
leave_out(struct run *run)
{
	run->count->lines++;
	run->count->broken++;
	if (run->options->unknown != NULL)
		run->options->unknown(run->options->ctx, STR_NONE);
}

/* All whole lines; what is left is moved to the front. */
static void
take_lines(struct run *run)
{
	const char *at = run->text, *end = run->text + run->len, *newline;

	while (at < end && (newline = memchr(at, '\n',
	    (size_t)(end - at))) != NULL) {
		size_t len = (size_t)(newline - at);

		if (!run->dropping && len > LIMIT_MAILLOG_LINE_OCTETS)
			leave_out(run);
		else if (!run->dropping)
			take_line(run, str_make(at, len));
		run->dropping = false;
		at = newline + 1;
	}
	run->len = (size_t)(end - at);
	if (run->len > LIMIT_MAILLOG_LINE_OCTETS || run->dropping) {
		if (!run->dropping)
			leave_out(run);
		run->dropping = true;
		run->len = 0;
	}
	memmove(run->text, at, run->len);
}

static void
note_unread(struct run *run, const char *path, const char *why)
{
	struct maillog_count *count = run->count;

	if (count->unread++ > 0)
		return;
	count->unread_file = path;
	snprintf(count->unread_why, sizeof(count->unread_why), "%s", why);
}

static void
read_source(struct run *run, struct event_source *source)
{
	const struct maillog_options *options = run->options;
	ssize_t got;

	run->len = 0;
	run->dropping = false;
	while ((got = event_source_read(source, run->text + run->len,
	    PIECE - run->len)) > 0) {
		run->len += (size_t)got;
		take_lines(run);
		if (options->progress != NULL)
			options->progress(options->ctx, run->octets +
			    event_source_offset(source), run->total);
	}
	/* The last line may lack its end. */
	if (run->len > 0)
		take_line(run, str_make(run->text, run->len));
	run->octets += event_source_offset(source);
}

static void
read_path(struct run *run, const char *path)
{
	struct event_source *source = event_source_open(path);
	const char *trouble;

	if (source == NULL) {
		note_unread(run, path, strerrordesc_np(errno));
		return;
	}
	stamp_begin(&run->stamp, order_written_us(path, run->options->now_us),
	    run->options->year);
	read_source(run, source);
	trouble = event_source_trouble(source);
	if (trouble != NULL)
		note_unread(run, path, trouble);
	event_source_close(source);
}

void
maillog_read(const struct maillog_options *options, struct arena *arena,
    struct maillog_count *count_out)
{
	struct run run = { .options = options, .count = count_out,
	    .arena = arena, .scratch = arena_new(),
	    .join = maillog_join_new(options->message, options->ctx) };
	const char *const *paths = order_logs(arena, options->paths,
	    options->now_us, options->year);

	*count_out = (struct maillog_count){ .lines = 0 };
	run.text = arena_alloc(arena, PIECE);
	for (const char *const *path = paths; *path != NULL; path++)
		run.total += event_source_size(*path);
	for (const char *const *path = paths; *path != NULL; path++)
		read_path(&run, *path);
	maillog_join_end(run.join);
	count_out->cut = maillog_join_cut(run.join);
	maillog_join_free(run.join);
	arena_free(run.scratch);
}
