/*
 * nets - many networks of one family, and whether an address is in one
 *
 * Sorted ranges that do not overlap, with every sixteenth of their starts
 * repeated in a row above, and so on: a look-up in a million reads five nodes
 * of 256 octets.  34 octets a network.
 *
 * Ownership:	the builder is on the heap, what is built in an arena.
 * Threads:	what is built is immutable.
 */
#ifndef ASSAY_POLICY_NETS_H
#define ASSAY_POLICY_NETS_H

#include "base/arena.h"
#include "base/ip.h"

enum { NETS_LEVELS_MAX = 8 };

struct nets_key {		/* an address; IPv4 has its bits on top */
	uint64_t	hi, lo;
};

struct nets {
	size_t		 levels;
	size_t		 count[NETS_LEVELS_MAX];	/* [0]: of ranges */
	struct nets_key	*from[NETS_LEVELS_MAX];
	struct nets_key	*to;				/* the last inside */
};

struct nets_range {
	struct nets_key	from, to;
	unsigned	line;
};

struct nets_builder {		/* zeroed is empty */
	struct nets_range	*ranges;
	size_t			 count, size;
};

/* line: where it stands, for nets_build(). */
void nets_add(struct nets_builder *builder, const struct ipnet *net,
    unsigned line);

/*
 * The builder is empty then.  Networks that stand inside of others are left
 * out: how many there were, and the least of their lines.
 */
void nets_build(struct nets_builder *builder, struct arena *arena,
    struct nets *nets_out, size_t *covered_out, unsigned *line_out);

void nets_abandon(struct nets_builder *builder);

bool nets_have(const struct nets *nets, const struct ip *ip);

#endif
