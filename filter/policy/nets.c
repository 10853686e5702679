#include "policy/nets.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

enum { FANOUT = 16 };

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

static bool
above(struct nets_key a, struct nets_key b)
{
	return a.hi != b.hi ? a.hi > b.hi : a.lo > b.lo;
}

/* The mask of the host's part that is in this half of a key. */
static uint64_t
host_mask(unsigned bits)
{
	return bits >= 64 ? 0 : UINT64_MAX >> bits;
}

void
nets_add(struct nets_builder *builder, const struct ipnet *net, unsigned line)
{
	struct nets_key key = key_of(&net->ip);
	uint64_t hi = host_mask(net->bits);
	uint64_t lo = host_mask(net->bits > 64 ? net->bits - 64 : 0);

	if (builder->count == builder->size) {
		builder->size = builder->size * 2 + 16;
		builder->ranges = xrealloc(builder->ranges,
		    builder->size * sizeof(*builder->ranges));
	}
	builder->ranges[builder->count++] = (struct nets_range){
		.from = { key.hi & ~hi, key.lo & ~lo },
		.to = { key.hi | hi, key.lo | lo }, .line = line };
}

/* Of two that begin together the wider first, then in the text's order. */
static int
by_start(const void *a, const void *b)
{
	const struct nets_range *x = a, *y = b;

	if (above(x->from, y->from) || above(y->from, x->from))
		return above(x->from, y->from) ? 1 : -1;
	if (above(x->to, y->to) || above(y->to, x->to))
		return above(x->to, y->to) ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* Networks lie inside of one another or apart, never across. */
static size_t
drop_covered(struct nets_range *ranges, size_t count, size_t *covered_out,
    unsigned *line_out)
{
	size_t kept = 0;

	*covered_out = 0;
	*line_out = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || above(ranges[i].from, ranges[kept - 1].to)) {
			ranges[kept++] = ranges[i];
			continue;
		}
		if (++*covered_out == 1 || ranges[i].line < *line_out)
			*line_out = ranges[i].line;
	}
	return kept;
}

static void
add_levels(struct nets *nets, struct arena *arena)
{
	size_t level = 0;

	while (nets->count[level] > FANOUT) {
		size_t count = (nets->count[level] + FANOUT - 1) / FANOUT;
		struct nets_key *from = arena_alloc(arena,
		    count * sizeof(*from));

		for (size_t i = 0; i < count; i++)
			from[i] = nets->from[level][i * FANOUT];
		ensure(++level < NETS_LEVELS_MAX);
		nets->count[level] = count;
		nets->from[level] = from;
	}
	nets->levels = level + 1;
}

void
nets_abandon(struct nets_builder *builder)
{
	free(builder->ranges);
	*builder = (struct nets_builder){ 0 };
}

void
nets_build(struct nets_builder *builder, struct arena *arena,
    struct nets *out, size_t *covered_out, unsigned *line_out)
{
	size_t count;

	if (builder->count > 0)
		qsort(builder->ranges, builder->count,
		    sizeof(*builder->ranges), by_start);
	count = drop_covered(builder->ranges, builder->count, covered_out,
	    line_out);
	*out = (struct nets){ .count[0] = count };
	out->from[0] = arena_alloc(arena, count * sizeof(*out->from[0]));
	out->to = arena_alloc(arena, count * sizeof(*out->to));
	for (size_t i = 0; i < count; i++) {
		out->from[0][i] = builder->ranges[i].from;
		out->to[i] = builder->ranges[i].to;
	}
	add_levels(out, arena);
	nets_abandon(builder);
}

/* How many of a node's keys are not above: all of them are looked at. */
static size_t
rank(const struct nets_key *node, size_t count, struct nets_key key)
{
	size_t below = 0;

	for (size_t i = 0; i < count; i++)
		below += !above(node[i], key);
	return below;
}

bool
nets_have(const struct nets *nets, const struct ip *ip)
{
	struct nets_key key = key_of(ip);
	size_t at = 0;

	for (size_t level = nets->levels; level-- > 0;) {
		size_t first = at * FANOUT, left = nets->count[level] - first;
		size_t below = rank(nets->from[level] + first,
		    left < FANOUT ? left : FANOUT, key);

		if (below == 0)		/* before the first of all */
			return false;
		at = first + below - 1;
	}
	return !above(key, nets->to[at]);
}
