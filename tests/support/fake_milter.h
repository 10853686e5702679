/*
 * fake_milter - what filter/milter calls of libmilter, without an MTA
 *
 * A test fills in what the MTA has agreed to and its macros, calls the
 * callbacks itself, and looks at what they asked for.  What libmilter or an
 * MTA would stumble over ends the test: an action that was not agreed, edits
 * before the message's end, a reply that libmilter refuses, text that breaks
 * the header.
 */
#ifndef ASSAY_TESTS_FAKE_MILTER_H
#define ASSAY_TESTS_FAKE_MILTER_H

#include "base/vec.h"
#include "milter/milter.h"

struct fake_edit {
	char		 kind;	/* 'i'nsert, 'a'dd, 'c'hange, 'd'elete;
				 * 'f'rom, '+' and '-' recipients */
	int		 index;
	const char	*name, *value;
};

struct fake_macro {
	const char	*name, *value;
};

struct smfi_str {			/* libmilter's SMFICTX */
	struct arena	*arena;
	void		*priv;
	unsigned long	 actions, steps;	/* agreed */
	bool		 at_end;		/* in xxfi_eom */
	VEC(struct fake_macro) macros;
	const char	*code, *enhanced, *text; /* of the last setreply */
	const char	*quarantine;
	VEC(struct fake_edit) edits;
	const char	*wanted_macros[SMFIM_LAST + 1];
};

SMFICTX *fake_milter_new(void);
void fake_milter_free(SMFICTX *ctx);
void fake_milter_macro(SMFICTX *ctx, const char *name, const char *value);
/* Forget replies, edits and macros. */
void fake_milter_reset(SMFICTX *ctx);
/* Negotiate: all that an MTA of today offers, unless given otherwise. */
void fake_milter_negotiate(SMFICTX *ctx, unsigned long actions,
    unsigned long steps);

#endif
