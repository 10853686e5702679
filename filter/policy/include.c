#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "policy/ast.h"

static bool
is_being_read(const struct parse *parse, const char *path)
{
	for (; parse != NULL; parse = parse->includer)
		if (strcmp(parse->source->path, path) == 0)
			return true;
	return false;
}

/* The items of the file that an item includes; NULL: none, or a mistake. */
static struct item_list
read_included(struct parse *parse, const struct item *item)
{
	const char *path = source_beside(parse->arena, parse->source,
	    item->file->text);
	struct parse inner = { .arena = parse->arena, .diag = parse->diag,
	    .includer = parse, .includes = parse->includes,
	    .checksum = parse->checksum };
	struct source *source;

	if (is_being_read(parse, path))
		mistake(parse->diag, item->file->place,
		    "\"%s\" includes itself", path);
	else if (++*parse->includes > LIMIT_POLICY_INCLUDES)
		mistake(parse->diag, item->file->place,
		    "more than %d files are included", LIMIT_POLICY_INCLUDES);
	else if (!source_read(parse->arena, path, LIMIT_POLICY_OCTETS,
	    &source))
		mistake(parse->diag, item->file->place,
		    "cannot read \"%s\": %s", path, strerror(errno));
	else {
		inner.source = source;
		parse_policy(&inner);
	}
	return inner.items;
}

/* Of all texts so far, in the order in which they are read. */
static void
add_checksum(const struct parse *parse)
{
	if (parse->checksum != NULL)
		*parse->checksum = hash_siphash13(parse->source->text,
		    (const uint64_t[2]){ *parse->checksum, 0 });
}

void
parse_policy(struct parse *parse)
{
	struct item **link = &parse->items.first;
	unsigned includes = 0;

	if (parse->includes == NULL)
		parse->includes = &includes;
	add_checksum(parse);
	lex_and_parse(parse);
	while (*link != NULL) {
		struct item *item = *link;
		struct item_list inner;

		if (item->kind != ITEM_INCLUDE) {
			link = &item->next;
			continue;
		}
		inner = read_included(parse, item);
		*link = item->next;
		if (inner.first != NULL) {
			inner.last->next = item->next;
			*link = inner.first;
			link = &inner.last->next;
		}
	}
	parse->items.last = NULL;
	for (struct item *item = parse->items.first; item; item = item->next)
		parse->items.last = item;
}
