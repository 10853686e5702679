#include "mail/uri.h"

#include <string.h>

#include "base/domain.h"

/* ---- where an authority begins ---- */

static bool
ends_with(const struct uri_reader *reader, const char *what)
{
	size_t len = strlen(what);

	return reader->before_len >= len && memcmp(reader->before +
	    reader->before_len - len, what, len) == 0;
}

/* The octet before the last count of them; a blank at the beginning. */
static char
octet_before(const struct uri_reader *reader, size_t count)
{
	return reader->before_len <= count ? ' ' :
	    (char)reader->before[reader->before_len - count - 1];
}

static bool
begins_word(char c)
{
	return !ascii_alnum(c) && c != '-' && c != '_' && c != '.' && c != '@';
}

/* As browsers have it: a backslash is a slash. */
static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool
begins_authority(const struct uri_reader *reader)
{
	static const char *const schemes[] = { "http://", "https://",
	    "ftp://" };
	static const char *const attributes[] = { "href=//", "href=\"//",
	    "href='//", "src=//", "src=\"//", "src='//" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (ends_with(reader, schemes[i]))
			return true;
	for (size_t i = 0; reader->html &&
	    i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (ends_with(reader, attributes[i]))
			return true;
	return false;
}

static void
remember(struct uri_reader *reader, unsigned char c)
{
	if (reader->before_len == sizeof(reader->before)) {
		memmove(reader->before, reader->before + 1,
		    sizeof(reader->before) - 1);
		reader->before_len--;
	}
	reader->before[reader->before_len++] = is_slash((char)c) ? '/' :
	    (unsigned char)ascii_lower((char)c);
}

/* "href = "x"": blanks about the sign count for nothing. */
static bool
is_blank_of_attribute(const struct uri_reader *reader, char c)
{
	return reader->html && ascii_space(c) &&
	    (ends_with(reader, "href") || ends_with(reader, "src") ||
	    ends_with(reader, "href=") || ends_with(reader, "src="));
}

static void
look(struct uri_reader *reader, unsigned char c)
{
	if (is_blank_of_attribute(reader, (char)c))
		return;
	remember(reader, c);
	if (begins_authority(reader)) {
		reader->state = URI_AUTHORITY;
		reader->host_len = 0;
	} else if (ends_with(reader, "www.") &&
	    begins_word(octet_before(reader, 4))) {
		reader->state = URI_AUTHORITY;
		reader->host_len = 4;
		memcpy(reader->host, "www.", 4);
	}
}

/* ---- the authority ---- */

/* What cannot be in one ends it (RFC 3986 section 3.2), and what texts put
 * around a URI. */
static bool
ends_authority(char c)
{
	return (unsigned char)c <= 0x20 || c == 0x7f || is_slash(c) ||
	    strchr("?#\"'<>(){}|^`,;!*", c) != NULL;
}

/* In place. */
static size_t
undo_percent(char *text, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		int octet = text[i] == '%' ?
		    ascii_octet(str_make(text, len), i + 1) : -1;

		if (octet >= 0) {
			text[to++] = (char)octet;
			i += 2;
		} else {
			text[to++] = text[i];
		}
	}
	return to;
}

/* Without user information, port, and the full stop of a sentence. */
static struct str
bare_host(struct str authority)
{
	size_t at = str_rchr(authority, '@'), end;

	if (at < authority.len)
		authority = str_skip(authority, at + 1);
	if (authority.len > 0 && authority.ptr[0] == '[') {
		end = str_chr(authority, ']');
		return str_slice(authority, 1, end);
	}
	authority = str_slice(authority, 0, str_chr(authority, ':'));
	while (authority.len > 0 && authority.ptr[authority.len - 1] == '.')
		authority.len--;
	return authority;
}

static void
end_authority(struct uri_reader *reader)
{
	struct str host;

	if (reader->state == URI_AUTHORITY) {
		host = bare_host(str_make(reader->host, reader->host_len));
		host.len = undo_percent((char *)(uintptr_t)host.ptr, host.len);
		if (host.len > 0)
			reader->found(reader->ctx, host);
	}
	reader->state = URI_TEXT;
	reader->before_len = 0;
	reader->host_len = 0;
}

/* A further slash before the host is none: "http:///example.com". */
static void
take(struct uri_reader *reader, unsigned char c)
{
	if (is_slash((char)c) && reader->host_len == 0 &&
	    reader->state == URI_AUTHORITY)
		return;
	if (ends_authority((char)c)) {
		end_authority(reader);
		look(reader, c);
	} else if (reader->host_len == sizeof(reader->host)) {
		reader->state = URI_TOO_LONG;
	} else {
		reader->host[reader->host_len++] = (char)c;
	}
}

static void
feed(struct uri_reader *reader, unsigned char c)
{
	if (reader->state == URI_TEXT)
		look(reader, c);
	else
		take(reader, c);
}

/* ---- character references of HTML ---- */

static void
feed_utf8(struct uri_reader *reader, uint32_t code)
{
	if (code < 0x80) {
		feed(reader, (unsigned char)code);
	} else if (code < 0x800) {
		feed(reader, (unsigned char)(0xc0 | code >> 6));
		feed(reader, (unsigned char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		feed(reader, (unsigned char)(0xe0 | code >> 12));
		feed(reader, (unsigned char)(0x80 | (code >> 6 & 0x3f)));
		feed(reader, (unsigned char)(0x80 | (code & 0x3f)));
	} else if (code < 0x110000) {
		feed(reader, (unsigned char)(0xf0 | code >> 18));
		feed(reader, (unsigned char)(0x80 | (code >> 12 & 0x3f)));
		feed(reader, (unsigned char)(0x80 | (code >> 6 & 0x3f)));
		feed(reader, (unsigned char)(0x80 | (code & 0x3f)));
	}
}

/* "#104", "#x68": the number; 0: it is none. */
static uint32_t
numeric(struct str text)
{
	bool hex = text.len > 1 && ascii_lower(text.ptr[1]) == 'x';
	uint32_t code = 0;

	for (size_t i = hex ? 2 : 1; i < text.len; i++) {
		int digit = ascii_hex(text.ptr[i]);

		if (digit < 0 || (!hex && digit > 9) || code > 0x10ffff)
			return 0;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
	}
	return code;
}

static uint32_t
reference(struct str text)
{
	static const struct {
		const char	*name;
		char		 c;
	} names[] = {
		{ "amp", '&' }, { "quot", '"' }, { "apos", '\'' },
		{ "lt", '<' }, { "gt", '>' }, { "colon", ':' },
		{ "sol", '/' }, { "bsol", '\\' }, { "period", '.' },
		{ "commat", '@' }, { "num", '#' }, { "quest", '?' },
		{ "percnt", '%' }, { "equals", '=' }, { "nbsp", ' ' },
		{ "Tab", '\t' }, { "NewLine", '\n' },
		{ "lsqb", '[' }, { "rsqb", ']' }, { "lowbar", '_' },
	};

	if (text.len > 0 && text.ptr[0] == '#')
		return numeric(text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eqz(text, names[i].name))
			return (unsigned char)names[i].c;
	return 0;
}

/* What was no reference is text. */
static void
end_entity(struct uri_reader *reader, bool closed)
{
	struct str text = str_make(reader->entity, reader->entity_len);
	uint32_t code = closed || (text.len > 1 && text.ptr[0] == '#') ?
	    reference(text) : 0;

	reader->in_entity = false;
	if (code != 0) {
		feed_utf8(reader, code);
		return;
	}
	feed(reader, '&');
	for (size_t i = 0; i < text.len; i++)
		feed(reader, (unsigned char)text.ptr[i]);
	if (closed)
		feed(reader, ';');
}

static void
feed_html(struct uri_reader *reader, char c)
{
	if (reader->in_entity && (ascii_alnum(c) ||
	    (c == '#' && reader->entity_len == 0)) &&
	    reader->entity_len < sizeof(reader->entity)) {
		reader->entity[reader->entity_len++] = c;
		return;
	}
	if (reader->in_entity) {
		end_entity(reader, c == ';');
		if (c == ';')
			return;
	}
	if (c == '&') {
		reader->in_entity = true;
		reader->entity_len = 0;
	} else {
		feed(reader, (unsigned char)c);
	}
}

void
uri_begin(struct uri_reader *reader, bool html, uri_found_fn *found,
    void *ctx)
{
	*reader = (struct uri_reader){ .html = html, .found = found,
	    .ctx = ctx };
}

void
uri_read(struct uri_reader *reader, struct str piece)
{
	for (size_t i = 0; i < piece.len; i++)
		if (reader->html)
			feed_html(reader, piece.ptr[i]);
		else
			feed(reader, (unsigned char)piece.ptr[i]);
}

void
uri_end(struct uri_reader *reader)
{
	if (reader->in_entity)
		end_entity(reader, false);
	if (reader->state != URI_TEXT)
		end_authority(reader);
}

/* ---- what a host is ---- */

/* One number of an IPv4 address: decimal, 0x hexadecimal, 0 octal. */
static bool
read_number(struct str text, uint64_t *number_out)
{
	unsigned base = 10;

	if (text.len > 1 && text.ptr[0] == '0') {
		base = ascii_lower(text.ptr[1]) == 'x' ? 16 : 8;
		text = str_skip(text, base == 16 ? 2 : 1);
	} else if (text.len == 0) {
		return false;
	}
	*number_out = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = ascii_hex(text.ptr[i]);

		if (digit < 0 || (unsigned)digit >= base ||
		    *number_out > UINT32_MAX)
			return false;
		*number_out = *number_out * base + (unsigned)digit;
	}
	return true;
}

/* The last number fills what the ones before it leave. */
static bool
read_ipv4(struct str host, struct ip *ip_out)
{
	struct str rest = host, piece;
	uint64_t number, address = 0;
	unsigned count = 0;

	while (str_next(&rest, '.', &piece)) {
		if (count == 4 || !read_number(piece, &number))
			return false;
		count++;
		if (rest.ptr != NULL) {
			if (number > 255)
				return false;
			address |= number << (32 - 8 * count);
		} else if (number >> (8 * (5 - count)) != 0) {
			return false;
		} else {
			address |= number;
		}
	}
	*ip_out = (struct ip){ .family = IP_V4, .bytes = {
	    (uint8_t)(address >> 24), (uint8_t)(address >> 16),
	    (uint8_t)(address >> 8), (uint8_t)address } };
	return true;
}

bool
uri_host(struct arena *arena, struct str host, struct ip *ip_out,
    struct str *domain_out)
{
	struct str ascii;

	*domain_out = STR_NONE;
	if (ip_parse(host, ip_out) || read_ipv4(host, ip_out))
		return true;
	ip_out->family = IP_NONE;
	if (host.len > LIMIT_UDOMAIN_OCTETS || !str_is_utf8(host) ||
	    !domain_to_ascii(arena, host, &ascii) ||
	    !domain_is_valid(ascii) || domain_labels(ascii) < 2)
		return false;
	if (read_ipv4(ascii, ip_out))	/* of full-width digits */
		return true;
	ip_out->family = IP_NONE;
	*domain_out = ascii;
	return true;
}
