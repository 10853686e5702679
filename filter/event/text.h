/*
 * text - hostile bytes as a JSON string
 *
 * JSON is Unicode: each octet that is not part of valid UTF-8 becomes U+FFFD,
 * and so does NUL, which many readers of JSON cannot hold.  What is longer
 * than max octets is cut after a whole character and ends in U+2026.
 */
#ifndef ASSAY_EVENT_TEXT_H
#define ASSAY_EVENT_TEXT_H

#include <jansson.h>

#include "base/str.h"

json_t *event_text(struct str text, size_t max);

#endif
