/*
 * json - what the tool's --json output is made of
 */
#ifndef ASSAY_TOOL_JSON_H
#define ASSAY_TOOL_JSON_H

#include <jansson.h>

#include "base/str.h"

/* Hostile octets as JSON text: without UTF-8, "?" for what is not ASCII. */
json_t *tool_json_text(struct str text);

/* The same, but null where there is nothing. */
json_t *tool_json_text_or_null(struct str text);

/* One line on standard output; takes the object over. */
void tool_json_print(json_t *object);

#endif
