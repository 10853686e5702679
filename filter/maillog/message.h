/*
 * message - what the lines of one message come to
 *
 * Hostile:	all texts.  Each is cut at its limit.
 * Ownership:	the message's arena.
 */
#ifndef ASSAY_MAILLOG_MESSAGE_H
#define ASSAY_MAILLOG_MESSAGE_H

#include "base/vec.h"
#include "maillog/entry.h"

enum maillog_result {
	MAILLOG_RESULT_NONE,		/* no delivery was tried */
	MAILLOG_RESULT_SENT,
	MAILLOG_RESULT_DEFERRED,	/* and nothing after that */
	MAILLOG_RESULT_BOUNCED,
	MAILLOG_RESULT_EXPIRED,		/* deferred until it was given up */
	MAILLOG_RESULT_DROPPED,		/* discarded, as the MTA was told */
	MAILLOG_RESULT_DELETED,		/* by an admin */
	MAILLOG_RESULT_PASSED,		/* to this host, where it goes on under
					 * another queue id */
	MAILLOG_RESULT_PROBED,
	MAILLOG_RESULT_COUNT
};

const char *maillog_result_name(enum maillog_result result);  /* "sent" */
/* "a bounce" */
const char *maillog_notice_name(enum maillog_notice notice);

/* A text that is often replaced. */
struct maillog_kept {
	struct str	text;
	char		*at;
	size_t		room;
};

struct maillog_rcpt {
	struct str	address;
	enum maillog_result result;
	unsigned	deferrals;	/* tries that were put off */
	int64_t		last_us;	/* the last try */
	bool		has_delay, has_delays, remote;
	int64_t		delay_us;	/* since the message came */
	int64_t		delays_us[4];
	struct str	relay, other_id;
	struct str	dsn, put_off_dsn;
	struct maillog_kept reason;	/* of the last try */
	struct maillog_kept put_off;	/* of the last deferral */
};

struct maillog_message {
	struct str	host, instance, queue_id;
	enum maillog_mta mta;
	int64_t		first_us, last_us;	/* of its lines */
	struct str	sender;			/* empty: null */
	struct str	client, message_id;
	uint64_t	size, rcpt_count;	/* as the MTA said */
	VEC(struct maillog_rcpt) rcpts;
	size_t		deferred;	/* of these, the result */
	uint64_t	rcpts_left_out;		/* over LIMIT_RECIPIENTS */
	bool		queued;			/* it was accepted */
	bool		held, refused, discarded, by_milter;
	bool		removed, given_up;
	bool		requeued;		/* it is another one now */
	bool		goes_on;		/* another one came from it */
	struct str	why;			/* of these */
	bool		is_notice;		/* our MTA wrote it itself */
	enum maillog_notice notice;
	struct str	about;			/* the queue id it speaks of */
	struct str	bounced_as;		/* the notice about it */
	struct str	before;			/* the queue id under which it
						 * came to this host */
	struct arena	*arena;			/* all of it */
	uint32_t	*index;			/* of rcpts, by address */
	size_t		 index_size;
};

/* A message of which nothing but this is known; arena: empty. */
void maillog_message_init(struct maillog_message *message,
    struct arena *arena, const struct maillog_line *line,
    struct str queue_id);

/* What was decided of all of it: "held"; NULL: that it is delivered. */
const char *maillog_message_fate(const struct maillog_message *message);

/* Where a text is kept: a copy, unless it is the same already. */
void maillog_message_keep(struct maillog_message *message, struct str *kept,
    struct str text, size_t max);

/* What an entry tells of the message itself, and no other one. */
void maillog_message_take(struct maillog_message *message, int64_t time_us,
    const struct maillog_entry *entry, bool passed);

/* No line is to come any more, but late ones. */
bool maillog_message_ended(const struct maillog_message *message);

/* The entry can only be of another message that got the same queue id. */
bool maillog_message_is_other(const struct maillog_message *message,
    bool ended, const struct maillog_entry *entry);

#endif
