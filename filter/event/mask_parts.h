/*
 * mask_parts - what a mask is made of
 *
 * For mask.c, which knows what of a message is hidden, and mask_text.c, which
 * finds it in texts.
 */
#ifndef ASSAY_EVENT_MASK_PARTS_H
#define ASSAY_EVENT_MASK_PARTS_H

#include "event/mask.h"

enum { MASK_SENDERS = 6, MASK_NEEDLES = 8 };

/* What is hidden wherever it stands. */
struct mask_needle {
	struct str	text, instead;
};

struct mask {
	struct arena		*arena;
	const struct privacy	*privacy;
	const struct str	*rcpts;
	size_t			 rcpt_count;
	struct str		 senders[MASK_SENDERS];
	size_t			 sender_count;
	struct mask_needle	 needles[MASK_NEEDLES];
	size_t			 needle_count;
};

/* Any of these, of enum privacy_bit. */
static inline bool
mask_hides(const struct mask *mask, unsigned bits)
{
	return (mask->privacy->bits & bits) != 0;
}

#endif
