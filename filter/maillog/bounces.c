#include "maillog/bounces.h"

#include "base/hash.h"
#include "base/limits.h"
#include "maillog/piece.h"
#include "maillog/senders.h"

struct outcome_bounce {
	struct outcome_bounce	*next;
	uint64_t		 sender;	/* that is looked for */
	struct str		 rcpt;
	unsigned		 is;
	const struct maillog_message *message;	/* where it is listed */
};

bool
bounces_is_one(const struct maillog_message *message)
{
	return message->sender.len == 0 && message->client.len > 0 &&
	    message->before.len == 0 &&
	    piece_find(message->client, STR("[127.")) ==
	    message->client.len && piece_find(message->client, STR("[::1]"))
	    == message->client.len && message->rcpts.count > 0;
}

/* Two spellings are one address. */
static void
count_unasked(struct outcomes *outcomes, struct str rcpt)
{
	char name[LIMIT_ADDRESS_OCTETS];

	rcpt = str_slice(rcpt, 0, sizeof(name));
	for (size_t i = 0; i < rcpt.len; i++)
		name[i] = ascii_lower(rcpt.ptr[i]);
	outcomes->counts.bounces_unanswering++;
	tally_at(&outcomes->unasked, str_make(name, rcpt.len))->counts[0]++;
}

/* What a line of a list tells of it. */
static const struct maillog_message *
copy(struct arena *arena, const struct maillog_message *message)
{
	struct maillog_message *kept = arena_alloc(arena, sizeof(*kept));

	*kept = (struct maillog_message){ .mta = message->mta,
	    .host = arena_copy(arena, message->host),
	    .queue_id = arena_copy(arena, message->queue_id),
	    .client = arena_copy(arena, message->client),
	    .message_id = arena_copy(arena, message->message_id),
	    .why = arena_copy(arena, message->why),
	    .first_us = message->first_us, .last_us = message->last_us,
	    .size = message->size, .queued = message->queued,
	    .held = message->held, .discarded = message->discarded,
	    .by_milter = message->by_milter };
	kept->rcpts.at = arena_alloc(arena, sizeof(*kept->rcpts.at));
	kept->rcpts.at[0].address = arena_copy(arena,
	    message->rcpts.at[0].address);
	kept->rcpts.count = 1;
	return kept;
}

static void
wait_for_sender(struct outcomes *outcomes,
    const struct maillog_message *message, unsigned is)
{
	struct str rcpt = message->rcpts.at[0].address;
	struct outcome_bounce *bounce;

	if (outcomes->waiting_count == LIMIT_MAILLOG_BOUNCES) {
		outcomes->counts.bounces_left_out++;
		return;
	}
	outcomes->waiting_count++;
	bounce = arena_alloc(outcomes->arena, sizeof(*bounce));
	*bounce = (struct outcome_bounce){ .next = outcomes->waiting,
	    .sender = hash_nocase(rcpt), .is = is };
	if (outcomes->lists)
		bounce->message = copy(outcomes->arena, message);
	bounce->rcpt = bounce->message == NULL ?
	    arena_copy(outcomes->arena, rcpt) :
	    bounce->message->rcpts.at[0].address;
	outcomes->waiting = bounce;
}

unsigned
bounces_count(struct outcomes *outcomes,
    const struct maillog_message *message, const struct accepted_mail *mail,
    unsigned is)
{
	is |= OUTCOME_BIT(OUTCOME_BOUNCE);
	outcomes->counts.bounces++;
	if (mail != NULL && mail->bounce == ACCEPTED_ANSWERS_NOTHING) {
		count_unasked(outcomes, message->rcpts.at[0].address);
		is |= OUTCOME_BIT(OUTCOME_UNANSWERING);
	} else if (mail == NULL || mail->bounce == ACCEPTED_UNTAGGED) {
		wait_for_sender(outcomes, message, is);
	}
	return is;
}

/* The first one first. */
static struct outcome_bounce *
turned(struct outcome_bounce *list)
{
	struct outcome_bounce *other = NULL, *next;

	for (; list != NULL; list = next) {
		next = list->next;
		list->next = other;
		other = list;
	}
	return other;
}

void
bounces_end(struct outcomes *outcomes)
{
	for (const struct outcome_bounce *bounce = turned(outcomes->waiting);
	    bounce != NULL; bounce = bounce->next) {
		if (outcome_senders_has(outcomes->senders, bounce->sender))
			continue;
		count_unasked(outcomes, bounce->rcpt);
		if (bounce->message != NULL)
			outcomes_hand_on(outcomes, &(struct outcome){
			    .level = OUTCOME_MESSAGE, .late = true,
			    .is = bounce->is |
			    OUTCOME_BIT(OUTCOME_UNANSWERING),
			    .message = bounce->message });
	}
	outcomes->waiting = NULL;
	outcomes->waiting_count = 0;
}
