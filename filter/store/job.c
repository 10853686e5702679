#include "store/job.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { DIGEST_TEXT = 65 };	/* "#" and 64 hex digits */

static void
digest(struct str text, unsigned char out[EVP_MAX_MD_SIZE])
{
	unsigned int len;

	ensure(EVP_Digest(text.ptr, text.len, out, &len, EVP_sha256(),
	    NULL) == 1);
}

void
triplet_key(struct str key, char out[TRIPLET_KEY])
{
	unsigned char whole[EVP_MAX_MD_SIZE];

	digest(key, whole);
	memcpy(out, whole, TRIPLET_KEY);
}

static struct str
fitting(struct str text, size_t max, char out[DIGEST_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char whole[EVP_MAX_MD_SIZE];

	if (text.len <= max)
		return text;
	digest(text, whole);
	out[0] = '#';
	for (unsigned int i = 0; i < 32; i++) {
		out[1 + 2 * i] = hex[whole[i] >> 4];
		out[2 + 2 * i] = hex[whole[i] & 15];
	}
	return str_make(out, DIGEST_TEXT);
}

static struct str
key_of(const struct store_op *op, char out[DIGEST_TEXT])
{
	if (op->kind != STORE_GREYLIST)
		return fitting(op->key, LIMIT_STORE_KEY, out);
	triplet_key(op->key, out);
	return str_make(out, TRIPLET_KEY);
}

static struct str
append(char **at, struct str text)
{
	struct str copy = str_make(*at, text.len);

	if (text.len > 0)
		memcpy(*at, text.ptr, text.len);
	*at += text.len;
	return copy;
}

struct store_job *
job_new(const struct store_op *op)
{
	char key_digest[DIGEST_TEXT], member_digest[DIGEST_TEXT];
	struct str key = key_of(op, key_digest);
	struct str member = fitting(op->member, LIMIT_STORE_MEMBER,
	    member_digest);
	struct store_job *job = xcalloc(1, sizeof(*job) + key.len +
	    member.len);
	char *at = (char *)(job + 1);

	job->op = *op;
	job->op.key = append(&at, key);
	job->op.member = append(&at, member);
	return job;
}
