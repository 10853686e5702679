#include "dns/zoneparse.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"
#include "dns/zonefile.h"

/* What the data of a type looks like. */
typedef bool data_fn(struct zoneparse *parser, struct dns_record *record);

static data_fn data_a, data_aaaa, data_mx, data_name, data_text;

static const struct {
	const char *word;
	enum dns_type type;
	data_fn *data;
} types[] = {
	{ "A", DNS_A, data_a }, { "AAAA", DNS_AAAA, data_aaaa },
	{ "MX", DNS_MX, data_mx }, { "TXT", DNS_TXT, data_text },
	{ "PTR", DNS_PTR, data_name }, { "CNAME", DNS_CNAME, data_name },
	{ "SPF", DNS_SPF, data_text },
};
enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

/* GARBAGE is a broken packet where packets are sent (resolver.h). */
static const struct {
	const char *word;
	enum dns_status status;
} failures[] = {
	{ "NODATA", DNS_NODATA }, { "NXDOMAIN", DNS_NXDOMAIN },
	{ "SERVFAIL", DNS_SERVFAIL }, { "BOGUS", DNS_BOGUS },
	{ "TIMEOUT", DNS_TIMEOUT }, { "GARBAGE", DNS_SERVFAIL },
};
enum { FAILURE_COUNT = sizeof(failures) / sizeof(failures[0]) };

#define TYPE_WORDS	"A AAAA MX TXT PTR CNAME SPF, or *"
#define FAILURE_WORDS	"NODATA NXDOMAIN SERVFAIL BOGUS TIMEOUT GARBAGE"
/* A word in a message, cut to what is worth showing. */
#define SHOW(s)		(int)((s).len < 60 ? (s).len : 60), (s).ptr

static bool wrong(struct zoneparse *parser, unsigned column,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool
wrong(struct zoneparse *parser, unsigned column, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	diag_vadd(parser->diag, DIAG_ERROR, parser->file, parser->number,
	    column, parser->source, format, ap);
	va_end(ap);
	return false;
}

static const struct zonelex_word *
peek(const struct zoneparse *parser)
{
	return parser->at < parser->words.count ?
	    &parser->words.at[parser->at] : NULL;
}

/* Where a word is missing. */
static unsigned
end_column(const struct zoneparse *parser)
{
	return (unsigned)parser->words.end;
}

/* A name as DNS carries it: lower case, A-labels; "" for the root. */
static bool
read_name(struct zoneparse *parser, const char *what, bool root_allowed,
    struct str *name_out)
{
	const struct zonelex_word *word = peek(parser);
	struct str name, ascii;

	if (word == NULL)
		return wrong(parser, end_column(parser),
		    "%s is missing", what);
	parser->at++;
	name = word->text;
	if (word->escaped_dot)
		return wrong(parser, word->column,
		    "a label with a dot inside cannot be asked for; write the "
		    "name without \\.");
	if (root_allowed && str_eqz(name, ".")) {
		*name_out = STR("");
		return true;
	}
	if (!word->escaped && domain_to_ascii(parser->scratch, name, &ascii))
		name = ascii;
	name = arena_lower(parser->scratch, domain_chop_dot(name));
	if (!domain_fits_dns(name))
		return wrong(parser, word->column, "\"%.*s\" is no %s; write "
		    "labels of 1 to 63 octets, 253 in all", SHOW(name), what);
	*name_out = name;
	return true;
}

static bool
read_address(struct zoneparse *parser, int family, const char *expected,
    struct dns_record *record)
{
	const struct zonelex_word *word = peek(parser);

	if (word == NULL)
		return wrong(parser, end_column(parser),
		    "the address is missing; write %s", expected);
	parser->at++;
	/* Not ip_parse(), which would unmap ::ffff:192.0.2.1. */
	record->ip.family = family == AF_INET ? IP_V4 : IP_V6;
	if (memchr(word->text.ptr, 0, word->text.len) != NULL ||
	    inet_pton(family, arena_z(parser->scratch, word->text),
	    record->ip.bytes) != 1)
		return wrong(parser, word->column,
		    "\"%.*s\" is no IPv%c address; write %s",
		    SHOW(word->text), family == AF_INET ? '4' : '6', expected);
	return true;
}

static bool
data_a(struct zoneparse *parser, struct dns_record *record)
{
	return read_address(parser, AF_INET, "one such as 192.0.2.1", record);
}

static bool
data_aaaa(struct zoneparse *parser, struct dns_record *record)
{
	return read_address(parser, AF_INET6, "one such as 2001:db8::1",
	    record);
}

static bool
data_mx(struct zoneparse *parser, struct dns_record *record)
{
	const struct zonelex_word *word = peek(parser);
	uint64_t preference;

	if (word == NULL || !str_to_uint(word->text, 65535, &preference))
		return wrong(parser,
		    word == NULL ? end_column(parser) : word->column,
		    "MX needs a preference of 0 to 65535 before the name; "
		    "write MX 10 NAME");
	parser->at++;
	record->preference = (unsigned)preference;
	return read_name(parser, "host name", true, &record->text);
}

static bool
data_name(struct zoneparse *parser, struct dns_record *record)
{
	return read_name(parser, "host name", true, &record->text);
}

static bool
data_text(struct zoneparse *parser, struct dns_record *record)
{
	const struct zonelex_word *word;
	struct buf buf;

	if (peek(parser) == NULL)
		return wrong(parser, end_column(parser),
		    "the text is missing; write \"\" for an empty one");
	buf_init(&buf, parser->scratch, LIMIT_DNS_RDATA_OCTETS);
	for (; (word = peek(parser)) != NULL; parser->at++) {
		buf_add(&buf, word->text);
		if (buf_full(&buf))
			return wrong(parser, word->column, "the text is longer "
			    "than %d octets", LIMIT_DNS_RDATA_OCTETS);
	}
	record->text = buf_str(&buf);
	return true;
}

static bool
is_word(const struct zonelex_word *word, const char *z)
{
	return word != NULL && !word->quoted && str_eqz_nocase(word->text, z);
}

/* [TTL] [IN] in any order, as master files have them. */
static bool
read_ttl(struct zoneparse *parser, uint32_t *ttl_out)
{
	const struct zonelex_word *word;
	uint64_t ttl;

	*ttl_out = ZONEFILE_TTL;
	for (; (word = peek(parser)) != NULL; parser->at++) {
		if (is_word(word, "IN"))
			continue;
		if (word->text.len == 0 || !ascii_digit(word->text.ptr[0]))
			break;
		if (!str_to_uint(word->text, INT32_MAX, &ttl))
			return wrong(parser, word->column,
			    "\"%.*s\" is no TTL; write seconds, 0 to %d",
			    SHOW(word->text), INT32_MAX);
		*ttl_out = (uint32_t)ttl;
	}
	return true;
}

static bool
unknown_type(struct zoneparse *parser, const struct zonelex_word *word)
{
	const char *words[TYPE_COUNT], *nearest;

	if (word == NULL)
		return wrong(parser, end_column(parser),
		    "the record type is missing; write NAME [TTL] TYPE DATA");
	for (size_t i = 0; i < TYPE_COUNT; i++)
		words[i] = types[i].word;
	nearest = diag_nearest(word->text, words, TYPE_COUNT);
	if (nearest != NULL)
		return wrong(parser, word->column, "unknown record type "
		    "\"%.*s\"; did you mean %s?", SHOW(word->text), nearest);
	return wrong(parser, word->column, "unknown record type \"%.*s\"; "
	    "write one of " TYPE_WORDS, SHOW(word->text));
}

/* The index in types, TYPE_COUNT for *; or a mistake. */
static bool
read_type(struct zoneparse *parser, size_t *index_out)
{
	const struct zonelex_word *word = peek(parser);

	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (is_word(word, types[i].word)) {
			parser->at++;
			*index_out = i;
			return true;
		}
	if (!is_word(word, "*"))
		return unknown_type(parser, word);
	parser->at++;
	*index_out = TYPE_COUNT;
	return true;
}

/* The one word left is a failure; in quotes it would be text. */
static bool
read_failure(struct zoneparse *parser, struct zone_line *line)
{
	if (parser->words.count - parser->at != 1)
		return false;
	for (size_t i = 0; i < FAILURE_COUNT; i++)
		if (is_word(peek(parser), failures[i].word)) {
			parser->at++;
			line->failed = true;
			line->failure = failures[i].status;
			return true;
		}
	return false;
}

/* "*" or "*.name"; \* is meant as it is. */
static bool
is_wildcard(const struct zonelex_word *word)
{
	return !word->escaped && word->text.len > 0 &&
	    word->text.ptr[0] == '*' &&
	    (word->text.len == 1 || word->text.ptr[1] == '.');
}

static bool
read_record(struct zoneparse *parser)
{
	struct zone_line line = { .delay_ms = parser->delay_ms,
	    .secure = parser->secure };
	unsigned column = parser->words.at[0].column;
	const char *why;
	size_t type = TYPE_COUNT;

	if (is_wildcard(peek(parser)))
		return wrong(parser, column, "there are no wildcards here; "
		    "write each name that is to be found");
	if (!read_name(parser, "domain name", false, &line.name) ||
	    !read_ttl(parser, &line.ttl) || !read_type(parser, &type))
		return false;
	line.type = type == TYPE_COUNT ? ZONE_ALL_TYPES : types[type].type;
	if (!read_failure(parser, &line)) {
		if (type == TYPE_COUNT)
			return wrong(parser, peek(parser) == NULL ?
			    end_column(parser) : peek(parser)->column,
			    "* is for failures; write one of " FAILURE_WORDS
			    ", or a record type in place of *");
		if (!types[type].data(parser, &line.record))
			return false;
	}
	if (peek(parser) != NULL)
		return wrong(parser, peek(parser)->column, "\"%.*s\" is too "
		    "much; write one record a line",
		    SHOW(peek(parser)->text));
	why = zone_add(parser->zone, &line);
	return why == NULL || wrong(parser, column, "%.*s: %s",
	    SHOW(line.name), why);
}

static bool
read_delay(struct zoneparse *parser)
{
	const struct zonelex_word *word;
	uint64_t ms;

	parser->at++;
	word = peek(parser);
	if (parser->words.count != 2 ||
	    !str_to_uint(word->text, LIMIT_ZONE_DELAY_MS, &ms))
		return wrong(parser,
		    word == NULL ? end_column(parser) : word->column,
		    "DELAY needs one number, milliseconds up to %d; a name "
		    "\"delay\" is written with a final dot",
		    LIMIT_ZONE_DELAY_MS);
	parser->delay_ms = (unsigned)ms;
	return true;
}

static bool
read_secure(struct zoneparse *parser)
{
	parser->secure = is_word(peek(parser), "SECURE");
	parser->at++;
	if (peek(parser) == NULL)
		return true;
	return wrong(parser, peek(parser)->column, "%s stands alone on a line; "
	    "a name \"%s\" is written with a final dot",
	    parser->secure ? "SECURE" : "INSECURE",
	    parser->secure ? "secure" : "insecure");
}

static bool
read_words(struct zoneparse *parser)
{
	const struct zonelex_word *first = peek(parser);

	if (first == NULL)
		return true;
	if (is_word(first, "DELAY"))
		return read_delay(parser);
	if (is_word(first, "SECURE") || is_word(first, "INSECURE"))
		return read_secure(parser);
	if (!first->quoted && first->text.len > 0 && first->text.ptr[0] == '$')
		return wrong(parser, first->column, "%.*s is not known here; "
		    "write every name and TTL in full", SHOW(first->text));
	return read_record(parser);
}

bool
zoneparse_line(struct zoneparse *parser, struct str line)
{
	struct zonelex_mistake mistake;

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	parser->number++;
	parser->source = line;
	parser->at = 0;
	arena_reset(parser->scratch);
	return zonelex_split(parser->scratch, line, &parser->words,
	    &mistake) ? read_words(parser) :
	    wrong(parser, mistake.column, "%s", mistake.text);
}
