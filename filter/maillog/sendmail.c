/*
 * Sendmail.  QUEUE-ID: KEY=VALUE, KEY=VALUE, ... or QUEUE-ID: OTHER-ID: words.
 */
#include "base/limits.h"
#include "maillog/entry.h"
#include "maillog/idle.h"
#include "maillog/piece.h"

enum { ID_TIME = 8, ID_LEAST = 14, ID_MOST = 16 };

/* Eight characters of time, then a process number of six digits or more. */
static struct str
id_at(struct str s)
{
	size_t end = 0;

	while (end < s.len && end <= ID_MOST && ascii_alnum(s.ptr[end]))
		end++;
	if (end < ID_LEAST || end > ID_MOST)
		return STR_NONE;
	for (size_t i = ID_TIME; i < end; i++)
		if (!ascii_digit(s.ptr[i]))
			return STR_NONE;
	return str_slice(s, 0, end);
}

static bool
take_id(struct str *rest, struct str *id_out)
{
	struct str id = id_at(*rest), at = str_skip(*rest, id.len);

	if (id.len == 0 && !piece_text(&at, STR("NOQUEUE")))
		return false;
	if (!piece_text(&at, STR(": ")))
		return false;
	*id_out = id;
	*rest = at;
	return true;
}

/* Up to the next ", KEY=" or the end. */
static struct str
take_word(struct str *rest)
{
	struct str word = str_slice(*rest, 0, piece_find(*rest, STR(", ")));

	*rest = str_skip(*rest, word.len);
	return word;
}

/* ---- from= ---- */

/* msgid= is a stranger's, and may look like what stands before it; what the
 * MTA says behind it replaces what a stranger did. */
static bool
take_from_key(struct str *rest, struct maillog_entry *entry)
{
	bool named = entry->message_id.len > 0;

	if (!named && piece_text(rest, STR("size=")))
		return entry->has_size = piece_number(rest, &entry->size);
	if (!named && piece_text(rest, STR("nrcpts=")))
		return piece_number(rest, &entry->rcpt_count);
	if (piece_text(rest, STR("msgid=")))
		entry->message_id = take_word(rest);
	else if (piece_text(rest, STR("relay=")))
		entry->client = take_word(rest);
	else
		take_word(rest);
	return true;
}

static void
read_from(struct str rest, struct maillog_entry *entry)
{
	if (!piece_path(&rest, &entry->sender))
		entry->sender = take_word(&rest);
	while (piece_text(&rest, STR(", ")))
		if (!take_from_key(&rest, entry))
			return;
	/* Where all recipients were refused, there is nothing to queue. */
	if (entry->has_size)
		entry->kind = entry->rcpt_count > 0 ? MAILLOG_QUEUED :
		    MAILLOG_NOTHING;
	entry->once = true;
}

/* ---- to= ---- */

/* "1+02:03:04", "00:00:10" */
static bool
take_delay(struct str *rest, int64_t *us_out)
{
	uint64_t part, total = 0;
	struct str at = *rest;

	if (piece_number(&at, &part) && part < 36600 &&
	    piece_text(&at, STR("+"))) {
		total = part;
		*rest = at;
	}
	for (int i = 0; i < 3; i++) {
		if ((i > 0 && !piece_text(rest, STR(":"))) ||
		    !piece_number(rest, &part) || part > 99)
			return false;
		total = total * (i == 0 ? 24 : 60) + part;
	}
	*us_out = (int64_t)total * 1000000;
	return true;
}

static bool
is_this_host(struct str relay)
{
	return piece_find(relay, STR("[127.")) < relay.len ||
	    piece_find(relay, STR("[IPv6:::1]")) < relay.len ||
	    piece_find(relay, STR("[IPv6:0:0:0:0:0:0:0:1]")) < relay.len;
}

static bool
is_remote(struct str mailer)
{
	return piece_find(mailer, STR("smtp")) < mailer.len ||
	    str_eqz(mailer, "relay");
}

static void
take_to_key(struct str *rest, struct maillog_entry *entry)
{
	struct str path;

	if (piece_text(rest, STR("ctladdr="))) {
		piece_path(rest, &path);
		take_word(rest);
	} else if (piece_text(rest, STR("delay="))) {
		entry->has_delay = take_delay(rest, &entry->delay_us);
	} else if (piece_text(rest, STR("mailer="))) {
		entry->has_mailer = true;
		entry->remote = is_remote(take_word(rest));
	} else if (piece_text(rest, STR("relay="))) {
		entry->relay = take_word(rest);
	} else if (piece_text(rest, STR("dsn="))) {
		entry->dsn = take_word(rest);
	} else {
		take_word(rest);
	}
}

static const struct {
	struct str		text;
	enum maillog_status	status;
} stats[] = {
	{ STR_INIT("Sent"), MAILLOG_SENT },
	{ STR_INIT("Deferred"), MAILLOG_DEFERRED },
	{ STR_INIT("discarded"), MAILLOG_DROPPED },
};

/* The class of dsn= cannot be forged by a remote reply, which comes later in
 * the line; old versions have none. */
static enum maillog_status
status_of(struct str stat, struct str dsn)
{
	if (dsn.len > 1 && dsn.ptr[1] == '.') {
		if (dsn.ptr[0] == '2')
			return MAILLOG_SENT;
		return dsn.ptr[0] == '4' ? MAILLOG_DEFERRED :
		    MAILLOG_BOUNCED;
	}
	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		if (piece_is(stat, stats[i].text))
			return stats[i].status;
	return MAILLOG_BOUNCED;
}

static struct str
reason_of(struct str reply, struct str stat)
{
	struct str text = stat;

	if (reply.len > 0)
		return reply;
	if (piece_text(&text, STR("Sent ("))) {
		if (text.len > 0 && text.ptr[text.len - 1] == ')')
			text.len--;
	} else {
		piece_text(&text, STR("Deferred: "));
	}
	return text;
}

/* stat= is the last one, and with reply= it says the same again. */
static void
finish_try(struct str rest, struct maillog_entry *entry)
{
	struct str reply = STR_NONE, stat;

	if (piece_text(&rest, STR("reply="))) {
		size_t end = piece_find(rest, STR(", stat="));

		reply = str_slice(rest, 0, end);
		rest = str_skip(rest, end + 2);
	}
	if (!piece_text(&rest, STR("stat=")))
		return;
	stat = rest;
	if (piece_is(stat, STR("queued"))) {
		entry->kind = MAILLOG_NOTHING;
		return;
	}
	entry->status = status_of(stat, entry->dsn);
	entry->reason = reason_of(reply, stat);
	/* Nothing was tried: it says in SMTP what became of all of it. */
	if (str_eqz(stat, "quarantined")) {
		entry->kind = MAILLOG_HELD;
		return;
	}
	if (!entry->has_mailer && entry->dsn.len == 0 &&
	    entry->status == MAILLOG_BOUNCED) {
		entry->kind = MAILLOG_REFUSED;
		return;
	}
	entry->inside = entry->remote && is_this_host(entry->relay);
	if (entry->inside && entry->status == MAILLOG_SENT)
		entry->other_id = id_at(entry->reason);
	entry->kind = MAILLOG_TRIED;
}

static void
read_to(struct str rest, struct maillog_entry *entry)
{
	struct str list = rest, rcpt;

	while (rest.len > 0 && rest.ptr[0] != ' ' &&
	    maillog_next_rcpt(&rest, &rcpt))
		;
	entry->rcpts = str_slice(list, 0, list.len - rest.len);
	if (entry->rcpts.len > 0 &&
	    entry->rcpts.ptr[entry->rcpts.len - 1] == ',')
		entry->rcpts.len--;
	while (piece_text(&rest, STR(" ")) || piece_text(&rest, STR(", "))) {
		if (piece_is(rest, STR("reply=")) ||
		    piece_is(rest, STR("stat="))) {
			finish_try(rest, entry);
			return;
		}
		take_to_key(&rest, entry);
	}
}

/* ---- OTHER-ID: words ---- */

static const struct {
	struct str		text;
	enum maillog_notice	notice;
	bool			expires;
} notices[] = {
	{ STR_INIT("sender notify: Cannot send message "),
	    MAILLOG_NOTICE_BOUNCE, true },
	{ STR_INIT("postmaster notify: Cannot send message "),
	    MAILLOG_NOTICE_BOUNCE, true },
	{ STR_INIT("sender notify: Warning: "), MAILLOG_NOTICE_DELAY,
	    false },
	{ STR_INIT("DSN: Cannot send message "), MAILLOG_NOTICE_BOUNCE,
	    true },
	{ STR_INIT("DSN: Return receipt"), MAILLOG_NOTICE_SUCCESS, false },
	{ STR_INIT("return receipt"), MAILLOG_NOTICE_SUCCESS, false },
	{ STR_INIT("DSN: "), MAILLOG_NOTICE_BOUNCE, false },
	{ STR_INIT("sender notify: "), MAILLOG_NOTICE_BOUNCE, false },
	{ STR_INIT("return to sender: "), MAILLOG_NOTICE_BOUNCE, false },
	{ STR_INIT("postmaster notify: "), MAILLOG_NOTICE_BOUNCE, false },
};

static bool
read_notice(struct str rest, struct maillog_entry *entry)
{
	struct str id = id_at(rest);

	rest = str_skip(rest, id.len);
	if (id.len == 0 || !piece_text(&rest, STR(": ")))
		return false;
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++)
		if (piece_is(rest, notices[i].text)) {
			entry->kind = MAILLOG_NOTICE;
			entry->notice = notices[i].notice;
			entry->expires = notices[i].expires;
			entry->other_id = id;
			return true;
		}
	entry->kind = MAILLOG_NOTHING;		/* "clone", "owner" */
	return true;
}

/* ---- milters and rulesets ---- */

static const struct {
	struct str		text;
	enum maillog_kind	kind;
} milters[] = {
	{ STR_INIT("Milter: data, reject="), MAILLOG_REFUSED },
	{ STR_INIT("Milter: data, discard"), MAILLOG_DISCARDED },
	{ STR_INIT("Milter: cmd=data, reject="), MAILLOG_REFUSED },
	{ STR_INIT("Milter: cmd=data, discard"), MAILLOG_DISCARDED },
	{ STR_INIT("Milter: body, reject="), MAILLOG_REFUSED },
	{ STR_INIT("Milter: header, reject="), MAILLOG_REFUSED },
	{ STR_INIT("Milter: eoh, reject="), MAILLOG_REFUSED },
	{ STR_INIT("Milter: header, discard"), MAILLOG_DISCARDED },
	{ STR_INIT("Milter: body, discard"), MAILLOG_DISCARDED },
	{ STR_INIT("Milter: from="), MAILLOG_REFUSAL },
	{ STR_INIT("Milter: to="), MAILLOG_REFUSAL },
	{ STR_INIT("Milter: connect: "), MAILLOG_REFUSAL },
	{ STR_INIT("Milter: helo="), MAILLOG_REFUSAL },
};

/* "milter=assay, quarantine=dmarc" */
static bool
read_milter(struct str rest, struct maillog_entry *entry)
{
	struct str reason;

	for (size_t i = 0; i < sizeof(milters) / sizeof(milters[0]); i++)
		if (piece_is(rest, milters[i].text)) {
			entry->kind = milters[i].kind;
			entry->by_milter = true;
			entry->reason = piece_after(rest, STR("reject="));
			return true;
		}
	if (!piece_is(rest, STR("Milter")) && !piece_is(rest, STR("milter=")))
		return false;
	entry->by_milter = true;
	entry->kind = MAILLOG_NOTHING;
	reason = piece_after(rest, STR(", quarantine="));
	if (reason.len > 0) {
		entry->kind = MAILLOG_HELD;
		entry->reason = reason;
	}
	return true;
}

static bool
read_ruleset(struct str rest, struct maillog_entry *entry)
{
	if (!piece_is(rest, STR("ruleset=")))
		return false;
	entry->reason = piece_after(rest, STR(", reject="));
	entry->kind = MAILLOG_REFUSAL;
	/* It is the last of a line that has a stranger's argument. */
	if (entry->reason.len == 0)
		entry->kind = str_ends_nocase(rest, STR(", discard")) ?
		    MAILLOG_DISCARDED : MAILLOG_NOTHING;
	return true;
}

/* ---- all of them ---- */

void
maillog_sendmail(const struct maillog_line *line,
    struct maillog_entry *entry_out)
{
	struct str rest = line->text;

	*entry_out = (struct maillog_entry){ .kind = MAILLOG_UNKNOWN };
	if (take_id(&rest, &entry_out->queue_id)) {
		if (piece_text(&rest, STR("from="))) {
			read_from(rest, entry_out);
			return;
		}
		if (piece_text(&rest, STR("to="))) {
			read_to(rest, entry_out);
			return;
		}
		if (piece_text(&rest, STR("quarantine="))) {
			entry_out->kind = MAILLOG_HELD;
			entry_out->reason = rest;
			return;
		}
		if (str_eqz(rest, "unquarantine")) {
			entry_out->kind = MAILLOG_RELEASED;
			return;
		}
		if (read_notice(rest, entry_out) ||
		    read_milter(rest, entry_out))
			return;
	}
	if (!read_ruleset(rest, entry_out) && idle_sendmail(rest))
		entry_out->kind = MAILLOG_NOTHING;
}

bool
maillog_next_rcpt(struct str *rest, struct str *rcpt_out)
{
	bool quoted = false;
	size_t end = 0;

	if (rest->len == 0)
		return false;
	if (piece_path(rest, rcpt_out)) {
		piece_text(rest, STR(","));
		return true;
	}
	/* Where one does not end, no other one is looked for. */
	if (rest->ptr[0] == '<') {
		*rcpt_out = *rest;
		*rest = STR_NONE;
		return true;
	}
	/* Without <>, as Sendmail has local names. */
	for (; end < rest->len && (quoted || rest->ptr[end] != ','); end++)
		if (rest->ptr[end] == '"')
			quoted = !quoted;
	*rcpt_out = str_slice(*rest, 0, end);
	*rest = str_skip(*rest, end + 1);
	return true;
}
