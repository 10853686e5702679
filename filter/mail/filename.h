/*
 * filename - what a file is by its name, and by its first octets
 *
 * Windows decides by the last extension, and by no other thing that a name
 * says; so do other desktops, mostly.  Names are as mail/mime.h tells them:
 * valid UTF-8, chosen by strangers, with paths and directions of writing.
 */
#ifndef ASSAY_MAIL_FILENAME_H
#define ASSAY_MAIL_FILENAME_H

#include "base/arena.h"

enum file_kind {
	FILE_UNKNOWN, FILE_PROGRAM, FILE_SCRIPT, FILE_DOCUMENT, FILE_PDF,
	FILE_IMAGE, FILE_MEDIA, FILE_TEXT, FILE_ARCHIVE
};

struct filename {
	struct str	extension;	/* lower case, without dot; or empty */
	enum file_kind	kind;
	bool		twice;		/* "invoice.pdf.exe": it runs, and
					 * wants to be taken for another */
	bool		disguised;	/* it shows another extension than it
					 * has: turned by U+202E, or it runs
					 * and that is pushed away by blanks,
					 * cut off by a NUL, or turned */
};

void filename_read(struct arena *arena, struct str name,
    struct filename *filename_out);

enum file_kind filename_kind(struct str extension);	/* any case */
bool filename_runs(enum file_kind kind);		/* PROGRAM, SCRIPT */
const char *filename_kind_name(enum file_kind kind);

/* Octets of a file's beginning that are looked at. */
enum { FILENAME_HEAD_OCTETS = 512 };

/*
 * What these first octets are of, by the marks that formats begin with; the
 * name of the format, such as "zip" or "elf", or NULL where it is not known.
 */
const char *filename_format(struct str head, enum file_kind *kind_out);

#endif
