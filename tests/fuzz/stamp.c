/*
 * Results that a sender has a say in: the field must follow the grammar, hold
 * no more results than there are, and say what they say to our own reader.
 */
#include <stdio.h>
#include <stdlib.h>

#include "action/edit.h"
#include "base/limits.h"
#include "mail/authres.h"
#include "mail/safe.h"
#include "tests/support/field_check.h"
#include "tests/support/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const char *ptype, *name;
} properties[] = {
	{ "smtp", "mailfrom" }, { "smtp", "helo" }, { "header", "d" },
	{ "header", "s" }, { "header", "a" }, { "header", "b" },
	{ "header", "i" }, { "header", "from" }, { "policy", "iprev" },
};

static struct result
take_result(struct arena *arena, struct str *input)
{
	struct result result = {
		.method = (enum method)(fuzz_byte(input) % METHOD_COUNT),
		.word = (enum word)(fuzz_byte(input) % WORD_COUNT),
	};
	unsigned count = fuzz_byte(input) % 9;

	result.reason = fuzz_text(input);
	result.comment = fuzz_text(input);
	for (unsigned i = 0; i < count; i++) {
		unsigned which = fuzz_byte(input) % 9;

		VEC_PUSH(arena, &result.properties, (struct result_property){
		    properties[which].ptype, properties[which].name,
		    fuzz_text(input) });
	}
	return result;
}

static size_t
count_results(struct str value)
{
	bool quoted = false, comment = false;
	size_t count = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"' && !comment)
			quoted = !quoted;
		else if (!quoted && (c == '(' || c == ')'))
			comment = c == '(';
		else if (!quoted && !comment)
			count += c == ';';
	}
	return count;
}

static void
fail(const char *why, struct str value)
{
	fprintf(stderr, "%s:\n%.*s\n", why, STR_ARG(value));
	abort();
}

static bool
says(struct arena *arena, struct str said, struct str meant)
{
	return str_eq(said, safe_text(arena, meant, SAFE_UTF8,
	    LIMIT_AUTHRES_VALUE_OCTETS));
}

static bool
is_read_back(struct arena *arena, const struct authres_result *read,
    const struct result *result)
{
	if (!str_eqz(read->method, method_name(result->method)) ||
	    !str_eqz(read->result, word_name(result->word)) ||
	    !says(arena, read->reason, result->word == WORD_PASS ?
	    STR_NONE : result->reason) ||
	    read->properties.count != result->properties.count)
		return false;
	for (unsigned i = 0; i < result->properties.count; i++)
		if (!str_eqz(read->properties.at[i].name,
		    result->properties.at[i].name) ||
		    !says(arena, read->properties.at[i].value,
		    result->properties.at[i].value))
			return false;
	return true;
}

static void
check_reader(struct arena *arena, struct str id,
    const struct results *results, struct str value)
{
	struct authres read;
	size_t n = 0;

	if (!authres_parse(arena, value, &read))
		fail("our own reader refuses it", value);
	if (!says(arena, read.id, id))
		fail("another authserv-id", value);
	if (read.none != (results->list.count == 0))
		fail("none or not", value);
	for (int method = 0; method < METHOD_COUNT; method++)
		for (size_t i = 0; i < results->list.count; i++) {
			const struct result *result = &results->list.at[i];

			if (result->method != (enum method)method ||
			    read.results.count < results->list.count)
				continue;
			if (!is_read_back(arena, &read.results.at[n++],
			    result))
				fail("another result", value);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct results results = { .arena = arena };
	struct str input = str_make(data, size), id, value;
	const char *fault;
	size_t count;

	id = fuzz_text(&input);
	while (input.len > 0 && results.list.count < 200)
		VEC_PUSH(arena, &results.list, take_result(arena, &input));
	value = stamp_value(arena, id, &results);
	if ((fault = authres_fault(value)) != NULL)
		fail(fault, value);
	if (value.len > LIMIT_AUTHRES_OCTETS)
		fail("too long", value);
	count = count_results(value);
	if (count > LIMIT_AUTHRES_RESULTS)
		fail("too many results", value);
	if (results.list.count == 0 ? count != 1 :
	    count > results.list.count || count == 0)
		fail("not the results that there are", value);
	if (count < results.list.count &&
	    !str_ends_nocase(value, STR(" more results left out)")))
		fail("silent about what is left out", value);
	check_reader(arena, id, &results, value);
	arena_free(arena);
	return 0;
}
