#include "dns/rdata.h"

#include <stdio.h>
#include <string.h>

#include "base/domain.h"
#include "base/limits.h"

enum { A_OCTETS = 4, AAAA_OCTETS = 16, HEADER_OCTETS = 12,
       POINTER_BITS = 0xc0 };

static unsigned
octet(struct str s, size_t at)
{
	return (unsigned char)s.ptr[at];
}

static unsigned
two_octets(struct str s, size_t at)
{
	return octet(s, at) << 8 | octet(s, at + 1);
}

/* The whole of wire is one uncompressed name; "" for the root. */
static bool
decode_name(struct arena *arena, struct str wire, struct str *name_out)
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
		return decode_name(arena, str_skip(wire, 2),
		    &record_out->text);
	case DNS_CNAME:
	case DNS_PTR:
		return decode_name(arena, wire, &record_out->text);
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

bool
rdata_name_unescape(struct arena *arena, struct str text,
    struct str *name_out)
{
	char *name = arena_alloc(arena, text.len + 1);
	size_t len = 0;
	uint64_t value;

	for (size_t at = 0; at < text.len; at++) {
		struct str rest = str_skip(text, at + 1);

		if (text.ptr[at] != '\\') {
			name[len++] = ascii_lower(text.ptr[at]);
			continue;
		}
		if (str_to_uint(str_slice(rest, 0, 3), 255, &value) &&
		    rest.len >= 3) {
			name[len++] = ascii_lower((char)value);
			at += 3;
		} else if (rest.len > 0 && !ascii_digit(rest.ptr[0])) {
			name[len++] = ascii_lower(rest.ptr[0]);
			at++;
		} else {
			return false;
		}
		if (name[len - 1] == '.')
			return false;
	}
	*name_out = domain_chop_dot(str_make(name, len));
	return true;
}

/* Behind the name at the offset, or the packet's length if there is none. */
static size_t
skip_name(struct str packet, size_t at)
{
	while (at < packet.len) {
		unsigned label = octet(packet, at);

		if ((label & POINTER_BITS) == POINTER_BITS)
			return at + 2;
		if (label == 0)
			return at + 1;
		at += 1 + label;
	}
	return packet.len;
}

unsigned
rdata_count_cnames(struct str packet)
{
	enum { QUESTION_REST = 4, RECORD_REST = 10 };
	unsigned questions, answers, cnames = 0;
	size_t at = HEADER_OCTETS;

	if (packet.len < HEADER_OCTETS)
		return 0;
	questions = two_octets(packet, 4);
	answers = two_octets(packet, 6);
	while (questions-- > 0)
		at = skip_name(packet, at) + QUESTION_REST;
	while (answers-- > 0) {
		at = skip_name(packet, at);
		if (at > packet.len || packet.len - at < RECORD_REST)
			break;
		cnames += two_octets(packet, at) == DNS_CNAME;
		at += RECORD_REST + two_octets(packet, at + 8);
	}
	return cnames;
}
