#include "maillog/join.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

enum { BUCKETS = 1 << 16 };	/* for LIMIT_MAILLOG_OPEN messages */

struct slot {
	struct maillog_message	 message;
	struct arena		*arena;		/* of its texts */
	struct slot		*same;		/* of its bucket */
	struct slot		*older, *newer;	/* of its list */
	uint64_t		 hash;
	size_t			 octets;
	bool			 ended;
};

struct list {
	struct slot	*oldest, *newest;
	size_t		 count;
};

struct maillog_join {
	struct arena	*arena;
	maillog_done_fn	*done;
	void		*ctx;
	struct slot	*buckets[BUCKETS];
	struct slot	*unused;
	struct list	 open, ended;
	size_t		 octets;
	uint64_t	 cut;
};

/* ---- lists: the one that was heard of last is the newest ---- */

static void
list_take_out(struct list *list, struct slot *slot)
{
	if (slot->older != NULL)
		slot->older->newer = slot->newer;
	else
		list->oldest = slot->newer;
	if (slot->newer != NULL)
		slot->newer->older = slot->older;
	else
		list->newest = slot->older;
	slot->older = slot->newer = NULL;
	list->count--;
}

static void
list_append(struct list *list, struct slot *slot)
{
	slot->older = list->newest;
	slot->newer = NULL;
	if (list->newest != NULL)
		list->newest->newer = slot;
	else
		list->oldest = slot;
	list->newest = slot;
	list->count++;
}

static struct list *
list_of(struct maillog_join *join, const struct slot *slot)
{
	return slot->ended ? &join->ended : &join->open;
}

/* ---- the table ---- */

static uint64_t
hash_of(struct str host, struct str id)
{
	char key[LIMIT_DOMAIN_OCTETS + LIMIT_MAILLOG_ID_OCTETS + 1];

	host = str_slice(host, 0, LIMIT_DOMAIN_OCTETS);
	id = str_slice(id, 0, LIMIT_MAILLOG_ID_OCTETS);
	if (host.len > 0)
		memcpy(key, host.ptr, host.len);
	key[host.len] = '\0';
	if (id.len > 0)
		memcpy(key + host.len + 1, id.ptr, id.len);
	return hash_nocase(str_make(key, host.len + id.len + 1));
}

/* instance empty: of any. */
static struct slot *
find(struct maillog_join *join, uint64_t hash, struct str host,
    struct str instance, struct str id)
{
	struct slot *slot = join->buckets[hash % BUCKETS];

	while (slot != NULL && (slot->hash != hash ||
	    !str_eq(slot->message.queue_id, id) ||
	    !str_eq_nocase(slot->message.host, host) ||
	    (instance.len > 0 && slot->message.instance.len > 0 &&
	    !str_eq(slot->message.instance, instance))))
		slot = slot->same;
	return slot;
}

static void
hand_on(struct maillog_join *join, struct slot *slot)
{
	struct slot **at = &join->buckets[slot->hash % BUCKETS];

	join->done(join->ctx, &slot->message);
	while (*at != slot)
		at = &(*at)->same;
	*at = slot->same;
	list_take_out(list_of(join, slot), slot);
	join->octets -= slot->octets;
	arena_reset(slot->arena);
	slot->same = join->unused;
	join->unused = slot;
}

static void
cut_oldest(struct maillog_join *join)
{
	hand_on(join, join->open.oldest);
	join->cut++;
}

static void
make_room(struct maillog_join *join)
{
	while (join->ended.count > LIMIT_MAILLOG_ENDED ||
	    (join->ended.count > 0 &&
	    join->octets > LIMIT_MAILLOG_OPEN_OCTETS))
		hand_on(join, join->ended.oldest);
	while (join->open.count > 0 &&
	    join->octets > LIMIT_MAILLOG_OPEN_OCTETS)
		cut_oldest(join);
}

static struct slot *
add(struct maillog_join *join, uint64_t hash, const struct maillog_line *line,
    struct str id)
{
	struct slot *slot;
	struct arena *arena;

	while (join->open.count >= LIMIT_MAILLOG_OPEN)
		cut_oldest(join);
	slot = join->unused;
	if (slot != NULL)
		join->unused = slot->same;
	else
		slot = arena_alloc(join->arena, sizeof(*slot));
	arena = slot->arena == NULL ? arena_new() : slot->arena;
	*slot = (struct slot){ .arena = arena, .hash = hash,
	    .same = join->buckets[hash % BUCKETS] };
	maillog_message_init(&slot->message, arena, line, id);
	join->buckets[hash % BUCKETS] = slot;
	list_append(&join->open, slot);
	return slot;
}

static void
end_message(struct maillog_join *join, struct slot *slot)
{
	if (slot->ended)
		return;
	list_take_out(&join->open, slot);
	slot->ended = true;
	list_append(&join->ended, slot);
}

/* ---- a line ---- */

/* By the first of its queue ids here: it may pass several filters. */
static void
comes_from(struct slot *slot, const struct slot *origin)
{
	maillog_message_keep(&slot->message, &slot->message.before,
	    origin->message.before.len > 0 ? origin->message.before :
	    origin->message.queue_id, LIMIT_MAILLOG_ID_OCTETS);
}

/* What a filter or the queue manager says of where it comes from. */
static void
take_origin(struct maillog_join *join, struct slot *slot,
    const struct maillog_entry *entry)
{
	struct str host = slot->message.host;
	struct slot *origin = find(join, hash_of(host, entry->other_id), host,
	    STR_NONE, entry->other_id);

	if (origin == NULL || origin == slot)
		return;
	origin->message.goes_on = true;
	comes_from(slot, origin);
}

/* It goes on here under another queue id, which the log has seen. */
static bool
passes_on(struct maillog_join *join, const struct slot *slot,
    const struct maillog_entry *entry)
{
	struct str host = slot->message.host;
	struct slot *next;

	if (entry->kind != MAILLOG_TRIED || entry->status != MAILLOG_SENT)
		return false;
	/* A filter need not say under which id. */
	if (entry->other_id.len == 0)
		return entry->remote && entry->inside &&
		    slot->message.goes_on;
	next = find(join, hash_of(host, entry->other_id), host, STR_NONE,
	    entry->other_id);
	if (next == NULL || next == slot)
		return false;
	comes_from(next, slot);
	return true;
}

/* The message that our MTA wrote about this one. */
static void
take_notice(struct maillog_join *join, const struct slot *slot,
    const struct maillog_line *line, const struct maillog_entry *entry)
{
	uint64_t hash = hash_of(line->host, entry->other_id);
	struct slot *notice = find(join, hash, line->host, line->instance,
	    entry->other_id);

	if (notice == slot)
		return;
	if (notice == NULL)
		notice = add(join, hash, line, entry->other_id);
	notice->message.is_notice = true;
	notice->message.notice = entry->notice;
	maillog_message_keep(&notice->message, &notice->message.about,
	    slot->message.queue_id, LIMIT_MAILLOG_ID_OCTETS);
}

static void
touch(struct maillog_join *join, struct slot *slot, int64_t time_us)
{
	struct list *list = list_of(join, slot);

	/* A clock may be set back. */
	if (time_us > slot->message.last_us)
		slot->message.last_us = time_us;
	if (time_us < slot->message.first_us)
		slot->message.first_us = time_us;
	if (!slot->ended && list->newest != slot) {
		list_take_out(list, slot);
		list_append(list, slot);
	}
}

static void
count_octets(struct maillog_join *join, struct slot *slot)
{
	size_t octets = sizeof(*slot) + arena_used(slot->arena);

	join->octets += octets - slot->octets;
	slot->octets = octets;
}

void
maillog_join_take(struct maillog_join *join, const struct maillog_line *line,
    const struct maillog_entry *entry)
{
	struct slot *slot;
	uint64_t hash;

	if (entry->queue_id.len == 0 || entry->kind == MAILLOG_UNKNOWN ||
	    entry->kind == MAILLOG_NOTHING || entry->kind == MAILLOG_REFUSAL)
		return;
	hash = hash_of(line->host, entry->queue_id);
	slot = find(join, hash, line->host, line->instance, entry->queue_id);
	if (slot != NULL && maillog_message_is_other(&slot->message,
	    slot->ended, entry)) {
		hand_on(join, slot);
		slot = NULL;
	}
	/* The beginning is in an older log, maybe. */
	if (slot == NULL)
		slot = add(join, hash, line, entry->queue_id);
	touch(join, slot, line->time_us);
	maillog_message_take(&slot->message, line->time_us, entry,
	    passes_on(join, slot, entry));
	if (maillog_message_ended(&slot->message))
		end_message(join, slot);
	if (entry->kind == MAILLOG_NOTICE)
		take_notice(join, slot, line, entry);
	else if (entry->kind == MAILLOG_BEGIN && entry->other_id.len > 0)
		take_origin(join, slot, entry);
	count_octets(join, slot);
	make_room(join);
}

/* ---- from the beginning to the end ---- */

struct maillog_join *
maillog_join_new(maillog_done_fn *done, void *ctx)
{
	struct arena *arena = arena_new();
	struct maillog_join *join = arena_alloc(arena, sizeof(*join));

	join->arena = arena;
	join->done = done;
	join->ctx = ctx;
	return join;
}

void
maillog_join_end(struct maillog_join *join)
{
	while (join->ended.count > 0)
		hand_on(join, join->ended.oldest);
	while (join->open.count > 0)
		hand_on(join, join->open.oldest);
}

void
maillog_join_free(struct maillog_join *join)
{
	if (join == NULL)
		return;
	for (struct slot *list[] = { join->open.oldest, join->ended.oldest,
	    join->unused }, **at = list; at < list + 3; at++)
		for (struct slot *slot = *at; slot != NULL; slot = at ==
		    list + 2 ? slot->same : slot->newer)
			arena_free(slot->arena);
	arena_free(join->arena);
}

uint64_t
maillog_join_cut(const struct maillog_join *join)
{
	return join->cut;
}
