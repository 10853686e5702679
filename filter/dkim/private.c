#include "dkim/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/decode.h"
#include "dkim/digest.h"
#include "dkim/ed25519.h"

enum { RSA_BITS_GOOD = 2048 };

struct dkim_private {
	atomic_uint		 refs;
	EVP_PKEY		*pkey;
	EVP_PKEY_CTX		*rsa;	/* set up, to be copied */
	void			*ed25519;	/* ed25519_fastest's */
	enum dkim_key_type	 type;
	unsigned		 bits;
};

static void
note(struct arena *arena, struct str *note_out, const char *name,
    const char *text)
{
	*note_out = arena_printf(arena, "%s: %s", name, text);
}

/* ---- vetting ---- */

static const char *
set_up_rsa(struct dkim_private *key)
{
	key->rsa = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	if (key->rsa == NULL || EVP_PKEY_sign_init(key->rsa) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(key->rsa, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(key->rsa, EVP_sha256()) != 1)
		return "the RSA key is of no use";
	return NULL;
}

/* RFC 8301 section 3.2, RFC 8463 section 4. */
static const char *
vet(struct dkim_private *key)
{
	int id = EVP_PKEY_get_base_id(key->pkey);

	key->bits = (unsigned)EVP_PKEY_get_bits(key->pkey);
	if (id == EVP_PKEY_ED25519) {
		key->type = DKIM_KEY_ED25519;
		key->bits = 256;	/* as for public keys */
		key->ed25519 = ed25519_fastest->open(key->pkey);
		return key->ed25519 != NULL ? NULL :
		    "the Ed25519 key is of no use";
	}
	if (id != EVP_PKEY_RSA)
		return "is neither an RSA nor an Ed25519 key";
	key->type = DKIM_KEY_RSA;
	if (key->bits < LIMIT_DKIM_RSA_BITS_MIN)
		return "the RSA key has less than 1024 bits, and nobody "
		    "accepts its signatures (RFC 8301): make a new one with "
		    "assay key new";
	if (key->bits > LIMIT_DKIM_RSA_BITS_MAX)
		return "the RSA key has more than 8192 bits";
	return set_up_rsa(key);
}

static bool
verifies(EVP_PKEY *pkey, enum dkim_key_type type, struct str signature,
    const unsigned char *digest)
{
	const unsigned char *p = (const unsigned char *)signature.ptr;
	EVP_PKEY_CTX *rsa = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	EVP_MD_CTX *ed25519 = EVP_MD_CTX_new();
	bool good;

	ensure(rsa != NULL && ed25519 != NULL);
	if (type == DKIM_KEY_ED25519)
		good = EVP_DigestVerifyInit(ed25519, NULL, NULL, NULL, pkey)
		    == 1 && EVP_DigestVerify(ed25519, p, signature.len,
		    digest, DKIM_DIGEST_OCTETS) == 1;
	else
		good = EVP_PKEY_verify_init(rsa) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(rsa, RSA_PKCS1_PADDING)
		    == 1 && EVP_PKEY_CTX_set_signature_md(rsa, EVP_sha256())
		    == 1 && EVP_PKEY_verify(rsa, p, signature.len, digest,
		    DKIM_DIGEST_OCTETS) == 1;
	EVP_MD_CTX_free(ed25519);
	EVP_PKEY_CTX_free(rsa);
	return good;
}

/* Numbers that are no pair would spoil every message. */
static const char *
try_out(struct arena *arena, const struct dkim_private *key)
{
	static const unsigned char digest[DKIM_DIGEST_OCTETS] = { 1 };
	struct str signature = dkim_private_sign(arena, key, digest);

	if (signature.len == 0 ||
	    !verifies(key->pkey, key->type, signature, digest))
		return "the key is damaged: what it signs does not verify";
	return NULL;
}

struct dkim_private *
dkim_private_read(struct arena *arena, const char *name, struct str text,
    struct str *note_out)
{
	struct dkim_private *key = xcalloc(1, sizeof(*key));
	const char *why;

	*note_out = STR_NONE;
	key->refs = 1;
	key->pkey = decode_private(text, &why);
	if (key->pkey != NULL)
		why = vet(key);
	if (why == NULL)
		why = try_out(arena, key);
	if (why != NULL) {
		note(arena, note_out, name, why);
		dkim_private_unref(key);
		return NULL;
	}
	if (key->type == DKIM_KEY_RSA && key->bits < RSA_BITS_GOOD)
		note(arena, note_out, name, "the RSA key has less than 2048 "
		    "bits (RFC 8301): make a new one with assay key new");
	return key;
}

/* ---- files ---- */

static struct str
why_refused(struct arena *arena, const char *path, const struct stat *st,
    uid_t signer, bool allow_readable)
{
	unsigned mode = st->st_mode & 07777;

	if (!S_ISREG(st->st_mode))
		return arena_printf(arena, "%s: is no file", path);
	if (st->st_size > LIMIT_PRIVATE_KEY_OCTETS)
		return arena_printf(arena, "%s: is too large for a key",
		    path);
	if (st->st_uid != 0 && st->st_uid !=
	    (signer == (uid_t)-1 ? geteuid() : signer))
		return arena_printf(arena, "%s: its owner (uid %u) is neither "
		    "root nor the user that signs: chown", path,
		    (unsigned)st->st_uid);
	if ((mode & 0022) != 0)
		return arena_printf(arena, "%s: mode %04o is writable by "
		    "%s: chmod 600", path, mode, (mode & 0002) != 0 ?
		    "others" : "its group");
	if ((mode & 0044) != 0 && !allow_readable)
		return arena_printf(arena, "%s: mode %04o is readable by "
		    "%s: chmod 600", path, mode, (mode & 0004) != 0 ?
		    "others" : "its group");
	return STR_NONE;
}

/* Octets read, or -1 and errno. */
static ssize_t
read_all(int fd, char *into, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, into + have, size - have);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n == 0)
			break;
		have += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)have;
}

static struct dkim_private *
load_open(struct arena *arena, const char *path, int fd, uid_t signer,
    bool allow_readable, struct str *note_out)
{
	char text[LIMIT_PRIVATE_KEY_OCTETS];
	struct dkim_private *key = NULL;
	struct stat st;
	ssize_t len;

	if (fstat(fd, &st) != 0) {
		note(arena, note_out, path, strerror(errno));
		return NULL;
	}
	*note_out = why_refused(arena, path, &st, signer, allow_readable);
	if (note_out->len > 0)
		return NULL;
	len = read_all(fd, text, sizeof(text));
	if (len < 0)
		note(arena, note_out, path, strerror(errno));
	else
		key = dkim_private_read(arena, path,
		    str_make(text, (size_t)len), note_out);
	OPENSSL_cleanse(text, sizeof(text));
	return key;
}

static const char *
why_unopened(int error)
{
	if (error == ENOENT)
		return "there is no such file: make a key with assay key new";
	if (error == EACCES)
		return "may not be read: the user that signs must own it and "
		    "be let into its directory";
	return strerror(error);
}

struct dkim_private *
dkim_private_load_for(struct arena *arena, const char *path, uid_t signer,
    bool allow_readable, struct str *note_out)
{
	/* A pipe must not make us wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct dkim_private *key;

	if (fd < 0) {
		note(arena, note_out, path, why_unopened(errno));
		return NULL;
	}
	key = load_open(arena, path, fd, signer, allow_readable, note_out);
	close(fd);
	return key;
}

struct dkim_private *
dkim_private_load(struct arena *arena, const char *path, bool allow_readable,
    struct str *note_out)
{
	return dkim_private_load_for(arena, path, (uid_t)-1, allow_readable,
	    note_out);
}

/* ---- use ---- */

struct dkim_private *
dkim_private_ref(struct dkim_private *key)
{
	key->refs++;
	return key;
}

/* OpenSSL wipes the numbers of a private key as it frees them. */
void
dkim_private_unref(struct dkim_private *key)
{
	if (key == NULL || --key->refs > 0)
		return;
	if (key->ed25519 != NULL)
		ed25519_fastest->close(key->ed25519);
	EVP_PKEY_CTX_free(key->rsa);
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum dkim_key_type
dkim_private_type(const struct dkim_private *key)
{
	return key->type;
}

unsigned
dkim_private_bits(const struct dkim_private *key)
{
	return key->bits;
}

struct str
dkim_private_public(struct arena *arena, const struct dkim_private *key)
{
	unsigned char raw[ED25519_OCTETS], *der = NULL;
	size_t len = sizeof(raw);
	struct str octets;
	int size;

	if (key->type == DKIM_KEY_ED25519) {
		ensure(EVP_PKEY_get_raw_public_key(key->pkey, raw, &len)
		    == 1);
		return arena_copy(arena, str_make(raw, len));
	}
	size = i2d_PUBKEY(key->pkey, &der);
	ensure(size > 0);
	octets = arena_copy(arena, str_make(der, (size_t)size));
	OPENSSL_free(der);
	return octets;
}

static bool
sign_rsa(const struct dkim_private *key, const unsigned char *digest,
    unsigned char *out, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(key->rsa);
	bool good = ctx != NULL && EVP_PKEY_sign(ctx, out, len, digest,
	    DKIM_DIGEST_OCTETS) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

struct str
dkim_private_sign(struct arena *arena, const struct dkim_private *key,
    const unsigned char *digest)
{
	size_t len = key->type == DKIM_KEY_ED25519 ? ED25519_SIGNATURE_OCTETS :
	    (key->bits + 7) / 8;
	unsigned char *out = arena_alloc(arena, len);
	bool good = key->type == DKIM_KEY_ED25519 ?
	    ed25519_fastest->sign(key->ed25519, str_make(digest,
	    DKIM_DIGEST_OCTETS), out) :
	    sign_rsa(key, digest, out, &len);

	return good ? str_make(out, len) : STR_NONE;
}
