#include "reporting/pack.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "base/limits.h"
#include "reporting/gzip.h"
#include "reporting/xml.h"

/* A report that is being written. */
struct packing {
	const struct pack_head	*head;
	FILE			*into, *plain;	/* plain or NULL */
	const char		*directory;
	struct arena		*work;		/* of a piece */
	struct plan		*plan;		/* NULL: between two */
	uint64_t		 rows;
	uint64_t		 end;		/* of into */
	struct gzip		 gzip;
	enum pack_word		 trouble;	/* the first one */
	int			 error;		/* its errno */
};

static bool
fail(struct packing *packing, enum pack_word trouble)
{
	if (packing->trouble == PACK_DONE) {
		packing->trouble = trouble;
		packing->error = errno;
	}
	return false;
}

struct str
pack_report_id(struct arena *arena, const struct pack_head *head,
    struct str domain)
{
	time_t day = (time_t)head->begin;
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&day, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	return arena_printf(arena, "%s_%.*s@%.*s", date, STR_ARG(domain),
	    STR_ARG(head->receiver));
}

struct str
pack_file_name(struct arena *arena, const struct pack_head *head,
    struct str domain, struct str unique_id)
{
	struct str tail = unique_id.len == 0 ? STR(".xml") :
	    arena_printf(arena, "!%.*s.xml", STR_ARG(unique_id));

	return arena_printf(arena, "%.*s!%.*s!%" PRId64 "!%" PRId64 "%.*s",
	    STR_ARG(head->receiver), STR_ARG(domain), head->begin,
	    head->end - 1, STR_ARG(tail));
}

void
pack_begin(struct buf *out, const struct pack_head *head,
    const struct plan *plan, struct str report_id)
{
	struct dmarc_record record;
	const struct xml_head xml = { .org_name = head->org_name,
	    .email = head->email, .contact = head->contact,
	    .report_id = report_id, .begin = head->begin,
	    .end = head->end - 1, .generator = head->generator,
	    .domain = plan->domain, .error = plan->error,
	    .record = &record };

	plan_record(plan, out->arena, &record);
	xml_head(out, &xml);
}

/* ---- octets ---- */

static bool
write_octets(void *ctx, struct str octets)
{
	struct packing *packing = ctx;

	packing->end += octets.len;
	return fwrite(octets.ptr, 1, octets.len, packing->into) ==
	    octets.len || fail(packing, PACK_SCRATCH);
}

static bool
put(struct packing *packing, struct buf *text)
{
	struct str piece = buf_str(text);
	bool ok = gzip_add(&packing->gzip, piece) &&
	    (packing->plain == NULL || fwrite(piece.ptr, 1, piece.len,
	    packing->plain) == piece.len || fail(packing, PACK_DIRECTORY));

	arena_reset(packing->work);
	return ok;
}

static struct buf
new_piece(struct packing *packing)
{
	struct buf piece;

	buf_init(&piece, packing->work, SIZE_MAX);
	return piece;
}

/* ---- a report ---- */

static bool
open_plain(struct packing *packing, struct str domain)
{
	struct str name = pack_file_name(packing->work, packing->head,
	    domain, STR_NONE);

	if (packing->directory == NULL)
		return true;
	packing->plain = fopen(arena_z(packing->work, arena_printf(
	    packing->work, "%s/%.*s", packing->directory, STR_ARG(name))),
	    "w");
	return packing->plain != NULL || fail(packing, PACK_DIRECTORY);
}

static bool
begin_report(struct packing *packing, struct plan *plan)
{
	struct buf piece = new_piece(packing);

	if (!open_plain(packing, plan->domain))
		return false;
	packing->plan = plan;
	packing->rows = 0;
	plan->offset = packing->end;
	gzip_begin(&packing->gzip, write_octets, packing);
	pack_begin(&piece, packing->head, plan, pack_report_id(packing->work,
	    packing->head, plan->domain));
	return put(packing, &piece);
}

static bool
close_plain(struct packing *packing)
{
	FILE *plain = packing->plain;

	packing->plain = NULL;
	return plain == NULL || fclose(plain) == 0 ||
	    fail(packing, PACK_DIRECTORY);
}

static bool
end_report(struct packing *packing)
{
	struct buf piece = new_piece(packing);
	bool ok;

	if (packing->plan == NULL)
		return true;
	xml_end(&piece);
	ok = put(packing, &piece);
	ok = gzip_end(&packing->gzip, ok) && ok;
	packing->plan->octets = packing->end - packing->plan->offset;
	packing->plan = NULL;
	return close_plain(packing) && ok;
}

static bool
put_row(struct packing *packing, const struct rollup_item *item,
    struct str rest)
{
	struct buf piece = new_piece(packing);
	struct row row;

	if (packing->rows++ >= LIMIT_REPORT_ROWS ||
	    !row_read(item, rest, packing->work, &row))
		return true;
	xml_record(&piece, &row, item->count);
	return put(packing, &piece);
}

/* ---- all of them ---- */

/* The plan of this domain, from *next on: both are sorted. */
static struct plan *
plan_of(struct plans *plans, size_t *next, struct str domain)
{
	while (*next < plans->list.count &&
	    str_cmp(plans->list.at[*next].domain, domain) < 0)
		(*next)++;
	if (*next == plans->list.count ||
	    !str_eq(plans->list.at[*next].domain, domain) ||
	    !plans->list.at[*next].wanted)
		return NULL;
	return &plans->list.at[*next];
}

static bool
take_item(struct packing *packing, struct plans *plans, size_t *next,
    const struct rollup_item *item)
{
	struct str domain, rest;
	enum row_kind kind;
	struct plan *plan;

	if (!row_split(item, &domain, &kind, &rest) || kind != ROW_RECORD)
		return true;
	plan = plan_of(plans, next, domain);
	if (plan != packing->plan && !end_report(packing))
		return false;
	if (plan == NULL)
		return true;
	if (packing->plan == NULL && !begin_report(packing, plan))
		return false;
	return put_row(packing, item, rest);
}

enum pack_word
pack_all(struct rollup *rollup, struct plans *plans,
    const struct pack_head *head, FILE *into, const char *directory)
{
	struct packing packing = { .head = head, .into = into,
	    .directory = directory, .work = arena_new_work() };
	bool ok = rollup_rewind(rollup) || fail(&packing, PACK_SCRATCH);
	struct rollup_item item;
	size_t next = 0;
	int got = 1;

	while (ok && (got = rollup_next(rollup, &item)) > 0)
		ok = take_item(&packing, plans, &next, &item);
	if (got < 0)
		fail(&packing, PACK_SCRATCH);
	end_report(&packing);
	if (fflush(into) != 0)
		fail(&packing, PACK_SCRATCH);
	arena_free(packing.work);
	errno = packing.error;
	return packing.trouble;
}

bool
pack_read(FILE *from, const struct plan *plan, struct arena *arena,
    struct str *out)
{
	char *octets = arena_alloc(arena, (size_t)plan->octets);

	*out = str_make(octets, (size_t)plan->octets);
	return fseeko(from, (off_t)plan->offset, SEEK_SET) == 0 &&
	    fread(octets, 1, (size_t)plan->octets, from) == plan->octets;
}
