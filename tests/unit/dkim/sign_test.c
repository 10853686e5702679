#include "tests/unit/dkim/dkim_test.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "dkim/dkim.h"
#include "dkim/sign.h"
#include "tests/support/fake_dns.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

#define ZONE \
    "brisbane._domainkey.football.example.com TXT \"v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n" \
    "test._domainkey.football.example.com TXT \"v=DKIM1; k=rsa; " \
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk0" \
    "8a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b\" \"yYzCNb3W91y3FutACDfzwQ/BC/e/" \
    "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryO" \
    "TIKT+l/K4w3QIDAQAB\"\n"

/* ---- what is signed ---- */

static const struct {
	const char	*header;	/* names, in their order */
	const char	*wanted;	/* "+": over-signed; "?": filled */
	const char	*names, *fields; /* fields: their places in header */
} choices[] = {
	{ "From To Subject", "+From To", "From:From:To", "0 1 " },
	{ "To From To to", "To +from", "To:To:To:from:from", "3 2 0 1 " },
	{ "From", "+From +Cc Bcc", "From:From:Cc", "0 " },
	{ "Subject From Subject", "+Subject From from +FROM",
	  "Subject:Subject:Subject:From", "2 0 1 " },
	{ "", "From +To", "To", "" },
	{ "Date", "?Date ?Message-ID", "Date:Date", "0 " },
	{ "", "", "", "" },
};

struct choice {
	struct arena		*arena;
	struct header		 header;
	VEC(struct dkim_wanted)	 wanted;
	struct dkim_selected	 selected;
};

static void
choice_add(struct choice *choice, struct str name)
{
	VEC_PUSH(choice->arena, &choice->header.fields,
	    (struct header_field){ name, STR(" x") });
}

static bool
choice_make(struct choice *choice, const char *header, const char *wanted)
{
	struct str rest = str_from(header), name;

	*choice = (struct choice){ .arena = arena_new() };
	while (str_next(&rest, ' ', &name))
		if (name.len > 0)
			choice_add(choice, name);
	rest = str_from(wanted);
	while (str_next(&rest, ' ', &name)) {
		bool filled = name.len > 0 && name.ptr[0] == '?';
		bool over = filled || (name.len > 0 && name.ptr[0] == '+');

		if (name.len > 0)
			VEC_PUSH(choice->arena, &choice->wanted,
			    (struct dkim_wanted){ str_skip(name, over),
				filled ? DKIM_OVER_IF_THERE : over });
	}
	return dkim_select(choice->arena, &choice->header,
	    choice->wanted.at, choice->wanted.count, &choice->selected);
}

START_TEST(fields_are_chosen_from_below)
{
	struct choice choice;
	struct buf names, places;

	ck_assert(choice_make(&choice, choices[_i].header,
	    choices[_i].wanted));
	buf_init(&names, choice.arena, SIZE_MAX);
	buf_init(&places, choice.arena, SIZE_MAX);
	for (size_t i = 0; i < choice.selected.names.count; i++)
		buf_printf(&names, "%s%.*s", i == 0 ? "" : ":",
		    STR_ARG(choice.selected.names.at[i]));
	for (size_t i = 0; i < choice.selected.fields.count; i++)
		buf_printf(&places, "%td ", choice.selected.fields.at[i] -
		    choice.header.fields.at);
	assert_str(buf_str(&names), choices[_i].names);
	assert_str(buf_str(&places), choices[_i].fields);
	arena_free(choice.arena);
}
END_TEST

START_TEST(a_heap_of_fields_is_not_signed)
{
	struct choice choice;

	ck_assert(choice_make(&choice, "", "From"));
	for (int i = 0; i < LIMIT_DKIM_NAMES; i++)
		choice_add(&choice, STR("From"));
	ck_assert(dkim_select(choice.arena, &choice.header,
	    choice.wanted.at, 1, &choice.selected));
	choice.wanted.at[0].over = DKIM_OVER;
	ck_assert(!dkim_select(choice.arena, &choice.header,
	    choice.wanted.at, 1, &choice.selected));
	arena_free(choice.arena);
}
END_TEST

/* ---- the field ---- */

static const struct header_field message[] = {
	{ STR_INIT("From"),
	  STR_INIT(" Joe SixPack <joe@football.example.com>") },
	{ STR_INIT("To"), STR_INIT(" Suzie Q <suzie@shopping.example.net>") },
	{ STR_INIT("Subject"), STR_INIT(" Is  dinner\r\n\t ready? ") },
	{ STR_INIT("Comments"), STR_INIT("") },
	{ STR_INIT("COMMENTS "), STR_INIT(" \xc3\xa4\xff\t.") },
	{ STR_INIT("Date"),
	  STR_INIT(" Fri, 11 Jul 2003 21:00:37 -0700 (PDT)") },
};
static const char body[] = "Hi. \r\n\r\nWe lost the  game.\t\r\n\r\n\r\n";

static const struct dkim_wanted wanted[] = {
	{ STR_INIT("From"), DKIM_OVER }, { STR_INIT("To"), DKIM_OVER },
	{ STR_INIT("Subject"), DKIM_OVER }, { STR_INIT("Date"), DKIM_OVER },
	{ STR_INIT("Comments"), DKIM_OVER },
	{ STR_INIT("Reply-To"), DKIM_OVER },
	{ STR_INIT("List-Unsubscribe"), DKIM_OVER },
};

struct maker {
	struct arena		*arena;
	struct dkim_private	*key;
	struct dkim_selected	 selected;
	struct dkim_sign	 sign;
	struct header_field	 field;
};

static void
maker_open(struct maker *maker, const char *key, enum dkim_form header_form,
    enum dkim_form body_form)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *bodies = dkim_bodies_new(arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies, body_form,
	    UINT64_MAX);
	struct header header = { 0 };
	struct str note;

	for (size_t i = 0; i < 6; i++)
		VEC_PUSH(arena, &header.fields, message[i]);
	dkim_bodies_feed(bodies, str_from(body));
	dkim_bodies_end(bodies);
	*maker = (struct maker){ .arena = arena,
	    .key = dkim_private_read(arena, "k", str_from(key), &note) };
	ck_assert(dkim_select(arena, &header, wanted, 7, &maker->selected));
	maker->sign = (struct dkim_sign){
		.kind = DKIM_SIGNATURE, .key = maker->key,
		.domain = STR("football.example.com"),
		.header_form = header_form, .body_form = body_form,
		.selector = dkim_private_type(maker->key) ==
		    DKIM_KEY_ED25519 ? STR("brisbane") : STR("test"),
		.selected = &maker->selected, .time = 1700000000,
		.body_hash = arena_copy(arena, dkim_body_hash_value(hash))
	};
	dkim_bodies_free(bodies);
}

static void
maker_close(struct maker *maker)
{
	dkim_private_unref(maker->key);
	arena_free(maker->arena);
}

static const struct {
	const char	*key;
	enum dkim_form	 header_form, body_form;
	const char	*value;
} makes[] = {
	{ RFC_ED25519, DKIM_FORM_RELAXED, DKIM_FORM_RELAXED,
	  " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	  "\td=football.example.com; s=brisbane; t=1700000000; h=From:F"
	  "rom:To:To:\r\n"
	  "\tSubject:Subject:Date:Date:Comments:Comments:Comments:Reply"
	  "-To:\r\n"
	  "\tList-Unsubscribe; bh=sTT02lKuPAH1nGYBiIjR27DGuCuXdYrdO56uQ"
	  "NzQX+8=;\r\n"
	  "\tb=v+waT3D0DWs+8AbCX1YMBYBZ6q+/7ZH4chBhz/pkCuBhJCbnlkXvS3pN"
	  "btZ1L4RRXzPD\r\n"
	  "\ttWfh3QIFvaRsOah6Bw==" },
	{ RFC_ED25519, DKIM_FORM_SIMPLE, DKIM_FORM_SIMPLE,
	  " v=1; a=ed25519-sha256; c=simple/simple;\r\n"
	  "\td=football.example.com; s=brisbane; t=1700000000; h=From:F"
	  "rom:To:To:\r\n"
	  "\tSubject:Subject:Date:Date:Comments:Comments:Comments:Reply"
	  "-To:\r\n"
	  "\tList-Unsubscribe; bh=L22A9OCCcvisuYznZJ1YbVlvA85VSaeWBJ0S3"
	  "KS/rxs=;\r\n"
	  "\tb=HrOPX7uow4zV2mxVijql74CNDO7LYc1LALanVPcE9kZJjrw3lsopIkWp"
	  "QrJqo9ksah6D\r\n"
	  "\teluJ+RBvDaPNQpvCDQ==" },
	{ RFC_RSA, DKIM_FORM_SIMPLE, DKIM_FORM_RELAXED,
	  " v=1; a=rsa-sha256; c=simple/relaxed; d=football.example.com"
	  ";\r\n"
	  "\ts=test; t=1700000000; h=From:From:To:To:Subject:Subject:Da"
	  "te:Date:\r\n"
	  "\tComments:Comments:Comments:Reply-To:List-Unsubscribe;\r\n"
	  "\tbh=sTT02lKuPAH1nGYBiIjR27DGuCuXdYrdO56uQNzQX+8=; b=zULf38J"
	  "3iIVOHIgFLhz\r\n"
	  "\tIWtr0jNLef17jzrU5odWfZFvGUmb6eJysx9kDK/9CaaBI+Em/qnj24Mrm+"
	  "PKnFAmjp59ah\r\n"
	  "\tSD1Fm0P4j+LE+4kKNwAFE/knvQ60Jyz65pTMK16jFeRq1pKe0rKdwPr0Lo"
	  "e2BF10SexNl6\r\n"
	  "\typruf2vspwlY=" },
	{ RFC_RSA, DKIM_FORM_RELAXED, DKIM_FORM_SIMPLE,
	  " v=1; a=rsa-sha256; c=relaxed/simple; d=football.example.com"
	  ";\r\n"
	  "\ts=test; t=1700000000; h=From:From:To:To:Subject:Subject:Da"
	  "te:Date:\r\n"
	  "\tComments:Comments:Comments:Reply-To:List-Unsubscribe;\r\n"
	  "\tbh=L22A9OCCcvisuYznZJ1YbVlvA85VSaeWBJ0S3KS/rxs=; b=pJuLXOV"
	  "YXlUypQIYrS+\r\n"
	  "\tuzeDt0qeo+DfKsHDCDuP/iIuow1xhU36yxaaarvs7HcI2g3WnAb/ehbeiU"
	  "MfriO9Fhbnrw\r\n"
	  "\tKeB+Fh4nIMDy77RSDXhc7lzLBXMshgWUh3/dVBZlf6T7ASShMAOOkfpIh4"
	  "40G1AofMKmqK\r\n"
	  "\tcXooLzs43t7o=" },
};

START_TEST(field_is_literally_this)
{
	struct maker maker;

	maker_open(&maker, makes[_i].key, makes[_i].header_form,
	    makes[_i].body_form);
	ck_assert(dkim_sign(maker.arena, &maker.sign, &maker.field));
	assert_str(maker.field.name, "DKIM-Signature");
	assert_str(maker.field.value, makes[_i].value);
	maker_close(&maker);
}
END_TEST

START_TEST(options_are_written)
{
	struct maker maker;
	struct str head = STR(" v=1; a=ed25519-sha256; c=relaxed/simple;"
	    "\r\n\td=football.example.com; s=brisbane; t=1700000000; "
	    "x=1700604800;\r\n\ti=joe@football.example.com; "
	    "h=From:From:To:");

	maker_open(&maker, RFC_ED25519, DKIM_FORM_RELAXED, DKIM_FORM_SIMPLE);
	maker.sign.expiry = 1700604800;
	maker.sign.identity = STR("joe@football.example.com");
	ck_assert(dkim_sign(maker.arena, &maker.sign, &maker.field));
	assert_str(str_slice(maker.field.value, 0, head.len), head.ptr);
	maker_close(&maker);
}
END_TEST

static size_t
widest_line(struct str name, struct str value)
{
	size_t column = name.len + 1, widest = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\n')
			column = 0;
		else if (value.ptr[i] != '\r')
			column += value.ptr[i] == '\t' ? 8 : 1;
		if (column > widest)
			widest = column;
	}
	return widest;
}

/* Each length of d= puts the folds elsewhere. */
START_TEST(lines_are_short_and_b_can_be_found)
{
	struct maker maker;
	char domain[51] = "dddddddddddddddddddddddddddddddddddddddddddddddddd";

	maker_open(&maker, RFC_RSA, DKIM_FORM_SIMPLE, DKIM_FORM_SIMPLE);
	for (size_t len = 1; len < sizeof(domain); len++) {
		struct dkim_parsed parsed;
		struct str b;

		maker.sign.domain = arena_printf(maker.arena, "%.*s.example",
		    (int)len, domain);
		ck_assert(dkim_sign(maker.arena, &maker.sign, &maker.field));
		ck_assert_uint_le(widest_line(maker.field.name,
		    maker.field.value), 78);
		dkim_signature_parse(maker.arena, &maker.field, 1700000000,
		    0, &parsed);
		assert_str(parsed.reason, "");
		ck_assert(parsed.usable);
		ck_assert(base64_read(maker.arena, parsed.b_span, &b));
		ck_assert_uint_eq(b.len, 128);
	}
	maker_close(&maker);
}
END_TEST

/* ---- what verifies ---- */

static void
keep_word(void *ctx, const struct dkim_results *results)
{
	enum word *word = ctx;

	ck_assert_uint_eq(results->count, 1);
	*word = results->at[0].word;
}

/* changed: the field that is not as it was signed; -1: none. */
static enum word
verify_as(const struct maker *maker, const char *engine, int changed)
{
	struct resolver *dns = fake_dns_new(ZONE);
	struct strand *strand = strand_new();
	struct dkim_options options = { .max_signatures = 10,
	    .deadline_ms = 5000 };
	enum word word = WORD_COUNT;
	struct dkim_verify *verify;
	struct arena *arena = arena_new();
	uint64_t until = clock_ms() + 5000;

	ck_assert(dkim_engine_from(engine, &options.engine));
	strand_enter(strand);
	verify = dkim_verify_new(&options, arena, dns, strand, 1700000000);
	dkim_verify_header(verify, &maker->field);
	for (int i = 0; i < 6; i++) {
		struct header_field field = message[i];

		if (i == changed)
			field.value = STR(" changed");
		dkim_verify_header(verify, &field);
	}
	if (changed == 6)
		dkim_verify_header(verify, &(struct header_field){
		    STR("Reply-To"), STR(" added@example.net") });
	dkim_verify_eoh(verify);
	dkim_verify_body(verify, str_from(body));
	dkim_verify_eom(verify, keep_word, &word);
	while (word == WORD_COUNT && clock_ms() < until) {
		static const bool never = false;

		strand_wait(strand, &never, clock_ms() + 5);
	}
	dkim_verify_free(verify);
	strand_leave(strand);
	resolver_free(dns);
	strand_unref(strand);
	arena_free(arena);
	return word;
}

static const struct {
	const char	*key, *engine;
	enum dkim_form	 header_form, body_form;
} rounds[] = {
#define ROUNDS(key, engine) \
	{ key, engine, DKIM_FORM_SIMPLE, DKIM_FORM_SIMPLE }, \
	{ key, engine, DKIM_FORM_SIMPLE, DKIM_FORM_RELAXED }, \
	{ key, engine, DKIM_FORM_RELAXED, DKIM_FORM_SIMPLE }, \
	{ key, engine, DKIM_FORM_RELAXED, DKIM_FORM_RELAXED }
	ROUNDS(RFC_RSA, "native"),
	ROUNDS(RFC_ED25519, "native"),
};

START_TEST(what_is_signed_verifies)
{
	struct maker maker;

	maker_open(&maker, rounds[_i].key, rounds[_i].header_form,
	    rounds[_i].body_form);
	ck_assert(dkim_sign(maker.arena, &maker.sign, &maker.field));
	ck_assert_int_eq(verify_as(&maker, rounds[_i].engine, -1), WORD_PASS);
	for (int changed = 0; changed <= 6; changed++)
		ck_assert_int_eq(verify_as(&maker, rounds[_i].engine,
		    changed), WORD_FAIL);
	maker_close(&maker);
}
END_TEST

/* ---- ARC ---- */

START_TEST(arc_fields_have_their_tags)
{
	struct dkim_selected sets = { 0 };
	struct header_field seal;
	struct dkim_parsed parsed;
	struct dkim_tags tags;
	struct maker maker;

	maker_open(&maker, RFC_ED25519, DKIM_FORM_RELAXED,
	    DKIM_FORM_RELAXED);
	maker.sign.kind = DKIM_ARC_MESSAGE;
	maker.sign.instance = 2;
	ck_assert(dkim_sign(maker.arena, &maker.sign, &maker.field));
	assert_str(maker.field.name, "ARC-Message-Signature");
	assert_str(str_slice(maker.field.value, 0, 27),
	    " i=2; a=ed25519-sha256; c=r");
	dkim_parse_as(maker.arena, DKIM_ARC_MESSAGE, &maker.field, 0,
	    1800000000, &tags, &parsed);
	ck_assert(parsed.usable);

	VEC_PUSH(maker.arena, &sets.fields, &maker.field);
	maker.sign.kind = DKIM_ARC_SEAL;
	maker.sign.chain = STR("pass");
	maker.sign.selected = &sets;
	maker.sign.body_hash = STR_NONE;
	ck_assert(dkim_sign(maker.arena, &maker.sign, &seal));
	assert_str(seal.name, "ARC-Seal");
	assert_str(str_slice(seal.value, 0, 87), " i=2; a=ed25519-sha256; "
	    "cv=pass; d=football.example.com; s=brisbane;\r\n\t"
	    "t=1700000000; b=");
	dkim_parse_as(maker.arena, DKIM_ARC_SEAL, &seal, 0, 1800000000,
	    &tags, &parsed);
	ck_assert(parsed.usable);
	maker_close(&maker);
}
END_TEST

void
add_sign_tests(TCase *tc)
{
	tcase_add_loop_test(tc, fields_are_chosen_from_below, 0,
	    TEST_COUNT(choices));
	tcase_add_test(tc, a_heap_of_fields_is_not_signed);
	tcase_add_loop_test(tc, field_is_literally_this, 0,
	    TEST_COUNT(makes));
	tcase_add_test(tc, options_are_written);
	tcase_add_test(tc, lines_are_short_and_b_can_be_found);
	tcase_add_loop_test(tc, what_is_signed_verifies, 0,
	    TEST_COUNT(rounds));
	tcase_add_test(tc, arc_fields_have_their_tags);
}
