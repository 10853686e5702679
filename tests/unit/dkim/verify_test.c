#include "tests/unit/dkim/dkim_test.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "dkim/dkim.h"
#include "tests/support/fake_dns.h"

/* RFC 8463 appendix A.3: ed25519 and RSA over the same message. */
#define ED " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n" \
    " d=football.example.com; i=@football.example.com;\r\n" \
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n" \
    " subject : date : message-id : from : subject : date;\r\n" \
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" \
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n" \
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
#define RSA " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n" \
    " d=football.example.com; i=@football.example.com;\r\n" \
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n" \
    " date : message-id : from : subject : date;\r\n" \
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" \
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n" \
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n" \
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="
#define OTHER(d, s) " v=1; a=rsa-sha256; d=" d "; s=" s "; h=from; " \
    "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YWJj"

#define ED_KEY "brisbane._domainkey.football.example.com TXT " \
    "\"v=DKIM1; k=ed25519; t=y; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcH" \
    "URo=\"\n"
#define RSA_KEY "test._domainkey.football.example.com TXT " \
    "\"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzW" \
    "RiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b\" " \
    "\"yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO" \
    "9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\"\n"

static const struct header_field message[] = {
	{ STR_INIT("From"),
	  STR_INIT(" Joe SixPack <joe@football.example.com>") },
	{ STR_INIT("To"), STR_INIT(" Suzie Q <suzie@shopping.example.net>") },
	{ STR_INIT("Subject"), STR_INIT(" Is dinner ready?") },
	{ STR_INIT("Date"),
	  STR_INIT(" Fri, 11 Jul 2003 21:00:37 -0700 (PDT)") },
	{ STR_INIT("Message-ID"),
	  STR_INIT(" <20030712040037.46341.5F8J@football.example.com>") },
};
static const char body[] = "Hi.\r\n\r\nWe lost the game.  Are you hungry "
    "yet?\r\n\r\nJoe.\r\n";

static const char *const engine_names[] = { "native", "opendkim" };

/* One verification on its strand. */
struct bench {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	struct dkim_options	 options;
	struct dkim_verify	*verify;
	struct dkim_results	 results;	/* a copy */
	unsigned		 calls;
	bool			 done, in_eom;
};

static void
bench_open(struct bench *bench, const char *engine, const char *zone)
{
	*bench = (struct bench){
		.arena = arena_new(), .dns = fake_dns_new(zone),
		.strand = strand_new(),
		.options = { .max_signatures = 10, .clock_skew = 300,
			     .deadline_ms = 5000 },
	};
	ck_assert(dkim_engine_from(engine, &bench->options.engine));
	strand_enter(bench->strand);
}

static void
bench_start(struct bench *bench)
{
	bench->verify = dkim_verify_new(&bench->options, bench->arena,
	    bench->dns, bench->strand, 1700000000);
}

static void
bench_sign(struct bench *bench, const char *value)
{
	struct header_field field = { STR("DKIM-Signature"),
				      str_from(value) };

	dkim_verify_header(bench->verify, &field);
}

static void
bench_rest(struct bench *bench)
{
	for (size_t i = 0; i < 5; i++)
		dkim_verify_header(bench->verify, &message[i]);
	dkim_verify_eoh(bench->verify);
	dkim_verify_body(bench->verify, str_from(body));
}

static void
keep(void *ctx, const struct dkim_results *results)
{
	struct bench *bench = ctx;

	ck_assert(!bench->in_eom);
	bench->calls++;
	bench->done = true;
	bench->results = *results;
}

static void
bench_end(struct bench *bench)
{
	bench->in_eom = true;
	dkim_verify_eom(bench->verify, keep, bench);
	bench->in_eom = false;
	ck_assert(strand_wait(bench->strand, &bench->done,
	    clock_ms() + 20000));
	ck_assert_uint_eq(bench->calls, 1);
}

static void
bench_close(struct bench *bench)
{
	dkim_verify_free(bench->verify);
	strand_leave(bench->strand);
	resolver_free(bench->dns);
	strand_unref(bench->strand);
	arena_free(bench->arena);
}

/* Both ask for one hash, which is fed once, by neither of them. */
START_TEST(shared_hashes_are_fed_by_their_owner)
{
	struct bench bench;
	struct dkim_bodies *bodies;
	struct dkim_body_hash *mine;
	struct header header = { .octets = 0 };

	bench_open(&bench, "native", ED_KEY RSA_KEY);
	bench_start(&bench);
	bodies = dkim_bodies_new(bench.arena);
	dkim_verify_share(bench.verify, &header, bodies);
	VEC_PUSH(bench.arena, &header.fields, (struct header_field){
	    STR("DKIM-Signature"), str_from(ED) });
	dkim_verify_header(bench.verify, &header.fields.at[0]);
	for (size_t i = 0; i < 5; i++) {
		VEC_PUSH(bench.arena, &header.fields, message[i]);
		dkim_verify_header(bench.verify, &message[i]);
	}
	dkim_verify_eoh(bench.verify);
	mine = dkim_bodies_add(bodies, DKIM_FORM_RELAXED, UINT64_MAX);
	ck_assert(!dkim_verify_body(bench.verify, STR("not looked at")));
	ck_assert(dkim_bodies_feed(bodies, str_from(body)));
	dkim_bodies_end(bodies);
	bench_end(&bench);
	ck_assert_uint_eq(bench.results.count, 1);
	ck_assert_int_eq(bench.results.at[0].word, WORD_PASS);
	ck_assert_uint_eq(dkim_body_hash_octets(mine), 54);
	dkim_verify_free(bench.verify);
	bench.verify = NULL;
	dkim_bodies_free(bodies);
	bench_close(&bench);
}
END_TEST

START_TEST(good_signatures_pass)
{
	struct bench bench;
	const struct dkim_signature *sig;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY);
	bench_start(&bench);
	bench_sign(&bench, ED);
	bench_sign(&bench, RSA);
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_uint_eq(bench.results.count, 2);
	sig = bench.results.at;
	ck_assert_int_eq(sig[0].word, WORD_PASS);
	assert_str(sig[0].reason, "signature verifies");
	assert_str(sig[0].domain, "football.example.com");
	assert_str(sig[0].selector, "brisbane");
	assert_str(sig[0].algorithm, "ed25519-sha256");
	assert_str(sig[0].identity, "@football.example.com");
	assert_str(str_slice(sig[0].b, 0, 8), "/gCrinpc");
	assert_str(sig[0].key_name,
	    "brisbane._domainkey.football.example.com");
	ck_assert_int_eq(sig[0].key_status, DNS_DATA);
	assert_str(str_slice(sig[0].key_record, 0, 21),
	    "v=DKIM1; k=ed25519; t");
	ck_assert_uint_eq(sig[0].key_bits, 256);
	ck_assert(sig[0].key_testing);
	ck_assert(!sig[0].body_limited);
	ck_assert_int_eq(sig[1].word, WORD_PASS);
	ck_assert_uint_eq(sig[1].key_bits, 1024);
	ck_assert(!sig[1].key_testing);
	bench_close(&bench);
}
END_TEST

/*
 * A field whose name is folded before its colon is no field to an MTA, and
 * libopendkim must never see one: its engine says that it cannot tell, the
 * native one hashes the octets as they are.  A blank there is no fold.
 */
#define COVERED	"h= covers a field that this engine cannot read"
#define OWN	"this engine cannot read the field"
#define DIFFERS	"signature does not verify with the key"
#define GOOD	"signature verifies"

static const struct {
	const char *own, *to;		/* names of the two fields */
	struct { enum word word; const char *reason; } expected[2];
} folded[] = {
	{ "DKIM-Signature", "To",
	  { { WORD_PASS, GOOD }, { WORD_PASS, GOOD } } },
	{ "DKIM-Signature", "To \t",
	  { { WORD_PASS, GOOD }, { WORD_PASS, GOOD } } },
	{ "DKIM-Signature", "To\r\n ",
	  { { WORD_FAIL, DIFFERS }, { WORD_NEUTRAL, COVERED } } },
	{ "DKIM-Signature", "To\n",
	  { { WORD_FAIL, DIFFERS }, { WORD_NEUTRAL, COVERED } } },
	{ "DKIM-Signature", "\r\n To",
	  { { WORD_FAIL, DIFFERS }, { WORD_NEUTRAL, COVERED } } },
	{ "DKIM-Signature\r\n ", "To",
	  { { WORD_FAIL, DIFFERS }, { WORD_NEUTRAL, OWN } } },
	{ "DKIM-Signature\n", "To",
	  { { WORD_FAIL, DIFFERS }, { WORD_NEUTRAL, OWN } } },
};

START_TEST(a_folded_field_name)
{
	int engine = _i % 2, at = _i / 2;
	struct header_field own = { str_from(folded[at].own),
				    STR(RSA) };
	struct bench bench;

	bench_open(&bench, engine_names[engine], RSA_KEY);
	bench_start(&bench);
	dkim_verify_header(bench.verify, &own);
	for (size_t i = 0; i < 5; i++) {
		struct header_field field = message[i];

		if (str_eqz(field.name, "To"))
			field.name = str_from(folded[at].to);
		dkim_verify_header(bench.verify, &field);
	}
	dkim_verify_eoh(bench.verify);
	dkim_verify_body(bench.verify, str_from(body));
	bench_end(&bench);
	ck_assert_uint_eq(bench.results.count, 1);
	assert_str(bench.results.at[0].reason,
	    folded[at].expected[engine].reason);
	ck_assert_int_eq(bench.results.at[0].word,
	    folded[at].expected[engine].word);
	bench_close(&bench);
}
END_TEST

START_TEST(no_signature_is_no_result)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], "");
	bench_start(&bench);
	for (size_t i = 0; i < 5; i++)
		dkim_verify_header(bench.verify, &message[i]);
	dkim_verify_eoh(bench.verify);
	ck_assert(!dkim_verify_body(bench.verify, str_from(body)));
	bench_end(&bench);
	ck_assert_uint_eq(bench.results.count, 0);
	bench_close(&bench);
}
END_TEST

/* RFC 6376 section 6.1.2: a key that cannot be had harms no other. */
START_TEST(dns_trouble_stays_with_its_signature)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY
	    "a._domainkey.example.com * SERVFAIL\n"
	    "b._domainkey.example.com * TIMEOUT\n"
	    "c._domainkey.example.com * BOGUS\n");
	bench.options.deadline_ms = 100;
	bench_start(&bench);
	bench_sign(&bench, OTHER("example.com", "a"));
	bench_sign(&bench, OTHER("example.com", "b"));
	bench_sign(&bench, RSA);
	bench_sign(&bench, OTHER("example.com", "c"));
	bench_sign(&bench, OTHER("example.com", "d"));
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_int_eq(bench.results.at[0].word, WORD_TEMPERROR);
	ck_assert_int_eq(bench.results.at[0].key_status, DNS_SERVFAIL);
	ck_assert_int_eq(bench.results.at[1].word, WORD_TEMPERROR);
	assert_str(bench.results.at[1].reason, "key lookup timed out");
	ck_assert_int_eq(bench.results.at[2].word, WORD_PASS);
	ck_assert_int_eq(bench.results.at[3].word, WORD_TEMPERROR);
	ck_assert_int_eq(bench.results.at[4].word, WORD_PERMERROR);
	assert_str(bench.results.at[4].reason,
	    "no key at d._domainkey.example.com (NXDOMAIN)");
	bench_close(&bench);
}
END_TEST

/* The end of the message leaves no more time than it may; what is there by then
 * is verified. */
START_TEST(keys_that_come_too_late)
{
	uint64_t start = clock_ms();
	struct bench bench;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY
	    "b._domainkey.example.com * TIMEOUT\n"
	    "DELAY 1000\nc._domainkey.example.com TXT \"v=DKIM1; p=\"\n");
	bench.options.end_ms = 100;
	bench_start(&bench);
	bench_sign(&bench, OTHER("example.com", "b"));
	bench_sign(&bench, RSA);
	bench_sign(&bench, OTHER("example.com", "c"));
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_uint_ge(clock_ms() - start, 100);
	ck_assert_uint_lt(clock_ms() - start, 1000);
	for (int i = 0; i < 3; i += 2) {
		ck_assert_int_eq(bench.results.at[i].word, WORD_TEMPERROR);
		ck_assert_int_eq(bench.results.at[i].key_status, DNS_TIMEOUT);
		assert_str(bench.results.at[i].reason, "the key did not come "
		    "in the time allowed after the message's end");
	}
	ck_assert_int_eq(bench.results.at[1].word, WORD_PASS);
	bench_close(&bench);
}
END_TEST

/* A key that comes within that time, and one whose own time ends before. */
START_TEST(keys_that_come_in_time)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], "DELAY 50\n" ED_KEY RSA_KEY
	    "b._domainkey.example.com * TIMEOUT\n");
	bench.options.deadline_ms = 300;
	bench.options.end_ms = 2000;
	bench_start(&bench);
	bench_sign(&bench, RSA);
	bench_sign(&bench, OTHER("example.com", "b"));
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_int_eq(bench.results.at[0].word, WORD_PASS);
	ck_assert_int_eq(bench.results.at[1].word, WORD_TEMPERROR);
	assert_str(bench.results.at[1].reason, "key lookup timed out");
	bench_close(&bench);
}
END_TEST

/* The author's domain is checked before strangers; the rest is named. */
START_TEST(the_author_comes_first)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY);
	bench.options.max_signatures = 2;
	bench_start(&bench);
	bench_sign(&bench, OTHER("example.org", "a"));
	bench_sign(&bench, OTHER("example.org", "b"));
	bench_sign(&bench, OTHER("example.org", "c"));
	bench_sign(&bench, RSA);
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_int_eq(bench.results.at[0].word, WORD_PERMERROR);
	for (int i = 1; i <= 2; i++) {
		ck_assert_int_eq(bench.results.at[i].word, WORD_NONE);
		assert_str(bench.results.at[i].reason,
		    "not checked: more than 2 signatures");
	}
	ck_assert_int_eq(bench.results.at[3].word, WORD_PASS);
	ck_assert_uint_le(fake_dns_queries(bench.dns), 4);
	bench_close(&bench);
}
END_TEST

START_TEST(zero_signatures_are_checked_if_so_set)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY);
	bench.options.max_signatures = 0;
	bench_start(&bench);
	bench_sign(&bench, RSA);
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_int_eq(bench.results.at[0].word, WORD_NONE);
	ck_assert_uint_eq(fake_dns_queries(bench.dns), 0);
	bench_close(&bench);
}
END_TEST

START_TEST(huge_fields_are_not_read)
{
	struct bench bench;
	struct buf buf;

	bench_open(&bench, engine_names[_i], ED_KEY RSA_KEY);
	bench_start(&bench);
	buf_init(&buf, bench.arena, SIZE_MAX);
	buf_addz(&buf, "v=1; z=");
	while (buf.len <= LIMIT_DKIM_FIELD_OCTETS)
		buf_addc(&buf, 'x');
	bench_sign(&bench, arena_z(bench.arena, buf_str(&buf)));
	for (int i = 0; i < LIMIT_DKIM_SIGNATURES; i++)
		bench_sign(&bench, RSA);
	bench_rest(&bench);
	bench_end(&bench);
	ck_assert_uint_eq(bench.results.count, LIMIT_DKIM_SIGNATURES + 1);
	ck_assert_int_eq(bench.results.at[0].word, WORD_NONE);
	ck_assert_int_eq(bench.results.at[1].word, WORD_PASS);
	ck_assert_int_eq(bench.results.at[10].word, WORD_PASS);
	assert_str(bench.results.at[11].reason,
	    "not checked: more than 10 signatures");
	assert_str(bench.results.at[LIMIT_DKIM_SIGNATURES].reason,
	    "not checked: more than 50 signature fields");
	bench_close(&bench);
}
END_TEST

/* Whenever it ends, nothing is called and nothing is left. */
START_TEST(it_can_be_abandoned_at_any_time)
{
	enum { STEPS = 6 };

	for (int step = 0; step < STEPS; step++) {
		struct bench bench;

		bench_open(&bench, engine_names[_i], "DELAY 20\n" ED_KEY
		    RSA_KEY);
		bench_start(&bench);
		if (step > 0)
			bench_sign(&bench, RSA);
		if (step > 1)
			bench_sign(&bench, ED);
		if (step > 2)
			bench_rest(&bench);
		if (step > 3)
			dkim_verify_eom(bench.verify, keep, &bench);
		if (step > 4)
			strand_wait(bench.strand, &bench.done,
			    clock_ms() + 5000);
		dkim_verify_free(bench.verify);
		bench.verify = NULL;
		bench.done = false;
		strand_wait(bench.strand, &bench.done, clock_ms() + 50);
		ck_assert_uint_eq(bench.calls, step > 4 ? 1 : 0);
		bench_close(&bench);
	}
}
END_TEST

/* Its task is posted, but has not run yet. */
START_TEST(it_can_be_abandoned_at_the_last_moment)
{
	struct bench bench;

	bench_open(&bench, engine_names[_i], "");
	bench_start(&bench);
	bench_rest(&bench);
	dkim_verify_eom(bench.verify, keep, &bench);
	dkim_verify_free(bench.verify);
	bench.verify = NULL;
	strand_wait(bench.strand, &bench.done, clock_ms() + 50);
	ck_assert_uint_eq(bench.calls, 0);
	bench_close(&bench);
}
END_TEST

START_TEST(only_engines_that_exist_have_names)
{
	enum dkim_engine engine;

	ck_assert(dkim_engine_from("opendkim", &engine));
	ck_assert_int_eq(engine, DKIM_ENGINE_OPENDKIM);
	ck_assert(dkim_engine_from("native", &engine));
	ck_assert_int_eq(engine, DKIM_ENGINE_NATIVE);
	ck_assert(!dkim_engine_from("OpenDKIM", &engine));
	ck_assert(!dkim_engine_from("", &engine));
}
END_TEST

void
add_verify_tests(TCase *tc)
{
	int engines = TEST_COUNT(engine_names);

	tcase_add_test(tc, shared_hashes_are_fed_by_their_owner);
	tcase_add_loop_test(tc, good_signatures_pass, 0, engines);
	tcase_add_loop_test(tc, a_folded_field_name, 0,
	    2 * TEST_COUNT(folded));
	tcase_add_loop_test(tc, no_signature_is_no_result, 0, engines);
	tcase_add_loop_test(tc, keys_that_come_too_late, 0, 2);
	tcase_add_loop_test(tc, keys_that_come_in_time, 0, 2);
	tcase_add_loop_test(tc, dns_trouble_stays_with_its_signature, 0,
	    engines);
	tcase_add_loop_test(tc, the_author_comes_first, 0, engines);
	tcase_add_loop_test(tc, zero_signatures_are_checked_if_so_set, 0,
	    engines);
	tcase_add_loop_test(tc, huge_fields_are_not_read, 0, engines);
	tcase_add_loop_test(tc, it_can_be_abandoned_at_any_time, 0, engines);
	tcase_add_loop_test(tc, it_can_be_abandoned_at_the_last_moment, 0,
	    engines);
	tcase_add_test(tc, only_engines_that_exist_have_names);
}
