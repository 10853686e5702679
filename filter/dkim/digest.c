#include "dkim/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

#include "base/ensure.h"

enum { FORMS = 2 };

struct dkim_body_hash {
	struct dkim_body_hash	*next;		/* of the same form */
	uint64_t		 limit, octets;
	bool			 left_out;
	EVP_MD_CTX		*ctx;
	unsigned char		 value[DKIM_DIGEST_OCTETS];
};

struct dkim_bodies {
	struct arena		*arena;
	struct dkim_canon	 canons[FORMS];
	struct dkim_body_hash	*hashes[FORMS];
};

/* Looking an algorithm up by name costs more than hashing a short message. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void
sha256_fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	ensure(sha256 != NULL);
}

static void
hash_octets(void *ctx, struct str octets)
{
	for (struct dkim_body_hash *hash = ctx; hash != NULL;
	    hash = hash->next) {
		uint64_t room = hash->limit - hash->octets;
		size_t take = octets.len < room ? octets.len : (size_t)room;

		hash->left_out = hash->left_out || take < octets.len;
		hash->octets += take;
		if (take > 0)
			EVP_DigestUpdate(hash->ctx, octets.ptr, take);
	}
}

struct dkim_bodies *
dkim_bodies_new(struct arena *arena)
{
	struct dkim_bodies *bodies = arena_alloc(arena, sizeof(*bodies));

	pthread_once(&sha256_once, sha256_fetch);
	bodies->arena = arena;
	return bodies;
}

void
dkim_bodies_free(struct dkim_bodies *bodies)
{
	for (int form = 0; form < FORMS; form++)
		for (struct dkim_body_hash *hash = bodies->hashes[form];
		    hash != NULL; hash = hash->next) {
			EVP_MD_CTX_free(hash->ctx);
			hash->ctx = NULL;
		}
}

struct dkim_body_hash *
dkim_bodies_add(struct dkim_bodies *bodies, enum dkim_form form,
    uint64_t limit)
{
	struct dkim_body_hash *hash;

	for (hash = bodies->hashes[form]; hash != NULL; hash = hash->next)
		if (hash->limit == limit)
			return hash;
	hash = arena_alloc(bodies->arena, sizeof(*hash));
	hash->limit = limit;
	hash->ctx = EVP_MD_CTX_new();
	ensure(hash->ctx != NULL &&
	    EVP_DigestInit_ex2(hash->ctx, sha256, NULL) == 1);
	hash->next = bodies->hashes[form];
	bodies->hashes[form] = hash;
	dkim_canon_init(&bodies->canons[form], form, hash_octets, hash);
	return hash;
}

/* One octet past the limit is looked for, to know that there is one. */
static bool
is_hungry(const struct dkim_body_hash *hash)
{
	for (; hash != NULL; hash = hash->next)
		if (!hash->left_out)
			return true;
	return false;
}

bool
dkim_bodies_feed(struct dkim_bodies *bodies, struct str piece)
{
	bool hungry = false;

	for (int form = 0; form < FORMS; form++) {
		if (!is_hungry(bodies->hashes[form]))
			continue;
		dkim_canon_feed(&bodies->canons[form], piece);
		hungry = hungry || is_hungry(bodies->hashes[form]);
	}
	return hungry;
}

void
dkim_bodies_end(struct dkim_bodies *bodies)
{
	for (int form = 0; form < FORMS; form++) {
		struct dkim_body_hash *hash = bodies->hashes[form];

		if (hash != NULL)
			dkim_canon_end(&bodies->canons[form]);
		for (; hash != NULL; hash = hash->next)
			EVP_DigestFinal_ex(hash->ctx, hash->value, NULL);
	}
}

struct str
dkim_body_hash_value(const struct dkim_body_hash *hash)
{
	return str_make(hash->value, sizeof(hash->value));
}

uint64_t
dkim_body_hash_octets(const struct dkim_body_hash *hash)
{
	return hash->octets;
}

bool
dkim_body_hash_left_out(const struct dkim_body_hash *hash)
{
	return hash->left_out;
}

void
dkim_digest(struct str octets, unsigned char out[DKIM_DIGEST_OCTETS])
{
	pthread_once(&sha256_once, sha256_fetch);
	ensure(EVP_Digest(octets.ptr, octets.len, out, NULL, sha256, NULL)
	    == 1);
}

static void
digest_add(EVP_MD_CTX *ctx, struct str text)
{
	ensure(EVP_DigestUpdate(ctx, text.ptr, text.len) == 1);
}

void
dkim_digest_chain(struct dkim_link *links, size_t count)
{
	EVP_MD_CTX *before = EVP_MD_CTX_new(), *here = EVP_MD_CTX_new();

	pthread_once(&sha256_once, sha256_fetch);
	ensure(before != NULL && here != NULL &&
	    EVP_DigestInit_ex(before, sha256, NULL) == 1);
	for (size_t i = 0; i < count; i++) {
		ensure(EVP_MD_CTX_copy_ex(here, before) == 1);
		digest_add(here, links[i].proof);
		ensure(EVP_DigestFinal_ex(here, links[i].digest, NULL) == 1);
		digest_add(before, links[i].whole);
	}
	EVP_MD_CTX_free(here);
	EVP_MD_CTX_free(before);
}
