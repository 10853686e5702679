/*
 * A list file.  Its lines and what is near to them are looked up in the list,
 * and the answer is what looking at each entry by itself gives: at its line
 * as a list of one, and, without quotes and regular expressions, at its text.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "base/vec.h"
#include "policy/list.h"
#include "policy/text.h"
#include "tests/support/list_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 60, OCTETS_MAX = 4096 };

struct fuzz {
	struct arena		*arena;
	struct regex_pool	*pool;
	const struct list	*whole;
	VEC(const struct list *) lines;
	VEC(struct str)		 texts;
	struct list_reference	*reference;	/* or NULL */
};

/* NULL where there is a mistake in it. */
static const struct list *
list_of(struct fuzz *fuzz, struct str text)
{
	struct list_builder *builder = list_builder_new(fuzz->arena,
	    fuzz->pool);
	struct source *source = source_new(fuzz->arena, "fuzz.list", text);
	struct diag *diag = diag_new();
	const struct list *list = NULL;

	list_add_lines(builder, source, diag);
	if (diag_count(diag, DIAG_ERROR) == 0)
		list = list_build(builder, diag);
	else
		list_abandon(builder);
	diag_free(diag);
	return list;
}

/* In the whole as in one of the lines, if it is in one of the lines. */
static void
expect_same(enum list_answer whole, bool any_yes, bool any_unknown)
{
	if (any_yes)
		ensure(whole == LIST_YES);
	else
		ensure(whole == (any_unknown ? LIST_UNKNOWN : LIST_NO));
}

typedef enum list_answer look_up(const struct list *list, struct str text);

static void
ask(struct fuzz *fuzz, look_up *has, struct str text,
    bool (*reference)(const struct list_reference *, struct str))
{
	bool yes = false, unknown = false;

	for (size_t i = 0; i < fuzz->lines.count; i++) {
		enum list_answer one = has(fuzz->lines.at[i], text);

		yes |= one == LIST_YES;
		unknown |= one == LIST_UNKNOWN;
	}
	expect_same(has(fuzz->whole, text), yes, unknown);
	if (fuzz->reference != NULL)
		ensure(yes == reference(fuzz->reference, text));
}

static void
ask_ip(struct fuzz *fuzz, const struct ip *ip)
{
	bool yes = false;

	for (size_t i = 0; i < fuzz->lines.count; i++)
		yes |= list_has_ip(fuzz->lines.at[i], ip);
	ensure(list_has_ip(fuzz->whole, ip) == yes);
	if (fuzz->reference != NULL)
		ensure(list_reference_ip(fuzz->reference, ip) == yes);
}

static void
ask_all(struct fuzz *fuzz, struct str text)
{
	struct ipnet net;

	ask(fuzz, list_has_domain, text_canonical_domain(fuzz->arena, text),
	    list_reference_domain);
	ask(fuzz, list_has_address, text_canonical_address(fuzz->arena, text),
	    list_reference_address);
	ask(fuzz, list_has_text, text, list_reference_text);
	if (!ipnet_parse(text, &net))
		return;
	ask_ip(fuzz, &net.ip);
	for (unsigned i = 0; i < ip_width(&net.ip); i += 3) {
		struct ip near = net.ip;

		near.bytes[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		ask_ip(fuzz, &near);
	}
}

static void
ask_near(struct fuzz *fuzz, struct str line)
{
	struct str text = str_trim(line);

	ask_all(fuzz, text);
	ask_all(fuzz, str_skip(text, 1));
	ask_all(fuzz, arena_printf(fuzz->arena, "a%.*s", STR_ARG(text)));
	ask_all(fuzz, arena_printf(fuzz->arena, "b.%.*s", STR_ARG(text)));
	ask_all(fuzz, arena_printf(fuzz->arena, "u@%.*s", STR_ARG(text)));
	ask_all(fuzz, arena_printf(fuzz->arena, "%.*sc.example",
	    STR_ARG(text)));
}

/* The reference knows one text for an entry, and the file's lines only. */
static bool
is_plain(struct str text)
{
	return str_chr(text, '"') == text.len && str_chr(text, '/') ==
	    text.len && str_chr(text, '\0') == text.len;
}

static void
run(struct fuzz *fuzz, struct str text)
{
	struct str rest = text, line;

	while (str_next(&rest, '\n', &line)) {
		const struct list *one = list_of(fuzz, line);

		if (fuzz->lines.count == LINES_MAX)
			return;
		/* On a line of its own a mark of an encoding is one. */
		if (one == NULL)
			continue;
		VEC_PUSH(fuzz->arena, &fuzz->lines, one);
		VEC_PUSH(fuzz->arena, &fuzz->texts, line);
	}
	fuzz->whole = list_of(fuzz, text);
	if (fuzz->whole == NULL)
		return;
	if (is_plain(text))
		fuzz->reference = list_reference_new(fuzz->arena, text);
	for (size_t i = 0; i < fuzz->texts.count; i++)
		ask_near(fuzz, fuzz->texts.at[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .arena = arena_new() };

	if (size > OCTETS_MAX)
		size = OCTETS_MAX;
	fuzz.pool = regex_pool_new(fuzz.arena);
	run(&fuzz, str_make(data, size));
	regex_pool_free(fuzz.pool);
	arena_free(fuzz.arena);
	return 0;
}
