/*
 * archive - what is in an archive, by what is written in it without a key
 *
 * While it streams by: nothing is kept but some kilobytes, and nothing is
 * decompressed.  Of ZIP (APPNOTE.TXT) every local and central header that is
 * found anywhere, for programs differ in which of them they believe; of RAR,
 * tar and gzip the first name; of 7z (where names are compressed) none.
 *
 * Encrypted means: the archive says that a member or its list of names is.  A
 * 7z archive does not say so where only its files are, and its list is packed.
 * An Office document that is encrypted is an OLE file with one packed stream,
 * a PDF that is has an entry Encrypt: also one that opens without a password,
 * and one where that is only written in a text that is not packed.
 *
 * Limits:	names of LIMIT_ARCHIVE_NAME_OCTETS at most.
 */
#ifndef ASSAY_MAIL_ARCHIVE_H
#define ASSAY_MAIL_ARCHIVE_H

#include "base/arena.h"

/* As written, of any octets and never empty; directories are not told. */
typedef void archive_name_fn(void *ctx, struct str name);

enum archive_format {
	ARCHIVE_NONE,		/* nothing is looked for */
	ARCHIVE_ZIP, ARCHIVE_RAR, ARCHIVE_7Z, ARCHIVE_GZIP, ARCHIVE_TAR,
	ARCHIVE_OLE, ARCHIVE_PDF
};

enum { ARCHIVE_HEAD_OCTETS = 512, ARCHIVE_BUFFER_OCTETS = 8192 };

struct archive {
	enum archive_format	 format;
	archive_name_fn		*tell;
	void			*ctx;
	bool			 encrypted;	/* so far */
	uint64_t		 octets;	/* read */
	uint64_t		 wanted;	/* 7z: from this octet on */
	size_t			 len;
	char			 at[ARCHIVE_BUFFER_OCTETS];
};

/* By filename_format()'s name; NULL gives ARCHIVE_NONE. */
enum archive_format archive_format(const char *name);

void archive_begin(struct archive *archive, enum archive_format format,
    archive_name_fn *tell, void *ctx);
/* False: enough. */
bool archive_read(struct archive *archive, struct str piece);
void archive_end(struct archive *archive);

/* archive_head.c: RAR, gzip and tar, by their first octets. */
void archive_head(struct archive *archive);

/* archive_pdf.c: what begins before that place. */
void archive_pdf(struct archive *archive, size_t until);

/* A name for people: UTF-8, from CP437 where it is not. */
struct str archive_name_text(struct arena *arena, struct str name);

#endif
