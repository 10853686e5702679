#include "mail/fold.h"

enum { TAB_COLUMNS = 8 };

void
fold_init(struct fold *fold, struct buf *out, size_t column, size_t width)
{
	*fold = (struct fold){ .out = out, .column = column, .width = width };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
put(struct fold *fold, struct str text)
{
	buf_add(fold->out, text);
	for (size_t i = 0; i < text.len; i++) {
		fold->column += text.ptr[i] == '\t' ? TAB_COLUMNS : 1;
		fold->inked |= !is_blank(text.ptr[i]);
	}
}

static void
new_line(struct fold *fold)
{
	buf_addz(fold->out, "\r\n");
	fold->column = 0;
	fold->inked = false;
}

void
fold_text(struct fold *fold, struct str text)
{
	while (text.len > 0) {
		size_t blanks = 0, end;

		while (blanks < text.len && is_blank(text.ptr[blanks]))
			blanks++;
		end = blanks;
		while (end < text.len && !is_blank(text.ptr[end]))
			end++;
		if (blanks > 0 && end > blanks && fold->inked &&
		    fold->column + end > fold->width)
			new_line(fold);
		put(fold, str_slice(text, 0, end));
		text = str_skip(text, end);
	}
}

void
fold_unit(struct fold *fold, struct str unit)
{
	if (fold->inked && fold->column + 1 + unit.len > fold->width) {
		new_line(fold);
		put(fold, STR("\t"));
	} else if (fold->inked) {
		put(fold, STR(" "));
	}
	fold_text(fold, unit);
}
