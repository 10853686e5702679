/*
 * idle_filter - a libmilter filter that does nothing: the floor of our cost
 *
 *	idle_filter SOCKET-PATH [KEY.pem [mail]]
 *
 * It takes every event that assayd takes, asks for no answers before the
 * message's end (SMFIP_NR_*), and adds one field there.  With a key it adds a
 * second one there: the bare signature (EVP) of the body's SHA-256, in base64.
 * With "mail" it also answers at MAIL, as a policy must that can refuse there.
 */
#include <err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <libmilter/mfapi.h>

enum { HASH_OCTETS = 32, SIGNATURE_OCTETS = 512 };

static EVP_PKEY *key;		/* or NULL */
static EVP_MD *sha256;
static bool answers_mail;

static const unsigned long wanted =
    SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC | SMFIP_NR_CONN |
    SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR |
    SMFIP_NR_EOH | SMFIP_NR_BODY;

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1,
    unsigned long f2, unsigned long f3, unsigned long *pf0,
    unsigned long *pf1, unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx, (void)f2, (void)f3;
	*pf0 = f0 & SMFIF_ADDHDRS;
	*pf1 = f1 & wanted & ~(answers_mail ? SMFIP_NR_MAIL : 0UL);
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
	(void)ctx, (void)host, (void)address;
	return SMFIS_NOREPLY;
}

static sfsistat
on_text(SMFICTX *ctx, char *text)
{
	(void)ctx, (void)text;
	return SMFIS_NOREPLY;
}

static sfsistat
on_path(SMFICTX *ctx, char **argv)
{
	(void)ctx, (void)argv;
	return SMFIS_NOREPLY;
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	(void)ctx, (void)argv;
	return answers_mail ? SMFIS_CONTINUE : SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *piece, size_t len)
{
	EVP_MD_CTX *hash = smfi_getpriv(ctx);

	if (key == NULL)
		return SMFIS_NOREPLY;
	if (hash == NULL) {
		hash = EVP_MD_CTX_new();
		EVP_DigestInit_ex2(hash, sha256, NULL);
		smfi_setpriv(ctx, hash);
	}
	EVP_DigestUpdate(hash, piece, len);
	return SMFIS_NOREPLY;
}

static void
add_signature(SMFICTX *ctx)
{
	static char name[] = "X-Signature";
	unsigned char digest[HASH_OCTETS], signature[SIGNATURE_OCTETS],
	    text[2 * SIGNATURE_OCTETS];
	EVP_MD_CTX *hash = smfi_getpriv(ctx), *sign = EVP_MD_CTX_new();
	size_t len = sizeof(signature);

	if (EVP_DigestFinal_ex(hash, digest, NULL) != 1 ||
	    EVP_DigestSignInit(sign, NULL,
	    EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? sha256 : NULL, NULL,
	    key) != 1 || EVP_DigestSign(sign, signature, &len, digest,
	    sizeof(digest)) != 1)
		errx(1, "the key does not sign");
	EVP_MD_CTX_free(sign);
	EVP_MD_CTX_free(hash);
	smfi_setpriv(ctx, NULL);
	EVP_EncodeBlock(text, signature, (int)len);
	smfi_insheader(ctx, 0, name, (char *)text);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	static char name[] = "X-Idle", value[] = " nothing was looked at";

	smfi_insheader(ctx, 0, name, value);
	if (key != NULL)
		add_signature(ctx);
	return SMFIS_CONTINUE;
}

static void
read_key(const char *path)
{
	FILE *file = fopen(path, "r");

	if (file == NULL)
		err(1, "%s", path);
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	fclose(file);
	if (key == NULL || sha256 == NULL)
		errx(1, "%s: no key", path);
}

int
main(int argc, char **argv)
{
	static char name[] = "idle_filter";
	static const struct smfiDesc callbacks = {
		.xxfi_name = name, .xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS, .xxfi_connect = on_connect,
		.xxfi_helo = on_text, .xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_path, .xxfi_header = on_header,
		.xxfi_eoh = on_eoh, .xxfi_body = on_body, .xxfi_eom = on_eom,
		.xxfi_negotiate = on_negotiate
	};
	char socket_name[200];

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: %s SOCKET-PATH [KEY.pem [mail]]\n",
		    argv[0]);
		return 2;
	}
	if (argc > 2)
		read_key(argv[2]);
	answers_mail = argc > 3;
	snprintf(socket_name, sizeof(socket_name), "unix:%s", argv[1]);
	if (smfi_register(callbacks) != MI_SUCCESS ||
	    smfi_setconn(socket_name) != MI_SUCCESS ||
	    smfi_setbacklog(1024) != MI_SUCCESS)
		return 1;
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
