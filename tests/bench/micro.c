/*
 * micro - what single rooms cost, as ratios to what they are made of
 *
 * Each line compares two pieces of work, run in turns in one process, by the
 * CPU time of the thread; a ratio is the median of the rounds, so that a busy
 * machine disturbs it little.
 */
#include "tests/bench/micro.h"

#include <err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "action/edit.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "dkim/digest.h"
#include "dkim/dkim.h"
#include "policy/policy.h"
#include "spf/spf.h"

enum { ROUNDS = 9, ROUND_MS = 60, BODY_OCTETS = 4096,
       LARGE_OCTETS = 10 * 1024 * 1024, HASH_OCTETS = 32,
       RULES = 200, LISTS = 20, ENTRIES = 10000 };

/* All that the pieces of work share. */
static struct {
	EVP_PKEY	*key;
	EVP_MD		*sha256;
	struct resolver	*dns;
	struct strand	*strand;
	char		 body[BODY_OCTETS], *large, *odd;
	struct header_field fields[6];
	size_t		 field_count;
	struct buf	 signed_octets;		/* what b= is a signature of */
	unsigned char	 b[512];
	size_t		 b_len;
	struct policy	*policy;
	struct fact_set	 facts;
	struct results	 results;
	struct arena	*arena;			/* lives as long as we */
} bench;

/* ---- measuring ---- */

double
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double
time_of(work_fn *work)
{
	double start = cpu_ns(), now;
	unsigned count = 0;

	do {
		work();
		count++;
		now = cpu_ns();
	} while (now - start < ROUND_MS * 1e6);
	return (now - start) / count;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

void
compare(const char *what, work_fn *ours, const char *bare_what, work_fn *bare)
{
	double a[ROUNDS], b[ROUNDS], rates[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		b[i] = time_of(bare);
		a[i] = time_of(ours);
		rates[i] = 100 * b[i] / a[i];
	}
	printf("| %-38s | %10.2f | %-28s | %10.2f | %5.0f%% |\n", what,
	    median(a) / 1e3, bare_what, median(b) / 1e3, median(rates));
}

static void
alone(const char *what, work_fn *ours)
{
	double a[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		a[i] = time_of(ours);
	printf("| %-38s | %10.2f | %-28s | %10s | %6s |\n", what,
	    median(a) / 1e3, "", "", "");
}

/* ---- DKIM ---- */

static void
bare_verify(void)
{
	unsigned char hash[HASH_OCTETS];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct str text = buf_str(&bench.signed_octets);

	ensure(EVP_DigestInit_ex2(ctx, bench.sha256, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, bench.body, BODY_OCTETS) == 1 &&
	    EVP_DigestFinal_ex(ctx, hash, NULL) == 1);
	EVP_MD_CTX_reset(ctx);
	ensure(EVP_DigestVerifyInit(ctx, NULL, bench.sha256, NULL,
	    bench.key) == 1 && EVP_DigestVerify(ctx, bench.b, bench.b_len,
	    (const unsigned char *)text.ptr, text.len) == 1);
	EVP_MD_CTX_free(ctx);
}

static void
note_pass(void *ctx, const struct dkim_results *results)
{
	ensure(results->count == 1 && results->at[0].word == WORD_PASS);
	*(bool *)ctx = true;
}

static void
full_verify(void)
{
	static const struct dkim_options options = {
		.max_signatures = 10, .clock_skew = 300, .deadline_ms = 5000
	};
	struct arena *arena = arena_new();
	struct dkim_verify *verify = dkim_verify_new(&options, arena,
	    bench.dns, bench.strand, 1700000000);
	bool done = false;

	for (size_t i = 0; i < bench.field_count; i++)
		dkim_verify_header(verify, &bench.fields[i]);
	dkim_verify_eoh(verify);
	dkim_verify_body(verify, str_make(bench.body, BODY_OCTETS));
	dkim_verify_eom(verify, note_pass, &done);
	ensure(strand_wait(bench.strand, &done, clock_ms() + 10000));
	dkim_verify_free(verify);
	arena_free(arena);
}

static void
hash_large(void)
{
	unsigned char hash[HASH_OCTETS];

	ensure(EVP_Digest(bench.large, LARGE_OCTETS, hash, NULL, bench.sha256,
	    NULL) == 1);
}

static void
hash_body(enum dkim_form form, const char *text)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *bodies = dkim_bodies_new(arena);

	dkim_bodies_add(bodies, form, UINT64_MAX);
	for (size_t at = 0; at < LARGE_OCTETS; at += 65535)
		dkim_bodies_feed(bodies, str_slice(str_make(text,
		    LARGE_OCTETS), at, at + 65535));
	dkim_bodies_end(bodies);
	dkim_bodies_free(bodies);
	arena_free(arena);
}

static void
body_relaxed(void)
{
	hash_body(DKIM_FORM_RELAXED, bench.large);
}

static void
body_relaxed_odd(void)
{
	hash_body(DKIM_FORM_RELAXED, bench.odd);
}

static void
body_simple(void)
{
	hash_body(DKIM_FORM_SIMPLE, bench.large);
}

static void
hash_header(void)
{
	unsigned char hash[DKIM_DIGEST_OCTETS];

	dkim_digest(buf_str(&bench.signed_octets), hash);
}

static void
canon_header(void)
{
	struct arena *arena = arena_new();
	struct buf out;

	buf_init(&out, arena, 2048);
	for (size_t i = 0; i < bench.field_count; i++)
		dkim_canon_field(&out, DKIM_FORM_RELAXED,
		    bench.fields[i].name, bench.fields[i].value);
	arena_free(arena);
}

/* ---- SPF, policy, stamp ---- */

static void
note_spf(void *ctx, const struct spf_result *result)
{
	ensure(result->word == WORD_PASS);
	*(bool *)ctx = true;
}

static void
spf_walk(const char *domain)
{
	static const struct ip client = { .family = IP_V4,
	    .bytes = { 192, 0, 2, 9 } };
	struct arena *arena = arena_new();
	struct spf_request request = { .client = client,
	    .helo = STR("mail.example.com"), .domain = str_from(domain),
	    .sender = str_from(domain), .receiver = STR("mx.example.net"),
	    .now = 1700000000 };
	bool done = false;

	spf_start(SPF_ENGINE_NATIVE, arena, bench.dns, bench.strand, &request,
	    clock_ms() + 10000, note_spf, &done);
	ensure(strand_wait(bench.strand, &done, clock_ms() + 10000));
	arena_free(arena);
}

static void
spf_short(void)
{
	spf_walk("short.example");
}

static void
spf_includes(void)
{
	spf_walk("long.example");
}

static void
note_answer(void *ctx, const struct dns_answer *answer)
{
	ensure(answer->status == DNS_DATA);
	*(bool *)ctx = true;
}

static void
one_lookup(void)
{
	bool done = false;

	lookup_start(bench.dns, bench.strand, STR("short.example"), DNS_TXT,
	    clock_ms() + 10000, note_answer, &done);
	ensure(strand_wait(bench.strand, &done, clock_ms() + 10000));
}

static void
evaluate(void)
{
	struct arena *arena = arena_new();
	const struct policy_env env = { .facts = &bench.facts,
	    .arena = arena };
	const struct policy_rule *rule;
	struct policy_run run = { 0 };
	enum fact_id pending;

	ensure(policy_eval(bench.policy, STAGE_MESSAGE, &env, &run, &rule,
	    &pending) == POLICY_DECIDED && rule == NULL);
	arena_free(arena);
}

static void
stamp(void)
{
	struct arena *arena = arena_new();

	ensure(stamp_value(arena, STR("mx.example.net"),
	    &bench.results).len > 100);
	arena_free(arena);
}

/* ---- getting ready ---- */

static void
fill(char *out, size_t len, const char *text)
{
	size_t text_len = strlen(text);

	for (size_t at = 0; at < len; at++)
		out[at] = text[at % text_len];
	memcpy(out + len - 2, "\r\n", 2);
}

/* Text as mail has it, and text with much to be changed in every line. */
static void
fill_bodies(void)
{
	static const char plain[] =
	    "A line of text as mail has it, with words, stops and commas.\r\n"
	    "Another one follows it, a little longer than the one before.\r\n"
	    "\r\n"
	    "After a full stop some write two blanks.  That is changed.\r\n"
	    "And in plain text there are lines of every length.\r\n"
	    "Few are short.\r\n";
	static const char odd[] =
	    "Two  blanks, \t a tab, \tanother,  and blanks at the end   \r\n";

	fill(bench.body, BODY_OCTETS, plain);
	bench.large = malloc(LARGE_OCTETS);
	bench.odd = malloc(LARGE_OCTETS);
	ensure(bench.large != NULL && bench.odd != NULL);
	fill(bench.large, LARGE_OCTETS, plain);
	fill(bench.odd, LARGE_OCTETS, odd);
}

static struct str
base64(const unsigned char *octets, size_t len)
{
	char *text = arena_alloc(bench.arena, len * 2 + 4);

	return str_make(text, (size_t)EVP_EncodeBlock((unsigned char *)text,
	    octets, (int)len));
}

static void
add_field(const char *name, struct str value)
{
	bench.fields[bench.field_count++] = (struct header_field){
		.name = str_from(name), .value = value };
}

static struct str
body_hash(void)
{
	struct dkim_bodies *bodies = dkim_bodies_new(bench.arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies,
	    DKIM_FORM_RELAXED, UINT64_MAX);
	struct str value;

	dkim_bodies_feed(bodies, str_make(bench.body, BODY_OCTETS));
	dkim_bodies_end(bodies);
	value = arena_copy(bench.arena, dkim_body_hash_value(hash));
	dkim_bodies_free(bodies);
	return base64((const unsigned char *)value.ptr, value.len);
}

/* Four fields and the signature over them. */
static void
sign(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct str value;

	add_field("From", STR(" A Sender <sender@example.com>"));
	add_field("To", STR(" user@example.net"));
	add_field("Subject", STR(" a message to  measure with"));
	add_field("Date", STR(" Mon, 1 Jun 2026 10:00:00 +0000"));
	value = arena_printf(bench.arena, " v=1; a=rsa-sha256; "
	    "c=relaxed/relaxed; d=example.com; s=s1;\r\n"
	    "\th=from:to:subject:date; bh=%.*s; b=", STR_ARG(body_hash()));
	buf_init(&bench.signed_octets, bench.arena, 4096);
	for (size_t i = 0; i < bench.field_count; i++) {
		dkim_canon_field(&bench.signed_octets, DKIM_FORM_RELAXED,
		    bench.fields[i].name, bench.fields[i].value);
		buf_addz(&bench.signed_octets, "\r\n");
	}
	dkim_canon_field(&bench.signed_octets, DKIM_FORM_RELAXED,
	    STR("DKIM-Signature"), value);
	bench.b_len = sizeof(bench.b);
	ensure(EVP_DigestSignInit(ctx, NULL, bench.sha256, NULL,
	    bench.key) == 1 && EVP_DigestSign(ctx, bench.b, &bench.b_len,
	    (const unsigned char *)buf_str(&bench.signed_octets).ptr,
	    buf_str(&bench.signed_octets).len) == 1);
	EVP_MD_CTX_free(ctx);
	add_field("DKIM-Signature", arena_printf(bench.arena, "%.*s%.*s",
	    STR_ARG(value), STR_ARG(base64(bench.b, bench.b_len))));
}

static void
make_dns(void)
{
	char path[] = "/tmp/assay-micro.XXXXXX", spec[64], why[200];
	const char *specs[] = { spec };
	const struct resolver_options options = { .specs = specs,
	    .spec_count = 1 };
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(bench.key, &der);
	FILE *zone = fdopen(mkstemp(path), "w");
	struct str p = base64(der, (size_t)len);

	ensure(zone != NULL);
	fprintf(zone, "s1._domainkey.example.com TXT \"v=DKIM1; p=%.*s\" "
	    "\"%.*s\"\n", STR_ARG(str_slice(p, 0, 200)),
	    STR_ARG(str_skip(p, 200)));
	fprintf(zone, "short.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
	    "long.example TXT \"v=spf1 include:a.example include:b.example "
	    "mx include:c.example -all\"\n"
	    "a.example TXT \"v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.0/24 "
	    "-all\"\n"
	    "b.example TXT \"v=spf1 ip6:2001:db8::/32 a:host.example ?all\"\n"
	    "host.example A 198.51.100.1\n"
	    "long.example MX 10 host.example\n"
	    "c.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n");
	fclose(zone);
	OPENSSL_free(der);
	snprintf(spec, sizeof(spec), "zone:%s", path);
	bench.dns = resolver_new(&options, why, sizeof(why));
	unlink(path);
	if (bench.dns == NULL)
		errx(1, "%s", why);
}

static void
write_list(const char *path, unsigned number)
{
	FILE *out = fopen(path, "w");

	ensure(out != NULL);
	for (unsigned i = 0; i < ENTRIES; i++)
		fprintf(out, "d%u-%u.example\n", number, i);
	fclose(out);
}

/* 200 rules, each with a list of 10,000 in its condition. */
static struct str
policy_text(const char *dir)
{
	struct buf text;

	buf_init(&text, bench.arena, 64 * 1024);
	buf_addz(&text, "policy \"micro\" mode enforce;\n");
	for (unsigned i = 0; i < LISTS; i++) {
		const char *path = arena_printf(bench.arena, "%s/l%u", dir,
		    i).ptr;

		write_list(path, i);
		buf_addz(&text, arena_printf(bench.arena,
		    "list l%u = file \"%s\";\n", i, path).ptr);
	}
	buf_addz(&text, "at message {\n");
	for (unsigned i = 0; i < RULES; i++)
		buf_addz(&text, arena_printf(bench.arena, "reject 550 5.7.1 "
		    "\"rule %u\" when from.domain in l%u and dmarc != pass;"
		    "\n", i, i % LISTS).ptr);
	buf_addz(&text, "}\n");
	return buf_str(&text);
}

/* No rule fires, so that every one is looked at. */
static void
make_policy(void)
{
	char dir[] = "/tmp/assay-micro.XXXXXX";
	struct diag *diag = diag_new();

	ensure(mkdtemp(dir) != NULL);
	bench.policy = policy_load_text("micro.policy", policy_text(dir),
	    diag);
	for (unsigned i = 0; i < LISTS; i++)
		unlink(arena_printf(bench.arena, "%s/l%u", dir, i).ptr);
	rmdir(dir);
	if (bench.policy == NULL) {
		diag_print(diag, stderr);
		exit(1);
	}
	diag_free(diag);
	for (int id = 0; id < FACT_COUNT; id++)
		if (id != FACT_ID_FROM_DOMAIN)
			facts_none(&bench.facts, (enum fact_id)id);
	facts_text(&bench.facts, FACT_ID_FROM_DOMAIN,
	    STR("not-in-them.example"));
}

static void
add_result(enum method method, const char *ptype, const char *name,
    const char *value)
{
	struct result result = { .method = method, .word = WORD_PASS,
	    .stage = STAGE_MESSAGE };

	result_add_property(bench.arena, &result, ptype, name,
	    str_from(value));
	VEC_PUSH(bench.arena, &bench.results.list, result);
}

static void
make_results(void)
{
	bench.results.arena = bench.arena;
	add_result(METHOD_IPREV, "policy", "iprev", "192.0.2.9");
	add_result(METHOD_SPF, "smtp", "helo", "mail.example.com");
	add_result(METHOD_SPF, "smtp", "mailfrom", "bounce@example.com");
	add_result(METHOD_DKIM, "header", "d", "example.com");
	add_result(METHOD_DKIM, "header", "d", "example.net");
	add_result(METHOD_DMARC, "header", "from", "example.com");
}

int
main(void)
{
	bench.arena = arena_new();
	bench.sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	bench.key = EVP_RSA_gen(2048);
	bench.strand = strand_new();
	strand_enter(bench.strand);
	fill_bodies();
	sign();
	make_dns();
	make_policy();
	make_results();
	printf("| %-38s | %10s | %-28s | %10s | %6s |\n", "what", "us",
	    "beside it", "us", "rate");
	compare("DKIM, RSA-2048, 4 KB, key cached", full_verify,
	    "EVP verify + SHA-256", bare_verify);
	compare("body of 10 MB, relaxed, with its hash", body_relaxed,
	    "SHA-256 of 10 MB", hash_large);
	compare("the same, blanks in every line", body_relaxed_odd,
	    "SHA-256 of 10 MB", hash_large);
	compare("body of 10 MB, simple, with its hash", body_simple,
	    "SHA-256 of 10 MB", hash_large);
	compare("header of 5 fields, relaxed", canon_header,
	    "SHA-256 of it", hash_header);
	compare("SPF, one record", spf_short, "its look-up", one_lookup);
	compare("SPF, three includes and mx", spf_includes, "one look-up",
	    one_lookup);
	alone("policy: 200 rules, 20 lists of 10,000", evaluate);
	alone("the stamp of six results", stamp);
	micro_sign();
	micro_lists();
	micro_rights();
	return 0;
}
