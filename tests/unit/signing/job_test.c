#include "tests/unit/signing/signing_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "signing/keydir.h"
#include "signing/keyring.h"
#include "signing/signing.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

struct bench {
	struct arena		*arena;
	struct signing		*signing;
	struct dkim_bodies	*bodies;
	struct header		 header;
	struct signing_result	 result;
};

static uint64_t time_ms = 1;

static uint64_t
the_time(void)
{
	return time_ms;
}

static void
bench_open_with(struct bench *bench, const char *table, bool allow_readable)
{
	struct diag *diag = diag_new();
	struct signing_options options = {
		.table = files_write("table", table, 0600),
		.allow_readable = allow_readable, .signer = (uid_t)-1,
		.now_ms = the_time };

	*bench = (struct bench){ .arena = arena_new(),
	    .signing = signing_new(&options, diag) };
	diag_print(diag, stderr);
	diag_free(diag);
	ck_assert_ptr_nonnull(bench->signing);
	VEC_PUSH(bench->arena, &bench->header.fields, (struct header_field){
	    STR("From"), STR(" Ann <ann@example.com>") });
	VEC_PUSH(bench->arena, &bench->header.fields, (struct header_field){
	    STR("Subject"), STR(" hello") });
}

static void
bench_open(struct bench *bench, const char *table)
{
	bench_open_with(bench, table, false);
}

/* "DOMAIN/SELECTOR/ALGORITHM " of each signature. */
static struct str
bench_sign(struct bench *bench, const char *author)
{
	struct str address = str_from(author);
	struct signing_job *job;
	struct buf out;

	bench->bodies = dkim_bodies_new(bench->arena);
	job = signing_begin(bench->signing, bench->arena, bench->bodies,
	    address, str_skip(address, str_rchr(address, '@') + 1));
	dkim_bodies_feed(bench->bodies, STR("body\r\n"));
	dkim_bodies_end(bench->bodies);
	signing_end(job, &bench->header, 1700000000, &bench->result);
	ck_assert(signing_wanted(job) == (bench->result.made.count > 0));
	signing_job_free(job);
	dkim_bodies_free(bench->bodies);
	buf_init(&out, bench->arena, SIZE_MAX);
	for (size_t i = 0; i < bench->result.made.count; i++)
		buf_printf(&out, "%.*s/%.*s/%s ",
		    STR_ARG(bench->result.made.at[i].domain),
		    STR_ARG(bench->result.made.at[i].selector),
		    bench->result.made.at[i].algorithm);
	return buf_str(&out);
}

static void
bench_close(struct bench *bench)
{
	signing_free(bench->signing);
	arena_free(bench->arena);
}

static const struct {
	const char *table, *author, *made, *why;
} jobs[] = {
	{ "example.com selector=e key=ed.pem", "ann@example.com",
	  "example.com/e/ed25519-sha256 ", "" },
	{ "example.com selector=e key=ed.pem", "ann@example.net", "",
	  "no rule for example.net" },
	{ "example.com selector=e,r key=ed.pem,rsa.pem", "ann@example.com",
	  "example.com/e/ed25519-sha256 example.com/r/rsa-sha256 ", "" },
	{ "example.com selector=e key=ed.pem\n"
	  "* domain=provider.example selector=r key=rsa.pem always=yes",
	  "ann@example.com", "example.com/e/ed25519-sha256 "
	  "provider.example/r/rsa-sha256 ", "" },
	{ "* selector=e key=ed.pem", "ann@www.example.com",
	  "www.example.com/e/ed25519-sha256 ", "" },
	{ "* selector=e key=%.pem", "ann@example.com",
	  "example.com/e/ed25519-sha256 ", "" },
	{ "* key=keys/", "ann@example.com",
	  "example.com/b/ed25519-sha256 example.com/c/ed25519-sha256 ", "" },
	{ "* key=keys/ selector=a", "ann@example.com",
	  "example.com/a/ed25519-sha256 ", "" },
	{ "* key=keys/", "ann@example.net", "",
	  "no active key for example.net in @keys/: assay key rotate" },
	{ "example.com selector=e,f key=ed.pem,none.pem", "ann@example.com",
	  "example.com/e/ed25519-sha256 ", "@none.pem: there is no such "
	  "file: make a key with assay key new" },
	{ "example.com selector=e key=open.pem", "ann@example.com", "",
	  "@open.pem: mode 0644 is readable by others: chmod 600" },
	{ "example.com selector=e key=ed.pem algorithm=rsa",
	  "ann@example.com", "", "@ed.pem: the key's algorithm is none of "
	  "those that @table:1 asks for" },
	{ "example.com selector=e key=ed.pem\n"
	  "example.com selector=e key=ed.pem expire=1d", "ann@example.com",
	  "example.com/e/ed25519-sha256 ", "" },
};

/* "@" stands for the directory. */
static struct str
with_directory(struct arena *arena, const char *text)
{
	struct str rest = str_from(text), piece;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (bool first = true; str_next(&rest, '@', &piece); first = false) {
		if (!first)
			buf_addz(&out, files_path(""));
		buf_add(&out, piece);
	}
	return arena_printf(arena, "%.*s", STR_ARG(buf_str(&out)));
}

static void
write_keys(void)
{
	files_write("ed.pem", RFC_ED25519, 0600);
	files_write("example.com.pem", RFC_ED25519, 0600);
	files_write("rsa.pem", RFC_RSA, 0600);
	files_write("open.pem", RFC_ED25519, 0644);
	mkdir(files_path("keys"), 0700);
	mkdir(files_path("keys/example.com"), 0700);
	files_write("keys/example.com/a.pem", RFC_ED25519, 0600);
	files_write("keys/example.com/b.pem", RFC_ED25519, 0600);
	files_write("keys/example.com/c.pem", RFC_ED25519, 0600);
	files_write("keys/example.com/selectors", "a retired 1\nb active 1\n"
	    "c active 1\nd waiting 1\n", 0644);
}

START_TEST(messages_are_signed_as_the_table_says)
{
	struct bench bench;

	write_keys();
	bench_open(&bench, jobs[_i].table);
	assert_str(bench_sign(&bench, jobs[_i].author), jobs[_i].made);
	assert_str(bench.result.why, with_directory(bench.arena,
	    jobs[_i].why).ptr);
	bench_close(&bench);
}
END_TEST

static const struct {
	const char *options, *start;
} fields[] = {
	{ "canonicalization=simple/relaxed", " v=1; a=ed25519-sha256; "
	  "c=simple/relaxed; d=example.com; s=e;\r\n\tt=1700000000; "
	  "h=From:From:To:Cc:Subject:Subject:Reply-To:" },
	{ "expire=1d", " v=1; a=ed25519-sha256; c=relaxed/relaxed; "
	  "d=example.com; s=e;\r\n\tt=1700000000; x=1700086400; h=" },
	{ "headers=Subject oversign=none identity=@%", " v=1; "
	  "a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=e;\r\n"
	  "\tt=1700000000; i=@example.com; h=Subject:From:From;" },
	{ "headers=Subject identity=x@example.org", " v=1; "
	  "a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=e;\r\n"
	  "\tt=1700000000; h=Subject:Subject:From:From;" },
};

START_TEST(options_are_in_the_field)
{
	struct str start = str_from(fields[_i].start), value;
	struct bench bench;
	char table[256];

	write_keys();
	snprintf(table, sizeof(table), "example.com selector=e key=ed.pem "
	    "%s\n", fields[_i].options);
	bench_open(&bench, table);
	bench_sign(&bench, "ann@example.com");
	ck_assert_uint_eq(bench.result.made.count, 1);
	value = bench.result.made.at[0].field.value;
	assert_str(str_slice(value, 0, start.len), start.ptr);
	bench_close(&bench);
}
END_TEST

START_TEST(readable_keys_may_be_allowed)
{
	struct bench bench;

	write_keys();
	bench_open_with(&bench, "example.com selector=e key=open.pem\n", true);
	assert_str(bench_sign(&bench, "ann@example.com"),
	    "example.com/e/ed25519-sha256 ");
	ck_assert_uint_eq(bench.result.why.len, 0);
	bench_close(&bench);
}
END_TEST

/* A header is not filled with signatures. */
START_TEST(a_message_has_so_many_signatures)
{
	struct arena *arena = arena_new();
	struct bench bench;
	struct buf table;

	write_keys();
	buf_init(&table, arena, SIZE_MAX);
	for (int i = 0; i < 9; i++)
		buf_printf(&table, "example.com selector=s%d key=ed.pem\n", i);
	buf_addc(&table, '\0');
	bench_open(&bench, table.ptr);
	bench_sign(&bench, "ann@example.com");
	ck_assert_uint_eq(bench.result.made.count, 8);
	assert_str(bench.result.made.at[7].selector, "s7");
	assert_str(bench.result.why, "more signatures than a message is "
	    "given");
	bench_close(&bench);
	arena_free(arena);
}
END_TEST

/* One key more than there is room for, and each of them again. */
START_TEST(keys_kept_are_bounded)
{
	struct keyring *ring = keyring_new((uid_t)-1, false, clock_ms);
	struct arena *arena = arena_new();
	struct signing_key key = { .inlined = true };
	struct str why;

	for (int i = 0; i < LIMIT_SIGNING_CACHED * 2; i++) {
		struct str text = arena_printf(arena, "%.*s%*s",
		    (int)strlen(RFC_ED25519) - 1, RFC_ED25519, i % 999, " ");
		struct dkim_private *private = keyring_get(ring, arena, &key,
		    text, &why);

		ck_assert_ptr_nonnull(private);
		dkim_private_unref(private);
		arena_reset(arena);
	}
	ck_assert_uint_le(keyring_count(ring), LIMIT_SIGNING_CACHED);
	ck_assert_uint_gt(keyring_count(ring), LIMIT_SIGNING_CACHED / 4);
	keyring_free(ring);
	arena_free(arena);
}
END_TEST

/* A key is read once; one that was refused is not read again at once. */
START_TEST(keys_are_kept)
{
	struct bench bench;

	write_keys();
	bench_open(&bench, "example.com selector=e key=ed.pem\n"
	    "example.net selector=e key=open.pem\n");
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/e/ed25519-sha256 ");
	assert_str(bench_sign(&bench, "a@example.net"), "");
	files_write("ed.pem", "gone", 0644);
	files_write("open.pem", RFC_ED25519, 0600);
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/e/ed25519-sha256 ");
	time_ms += KEYRING_RETRY_MS - 1;
	assert_str(bench_sign(&bench, "a@example.net"), "");
	time_ms++;
	assert_str(bench_sign(&bench, "a@example.net"),
	    "example.net/e/ed25519-sha256 ");
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/e/ed25519-sha256 ");
	bench_close(&bench);
}
END_TEST

/* What a rotation has written counts two seconds later. */
START_TEST(active_selectors_are_looked_at_again)
{
	struct bench bench;

	write_keys();
	bench_open(&bench, "* key=keys/\n");
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/b/ed25519-sha256 example.com/c/ed25519-sha256 ");
	files_write("keys/example.com/selectors", "a active 1\n", 0644);
	time_ms += KEYRING_LOOK_MS - 1;
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/b/ed25519-sha256 example.com/c/ed25519-sha256 ");
	time_ms++;
	assert_str(bench_sign(&bench, "a@example.com"),
	    "example.com/a/ed25519-sha256 ");
	bench_close(&bench);
}
END_TEST

static const struct {
	const char *text, *made, *why;
} reloads[] = {
	{ RFC_RSA, "example.com/e/rsa-sha256 ", "" },
	{ "gone", "", "@ed.pem: holds no private key in PEM: make one with "
	  "assay key new" },
	{ NULL, "", "@ed.pem: there is no such file: make a key with assay "
	  "key new" },
};

/* A reload makes new tables; what runs goes on with the keys that it has. */
START_TEST(a_reload_reads_keys_anew)
{
	struct bench before, after;

	write_keys();
	bench_open(&before, "example.com selector=e key=ed.pem\n");
	assert_str(bench_sign(&before, "a@example.com"),
	    "example.com/e/ed25519-sha256 ");
	ck_assert_int_eq(unlink(files_path("ed.pem")), 0);
	if (reloads[_i].text != NULL)
		files_write("ed.pem", reloads[_i].text, 0600);
	bench_open(&after, "example.com selector=e key=ed.pem\n");
	assert_str(bench_sign(&after, "a@example.com"), reloads[_i].made);
	assert_str(after.result.why, with_directory(after.arena,
	    reloads[_i].why).ptr);
	assert_str(bench_sign(&before, "a@example.com"),
	    "example.com/e/ed25519-sha256 ");
	bench_close(&before);
	assert_str(bench_sign(&after, "a@example.com"), reloads[_i].made);
	bench_close(&after);
}
END_TEST

enum { ROWS = 100000 };

/* A file of lines; "@" stands for a name of its own in each. */
static char *
write_rows(const char *name, const char *format)
{
	struct arena *arena = arena_new();
	struct buf text;
	char *path;

	buf_init(&text, arena, SIZE_MAX);
	for (int i = 0; i < ROWS; i++) {
		for (const char *p = format; *p != '\0'; p++)
			if (*p == '@')
				buf_printf(&text, "customer-number-%d."
				    "example.com", i);
			else
				buf_addc(&text, *p);
		buf_addc(&text, '\n');
	}
	buf_addc(&text, '\0');
	path = strdup(files_write(name, text.ptr, 0600));
	arena_free(arena);
	return path;
}

static const struct {
	const char *table, *keys, *rows;
	int64_t lifetime;
} large[] = {
	{ "@ selector=2026a key=/etc/assay/keys/ expire=1d", NULL, NULL,
	  86400 },
	{ "@ selector=2026a key=/etc/assay/keys/@/2026a.pem", NULL, NULL, 0 },
	{ NULL, "a._domainkey.@ @:a:/etc/opendkim/keys/@/a.private",
	  "@ a._domainkey.@", 0 },
};

/* 100,000 domains in 60 MB, and in less than 2 s; sanitizers are given more. */
START_TEST(many_domains_load_fast)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	char *files[3] = { NULL, NULL, NULL };
	struct signing_options options = { .signer = (uid_t)-1 };
	const struct signing_table *table;
	struct signing *signing;
	struct signing_rows found;
	uint64_t before;

	if (large[_i].table != NULL)
		files[0] = write_rows("table", large[_i].table);
	else {
		files[1] = write_rows("keys", large[_i].keys);
		files[2] = write_rows("rows", large[_i].rows);
	}
	options.table = files[0];
	options.key_table = files[1];
	options.signing_table = files[2];
	before = clock_ms();
	signing = signing_new(&options, diag);
	ck_assert_ptr_nonnull(signing);
	ck_assert_uint_lt(clock_ms() - before, 8000);
	table = signing_table_nth(signing, 0);
	ck_assert_uint_eq(signing_table_count(table), ROWS);
	ck_assert_uint_lt(signing_table_octets(table), 60 * 1000 * 1000);
	signing_table_find(table, arena, STR("a@customer-number-99999."
	    "example.com"), STR("customer-number-99999.example.com"), &found);
	ck_assert_uint_eq(found.list.count, 1);
	ck_assert_uint_eq(found.list.at[0]->line, ROWS);
	ck_assert_int_eq(found.list.at[0]->style->lifetime,
	    large[_i].lifetime);
	signing_free(signing);
	diag_free(diag);
	arena_free(arena);
	for (int i = 0; i < 3; i++)
		free(files[i]);
}
END_TEST

void
add_job_tests(TCase *tc)
{
	tcase_add_loop_test(tc, messages_are_signed_as_the_table_says, 0,
	    TEST_COUNT(jobs));
	tcase_add_loop_test(tc, options_are_in_the_field, 0,
	    TEST_COUNT(fields));
	tcase_add_test(tc, readable_keys_may_be_allowed);
	tcase_add_test(tc, a_message_has_so_many_signatures);
	tcase_add_test(tc, keys_kept_are_bounded);
	tcase_add_test(tc, keys_are_kept);
	tcase_add_test(tc, active_selectors_are_looked_at_again);
	tcase_add_loop_test(tc, a_reload_reads_keys_anew, 0,
	    TEST_COUNT(reloads));
	tcase_add_loop_test(tc, many_domains_load_fast, 0,
	    TEST_COUNT(large));
	tcase_set_timeout(tc, 60);
}
