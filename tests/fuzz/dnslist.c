/*
 * DNS lists: what is asked is a name that DNS can carry, below the zone and
 * no test entry of it; and of an answer whatever it holds, nothing outside
 * 127.0.0.0/8 and no error of a list is a listing.
 * The first octet: how many records; then four octets each; then the domain.
 */
#include "base/domain.h"
#include "base/ensure.h"
#include "dnslist/listing.h"
#include "dnslist/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_query(struct str domain)
{
	struct arena *arena = arena_new();
	struct str asked, name, zone = STR("bl.example");
	struct ip ip;

	if (query_of_domain(arena, domain, zone, &asked, &name)) {
		ensure(domain_fits_dns(name) && domain_is_under(name, zone));
		ensure(domain_labels(asked) > 1 && domain_is_valid(asked));
		ensure(name.len == asked.len + 1 + zone.len);
		ensure(!ip_parse(asked, &ip));
	}
	if (ip_parse(domain, &ip)) {
		name = query_of_ip(arena, &ip, zone);
		ensure(domain_fits_dns(name) && domain_is_under(name, zone));
		ensure(domain_labels(name) ==
		    (ip.family == IP_V4 ? 4u : 32u) + 2);
	}
	arena_free(arena);
}

static void
check_answer(const struct dns_record *records, size_t count)
{
	struct dns_answer answer = { .status = DNS_DATA, .type = DNS_A,
	    .records = records, .count = count, .why = "" };
	struct ipnet all;
	bool good = true;

	ensure(ipnet_parse(STR("127.0.0.0/8"), &all));
	for (size_t i = 0; i < count; i++) {
		const uint8_t *b = records[i].ip.bytes;

		good = good && ipnet_contains(&all, &records[i].ip) &&
		    !(b[1] == 255 && b[2] == 255) &&
		    !(b[1] == 0 && b[2] == 0 && b[3] == 1);
	}
	ensure((listing_of(&answer) == LISTING_YES) == good);
	ensure((listing_wrong(&answer) == NULL) == good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_record records[16] = { { .preference = 0 } };
	size_t count = size == 0 ? 0 : data[0] % 16 + 1, at = 1;

	if (size < 1 + count * 4)
		return 0;
	for (size_t i = 0; i < count; i++, at += 4) {
		records[i].ip.family = IP_V4;
		for (size_t k = 0; k < 4; k++)
			records[i].ip.bytes[k] = data[at + k];
	}
	check_answer(records, count);
	check_query(str_make(data + at, size - at));
	return 0;
}
