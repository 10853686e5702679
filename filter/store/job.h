/*
 * job - an op's own copy, with texts that fit
 */
#ifndef ASSAY_STORE_JOB_H
#define ASSAY_STORE_JOB_H

#include "store/backend.h"

enum { TRIPLET_KEY = 16 };

/*
 * What stands for a triplet's key: the head of its SHA-256.  A million of them
 * take little room, and tell nobody who wrote to whom.
 */
void triplet_key(struct str key, char out[TRIPLET_KEY]);

/*
 * Texts over their limit become "#" and their SHA-256, so that two of them
 * stay two.  To be freed with free().
 */
struct store_job *job_new(const struct store_op *op);

#endif
