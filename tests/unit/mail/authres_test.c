#include "tests/unit/mail/mail_test.h"

#include "mail/authres.h"

static const struct {
	struct str value;
	const char *ours;
	bool claims;
} claims[] = {
	{ STR_INIT(" mx.example.com; spf=pass"), "mx.example.com", true },
	{ STR_INIT("mx.example.com"), "mx.example.com", true },
	{ STR_INIT("MX.Example.COM; none"), "mx.example.com", true },
	{ STR_INIT("mx.example.com; none"), "MX.example.COM", true },
	{ STR_INIT("mx.example.com 1; none"), "mx.example.com", true },
	{ STR_INIT("mx.example.com (v) 1 (w); x"), "mx.example.com", true },
	{ STR_INIT("mx.example.com/1; none"), "mx.example.com", true },
	{ STR_INIT("mx.example.com. 1; none"), "mx.example.com", true },
	{ STR_INIT("mx.example.com."), "mx.example.com", true },
	{ STR_INIT("mx.example.com"), "mx.example.com.", true },
	{ STR_INIT("(a) mx.example.com(b);"), "mx.example.com", true },
	{ STR_INIT("(a(b(c)d)e)mx.example.com"), "mx.example.com", true },
	{ STR_INIT("(a\\)b)mx.example.com"), "mx.example.com", true },
	{ STR_INIT("\r\n\tmx.example.com;"), "mx.example.com", true },
	{ STR_INIT("\n (a\n b)\n mx.example.com\n ;"), "mx.example.com", true },
	{ STR_INIT("\"mx.example.com\"; none"), "mx.example.com", true },
	{ STR_INIT("\"MX.\\e\\xample.com\""), "mx.example.com", true },
	{ STR_INIT("\"mx.example.com \""), "mx.example.com", true },
	{ STR_INIT("\"mx.\r\n example.com\""), "mx.example.com", true },
	{ STR_INIT("\"mx\".example.com"), "mx.example.com", true },
	{ STR_INIT("mx.\"example\".com"), "mx.example.com", true },
	{ STR_INIT("mx . example . com"), "mx.example.com", true },
	{ STR_INIT("mx(a).(b)example.\r\n com"), "mx.example.com", true },
	{ STR_INIT("\"\" mx.example.com"), "mx.example.com", true },
	{ STR_INIT("<mx.example.com>"), "mx.example.com", true },
	{ STR_INIT("= mx.example.com"), "mx.example.com", true },
	{ STR_INIT("mx.exa\0mple.com"), "mx.example.com", true },
	{ STR_INIT("\x01mx.example.com\x7f"), "mx.example.com", true },
	{ STR_INIT("mx.example.com\0; spf=pass"), "mx.example.com", true },
	{ STR_INIT("mx.example.com\0junk"), "mx.example.com", true },
	{ STR_INIT("mx.example.com\"junk"), "mx.example.com", true },
	{ STR_INIT("mx.example.com \"junk"), "mx.example.com", true },
	{ STR_INIT("mx.example.com (junk"), "mx.example.com", true },
	{ STR_INIT("mx.example.com ((((;"), "mx.example.com", true },
	{ STR_INIT("mx.example.com spf=pass"), "mx.example.com", true },
	{ STR_INIT("mx.example.com,"), "mx.example.com", true },
	{ STR_INIT("mx.example.com .evil.example"), "mx.example.com", true },
	{ STR_INIT("(no end mx.example.com; spf=pass"), "mx.example.com",
	  true },
	{ STR_INIT("\"mx.example.com; spf=pass"), "mx.example.com", true },
	{ STR_INIT("\"x mx.exam\r\n ple.com"), "mx.example.com", true },
	{ STR_INIT("((((((((((((((((((((((((((((((((((((((((m)))))))))))))"
	  ")))))))))))))))))))))))))))mx.example.com"), "mx.example.com",
	  true },
	/* EAI: U-label, A-label, mapped letters, ignored code points */
	{ STR_INIT("mx.b\xc3\xbc" "cher.example"), "mx.xn--bcher-kva.example",
	  true },
	{ STR_INIT("mx.xn--bcher-kva.example"), "mx.b\xc3\xbc" "cher.example",
	  true },
	{ STR_INIT("mx.B\xc3\x9c" "CHER.example"), "mx.b\xc3\xbc"
	  "cher.example", true },
	{ STR_INIT("mx.bu\xcc\x88" "cher.example"), "mx.b\xc3\xbc"
	  "cher.example", true },
	{ STR_INIT("mx.XN--BCHER-KVA.example"), "mx.b\xc3\xbc" "cher.example",
	  true },
	{ STR_INIT("\"mx.b\xc3\xbc" "cher.example\""),
	  "mx.xn--bcher-kva.example", true },
	{ STR_INIT("mx\xe3\x80\x82" "example\xe3\x80\x82" "com"),
	  "mx.example.com", true },
	{ STR_INIT("\xef\xbd\x8d\xef\xbd\x98.example.com"), "mx.example.com",
	  true },
	{ STR_INIT("mx.exam\xe2\x80\x8bple.com"), "mx.example.com", true },
	{ STR_INIT("mx.exam\xc2\xadple.com"), "mx.example.com", true },
	{ STR_INIT("\xef\xbb\xbfmx.example.com"), "mx.example.com", true },
	{ STR_INIT("mx.example.com\xff"), "mx.example.com", true },
	/* ids that are no domain */
	{ STR_INIT("\"mail gateway\"; none"), "mail gateway", true },
	{ STR_INIT("gateway; none"), "Gateway", true },
	/* others */
	{ STR_INIT("mx.example.net; spf=pass"), "mx.example.com", false },
	{ STR_INIT("amx.example.com"), "mx.example.com", false },
	{ STR_INIT("mx.example.com.evil.example"), "mx.example.com", false },
	{ STR_INIT("x.mx.example.com"), "mx.example.com", false },
	{ STR_INIT("example.com"), "mx.example.com", false },
	{ STR_INIT("other.example; x=mx.example.com"), "mx.example.com",
	  false },
	{ STR_INIT("other.example (mx.example.com)"), "mx.example.com",
	  false },
	{ STR_INIT("(mx.example.com) other.example"), "mx.example.com",
	  false },
	{ STR_INIT("other.example mx.example.com"), "mx.example.com", false },
	{ STR_INIT("(no end, and another name"), "mx.example.com", false },
	{ STR_INIT("; mx.example.com"), "mx.example.com", false },
	{ STR_INIT("mx.b\xc3\xb6" "cher.example"), "mx.b\xc3\xbc"
	  "cher.example", false },
	{ STR_INIT(""), "mx.example.com", false },
	{ STR_INIT(" \r\n (x)"), "mx.example.com", false },
	{ STR_INIT("mx.example.com"), "", false },
	{ STR_INIT("\""), "", false },
};

START_TEST(claims_in_any_spelling)
{
	ck_assert_int_eq(authres_claims(claims[_i].value,
	    str_from(claims[_i].ours)), claims[_i].claims);
}
END_TEST

START_TEST(claims_of_any_length)
{
	struct arena *arena = arena_new();
	char *many = arena_alloc(arena, 300000);

	for (int i = 0; i < 100000; i++)
		many[i] = "( m"[i % 3];
	ck_assert(!authres_claims(str_make(many, 100000),
	    STR("mx.example.com")));
	for (int i = 0; i < 100000; i++)
		many[i] = i == 0 ? '(' : ' ';
	ck_assert(!authres_claims(str_make(many, 100000),
	    STR("mx.example.com")));
	for (int i = 0; i < 100000; i++)
		many[i] = "m."[i % 2];
	ck_assert(!authres_claims(str_make(many, 100000),
	    STR("mx.example.com")));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *value, *id;		/* NULL: there is none */
} ids[] = {
	{ "mx.example.com; spf=pass", "mx.example.com" },
	{ " (a) Mx.example.com(b) 1; none", "Mx.example.com" },
	{ "\"a \\\"b\\\"\"; none", "a \"b\"" },
	{ "\r\n mx.example.com", "mx.example.com" },
	{ "mx.b\xc3\xbc" "cher.example", "mx.b\xc3\xbc" "cher.example" },
	{ "mx.example.com/1", "mx.example.com" },
	{ "", NULL }, { " ;none", NULL }, { "(a", NULL }, { "\"a", NULL },
	{ "=a", NULL },
};

START_TEST(id_as_written)
{
	struct arena *arena = arena_new();
	struct str id;

	ck_assert_int_eq(authres_id(arena, str_from(ids[_i].value), &id),
	    ids[_i].id != NULL);
	if (ids[_i].id != NULL)
		assert_str(id, ids[_i].id);
	arena_free(arena);
}
END_TEST

TCase *
authres_cases(void)
{
	TCase *tc = tcase_create("authres");

	tcase_add_loop_test(tc, claims_in_any_spelling, 0,
	    TEST_COUNT(claims));
	tcase_add_test(tc, claims_of_any_length);
	tcase_add_loop_test(tc, id_as_written, 0, TEST_COUNT(ids));
	return tc;
}
