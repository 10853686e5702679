/*
 * bound - a policy as it is evaluated: names, types and stages are settled
 *
 * What the binder builds and eval reads; nothing here is visible outside of
 * the room.  All of it is immutable once the policy is loaded.
 */
#ifndef ASSAY_POLICY_BOUND_H
#define ASSAY_POLICY_BOUND_H

#include <stdatomic.h>

#include "policy/ast.h"
#include "policy/function.h"
#include "policy/list.h"
#include "policy/policy.h"
#include "policy/regex.h"
#include "policy/text.h"

struct eval;		/* eval.h */

struct fact_bits {
	uint64_t at[(FACT_COUNT + 63) / 64];
};

static inline void
fact_bits_add(struct fact_bits *bits, enum fact_id id)
{
	bits->at[id / 64] |= UINT64_C(1) << (id % 64);
}

static inline bool
fact_bits_has(const struct fact_bits *bits, enum fact_id id)
{
	return (bits->at[id / 64] >> (id % 64) & 1) != 0;
}

enum value_kind {
	VALUE_CONST, VALUE_FACT, VALUE_CALL,
	VALUE_SUM,		/* of two, with a sign between them */
	VALUE_ITEM		/* the one that "any" or "all" looks at */
};

/* One side of a comparison. */
struct value {
	enum value_kind	 kind;
	enum fact_type	 type;
	enum word_set	 words;		/* of type WORD */
	struct place	 place;
	struct str	 name;		/* as written */
	enum fact_id	 id;		/* FACT */
	const struct call *call;	/* CALL */
	struct fact	 constant;	/* CONST */
	char		 sign;		/* SUM: + - * / */
	const struct value *parts;	/* SUM: two */
};

/* A call as it is written; the same one in two places is one. */
struct call {
	const struct function	*function;
	size_t			 number;
	struct str		 text;		/* as bind_call_text() has it */
	struct value		*args;
	size_t			 arg_count;	/* as its row says, less what
						 * is left out */
	const struct ipnet	*nets;		/* behind them */
	size_t			 net_count;
};

enum cond_kind {
	COND_AND, COND_OR, COND_NOT,	/* of children */
	COND_COMPARE,			/* left op right; op is never NE */
	COND_IN_LIST, COND_IN_WORDS,
	COND_IN_FACT,			/* left in right, a fact of type list */
	COND_MATCHES, COND_IS_SET, COND_IS_UNKNOWN,
	COND_TRUTH,			/* left, a bool */
	COND_ANY, COND_ALL,		/* of left's items: children */
	COND_DEFINE
};

struct cond {
	enum cond_kind		 kind;
	struct place		 place;
	unsigned		 depth;		/* defines counted in */
	enum compare		 op;
	struct value		 left, right;
	const struct list	*list;
	bool			 set;		/* the list is written here */
	size_t			 look;		/* IN_LIST: among all of one
						 * fact in one list, plus 1;
						 * 0: of no fact */
	unsigned		 words;		/* bits of enum word */
	const struct regex	*regex;
	const struct define	*define;
	struct cond		*children, *next;
};

/* What a condition reads, gathered while it is bound. */
struct reading {
	struct fact_bits	 facts;
	VEC(const struct call *) calls;		/* of functions, each once */
	bool			 blames_client;
	enum stage		 stage;		/* from which all is known */
	const char		*latest;	/* what is known last */
	bool			 has_auth;
	enum fact_id		 auth;		/* the first authentication
						 * fact that it reads */
};

struct define {
	struct str		 name;
	struct place		 place;
	const struct cond	*cond;		/* NULL: it has a mistake */
	struct reading		 reading;
	size_t			 index;
	bool			 used;
};

/* A text with %{fact} in it. */
struct template_piece {
	bool		 is_fact;
	const char	*of_list;	/* "dnsbl.text": what the DNS list says
					 * that made the condition true */
	enum fact_id	 id;
	struct str	 text;
};

struct template {
	bool utf8;		/* it may go out as it is */
	VEC(struct template_piece) pieces;
};

struct rule {
	size_t			 number;
	enum action		 action;
	enum stage		 stage;
	bool			 shadow;
	struct place		 place;
	const struct scope	*scope;		/* NULL: everywhere */
	const struct cond	*when;		/* NULL: always; with the
						 * scope's in it */
	bool			 always;	/* in its scope */
	bool			 blames_client;	/* a function row says so */
	struct fact_bits	 reads;		/* by when */
	const struct call *const *calls;	/* the same */
	size_t			 call_count;
	unsigned		 code;
	struct str		 enhanced;
	struct template		 text;
	double			 score;
	struct str		 symbol;
	enum policy_tag		 tag;
	struct str		 tag_name;
	struct template		 tag_value;
};

/* A section of the policy: the listeners that its rules are for. */
struct scope {
	const struct section	*section;
	struct define		*define;	/* NULL: it has a mistake */
};

struct scope_target {
	const struct scope	*scope;
	const struct target	*target;
};

struct policy {
	atomic_uint		 refs;
	struct arena		*arena;
	const char		*name;
	bool			 enforce;
	uint64_t		 checksum;
	VEC(struct rule *)	 rules[STAGE_COUNT];
	size_t			 define_count;
	VEC(const struct call *) calls;
	VEC(const struct cond *) looks;		/* the first of each */
	struct fact_bits	 reads;
	bool			 reads_list_texts;	/* %{dnsbl.text} */
	struct regex_pool	*regexes;
};

/* The state of binding one policy. */
struct bind {
	struct policy		*policy;
	struct arena		*arena;
	struct diag		*diag;
	const struct item	*items;
	const struct item	*instead;	/* lists of a test */
	VEC(struct define *)	 defines;
	VEC(struct named_list *) lists;
	VEC(struct scope *)	 scopes;
	VEC(struct scope_target) targets;	/* of all scopes */
	/* Of the rule or define in hand: */
	struct reading		 reading;
	enum stage		 stage;		/* known up to this one */
	bool			 in_text;	/* not in its condition */
	/* Of the any or all in hand: what stands for an item, or NULL. */
	const struct term	*item;
	enum fact_type		 item_type;
};

struct named_list {
	struct str		 name;
	struct place		 place;
	const struct list	*list;		/* NULL: it has a mistake */
	unsigned		 wanted;	/* of enum list_kind: what is
						 * looked up can be */
	bool			 used;
};

/* load.c: with these lists in the place of the policy's own. */
struct policy *policy_load_with(const char *path, const struct item *instead,
    struct diag *diag);

/* bind.c: the whole policy. */
void bind_policy(struct bind *bind);
/* bind_doubt.c: what a policy without mistakes can hardly mean. */
void bind_doubts(struct bind *bind);
/* bind_sense.c: tests that are always or never true, or say nothing. */
void bind_sense(struct bind *bind, const struct cond *cond);
struct define *bind_find_define(struct bind *bind, struct str name);
struct named_list *bind_find_list(struct bind *bind, struct str name);
/* May a list or define have this name?  Reported if not. */
bool bind_name_is_free(struct bind *bind, const struct term *name);

/* bind_list.c: lists with a name, and what is odd about their use. */
void bind_list(struct bind *bind, const struct item *item);
void bind_warn_lists(struct bind *bind);

/* bind_value.c: facts and constants; bind_call.c: functions; bind_sum.c. */
enum value_found { VALUE_OK, VALUE_WRONG, VALUE_IS_NAME };
/* VALUE_WRONG: reported.  VALUE_IS_NAME: a name that is no fact. */
enum value_found bind_value(struct bind *bind, const struct term *term,
    struct value *value_out);
void bind_unknown_name(struct bind *bind, const struct term *term);
/* The fact is read here: its stage is checked and it is noted. */
bool bind_fact(struct bind *bind, struct place place, enum fact_id id);
bool bind_known(struct bind *bind, struct place place, const char *what,
    enum stage stage);
/* A call as its name and its arguments: "owns(auth.user, from)". */
struct str bind_call_text(struct arena *arena, const struct term *call);
/* The condition at hand asks it. */
void bind_note_call(struct bind *bind, const struct call *call);
enum value_found bind_call(struct bind *bind, const struct term *call,
    struct value *value_out);
enum value_found bind_sum(struct bind *bind, const struct term *term,
    struct value *value_out);
double sum_of(char sign, double a, double b);
/* Make a constant fit the type of what it is compared with. */
bool bind_convert(struct bind *bind, const struct value *to,
    struct value *constant);
bool bind_word(struct bind *bind, const struct value *fact,
    const struct term *term, enum word *word_out);
bool value_is_text(const struct value *value);
bool value_is_number(const struct value *value);
/* bind_call.c: as they are written; not for values of type WORD or BOOL. */
bool value_same(const struct value *a, const struct value *b);
bool value_same_constant(enum fact_type type, const struct fact *a,
    const struct fact *b);

/* bind_cond.c: conditions.  NULL everywhere: a mistake, reported. */
struct cond *bind_cond(struct bind *bind, const struct expr *expr);
struct cond *cond_new(struct bind *bind, enum cond_kind kind,
    struct place place);
struct cond *cond_not(struct bind *bind, struct cond *inner);
/* cond, one level above inner; NULL where that is too deep. */
struct cond *cond_above(struct bind *bind, struct cond *cond,
    const struct cond *inner);
/* bind_any.c; bind_compare.c: of two values; bind_match.c: of one. */
struct cond *bind_any(struct bind *bind, const struct expr *expr);
struct cond *bind_compare(struct bind *bind, const struct expr *expr);
struct cond *bind_matches(struct bind *bind, const struct expr *expr);
struct cond *bind_is(struct bind *bind, const struct expr *expr);
/* bind_in.c: sets and lists.  left: what is looked up there, or NULL. */
struct cond *bind_in(struct bind *bind, const struct expr *expr);
const struct list *bind_entries(struct bind *bind, const struct term *entries,
    const struct value *left);

/* A condition with a name, or without one; it is used from this stage on. */
struct define *bind_new_define(struct bind *bind, struct str name,
    struct place place, const struct expr *expr, enum stage stage);
struct cond *bind_use_define(struct bind *bind, struct place place,
    const struct define *define);

/* bind_section.c: NULL for what is in no section. */
const struct scope *bind_scope(struct bind *bind,
    const struct section *section);

/* bind_rule.c: one rule of a stage.  NULL: a mistake, reported. */
struct rule *bind_rule(struct bind *bind, const struct statement *statement,
    enum stage stage, const struct scope *scope);
/* bind_action.c: what stands behind its action. */
bool bind_arguments(struct bind *bind, struct rule *rule,
    const struct term *args);
bool action_ends(enum action action);
enum action_takes {
	TAKES_TEXT, TAKES_REPLY, TAKES_SCORE, TAKES_TAG, TAKES_NOTE
};
enum action_takes action_takes(enum action action);

/*
 * expand.c: texts.  template_parse reads "..." with its quotes still on, so
 * that a mistake has its column.
 */
bool template_parse(struct bind *bind, const struct term *term,
    const struct rule *rule, struct template *out);

/* A fact as text; pending and unknown both are "unknown". */
struct str fact_as_text(struct arena *arena, enum fact_id id,
    const struct fact *fact);
struct str value_as_text(struct arena *arena, enum fact_type type,
    const struct fact *fact);
/* One line of at most max octets; of a fact each is in 0x20..0x7e, and of the
 * policy's own text too unless that is UTF-8 and may stay so. */
struct str template_expand(const struct template *text,
    const struct eval *eval, const struct rule *rule, size_t max);
/* The first fact of the text that is still on its way; FACT_COUNT: what a DNS
 * list says. */
bool template_pending(const struct template *text, const struct eval *eval,
    const struct rule *rule, enum fact_id *pending_out);

#endif
