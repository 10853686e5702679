#include <string.h>

#include "conf/loader.h"
#include "base/value.h"
#include "conf/verify.h"

static void
mistaken(struct loader *loader, const struct source *source, size_t at,
    const char *why)
{
	struct place place = source->place;

	if (place.column > 0)
		place.column += (unsigned)at + (source->quoted ? 1 : 0);
	scan_mistake(&loader->scan, place, "%s", why);
}

static const char *
absolute(struct loader *loader, struct str path)
{
	if (path.len == 0 || path.ptr[0] == '/')
		return arena_z(loader->arena, path);
	return arena_printf(loader->arena, "%s/%.*s", loader->base,
	    STR_ARG(path)).ptr;
}

/* OpenDKIM's way to say how a file is read stays before its name. */
static const char *
absolute_file(struct loader *loader, struct str text)
{
	static const struct str patterns = STR_INIT("refile:");
	static const struct str lines = STR_INIT("file:");

	if (str_starts_nocase(text, patterns))
		return arena_printf(loader->arena, "refile:%s",
		    absolute(loader, str_skip(text, patterns.len))).ptr;
	if (str_starts_nocase(text, lines))
		text = str_skip(text, lines.len);
	return absolute(loader, text);
}

static const char *
in_arena(struct loader *loader, struct str text)
{
	return arena_z(loader->arena, text);
}

/* The words between the braces of the documentation. */
static struct str
words_of(const struct setting_info *info)
{
	struct str doc = str_from(info->doc);
	size_t from = str_chr(doc, '{');

	return str_slice(doc, from + 1, str_chr(doc, '}'));
}

static void
set_word(struct loader *loader, const struct setting_info *info, void *field,
    const struct source *source)
{
	struct str all = words_of(info), rest = all, word;

	while (str_next(&rest, ' ', &word))
		if (str_eq(word, source->text)) {
			*(const char **)field = in_arena(loader, word);
			return;
		}
	mistaken(loader, source, 0, arena_printf(loader->scratch,
	    "\"%.*s\" is no word for %s; write one of: %.*s",
	    STR_ARG(source->text), info->name, STR_ARG(all)).ptr);
}

static const struct {
	bool		(*read)(struct str, uint64_t *);
	const char	*what;
} numeric[] = {
	[SETTING_NUMBER] = { value_number, "number; write digits, such as" },
	[SETTING_SIZE] = { value_size,
	    "size; write octets with k, M or G, such as" },
	[SETTING_TIME] = { value_time,
	    "time; write a number with ms, s, m, h or d, such as" },
};

static void
set_number(struct loader *loader, const struct setting_info *info,
    void *field, const struct source *source)
{
	const char *why;
	uint64_t value;

	if (!numeric[info->type].read(source->text, &value))
		why = arena_printf(loader->scratch, "\"%.*s\" is no %s %s",
		    STR_ARG(source->text), numeric[info->type].what,
		    info->fallback).ptr;
	else
		why = verify_number(loader->scratch, info->name, value);
	if (why != NULL)
		mistaken(loader, source, 0, why);
	else
		*(uint64_t *)field = value;
}

static void
add_to_list(struct loader *loader, struct setting_list *list, const char *text)
{
	const char **at = arena_alloc(loader->arena,
	    (list->count + 1) * sizeof(*at));

	if (list->count > 0)
		memcpy(at, list->at, list->count * sizeof(*at));
	at[list->count] = text;
	list->at = at;
	list->count++;
}

/* "hash:FILE", "proxy:hash:FILE", "sqlite:FILE?...": what stands before the
 * file, in octets. */
static size_t
table_prefix(struct str text)
{
	static const struct str proxy = STR_INIT("proxy:");
	size_t from = str_starts_nocase(text, proxy) ? proxy.len : 0;
	size_t at = from;

	while (at < text.len && (ascii_alpha(text.ptr[at]) ||
	    ascii_digit(text.ptr[at])))
		at++;
	return at < text.len && text.ptr[at] == ':' ? at + 1 : from;
}

static bool
names_a_file(const struct setting_info *info, struct str text,
    size_t *prefix_out)
{
	*prefix_out = 5;
	if (str_starts_nocase(text, STR("zone:")))
		return true;
	*prefix_out = table_prefix(text);
	return strcmp(info->name, "sender_logins") == 0 && text.len > 0;
}

static void
set_text(struct loader *loader, const struct setting_info *info, void *field,
    const struct source *source)
{
	struct str text = source->text;
	size_t at, prefix;
	const char *why = verify_text(loader->scratch, info->name, text, &at);

	if (why != NULL) {
		mistaken(loader, source, at, why);
	} else if (info->type == SETTING_PATH) {
		*(const char **)field = absolute_file(loader, text);
	} else if (info->type != SETTING_LIST) {
		*(const char **)field = in_arena(loader, text);
	} else if (names_a_file(info, text, &prefix)) {
		add_to_list(loader, field, arena_printf(loader->arena,
		    "%.*s%s", (int)prefix, text.ptr,
		    absolute(loader, str_skip(text, prefix))).ptr);
	} else if (text.len > 0) {
		add_to_list(loader, field, in_arena(loader, text));
	}
}

static bool
has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

void
assign_value(struct loader *loader, size_t i, const struct source *source)
{
	const struct setting_info *info = &setting_table[i];
	void *field = settings_field(loader->settings, i);

	loader->given[i].place = source->place;
	if (has_control(source->text) || !str_is_utf8(source->text)) {
		mistaken(loader, source, 0,
		    "this value is not text in UTF-8; write it anew");
		return;
	}
	switch (info->type) {
	case SETTING_WORD:
		set_word(loader, info, field, source);
		break;
	case SETTING_NUMBER:
	case SETTING_SIZE:
	case SETTING_TIME:
		set_number(loader, info, field, source);
		break;
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_LIST:
		set_text(loader, info, field, source);
		break;
	}
}

void
assign_empty_list(struct loader *loader, size_t i)
{
	memset(settings_field(loader->settings, i), 0,
	    sizeof(struct setting_list));
}

void
assign_joined(struct loader *loader, size_t i, const struct source *source)
{
	struct source piece = *source;
	struct str rest = source->text;

	if (setting_table[i].type != SETTING_LIST) {
		assign_value(loader, i, source);
		return;
	}
	assign_empty_list(loader, i);
	while (str_next(&rest, ',', &piece.text)) {
		piece.place.column = source->place.column +
		    (unsigned)(piece.text.ptr - source->text.ptr);
		assign_value(loader, i, &piece);
	}
}
