#include "maillog/accepted.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "maillog/line.h"

enum { BUCKETS = 1 << 18, PIECE = 4096 };

static const int64_t near_us = INT64_C(86400) * 1000000;

struct accepted {
	struct arena		*arena;
	struct accepted_mail	*pieces[LIMIT_MAILLOG_ACCEPTED / PIECE + 1];
	uint32_t		 count;
	uint64_t		 left_out;
	uint32_t		 buckets[BUCKETS];
	struct str		 hosts[LIMIT_MAILLOG_HOSTS];
	size_t			 host_count;
	struct accepted_elsewhere elsewhere;
};

const enum fact_id accepted_facts[] = {
	FACT_ID_MAIL_FROM, FACT_ID_CLIENT_OURS, FACT_COUNT
};

struct accepted *
accepted_new(void)
{
	struct arena *arena = arena_new();
	struct accepted *accepted = arena_alloc(arena, sizeof(*accepted));

	accepted->arena = arena;
	return accepted;
}

void
accepted_free(struct accepted *accepted)
{
	if (accepted != NULL)
		arena_free(accepted->arena);
}

/* ---- events ---- */

static bool
was_let_in(enum action action)
{
	return action == ACTION_ACCEPT || action == ACTION_BYPASS ||
	    action == ACTION_QUARANTINE || action == ACTION_CONTINUE;
}

static enum accepted_bounce
bounce_of(const struct event_record *record)
{
	const struct fact *from = facts_get(&record->facts,
	    FACT_ID_MAIL_FROM);
	enum accepted_bounce found = ACCEPTED_UNTAGGED;

	if (from->state != FACT_SET || from->text.len > 0)
		return ACCEPTED_UNTAGGED;
	for (size_t i = 0; i < record->rcpts.count; i++) {
		enum word tag = record->rcpts.at[i].tag;

		if (!was_let_in(record->rcpts.at[i].verdict.action))
			continue;
		if (tag == WORD_VALID)
			return ACCEPTED_ANSWERS;
		if (tag == WORD_MISSING || tag == WORD_FORGED ||
		    tag == WORD_EXPIRED)
			found = ACCEPTED_ANSWERS_NOTHING;
	}
	return found;
}

bool
accepted_read(const struct event_record *record,
    struct accepted_mail *mail_out)
{
	const struct fact *ours = facts_get(&record->facts,
	    FACT_ID_CLIENT_OURS);

	if (record->queue_id.len == 0 || record->last != STAGE_MESSAGE ||
	    !was_let_in(record->verdict.action))
		return false;
	*mail_out = (struct accepted_mail){ .time_us = record->time_us,
	    .bounce = bounce_of(record),
	    .ours = ours->state == FACT_SET && ours->truth };
	return true;
}

/* ---- the table ---- */

static struct accepted_mail *
mail_at(const struct accepted *accepted, uint32_t number)
{
	return &accepted->pieces[(number - 1) / PIECE][(number - 1) % PIECE];
}

/* From 1; 0 past the cap, as where the host is not known. */
static uint16_t
host_of(struct accepted *accepted, struct str host)
{
	size_t i = 0;

	if (host.len == 0)
		return 0;
	while (i < accepted->host_count &&
	    !str_eq_nocase(accepted->hosts[i], host))
		i++;
	if (i == LIMIT_MAILLOG_HOSTS)
		return 0;
	if (i == accepted->host_count)
		accepted->hosts[accepted->host_count++] =
		    arena_copy(accepted->arena, host);
	return (uint16_t)(i + 1);
}

void
accepted_add(struct accepted *accepted, const struct accepted_mail *mail,
    struct str host, struct str queue_id)
{
	uint32_t *bucket = &accepted->buckets[hash_nocase(queue_id) %
	    BUCKETS];
	struct accepted_mail *kept;

	if (accepted->count == LIMIT_MAILLOG_ACCEPTED ||
	    queue_id.len > LIMIT_MAILLOG_ID_OCTETS) {
		accepted->left_out++;
		return;
	}
	if (accepted->count % PIECE == 0)
		accepted->pieces[accepted->count / PIECE] = arena_alloc(
		    accepted->arena, PIECE * sizeof(*kept));
	kept = mail_at(accepted, ++accepted->count);
	*kept = *mail;
	kept->queue_id = arena_z(accepted->arena, queue_id);
	kept->host = host_of(accepted, host);
	kept->next = *bucket;
	*bucket = accepted->count;
}

static bool
same_host(const struct accepted *accepted, const struct accepted_mail *mail,
    struct str host)
{
	return mail->host == 0 || host.len == 0 ||
	    maillog_same_host(accepted->hosts[mail->host - 1], host);
}

static void
note_elsewhere(struct accepted *accepted, const struct accepted_mail *mail,
    struct str log_host)
{
	struct accepted_elsewhere *elsewhere = &accepted->elsewhere;

	if (elsewhere->count++ > 0)
		return;
	elsewhere->event_host = accepted->hosts[mail->host - 1];
	elsewhere->log_host = arena_copy(accepted->arena, log_host);
}

struct accepted_mail *
accepted_find(struct accepted *accepted, struct str host,
    struct str queue_id, int64_t time_us)
{
	struct accepted_mail *best = NULL, *other = NULL;
	int64_t least = near_us;

	for (uint32_t at = accepted->buckets[hash_nocase(queue_id) %
	    BUCKETS]; at != 0; at = mail_at(accepted, at)->next) {
		struct accepted_mail *mail = mail_at(accepted, at);
		int64_t far = mail->time_us > time_us ?
		    mail->time_us - time_us : time_us - mail->time_us;

		if (far >= least || !str_eqz(queue_id, mail->queue_id))
			continue;
		if (same_host(accepted, mail, host)) {
			least = far;
			best = mail;
		} else {
			other = mail;
		}
	}
	if (best == NULL && other != NULL)
		note_elsewhere(accepted, other, host);
	return best;
}

void
accepted_each(const struct accepted *accepted,
    void (*each)(void *ctx, const struct accepted_mail *mail,
    struct str host), void *ctx)
{
	for (uint32_t i = 1; i <= accepted->count; i++) {
		const struct accepted_mail *mail = mail_at(accepted, i);

		each(ctx, mail, mail->host == 0 ? STR_NONE :
		    accepted->hosts[mail->host - 1]);
	}
}

uint64_t
accepted_count(const struct accepted *accepted)
{
	return accepted->count;
}

uint64_t
accepted_seen(const struct accepted *accepted)
{
	uint64_t seen = 0;

	for (uint32_t i = 1; i <= accepted->count; i++)
		seen += mail_at(accepted, i)->seen;
	return seen;
}

uint64_t
accepted_left_out(const struct accepted *accepted)
{
	return accepted->left_out;
}

const struct accepted_elsewhere *
accepted_elsewhere(const struct accepted *accepted)
{
	return &accepted->elsewhere;
}
