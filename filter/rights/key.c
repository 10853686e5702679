#include "rights/key.h"

#include <string.h>

#include "base/domain.h"
#include "base/limits.h"
#include "mail/address.h"

/* Without its quotes, in lower case; at most as long. */
static size_t
add_local(char *out, struct str local)
{
	bool quoted = false;
	size_t len = 0;

	for (size_t i = 0; i < local.len; i++) {
		char c = local.ptr[i];

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\' && quoted && i + 1 < local.len)
			c = local.ptr[++i];
		out[len++] = ascii_lower(c);
	}
	return len;
}

static bool
is_literal(struct str domain)
{
	return domain.len > 2 && domain.ptr[0] == '[' &&
	    domain.ptr[domain.len - 1] == ']' && str_is_visible(domain);
}

const char *
key_make(struct arena *arena, struct str address, struct key *key_out)
{
	struct str local, domain, ascii = STR_NONE;
	bool has_domain = address_split(address, &local, &domain);
	char *text;

	if (address.len > LIMIT_ADDRESS_OCTETS)
		return "is longer than any address";
	if (local.len == 0 && !has_domain)
		return "is empty";
	if (has_domain && is_literal(domain))
		ascii = domain;
	else if (has_domain && !domain_to_ascii(arena, domain, &ascii))
		return "has no valid domain after the @";
	text = arena_alloc(arena, local.len + 1 + ascii.len);
	key_out->at = add_local(text, local);
	if (key_out->at == 0 && local.len > 0)
		return "has nothing before the @ but quotes";
	key_out->text = str_make(text, key_out->at);
	if (!has_domain)
		return NULL;
	text[key_out->text.len++] = '@';
	for (size_t i = 0; i < ascii.len; i++)
		text[key_out->text.len++] = ascii_lower(ascii.ptr[i]);
	return NULL;
}

struct str
key_local(const struct key *key)
{
	return str_slice(key->text, 0, key->at);
}

struct str
key_domain(const struct key *key)
{
	return str_skip(key->text, key->at + 1);
}

static bool
is_list_name(struct str local, char delimiter)
{
	static const struct str owner = STR_INIT("owner-");
	static const struct str request = STR_INIT("-request");

	return delimiter == '-' && (str_starts_nocase(local, owner) ||
	    str_ends_nocase(local, request));
}

bool
key_without_extension(struct arena *arena, const struct key *key,
    const char *delimiters, struct key *key_out)
{
	struct str local = key_local(key);
	size_t end = 0;
	char *text;

	while (end < local.len && (local.ptr[end] == '\0' ||
	    strchr(delimiters, local.ptr[end]) == NULL))
		end++;
	if (end == 0 || end == local.len ||
	    is_list_name(local, local.ptr[end]))
		return false;
	text = arena_alloc(arena, key->text.len);
	memcpy(text, local.ptr, end);
	if (key->at < key->text.len)
		memcpy(text + end, key->text.ptr + key->at,
		    key->text.len - key->at);
	key_out->at = end;
	key_out->text = str_make(text, end + key->text.len - key->at);
	return true;
}
