#include "policy/nets.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { NODE = 16 };

static struct nets_key
key_of(const struct ip *ip)
{
	struct nets_key key = { 0, 0 };
	size_t octets = ip_width(ip) / 8;

	memcpy(&key.hi, ip->bytes, octets < 8 ? octets : 8);
	if (octets == 16)
		memcpy(&key.lo, ip->bytes + 8, 8);
	return (struct nets_key){ be64toh(key.hi), be64toh(key.lo) };
}

/* The bits of a key that the network does not say. */
static struct nets_key
host_mask(unsigned bits)
{
	if (bits >= 64)
		return (struct nets_key){ 0, bits == 128 ? 0 :
		    UINT64_MAX >> (bits - 64) };
	return (struct nets_key){ UINT64_MAX >> bits, UINT64_MAX };
}

static bool
is_inside(struct nets_key from, unsigned bits, struct nets_key key)
{
	struct nets_key mask = host_mask(bits);

	return (key.hi & ~mask.hi) == from.hi &&
	    (key.lo & ~mask.lo) == from.lo;
}

void
nets_add(struct nets_builder *builder, const struct ipnet *net, unsigned line)
{
	struct nets_key key = key_of(&net->ip), mask = host_mask(net->bits);

	if (builder->count == builder->size) {
		builder->size = builder->size * 2 + 16;
		builder->entries = xrealloc(builder->entries,
		    builder->size * sizeof(*builder->entries));
	}
	builder->entries[builder->count++] = (struct nets_entry){
		.from = { key.hi & ~mask.hi, key.lo & ~mask.lo },
		.bits = (uint8_t)net->bits, .line = line };
}

/* Of two that begin together the wider first, then in the text's order. */
static int
by_start(const void *a, const void *b)
{
	const struct nets_entry *x = a, *y = b;

	if (x->from.hi != y->from.hi)
		return x->from.hi < y->from.hi ? -1 : 1;
	if (x->from.lo != y->from.lo)
		return x->from.lo < y->from.lo ? -1 : 1;
	if (x->bits != y->bits)
		return x->bits < y->bits ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* Networks lie inside of one another or apart, never across. */
static size_t
drop_covered(struct nets_entry *entries, size_t count, size_t *covered_out,
    unsigned *line_out)
{
	size_t kept = 0;

	*covered_out = 0;
	*line_out = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !is_inside(entries[kept - 1].from,
		    entries[kept - 1].bits, entries[i].from)) {
			entries[kept++] = entries[i];
			continue;
		}
		if (++*covered_out == 1 || entries[i].line < *line_out)
			*line_out = entries[i].line;
	}
	return kept;
}

static struct nets_key
key_at(const struct nets *nets, const struct nets_level *level, size_t i)
{
	const uint64_t *hi = level->nodes + i / NODE * nets->stride + i % NODE;

	return (struct nets_key){ hi[0], nets->stride > NODE ? hi[NODE] : 0 };
}

static void
set_key(struct nets *nets, struct nets_level *level, size_t i,
    struct nets_key key)
{
	uint64_t *hi = level->nodes + i / NODE * nets->stride + i % NODE;

	hi[0] = key.hi;
	if (nets->stride > NODE)
		hi[NODE] = key.lo;
}

/*
 * What fills the last node up is as large as a key can be: a search must not
 * go on there, and nets_have() sees to it for that one key itself.
 */
static struct nets_level *
add_level(struct nets *nets, struct arena *arena, size_t count)
{
	struct nets_level *level = &nets->level[nets->levels];
	size_t nodes = (count + NODE - 1) / NODE;

	ensure(nets->levels++ < NETS_LEVELS_MAX);
	level->count = count;
	level->nodes = arena_alloc(arena, nodes * nets->stride *
	    sizeof(*level->nodes));
	for (size_t i = count; i < nodes * NODE; i++)
		set_key(nets, level, i, (struct nets_key){ UINT64_MAX,
		    UINT64_MAX });
	return level;
}

static void
add_levels(struct nets *nets, struct arena *arena)
{
	struct nets_level *below = &nets->level[0], *level;

	for (; below->count > NODE; below = level) {
		level = add_level(nets, arena,
		    (below->count + NODE - 1) / NODE);
		for (size_t i = 0; i < level->count; i++)
			set_key(nets, level, i, key_at(nets, below, i * NODE));
	}
}

static bool
any_lo(const struct nets_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (entries[i].from.lo != 0)
			return true;
	return false;
}

void
nets_build(struct nets_builder *builder, struct arena *arena,
    struct nets *out, size_t *covered_out, unsigned *line_out)
{
	const struct nets_entry *entries = builder->entries;
	struct nets_level *all;
	size_t count;

	if (builder->count > 0)
		qsort(builder->entries, builder->count, sizeof(*entries),
		    by_start);
	count = drop_covered(builder->entries, builder->count, covered_out,
	    line_out);
	*out = (struct nets){ .stride = any_lo(entries, count) ? 2 * NODE :
	    NODE, .bits = arena_alloc(arena, count) };
	all = add_level(out, arena, count);
	for (size_t i = 0; i < count; i++) {
		set_key(out, all, i, entries[i].from);
		out->bits[i] = entries[i].bits;
	}
	add_levels(out, arena);
	nets_abandon(builder);
}

void
nets_abandon(struct nets_builder *builder)
{
	free(builder->entries);
	*builder = (struct nets_builder){ 0 };
}

/*
 * How many of a node's keys are not above: all sixteen are looked at, without
 * a branch, for which way one would go nobody can foretell.
 */
static size_t
rank(const uint64_t *node, bool with_lo, struct nets_key key)
{
	size_t less = 0, same = 0;

	for (size_t i = 0; i < NODE; i++) {
		less += node[i] < key.hi;
		same += node[i] == key.hi;
	}
	if (!with_lo)
		return less + same;
	for (; same > 0 && node[NODE + less] <= key.lo; same--)
		less++;
	return less;
}

bool
nets_have(const struct nets *nets, const struct ip *ip)
{
	struct nets_key key = key_of(ip);
	size_t at = 0;

	if (nets->level[0].count == 0)
		return false;
	for (size_t n = nets->levels; n-- > 0;) {
		const struct nets_level *level = &nets->level[n];
		size_t below = rank(level->nodes + at * nets->stride,
		    nets->stride > NODE, key);

		if (below == 0)		/* before the first of all */
			return false;
		at = at * NODE + below - 1;
		if (at >= level->count)
			at = level->count - 1;
	}
	return is_inside(key_at(nets, &nets->level[0], at), nets->bits[at],
	    key);
}
