#include <string.h>

#include "mail/mime_reader.h"

void
mime_scan_header(struct mime *mime)
{
	if (mime->line == NULL) {
		mime->line = arena_alloc(mime->arena, LIMIT_MIME_FIELD_OCTETS);
		mime->field = arena_alloc(mime->arena,
		    LIMIT_MIME_FIELD_OCTETS);
	}
	mime->state = MIME_IN_HEADER;
	mime->line_len = mime->field_len = 0;
	mime->line_over = false;
	mime->header_octets = 0;
	mime->header_lines = 0;
}

/* The first line may be a boundary, without a line end before it. */
void
mime_scan_body(struct mime *mime)
{
	mime->state = MIME_IN_BODY;
	mime->holding = true;
	mime->hold_eol = mime->hold_len = 0;
}

/*
 * RFC 2046 section 5.1.1: "--", the boundary, "--" at the last one, blanks.
 * The innermost one that is meant exactly: one may begin as another does.
 */
static bool
find_boundary(struct mime *mime, struct str line, size_t *level_out,
    bool *last_out)
{
	if (line.len < 2 || line.ptr[0] != '-' || line.ptr[1] != '-')
		return false;
	line = str_skip(line, 2);
	for (size_t i = mime->level_count; i > 0; i--) {
		const struct mime_level *level = &mime->levels[i - 1];
		struct str rest = str_trim(str_skip(line, level->len));

		if (line.len < level->len ||
		    memcmp(line.ptr, level->boundary, level->len) != 0)
			continue;
		*last_out = str_eq(rest, STR("--"));
		*level_out = i - 1;
		if (rest.len == 0 || *last_out)
			return true;
		mime_reader_trouble(mime, MIME_BAD_BOUNDARY);
	}
	return false;
}

/* Where the name of a field ends, if the line has one; else 0. */
static size_t
field_colon(struct str line)
{
	size_t i = 0;

	while (i < line.len && line.ptr[i] > 0x20 && line.ptr[i] < 0x7f &&
	    line.ptr[i] != ':')
		i++;
	if (i == 0)
		return 0;
	for (size_t at = i; at < line.len; at++)
		if (line.ptr[at] == ':')
			return at;
		else if (line.ptr[at] != ' ' && line.ptr[at] != '\t')
			return 0;
	return 0;
}

static void
end_field(struct mime *mime)
{
	struct str field = str_make(mime->field, mime->field_len);
	size_t colon = field_colon(field);

	if (colon > 0)
		mime_fields_add(&mime->fields, str_slice(field, 0, colon),
		    str_skip(field, colon + 1));
	mime->field_len = 0;
}

static void
add_to_field(struct mime *mime, struct str line)
{
	size_t room = LIMIT_MIME_FIELD_OCTETS - mime->field_len;
	struct str fits = str_slice(line, 0, room);

	/* Of a line as long as this the end may have been dropped. */
	if (fits.len < line.len || line.len >= LIMIT_MIME_FIELD_OCTETS - 1)
		mime_reader_trouble(mime, MIME_CUT);
	if (fits.len > 0)
		memcpy(mime->field + mime->field_len, fits.ptr, fits.len);
	mime->field_len += fits.len;
}

static void
end_header(struct mime *mime)
{
	end_field(mime);
	mime_reader_part(mime);
}

/* Mailboxes that were sent on as they are have a line that is no field. */
static bool
is_mailbox_line(struct mime *mime, struct str line)
{
	return mime->header_lines == 1 && (str_starts_nocase(line,
	    STR("From ")) || str_starts_nocase(line, STR(">From ")));
}

/* False: it is no line of a header, but the first of a body. */
static bool
header_line(struct mime *mime, struct str line)
{
	bool more = line.len > 0 && (line.ptr[0] == ' ' ||
	    line.ptr[0] == '\t');

	mime->header_lines++;
	mime->header_octets += line.len;
	if (mime->header_octets > LIMIT_MIME_HEADER_OCTETS)
		mime_reader_trouble(mime, MIME_CUT);
	if (line.len == 0) {
		end_header(mime);
	} else if (more && mime->header_lines > 1) {
		if (mime->field_len > 0)
			add_to_field(mime, line);
	} else if (line.ptr[0] != '-' && field_colon(line) > 0) {
		end_field(mime);
		if (ascii_lower(line.ptr[0]) == 'c' &&
		    mime->header_octets <= LIMIT_MIME_HEADER_OCTETS)
			add_to_field(mime, line);
	} else if (!is_mailbox_line(mime, line)) {
		mime_reader_trouble(mime, MIME_BAD_HEADER);
		end_header(mime);
		return false;
	}
	return true;
}

/* The line in the buffer: up to its end, or as much as is looked at. */
static void
buffered_line(struct mime *mime, bool whole)
{
	struct str line = str_make(mime->line, mime->line_len);

	mime->line_len = 0;
	if (header_line(mime, str_chomp(line)))
		mime->line_over = !whole && mime->state == MIME_IN_HEADER;
	else
		mime_scan(mime, line);
}

/* What is left of the piece. */
static struct str
scan_header(struct mime *mime, struct str piece)
{
	size_t lf = str_chr(piece, '\n'), room;
	bool whole = lf < piece.len;
	struct str line = str_slice(piece, 0, lf + 1);

	if (mime->line_over) {
		mime->line_over = !whole;
		return str_skip(piece, line.len);
	}
	if (mime->line_len == 0 && whole)
		return header_line(mime, str_chomp(str_slice(line, 0,
		    LIMIT_MIME_FIELD_OCTETS))) ? str_skip(piece, line.len) :
		    piece;
	room = LIMIT_MIME_FIELD_OCTETS - mime->line_len;
	if (line.len >= room) {
		whole = line.len == room && whole;
		line = str_slice(line, 0, room);
	}
	memmove(mime->line + mime->line_len, line.ptr, line.len);
	mime->line_len += line.len;
	if (whole || line.len == room)
		buffered_line(mime, whole);
	return str_skip(piece, line.len);
}

/* The line end at the end of these octets: "\n", "\r\n", or "\r" alone. */
static size_t
eol_length(struct str s)
{
	size_t len = 0;

	if (len < s.len && s.ptr[s.len - 1] == '\n')
		len++;
	if (len < s.len && s.ptr[s.len - 1 - len] == '\r')
		len++;
	return len;
}

static void
hold(struct mime *mime, struct str eol_and_line, size_t eol)
{
	mime->holding = true;
	mime->hold_eol = eol;
	mime->hold_len = eol_and_line.len;
	memmove(mime->hold, eol_and_line.ptr, eol_and_line.len);
}

static struct str
let_go(struct mime *mime, struct str piece)
{
	mime->holding = false;
	mime_reader_octets(mime, str_make(mime->hold, mime->hold_len));
	return piece;
}

/* Handle what is held if it is a boundary. */
static bool
held_boundary(struct mime *mime)
{
	struct str held = str_make(mime->hold, mime->hold_len);
	size_t level;
	bool last;

	if (!find_boundary(mime, str_chomp(str_skip(held, mime->hold_eol)),
	    &level, &last))
		return false;
	mime->holding = false;
	mime_reader_boundary(mime, level, last);
	return true;
}

/* The held line is whole. */
static void
held_line(struct mime *mime)
{
	struct str held = str_make(mime->hold, mime->hold_len);
	size_t eol = eol_length(held);

	if (held_boundary(mime))
		return;
	mime_reader_octets(mime, str_slice(held, 0, held.len - eol));
	hold(mime, str_skip(held, held.len - eol), eol);
}

/* Add to what is held until it is known what it is. */
static struct str
scan_held(struct mime *mime, struct str piece)
{
	while (mime->holding && mime->state == MIME_IN_BODY && piece.len > 0) {
		size_t line = mime->hold_len - mime->hold_eol, take = 1;
		char c = piece.ptr[0];

		if (mime->hold_eol == 1 && line == 0 &&
		    mime->hold[0] == '\r') {
			if (c != '\n')
				return let_go(mime, piece);
			mime->hold_eol++;
		} else if (line < 2) {
			if (c != '-')
				return let_go(mime, piece);
		} else {
			size_t lf = str_chr(piece, '\n');

			take = lf + (lf < piece.len);
			if (line + lf > LIMIT_MIME_LINE_OCTETS)
				return let_go(mime, piece);
		}
		memcpy(mime->hold + mime->hold_len, piece.ptr, take);
		mime->hold_len += take;
		if (line >= 2 && piece.ptr[take - 1] == '\n')
			held_line(mime);
		piece = str_skip(piece, take);
	}
	return piece;
}

/* What may be the beginning of a line end and a boundary. */
static size_t
tail_length(struct str piece)
{
	size_t dash = piece.len > 1 && piece.ptr[piece.len - 1] == '-' &&
	    piece.ptr[piece.len - 2] == '\n';

	return dash + eol_length(str_slice(piece, 0, piece.len - dash));
}

/* All but the tail are octets; what is left is held. */
static struct str
keep_tail(struct mime *mime, struct str piece)
{
	size_t tail = tail_length(piece);
	struct str kept = str_skip(piece, piece.len - tail);

	mime_reader_octets(mime, str_slice(piece, 0, piece.len - tail));
	if (tail > 0)
		hold(mime, kept, eol_length(str_slice(kept, 0, tail -
		    (kept.ptr[tail - 1] == '-'))));
	return STR_NONE;
}

enum candidate { NO_BOUNDARY, NOT_WHOLE, BOUNDARY };

/*
 * The line behind the line end at lf, that begins with "--": if it is or may
 * be a boundary, what is before it has been given, and *piece is what is left.
 */
static enum candidate
candidate(struct mime *mime, struct str *piece, size_t lf)
{
	struct str before = str_slice(*piece, 0, lf + 1), line;
	size_t end, level;
	bool last;

	before.len -= eol_length(before);
	line = str_slice(*piece, lf + 1, lf + 2 + LIMIT_MIME_LINE_OCTETS);
	end = str_chr(line, '\n');
	if (end > LIMIT_MIME_LINE_OCTETS)
		return NO_BOUNDARY;
	if (end == line.len) {
		mime_reader_octets(mime, before);
		hold(mime, str_skip(*piece, before.len), lf + 1 - before.len);
		*piece = STR_NONE;
		return NOT_WHOLE;
	}
	line.len = end + 1;
	if (!find_boundary(mime, str_chomp(line), &level, &last))
		return NO_BOUNDARY;
	mime_reader_octets(mime, before);
	mime_reader_boundary(mime, level, last);
	*piece = str_skip(*piece, lf + 1 + line.len);
	return BOUNDARY;
}

/*
 * The line end before a line that begins with "--", from this place on; or the
 * length.  Base64 has no '-' at all, and texts have few.
 */
static size_t
find_line(struct str piece, size_t from)
{
	while (from < piece.len) {
		size_t at = from + str_chr(str_skip(piece, from), '-');

		if (at + 1 < piece.len && at > 0 &&
		    piece.ptr[at - 1] == '\n' && piece.ptr[at + 1] == '-')
			return at - 1;
		while (at < piece.len && piece.ptr[at] == '-')
			at++;
		from = at;
	}
	return piece.len;
}

static struct str
scan_body(struct mime *mime, struct str piece)
{
	size_t from = 0;

	if (mime->level_count == 0) {
		mime->holding = false;
		mime_reader_octets(mime, piece);
		return STR_NONE;
	}
	piece = scan_held(mime, piece);
	if (mime->state != MIME_IN_BODY || piece.len == 0)
		return piece;
	for (;;) {
		size_t lf = find_line(piece, from);

		if (lf == piece.len)
			return keep_tail(mime, piece);
		if (candidate(mime, &piece, lf) != NO_BOUNDARY)
			return piece;
		from = lf + 3;
	}
}

void
mime_scan(struct mime *mime, struct str piece)
{
	while (piece.len > 0 && mime->state != MIME_DONE)
		piece = mime->state == MIME_IN_HEADER ?
		    scan_header(mime, piece) : scan_body(mime, piece);
}

/* The last line of a message may have no end. */
void
mime_scan_end(struct mime *mime)
{
	while (mime->state == MIME_IN_HEADER && mime->line_len > 0)
		buffered_line(mime, true);
	if (mime->state == MIME_IN_HEADER && mime->header_lines > 0)
		end_header(mime);
	if (mime->state == MIME_IN_BODY && mime->holding &&
	    !held_boundary(mime))
		(void)let_go(mime, STR_NONE);
}
