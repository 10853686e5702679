#include "dns/rdata.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "dns/octets.h"

enum { A_OCTETS = 4, AAAA_OCTETS = 16 };

bool
rdata_name_decode(struct arena *arena, struct str wire, struct str *name_out)
{
	char *text = arena_alloc(arena, wire.len + 1);
	size_t at = 0, len = 0;

	while (at < wire.len && octet(wire, at) != 0) {
		size_t label = octet(wire, at++);

		if (label > LIMIT_LABEL_OCTETS || label > wire.len - at)
			return false;
		if (len > 0)
			text[len++] = '.';
		for (size_t i = 0; i < label; i++, at++) {
			if (wire.ptr[at] == '.')
				return false;
			text[len++] = ascii_lower(wire.ptr[at]);
		}
	}
	if (at + 1 != wire.len || len > LIMIT_DOMAIN_OCTETS)
		return false;
	*name_out = str_make(text, len);
	return true;
}

/* One character-string or more, joined without anything between. */
static bool
decode_text(struct arena *arena, struct str wire, struct str *text_out)
{
	char *text = arena_alloc(arena, wire.len);
	size_t at = 0, len = 0;

	if (wire.len == 0)
		return false;
	while (at < wire.len) {
		size_t piece = octet(wire, at++);

		if (piece > wire.len - at)
			return false;
		if (piece > 0)
			memcpy(text + len, wire.ptr + at, piece);
		len += piece;
		at += piece;
	}
	*text_out = str_make(text, len);
	return true;
}

static bool
decode_address(enum ip_family family, size_t octets, struct str wire,
    struct ip *ip_out)
{
	if (wire.len != octets)
		return false;
	ip_out->family = family;
	memcpy(ip_out->bytes, wire.ptr, octets);
	return true;
}

bool
rdata_decode(struct arena *arena, enum dns_type type, struct str wire,
    struct dns_record *record_out)
{
	*record_out = (struct dns_record){ 0 };
	switch (type) {
	case DNS_A:
		return decode_address(IP_V4, A_OCTETS, wire, &record_out->ip);
	case DNS_AAAA:
		return decode_address(IP_V6, AAAA_OCTETS, wire,
		    &record_out->ip);
	case DNS_TXT:
	case DNS_SPF:
		return decode_text(arena, wire, &record_out->text);
	case DNS_MX:
		if (wire.len < 2)
			return false;
		record_out->preference = two_octets(wire, 0);
		return rdata_name_decode(arena, str_skip(wire, 2),
		    &record_out->text);
	case DNS_CNAME:
	case DNS_PTR:
		return rdata_name_decode(arena, wire, &record_out->text);
	}
	return false;
}

void
rdata_name_escape(struct str name, char text_out[RDATA_NAME_TEXT_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < name.len && i < 255; i++) {
		char c = name.ptr[i];

		if (ascii_alnum(c) || c == '-' || c == '_' || c == '.')
			text_out[len++] = c;
		else
			len += (size_t)snprintf(text_out + len,
			    RDATA_NAME_TEXT_MAX - len, "\\%03u",
			    (unsigned char)c);
	}
	text_out[len] = '\0';
}
