#include "spf/answers.h"

#include "base/limits.h"

void
answers_init(struct answers *answers, struct arena *arena,
    struct resolver *dns, struct strand *strand, uint64_t deadline_ms,
    void (*arrived)(struct answers *answers))
{
	*answers = (struct answers){
		.arena = arena, .dns = dns, .strand = strand,
		.deadline_ms = deadline_ms, .arrived = arrived, .run = 1
	};
	answers->last = &answers->first;
}

void
answers_stop(struct answers *answers)
{
	for (struct spf_answer *at = answers->first; at != NULL;
	    at = at->next) {
		lookup_cancel(at->lookup);
		at->lookup = NULL;
		at->awaited = false;
	}
}

static struct spf_answer *
find(struct answers *answers, struct str name, enum dns_type type)
{
	struct spf_answer *at = answers->first;

	while (at != NULL && (at->dns.type != type ||
	    !str_eq(at->dns.name, name)))
		at = at->next;
	return at;
}

/* The resolver's answer is valid only during the call. */
static void
keep(struct arena *arena, struct dns_answer *kept,
    const struct dns_answer *answer)
{
	struct dns_record *records = arena_alloc(arena,
	    answer->count * sizeof(*records));

	for (size_t i = 0; i < answer->count; i++) {
		records[i] = answer->records[i];
		records[i].text = arena_copy(arena, records[i].text);
	}
	kept->status = answer->status;
	kept->secure = answer->secure;
	kept->ttl = answer->ttl;
	kept->canonical = arena_copy(arena, answer->canonical);
	kept->records = records;
	kept->count = answer->count;
	kept->why = arena_z(arena, str_from(answer->why));
}

static void
on_answer(void *ctx, const struct dns_answer *answer)
{
	struct spf_answer *at = ctx;
	bool awaited = at->awaited;

	at->lookup = NULL;
	at->awaited = false;
	keep(at->owner->arena, &at->dns, answer);
	if (awaited)
		at->owner->arrived(at->owner);
}

static struct spf_answer *
ask(struct answers *answers, struct str name, enum dns_type type)
{
	struct spf_answer *at = arena_alloc(answers->arena, sizeof(*at));

	at->owner = answers;
	at->dns.name = arena_copy(answers->arena, name);
	at->dns.type = type;
	*answers->last = at;
	answers->last = &at->next;
	if (answers->count++ >= LIMIT_SPF_ANSWERS) {
		at->dns.status = DNS_SERVFAIL;
		at->dns.why = "too many questions";
		return at;
	}
	at->lookup = lookup_start(answers->dns, answers->strand, at->dns.name,
	    type, answers->deadline_ms, on_answer, at);
	return at;
}

struct spf_answer *
answers_get(struct answers *answers, struct str name, enum dns_type type)
{
	struct spf_answer *at = find(answers, name, type);

	if (at == NULL)
		at = ask(answers, name, type);
	if (at->lookup == NULL)
		return at;
	at->awaited = true;
	return NULL;
}

void
answers_ahead(struct answers *answers, struct str name, enum dns_type type)
{
	if (answers->count < LIMIT_SPF_ANSWERS &&
	    find(answers, name, type) == NULL)
		ask(answers, name, type);
}
