/*
 * text - metrics as Prometheus reads them
 *
 * The text format, version 0.0.4: HELP and TYPE before each metric, a line for
 * each series, base units (seconds, bytes), LF at each end.
 */
#ifndef ASSAY_METRICS_TEXT_H
#define ASSAY_METRICS_TEXT_H

#include "base/buf.h"
#include "metrics/metrics.h"

#define METRICS_TYPE	"text/plain; version=0.0.4; charset=utf-8"

/* All of them; false: there was no room in buf, and it is not whole. */
bool metrics_text(struct buf *buf);
/* One of them, with its HELP and TYPE. */
void metric_text(struct buf *buf, enum metric id);

/*
 * name="value".  Backslash, double quote and newline are escaped as the format
 * asks for; what is not UTF-8 becomes U+FFFD, other control characters "?".
 */
void text_label(struct buf *buf, const char *name, struct str value);

#endif
