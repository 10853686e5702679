#include "maillog/refusal.h"

#include "maillog/piece.h"

/* ends: of the message, and not of one command, it speaks. */
static const struct verb {
	struct str		text;
	enum maillog_kind	at_end, before;
	bool			by_milter;
} verbs[] = {
	{ STR_INIT("reject: "), MAILLOG_REFUSED, MAILLOG_REFUSAL, false },
	{ STR_INIT("milter-reject: "), MAILLOG_REFUSED, MAILLOG_REFUSAL,
	    true },
	{ STR_INIT("hold: "), MAILLOG_HELD, MAILLOG_HELD, false },
	{ STR_INIT("milter-hold: "), MAILLOG_HELD, MAILLOG_HELD, true },
	{ STR_INIT("discard: "), MAILLOG_DISCARDED, MAILLOG_DISCARDED,
	    false },
	{ STR_INIT("milter-discard: "), MAILLOG_DISCARDED,
	    MAILLOG_DISCARDED, true },
};

/* By a milter or a filter; and by what stands in it. */
static const struct str message_ends[] = {
	STR_INIT("END-OF-MESSAGE "), STR_INIT("END-OF-DATA "),
};

static const struct str contents[] = {
	STR_INIT("header "), STR_INIT("body "), STR_INIT("mime-"),
	STR_INIT("content "),
};

/* "END-OF-MESSAGE from CLIENT: REPLY; from=<a> to=<b> proto=... helo=<c>" */
static void
read_reply(struct str rest, struct maillog_entry *entry)
{
	rest = piece_after(rest, STR(" from "));
	entry->client = str_slice(rest, 0, str_chr(rest, ' '));
	if (entry->client.len > 0 &&
	    entry->client.ptr[entry->client.len - 1] == ':')
		entry->client.len--;
	rest = piece_after(rest, STR(": "));
	entry->reason = str_slice(rest, 0, piece_find(rest, STR("; ")));
}

/* Where it stands last, or len. */
static size_t
find_last(struct str s, struct str text)
{
	size_t found = s.len, at = 0, next;

	while ((next = piece_find(str_skip(s, at), text)) < s.len - at) {
		found = at + next;
		at = found + 1;
	}
	return found;
}

/* "header Subject: x from CLIENT; from=<a> ... helo=<c>: TEXT": the field is a
 * stranger's, and may hold all of the words. */
static void
read_content(struct str rest, struct maillog_entry *entry)
{
	size_t end = find_last(rest, STR("; from=<"));
	struct str what = str_slice(rest, 0, end);
	size_t from = find_last(what, STR(" from "));

	entry->client = str_skip(what, from + sizeof(" from ") - 1);
	entry->reason = piece_after(str_skip(rest, end), STR(">: "));
	if (entry->reason.len == 0)
		entry->reason = str_slice(what, 0, from);
}

bool
refusal_read(struct str rest, struct maillog_entry *entry)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		bool content, at_end;

		if (!piece_text(&rest, verbs[i].text))
			continue;
		content = piece_is_of(rest, contents, 4);
		at_end = content || piece_is_of(rest, message_ends, 2);
		entry->kind = at_end ? verbs[i].at_end : verbs[i].before;
		entry->by_milter = verbs[i].by_milter;
		if (content)
			read_content(rest, entry);
		else
			read_reply(rest, entry);
		return true;
	}
	return false;
}

/* "END-OF-MESSAGE: 550 no; from=<a> to=<b> ...": what a filter before the
 * queue said, and the client was told. */
bool
refusal_of_proxy(struct str rest, struct maillog_entry *entry)
{
	if (!piece_text(&rest, STR("proxy-reject: ")))
		return false;
	rest = piece_after(rest, STR(": "));
	entry->reason = str_slice(rest, 0, piece_find(rest, STR("; ")));
	entry->kind = MAILLOG_REFUSAL;
	return true;
}
