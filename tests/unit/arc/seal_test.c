/* What is sealed, as what, and that our own validator believes it. */
#include "tests/unit/arc/arc_test.h"

#include <stdio.h>

#include "arc/arc.h"
#include "arc/seal.h"
#include "base/clock.h"
#include "dkim/digest.h"
#include "tests/support/fake_dns.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

#define AAR(i) { "ARC-Authentication-Results", " i=" i "; f.example; none" }
#define AMS(i) { "ARC-Message-Signature", " i=" i "; a=ed25519-sha256; " \
    "d=f.example; s=ed; h=from; bh=YWJj; b=YWJj" }
#define AS(i, cv) { "ARC-Seal", " i=" i "; a=ed25519-sha256; cv=" cv "; " \
    "d=f.example; s=ed; b=YWJj" }
#define SET(i, cv) AAR(i), AMS(i), AS(i, cv)
#define FROM { "From", " a@example.com" }

struct text_field {
	const char *name, *value;
};

static const char broken[] = "the newest seal says cv=fail";
static const char full[] = "the chain has all the sets that it can have";
static const char unknown[] = "the chain was not validated";

static const struct {
	enum word		 status;
	const char		*refusal;
	unsigned		 instance;
	enum arc_cv		 cv;
	unsigned		 before;	/* sets that the seal is over */
	struct text_field	 fields[12];
} plans[] = {
	{ WORD_NONE, NULL, 1, ARC_CV_NONE, 0, { FROM } },
	{ WORD_PASS, NULL, 2, ARC_CV_PASS, 1, { SET("1", "none"), FROM } },
	{ WORD_PASS, NULL, 3, ARC_CV_PASS, 2,
	  { AS("1", "none"), SET("2", "pass"), AAR("1"), FROM, AMS("1") } },
	{ WORD_PASS, full, 0, 0, 0, { SET("50", "pass"), FROM } },
	/* failed here: its own set alone */
	{ WORD_FAIL, NULL, 2, ARC_CV_FAIL, 0, { SET("1", "none"), FROM } },
	{ WORD_FAIL, NULL, 4, ARC_CV_FAIL, 0, { AMS("3"), FROM } },
	{ WORD_FAIL, NULL, 8, ARC_CV_FAIL, 0,
	  { AS("1", "none"), AAR("7"), AAR("7"), AMS("x"), FROM } },
	{ WORD_FAIL, NULL, 1, ARC_CV_FAIL, 0, { AS("51", "none"), FROM } },
	{ WORD_FAIL, full, 0, 0, 0, { AAR("50"), FROM } },
	{ WORD_FAIL, NULL, 50, ARC_CV_FAIL, 0, { AMS("49"), FROM } },
	/* not what it was said to be */
	{ WORD_PASS, NULL, 3, ARC_CV_FAIL, 0, { SET("2", "pass"), FROM } },
	{ WORD_NONE, NULL, 2, ARC_CV_FAIL, 0, { SET("1", "none"), FROM } },
	/* broken before: not continued */
	{ WORD_FAIL, broken, 0, 0, 0, { SET("1", "fail"), FROM } },
	{ WORD_FAIL, broken, 0, 0, 0,
	  { SET("2", "fail"), SET("1", "none"), FROM } },
	{ WORD_FAIL, broken, 0, 0, 0,
	  { AS("2", "pass"), AS("2", "FAIL"), FROM } },
	{ WORD_FAIL, broken, 0, 0, 0,
	  { AS("2", "fail"), AS("2", "pass"), FROM } },
	/* ... but an older seal is not the newest */
	{ WORD_FAIL, NULL, 3, ARC_CV_FAIL, 0,
	  { SET("1", "fail"), SET("2", "pass"), FROM } },
	/* nobody knows */
	{ WORD_TEMPERROR, unknown, 0, 0, 0, { FROM } },
	{ WORD_TEMPERROR, unknown, 0, 0, 0, { SET("1", "none"), FROM } },
};

static void
push(struct arena *arena, struct header *header, const char *name,
    const char *value)
{
	VEC_PUSH(arena, &header->fields, (struct header_field){
	    str_from(name), str_from(value) });
}

START_TEST(what_is_sealed_and_as_what)
{
	struct arena *arena = arena_new();
	struct header header = { .cut = false };
	struct arc_plan plan;

	for (int i = 0; i < 12 && plans[_i].fields[i].name != NULL; i++)
		push(arena, &header, plans[_i].fields[i].name,
		    plans[_i].fields[i].value);
	arc_seal_plan(arena, &header, plans[_i].status, &plan);
	if (plans[_i].refusal != NULL) {
		ck_assert_ptr_nonnull(plan.refusal);
		ck_assert_str_eq(plan.refusal, plans[_i].refusal);
	} else {
		ck_assert_ptr_null(plan.refusal);
		ck_assert_uint_eq(plan.instance, plans[_i].instance);
		ck_assert_int_eq(plan.cv, plans[_i].cv);
		ck_assert_uint_eq(plan.chain.count, plans[_i].before);
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_heap_of_fields_is_no_chain)
{
	struct arena *arena = arena_new();
	struct header header = { .cut = false };
	struct arc_plan plan;

	for (int i = 0; i < 151; i++)
		push(arena, &header, "ARC-Seal", " x");
	arc_seal_plan(arena, &header, WORD_FAIL, &plan);
	ck_assert_str_eq(plan.refusal,
	    "there are more ARC fields than a chain can have");
	arena_free(arena);
}
END_TEST

/* ---- sets that our own validator reads ---- */

#define ZONE \
    "brisbane._domainkey.football.example.com TXT \"v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n" \
    "test._domainkey.football.example.com TXT \"v=DKIM1; k=rsa; " \
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk0" \
    "8a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b\" \"yYzCNb3W91y3FutACDfzwQ/BC/e/" \
    "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryO" \
    "TIKT+l/K4w3QIDAQAB\"\n"

enum { NOW = 1700000000 };

static const char results[] = "mx.example;\r\n\tspf=pass "
    "smtp.mailfrom=example.com;\r\n\tdmarc=pass header.from=example.com";

/* A message that grows sets. */
struct letter {
	struct arena		*arena;
	struct header		 header;
	const char		*body;
	struct dkim_private	*rsa, *ed;
	struct arc_results	 found;		/* of the last validation */
	bool			 done;
};

static void
letter_open(struct letter *letter)
{
	struct str note;

	*letter = (struct letter){ .arena = arena_new(),
	    .body = "Hi.\r\n\r\nDinner?\r\n" };
	letter->rsa = dkim_private_read(letter->arena, "rsa", STR(RFC_RSA),
	    &note);
	letter->ed = dkim_private_read(letter->arena, "ed",
	    STR(RFC_ED25519), &note);
	ck_assert(letter->rsa != NULL && letter->ed != NULL);
	push(letter->arena, &letter->header, "From", " Joe <a@example.com>");
	push(letter->arena, &letter->header, "Subject", " Is\r\n\tdinner");
	push(letter->arena, &letter->header, "X-Other", " x");
}

static void
letter_close(struct letter *letter)
{
	dkim_private_unref(letter->rsa);
	dkim_private_unref(letter->ed);
	arena_free(letter->arena);
}

static struct str
body_hash(struct letter *letter)
{
	struct dkim_bodies *bodies = dkim_bodies_new(letter->arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies,
	    DKIM_FORM_RELAXED, UINT64_MAX);
	struct str value;

	dkim_bodies_feed(bodies, str_from(letter->body));
	dkim_bodies_end(bodies);
	value = arena_copy(letter->arena, dkim_body_hash_value(hash));
	dkim_bodies_free(bodies);
	return value;
}

static void
on_top(struct letter *letter, const struct header_field *field)
{
	struct header old = letter->header;

	letter->header = (struct header){ .cut = false };
	VEC_PUSH(letter->arena, &letter->header.fields, *field);
	for (size_t i = 0; i < old.fields.count; i++)
		VEC_PUSH(letter->arena, &letter->header.fields,
		    old.fields.at[i]);
}

static void
make(struct letter *letter, const struct arc_plan *plan, bool rsa,
    struct header_field *fields_out)
{
	struct arc_seal seal = {
		.key = rsa ? letter->rsa : letter->ed,
		.domain = STR("football.example.com"),
		.selector = rsa ? STR("test") : STR("brisbane"),
		.results = str_from(results), .now = NOW,
		.body_hash = body_hash(letter)
	};

	ck_assert(arc_seal(letter->arena, &seal, plan, &letter->header,
	    fields_out));
}

static void
add_set(struct letter *letter, enum word status, bool rsa)
{
	struct header_field fields[ARC_KINDS];
	struct arc_plan plan;

	arc_seal_plan(letter->arena, &letter->header, status, &plan);
	ck_assert_ptr_null(plan.refusal);
	make(letter, &plan, rsa, fields);
	for (int kind = 0; kind < ARC_KINDS; kind++)
		on_top(letter, &fields[kind]);
}

static void
keep(void *ctx, const struct arc_results *found)
{
	struct letter *letter = ctx;

	letter->found = *found;
	letter->done = true;
}

static enum word
validate(struct letter *letter)
{
	static const struct arc_options options = { .clock_skew = 300,
						    .deadline_ms = 5000 };
	struct resolver *dns = fake_dns_new(ZONE);
	struct strand *strand = strand_new();
	struct arc *arc = arc_new(&options, letter->arena, dns, strand, NOW);

	letter->done = false;
	strand_enter(strand);
	for (size_t i = 0; i < letter->header.fields.count; i++)
		arc_header(arc, &letter->header.fields.at[i]);
	arc_eoh(arc);
	arc_body(arc, str_from(letter->body));
	arc_eom(arc, keep, letter);
	ck_assert(strand_wait(strand, &letter->done, clock_ms() + 20000));
	arc_free(arc);
	strand_leave(strand);
	resolver_free(dns);
	strand_unref(strand);
	return letter->found.word;
}

START_TEST(we_believe_what_we_seal)
{
	struct letter letter;

	letter_open(&letter);
	for (unsigned i = 1; i <= 5; i++) {
		/* every order of the two keys */
		add_set(&letter, letter.found.word, (_i & 1 << (i - 1)) != 0);
		ck_assert_int_eq(validate(&letter), WORD_PASS);
		ck_assert_uint_eq(letter.found.sealer_count, i);
		ck_assert_uint_eq(letter.found.oldest_pass, 0);
		ck_assert(letter.found.seals_pass);
	}
	assert_str(letter.found.sealers[4].domain, "football.example.com");
	assert_str(str_slice(letter.found.sealers[0].results, 0, 12),
	    " mx.example;");
	letter_close(&letter);
}
END_TEST

START_TEST(fifty_sets_and_no_more)
{
	struct letter letter;
	struct arc_plan plan;

	letter_open(&letter);
	for (int i = 0; i < 50; i++)
		add_set(&letter, i == 0 ? WORD_NONE : WORD_PASS, false);
	ck_assert_int_eq(validate(&letter), WORD_PASS);
	arc_seal_plan(letter.arena, &letter.header, WORD_PASS, &plan);
	ck_assert_str_eq(plan.refusal, full);
	letter_close(&letter);
}
END_TEST

/* What a list does: the seals are good, the newest signature is not. */
START_TEST(a_change_between_two_sets)
{
	struct letter letter;

	letter_open(&letter);
	add_set(&letter, WORD_NONE, false);
	add_set(&letter, WORD_PASS, true);
	letter.body = "Hi.\r\n-- \r\nlist\r\n";
	ck_assert_int_eq(validate(&letter), WORD_FAIL);
	ck_assert(letter.found.seals_pass);
	add_set(&letter, WORD_PASS, false);
	ck_assert_int_eq(validate(&letter), WORD_PASS);
	ck_assert_uint_eq(letter.found.oldest_pass, 3);
	letter_close(&letter);
}
END_TEST

/* Section 5.1.2; Ed25519 signs the same octets always the same way. */
START_TEST(a_failed_chain_is_not_what_its_seal_is_over)
{
	struct header_field with[ARC_KINDS], without[ARC_KINDS];
	struct arc_plan plan;
	struct letter letter;

	letter_open(&letter);
	make(&letter, &(struct arc_plan){ .instance = 3,
	    .cv = ARC_CV_FAIL }, false, without);
	add_set(&letter, WORD_NONE, false);
	add_set(&letter, WORD_PASS, false);
	arc_seal_plan(letter.arena, &letter.header, WORD_FAIL, &plan);
	make(&letter, &plan, false, with);
	for (int kind = 0; kind < ARC_KINDS; kind++)
		ck_assert(str_eq(with[kind].value, without[kind].value));
	for (int kind = 0; kind < ARC_KINDS; kind++)
		on_top(&letter, &with[kind]);
	ck_assert_int_eq(validate(&letter), WORD_FAIL);
	ck_assert_str_eq(arena_z(letter.arena, letter.found.reason),
	    "ARC-Seal i=3 says cv=fail");
	arc_seal_plan(letter.arena, &letter.header, WORD_FAIL, &plan);
	ck_assert_str_eq(plan.refusal, broken);
	letter_close(&letter);
}
END_TEST

/* ---- the text of the fields ---- */

START_TEST(the_fields_as_text)
{
	struct header_field fields[ARC_KINDS];
	struct letter letter;

	letter_open(&letter);
	push(letter.arena, &letter.header, "DKIM-Signature", " v=1; x");
	push(letter.arena, &letter.header, "Received", " x");
	push(letter.arena, &letter.header, "to", " b@example.com");
	make(&letter, &(struct arc_plan){ .instance = 1,
	    .cv = ARC_CV_NONE }, false, fields);
	assert_str(fields[ARC_RESULTS].name, "ARC-Authentication-Results");
	assert_str(fields[ARC_RESULTS].value, " i=1; mx.example;\r\n\tspf=pass "
	    "smtp.mailfrom=example.com;\r\n\tdmarc=pass "
	    "header.from=example.com");
	assert_str(fields[ARC_MESSAGE].name, "ARC-Message-Signature");
	assert_str(str_slice(fields[ARC_MESSAGE].value, 0, 185),
	    " i=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	    "\td=football.example.com; s=brisbane; t=1700000000; "
	    "h=From:From:Subject:\r\n\tTo:DKIM-Signature; "
	    "bh=sPAtHihNSs3O3q9ybd6MqAW0TGcfH5BL0G3VFnsE0NU=;");
	assert_str(fields[ARC_SEAL].name, "ARC-Seal");
	assert_str(str_slice(fields[ARC_SEAL].value, 0, 87),
	    " i=1; a=ed25519-sha256; cv=none; d=football.example.com; "
	    "s=brisbane;\r\n\tt=1700000000; b=");
	letter_close(&letter);
}
END_TEST

START_TEST(a_long_name_has_a_line_of_its_own)
{
	struct arc_plan plan = { .instance = 10, .cv = ARC_CV_FAIL };
	struct header_field fields[ARC_KINDS];
	struct letter letter;
	struct arc_seal seal;

	letter_open(&letter);
	seal = (struct arc_seal){ .key = letter.ed, .now = NOW,
	    .domain = STR("d.example"), .selector = STR("s"),
	    .body_hash = body_hash(&letter),
	    .results = STR("mx.a-rather-long-name-of-one-host.example.org;"
	    "\r\n\tspf=none") };
	ck_assert(arc_seal(letter.arena, &seal, &plan, &letter.header,
	    fields));
	assert_str(fields[ARC_RESULTS].value, " i=10;\r\n\t"
	    "mx.a-rather-long-name-of-one-host.example.org;\r\n\tspf=none");
	letter_close(&letter);
}
END_TEST

START_TEST(more_fields_than_can_be_named)
{
	struct arc_plan plan = { .instance = 1, .cv = ARC_CV_NONE };
	struct header_field fields[ARC_KINDS];
	struct letter letter;
	struct arc_seal seal;

	letter_open(&letter);
	for (int i = 0; i < 600; i++)
		push(letter.arena, &letter.header, "To", " x@example.com");
	seal = (struct arc_seal){ .key = letter.ed, .now = NOW,
	    .domain = STR("d.example"), .selector = STR("s"),
	    .results = STR("mx.example; none"),
	    .body_hash = body_hash(&letter) };
	ck_assert(!arc_seal(letter.arena, &seal, &plan, &letter.header,
	    fields));
	letter_close(&letter);
}
END_TEST

void
add_seal_tests(TCase *tc)
{
	tcase_add_loop_test(tc, what_is_sealed_and_as_what, 0,
	    TEST_COUNT(plans));
	tcase_add_test(tc, a_heap_of_fields_is_no_chain);
	tcase_add_loop_test(tc, we_believe_what_we_seal, 0, 32);
	tcase_add_test(tc, fifty_sets_and_no_more);
	tcase_add_test(tc, a_change_between_two_sets);
	tcase_add_test(tc, a_failed_chain_is_not_what_its_seal_is_over);
	tcase_add_test(tc, the_fields_as_text);
	tcase_add_test(tc, a_long_name_has_a_line_of_its_own);
	tcase_add_test(tc, more_fields_than_can_be_named);
}
