/*
 * loader - one load of the settings, for the files of this room
 */
#ifndef ASSAY_CONF_LOADER_H
#define ASSAY_CONF_LOADER_H

#include "base/arena.h"
#include "conf/scan.h"
#include "conf/settings.h"

enum setting_id {
#define SETTING(id, name, type, def, reload, doc) SETTING_ID_##id,
#include "conf/settings.def"
#undef SETTING
	SETTINGS
};

/* What is known about one setting while a file is read. */
struct given {
	const struct scan_item	*item;		/* NULL: not in the file */
	struct place		 place;		/* of its last value */
};

struct loader {
	struct arena		*arena;		/* the settings' own */
	struct arena		*scratch;	/* of this load */
	struct settings		*settings;
	struct scan		 scan;		/* mistakes, too */
	struct given		 given[SETTINGS];
	const char		*base;		/* directory for paths */
};

/* One value, and where a mistake in it is reported. */
struct source {
	struct str	text;
	struct place	place;
	bool		quoted;
};

/* table.c: where a setting lies in the struct. */
void *settings_field(struct settings *settings, size_t i);

/* assign.c: check one value and set it, or report what is wrong; a value of a
 * list is added to it. */
void assign_value(struct loader *loader, size_t i,
    const struct source *source);
/* The same for a whole list in one text: "a,b". */
void assign_joined(struct loader *loader, size_t i,
    const struct source *source);
void assign_empty_list(struct loader *loader, size_t i);

/* together.c: what concerns more than one setting, unless there are mistakes
 * already. */
void together_check(struct loader *loader);

#endif
