/*
 * mime_files - what the files in a message are: by name, type, first octets
 *
 * The findings of all parts together, as the mime check makes them facts.
 */
#ifndef ASSAY_CHECKS_MIME_FILES_H
#define ASSAY_CHECKS_MIME_FILES_H

#include "base/vec.h"
#include "mail/filename.h"
#include "mail/mime.h"

/* Texts of which each is there once, LIMIT_MIME_SET at most. */
struct mime_set {
	VEC(struct str)	texts;
};

void mime_set_add(struct arena *arena, struct mime_set *set, struct str text);

struct mime_files {
	struct arena	*arena;		/* of what is found */
	struct arena	*scratch;	/* reset by who calls, and with each
					 * member of an archive */
	struct mime_set	 names, extensions, archives, members;
	bool		 executable, twice, disguised, mismatch;
	bool		 archive_executable, archive_nested, encrypted;
	struct str	 executable_reason, mismatch_reason, archive_reason;
};

/* A name that a file goes by; it may be in scratch memory. */
void mime_files_name(struct mime_files *files, struct str name);

/*
 * A part that is no container, by its names, its type and its first octets: the
 * format of these, or NULL.
 */
const char *mime_files_part(struct mime_files *files,
    const struct mime_part *part, struct str head);

/* It is a document that happens to be an archive. */
bool mime_files_is_document(const struct mime_part *part);

/*
 * A name in an archive, as written there; of a document only programs matter.
 * wraps: it is of gzip and the like, which hold one file.
 */
void mime_files_member(struct mime_files *files, struct str name,
    bool document, bool wraps);

#endif
