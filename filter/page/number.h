/*
 * number - numbers as people read them
 *
 * Each writes into a text of NUMBER_SIZE and returns it.
 */
#ifndef ASSAY_PAGE_NUMBER_H
#define ASSAY_PAGE_NUMBER_H

#include <stdint.h>

enum { NUMBER_SIZE = 48 };

/* "1,234,567" */
const char *number_grouped(uint64_t number, char text[NUMBER_SIZE]);
/* "900", "1.2k", "35M": at an axis. */
const char *number_short(uint64_t number, char text[NUMBER_SIZE]);
/* "98.2 %", of 0.982.  Not 100 and not 0 where it is near. */
const char *number_percent(double share, char text[NUMBER_SIZE]);
/* The same; "-" where whole is 0. */
const char *number_share(uint64_t part, uint64_t whole,
    char text[NUMBER_SIZE]);
/* "340 us", "1.2 ms", "30 s": of microseconds. */
const char *number_us(uint64_t us, char text[NUMBER_SIZE]);

/* The next number above (or at) that ends a scale of 4 or 5 equal steps. */
uint64_t number_scale(uint64_t number, unsigned *steps_out);

#endif
