/*
 * idle - lines of an MTA that say nothing of what becomes of a message
 *
 * They are told apart from those that are not understood: most by how they
 * begin, some by what stands in them behind the name of a client or a table.
 * What begins with the name and address of a host and a colon is one, too
 * ("mx.example.net[192.0.2.9]:25: ...").
 *
 * Hostile:	every octet.
 */
#ifndef ASSAY_MAILLOG_IDLE_H
#define ASSAY_MAILLOG_IDLE_H

#include "base/str.h"

bool idle_postfix(struct str text);		/* without a queue id */
bool idle_postfix_with_id(struct str text);	/* what stands behind it */
bool idle_sendmail(struct str text);		/* behind it, or without */

#endif
