/*
 * lex - the words of structured header fields (RFC 5322 section 3.2)
 *
 * Each function takes its token off the front of *rest.  RFC 6532 is in force:
 * every octet above 0x7f may stand where a letter may.  Bytes are hostile.
 *
 * Errors:	a function that can fail returns NULL, or says why in a few
 *		words (a literal); *rest is then where the trouble starts.
 */
#ifndef ASSAY_MAIL_LEX_H
#define ASSAY_MAIL_LEX_H

#include "base/arena.h"

/*
 * White space, folds and comments (CFWS), any number, also none.  Comments
 * nest to LIMIT_COMMENT_DEPTH.  comment_out (or NULL) gets the inside of the
 * last comment, as written; it is left alone where there is none.
 */
const char *lex_cfws(struct str *rest, struct str *comment_out);

/* At a '(': one comment, nested to that depth; its inside, as written. */
const char *lex_comment(struct str *rest, struct str *inside_out);

/* At a '"': the text of the quoted string, pairs undone, folds dropped. */
const char *lex_quoted(struct arena *arena, struct str *rest,
    struct str *text_out);

/* The longest run, empty where there is none. */
struct str lex_atom(struct str *rest);		/* atext of section 3.2.3 */
struct str lex_token(struct str *rest);		/* RFC 2045 section 5.1 */
struct str lex_keyword(struct str *rest);	/* letters, digits, '-', '_' */
struct str lex_digits(struct str *rest);

/* Take this character; false (and nothing taken) where it is another. */
bool lex_char(struct str *rest, char c);

/* The first octet, or NUL where nothing is left. */
char lex_peek(struct str rest);

#endif
