#include "maillog/line.h"

#include "base/buf.h"
#include "base/limits.h"
#include "event/pull.h"

/* What Postfix's daemons and commands are called in a tag. */
static const struct str daemons[] = {
	STR_INIT("anvil"), STR_INIT("bounce"), STR_INIT("cleanup"),
	STR_INIT("defer"), STR_INIT("discard"), STR_INIT("dnsblog"),
	STR_INIT("error"), STR_INIT("flush"), STR_INIT("lmtp"),
	STR_INIT("local"), STR_INIT("master"), STR_INIT("nqmgr"),
	STR_INIT("oqmgr"), STR_INIT("pickup"), STR_INIT("pipe"),
	STR_INIT("postdrop"), STR_INIT("postfix-script"), STR_INIT("postlog"),
	STR_INIT("postlogd"), STR_INIT("postmulti"), STR_INIT("postqueue"),
	STR_INIT("postscreen"), STR_INIT("postsuper"), STR_INIT("proxymap"),
	STR_INIT("qmgr"), STR_INIT("qmqpd"), STR_INIT("relay"),
	STR_INIT("retry"), STR_INIT("scache"), STR_INIT("sendmail"),
	STR_INIT("showq"), STR_INIT("smtp"), STR_INIT("smtpd"),
	STR_INIT("spawn"), STR_INIT("tlsmgr"), STR_INIT("tlsproxy"),
	STR_INIT("trace"), STR_INIT("trivial-rewrite"), STR_INIT("verify"),
	STR_INIT("virtual"),
};

static bool
is_daemon(struct str name)
{
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++)
		if (str_eq(name, daemons[i]))
			return true;
	return false;
}

static bool
starts(struct str s, struct str prefix)
{
	return str_eq(str_slice(s, 0, prefix.len), prefix);
}

/* Whose tag it is; what has "/" and ends in a daemon's name is Postfix's,
 * whatever the instance is called. */
static void
take_tag(struct maillog_line *line, struct str tag)
{
	size_t slash = str_chr(tag, '/');

	line->mta = MAILLOG_OTHER;
	line->instance = STR_NONE;
	line->program = tag;
	if (slash < tag.len) {
		line->instance = str_slice(tag, 0, slash);
		line->program = str_skip(tag, str_rchr(tag, '/') + 1);
		if (is_daemon(line->program) ||
		    starts(line->instance, STR("postfix")))
			line->mta = MAILLOG_POSTFIX;
	} else if (str_eqz(tag, "sendmail") || starts(tag, STR("sm-")) ||
	    starts(tag, STR("sendmail-"))) {
		line->mta = MAILLOG_SENDMAIL;
	}
}

/* "[ID 197553 mail.info] ", as syslog of Solaris has it. */
static struct str
without_id(struct str text)
{
	size_t end;

	if (!starts(text, STR("[ID ")))
		return text;
	end = str_chr(text, ']');
	return end + 2 > text.len ? text : str_skip(text, end + 2);
}

/* "TAG[PID]: TEXT" */
static bool
take_message(struct maillog_line *line, struct str rest)
{
	size_t end = 0;
	struct str tag;

	while (end < rest.len && rest.ptr[end] != '[' &&
	    rest.ptr[end] != ':' && rest.ptr[end] != ' ')
		end++;
	tag = str_slice(rest, 0, end);
	/* What syslog itself says has no tag, and is of no program. */
	if (starts(rest, STR("last message repeated "))) {
		take_tag(line, tag);
		return true;
	}
	rest = str_skip(rest, end);
	if (rest.len > 0 && rest.ptr[0] == '[')
		rest = str_skip(rest, str_chr(rest, ']') + 1);
	if (tag.len == 0 || tag.len > LIMIT_MAILLOG_TAG_OCTETS ||
	    rest.len == 0 || rest.ptr[0] != ':')
		return false;
	take_tag(line, tag);
	line->text = without_id(str_trim(str_skip(rest, 1)));
	return true;
}

/* ---- RFC 5424 ---- */

/* "<22>1 ", section 6.2: the priority and the version. */
static bool
take_version(struct str *rest)
{
	size_t end = str_chr(str_slice(*rest, 0, 5), '>');
	struct str after = str_skip(*rest, end + 1);

	if (rest->len == 0 || rest->ptr[0] != '<' || end >= 5 ||
	    !starts(after, STR("1 ")))
		return false;
	*rest = str_skip(after, 2);
	return true;
}

/* Section 6.3: "-", or elements in brackets whose values are quoted. */
static bool
skip_data(struct str *rest)
{
	bool quoted = false;
	size_t i = 0;

	if (starts(*rest, STR("-"))) {
		*rest = str_skip(*rest, 1);
		return true;
	}
	while (i < rest->len && rest->ptr[i] == '[') {
		for (; i < rest->len && (quoted || rest->ptr[i] != ']'); i++)
			if (quoted && rest->ptr[i] == '\\')
				i++;
			else if (rest->ptr[i] == '"')
				quoted = !quoted;
		i++;
	}
	if (i == 0 || i > rest->len)
		return false;
	*rest = str_skip(*rest, i);
	return true;
}

/* "HOST TAG PID ID DATA TEXT" */
static bool
take_protocol(struct maillog_line *line, struct str rest)
{
	struct str tag, other;

	if (!str_next(&rest, ' ', &line->host) ||
	    !str_next(&rest, ' ', &tag) || tag.len == 0 ||
	    tag.len > LIMIT_MAILLOG_TAG_OCTETS ||
	    !str_next(&rest, ' ', &other) ||
	    !str_next(&rest, ' ', &other) || !skip_data(&rest))
		return false;
	take_tag(line, tag);
	rest = str_trim(rest);
	if (starts(rest, STR("\xef\xbb\xbf")))
		rest = str_skip(rest, 3);
	line->text = without_id(rest);
	return true;
}

/* ---- journalctl -o json ---- */

struct journal {
	struct str	time, host, tag, text;
};

/* Octets that are no text are an array of numbers. */
static bool
take_octets(struct pull *pull, struct arena *arena, struct str *text_out)
{
	struct buf octets;
	double number;

	if (pull_type(pull) == PULL_TEXT)
		return pull_text(pull, text_out);
	if (pull_type(pull) != PULL_ARRAY)
		return pull_skip(pull);
	if (!pull_array(pull))
		return false;
	buf_init(&octets, arena, LIMIT_MAILLOG_LINE_OCTETS);
	while (pull_item(pull)) {
		if (pull_type(pull) != PULL_NUMBER ||
		    !pull_number(pull, &number))
			return false;
		buf_addc(&octets, number >= 0 && number < 256 ?
		    (char)(unsigned char)number : '?');
	}
	*text_out = buf_str(&octets);
	return !pull->bad;
}

static bool
read_journal(struct pull *pull, struct arena *arena,
    struct journal *journal)
{
	const struct { struct str key; struct str *to; } wanted[] = {
		{ STR("__REALTIME_TIMESTAMP"), &journal->time },
		{ STR("_HOSTNAME"), &journal->host },
		{ STR("SYSLOG_IDENTIFIER"), &journal->tag },
		{ STR("MESSAGE"), &journal->text },
	};
	struct str key;

	if (!pull_object(pull))
		return false;
	while (pull_key(pull, &key)) {
		struct str *to = NULL;

		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]);
		    i++)
			if (str_eq(key, wanted[i].key))
				to = wanted[i].to;
		if (to != NULL ? !take_octets(pull, arena, to) :
		    !pull_skip(pull))
			return false;
	}
	return pull_end(pull);
}

static bool
take_json(struct str text, struct arena *arena, struct maillog_line *line)
{
	struct journal journal = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 },
	    { NULL, 0 } };
	struct pull pull;
	uint64_t time_us;

	pull_init(&pull, text, arena);
	if (!read_journal(&pull, arena, &journal) ||
	    !str_to_uint(journal.time, INT64_MAX / 2, &time_us) ||
	    journal.tag.len > LIMIT_MAILLOG_TAG_OCTETS)
		return false;
	line->time_us = (int64_t)time_us;
	line->host = journal.host;
	take_tag(line, journal.tag);
	line->text = without_id(str_trim(journal.text));
	return true;
}

/* ---- all of it ---- */

static bool
take_stamped(struct stamp *stamp, struct str rest, struct maillog_line *line)
{
	bool protocol = take_version(&rest);
	size_t end;

	if (!stamp_read(stamp, &rest, &line->time_us))
		return false;
	if (protocol)
		return take_protocol(line, rest);
	end = str_chr(rest, ' ');
	line->host = str_slice(rest, 0, end);
	return take_message(line, str_skip(rest, end + 1));
}

bool
maillog_line_read(struct stamp *stamp, struct str text, struct arena *arena,
    struct maillog_line *line_out)
{
	bool is_json = text.len > 0 && text.ptr[0] == '{';

	*line_out = (struct maillog_line){ .time_us = 0 };
	return (is_json ? take_json(text, arena, line_out) :
	    take_stamped(stamp, text, line_out)) &&
	    line_out->host.len <= LIMIT_DOMAIN_OCTETS;
}

bool
maillog_same_host(struct str a, struct str b)
{
	size_t dot_a = str_chr(a, '.'), dot_b = str_chr(b, '.');

	if (dot_a < a.len && dot_b < b.len)
		return str_eq_nocase(a, b);
	return str_eq_nocase(str_slice(a, 0, dot_a), str_slice(b, 0, dot_b));
}
