/*
 * What the parts of micro share: see micro.c.
 */
#ifndef ASSAY_TESTS_MICRO_H
#define ASSAY_TESTS_MICRO_H

typedef void work_fn(void);

double cpu_ns(void);			/* of this thread */

/* Pages of this process that are in memory, as octets. */
double resident(void);

/* A line: our work, and how fast it is beside the bare one. */
void compare(const char *what, work_fn *ours, const char *bare_what,
    work_fn *bare);

void micro_lists(void);
void micro_rights(void);
void micro_sign(void);

#endif
