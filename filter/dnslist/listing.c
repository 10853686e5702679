#include "dnslist/listing.h"

#include <string.h>

/* An IPv4 address that a list can list with. */
static bool
is_value(const struct ip *ip)
{
	static const uint8_t blocked[] = { 127, 0, 0, 1 };

	return ip->family == IP_V4 && ip->bytes[0] == 127 &&
	    !(ip->bytes[1] == 255 && ip->bytes[2] == 255) &&
	    memcmp(ip->bytes, blocked, sizeof(blocked)) != 0;
}

const struct ip *
listing_wrong(const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		if (!is_value(&answer->records[i].ip))
			return &answer->records[i].ip;
	return NULL;
}

enum listing
listing_of(const struct dns_answer *answer)
{
	switch (answer->status) {
	case DNS_DATA:
		return listing_wrong(answer) != NULL ? LISTING_WRONG :
		    LISTING_YES;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return LISTING_NO;
	case DNS_SERVFAIL:
	case DNS_BOGUS:
	case DNS_TIMEOUT:
		break;
	}
	return LISTING_TROUBLE;
}

bool
listing_matches(const struct ip *value, const struct ipnet *nets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ipnet_contains(&nets[i], value))
			return true;
	return count == 0;
}
