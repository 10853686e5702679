/*
 * parts - a report that is too large for an address, as several that are not
 *
 * RFC 9990 wants one policy domain and one policy in a report (section 3.1),
 * and lets several be of one domain and time: the file name has a unique-id to
 * tell them apart (section 3.5.2), which must be the Report-ID itself (section
 * 3.1.4), and no two reports to a domain have the same Report-ID (section
 * 3.5.1).  So each record is in one part, whoever adds the parts up has the
 * whole, and a part that comes twice can be told.  That a record's "!10m" may
 * be ignored (RFC 9989 section 4.8) leaves it to us to obey.
 *
 * The same report, limit and count of parts give the same octets and ids.
 *
 * Ownership:	the arena's.
 */
#ifndef ASSAY_REPORTING_PARTS_H
#define ASSAY_REPORTING_PARTS_H

#include "base/limits.h"
#include "reporting/pack.h"

struct report_part {
	struct str	 id;		/* Report-ID and unique-id */
	struct str	 octets;	/* gzip'ed XML */
	uint64_t	 rows, messages;
};

struct parts {
	size_t		 count;
	struct report_part at[LIMIT_REPORT_PARTS];
};

/*
 * packed: as of pack_read().  No part has more than limit octets, unless count
 * says how many parts there are; 0: as few as will do.  False: so many parts as
 * that takes are too many, or there are not so many rows.
 */
bool parts_make(struct arena *arena, const struct pack_head *head,
    const struct plan *plan, struct str packed, uint64_t limit, size_t count,
    struct parts *parts_out);

#endif
