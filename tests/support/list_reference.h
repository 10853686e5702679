/*
 * list_reference - what a list says, found by looking at every entry
 *
 * Entries are read one by one as lists of their own, and compared as they are
 * written; nothing of how a list keeps many is used.
 */
#ifndef ASSAY_TESTS_LIST_REFERENCE_H
#define ASSAY_TESTS_LIST_REFERENCE_H

#include "policy/list.h"

struct list_reference;

/* Of lines without mistakes, quotes or regular expressions. */
struct list_reference *list_reference_new(struct arena *arena,
    struct str text);

bool list_reference_ip(const struct list_reference *list,
    const struct ip *ip);
bool list_reference_domain(const struct list_reference *list,
    struct str name);
bool list_reference_address(const struct list_reference *list,
    struct str address);
bool list_reference_text(const struct list_reference *list, struct str text);

#endif
