#include "tests/support/mime_script.h"

#include "base/ensure.h"
#include "tests/support/mime_facts.h"

struct script {
	struct buf	out;
	unsigned	number;		/* of the part at hand */
	bool		open;
};

void
mime_script_part(struct buf *out, const struct mime_part *part)
{
	static const char *const dispositions[] = {
		[MIME_NO_DISPOSITION] = "", [MIME_INLINE] = " inline",
		[MIME_ATTACHMENT] = " attachment",
	};

	for (unsigned i = 0; i < part->depth; i++)
		buf_addc(out, '.');
	buf_add(out, part->type);
	if (part->container)
		buf_addc(out, part->attached ? '@' : '+');
	if (part->text && !str_starts_nocase(part->type, STR("text/")))
		buf_addc(out, '!');
	if (part->charset.len > 0) {
		buf_addz(out, " charset=");
		buf_add(out, part->charset);
	}
	buf_addz(out, dispositions[part->disposition]);
	for (size_t i = 0; i < part->name_count; i++) {
		buf_addz(out, " <");
		buf_add(out, part->names[i]);
		buf_addc(out, '>');
	}
	buf_addz(out, part->container ? "\n" : " {");
}

static bool
begin(void *ctx, const struct mime_part *part)
{
	struct script *script = ctx;

	ensure(!script->open && part->number == script->number + 1);
	script->number = part->number;
	mime_script_part(&script->out, part);
	script->open = !part->container;
	return true;
}

static bool
octets(void *ctx, const struct mime_part *part, struct str piece)
{
	struct script *script = ctx;

	ensure(script->open && part->number == script->number);
	ensure(piece.len > 0);
	buf_add(&script->out, piece);
	return true;
}

static void
end(void *ctx, const struct mime_part *part)
{
	struct script *script = ctx;

	ensure(script->open && part->number == script->number);
	script->open = false;
	buf_addz(&script->out, "}\n");
}

static const struct mime_listener listener = { begin, octets, end };

static void
feed_field(void *ctx, struct str name, struct str value)
{
	mime_field(ctx, name, value);
}

static void
tell_troubles(struct buf *out, unsigned troubles)
{
	if (troubles == 0)
		return;
	buf_addc(out, '=');
	for (int i = 0; i < MIME_TROUBLES; i++)
		if ((troubles & 1u << i) != 0) {
			buf_addc(out, ' ');
			buf_addz(out, mime_trouble_name(i));
		}
	buf_addc(out, '\n');
}

struct str
mime_script(struct arena *arena, struct str message, size_t piece)
{
	struct mime *mime = mime_new();
	struct script script = { .number = 0 };

	buf_init(&script.out, arena, SIZE_MAX);
	ensure(mime_listen(mime, &listener, &script));
	mime_each_field(&message, feed_field, mime);
	mime_eoh(mime);
	while (message.len > 0) {
		(void)mime_body(mime, str_slice(message, 0, piece));
		message = str_skip(message, piece);
	}
	mime_eom(mime);
	ensure(!script.open);
	ensure(script.number == mime_part_count(mime));
	tell_troubles(&script.out, mime_troubles(mime));
	mime_free(mime);
	return buf_str(&script.out);
}
