/*
 * nets - many networks of one family, and whether an address is in one
 *
 * Sorted, and none inside of another, with every sixteenth repeated in a row
 * above, and so on: a look-up in a million reads five nodes of sixteen.  9.6
 * octets a network; 18 where any of them says more than 64 bits.
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

/*
 * First addresses, in nodes of sixteen: the high halves, then, where not all
 * of them are 0, the low ones.
 */
struct nets_level {
	size_t		 count;
	uint64_t	*nodes;
};

struct nets {
	size_t			 levels, stride;	/* of a node */
	struct nets_level	 level[NETS_LEVELS_MAX];
	uint8_t			*bits;		/* of each in level 0 */
};

struct nets_entry {
	struct nets_key	from;
	uint8_t		bits;
	unsigned	line;
};

struct nets_builder {		/* zeroed is empty */
	struct nets_entry	*entries;
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
