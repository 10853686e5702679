#include "maillog/message.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

static const char *const result_names[MAILLOG_RESULT_COUNT] = {
	[MAILLOG_RESULT_NONE] = "none", [MAILLOG_RESULT_SENT] = "sent",
	[MAILLOG_RESULT_DEFERRED] = "deferred",
	[MAILLOG_RESULT_BOUNCED] = "bounced",
	[MAILLOG_RESULT_EXPIRED] = "expired",
	[MAILLOG_RESULT_DROPPED] = "discarded",
	[MAILLOG_RESULT_DELETED] = "deleted",
	[MAILLOG_RESULT_PASSED] = "passed on",
	[MAILLOG_RESULT_PROBED] = "probed",
};

const char *
maillog_result_name(enum maillog_result result)
{
	return result_names[result];
}

const char *
maillog_notice_name(enum maillog_notice notice)
{
	static const char *const names[] = {
		[MAILLOG_NOTICE_BOUNCE] = "a bounce",
		[MAILLOG_NOTICE_DELAY] = "a warning of a delay",
		[MAILLOG_NOTICE_SUCCESS] = "a receipt",
	};

	return names[notice];
}

const char *
maillog_message_fate(const struct maillog_message *message)
{
	return message->refused ? "refused" : message->discarded ?
	    "discarded" : message->held ? "held" : NULL;
}

void
maillog_message_init(struct maillog_message *message, struct arena *arena,
    const struct maillog_line *line, struct str queue_id)
{
	*message = (struct maillog_message){ .arena = arena,
	    .host = arena_copy(arena, line->host),
	    .instance = arena_copy(arena, line->instance),
	    .queue_id = arena_copy(arena, str_slice(queue_id, 0,
	    LIMIT_MAILLOG_ID_OCTETS)), .mta = line->mta,
	    .first_us = line->time_us, .last_us = line->time_us };
}

/* ---- texts ---- */

void
maillog_message_keep(struct maillog_message *message, struct str *kept,
    struct str text, size_t max)
{
	text = str_slice(text, 0, max);
	if (!str_eq(*kept, text))
		*kept = arena_copy(message->arena, text);
}

/* In the same place, where there is room: it changes with each try. */
static void
keep_reason(struct maillog_message *message, struct maillog_kept *kept,
    struct str text)
{
	text = str_slice(text, 0, LIMIT_MAILLOG_REASON_OCTETS);
	if (text.len > kept->room) {
		kept->room = text.len < 64 ? 64 : text.len;
		kept->at = arena_alloc(message->arena, kept->room);
	}
	if (text.len > 0)
		memcpy(kept->at, text.ptr, text.len);
	kept->text = str_make(kept->at, text.len);
}

/* ---- recipients ---- */

static uint32_t *
place_of(const struct maillog_message *message, struct str address)
{
	size_t mask = message->index_size - 1;
	size_t at = hash_nocase(address) & mask;

	while (message->index[at] != 0 && !str_eq(
	    message->rcpts.at[message->index[at] - 1].address, address))
		at = (at + 1) & mask;
	return &message->index[at];
}

/* At most half full. */
static void
widen_index(struct maillog_message *message)
{
	if (message->rcpts.count * 2 < message->index_size)
		return;
	message->index_size = message->index_size == 0 ? 4 :
	    message->index_size * 2;
	message->index = arena_alloc(message->arena,
	    message->index_size * sizeof(*message->index));
	for (size_t i = 0; i < message->rcpts.count; i++)
		*place_of(message, message->rcpts.at[i].address) =
		    (uint32_t)i + 1;
}

static struct maillog_rcpt *
rcpt_of(struct maillog_message *message, struct str address)
{
	uint32_t *place;

	address = str_slice(address, 0, LIMIT_ADDRESS_OCTETS);
	widen_index(message);
	place = place_of(message, address);
	if (*place != 0)
		return &message->rcpts.at[*place - 1];
	if (message->rcpts.count == LIMIT_RECIPIENTS) {
		message->rcpts_left_out++;
		return NULL;
	}
	VEC_PUSH(message->arena, &message->rcpts, (struct maillog_rcpt){
	    .address = arena_copy(message->arena, address) });
	*place = (uint32_t)message->rcpts.count;
	return &message->rcpts.at[message->rcpts.count - 1];
}

static const enum maillog_result result_of[] = {
	[MAILLOG_SENT] = MAILLOG_RESULT_SENT,
	[MAILLOG_DEFERRED] = MAILLOG_RESULT_DEFERRED,
	[MAILLOG_BOUNCED] = MAILLOG_RESULT_BOUNCED,
	[MAILLOG_DROPPED] = MAILLOG_RESULT_DROPPED,
	[MAILLOG_PROBED] = MAILLOG_RESULT_PROBED,
};

static void
try_rcpt(struct maillog_message *message, struct maillog_rcpt *rcpt,
    int64_t time_us, const struct maillog_entry *entry, bool passed)
{
	message->deferred -= rcpt->result == MAILLOG_RESULT_DEFERRED;
	rcpt->result = passed ? MAILLOG_RESULT_PASSED :
	    result_of[entry->status];
	message->deferred += rcpt->result == MAILLOG_RESULT_DEFERRED;
	rcpt->last_us = time_us;
	rcpt->remote = entry->remote;
	rcpt->has_delay = entry->has_delay;
	rcpt->delay_us = entry->delay_us;
	rcpt->has_delays = entry->has_delays;
	memcpy(rcpt->delays_us, entry->delays_us, sizeof(rcpt->delays_us));
	maillog_message_keep(message, &rcpt->relay, entry->relay,
	    LIMIT_DOMAIN_OCTETS);
	maillog_message_keep(message, &rcpt->dsn, entry->dsn,
	    LIMIT_MAILLOG_DSN_OCTETS);
	maillog_message_keep(message, &rcpt->other_id, entry->other_id,
	    LIMIT_MAILLOG_ID_OCTETS);
	keep_reason(message, &rcpt->reason, entry->reason);
	if (entry->status != MAILLOG_DEFERRED)
		return;
	rcpt->deferrals++;
	maillog_message_keep(message, &rcpt->put_off_dsn, entry->dsn,
	    LIMIT_MAILLOG_DSN_OCTETS);
	keep_reason(message, &rcpt->put_off, entry->reason);
}

static void
take_tried(struct maillog_message *message, int64_t time_us,
    const struct maillog_entry *entry, bool passed)
{
	struct str rest = entry->rcpts, address;

	while (maillog_next_rcpt(&rest, &address)) {
		struct maillog_rcpt *rcpt = rcpt_of(message, address);

		if (rcpt != NULL)
			try_rcpt(message, rcpt, time_us, entry, passed);
	}
}

/* What was put off will not be tried again. */
static void
give_up(struct maillog_message *message, enum maillog_result result)
{
	for (size_t i = 0; message->deferred > 0; i++)
		if (message->rcpts.at[i].result == MAILLOG_RESULT_DEFERRED) {
			message->rcpts.at[i].result = result;
			message->deferred--;
		}
	message->given_up = true;
}

/* ---- the message ---- */

static void
take_queued(struct maillog_message *message,
    const struct maillog_entry *entry)
{
	message->queued = true;
	if (!entry->once)
		message->held = false;	/* or it would not be active */
	message->size = entry->size;
	message->rcpt_count = entry->rcpt_count;
	maillog_message_keep(message, &message->sender, entry->sender,
	    LIMIT_ADDRESS_OCTETS);
	if (entry->message_id.len > 0)
		maillog_message_keep(message, &message->message_id,
		    entry->message_id, LIMIT_LINE_OCTETS);
	if (entry->client.len > 0)
		maillog_message_keep(message, &message->client,
		    entry->client, 2 * LIMIT_DOMAIN_OCTETS);
}

/* What was decided of all of it. */
static void
take_fate(struct maillog_message *message, bool *fate,
    const struct maillog_entry *entry)
{
	/* What says it again, says less. */
	if (*fate)
		return;
	*fate = true;
	message->by_milter = entry->by_milter;
	maillog_message_keep(message, &message->why, entry->reason,
	    LIMIT_MAILLOG_REASON_OCTETS);
}

static void
take_notice(struct maillog_message *message,
    const struct maillog_entry *entry)
{
	if (entry->expires)
		give_up(message, MAILLOG_RESULT_EXPIRED);
	if (entry->notice == MAILLOG_NOTICE_BOUNCE)
		maillog_message_keep(message, &message->bounced_as,
		    entry->other_id, LIMIT_MAILLOG_ID_OCTETS);
}

void
maillog_message_take(struct maillog_message *message, int64_t time_us,
    const struct maillog_entry *entry, bool passed)
{
	switch (entry->kind) {
	case MAILLOG_BEGIN:
		maillog_message_keep(message, &message->client,
		    entry->client, 2 * LIMIT_DOMAIN_OCTETS);
		break;
	case MAILLOG_NAMED:
		maillog_message_keep(message, &message->message_id,
		    entry->message_id, LIMIT_LINE_OCTETS);
		break;
	case MAILLOG_QUEUED:
		take_queued(message, entry);
		break;
	case MAILLOG_TRIED:
		take_tried(message, time_us, entry, passed);
		break;
	case MAILLOG_EXPIRED:
		give_up(message, MAILLOG_RESULT_EXPIRED);
		break;
	case MAILLOG_HELD:
		take_fate(message, &message->held, entry);
		break;
	case MAILLOG_REFUSED:
		take_fate(message, &message->refused, entry);
		break;
	case MAILLOG_DISCARDED:
		take_fate(message, &message->discarded, entry);
		break;
	case MAILLOG_RELEASED:
		message->held = false;
		break;
	case MAILLOG_NOTICE:
		take_notice(message, entry);
		break;
	case MAILLOG_REMOVED:
		message->removed = true;
		break;
	case MAILLOG_REQUEUED:
		give_up(message, MAILLOG_RESULT_PASSED);
		message->held = false;
		message->removed = message->requeued = true;
		break;
	case MAILLOG_DELETED:
		give_up(message, MAILLOG_RESULT_DELETED);
		message->removed = true;
		break;
	case MAILLOG_UNKNOWN:
	case MAILLOG_NOTHING:
	case MAILLOG_REFUSAL:
		break;
	}
}

/* ---- its end ---- */

/* Sendmail removes a message with its last recipient, and says nothing. */
static bool
is_settled(const struct maillog_message *message)
{
	return message->queued && message->rcpts.count -
	    message->deferred + message->rcpts_left_out >=
	    message->rcpt_count;
}

bool
maillog_message_ended(const struct maillog_message *message)
{
	return message->removed || message->refused || message->discarded ||
	    (message->mta == MAILLOG_SENDMAIL &&
	    (message->given_up || is_settled(message)));
}

bool
maillog_message_is_other(const struct maillog_message *message, bool ended,
    const struct maillog_entry *entry)
{
	bool under_way = ended || message->queued || message->held ||
	    message->rcpts.count > 0;

	switch (entry->kind) {
	case MAILLOG_BEGIN:
		return under_way;
	case MAILLOG_NAMED:
		return ended || (under_way && !str_eq(str_slice(
		    entry->message_id, 0, LIMIT_LINE_OCTETS),
		    message->message_id));
	case MAILLOG_QUEUED:
		return ended || (entry->once && message->queued);
	case MAILLOG_UNKNOWN: case MAILLOG_NOTHING: case MAILLOG_TRIED:
	case MAILLOG_EXPIRED: case MAILLOG_HELD: case MAILLOG_RELEASED:
	case MAILLOG_REFUSED: case MAILLOG_DISCARDED: case MAILLOG_REFUSAL:
	case MAILLOG_NOTICE: case MAILLOG_REMOVED: case MAILLOG_DELETED:
	case MAILLOG_REQUEUED:
		break;
	}
	return false;
}
