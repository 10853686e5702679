#include "maillog/senders.h"

#include "base/limits.h"

enum { ROOM_FIRST = 1024 };

struct outcome_senders {
	struct arena	*arena;
	uint64_t	*slots;		/* 0: free */
	size_t		 room, count;
	bool		 full;
};

struct outcome_senders *
outcome_senders_new(struct arena *arena)
{
	struct outcome_senders *senders = arena_alloc(arena,
	    sizeof(*senders));

	senders->arena = arena;
	senders->room = ROOM_FIRST;
	senders->slots = arena_alloc(arena, ROOM_FIRST *
	    sizeof(*senders->slots));
	return senders;
}

static uint64_t *
place_of(const struct outcome_senders *senders, uint64_t hash)
{
	size_t at = hash & (senders->room - 1);

	while (senders->slots[at] != 0 && senders->slots[at] != hash)
		at = (at + 1) & (senders->room - 1);
	return &senders->slots[at];
}

/* The old arrays stay in the arena: as much again in all. */
static void
widen(struct outcome_senders *senders)
{
	uint64_t *old = senders->slots;
	size_t room = senders->room;

	senders->room = room * 2;
	senders->slots = arena_alloc(senders->arena, senders->room *
	    sizeof(*senders->slots));
	for (size_t i = 0; i < room; i++)
		if (old[i] != 0)
			*place_of(senders, old[i]) = old[i];
}

void
outcome_senders_add(struct outcome_senders *senders, uint64_t hash)
{
	uint64_t *place;

	hash += hash == 0;
	place = place_of(senders, hash);
	if (*place != 0)
		return;
	if (senders->count == LIMIT_MAILLOG_SENDERS) {
		senders->full = true;
		return;
	}
	*place = hash;
	if (++senders->count * 2 > senders->room)
		widen(senders);
}

bool
outcome_senders_has(const struct outcome_senders *senders, uint64_t hash)
{
	return senders->full || *place_of(senders, hash + (hash == 0)) != 0;
}
