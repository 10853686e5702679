#include "dkim/signature.h"

#include <time.h>

#include "base/base64.h"
#include "base/domain.h"
#include "base/limits.h"

enum { NAMES_MOSTLY = 8 };	/* in h= */

/* One field being read; the first fault is the one that is reported. */
struct reader {
	struct arena		*arena;
	const struct dkim_tags	*tags;
	struct dkim_parsed	*out;
};

static void
fault(struct reader *reader, enum word word, struct str reason)
{
	if (!reader->out->usable)
		return;
	reader->out->usable = false;
	reader->out->word = word;
	reader->out->reason = reason;
}

static void
malformed(struct reader *reader, const char *reason)
{
	fault(reader, WORD_NEUTRAL, str_from(reason));
}

static bool
find_nocase(struct str text, const char *const *words, size_t count,
    size_t *at_out)
{
	for (size_t i = 0; i < count; i++)
		if (str_eqz_nocase(text, words[i])) {
			*at_out = i;
			return true;
		}
	return false;
}

static void
read_version(struct reader *reader, struct str value)
{
	if (!str_eqz(value, "1"))
		malformed(reader, "v= is not 1");
}

static void
read_algorithm(struct reader *reader, struct str value)
{
	static const char *const names[] = {
		"rsa-sha1", "rsa-sha256", "ed25519-sha256"
	};
	static const enum dkim_algorithm algorithms[] = {
		DKIM_RSA_SHA1, DKIM_RSA_SHA256, DKIM_ED25519_SHA256
	};
	size_t at;

	reader->out->algorithm_text = value;
	if (find_nocase(value, names, 3, &at))
		reader->out->algorithm = algorithms[at];
	else
		malformed(reader, "the algorithm in a= is unknown");
}

static void
read_signature(struct reader *reader, struct str value)
{
	reader->out->b_span = dkim_tags_find(reader->tags, "b")->span;
	if (value.len == 0)
		malformed(reader, "b= is empty");
	else if (!base64_is_good(value))
		malformed(reader, "b= is not base64");
}

static void
read_body_hash(struct reader *reader, struct str value)
{
	if (!base64_read(reader->arena, value, &reader->out->bh))
		malformed(reader, "bh= is not base64");
	else if (reader->out->bh.len == 0)
		malformed(reader, "bh= is empty");
}

/* RFC 6376 section 3.5: "c=relaxed" is relaxed/simple. */
static void
read_forms(struct reader *reader, struct str value)
{
	static const char *const names[] = { "simple", "relaxed" };
	size_t slash = str_chr(value, '/'), header, body = DKIM_FORM_SIMPLE;

	if (!find_nocase(str_slice(value, 0, slash), names, 2, &header) ||
	    (slash < value.len &&
	    !find_nocase(str_skip(value, slash + 1), names, 2, &body))) {
		malformed(reader, "the canonicalization in c= is unknown");
		return;
	}
	reader->out->header_form = (enum dkim_form)header;
	reader->out->body_form = (enum dkim_form)body;
}

/* A final dot is no part of a domain-name in a tag. */
static bool
read_name(struct reader *reader, struct str value, unsigned labels_min,
    struct str *name_out)
{
	struct str name;

	if (value.len == 0 || value.ptr[value.len - 1] == '.' ||
	    !domain_to_ascii(reader->arena, value, &name) ||
	    domain_labels(name) < labels_min)
		return false;
	*name_out = name;
	return true;
}

static void
read_domain(struct reader *reader, struct str value)
{
	if (!read_name(reader, value, 2, &reader->out->domain))
		malformed(reader, "the domain in d= is malformed");
}

static void
read_selector(struct reader *reader, struct str value)
{
	if (!read_name(reader, value, 1, &reader->out->selector))
		malformed(reader, "the selector in s= is malformed");
}

static bool
field_name_is_valid(struct str name)
{
	return str_is_visible(name) && name.len > 0;
}

/* RFC 6376 section 5.4: From must be signed. */
static void
read_names(struct reader *reader, struct str value)
{
	struct dkim_parsed *out = reader->out;
	VEC(struct str) names = { 0 };
	struct str name;
	bool from = false;

	while (dkim_tag_item(&value, &name)) {
		if (!field_name_is_valid(name)) {
			malformed(reader, "h= is malformed");
			return;
		}
		if (names.count == LIMIT_DKIM_NAMES) {
			malformed(reader, "h= names too many fields");
			return;
		}
		from = from || str_eqz_nocase(name, "From");
		VEC_ROOM(reader->arena, &names, NAMES_MOSTLY);
		VEC_PUSH(reader->arena, &names, name);
	}
	out->names = names.at;
	out->name_count = names.count;
	if (!from)
		fault(reader, WORD_PERMERROR, STR("From is not signed"));
}

static bool
is_hex(char c)
{
	return ascii_digit(c) || (ascii_lower(c) >= 'a' &&
	    ascii_lower(c) <= 'f');
}

/* RFC 6376 section 2.11: "=" stands before two hexadecimal digits. */
static bool
quoted_printable_is_valid(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '=' && (i + 2 >= text.len ||
		    !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2])))
			return false;
	return true;
}

/* RFC 6376 section 3.5: the domain of i= is that of d= or below it. */
static void
read_identity(struct reader *reader, struct str value)
{
	struct dkim_parsed *out = reader->out;
	struct str identity = dkim_tag_squeeze(reader->arena, value), domain;
	size_t at = str_rchr(identity, '@');

	out->identity = identity;
	if (at == identity.len || at > LIMIT_ADDRESS_OCTETS ||
	    !quoted_printable_is_valid(str_slice(identity, 0, at)) ||
	    !read_name(reader, str_skip(identity, at + 1), 2, &domain)) {
		malformed(reader, "i= is malformed");
		return;
	}
	if (out->domain.len == 0)
		return;
	if (!domain_is_under(domain, out->domain))
		fault(reader, WORD_PERMERROR, STR("i= is not in d="));
	out->identity_under = !domain_equal(domain, out->domain);
}

static bool
all_digits(struct str value, size_t max)
{
	if (value.len == 0 || value.len > max)
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (!ascii_digit(value.ptr[i]))
			return false;
	return true;
}

static void
read_limit(struct reader *reader, struct str value)
{
	reader->out->limited = true;
	if (!all_digits(value, 76))
		malformed(reader, "l= is malformed");
	else if (!str_to_uint(value, UINT64_MAX, &reader->out->limit))
		reader->out->limit = UINT64_MAX;
}

static void
read_query(struct reader *reader, struct str value)
{
	struct str method;

	while (dkim_tag_item(&value, &method))
		if (str_eqz_nocase(method, "dns/txt"))
			return;
	malformed(reader, "q= has no method that we know");
}

static void
read_time(struct reader *reader, struct str value)
{
	reader->out->timed = true;
	if (!all_digits(value, 12) ||
	    !str_to_uint(value, UINT64_MAX, &reader->out->time))
		malformed(reader, "t= is malformed");
}

static void
read_expiry(struct reader *reader, struct str value)
{
	reader->out->expires = true;
	if (!all_digits(value, 12) ||
	    !str_to_uint(value, UINT64_MAX, &reader->out->expiry))
		malformed(reader, "x= is malformed");
}

/* RFC 8617 section 4.1.3: what a seal covers is not the sealer's to say. */
static void
refuse_names(struct reader *reader, struct str value)
{
	(void)value;
	malformed(reader, "a seal has no h=");
}

enum {
	OWN = 1 << DKIM_SIGNATURE, MESSAGE = 1 << DKIM_ARC_MESSAGE,
	SEAL = 1 << DKIM_ARC_SEAL, ALL = OWN | MESSAGE | SEAL
};

/* i= is read after d=.  Other tags (z= too) are ignored. */
static const struct {
	const char	*name;
	const char	*missing;	/* NULL: it may be */
	void		(*read)(struct reader *reader, struct str value);
	unsigned	 kinds;		/* in which it means this */
} rows[] = {
	{ "v",	"v= is missing",	read_version, OWN },
	{ "a",	"a= is missing",	read_algorithm, ALL },
	{ "b",	"b= is missing",	read_signature, ALL },
	{ "bh",	"bh= is missing",	read_body_hash, OWN | MESSAGE },
	{ "d",	"d= is missing",	read_domain, ALL },
	{ "s",	"s= is missing",	read_selector, ALL },
	{ "h",	"h= is missing",	read_names, OWN | MESSAGE },
	{ "h",	NULL,			refuse_names, SEAL },
	{ "c",	NULL,			read_forms, OWN | MESSAGE },
	{ "i",	NULL,			read_identity, OWN },
	{ "l",	NULL,			read_limit, OWN | MESSAGE },
	{ "q",	NULL,			read_query, OWN | MESSAGE },
	{ "t",	NULL,			read_time, ALL },
	{ "x",	NULL,			read_expiry, OWN | MESSAGE },
};

static struct str
date_text(struct arena *arena, uint64_t when)
{
	time_t seconds = (time_t)when;
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	return arena_printf(arena, "%04d-%02d-%02d", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday);
}

static void
vet_times(struct reader *reader, uint64_t now, uint32_t skew)
{
	struct dkim_parsed *out = reader->out;

	if (out->timed && out->expires && out->expiry <= out->time)
		fault(reader, WORD_PERMERROR, STR("x= is not after t="));
	if (out->expires && now > out->expiry + skew)
		fault(reader, WORD_PERMERROR, arena_printf(reader->arena,
		    "expired %.*s",
		    STR_ARG(date_text(reader->arena, out->expiry))));
	if (out->timed && out->time > now + skew)
		fault(reader, WORD_PERMERROR, arena_printf(reader->arena,
		    "signed in the future, %.*s",
		    STR_ARG(date_text(reader->arena, out->time))));
}

/* What needs more than one tag. */
static void
vet(struct reader *reader)
{
	struct dkim_parsed *out = reader->out;

	if (out->algorithm == DKIM_RSA_SHA1)
		fault(reader, WORD_PERMERROR,
		    STR("rsa-sha1 is not accepted (RFC 8301)"));
	if (!out->usable)
		return;
	out->key_name = arena_printf(reader->arena, "%.*s._domainkey.%.*s",
	    STR_ARG(out->selector), STR_ARG(out->domain));
	if (!domain_fits_dns(out->key_name))
		malformed(reader, "the key's name does not fit in DNS");
}

void
dkim_parse_as(struct arena *arena, enum dkim_kind kind,
    const struct header_field *field, int64_t now, uint32_t clock_skew,
    struct dkim_tags *tags_out, struct dkim_parsed *parsed_out)
{
	struct reader reader = { .arena = arena, .tags = tags_out,
				 .out = parsed_out };
	const struct dkim_tag *tag;
	const char *why;

	*parsed_out = (struct dkim_parsed){ .field = field, .usable = true };
	why = dkim_tags_parse(field->value, tags_out);
	if (why != NULL)
		malformed(&reader, why);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((rows[i].kinds & 1u << kind) == 0)
			continue;
		tag = dkim_tags_find(tags_out, rows[i].name);
		if (tag != NULL)
			rows[i].read(&reader, tag->value);
		else if (rows[i].missing != NULL)
			malformed(&reader, rows[i].missing);
	}
	if (parsed_out->identity.len == 0 && parsed_out->domain.len > 0)
		parsed_out->identity = arena_printf(arena, "@%.*s",
		    STR_ARG(parsed_out->domain));
	vet_times(&reader, now < 0 ? 0 : (uint64_t)now, clock_skew);
	vet(&reader);
}

void
dkim_signature_parse(struct arena *arena, const struct header_field *field,
    int64_t now, uint32_t clock_skew, struct dkim_parsed *parsed_out)
{
	struct dkim_tags tags;

	dkim_parse_as(arena, DKIM_SIGNATURE, field, now, clock_skew, &tags,
	    parsed_out);
}

bool
dkim_is_signature(const struct header_field *field)
{
	return header_is_named(field, STR("DKIM-Signature"));
}
