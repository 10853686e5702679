/*
 * A DNS response from the wire, asked for one name.  The first octet says
 * which type was asked for.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "dns/answer.h"
#include "dns/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum dns_type types[] = {
	DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA, DNS_SPF
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_answer answer;

	if (size > 0) {
		answer = packet_decode(arena, str_make(data + 1, size - 1),
		    STR("a.example"),
		    types[data[0] % (sizeof(types) / sizeof(types[0]))]);
		ensure((answer.status == DNS_DATA) == (answer.count > 0));
		ensure(answer.canonical.len <= LIMIT_DOMAIN_OCTETS);
		answer_unref(answer_new(&answer));
	}
	arena_free(arena);
	return 0;
}
