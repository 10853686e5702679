#include "signing/keyring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "signing/keydir.h"

enum { WAYS = 4, SETS = LIMIT_SIGNING_CACHED / WAYS };

/* A key, what was wrong with it, or the active selectors of a directory. */
struct slot {
	char			*name;		/* NULL: free */
	size_t			 name_len;
	struct dkim_private	*key;
	char			*text;		/* why, or selectors */
	size_t			 text_len;
	uint64_t		 until_ms;	/* 0: for good */
	uint64_t		 used;
};

struct keyring {
	pthread_mutex_t	 lock;
	uid_t		 signer;
	bool		 allow_readable;
	uint64_t	 (*now_ms)(void);
	uint64_t	 uses;
	struct slot	 slots[SETS][WAYS];
};

struct keyring *
keyring_new(uid_t signer, bool allow_readable, uint64_t (*now_ms)(void))
{
	struct keyring *ring = xcalloc(1, sizeof(*ring));

	ensure(pthread_mutex_init(&ring->lock, NULL) == 0);
	ring->signer = signer;
	ring->allow_readable = allow_readable;
	ring->now_ms = now_ms;
	return ring;
}

static void
drop(struct slot *slot)
{
	dkim_private_unref(slot->key);
	/* A key that stands in a table is called by its own text. */
	if (slot->name != NULL)
		explicit_bzero(slot->name, slot->name_len);
	free(slot->name);
	free(slot->text);
	*slot = (struct slot){ .name = NULL };
}

void
keyring_free(struct keyring *ring)
{
	if (ring == NULL)
		return;
	for (int i = 0; i < SETS; i++)
		for (int j = 0; j < WAYS; j++)
			drop(&ring->slots[i][j]);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

static char *
copy(struct str text)
{
	char *out = xcalloc(1, text.len + 1);

	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	return out;
}

static struct slot *
set_of(struct keyring *ring, struct str name)
{
	return ring->slots[hash_nocase(name) % SETS];
}

/* What is known of a name now: a key's reference, or a text. */
static bool
find(struct keyring *ring, struct arena *arena, struct str name,
    struct dkim_private **key_out, struct str *text_out)
{
	struct slot *set = set_of(ring, name);
	uint64_t now = ring->now_ms();
	bool found = false;

	pthread_mutex_lock(&ring->lock);
	for (int i = 0; i < WAYS && !found; i++) {
		if (set[i].name == NULL || !str_eq(name, str_make(set[i].name,
		    set[i].name_len)) ||
		    (set[i].until_ms != 0 && now >= set[i].until_ms))
			continue;
		found = true;
		set[i].used = ++ring->uses;
		*key_out = set[i].key == NULL ? NULL :
		    dkim_private_ref(set[i].key);
		*text_out = arena_copy(arena, str_make(set[i].text,
		    set[i].text_len));
	}
	pthread_mutex_unlock(&ring->lock);
	return found;
}

/* Two threads may store one name; the older slot goes in time. */
static void
store(struct keyring *ring, struct str name, struct dkim_private *key,
    struct str text, uint64_t good_ms)
{
	struct slot *set = set_of(ring, name), *slot = set;

	pthread_mutex_lock(&ring->lock);
	for (int i = 1; i < WAYS; i++)
		if (set[i].used < slot->used)
			slot = &set[i];
	for (int i = 0; i < WAYS; i++)
		if (set[i].name != NULL && str_eq(name, str_make(set[i].name,
		    set[i].name_len)))
			slot = &set[i];
	drop(slot);
	slot->name = copy(name);
	slot->name_len = name.len;
	slot->key = key == NULL ? NULL : dkim_private_ref(key);
	slot->text = copy(text);
	slot->text_len = text.len;
	slot->until_ms = key != NULL ? 0 : ring->now_ms() + good_ms;
	slot->used = ++ring->uses;
	pthread_mutex_unlock(&ring->lock);
}

struct dkim_private *
keyring_get(struct keyring *ring, struct arena *arena,
    const struct signing_key *key, struct str path, struct str *why_out)
{
	struct dkim_private *private;

	if (find(ring, arena, path, &private, why_out))
		return private;
	if (key->inlined)
		private = dkim_private_read(arena, "key in the key table",
		    path, why_out);
	else
		private = dkim_private_load_for(arena, path.ptr,
		    ring->signer, ring->allow_readable, why_out);
	if (private != NULL && why_out->len > 0)
		log_warn("%.*s", STR_ARG(*why_out));
	store(ring, path, private, private == NULL ? *why_out : STR_NONE,
	    KEYRING_RETRY_MS);
	return private;
}

/* Selectors hold neither blanks nor colons, so one text holds them all. */
static struct str
read_active(struct arena *arena, struct str directory, struct str domain,
    struct str *why_out)
{
	struct keydir keydir;
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	if (!keydir_read(arena, directory, domain, &keydir, why_out))
		return STR_NONE;
	for (size_t i = 0; i < keydir.entries.count; i++)
		if (keydir.entries.at[i].state == KEYDIR_ACTIVE)
			buf_printf(&text, "%s%.*s", text.len == 0 ? "" : " ",
			    STR_ARG(keydir.entries.at[i].selector));
	if (text.len == 0)
		*why_out = arena_printf(arena, "no active key for %.*s in "
		    "%.*s: assay key rotate", STR_ARG(domain),
		    STR_ARG(directory));
	return buf_str(&text);
}

void
keyring_active(struct keyring *ring, struct arena *arena,
    struct str directory, struct str domain,
    struct keyring_selectors *active_out, struct str *why_out)
{
	struct str name = keydir_selectors(arena, directory, domain);
	struct str text, selector;
	struct dkim_private *none;

	*active_out = (struct keyring_selectors){ 0 };
	if (!find(ring, arena, name, &none, &text)) {
		*why_out = STR_NONE;
		text = read_active(arena, directory, domain, why_out);
		if (text.len == 0)
			text = arena_printf(arena, "!%.*s",
			    STR_ARG(*why_out));
		store(ring, name, NULL, text, KEYRING_LOOK_MS);
	}
	if (text.len > 0 && text.ptr[0] == '!') {
		*why_out = str_skip(text, 1);
		return;
	}
	while (str_next(&text, ' ', &selector))
		VEC_PUSH(arena, &active_out->list, selector);
}

size_t
keyring_count(struct keyring *ring)
{
	size_t count = 0;

	pthread_mutex_lock(&ring->lock);
	for (int i = 0; i < SETS; i++)
		for (int j = 0; j < WAYS; j++)
			count += ring->slots[i][j].key != NULL;
	pthread_mutex_unlock(&ring->lock);
	return count;
}
