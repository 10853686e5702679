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
/*
 * Behind a missing '}' what follows may go on in what is open, or not: it does.
 * The tokens are "error" (twice), '}', and all that begin an item.
 */
%expect 9
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
#include "base/limits.h"

#define YYLLOC_DEFAULT(current, rhs, n) \
	((current) = (n) > 0 ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))

static void policy_yyerror(struct place *place, void *scanner,
    struct parse *parse, const char *text);
}

%token START_POLICY "the policy" START_TESTS "the tests"
%token END 0		"the end of the file"
%token <term>	NAME "a name" TEXT "a text in quotes"
			LITERAL "a number or address"
			NEGATIVE "a negative number"
			REGEX_TEXT "a /regular expression/"
%token <term>	POLICY "\"policy\"" MODE "\"mode\"" LIST "\"list\""
			LIST_FILE "\"file\"" SQLITE "\"sqlite\""
			OPTIONAL "\"optional\""
			DEFINE "\"define\"" INCLUDE "\"include\""
			AT "\"at\"" WHEN "\"when\""
			SHADOW "\"shadow\"" AND "\"and\"" OR "\"or\""
			NOT "\"not\"" IN "\"in\"" IS "\"is\""
			MATCHES "\"matches\"" GIVEN "\"given\""
			NOT_IN "\"not-in\"" ANY "\"any\"" ALL "\"all\""
			ON "\"on\""
			CASE "\"case\"" EXPECT "\"expect\"" BY "\"by\""
%token			EQ "\"==\"" NE "\"!=\"" LT "\"<\"" LE "\"<=\""
			GT "\">\"" GE "\">=\"" ASSIGN "\"=\""
			LBRACE "\"{\"" RBRACE "\"}\"" LPAREN "\"(\""
			PLUS "\"+\"" MINUS "\"-\"" STAR "\"*\""
			SLASH "\"/\""
			RPAREN "\")\"" COMMA "\",\"" SEMICOLON "\";\""

%type <term>	name entry word
%type <terms> arguments entries words operands values
%type <rule> rule
%type <rules> rules
%type <expr>	expr conjunction negation test condition
%type <expr>	sum product negative operand unary
%type <op>	operator
%type <flag>		maybe_optional maybe_shadow
%type <settings>	settings braced inputs
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
	  plain
	| stage
	| section
	| error SEMICOLON
	| error RBRACE
	| misnamed
	;

plain:
	  POLICY TEXT MODE name SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_POLICY,
		    .place = @1, .name = $2, .mode = $4 });
	}
	| LIST name ASSIGN LBRACE entries RBRACE SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .entries = $5.first });
	}
	| LIST name ASSIGN LIST_FILE TEXT maybe_optional SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .file = $5, .optional = $6 });
	}
	| LIST name ASSIGN SQLITE TEXT TEXT maybe_optional SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .file = $5, .query = $6,
		    .optional = $7 });
	}
	| INCLUDE TEXT SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_INCLUDE,
		    .place = @1, .file = $2 });
	}
	| DEFINE name ASSIGN expr SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_DEFINE,
		    .place = @2, .name = $2, .expr = $4 });
	}
	;

stage:
	  AT name LBRACE rules RBRACE {
		build_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
	}
	| AT name LBRACE rules error RBRACE {
		build_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
	}
	| AT name LBRACE rules unclosed {
		build_item(parse, (struct item){ .kind = ITEM_STAGE,
		    .place = @2, .name = $2, .statements = $4.first });
		mistake(parse->diag, @3, "this { has no }");
	}
	;

section:
	  opened stages RBRACE		{ build_section_end(parse); }
	| opened stages unclosed {
		build_section_end(parse);
		mistake(parse->diag, @1, "this section has no }");
	}
	;

opened:
	  ON name values LBRACE {
		build_section(parse, (struct section){ .place = @1,
		    .what = $2, .values = $3.first });
	}
	;

values:
	  entry				{ $$ = (struct term_list){ $1, $1 }; }
	| IN LBRACE entries RBRACE	{ $$ = $3; }
	;

stages:
	  %empty
	| stages stage
	| stages plain
	| stages opened stages RBRACE	{ build_section_end(parse); }
	| stages error SEMICOLON
	| stages misnamed
	;

/* Perhaps a stage, but for its first word. */
misnamed:
	  error LBRACE rules RBRACE
	| error LBRACE rules error RBRACE
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
	  word				{ $$ = (struct term_list){ $1, $1 }; }
	| words COMMA word		{ $$ = $1; CHAIN($$, $3); }
	;

word:
	  entry
	| REGEX_TEXT
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
			CHAIN($$, $2);
	}
	;

rule:
	  NAME arguments condition SEMICOLON {
		$$ = build_rule(parse, (struct statement){ .place = @1,
		    .action = $1, .args = $2.first, .when = $3 });
	}
	| SHADOW NAME arguments condition SEMICOLON {
		$$ = build_rule(parse, (struct statement){ .place = @1,
		    .shadow = true, .action = $2, .args = $3.first,
		    .when = $4 });
	}
	| error SEMICOLON		{ $$ = NULL; yyerrok; }
	;

arguments:
	  %empty			{ $$ = (struct term_list){ 0 }; }
	| arguments entry		{ $$ = $1; CHAIN($$, $2); }
	| arguments NEGATIVE		{ $$ = $1; CHAIN($$, $2); }
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
	  sum
	| sum operator sum {
		$$ = build_compare(parse, @2, $1, $2, $3);
	}
	| sum IN sum {
		$$ = build_in(parse, @2, $1, $3);
	}
	| sum not_in sum {
		$$ = expr_not(parse, @2, build_in(parse, @2, $1, $3));
	}
	| sum IN LBRACE entries RBRACE {
		$$ = build_in_set(parse, @2, $1, $4.first);
	}
	| sum not_in LBRACE entries RBRACE {
		$$ = expr_not(parse, @2, build_in_set(parse, @2, $1,
		    $4.first));
	}
	| sum MATCHES REGEX_TEXT {
		$$ = build_test(parse, EXPR_MATCHES, @2, $1, $3);
	}
	| sum NOT MATCHES REGEX_TEXT {
		$$ = expr_not(parse, @2, build_test(parse, EXPR_MATCHES, @2,
		    $1, $4));
	}
	| sum IS name {
		$$ = build_test(parse, EXPR_IS, @2, $1, $3);
	}
	| sum IS NOT name {
		$$ = expr_not(parse, @2, build_test(parse, EXPR_IS, @2, $1,
		    $4));
	}
	| ANY test {
		$$ = expr_over(parse, EXPR_ANY, @1, $2);
	}
	| ALL test {
		$$ = expr_over(parse, EXPR_ALL, @1, $2);
	}
	;

not_in:
	  NOT IN
	| NOT_IN
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

sum:
	  product
	| sum PLUS product {
		$$ = build_sum(parse, @2, $1, '+', $3);
	}
	| sum MINUS product {
		$$ = build_sum(parse, @2, $1, '-', $3);
	}
	| sum negative	 {
		$$ = build_sum(parse, @2, $1, '+', $2);
	}
	;

product:
	  unary
	| product STAR unary {
		$$ = build_sum(parse, @2, $1, '*', $3);
	}
	| product SLASH unary {
		$$ = build_sum(parse, @2, $1, '/', $3);
	}
	;

/* "score -1": the sign belongs to the number, and takes it off. */
negative:
	  NEGATIVE {
		$$ = expr_new(parse, EXPR_TERM, @1, $1, NULL);
	}
	| negative STAR unary {
		$$ = build_sum(parse, @2, $1, '*', $3);
	}
	| negative SLASH unary {
		$$ = build_sum(parse, @2, $1, '/', $3);
	}
	;

unary:
	  operand
	| NEGATIVE {
		$$ = expr_new(parse, EXPR_TERM, @1, $1, NULL);
	}
	| MINUS unary			{ $$ = build_minus(parse, @1, $2); }
	| LPAREN expr RPAREN {
		$$ = $2;
		if ($$ != NULL)
			$$->closed = true;
	}
	;

operand:
	  entry {
		$$ = expr_new(parse, EXPR_TERM, @1, $1, NULL);
	}
	| NAME LPAREN RPAREN {
		$$ = expr_new(parse, EXPR_TERM, @1, build_call(parse, $1,
		    (struct term_list){ 0 }), NULL);
	}
	| NAME LPAREN operands RPAREN {
		$$ = expr_new(parse, EXPR_TERM, @1, build_call(parse, $1, $3),
		    NULL);
	}
	;

operands:
	  sum {
		$$ = build_argument(parse, (struct term_list){ 0 }, $1);
	}
	| operands COMMA sum {
		$$ = build_argument(parse, $1, $3);
	}
	;

cases:
	  %empty
	| cases case
	;

case:
	  LIST name ASSIGN LBRACE entries RBRACE SEMICOLON {
		build_item(parse, (struct item){ .kind = ITEM_LIST,
		    .place = @2, .name = $2, .entries = $5.first });
	}
	| GIVEN braced {
		build_case(parse, (struct test_item){ .place = @1,
		    .settings = $2.first });
	}
	| CASE TEXT inputs braced EXPECT expectations SEMICOLON {
		build_case(parse, (struct test_item){ .place = @1, .name = $2,
		    .inputs = $3.first, .settings = $4.first,
		    .expects = $6.first });
	}
	| CASE TEXT inputs braced EXPECT error SEMICOLON { yyerrok; }
	| CASE TEXT inputs braced error SEMICOLON	{ yyerrok; }
	| error SEMICOLON
	| error RBRACE
	;

inputs:
	  %empty			{ $$ = (struct setting_chain){ 0 }; }
	| inputs NAME entry {
		struct setting *input = build_input(parse, $2, $3);

		$$ = $1;
		CHAIN($$, input);
	}
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
			CHAIN($$, $2);
	}
	;

setting:
	  operand ASSIGN entry SEMICOLON {
		$$ = build_setting(parse, $1, $3, false);
	}
	| operand ASSIGN LBRACE entries RBRACE SEMICOLON {
		$$ = build_setting(parse, $1, $4.first, true);
	}
	| operand ASSIGN NEGATIVE SEMICOLON {
		$$ = build_setting(parse, $1, $3, false);
	}
	| error SEMICOLON		{ $$ = NULL; yyerrok; }
	;

expectations:
	  expectation {
		$$ = (struct expectation_list){ $1, $1 };
	}
	| expectations AND expectation	{ $$ = $1; CHAIN($$, $3); }
	;

expectation:
	  maybe_shadow NAME arguments at_stage by_line {
		$$ = build_expectation(parse, (struct expectation){
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
	  NAME | POLICY | MODE | LIST | LIST_FILE | SQLITE | OPTIONAL | ON
	;

%%

enum { EXPECTED_MAX = 64 };

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

static int
yyreport_syntax_error(const yypcontext_t *context, void *scanner,
    struct parse *parse)
{
	yysymbol_kind_t kinds[EXPECTED_MAX];
	const char *names[EXPECTED_MAX];
	int count = yypcontext_expected_tokens(context, kinds, EXPECTED_MAX);

	(void)scanner;
	/* The empty token stands for what was not closed, and is told. */
	if (yypcontext_token(context) == YYSYMBOL_SEMICOLON &&
	    parse->token.len == 0)
		return 0;
	for (int i = 0; i < count; i++)
		names[i] = yysymbol_name(kinds[i]);
	syntax_mistake(parse, *yypcontext_location(context),
	    yypcontext_token(context) == YYSYMBOL_YYEOF, names,
	    (size_t)count);
	return 0;
}
