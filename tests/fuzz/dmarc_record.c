/* DMARC records: whatever the text, policies are policies. */
#include "base/ensure.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = str_make(data, size), reason;
	struct dmarc_record record;

	if (!dmarc_record_parse(arena, text, &record, &reason)) {
		ensure(reason.len > 0);
		arena_free(arena);
		return 0;
	}
	ensure(str_eq(record.text, text));
	ensure(word_in_set(DISPOSITION_WORDS, record.p));
	ensure(word_in_set(DISPOSITION_WORDS, record.sp));
	ensure(word_in_set(DISPOSITION_WORDS, record.np));
	ensure(record.has_policy || record.rua.count == 0);
	ensure(record.rua.count <= LIMIT_DMARC_URIS);
	ensure(record.ruf.count <= LIMIT_DMARC_URIS);
	for (size_t i = 0; i < record.rua.count; i++)
		ensure(str_is_visible(record.rua.at[i]) &&
		    str_chr(record.rua.at[i], ':') < record.rua.at[i].len);
	ensure(str_is_printable(record.fo) && record.fo.len > 0);
	arena_free(arena);
	return 0;
}
