#include "base/limits.h"
#include "policy/bound.h"

static struct cond *
cond_new(struct bind *bind, enum cond_kind kind, struct place place)
{
	struct cond *cond = arena_alloc(bind->arena, sizeof(*cond));

	cond->kind = kind;
	cond->place = place;
	cond->depth = 1;
	return cond;
}

/* Evaluation goes as deep as conditions nest, through defines too. */
static struct cond *
above(struct bind *bind, struct cond *cond, const struct cond *inner)
{
	if (inner->depth >= LIMIT_POLICY_DEPTH) {
		mistake(bind->diag, cond->place, "nested too deeply; at most "
		    "%d levels, those of defines counted in",
		    LIMIT_POLICY_DEPTH);
		return NULL;
	}
	if (inner->depth >= cond->depth)
		cond->depth = inner->depth + 1;
	return cond;
}

static struct cond *
negate(struct bind *bind, struct cond *inner)
{
	struct cond *cond;

	if (inner == NULL)
		return NULL;
	cond = cond_new(bind, COND_NOT, inner->place);
	cond->children = inner;
	return above(bind, cond, inner);
}

/* A name beside something that is no word: say how it is meant. */
static void
report_name(struct bind *bind, const struct term *term,
    const struct value *other)
{
	if (other == NULL || !value_is_text(other) ||
	    diag_nearest(term->text, (const char *[]){ "true", "false" }, 2)) {
		bind_unknown_name(bind, term);
		return;
	}
	mistake(bind->diag, term->place, "unknown fact \"%.*s\"; a text is "
	    "written in double quotes", STR_ARG(term->text));
}

/* One of both sides is a name that is no fact: a word of the other side? */
static bool
settle_word(struct bind *bind, const struct term *name,
    const struct value *fact, struct value *out)
{
	if (fact->kind != VALUE_FACT || fact->type != FACT_WORD) {
		report_name(bind, name, fact);
		return false;
	}
	out->type = FACT_WORD;
	return bind_word(bind, fact, name, &out->constant.word);
}

static enum compare
mirror(enum compare op)
{
	static const enum compare mirrored[] = {
		[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE,
		[COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE,
		[COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE,
	};

	return mirrored[op];
}

static bool
facts_compare(struct bind *bind, const struct value *a, const struct value *b)
{
	bool same = a->type == b->type;

	if (value_is_number(a) && value_is_number(b))
		same = true;
	if (value_is_text(a) && value_is_text(b))
		same = same || a->type == FACT_STRING ||
		    b->type == FACT_STRING;
	if (a->type == FACT_WORD && same)
		same = fact_table[a->id].words == fact_table[b->id].words;
	if (a->type == FACT_LIST || !same)
		mistake(bind->diag, b->place, "%.*s (%s) does not compare with "
		    "%.*s (%s)", STR_ARG(a->name), fact_type_name(a->type),
		    STR_ARG(b->name), fact_type_name(b->type));
	return a->type != FACT_LIST && same;
}

/* Both sides are known as values; the fact is left. */
static struct cond *
compare_values(struct bind *bind, const struct expr *expr, enum compare op,
    struct value *left, struct value *right)
{
	struct cond *cond;

	if (left->kind == VALUE_CONST) {
		mistake(bind->diag, left->place, "neither side is a fact: "
		    "this is always the same");
		return NULL;
	}
	if (right->kind == VALUE_CONST ?
	    right->type != FACT_WORD && !bind_convert(bind, left, right) :
	    !facts_compare(bind, left, right))
		return NULL;
	if (op != COMPARE_EQ && op != COMPARE_NE && !value_is_number(left)) {
		mistake(bind->diag, expr->place, "only numbers and sizes have "
		    "an order; %.*s is of type %s", STR_ARG(left->name),
		    fact_type_name(left->type));
		return NULL;
	}
	cond = cond_new(bind, COND_COMPARE, expr->place);
	cond->op = op == COMPARE_NE ? COMPARE_EQ : op;
	cond->left = *left;
	cond->right = *right;
	return op == COMPARE_NE ? negate(bind, cond) : cond;
}

static struct cond *
bind_compare(struct bind *bind, const struct expr *expr)
{
	struct value left, right;
	enum value_found l = bind_value(bind, expr->left, &left);
	enum value_found r = bind_value(bind, expr->right, &right);

	if (l == VALUE_WRONG || r == VALUE_WRONG)
		return NULL;
	if (l == VALUE_IS_NAME) {
		if (r == VALUE_IS_NAME) {
			bind_unknown_name(bind, expr->left);
			return NULL;
		}
		if (!settle_word(bind, expr->left, &right, &left))
			return NULL;
	} else if (r == VALUE_IS_NAME &&
	    !settle_word(bind, expr->right, &left, &right))
		return NULL;
	if (left.kind == VALUE_CONST)
		return compare_values(bind, expr, mirror(expr->op), &right,
		    &left);
	return compare_values(bind, expr, expr->op, &left, &right);
}

static struct cond *
in_words(struct bind *bind, const struct expr *expr, const struct value *left)
{
	struct cond *cond = cond_new(bind, COND_IN_WORDS, expr->place);
	bool ok = true;

	cond->left = *left;
	for (const struct term *term = expr->right; term; term = term->next) {
		enum word word;

		if (bind_word(bind, left, term, &word))
			cond->words |= 1u << word;
		else
			ok = false;
	}
	return ok ? cond : NULL;
}

/* Which entries can ever equal a fact of this type. */
static unsigned
kinds_for(enum fact_type type)
{
	if (type == FACT_IP)
		return LIST_NETS;
	if (type == FACT_DOMAIN)
		return LIST_DOMAINS | LIST_SUBDOMAINS;
	if (type == FACT_ADDRESS)
		return LIST_DOMAINS | LIST_SUBDOMAINS | LIST_ADDRESSES |
		    LIST_USERS;
	return LIST_DOMAINS | LIST_ADDRESSES | LIST_USERS | LIST_TEXTS;
}

static const char *
entries_for(enum fact_type type)
{
	if (type == FACT_IP)
		return "IP addresses and networks";
	if (type == FACT_DOMAIN)
		return "domains, and .example.com for subdomains";
	if (type == FACT_ADDRESS)
		return "addresses, user@, and domains";
	return "whole texts";
}

/* The empty address of a bounce is the one odd text that is allowed. */
static bool
entry_fits(const struct value *left, const struct term *term,
    enum list_kind kind)
{
	if (left->type == FACT_ADDRESS && kind == LIST_TEXTS)
		return term->text.len == 0;
	if (left->type == FACT_STRING && kind == LIST_NETS)
		return term->kind == TERM_TEXT;
	return (kinds_for(left->type) & kind) != 0;
}

const struct list *
bind_entries(struct bind *bind, const struct term *entries,
    const struct value *left)
{
	struct list_builder *builder = list_builder_new(bind->arena);
	bool ok = true;

	for (const struct term *term = entries; term; term = term->next) {
		enum list_kind kind;
		const char *wrong = list_add(builder, term->text,
		    term->kind == TERM_TEXT, &kind);

		if (wrong != NULL)
			mistake(bind->diag, term->place, "\"%.*s\" %s",
			    STR_ARG(term->text), wrong);
		else if (left != NULL && !entry_fits(left, term, kind))
			mistake(bind->diag, term->place, "%.*s (%s) can never "
			    "be %.*s; its sets hold %s", STR_ARG(left->name),
			    fact_type_name(left->type), STR_ARG(term->raw),
			    entries_for(left->type));
		else
			continue;
		ok = false;
	}
	return ok ? list_build(builder) : (list_build(builder), NULL);
}

static bool
can_be_in_set(struct bind *bind, const struct value *left)
{
	if (left->kind == VALUE_CONST) {
		mistake(bind->diag, left->place, "a fact stands before "
		    "\"in\"; %.*s is none", STR_ARG(left->name));
		return false;
	}
	if (left->type == FACT_LIST) {
		mistake(bind->diag, left->place, "%.*s is a list itself; "
		    "write \"...\" in %.*s", STR_ARG(left->name),
		    STR_ARG(left->name));
		return false;
	}
	if (value_is_number(left) || left->type == FACT_BOOL) {
		mistake(bind->diag, left->place, "%.*s (%s) is compared with "
		    "%s, not looked up in a set", STR_ARG(left->name),
		    fact_type_name(left->type), value_is_number(left) ?
		    "< <= == >= >" : "== true");
		return false;
	}
	return true;
}

static struct cond *
in_list(struct bind *bind, const struct expr *expr, const struct value *left,
    const struct list *list)
{
	struct cond *cond;

	if (list == NULL)
		return NULL;
	cond = cond_new(bind, COND_IN_LIST, expr->place);
	cond->left = *left;
	cond->list = list;
	return cond;
}

static struct cond *
in_fact(struct bind *bind, const struct expr *expr, const struct value *left,
    enum fact_id id)
{
	struct cond *cond;

	if (!bind_fact(bind, expr->right->place, id))
		return NULL;
	if (!value_is_text(left)) {
		mistake(bind->diag, left->place, "%s holds texts; %.*s is of "
		    "type %s", fact_table[id].name, STR_ARG(left->name),
		    fact_type_name(left->type));
		return NULL;
	}
	cond = cond_new(bind, COND_IN_FACT, expr->place);
	cond->left = *left;
	cond->right = (struct value){ .kind = VALUE_FACT, .type = FACT_LIST,
	    .place = expr->right->place, .id = id, .name = expr->right->raw };
	return cond;
}

static void
report_no_list(struct bind *bind, const struct term *term)
{
	VEC(const char *) names = { 0 };
	enum fact_id id;

	for (const struct item *item = bind->items; item; item = item->next) {
		if (item->kind != ITEM_LIST)
			continue;
		VEC_PUSH(bind->arena, &names,
		    arena_z(bind->arena, item->name->text));
		if (str_eq(item->name->text, term->text)) {
			mistake(bind->diag, term->place, "list \"%.*s\" is "
			    "used before it is defined (%s)",
			    STR_ARG(term->text), place_from(bind->arena,
			    term->place, item->place));
			return;
		}
	}
	if (bind_find_define(bind, term->text) != NULL)
		mistake(bind->diag, term->place, "\"%.*s\" is defined as a "
		    "condition, not a list", STR_ARG(term->text));
	else if (fact_find(term->text, &id))
		mistake(bind->diag, term->place, "%s is of type %s, not a "
		    "list; write == to compare", fact_table[id].name,
		    fact_type_name(fact_table[id].type));
	else
		mistake(bind->diag, term->place, "unknown list \"%.*s\"%s",
		    STR_ARG(term->text), nearest_hint(bind->arena, term->text,
		    names.at, names.count));
}

static struct cond *
in_named(struct bind *bind, const struct expr *expr, const struct value *left)
{
	const struct term *term = expr->right;
	struct named_list *named = bind_find_list(bind, term->text);

	if (named == NULL) {
		report_no_list(bind, term);
		return NULL;
	}
	named->used = true;
	if (named->list == NULL)
		return NULL;
	if (list_count(named->list) > 0 &&
	    (list_kinds(named->list) & kinds_for(left->type)) == 0)
		doubt(bind->diag, term->place, "list \"%.*s\" holds nothing "
		    "that %.*s (%s) can be", STR_ARG(term->text),
		    STR_ARG(left->name), fact_type_name(left->type));
	return in_list(bind, expr, left, named->list);
}

static struct cond *
bind_in(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->right;
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	enum fact_id id;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (found != VALUE_OK)
		return NULL;
	if (!expr->braces && term->kind == TERM_NAME &&
	    fact_find(term->text, &id) && fact_table[id].type == FACT_LIST)
		return in_fact(bind, expr, &left, id);
	if (!can_be_in_set(bind, &left))
		return NULL;
	if (expr->braces && left.type == FACT_WORD)
		return in_words(bind, expr, &left);
	if (expr->braces)
		return in_list(bind, expr, &left,
		    bind_entries(bind, term, &left));
	if (left.type == FACT_WORD) {
		mistake(bind->diag, term->place, "%.*s is a word; after "
		    "\"in\" write a set of words: { ..., ... }",
		    STR_ARG(left.name));
		return NULL;
	}
	if (term->kind == TERM_NAME)
		return in_named(bind, expr, &left);
	if (term->kind == TERM_IP || term->kind == TERM_NET)
		return in_list(bind, expr, &left,
		    bind_entries(bind, term, &left));
	mistake(bind->diag, term->place, "after \"in\" stands a list or a set: "
	    "%.*s in { ... }", STR_ARG(left.name));
	return NULL;
}

static pcre2_code *
compile_regex(struct bind *bind, const struct term *term)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
	    PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	if (str_chr(term->flags, 'i') < term->flags.len)
		options |= PCRE2_CASELESS;
	pcre2_set_max_pattern_length(context, LIMIT_REGEX_OCTETS);
	code = pcre2_compile((PCRE2_SPTR)term->text.ptr, term->text.len,
	    options, &error, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		PCRE2_UCHAR text[128];

		pcre2_get_error_message(error, text, sizeof(text));
		mistake(bind->diag, place_after(term->place, 1 + at),
		    "the regular expression is wrong here: %s",
		    (const char *)text);
		return NULL;
	}
	VEC_PUSH(bind->arena, &bind->policy->regexes, code);
	return code;
}

static struct cond *
bind_matches(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->right;
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	struct cond *cond;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (found != VALUE_OK)
		return NULL;
	if (bind->policy->regexes.count == LIMIT_POLICY_REGEXES) {
		mistake(bind->diag, term->place, "more than %d regular "
		    "expressions", LIMIT_POLICY_REGEXES);
		return NULL;
	}
	if (!value_is_text(&left) || left.kind == VALUE_CONST) {
		mistake(bind->diag, left.place, "\"matches\" looks at facts "
		    "that are texts; %.*s is of type %s", STR_ARG(left.name),
		    fact_type_name(left.type));
		return NULL;
	}
	if (term->flags.len > 0 && !str_eqz(term->flags, "i")) {
		mistake(bind->diag, term->place, "after a regular expression "
		    "only \"i\" (letter case does not count) may stand, not "
		    "\"%.*s\"", STR_ARG(term->flags));
		return NULL;
	}
	cond = cond_new(bind, COND_MATCHES, expr->place);
	cond->left = left;
	cond->regex = compile_regex(bind, term);
	return cond->regex == NULL ? NULL : cond;
}

static struct cond *
bind_is(struct bind *bind, const struct expr *expr)
{
	bool set = str_eqz(expr->right->text, "set");
	struct value left;
	enum value_found found = bind_value(bind, expr->left, &left);
	struct cond *cond;

	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, expr->left);
	if (!set && !str_eqz(expr->right->text, "unknown")) {
		mistake(bind->diag, expr->right->place, "\"is\" asks only "
		    "\"is set\" and \"is unknown\"; write == to compare");
		return NULL;
	}
	if (found != VALUE_OK)
		return NULL;
	if (left.kind == VALUE_CONST) {
		mistake(bind->diag, left.place, "only a fact can be set or "
		    "unknown; %.*s is none", STR_ARG(left.name));
		return NULL;
	}
	cond = cond_new(bind, set ? COND_IS_SET : COND_IS_UNKNOWN,
	    expr->place);
	cond->left = left;
	return cond;
}

static void
read_define(struct bind *bind, const struct define *define)
{
	struct reading *to = &bind->reading;
	const struct reading *from = &define->reading;

	for (size_t i = 0; i < sizeof(to->facts.at) / sizeof(to->facts.at[0]);
	    i++)
		to->facts.at[i] |= from->facts.at[i];
	to->header |= from->header;
	if (!to->has_auth && from->has_auth) {
		to->has_auth = true;
		to->auth = from->auth;
	}
	if (to->latest == NULL || from->stage > to->stage) {
		to->stage = from->stage;
		to->latest = from->latest;
	}
}

static struct cond *
bind_define_use(struct bind *bind, const struct expr *expr,
    struct define *define)
{
	struct cond *cond;

	define->used = true;
	if (define->cond == NULL)
		return NULL;
	read_define(bind, define);
	if (define->reading.stage > bind->stage) {
		mistake(bind->diag, expr->place, "\"%.*s\" reads %s, which is "
		    "known from stage %s on; this is stage %s",
		    STR_ARG(define->name), define->reading.latest,
		    stage_name(define->reading.stage),
		    stage_name(bind->stage));
		return NULL;
	}
	cond = cond_new(bind, COND_DEFINE, expr->place);
	cond->define = define;
	return above(bind, cond, define->cond);
}

static void
report_not_alone(struct bind *bind, const struct value *value)
{
	if (value->kind == VALUE_CONST)
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition", STR_ARG(value->name));
	else if (value->type == FACT_WORD)
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition; compare it, such as %.*s == pass",
		    STR_ARG(value->name), STR_ARG(value->name));
	else
		mistake(bind->diag, value->place, "%.*s alone is no "
		    "condition; compare it, or write %.*s is set",
		    STR_ARG(value->name), STR_ARG(value->name));
}

static struct cond *
bind_term(struct bind *bind, const struct expr *expr)
{
	const struct term *term = expr->left;
	struct define *define = term->kind == TERM_NAME ?
	    bind_find_define(bind, term->text) : NULL;
	struct value value;
	enum value_found found;
	struct cond *cond;

	if (define != NULL)
		return bind_define_use(bind, expr, define);
	found = bind_value(bind, term, &value);
	if (found == VALUE_IS_NAME)
		bind_unknown_name(bind, term);
	if (found != VALUE_OK)
		return NULL;
	if (value.kind != VALUE_FACT || value.type != FACT_BOOL) {
		report_not_alone(bind, &value);
		return NULL;
	}
	cond = cond_new(bind, COND_TRUTH, expr->place);
	cond->left = value;
	return cond;
}

static struct cond *
bind_children(struct bind *bind, const struct expr *expr)
{
	struct cond *cond = cond_new(bind, expr->kind == EXPR_AND ? COND_AND :
	    COND_OR, expr->place), **end = &cond->children;
	bool ok = true;

	for (const struct expr *child = expr->children; child;
	    child = child->next) {
		*end = bind_cond(bind, child);
		if (*end == NULL || above(bind, cond, *end) == NULL)
			ok = false;
		if (*end != NULL)
			end = &(*end)->next;
	}
	return ok ? cond : NULL;
}

struct cond *
bind_cond(struct bind *bind, const struct expr *expr)
{
	if (diag_total(bind->diag) > LIMIT_POLICY_ERRORS)
		return NULL;
	switch (expr->kind) {
	case EXPR_AND:
	case EXPR_OR:
		return bind_children(bind, expr);
	case EXPR_NOT:
		return negate(bind, bind_cond(bind, expr->children));
	case EXPR_COMPARE:
		return bind_compare(bind, expr);
	case EXPR_IN:
		return bind_in(bind, expr);
	case EXPR_MATCHES:
		return bind_matches(bind, expr);
	case EXPR_IS:
		return bind_is(bind, expr);
	case EXPR_TERM:
		return bind_term(bind, expr);
	}
	return NULL;
}
