/*
 * evaluation - one evaluation of SPF by an engine, over a scripted zone
 */
#ifndef ASSAY_TESTS_SPF_EVALUATION_H
#define ASSAY_TESTS_SPF_EVALUATION_H

#include "base/clock.h"
#include "spf/spf.h"

enum { ENGINES = 2, DEADLINE_MS = 20000 };

extern const char *const evaluation_engines[ENGINES];

struct evaluation {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	struct spf_result	 result;
	bool			 done;
};

/* The test's thread is on its strand from here on. */
void evaluation_init(struct evaluation *evaluation, const char *zone);
void evaluation_fini(struct evaluation *evaluation);

/* ip: "" for none. */
struct spf_request evaluation_request(const char *ip, const char *helo,
    struct str sender);
/* Waits for the result. */
const struct spf_result *evaluation_run(struct evaluation *evaluation,
    const char *engine, const struct spf_request *request);
/* The spf_done_fn of an evaluation: the result is kept, and there is one. */
void evaluation_keep(void *ctx, const struct spf_result *result);

#endif
