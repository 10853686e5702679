#include "dkim/dkim.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dkim/choose.h"
#include "dkim/keys.h"

/* One DKIM-Signature field. */
struct entry {
	struct dkim_verify	*verify;
	struct dkim_job		 job;
	struct str		 reason;
	const struct dns_answer	*keys;		/* once they have come; they
						 * are read at the end */
	struct dns_lookup	*lookup;	/* in flight, until: */
	uint64_t		 deadline_ms;	/* clock_ms */
	bool			 hurried;	/* the message's end set it */
	bool			 asked;
	bool			 chosen;	/* the engine has it */
	bool			 judged;	/* word is final */
	enum word		 word : 8;	/* once it is judged */
};

/* On the heap: it may run after the arena is gone. */
struct finish {
	struct strand_task	 task;
	struct strand		*strand;
	struct dkim_verify	*verify;	/* NULL: abandoned */
};

struct dkim_verify {
	struct dkim_options		 options;
	struct arena			*arena;
	struct resolver			*dns;
	struct strand			*strand;
	int64_t				 now;
	const struct header		*header;
	struct header			 own;	/* where none is shared */
	VEC(struct entry *)		 entries;
	size_t				 parsed;	/* of the entries */
	size_t				 asked;		/* lookups started */
	size_t				 pending;	/* lookups in flight */
	const struct dkim_engine_ops	*ops;
	struct dkim_bodies		*shared;  /* NULL: the engine's own */
	void				*engine;  /* NULL: no job */
	struct finish			*finish;	/* posted */
	bool				 chosen, ended;
	dkim_done_fn			*done;
	void				*ctx;
};

static const struct {
	const char			*name;
	enum dkim_engine		 engine;
	const struct dkim_engine_ops	*ops;
} engines[] = {
	{ "native", DKIM_ENGINE_NATIVE, &dkim_native_ops },
	{ "opendkim", DKIM_ENGINE_OPENDKIM, &dkim_opendkim_ops },
};

enum { ENGINES = sizeof(engines) / sizeof(engines[0]) };

bool
dkim_engine_from(const char *name, enum dkim_engine *engine_out)
{
	for (size_t i = 0; i < ENGINES; i++)
		if (str_eqz(str_from(name), engines[i].name)) {
			*engine_out = engines[i].engine;
			return true;
		}
	return false;
}

static const struct dkim_engine_ops *
ops_of(enum dkim_engine engine)
{
	for (size_t i = 0; i < ENGINES; i++)
		if (engines[i].engine == engine)
			return engines[i].ops;
	ensure(!"an engine that does not exist");
	return NULL;
}

struct dkim_verify *
dkim_verify_new(const struct dkim_options *options, struct arena *arena,
    struct resolver *dns, struct strand *strand, int64_t now)
{
	struct dkim_verify *verify = arena_alloc(arena, sizeof(*verify));

	verify->options = *options;
	if (verify->options.max_signatures > LIMIT_DKIM_SIGNATURES)
		verify->options.max_signatures = LIMIT_DKIM_SIGNATURES;
	verify->arena = arena;
	verify->dns = dns;
	verify->strand = strand;
	verify->now = now;
	verify->ops = ops_of(options->engine);
	verify->header = &verify->own;
	return verify;
}

void
dkim_verify_share(struct dkim_verify *verify, const struct header *header,
    struct dkim_bodies *bodies)
{
	verify->header = header;
	verify->shared = bodies;
}

static void
judge(struct entry *entry, enum word word, struct str reason)
{
	entry->word = word;
	entry->reason = reason;
	entry->judged = true;
}

static void finish_if_ready(struct dkim_verify *verify);

static void
key_arrived(void *ctx, const struct dns_answer *answer)
{
	struct entry *entry = ctx;
	struct dkim_verify *verify = entry->verify;

	entry->lookup = NULL;
	verify->pending--;
	entry->keys = dns_keep(verify->arena, answer);
	if (entry->hurried && answer->status == DNS_TIMEOUT)
		judge(entry, WORD_TEMPERROR, STR("the key did not come in the "
		    "time allowed after the message's end"));
	finish_if_ready(verify);
}

static void
look_up(struct entry *entry, uint64_t deadline_ms)
{
	struct dkim_verify *verify = entry->verify;

	entry->deadline_ms = deadline_ms;
	entry->lookup = lookup_start(verify->dns, verify->strand,
	    entry->job.parsed.key_name, DNS_TXT, deadline_ms, key_arrived,
	    entry);
}

static void
ask(struct entry *entry)
{
	struct dkim_verify *verify = entry->verify;

	entry->asked = true;
	verify->asked++;
	verify->pending++;
	look_up(entry, clock_ms() + verify->options.deadline_ms);
}

/* What is still in flight at the message's end has so much time left.  The
 * question stays on the wire: it is the same lookup, asked again. */
static void
hurry(struct dkim_verify *verify)
{
	uint64_t end = clock_ms() + verify->options.end_ms;

	for (size_t i = 0; i < verify->entries.count; i++) {
		struct entry *entry = verify->entries.at[i];

		if (entry->lookup == NULL || entry->deadline_ms <= end)
			continue;
		lookup_cancel(entry->lookup);
		entry->hurried = true;
		look_up(entry, end);
	}
}

/* Keys are asked for at sight, as far as signatures may be checked at all. */
static void
add_signature(struct dkim_verify *verify, const struct header_field *field)
{
	struct entry *entry = arena_alloc(verify->arena, sizeof(*entry));

	entry->verify = verify;
	VEC_ROOM(verify->arena, &verify->entries, 1);	/* most have one */
	VEC_PUSH(verify->arena, &verify->entries, entry);
	if (verify->entries.count > LIMIT_DKIM_SIGNATURES) {
		judge(entry, WORD_NONE, arena_printf(verify->arena,
		    "not checked: more than %d signature fields",
		    LIMIT_DKIM_SIGNATURES));
		return;
	}
	if (field->value.len > LIMIT_DKIM_FIELD_OCTETS) {
		judge(entry, WORD_NONE, arena_printf(verify->arena,
		    "not checked: the field has more than %d octets",
		    LIMIT_DKIM_FIELD_OCTETS));
		return;
	}
	dkim_signature_parse(verify->arena, field, verify->now,
	    verify->options.clock_skew, &entry->job.parsed);
	if (!entry->job.parsed.usable)
		judge(entry, entry->job.parsed.word,
		    entry->job.parsed.reason);
	if (!entry->judged && verify->asked < verify->options.max_signatures)
		ask(entry);
}

void
dkim_verify_header(struct dkim_verify *verify,
    const struct header_field *field)
{
	struct header_field *copy;

	if (verify->header == &verify->own)
		VEC_PUSH(verify->arena, &verify->own.fields, *field);
	if (!dkim_is_signature(field))
		return;
	copy = arena_alloc(verify->arena, sizeof(*copy));
	*copy = *field;
	add_signature(verify, copy);
}

static void
leave_out(struct entry *entry)
{
	struct dkim_verify *verify = entry->verify;

	if (entry->lookup != NULL) {
		lookup_cancel(entry->lookup);
		entry->lookup = NULL;
		verify->pending--;
	}
	judge(entry, WORD_NONE, arena_printf(verify->arena,
	    "not checked: more than %u signatures",
	    verify->options.max_signatures));
}

/* Which of the well-formed ones are checked. */
static void
choose(struct dkim_verify *verify)
{
	size_t count = verify->entries.count, usable = 0;
	struct entry **list = arena_alloc(verify->arena,
	    count * sizeof(*list));
	struct str *domains = arena_alloc(verify->arena,
	    count * sizeof(*domains));
	bool *chosen = arena_alloc(verify->arena, count * sizeof(*chosen));

	for (size_t i = 0; i < count; i++) {
		struct entry *entry = verify->entries.at[i];

		if (!entry->job.parsed.usable)
			continue;
		domains[usable] = entry->job.parsed.domain;
		list[usable++] = entry;
	}
	dkim_choose(verify->arena, verify->header, domains, usable,
	    verify->options.max_signatures, chosen);
	for (size_t i = 0; i < usable; i++) {
		list[i]->chosen = chosen[i];
		if (!chosen[i])
			leave_out(list[i]);
		else if (!list[i]->asked)
			ask(list[i]);
	}
}

void
dkim_verify_eoh(struct dkim_verify *verify)
{
	struct dkim_job **jobs;
	size_t count = 0;

	verify->chosen = true;
	choose(verify);
	jobs = arena_alloc(verify->arena,
	    verify->entries.count * sizeof(struct dkim_job *));
	for (size_t i = 0; i < verify->entries.count; i++)
		if (verify->entries.at[i]->chosen)
			jobs[count++] = &verify->entries.at[i]->job;
	if (count > 0)
		verify->engine = verify->ops->start(verify->arena,
		    verify->header, jobs, count, verify->shared);
}

bool
dkim_verify_body(struct dkim_verify *verify, struct str piece)
{
	return verify->engine != NULL &&
	    verify->ops->body(verify->engine, piece);
}

static void
judge_by_keys(struct entry *entry)
{
	struct dkim_verify *verify = entry->verify;
	struct dkim_verdict verdict =
	    verify->ops->judge(verify->engine, &entry->job);

	if (verdict.word == WORD_PASS && entry->job.body_limited)
		verdict.reason = STR("signature verifies, but l= "
		    "leaves out some of the body");
	judge(entry, verdict.word, verdict.reason);
}

/* The keys are not decoded before now: many connections wait for long in the
 * middle of a body, and a key takes as much memory as a short message. */
static struct dkim_signature
conclude(struct entry *entry)
{
	const struct dkim_parsed *parsed = &entry->job.parsed;
	struct arena *arena = entry->verify->arena;
	struct dkim_key_report report = { .bits = 0 };
	struct dkim_verdict verdict;

	if (entry->keys != NULL && !dkim_keys_from(arena, entry->keys,
	    &entry->job, &report, &verdict) && !entry->judged)
		judge(entry, verdict.word, verdict.reason);
	if (entry->chosen && !entry->judged)
		judge_by_keys(entry);
	dkim_keys_free(&entry->job);
	return (struct dkim_signature){
		.word = entry->word, .reason = entry->reason,
		.domain = parsed->domain, .selector = parsed->selector,
		.algorithm = parsed->algorithm_text,
		.identity = parsed->identity,
		.names = parsed->names, .name_count = parsed->name_count,
		.b = dkim_tag_squeeze(arena, parsed->b_span),
		.key_bits = report.bits,
		.body_limited = entry->job.body_limited,
		.key_testing = report.testing,
		.key_secure = entry->keys != NULL && entry->keys->secure,
		.key_name = entry->asked ? parsed->key_name : STR_NONE,
		.key_status = entry->keys != NULL ? entry->keys->status :
		    DNS_TIMEOUT,
		.key_record = report.record,
	};
}

static void
deliver(struct dkim_verify *verify)
{
	struct dkim_results results = { .count = verify->entries.count };

	results.at = arena_alloc(verify->arena,
	    results.count * sizeof(*results.at));
	for (size_t i = 0; i < results.count; i++)
		results.at[i] = conclude(verify->entries.at[i]);
	verify->done(verify->ctx, &results);
}

static void
run_finish(struct strand_task *task)
{
	struct finish *finish = (struct finish *)task;
	struct dkim_verify *verify = finish->verify;
	struct strand *strand = finish->strand;

	free(finish);
	if (verify != NULL) {
		verify->finish = NULL;
		deliver(verify);
	}
	strand_unref(strand);
}

static void
finish_if_ready(struct dkim_verify *verify)
{
	struct finish *finish;

	if (!verify->ended || verify->pending > 0)
		return;
	finish = xcalloc(1, sizeof(*finish));
	finish->task.run = run_finish;
	finish->strand = strand_ref(verify->strand);
	finish->verify = verify;
	verify->finish = finish;
	strand_post(verify->strand, &finish->task);
}

void
dkim_verify_eom(struct dkim_verify *verify, dkim_done_fn *done, void *ctx)
{
	if (!verify->chosen)
		dkim_verify_eoh(verify);
	verify->done = done;
	verify->ctx = ctx;
	verify->ended = true;
	if (verify->options.end_ms > 0)
		hurry(verify);
	if (verify->engine != NULL)
		verify->ops->end(verify->engine);
	finish_if_ready(verify);
}

void
dkim_verify_free(struct dkim_verify *verify)
{
	if (verify == NULL)
		return;
	if (verify->finish != NULL)
		verify->finish->verify = NULL;
	verify->finish = NULL;
	for (size_t i = 0; i < verify->entries.count; i++) {
		lookup_cancel(verify->entries.at[i]->lookup);
		verify->entries.at[i]->lookup = NULL;
	}
	if (verify->engine != NULL)
		verify->ops->free(verify->engine);
	verify->engine = NULL;
}
