/*
 * assay dmarc send --failures: reports of the failures that the daemons have
 * noted (RFC 9991).
 */
#include "tool/dmarc_failures.h"

#include "base/clock.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"
#include "tool/dmarc.h"

enum { LEASE_MS = 10 * 60 * 1000, MAX = 1000, LATER = 1 };

static const char command[] = "dmarc";
static const int64_t day_ms = 24 * 3600 * 1000;

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "failures", no_argument, NULL, 'F' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "now", required_argument, NULL, 'W' },
	{ NULL, 0, NULL, 0 }
};

/* ---- limits ---- */

static struct store_op
count_sent(struct failure_sending *sending, struct str domain, double more)
{
	return (struct store_op){ .kind = STORE_COUNT,
	    .key = arena_printf(sending->arena, "dmarc-failures sent %.*s",
	    STR_ARG(domain)), .now_ms = sending->now * 1000,
	    .period_ms = day_ms, .amount = more };
}

/* Counted before it is sent: of two senders at once none goes over. */
static bool
reserve(struct failure_sending *sending, struct str domain, uint64_t limit,
    bool *over_out)
{
	double more = sending->dry_run ? 0 : 1;
	struct store_op op = count_sent(sending, domain, more);
	struct store_answer answer;
	bool known = remember_ask(&sending->reporter.store, &op, &answer);

	*over_out = known && answer.count + 1 - more > (double)limit + 0.5;
	/* What is not known now is written all the same, sooner or later. */
	if (!known || *over_out) {
		op = count_sent(sending, domain, -more);
		store_tell(sending->reporter.store.store, &op);
	}
	return known;
}

/* No domain: what all of them together are counted under. */
static const struct str all = STR_INIT("*");

static void
release(struct failure_sending *sending, struct str domain)
{
	struct store_op op = count_sent(sending, domain,
	    sending->dry_run ? 0 : -1);

	store_tell(sending->reporter.store.store, &op);
}

/* By whose policy it is, who gets the reports: names below it are free. */
static bool
reserve_both(struct failure_sending *sending, const struct failure_item *item,
    bool *over_out)
{
	const struct settings *settings = sending->reporter.dns.settings;

	if (!reserve(sending, all, settings->failure_limit, over_out))
		return false;
	if (*over_out)
		return true;
	if (reserve(sending, item->policy_domain,
	    settings->failure_limit_domain, over_out) && !*over_out)
		return true;
	release(sending, all);
	return *over_out;
}

/* How an item stands with the limits. */
struct count {
	struct str	name;		/* the ledger's */
	bool		before;		/* a try before this one has counted
					 * it: some of its reports are out */
	bool		over;		/* the limit is reached */
};

static void
uncount(struct failure_sending *sending, const struct count *count)
{
	if (!sending->dry_run)
		ledger_put_back(&sending->ledger, count->name);
}

/* Once, however often it is tried, or the limit would keep a report from the
 * second address that the first one has.  False: the store. */
static bool
count_item(struct failure_sending *sending, const struct failure_item *item,
    struct str name, struct count *count)
{
	const struct ledger *ledger = &sending->ledger;
	enum ledger_word word;
	bool known;

	*count = (struct count){ .name = ledger_name(sending->arena,
	    "failure-counted", item->arrival, name, arena_printf(
	    sending->arena, "%.*s %.*s", STR_ARG(item->host),
	    STR_ARG(item->queue_id))) };
	word = sending->dry_run ? ledger_look(ledger, count->name) :
	    ledger_take(ledger, count->name);
	count->before = word == LEDGER_ENDED;
	if (word != LEDGER_OPEN)
		return count->before;
	known = reserve_both(sending, item, &count->over);
	if (!known || count->over)
		uncount(sending, count);
	return known;
}

static void
forget_alike(struct failure_sending *sending, struct str name, double alike)
{
	struct store_op op = failure_item_alike(sending->arena, name,
	    sending->now * 1000, -alike);

	store_tell(sending->reporter.store.store, &op);
}

/* ---- one item ---- */

static enum outcome
visit(struct failure_sending *sending, const struct failure_item *item,
    struct str name, const struct destination *to, double alike, bool *sent)
{
	bool suppressed;

	switch (to->word) {
	case DESTINATION_BAD:
		dmarc_failure_say(item, to->uri, "not sent", to->why);
		return OUTCOME_DONE;
	case DESTINATION_LATER:
		dmarc_failure_say(item, to->uri, "later", to->why);
		return OUTCOME_LATER;
	case DESTINATION_GOOD:
		break;
	}
	if (!reporter_is_suppressed(&sending->reporter, sending->arena,
	    to->address, ledger_now(&sending->ledger), &suppressed))
		return OUTCOME_STOP;
	if (suppressed) {
		dmarc_failure_say(item, to->address, "not sent",
		    STR("its mail came back"));
		return OUTCOME_DONE;
	}
	return dmarc_failure_send(sending, item, name, to->address, alike,
	    sent);
}

/* Each of them (RFC 9991 section 2); who took it is asked no more. */
static enum outcome
visit_all(struct failure_sending *sending, const struct failure_item *item,
    struct str name, const struct dmarc_record *record,
    const struct count *counted)
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
	    &list, &count)) {
		count = 0;
		outcome = OUTCOME_STOP;
	}
	for (size_t i = 0; i < count; i++) {
		one = visit(sending, item, name, &list[i], alike.count, &sent);
		if (one > outcome)
			outcome = one;
		if (one == OUTCOME_STOP)
			break;
	}
	if (!sent && !counted->before) {
		release(sending, all);
		release(sending, item->policy_domain);
		uncount(sending, counted);
	} else if (outcome == OUTCOME_DONE && !sending->dry_run) {
		forget_alike(sending, name, alike.count);
	}
	return outcome;
}

static void
keep(struct failure_sending *sending, const struct failure_item *item,
    struct str name, struct str content)
{
	struct arena *arena = sending->kept_arena;

	VEC_PUSH(arena, &sending->kept, (struct kept){ arena_copy(arena, name),
	    arena_copy(arena, content), item->arrival });
}

static enum outcome
take_item(struct failure_sending *sending, struct str name, struct str content,
    unsigned tries)
{
	struct dmarc_record record;
	struct failure_item item;
	struct count count;
	struct str reason;

	if (!failure_item_decode(sending->arena, content, &item) ||
	    !dmarc_record_parse(sending->arena, item.record, &record,
	    &reason) || record.psd == DMARC_YES)
		return OUTCOME_DONE;
	if (sending->dry_run)
		keep(sending, &item, name, content);
	if (tries > LIMIT_FAILURE_TRIES) {
		dmarc_failure_say(&item, STR_NONE, "given up", STR_NONE);
		return OUTCOME_DONE;
	}
	if (!count_item(sending, &item, name, &count))
		return OUTCOME_STOP;
	if (count.over) {
		dmarc_failure_say(&item, STR_NONE, "not sent",
		    STR("the limit of a day is reached"));
		return OUTCOME_DONE;
	}
	return visit_all(sending, &item, name, &record, &count);
}

/* ---- the queue ---- */

/* False: there is none, or none can be had. */
static bool
next_item(struct failure_sending *sending, struct str *name,
    struct store_answer *item)
{
	struct store_op op = { .kind = STORE_TAKE, .key = STR(FAILURE_QUEUE),
	    .now_ms = ledger_now(&sending->ledger), .period_ms = LEASE_MS };

	arena_reset(sending->arena);
	sending->trouble = !remember_take(&sending->reporter.store, &op,
	    sending->arena, item);
	if (sending->trouble || !item->taken)
		return false;
	*name = item->name;
	return true;
}

static void
end_item(struct failure_sending *sending, struct str name, enum outcome outcome)
{
	struct store_op op = { .kind = STORE_DONE, .key = STR(FAILURE_QUEUE),
	    .now_ms = ledger_now(&sending->ledger), .member = name };

	if (sending->dry_run)
		return;
	if (outcome == OUTCOME_DONE)
		store_tell(sending->reporter.store.store, &op);
	else
		sending->put_off++;
}

/* As if they had never been taken: a lease would hide them for a while. */
static void
give_back(struct failure_sending *sending)
{
	int64_t now_ms = sending->now * 1000;

	for (size_t i = 0; i < sending->kept.count; i++) {
		const struct kept *one = &sending->kept.at[i];
		struct store_op op = { .kind = STORE_DONE,
		    .key = STR(FAILURE_QUEUE), .now_ms = now_ms,
		    .member = one->name, .content = one->content,
		    .lifetime_ms = one->arrival * 1000 + day_ms - now_ms };

		store_tell(sending->reporter.store.store, &op);
		op.kind = STORE_PUT;
		if (op.lifetime_ms > 0)
			store_tell(sending->reporter.store.store, &op);
	}
}

static bool
ask_store(void *ctx, const struct store_op *op, struct store_answer *answer)
{
	return remember_ask(ctx, op, answer);
}

static int
run(struct failure_sending *sending)
{
	enum outcome outcome = OUTCOME_DONE;
	struct store_answer item;
	struct str name;
	bool written;

	if (!reporter_open(&sending->common, command, &sending->reporter))
		return TOOL_BAD_USE;
	sending->ledger = (struct ledger){ ask_store,
	    &sending->reporter.store, sending->now * 1000, clock_ms() };
	sending->arena = arena_new();
	sending->kept_arena = arena_new();
	while (outcome != OUTCOME_STOP && sending->taken < MAX &&
	    next_item(sending, &name, &item)) {
		sending->taken++;
		outcome = take_item(sending, name, item.content, item.tries);
		end_item(sending, name, outcome);
	}
	give_back(sending);
	arena_free(sending->kept_arena);
	arena_free(sending->arena);
	written = reporter_close(&sending->reporter);
	return sending->put_off > 0 || sending->trouble || !written ||
	    outcome == OUTCOME_STOP ? LATER : TOOL_DONE;
}

int
tool_dmarc_failures(int argc, char **argv)
{
	struct failure_sending sending = { .now = clock_unix() };
	int letter;

	while ((letter = tool_option("dmarc", argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1) {
		if (letter == 'n')
			sending.dry_run = true;
		else if (letter == 'W' && !tool_dmarc_now(str_from(optarg),
		    &sending.now))
			return tool_usage("dmarc", "\"%s\" is nothing for "
			    "--now", optarg);
		else if (letter == 'J')
			return tool_usage("dmarc", "--failures prints no JSON");
		else if (letter != 'F' && letter != 'W' &&
		    !tool_common_option(&sending.common, letter, optarg))
			return TOOL_BAD_USE;
	}
	if (optind < argc)
		return tool_usage("dmarc", "\"%s\" is too much", argv[optind]);
	return run(&sending);
}
