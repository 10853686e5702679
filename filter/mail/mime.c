#include "mail/mime.h"

#include <string.h>

#include "base/ensure.h"
#include "mail/mime_reader.h"

static const char *const trouble_names[MIME_TROUBLES] = {
	[MIME_CUT] = "cut", [MIME_NO_BOUNDARY] = "no-boundary",
	[MIME_BAD_BOUNDARY] = "bad-boundary", [MIME_NO_END] = "no-end",
	[MIME_BAD_HEADER] = "bad-header", [MIME_REPEATED] = "repeated",
	[MIME_BAD_TYPE] = "bad-type", [MIME_BAD_ENCODING] = "bad-encoding",
	[MIME_BAD_BASE64] = "bad-base64",
};

struct mime *
mime_new(void)
{
	struct arena *arena = arena_new();
	struct mime *mime = arena_alloc(arena, sizeof(*mime));

	mime->arena = arena;
	mime->scratch = arena_new();
	mime->fields.arena = mime->scratch;
	return mime;
}

void
mime_free(struct mime *mime)
{
	if (mime == NULL)
		return;
	mime_free(mime->inner);
	arena_free(mime->scratch);
	arena_free(mime->arena);
}

bool
mime_listen(struct mime *mime, const struct mime_listener *listener, void *ctx)
{
	if (mime->ear_count == LIMIT_MIME_LISTENERS)
		return false;
	mime->ears[mime->ear_count++] = (struct mime_ear){
		.listener = listener, .ctx = ctx };
	return true;
}

bool
mime_unlisten(struct mime *mime, const void *ctx)
{
	size_t kept = 0;

	if (mime->inner != NULL)
		(void)mime_unlisten(mime->inner, ctx);
	for (size_t i = 0; i < mime->ear_count; i++)
		if (mime->ears[i].ctx != ctx)
			mime->ears[kept++] = mime->ears[i];
	mime->ear_count = kept;
	return kept > 0;
}

void
mime_reader_trouble(struct mime *mime, enum mime_trouble trouble)
{
	mime->troubles |= 1u << trouble;
}

static bool
anybody_wants(const struct mime *mime)
{
	bool wants = false;

	for (size_t i = 0; i < mime->ear_count; i++)
		wants |= mime->ears[i].wants;
	return wants;
}

static void
give(void *ctx, struct str octets)
{
	struct mime *mime = ctx;

	for (size_t i = 0; i < mime->ear_count; i++) {
		struct mime_ear *ear = &mime->ears[i];

		if (ear->wants)
			ear->wants = ear->listener->octets(ear->ctx,
			    &mime->part, octets);
	}
}

static void
give_inner(void *ctx, struct str octets)
{
	mime_scan(((struct mime *)ctx)->inner, octets);
}

void
mime_reader_octets(struct mime *mime, struct str octets)
{
	if (mime->inner != NULL)
		mime_decode(&mime->decoder, octets, give_inner, mime);
	else if (mime->part_open && octets.len > 0 && anybody_wants(mime))
		mime_decode(&mime->decoder, octets, give, mime);
}

/*
 * RFC 2046 section 5.2.1 and RFC 2045 section 6.4 allow an attached message no
 * encoding; mail programs send it, and undo it.
 */
static void
open_inner(struct mime *mime)
{
	struct mime *inner = mime_new();

	memcpy(inner->ears, mime->ears, sizeof(inner->ears));
	inner->ear_count = mime->ear_count;
	inner->outer_count = mime->outer_count + 1;
	inner->parts = mime->parts;
	inner->deepest = mime->deepest;
	inner->depth = mime->part.depth + 1;
	mime_scan_header(inner);
	mime->inner = inner;
}

static void
close_inner(struct mime *mime)
{
	struct mime *inner = mime->inner;

	mime_decode_end(&mime->decoder, give_inner, mime);
	if (mime->decoder.bad)
		mime_reader_trouble(mime, MIME_BAD_BASE64);
	mime_eom(inner);
	mime->parts = inner->parts;
	mime->deepest = inner->deepest;
	mime->troubles |= inner->troubles;
	mime_free(inner);
	mime->inner = NULL;
}

static void
end_part(struct mime *mime)
{
	if (mime->inner != NULL)
		close_inner(mime);
	if (!mime->part_open)
		return;
	if (anybody_wants(mime)) {
		mime_decode_end(&mime->decoder, give, mime);
		if (mime->decoder.bad)
			mime_reader_trouble(mime, MIME_BAD_BASE64);
	}
	mime->part_open = false;
	for (size_t i = 0; i < mime->ear_count; i++)
		if (mime->ears[i].listener->end != NULL)
			mime->ears[i].listener->end(mime->ears[i].ctx,
			    &mime->part);
}

static void
tell_begin(struct mime *mime)
{
	for (size_t i = 0; i < mime->ear_count; i++) {
		struct mime_ear *ear = &mime->ears[i];

		ear->wants = ear->listener->begin != NULL &&
		    ear->listener->begin(ear->ctx, &mime->part) &&
		    ear->listener->octets != NULL && !mime->part.container;
	}
}

static void
header_begins(struct mime *mime, unsigned depth, bool digest)
{
	arena_reset(mime->scratch);
	mime->fields = (struct mime_fields){ .arena = mime->scratch };
	mime->depth = depth;
	mime->digest = digest;
}

/* Room for the boundary stays with its level: parts come and go. */
static void
push_level(struct mime *mime, struct str boundary, bool digest)
{
	struct mime_level *level = &mime->levels[mime->level_count++];

	if (level->size < boundary.len) {
		level->size = boundary.len <= 128 ? 128 :
		    LIMIT_MIME_BOUNDARY_OCTETS;
		level->boundary = arena_alloc(mime->arena, level->size);
	}
	memcpy(level->boundary, boundary.ptr, boundary.len);
	level->len = boundary.len;
	level->depth = mime->depth + 1;
	level->digest = digest;
	level->closed = false;
}

/* False: its parts cannot be told apart. */
static bool
open_multipart(struct mime *mime)
{
	bool several;
	struct str boundary = mime_value_parameter(mime->scratch,
	    &mime->fields.type, STR("boundary"), &several);

	/* RFC 2046 section 5.1.1: it does not end with a blank. */
	boundary = str_trim(boundary);
	if (several)
		mime_reader_trouble(mime, MIME_REPEATED);
	if (boundary.len > 70)
		mime_reader_trouble(mime, MIME_BAD_BOUNDARY);
	if (boundary.len == 0 || boundary.len > LIMIT_MIME_BOUNDARY_OCTETS) {
		mime_reader_trouble(mime, MIME_NO_BOUNDARY);
		return false;
	}
	if (mime->level_count == LIMIT_MIME_DEPTH) {
		mime_reader_trouble(mime, MIME_CUT);
		return false;
	}
	push_level(mime, boundary, str_eq(mime->part.type,
	    STR("multipart/digest")));
	return true;
}

static bool
is_message(struct str type)
{
	return str_eq(type, STR("message/rfc822")) ||
	    str_eq(type, STR("message/global"));	/* RFC 6532 */
}

/* Whether its parts, or its message, can be read as such. */
static void
find_container(struct mime *mime)
{
	struct mime_part *part = &mime->part;
	bool multipart = str_starts_nocase(part->type, STR("multipart/"));

	if (!multipart && !is_message(part->type))
		return;
	/* Of a multipart, mail programs do not undo it. */
	if (part->encoding != MIME_IDENTITY)
		mime_reader_trouble(mime, MIME_BAD_ENCODING);
	if (part->depth == LIMIT_MIME_DEPTH)
		mime_reader_trouble(mime, MIME_CUT);
	else if (multipart)
		part->container = open_multipart(mime);
	else if (part->encoding != MIME_IDENTITY &&
	    mime->outer_count == LIMIT_MIME_ENCODED)
		mime_reader_trouble(mime, MIME_CUT);
	else
		part->container = part->attached = true;
	part->text = !part->container;
}

void
mime_reader_part(struct mime *mime)
{
	struct mime_part *part = &mime->part;

	if (mime->parts == LIMIT_MIME_PARTS) {
		mime_reader_trouble(mime, MIME_CUT);
		mime->state = MIME_DONE;
		return;
	}
	*part = (struct mime_part){ .number = ++mime->parts,
				    .depth = mime->depth };
	if (part->depth > mime->deepest)
		mime->deepest = part->depth;
	mime_fields_tell(&mime->fields, mime->digest, part);
	find_container(mime);
	mime->troubles |= mime->fields.troubles;
	mime_decode_init(&mime->decoder, part->encoding);
	mime->part_open = !part->container;
	tell_begin(mime);
	if (part->attached && part->encoding != MIME_IDENTITY) {
		open_inner(mime);
		mime_scan_body(mime);
	} else if (part->attached) {
		header_begins(mime, part->depth + 1, false);
		mime_scan_header(mime);
	} else {
		mime_scan_body(mime);
	}
}

void
mime_reader_boundary(struct mime *mime, size_t level, bool last)
{
	struct mime_level *at = &mime->levels[level];

	end_part(mime);
	for (size_t i = level + 1; i < mime->level_count; i++)
		if (!mime->levels[i].closed)
			mime_reader_trouble(mime, MIME_NO_END);
	mime->level_count = level + 1;
	/* Some mail programs show what follows the last one. */
	if (at->closed)
		mime_reader_trouble(mime, MIME_BAD_BOUNDARY);
	at->closed = last;
	header_begins(mime, at->depth, at->digest);
	if (last)
		mime_scan_body(mime);
	else
		mime_scan_header(mime);
}

void
mime_field(struct mime *mime, struct str name, struct str value)
{
	mime_fields_add(&mime->fields, name, value);
}

void
mime_eoh(struct mime *mime)
{
	mime_reader_part(mime);
}

bool
mime_body(struct mime *mime, struct str piece)
{
	mime_scan(mime, piece);
	if (mime->ear_count == 0 || mime->state == MIME_DONE)
		return false;
	return mime->level_count > 0 || mime->inner != NULL ||
	    mime->state == MIME_IN_HEADER ||
	    (mime->part_open && anybody_wants(mime));
}

void
mime_eom(struct mime *mime)
{
	mime_scan_end(mime);
	end_part(mime);
	for (size_t i = 0; i < mime->level_count; i++)
		if (!mime->levels[i].closed && mime->state != MIME_DONE)
			mime_reader_trouble(mime, MIME_NO_END);
	mime->state = MIME_DONE;
}

unsigned
mime_part_count(const struct mime *mime)
{
	if (mime->inner != NULL)
		return mime_part_count(mime->inner);
	return mime->parts;
}

unsigned
mime_depth(const struct mime *mime)
{
	if (mime->inner != NULL)
		return mime_depth(mime->inner);
	return mime->deepest;
}

unsigned
mime_troubles(const struct mime *mime)
{
	return mime->troubles | (mime->inner == NULL ? 0 :
	    mime_troubles(mime->inner));
}

const char *
mime_trouble_name(enum mime_trouble trouble)
{
	ensure(trouble < MIME_TROUBLES);
	return trouble_names[trouble];
}
