#include "dns/asked.h"

#include <sys/random.h>

#include "base/ensure.h"

static struct asked **
bucket_of(struct asked_table *table, unsigned id)
{
	return &table->buckets[id % ASKED_BUCKETS];
}

struct asked *
asked_find(struct asked_table *table, unsigned id)
{
	struct asked *asked = *bucket_of(table, id);

	while (asked != NULL && asked->id != id)
		asked = asked->next;
	return asked;
}

static unsigned
unused_id(struct asked_table *table)
{
	unsigned id;

	do {
		if (table->random_left == 0) {
			ensure(getrandom(table->random,
			    sizeof(table->random), 0) ==
			    (ssize_t)sizeof(table->random));
			table->random_left = ASKED_RANDOM;
		}
		id = table->random[--table->random_left];
	} while (asked_find(table, id) != NULL);
	return id;
}

static struct asked *
unused_place(struct asked_table *table)
{
	struct asked *asked = table->unused;

	if (asked != NULL) {
		table->unused = asked->next;
		return asked;
	}
	ensure(table->count < ASKED_MAX);
	return &table->at[table->count++];
}

struct asked *
asked_add(struct asked_table *table, struct flight *flight, struct line *line,
    uint64_t due)
{
	struct asked *asked = unused_place(table), **bucket;

	*asked = (struct asked){ .flight = flight, .line = line,
	    .number = ++table->number, .due = due, .id = unused_id(table),
	    .older = table->newest };
	bucket = bucket_of(table, asked->id);
	asked->next = *bucket;
	*bucket = asked;
	if (table->newest == NULL)
		table->oldest = asked;
	else
		table->newest->newer = asked;
	table->newest = asked;
	return asked;
}

struct flight *
asked_remove(struct asked_table *table, struct asked *asked)
{
	struct asked **at = bucket_of(table, asked->id);

	while (*at != asked)
		at = &(*at)->next;
	*at = asked->next;
	if (asked->older == NULL)
		table->oldest = asked->newer;
	else
		asked->older->newer = asked->newer;
	if (asked->newer == NULL)
		table->newest = asked->older;
	else
		asked->newer->older = asked->older;
	asked->number = 0;
	asked->next = table->unused;
	table->unused = asked;
	return asked->flight;
}
