/*
 * MIME: listens to the parts of the message as it streams by, and makes facts
 * of what they are.
 */
#include <string.h>

#include "base/limits.h"
#include "checks/mime_files.h"
#include "checks/registry.h"
#include "mail/archive.h"
#include "mail/uu.h"

struct mime_check {
	struct mime_set		 types;
	struct mime_files	 files;
	unsigned		 troubles;	/* when the message has ended */
	unsigned		 parts, depth;
	bool			 uuencode;
	size_t			 member_count;
	bool			 members_cut;
	/* Of the part at hand: */
	size_t			 head_len;
	bool			 judged;	/* its head was looked at */
	bool			 document;
	struct archive		*archive;	/* or NULL: none so far */
	bool			 unpacking;	/* it is read */
	struct uu		 uu;
	char			 head[FILENAME_HEAD_OCTETS];
};

static bool
begin(void *ctx, const struct mime_part *part)
{
	struct check_run *run = ctx;
	struct mime_check *check = run->state;

	mime_set_add(run->arena, &check->types, part->type);
	check->head_len = 0;
	check->judged = check->unpacking = false;
	uu_init(&check->uu);
	arena_reset(check->files.scratch);
	if (part->attached)
		for (size_t i = 0; i < part->name_count; i++)
			mime_files_name(&check->files, part->names[i]);
	return true;
}

static void
member(void *ctx, struct str name)
{
	struct check_run *run = ctx;
	struct mime_check *check = run->state;

	if (check->member_count == LIMIT_ARCHIVE_NAMES) {
		check->members_cut = true;
		return;
	}
	check->member_count++;
	mime_files_member(&check->files, name, check->document,
	    check->archive->format == ARCHIVE_GZIP);
}

/* A ZIP may have anything before it, and a PDF some octets, so the name
 * decides, too. */
static enum archive_format
find_format(const struct mime_part *part, const char *format)
{
	static const struct {
		struct str end;
		enum archive_format format;
	} named[] = {
		{ STR_INIT(".zip"), ARCHIVE_ZIP },
		{ STR_INIT(".zipx"), ARCHIVE_ZIP },
		{ STR_INIT(".jar"), ARCHIVE_ZIP },
		{ STR_INIT(".pdf"), ARCHIVE_PDF },
	};

	for (size_t i = 0; i < part->name_count; i++)
		for (size_t j = 0; j < sizeof(named) / sizeof(named[0]); j++)
			if (str_ends_nocase(part->names[i], named[j].end) &&
			    archive_format(format) == ARCHIVE_NONE)
				return named[j].format;
	return archive_format(format);
}

static void
judge(struct check_run *run, const struct mime_part *part)
{
	struct mime_check *check = run->state;
	struct str head = str_make(check->head, check->head_len);
	enum archive_format format;

	check->judged = true;
	format = find_format(part, mime_files_part(&check->files, part, head));
	if (format == ARCHIVE_NONE)
		return;
	if (check->archive == NULL)
		check->archive = arena_alloc(run->arena,
		    sizeof(*check->archive));
	check->document = mime_files_is_document(part);
	archive_begin(check->archive, format, member, run);
	check->unpacking = archive_read(check->archive, head);
	if (!check->unpacking)
		archive_end(check->archive);
}

static void
uuencoded(void *ctx, struct str name)
{
	struct check_run *run = ctx;
	struct mime_check *check = run->state;

	check->uuencode = true;
	mime_files_name(&check->files, archive_name_text(check->files.scratch,
	    name));
}

static void
feed_archive(struct mime_check *check, struct str piece)
{
	if (!check->unpacking || piece.len == 0)
		return;
	check->unpacking = archive_read(check->archive, piece);
	if (!check->unpacking)
		archive_end(check->archive);
}

/* Only base64 is read to its end for its own sake: it may be broken. */
static bool
octets(void *ctx, const struct mime_part *part, struct str piece)
{
	struct check_run *run = ctx;
	struct mime_check *check = run->state;
	struct str head = str_slice(piece, 0,
	    FILENAME_HEAD_OCTETS - check->head_len);

	if (part->text)
		uu_read(&check->uu, piece, uuencoded, run);
	if (!check->judged) {
		memcpy(check->head + check->head_len, head.ptr, head.len);
		check->head_len += head.len;
		piece = str_skip(piece, head.len);
		if (check->head_len == FILENAME_HEAD_OCTETS)
			judge(run, part);
	}
	feed_archive(check, piece);
	return !check->judged || check->unpacking || part->text ||
	    part->encoding == MIME_BASE64;
}

static void
end(void *ctx, const struct mime_part *part)
{
	struct check_run *run = ctx;
	struct mime_check *check = run->state;

	if (!check->judged)
		judge(run, part);
	if (check->unpacking)
		archive_end(check->archive);
	if (check->archive != NULL)
		check->files.encrypted |= check->archive->encrypted;
	arena_reset(check->files.scratch);
}

static const struct mime_listener listener = { begin, octets, end };

static void
start(struct check_run *run)
{
	struct mime_check *check = run->state;

	check->files.arena = run->arena;
	check->files.scratch = check_scratch(run);
	check_mime(run, &listener);
}

static void
set_list(struct fact_set *facts, enum fact_id id, const struct mime_set *set)
{
	facts_list(facts, id, set->texts.at, set->texts.count);
}

/* Where not all was looked at, what was not found may yet be there. */
static void
set_found(struct fact_set *facts, enum fact_id id, bool found, bool cut)
{
	if (cut && !found)
		facts_unknown(facts, id,
		    STR("the message has more parts than are looked at"));
	else
		facts_bool(facts, id, found);
}

static void
set_troubles(struct check_run *run)
{
	const struct mime_check *check = run->state;
	VEC(struct str) troubles = { 0 };

	for (int i = 0; i < MIME_TROUBLES; i++)
		if ((check->troubles & 1u << i) != 0)
			VEC_PUSH(run->arena, &troubles,
			    str_from(mime_trouble_name(i)));
	if (check->uuencode)
		VEC_PUSH(run->arena, &troubles, STR("uuencode"));
	facts_list(run->subject->facts, FACT_ID_MIME_TROUBLES, troubles.at,
	    troubles.count);
}

static void
set_facts(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;
	const struct mime_check *check = run->state;
	const struct mime_files *files = &check->files;
	const struct {
		enum fact_id	id;
		bool		found;
	} found[] = {
		{ FACT_ID_MIME_EXECUTABLE, files->executable },
		{ FACT_ID_MIME_DOUBLE_EXTENSION, files->twice },
		{ FACT_ID_MIME_DISGUISED, files->disguised },
		{ FACT_ID_MIME_MISMATCH, files->mismatch },
		{ FACT_ID_MIME_ARCHIVE_EXECUTABLE, files->archive_executable },
		{ FACT_ID_MIME_ARCHIVE_NESTED, files->archive_nested },
		{ FACT_ID_MIME_ENCRYPTED, files->encrypted },
	};
	bool cut = (check->troubles & 1u << MIME_CUT) != 0;

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		set_found(facts, found[i].id, found[i].found, cut);
	facts_bool(facts, FACT_ID_MIME_CUT, cut);
	facts_number(facts, FACT_ID_MIME_PARTS, check->parts);
	facts_number(facts, FACT_ID_MIME_DEPTH, check->depth);
	facts_text_or_none(facts, FACT_ID_MIME_EXECUTABLE_REASON,
	    files->executable_reason);
	facts_text_or_none(facts, FACT_ID_MIME_MISMATCH_REASON,
	    files->mismatch_reason);
	facts_text_or_none(facts, FACT_ID_MIME_ARCHIVE_REASON,
	    files->archive_reason);
	set_list(facts, FACT_ID_MIME_TYPES, &check->types);
	set_list(facts, FACT_ID_MIME_NAMES, &files->names);
	set_list(facts, FACT_ID_MIME_EXTENSIONS, &files->extensions);
	set_list(facts, FACT_ID_MIME_ARCHIVES, &files->archives);
	set_list(facts, FACT_ID_MIME_ARCHIVE_NAMES, &files->members);
}

static void
eom(struct check_run *run)
{
	struct mime_check *check = run->state;
	struct mime *mime = run->subject->mime;

	check->troubles = mime_troubles(mime);
	if (check->members_cut)
		check->troubles |= 1u << MIME_CUT;
	check->parts = mime_part_count(mime);
	check->depth = mime_depth(mime);
	set_troubles(run);
	set_facts(run);
	check_mime_end(run);
	check_finish(run);
}

const struct check_ops mime_ops = {
	.state_size = sizeof(struct mime_check), .start = start,
	.eom = eom, .cancel = check_mime_end,
};
