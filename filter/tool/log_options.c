/* assay log: what is asked for. */
#include <unistd.h>

#include "base/clock.h"
#include "event/when.h"
#include "tool/log.h"

/* ASKS and more: questions of summary/ask.h. */
enum { LIMIT_MAX = 1000000, ASKS = 256 };

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ "from", required_argument, NULL, 'f' },
	{ "to", required_argument, NULL, 't' },
	{ "client", required_argument, NULL, 'i' },
	{ "verdict", required_argument, NULL, 'v' },
	{ "queue-id", required_argument, NULL, 'q' },
	{ "rule", required_argument, NULL, 'r' },
	{ "fired", required_argument, NULL, 'R' },
	{ "fact", required_argument, NULL, 'a' },
	{ "host", required_argument, NULL, 'h' },
	{ "kind", required_argument, NULL, 'k' },
	{ "since", required_argument, NULL, 's' },
	{ "until", required_argument, NULL, 'u' },
	{ "limit", required_argument, NULL, 'n' },
	{ "follow", no_argument, NULL, 'F' },
	{ "own", required_argument, NULL, 'o' },
	{ "is", required_argument, NULL, ASKS + ASK_IS },
	{ "weekday", required_argument, NULL, ASKS + ASK_WEEKDAY },
	{ "known", required_argument, NULL, ASKS + ASK_KNOWN },
	{ "signal", required_argument, NULL, ASKS + ASK_SIGNAL },
	{ "proof", required_argument, NULL, ASKS + ASK_PROOF },
	{ "rate", required_argument, NULL, ASKS + ASK_RATE },
	{ "bounce-tag", required_argument, NULL, ASKS + ASK_TAG },
	{ "took", required_argument, NULL, ASKS + ASK_TOOK },
	{ "waited", required_argument, NULL, ASKS + ASK_WAITED },
	{ "dns-zone", required_argument, NULL, ASKS + ASK_DNS_ZONE },
	{ "list", required_argument, NULL, ASKS + ASK_LIST },
	{ "list-error", required_argument, NULL, ASKS + ASK_LIST_ERROR },
	{ "shadow", required_argument, NULL, ASKS + ASK_SHADOW },
	{ "signed", required_argument, NULL, ASKS + ASK_SIGNED },
	{ "not-signed", required_argument, NULL, ASKS + ASK_NOT_SIGNED },
	{ "not-sealed", required_argument, NULL, ASKS + ASK_NOT_SEALED },
	{ "not-tagged", required_argument, NULL, ASKS + ASK_NOT_TAGGED },
	{ "trouble", required_argument, NULL, ASKS + ASK_TROUBLE },
	{ NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static bool
take_verdict(struct tool_log *log, struct str text)
{
	log->filter.verdict = text;
	for (int i = ACTION_ACCEPT; i < ACTION_COUNT; i++)
		if (str_eqz_nocase(text, action_name((enum action)i)))
			return true;
	return false;
}

static bool
take_test(struct tool_log *log, struct str text)
{
	return log->filter.test_count < LOG_TESTS_MAX && log_test_read(text,
	    &log->filter.tests[log->filter.test_count++]);
}

static bool
take_kind(struct tool_log *log, struct str text)
{
	enum stage stage;

	log->filter.kind = text;
	return stage_find(text, &stage);
}

static bool
take_limit(struct tool_log *log, struct str text)
{
	uint64_t number;

	if (!str_to_uint(text, LIMIT_MAX, &number))
		return false;
	log->limit = (size_t)number;
	return true;
}

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct tool_log *log = ctx;
	struct str text = str_from(argument == NULL ? "" : argument);

	if (letter >= ASKS)
		return asks_add(&log->asks, (enum ask_kind)(letter - ASKS),
		    text);
	switch (letter) {
	case 'f':
		log->filter.from[0] = text;
		return text.len > 0;
	case 't':
		log->filter.to[0] = text;
		return text.len > 0;
	case 'i':
		log->filter.has_client = true;
		return ipnet_parse(text, &log->filter.client);
	case 'v':
		return take_verdict(log, text);
	case 'q':
		log->filter.queue_id = text;
		return text.len > 0;
	case 'r':
		log->filter.rule = text;
		return text.len > 0;
	case 'R':
		log->filter.fired = text;
		return text.len > 0;
	case 'a':
		return take_test(log, text);
	case 'h':
		log->filter.host = text;
		return text.len > 0;
	case 'k':
		return take_kind(log, text);
	case 's':
		return when_read_or_ago(text, clock_unix_us(),
		    &log->since_us);
	case 'u':
		return when_read_or_ago(text, clock_unix_us(),
		    &log->until_us);
	case 'n':
		return take_limit(log, text);
	case 'F':
		log->follow = true;
		return true;
	case 'o':
		return tool_own_add(&log->own, log->arena, text);
	default:
		return tool_common_option(&log->common, letter, argument);
	}
}

int
tool_log_options(struct tool_log *log, int argc, char **argv)
{
	if (!tool_take_options("log", argc, argv, table, take_option, log))
		return TOOL_BAD_USE;
	if (log->follow && log->until_us != 0)
		return tool_usage("log", "--follow has no --until");
	if (isatty(STDOUT_FILENO))
		log->shape = LOG_COLUMNS;
	return TOOL_DONE;
}
