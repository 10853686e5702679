/*
 * near - do two texts differ by one slip of the hand?
 */
#ifndef ASSAY_MAIL_NEAR_H
#define ASSAY_MAIL_NEAR_H

#include "base/str.h"

/*
 * Both in UTF-8.  One character more, less or other, or two neighbours in each
 * other's place.  Equal texts are not near.
 */
bool near_is(struct str a, struct str b);

#endif
