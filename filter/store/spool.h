/*
 * spool - the file in which ops wait for a store that is away
 *
 * A line that says what it is, then records (spool_record.h) in order.  They
 * are appended at the end and read from the head; the file is cut when all of
 * them are done.  It does not say which are: after a restart all are read
 * again, and the store knows which it has done, by writer and number.
 *
 * Threads:	any, one that appends and one that reads.
 */
#ifndef ASSAY_STORE_SPOOL_H
#define ASSAY_STORE_SPOOL_H

#include "store/backend.h"

struct spool;

enum spool_status {
	SPOOL_OK,
	SPOOL_BUSY,			/* another process has it */
	SPOOL_UNUSABLE,			/* the system will not have it */
	SPOOL_FOREIGN			/* it is none; left as it is */
};

/*
 * Makes the file where there is none, mode 0600.  What is no whole record at
 * its end is cut off, with a line in the log.  why: for all but SPOOL_OK.
 */
enum spool_status spool_open(const char *path, uint64_t max,
    struct spool **spool_out, char *why_out, size_t why_size);
void spool_close(struct spool *spool);		/* NULL is allowed */

/* Records that were in it when it was opened. */
uint64_t spool_found(const struct spool *spool);
/* Octets of it now. */
uint64_t spool_octets(const struct spool *spool);	/* takes no lock */

/* Records, all or none.  False and why: it is full, or cannot be written. */
bool spool_append(struct spool *spool, struct str records, char *why_out,
    size_t why_size);
/*
 * Up to count jobs from its head, new ones.  Less than one: it cannot be read.
 * The same come again until they are skipped.
 */
size_t spool_read(struct spool *spool, struct store_job **jobs_out,
    size_t count);
/* So many octets of its head are done; of records still to be appended, too. */
void spool_skip(struct spool *spool, uint64_t octets);
/* All that is in it is given up. */
void spool_forget(struct spool *spool);

#endif
