#include "reporting/deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "dmarc/uri.h"
#include "outmail/message.h"

enum { SLACK_MS = 5000 };

static const char what[] = "dmarc";
static const struct str no_store = STR_INIT("the store does not answer");

/* One report on its way. */
struct trip {
	struct deliver		*deliver;
	const struct plan	*plan;
	struct arena		*arena;
	struct dmarc_record	 record;
	struct parcel		 whole, parcel;	/* what is told of now */
	struct str		 unique_id, packed;	/* of the parcel */
	const struct destination *list;
	size_t			 count;
	bool			 listed;
	bool			 settled;	/* so far */
};

struct str
deliver_name(struct arena *arena, const struct pack_head *head,
    struct str domain)
{
	return ledger_name(arena, what, head->begin, domain, STR_NONE);
}

static void
tell(struct trip *trip, enum deliver_word word, struct str address,
    struct str why)
{
	const struct deliver_outcome outcome = { word, trip->parcel, address,
	    why, STR_NONE };

	trip->settled &= word != DELIVER_LATER;
	trip->deliver->told(trip->deliver->ctx, trip->plan, &outcome);
}

static void
pause_ms(unsigned ms)
{
	struct timespec rest = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
}

/* ---- to whom ---- */

static void
destinations_known(void *ctx, const struct destination *list, size_t count)
{
	struct trip *trip = ctx;

	trip->list = list;
	trip->count = count;
	trip->listed = true;
}

static bool
find_destinations(struct trip *trip)
{
	struct deliver *deliver = trip->deliver;
	const struct destination_query query = {
		.tag = DESTINATION_RUA,
		.policy_domain = trip->plan->domain,
		.uris = trip->record.rua.at,
		.uri_count = trip->record.rua.count };
	uint64_t deadline = clock_ms() + deliver->dns_timeout_ms;
	struct destinations *asked = destinations_start(trip->arena,
	    deliver->dns, deliver->strand, &query, deadline,
	    destinations_known, trip);

	if (strand_wait(deliver->strand, &trip->listed,
	    deadline + SLACK_MS))
		return true;
	destinations_cancel(asked);
	tell(trip, DELIVER_LATER, STR_NONE, STR("DNS does not answer"));
	return false;
}

/* Its mail came back lately; where the store does not know, it did not. */
static bool
came_back(struct trip *trip, const struct destination *to)
{
	const struct deliver *deliver = trip->deliver;
	struct store_answer answer;
	struct store_op op;

	if (deliver->suppression->delimiter == '\0' ||
	    deliver->ledger.ask == NULL)
		return false;
	op = suppression_look(trip->arena, suppression_tag(
	    deliver->suppression, trip->arena, to->address),
	    ledger_now(&deliver->ledger));
	if (!deliver->ledger.ask(deliver->ledger.ctx, &op, &answer) ||
	    !suppression_is_on(&answer))
		return false;
	tell(trip, DELIVER_NOT, to->address, STR("mail to it came back"));
	return true;
}

/* ---- the mail ---- */

static struct str
body_text(const struct trip *trip)
{
	const struct parcel *parcel = &trip->parcel;
	const struct pack_head *head = trip->deliver->head;
	struct str part = parcel->parts == 0 ? STR_NONE : arena_printf(
	    trip->arena, "Part %zu of %zu: the whole is larger than the "
	    "record allows.\n", parcel->part, parcel->parts);
	time_t day = (time_t)head->begin;
	struct tm tm = { 0 };
	char date[32];

	gmtime_r(&day, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	return arena_printf(trip->arena, "DMARC aggregate report (RFC 9990) "
	    "on %s (UTC)\nof %.*s\nfor %.*s, as its DMARC record asks.\n"
	    "%.*s\nMessages: %" PRIu64 "\nRows: %" PRIu64 "\n%s%.*s%s",
	    date, STR_ARG(head->org_name), STR_ARG(trip->plan->domain),
	    STR_ARG(part), parcel->messages, parcel->rows,
	    head->contact.len > 0 ? "Questions: " : "",
	    STR_ARG(head->contact), head->contact.len > 0 ? "\n" : "");
}

static struct str
write_mail(const struct trip *trip, struct str to)
{
	const struct pack_head *head = trip->deliver->head;
	struct arena *arena = trip->arena;
	struct str id = trip->parcel.id;
	struct str file = pack_file_name(arena, head, trip->plan->domain,
	    trip->unique_id);
	/* That of a part has no "@". */
	struct str message_id = trip->unique_id.len == 0 ? id :
	    arena_printf(arena, "%.*s@%.*s", STR_ARG(id),
	    STR_ARG(head->receiver));
	const struct outmail_part parts[] = {
		{ .kind = OUTMAIL_TEXT, .type = "text/plain; charset=utf-8",
		  .content = body_text(trip) },
		{ .kind = OUTMAIL_BASE64, .type = "application/gzip",
		  .content = trip->packed, .file_name = arena_printf(arena,
		  "%.*s.gz", STR_ARG(file)) } };
	const struct outmail_part all = { .kind = OUTMAIL_PARTS,
	    .type = "multipart/mixed", .parts = parts, .count = 2 };
	const struct outmail_head mail = { .from_name = head->org_name,
	    .from = trip->deliver->sender->from, .to = &to, .to_count = 1,
	    .subject = arena_printf(arena, "Report Domain: %.*s Submitter: "
	    "%.*s Report-ID: <%.*s>", STR_ARG(trip->plan->domain),
	    STR_ARG(head->receiver), STR_ARG(id)),
	    .date = ledger_now(&trip->deliver->ledger) / 1000,
	    .message_id = message_id };

	return outmail_write(arena, &mail, &all);
}

/* ---- one address ---- */

/* False: the disk, which was told. */
static bool
read_packed(struct trip *trip, const struct destination *to)
{
	if (trip->packed.len > 0 || pack_read(trip->deliver->packed,
	    trip->plan, trip->arena, &trip->packed))
		return true;
	tell(trip, DELIVER_LATER, to->address, str_from(strerror(errno)));
	return false;
}

static void
hand_over(struct trip *trip, const struct destination *to, struct str name)
{
	struct deliver *deliver = trip->deliver;
	const struct handover_envelope envelope = {
		.sender = suppression_sender(deliver->suppression,
		    trip->arena, to->address),
		.to = &to->address, .to_count = 1 };
	struct deliver_outcome outcome = { DELIVER_LATER, trip->parcel,
	    to->address, STR_NONE, STR_NONE };
	struct handover_result result;

	if (!read_packed(trip, to)) {
		ledger_give_up(&deliver->ledger, name);
		return;
	}
	if (deliver->mails++ > 0)
		pause_ms(deliver->pace_ms);
	handover(trip->arena, &deliver->sender->route, &envelope,
	    write_mail(trip, to->address), NULL, &result);
	outcome.why = !result.unsure ? result.why : arena_printf(trip->arena,
	    "%.*s; perhaps it was taken, and comes again under this name",
	    STR_ARG(result.why));
	outcome.queue_id = result.queue_id;
	switch (result.word) {
	case HANDOVER_TAKEN:
		outcome.word = DELIVER_SENT;
		break;
	case HANDOVER_REFUSED:
		outcome.word = DELIVER_NOT;
		break;
	case HANDOVER_LATER:
		break;
	}
	if (outcome.word == DELIVER_LATER)
		ledger_give_up(&deliver->ledger, name);
	else if (!ledger_end(&deliver->ledger, name))
		trip->settled = false;
	trip->settled &= outcome.word != DELIVER_LATER;
	deliver->told(deliver->ctx, trip->plan, &outcome);
}

/* The parcel. */
static void
send_one(struct trip *trip, const struct destination *to, struct str name)
{
	struct deliver *deliver = trip->deliver;

	if (deliver->dry) {
		tell(trip, DELIVER_WOULD, to->address, STR_NONE);
		return;
	}
	switch (ledger_begin(&deliver->ledger, name, deliver->again)) {
	case LEDGER_OPEN:
		hand_over(trip, to, name);
		break;
	case LEDGER_BEGUN:
		tell(trip, DELIVER_LATER, to->address, STR("another run has "
		    "it in hand, or was killed with it a moment ago"));
		break;
	case LEDGER_ENDED:
		tell(trip, DELIVER_BEFORE, to->address, STR_NONE);
		break;
	case LEDGER_TROUBLE:
		tell(trip, DELIVER_LATER, to->address, no_store);
		break;
	}
}

/* ---- one that is too large ---- */

static struct str
count_name(const struct trip *trip, uint64_t limit, size_t count)
{
	return ledger_name(trip->arena, "dmarc-parts",
	    trip->deliver->head->begin, trip->plan->domain, arena_printf(
	    trip->arena, "%" PRIu64 " %zu", limit, count));
}

/*
 * How many parts it was cut into before; 0: none.  Where more was heard of
 * that day since then, parts of another number would not add up with those
 * that are out.  False: the store does not answer.
 */
static bool
count_before(const struct trip *trip, uint64_t limit, size_t *count_out)
{
	const struct ledger *ledger = &trip->deliver->ledger;

	*count_out = 0;
	for (size_t n = 2; n <= LIMIT_REPORT_PARTS && !trip->deliver->dry;
	    n++) {
		enum ledger_word word = ledger_look(ledger, count_name(trip,
		    limit, n));

		if (word == LEDGER_TROUBLE)
			return false;
		if (word != LEDGER_ENDED)
			continue;
		*count_out = n;
		break;
	}
	return true;
}

/* False: why was told. */
static bool
cut(struct trip *trip, const struct destination *to, uint64_t limit,
    struct parts *parts)
{
	struct deliver *deliver = trip->deliver;
	size_t count;

	if (!read_packed(trip, to))
		return false;
	if (!count_before(trip, limit, &count)) {
		tell(trip, DELIVER_LATER, to->address, no_store);
		return false;
	}
	if (!parts_make(trip->arena, deliver->head, trip->plan, trip->packed,
	    limit, count, parts)) {
		tell(trip, DELIVER_NOT, to->address, arena_printf(trip->arena,
		    "the report has %" PRIu64 " octets, and the record allows "
		    "%" PRIu64 ": it does not fit in %d parts",
		    trip->plan->octets, limit, LIMIT_REPORT_PARTS));
		return false;
	}
	if (deliver->dry || count > 0 || ledger_end(&deliver->ledger,
	    count_name(trip, limit, parts->count)))
		return true;
	tell(trip, DELIVER_LATER, to->address, no_store);
	return false;
}

static void
send_parts(struct trip *trip, const struct destination *to, uint64_t limit)
{
	struct parts parts;
	struct str packed;

	if (!cut(trip, to, limit, &parts))
		return;
	packed = trip->packed;
	for (size_t i = 0; i < parts.count; i++) {
		const struct report_part *part = &parts.at[i];

		trip->parcel = (struct parcel){ part->id, part->rows,
		    part->messages, part->octets.len, i + 1, parts.count };
		trip->unique_id = part->id;
		trip->packed = part->octets;
		send_one(trip, to, ledger_name(trip->arena, what,
		    trip->deliver->head->begin, trip->plan->domain,
		    arena_printf(trip->arena, "%.*s part %zu of %" PRIu64
		    " octets", STR_ARG(to->address), i + 1, limit)));
	}
	trip->parcel = trip->whole;
	trip->unique_id = STR_NONE;
	trip->packed = packed;
}

/* ---- all addresses ---- */

/* What its "!10m" allows; 0: anything. */
static uint64_t
limit_of(const struct trip *trip, struct str uri)
{
	struct str list = trip->record.rua_text, text, read;

	while (list.len > 0 && str_next(&list, ',', &text))
		if (dmarc_uri_read(text, &read) && str_eq(read, uri))
			return dmarc_uri_size(text);
	return 0;
}

/* RFC 7489 section 6.4: a limit is one of the report as it is attached. */
static void
send_to(struct trip *trip, const struct destination *to)
{
	uint64_t limit = limit_of(trip, to->uri);

	if (came_back(trip, to))
		return;
	if (limit > 0 && trip->plan->octets > limit)
		send_parts(trip, to, limit);
	else
		send_one(trip, to, ledger_name(trip->arena, what,
		    trip->deliver->head->begin, trip->plan->domain,
		    to->address));
}

static void
take_destination(struct trip *trip, const struct destination *to)
{
	struct str shown = to->address.len > 0 ? to->address : to->uri;

	switch (to->word) {
	case DESTINATION_GOOD:
		send_to(trip, to);
		break;
	case DESTINATION_BAD:
		tell(trip, DELIVER_NOT, shown, to->why);
		break;
	case DESTINATION_LATER:
		tell(trip, DELIVER_LATER, shown, to->why);
		break;
	}
}

bool
deliver_report(struct deliver *deliver, const struct plan *plan)
{
	struct trip trip = { .deliver = deliver, .plan = plan,
	    .arena = arena_new(), .settled = true };

	trip.whole = (struct parcel){ .id = pack_report_id(trip.arena,
	    deliver->head, plan->domain), .rows = plan->rows,
	    .messages = plan->messages, .octets = plan->octets };
	trip.parcel = trip.whole;
	plan_record(plan, trip.arena, &trip.record);
	if (trip.record.rua.count == 0)
		tell(&trip, DELIVER_NOT, STR_NONE, STR("the record names no "
		    "place that a report could go to"));
	else if (find_destinations(&trip))
		for (size_t i = 0; i < trip.count; i++)
			take_destination(&trip, &trip.list[i]);
	if (trip.settled && !deliver->dry)
		trip.settled = ledger_end(&deliver->ledger, deliver_name(
		    trip.arena, deliver->head, plan->domain));
	arena_free(trip.arena);
	return trip.settled;
}
