#include <string.h>

#include "mail/archive.h"

static unsigned
octet(struct str s, size_t at)
{
	return at < s.len ? (unsigned char)s.ptr[at] : 0;
}

static unsigned
little16(struct str s, size_t at)
{
	return octet(s, at) | octet(s, at + 1) << 8;
}

/* What there is of it, up to a NUL. */
static void
tell(struct archive *archive, struct str name)
{
	name.len = str_chr(name, '\0');
	if (name.len > 0)
		archive->tell(archive->ctx, name);
}

/*
 * RAR 1.5 to 4: blocks of CRC, type, flags and size, the first of the archive
 * (0x73), the next of a file (0x74).
 */
static void
read_rar4(struct archive *archive, struct str head)
{
	struct str file;
	unsigned flags;

	if (octet(head, 9) != 0x73)
		return;
	if ((little16(head, 10) & 0x80) != 0) {
		archive->encrypted = true;
		return;
	}
	file = str_skip(head, 7 + (size_t)little16(head, 12));
	if (octet(file, 2) != 0x74)
		return;
	flags = little16(file, 3);
	archive->encrypted = (flags & 4) != 0;
	file = str_skip(file, (flags & 0x100) != 0 ? 40 : 32);
	tell(archive, str_slice(file, 0, little16(str_skip(head,
	    7 + (size_t)little16(head, 12)), 26)));
}

/* RAR 5: seven bits an octet, the lowest ones first. */
static uint64_t
take_number(struct str *rest)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		unsigned c = octet(*rest, 0);

		*rest = str_skip(*rest, 1);
		value |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			break;
	}
	return value;
}

static struct str
skip64(struct str s, uint64_t n)
{
	return n < s.len ? str_skip(s, (size_t)n) : STR_NONE;
}

/* A record of the extra area of this type. */
static bool
has_record(struct str extra, uint64_t type)
{
	while (extra.len > 0) {
		uint64_t size = take_number(&extra);
		struct str record = extra;

		if (size == 0)
			break;
		if (take_number(&record) == type)
			return true;
		extra = skip64(extra, size);
	}
	return false;
}

enum { RAR5_MAIN = 1, RAR5_FILE = 2, RAR5_ENCRYPTION = 4 };

/* Behind the type of a file's header. */
static void
rar5_file(struct archive *archive, struct str rest, struct str header)
{
	uint64_t flags = take_number(&rest), extra = 0, file_flags, len;

	if ((flags & 1) != 0)
		extra = take_number(&rest);
	if ((flags & 2) != 0)
		(void)take_number(&rest);	/* size of the data */
	file_flags = take_number(&rest);
	(void)take_number(&rest);		/* unpacked size */
	(void)take_number(&rest);		/* attributes */
	rest = skip64(rest, ((file_flags & 2) != 0 ? 4 : 0) +
	    ((file_flags & 4) != 0 ? 4 : 0));	/* time, CRC */
	(void)take_number(&rest);		/* compression */
	(void)take_number(&rest);		/* system */
	len = take_number(&rest);
	tell(archive, str_slice(rest, 0, len < rest.len ? (size_t)len :
	    rest.len));
	if (extra > 0 && extra <= header.len)
		archive->encrypted |= has_record(str_skip(header,
		    header.len - (size_t)extra), 1);
}

/* Blocks of CRC, size, type and flags; no data follows those before a file. */
static void
read_rar5(struct archive *archive, struct str head)
{
	struct str rest = str_skip(head, 8);

	while (rest.len > 4) {
		struct str header, inside;
		uint64_t size, type;

		rest = str_skip(rest, 4);
		size = take_number(&rest);
		header = str_slice(rest, 0, size < rest.len ? (size_t)size :
		    rest.len);
		inside = header;
		type = take_number(&inside);
		archive->encrypted |= type == RAR5_ENCRYPTION;
		if (type == RAR5_FILE)
			rar5_file(archive, inside, header);
		if (type != RAR5_MAIN)
			break;
		rest = skip64(rest, size);
	}
}

static void
read_rar(struct archive *archive, struct str head)
{
	static const struct str mark5 = STR_INIT("Rar!\x1a\x07\x01");

	if (str_eq(str_slice(head, 0, mark5.len), mark5))
		read_rar5(archive, head);
	else
		read_rar4(archive, head);
}

/* RFC 1952 section 2.3: after ten octets, the extra field, then the name. */
static void
read_gzip(struct archive *archive, struct str head)
{
	unsigned flags = octet(head, 3);
	struct str rest = str_skip(head, 10);

	if ((flags & 4) != 0)
		rest = str_skip(rest, 2 + (size_t)little16(rest, 0));
	if ((flags & 8) != 0)
		tell(archive, rest);
}

void
archive_head(struct archive *archive)
{
	struct str head = str_make(archive->at, archive->len);

	if (archive->format == ARCHIVE_RAR)
		read_rar(archive, head);
	else if (archive->format == ARCHIVE_GZIP)
		read_gzip(archive, head);
	else
		tell(archive, str_slice(head, 0, 100));
}
