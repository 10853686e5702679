/*
 * Tags with texts from strangers, over a header from strangers: no edit may
 * hold a line end that is no fold, and a second round adds no prefix.
 */
#include <stdio.h>
#include <stdlib.h>

#include "action/edit.h"
#include "tests/support/field_check.h"
#include "tests/support/fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fail(const char *why, struct str value)
{
	fprintf(stderr, "%s:\n%.*s\n", why, STR_ARG(value));
	abort();
}

static bool
is_subject(struct str name)
{
	return str_eqz_nocase(name, "subject");
}

static void
check_folds(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		struct str rest = str_skip(value, i);

		if (value.ptr[i] == '\0' || (value.ptr[i] == '\n' &&
		    (i == 0 || value.ptr[i - 1] != '\r')))
			fail("NUL or a bare LF", value);
		if (value.ptr[i] == '\r' && !str_starts_nocase(rest,
		    STR("\r\n ")) && !str_starts_nocase(rest, STR("\r\n\t")))
			fail("a CR that is no fold", value);
	}
}

static void
check_edit(const struct edit *edit)
{
	const char *fault;

	if (edit->name.len == 0 || !str_is_visible(edit->name) ||
	    str_chr(edit->name, ':') < edit->name.len)
		fail("no field name", edit->name);
	if (edit->kind == EDIT_DELETE)
		return;
	check_folds(edit->value);
	if (is_subject(edit->name) || edit->value.len == 0)
		return;
	/* A name as long as can be. */
	fault = field_fault("X", edit->value);
	if (fault != NULL)
		fail(fault, edit->value);
}

/* The header as the edits leave it, as far as subjects go. */
static void
apply(struct arena *arena, struct header *header, const struct edit *edit)
{
	unsigned nth = 0;

	if (!is_subject(edit->name))
		return;
	if (edit->kind == EDIT_ADD)
		VEC_PUSH(arena, &header->fields, (struct header_field){
		    edit->name, edit->value });
	for (size_t i = 0; i < header->fields.count; i++)
		if (edit->kind == EDIT_CHANGE && header_is_named(
		    &header->fields.at[i], edit->name) && ++nth == edit->nth)
			header->fields.at[i].value = edit->value;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str input = str_make(data, size);
	struct edit_list edits = { 0 }, again = { 0 };
	struct policy_run run = { 0 };
	struct header header = { 0 };
	unsigned tags = fuzz_byte(&input) % 8, subjects = 0;

	for (unsigned i = 0; i < tags; i++) {
		struct policy_rule rule = { .action = ACTION_TAG };

		rule.tag_name = fuzz_text(&input);
		rule.tag_value = fuzz_text(&input);
		subjects += is_subject(rule.tag_name);
		VEC_PUSH(arena, &run.fired, rule);
	}
	while (input.len > 0) {
		struct header_field field;

		field.name = fuzz_text(&input);
		field.value = fuzz_text(&input);
		VEC_PUSH(arena, &header.fields, field);
	}
	edit_tags(arena, &edits, &header, &run);
	for (size_t i = 0; i < edits.list.count; i++) {
		check_edit(&edits.list.at[i]);
		apply(arena, &header, &edits.list.at[i]);
	}
	/* Of several one can look like another and the text behind it. */
	if (subjects == 1)
		edit_tags(arena, &again, &header, &run);
	for (size_t i = 0; i < again.list.count; i++)
		if (is_subject(again.list.at[i].name))
			fail("a subject prefixed twice",
			    again.list.at[i].value);
	arena_free(arena);
	return 0;
}
