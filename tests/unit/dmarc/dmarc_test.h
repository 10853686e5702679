/*
 * What the tests of the dmarc room share: a world with scripted DNS, in which
 * a walk or an evaluation is run to its end.
 */
#ifndef ASSAY_TESTS_DMARC_TEST_H
#define ASSAY_TESTS_DMARC_TEST_H

#include "dmarc/dmarc.h"
#include "tests/support/check.h"
#include "tests/support/fake_dns.h"

TCase *record_cases(void);
TCase *author_cases(void);
TCase *discover_cases(void);
TCase *align_cases(void);

struct world {
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	struct dmarc_policy	 policy;
	struct dmarc_result	 result;
	bool			 done;
};

struct world *world_new(const char *zone);
void world_free(struct world *world);

const struct dmarc_policy *world_discover(struct world *world,
    const char *domain);
/* Domains joined by blanks; NULL: none. */
const struct dmarc_result *world_evaluate(struct world *world,
    const char *author, const char *spf, const char *dkim);
const struct dmarc_result *world_evaluate_ids(struct world *world,
    const char *author, const struct dmarc_identifiers *ids);

/* The names asked for, joined by blanks, "_dmarc." left out. */
struct str world_walk(struct world *world);

/* Blank-separated words as an array in the world's arena. */
const struct str *world_words(struct world *world, const char *words,
    size_t *count_out);

#endif
