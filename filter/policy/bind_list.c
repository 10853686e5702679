#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/sqlfile.h"
#include "policy/bound.h"

/* What a list is read from; it dies when the list is built. */
struct origin {
	struct bind		*bind;
	const struct item	*item;
	const char		*path;
	struct arena		*arena;
};

static const struct source *
source_of_file(struct origin *origin)
{
	const struct item *item = origin->item;
	struct source *source;

	if (source_read(origin->arena, origin->path, LIMIT_LIST_OCTETS,
	    &source))
		return source;
	if (errno == ENOENT && item->optional)
		return source_new(origin->arena, origin->path, STR_NONE);
	mistake(origin->bind->diag, item->file->place, "cannot read list "
	    "\"%s\": %s%s", origin->path, strerror(errno), errno == ENOENT ?
	    "; write optional behind it if it may be missing" : "");
	return NULL;
}

/* The rows of a query, each of them a line. */
struct rows {
	struct buf	text;
	unsigned	count, broken;	/* the first that has a line break */
};

static bool
add_row(void *ctx, const struct str *columns)
{
	struct rows *rows = ctx;

	rows->count++;
	if (rows->broken == 0 && str_chr(columns[0], '\n') < columns[0].len)
		rows->broken = rows->count;
	buf_add(&rows->text, columns[0]);
	buf_addc(&rows->text, '\n');
	return rows->broken == 0 && !buf_full(&rows->text);
}

/* Where an octet of a text stands in what was written, with its '\'. */
static struct place
place_in_text(const struct term *term, int offset)
{
	size_t at = 1;

	if (offset < 0)
		return term->place;
	for (int i = 0; i < offset && at < term->raw.len; i++)
		at += term->raw.ptr[at] == '\\' ? 2 : 1;
	return place_after(term->place, at);
}

static const struct source *
report_query(const struct origin *origin, const struct sqlfile_error *error)
{
	const struct item *item = origin->item;

	if (error->missing)
		mistake(origin->bind->diag, item->file->place, "cannot read "
		    "database \"%s\": %s; write optional behind the query if "
		    "it may be missing", origin->path, error->text);
	else
		mistake(origin->bind->diag, place_in_text(item->query,
		    error->offset), "database \"%s\": %s", origin->path,
		    error->text);
	return NULL;
}

static const struct source *
source_of_query(struct origin *origin)
{
	struct sqlfile_error error;
	struct source *source;
	struct rows rows = { .count = 0 };

	buf_init(&rows.text, origin->arena, LIMIT_LIST_OCTETS);
	if (!sqlfile_read(origin->path, origin->item->query->text, 1, add_row,
	    &rows, &error) && !(error.missing && origin->item->optional))
		return report_query(origin, &error);
	source = source_new(origin->arena, origin->path, STR_NONE);
	source->text = buf_str(&rows.text);
	if (rows.broken == 0 && !buf_full(&rows.text))
		return source;
	mistake(origin->bind->diag, (struct place){ source, rows.count, 0, 0 },
	    rows.broken > 0 ? "a line break is in this row" :
	    "up to this row the list is too long already");
	return NULL;
}

static const struct list *
list_from(struct bind *bind, const struct item *item)
{
	struct origin origin = { bind, item, source_beside(bind->arena,
	    item->place.source, item->file->text), arena_new() };
	const struct source *source = item->query != NULL ?
	    source_of_query(&origin) : source_of_file(&origin);
	size_t before = diag_count(bind->diag, DIAG_ERROR);
	struct list_builder *builder;
	const struct list *list = NULL;

	if (source != NULL) {
		builder = list_builder_new(bind->arena,
		    bind->policy->regexes);
		list_add_lines(builder, source, bind->diag);
		if (diag_count(bind->diag, DIAG_ERROR) == before)
			list = list_build(builder, bind->diag);
		else
			list_abandon(builder);
	}
	arena_free(origin.arena);
	return list;
}

void
bind_list(struct bind *bind, const struct item *item)
{
	struct named_list *named = arena_alloc(bind->arena, sizeof(*named));

	if (!bind_name_is_free(bind, item->name))
		return;
	named->name = item->name->text;
	named->place = item->place;
	for (const struct item *other = bind->instead; other;
	    other = other->next)
		if (str_eq(other->name->text, named->name))
			item = other;
	named->list = item->file != NULL ? list_from(bind, item) :
	    bind_entries(bind, item->entries, NULL);
	VEC_PUSH(bind->arena, &bind->lists, named);
}

static const struct {
	enum list_kind kind;
	const char *what;
} kinds[] = {
	{ LIST_NETS, "IP addresses or networks" },
	{ LIST_DOMAINS, "domains" },
	{ LIST_SUBDOMAINS, "domains for their subdomains" },
	{ LIST_ADDRESSES, "mail addresses" },
	{ LIST_USERS, "local parts with an @" },
	{ LIST_AT_DOMAINS, "domains behind an @" },
	{ LIST_TEXTS, "other texts" },
	{ LIST_REGEXES, "regular expressions" },
	{ LIST_QUOTED_NETS, "IP addresses or networks in quotes" },
};

/*
 * A list is not used, or is used, but not all of it.  Where a single use can
 * meet nothing of it bind_in.c has said so.
 */
void
bind_warn_lists(struct bind *bind)
{
	for (size_t i = 0; i < bind->lists.count; i++) {
		const struct named_list *named = bind->lists.at[i];
		unsigned held = named->list == NULL ? 0 :
		    list_kinds(named->list);

		if (!named->used)
			doubt(bind->diag, named->place, "list \"%.*s\" is not "
			    "used", STR_ARG(named->name));
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if ((held & named->wanted) != 0 &&
			    (held & ~named->wanted & kinds[k].kind) != 0)
				doubt(bind->diag, named->place, "list "
				    "\"%.*s\" holds %s, and nothing that is "
				    "looked up in it can be one of them",
				    STR_ARG(named->name), kinds[k].what);
	}
}
