#include "spf/record.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/limits.h"
#include "spf/macro.h"

enum { QUOTE_OCTETS = 80 };

static const struct {
	struct str	name;
	enum spf_kind	kind;
	bool		spec_allowed, spec_needed, prefix_allowed;
} mechanisms[] = {
	{ STR_INIT("all"),	SPF_ALL,	false, false, false },
	{ STR_INIT("include"),	SPF_INCLUDE,	true, true, false },
	{ STR_INIT("a"),	SPF_A,		true, false, true },
	{ STR_INIT("mx"),	SPF_MX,		true, false, true },
	{ STR_INIT("ptr"),	SPF_PTR,	true, false, false },
	{ STR_INIT("ip4"),	SPF_IP4,	true, true, false },
	{ STR_INIT("ip6"),	SPF_IP6,	true, true, false },
	{ STR_INIT("exists"),	SPF_EXISTS,	true, true, false },
};

struct str
spf_quote(struct arena *arena, struct str hostile)
{
	bool cut = hostile.len > QUOTE_OCTETS;
	struct str s = str_slice(hostile, 0, QUOTE_OCTETS);
	char *z = arena_z(arena, s);

	for (size_t i = 0; i < s.len; i++)
		if (z[i] < 0x20 || z[i] > 0x7e || z[i] == '"')
			z[i] = '?';
	return cut ? arena_printf(arena, "%s...", z) : str_make(z, s.len);
}

bool
spf_term_asks_dns(const struct spf_term *term)
{
	static const bool asks[] = {
		[SPF_INCLUDE] = true, [SPF_A] = true, [SPF_MX] = true,
		[SPF_PTR] = true, [SPF_EXISTS] = true, [SPF_REDIRECT] = true,
		[SPF_OTHER] = false
	};

	return asks[term->kind];
}

static bool
is_record(struct str text)
{
	static const struct str version = STR_INIT("v=spf1");

	return str_starts_nocase(text, version) &&
	    (text.len == version.len || text.ptr[version.len] == ' ');
}

size_t
spf_record_select(const struct dns_answer *answer, struct str *text_out)
{
	size_t found = 0;

	*text_out = STR_NONE;
	for (size_t i = 0; i < answer->count; i++)
		if (is_record(answer->records[i].text)) {
			*text_out = answer->records[i].text;
			found++;
		}
	return found;
}

/* toplabel of section 7.1, without a dot */
static bool
is_toplabel(struct str label)
{
	bool digits_only = true;

	for (size_t i = 0; i < label.len; i++) {
		if (!ascii_alnum(label.ptr[i]) && label.ptr[i] != '-')
			return false;
		if (!ascii_digit(label.ptr[i]))
			digits_only = false;
	}
	return !digits_only && label.ptr[0] != '-' &&
	    label.ptr[label.len - 1] != '-';
}

/* domain-spec = macro-string domain-end, section 7.1 */
static bool
is_domain_spec(struct str spec)
{
	bool ends_in_macro;
	size_t dot;

	if (spec.len == 0 ||
	    !macro_check(spec, MACRO_DOMAIN, &ends_in_macro))
		return false;
	if (ends_in_macro)
		return true;
	if (spec.ptr[spec.len - 1] == '.')
		spec.len--;
	dot = str_rchr(spec, '.');
	return dot + 1 < spec.len && is_toplabel(str_skip(spec, dot + 1));
}

/* A prefix length: no leading zero, and "0" itself (section 5.6). */
static bool
read_bits(struct str digits, unsigned max, unsigned *bits_out)
{
	uint64_t bits;

	if (digits.len > 1 && digits.ptr[0] == '0')
		return false;
	if (!str_to_uint(digits, max, &bits))
		return false;
	*bits_out = (unsigned)bits;
	return true;
}

/* The digits that end text and stand behind a slash, or an empty string. */
static struct str
trailing_bits(struct str text)
{
	size_t from = text.len;

	while (from > 0 && ascii_digit(text.ptr[from - 1]))
		from--;
	if (from == text.len || from == 0 || text.ptr[from - 1] != '/')
		return STR_NONE;
	return str_skip(text, from);
}

/* dual-cidr-length: taken off the end of *rest, section 5.6 */
static bool
take_prefixes(struct str *rest, struct spf_term *term)
{
	struct str bits = trailing_bits(*rest);

	if (bits.len > 0 && rest->len > bits.len + 1 &&
	    rest->ptr[rest->len - bits.len - 2] == '/') {
		if (!read_bits(bits, 128, &term->bits6))
			return false;
		rest->len -= bits.len + 2;
		bits = trailing_bits(*rest);
	}
	if (bits.len > 0) {
		if (!read_bits(bits, 32, &term->bits4))
			return false;
		rest->len -= bits.len + 1;
	}
	return true;
}

/* ip4-network and ip6-network; an IPv4-mapped network stays IPv6. */
static bool
read_net(struct str text, enum ip_family family, struct ipnet *net_out)
{
	unsigned width = family == IP_V4 ? 32 : 128;
	size_t slash = str_chr(text, '/');
	struct str address = str_slice(text, 0, slash);
	char z[IP_TEXT_MAX];

	*net_out = (struct ipnet){ .ip.family = family, .bits = width };
	if (address.len == 0 || address.len >= sizeof(z))
		return false;
	memcpy(z, address.ptr, address.len);
	z[address.len] = '\0';
	if (inet_pton(family == IP_V4 ? AF_INET : AF_INET6, z,
	    net_out->ip.bytes) != 1)
		return false;
	return slash == text.len ||
	    read_bits(str_skip(text, slash + 1), width, &net_out->bits);
}

/* What stands behind a mechanism's name. */
static bool
read_argument(struct str rest, size_t row, struct spf_term *term)
{
	if (mechanisms[row].kind == SPF_IP4 || mechanisms[row].kind == SPF_IP6)
		return rest.len > 1 && rest.ptr[0] == ':' &&
		    read_net(str_skip(rest, 1), mechanisms[row].kind ==
		    SPF_IP4 ? IP_V4 : IP_V6, &term->net);
	if (mechanisms[row].prefix_allowed && !take_prefixes(&rest, term))
		return false;
	if (rest.len == 0)
		return !mechanisms[row].spec_needed;
	if (rest.ptr[0] != ':' || !mechanisms[row].spec_allowed)
		return false;
	term->spec = str_skip(rest, 1);
	return is_domain_spec(term->spec);
}

static bool
read_qualifier(char c, enum word *word_out)
{
	static const char marks[] = "+-~?";
	static const enum word words[] = {
		WORD_PASS, WORD_FAIL, WORD_SOFTFAIL, WORD_NEUTRAL
	};
	const char *at = c == '\0' ? NULL : strchr(marks, c);

	*word_out = at == NULL ? WORD_PASS : words[at - marks];
	return at != NULL;
}

static bool
read_mechanism(struct str text, struct spf_term *term)
{
	struct str name;
	size_t len = 0;

	if (read_qualifier(text.ptr[0], &term->word))
		text = str_skip(text, 1);
	while (len < text.len && ascii_alnum(text.ptr[len]))
		len++;
	name = str_slice(text, 0, len);
	term->bits4 = 32;
	term->bits6 = 128;
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
		if (str_eq_nocase(name, mechanisms[i].name)) {
			term->kind = mechanisms[i].kind;
			return read_argument(str_skip(text, len), i, term);
		}
	return false;
}

/* name "=" of a modifier, section 4.6.1; 0: it is none */
static size_t
modifier_name(struct str text)
{
	size_t len = 0;

	if (!ascii_alpha(text.ptr[0]))
		return 0;
	while (len < text.len && (ascii_alnum(text.ptr[len]) ||
	    text.ptr[len] == '-' || text.ptr[len] == '_' ||
	    text.ptr[len] == '.'))
		len++;
	return len < text.len && text.ptr[len] == '=' ? len : 0;
}

static bool
read_modifier(struct str name, struct str value, struct spf_term *term)
{
	bool ignored;

	term->spec = value;
	term->kind = str_eqz_nocase(name, "redirect") ? SPF_REDIRECT :
	    str_eqz_nocase(name, "exp") ? SPF_EXP : SPF_OTHER;
	if (term->kind != SPF_OTHER)
		return is_domain_spec(value);
	return macro_check(value, MACRO_DOMAIN, &ignored);
}

static bool
read_term(struct str text, struct spf_term *term)
{
	size_t len;

	term->text = text;
	if (!str_is_visible(text))
		return false;
	len = modifier_name(text);
	if (len == 0)
		return read_mechanism(text, term);
	return read_modifier(str_slice(text, 0, len), str_skip(text, len + 1),
	    term);
}

/* A modifier may stand once (section 6). */
static bool
note_modifier(const struct spf_term *term, struct spf_record *record)
{
	const struct spf_term **place = term->kind == SPF_REDIRECT ?
	    &record->redirect : &record->exp;

	if (term->kind == SPF_ALL)
		record->has_all = true;
	if (term->kind != SPF_REDIRECT && term->kind != SPF_EXP)
		return true;
	if (*place != NULL)
		return false;
	*place = term;
	return true;
}

static size_t
count_terms(struct str rest)
{
	struct str piece;
	size_t count = 0;

	while (str_next(&rest, ' ', &piece))
		count += piece.len > 0;
	return count;
}

bool
spf_record_parse(struct arena *arena, struct str text,
    struct spf_record *record_out, struct str *why_out)
{
	struct str rest = str_skip(text, STR("v=spf1").len), piece;
	size_t most = count_terms(rest);
	struct spf_term *terms;

	*record_out = (struct spf_record){ 0 };
	if (text.len > LIMIT_SPF_RECORD_OCTETS || most > LIMIT_SPF_TERMS) {
		*why_out = arena_printf(arena, text.len >
		    LIMIT_SPF_RECORD_OCTETS ? "more than %d octets" :
		    "more than %d terms", text.len > LIMIT_SPF_RECORD_OCTETS ?
		    LIMIT_SPF_RECORD_OCTETS : LIMIT_SPF_TERMS);
		return false;
	}
	terms = arena_alloc(arena, most * sizeof(*terms));
	record_out->terms = terms;
	while (str_next(&rest, ' ', &piece)) {
		struct spf_term *term = &terms[record_out->count];

		if (piece.len == 0)
			continue;
		if (!read_term(piece, term) ||
		    !note_modifier(term, record_out)) {
			*why_out = arena_printf(arena, "bad term \"%.*s\"",
			    STR_ARG(spf_quote(arena, piece)));
			return false;
		}
		record_out->count++;
	}
	return true;
}
