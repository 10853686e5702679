/*
 * ip - an IPv4 or IPv6 address and a network
 *
 * An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) is IPv4 from the
 * moment it is read: ip_parse() and ip_from_sockaddr() unmap it.
 */
#ifndef ASSAY_BASE_IP_H
#define ASSAY_BASE_IP_H

#include "base/str.h"

struct sockaddr;

enum ip_family { IP_NONE, IP_V4, IP_V6 };

struct ip {
	enum ip_family	family;		/* IP_NONE: not known */
	uint8_t		bytes[16];	/* network order; 4 used for IPv4 */
};

struct ipnet {
	struct ip	ip;
	unsigned	bits;		/* 0..32, 0..128 */
};

enum { IP_TEXT_MAX = 46, IP_ARPA_MAX = 74, IP_SITE_MAX = IP_TEXT_MAX + 4 };

bool ip_parse(struct str text, struct ip *ip_out);
struct ip ip_from_sockaddr(const struct sockaddr *sa);	/* NULL: IP_NONE */
bool ip_equal(const struct ip *a, const struct ip *b);
unsigned ip_width(const struct ip *ip);			/* 32 or 128, 0 none */

/* "192.0.2.0/24", "2001:db8::/32"; without a slash one address. */
bool ipnet_parse(struct str text, struct ipnet *net_out);
bool ipnet_contains(const struct ipnet *net, const struct ip *ip);

/* RFC 5952 text; the result is in text_out and returned.  "" for IP_NONE. */
struct str ip_format(const struct ip *ip, char text_out[IP_TEXT_MAX]);

/* The network that one sender's hosts commonly share, /24, or /64 for IPv6:
 * "192.0.2.0/24".  "" for IP_NONE. */
struct str ip_format_site(const struct ip *ip, char text_out[IP_SITE_MAX]);

/* "1.2.0.192.in-addr.arpa", "...ip6.arpa". */
struct str ip_arpa(const struct ip *ip, char name_out[IP_ARPA_MAX]);

#endif
