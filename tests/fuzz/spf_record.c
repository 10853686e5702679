/* An SPF record from any text: read whole or refused. */
#include <stddef.h>
#include <stdint.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "spf/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_within(struct str part, struct str whole)
{
	return part.len == 0 || (part.ptr >= whole.ptr &&
	    part.ptr + part.len <= whole.ptr + whole.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct dns_record string = { .text = str_make(data, size) };
	struct dns_answer answer = { .records = &string, .count = 1 };
	struct spf_record record;
	struct str text, why = STR_NONE;

	if (spf_record_select(&answer, &text) == 1) {
		if (spf_record_parse(arena, text, &record, &why))
			for (size_t i = 0; i < record.count; i++) {
				ensure(lies_within(record.terms[i].text, text));
				ensure(lies_within(record.terms[i].spec, text));
				ensure(str_is_visible(record.terms[i].text));
				ensure(record.terms[i].bits4 <= 32);
				ensure(record.terms[i].bits6 <= 128);
			}
		else
			ensure(why.len > 0 && str_is_printable(why));
		ensure(record.count <= LIMIT_SPF_TERMS);
	}
	arena_free(arena);
	return 0;
}
