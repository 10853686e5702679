#include "dmarc/uri.h"

static bool
is_one_of(char c, struct str set)
{
	return str_chr(set, c) < set.len;
}

/*
 * The characters of RFC 3986 section 2; ',' and '!' must be encoded here (RFC
 * 9989 section 4.8).
 */
static bool
is_uri_text(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%') {
			if (ascii_octet(s, i + 1) < 0)
				return false;
			i += 2;
		} else if (!ascii_alnum(s.ptr[i]) &&
		    !is_one_of(s.ptr[i], STR("-._~:/?#[]@$&'()*+;="))) {
			return false;
		}
	}
	return s.len > 0;
}

static bool
is_scheme(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.ptr[i]) && !is_one_of(s.ptr[i], STR("+-.")))
			return false;
	return s.len > 0 && ascii_alpha(s.ptr[0]);
}

/* RFC 6068: somebody to send to, before the header fields. */
static bool
has_address(struct str rest)
{
	struct str to = str_slice(rest, 0, str_chr(rest, '?'));
	size_t at = str_rchr(to, '@');

	return at > 0 && at + 1 < to.len;
}

/* obs-dmarc-report-size: digits and a unit; it is to be ignored. */
static bool
is_report_size(struct str size)
{
	size_t digits = 0;

	while (digits < size.len && ascii_digit(size.ptr[digits]))
		digits++;
	return digits > 0 && (digits == size.len ||
	    (digits + 1 == size.len &&
	    is_one_of(ascii_lower(size.ptr[digits]), STR("kmgt"))));
}

bool
dmarc_uri_read(struct str text, struct str *uri_out)
{
	struct str uri = str_trim(text), scheme, rest;
	size_t bang = str_chr(uri, '!'), colon;

	if (bang < uri.len && !is_report_size(str_skip(uri, bang + 1)))
		return false;
	uri = str_slice(uri, 0, bang);
	colon = str_chr(uri, ':');
	scheme = str_slice(uri, 0, colon);
	rest = str_skip(uri, colon + 1);
	*uri_out = uri;
	return is_scheme(scheme) && is_uri_text(rest) &&
	    (!str_eqz_nocase(scheme, "mailto") || has_address(rest));
}

uint64_t
dmarc_uri_size(struct str text)
{
	static const struct str units = STR_INIT("kmgt");
	struct str size = str_skip(text, str_chr(text, '!') + 1);
	uint64_t octets;
	size_t unit;

	size = str_trim(size);
	if (!is_report_size(size))
		return 0;
	unit = str_chr(units, ascii_lower(size.ptr[size.len - 1]));
	if (unit < units.len)
		size.len--;
	/* Nobody means more than that. */
	if (!str_to_uint(size, 1 << 23, &octets))
		return UINT64_MAX;
	return unit < units.len ? octets << (10 * (unit + 1)) : octets;
}
