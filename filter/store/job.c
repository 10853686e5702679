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
	unsigned char whole[EVP_MAX_MD_SIZE];

	if (text.len <= max)
		return text;
	digest(text, whole);
	out[0] = '#';
	ascii_hex_write(whole, 32, out + 1);
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
job_copy(const struct store_op *op)
{
	struct store_job *job = xcalloc(1, sizeof(*job) + op->key.len +
	    op->member.len + op->content.len);
	char *at = (char *)(job + 1);

	job->op = *op;
	job->op.key = append(&at, op->key);
	job->op.member = append(&at, op->member);
	job->op.content = append(&at, op->content);
	return job;
}

struct store_job *
job_new(const struct store_op *op)
{
	char key_digest[DIGEST_TEXT], member_digest[DIGEST_TEXT];
	struct store_op fit = *op;

	fit.key = key_of(op, key_digest);
	fit.member = fitting(op->member, LIMIT_STORE_MEMBER, member_digest);
	return job_copy(&fit);
}

void
job_free(struct store_job *job)
{
	free(job->held);
	free(job);
}

void
job_take(struct store_job *job, struct str name, struct str content,
    unsigned tries)
{
	char *at;

	free(job->held);
	job->held = at = xcalloc(1, name.len + content.len + 1);
	job->answer.name = append(&at, name);
	job->answer.content = append(&at, content);
	job->answer.taken = true;
	job->answer.tries = tries;
}

bool
job_writes(const struct store_op *op)
{
	switch (op->kind) {
	case STORE_COUNT:
		return op->amount != 0;
	case STORE_STANDING:
		return op->spam != 0 || op->ham != 0;
	case STORE_TAKE:
		return false;		/* nobody would have it */
	case STORE_DISTINCT:
	case STORE_GREYLIST:
	case STORE_PUT:
	case STORE_DONE:
	case STORE_EVENT:
	case STORE_KINDS:
		break;
	}
	return true;
}
