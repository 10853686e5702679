#include "dkim/make.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "base/buf.h"

/* RFC 1035 section 3.3: the length of a string is one octet. */
enum { STRING_OCTETS = 255 };

static const struct {
	const char		*word;
	enum dkim_key_type	 type;
	unsigned		 bits;
} algorithms[] = {
	{ "rsa2048", DKIM_KEY_RSA, 2048 },
	{ "rsa4096", DKIM_KEY_RSA, 4096 },
	{ "ed25519", DKIM_KEY_ED25519, 0 },
};

bool
dkim_make_from(const char *word, enum dkim_key_type *type_out,
    unsigned *bits_out)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (str_eqz(str_from(word), algorithms[i].word)) {
			*type_out = algorithms[i].type;
			*bits_out = algorithms[i].bits;
			return true;
		}
	return false;
}

bool
dkim_make_key(enum dkim_key_type type, unsigned bits, int fd)
{
	EVP_PKEY *pkey = type == DKIM_KEY_ED25519 ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_RSA_gen(bits);
	BIO *bio = BIO_new_fd(fd, BIO_NOCLOSE);
	bool good = pkey != NULL && bio != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
	    NULL) == 1;

	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return good;
}

struct str
dkim_make_record(struct arena *arena, const struct dkim_private *key)
{
	struct str public = base64_write(arena,
	    dkim_private_public(arena, key));

	return arena_printf(arena, "v=DKIM1; k=%s; p=%.*s",
	    dkim_private_type(key) == DKIM_KEY_RSA ? "rsa" : "ed25519",
	    STR_ARG(public));
}

struct str
dkim_make_zone(struct arena *arena, struct str name, struct str record)
{
	bool many = record.len > STRING_OCTETS;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_printf(&out, "%.*s. IN TXT %s", STR_ARG(name), many ? "(" : "");
	while (record.len > 0) {
		buf_printf(&out, "%s\"%.*s\"", many ? "\n    " : "",
		    STR_ARG(str_slice(record, 0, STRING_OCTETS)));
		record = str_skip(record, STRING_OCTETS);
	}
	buf_addz(&out, many ? " )\n" : "\n");
	return buf_str(&out);
}
