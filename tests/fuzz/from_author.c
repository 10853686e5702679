/*
 * The author domain from a header: fields "name:value", a NUL between them.
 * One domain, which DNS can carry, or a reason.
 */
#include "base/domain.h"
#include "base/ensure.h"
#include "dmarc/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str rest = str_make(data, size), line;
	struct header header = { 0 };
	struct dmarc_author author;

	while (str_next(&rest, '\0', &line)) {
		size_t colon = str_chr(line, ':');

		VEC_PUSH(arena, &header.fields, (struct header_field){
		    str_slice(line, 0, colon), str_skip(line, colon + 1) });
	}
	dmarc_author_find(arena, &header, &author);
	ensure(author.valid == (author.reason.len == 0));
	ensure(author.valid == (author.domain.len > 0));
	if (author.valid) {
		ensure(author.fields == 1 && author.mailboxes > 0);
		ensure(domain_is_valid(author.domain));
		ensure(str_is_visible(author.domain));
		ensure((author.mailboxes == 1) == (author.address.len > 0));
	}
	arena_free(arena);
	return 0;
}
