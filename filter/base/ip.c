#include "base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped_prefix[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static struct ip
from_v6(const void *bytes)
{
	struct ip ip = { .family = IP_V6 };

	memcpy(ip.bytes, bytes, 16);
	if (memcmp(ip.bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		memmove(ip.bytes, ip.bytes + 12, 4);
		memset(ip.bytes + 4, 0, 12);
		ip.family = IP_V4;
	}
	return ip;
}

bool
ip_parse(struct str text, struct ip *ip_out)
{
	char z[IP_TEXT_MAX];
	uint8_t bytes[16];

	*ip_out = (struct ip){ .family = IP_NONE };
	if (text.len == 0 || text.len >= sizeof(z) ||
	    memchr(text.ptr, '\0', text.len) != NULL)
		return false;
	memcpy(z, text.ptr, text.len);
	z[text.len] = '\0';
	if (inet_pton(AF_INET, z, ip_out->bytes) == 1) {
		ip_out->family = IP_V4;
		return true;
	}
	if (inet_pton(AF_INET6, z, bytes) != 1)
		return false;
	*ip_out = from_v6(bytes);
	return true;
}

struct ip
ip_from_sockaddr(const struct sockaddr *sa)
{
	struct ip ip = { .family = IP_NONE };

	if (sa == NULL)
		return ip;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		ip.family = IP_V4;
		memcpy(ip.bytes, &in->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		ip = from_v6(&in6->sin6_addr);
	}
	return ip;
}

bool
ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family &&
	    memcmp(a->bytes, b->bytes, ip_width(a) / 8) == 0;
}

unsigned
ip_width(const struct ip *ip)
{
	return ip->family == IP_V4 ? 32 : ip->family == IP_V6 ? 128 : 0;
}

bool
ipnet_parse(struct str text, struct ipnet *net_out)
{
	size_t slash = str_chr(text, '/');
	uint64_t bits;

	if (!ip_parse(str_slice(text, 0, slash), &net_out->ip))
		return false;
	net_out->bits = ip_width(&net_out->ip);
	if (slash == text.len)
		return true;
	if (!str_to_uint(str_skip(text, slash + 1), net_out->bits, &bits))
		return false;
	net_out->bits = (unsigned)bits;
	return true;
}

bool
ipnet_contains(const struct ipnet *net, const struct ip *ip)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (ip->family != net->ip.family || ip->family == IP_NONE)
		return false;
	if (memcmp(ip->bytes, net->ip.bytes, whole) != 0)
		return false;
	return rest == 0 || (uint8_t)(ip->bytes[whole] >> (8 - rest)) ==
	    (uint8_t)(net->ip.bytes[whole] >> (8 - rest));
}

/* inet_ntop() does this with sprintf(), for every message several times. */
static struct str
format_v4(const uint8_t octets[4], char *text)
{
	char *p = text;

	for (int i = 0; i < 4; i++) {
		unsigned octet = octets[i];

		if (i > 0)
			*p++ = '.';
		if (octet >= 100)
			*p++ = (char)('0' + octet / 100);
		if (octet >= 10)
			*p++ = (char)('0' + octet / 10 % 10);
		*p++ = (char)('0' + octet % 10);
	}
	*p = '\0';
	return str_make(text, (size_t)(p - text));
}

struct str
ip_format(const struct ip *ip, char text_out[IP_TEXT_MAX])
{
	if (ip->family == IP_V4)
		return format_v4(ip->bytes, text_out);
	text_out[0] = '\0';
	if (ip->family == IP_V6)
		inet_ntop(AF_INET6, ip->bytes, text_out, IP_TEXT_MAX);
	return str_from(text_out);
}

struct str
ip_format_site(const struct ip *ip, char text_out[IP_SITE_MAX])
{
	struct ip net = *ip;
	size_t kept = ip->family == IP_V4 ? 3 : 8;
	size_t len;

	memset(net.bytes + kept, 0, sizeof(net.bytes) - kept);
	len = ip_format(&net, text_out).len;
	if (len > 0) {
		memcpy(text_out + len, ip->family == IP_V4 ? "/24" : "/64",
		    sizeof("/24"));
		len += sizeof("/24") - 1;
	}
	return str_make(text_out, len);
}

struct str
ip_arpa(const struct ip *ip, char name_out[IP_ARPA_MAX])
{
	const uint8_t *b = ip->bytes;
	char *p = name_out;

	name_out[0] = '\0';
	if (ip->family == IP_V4)
		snprintf(name_out, IP_ARPA_MAX, "%u.%u.%u.%u.in-addr.arpa",
		    b[3], b[2], b[1], b[0]);
	if (ip->family == IP_V6) {
		for (int i = 15; i >= 0; i--)
			p += sprintf(p, "%x.%x.", b[i] & 15u, b[i] >> 4);
		strcpy(p, "ip6.arpa");
	}
	return str_from(name_out);
}
