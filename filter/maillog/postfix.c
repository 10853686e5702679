/*
 * Postfix.  QUEUE-ID: KEY=VALUE, KEY=VALUE, ... or QUEUE-ID: words; most lines
 * without a queue id say nothing of a message.
 */
#include "base/limits.h"
#include "maillog/entry.h"
#include "maillog/idle.h"
#include "maillog/piece.h"
#include "maillog/refusal.h"

/* ---- queue ids ---- */

static bool
is_short_id(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_digit(id.ptr[i]) &&
		    (id.ptr[i] < 'A' || id.ptr[i] > 'F'))
			return false;
	return id.len >= 5;
}

/* enable_long_queue_ids: digits, and letters but vowels. */
static bool
is_long_id(struct str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_alnum(id.ptr[i]) ||
		    str_chr(STR("AEIOUaeiou"), id.ptr[i]) < 10)
			return false;
	return id.len >= 10;
}

static bool
take_id(struct str *rest, struct str *id_out)
{
	size_t colon = str_chr(str_slice(*rest, 0,
	    LIMIT_MAILLOG_ID_OCTETS + 1), ':');
	struct str id = str_slice(*rest, 0, colon);

	if (colon + 1 >= rest->len || rest->ptr[colon + 1] != ' ')
		return false;
	if (str_eqz(id, "NOQUEUE"))
		*id_out = STR_NONE;
	else if (is_short_id(id) || is_long_id(id))
		*id_out = id;
	else
		return false;
	*rest = str_skip(*rest, colon + 2);
	return true;
}

/* An id at the end of a line, or before what ends it. */
static struct str
id_at(struct str s)
{
	size_t end = 0;
	struct str id;

	while (end < s.len && ascii_alnum(s.ptr[end]))
		end++;
	id = str_slice(s, 0, end);
	return id.len <= LIMIT_MAILLOG_ID_OCTETS && (is_short_id(id) ||
	    is_long_id(id)) ? id : STR_NONE;
}

/* ---- lines of a delivery ---- */

static const struct {
	struct str		name;
	enum maillog_status	status;
} statuses[] = {
	{ STR_INIT("sent"), MAILLOG_SENT },
	{ STR_INIT("deferred"), MAILLOG_DEFERRED },
	{ STR_INIT("bounced"), MAILLOG_BOUNCED },
	{ STR_INIT("undeliverable"), MAILLOG_PROBED },
	{ STR_INIT("deliverable"), MAILLOG_PROBED },
	/* With soft_bounce = yes. */
	{ STR_INIT("SOFTBOUNCE"), MAILLOG_DEFERRED },
};

static bool
take_status(struct str *rest, struct maillog_entry *entry)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (piece_text(rest, statuses[i].name)) {
			entry->status = statuses[i].status;
			return true;
		}
	return false;
}

static struct str
take_word(struct str *rest)
{
	struct str word = str_slice(*rest, 0, piece_find(*rest, STR(", ")));

	*rest = str_skip(*rest, word.len);
	return word;
}

/* "0.02/0/1/0.04" */
static bool
take_delays(struct str *rest, struct maillog_entry *entry)
{
	for (int i = 0; i < 4; i++)
		if ((i > 0 && !piece_text(rest, STR("/"))) ||
		    !piece_seconds(rest, &entry->delays_us[i]))
			return false;
	entry->has_delays = true;
	return true;
}

/* "tls=may", or what a later version says; not what only looks so. */
static bool
take_other(struct str *rest)
{
	size_t end = 0;

	while (end < rest->len && (ascii_alnum(rest->ptr[end]) ||
	    rest->ptr[end] == '_'))
		end++;
	if (end == 0 || end == rest->len || rest->ptr[end] != '=')
		return false;
	take_word(rest);
	return true;
}

/* "to=<...>, " has been seen; one KEY=VALUE of what follows. */
static bool
take_key(struct str *rest, struct maillog_entry *entry)
{
	uint64_t number;

	if (piece_text(rest, STR("orig_to="))) {
		if (!piece_path(rest, &entry->orig_to))
			entry->orig_to = take_word(rest);
		return true;
	}
	if (piece_text(rest, STR("relay="))) {
		entry->relay = take_word(rest);
		return true;
	}
	if (piece_text(rest, STR("conn_use=")))
		return piece_number(rest, &number);
	if (piece_text(rest, STR("delay=")))
		return entry->has_delay = piece_seconds(rest,
		    &entry->delay_us);
	if (piece_text(rest, STR("delays=")))
		return take_delays(rest, entry);
	if (piece_text(rest, STR("dsn="))) {
		entry->dsn = take_word(rest);
		return true;
	}
	return take_other(rest);
}

/* "loopback[127.0.0.1]:10025" */
static bool
is_this_host(struct str relay)
{
	struct str address = str_skip(relay, str_chr(relay, '[') + 1);

	return piece_is(address, STR("127.")) || piece_is(address, STR("::1]"));
}

/* Under which queue id it goes on: "queued as ID", "forwarded as ID". */
static struct str
goes_on_as(struct str reason)
{
	static const struct str phrases[] = {
		STR_INIT("queued as "), STR_INIT("forwarded as "),
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		struct str id = id_at(piece_after(reason, phrases[i]));

		if (id.len > 0)
			return id;
	}
	return STR_NONE;
}

static void
finish_try(struct str rest, struct str program, struct maillog_entry *entry)
{
	if (piece_text(&rest, STR(" ("))) {
		entry->reason = rest;
		if (rest.len > 0 && rest.ptr[rest.len - 1] == ')')
			entry->reason = str_slice(rest, 0, rest.len - 1);
	}
	entry->inside = is_this_host(entry->relay) ||
	    str_eqz(program, "local");
	if (entry->inside)
		entry->other_id = goes_on_as(entry->reason);
	entry->remote = str_eqz(program, "smtp") ||
	    str_eqz(program, "relay");
	if (str_eqz(program, "discard") && entry->status == MAILLOG_SENT)
		entry->status = MAILLOG_DROPPED;
	entry->kind = MAILLOG_TRIED;
}

/* "to=<bob@example.net>, relay=..., status=sent (...)" */
static void
read_try(struct str rest, struct str program, struct maillog_entry *entry)
{
	struct str all = rest;

	rest = str_skip(rest, 3);
	if (!piece_path(&rest, &entry->rcpts))
		entry->rcpts = take_word(&rest);
	else
		entry->rcpts = str_slice(all, 3, all.len - rest.len);
	while (piece_text(&rest, STR(", "))) {
		if (piece_text(&rest, STR("status="))) {
			if (take_status(&rest, entry))
				finish_try(rest, program, entry);
			return;
		}
		if (!take_key(&rest, entry))
			return;
	}
}

/* "from=<ann@example.com>, size=351, nrcpt=1 (queue active)", or that it
 * expired: "from=<>, status=force-expired, returned to sender". */
static void
read_from(struct str rest, struct maillog_entry *entry)
{
	if (!piece_path(&rest, &entry->sender))
		return;
	if (piece_is(rest, STR(", status=expired")) ||
	    piece_is(rest, STR(", status=force-expired"))) {
		entry->kind = MAILLOG_EXPIRED;
		return;
	}
	if (!piece_text(&rest, STR(", size=")) ||
	    !piece_number(&rest, &entry->size) ||
	    !piece_text(&rest, STR(", nrcpt=")) ||
	    !piece_number(&rest, &entry->rcpt_count))
		return;
	entry->has_size = true;
	entry->kind = MAILLOG_QUEUED;
}

/* ---- lines of other kinds ---- */

static const struct {
	struct str		text;
	enum maillog_notice	notice;
} notices[] = {
	{ STR_INIT("sender non-delivery notification: "),
	    MAILLOG_NOTICE_BOUNCE },
	{ STR_INIT("postmaster non-delivery notification: "),
	    MAILLOG_NOTICE_BOUNCE },
	{ STR_INIT("sender delay notification: "), MAILLOG_NOTICE_DELAY },
	{ STR_INIT("postmaster delay notification: "),
	    MAILLOG_NOTICE_DELAY },
	{ STR_INIT("sender delivery status notification: "),
	    MAILLOG_NOTICE_SUCCESS },
};

static bool
read_notice(struct str rest, struct maillog_entry *entry)
{
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (piece_text(&rest, notices[i].text)) {
			entry->notice = notices[i].notice;
			entry->other_id = id_at(rest);
			if (entry->other_id.len > 0)
				entry->kind = MAILLOG_NOTICE;
			return true;
		}
	return false;
}

/* One word or phrase is all of it. */
static const struct {
	struct str		text, program;	/* empty: any */
	enum maillog_kind	kind;
} phrases[] = {
	{ STR_INIT("removed"), STR_INIT("postsuper"), MAILLOG_DELETED },
	{ STR_INIT("removed"), STR_INIT(""), MAILLOG_REMOVED },
	{ STR_INIT("removed (canceled)"), STR_INIT(""), MAILLOG_REMOVED },
	{ STR_INIT("removed (discarded)"), STR_INIT(""), MAILLOG_REMOVED },
	{ STR_INIT("requeued"), STR_INIT(""), MAILLOG_REQUEUED },
	{ STR_INIT("placed on hold"), STR_INIT(""), MAILLOG_HELD },
	{ STR_INIT("released from hold"), STR_INIT(""), MAILLOG_RELEASED },
};

static bool
read_phrase(struct str rest, struct str program, struct maillog_entry *entry)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (str_eq(rest, phrases[i].text) &&
		    (phrases[i].program.len == 0 ||
		    str_eq(program, phrases[i].program))) {
			entry->kind = phrases[i].kind;
			return true;
		}
	return false;
}

/* ---- all of them ---- */

static void
read_with_id(struct str rest, struct str program,
    struct maillog_entry *entry)
{
	if (piece_is(rest, STR("to=<"))) {
		read_try(rest, program, entry);
	} else if (piece_text(&rest, STR("client="))) {
		entry->client = take_word(&rest);
		entry->other_id = id_at(piece_after(rest,
		    STR(", orig_queue_id=")));
		entry->kind = MAILLOG_BEGIN;
	} else if (piece_is(rest, STR("uid="))) {
		entry->other_id = id_at(piece_after(rest,
		    STR("> orig_id=")));
		entry->kind = MAILLOG_BEGIN;
	} else if (piece_text(&rest, STR("message-id="))) {
		entry->message_id = rest;
		entry->kind = MAILLOG_NAMED;
	} else if (piece_text(&rest, STR("from="))) {
		read_from(rest, entry);
	} else if (!read_phrase(rest, program, entry) &&
	    !read_notice(rest, entry) && !refusal_read(rest, entry) &&
	    idle_postfix_with_id(rest)) {
		entry->kind = MAILLOG_NOTHING;
	}
}

void
maillog_postfix(const struct maillog_line *line,
    struct maillog_entry *entry_out)
{
	struct str rest = line->text;

	*entry_out = (struct maillog_entry){ .kind = MAILLOG_UNKNOWN };
	if (take_id(&rest, &entry_out->queue_id)) {
		read_with_id(rest, line->program, entry_out);
		return;
	}
	if (!refusal_of_proxy(rest, entry_out) && (idle_postfix(rest) ||
	    str_eqz(line->program, "postfix-script") ||
	    str_eqz(line->program, "postlog")))
		entry_out->kind = MAILLOG_NOTHING;
}
