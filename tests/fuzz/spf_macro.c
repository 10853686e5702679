/*
 * A macro string and what it stands for, split at the first line ends: text,
 * local part, HELO name, validated name.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "spf/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
line(struct str *rest)
{
	struct str piece = STR_NONE;

	str_next(rest, '\n', &piece);
	return str_slice(piece, 0, LIMIT_ADDRESS_OCTETS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str rest = str_make(data, size), text, out;
	struct macro_values values = {
		.sender_domain = STR("example.com"),
		.domain = STR("example.org")
	};
	enum macro_result result;
	bool ends_in_macro, good;

	ip_parse(size % 2 == 0 ? STR("192.0.2.1") : STR("2001:db8::1"),
	    &values.client);
	text = line(&rest);
	values.local = line(&rest);
	values.helo = line(&rest);
	values.validated = line(&rest);
	good = macro_check(text, MACRO_DOMAIN, &ends_in_macro);
	result = macro_domain(arena, text, &values, &out);
	ensure(text.len == 0 || (result == MACRO_BAD) == !good ||
	    result == MACRO_NEVER);
	ensure(out.len <= LIMIT_DOMAIN_OCTETS ||
	    str_chr(out, '.') >= out.len);
	good = macro_check(text, MACRO_EXPLANATION, &ends_in_macro);
	result = macro_expand(arena, text, MACRO_EXPLANATION, &values, &out);
	ensure(good || result != MACRO_OK);
	ensure(out.len <= LIMIT_SPF_MACRO_OCTETS);
	macro_wants(text, 'p');
	arena_free(arena);
	return 0;
}
