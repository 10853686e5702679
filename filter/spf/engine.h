/*
 * engine - who follows an SPF record from term to term
 *
 * run() goes as far as the walk's answers reach.  STEP_WAIT: an answer is
 * missing and was asked for; run() is called again, with the same state, when
 * it is there.  STEP_END: the walk has its verdict.
 */
#ifndef ASSAY_SPF_ENGINE_H
#define ASSAY_SPF_ENGINE_H

#include "spf/walk.h"

struct engine {
	const char	*name;
	size_t		 state_size;	/* zeroed at the start */
	enum step	(*run)(struct walk *walk, struct str domain,
			    void *state);
};

extern const struct engine spf_engine_libspf2, spf_engine_native;

#endif
