/*
 * xml - a DMARC aggregate report as XML (RFC 9990 section 3.1.1, appendix A)
 *
 * The namespace of version 2.0, elements in the order of the RFC's tables.
 * Each function appends to a buffer: the head once, each record, the end.
 *
 * Hostile:	all texts; they are escaped, and are XML's characters already
 *		(row.h), but those of the head, where others become "?".
 */
#ifndef ASSAY_REPORTING_XML_H
#define ASSAY_REPORTING_XML_H

#include "base/buf.h"
#include "dmarc/dmarc.h"
#include "reporting/row.h"

/* One character of UTF-8: may a document have it?  Not controls, U+FFFE and
 * U+FFFF. */
bool xml_has(struct str character);

struct xml_head {
	struct str	 org_name, email, contact;	/* empty: no contact */
	struct str	 report_id;
	int64_t		 begin, end;	/* Unix time */
	struct str	 error;		/* empty: nothing was wrong */
	const char	*generator;
	struct str	 domain;	/* whose policy it is */
	const struct dmarc_record *record;
};

void xml_head(struct buf *out, const struct xml_head *head);
void xml_record(struct buf *out, const struct row *row, uint64_t count);
void xml_end(struct buf *out);

#endif
