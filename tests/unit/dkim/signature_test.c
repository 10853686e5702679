#include "tests/unit/dkim/dkim_test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "dkim/signature.h"

#define V	"v=1; "
#define A	"a=rsa-sha256; "
#define B	"b=YWJj; "
#define BH	"bh=eHl6; "
#define D	"d=example.com; "
#define S	"s=sel; "
#define H	"h=from:to; "
#define ALL	V A B BH D S H

enum { NOW = 1700000000, SKEW = 300 };	/* 2023-11-14 */

/* word: WORD_PASS means usable. */
static const struct {
	const char *text;
	enum word word;
	const char *reason;
} fields[] = {
	{ ALL, WORD_PASS, NULL },
	{ H S D BH B A V, WORD_PASS, NULL },
	{ "\r\n " ALL "\r\n\t", WORD_PASS, NULL },
	{ ALL "unknown=tag; z=From:x", WORD_PASS, NULL },
	/* v= */
	{ A B BH D S H, WORD_NEUTRAL, "v= is missing" },
	{ "v=; " A B BH D S H, WORD_NEUTRAL, "v= is not 1" },
	{ "v=2; " A B BH D S H, WORD_NEUTRAL, "v= is not 1" },
	{ "v=0.5; " A B BH D S H, WORD_NEUTRAL, "v= is not 1" },
	{ "v=01; " A B BH D S H, WORD_NEUTRAL, "v= is not 1" },
	/* a= */
	{ V B BH D S H, WORD_NEUTRAL, "a= is missing" },
	{ V "a=RSA-SHA256; " B BH D S H, WORD_PASS, NULL },
	{ V "a=ed25519-sha256; " B BH D S H, WORD_PASS, NULL },
	{ V "a=rsa-sha1; " B BH D S H, WORD_PERMERROR,
	  "rsa-sha1 is not accepted (RFC 8301)" },
	{ V "a=rsa-md5; " B BH D S H, WORD_NEUTRAL,
	  "the algorithm in a= is unknown" },
	{ V "a=; " B BH D S H, WORD_NEUTRAL,
	  "the algorithm in a= is unknown" },
	{ V "a=rsa; " B BH D S H, WORD_NEUTRAL,
	  "the algorithm in a= is unknown" },
	/* b= and bh= */
	{ V A BH D S H, WORD_NEUTRAL, "b= is missing" },
	{ V A "b=; " BH D S H, WORD_NEUTRAL, "b= is empty" },
	{ V A "b=Y!; " BH D S H, WORD_NEUTRAL, "b= is not base64" },
	{ V A "b=Y W\r\n Jj; " BH D S H, WORD_PASS, NULL },
	{ V A B D S H, WORD_NEUTRAL, "bh= is missing" },
	{ V A B "bh=; " D S H, WORD_NEUTRAL, "bh= is empty" },
	{ V A B "bh=(x); " D S H, WORD_NEUTRAL, "bh= is not base64" },
	/* c= */
	{ ALL "c=simple", WORD_PASS, NULL },
	{ ALL "c=relaxed/relaxed", WORD_PASS, NULL },
	{ ALL "c=Relaxed/Simple", WORD_PASS, NULL },
	{ ALL "c=", WORD_NEUTRAL, "the canonicalization in c= is unknown" },
	{ ALL "c=nowsp", WORD_NEUTRAL,
	  "the canonicalization in c= is unknown" },
	{ ALL "c=simple/", WORD_NEUTRAL,
	  "the canonicalization in c= is unknown" },
	{ ALL "c=simple/simple/simple", WORD_NEUTRAL,
	  "the canonicalization in c= is unknown" },
	/* d= and s= */
	{ V A B BH S H, WORD_NEUTRAL, "d= is missing" },
	{ V A B BH "d=; " S H, WORD_NEUTRAL, "the domain in d= is malformed" },
	{ V A B BH "d=com; " S H, WORD_NEUTRAL,
	  "the domain in d= is malformed" },
	{ V A B BH "d=example.com.; " S H, WORD_NEUTRAL,
	  "the domain in d= is malformed" },
	{ V A B BH "d=a..b; " S H, WORD_NEUTRAL,
	  "the domain in d= is malformed" },
	{ V A B BH "d=exa mple.com; " S H, WORD_NEUTRAL,
	  "the domain in d= is malformed" },
	{ V A B BH "d=-x.example; " S H, WORD_NEUTRAL,
	  "the domain in d= is malformed" },
	{ V A B BH "d=b\xc3\xbc" "cher.example; " S H, WORD_PASS, NULL },
	{ V A B BH D H, WORD_NEUTRAL, "s= is missing" },
	{ V A B BH D "s=; " H, WORD_NEUTRAL,
	  "the selector in s= is malformed" },
	{ V A B BH D "s=a.b.c; " H, WORD_PASS, NULL },
	{ V A B BH D "s=a/b; " H, WORD_NEUTRAL,
	  "the selector in s= is malformed" },
	{ V A B BH D "s=k\xc3\xa4se; " H, WORD_PASS, NULL },
	/* h= */
	{ V A B BH D S, WORD_NEUTRAL, "h= is missing" },
	{ V A B BH D S "h=; ", WORD_NEUTRAL, "h= is malformed" },
	{ V A B BH D S "h=to; ", WORD_PERMERROR, "From is not signed" },
	{ V A B BH D S "h=FROM; ", WORD_PASS, NULL },
	{ V A B BH D S "h=from : from :\r\n from; ", WORD_PASS, NULL },
	{ V A B BH D S "h=from::to; ", WORD_NEUTRAL, "h= is malformed" },
	{ V A B BH D S "h=from:; ", WORD_NEUTRAL, "h= is malformed" },
	{ V A B BH D S "h=from:a b; ", WORD_NEUTRAL, "h= is malformed" },
	{ V A B BH D S "h=from:\xc3\xbc; ", WORD_NEUTRAL, "h= is malformed" },
	/* i= */
	{ ALL "i=@example.com", WORD_PASS, NULL },
	{ ALL "i=joe@Example.COM", WORD_PASS, NULL },
	{ ALL "i=joe@mail.example.com", WORD_PASS, NULL },
	{ ALL "i=jo=3Dhn=20x@example.com", WORD_PASS, NULL },
	{ ALL "i=j\r\n oe@example.com", WORD_PASS, NULL },
	{ ALL "i=a@b@example.com", WORD_PASS, NULL },
	{ ALL "i=", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=joe", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=example.com", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=joe@", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i==@example.com", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=x=4@example.com", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=x=zz@example.com", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=joe@example.com=", WORD_NEUTRAL, "i= is malformed" },
	{ ALL "i=@example.org", WORD_PERMERROR, "i= is not in d=" },
	{ ALL "i=@badexample.com", WORD_PERMERROR, "i= is not in d=" },
	{ ALL "i=@com", WORD_NEUTRAL, "i= is malformed" },
	{ V A B BH "d=b\xc3\xbc" "cher.example; " S H
	  "i=@x.xn--bcher-kva.example", WORD_PASS, NULL },
	/* l= */
	{ ALL "l=0", WORD_PASS, NULL },
	{ ALL "l=99999999999999999999999999", WORD_PASS, NULL },
	{ ALL "l=", WORD_NEUTRAL, "l= is malformed" },
	{ ALL "l=-1", WORD_NEUTRAL, "l= is malformed" },
	{ ALL "l=1x", WORD_NEUTRAL, "l= is malformed" },
	{ ALL "l=1 2", WORD_NEUTRAL, "l= is malformed" },
	{ ALL "l=1111111111111111111111111111111111111111"
	  "1111111111111111111111111111111111111", WORD_NEUTRAL,
	  "l= is malformed" },
	/* q= */
	{ ALL "q=dns/txt", WORD_PASS, NULL },
	{ ALL "q=other : dns/txt", WORD_PASS, NULL },
	{ ALL "q=dns", WORD_NEUTRAL, "q= has no method that we know" },
	{ ALL "q=", WORD_NEUTRAL, "q= has no method that we know" },
	{ ALL "q=dns/any:http", WORD_NEUTRAL,
	  "q= has no method that we know" },
	/* t= and x=; 300 seconds of skew */
	{ ALL "t=1699999999; x=1700000001", WORD_PASS, NULL },
	{ ALL "x=1699999700", WORD_PASS, NULL },
	{ ALL "x=1699999699", WORD_PERMERROR, "expired 2023-11-14" },
	{ ALL "x=0", WORD_PERMERROR, "expired 1970-01-01" },
	{ ALL "t=1700000300", WORD_PASS, NULL },
	{ ALL "t=1700000301", WORD_PERMERROR,
	  "signed in the future, 2023-11-14" },
	{ ALL "t=1800000000; x=1900000000", WORD_PERMERROR,
	  "signed in the future, 2027-01-15" },
	{ ALL "t=1700000000; x=1700000000", WORD_PERMERROR,
	  "x= is not after t=" },
	{ ALL "t=x", WORD_NEUTRAL, "t= is malformed" },
	{ ALL "t=-5", WORD_NEUTRAL, "t= is malformed" },
	{ ALL "t=1234567890123", WORD_NEUTRAL, "t= is malformed" },
	{ ALL "x=", WORD_NEUTRAL, "x= is malformed" },
	{ ALL "x=1234567890123", WORD_NEUTRAL, "x= is malformed" },
	{ ALL "x=999999999999", WORD_PASS, NULL },
	/* the list */
	{ ALL "d=example.org", WORD_NEUTRAL, "a tag comes twice" },
	{ "", WORD_NEUTRAL, "an empty tag" },
	{ V A B BH D S H "x", WORD_NEUTRAL, "a tag has no \"=\"" },
};

START_TEST(signatures_are_vetted)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"),
				      str_from(fields[_i].text) };
	struct dkim_parsed parsed;

	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	if (fields[_i].word == WORD_PASS) {
		ck_assert_msg(parsed.usable, "%.*s", STR_ARG(parsed.reason));
		ck_assert_uint_gt(parsed.key_name.len, 0);
	} else {
		ck_assert(!parsed.usable);
		ck_assert_str_eq(word_name(parsed.word),
		    word_name(fields[_i].word));
		assert_str(parsed.reason, fields[_i].reason);
	}
	arena_free(arena);
}
END_TEST

START_TEST(signature_is_read)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"), STR(
	    " v=1; a=ed25519-sha256; c=relaxed; d=B\xc3\xbc" "cher.example;\r\n"
	    " s=K\xc3\xa4se.2024; h=From : To; l=12; t=1600000000;\r\n"
	    " i=joe@mail.b\xc3\xbc" "cher.example;\r\n"
	    " bh=eHl6; b= YW\r\n Jj ; q=dns/txt") };
	struct dkim_parsed parsed;

	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	ck_assert_msg(parsed.usable, "%.*s", STR_ARG(parsed.reason));
	assert_str(parsed.domain, "xn--bcher-kva.example");
	assert_str(parsed.selector, "xn--kse-qla.2024");
	assert_str(parsed.key_name,
	    "xn--kse-qla.2024._domainkey.xn--bcher-kva.example");
	assert_str(parsed.identity, "joe@mail.b\xc3\xbc" "cher.example");
	ck_assert(parsed.identity_under);
	assert_str(parsed.algorithm_text, "ed25519-sha256");
	ck_assert_int_eq(parsed.algorithm, DKIM_ED25519_SHA256);
	ck_assert_int_eq(parsed.header_form, DKIM_FORM_RELAXED);
	ck_assert_int_eq(parsed.body_form, DKIM_FORM_SIMPLE);
	ck_assert_uint_eq(parsed.name_count, 2);
	assert_str(parsed.names[0], "From");
	assert_str(parsed.names[1], "To");
	assert_str(parsed.b_span, " YW\r\n Jj ");
	assert_str(parsed.bh, "xyz");
	ck_assert(parsed.limited);
	ck_assert_uint_eq(parsed.limit, 12);
	ck_assert_uint_eq(parsed.time, 1600000000);
	arena_free(arena);
}
END_TEST

/* A bad field still says what it can of itself. */
START_TEST(bad_signature_is_described)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"), STR(
	    "v=1; a=rsa-sha256; d=example.com; s=sel; b=YWJj; h=") };
	struct dkim_parsed parsed;

	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	ck_assert(!parsed.usable);
	assert_str(parsed.domain, "example.com");
	assert_str(parsed.selector, "sel");
	assert_str(parsed.identity, "@example.com");
	assert_str(parsed.b_span, "YWJj");
	ck_assert_uint_eq(parsed.key_name.len, 0);
	arena_free(arena);
}
END_TEST

static void
add_labels(struct buf *buf, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buf_addz(buf, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.");
}

START_TEST(key_name_must_fit_dns)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"), STR_NONE };
	struct dkim_parsed parsed;
	struct buf buf;

	buf_init(&buf, arena, 10000);
	buf_addz(&buf, V A B BH H "s=");
	add_labels(&buf, 4);
	buf_addz(&buf, "x; d=");
	add_labels(&buf, 3);
	buf_addz(&buf, "example");
	field.value = buf_str(&buf);
	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	ck_assert(!parsed.usable);
	assert_str(parsed.reason, "the key's name does not fit in DNS");
	arena_free(arena);
}
END_TEST

START_TEST(names_have_a_cap)
{
	struct arena *arena = arena_new();
	struct header_field field = { STR("DKIM-Signature"), STR_NONE };
	struct dkim_parsed parsed;
	struct buf buf;

	buf_init(&buf, arena, 100000);
	buf_addz(&buf, V A B BH D S "h=from");
	for (int i = 1; i < LIMIT_DKIM_NAMES; i++)
		buf_addz(&buf, ":from");
	field.value = buf_str(&buf);
	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	ck_assert(parsed.usable);
	buf_addz(&buf, ":from");
	field.value = buf_str(&buf);
	dkim_signature_parse(arena, &field, NOW, SKEW, &parsed);
	assert_str(parsed.reason, "h= names too many fields");
	arena_free(arena);
}
END_TEST

void
add_signature_tests(TCase *tc)
{
	tcase_add_loop_test(tc, signatures_are_vetted, 0, TEST_COUNT(fields));
	tcase_add_test(tc, signature_is_read);
	tcase_add_test(tc, bad_signature_is_described);
	tcase_add_test(tc, key_name_must_fit_dns);
	tcase_add_test(tc, names_have_a_cap);
}
