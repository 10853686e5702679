#include "mail/hostname.h"

#include <stdio.h>
#include <string.h>

#include "base/domain.h"

/* RFC 5321 section 4.1.3 */
static bool
is_literal(struct str helo, struct ip *ip_out)
{
	static const struct str tag = { "IPv6:", 5 };
	struct str inner;

	if (helo.len < 2 || helo.ptr[0] != '[' || helo.ptr[helo.len - 1] != ']')
		return false;
	inner = str_slice(helo, 1, helo.len - 1);
	if (str_starts_nocase(inner, tag))
		return ip_parse(str_skip(inner, tag.len), ip_out) &&
		    str_chr(inner, '%') == inner.len;
	return ip_parse(inner, ip_out) && str_chr(inner, ':') == inner.len;
}

static bool
is_number(struct str label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!ascii_digit(label.ptr[i]))
			return false;
	return true;
}

enum helo_form
helo_form(struct str helo, struct ip *ip_out)
{
	memset(ip_out, 0, sizeof(*ip_out));
	if (is_literal(helo, ip_out))
		return HELO_LITERAL;
	memset(ip_out, 0, sizeof(*ip_out));
	if (ip_parse(helo, ip_out))
		return HELO_ADDRESS;
	if (!domain_is_valid(helo))
		return HELO_INVALID;
	helo = domain_chop_dot(helo);
	if (is_number(domain_last_labels(helo, 1)))
		return HELO_INVALID;
	return domain_labels(helo) > 1 ? HELO_FQDN : HELO_UNQUALIFIED;
}

/* ---- generic names ---- */

/* Words between other characters than letters, anywhere in the name. */
static const char *const mail_words[] = {
	"mail", "mails", "mailer", "mailout", "mailhost", "mx", "mta", "smtp",
	"smtpout", "esmtp", "relay", "out", "outbound", "outgoing", "newsletter"
};
static const char *const access_words[] = {
	"dyn", "dynamic", "dynip", "dynamicip", "dhcp", "dial", "dialup",
	"dialin", "dip", "ppp", "pppoe", "adsl", "dsl", "vdsl", "xdsl", "sdsl",
	"cable", "catv", "fttb", "ftth", "broadband", "cust", "customer",
	"customers", "client", "clients", "pool", "pools", "user", "users",
	"residential", "wifi", "gprs", "lte"
};

enum {
	MAIL_WORDS = sizeof(mail_words) / sizeof(mail_words[0]),
	ACCESS_WORDS = sizeof(access_words) / sizeof(access_words[0]),
	IPV6_DIGITS = 8		/* of 32, in a row */
};

static bool
is_one_of(struct str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz_nocase(word, words[i]))
			return true;
	return false;
}

static bool
has_word(struct str name, const char *const *words, size_t count)
{
	size_t start = 0;

	for (size_t i = 0; i <= name.len; i++) {
		if (i < name.len && ascii_alpha(name.ptr[i]))
			continue;
		if (is_one_of(str_slice(name, start, i), words, count))
			return true;
		start = i + 1;
	}
	return false;
}

/* The value of the digits at this place, and where they end. */
static unsigned
number_at(struct str name, size_t *at)
{
	unsigned value = 0;

	for (; *at < name.len && ascii_digit(name.ptr[*at]); ++*at)
		if (value < 1000)
			value = value * 10 + (unsigned)(name.ptr[*at] - '0');
	return value;
}

static unsigned
octet_of(const struct ip *ip, size_t i, bool backwards)
{
	return ip->bytes[backwards ? 3 - i : i];
}

/* Three numbers of the name in a row are three octets in a row. */
static bool
holds_decimal(struct str name, const struct ip *ip, bool backwards)
{
	unsigned last[3] = { 0 };
	size_t numbers = 0;

	for (size_t at = 0; at < name.len; ) {
		if (!ascii_digit(name.ptr[at])) {
			at++;
			continue;
		}
		last[0] = last[1];
		last[1] = last[2];
		last[2] = number_at(name, &at);
		if (++numbers < 3)
			continue;
		for (size_t first = 0; first < 2; first++)
			if (last[0] == octet_of(ip, first, backwards) &&
			    last[1] == octet_of(ip, first + 1, backwards) &&
			    last[2] == octet_of(ip, first + 2, backwards))
				return true;
	}
	return false;
}

static bool
holds_text(struct str name, const char *text, size_t len)
{
	struct str part = str_make(text, len);

	for (size_t at = 0; at + len <= name.len; at++)
		if (str_eq_nocase(str_slice(name, at, at + len), part))
			return true;
	return false;
}

/* c0000201, also without its first or its last octet; 192000002001 */
static bool
holds_packed(struct str name, const struct ip *ip, bool backwards)
{
	char text[16];

	for (size_t first = 0; first < 2; first++) {
		snprintf(text, sizeof(text), "%02x%02x%02x",
		    octet_of(ip, first, backwards),
		    octet_of(ip, first + 1, backwards),
		    octet_of(ip, first + 2, backwards));
		if (holds_text(name, text, 6))
			return true;
		snprintf(text, sizeof(text), "%03u%03u%03u",
		    octet_of(ip, first, backwards),
		    octet_of(ip, first + 1, backwards),
		    octet_of(ip, first + 2, backwards));
		if (holds_text(name, text, 9))
			return true;
	}
	return false;
}

/* The hexadecimal digits of the name without what stands between them. */
static bool
holds_ipv6(struct str name, const struct ip *ip)
{
	char digits[32], label[256];
	size_t len = 0;

	ascii_hex_write(ip->bytes, 16, digits);
	for (size_t i = 0; i < name.len && len < sizeof(label); i++)
		if (name.ptr[i] != '-' && name.ptr[i] != '.')
			label[len++] = name.ptr[i];
	/* Eight zeros say nothing. */
	for (size_t at = 0; at + IPV6_DIGITS <= 32; at++)
		if (memcmp(digits + at, "00000000", IPV6_DIGITS) != 0 &&
		    holds_text(str_make(label, len), digits + at, IPV6_DIGITS))
			return true;
	return false;
}

static bool
holds_address(struct str name, const struct ip *ip)
{
	if (ip->family == IP_V6)
		return holds_ipv6(name, ip);
	if (ip->family != IP_V4)
		return false;
	return holds_decimal(name, ip, false) ||
	    holds_decimal(name, ip, true) || holds_packed(name, ip, false) ||
	    holds_packed(name, ip, true);
}

bool
hostname_is_generic(struct str name, const struct ip *ip)
{
	if (has_word(name, mail_words, MAIL_WORDS))
		return false;
	return holds_address(name, ip) ||
	    has_word(name, access_words, ACCESS_WORDS);
}
