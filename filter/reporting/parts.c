#include "reporting/parts.h"

#include <inttypes.h>
#include <string.h>

#include "base/keyed.h"
#include "reporting/gzip.h"
#include "reporting/xml.h"

/* One try with so many parts.  The lines are those that xml.c writes. */
struct cutting {
	struct arena		*arena;		/* of this try */
	const struct pack_head	*head;
	const struct plan	*plan;
	uint64_t		 limit;
	bool			 free;	/* of it */
	struct parts		*parts;
	uint64_t		 rows;		/* of the whole report */
	uint64_t		 row;		/* so far */
	size_t			 open;		/* parts, the last unfinished */
	bool			 inside;	/* a record */
	struct buf		 line, record, octets;
	struct gzip		 gzip;
};

static const char record_begins[] = "  <record>\n";
static const char record_ends[] = "  </record>\n";
static const struct str count_begins = STR_INIT("      <count>");

/* ALPHA and DIGIT alone, for it is a unique-id, too. */
static struct str
part_id(const struct cutting *cutting, size_t number)
{
	struct str whole = pack_report_id(cutting->arena, cutting->head,
	    cutting->plan->domain);
	char digits[KEYED_DIGITS];

	return arena_copy(cutting->arena, keyed_digits(whole,
	    arena_printf(cutting->arena, "part %zu of %" PRIu64 " octets",
	    number, cutting->limit), digits));
}

static bool
keep(void *ctx, struct str octets)
{
	struct cutting *cutting = ctx;

	buf_add(&cutting->octets, octets);
	return cutting->free || cutting->octets.len <= cutting->limit;
}

static bool
begin_part(struct cutting *cutting)
{
	struct report_part *part = &cutting->parts->at[cutting->open++];
	struct plan told = *cutting->plan;
	struct buf text;

	part->id = part_id(cutting, cutting->open);
	told.error = arena_printf(cutting->arena, "%.*s%sthe report is larger "
	    "than rua allows: part %zu of %zu", STR_ARG(told.error),
	    told.error.len > 0 ? "; " : "", cutting->open,
	    cutting->parts->count);
	buf_init(&text, cutting->arena, SIZE_MAX);
	buf_init(&cutting->octets, cutting->arena, SIZE_MAX);
	pack_begin(&text, cutting->head, &told, part->id);
	gzip_begin(&cutting->gzip, keep, cutting);
	return gzip_add(&cutting->gzip, buf_str(&text));
}

static bool
end_part(struct cutting *cutting, bool whole)
{
	struct buf text;
	bool ok;

	if (cutting->open == 0)
		return true;
	buf_init(&text, cutting->arena, SIZE_MAX);
	xml_end(&text);
	ok = whole && gzip_add(&cutting->gzip, buf_str(&text));
	ok = gzip_end(&cutting->gzip, ok) && ok;
	cutting->parts->at[cutting->open - 1].octets =
	    buf_str(&cutting->octets);
	return ok;
}

/* Equal numbers of rows: the part that row is of, from 0. */
static size_t
part_of(const struct cutting *cutting, uint64_t row)
{
	size_t part = (size_t)(row * cutting->parts->count / cutting->rows);

	return part < cutting->parts->count ? part :
	    cutting->parts->count - 1;
}

static bool
put_record(struct cutting *cutting)
{
	bool ok = true;

	if (part_of(cutting, cutting->row) == cutting->open)
		ok = end_part(cutting, true) && begin_part(cutting);
	cutting->row++;
	cutting->parts->at[cutting->open - 1].rows++;
	ok = ok && gzip_add(&cutting->gzip, buf_str(&cutting->record));
	cutting->record.len = 0;
	return ok;
}

static uint64_t
count_in(struct str line)
{
	uint64_t count;

	line = str_skip(line, count_begins.len);
	return str_to_uint(str_slice(line, 0, str_chr(line, '<')), INT64_MAX,
	    &count) ? count : 0;
}

static bool
take_line(struct cutting *cutting)
{
	struct str line = buf_str(&cutting->line);

	cutting->line.len = 0;
	cutting->inside |= str_eqz(line, record_begins);
	if (!cutting->inside)
		return true;
	buf_add(&cutting->record, line);
	if (str_starts_nocase(line, count_begins))
		cutting->parts->at[part_of(cutting, cutting->row)].messages +=
		    count_in(line);
	if (!str_eqz(line, record_ends))
		return true;
	cutting->inside = false;
	return put_record(cutting);
}

static bool
take_text(void *ctx, struct str text)
{
	struct cutting *cutting = ctx;

	while (text.len > 0) {
		size_t end = str_chr(text, '\n');
		struct str piece = str_slice(text, 0, end + 1);

		buf_add(&cutting->line, piece);
		text = str_skip(text, piece.len);
		if (end < piece.len && !take_line(cutting))
			return false;
	}
	return true;
}

static bool
cut(struct cutting *cutting, struct str packed)
{
	bool ok;

	buf_init(&cutting->line, cutting->arena, SIZE_MAX);
	buf_init(&cutting->record, cutting->arena, SIZE_MAX);
	ok = gzip_unpack(packed, take_text, cutting);
	return end_part(cutting, ok) && ok &&
	    cutting->open == cutting->parts->count;
}

static void
keep_parts(struct arena *arena, const struct parts *from, struct parts *to)
{
	*to = *from;
	for (size_t i = 0; i < from->count; i++) {
		to->at[i].id = arena_copy(arena, from->at[i].id);
		to->at[i].octets = arena_copy(arena, from->at[i].octets);
	}
}

bool
parts_make(struct arena *arena, const struct pack_head *head,
    const struct plan *plan, struct str packed, uint64_t limit, size_t count,
    struct parts *parts_out)
{
	size_t first = count > 0 ? count : packed.len / limit + 1;
	size_t last = count > 0 ? count : LIMIT_REPORT_PARTS;
	struct arena *work = arena_new_work();
	struct parts parts;
	bool ok = false;

	for (size_t n = first > 1 ? first : 2; !ok && n <= last &&
	    n <= plan->rows; n++) {
		struct cutting cutting = { .arena = work, .head = head,
		    .plan = plan, .limit = limit, .free = count > 0,
		    .parts = &parts, .rows = plan->rows };

		arena_reset(work);
		parts = (struct parts){ .count = n };
		ok = cut(&cutting, packed);
	}
	if (ok)
		keep_parts(arena, &parts, parts_out);
	arena_free(work);
	return ok;
}
