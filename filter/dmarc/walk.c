#include "dmarc/walk.h"

#include <stddef.h>

#include "base/domain.h"
#include "base/ensure.h"

struct dmarc_query *
walk_query(const struct walk_step *step)
{
	return &step->walk->queries[step - step->walk->steps];
}

struct str
walk_domain(const struct walk_step *step)
{
	return str_skip(walk_query(step)->name, sizeof("_dmarc.") - 1);
}

/*
 * Steps 3, 4 and 7 of section 4.10: the start; then its last 7 labels where it
 * has 8 or more, else one label less; then label by label to the last.
 */
static void
plan(struct dmarc_walk *walk)
{
	struct str domain = walk->start;
	unsigned room = domain_labels(domain);

	if (room == 0)
		room = 1;
	if (room > LIMIT_DMARC_QUERIES)
		room = LIMIT_DMARC_QUERIES;
	walk->steps = arena_alloc(walk->arena, room * sizeof(*walk->steps));
	walk->queries = arena_alloc(walk->arena,
	    room * sizeof(*walk->queries));
	do {
		ensure(walk->planned < room);
		walk->steps[walk->planned].walk = walk;
		walk->queries[walk->planned].name = arena_printf(walk->arena,
		    "_dmarc.%.*s", STR_ARG(domain));
		walk->planned++;
		if (domain_labels(domain) >= LIMIT_DMARC_QUERIES)
			domain = domain_last_labels(domain,
			    LIMIT_DMARC_QUERIES - 1);
		else
			domain = domain_parent(domain);
	} while (domain.len > 0);
}

/* psd=n and psd=y end a walk (steps 2 and 6). */
static bool
ends_walk(const struct walk_step *step)
{
	return step->record != NULL && step->record->psd != DMARC_UNSAID;
}

/* How many steps the walk has, or 0 while an answer is missing. */
static unsigned
steps_made(const struct dmarc_walk *walk)
{
	for (unsigned i = 0; i < walk->planned; i++) {
		if (!walk->steps[i].answered)
			return 0;
		if (ends_walk(&walk->steps[i]))
			return i + 1;
	}
	return walk->planned;
}

static void
stop_lookups(struct dmarc_walk *walk)
{
	for (unsigned i = 0; i < walk->planned; i++) {
		lookup_cancel(walk->steps[i].lookup);
		walk->steps[i].lookup = NULL;
	}
}

static void
over(struct strand_task *task)
{
	struct dmarc_walk *walk = (struct dmarc_walk *)((char *)task -
	    offsetof(struct dmarc_walk, over));

	walk->posted = false;
	walk->done(walk->ctx, walk);
}

static const char *
trouble_note(enum dns_status status)
{
	switch (status) {
	case DNS_DATA:
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return NULL;
	case DNS_SERVFAIL:
		return "the DNS server failed";
	case DNS_BOGUS:
		return "the answer did not pass DNSSEC";
	case DNS_TIMEOUT:
		return "no answer in time";
	}
	return NULL;
}

/* What there is besides a record: for people. */
static struct str
step_note(struct arena *arena, const struct walk_step *step, unsigned found,
    struct str why_none)
{
	const char *trouble = trouble_note(walk_query(step)->status);

	if (trouble != NULL)
		return str_from(trouble);
	if (found > 1)
		return arena_printf(arena, "%u records: none counts", found);
	if (found == 0)
		return why_none;
	if (step->record->psd == DMARC_YES)
		return STR("psd=y: the walk ends");
	if (step->record->psd == DMARC_NO)
		return STR("psd=n: the walk ends");
	return step->record->note;
}

/* The DMARC records of an answer, and the last of them. */
static unsigned
count_records(const struct dns_answer *answer, struct str *text_out)
{
	struct arena *work = arena_new_work();
	struct dmarc_record record;
	struct str reason;
	unsigned found = 0;

	for (size_t i = 0; i < answer->count; i++) {
		if (!dmarc_record_parse(work, answer->records[i].text,
		    &record, &reason))
			continue;
		*text_out = answer->records[i].text;
		found++;
	}
	arena_free(work);
	return found;
}

/* Steps 2 and 6: what is no DMARC record goes; if several are left, all. */
static void
read_answer(struct walk_step *step, const struct dns_answer *answer)
{
	struct arena *arena = step->walk->arena;
	struct str reason = STR_NONE, text = STR_NONE;
	struct dmarc_query *query = walk_query(step);
	struct dmarc_record *record;
	unsigned found = 0;

	step->answered = true;
	query->status = answer->status;
	query->secure = answer->secure;
	if (answer->count > 1) {
		found = count_records(answer, &text);
	} else if (answer->count == 1) {
		found = 1;
		text = answer->records[0].text;
	}
	if (found == 1) {
		record = arena_alloc(arena, sizeof(*record));
		found = dmarc_record_parse(arena, arena_copy(arena, text),
		    record, &reason);
		step->record = found == 1 ? record : NULL;
	}
	query->records = found;
	if (step->record != NULL)
		query->record = step->record->text;
	query->note = step_note(arena, step, found,
	    answer->count > 0 ? STR("no DMARC record") : STR_NONE);
}

static void
answered(void *ctx, const struct dns_answer *answer)
{
	struct walk_step *step = ctx;
	struct dmarc_walk *walk = step->walk;

	step->lookup = NULL;
	read_answer(step, answer);
	walk->count = steps_made(walk);
	if (walk->count == 0)
		return;
	stop_lookups(walk);
	walk->done(walk->ctx, walk);
}

const struct walk_step *
walk_at(const struct dmarc_walk *walk, struct str domain)
{
	for (unsigned i = 0; walk != NULL && i < walk->count; i++)
		if (domain_equal(walk_domain(&walk->steps[i]), domain))
			return &walk->steps[i];
	return NULL;
}

/* Take over what another walk asked already. */
static void
reuse(struct dmarc_walk *walk, const struct dmarc_walk *known)
{
	for (unsigned i = 0; i < walk->planned; i++) {
		const struct walk_step *same = walk_at(known,
		    walk_domain(&walk->steps[i]));

		if (same == NULL)
			continue;
		walk->steps[i] = *same;
		walk->steps[i].walk = walk;
		walk->queries[i] = *walk_query(same);
	}
}

static void
ask(struct dmarc_walk *walk, struct resolver *dns, uint64_t deadline_ms)
{
	for (unsigned i = 0; i < walk->planned; i++) {
		struct walk_step *step = &walk->steps[i];

		if (ends_walk(step))
			break;
		if (!step->answered)
			step->lookup = lookup_start(dns, walk->strand,
			    walk_query(step)->name, DNS_TXT, deadline_ms,
			    answered, step);
	}
}

struct dmarc_walk *
walk_start(struct arena *arena, struct resolver *dns, struct strand *strand,
    struct str start, const struct dmarc_walk *known, uint64_t deadline_ms,
    walk_done_fn *done, void *ctx)
{
	struct dmarc_walk *walk = arena_alloc(arena, sizeof(*walk));

	*walk = (struct dmarc_walk){
		.arena = arena, .strand = strand, .start = start,
		.done = done, .ctx = ctx, .over = { .run = over }
	};
	plan(walk);
	reuse(walk, known);
	walk->count = steps_made(walk);
	walk->posted = walk->count > 0;
	if (walk->posted)
		strand_post(strand, &walk->over);
	else
		ask(walk, dns, deadline_ms);
	return walk;
}

void
walk_cancel(struct dmarc_walk *walk)
{
	if (walk == NULL)
		return;
	stop_lookups(walk);
	if (walk->posted)
		strand_unpost(walk->strand, &walk->over);
	walk->posted = false;
}

const struct walk_step *
walk_trouble(const struct dmarc_walk *walk)
{
	for (unsigned i = 0; i < walk->count; i++)
		if (trouble_note(walk->queries[i].status) != NULL)
			return &walk->steps[i];
	return NULL;
}

/*
 * Only the last step can have psd=n or psd=y, so the longest name that has
 * one is there; else the shortest name with a record counts.
 */
struct str
walk_organization(const struct dmarc_walk *walk)
{
	const struct walk_step *last = &walk->steps[walk->count - 1];

	if (ends_walk(last) && last->record->psd == DMARC_YES &&
	    walk->count > 1)
		return domain_last_labels(walk->start,
		    domain_labels(walk_domain(last)) + 1);
	for (unsigned i = walk->count; i > 0; i--)
		if (walk->steps[i - 1].record != NULL)
			return walk_domain(&walk->steps[i - 1]);
	return walk->start;
}
