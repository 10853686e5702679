#include "checks/mime_files.h"

#include "base/limits.h"
#include "mail/archive.h"

#define KIND(kind)	(1u << FILE_##kind)

enum { ANY_KIND = ~0u };

/* Types that say what a file is; the first prefix that fits. */
static const struct {
	struct str	prefix;
	enum file_kind	kind;
} types[] = {
	{ STR_INIT("text/javascript"), FILE_SCRIPT },
	{ STR_INIT("text/vbscript"), FILE_SCRIPT },
	{ STR_INIT("text/"), FILE_TEXT },
	{ STR_INIT("image/svg"), FILE_UNKNOWN },
	{ STR_INIT("image/"), FILE_IMAGE },
	{ STR_INIT("audio/"), FILE_MEDIA },
	{ STR_INIT("video/"), FILE_MEDIA },
	{ STR_INIT("application/pdf"), FILE_PDF },
	{ STR_INIT("application/zip"), FILE_ARCHIVE },
	{ STR_INIT("application/x-zip-compressed"), FILE_ARCHIVE },
	{ STR_INIT("application/x-rar"), FILE_ARCHIVE },
	{ STR_INIT("application/vnd.rar"), FILE_ARCHIVE },
	{ STR_INIT("application/x-7z-compressed"), FILE_ARCHIVE },
	{ STR_INIT("application/msword"), FILE_DOCUMENT },
	{ STR_INIT("application/vnd.ms-excel"), FILE_DOCUMENT },
	{ STR_INIT("application/vnd.ms-powerpoint"), FILE_DOCUMENT },
	{ STR_INIT("application/vnd.ms-word"), FILE_DOCUMENT },
	{ STR_INIT("application/vnd.openxmlformats-officedocument"),
	  FILE_DOCUMENT },
	{ STR_INIT("application/vnd.oasis.opendocument"), FILE_DOCUMENT },
	{ STR_INIT("application/epub+zip"), FILE_DOCUMENT },
	{ STR_INIT("application/x-msdownload"), FILE_PROGRAM },
	{ STR_INIT("application/x-msdos-program"), FILE_PROGRAM },
	{ STR_INIT("application/x-dosexec"), FILE_PROGRAM },
	{ STR_INIT("application/vnd.microsoft.portable-executable"),
	  FILE_PROGRAM },
	{ STR_INIT("application/x-executable"), FILE_PROGRAM },
	{ STR_INIT("application/x-ms-shortcut"), FILE_PROGRAM },
	{ STR_INIT("application/x-ms-installer"), FILE_PROGRAM },
	{ STR_INIT("application/x-msi"), FILE_PROGRAM },
	{ STR_INIT("application/hta"), FILE_SCRIPT },
	{ STR_INIT("application/javascript"), FILE_SCRIPT },
	{ STR_INIT("application/x-javascript"), FILE_SCRIPT },
	{ STR_INIT("application/x-vbs"), FILE_SCRIPT },
	{ STR_INIT("application/x-bat"), FILE_SCRIPT },
};

/*
 * What may be in a file of this kind without anybody lying.  Honest programs
 * send spreadsheets' types for CSV, text/plain for any text, and ZIP's for
 * what is built on it.
 */
static const unsigned goes_with[] = {
	[FILE_UNKNOWN] = ANY_KIND,
	[FILE_PROGRAM] = ANY_KIND,
	[FILE_SCRIPT] = ANY_KIND,
	[FILE_DOCUMENT] = KIND(UNKNOWN) | KIND(DOCUMENT) | KIND(TEXT),
	[FILE_PDF] = KIND(UNKNOWN) | KIND(PDF),
	[FILE_IMAGE] = KIND(UNKNOWN) | KIND(IMAGE),
	[FILE_MEDIA] = KIND(UNKNOWN) | KIND(MEDIA),
	[FILE_TEXT] = KIND(UNKNOWN) | KIND(TEXT) | KIND(SCRIPT) |
	    KIND(DOCUMENT),
	[FILE_ARCHIVE] = KIND(UNKNOWN) | KIND(ARCHIVE) | KIND(DOCUMENT),
};

static enum file_kind
kind_of_type(struct str type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_starts_nocase(type, types[i].prefix))
			return types[i].kind;
	return FILE_UNKNOWN;
}

void
mime_set_add(struct arena *arena, struct mime_set *set, struct str text)
{
	if (text.len == 0 || set->texts.count == LIMIT_MIME_SET)
		return;
	for (size_t i = 0; i < set->texts.count; i++)
		if (str_eq(set->texts.at[i], text))
			return;
	text = arena_copy(arena, text);
	VEC_PUSH(arena, &set->texts, text);
}

/* The first reason stays: it is enough. */
static void
set_executable(struct mime_files *files, struct str reason)
{
	if (!files->executable)
		files->executable_reason = arena_copy(files->arena, reason);
	files->executable = true;
}

static void
set_mismatch(struct mime_files *files, struct str reason)
{
	if (!files->mismatch)
		files->mismatch_reason = arena_copy(files->arena, reason);
	files->mismatch = true;
}

void
mime_files_name(struct mime_files *files, struct str name)
{
	struct filename file;

	filename_read(files->scratch, name, &file);
	mime_set_add(files->arena, &files->names, name);
	mime_set_add(files->arena, &files->extensions, file.extension);
	files->twice |= file.twice;
	files->disguised |= file.disguised;
	if (filename_runs(file.kind))
		set_executable(files, arena_printf(files->scratch,
		    "\"%.*s\" is a %s by its name", STR_ARG(name),
		    filename_kind_name(file.kind)));
}

/* A name for people, of a part that may have none. */
static struct str
part_name(const struct mime_files *files, const struct mime_part *part)
{
	if (part->name_count == 0)
		return arena_printf(files->scratch, "part %u", part->number);
	return arena_printf(files->scratch, "\"%.*s\"",
	    STR_ARG(part->names[0]));
}

static void
compare(struct mime_files *files, const struct mime_part *part,
    const char *claim, enum file_kind claimed, enum file_kind found,
    const char *what)
{
	struct str name;

	if ((goes_with[claimed] & 1u << found) != 0)
		return;
	name = part_name(files, part);
	set_mismatch(files, arena_printf(files->scratch,
	    "%.*s is %s by its %s, but %s by its %s", STR_ARG(name),
	    filename_kind_name(claimed), claim, filename_kind_name(found),
	    what));
}

/* Octets that are a program's; a script's matter where it is no mere text. */
static bool
runs(const struct mime_part *part, enum file_kind content)
{
	return content == FILE_PROGRAM || (content == FILE_SCRIPT &&
	    (!part->text || part->name_count > 0 ||
	    part->disposition == MIME_ATTACHMENT));
}

const char *
mime_files_part(struct mime_files *files, const struct mime_part *part,
    struct str head)
{
	enum file_kind content, type = kind_of_type(part->type);
	const char *format = filename_format(head, &content);
	/* ZIP is what many documents are; no other archive is. */
	enum file_kind shown = format != NULL && archive_format(format) ==
	    ARCHIVE_ZIP ? FILE_UNKNOWN : content;
	struct str name;

	for (size_t i = 0; i < part->name_count; i++) {
		enum file_kind kind;
		struct filename file;

		mime_files_name(files, part->names[i]);
		filename_read(files->scratch, part->names[i], &file);
		kind = file.kind;
		compare(files, part, "type", type, kind, "name");
		compare(files, part, "name", kind, kind == FILE_DOCUMENT ?
		    shown : content, "content");
	}
	compare(files, part, "type", type, type == FILE_DOCUMENT ? shown :
	    content, "content");
	name = part_name(files, part);
	if (runs(part, content))
		set_executable(files, arena_printf(files->scratch,
		    "%.*s begins as a %s (%s)", STR_ARG(name),
		    filename_kind_name(content), format));
	if (filename_runs(type))
		set_executable(files, arena_printf(files->scratch,
		    "%.*s has the type %.*s", STR_ARG(name),
		    STR_ARG(part->type)));
	if (content == FILE_ARCHIVE && !mime_files_is_document(part))
		mime_set_add(files->arena, &files->archives,
		    str_from(format));
	return format;
}

bool
mime_files_is_document(const struct mime_part *part)
{
	for (size_t i = 0; i < part->name_count; i++) {
		struct str name = part->names[i];

		if (filename_kind(str_skip(name, str_rchr(name, '.') + 1)) ==
		    FILE_DOCUMENT)
			return true;
	}
	return kind_of_type(part->type) == FILE_DOCUMENT;
}

void
mime_files_member(struct mime_files *files, struct str name, bool document,
    bool wraps)
{
	struct filename file;
	struct str text;

	arena_reset(files->scratch);
	text = archive_name_text(files->scratch, name);
	filename_read(files->scratch, text, &file);
	if (!document)
		mime_set_add(files->arena, &files->members,
		    str_slice(text, 0, LIMIT_MIME_NAME_OCTETS));
	if (!document && !wraps)
		files->archive_nested |= file.kind == FILE_ARCHIVE;
	if (file.kind != FILE_PROGRAM && (document ||
	    file.kind != FILE_SCRIPT))
		return;
	files->twice |= file.twice;
	files->disguised |= file.disguised;
	if (!files->archive_executable)
		files->archive_reason = arena_copy(files->arena,
		    arena_printf(files->scratch, "\"%.*s\" is a %s",
		    STR_ARG(text), filename_kind_name(file.kind)));
	files->archive_executable = true;
}
