#include "event/piece.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { PIECE_OCTETS = 512 * 1024 };

void
event_pieces_init(struct event_pieces *pieces, const char *const *paths,
    const struct event_opener *opener, const struct event_want *want)
{
	*pieces = (struct event_pieces){ .path = paths, .opener = opener,
	    .want = want };
}

void
event_pieces_fini(struct event_pieces *pieces)
{
	event_source_close(pieces->source);
	free(pieces->carry);
}

/* ---- the sources ---- */

static void
note_unread(struct event_pieces *pieces, const char *why)
{
	if (pieces->unread++ > 0)
		return;
	pieces->unread_file = pieces->path[-1];
	snprintf(pieces->unread_why, sizeof(pieces->unread_why), "%s", why);
}

static uint64_t
size_elsewhere(const struct event_pieces *pieces, const char *path)
{
	return pieces->opener == NULL ? 0 : pieces->opener->size(path);
}

uint64_t
event_pieces_total(const struct event_pieces *pieces,
    const char *const *paths)
{
	uint64_t total = 0;

	for (; *paths != NULL; paths++) {
		uint64_t elsewhere = size_elsewhere(pieces, *paths);

		total += elsewhere > 0 ? elsewhere :
		    event_source_size(*paths);
	}
	return total;
}

static struct event_source *
open_source(const struct event_pieces *pieces, const char *path, char *why,
    size_t size)
{
	const struct event_opener *opener = pieces->opener;
	struct event_source *source;

	if (size_elsewhere(pieces, path) > 0)
		return opener->open(opener->ctx, path, pieces->want, why,
		    size);
	source = event_source_open(path);
	if (source == NULL)
		snprintf(why, size, "%s", strerrordesc_np(errno));
	return source;
}

static bool
next_source(struct event_pieces *pieces)
{
	char why[sizeof(pieces->unread_why)];

	while (pieces->source == NULL && *pieces->path != NULL) {
		pieces->source = open_source(pieces, *pieces->path++, why,
		    sizeof(why));
		pieces->file_begins = true;
		if (pieces->source == NULL)
			note_unread(pieces, why);
	}
	return pieces->source != NULL;
}

static void
end_source(struct event_pieces *pieces)
{
	const char *trouble = event_source_trouble(pieces->source);

	if (trouble != NULL)
		note_unread(pieces, trouble);
	pieces->octets_before += event_source_offset(pieces->source);
	event_source_close(pieces->source);
	pieces->source = NULL;
}

/* ---- a piece ---- */

static void
make_room(struct event_piece *piece, size_t size)
{
	if (piece->size >= size)
		return;
	piece->text = xrealloc(piece->text, size);
	piece->size = size;
}

/* With what the last piece of the file left. */
static void
begin(struct event_pieces *pieces, struct event_piece *piece)
{
	*piece = (struct event_piece){ .text = piece->text,
	    .size = piece->size, .file = pieces->path[-1],
	    .file_begins = pieces->file_begins };
	pieces->file_begins = false;
	make_room(piece, PIECE_OCTETS + pieces->carry_len);
	if (pieces->carry_len > 0)
		memcpy(piece->text, pieces->carry, pieces->carry_len);
	piece->len = pieces->carry_len;
	pieces->carry_len = 0;
}

static void
keep_carry(struct event_pieces *pieces, const char *from, size_t len)
{
	if (pieces->carry_size < len) {
		pieces->carry = xrealloc(pieces->carry, len);
		pieces->carry_size = len;
	}
	if (len > 0)
		memcpy(pieces->carry, from, len);
	pieces->carry_len = len;
}

/* False at the end of the file. */
static bool
read_some(struct event_pieces *pieces, struct event_piece *piece)
{
	ssize_t got = event_source_read(pieces->source, piece->text +
	    piece->len, piece->size - piece->len);

	if (got <= 0)
		return false;
	piece->len += (size_t)got;
	return true;
}

/* The text begins inside of a line that is too long: up to its end. */
static void
drop(struct event_pieces *pieces, struct event_piece *piece)
{
	const char *newline = memchr(piece->text, '\n', piece->len);

	if (newline == NULL) {
		piece->len = 0;
		return;
	}
	piece->len -= (size_t)(newline + 1 - piece->text);
	memmove(piece->text, newline + 1, piece->len);
	pieces->dropping = false;
}

/* Keep what is behind the last end of line for the next piece.  False: there
 * is none, and more is to be read. */
static bool
cut(struct event_pieces *pieces, struct event_piece *piece)
{
	const char *newline = piece->len == 0 ? NULL :
	    memrchr(piece->text, '\n', piece->len);
	size_t len = newline == NULL ? 0 : (size_t)(newline + 1 -
	    piece->text);

	if (newline != NULL) {
		keep_carry(pieces, newline + 1, piece->len - len);
		piece->len = len;
		return true;
	}
	if (piece->len < LIMIT_EVENT_LINE_OCTETS)
		return false;
	piece->too_long = true;
	piece->len = 0;
	pieces->dropping = true;
	return true;
}

bool
event_pieces_next(struct event_pieces *pieces, struct event_piece *piece)
{
	if (!next_source(pieces))
		return false;
	begin(pieces, piece);
	for (;;) {
		bool more = true;

		while (piece->len < piece->size && more)
			more = read_some(pieces, piece);
		piece->octets = pieces->octets_before +
		    event_source_offset(pieces->source);
		if (pieces->dropping)
			drop(pieces, piece);
		if (!more) {
			pieces->dropping = false;
			end_source(pieces);
			return true;
		}
		if (piece->len == 0)
			continue;
		if (cut(pieces, piece))
			return true;
		make_room(piece, piece->size * 2);
	}
}
