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

/* What was read, as text: "id|method=result;reason=R;ptype.name=value|..." */
static struct str
flatten(struct arena *arena, const struct authres *authres)
{
	struct str text = arena_printf(arena, "%.*s%s", STR_ARG(authres->id),
	    authres->none ? "|none" : "");

	for (size_t i = 0; i < authres->results.count; i++) {
		const struct authres_result *r = &authres->results.at[i];

		text = arena_printf(arena, "%.*s|%.*s=%.*s", STR_ARG(text),
		    STR_ARG(r->method), STR_ARG(r->result));
		if (r->reason.len > 0)
			text = arena_printf(arena, "%.*s;reason=%.*s",
			    STR_ARG(text), STR_ARG(r->reason));
		for (size_t j = 0; j < r->properties.count; j++)
			text = arena_printf(arena, "%.*s;%.*s.%.*s=%.*s",
			    STR_ARG(text),
			    STR_ARG(r->properties.at[j].ptype),
			    STR_ARG(r->properties.at[j].name),
			    STR_ARG(r->properties.at[j].value));
	}
	return text;
}

static const struct {
	const char *value, *text;	/* or "!" and the problem */
} fields[] = {
	/* RFC 8601 appendix B */
	{ " example.org 1; none", "example.org|none" },
	{ "example.com;\r\n         spf=pass smtp.mailfrom=example.net",
	  "example.com|spf=pass;smtp.mailfrom=example.net" },
	{ " example.com;\r\n auth=pass (cram-md5) "
	  "smtp.auth=sender@example.net;\r\n"
	  " spf=pass smtp.mailfrom=example.net",
	  "example.com|auth=pass;smtp.auth=sender@example.net|"
	  "spf=pass;smtp.mailfrom=example.net" },
	{ "example.com;\r\n\tsender-id=fail header.from=example.com;\r\n"
	  "\tdkim=pass (good signature) header.d=example.com",
	  "example.com|sender-id=fail;header.from=example.com|"
	  "dkim=pass;header.d=example.com" },
	{ "example.com;\r\n dkim=pass reason=\"good signature\"\r\n"
	  "  header.i=@mail-router.example.net;\r\n"
	  " dkim=fail reason=\"bad signature\"\r\n"
	  "  header.i=@newyork.example.com",
	  "example.com|dkim=pass;reason=good signature;"
	  "header.i=@mail-router.example.net|dkim=fail;"
	  "reason=bad signature;header.i=@newyork.example.com" },
	{ "foo.example.net (foobar) 1 (baz);\r\n"
	  " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
	  " policy (A dot can go here) . (like that) expired\r\n"
	  " (this surprised me) = (as I wasn't expecting it) 1362471462",
	  "foo.example.net|dkim=fail;policy.expired=1362471462" },
	/* quoting, addresses, what others write */
	{ "\"mx 1\";spf=none", "mx 1|spf=none" },
	{ "a.example;x=pass smtp.mailfrom=\"a b\"@example.com",
	  "a.example|x=pass;smtp.mailfrom=a b@example.com" },
	{ "a.example; dkim=pass header.b=\"ab/c+=\" header.s=x",
	  "a.example|dkim=pass;header.b=ab/c+=;header.s=x" },
	{ "a.example; dkim=pass header.b=ab/c+=; iprev=pass "
	  "policy.iprev=2001:db8::1", "a.example|dkim=pass;"
	  "header.b=ab/c+=|iprev=pass;policy.iprev=2001:db8::1" },
	{ "a.example; spf=pass (x) smtp.mailfrom=b.example;",
	  "a.example|spf=pass;smtp.mailfrom=b.example" },
	{ "a.example; dmarc=pass action=none header.from=b.example",
	  "a.example|dmarc=pass;.action=none;header.from=b.example" },
	{ "a.example; spf=pass smtp.mailfrom=; dkim=none",
	  "a.example|spf=pass;smtp.mailfrom=|dkim=none" },
	{ "a.example; none=pass", "a.example|none=pass" },
	{ "mx.b\xc3\xbc" "cher.example; spf=pass smtp.mailfrom="
	  "\xc3\xbc@b\xc3\xbc" "cher.example", "mx.b\xc3\xbc"
	  "cher.example|spf=pass;smtp.mailfrom=\xc3\xbc@b\xc3\xbc"
	  "cher.example" },
	/* malformed */
	{ "", "!a value is missing" },
	{ "; spf=pass", "!a value is missing" },
	{ "a.example", "!there are no results" },
	{ "a.example;", "!there are no results" },
	{ "a.example 2; spf=pass", "!the version is not 1" },
	{ "a.example 1x; spf=pass", "!there is no ; after the id" },
	{ "a.example b; spf=pass", "!there is no ; after the id" },
	{ "a.example; spf", "!a method has no result" },
	{ "a.example; spf=", "!a method has no result" },
	{ "a.example; =pass", "!a method is missing" },
	{ "a.example;; spf=pass", "!a method is missing" },
	{ "a.example; spf/x=pass", "!a method's version is malformed" },
	{ "a.example; spf=pass; none", "!a method has no result" },
	{ "a.example; spf=pass x", "!a property has no value" },
	{ "a.example; spf=pass .x=1", "!a property is malformed" },
	{ "a.example; spf=pass smtp.=1", "!a property is malformed" },
	{ "a.example; spf=pass smtp.x=\"1", "!a quoted string has no end" },
	{ "a.example; spf=pass (x", "!a comment has no end" },
	{ "a.example; spf=pass smtp.x=1)", "!a property is malformed" },
	{ "a.example; spf=pass smtp.x=1\x01", "!a property is malformed" },
};

START_TEST(field_is_read)
{
	struct arena *arena = arena_new();
	struct authres authres;
	bool ok = authres_parse(arena, str_from(fields[_i].value), &authres);

	if (fields[_i].text[0] == '!') {
		assert_str(authres.problem, fields[_i].text + 1);
		ck_assert(!ok);
	} else {
		assert_str(authres.problem, "");
		ck_assert(ok);
		assert_str(flatten(arena, &authres), fields[_i].text);
	}
	arena_free(arena);
}
END_TEST

START_TEST(field_is_bounded)
{
	struct arena *arena = arena_new();
	struct str text = STR("a.example");
	struct authres authres;

	for (int i = 0; i < 65; i++)
		text = arena_printf(arena, "%.*s;x=y", STR_ARG(text));
	ck_assert(authres_parse(arena, str_slice(text, 0, text.len - 4),
	    &authres));
	ck_assert_uint_eq(authres.results.count, 64);
	ck_assert(!authres_parse(arena, text, &authres));
	assert_str(authres.problem, "there are too many results");

	text = STR("a.example;x=y");
	for (int i = 0; i < 33; i++)
		text = arena_printf(arena, "%.*s a.b=c", STR_ARG(text));
	ck_assert(authres_parse(arena, str_slice(text, 0, text.len - 6),
	    &authres));
	ck_assert(!authres_parse(arena, text, &authres));
	assert_str(authres.problem, "a result has too many properties");

	text = str_make(arena_alloc(arena, 16385), 16385);
	ck_assert(!authres_parse(arena, text, &authres));
	assert_str(authres.problem, "it is too long");
	arena_free(arena);
}
END_TEST

START_TEST(property_is_found)
{
	struct arena *arena = arena_new();
	struct authres authres;

	ck_assert(authres_parse(arena, STR("a.example; dkim=pass x=1 "
	    "header.D=b.example header.d=c.example"), &authres));
	assert_str(authres_property(&authres.results.at[0], "header", "d"),
	    "b.example");
	assert_str(authres_property(&authres.results.at[0], "", "x"), "1");
	assert_str(authres_property(&authres.results.at[0], "header", "i"),
	    "");
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
	tcase_add_loop_test(tc, field_is_read, 0, TEST_COUNT(fields));
	tcase_add_test(tc, field_is_bounded);
	tcase_add_test(tc, property_is_found);
	return tc;
}
