/* A zone from any text: mistakes or answers, never a crash or a loop. */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "dns/zonefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum dns_type types[] = {
	DNS_A, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA, DNS_SPF
};

static void
ask_all(const struct zone *zone, struct str name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		unsigned delay_ms;
		struct answer *answer = zone_answer(zone, name, types[i],
		    &delay_ms);

		ensure(answer->dns.count <= LIMIT_DNS_RECORDS);
		ensure((answer->dns.status == DNS_DATA) ==
		    (answer->dns.count > 0));
		ensure(str_eq_nocase(answer->dns.name, name));
		answer_unref(answer);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag *diag = diag_new();
	struct str text = str_make(data, size), line;
	struct zone *zone = zonefile_parse("zone", text, diag);

	ensure((zone == NULL) == (diag_total(diag) > 0));
	while (zone != NULL && str_next(&text, '\n', &line)) {
		struct str name = str_slice(line, 0, str_chr(line, ' '));

		if (name.len > 0 && name.len <= LIMIT_DOMAIN_OCTETS)
			ask_all(zone, name);
	}
	zone_free(zone);
	diag_free(diag);
	return 0;
}
