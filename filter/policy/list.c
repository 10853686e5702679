#include "policy/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/hash.h"
#include "base/limits.h"

/* First and last address of a network, in network order; IPv4 uses 4. */
struct range {
	uint8_t from[16], to[16];
};

enum { FAMILY_V4, FAMILY_V6, FAMILIES };

struct list {
	unsigned	 kinds;
	size_t		 count;			/* entries as written */
	struct range	*ranges[FAMILIES];	/* sorted, apart */
	size_t		 range_count[FAMILIES];
	struct str	*keys;
	size_t		 key_count;
	uint32_t	*slots;			/* index of a key + 1; 0 free */
	size_t		 slot_mask;		/* slots less one, or 0 */
};

/* Grows on the heap; what remains is copied to the arena once. */
struct list_builder {
	struct arena	*arena;
	unsigned	 kinds;
	size_t		 count;
	struct range	*ranges[FAMILIES];
	size_t		 range_count[FAMILIES], range_size[FAMILIES];
	struct str	*keys;
	size_t		 key_count, key_size;
};

struct list_builder *
list_builder_new(struct arena *arena)
{
	struct list_builder *builder = xcalloc(1, sizeof(*builder));

	builder->arena = arena;
	return builder;
}

static void
add_key(struct list_builder *builder, struct str key)
{
	if (builder->key_count == builder->key_size) {
		builder->key_size = builder->key_size * 2 + 16;
		builder->keys = xrealloc(builder->keys,
		    builder->key_size * sizeof(*builder->keys));
	}
	builder->keys[builder->key_count++] = key;
}

static void
add_net(struct list_builder *builder, const struct ipnet *net)
{
	int family = net->ip.family == IP_V4 ? FAMILY_V4 : FAMILY_V6;
	size_t *size = &builder->range_size[family];
	struct range *range;

	if (builder->range_count[family] == *size) {
		*size = *size * 2 + 16;
		builder->ranges[family] = xrealloc(builder->ranges[family],
		    *size * sizeof(*range));
	}
	range = &builder->ranges[family][builder->range_count[family]++];
	memset(range, 0, sizeof(*range));
	for (unsigned i = 0; i < ip_width(&net->ip) / 8; i++) {
		unsigned bits = net->bits > i * 8 ? net->bits - i * 8 : 0;
		uint8_t mask = bits >= 8 ? 0xff :
		    (uint8_t)(0xff00u >> bits);

		range->from[i] = net->ip.bytes[i] & mask;
		range->to[i] = range->from[i] | (uint8_t)~mask;
	}
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

struct str
text_canonical_domain(struct arena *arena, struct str name)
{
	struct str ascii;

	if (!is_ascii(name) && domain_to_ascii(arena, name, &ascii))
		return ascii;
	return domain_chop_dot(name);
}

struct str
text_canonical_address(struct arena *arena, struct str address)
{
	size_t at = str_rchr(address, '@');
	struct str domain;

	if (at == address.len)
		return address;
	domain = str_skip(address, at + 1);
	if (is_ascii(domain))
		return domain_chop_dot(address);
	return arena_printf(arena, "%.*s@%.*s", (int)at, address.ptr,
	    STR_ARG(text_canonical_domain(arena, domain)));
}

/* Digits and dots, or with a colon: meant as an address, not as a name. */
static bool
looks_like_ip(struct str s)
{
	bool only = s.len > 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ':')
			return true;
		only = only && (ascii_digit(s.ptr[i]) || s.ptr[i] == '.' ||
		    s.ptr[i] == '/');
	}
	return only;
}

static const char *
add_domain(struct list_builder *builder, struct str text,
    enum list_kind *kind_out)
{
	bool sub = text.len > 0 && text.ptr[0] == '.';
	struct str name = sub ? str_skip(text, 1) : text, ascii;

	if (!domain_is_valid(name))
		return "is no IP address or network, domain or mail address";
	if (is_ascii(text))
		add_key(builder, domain_chop_dot(text));
	else if (domain_to_ascii(builder->arena, name, &ascii))
		add_key(builder, sub ? arena_printf(builder->arena, ".%.*s",
		    STR_ARG(ascii)) : ascii);
	else
		return "is a domain that has no ASCII form";
	*kind_out = sub ? LIST_SUBDOMAINS : LIST_DOMAINS;
	return NULL;
}

static const char *
add_address(struct list_builder *builder, struct str text, size_t at,
    enum list_kind *kind_out)
{
	struct str domain = str_skip(text, at + 1);

	if (at == 0)
		return "has nothing before the @; for all addresses of a "
		    "domain write the domain alone";
	if (domain.len > 0 && !domain_is_valid(domain))
		return "has no valid domain after the @";
	add_key(builder, text_canonical_address(builder->arena, text));
	*kind_out = domain.len == 0 ? LIST_USERS : LIST_ADDRESSES;
	return NULL;
}

static const char *
add_entry(struct list_builder *builder, struct str text,
    enum list_kind *kind_out)
{
	size_t at = str_rchr(text, '@');
	struct ipnet net;

	if (ipnet_parse(text, &net)) {
		add_net(builder, &net);
		*kind_out = LIST_NETS;
		return NULL;
	}
	if (looks_like_ip(text))
		return "is no valid IP address or network";
	if (at < text.len)
		return add_address(builder, text, at, kind_out);
	if (text.len > 1 && text.ptr[0] == '*' && text.ptr[1] == '.')
		return "has a star; for the subdomains of example.com write "
		    ".example.com";
	return add_domain(builder, text, kind_out);
}

/* A text that happens to look like an address or a domain is a text too. */
static void
add_as_written(struct list_builder *builder, struct str text,
    enum list_kind kind)
{
	if (kind == LIST_NETS) {
		add_key(builder, text);
		builder->kinds |= LIST_TEXTS;
	} else if (!str_eq(builder->keys[builder->key_count - 1], text))
		add_key(builder, text);
}

const char *
list_add(struct list_builder *builder, struct str text, bool quoted,
    enum list_kind *kind_out)
{
	const char *wrong = "is longer than any entry can be";

	if (builder->count == LIMIT_LIST_ENTRIES)
		return "is one entry too many for a list";
	if (text.len <= LIMIT_LIST_LINE_OCTETS)
		wrong = add_entry(builder, text, kind_out);
	if (wrong != NULL && quoted) {
		add_key(builder, text);
		*kind_out = LIST_TEXTS;
		wrong = NULL;
	}
	else if (wrong == NULL && quoted)
		add_as_written(builder, text, *kind_out);
	if (wrong == NULL) {
		builder->kinds |= *kind_out;
		builder->count++;
	}
	return wrong;
}

void
list_add_file(struct list_builder *builder, const struct source *source,
    struct diag *diag)
{
	struct place place = { source, 0, 1 };
	struct str rest = source->text, line;
	enum list_kind kind;

	while (str_next(&rest, '\n', &line)) {
		struct str entry = str_trim(str_slice(line, 0,
		    str_chr(line, '#')));
		const char *wrong;

		place.line++;
		if (entry.len == 0)
			continue;
		place.column = (unsigned)(entry.ptr - line.ptr) + 1;
		wrong = list_add(builder, entry, false, &kind);
		if (wrong != NULL)
			mistake(diag, place, "\"%.*s\" %s", STR_ARG(
			    str_slice(entry, 0, 80)), wrong);
	}
}

static int
by_start(const void *a, const void *b)
{
	return memcmp(((const struct range *)a)->from,
	    ((const struct range *)b)->from, 16);
}

/* Sort, and let a range swallow those that begin inside it. */
static size_t
merge_ranges(struct range *ranges, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(ranges, count, sizeof(*ranges), by_start);
	for (size_t i = 1; i < count; i++) {
		if (memcmp(ranges[i].from, ranges[kept].to, 16) > 0)
			ranges[++kept] = ranges[i];
		else if (memcmp(ranges[i].to, ranges[kept].to, 16) > 0)
			memcpy(ranges[kept].to, ranges[i].to, 16);
	}
	return kept + 1;
}

static size_t
find_slot(const struct list *list, struct str key)
{
	size_t at = hash_nocase(key) & list->slot_mask;

	while (list->slots[at] != 0 &&
	    !str_eq_nocase(list->keys[list->slots[at] - 1], key))
		at = (at + 1) & list->slot_mask;
	return at;
}

static void
hash_keys(struct list *list, struct arena *arena)
{
	size_t size = 4;

	if (list->key_count == 0)
		return;
	while (size < list->key_count * 2)
		size *= 2;
	list->slot_mask = size - 1;
	list->slots = arena_alloc(arena, size * sizeof(*list->slots));
	for (size_t i = 0; i < list->key_count; i++) {
		size_t at = find_slot(list, list->keys[i]);

		if (list->slots[at] == 0)
			list->slots[at] = (uint32_t)i + 1;
	}
}

/* A copy in the arena in place of the heap's. */
static void *
settle(struct arena *arena, void *from, size_t size)
{
	void *to = arena_alloc(arena, size);

	if (size > 0)
		memcpy(to, from, size);
	free(from);
	return to;
}

const struct list *
list_build(struct list_builder *builder)
{
	struct list *list = arena_alloc(builder->arena, sizeof(*list));

	list->kinds = builder->kinds;
	list->count = builder->count;
	for (int i = 0; i < FAMILIES; i++) {
		list->range_count[i] = merge_ranges(builder->ranges[i],
		    builder->range_count[i]);
		list->ranges[i] = settle(builder->arena, builder->ranges[i],
		    list->range_count[i] * sizeof(struct range));
	}
	list->key_count = builder->key_count;
	list->keys = settle(builder->arena, builder->keys,
	    builder->key_count * sizeof(struct str));
	hash_keys(list, builder->arena);
	free(builder);
	return list;
}

size_t
list_count(const struct list *list)
{
	return list->count;
}

unsigned
list_kinds(const struct list *list)
{
	return list->kinds;
}

static int
by_place(const void *key, const void *element)
{
	const struct range *range = element;

	if (memcmp(key, range->from, 16) < 0)
		return -1;
	return memcmp(key, range->to, 16) > 0;
}

bool
list_has_ip(const struct list *list, const struct ip *ip)
{
	int family = ip->family == IP_V4 ? FAMILY_V4 : FAMILY_V6;
	uint8_t key[16] = { 0 };

	if (ip->family == IP_NONE || list->range_count[family] == 0)
		return false;
	memcpy(key, ip->bytes, ip_width(ip) / 8);
	return bsearch(key, list->ranges[family], list->range_count[family],
	    sizeof(struct range), by_place) != NULL;
}

bool
list_has_text(const struct list *list, struct str text)
{
	return list->key_count > 0 && list->slots[find_slot(list, text)] != 0;
}

bool
list_has_domain(const struct list *list, struct str name)
{
	if (name.len == 0 || name.len > LIMIT_DOMAIN_OCTETS ||
	    name.ptr[0] == '.' || str_chr(name, '@') < name.len)
		return false;
	if ((list->kinds & LIST_DOMAINS) != 0 && list_has_text(list, name))
		return true;
	if ((list->kinds & LIST_SUBDOMAINS) == 0)
		return false;
	for (size_t i = 1; i + 1 < name.len; i++)
		if (name.ptr[i] == '.' &&
		    list_has_text(list, str_skip(name, i)))
			return true;
	return false;
}

bool
list_has_address(const struct list *list, struct str address)
{
	size_t at = str_rchr(address, '@');

	if (list_has_text(list, address))
		return true;
	if (at == address.len)
		return false;
	if ((list->kinds & LIST_USERS) != 0 &&
	    list_has_text(list, str_slice(address, 0, at + 1)))
		return true;
	return list_has_domain(list, str_skip(address, at + 1));
}
