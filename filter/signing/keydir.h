/*
 * keydir - a directory of keys: DIRECTORY/DOMAIN/SELECTOR.pem
 *
 * Beside the keys of a domain lies "selectors", which says what each is for,
 * a line each: "SELECTOR STATE SINCE", in the order in which they were made.
 *
 *	waiting	made; its record is not seen in DNS yet
 *	active	signs
 *	retired	signs no more; until its signatures have expired its record
 *		must stay in DNS
 *	gone	its private key is deleted, its record may be removed
 *
 * SINCE is Unix time.  The file is replaced as a whole (rename), so a reader
 * sees the old or the new one, and so does whoever comes after a crash.
 *
 * Threads:	any number may read.
 */
#ifndef ASSAY_SIGNING_KEYDIR_H
#define ASSAY_SIGNING_KEYDIR_H

#include <sys/types.h>

#include "base/vec.h"

enum keydir_state { KEYDIR_WAITING, KEYDIR_ACTIVE, KEYDIR_RETIRED,
		    KEYDIR_GONE, KEYDIR_STATES };

struct keydir_entry {
	struct str		selector;
	enum keydir_state	state;
	int64_t			since;
};

struct keydir {
	VEC(struct keydir_entry) entries;
};

/* Names of files, NUL-terminated; directory with or without its last '/'. */
struct str keydir_selectors(struct arena *arena, struct str directory,
    struct str domain);
struct str keydir_key(struct arena *arena, struct str directory,
    struct str domain, struct str selector);

/*
 * False, and why: the file is there and cannot be read or is malformed.  A
 * file that is not there has no entries.
 */
bool keydir_read(struct arena *arena, struct str directory,
    struct str domain, struct keydir *keydir_out, struct str *why_out);
bool keydir_write(struct arena *arena, struct str directory,
    struct str domain, const struct keydir *keydir, struct str *why_out);

/*
 * What became of a name in a directory of keys outlasts a power failure, too:
 * path is that of the file.
 */
bool keydir_sync(struct arena *arena, struct str path, struct str *why_out);

/*
 * Who changes a domain's entries holds this while it does: a descriptor to
 * close, or -1 and why.  The directories are made where they are not there,
 * for owner ((uid_t)-1: us).
 */
int keydir_lock(struct arena *arena, struct str directory, struct str domain,
    uid_t owner, struct str *why_out);

struct keydir_entry *keydir_find(const struct keydir *keydir,
    struct str selector);

#endif
