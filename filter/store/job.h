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
 * stay two.
 */
struct store_job *job_new(const struct store_op *op);
/* The op of such a job, as it is. */
struct store_job *job_copy(const struct store_op *op);
void job_free(struct store_job *job);

/* Into the answer: an item that was taken. */
void job_take(struct store_job *job, struct str name, struct str content,
    unsigned tries);

/* It writes something, so that it has to be done even if nobody waits. */
bool job_writes(const struct store_op *op);

#endif
