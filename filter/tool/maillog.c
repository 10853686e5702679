#include "tool/maillog.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "maillog/read.h"
#include "maillog/trace.h"

enum { STATUS_NOT_FOUND = 1 };

const char *const *
tool_mail_logs(const char *command, struct arena *arena, char **names,
    int count)
{
	const char **paths = arena_alloc(arena, ((size_t)count + 1) *
	    sizeof(*paths));

	for (int i = 0; i < count; i++) {
		if (strcmp(names[i], "-") != 0 &&
		    access(names[i], R_OK) != 0) {
			tool_error(command, "%s: %s", names[i],
			    strerror(errno));
			return NULL;
		}
		paths[i] = names[i];
	}
	return paths;
}

struct search {
	struct str	queue_id;
	bool		json;
	uint64_t	found;
};

static void
take_message(void *ctx, const struct maillog_message *message)
{
	struct search *search = ctx;

	if (!trace_is_of(message, search->queue_id))
		return;
	search->found++;
	if (search->json)
		trace_print_json(stdout, message);
	else
		trace_print_text(stdout, message);
}

int
tool_trace(const char *command, const struct summary_options *options,
    struct str queue_id, bool json)
{
	struct search search = { .queue_id = queue_id, .json = json };
	const struct maillog_options logs = { .paths = options->mail_logs,
	    .now_us = options->now_us, .year = options->mail_log_year,
	    .message = take_message, .ctx = &search };
	struct arena *arena = arena_new();
	struct maillog_count count;
	int status = TOOL_DONE;

	maillog_read(&logs, arena, &count);
	if (count.unread > 0)
		status = tool_error(command, "%s: %s", count.unread_file,
		    count.unread_why);
	else if (search.found == 0) {
		tool_error(command, "the logs know no message %.*s",
		    STR_ARG(queue_id));
		status = STATUS_NOT_FOUND;
	}
	arena_free(arena);
	return status;
}
