/*
 * The reports of one day: collected, packed, and delivered in an order that
 * is drawn by lot, so that no domain's reports always come first.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "config.h"
#include "reporting/scratch.h"
#include "tool/dmarc_send.h"
#include "tool/events.h"
#include "tool/store.h"

enum { DAY = 24 * 3600 };

static const char command[] = "dmarc";

struct day {
	struct dmarc_send	*send;
	struct pack_head	 head;
	struct arena		*arena;
	struct rollup		*rollup;
	struct collected	 collected;
	struct plans		 plans;
	FILE			*packed;
};

/* Before anything is sent: the next run does all of it. */
static int
no_scratch(void)
{
	tool_error(command, "scratch file in %s: %s", scratch_directory(),
	    strerror(errno));
	tool_error(command, "nothing was sent, and the next run sends it: "
	    "make room there, or let TMPDIR name another directory");
	return SEND_NOT_ALL;
}

/* ---- what there is ---- */

static bool
gather(struct day *day)
{
	struct dmarc_send *send = day->send;
	struct collect_options options = { .logs = { .paths = send->paths,
	    .since_us = day->head.begin * 1000000,
	    .until_us = day->head.end * 1000000, .jobs = send->jobs },
	    .report_from = send->sender.from };
	struct tool_reading reading;
	bool ok;
	int error;

	tool_reading_begin(&reading, &send->common, &options.logs);
	ok = collect(&options, day->rollup, &day->collected);
	error = errno;
	tool_reading_end();
	errno = error;
	return ok && plan_make(day->rollup, day->arena, &day->plans);
}

static bool
is_asked_for(const struct dmarc_send *send, struct str domain)
{
	for (size_t i = 0; i < send->domain_count; i++)
		if (str_eq(send->domains[i], domain))
			return true;
	return send->domain_count == 0;
}

static bool
ask_store(void *ctx, const struct store_op *op, struct store_answer *answer)
{
	return remember_ask(ctx, op, answer);
}

static struct ledger
ledger_of(struct dmarc_send *send)
{
	return (struct ledger){ send->dry ? NULL : ask_store, &send->store,
	    send->now * 1000, send->since_ms };
}

/* Those that are not over already. */
static bool
choose(struct day *day)
{
	struct dmarc_send *send = day->send;
	struct ledger ledger = ledger_of(send);

	for (size_t i = 0; i < day->plans.list.count; i++) {
		struct plan *plan = &day->plans.list.at[i];

		plan->wanted = is_asked_for(send, plan->domain);
		if (!plan->wanted || send->dry || send->again)
			continue;
		switch (ledger_look(&ledger, deliver_name(day->arena,
		    &day->head, plan->domain))) {
		case LEDGER_ENDED:
			plan->wanted = false;
			break;
		case LEDGER_TROUBLE:
			return false;
		case LEDGER_OPEN:
		case LEDGER_BEGUN:
			break;
		}
	}
	return true;
}

/* ---- sending ---- */

static size_t
draw(size_t below)
{
	uint64_t lot = 0;

	if (getrandom(&lot, sizeof(lot), 0) != (ssize_t)sizeof(lot))
		return 0;
	return (size_t)(lot % below);
}

static void
shuffle(struct plan *at, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = draw(i);
		struct plan kept = at[i - 1];

		at[i - 1] = at[other];
		at[other] = kept;
	}
}

static void
told(void *ctx, const struct plan *plan, const struct deliver_outcome *outcome)
{
	const struct day *day = ctx;

	dmarc_send_print(day->send, &day->head, plan, outcome);
}

static int
deliver_all(struct day *day)
{
	struct dmarc_send *send = day->send;
	struct deliver deliver = { .head = &day->head,
	    .packed = day->packed, .dns = send->dns.dns,
	    .strand = send->dns.strand,
	    .dns_timeout_ms = send->dns.settings->dns_timeout,
	    .sender = &send->sender, .suppression = &send->suppression,
	    .ledger = ledger_of(send), .dry = send->dry,
	    .again = send->again, .pace_ms = (unsigned)send->pace_ms,
	    .told = told, .ctx = day };
	int status = SEND_DONE;

	shuffle(day->plans.list.at, day->plans.list.count);
	for (size_t i = 0; i < day->plans.list.count; i++)
		if (day->plans.list.at[i].wanted &&
		    !deliver_report(&deliver, &day->plans.list.at[i]))
			status = SEND_NOT_ALL;
	return status;
}

static bool
has_directory(const char *directory)
{
	struct stat status;

	if (directory == NULL || mkdir(directory, 0750) == 0)
		return true;
	if (errno == EEXIST && stat(directory, &status) == 0 &&
	    !S_ISDIR(status.st_mode))
		errno = ENOTDIR;
	return errno == EEXIST;
}

static int
run(struct day *day)
{
	struct dmarc_send *send = day->send;
	int status;

	if (!gather(day))
		return no_scratch();
	/* What is missing today can be there at the next run. */
	if (!send->dry && tool_store_failed(&day->collected.feed)) {
		tool_feed_faults(command, &day->collected.feed);
		tool_error(command, "nothing is sent before all of it can be "
		    "read");
		return SEND_NOT_ALL;
	}
	if (!choose(day))
		return TOOL_BAD_USE;
	switch (!has_directory(send->directory) ? PACK_DIRECTORY :
	    pack_all(day->rollup, &day->plans, &day->head, day->packed,
	    send->directory)) {
	case PACK_DONE:
		break;
	case PACK_SCRATCH:
		return no_scratch();
	case PACK_DIRECTORY:
		return tool_error(command, "%s: %s", send->directory,
		    strerror(errno));
	}
	status = deliver_all(day);
	dmarc_send_sum(&day->head, &day->collected, &day->plans);
	if (!tool_feed_faults(command, &day->collected.feed) ||
	    day->plans.over > 0)
		return SEND_NOT_ALL;
	return status;
}

int
dmarc_send_day(struct dmarc_send *send, int64_t begin)
{
	size_t at = str_rchr(send->sender.from, '@');
	struct day day = { .send = send, .head = {
	    .org_name = send->sender.org, .email = send->sender.from,
	    .contact = send->sender.contact,
	    .receiver = str_skip(send->sender.from, at + 1),
	    .generator = PACKAGE_STRING, .begin = begin,
	    .end = begin + DAY } };
	int status;

	day.packed = scratch_open();
	if (day.packed == NULL)
		return no_scratch();
	day.arena = arena_new();
	day.rollup = rollup_new(day.arena, LIMIT_ROLLUP_OCTETS, row_merge);
	status = run(&day);
	rollup_free(day.rollup);
	arena_free(day.arena);
	fclose(day.packed);
	return status;
}
