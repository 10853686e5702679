/*
 * spool_record - an op as octets, for the spool file
 *
 *	length		4 octets, of all behind the checksum
 *	checksum	4 octets: CRC-32 of all behind it
 *	kind		1 octet: enum store_kind
 *	writer		8 octets, and its number for this op, 8 octets
 *	times		5 of 8 octets: now, period, delay, window, lifetime
 *	numbers		3 of 8 octets: amount, spam, ham (IEEE 754)
 *	lengths		3 of 4 octets: key, member, content; then those
 *
 * All numbers begin with their lowest octet.
 */
#ifndef ASSAY_STORE_SPOOL_RECORD_H
#define ASSAY_STORE_SPOOL_RECORD_H

#include "base/limits.h"
#include "store/backend.h"

enum {
	SPOOL_RECORD_HEAD = 8,		/* length and checksum */
	SPOOL_RECORD_FIXED = 1 + WRITER_ID + 8 + 5 * 8 + 3 * 8 + 3 * 4,
	SPOOL_RECORD_MAX = SPOOL_RECORD_HEAD + SPOOL_RECORD_FIXED +
	    LIMIT_STORE_KEY + LIMIT_STORE_MEMBER + LIMIT_STORE_ITEM
};

struct spool_record {
	struct store_op	op;		/* texts: slices of the octets */
	char		writer[WRITER_ID];
	uint64_t	number;
	size_t		len;		/* octets in all */
};

enum spool_record_status {
	SPOOL_RECORD_OK,
	SPOOL_RECORD_TORN,			/* it ends early */
	SPOOL_RECORD_DAMAGED			/* its octets are no record */
};

size_t spool_record_size(const struct store_op *op);
/* out has room for spool_record_size(); returns that. */
size_t spool_record_write(const struct store_job *job, char *out);
/* The record at the head of text. */
enum spool_record_status spool_record_read(struct str text,
    struct spool_record *record_out);

#endif
