#include "mail/archive.h"

#include <string.h>

#include "base/limits.h"
#include "mail/charset.h"

enum {
	LOCAL_OCTETS = 30, CENTRAL_OCTETS = 46,	/* before the name */
	WINDOW = CENTRAL_OCTETS + LIMIT_ARCHIVE_NAME_OCTETS,
	START_7Z = 32,
};

static const struct {
	const char		*name;
	enum archive_format	 format;
} formats[] = {
	{ "zip", ARCHIVE_ZIP }, { "rar", ARCHIVE_RAR }, { "7z", ARCHIVE_7Z },
	{ "gzip", ARCHIVE_GZIP }, { "tar", ARCHIVE_TAR },
	{ "ole", ARCHIVE_OLE }, { "pdf", ARCHIVE_PDF },
};

enum archive_format
archive_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (name != NULL && strcmp(formats[i].name, name) == 0)
			return formats[i].format;
	return ARCHIVE_NONE;
}

static unsigned
octet(struct str s, size_t at)
{
	return (unsigned char)s.ptr[at];
}

static unsigned
little16(struct str s, size_t at)
{
	return octet(s, at) | octet(s, at + 1) << 8;
}

static uint64_t
little64(struct str s, size_t at)
{
	uint64_t value = 0;

	for (size_t i = 8; i > 0; i--)
		value = value << 8 | octet(s, at + i - 1);
	return value;
}

/* APPNOTE section 4.4.5; four octets that look like a header are no header */
static bool
is_method(unsigned method)
{
	return method <= 19 || (method >= 93 && method <= 99);
}

/* A header at the front of s: its members lie at other places in each. */
static void
zip_header(struct archive *archive, struct str s, size_t fixed, size_t version)
{
	unsigned flags, method, name_len;
	struct str name;

	if (s.len < fixed)
		return;
	flags = little16(s, version + 2);
	method = little16(s, version + 4);
	name_len = little16(s, version + 22);
	if (octet(s, version) > 100 || !is_method(method) || name_len == 0 ||
	    name_len > LIMIT_ARCHIVE_NAME_OCTETS || s.len - fixed < name_len)
		return;
	/* Section 4.4.4: bit 0; 99 is AES. */
	archive->encrypted |= (flags & 1) != 0 || method == 99;
	name = str_slice(s, fixed, fixed + name_len);
	if (name.ptr[name_len - 1] != '/' && name.ptr[name_len - 1] != '\\')
		archive->tell(archive->ctx, name);
}

/* Headers that begin before this place; they are whole. */
static void
zip_scan(struct archive *archive, size_t until)
{
	struct str all = str_make(archive->at, archive->len);
	size_t at = 0;

	while (at < until) {
		struct str s;

		at += str_chr(str_slice(all, at, until), 'P');
		s = str_skip(all, at++);
		if (s.len < 4 || at > until || s.ptr[1] != 'K')
			continue;
		if (s.ptr[2] == 3 && s.ptr[3] == 4)
			zip_header(archive, s, LOCAL_OCTETS, 4);
		else if (s.ptr[2] == 1 && s.ptr[3] == 2)
			zip_header(archive, s, CENTRAL_OCTETS, 6);
	}
}

/*
 * [MS-CFB] section 2.6: an entry of the directory has a name in 64 octets, its
 * length, and what it is (2: a stream).  [MS-OFFCRYPTO] section 1.3.2 has the
 * stream's name.
 */
static void
ole_scan(struct archive *archive)
{
	static const struct str name = STR_INIT("E\0n\0c\0r\0y\0p\0t\0e\0"
	    "d\0P\0a\0c\0k\0a\0g\0e\0\0");
	struct str rest = str_make(archive->at, archive->len);
	const char *found;

	while ((found = memmem(rest.ptr, rest.len, name.ptr,
	    name.len)) != NULL) {
		rest = str_skip(rest, (size_t)(found - rest.ptr));
		if (rest.len > 66 && little16(rest, 64) == 34 &&
		    octet(rest, 66) == 2)
			archive->encrypted = true;
		rest = str_skip(rest, name.len);
	}
}

static void
scan(struct archive *archive, size_t until)
{
	if (archive->format == ARCHIVE_ZIP)
		zip_scan(archive, until);
	else if (archive->format == ARCHIVE_PDF)
		archive_pdf(archive, until);
	else
		ole_scan(archive);
}

static struct str
fill(struct archive *archive, struct str piece, size_t size)
{
	struct str fits = str_slice(piece, 0, size - archive->len);

	if (fits.len > 0)
		memcpy(archive->at + archive->len, fits.ptr, fits.len);
	archive->len += fits.len;
	return str_skip(piece, fits.len);
}

/* What is found before the window at the buffer's end is whole. */
static void
read_all(struct archive *archive, struct str piece)
{
	while (piece.len > 0) {
		size_t until = ARCHIVE_BUFFER_OCTETS - WINDOW;

		piece = fill(archive, piece, ARCHIVE_BUFFER_OCTETS);
		if (archive->len < ARCHIVE_BUFFER_OCTETS)
			return;
		scan(archive, until);
		memmove(archive->at, archive->at + until, WINDOW);
		archive->len = WINDOW;
	}
}

/*
 * 7zFormat.txt: the first 32 octets say where the list of names stands, and
 * its own first ones how it is packed.
 */
static bool
read_7z(struct archive *archive, struct str piece)
{
	uint64_t skip = 0;
	struct str rest;

	if (archive->octets < START_7Z) {
		rest = fill(archive, piece, START_7Z);
		archive->octets += piece.len - rest.len;
		piece = rest;
		if (archive->octets < START_7Z)
			return true;
		archive->wanted = little64(str_make(archive->at,
		    archive->len), 12);
		if (archive->wanted < UINT64_MAX - START_7Z)
			archive->wanted += START_7Z;
		archive->len = 0;
	}
	if (archive->octets < archive->wanted)
		skip = archive->wanted - archive->octets;
	if (skip > piece.len)
		skip = piece.len;
	archive->octets += piece.len;
	(void)fill(archive, str_skip(piece, (size_t)skip),
	    ARCHIVE_HEAD_OCTETS);
	return archive->len < ARCHIVE_HEAD_OCTETS;
}

/* An encoded header (0x17) or a plain one (1) that names AES (06 f1 07 01). */
static void
end_7z(struct archive *archive)
{
	if (archive->octets < START_7Z || archive->len == 0)
		return;
	archive->encrypted = (archive->at[0] == 0x17 ||
	    archive->at[0] == 1) && memmem(archive->at, archive->len,
	    "\x06\xf1\x07\x01", 4) != NULL;
}

void
archive_begin(struct archive *archive, enum archive_format format,
    archive_name_fn *tell, void *ctx)
{
	archive->format = format;
	archive->tell = tell;
	archive->ctx = ctx;
	archive->encrypted = false;
	archive->octets = archive->wanted = 0;
	archive->len = 0;
}

bool
archive_read(struct archive *archive, struct str piece)
{
	switch (archive->format) {
	case ARCHIVE_ZIP:
	case ARCHIVE_OLE:
	case ARCHIVE_PDF:
		read_all(archive, piece);
		return true;
	case ARCHIVE_7Z:
		return read_7z(archive, piece);
	case ARCHIVE_RAR:
	case ARCHIVE_GZIP:
	case ARCHIVE_TAR:
		(void)fill(archive, piece, ARCHIVE_HEAD_OCTETS);
		return archive->len < ARCHIVE_HEAD_OCTETS;
	case ARCHIVE_NONE:
		break;
	}
	return false;
}

void
archive_end(struct archive *archive)
{
	switch (archive->format) {
	case ARCHIVE_ZIP:
	case ARCHIVE_OLE:
	case ARCHIVE_PDF:
		scan(archive, archive->len);
		break;
	case ARCHIVE_7Z:
		end_7z(archive);
		break;
	case ARCHIVE_RAR:
	case ARCHIVE_GZIP:
	case ARCHIVE_TAR:
		archive_head(archive);
		break;
	case ARCHIVE_NONE:
		break;
	}
	archive->format = ARCHIVE_NONE;
}

struct str
archive_name_text(struct arena *arena, struct str name)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	charset_add(&out, str_is_utf8(name) ? STR("utf-8") : STR("IBM437"),
	    name);
	return buf_str(&out);
}
