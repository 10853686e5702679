/*
 * zoneparse - one line of a zone file: a record, or a word to the lines below
 *
 * For zonefile.c, which goes through the file.
 */
#ifndef ASSAY_DNS_ZONEPARSE_H
#define ASSAY_DNS_ZONEPARSE_H

#include "base/diag.h"
#include "dns/zone.h"
#include "dns/zonelex.h"

struct zoneparse {
	struct arena		*scratch;	/* of one line */
	struct zone		*zone;		/* that records are added to */
	struct diag		*diag;
	const char		*file;
	/* The line at hand: */
	unsigned		 number;	/* from 1 */
	struct str		 source;
	struct zonelex_line	 words;
	size_t			 at;		/* the next word */
	/* What DELAY and SECURE said last, of all lines from here on: */
	unsigned		 delay_ms;
	bool			 secure;
};

/* The next line, without its newline.  False: a mistake, which is in diag. */
bool zoneparse_line(struct zoneparse *parser, struct str line);

#endif
