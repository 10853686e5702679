#include "dkim/keycache.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/rsa.h>

#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "metrics/metrics.h"

enum { WAYS = 4, SETS = LIMIT_DKIM_CACHED_KEYS / WAYS };

struct slot {
	struct dkim_public	*key;		/* NULL: free */
	enum dkim_key_type	 type;
	char			*octets;
	size_t			 len;
	uint64_t		 used;		/* when, in uses of the table */
};

static struct {
	pthread_mutex_t	 lock;
	uint64_t	 uses;
	size_t		 count;
	struct slot	 slots[SETS][WAYS];
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct slot *
set_of(const struct dkim_key *key)
{
	return table.slots[hash_nocase(key->octets) % SETS];
}

static struct dkim_public *
find(const struct dkim_key *key)
{
	struct slot *set = set_of(key);
	struct dkim_public *found = NULL;

	pthread_mutex_lock(&table.lock);
	for (int i = 0; i < WAYS && found == NULL; i++)
		if (set[i].key != NULL && set[i].type == key->type &&
		    str_eq(str_make(set[i].octets, set[i].len),
		    key->octets)) {
			found = set[i].key;
			found->refs++;
			set[i].used = ++table.uses;
		}
	pthread_mutex_unlock(&table.lock);
	return found;
}

static void
drop(struct slot *slot)
{
	table.count -= slot->key != NULL;
	dkim_public_unref(slot->key);
	free(slot->octets);
	*slot = (struct slot){ .key = NULL };
}

/* Two threads may store the same key; the older one goes in time. */
static void
store(const struct dkim_key *key, struct dkim_public *public)
{
	struct slot *set = set_of(key), *slot = set;

	pthread_mutex_lock(&table.lock);
	for (int i = 1; i < WAYS; i++)
		if (set[i].used < slot->used)
			slot = &set[i];
	drop(slot);
	public->refs++;
	table.count++;
	slot->key = public;
	slot->type = key->type;
	slot->len = key->octets.len;
	slot->octets = xcalloc(1, slot->len);
	memcpy(slot->octets, key->octets.ptr, slot->len);
	slot->used = ++table.uses;
	pthread_mutex_unlock(&table.lock);
}

static EVP_PKEY_CTX *
prepare_rsa(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) != 1) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static struct dkim_public *
public_new(const struct dkim_key *key, EVP_PKEY *pkey, unsigned bits)
{
	struct dkim_public *public = xcalloc(1, sizeof(*public));

	public->refs = 1;
	public->pkey = pkey;
	public->bits = bits;
	if (key->type == DKIM_KEY_RSA)
		public->rsa = prepare_rsa(pkey);
	return public;
}

void
dkim_public_unref(struct dkim_public *public)
{
	if (public == NULL || --public->refs > 0)
		return;
	EVP_PKEY_CTX_free(public->rsa);
	EVP_PKEY_free(public->pkey);
	free(public);
}

struct dkim_public *
dkim_keycache_get(const struct dkim_key *key, unsigned *bits_out,
    const char **why_out)
{
	struct dkim_public *public = find(key);
	EVP_PKEY *pkey;

	metric_count(METRIC_ID_KEY_CACHE, public == NULL, 0);
	if (public == NULL) {
		pkey = dkim_key_decode(key, bits_out, why_out);
		if (pkey == NULL)
			return NULL;
		public = public_new(key, pkey, *bits_out);
		store(key, public);
	}
	*bits_out = public->bits;
	*why_out = NULL;
	return public;
}

size_t
dkim_keycache_count(void)
{
	size_t count;

	pthread_mutex_lock(&table.lock);
	count = table.count;
	pthread_mutex_unlock(&table.lock);
	return count;
}

void
dkim_keycache_clear(void)
{
	pthread_mutex_lock(&table.lock);
	for (int i = 0; i < SETS; i++)
		for (int j = 0; j < WAYS; j++)
			drop(&table.slots[i][j]);
	pthread_mutex_unlock(&table.lock);
}
