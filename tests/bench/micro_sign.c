/*
 * What it costs to sign a message of 4 KB, beside the bare signature: table,
 * key ring, hashes, fields and all.  And what a table of 100,000 domains
 * takes.
 */
#include "tests/bench/micro.h"

#include <malloc.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ensure.h"
#include "dkim/make.h"
#include "signing/signing.h"

enum { BODY_OCTETS = 4096, HASH_OCTETS = 32, SIGNATURE_OCTETS = 512,
       DOMAINS = 100000, PATH_OCTETS = 64 };

static struct {
	char			 body[BODY_OCTETS];
	struct header		 header;
	struct arena		*arena;
	EVP_MD			*sha256;
	EVP_PKEY		*keys[2];	/* as files have them */
	EVP_PKEY		*key;		/* at hand */
	struct str		 author;
	struct signing		*signing;
} bench;

static void
hash_bare(unsigned char *hash)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	ensure(EVP_DigestInit_ex2(ctx, bench.sha256, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, bench.body, BODY_OCTETS) == 1 &&
	    EVP_DigestFinal_ex(ctx, hash, NULL) == 1);
	EVP_MD_CTX_free(ctx);
}

static void
sign_bare(void)
{
	unsigned char hash[HASH_OCTETS], signature[SIGNATURE_OCTETS];
	bool rsa = EVP_PKEY_get_base_id(bench.key) == EVP_PKEY_RSA;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = sizeof(signature);

	hash_bare(hash);
	ensure(EVP_DigestSignInit(ctx, NULL, rsa ? bench.sha256 : NULL, NULL,
	    bench.key) == 1 && EVP_DigestSign(ctx, signature, &len, hash,
	    sizeof(hash)) == 1);
	EVP_MD_CTX_free(ctx);
}

static void
sign_whole(void)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *bodies = dkim_bodies_new(arena);
	struct str domain = str_skip(bench.author,
	    str_chr(bench.author, '@') + 1);
	struct signing_job *job = signing_begin(bench.signing, arena, bodies,
	    bench.author, domain);
	struct signing_result result;

	dkim_bodies_feed(bodies, str_make(bench.body, BODY_OCTETS));
	dkim_bodies_end(bodies);
	signing_end(job, &bench.header, 1700000000, &result);
	ensure(result.made.count == 1);
	signing_job_free(job);
	dkim_bodies_free(bodies);
	arena_free(arena);
}

static void
add_field(const char *name, const char *value)
{
	VEC_PUSH(bench.arena, &bench.header.fields, (struct header_field){
	    str_from(name), str_from(value) });
}

static void
make_message(void)
{
	static const char line[] = "A line of text as mail has it, with words, "
	    "stops and commas.\r\n";

	for (size_t at = 0; at < BODY_OCTETS; at++)
		bench.body[at] = line[at % (sizeof(line) - 1)];
	add_field("From", " A Sender <sender@rsa.example>");
	add_field("To", " user@example.net");
	add_field("Subject", " a message to  measure with");
	add_field("Date", " Mon, 1 Jun 2026 10:00:00 +0000");
	add_field("Message-ID", " <1@rsa.example>");
	add_field("MIME-Version", " 1.0");
	add_field("Content-Type", " text/plain; charset=utf-8");
}

static void
make_key(const char *path, enum dkim_key_type type, unsigned bits,
    EVP_PKEY **key_out)
{
	FILE *file = fopen(path, "w+");

	ensure(file != NULL && fchmod(fileno(file), 0600) == 0 &&
	    dkim_make_key(type, bits, fileno(file)));
	rewind(file);
	*key_out = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	ensure(*key_out != NULL);
	fclose(file);
}

static struct signing *
load(const char *path)
{
	struct signing_options options = { .table = path,
	    .signer = (uid_t)-1 };
	struct diag *diag = diag_new();
	struct signing *signing = signing_new(&options, diag);

	ensure(signing != NULL);
	diag_free(diag);
	return signing;
}

static void
load_many(const char *path)
{
	FILE *out = fopen(path, "w");
	size_t before;
	double start;
	struct signing *signing;

	ensure(out != NULL);
	for (int i = 0; i < DOMAINS; i++)
		fprintf(out, "customer%d.example selector=2026a "
		    "key=/etc/assay/keys/customer%d.pem\n", i, i);
	fclose(out);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	start = cpu_ns();
	signing = load(path);
	printf("\nsigning table of %d domains: %.2f s to load, %.1f MB\n",
	    DOMAINS, (cpu_ns() - start) / 1e9, (double)(mallinfo2().uordblks +
	    mallinfo2().hblkhd - before) / 1e6);
	signing_free(signing);
}

void
micro_sign(void)
{
	char dir[] = "/tmp/assay-micro.XXXXXX", rsa[PATH_OCTETS],
	     ed25519[PATH_OCTETS], table[PATH_OCTETS];
	FILE *out;

	ensure(mkdtemp(dir) != NULL);
	snprintf(rsa, sizeof(rsa), "%s/rsa", dir);
	snprintf(ed25519, sizeof(ed25519), "%s/ed25519", dir);
	snprintf(table, sizeof(table), "%s/table", dir);
	bench.arena = arena_new();
	bench.sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	make_message();
	make_key(rsa, DKIM_KEY_RSA, 2048, &bench.keys[0]);
	make_key(ed25519, DKIM_KEY_ED25519, 0, &bench.keys[1]);
	out = fopen(table, "w");
	ensure(out != NULL);
	fprintf(out, "rsa.example selector=r key=%s\n"
	    "ed25519.example selector=e key=%s\n", rsa, ed25519);
	fclose(out);
	bench.signing = load(table);
	bench.key = bench.keys[0];
	bench.author = STR("sender@rsa.example");
	compare("signing 4 KB, RSA-2048", sign_whole,
	    "EVP sign + SHA-256", sign_bare);
	bench.key = bench.keys[1];
	bench.author = STR("sender@ed25519.example");
	compare("signing 4 KB, Ed25519", sign_whole,
	    "EVP sign + SHA-256", sign_bare);
	load_many(table);
	signing_free(bench.signing);
	unlink(rsa);
	unlink(ed25519);
	unlink(table);
	rmdir(dir);
	EVP_PKEY_free(bench.keys[0]);
	EVP_PKEY_free(bench.keys[1]);
	EVP_MD_free(bench.sha256);
	arena_free(bench.arena);
}
