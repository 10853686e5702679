#include "mail/address.h"

/* RFC 5321 section 4.1.1.3: a source route, "@a,@b:", is to be ignored. */
static struct str
skip_source_route(struct str path)
{
	size_t colon;

	if (path.len == 0 || path.ptr[0] != '@')
		return path;
	colon = str_chr(path, ':');
	return colon < path.len ? str_skip(path, colon + 1) : path;
}

struct str
address_of_path(struct str path)
{
	path = str_trim(path);
	if (path.len > 0 && path.ptr[0] == '<')
		path = str_skip(path, 1);
	if (path.len > 0 && path.ptr[path.len - 1] == '>')
		path.len--;
	return skip_source_route(str_trim(path));
}

/* The last '@' outside quotes, or the length.  *open_out: quotes never end. */
static size_t
last_at(struct str address, bool *open_out)
{
	size_t at = address.len;
	bool quoted = false;

	for (size_t i = 0; i < address.len; i++) {
		if (address.ptr[i] == '\\')
			i++;
		else if (address.ptr[i] == '"')
			quoted = !quoted;
		else if (address.ptr[i] == '@' && !quoted)
			at = i;
	}
	*open_out = quoted;
	return at;
}

bool
address_split(struct str path, struct str *local_out, struct str *domain_out)
{
	struct str address = address_of_path(path);
	bool open;
	size_t at = last_at(address, &open);

	if (open)
		at = str_rchr(address, '@');
	*local_out = str_slice(address, 0, at);
	*domain_out = str_skip(address, at + 1);
	return at < address.len;
}

struct str
address_domain(struct str path)
{
	struct str local, domain;

	address_split(path, &local, &domain);
	return domain;
}
