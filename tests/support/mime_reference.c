#include "tests/support/mime_reference.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "mail/mime_reader.h"
#include "tests/support/mime_facts.h"
#include "tests/support/mime_script.h"

struct parent {
	struct str	boundary;
	unsigned	depth;
	bool		digest;
};

struct reference {
	struct arena		*arena;
	struct buf		 out, body, field;
	struct parent		 parents[LIMIT_MIME_DEPTH];
	size_t			 parent_count;
	struct mime_fields	 fields;
	struct mime_part	 part;
	unsigned		 depth, lines, outer_count;
	bool			 digest, in_header, open;
};

static struct str
chomp(struct str line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void
add_base64(struct reference *ref, struct str text, struct buf *out)
{
	struct buf group;

	buf_init(&group, ref->arena, SIZE_MAX);
	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : '=';
		struct str octets;

		if (ascii_alnum(c) || c == '+' || c == '/')
			buf_addc(&group, c);
		if (c != '=')
			continue;
		if (group.len % 4 == 1)
			group.len--;
		if (base64_read(ref->arena, buf_str(&group), &octets))
			buf_add(out, octets);
		group.len = 0;
	}
}

/* Octets of the soft line break behind '=', or 0. */
static size_t
soft_break(struct str text)
{
	size_t i = 0;

	while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t'))
		i++;
	if (i < text.len && text.ptr[i] == '\r')
		return i + 1 + (i + 1 < text.len && text.ptr[i + 1] == '\n');
	return i < text.len && text.ptr[i] == '\n' ? i + 1 :
	    i == text.len ? i : 0;
}

static void
add_quoted(struct str text, struct buf *out)
{
	while (text.len > 0) {
		char c = text.ptr[0];
		size_t skip;

		text = str_skip(text, 1);
		if (c != '=') {
			buf_addc(out, c);
			continue;
		}
		if (text.len >= 2 && ascii_hex(text.ptr[0]) >= 0 &&
		    ascii_hex(text.ptr[1]) >= 0) {
			buf_addc(out, (char)(ascii_hex(text.ptr[0]) << 4 |
			    ascii_hex(text.ptr[1])));
			text = str_skip(text, 2);
			continue;
		}
		skip = soft_break(text);
		text = str_skip(text, skip);
		if (skip > 0 || text.len == 0)
			continue;
		buf_addc(out, '=');
		if (text.ptr[0] != ' ' && text.ptr[0] != '\t')
			continue;
		buf_addc(out, ' ');
		while (text.len > 0 && (text.ptr[0] == ' ' ||
		    text.ptr[0] == '\t'))
			text = str_skip(text, 1);
	}
}

static void read_inner(struct reference *ref, struct str text);

static void
end_part(struct reference *ref, bool at_boundary)
{
	struct str body = buf_str(&ref->body);
	struct buf decoded;

	if (!ref->open)
		return;
	if (at_boundary)
		body = chomp(body);
	ref->open = false;
	buf_init(&decoded, ref->arena, SIZE_MAX);
	if (ref->part.encoding == MIME_BASE64)
		add_base64(ref, body, &decoded);
	else if (ref->part.encoding == MIME_QUOTED_PRINTABLE)
		add_quoted(body, &decoded);
	else
		buf_add(&decoded, body);
	if (ref->part.attached) {
		read_inner(ref, buf_str(&decoded));
		return;
	}
	buf_add(&ref->out, buf_str(&decoded));
	buf_addz(&ref->out, "}\n");
}

static void
begin_header(struct reference *ref, unsigned depth, bool digest)
{
	ref->fields = (struct mime_fields){ .arena = ref->arena };
	ref->depth = depth;
	ref->digest = digest;
	ref->in_header = true;
	ref->lines = 0;
	buf_init(&ref->field, ref->arena, SIZE_MAX);
}

static bool
find_parent(struct reference *ref)
{
	struct str boundary = str_trim(mime_value_parameter(ref->arena,
	    &ref->fields.type, STR("boundary"), NULL));

	if (boundary.len == 0 || boundary.len > LIMIT_MIME_BOUNDARY_OCTETS ||
	    ref->parent_count == LIMIT_MIME_DEPTH)
		return false;
	ref->parents[ref->parent_count++] = (struct parent){ boundary,
	    ref->depth + 1, str_eq(ref->part.type, STR("multipart/digest")) };
	return true;
}

static void
end_field(struct reference *ref)
{
	struct str field = buf_str(&ref->field);
	size_t colon = str_chr(field, ':');

	if (colon < field.len)
		mime_fields_add(&ref->fields, str_slice(field, 0, colon),
		    str_skip(field, colon + 1));
	buf_init(&ref->field, ref->arena, SIZE_MAX);
}

static void
end_header(struct reference *ref)
{
	struct mime_part *part = &ref->part;
	bool message;

	end_field(ref);
	*part = (struct mime_part){ .depth = ref->depth };
	mime_fields_tell(&ref->fields, ref->digest, part);
	message = str_eq(part->type, STR("message/rfc822")) ||
	    str_eq(part->type, STR("message/global"));
	if (part->depth < LIMIT_MIME_DEPTH) {
		part->attached = message && (part->encoding == MIME_IDENTITY ||
		    ref->outer_count < LIMIT_MIME_ENCODED);
		part->container = part->attached || (str_starts_nocase(
		    part->type, STR("multipart/")) && find_parent(ref));
	}
	if (message || str_starts_nocase(part->type, STR("multipart/")))
		part->text = !part->container;
	mime_script_part(&ref->out, part);
	ref->open = !part->container || (part->attached &&
	    part->encoding != MIME_IDENTITY);
	ref->in_header = false;
	buf_init(&ref->body, ref->arena, SIZE_MAX);
	if (part->attached && !ref->open)
		begin_header(ref, part->depth + 1, false);
}

/* A field's name and colon. */
static bool
is_field(struct str line)
{
	size_t name = 0, colon = str_chr(line, ':');

	while (name < colon && line.ptr[name] > ' ' && line.ptr[name] < 0x7f)
		name++;
	if (name == 0 || colon == line.len || line.ptr[0] == '-')
		return false;
	for (size_t i = name; i < colon; i++)
		if (line.ptr[i] != ' ' && line.ptr[i] != '\t')
			return false;
	return true;
}

/* False: it is of the body. */
static bool
header_line(struct reference *ref, struct str line)
{
	bool first = ref->lines++ == 0;

	line = chomp(line);
	if (line.len == 0) {
		end_header(ref);
	} else if (!first && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
		buf_add(&ref->field, line);
	} else if (is_field(line)) {
		end_field(ref);
		buf_add(&ref->field, line);
	} else if (!first || (!str_starts_nocase(line, STR("From ")) &&
	    !str_starts_nocase(line, STR(">From ")))) {
		end_header(ref);
		return false;
	}
	return true;
}

static bool
is_boundary(struct reference *ref, struct str line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len < 2 || line.len > LIMIT_MIME_LINE_OCTETS ||
	    line.ptr[0] != '-' || line.ptr[1] != '-')
		return false;
	line = str_skip(chomp(line), 2);
	for (size_t i = ref->parent_count; i > 0; i--) {
		struct parent *parent = &ref->parents[i - 1];
		struct str rest = str_trim(str_skip(line,
		    parent->boundary.len));

		if (!str_eq(str_slice(line, 0, parent->boundary.len),
		    parent->boundary) || (rest.len > 0 &&
		    !str_eq(rest, STR("--"))))
			continue;
		end_part(ref, true);
		ref->parent_count = i;
		if (rest.len == 0)
			begin_header(ref, parent->depth, parent->digest);
		return true;
	}
	return false;
}

static void
feed_field(void *ctx, struct str name, struct str value)
{
	struct reference *ref = ctx;

	mime_fields_add(&ref->fields, name, value);
}

/* From a header on. */
static void
read_lines(struct reference *ref, struct str text)
{
	while (text.len > 0) {
		struct str line = str_slice(text, 0, str_chr(text, '\n') + 1);
		bool taken = false;

		text = str_skip(text, line.len);
		while (ref->in_header && !taken)
			taken = header_line(ref, line);
		if (!taken && !is_boundary(ref, line) && ref->open)
			buf_add(&ref->body, line);
	}
	if (ref->in_header && ref->lines > 0)
		end_header(ref);
	end_part(ref, false);
}

/* An attached message that was encoded. */
static void
read_inner(struct reference *ref, struct str text)
{
	struct reference *inner = arena_alloc(ref->arena, sizeof(*inner));

	inner->arena = ref->arena;
	inner->outer_count = ref->outer_count + 1;
	buf_init(&inner->out, ref->arena, SIZE_MAX);
	begin_header(inner, ref->part.depth + 1, false);
	read_lines(inner, text);
	buf_add(&ref->out, buf_str(&inner->out));
}

struct str
mime_reference(struct arena *arena, struct str message)
{
	struct reference *ref = arena_alloc(arena, sizeof(*ref));

	ref->arena = arena;
	buf_init(&ref->out, arena, SIZE_MAX);
	begin_header(ref, 0, false);
	mime_each_field(&message, feed_field, ref);
	end_header(ref);
	read_lines(ref, message);
	return buf_str(&ref->out);
}
