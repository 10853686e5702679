/*
 * fold - the lines of a field that we write (RFC 5322 section 2.2.3)
 *
 * A fold is CRLF before white space, so unfolding gives back the text; no
 * line is ever white space alone.  What has no blank is not broken.
 */
#ifndef ASSAY_MAIL_FOLD_H
#define ASSAY_MAIL_FOLD_H

#include "base/buf.h"

struct fold {
	struct buf	*out;
	size_t		 column;	/* where the next octet goes, from 0 */
	size_t		 width;		/* columns of a line */
	bool		 inked;		/* not white space alone so far */
};

/* column: what stands before on the first line, the field's name counted. */
void fold_init(struct fold *fold, struct buf *out, size_t column,
    size_t width);

/* Text, broken at its own blanks where it must be. */
void fold_text(struct fold *fold, struct str text);

/*
 * A unit that is kept together where a line can hold it, with a blank before
 * it, or a fold of CRLF and TAB where this line has no room.
 */
void fold_unit(struct fold *fold, struct str unit);

#endif
