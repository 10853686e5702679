/*
 * The native engine: our own canonicalization and hashes, OpenSSL's RSA and
 * Ed25519.
 */
#include "base/base64.h"
#include "base/hash.h"
#include "dkim/digest.h"
#include "dkim/engine.h"

struct engine {
	struct arena		*arena;
	const struct header	*header;
	uint64_t		*name_hashes;	/* of the fields, or NULL */
	bool			*taken;		/* by the signature at hand */
	struct dkim_bodies	*bodies;
	bool			 shared;	/* the bodies are another's */
	struct buf		 text;		/* canonical header */
};

static void *
engine_start(struct arena *arena, const struct header *header,
    struct dkim_job **jobs, size_t count, struct dkim_bodies *shared)
{
	struct engine *engine = arena_alloc(arena, sizeof(*engine));

	engine->arena = arena;
	engine->header = header;
	engine->shared = shared != NULL;
	engine->bodies = shared != NULL ? shared : dkim_bodies_new(arena);
	buf_init(&engine->text, arena, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct dkim_parsed *parsed = &jobs[i]->parsed;

		jobs[i]->state = dkim_bodies_add(engine->bodies,
		    parsed->body_form, parsed->limited ? parsed->limit :
		    UINT64_MAX);
	}
	return engine;
}

static bool
engine_body(void *ctx, struct str piece)
{
	struct engine *engine = ctx;

	return !engine->shared && dkim_bodies_feed(engine->bodies, piece);
}

static void
engine_end(void *ctx)
{
	struct engine *engine = ctx;

	if (!engine->shared)
		dkim_bodies_end(engine->bodies);
}

/* ---- the header ---- */

static void
index_names(struct engine *engine)
{
	size_t count = engine->header->fields.count;

	if (engine->name_hashes != NULL)
		return;
	engine->name_hashes = arena_alloc(engine->arena,
	    count * sizeof(*engine->name_hashes));
	engine->taken = arena_alloc(engine->arena,
	    count * sizeof(*engine->taken));
	for (size_t i = 0; i < count; i++)
		engine->name_hashes[i] = hash_nocase(
		    str_trim(engine->header->fields.at[i].name));
}

/* RFC 6376 section 5.4.2: a name takes the lowest field that is left. */
static const struct header_field *
take_field(struct engine *engine, struct str name)
{
	uint64_t hash = hash_nocase(name);

	for (size_t i = engine->header->fields.count; i-- > 0;) {
		const struct header_field *field =
		    &engine->header->fields.at[i];

		if (engine->name_hashes[i] != hash || engine->taken[i] ||
		    !header_is_named(field, name))
			continue;
		engine->taken[i] = true;
		return field;
	}
	return NULL;
}

/*
 * The signature's own field is no "preexisting" one that h= could name (RFC
 * 6376 section 5.4), so it is taken from the start.
 */
static void
release_all_but(struct engine *engine, const struct header_field *own)
{
	for (size_t i = 0; i < engine->header->fields.count; i++)
		engine->taken[i] = engine->header->fields.at[i].value.ptr ==
		    own->value.ptr;
}

/* RFC 6376 section 3.7: the value of b= and the last CRLF are left out. */
void
dkim_canon_own(struct buf *out, enum dkim_form form,
    const struct dkim_parsed *parsed)
{
	struct str value = parsed->field->value;
	size_t from = (size_t)(parsed->b_span.ptr - value.ptr);
	char *rest = arena_alloc(out->arena, value.len);
	size_t after = value.len - from - parsed->b_span.len;

	memcpy(rest, value.ptr, from);
	memcpy(rest + from, value.ptr + value.len - after, after);
	dkim_canon_field(out, form, parsed->field->name,
	    str_make(rest, from + after));
}

static struct str
canonical_header(struct engine *engine, const struct dkim_parsed *parsed)
{
	const struct header_field *field;

	index_names(engine);
	release_all_but(engine, parsed->field);
	engine->text.len = 0;
	for (size_t i = 0; i < parsed->name_count; i++) {
		field = take_field(engine, parsed->names[i]);
		if (field == NULL)
			continue;
		dkim_canon_field(&engine->text, parsed->header_form,
		    field->name, field->value);
		buf_addz(&engine->text, "\r\n");
	}
	dkim_canon_own(&engine->text, parsed->header_form, parsed);
	return buf_str(&engine->text);
}

/* ---- signatures ---- */

static bool
verify_rsa(const struct dkim_public *key, struct str signature,
    const unsigned char digest[DKIM_DIGEST_OCTETS])
{
	EVP_PKEY_CTX *ctx = key->rsa == NULL ? NULL :
	    EVP_PKEY_CTX_dup(key->rsa);
	bool good = ctx != NULL && EVP_PKEY_verify(ctx,
	    (const unsigned char *)signature.ptr, signature.len, digest,
	    DKIM_DIGEST_OCTETS) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* RFC 8463 section 3: Ed25519 signs the SHA-256 hash, not the data. */
static bool
verify_ed25519(const struct dkim_public *key, struct str signature,
    const unsigned char digest[DKIM_DIGEST_OCTETS])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	    EVP_DigestVerify(ctx, (const unsigned char *)signature.ptr,
	    signature.len, digest, DKIM_DIGEST_OCTETS) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

bool
dkim_job_signed(struct arena *arena, const struct dkim_job *job,
    const unsigned char *digest)
{
	struct str b;

	if (!base64_read(arena, job->parsed.b_span, &b))
		return false;
	for (size_t i = 0; i < job->key_count; i++)
		if (job->parsed.algorithm == DKIM_ED25519_SHA256 ?
		    verify_ed25519(job->keys[i], b, digest) :
		    verify_rsa(job->keys[i], b, digest))
			return true;
	return false;
}

static struct dkim_verdict
failed(const char *why)
{
	return (struct dkim_verdict){ WORD_FAIL, str_from(why) };
}

static struct dkim_verdict
engine_judge(void *ctx, struct dkim_job *job)
{
	struct engine *engine = ctx;
	const struct dkim_parsed *parsed = &job->parsed;
	const struct dkim_body_hash *body = job->state;
	unsigned char digest[DKIM_DIGEST_OCTETS];

	job->body_limited = dkim_body_hash_left_out(body);
	if (parsed->limited && dkim_body_hash_octets(body) < parsed->limit)
		return failed("l= is larger than the body");
	if (!str_eq(dkim_body_hash_value(body), parsed->bh))
		return failed("body hash differs");
	dkim_digest(canonical_header(engine, parsed), digest);
	if (!dkim_job_signed(engine->arena, job, digest))
		return failed("signature does not verify with the key");
	return (struct dkim_verdict){ WORD_PASS, STR("signature verifies") };
}

static void
engine_free(void *ctx)
{
	struct engine *engine = ctx;

	if (!engine->shared)
		dkim_bodies_free(engine->bodies);
}

const struct dkim_engine_ops dkim_native_ops = {
	.start = engine_start, .body = engine_body, .end = engine_end,
	.judge = engine_judge, .free = engine_free,
};
