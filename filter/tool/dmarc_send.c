/*
 * assay dmarc send: the aggregate reports that domain owners ask us for.
 */
#include "tool/dmarc_send.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "base/value.h"
#include "event/when.h"
#include "tool/dmarc.h"
#include "tool/events.h"
#include "wire/report.h"

enum { DAY = 24 * 3600, PACE_MS = 200, PACE_MAX_MS = 600 * 1000 };

static const char command[] = "dmarc";

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "dry-run", no_argument, NULL, 'n' },
	{ "again", no_argument, NULL, 'a' },
	{ "date", required_argument, NULL, 'd' },
	{ "output", required_argument, NULL, 'o' },
	{ "domain", required_argument, NULL, 'm' },
	{ "pace", required_argument, NULL, 'p' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "now", required_argument, NULL, 'W' },
	{ NULL, 0, NULL, 0 }
};

/* ---- options ---- */

static bool
take_date(struct dmarc_send *send, struct str text)
{
	int64_t time_us;

	if (text.len != sizeof("2026-11-22") - 1 ||
	    !when_read(text, &time_us) || time_us <= 0)
		return false;
	send->date = time_us / 1000000;
	return true;
}

static bool
take_domain(struct dmarc_send *send, struct str text)
{
	return send->domain_count < SEND_DOMAINS_MAX &&
	    domain_to_ascii(send->arena, text,
	    &send->domains[send->domain_count++]);
}

bool
tool_dmarc_now(struct str text, int64_t *now_out)
{
	uint64_t now;

	if (!str_to_uint(text, INT32_MAX * 2ull, &now) || now < DAY)
		return false;
	*now_out = (int64_t)now;
	return true;
}

/* False: the argument cannot be that. */
static bool
take_option(void *ctx, int letter, char *argument)
{
	struct dmarc_send *send = ctx;
	struct str text = str_from(argument);

	switch (letter) {
	case 'n':
		send->dry = true;
		return true;
	case 'a':
		send->again = true;
		return true;
	case 'd':
		return take_date(send, text);
	case 'o':
		send->directory = argument;
		return true;
	case 'm':
		return take_domain(send, text);
	case 'p':
		return value_time(text, &send->pace_ms) &&
		    send->pace_ms <= PACE_MAX_MS;
	case 'j':
		send->jobs = tool_jobs(argument);
		return send->jobs > 0;
	case 'W':
		return tool_dmarc_now(text, &send->now);
	default:
		return tool_common_option(&send->common, letter, argument);
	}
}

static int
take_options(struct dmarc_send *send, int argc, char **argv)
{
	if (!tool_take_options(command, argc, argv, options, take_option,
	    send))
		return TOOL_BAD_USE;
	if (send->date + DAY > send->now)
		return tool_usage(command, "that day is not over yet: it ends "
		    "at midnight UTC");
	return TOOL_DONE;
}

/* ---- the days ---- */

static struct str
day_name(struct dmarc_send *send, const char *what, int64_t day)
{
	return ledger_name(send->arena, what, day, STR_NONE, STR_NONE);
}

static bool
ask_store(void *ctx, const struct store_op *op, struct store_answer *answer)
{
	return remember_ask(ctx, op, answer);
}

static struct ledger
ledger_of(struct dmarc_send *send)
{
	return (struct ledger){ ask_store, &send->store, send->now * 1000,
	    send->since_ms };
}

/* One that was begun is not over before all of it is done. */
static int
send_day(struct dmarc_send *send, int64_t day)
{
	struct ledger ledger = ledger_of(send);
	struct str over = day_name(send, "dmarc-day", day);
	bool whole = send->domain_count == 0;
	int status;

	if (send->dry)
		return dmarc_send_day(send, day);
	if (whole && !send->again) {
		switch (ledger_look(&ledger, over)) {
		case LEDGER_ENDED:
			return SEND_DONE;
		case LEDGER_TROUBLE:
			return TOOL_BAD_USE;
		case LEDGER_OPEN:
		case LEDGER_BEGUN:
			break;
		}
		if (!ledger_end(&ledger, day_name(send, "dmarc-begun", day)))
			return TOOL_BAD_USE;
	}
	status = dmarc_send_day(send, day);
	if (status == SEND_DONE && whole && !ledger_end(&ledger, over))
		status = SEND_NOT_ALL;
	return status;
}

static int
worse(int a, int b)
{
	return a > b ? a : b;
}

/* Yesterday, and what is left of the days before it. */
static int
send_days(struct dmarc_send *send)
{
	struct ledger ledger = ledger_of(send);
	int64_t yesterday = send->now / DAY * DAY - DAY;
	int status = SEND_DONE;

	if (send->date != 0)
		return send_day(send, send->date);
	for (int i = LIMIT_REPORT_DAYS; i > 0 && !send->dry; i--) {
		int64_t day = yesterday - i * DAY;

		if (ledger_look(&ledger, day_name(send, "dmarc-begun", day))
		    == LEDGER_ENDED)
			status = worse(status, send_day(send, day));
	}
	return worse(status, send_day(send, yesterday));
}

/* ---- the settings ---- */

static bool
read_settings(struct dmarc_send *send)
{
	struct diag *diag = diag_new();
	bool ok = wire_outmail(send->dns.settings, send->arena, diag,
	    &send->sender) && wire_suppression(send->dns.settings,
	    send->arena, diag, &send->suppression);

	diag_print(diag, stderr);
	diag_free(diag);
	return ok;
}

/* What was sent must be known to the next run, and to other hosts'. */
static bool
open_store(struct dmarc_send *send)
{
	const char *where = send->dns.settings->store;

	if (send->dry || remember_open(send->dns.settings, command,
	    &send->store))
		return true;
	if (where[0] == '\0' || strcmp(where, "memory:") == 0)
		tool_error(command, "send needs store = sqlite:FILE or "
		    "redis://HOST (assay.conf(5)) to know what was sent; "
		    "--dry-run does not");
	return false;
}

static int
run(struct dmarc_send *send)
{
	int status = TOOL_BAD_USE;

	if (!tool_dns_open(&send->common, command, &send->dns))
		return TOOL_BAD_USE;
	if (read_settings(send) && open_store(send)) {
		status = send_days(send);
		if (!send->dry && !remember_close(&send->store))
			status = worse(status, SEND_NOT_ALL);
	}
	tool_dns_close(&send->dns);
	return status;
}

int
tool_dmarc_send(int argc, char **argv)
{
	struct dmarc_send send = { .arena = arena_new(),
	    .now = clock_unix(), .since_ms = clock_ms(),
	    .pace_ms = PACE_MS };
	int status = take_options(&send, argc, argv);

	if (status == TOOL_DONE) {
		status = TOOL_BAD_USE;
		send.paths = tool_event_logs(&send.common, command, true,
		    send.arena, argv + optind, argc - optind);
		if (send.paths != NULL)
			status = run(&send);
	}
	arena_free(send.arena);
	return status;
}
