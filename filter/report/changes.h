/*
 * changes - what would have ended differently, counted by kind and rule
 *
 * One policy against another, or against what was recorded: each message (or
 * recipient) that one of the two would have treated otherwise is added, and
 * comes to stand in a group (accept -> reject) and in it under the two rules
 * that decided.  The first ones of each are kept as samples.
 *
 * Ownership:	all that is kept is copied into the arena.
 * Threads:	one at a time; parts of several threads are merged.
 */
#ifndef ASSAY_REPORT_CHANGES_H
#define ASSAY_REPORT_CHANGES_H

#include <stdio.h>

#include "event/emit.h"
#include "event/read.h"
#include "page/page.h"

enum change_of { CHANGE_OF_MESSAGE, CHANGE_OF_RCPT };

/* A message to look at. */
struct change_sample {
	struct str	time, queue_id;
	struct str	sender, rcpt;	/* domains; empty: not known; "<>" of
					 * a bounce */
};

struct change {
	enum change_of		 of;
	/* ACTION_CONTINUE: it went on past what is recorded. */
	enum action		 from, to;
	struct event_place	 from_place, to_place;
	struct change_sample	 sample;
};

struct change_rule {
	struct event_place	 from, to;	/* an empty file: no rule */
	uint64_t		 count;
	VEC(struct change_sample) samples;
};

struct change_group {
	enum change_of		 of;
	enum action		 from, to;
	uint64_t		 count;
	VEC(struct change_rule)	 rules;
};

struct changes {
	struct arena		*arena;
	size_t			 samples_max;	/* for each pair of rules */
	VEC(struct change_group) groups;
};

void changes_init(struct changes *changes, struct arena *arena,
    size_t samples_max);
void changes_add(struct changes *changes, const struct change *change);
/* What is in from comes behind what is there. */
void changes_merge(struct changes *changes, const struct changes *from);
/* The most frequent first; messages before recipients. */
void changes_sort(struct changes *changes);

/* The domain of an address, lower case not forced; empty where it has none. */
struct str change_domain(struct str address);
/* "accept"; where nothing ended it, "go on". */
const char *change_action_name(enum action action);

/* Sorted changes.  For people; as the elements of an array of JSON; as
 * sections of a page. */
void changes_print_text(FILE *out, const struct changes *changes);
void changes_print_json(struct emit *out, const struct changes *changes);
void changes_print_html(struct page *page,
    const struct changes *changes);

#endif
