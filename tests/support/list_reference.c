#include "tests/support/list_reference.h"

#include "base/vec.h"
#include "policy/text.h"

struct entry {
	struct str	text;		/* canonical */
	struct ipnet	net;
	bool		is_net;
};

struct list_reference {
	VEC(struct entry) entries;
};

static struct entry
read_entry(struct arena *arena, struct str text)
{
	struct entry entry = { .text = text };

	entry.is_net = ipnet_parse(text, &entry.net);
	if (str_chr(text, '@') < text.len)
		entry.text = text_canonical_address(arena, text);
	else if (text.len > 0 && text.ptr[0] == '.')
		entry.text = arena_printf(arena, ".%.*s", STR_ARG(
		    text_canonical_domain(arena, str_skip(text, 1))));
	else if (!entry.is_net)
		entry.text = text_canonical_domain(arena, text);
	return entry;
}

struct list_reference *
list_reference_new(struct arena *arena, struct str text)
{
	struct list_reference *list = arena_alloc(arena, sizeof(*list));
	struct str line;

	while (str_next(&text, '\n', &line)) {
		size_t end = 0;

		while (end < line.len && (line.ptr[end] != '#' ||
		    (end > 0 && !ascii_space(line.ptr[end - 1]))))
			end++;
		line = str_trim(str_slice(line, 0, end));
		if (line.len > 0)
			VEC_PUSH(arena, &list->entries,
			    read_entry(arena, line));
	}
	return list;
}

bool
list_reference_ip(const struct list_reference *list, const struct ip *ip)
{
	for (size_t i = 0; i < list->entries.count; i++)
		if (list->entries.at[i].is_net &&
		    ipnet_contains(&list->entries.at[i].net, ip))
			return true;
	return false;
}

bool
list_reference_text(const struct list_reference *list, struct str text)
{
	for (size_t i = 0; i < list->entries.count; i++)
		if (!list->entries.at[i].is_net &&
		    str_eq_nocase(list->entries.at[i].text, text))
			return true;
	return false;
}

bool
list_reference_domain(const struct list_reference *list, struct str name)
{
	if (name.len == 0 || name.len > 253 || name.ptr[0] == '.' ||
	    str_chr(name, '@') < name.len)
		return false;
	for (size_t i = 0; i < list->entries.count; i++) {
		const struct entry *entry = &list->entries.at[i];

		if (!entry->is_net && entry->text.ptr[0] == '.' &&
		    str_ends_nocase(name, entry->text))
			return true;
	}
	return list_reference_text(list, name);
}

bool
list_reference_address(const struct list_reference *list, struct str address)
{
	size_t at = str_rchr(address, '@');

	if (list_reference_text(list, address))
		return true;
	return at < address.len && (
	    list_reference_text(list, str_slice(address, 0, at + 1)) ||
	    list_reference_text(list, str_skip(address, at)) ||
	    list_reference_domain(list, str_skip(address, at + 1)));
}
