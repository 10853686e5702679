/*
 * pack - the planned reports as gzip'ed XML (RFC 1952), one behind the other
 * in a scratch file
 *
 * The same events give the same octets.
 *
 * Errors:	pack_word, or false; and errno: a disk.
 */
#ifndef ASSAY_REPORTING_PACK_H
#define ASSAY_REPORTING_PACK_H

#include <stdio.h>

#include "base/buf.h"
#include "reporting/plan.h"

/* Who reports, of when. */
struct pack_head {
	struct str	 org_name, email, contact;	/* contact or empty */
	struct str	 receiver;	/* our domain name */
	const char	*generator;
	int64_t		 begin, end;	/* Unix time; end is not in */
};

/* RFC 9990 section 3.5.1: always the same for a domain and a time, so that who
 * gets a report twice can tell. */
struct str pack_report_id(struct arena *arena, const struct pack_head *head,
    struct str domain);
/* Section 3.5.2; without the ".gz".  unique_id: of a part (parts.h), or
 * empty. */
struct str pack_file_name(struct arena *arena, const struct pack_head *head,
    struct str domain, struct str unique_id);

/* Append what a report begins with, before its records. */
void pack_begin(struct buf *out, const struct pack_head *head,
    const struct plan *plan, struct str report_id);

/* What could not be written or read; errno says why. */
enum pack_word { PACK_DONE, PACK_SCRATCH, PACK_DIRECTORY };

/* All plans that are wanted; into gets offset and octets of each.  directory,
 * or NULL: there they are written as XML, too. */
enum pack_word pack_all(struct rollup *rollup, struct plans *plans,
    const struct pack_head *head, FILE *into, const char *directory);

/* One of them, in the arena. */
bool pack_read(FILE *from, const struct plan *plan, struct arena *arena,
    struct str *out);

#endif
