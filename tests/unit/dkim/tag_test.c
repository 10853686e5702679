#include "tests/unit/dkim/dkim_test.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "dkim/tag.h"

/* good: "name=[value]" for each tag; why: what is wrong. */
static const struct {
	const char *text, *good, *why;
} lists[] = {
	{ "a=1", "a=[1]", NULL },
	{ "a=1;", "a=[1]", NULL },
	{ "a=1; \r\n\t", "a=[1]", NULL },
	{ " a = 1 ; b\t=\t2 ", "a=[1] b=[2]", NULL },
	{ "\r\n a=1;\r\n b=2", "a=[1] b=[2]", NULL },
	{ "a=", "a=[]", NULL },
	{ "a=;b= ;c=1", "a=[] b=[] c=[1]", NULL },
	{ "a=1 2\r\n 3", "a=[1 2\r\n 3]", NULL },
	{ "a=b=c==", "a=[b=c==]", NULL },
	{ "a=1;A=2", "a=[1] A=[2]", NULL },
	{ "a_1=x;b9_=y", "a_1=[x] b9_=[y]", NULL },
	{ "z=Subject:x|From:y", "z=[Subject:x|From:y]", NULL },
	{ "d=b\xc3\xbc" "cher.example", "d=[b\xc3\xbc" "cher.example]", NULL },
	{ "a=1;a=2", NULL, "a tag comes twice" },
	{ "a=1;b=2;a=1", NULL, "a tag comes twice" },
	{ "", NULL, "an empty tag" },
	{ "   ", NULL, "an empty tag" },
	{ ";", NULL, "an empty tag" },
	{ ";a=1", NULL, "an empty tag" },
	{ "a=1;;b=2", NULL, "an empty tag" },
	{ "a=1;;", NULL, "an empty tag" },
	{ "a=1; ; b=2", NULL, "an empty tag" },
	{ "a", NULL, "a tag has no \"=\"" },
	{ "a=1; b", NULL, "a tag has no \"=\"" },
	{ "=1", NULL, "a tag's name is malformed" },
	{ "1a=1", NULL, "a tag's name is malformed" },
	{ "_a=1", NULL, "a tag's name is malformed" },
	{ "a-b=1", NULL, "a tag's name is malformed" },
	{ "a b=1", NULL, "a tag's name is malformed" },
	{ "\xc3\xbc=1", NULL, "a tag's name is malformed" },
	{ "a=\x01", NULL, "a tag's value has a forbidden octet" },
	{ "a=x\x7f", NULL, "a tag's value has a forbidden octet" },
	{ "a=x\ry", NULL, "a tag's value has a forbidden octet" },
	{ "a=x\ny", NULL, "a tag's value has a forbidden octet" },
	{ "a=x\r\ny", NULL, "a tag's value has a forbidden octet" },
	{ "a=x\vy", NULL, "a tag's value has a forbidden octet" },
	{ "a=\xff", NULL, "a tag's value has a forbidden octet" },
	{ "a=\xc3", NULL, "a tag's value has a forbidden octet" },
};

START_TEST(tags_are_read)
{
	struct arena *arena = arena_new();
	struct dkim_tags tags;
	const char *why = dkim_tags_parse(str_from(lists[_i].text),
	    &tags);
	struct buf buf;

	if (lists[_i].why != NULL) {
		ck_assert_ptr_nonnull(why);
		ck_assert_str_eq(why, lists[_i].why);
		arena_free(arena);
		return;
	}
	ck_assert_msg(why == NULL, "%s", why);
	buf_init(&buf, arena, 1000);
	for (size_t i = 0; i < tags.count; i++)
		buf_printf(&buf, "%s%.*s=[%.*s]", i > 0 ? " " : "",
		    STR_ARG(tags.at[i].name),
		    STR_ARG(tags.at[i].value));
	assert_str(buf_str(&buf), lists[_i].good);
	arena_free(arena);
}
END_TEST

START_TEST(tags_have_a_cap)
{
	struct arena *arena = arena_new();
	struct dkim_tags tags;
	struct buf buf;

	buf_init(&buf, arena, 10000);
	for (int i = 0; i < LIMIT_DKIM_TAGS; i++)
		buf_printf(&buf, "t%d=x;", i);
	ck_assert_ptr_null(dkim_tags_parse(buf_str(&buf), &tags));
	buf_addz(&buf, "more=x");
	ck_assert_str_eq(dkim_tags_parse(buf_str(&buf), &tags),
	    "too many tags");
	arena_free(arena);
}
END_TEST

START_TEST(tags_refuse_nul)
{
	struct arena *arena = arena_new();
	struct dkim_tags tags;

	ck_assert_ptr_nonnull(dkim_tags_parse(str_make("a=x\0y", 5),
	    &tags));
	ck_assert_ptr_nonnull(dkim_tags_parse(str_make("a\0=x", 4),
	    &tags));
	arena_free(arena);
}
END_TEST

/* The span is what a hash leaves out of "b=" (RFC 6376 section 3.7). */
START_TEST(tags_know_their_span)
{
	struct arena *arena = arena_new();
	struct dkim_tags tags;

	ck_assert_ptr_null(dkim_tags_parse(
	    STR("a=1; b = \r\n x y ; c=2"), &tags));
	assert_str(dkim_tags_find(&tags, "b")->span, " \r\n x y ");
	assert_str(dkim_tags_find(&tags, "b")->value, "x y");
	ck_assert_ptr_null(dkim_tags_find(&tags, "B"));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *text, *octets;		/* NULL: refused */
} base64[] = {
	{ "", "" }, { "YQ==", "a" }, { "YWI=", "ab" }, { "YWJj", "abc" },
	{ "Y W\r\n\tJj", "abc" }, { "YWJjZA==", "abcd" },
	{ "YQ", "a" }, { "YWI", "ab" }, { "Y Q = =", "a" },
	{ "Y", NULL }, { "YWJjZ", NULL }, { "YQ=", NULL }, { "=", NULL },
	{ "YQ===", NULL }, { "YQ==YQ==", NULL }, { "YW=J", NULL },
	{ "Y!==", NULL }, { "YQ-_", NULL }, { "YWJj=", NULL },
};

START_TEST(base64_is_read)
{
	struct arena *arena = arena_new();
	struct str octets;
	bool ok = base64_read(arena, str_from(base64[_i].text), &octets);

	ck_assert_int_eq(ok, base64[_i].octets != NULL);
	ck_assert_int_eq(base64_is_good(str_from(base64[_i].text)),
	    ok && octets.len > 0);
	if (ok)
		assert_str(octets, base64[_i].octets);
	arena_free(arena);
}
END_TEST

START_TEST(base64_is_written)
{
	struct arena *arena = arena_new();

	assert_str(base64_write(arena, STR("")), "");
	assert_str(base64_write(arena, STR("a")), "YQ==");
	assert_str(base64_write(arena, STR("ab")), "YWI=");
	assert_str(base64_write(arena, STR("abc\xff\xfe")), "YWJj//4=");
	arena_free(arena);
}
END_TEST

void
add_tag_tests(TCase *tc)
{
	tcase_add_loop_test(tc, tags_are_read, 0, TEST_COUNT(lists));
	tcase_add_test(tc, tags_have_a_cap);
	tcase_add_test(tc, tags_refuse_nul);
	tcase_add_test(tc, tags_know_their_span);
	tcase_add_loop_test(tc, base64_is_read, 0, TEST_COUNT(base64));
	tcase_add_test(tc, base64_is_written);
}
