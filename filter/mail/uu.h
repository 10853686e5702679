/*
 * uu - files in texts, as uuencode writes them (POSIX, uuencode)
 *
 *	begin 644 setup.exe
 *	M35J0``,````$````__\``+@`````...
 *
 * Told when the line after "begin" is one of its kind, so that a sentence is
 * no file.  Any pieces of a text, line ends LF or CRLF.
 */
#ifndef ASSAY_MAIL_UU_H
#define ASSAY_MAIL_UU_H

#include "base/str.h"

typedef void uu_name_fn(void *ctx, struct str name);

enum { UU_LINE_OCTETS = 320, UU_NAME_OCTETS = 255 };

struct uu {
	bool	skipping;		/* the rest of this line */
	bool	begun;			/* the last line was "begin" */
	size_t	len, name_len;
	char	line[UU_LINE_OCTETS], name[UU_NAME_OCTETS];
};

void uu_init(struct uu *uu);
void uu_read(struct uu *uu, struct str piece, uu_name_fn *tell, void *ctx);

#endif
