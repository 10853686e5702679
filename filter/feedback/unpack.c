#include "feedback/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "mail/mime.h"
#include "mail/split.h"

struct unpacking {
	const struct unpack_handler	*handler;
	void				*ctx;
	unsigned			 documents, entries, depth;
};

static void open_content(struct unpacking *unpacking, struct str content,
    struct str name);

static bool
starts(struct str content, const char *octets, size_t len)
{
	return str_eq(str_slice(content, 0, len), str_make(octets, len));
}

static bool
is_packed(struct str content)
{
	return starts(content, "\x1f\x8b", 2) || starts(content, "PK\3\4", 4);
}

/* Also UTF-8 and UTF-16 with a mark; white space may stand first. */
static bool
is_xml(struct str content)
{
	if (starts(content, "\xef\xbb\xbf", 3))
		content = str_skip(content, 3);
	if (starts(content, "\xff\xfe", 2) || starts(content, "\xfe\xff", 2))
		return true;
	while (content.len > 0 && ascii_space(content.ptr[0]))
		content = str_skip(content, 1);
	return content.len > 0 && content.ptr[0] == '<';
}

static void
take_document(struct unpacking *unpacking, struct str content, struct str name)
{
	const struct unpack_handler *handler = unpacking->handler;

	unpacking->documents++;
	handler->begin(unpacking->ctx, name);
	if (content.len > LIMIT_AGGREGATE_OCTETS) {
		handler->end(unpacking->ctx, "it is too large");
		return;
	}
	if (content.len > 0)
		handler->piece(unpacking->ctx, content);
	handler->end(unpacking->ctx, NULL);
}

static void
trouble(struct unpacking *unpacking, struct str name, const char *why)
{
	unpacking->handler->trouble(unpacking->ctx, name, why);
}

/* ---- gzip and ZIP ---- */

static const char *
take_blocks(struct unpacking *unpacking, struct archive *archive)
{
	size_t total = 0, len;
	const void *block;
	la_int64_t offset;
	int status;

	while ((status = archive_read_data_block(archive, &block, &len,
	    &offset)) == ARCHIVE_OK) {
		total += len;
		if (total > LIMIT_AGGREGATE_OCTETS)
			return "it unpacks to too much";
		if (len > 0 && !unpacking->handler->piece(unpacking->ctx,
		    str_make(block, len)))
			return NULL;
	}
	return status == ARCHIVE_EOF ? NULL : "it cannot be unpacked";
}

static void
take_entry(struct unpacking *unpacking, struct archive *archive,
    struct archive_entry *entry, struct str name)
{
	const char *path = archive_entry_pathname(entry);
	bool inside = path != NULL && path[0] != '\0' &&
	    strcmp(path, "data") != 0;

	unpacking->documents++;
	unpacking->handler->begin(unpacking->ctx, inside ? str_from(path) :
	    name);
	unpacking->handler->end(unpacking->ctx,
	    take_blocks(unpacking, archive));
}

static void
open_archive(struct unpacking *unpacking, struct str content, struct str name)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int status = ARCHIVE_FATAL;

	ensure(archive != NULL);
	archive_read_support_filter_gzip(archive);
	archive_read_support_format_zip_streamable(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_memory(archive, content.ptr, content.len) ==
	    ARCHIVE_OK)
		while ((status = archive_read_next_header(archive, &entry)) ==
		    ARCHIVE_OK && unpacking->entries < LIMIT_UNPACK_ENTRIES) {
			unpacking->entries++;
			if (archive_entry_filetype(entry) != AE_IFDIR)
				take_entry(unpacking, archive, entry, name);
		}
	if (status == ARCHIVE_OK)
		trouble(unpacking, name, "it holds too many files");
	else if (status != ARCHIVE_EOF)
		trouble(unpacking, name, "it cannot be unpacked");
	archive_read_free(archive);
}

/* ---- messages ---- */

/* The part that is being read. */
struct part {
	struct unpacking	*unpacking;
	char			*octets;	/* on the heap */
	size_t			 len, size;
	bool			 too_large;
};

static bool
begin_part(void *ctx, const struct mime_part *mime)
{
	struct part *part = ctx;

	(void)mime;
	part->len = 0;
	part->too_large = false;
	return part->unpacking->entries < LIMIT_UNPACK_ENTRIES;
}

static bool
part_octets(void *ctx, const struct mime_part *mime, struct str piece)
{
	struct part *part = ctx;

	(void)mime;
	if (piece.len > LIMIT_UNPACK_PART_OCTETS - part->len) {
		part->too_large = true;
		return false;
	}
	if (part->len + piece.len > part->size) {
		part->size = (part->len + piece.len) * 2;
		part->octets = xrealloc(part->octets, part->size);
	}
	memcpy(part->octets + part->len, piece.ptr, piece.len);
	part->len += piece.len;
	return true;
}

/* Letters to humans, pictures and the like are passed over. */
static void
end_part(void *ctx, const struct mime_part *mime)
{
	struct part *part = ctx;
	struct unpacking *unpacking = part->unpacking;
	struct str content = str_make(part->octets, part->len);
	struct str name = mime->name_count > 0 ? mime->names[0] :
	    STR("an attachment");

	unpacking->entries++;
	if (part->too_large)
		trouble(unpacking, name, "it is too large");
	else if (is_packed(content) || (is_xml(content) &&
	    !str_eqz(mime->type, "text/html")))
		open_content(unpacking, content, name);
}

static const struct mime_listener listener = {
	.begin = begin_part, .octets = part_octets, .end = end_part
};

static void
open_message(struct unpacking *unpacking, struct str text, struct str name)
{
	struct part part = { .unpacking = unpacking };
	struct arena *arena = arena_new();
	struct mime *mime = mime_new();
	struct message_file message;
	unsigned before = unpacking->documents;

	message_split(arena, message_with_crlf(arena, text), &message);
	mime_listen(mime, &listener, &part);
	for (size_t i = 0; i < message.header.fields.count; i++)
		mime_field(mime, message.header.fields.at[i].name,
		    message.header.fields.at[i].value);
	mime_eoh(mime);
	mime_body(mime, message.body);
	mime_eom(mime);
	mime_unlisten(mime, &part);
	mime_free(mime);
	arena_free(arena);
	free(part.octets);
	if (unpacking->documents == before)
		trouble(unpacking, name, "the message holds no report");
}

/* Where the next message of an mbox begins, or the end. */
static size_t
next_message(struct str text)
{
	static const struct str mark = STR_INIT("\nFrom ");

	for (size_t at = 0; at + mark.len <= text.len; at++) {
		at += str_chr(str_skip(text, at), '\n');
		if (str_eq(str_slice(text, at, at + mark.len), mark))
			return at + 1;
	}
	return text.len;
}

static void
open_messages(struct unpacking *unpacking, struct str text, struct str name)
{
	if (!starts(text, "From ", 5)) {
		open_message(unpacking, text, name);
		return;
	}
	while (text.len > 0) {
		size_t len = next_message(text);

		unpacking->entries = 0;		/* each has its own */
		open_message(unpacking, str_slice(text, 0, len), name);
		text = str_skip(text, len);
	}
}

/* ---- all ---- */

static void
open_content(struct unpacking *unpacking, struct str content, struct str name)
{
	if (unpacking->depth == LIMIT_UNPACK_DEPTH) {
		trouble(unpacking, name, "it is packed too many times");
		return;
	}
	unpacking->depth++;
	if (is_packed(content))
		open_archive(unpacking, content, name);
	else if (is_xml(content))
		take_document(unpacking, content, name);
	else
		open_messages(unpacking, content, name);
	unpacking->depth--;
}

unsigned
unpack(struct str content, struct str name,
    const struct unpack_handler *handler, void *ctx)
{
	struct unpacking unpacking = { .handler = handler, .ctx = ctx };

	open_content(&unpacking, content, name);
	return unpacking.documents;
}
