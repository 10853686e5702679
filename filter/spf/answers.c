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

	while (at != NULL && (at->type != type ||
	    !str_eq(at->name, name)))
		at = at->next;
	return at;
}

static void
on_answer(void *ctx, const struct dns_answer *answer)
{
	struct spf_answer *at = ctx;
	bool awaited = at->awaited;

	at->lookup = NULL;
	at->awaited = false;
	at->dns = dns_keep(at->owner->arena, answer);
	if (awaited)
		at->owner->arrived(at->owner);
}

static const struct dns_answer *
refused(const struct spf_answer *at)
{
	return dns_keep(at->owner->arena, &(struct dns_answer){
	    .status = DNS_SERVFAIL, .name = at->name, .type = at->type,
	    .why = "too many questions" });
}

static struct spf_answer *
ask(struct answers *answers, struct str name, enum dns_type type)
{
	struct spf_answer *at = arena_alloc(answers->arena, sizeof(*at));

	at->owner = answers;
	at->name = arena_copy(answers->arena, name);
	at->type = type;
	*answers->last = at;
	answers->last = &at->next;
	if (answers->count++ >= LIMIT_SPF_ANSWERS) {
		at->dns = refused(at);
		return at;
	}
	at->lookup = lookup_start(answers->dns, answers->strand, at->name,
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
