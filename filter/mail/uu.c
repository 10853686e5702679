#include "mail/uu.h"

#include <string.h>

enum { MOST_OCTETS = 45 };	/* of a line, decoded: 'M' */

void
uu_init(struct uu *uu)
{
	uu->skipping = uu->begun = false;
	uu->len = uu->name_len = 0;
}

/* "begin", three or four octal digits, a name. */
static bool
is_begin(struct str line, struct str *name_out)
{
	size_t digits = 0;

	if (!str_eq(str_slice(line, 0, 6), STR("begin ")))
		return false;
	line = str_skip(line, 6);
	while (digits < line.len && line.ptr[digits] >= '0' &&
	    line.ptr[digits] <= '7')
		digits++;
	if (digits < 3 || digits > 4 || digits == line.len ||
	    line.ptr[digits] != ' ')
		return false;
	*name_out = str_trim(str_skip(line, digits));
	return name_out->len > 0 && name_out->len <= UU_NAME_OCTETS;
}

/* The first character tells how many octets the others are. */
static bool
is_data(struct str line)
{
	size_t octets, characters;

	if (line.len < 2 || line.ptr[0] <= ' ' ||
	    line.ptr[0] > ' ' + MOST_OCTETS)
		return false;
	octets = (size_t)(line.ptr[0] - ' ');
	characters = (octets + 2) / 3 * 4;
	if (line.len < 1 + characters || line.len > 2 + characters)
		return false;
	for (size_t i = 1; i < line.len; i++)
		if (line.ptr[i] < ' ' || line.ptr[i] > '`')
			return false;
	return true;
}

static void
whole_line(struct uu *uu, uu_name_fn *tell, void *ctx)
{
	struct str line = str_make(uu->line, uu->len), name;

	uu->len = 0;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (uu->begun && is_data(line))
		tell(ctx, str_make(uu->name, uu->name_len));
	uu->begun = is_begin(line, &name);
	if (!uu->begun)
		return;
	memcpy(uu->name, name.ptr, name.len);
	uu->name_len = name.len;
}

void
uu_read(struct uu *uu, struct str piece, uu_name_fn *tell, void *ctx)
{
	while (piece.len > 0) {
		size_t lf = str_chr(piece, '\n');
		size_t room = UU_LINE_OCTETS - uu->len;

		/* Most lines are neither, by their first octet. */
		if (uu->len == 0 && !uu->begun && piece.ptr[0] != 'b' &&
		    lf > 0)
			uu->skipping = true;
		if (!uu->skipping && lf <= room) {
			memcpy(uu->line + uu->len, piece.ptr, lf);
			uu->len += lf;
		} else if (!uu->skipping) {
			uu->skipping = true;
			uu->begun = false;
			uu->len = 0;
		}
		if (lf < piece.len && !uu->skipping)
			whole_line(uu, tell, ctx);
		if (lf < piece.len)
			uu->skipping = false;
		piece = str_skip(piece, lf + 1);
	}
}
