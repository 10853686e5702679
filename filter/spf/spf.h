/*
 * spf - may this client send mail for this domain?
 *
 * check_host() of RFC 7208 section 4 by the chosen engine.  Knows no milter,
 * session or setting.
 *
 * Errors:	DNS trouble is a result (WORD_TEMPERROR), a broken record too.
 * Ownership:	all memory comes from the caller's arena and dies with it.
 * Threads:	everything runs on the given strand.
 */
#ifndef ASSAY_SPF_SPF_H
#define ASSAY_SPF_SPF_H

#include "base/arena.h"
#include "base/vec.h"
#include "dns/resolver.h"
#include "facts/facts.h"

enum spf_engine { SPF_ENGINE_NATIVE, SPF_ENGINE_LIBSPF2 };

struct spf_request {
	struct ip	client;
	struct str	helo;		/* %{h} */
	struct str	sender;		/* "local@domain"; "@domain" and
					 * "domain" mean postmaster@domain
					 * (section 4.3) */
	struct str	domain;		/* where check_host() starts */
	struct str	receiver;	/* %{r}, for explanations */
	int64_t		now;		/* %{t}, Unix time */
};

/* A DNS answer that was used, in the order of use. */
struct spf_dns_record {
	struct str	name, data;	/* data: records joined by ", ", cut */
	const char	*type, *status;
	bool		secure;
};

/* One term that was looked at, in order; depth makes it a tree. */
struct spf_trace_line {
	unsigned	depth;		/* 0: the domain itself, without term */
	struct str	domain, term;
	const char	*outcome;	/* "match", ...; NULL: not known */
	unsigned	lookups;	/* counted so far */
	size_t		used;		/* where its answers begin in used */
};

struct spf_result {
	enum word	word;		/* RESULT_WORDS but policy */
	struct str	domain;		/* what was judged, as A-labels */
	struct str	mechanism;	/* the term that matched, as written */
	struct str	explanation;	/* expanded, printable ASCII; on fail */
	unsigned	lookups;	/* terms counted, section 4.6.4 */
	unsigned	void_lookups;
	struct str	reason;		/* our own words, never empty */
	VEC(struct spf_dns_record) used;
	VEC(struct spf_trace_line) trace;	/* of the native engine */
};

typedef void spf_done_fn(void *ctx, const struct spf_result *result);

struct spf_check;		/* one evaluation in flight */

/* done() runs once, on the strand, never before this returns. */
struct spf_check *spf_start(enum spf_engine engine, struct arena *arena,
    struct resolver *dns, struct strand *strand,
    const struct spf_request *request, uint64_t deadline_ms,
    spf_done_fn *done, void *ctx);

/* done() will not run.  NULL and a check that is done are allowed. */
void spf_cancel(struct spf_check *check);

/* "native", "libspf2" */
bool spf_engine_from(const char *name, enum spf_engine *engine_out);

#endif
