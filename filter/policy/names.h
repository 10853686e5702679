/*
 * names - many texts, and whether one of them is meant
 *
 * One blob of all the texts in lower case, and a table of hashes that says
 * where each begins: 16 octets and the text itself, with one behind it.  A
 * look-up reads the table once and, mostly only where it succeeds, the text.
 * Letter case (ASCII) does not count.
 *
 * Ownership:	the builder is on the heap, what is built in an arena.
 * Threads:	what is built is immutable.
 */
#ifndef ASSAY_POLICY_NAMES_H
#define ASSAY_POLICY_NAMES_H

#include "base/arena.h"

struct names_slot {
	uint32_t	tag;		/* half of the hash; the rest is where
					 * the search begins */
	uint32_t	at;		/* in the blob, plus 1; 0: free */
};

struct names {
	const char		*blob;
	size_t			 blob_len, slot_count;
	struct names_slot	*slots;
};

struct names_origin {
	uint32_t	at;
	unsigned	line;
};

struct names_builder {		/* zeroed is empty */
	char			*blob;
	size_t			 blob_len, blob_size;
	struct names_origin	*origins;
	size_t			 count, size;
};

/*
 * line: where it stands, for names_build(); 0: it may be there twice.  A NUL
 * must not be in the text.
 */
void names_add(struct names_builder *builder, struct str text, unsigned line);

struct str names_last(const struct names_builder *builder);	/* added */

/*
 * The builder is empty then.  Texts that are there twice are left out: how
 * many there were, and the least of their lines.
 */
void names_build(struct names_builder *builder, struct arena *arena,
    struct names *names_out, size_t *twice_out, unsigned *line_out);

void names_abandon(struct names_builder *builder);

bool names_have(const struct names *names, struct str text);

#endif
