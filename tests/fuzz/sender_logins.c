/*
 * Sender login tables from any text, and any question: mistakes or answers,
 * never a crash.  The first octet says which kind of table it is, the first
 * line whom to ask about ("login address").
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ensure.h"
#include "base/source.h"
#include "rights/key.h"
#include "rights/regexmap.h"
#include "rights/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key is what it becomes again when it is read. */
static void
check_key(struct arena *arena, struct str address)
{
	struct key key, bare;

	if (key_make(arena, address, &key) != NULL)
		return;
	ensure(key.text.len <= address.len + 1024 && key.at <= key.text.len);
	ensure(key_local(&key).len + key_domain(&key).len +
	    (key.at < key.text.len) == key.text.len);
	if (key_without_extension(arena, &key, "+-", &bare)) {
		ensure(bare.text.len < key.text.len && bare.at > 0);
		ensure(str_eq(key_domain(&bare), key_domain(&key)));
	}
}

static void
ask_text(struct arena *arena, const struct source *source, struct str login,
    struct str address, struct diag *diag)
{
	struct table *table = table_new();
	struct read_notes notes = { .bare = false };
	bool ok = read_text(table, source, &notes, diag);
	struct key key;

	ensure(ok == (diag_count(diag, DIAG_ERROR) == 0));
	table_settle(table);
	if (key_make(arena, address, &key) == NULL)
		ensure(!table_has(table, key.text, login) ||
		    table_has_key(table, key.text));
	if (key_make(arena, address, &key) == NULL && login.len <= 1024) {
		ensure(table_add(table, key.text, login));
		ensure(table_has(table, key.text, login));
	}
	table_free(table);
}

static void
ask_patterns(struct arena *arena, enum regexmap_kind kind,
    const struct source *source, struct str login, struct str address,
    struct diag *diag)
{
	struct regexmap *map = regexmap_read(kind, source, diag);

	ensure((map == NULL) == (diag_count(diag, DIAG_ERROR) > 0));
	if (map != NULL)
		regexmap_ask(map, arena, address, login);
	regexmap_free(map);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make(data, size), line, login, address;
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	const struct source *source;
	char kind = size > 0 ? text.ptr[0] : '\0';

	str_next(&text, '\n', &line);
	line = str_skip(line, 1);
	login = str_slice(line, 0, str_chr(line, ' '));
	address = str_slice(str_skip(line, login.len + 1), 0, 1024);
	source = source_new(arena, "t", text);
	check_key(arena, address);
	if (kind == 'p' || kind == 'r')
		ask_patterns(arena, kind == 'p' ? REGEXMAP_PCRE :
		    REGEXMAP_REGEXP, source, login, address, diag);
	else
		ask_text(arena, source, login, address, diag);
	diag_free(diag);
	arena_free(arena);
	return 0;
}
