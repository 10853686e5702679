/*
 * ast - a policy as it was written, before names and types are bound
 *
 * What the parser builds: items in the order of the text, in the policy's
 * arena.  Lists are chained by next.
 */
#ifndef ASSAY_POLICY_AST_H
#define ASSAY_POLICY_AST_H

#include "base/ip.h"
#include "base/source.h"

enum term_kind {
	TERM_NAME,		/* a word of the language, a fact, a name */
	TERM_CALL,		/* name(args) */
	TERM_TEXT,		/* "in quotes" */
	TERM_NUMBER, TERM_SIZE, TERM_DURATION,
	TERM_CODE,		/* 5.7.1 */
	TERM_IP, TERM_NET,
	TERM_BARE,		/* an entry of a list without quotes */
	TERM_REGEX
};

struct term {
	enum term_kind	 kind;
	struct place	 place;
	struct str	 text;		/* decoded; of a regex, the pattern */
	struct str	 raw;		/* as written, with quotes and all */
	double		 number;	/* a size in octets, a duration in
					 * seconds */
	struct ipnet	 net;
	struct str	 flags;		/* after the regex */
	struct term	*args;
	struct term	*next;
};

struct term_list {
	struct term	*first, *last;
};

enum compare {
	COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE
};

enum expr_kind {
	EXPR_AND, EXPR_OR,	/* of all children */
	EXPR_NOT,
	EXPR_COMPARE,		/* left op right */
	EXPR_IN,		/* left in a set (right chain) or a list */
	EXPR_MATCHES,		/* left matches right */
	EXPR_IS,		/* left is set, is unknown */
	EXPR_TERM		/* left alone */
};

struct expr {
	enum expr_kind	 kind;
	struct place	 place;
	unsigned	 depth;
	bool		 closed;	/* in parentheses: not to be joined */
	bool		 braces;	/* IN: right is { a set } */
	enum compare	 op;
	struct term	*left, *right;
	struct expr	*children, *last, *next;
};

struct statement {		/* one rule */
	struct place	  place;
	bool		  shadow;
	struct term	 *action, *args;
	struct expr	 *when;		/* NULL: always */
	struct statement *next;
};

struct statement_list {
	struct statement *first, *last;
};

enum item_kind {
	ITEM_POLICY, ITEM_LIST, ITEM_DEFINE, ITEM_STAGE, ITEM_INCLUDE
};

struct item {
	enum item_kind	  kind;
	struct place	  place;
	struct term	 *name;		/* policy: its title; stage: its name */
	struct term	 *mode;		/* policy */
	struct term	 *file;		/* include; list, where it is one */
	struct term	 *query;	/* list: over file, a database */
	bool		  optional;	/* list: the file may be missing */
	struct term	 *entries;	/* list */
	struct expr	 *expr;		/* define */
	struct statement *statements;	/* stage */
	struct item	 *next;
};

struct item_list {
	struct item	*first, *last;
};

/* What NAME.test holds beside NAME.policy. */
struct setting {		/* a fact of a case */
	struct place	  place;
	struct term	 *left, *right;
	bool		  braces;	/* right is { a list } */
	struct setting	 *next;
};

struct setting_chain {
	struct setting	*first, *last;
};

struct expectation {
	struct place	  place;
	bool		  shadow;
	struct term	 *action, *args, *stage, *line;
	struct expectation *next;
};

struct expectation_list {
	struct expectation *first, *last;
};

struct test_item {
	struct place	  place;
	struct term	 *name;		/* NULL: given { }, for what follows */
	struct setting	 *settings;
	struct expectation *expects;	/* the verdict, then what else fired */
	struct test_item *next;
};

struct test_list {
	struct test_item *first, *last;
};

/* The state of one parse; lexer and parser share it. */
struct parse {
	struct arena		*arena;
	struct diag		*diag;
	const struct source	*source;
	struct place		 at;		/* of the next token */
	struct str		 token;		/* the last one, as written */
	bool			 tests;		/* a NAME.test */
	bool			 begun;
	struct item_list	 items;
	struct test_list	 cases;
	const struct parse	*includer;	/* NULL: the policy itself */
	unsigned		*includes;	/* so far, of all files */
};

/*
 * Reads the whole source and what it includes; mistakes go to diag, what is
 * sound to items.
 */
void parse_policy(struct parse *parse);

/* lex.l: one source alone. */
void lex_and_parse(struct parse *parse);

/* For lex.l: what an unquoted piece of text is. */
struct term *term_new(struct parse *parse, enum term_kind kind,
    struct place place, struct str text);
struct term *term_from_atom(struct parse *parse, struct place place,
    struct str text);
struct term *term_from_string(struct parse *parse, struct place place,
    struct str raw);
struct term *term_from_regex(struct parse *parse, struct place place,
    struct str raw);

/* For parse.y. */
struct expr *expr_new(struct parse *parse, enum expr_kind kind,
    struct place place, struct term *left, struct term *right);
struct expr *expr_join(struct parse *parse, enum expr_kind kind,
    struct expr *a, struct expr *b);
struct expr *expr_not(struct parse *parse, struct place place,
    struct expr *inner);

#endif
