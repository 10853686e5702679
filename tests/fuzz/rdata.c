/*
 * Record data and names from the wire.  The first octet says which
 * type the rest is taken for.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum dns_type types[] = {
	DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA, DNS_SPF
};

/* Escaped, a name has nothing in it that a library could take amiss. */
static void
escape(struct str name)
{
	char text[RDATA_NAME_TEXT_MAX];

	rdata_name_escape(name, text);
	ensure(strlen(text) >= name.len && strlen(text) <= 4 * name.len);
	for (size_t i = 0; text[i] != '\0'; i++)
		ensure(text[i] > ' ' && text[i] < 0x7f && text[i] != '"');
}

static void
decode(struct arena *arena, enum dns_type type, struct str wire)
{
	struct dns_record record;

	if (!rdata_decode(arena, type, wire, &record))
		return;
	ensure(record.text.len <= wire.len);
	if (type == DNS_MX || type == DNS_PTR || type == DNS_CNAME) {
		ensure(record.text.len == 0 || domain_fits_dns(record.text));
		escape(record.text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str rest;

	if (size > 0) {
		rest = str_make(data + 1, size - 1);
		decode(arena, types[data[0] % (sizeof(types) /
		    sizeof(types[0]))], rest);
	}
	arena_free(arena);
	return 0;
}
