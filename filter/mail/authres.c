#include "mail/authres.h"

#include "base/buf.h"
#include "base/limits.h"
#include "mail/lex.h"

/* All that read a piece return NULL, or what the problem is. */
struct reader {
	struct arena	*arena;
	struct str	 rest;
};

static const char *
skip(struct reader *reader)
{
	return lex_cfws(&reader->rest, NULL);
}

/* [CFWS] c [CFWS]; *taken_out says whether c was there. */
static const char *
skip_char(struct reader *reader, char c, bool *taken_out)
{
	const char *problem = skip(reader);

	*taken_out = problem == NULL && lex_char(&reader->rest, c);
	return *taken_out ? skip(reader) : problem;
}

/* value of RFC 2045: a token or a quoted string */
static const char *
read_value(struct reader *reader, struct str *value_out)
{
	if (lex_peek(reader->rest) == '"')
		return lex_quoted(reader->arena, &reader->rest, value_out);
	*value_out = lex_token(&reader->rest);
	return value_out->len == 0 ? "a value is missing" : NULL;
}

bool
authres_id(struct arena *arena, struct str value, struct str *id_out)
{
	struct reader reader = { .arena = arena, .rest = value };

	*id_out = STR_NONE;
	return skip(&reader) == NULL && read_value(&reader, id_out) == NULL;
}

/* A property's value may be an address, and often is not quoted at all. */
static struct str
take_plain(struct reader *reader)
{
	struct str rest = reader->rest;
	size_t len = 0;

	while (len < rest.len && (unsigned char)rest.ptr[len] > 0x20 &&
	    str_chr(STR(";()\"\x7f"), rest.ptr[len]) == 5)
		len++;
	reader->rest = str_skip(rest, len);
	return str_slice(rest, 0, len);
}

static const char *
read_pvalue(struct reader *reader, struct str *value_out)
{
	const char *problem;
	struct str quoted;
	struct buf whole;

	if (lex_peek(reader->rest) != '"') {
		*value_out = take_plain(reader);
		return NULL;
	}
	problem = lex_quoted(reader->arena, &reader->rest, &quoted);
	if (problem != NULL)
		return problem;
	buf_init(&whole, reader->arena, LIMIT_AUTHRES_OCTETS);
	buf_add(&whole, quoted);
	buf_add(&whole, take_plain(reader));
	*value_out = buf_str(&whole);
	return NULL;
}

/* propspec, or "reason" "=" value */
static const char *
read_property(struct reader *reader, struct authres_result *result)
{
	struct authres_property property = { 0 };
	const char *problem;
	bool dot, equals;

	property.name = lex_keyword(&reader->rest);
	if (property.name.len == 0)
		return "a property is malformed";
	problem = skip_char(reader, '.', &dot);
	if (problem == NULL && dot) {
		property.ptype = property.name;
		property.name = lex_keyword(&reader->rest);
		if (property.name.len == 0)
			return "a property is malformed";
	}
	if (problem == NULL)
		problem = skip_char(reader, '=', &equals);
	if (problem == NULL && !equals)
		problem = "a property has no value";
	if (problem == NULL)
		problem = read_pvalue(reader, &property.value);
	if (problem != NULL)
		return problem;
	if (!dot && str_eqz_nocase(property.name, "reason"))
		result->reason = property.value;
	else if (result->properties.count == LIMIT_AUTHRES_PROPERTIES)
		return "a result has too many properties";
	else
		VEC_PUSH(reader->arena, &result->properties, property);
	return NULL;
}

/* methodspec: method ["/" version] "=" result */
static const char *
read_method(struct reader *reader, struct authres_result *result)
{
	const char *problem;
	bool slash, equals;

	result->method = lex_keyword(&reader->rest);
	if (result->method.len == 0)
		return "a method is missing";
	problem = skip_char(reader, '/', &slash);
	if (problem == NULL && slash && lex_digits(&reader->rest).len == 0)
		return "a method's version is malformed";
	if (problem == NULL)
		problem = skip_char(reader, '=', &equals);
	if (problem != NULL)
		return problem;
	if (!equals)
		return "a method has no result";
	result->result = lex_keyword(&reader->rest);
	return result->result.len == 0 ? "a method has no result" : NULL;
}

static bool
at_end(const struct reader *reader)
{
	return reader->rest.len == 0 || lex_peek(reader->rest) == ';';
}

static const char *
read_result(struct reader *reader, struct authres_result *result)
{
	const char *problem = read_method(reader, result);

	while (problem == NULL) {
		problem = skip(reader);
		if (problem != NULL || at_end(reader))
			return problem;
		problem = read_property(reader, result);
	}
	return problem;
}

/* no-result: "none" and nothing else */
static bool
is_none(const struct reader *reader)
{
	struct reader copy = *reader;

	return str_eqz_nocase(lex_keyword(&copy.rest), "none") &&
	    skip(&copy) == NULL && copy.rest.len == 0;
}

static const char *
read_results(struct reader *reader, struct authres *authres)
{
	while (reader->rest.len > 0) {
		struct authres_result result = { 0 };
		const char *problem;
		bool semicolon;

		problem = skip_char(reader, ';', &semicolon);
		if (problem != NULL)
			return problem;
		if (!semicolon)
			return "there is no ; after the id";
		if (reader->rest.len == 0)
			break;
		if (authres->results.count == 0 && is_none(reader)) {
			authres->none = true;
			return NULL;
		}
		if (authres->results.count == LIMIT_AUTHRES_RESULTS)
			return "there are too many results";
		problem = read_result(reader, &result);
		if (problem != NULL)
			return problem;
		VEC_PUSH(reader->arena, &authres->results, result);
	}
	return authres->results.count == 0 ? "there are no results" : NULL;
}

static const char *
read_field(struct reader *reader, struct authres *authres)
{
	const char *problem = skip(reader);
	struct str version;

	if (problem == NULL)
		problem = read_value(reader, &authres->id);
	if (problem == NULL)
		problem = skip(reader);
	if (problem != NULL)
		return problem;
	version = lex_digits(&reader->rest);
	if (version.len > 0 && !str_eqz(version, "1"))
		return "the version is not 1";
	return read_results(reader, authres);
}

bool
authres_parse(struct arena *arena, struct str value,
    struct authres *authres_out)
{
	struct reader reader = { .arena = arena, .rest = value };

	*authres_out = (struct authres){ 0 };
	authres_out->problem = str_from(value.len > LIMIT_AUTHRES_OCTETS ?
	    "it is too long" : read_field(&reader, authres_out));
	return authres_out->problem.len == 0;
}

struct str
authres_property(const struct authres_result *result, const char *ptype,
    const char *name)
{
	for (size_t i = 0; i < result->properties.count; i++)
		if (str_eqz_nocase(result->properties.at[i].ptype, ptype) &&
		    str_eqz_nocase(result->properties.at[i].name, name))
			return result->properties.at[i].value;
	return STR_NONE;
}
