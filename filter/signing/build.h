/*
 * build - a table while its text is read, for the files of this room
 */
#ifndef ASSAY_SIGNING_BUILD_H
#define ASSAY_SIGNING_BUILD_H

#include "base/source.h"
#include "signing/table.h"

/* ranked: rows are taken in the order of the text, not the nearest first. */
struct signing_table *build_table(enum signing_pick pick, bool ranked);
struct arena *build_arena(struct signing_table *table);

/*
 * Add a row for a name, one of those in table.h; false: too many.  The name is
 * brought into its one form: A-labels, lower case; it may stay a slice of what
 * is given, which lives as long as the table.
 */
bool build_row(struct signing_table *table, struct str name,
    const struct signing_row *row);
/* The same for a text with "*" for anything; the rank decides. */
bool build_pattern(struct signing_table *table, struct str pattern,
    const struct signing_row *row);

/*
 * domain_to_ascii(), and source_beside(): a slice of the text where that has
 * the one form already, for tables are long and names, too.
 */
bool build_ascii(struct arena *arena, struct str name,
    struct str *ascii_out);
struct str build_path(struct arena *arena, const struct source *source,
    struct str name);

/* NULL, or what is wrong with a name of table.h. */
const char *build_name_wrong(struct arena *arena, struct str name);

/* Read a table's file; NULL and why in diag. */
struct source *build_source(struct arena *arena, const char *path,
    struct diag *diag);

#endif
