/*
 * accepted - the messages that we let in, by queue id, for the MTA's log
 *
 * Of each event of a message that was not refused: enough to say of a message
 * in the MTA's log that it is that one.  Queue ids come again: the event is
 * meant whose time is nearest, within a day.
 *
 * Bounded:	LIMIT_MAILLOG_ACCEPTED; later ones are counted and left out.
 * Threads:	one at a time.
 */
#ifndef ASSAY_MAILLOG_ACCEPTED_H
#define ASSAY_MAILLOG_ACCEPTED_H

#include "event/read.h"

/* What the tags of its recipients say of a bounce. */
enum accepted_bounce {
	ACCEPTED_UNTAGGED,		/* nothing, or it is none */
	ACCEPTED_ANSWERS,		/* one answers mail of ours */
	ACCEPTED_ANSWERS_NOTHING
};

struct accepted_mail {
	int64_t		time_us;
	const char	*queue_id;
	uint32_t	next;		/* of its bucket, from 1 */
	uint16_t	host;		/* from 1; 0: not said */
	uint8_t		bounce;		/* enum accepted_bounce */
	bool		ours;		/* client.ours */
	bool		seen;		/* in a log of the MTA, too */
};

/* Messages with the queue id of an event whose host has another name, and the
 * first one's names: perhaps they are one host. */
struct accepted_elsewhere {
	uint64_t	count;
	struct str	event_host, log_host;
};

struct accepted;

struct accepted *accepted_new(void);
void accepted_free(struct accepted *accepted);	/* NULL is allowed */

/* The facts that it reads, up to FACT_COUNT; queue id, verdict and recipients
 * are read in any case. */
extern const enum fact_id accepted_facts[];

/* False: it is none that counts. */
bool accepted_read(const struct event_record *record,
    struct accepted_mail *mail_out);
/* The texts are copied. */
void accepted_add(struct accepted *accepted, const struct accepted_mail *mail,
    struct str host, struct str queue_id);

/* NULL: there is none. */
struct accepted_mail *accepted_find(struct accepted *accepted,
    struct str host, struct str queue_id, int64_t time_us);

/* All of them, in their order; host is empty where none was said. */
void accepted_each(const struct accepted *accepted,
    void (*each)(void *ctx, const struct accepted_mail *mail,
    struct str host), void *ctx);

uint64_t accepted_count(const struct accepted *accepted);
uint64_t accepted_seen(const struct accepted *accepted);
uint64_t accepted_left_out(const struct accepted *accepted);
/* Of what was looked for and not found. */
const struct accepted_elsewhere *accepted_elsewhere(
    const struct accepted *accepted);

#endif
