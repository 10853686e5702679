/*
 * message - a message file as an MTA would hand it to a filter
 */
#ifndef ASSAY_TOOL_MESSAGE_H
#define ASSAY_TOOL_MESSAGE_H

#include "mail/split.h"

/*
 * Reads the file ("-": standard input) and splits it.  Lines may end with LF
 * or CRLF; LF becomes CRLF.  A first line "From ..." of an mbox is dropped.  A
 * line of the header that is no field ends it, as in an MTA: what follows is
 * body.  False and errno where the file cannot be read.
 */
bool message_read(struct arena *arena, const char *path,
    struct message_file *message_out);

/* The same, and the file's octets as they are, on the heap: free() them. */
bool message_read_raw(struct arena *arena, const char *path,
    struct message_file *message_out, struct str *raw_out);

#endif
