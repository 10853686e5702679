/*
 * The native engine: a stack of records, and in each the term that is being
 * looked at.  A term whose answer is missing is left as it is and looked at
 * again when the answer is there; nothing before it is done twice.
 */
#include "spf/engine.h"

enum verdict { NO_MATCH, MATCH, WAIT, END };

struct level {
	struct level	*up;
	struct frame	*frame;
	size_t		 next;		/* the term looked at */
	bool		 begun;		/* counted and traced */
	struct asking	 asking;	/* for that term */
	size_t		 line;		/* of the trace */
	unsigned	 depth;
};

struct eval {
	struct level	*top;
	struct asking	 inner;		/* the innermost term that matched */
};

/* The redirect= comes after all others, wherever it stands (section 6.1). */
static const struct spf_term *
term_at(const struct level *level)
{
	const struct spf_record *record = level->frame->record;

	if (level->next < record->count)
		return &record->terms[level->next];
	return level->next > record->count || record->has_all ? NULL :
	    record->redirect;
}

static void
push(struct eval *eval, struct walk *walk, struct frame *frame)
{
	struct level *level = arena_alloc(walk->arena, sizeof(*level));

	level->up = eval->top;
	level->frame = frame;
	level->depth = eval->top == NULL ? 1 : eval->top->depth + 1;
	eval->top = level;
}

static void
finish_term(struct walk *walk, struct level *level, const char *outcome)
{
	if (level->begun)
		walk_trace_end(walk, level->line, outcome);
	level->begun = false;
	level->next++;
}

/* Once a term, however often it is looked at. */
static bool
begin_term(struct walk *walk, struct level *level,
    const struct spf_term *term)
{
	bool allowed;

	if (level->begun)
		return true;
	level->begun = true;
	level->asking = (struct asking){
		.frame = level->frame, .term = term, .counts = true
	};
	allowed = !spf_term_asks_dns(term) || walk_count(walk) == STEP_GO;
	level->line = walk_trace_begin(walk, level->depth,
	    level->frame->domain, term->text);
	return allowed;
}

static enum verdict
verdict_of(enum step step)
{
	return step == STEP_WAIT ? WAIT : step == STEP_END ? END : NO_MATCH;
}

static enum verdict
match_addresses(struct walk *walk, struct asking *asking, struct str name)
{
	const struct dns_answer *answer;
	enum step step = walk_ask(walk, asking, name, walk->address_type,
	    &answer);

	if (step != STEP_GO)
		return verdict_of(step);
	for (size_t i = 0; i < answer->count; i++)
		if (walk_address_matches(walk, asking->term,
		    &answer->records[i].ip))
			return MATCH;
	return NO_MATCH;
}

static enum verdict
match_mx(struct walk *walk, struct asking *asking, struct str name)
{
	const struct dns_answer *hosts;
	enum step step = walk_ask_mx(walk, asking, name, &hosts);
	enum verdict verdict = verdict_of(step);

	if (step != STEP_GO)
		return verdict;
	for (size_t i = 0; i < hosts->count && verdict == NO_MATCH; i++)
		verdict = match_addresses(walk, asking,
		    hosts->records[i].text);
	return verdict;
}

static enum verdict
match_ptr(struct walk *walk, struct asking *asking, struct str name)
{
	struct str validated;
	enum step step = walk_validated(walk, asking, name, true, &validated);

	if (step != STEP_GO)
		return verdict_of(step);
	return validated.len > 0 ? MATCH : NO_MATCH;
}

static enum verdict
match_exists(struct walk *walk, struct asking *asking, struct str name)
{
	const struct dns_answer *answer;
	enum step step = walk_ask(walk, asking, name, DNS_A, &answer);

	if (step != STEP_GO)
		return verdict_of(step);
	return answer->count > 0 ? MATCH : NO_MATCH;
}

/* include and redirect= put a record on top; its verdict comes later. */
static enum verdict
match_record(struct eval *eval, struct walk *walk, struct asking *asking,
    struct str name)
{
	struct frame *frame;
	enum step step = walk_open(walk, name, asking, &frame);

	if (step == STEP_GO)
		push(eval, walk, frame);
	return verdict_of(step);
}

static enum verdict
match_term(struct eval *eval, struct walk *walk, struct asking *asking)
{
	const struct spf_term *term = asking->term;
	struct str name;
	enum step step;

	if (walk_net_matches(walk, term))
		return MATCH;
	if (!spf_term_asks_dns(term))
		return NO_MATCH;
	step = walk_target(walk, asking->frame, term, &name);
	if (step != STEP_GO)
		return verdict_of(step);
	switch (term->kind) {
	case SPF_A:
		return match_addresses(walk, asking, name);
	case SPF_MX:
		return match_mx(walk, asking, name);
	case SPF_PTR:
		return match_ptr(walk, asking, name);
	case SPF_EXISTS:
		return match_exists(walk, asking, name);
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		return match_record(eval, walk, asking, name);
	case SPF_ALL:
	case SPF_IP4:
	case SPF_IP6:
	case SPF_EXP:
	case SPF_OTHER:
		break;
	}
	return NO_MATCH;
}

/*
 * The record on top has come to a result: pass makes the include that asked
 * for it match, all else does not (section 5.2).  A redirect hands the result
 * on, so its level is left together with that above.
 */
static enum step
leave(struct eval *eval, struct walk *walk, const struct asking *matched)
{
	struct level *level = eval->top;
	bool pass = matched != NULL && matched->term->word == WORD_PASS;

	while (level->frame->via != NULL &&
	    level->frame->via->kind == SPF_REDIRECT) {
		level = level->up;
		walk_trace_end(walk, level->line, "followed");
	}
	if (level->up == NULL) {
		if (matched != NULL)
			walk_decide(walk, matched, &eval->inner);
		else
			walk_decide_default(walk, eval->top->frame);
		return STEP_END;
	}
	eval->top = level->up;
	if (pass) {
		struct asking include = eval->top->asking;

		finish_term(walk, eval->top, "match");
		return leave(eval, walk, &include);
	}
	finish_term(walk, eval->top, "no match");
	return STEP_GO;
}

static enum step
take_match(struct eval *eval, struct walk *walk)
{
	struct level *level = eval->top;

	eval->inner = level->asking;
	finish_term(walk, level, "match");
	return leave(eval, walk, &eval->inner);
}

static enum step
take_error(struct eval *eval, struct walk *walk)
{
	for (struct level *level = eval->top; level != NULL; level = level->up)
		finish_term(walk, level, "error");
	return STEP_END;
}

static bool
is_modifier(const struct level *level, const struct spf_term *term)
{
	return level->next < level->frame->record->count &&
	    term->kind >= SPF_REDIRECT;
}

/* One term; STEP_GO: there may be more. */
static enum step
advance(struct eval *eval, struct walk *walk)
{
	struct level *level = eval->top;
	const struct spf_term *term = term_at(level);

	if (term == NULL)
		return leave(eval, walk, NULL);
	if (is_modifier(level, term)) {
		level->next++;
		return STEP_GO;
	}
	if (!begin_term(walk, level, term))
		return take_error(eval, walk);
	switch (match_term(eval, walk, &level->asking)) {
	case MATCH:
		return take_match(eval, walk);
	case WAIT:
		return STEP_WAIT;
	case END:
		return take_error(eval, walk);
	case NO_MATCH:
		if (eval->top == level)
			finish_term(walk, level, "no match");
		break;
	}
	return STEP_GO;
}

static enum step
run_native(struct walk *walk, struct str domain, void *state)
{
	struct asking nobody = { .counts = false };
	struct eval *eval = state;
	enum step step = STEP_GO;
	struct frame *frame;

	if (walk->trace.count == 0)
		walk_trace_begin(walk, 0, domain, STR(""));
	if (eval->top == NULL) {
		step = walk_open(walk, domain, &nobody, &frame);
		if (step == STEP_GO)
			push(eval, walk, frame);
	}
	while (step == STEP_GO)
		step = advance(eval, walk);
	return step;
}

const struct engine spf_engine_native = {
	"native", sizeof(struct eval), run_native
};
