#include "tests/unit/mail/mail_test.h"

#include "mail/listid.h"

static const struct {
	struct str value;
	const char *id;
} ids[] = {
	/* RFC 2919 section 3 */
	{ STR_INIT("List Header Mailing List <list-header.nisto.example>"),
	  "list-header.nisto.example" },
	{ STR_INIT("<commonspace-users.list-id.within.com.example>"),
	  "commonspace-users.list-id.within.com.example" },
	{ STR_INIT("\"Lena's Personal <Joke> List\" "
	  "<lenas-jokes.da39efc25c.lenas.localhost>"),
	  "lenas-jokes.da39efc25c.lenas.localhost" },
	{ STR_INIT("\"An internal CMU List\" <0Jks9449.list-id.cmu.example>"),
	  "0Jks9449.list-id.cmu.example" },
	/* comments, folds, free phrases */
	{ STR_INIT("(a <b.example>) <c.example> (<d.example>)"),
	  "c.example" },
	{ STR_INIT("A\r\n B\r\n <c.(x)\r\n example>"), "c.example" },
	{ STR_INIT("Dev: all [x] @y, z; <c.example>"), "c.example" },
	{ STR_INIT("5\" disks (old <c.example>"), "c.example" },
	{ STR_INIT("<c.example> <d.example>"), "c.example" },
	{ STR_INIT("<\xc3\xbc.example>"), "\xc3\xbc.example" },
	{ STR_INIT("c.example"), "c.example" },
	{ STR_INIT(" c.example\r\n"), "c.example" },
	/* none */
	{ STR_INIT(""), "" }, { STR_INIT("<>"), "" }, { STR_INIT("< >"), "" },
	{ STR_INIT("A list"), "" }, { STR_INIT("<c.example"), "" },
	{ STR_INIT("<a@c.example>"), "" }, { STR_INIT("\"<c.example>\""), "" },
	{ STR_INIT("c.example>"), "" }, { STR_INIT("<c\0.example>"), "" },
};

START_TEST(identifier_is_read)
{
	struct arena *arena = arena_new();

	assert_str(listid_read(arena, ids[_i].value), ids[_i].id);
	arena_free(arena);
}
END_TEST

/* Openings without an end are not scanned to the end again and again. */
START_TEST(hostile_list_id)
{
	struct arena *arena = arena_new();
	char *text = arena_alloc(arena, 1000000);

	memset(text, '(', 1000000);
	assert_str(listid_read(arena, str_make(text, 1000000)), "");
	memset(text, '"', 999999);
	assert_str(listid_read(arena, str_make(text, 999999)), "");
	for (int i = 0; i < 1000000; i++)
		text[i] = "(\\"[i % 2];
	assert_str(listid_read(arena, str_make(text, 1000000)), "");
	arena_free(arena);
}
END_TEST

TCase *
listid_cases(void)
{
	TCase *tc = tcase_create("listid");

	tcase_add_loop_test(tc, identifier_is_read, 0, TEST_COUNT(ids));
	tcase_add_test(tc, hostile_list_id);
	return tc;
}
