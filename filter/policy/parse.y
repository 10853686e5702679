/*
 * parse - the grammar of a policy
 *
 * After a mistake it goes on behind the next ';' or '}', so that one run
 * reports as many as there are.
 */
%define api.pure full
%define api.prefix {policy_yy}
%define api.location.type {struct place}
%define parse.error custom
%define parse.lac full
%define lr.default-reduction consistent
%locations
/* "error" may begin a rule or, behind a missing '}', an item: a rule it is. */
%expect 1
%param { void *scanner }
%parse-param { struct parse *parse }

%code requires {
#include "policy/ast.h"
}

%union {
	struct term		*term;
	struct term_list	 terms;
	struct statement	*rule;
	struct statement_list	 rules;
	struct expr		*expr;
	enum compare		 op;
	bool			 flag;
	struct setting		*setting;
	struct setting_chain	 settings;
	struct expectation	*expect;
	struct expectation_list	 expects;
}

%code provides {
int policy_yylex(union POLICY_YYSTYPE *value, struct place *place,
    void *scanner);
}

%code {
#include "base/buf.h"
#include "base/limits.h"

#define YYLLOC_DEFAULT(current, rhs, n) \
	((current) = (n) > 0 ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))

#define APPEND(list, item) do {			\
	if ((list).last == NULL)		\
		(list).first = (item);		\
	else					\
		(list).last->next = (item);	\
	(list).last = (item);			\
} while (0)

static void policy_yyerror(struct place *place, void *scanner,
    struct parse *parse, const char *text);
static void add_item(struct parse *parse, struct item item);
static struct statement *statement_new(struct parse *parse,
    struct place place, bool shadow, struct term *action, struct term *args,
    struct expr *when);
static struct expr *compare(struct parse *parse, struct place place,
    struct term *left, enum compare op, struct term *right);
static struct expr *in_set(struct parse *parse, struct place place,
    struct term *left, struct term *set, bool braces);
static struct term *call(struct term *name, struct term *args);
static void add_case(struct parse *parse, struct test_item item);
static struct setting *setting_new(struct parse *parse, struct term *left,
    struct term *right, bool braces);
static struct expectation *expectation_new(struct parse *parse,
    struct expectation expectation);
}

%token START_POLICY "the policy" START_TESTS "the tests"
%token END 0		"the end of the file"
%token <term>	NAME "a name" TEXT "a text in quotes"
			LITERAL "a number or address"
			REGEX_TEXT "a /regular expression/"
%token <term>	POLICY "\"policy\"" MODE "\"mode\"" LIST "\"list\""
			LIST_FILE "\"file\"" OPTIONAL "\"optional\""
			DEFINE "\"define\"" INCLUDE "\"include\""
			AT "\"at\"" WHEN "\"when\""
			SHADOW "\"shadow\"" AND "\"and\"" OR "\"or\""
			NOT "\"not\"" IN "\"in\"" IS "\"is\""
			MATCHES "\"matches\"" GIVEN "\"given\""
			CASE "\"case\"" EXPECT "\"expect\"" BY "\"by\""
%token			EQ "\"==\"" NE "\"!=\"" LT "\"<\"" LE "\"<=\""
			GT "\">\"" GE "\">=\"" ASSIGN "\"=\""
			LBRACE "\"{\"" RBRACE "\"}\"" LPAREN "\"(\""
			RPAREN "\")\"" COMMA "\",\"" SEMICOLON "\";\""

%type <term>	name operand entry
%type <terms> arguments entries words operands
%type <rule> rule
%type <rules> rules
%type <expr>	expr conjunction negation test condition
%type <op>	operator
%type <flag>		maybe_optional maybe_shadow
%type <settings>	settings braced
%type <setting>		setting
%type <expects>		expectations
%type <expect>		expectation
%type <term>		at_stage by_line

%%

start:
	  START_POLICY file
	| START_TESTS cases
	;

file:
	  %empty
	| file item
	;

item:
	  POLICY TEXT MODE name SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_POLICY,
		    .place = @1, .name = $2, .mode = $4 });
	}
	| LIST name ASSIGN LBRACE entries RBRACE SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .entries = $5.first });
	}
	| LIST name ASSIGN LIST_FILE TEXT maybe_optional SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .file = $5, .optional = $6 });
	}
	| INCLUDE TEXT SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_INCLUDE,
		    .place = @1, .file = $2 });
	}
	| DEFINE name ASSIGN expr SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_DEFINE,
		    .place = @2, .name = $2, .expr = $4 });
	}
	| AT name LBRACE rules RBRACE {
		add_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
	}
	| AT name LBRACE rules error RBRACE {
		add_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
	}
	| AT name LBRACE rules unclosed {
		add_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
		mistake(parse->diag, @3, "this { has no }");
	}
	| error SEMICOLON
	| error RBRACE
	;

unclosed:
	  %empty	/* before END or the next item only */
	;

maybe_optional:
	  %empty	{ $$ = false; }
	| OPTIONAL	{ $$ = true; }
	;

entries:
	  %empty			{ $$ = (struct term_list){ 0 }; }
	| words
	| words COMMA
	;

words:
	  entry				{ $$ = (struct term_list){ $1, $1 }; }
	| words COMMA entry		{ $$ = $1; APPEND($$, $3); }
	;

entry:
	  name
	| TEXT
	| LITERAL
	;

rules:
	  %empty			{ $$ = (struct statement_list){ 0 }; }
	| rules rule {
		$$ = $1;
		if ($2 != NULL)
			APPEND($$, $2);
	}
	;

rule:
	  NAME arguments condition SEMICOLON {
		$$ = statement_new(parse, @1, false, $1, $2.first, $3);
	}
	| SHADOW NAME arguments condition SEMICOLON {
		$$ = statement_new(parse, @1, true, $2, $3.first, $4);
	}
	| error SEMICOLON		{ $$ = NULL; yyerrok; }
	;

arguments:
	  %empty			{ $$ = (struct term_list){ 0 }; }
	| arguments entry		{ $$ = $1; APPEND($$, $2); }
	;

condition:
	  %empty			{ $$ = NULL; }
	| WHEN expr			{ $$ = $2; }
	;

expr:
	  conjunction
	| expr OR conjunction { $$ = expr_join(parse, EXPR_OR, $1, $3); }
	;

conjunction:
	  negation
	| conjunction AND negation {
		$$ = expr_join(parse, EXPR_AND, $1, $3);
	}
	;

negation:
	  test
	| NOT negation			{ $$ = expr_not(parse, @1, $2); }
	;

test:
	  operand operator operand {
		$$ = compare(parse, @2, $1, $2, $3);
	}
	| operand IN operand {
		$$ = in_set(parse, @2, $1, $3, false);
	}
	| operand NOT IN operand {
		$$ = expr_not(parse, @2, in_set(parse, @2, $1, $4, false));
	}
	| operand IN LBRACE entries RBRACE {
		$$ = in_set(parse, @2, $1, $4.first, true);
	}
	| operand NOT IN LBRACE entries RBRACE {
		$$ = expr_not(parse, @2, in_set(parse, @2, $1, $5.first,
		    true));
	}
	| operand MATCHES REGEX_TEXT {
		$$ = expr_new(parse, EXPR_MATCHES, @2, $1, $3);
	}
	| operand NOT MATCHES REGEX_TEXT {
		$$ = expr_not(parse, @2, expr_new(parse, EXPR_MATCHES, @2, $1,
		    $4));
	}
	| operand IS name {
		$$ = expr_new(parse, EXPR_IS, @2, $1, $3);
	}
	| operand IS NOT name {
		$$ = expr_not(parse, @2, expr_new(parse, EXPR_IS, @2, $1, $4));
	}
	| operand {
		$$ = expr_new(parse, EXPR_TERM, @1, $1, NULL);
	}
	| LPAREN expr RPAREN {
		$$ = $2;
		if ($$ != NULL)
			$$->closed = true;
	}
	;

operator:
	  EQ	{ $$ = COMPARE_EQ; }
	| NE	{ $$ = COMPARE_NE; }
	| LT	{ $$ = COMPARE_LT; }
	| LE	{ $$ = COMPARE_LE; }
	| GT	{ $$ = COMPARE_GT; }
	| GE	{ $$ = COMPARE_GE; }
	| ASSIGN {
		mistake(parse->diag, @1, "write \"==\" to compare");
		$$ = COMPARE_EQ;
	}
	;

operand:
	  entry
	| NAME LPAREN RPAREN		{ $$ = call($1, NULL); }
	| NAME LPAREN operands RPAREN	{ $$ = call($1, $3.first); }
	;

operands:
	  operand			{ $$ = (struct term_list){ $1, $1 }; }
	| operands COMMA operand	{ $$ = $1; APPEND($$, $3); }
	;

cases:
	  %empty
	| cases case
	;

case:
	  LIST name ASSIGN LBRACE entries RBRACE SEMICOLON {
		add_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .entries = $5.first });
	}
	| GIVEN braced {
		add_case(parse, (struct test_item){ .place = @1,
		    .settings = $2.first });
	}
	| CASE TEXT braced EXPECT expectations SEMICOLON {
		add_case(parse, (struct test_item){ .place = @1, .name = $2,
		    .settings = $3.first, .expects = $5.first });
	}
	| CASE TEXT braced EXPECT error SEMICOLON	{ yyerrok; }
	| CASE TEXT braced error SEMICOLON		{ yyerrok; }
	| error SEMICOLON
	| error RBRACE
	;

braced:
	  LBRACE settings RBRACE	{ $$ = $2; }
	| LBRACE settings error RBRACE	{ $$ = $2; yyerrok; }
	;

settings:
	  %empty			{ $$ = (struct setting_chain){ 0 }; }
	| settings setting {
		$$ = $1;
		if ($2 != NULL)
			APPEND($$, $2);
	}
	;

setting:
	  operand ASSIGN entry SEMICOLON {
		$$ = setting_new(parse, $1, $3, false);
	}
	| operand ASSIGN LBRACE entries RBRACE SEMICOLON {
		$$ = setting_new(parse, $1, $4.first, true);
	}
	| error SEMICOLON		{ $$ = NULL; yyerrok; }
	;

expectations:
	  expectation {
		$$ = (struct expectation_list){ $1, $1 };
	}
	| expectations AND expectation	{ $$ = $1; APPEND($$, $3); }
	;

expectation:
	  maybe_shadow NAME arguments at_stage by_line {
		$$ = expectation_new(parse, (struct expectation){
		    .place = @2, .shadow = $1, .action = $2,
		    .args = $3.first, .stage = $4, .line = $5 });
	}
	;

maybe_shadow:
	  %empty			{ $$ = false; }
	| SHADOW			{ $$ = true; }
	;

at_stage:
	  %empty			{ $$ = NULL; }
	| AT name			{ $$ = $2; }
	;

by_line:
	  %empty			{ $$ = NULL; }
	| BY NAME LITERAL {
		if (!str_eqz($2->text, "line"))
			mistake(parse->diag, @2, "write \"by line\" and its "
			    "number");
		$$ = $3;
	}
	;

name:
	  NAME | POLICY | MODE | LIST | LIST_FILE | OPTIONAL
	;

%%

enum { EXPECTED_MAX = 48, CHOICES_MAX = 5 };

/* Called for one thing only: the parser's stack is at its end. */
static void
policy_yyerror(struct place *place, void *scanner, struct parse *parse,
    const char *text)
{
	(void)scanner;
	(void)text;
	mistake(parse->diag, *place, "nested too deeply; at most %d levels",
	    LIMIT_POLICY_DEPTH);
}

static bool
expects(const yysymbol_kind_t *kinds, int count, yysymbol_kind_t kind)
{
	for (int i = 0; i < count; i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

/* What goes without saying where two other kinds may stand. */
static const struct {
	yysymbol_kind_t where[2], obvious[10];
} unsaid[] = {
	/* in a stage: an action or its end */
	{ { YYSYMBOL_SHADOW, YYSYMBOL_NAME },
	  { YYSYMBOL_SHADOW, YYSYMBOL_POLICY, YYSYMBOL_LIST, YYSYMBOL_DEFINE,
	    YYSYMBOL_INCLUDE, YYSYMBOL_AT } },
	/* a name: the keywords that are names too */
	{ { YYSYMBOL_NAME, YYSYMBOL_NAME },
	  { YYSYMBOL_POLICY, YYSYMBOL_MODE, YYSYMBOL_LIST, YYSYMBOL_LIST_FILE,
	    YYSYMBOL_OPTIONAL } },
	/* a value */
	{ { YYSYMBOL_NAME, YYSYMBOL_TEXT },
	  { YYSYMBOL_TEXT, YYSYMBOL_LITERAL, YYSYMBOL_NOT,
	    YYSYMBOL_LPAREN } },
	/* behind a condition */
	{ { YYSYMBOL_AND, YYSYMBOL_OR }, { YYSYMBOL_LPAREN } },
};

static bool
is_unsaid(const yysymbol_kind_t *kinds, int count, yysymbol_kind_t kind)
{
	if (kind == YYSYMBOL_YYEOF)
		return true;	/* and it is the 0 that fills up the table */
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++)
		if (expects(kinds, count, unsaid[i].where[0]) &&
		    expects(kinds, count, unsaid[i].where[1]) &&
		    expects(unsaid[i].obvious, 10, kind))
			return true;
	return false;
}

static int
choose(const yysymbol_kind_t *all, int count, yysymbol_kind_t *kinds_out)
{
	int kept = 0;

	for (int i = 0; i < count; i++)
		if (!is_unsaid(all, count, all[i])) {
			if (kept == CHOICES_MAX)
				return 0;
			kinds_out[kept++] = all[i];
		}
	return kept;
}

/* "a", "a or b", "a, b or c". */
static void
add_choices(struct buf *buf, const yysymbol_kind_t *kinds, int count,
    const char *name)
{
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_addz(buf, i + 1 < count ? ", " : " or ");
		buf_addz(buf, kinds[i] == YYSYMBOL_NAME ? name :
		    yysymbol_name(kinds[i]));
	}
}

/* A keyword that was expected and nearly written. */
static const char *
keyword_hint(struct parse *parse, const yysymbol_kind_t *kinds, int count)
{
	const char *words[CHOICES_MAX];
	size_t keywords = 0;

	for (int i = 0; i < count; i++) {
		struct str name = str_from(yysymbol_name(kinds[i]));

		if (name.len > 3 && name.ptr[0] == '"')
			words[keywords++] = arena_z(parse->arena,
			    str_slice(name, 1, name.len - 1));
	}
	return nearest_hint(parse->arena, parse->token, words, keywords);
}

/* What a name is for, where it may stand. */
static const char *
name_for(const yysymbol_kind_t *all, int count)
{
	if (expects(all, count, YYSYMBOL_SHADOW))
		return "an action";
	return expects(all, count, YYSYMBOL_TEXT) ? "a value" : "a name";
}

static int
yyreport_syntax_error(const yypcontext_t *context, void *scanner,
    struct parse *parse)
{
	yysymbol_kind_t all[EXPECTED_MAX], kinds[CHOICES_MAX];
	int total = yypcontext_expected_tokens(context, all, EXPECTED_MAX);
	int count = choose(all, total, kinds);
	struct buf buf;

	(void)scanner;
	if (diag_total(parse->diag) > LIMIT_POLICY_ERRORS)
		return 0;
	buf_init(&buf, parse->arena, 512);
	buf_addz(&buf, count > 0 ? "expected " : "unexpected ");
	add_choices(&buf, kinds, count, name_for(all, total));
	if (count > 0)
		buf_addz(&buf, ", found ");
	if (yypcontext_token(context) == YYSYMBOL_YYEOF)
		buf_addz(&buf, "the end of the file");
	else
		buf_printf(&buf, "\"%.*s\"%s", STR_ARG(str_slice(parse->token,
		    0, 60)), keyword_hint(parse, kinds, count));
	mistake(parse->diag, *yypcontext_location(context), "%.*s",
	    STR_ARG(buf_str(&buf)));
	return 0;
}

static void
add_item(struct parse *parse, struct item item)
{
	struct item *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = item;
	APPEND(parse->items, copy);
}

static struct statement *
statement_new(struct parse *parse, struct place place, bool shadow,
    struct term *action, struct term *args, struct expr *when)
{
	struct statement *statement = arena_alloc(parse->arena,
	    sizeof(*statement));

	*statement = (struct statement){ .place = place, .shadow = shadow,
	    .action = action, .args = args, .when = when };
	return statement;
}

static struct expr *
compare(struct parse *parse, struct place place, struct term *left,
    enum compare op, struct term *right)
{
	struct expr *expr = expr_new(parse, EXPR_COMPARE, place, left, right);

	expr->op = op;
	return expr;
}

static struct expr *
in_set(struct parse *parse, struct place place, struct term *left,
    struct term *set, bool braces)
{
	struct expr *expr = expr_new(parse, EXPR_IN, place, left, set);

	expr->braces = braces;
	return expr;
}

static struct term *
call(struct term *name, struct term *args)
{
	name->kind = TERM_CALL;
	name->args = args;
	return name;
}

static void
add_case(struct parse *parse, struct test_item item)
{
	struct test_item *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = item;
	APPEND(parse->cases, copy);
}

static struct setting *
setting_new(struct parse *parse, struct term *left, struct term *right,
    bool braces)
{
	struct setting *setting = arena_alloc(parse->arena, sizeof(*setting));

	*setting = (struct setting){ .place = left->place, .left = left,
	    .right = right, .braces = braces };
	return setting;
}

static struct expectation *
expectation_new(struct parse *parse, struct expectation expectation)
{
	struct expectation *copy = arena_alloc(parse->arena, sizeof(*copy));

	*copy = expectation;
	return copy;
}
