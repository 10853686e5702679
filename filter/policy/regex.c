#define PCRE2_CODE_UNIT_WIDTH 8
#include "policy/regex.h"

#include <pcre2.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"

enum { LOG_EVERY_MS = 60 * 1000 };

struct regex {
	pcre2_code		*code;
	const char		*path;
	unsigned		 line;
	pcre2_match_context	*limits;	/* of the pool */
	_Atomic uint64_t	*silent_until;
};

struct regex_pool {
	struct arena		*arena;
	pcre2_match_context	*limits;
	VEC(struct regex *)	 all;
};

struct regex_pool *
regex_pool_new(struct arena *arena)
{
	struct regex_pool *pool = arena_alloc(arena, sizeof(*pool));

	pool->arena = arena;
	pool->limits = pcre2_match_context_create(NULL);
	ensure(pool->limits != NULL);
	pcre2_set_match_limit(pool->limits, LIMIT_REGEX_MATCH);
	pcre2_set_depth_limit(pool->limits, LIMIT_REGEX_DEPTH);
	pcre2_set_heap_limit(pool->limits, LIMIT_REGEX_HEAP_KIB);
	return pool;
}

void
regex_pool_free(struct regex_pool *pool)
{
	for (size_t i = 0; i < pool->all.count; i++)
		pcre2_code_free(pool->all.at[i]->code);
	pcre2_match_context_free(pool->limits);
}

static pcre2_code *
compile(const struct term *term, struct diag *diag)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
	    PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	ensure(context != NULL);
	if (term->flags.len > 0)
		options |= PCRE2_CASELESS;
	pcre2_set_max_pattern_length(context, LIMIT_REGEX_OCTETS);
	code = pcre2_compile((PCRE2_SPTR)term->text.ptr, term->text.len,
	    options, &error, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		PCRE2_UCHAR text[128];

		pcre2_get_error_message(error, text, sizeof(text));
		mistake(diag, place_after(term->place, 1 + at),
		    "the regular expression is wrong here: %s",
		    (const char *)text);
	}
	return code;
}

const struct regex *
regex_compile(struct regex_pool *pool, const struct term *term,
    struct diag *diag)
{
	struct regex *regex = arena_alloc(pool->arena, sizeof(*regex));

	if (pool->all.count == LIMIT_POLICY_REGEXES) {
		mistake(diag, term->place, "more than %d regular expressions",
		    LIMIT_POLICY_REGEXES);
		return NULL;
	}
	if (term->flags.len > 0 && !str_eqz(term->flags, "i")) {
		mistake(diag, term->place, "after a regular expression only "
		    "\"i\" (letter case does not count) may stand, not "
		    "\"%.*s\"", STR_ARG(term->flags));
		return NULL;
	}
	regex->code = compile(term, diag);
	if (regex->code == NULL)
		return NULL;
	/* A system may forbid it; then matching is slower, no more. */
	pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	regex->path = arena_z(pool->arena, str_from(term->place.source->path));
	regex->line = term->place.line;
	regex->limits = pool->limits;
	regex->silent_until = arena_alloc(pool->arena,
	    sizeof(*regex->silent_until));
	VEC_PUSH(pool->arena, &pool->all, regex);
	return regex;
}

static void
log_limit(const struct regex *regex, size_t octets)
{
	uint64_t now = clock_ms(), until = atomic_load(regex->silent_until);

	if (now < until || !atomic_compare_exchange_strong(
	    regex->silent_until, &until, now + LOG_EVERY_MS))
		return;
	log_warn("%s:%u: the regular expression came to its limits on a text "
	    "of %zu octets: what asks for it is unknown", regex->path,
	    regex->line, octets);
}

enum regex_answer
regex_match(const struct regex *regex, struct str text)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int found;

	ensure(data != NULL);
	found = pcre2_match(regex->code,
	    (PCRE2_SPTR)(text.len == 0 ? "" : text.ptr), text.len, 0, 0, data,
	    regex->limits);
	pcre2_match_data_free(data);
	if (found == PCRE2_ERROR_NOMATCH)
		return REGEX_NO;
	if (found >= 0)
		return REGEX_YES;
	log_limit(regex, text.len);
	return REGEX_UNKNOWN;
}
