/* dkim_signature - one DKIM-Signature value, parsed and vetted */
#include "base/base64.h"
#include "base/ensure.h"
#include "dkim/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(struct str s)
{
	volatile unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum = (unsigned char)s.ptr[i];
	(void)sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"),
				      str_make(data, size) };
	struct dkim_parsed parsed;

	dkim_signature_parse(arena, &field, 1700000000, 300, &parsed);
	look(parsed.domain);
	look(parsed.identity);
	look(parsed.b_span);
	if (parsed.usable) {
		ensure(base64_is_good(parsed.b_span) && parsed.bh.len > 0);
		ensure(parsed.name_count > 0);
		ensure(parsed.algorithm == DKIM_RSA_SHA256 ||
		    parsed.algorithm == DKIM_ED25519_SHA256);
		ensure(parsed.b_span.ptr >= field.value.ptr &&
		    parsed.b_span.ptr + parsed.b_span.len <=
		    field.value.ptr + field.value.len);
		ensure(str_is_visible(parsed.key_name));
		ensure(parsed.key_name.len <= 253);
		for (size_t i = 0; i < parsed.name_count; i++)
			ensure(str_is_visible(parsed.names[i]));
	} else {
		ensure(parsed.reason.len > 0);
		ensure(parsed.word == WORD_NEUTRAL ||
		    parsed.word == WORD_PERMERROR);
	}
	arena_free(arena);
	return 0;
}
