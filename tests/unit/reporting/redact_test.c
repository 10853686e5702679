#include "reporting/redact.h"
#include "tests/unit/reporting/reporting_test.h"

static struct arena *arena;
static const struct str key = STR_INIT("0123456789abcdef");

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

#define ANN	"60bfb752e03d57b7e5baf820"	/* ann */

static const struct {
	const char *text, *hidden;
} hides[] = {
	{ "", "" },
	{ "nobody here @ home", "nobody here @ home" },
	{ "ann@example.com", ANN "@example.com" },
	{ "ANN@example.com", ANN "@example.com" },
	{ "<ann@example.com>, \"B\" <ann@example.net>",
	  "<" ANN "@example.com>, \"B\" <" ANN "@example.net>" },
	{ "x?to=1&u=ann%40example.com", "HASH%40example.com" },
	{ "for <ann@[192.0.2.1]>;", "for <" ANN "@[192.0.2.1]>;" },
	{ "@example.com", "@example.com" },
	{ "ann@", "ann@" }, { "%40", "%40" },
	{ "\"ann b\"@example.com.", "HASH@example.com." },
	{ "\xc3\xbc@example.com", "HASH@example.com" },
	{ "a@b@example.com", "HASH@HASH@example.com" },
	{ "spf=fail smtp.mailfrom=ann@example.com;",
	  "spf=fail smtp.mailfrom=" ANN "@example.com;" },
	{ "b+ann=example.net@example.com", "HASH@example.com" },
	{ "smtp.a+b=c@example.com smtp.x=@example.com",
	  "HASH@example.com smtp.x=@example.com" },
};

/* HASH stands for any other one. */
static void
assert_hidden(struct str text, const char *want)
{
	struct str rest = text, w = str_from(want);

	while (w.len > 0 && rest.len > 0) {
		if (str_starts_nocase(w, STR("HASH"))) {
			for (int i = 0; i < 24; i++)
				ck_assert_int_ge(ascii_hex(rest.ptr[i]), 0);
			w = str_skip(w, 4);
			rest = str_skip(rest, 24);
			continue;
		}
		ck_assert_msg(w.ptr[0] == rest.ptr[0], "%.*s: not %s",
		    STR_ARG(text), want);
		w = str_skip(w, 1);
		rest = str_skip(rest, 1);
	}
	ck_assert_msg(w.len == 0 && rest.len == 0, "%.*s: not %s",
	    STR_ARG(text), want);
}

START_TEST(local_parts_are_hidden)
{
	struct str text = str_from(hides[_i].text);

	assert_hidden(redact_text(arena, key, text), hides[_i].hidden);
	assert_str(redact_text(arena, STR_NONE, text), hides[_i].text);
}
END_TEST

START_TEST(ids_stay)
{
	struct str id = STR(" <ann@example.com>");

	assert_str(redact_field(arena, key, STR("message-id"), id),
	    " <ann@example.com>");
	assert_str(redact_field(arena, key, STR("DKIM-Signature"), id),
	    " <ann@example.com>");
	assert_str(redact_field(arena, key, STR("To"), id),
	    " <" ANN "@example.com>");
	assert_str(redact_links(arena, STR("see HTTPS://x/ and http://y")),
	    "see HxxPS://x/ and hxxp://y");
}
END_TEST

TCase *
redact_tests(void)
{
	TCase *tests = tcase_create("redact");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, local_parts_are_hidden, 0,
	    TEST_COUNT(hides));
	tcase_add_test(tests, ids_stay);
	return tests;
}
