#include "store/job.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { DIGEST_TEXT = 65 };	/* "#" and 64 hex digits */

static struct str
fitting(struct str text, size_t max, char out[DIGEST_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (text.len <= max)
		return text;
	ensure(EVP_Digest(text.ptr, text.len, digest, &len, EVP_sha256(),
	    NULL) == 1);
	out[0] = '#';
	for (unsigned int i = 0; i < 32; i++) {
		out[1 + 2 * i] = hex[digest[i] >> 4];
		out[2 + 2 * i] = hex[digest[i] & 15];
	}
	return str_make(out, DIGEST_TEXT);
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
	struct str key = fitting(op->key, LIMIT_STORE_KEY, key_digest);
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
