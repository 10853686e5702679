/*
 * token - a settings file as words, texts in quotes and signs
 *
 * Comments are passed over, and become blanks in scan->clean.
 *
 * Errors:	what cannot be a token is noted as a mistake of the scan, and
 *		is a token of its own kind, so that it is not noted again.
 */
#ifndef ASSAY_CONF_TOKEN_H
#define ASSAY_CONF_TOKEN_H

#include "conf/scan.h"

enum token_kind { T_END, T_WORD, T_QUOTED, T_SIGN, T_BAD };

struct token {
	enum token_kind	kind;
	struct str	text;		/* with its quotes */
	struct place	place;
};

struct scanner {
	struct scan	*scan;
	struct str	 text;
	size_t		 at;
	unsigned	 line;		/* from 1 */
	size_t		 line_from;
	struct token	 token;		/* the one to look at */
};

/* Where the octet at stands, which is in the line at hand. */
struct place token_place(const struct scanner *scanner, size_t at);
/* On to the next one; T_END stays. */
void token_next(struct scanner *scanner);
bool token_is_sign(const struct token *token, const char *sign);

#endif
