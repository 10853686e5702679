#include "tests/support/canon_reference.h"

static bool
ends_with(const struct buf *buf, const char *end)
{
	return str_ends_nocase(buf_str(buf), str_from(end));
}

/* "Reduce all sequences of WSP within a line to a single SP"; none at ends. */
static void
reduce(struct buf *out, struct str line, bool keep_first)
{
	size_t last = line.len;

	while (last > 0 && (line.ptr[last - 1] == ' ' ||
	    line.ptr[last - 1] == '\t'))
		last--;
	for (size_t i = 0; i < last; i++) {
		bool blank = line.ptr[i] == ' ' || line.ptr[i] == '\t';
		bool before = i == 0 ? !keep_first :
		    line.ptr[i - 1] == ' ' || line.ptr[i - 1] == '\t';

		if (!blank)
			buf_addc(out, line.ptr[i]);
		else if (!before)
			buf_addc(out, ' ');
	}
}

static size_t
line_end(struct str text)
{
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '\r' && text.ptr[i + 1] == '\n')
			return i;
	return text.len;
}

struct str
reference_body(struct arena *arena, enum dkim_form form, struct str body)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	if (form == DKIM_FORM_SIMPLE)
		buf_add(&out, body);
	while (form == DKIM_FORM_RELAXED && body.len > 0) {
		size_t end = line_end(body);

		reduce(&out, str_slice(body, 0, end), true);
		buf_addz(&out, "\r\n");
		body = str_skip(body, end + 2);
	}
	if (form == DKIM_FORM_SIMPLE && !ends_with(&out, "\r\n"))
		buf_addz(&out, "\r\n");
	while (ends_with(&out, "\r\n\r\n"))
		out.len -= 2;
	if (form == DKIM_FORM_RELAXED && out.len == 2)
		out.len = 0;
	return buf_str(&out);
}

struct str
reference_field(struct arena *arena, enum dkim_form form, struct str name,
    struct str value)
{
	struct buf out, unfolded;

	buf_init(&out, arena, SIZE_MAX);
	buf_init(&unfolded, arena, SIZE_MAX);
	if (form == DKIM_FORM_SIMPLE) {
		buf_add(&out, name);
		buf_addc(&out, ':');
		buf_add(&out, value);
		return buf_str(&out);
	}
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] != ' ' && name.ptr[i] != '\t')
			buf_addc(&out, ascii_lower(name.ptr[i]));
	buf_addc(&out, ':');
	while (value.len > 0) {
		size_t end = line_end(value);

		buf_add(&unfolded, str_slice(value, 0, end));
		value = str_skip(value, end + 2);
	}
	reduce(&out, buf_str(&unfolded), false);
	return buf_str(&out);
}
