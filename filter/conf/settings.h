/*
 * settings - assay.conf as one struct
 *
 * Read with libconfuse; the rows are in settings.def, the manual is
 * assay.conf(5).  Only main.c, wire.c and the tool see this struct: every room
 * is given the values that it needs.
 *
 * Paths:	a PATH, and the file in "zone:FILE" or "hash:FILE", is made
 *		absolute (one that begins with "refile:" behind that; "file:"
 *		goes): relative to the settings file, or for an override to
 *		where we stand.  policy stays as written (see
 *		wire_find_policy).
 * Threads:	one at a time: libconfuse's scanner is global.
 * Errors:	all mistakes of a file as file:line:column in a diag; a file
 *		with one is not used at all.
 * Ownership:	settings_free() frees everything, the texts too.
 */
#ifndef ASSAY_CONF_SETTINGS_H
#define ASSAY_CONF_SETTINGS_H

#include "base/diag.h"
#include "base/str.h"

struct setting_list {
	const char	**at;
	size_t		 count;
};

typedef const char *setting_TEXT, *setting_PATH, *setting_WORD;
typedef struct setting_list setting_LIST;
typedef uint64_t setting_NUMBER, setting_SIZE;
typedef uint64_t setting_TIME;			/* milliseconds */

/* Where a setting was given; file is NULL where it was not. */
struct setting_place {
	const char	*file;		/* "--set" for an override */
	unsigned	 line, column;
	struct str	 source;	/* the line */
};

struct settings {
#define SETTING(id, name, type, def, reload, doc) setting_##type id;
#include "conf/settings.def"
#undef SETTING
	const char	*file;		/* where they came from */
	const struct setting_place *places;	/* [setting_count] */
	void		*owner;		/* settings.c's own */
};

enum setting_type {
	SETTING_TEXT, SETTING_PATH, SETTING_LIST, SETTING_NUMBER,
	SETTING_SIZE, SETTING_TIME, SETTING_WORD
};

struct setting_info {
	const char		*name, *fallback, *doc;
	enum setting_type	 type;
	bool			 reload;
};

extern const struct setting_info setting_table[];
extern const size_t setting_count;

/*
 * file: NULL for the defaults alone.  overrides: "KEY=VALUE", applied after
 * the file; their mistakes are reported for the file name "--set".  An empty
 * authserv_id or host_name is replaced by the host name here.
 */
struct settings *settings_load(const char *file,
    const char *const *overrides, size_t override_count, struct diag *diag);
/* The same from memory; relative paths start at the directory of file. */
struct settings *settings_load_text(const char *file, struct str text,
    const char *const *overrides, size_t override_count, struct diag *diag);
/* A mistake that shows only when a value is used, reported where the setting
 * of this name was given. */
void settings_mistake(const struct settings *settings, const char *name,
    struct diag *diag, const char *why);

void settings_free(struct settings *settings);		/* NULL is allowed */

/*
 * A START setting that differs between two loads: its name, or NULL.  *next
 * starts at 0 and goes on from there, so that all are found.
 */
const char *settings_needs_restart(const struct settings *running,
    const struct settings *loaded, size_t *next);
/* Another one when the value of any setting is another.  It finds changes, not
 * malice. */
uint64_t settings_checksum(const struct settings *settings);
/* Do the two loads agree in the settings whose names begin with prefix? */
bool settings_same(const struct settings *a, const struct settings *b,
    const char *prefix);

#endif
