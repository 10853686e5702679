#include "outmail/transfer.h"

#include <string.h>

#include "base/base64.h"
#include "base/limits.h"

enum {
	LINE_OCTETS = 76,	/* RFC 2045 sections 6.7 (5) and 6.8 */
	PLAIN_OCTETS = 78	/* RFC 5322 section 2.1.1 */
};

static bool
next_line(struct str *rest, struct str *line_out)
{
	if (rest->len == 0)
		return false;
	str_next(rest, '\n', line_out);
	if (line_out->len > 0 && line_out->ptr[line_out->len - 1] == '\r')
		line_out->len--;
	return true;
}

/* Files of mail mark a message by such a line, and MTAs put ">" before it. */
static bool
is_from_line(struct str line)
{
	return line.len >= 5 && memcmp(line.ptr, "From ", 5) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
transfer_is_plain(struct str content)
{
	struct str line;

	while (next_line(&content, &line)) {
		if (line.len > PLAIN_OCTETS || is_from_line(line) ||
		    (line.len > 0 && is_blank(line.ptr[line.len - 1])))
			return false;
		for (size_t i = 0; i < line.len; i++)
			if (line.ptr[i] != '\t' &&
			    (line.ptr[i] < 0x20 || line.ptr[i] > 0x7e))
				return false;
	}
	return true;
}

void
transfer_lines(struct buf *out, struct str content)
{
	struct str line;

	while (next_line(&content, &line)) {
		line = str_slice(line, 0, LIMIT_LINE_OCTETS);
		for (size_t i = 0; i < line.len; i++)
			buf_addc(out, line.ptr[i] == '\r' ||
			    line.ptr[i] == '\0' ? '?' : line.ptr[i]);
		buf_addz(out, "\r\n");
	}
}

static bool
is_literal(struct str line, size_t at)
{
	char c = line.ptr[at];

	if (is_blank(c))
		return at + 1 < line.len;
	if (at == 0 && is_from_line(line))
		return false;
	return c > 0x20 && c < 0x7f && c != '=';
}

void
transfer_quoted_printable(struct buf *out, struct str content)
{
	struct str line;

	while (next_line(&content, &line)) {
		size_t column = 0;

		for (size_t i = 0; i < line.len; i++) {
			size_t width = is_literal(line, i) ? 1 : 3;

			/* One column is for the "=" of a soft break. */
			if (column + width > LINE_OCTETS - 1) {
				buf_addz(out, "=\r\n");
				column = 0;
			}
			if (width == 1)
				buf_addc(out, line.ptr[i]);
			else
				buf_add_escaped(out, '=', line.ptr[i]);
			column += width;
		}
		buf_addz(out, "\r\n");
	}
}

void
transfer_base64(struct buf *out, struct str content)
{
	struct str text = base64_write(out->arena, content);

	while (text.len > 0) {
		buf_add(out, str_slice(text, 0, LINE_OCTETS));
		buf_addz(out, "\r\n");
		text = str_skip(text, LINE_OCTETS);
	}
}
