#include "event/emit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/limits.h"

enum { FIRST_SIZE = 8192 };

void
emit_init(struct emit *emit)
{
	*emit = (struct emit){ .text = xrealloc(NULL, FIRST_SIZE),
			       .size = FIRST_SIZE };
}

/* Room for need octets and a NUL. */
static void
reserve(struct emit *emit, size_t need)
{
	if (need < emit->size - emit->len)
		return;
	while (need >= emit->size - emit->len)
		emit->size *= 2;
	emit->text = xrealloc(emit->text, emit->size);
}

static void
add(struct emit *emit, const char *bytes, size_t len)
{
	reserve(emit, len);
	memcpy(emit->text + emit->len, bytes, len);
	emit->len += len;
}

static void
addz(struct emit *emit, const char *z)
{
	add(emit, z, strlen(z));
}

char *
emit_finish(struct emit *emit)
{
	emit->text[emit->len] = '\0';
	/* Many may wait in the writer's queue, which counts their length. */
	return xrealloc(emit->text, emit->len + 1);
}

void
emit_print(struct emit *emit, FILE *out)
{
	fwrite(emit->text, 1, emit->len, out);
	putc('\n', out);
	free(emit->text);
}

static void
begin(struct emit *emit, const char *key)
{
	if (emit->comma)
		add(emit, ",", 1);
	emit->comma = true;
	if (key == NULL)
		return;
	add(emit, "\"", 1);
	addz(emit, key);
	add(emit, "\":", 2);
}

void
emit_open(struct emit *emit, const char *key, char bracket)
{
	begin(emit, key);
	add(emit, &bracket, 1);
	emit->comma = false;
}

void
emit_close(struct emit *emit, char bracket)
{
	add(emit, &bracket, 1);
	emit->comma = true;
}

void
emit_null(struct emit *emit, const char *key)
{
	begin(emit, key);
	add(emit, "null", 4);
}

void
emit_bool(struct emit *emit, const char *key, bool truth)
{
	begin(emit, key);
	addz(emit, truth ? "true" : "false");
}

void
emit_int(struct emit *emit, const char *key, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	begin(emit, key);
	addz(emit, text);
}

void
emit_number(struct emit *emit, const char *key, double number)
{
	char text[64];

	if (!isfinite(number)) {
		emit_null(emit, key);
		return;
	}
	/* 2^53: beyond it a double is no exact integer. */
	if (number == floor(number) && fabs(number) <= 9007199254740992.0) {
		emit_int(emit, key, (int64_t)number);
		return;
	}
	snprintf(text, sizeof(text), "%.17g", number);
	begin(emit, key);
	addz(emit, text);
}

void
emit_word(struct emit *emit, const char *key, const char *word)
{
	if (word == NULL) {
		emit_null(emit, key);
		return;
	}
	begin(emit, key);
	add(emit, "\"", 1);
	addz(emit, word);
	add(emit, "\"", 1);
}

/* c is one character in valid UTF-8. */
static uint32_t
code_point(struct str c)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)c.ptr[0] & masks[c.len];

	for (size_t i = 1; i < c.len; i++)
		code = code << 6 | ((unsigned char)c.ptr[i] & 0x3f);
	return code;
}

static void
add_escape(struct emit *emit, uint32_t code)
{
	char text[16];

	if (code == '"' || code == '\\')
		snprintf(text, sizeof(text), "\\%c", (char)code);
	else if (code == '\n' || code == '\r' || code == '\t')
		snprintf(text, sizeof(text), "\\%c", code == '\n' ? 'n' :
		    code == '\r' ? 'r' : 't');
	else if (code < 0x10000)
		snprintf(text, sizeof(text), "\\u%04x", code);
	else
		snprintf(text, sizeof(text), "\\u%04x\\u%04x",
		    0xd800 + ((code - 0x10000) >> 10),
		    0xdc00 + ((code - 0x10000) & 0x3ff));
	addz(emit, text);
}

static bool
is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void
add_text(struct emit *emit, struct str text, size_t max)
{
	size_t used = 0, len, n;

	while (used < text.len && used < max) {
		struct str rest = str_skip(text, used);

		for (n = 0; n < rest.len && used + n < max &&
		    is_plain(rest.ptr[n]); n++)
			;
		add(emit, rest.ptr, n);
		used += n;
		if (used == text.len || used == max)
			break;
		rest = str_skip(rest, n);
		len = str_utf8_length(rest);
		if (used + len > max)
			break;
		add_escape(emit, len == 0 ? 0xfffd :
		    code_point(str_slice(rest, 0, len)));
		used += len == 0 ? 1 : len;
	}
	if (text.len > max)
		add_escape(emit, 0x2026);
}

void
emit_text(struct emit *emit, const char *key, struct str text, size_t max)
{
	begin(emit, key);
	add(emit, "\"", 1);
	add_text(emit, mask_text(emit->mask, text), max);
	add(emit, "\"", 1);
}

void
emit_masked(struct emit *emit, const char *key, struct str text, size_t max)
{
	struct mask *mask = emit->mask;

	emit->mask = NULL;
	emit_text(emit, key, text, max);
	emit->mask = mask;
}

void
emit_capped(struct emit *emit, const char *key, struct str text)
{
	emit_text(emit, key, text, LIMIT_EVENT_TEXT_OCTETS);
}

void
emit_some(struct emit *emit, const char *key, struct str text)
{
	if (text.len == 0)
		emit_null(emit, key);
	else
		emit_capped(emit, key, text);
}
