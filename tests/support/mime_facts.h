/*
 * mime_facts - what the mime check makes of a message, as one text
 *
 * A line a fact: its name without "mime.", and what it holds; a bool that is
 * false, an empty list and none are left out:
 *
 *	names a.exe, b.txt
 *	executable
 *	executable.reason "a.exe" is a program by its name
 */
#ifndef ASSAY_TESTS_MIME_FACTS_H
#define ASSAY_TESTS_MIME_FACTS_H

#include "base/arena.h"

/* Fed in pieces of this many octets. */
struct str mime_facts(struct arena *arena, struct str message, size_t piece);

/*
 * A message without text and with one file, in base64, by this field behind
 * Content-Type; and a ZIP that holds empty files of these names, "," between
 * them, each with these flags.
 */
struct str mime_with_file(struct arena *arena, const char *type,
    struct str octets);
struct str mime_zip(struct arena *arena, struct str names, unsigned flags);

/* Take fields off *rest up to the blank line, and hand each over. */
void mime_each_field(struct str *rest, void (*field)(void *ctx,
    struct str name, struct str value), void *ctx);

#endif
