#include "mail/filename.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_EXTENSION = 24, PUSHING_BLANKS = 8 };

static const struct extension {
	const char	*text;
	enum file_kind	 kind;
} extensions[] = {
#define EXTENSION(text, kind) { text, FILE_##kind },
#include "mail/filename.def"
#undef EXTENSION
};

static int
compare(const void *key, const void *member)
{
	const struct str *text = key;
	const struct extension *extension = member;

	return str_cmp_nocase(*text, str_from(extension->text));
}

enum file_kind
filename_kind(struct str extension)
{
	const struct extension *found;

	if (extension.len == 0 || extension.len > LONGEST_EXTENSION)
		return FILE_UNKNOWN;
	found = bsearch(&extension, extensions,
	    sizeof(extensions) / sizeof(extensions[0]), sizeof(extensions[0]),
	    compare);
	return found == NULL ? FILE_UNKNOWN : found->kind;
}

bool
filename_runs(enum file_kind kind)
{
	return kind == FILE_PROGRAM || kind == FILE_SCRIPT;
}

const char *
filename_kind_name(enum file_kind kind)
{
	static const char *const names[] = {
		[FILE_UNKNOWN] = "unknown", [FILE_PROGRAM] = "program",
		[FILE_SCRIPT] = "script", [FILE_DOCUMENT] = "document",
		[FILE_PDF] = "pdf", [FILE_IMAGE] = "image",
		[FILE_MEDIA] = "media", [FILE_TEXT] = "text",
		[FILE_ARCHIVE] = "archive",
	};

	return names[kind];
}

/* What comes to nothing at the end of a name: Windows drops dots and blanks */
static const struct str nothings[] = {
	STR_INIT(" "), STR_INIT("."), STR_INIT("\t"), STR_INIT("\""),
	STR_INIT("'"), STR_INIT("\xc2\xa0"), STR_INIT("\xe2\x80\x8b"),
	STR_INIT("\xe2\x80\x8e"), STR_INIT("\xe2\x80\x8f"),
	STR_INIT("\xe2\x80\xac"), STR_INIT("\xe2\x81\xa9"),
	STR_INIT("\xe3\x80\x80"), STR_INIT("\xef\xbb\xbf"),
	STR_INIT("\xef\xbf\xbd"),
};

static struct str
without_nothings(struct str name)
{
	size_t before;

	do {
		before = name.len;
		for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]);
		    i++)
			if (str_ends_nocase(name, nothings[i]))
				name.len -= nothings[i].len;
	} while (name.len < before);
	return name;
}

static struct str
last_component(struct str name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\')
			return str_skip(name, i);
	return name;
}

/* Take it off *name, with its dot; empty where there is none. */
static struct str
take_extension(struct str *name)
{
	size_t dot = str_rchr(*name, '.');
	struct str extension = str_skip(*name, dot + 1);

	if (extension.len == 0 || extension.len > LONGEST_EXTENSION ||
	    str_chr(extension, ' ') < extension.len)
		return STR_NONE;
	name->len = dot;
	return extension;
}

static bool
contains(struct str text, const char *z)
{
	return text.len > 0 && memmem(text.ptr, text.len, z,
	    strlen(z)) != NULL;
}

/* Right to left: override, embedding, isolate (Unicode UAX #9). */
static bool
is_turned(struct str name)
{
	return contains(name, "\xe2\x80\xae") ||
	    contains(name, "\xe2\x80\xab") || contains(name, "\xe2\x81\xa7");
}

static bool
is_pushed_away(struct str before)
{
	struct str kept = without_nothings(before);

	return before.len - kept.len >= PUSHING_BLANKS;
}

static void
read_name(struct arena *arena, struct str name, struct filename *out)
{
	struct str rest = without_nothings(name), extension, former;
	enum file_kind kind;

	extension = take_extension(&rest);
	out->extension = arena_lower(arena, extension);
	out->kind = filename_kind(extension);
	if (!filename_runs(out->kind))
		return;
	out->disguised |= is_turned(name) || is_pushed_away(rest);
	rest = without_nothings(rest);
	former = take_extension(&rest);
	kind = filename_kind(former);
	out->twice = kind != FILE_UNKNOWN && !filename_runs(kind);
}

void
filename_read(struct arena *arena, struct str name,
    struct filename *filename_out)
{
	static const char mark[] = "\xef\xbf\xbd";
	const char *cut;

	*filename_out = (struct filename){
		.disguised = contains(name, "\xe2\x80\xae") };
	name = last_component(name);
	read_name(arena, name, filename_out);
	if (filename_runs(filename_out->kind) || !contains(name, mark))
		return;
	/* A program that stops at a NUL sees no more than this. */
	cut = memmem(name.ptr, name.len, mark, sizeof(mark) - 1);
	name.len = (size_t)(cut - name.ptr);
	if (!filename_runs(filename_kind(take_extension(&name))))
		return;
	name.len = (size_t)(cut - name.ptr);
	read_name(arena, name, filename_out);
	filename_out->disguised = true;
}

static const struct {
	const char	*format;
	enum file_kind	 kind;
	size_t		 at;
	struct str	 mark;
} marks[] = {
	{ "elf", FILE_PROGRAM, 0, STR_INIT("\x7f" "ELF") },
	{ "mach-o", FILE_PROGRAM, 0, STR_INIT("\xfe\xed\xfa\xce") },
	{ "mach-o", FILE_PROGRAM, 0, STR_INIT("\xfe\xed\xfa\xcf") },
	{ "mach-o", FILE_PROGRAM, 0, STR_INIT("\xce\xfa\xed\xfe") },
	{ "mach-o", FILE_PROGRAM, 0, STR_INIT("\xcf\xfa\xed\xfe") },
	{ "shortcut", FILE_PROGRAM, 0,
	  STR_INIT("L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0") },
	{ "shebang", FILE_SCRIPT, 0, STR_INIT("#!/") },
	{ "shebang", FILE_SCRIPT, 0, STR_INIT("#! /") },
	{ "zip", FILE_ARCHIVE, 0, STR_INIT("PK\3\4") },
	{ "zip", FILE_ARCHIVE, 0, STR_INIT("PK\5\6") },
	{ "zip", FILE_ARCHIVE, 0, STR_INIT("PK\7\x08") },
	{ "rar", FILE_ARCHIVE, 0, STR_INIT("Rar!\x1a\x07") },
	{ "7z", FILE_ARCHIVE, 0, STR_INIT("7z\xbc\xaf\x27\x1c") },
	{ "gzip", FILE_ARCHIVE, 0, STR_INIT("\x1f\x8b\x08") },
	{ "bzip2", FILE_ARCHIVE, 4, STR_INIT("1AY&SY") },
	{ "xz", FILE_ARCHIVE, 0, STR_INIT("\xfd" "7zXZ\0") },
	{ "zstd", FILE_ARCHIVE, 0, STR_INIT("\x28\xb5\x2f\xfd") },
	{ "cab", FILE_ARCHIVE, 0, STR_INIT("MSCF\0\0\0\0") },
	{ "arj", FILE_ARCHIVE, 0, STR_INIT("\x60\xea") },
	{ "ace", FILE_ARCHIVE, 7, STR_INIT("**ACE**") },
	{ "lzh", FILE_ARCHIVE, 2, STR_INIT("-lh5-") },
	{ "lzh", FILE_ARCHIVE, 2, STR_INIT("-lh7-") },
	{ "tar", FILE_ARCHIVE, 257, STR_INIT("ustar") },
	{ "pdf", FILE_PDF, 0, STR_INIT("%PDF-") },
	{ "ole", FILE_DOCUMENT, 0,
	  STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") },
	{ "rtf", FILE_DOCUMENT, 0, STR_INIT("{\\rt") },
	{ "png", FILE_IMAGE, 0, STR_INIT("\x89PNG\r\n\x1a\n") },
	{ "jpeg", FILE_IMAGE, 0, STR_INIT("\xff\xd8\xff") },
	{ "gif", FILE_IMAGE, 0, STR_INIT("GIF8") },
	{ "webp", FILE_IMAGE, 8, STR_INIT("WEBP") },
	{ "ogg", FILE_MEDIA, 0, STR_INIT("OggS\0") },
	{ "flac", FILE_MEDIA, 0, STR_INIT("fLaC\0") },
};

/*
 * "MZ" begins many a text; a program has the place of its header at 60, less
 * than 2^24, and so a zero octet at 63.
 */
static bool
is_windows_program(struct str head)
{
	return head.len >= 64 && head.ptr[0] == 'M' && head.ptr[1] == 'Z' &&
	    head.ptr[63] == '\0';
}

const char *
filename_format(struct str head, enum file_kind *kind_out)
{
	*kind_out = FILE_PROGRAM;
	if (is_windows_program(head))
		return "windows-program";
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct str at = str_slice(head, marks[i].at,
		    marks[i].at + marks[i].mark.len);

		*kind_out = marks[i].kind;
		if (str_eq(at, marks[i].mark))
			return marks[i].format;
	}
	*kind_out = FILE_UNKNOWN;
	return NULL;
}
