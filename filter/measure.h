/*
 * measure - figures that are not counted where they come from, but looked at
 *
 * Threads:	one caller at a time.
 */
#ifndef ASSAY_MEASURE_H
#define ASSAY_MEASURE_H

#include "generation.h"

/* Set the gauges of what this generation stands on, and of the process. */
void measure(const struct generation *generation);

/* It is in use from now on: what it is, and since when. */
void measure_config(const struct generation *generation);

#endif
