/*
 * Record data, names and packets from the wire.  The first octet says which
 * type the rest is taken for.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum dns_type types[] = {
	DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA, DNS_SPF
};

/* A name goes to text and comes back the same. */
static void
round_trip(struct arena *arena, struct str name)
{
	char text[RDATA_NAME_TEXT_MAX];
	struct str back;

	rdata_name_escape(name, text);
	ensure(rdata_name_unescape(arena, str_from(text), &back));
	ensure(str_eq(name, back));
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
		round_trip(arena, record.text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str rest, name;

	if (size > 0) {
		rest = str_make(data + 1, size - 1);
		decode(arena, types[data[0] % (sizeof(types) /
		    sizeof(types[0]))], rest);
		if (rdata_name_unescape(arena, rest, &name) &&
		    domain_fits_dns(name))
			round_trip(arena, domain_chop_dot(name));
		ensure(rdata_count_cnames(rest) <= rest.len);
	}
	arena_free(arena);
	return 0;
}
