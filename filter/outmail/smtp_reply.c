#include "outmail/smtp_reply.h"

#include <string.h>

void
smtp_reply_init(struct smtp_reply *reply)
{
	reply->code = 0;
	reply->lines = 0;
	reply->line_len = reply->text_len = 0;
}

static void
keep_text(struct smtp_reply *reply, struct str text)
{
	if (reply->lines > 0 && reply->text_len < sizeof(reply->text))
		reply->text[reply->text_len++] = '\n';
	text = str_slice(text, 0, sizeof(reply->text) - reply->text_len);
	for (size_t i = 0; i < text.len; i++)
		reply->text[reply->text_len++] = text.ptr[i] >= 0x20 &&
		    text.ptr[i] <= 0x7e ? text.ptr[i] : '?';
}

/* RFC 5321 section 4.2: three digits, "-" where lines follow. */
static enum smtp_more
take_line(struct smtp_reply *reply)
{
	struct str line = str_make(reply->line, reply->line_len);
	uint64_t code;
	char next;

	reply->line_len = 0;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len < 3 || !str_to_uint(str_slice(line, 0, 3), 599, &code) ||
	    code < 200 || (reply->lines > 0 && code != reply->code))
		return SMTP_BAD;
	next = line.len == 3 ? ' ' : line.ptr[3];
	if ((next != ' ' && next != '-') || reply->lines == LIMIT_SMTP_LINES)
		return SMTP_BAD;
	reply->code = (unsigned)code;
	keep_text(reply, str_skip(line, 4));
	reply->lines++;
	return next == '-' ? SMTP_MORE : SMTP_WHOLE;
}

enum smtp_more
smtp_reply_take(struct smtp_reply *reply, struct str octets, size_t *used_out)
{
	enum smtp_more more = SMTP_MORE;
	size_t used = 0;

	while (more == SMTP_MORE && used < octets.len) {
		char c = octets.ptr[used++];

		if (c == '\n')
			more = take_line(reply);
		else if (reply->line_len == sizeof(reply->line))
			more = SMTP_BAD;
		else
			reply->line[reply->line_len++] = c;
	}
	*used_out = used;
	return more;
}

struct str
smtp_reply_text(const struct smtp_reply *reply)
{
	return str_make(reply->text, reply->text_len);
}

bool
smtp_reply_offers(const struct smtp_reply *reply, const char *keyword)
{
	struct str rest = smtp_reply_text(reply), line;

	while (str_next(&rest, '\n', &line))
		if (str_eqz_nocase(str_slice(line, 0, str_chr(line, ' ')),
		    keyword))
			return true;
	return false;
}

static bool
is_queue_id(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!ascii_alnum(word.ptr[i]) && word.ptr[i] != '.')
			return false;
	return word.len >= 5 && word.len <= 64;
}

struct str
smtp_reply_queue_id(const struct smtp_reply *reply)
{
	static const struct str before = STR_INIT("queued as ");
	static const struct str after = STR_INIT(" Message accepted");
	struct str text = smtp_reply_text(reply), id = STR_NONE;
	const char *found = memmem(text.ptr, text.len, before.ptr, before.len);

	if (found != NULL) {
		id = str_skip(text, (size_t)(found - text.ptr) + before.len);
		id = str_slice(id, 0, str_chr(id, ' '));
		id = str_slice(id, 0, str_chr(id, '\n'));
	} else if ((found = memmem(text.ptr, text.len, after.ptr,
	    after.len)) != NULL) {
		id = str_slice(text, 0, (size_t)(found - text.ptr));
		if (str_rchr(id, ' ') < id.len)
			id = str_skip(id, str_rchr(id, ' ') + 1);
	}
	return is_queue_id(id) ? id : STR_NONE;
}
