/*
 * process - what Linux says of this process
 *
 * The process_ metrics, by the names that all exporters have for them.
 *
 * Threads:	any.
 */
#ifndef ASSAY_METRICS_PROCESS_H
#define ASSAY_METRICS_PROCESS_H

/* Read /proc and set them; what cannot be had is not shown. */
void process_measure(void);

#endif
