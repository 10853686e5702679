/*
 * The steps of RFC 8617 section 5.2.  Message signatures are DKIM's business,
 * so DKIM's engine hashes and judges them; seals are hashed here.
 */
#include "arc/arc.h"

#include "arc/set.h"
#include "base/clock.h"
#include "dkim/digest.h"
#include "dkim/keys.h"

/* The key of one signature. */
struct arc_lookup {
	struct arc		*arc;
	struct arc_field	*field;
	struct dns_lookup	*lookup;	/* in flight */
	struct arc_key		 key;
	struct str		 trouble;	/* empty: the job has a key */
};

struct arc {
	struct strand_task	 finish;	/* first: see run_finish() */
	bool			 posted;
	struct arc_options	 options;
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	int64_t			 now;
	const struct header	*header;
	struct header		 own;		/* where none is shared */
	struct arc_chain	 chain;
	VEC(struct arc_lookup *) lookups;
	size_t			 pending;	/* lookups in flight */
	struct dkim_bodies	*shared;	/* NULL: the engine's own */
	void			*engine;	/* NULL: nothing to hash */
	bool			 ended;
	arc_done_fn		*done;
	void			*ctx;
};

struct arc *
arc_new(const struct arc_options *options, struct arena *arena,
    struct resolver *dns, struct strand *strand, int64_t now)
{
	struct arc *arc = arena_alloc(arena, sizeof(*arc));

	arc->options = *options;
	arc->arena = arena;
	arc->dns = dns;
	arc->strand = strand;
	arc->now = now;
	arc->header = &arc->own;
	return arc;
}

void
arc_share(struct arc *arc, const struct header *header,
    struct dkim_bodies *bodies)
{
	arc->header = header;
	arc->shared = bodies;
}

/* ---- keys ---- */

static void finish_if_ready(struct arc *arc);

static void
key_arrived(void *ctx, const struct dns_answer *answer)
{
	struct arc_lookup *lookup = ctx;
	struct arc *arc = lookup->arc;
	struct dkim_key_report report;
	struct dkim_verdict verdict;

	lookup->lookup = NULL;
	arc->pending--;
	lookup->key.status = answer->status;
	lookup->key.secure = answer->secure;
	if (!dkim_keys_from(arc->arena, answer, &lookup->field->job, &report,
	    &verdict))
		lookup->trouble = verdict.reason;
	lookup->key.record = report.record;
	finish_if_ready(arc);
}

static void
ask(struct arc *arc, struct arc_field *field)
{
	struct arc_lookup *lookup;

	if (field->kind == ARC_RESULTS || field->lookup != NULL ||
	    !field->job.parsed.usable)
		return;
	lookup = arena_alloc(arc->arena, sizeof(*lookup));
	lookup->arc = arc;
	lookup->field = field;
	lookup->key.name = field->job.parsed.key_name;
	lookup->key.status = DNS_TIMEOUT;
	field->lookup = lookup;
	VEC_PUSH(arc->arena, &arc->lookups, lookup);
	arc->pending++;
	lookup->lookup = lookup_start(arc->dns, arc->strand,
	    lookup->key.name, DNS_TXT, clock_ms() + arc->options.deadline_ms,
	    key_arrived, lookup);
}

static void
stop_asking(struct arc *arc)
{
	for (size_t i = 0; i < arc->lookups.count; i++) {
		lookup_cancel(arc->lookups.at[i]->lookup);
		arc->lookups.at[i]->lookup = NULL;
	}
	arc->pending = 0;
}

/* ---- the header ---- */

void
arc_header(struct arc *arc, const struct header_field *field)
{
	struct arc_field *added;
	enum arc_kind kind;

	if (arc->header == &arc->own)
		VEC_PUSH(arc->arena, &arc->own.fields, *field);
	if (!arc_kind_of(field, &kind))
		return;
	added = arc_chain_add(arc->arena, &arc->chain, kind, field, arc->now,
	    arc->options.clock_skew);
	if (added != NULL && arc->lookups.count < LIMIT_ARC_KEYS_AHEAD)
		ask(arc, added);
}

static struct arc_field *
field_at(struct arc *arc, unsigned instance, enum arc_kind kind)
{
	return arc->chain.fields[instance - 1][kind];
}

/*
 * Whether a message signature is looked at.  Of the older ones only those
 * over whole bodies: so no chain makes us hash a body more than three times.
 */
static bool
is_checked(struct arc *arc, unsigned instance)
{
	const struct dkim_parsed *parsed =
	    &field_at(arc, instance, ARC_MESSAGE)->job.parsed;

	return parsed->usable &&
	    (instance == arc->chain.count || !parsed->limited);
}

void
arc_eoh(struct arc *arc)
{
	struct dkim_job *jobs[LIMIT_ARC_SETS];
	size_t count = 0;

	arc_chain_end(arc->arena, &arc->chain);
	if (arc->chain.fault.len > 0) {
		stop_asking(arc);
		return;
	}
	for (unsigned i = arc->chain.count; i >= 1; i--) {
		ask(arc, field_at(arc, i, ARC_SEAL));
		if (!is_checked(arc, i))
			continue;
		ask(arc, field_at(arc, i, ARC_MESSAGE));
		jobs[count++] = &field_at(arc, i, ARC_MESSAGE)->job;
	}
	if (count > 0)
		arc->engine = dkim_native_ops.start(arc->arena, arc->header,
		    jobs, count, arc->shared);
}

bool
arc_body(struct arc *arc, struct str piece)
{
	return arc->engine != NULL &&
	    dkim_native_ops.body(arc->engine, piece);
}

/* ---- the verdict ---- */

/* Empty where there is a key to verify with. */
static struct str
trouble_with(const struct arc_field *field)
{
	if (!field->job.parsed.usable)
		return field->job.parsed.reason;
	return field->lookup->trouble;
}

/* Empty: it verifies. */
static struct str
judge_message(struct arc *arc, unsigned instance)
{
	struct arc_field *field = field_at(arc, instance, ARC_MESSAGE);
	struct str trouble = trouble_with(field);
	struct dkim_verdict verdict;

	if (trouble.len > 0)
		return trouble;
	verdict = dkim_native_ops.judge(arc->engine, &field->job);
	return verdict.word == WORD_PASS ? STR_NONE : verdict.reason;
}

/* RFC 8617 section 5.2, step 5. */
static unsigned
find_oldest_pass(struct arc *arc)
{
	for (unsigned i = arc->chain.count - 1; i >= 1; i--)
		if (!is_checked(arc, i) || judge_message(arc, i).len > 0)
			return i + 1;
	return 0;
}

/*
 * RFC 8617 section 5.1.1: a seal is over the sets in the order of their
 * instances, each as results, message signature, seal; always relaxed.
 */
static struct dkim_link
link_at(struct arc *arc, unsigned instance)
{
	struct arc_field *seal = field_at(arc, instance, ARC_SEAL);
	struct dkim_link link = { .proof = STR_NONE };
	struct buf buf;
	size_t start;

	buf_init(&buf, arc->arena, SIZE_MAX);
	for (int kind = 0; kind < ARC_SEAL; kind++) {
		struct arc_field *field = field_at(arc, instance,
		    (enum arc_kind)kind);

		dkim_canon_field(&buf, DKIM_FORM_RELAXED, field->field.name,
		    field->field.value);
		buf_addz(&buf, "\r\n");
	}
	start = buf.len;
	dkim_canon_own(&buf, DKIM_FORM_RELAXED, &seal->job.parsed);
	link.proof = arena_copy(arc->arena, buf_str(&buf));
	buf.len = start;
	dkim_canon_field(&buf, DKIM_FORM_RELAXED, seal->field.name,
	    seal->field.value);
	buf_addz(&buf, "\r\n");
	link.whole = buf_str(&buf);
	return link;
}

/* Empty: all seals verify. */
static struct str
judge_seals(struct arc *arc)
{
	struct dkim_link links[LIMIT_ARC_SETS];
	unsigned count = arc->chain.count;
	struct str why;

	for (unsigned i = count; i >= 1; i--) {
		why = trouble_with(field_at(arc, i, ARC_SEAL));
		if (why.len > 0)
			return arena_printf(arc->arena, "ARC-Seal i=%u: %.*s",
			    i, STR_ARG(why));
	}
	for (unsigned i = 1; i <= count; i++)
		links[i - 1] = link_at(arc, i);
	dkim_digest_chain(links, count);
	for (unsigned i = count; i >= 1; i--)
		if (!dkim_job_signed(arc->arena,
		    &field_at(arc, i, ARC_SEAL)->job, links[i - 1].digest))
			return arena_printf(arc->arena, "ARC-Seal i=%u: "
			    "signature does not verify with the key", i);
	return STR_NONE;
}

static struct str
judge_chain(struct arc *arc, struct arc_results *results)
{
	struct str why, seals;

	if (arc->chain.fault.len > 0)
		return arc->chain.fault;
	why = judge_message(arc, arc->chain.count);
	seals = judge_seals(arc);
	results->seals_pass = seals.len == 0;
	if (why.len > 0)
		return arena_printf(arc->arena,
		    "ARC-Message-Signature i=%u: %.*s", arc->chain.count,
		    STR_ARG(why));
	return seals;
}

static void
describe_pass(struct arc *arc, struct arc_results *results)
{
	unsigned count = arc->chain.count;
	struct arc_sealer *sealers = arena_alloc(arc->arena,
	    count * sizeof(*sealers));

	for (unsigned i = 1; i <= count; i++) {
		const struct dkim_parsed *seal =
		    &field_at(arc, i, ARC_SEAL)->job.parsed;

		sealers[i - 1].domain = seal->domain;
		sealers[i - 1].selector = seal->selector;
		sealers[i - 1].results = field_at(arc, i,
		    ARC_RESULTS)->payload;
	}
	results->word = WORD_PASS;
	results->reason = arena_printf(arc->arena, "%u %s", count,
	    count == 1 ? "set" : "sets");
	results->sealers = sealers;
	results->sealer_count = count;
	results->oldest_pass = find_oldest_pass(arc);
	results->body_limited =
	    field_at(arc, count, ARC_MESSAGE)->job.body_limited;
}

/* A seal and its message signature mostly share one. */
static void
describe_keys(struct arc *arc, struct arc_results *results)
{
	struct arc_key *keys = arena_alloc(arc->arena,
	    arc->lookups.count * sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < arc->lookups.count; i++) {
		const struct arc_key *key = &arc->lookups.at[i]->key;
		size_t at = 0;

		while (at < count && !str_eq(keys[at].name, key->name))
			at++;
		if (at == count)
			keys[count++] = *key;
	}
	results->keys = keys;
	results->key_count = count;
}

static void
run_finish(struct strand_task *task)
{
	struct arc *arc = (struct arc *)task;
	struct arc_results results = { .word = WORD_NONE,
				       .reason = STR("no ARC field") };

	arc->posted = false;
	if (arc->chain.seen) {
		struct str why = judge_chain(arc, &results);

		if (why.len == 0) {
			describe_pass(arc, &results);
		} else {
			results.word = WORD_FAIL;
			results.reason = why;
		}
		if (arc->chain.fault.len == 0)
			describe_keys(arc, &results);
	}
	arc->done(arc->ctx, &results);
}

static void
finish_if_ready(struct arc *arc)
{
	if (!arc->ended || arc->posted || arc->pending > 0)
		return;
	arc->posted = true;
	arc->finish.run = run_finish;
	strand_post(arc->strand, &arc->finish);
}

void
arc_eom(struct arc *arc, arc_done_fn *done, void *ctx)
{
	arc->done = done;
	arc->ctx = ctx;
	arc->ended = true;
	if (arc->engine != NULL)
		dkim_native_ops.end(arc->engine);
	finish_if_ready(arc);
}

void
arc_free(struct arc *arc)
{
	if (arc == NULL)
		return;
	if (arc->posted)
		strand_unpost(arc->strand, &arc->finish);
	arc->posted = false;
	stop_asking(arc);
	for (size_t i = 0; i < arc->lookups.count; i++)
		dkim_keys_free(&arc->lookups.at[i]->field->job);
	if (arc->engine != NULL)
		dkim_native_ops.free(arc->engine);
	arc->engine = NULL;
}
