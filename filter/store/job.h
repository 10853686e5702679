/*
 * job - an op's own copy, with texts that fit
 */
#ifndef ASSAY_STORE_JOB_H
#define ASSAY_STORE_JOB_H

#include "store/backend.h"

/*
 * Texts over their limit become "#" and their SHA-256, so that two of them
 * stay two.  To be freed with free().
 */
struct store_job *job_new(const struct store_op *op);

#endif
