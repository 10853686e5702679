/*
 * list_parts - what a list and its builder are made of
 *
 * For list.c, which builds and looks up, and list_add.c, which reads entries.
 */
#ifndef ASSAY_POLICY_LIST_PARTS_H
#define ASSAY_POLICY_LIST_PARTS_H

#include "base/vec.h"
#include "policy/list.h"
#include "policy/names.h"
#include "policy/nets.h"

enum list_family { LIST_V4, LIST_V6, LIST_FAMILIES };

struct list {
	unsigned		 kinds;
	size_t			 count;
	uint64_t		 depths;	/* bit n: a subdomain entry
						 * with n labels; 63: more */
	struct nets		 nets[LIST_FAMILIES];
	struct names		 names;
	const struct regex	**regexes;
	size_t			 regex_count;
};

/* On the heap; of the list all but nets and names is made as entries come. */
struct list_builder {
	struct arena		*arena, *scratch;
	struct regex_pool	*pool;
	struct list		 list;
	struct nets_builder	 nets[LIST_FAMILIES];
	struct names_builder	 names;
	VEC(const struct regex *) regexes;
	const struct source	*source;	/* of all entries */
};

#endif
