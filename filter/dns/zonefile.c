#include "dns/zonefile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/resolver_back.h"
#include "dns/zonelex.h"

struct parser {
	struct arena		*scratch;	/* of one line */
	struct zone		*zone;
	struct diag		*diag;
	const char		*file;
	unsigned		 number;
	struct str		 source;
	struct zonelex_line	 words;
	size_t			 at;		/* the next word */
	unsigned		 delay_ms;
	bool			 secure;
};

/* What the data of a type looks like. */
typedef bool data_fn(struct parser *parser, struct dns_record *record);

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

static bool wrong(struct parser *parser, unsigned column, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static bool
wrong(struct parser *parser, unsigned column, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	diag_vadd(parser->diag, DIAG_ERROR, parser->file, parser->number,
	    column, parser->source, format, ap);
	va_end(ap);
	return false;
}

static const struct zonelex_word *
peek(const struct parser *parser)
{
	return parser->at < parser->words.count ?
	    &parser->words.at[parser->at] : NULL;
}

/* Where a word is missing. */
static unsigned
end_column(const struct parser *parser)
{
	return (unsigned)parser->words.end;
}

/* A name as DNS carries it: lower case, A-labels; "" for the root. */
static bool
read_name(struct parser *parser, const char *what, bool root_allowed,
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
read_address(struct parser *parser, int family, const char *expected,
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
data_a(struct parser *parser, struct dns_record *record)
{
	return read_address(parser, AF_INET, "one such as 192.0.2.1", record);
}

static bool
data_aaaa(struct parser *parser, struct dns_record *record)
{
	return read_address(parser, AF_INET6, "one such as 2001:db8::1",
	    record);
}

static bool
data_mx(struct parser *parser, struct dns_record *record)
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
data_name(struct parser *parser, struct dns_record *record)
{
	return read_name(parser, "host name", true, &record->text);
}

static bool
data_text(struct parser *parser, struct dns_record *record)
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
read_ttl(struct parser *parser, uint32_t *ttl_out)
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
unknown_type(struct parser *parser, const struct zonelex_word *word)
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
read_type(struct parser *parser, size_t *index_out)
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
read_failure(struct parser *parser, struct zone_line *line)
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
read_record(struct parser *parser)
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
read_delay(struct parser *parser)
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
read_secure(struct parser *parser)
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
read_line(struct parser *parser)
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

static void
read_all(struct parser *parser, struct str text)
{
	struct zonelex_mistake mistake;
	struct str line;

	while (str_next(&text, '\n', &line)) {
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		parser->number++;
		parser->source = line;
		parser->at = 0;
		arena_reset(parser->scratch);
		if (zonelex_split(parser->scratch, line, &parser->words,
		    &mistake))
			read_line(parser);
		else
			wrong(parser, mistake.column, "%s", mistake.text);
	}
}

struct zone *
zonefile_parse(const char *file, struct str text, struct diag *diag)
{
	struct parser parser = {
		.scratch = arena_new(), .zone = zone_new(), .diag = diag,
		.file = file
	};

	read_all(&parser, text);
	arena_free(parser.scratch);
	if (diag_count(diag, DIAG_ERROR) == 0)
		return parser.zone;
	zone_free(parser.zone);
	return NULL;
}

static char *
read_whole(FILE *in, size_t *len_out)
{
	size_t size = 0, len = 0, got;
	char *text = NULL;

	do {
		if (len == size) {
			size = size == 0 ? 65536 : size * 2;
			text = xrealloc(text, size);
		}
		got = fread(text + len, 1, size - len, in);
		len += got;
	} while (got > 0 && len <= LIMIT_ZONE_OCTETS);
	*len_out = len;
	return text;
}

struct zone *
zonefile_read(const char *file, struct diag *diag)
{
	FILE *in = fopen(file, "re");
	struct zone *zone = NULL;
	size_t len = 0;
	char *text;

	if (in == NULL) {
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	errno = 0;
	text = read_whole(in, &len);
	if (ferror(in))
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "cannot be read: %s", strerror(errno));
	else if (len > LIMIT_ZONE_OCTETS)
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "is longer than %d octets", LIMIT_ZONE_OCTETS);
	else
		zone = zonefile_parse(file, str_make(text, len), diag);
	free(text);
	fclose(in);
	return zone;
}

/* Takes the diag over. */
static struct resolver *
over(struct zone *zone, struct diag *diag, char *why_out, size_t why_size)
{
	size_t count = diag_total(diag);
	const struct diag_item *first;

	if (zone == NULL) {
		ensure(count > 0);
		first = diag_at(diag, 0);
		if (first->line == 0)
			snprintf(why_out, why_size, "%s: %s", first->file,
			    first->text);
		else
			snprintf(why_out, why_size, "%s:%u:%u: %s%s",
			    first->file, first->line, first->column,
			    first->text,
			    count > 1 ? " (and more mistakes below)" : "");
	}
	diag_free(diag);
	return zone == NULL ? NULL : resolver_over(zone_backend(zone), NULL);
}

struct resolver *
resolver_new_zonefile(const char *file, char *why_out, size_t why_size)
{
	struct diag *diag = diag_new();

	return over(zonefile_read(file, diag), diag, why_out, why_size);
}

struct resolver *
resolver_new_zone(const char *file, struct str text, char *why_out,
    size_t why_size)
{
	struct diag *diag = diag_new();

	return over(zonefile_parse(file, text, diag), diag, why_out, why_size);
}
