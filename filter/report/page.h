/*
 * page - the frame of an HTML report: one file, readable by day and by night
 *
 * No script, and no reference to anything outside of the file.  Classes: "n"
 * for numbers, "samples" for small tables, and the names of actions.
 */
#ifndef ASSAY_REPORT_PAGE_H
#define ASSAY_REPORT_PAGE_H

#include <stdio.h>

#include "base/str.h"

void page_begin(FILE *out, struct str title);
void page_end(FILE *out);

#endif
