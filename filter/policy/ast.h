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
	TERM_REGEX,
	TERM_SUM		/* args: two, with a sign between them */
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
	char		 sign;		/* + - * / */
	unsigned	 depth;		/* of args; 0: none */
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
	EXPR_ANY, EXPR_ALL,	/* of left's items in the test below */
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

/* on listener "submission" { ... }: where the stages inside are for. */
struct section {
	struct place	 place;
	struct term	*what;		/* listener, port, socket */
	struct term	*values;	/* one or more */
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
	const struct section *section;	/* stage; NULL: everywhere */
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
	struct setting	 *inputs;	/* what is said of a message */
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
	const struct section	*section;	/* that is open */
	unsigned		 section_depth;
	const struct parse	*includer;	/* NULL: the policy itself */
	unsigned		*includes;	/* so far, of all files */
	uint64_t		*checksum;	/* of their texts, or NULL */
};

/*
 * Reads the whole source and what it includes; mistakes go to diag, what is
 * sound to items.
 */
void parse_policy(struct parse *parse);

/* lex.l: one source alone. */
void lex_and_parse(struct parse *parse);

/*
 * syntax.c, for parse.y: the last token, or the end of the file, is none of
 * those that are expected, which are named as the grammar has them.
 */
void syntax_mistake(struct parse *parse, struct place place, bool ends,
    const char *const *expected, size_t count);

/* For lex.l: what an unquoted piece of text is. */
struct term *term_new(struct parse *parse, enum term_kind kind,
    struct place place, struct str text);
struct term *term_from_atom(struct parse *parse, struct place place,
    struct str text);
struct term *term_from_string(struct parse *parse, struct place place,
    struct str raw);
struct term *term_from_regex(struct parse *parse, struct place place,
    struct str raw);

/* For parse.y and build.c. */
struct expr *expr_new(struct parse *parse, enum expr_kind kind,
    struct place place, struct term *left, struct term *right);
struct expr *expr_join(struct parse *parse, enum expr_kind kind,
    struct expr *a, struct expr *b);
struct expr *expr_not(struct parse *parse, struct place place,
    struct expr *inner);
/* A node of this kind above inner; NULL where that is NULL. */
struct expr *expr_over(struct parse *parse, enum expr_kind kind,
    struct place place, struct expr *inner);

#define CHAIN(list, item) do {			\
	if ((list).last == NULL)		\
		(list).first = (item);		\
	else					\
		(list).last->next = (item);	\
	(list).last = (item);			\
} while (0)

/*
 * build.c: what the grammar's actions make.  An expression that is NULL had a
 * mistake, which was reported; what is made of it is NULL too.
 */
void build_item(struct parse *parse, struct item item);
void build_section(struct parse *parse, struct section section);
void build_section_end(struct parse *parse);
struct statement *build_rule(struct parse *parse, struct statement statement);
struct expr *build_compare(struct parse *parse, struct place place,
    const struct expr *left, enum compare op, const struct expr *right);
struct expr *build_in(struct parse *parse, struct place place,
    const struct expr *left, const struct expr *right);
struct expr *build_in_set(struct parse *parse, struct place place,
    const struct expr *left, struct term *entries);
struct expr *build_test(struct parse *parse, enum expr_kind kind,
    struct place place, const struct expr *left, struct term *right);
struct expr *build_sum(struct parse *parse, struct place place,
    const struct expr *left, char sign, const struct expr *right);
struct expr *build_minus(struct parse *parse, struct place place,
    const struct expr *inner);
struct term *build_call(struct parse *parse, struct term *name,
    struct term_list args);
struct term_list build_argument(struct parse *parse, struct term_list list,
    const struct expr *expr);
void build_case(struct parse *parse, struct test_item item);
struct setting *build_setting(struct parse *parse, const struct expr *left,
    struct term *right, bool braces);
struct setting *build_input(struct parse *parse, struct term *word,
    struct term *value);
struct expectation *build_expectation(struct parse *parse,
    struct expectation expectation);

#endif
