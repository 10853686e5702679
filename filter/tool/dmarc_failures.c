/*
 * assay dmarc send --failures: reports of the failures that the daemons have
 * noted (RFC 9991).
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"
#include "outmail/message.h"
#include "reporting/failure_report.h"
#include "tool/dmarc.h"
#include "tool/reporter.h"

enum { LEASE_MS = 10 * 60 * 1000, MAX = 1000, FAILED_IN_A_ROW = 3, LATER = 1 };

static const char command[] = "dmarc";
static const int64_t day_ms = 24 * 3600 * 1000;

struct sending {
	struct tool_common	 common;
	struct reporter		 reporter;
	struct arena		*arena;		/* of one item */
	int64_t			 now;		/* Unix time */
	bool			 dry_run;
	bool			 trouble;	/* with the store */
	unsigned		 taken, sent, put_off, in_a_row;
};

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "failures", no_argument, NULL, 'F' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 }
};

/* What becomes of an item. */
enum outcome { OUTCOME_DONE, OUTCOME_LATER, OUTCOME_STOP };

static void
say(const struct failure_item *item, struct str to, const char *what,
    struct str why)
{
	tool_print_text(item->domain);
	if (to.len > 0) {
		fputs(" -> ", stdout);
		tool_print_text(to);
	}
	printf(": %s", what);
	if (why.len > 0) {
		fputs(": ", stdout);
		tool_print_text(why);
	}
	putchar('\n');
}

/* ---- limits ---- */

static struct store_op
count_sent(struct sending *sending, struct str domain, double more)
{
	return (struct store_op){ .kind = STORE_COUNT,
	    .key = arena_printf(sending->arena, "dmarc-failures sent %.*s",
	    STR_ARG(domain)), .now_ms = sending->now * 1000,
	    .period_ms = day_ms, .amount = more };
}

static bool
is_over(struct sending *sending, struct str domain, uint64_t limit,
    bool *over_out)
{
	struct store_op op = count_sent(sending, domain, 0);
	struct store_answer answer;

	if (!remember_ask(&sending->reporter.store, &op, &answer))
		return false;
	*over_out = answer.count > (double)limit - 0.5;
	return true;
}

/* No domain: what all of them together are counted under. */
static const struct str all = STR_INIT("*");

static bool
find_over(struct sending *sending, const struct failure_item *item,
    bool *over_out)
{
	const struct settings *settings = sending->reporter.dns.settings;

	if (!is_over(sending, all, settings->failure_limit, over_out))
		return false;
	return *over_out || is_over(sending, item->domain,
	    settings->failure_limit_domain, over_out);
}

static void
tell_sent(struct sending *sending, const struct failure_item *item,
    struct str name, double alike)
{
	struct store *store = sending->reporter.store.store;
	struct store_op op = count_sent(sending, all, 1);

	store_tell(store, &op);
	op = count_sent(sending, item->domain, 1);
	store_tell(store, &op);
	op = failure_item_alike(sending->arena, name, sending->now * 1000,
	    -alike);
	store_tell(store, &op);
}

/* ---- one item ---- */

static struct str
write_report(struct sending *sending, const struct failure_item *item,
    struct str to, double alike)
{
	const struct outmail_sender *sender = &sending->reporter.sender;
	struct failure_report report = {
		.item = item, .sender = sender, .to = to,
		.now = sending->now, .incidents = (uint64_t)(alike + 0.5),
		.message_id = outmail_id(sending->arena, sending->now,
		    str_skip(sender->from, str_rchr(sender->from, '@') + 1)),
	};

	return failure_report_write(sending->arena, &report);
}

static enum outcome
send_to(struct sending *sending, const struct failure_item *item,
    struct str to, double alike, bool *sent)
{
	struct str message = write_report(sending, item, to, alike);
	struct handover_result result;

	if (sending->dry_run) {
		say(item, to, "would be sent", STR_NONE);
		printf("%.*s\n", STR_ARG(message));
		return OUTCOME_DONE;
	}
	reporter_send(&sending->reporter, sending->arena, to, message, NULL,
	    &result);
	switch (result.word) {
	case HANDOVER_TAKEN:
		sending->in_a_row = 0;
		*sent = true;
		say(item, to, "sent", result.queue_id);
		return OUTCOME_DONE;
	case HANDOVER_REFUSED:
		sending->in_a_row = 0;
		say(item, to, "refused", result.why);
		return OUTCOME_DONE;
	case HANDOVER_LATER:
		break;
	}
	/* Twice would be worse than not at all. */
	*sent |= result.unsure;
	say(item, to, result.unsure ? "perhaps sent" : "later", result.why);
	return ++sending->in_a_row == FAILED_IN_A_ROW ? OUTCOME_STOP :
	    result.unsure ? OUTCOME_DONE : OUTCOME_LATER;
}

static enum outcome
visit(struct sending *sending, const struct failure_item *item,
    const struct destination *to, double alike, bool *sent)
{
	bool suppressed;

	switch (to->word) {
	case DESTINATION_BAD:
		say(item, to->uri, "not sent", to->why);
		return OUTCOME_DONE;
	case DESTINATION_LATER:
		say(item, to->uri, "later", to->why);
		return OUTCOME_LATER;
	case DESTINATION_GOOD:
		break;
	}
	if (!reporter_is_suppressed(&sending->reporter, sending->arena,
	    to->address, &suppressed))
		return OUTCOME_STOP;
	if (suppressed) {
		say(item, to->address, "not sent", STR("its mail came back"));
		return OUTCOME_DONE;
	}
	return send_to(sending, item, to->address, alike, sent);
}

/* One that took it is enough: the others would get it twice. */
static enum outcome
visit_all(struct sending *sending, const struct failure_item *item,
    struct str name, const struct dmarc_record *record)
{
	const struct destination_query query = { DESTINATION_RUF,
	    item->policy_domain, record->ruf.at, record->ruf.count };
	struct store_op look = failure_item_alike(sending->arena, name,
	    sending->now * 1000, 0);
	enum outcome outcome = OUTCOME_DONE, one;
	const struct destination *list;
	struct store_answer alike;
	bool sent = false;
	size_t count;

	if (!remember_ask(&sending->reporter.store, &look, &alike) ||
	    !reporter_destinations(&sending->reporter, sending->arena, &query,
	    &list, &count))
		return OUTCOME_STOP;
	for (size_t i = 0; i < count; i++) {
		one = visit(sending, item, &list[i], alike.count, &sent);
		if (one > outcome)
			outcome = one;
		if (one == OUTCOME_STOP)
			break;
	}
	if (!sent)
		return outcome;
	sending->sent++;
	tell_sent(sending, item, name, alike.count);
	return outcome == OUTCOME_STOP ? OUTCOME_STOP : OUTCOME_DONE;
}

static enum outcome
take_item(struct sending *sending, struct str name, struct str content,
    unsigned tries)
{
	struct dmarc_record record;
	struct failure_item item;
	struct str reason;
	bool over;

	if (!failure_item_decode(sending->arena, content, &item) ||
	    !dmarc_record_parse(sending->arena, item.record, &record,
	    &reason) || record.psd == DMARC_YES)
		return OUTCOME_DONE;
	if (tries > LIMIT_FAILURE_TRIES) {
		say(&item, STR_NONE, "given up", STR_NONE);
		return OUTCOME_DONE;
	}
	if (!find_over(sending, &item, &over))
		return OUTCOME_STOP;
	if (over) {
		say(&item, STR_NONE, "not sent", STR("the limit of a day is "
		    "reached"));
		return OUTCOME_DONE;
	}
	return visit_all(sending, &item, name, &record);
}

/* ---- the queue ---- */

/* False: there is none, or none can be had. */
static bool
next_item(struct sending *sending, struct str *name, struct store_answer *item)
{
	struct store_op op = { .kind = STORE_TAKE, .key = STR(FAILURE_QUEUE),
	    .now_ms = clock_unix() * 1000, .period_ms = LEASE_MS };

	arena_reset(sending->arena);
	sending->trouble = !remember_take(&sending->reporter.store, &op,
	    sending->arena, item);
	if (sending->trouble || !item->taken)
		return false;
	*name = item->name;
	return true;
}

static void
end_item(struct sending *sending, struct str name, enum outcome outcome)
{
	struct store_op op = { .kind = STORE_DONE, .key = STR(FAILURE_QUEUE),
	    .now_ms = clock_unix() * 1000, .member = name };

	if (sending->dry_run)
		return;
	if (outcome == OUTCOME_DONE)
		store_tell(sending->reporter.store.store, &op);
	else
		sending->put_off++;
}

static int
run(struct sending *sending)
{
	enum outcome outcome = OUTCOME_DONE;
	struct store_answer item;
	struct str name;
	bool written;

	if (!reporter_open(&sending->common, command, &sending->reporter))
		return TOOL_BAD_USE;
	sending->now = clock_unix();
	sending->arena = arena_new();
	while (outcome != OUTCOME_STOP && sending->taken < MAX &&
	    next_item(sending, &name, &item)) {
		sending->taken++;
		outcome = take_item(sending, name, item.content, item.tries);
		end_item(sending, name, outcome);
	}
	arena_free(sending->arena);
	written = reporter_close(&sending->reporter);
	return sending->put_off > 0 || sending->trouble || !written ||
	    outcome == OUTCOME_STOP ? LATER : TOOL_DONE;
}

int
tool_dmarc_failures(int argc, char **argv)
{
	struct sending sending = { .now = 0 };
	int letter;

	while ((letter = tool_option("dmarc", argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1) {
		if (letter == 'n')
			sending.dry_run = true;
		else if (letter == 'J')
			return tool_usage("dmarc", "--failures prints no JSON");
		else if (letter != 'F' &&
		    !tool_common_option(&sending.common, letter, optarg))
			return TOOL_BAD_USE;
	}
	if (optind < argc)
		return tool_usage("dmarc", "\"%s\" is too much", argv[optind]);
	return run(&sending);
}
