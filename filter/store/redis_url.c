#include "store/redis_url.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_PORT = 6379, DATABASE_MAX = 99999 };

static bool
decode(struct str text, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int c = (unsigned char)text.ptr[i];

		if (c == '%') {
			c = ascii_octet(text, i + 1);
			if (c < 0)
				return false;
			i += 2;
		}
		if (c == '\0' || len + 1 >= size)
			return false;
		out[len++] = (char)c;
	}
	out[len] = '\0';
	return true;
}

/* Behind "@", which no path and no host holds. */
static bool
take_login(struct str *text, struct redis_url *url)
{
	size_t at = str_rchr(*text, '@');
	struct str login = str_slice(*text, 0, at);
	size_t colon = str_chr(login, ':');

	if (at == text->len)
		return true;
	*text = str_skip(*text, at + 1);
	if (colon == login.len)
		return decode(login, url->password, sizeof(url->password));
	return decode(str_slice(login, 0, colon), url->user,
	    sizeof(url->user)) &&
	    decode(str_skip(login, colon + 1), url->password,
	    sizeof(url->password));
}

/* Keys of another prefix are those of another store. */
static bool
take_prefix(struct str *text, struct redis_url *url)
{
	static const struct str name = STR_INIT("prefix=");
	size_t at = 0;
	struct str prefix;

	while (at < text->len && ((text->ptr[at] != '?' &&
	    text->ptr[at] != '&') ||
	    !str_starts_nocase(str_skip(*text, at + 1), name)))
		at++;
	if (at == text->len) {
		snprintf(url->prefix, sizeof(url->prefix), "assay:");
		return true;
	}
	prefix = str_skip(*text, at + 1 + name.len);
	*text = str_slice(*text, 0, at);
	return decode(prefix, url->prefix, sizeof(url->prefix)) &&
	    url->prefix[0] != '\0';
}

static bool
take_database(struct str *text, char mark, struct redis_url *url)
{
	size_t at = str_rchr(*text, mark);
	uint64_t number = 0;

	if (at < text->len && at + 1 < text->len &&
	    !str_to_uint(str_skip(*text, at + 1), DATABASE_MAX, &number))
		return false;
	*text = str_slice(*text, 0, at);
	snprintf(url->database, sizeof(url->database), "%u",
	    (unsigned)number);
	return true;
}

/* "127.0.0.1", "redis.example.com:6380", "[::1]:6380" */
static bool
take_host(struct str text, struct redis_url *url)
{
	size_t end = text.len > 0 && text.ptr[0] == '[' ?
	    str_chr(text, ']') : 0;
	struct str host = str_slice(text, 1, end), port;
	size_t colon = str_chr(str_skip(text, end), ':') + end;
	uint64_t number = DEFAULT_PORT;

	if (end == 0)
		host = str_slice(text, 0, colon);
	else if (end == text.len || (colon != end + 1 && end + 1 < text.len))
		return false;
	port = str_skip(text, colon + 1);
	if (colon < text.len && (!str_to_uint(port, 65535, &number) ||
	    number == 0))
		return false;
	url->port = (int)number;
	return host.len > 0 && decode(host, url->host, sizeof(url->host));
}

const char *
redis_url_read(struct str text, bool is_path, struct redis_url *url_out)
{
	*url_out = (struct redis_url){ .port = 0 };
	if (!take_login(&text, url_out))
		return "user and password are not as they should be; write "
		    "redis://USER:PASSWORD@HOST with %XX for odd octets";
	if (!take_prefix(&text, url_out))
		return "prefix= has 1 to 64 octets, with %XX for odd ones";
	if (!take_database(&text, is_path ? '?' : '/', url_out))
		return "behind the last slash stands the number of a "
		    "database, such as redis://127.0.0.1/0";
	snprintf(url_out->shown, sizeof(url_out->shown), "%.*s",
	    STR_ARG(text));
	if (is_path && text.len > 0 && text.ptr[0] == '/' &&
	    decode(text, url_out->host, sizeof(url_out->host)))
		return NULL;
	if (!is_path && take_host(text, url_out))
		return NULL;
	return is_path ? "a path is missing; write for example "
	    "redis+unix:///run/redis/redis.sock" : "a host is missing; "
	    "write for example redis://127.0.0.1:6379/0";
}
