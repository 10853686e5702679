#include "policy/eval.h"

static unsigned
truth(bool is)
{
	return is ? TRUE_ : FALSE_;
}

static unsigned
eval_not(unsigned v)
{
	return (v & UNKNOWN_) | ((v & TRUE_) != 0 ? FALSE_ : 0) |
	    ((v & FALSE_) != 0 ? TRUE_ : 0);
}

/* Kleene's "and" over all pairs of values that a and b can have. */
static unsigned
eval_and(unsigned a, unsigned b)
{
	unsigned both = a & b, either = a | b, out = both & TRUE_;

	out |= either & FALSE_;
	if (((a & UNKNOWN_) != 0 && (b & (TRUE_ | UNKNOWN_)) != 0) ||
	    ((b & UNKNOWN_) != 0 && (a & (TRUE_ | UNKNOWN_)) != 0))
		out |= UNKNOWN_;
	return out;
}

/*
 * False: the answer is in *out, for none is unequal to everything, also to
 * what is not known yet.
 */
static bool
comparable(const struct fact *a, const struct fact *b, unsigned *out)
{
	if (a->state == FACT_NONE || b->state == FACT_NONE)
		*out = FALSE_;
	else if (a->state == FACT_PENDING || b->state == FACT_PENDING)
		*out = ANY;
	else if (a->state == FACT_UNKNOWN || b->state == FACT_UNKNOWN)
		*out = UNKNOWN_;
	else
		return true;
	return false;
}

/* Of what another text stands for it is known alone whether it is equal. */
static bool
is_hidden(const struct fact *a, const struct fact *b)
{
	return a->hidden != b->hidden;
}

static struct str
canonical(const struct eval *eval, enum fact_type type, struct str text)
{
	if (type == FACT_DOMAIN)
		return text_canonical_domain(eval->env->arena, text);
	if (type == FACT_ADDRESS)
		return text_canonical_address(eval->env->arena, text);
	return text;
}

static bool
in_order(enum compare op, double a, double b)
{
	switch (op) {
	case COMPARE_EQ:
		return a == b;
	case COMPARE_NE:
		return a != b;
	case COMPARE_LT:
		return a < b;
	case COMPARE_LE:
		return a <= b;
	case COMPARE_GT:
		return a > b;
	case COMPARE_GE:
		return a >= b;
	}
	return false;
}

static unsigned
eval_compare(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);
	struct fact b = eval_value(eval, &cond->right);
	struct ip x, y;
	unsigned out;

	if (!comparable(&a, &b, &out))
		return out;
	if (is_hidden(&a, &b) || (a.hidden && cond->left.type == FACT_IP))
		return UNKNOWN_;
	switch (cond->left.type) {
	case FACT_IP:
		x = fact_ip(&a);
		y = fact_ip(&b);
		return truth(ip_equal(&x, &y));
	case FACT_STRING:
	case FACT_DOMAIN:
	case FACT_ADDRESS:
		return truth(str_eq_nocase(
		    canonical(eval, cond->left.type, a.text),
		    canonical(eval, cond->right.type, b.text)));
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
		return truth(in_order(cond->op, a.number, b.number));
	case FACT_BOOL:
		return truth(a.truth == b.truth);
	case FACT_WORD:
		return truth(a.word == b.word);
	case FACT_LIST:
		break;
	}
	return UNKNOWN_;
}

static unsigned
truth_of_answer(enum list_answer answer)
{
	static const unsigned values[] = {
		[LIST_NO] = FALSE_, [LIST_YES] = TRUE_,
		[LIST_UNKNOWN] = UNKNOWN_,
	};

	return values[answer];
}

static unsigned
look_up(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);
	struct ip ip;
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	if (a.hidden)
		return UNKNOWN_;
	switch (cond->left.type) {
	case FACT_IP:
		ip = fact_ip(&a);
		return truth(list_has_ip(cond->list, &ip));
	case FACT_DOMAIN:
		return truth_of_answer(list_has_domain(cond->list,
		    canonical(eval, FACT_DOMAIN, a.text)));
	case FACT_ADDRESS:
		return truth_of_answer(list_has_address(cond->list,
		    canonical(eval, FACT_ADDRESS, a.text)));
	case FACT_STRING:
		return truth_of_answer(list_has_text(cond->list, a.text));
	case FACT_WORD:
	case FACT_NUMBER:
	case FACT_SIZE:
	case FACT_DURATION:
	case FACT_BOOL:
	case FACT_LIST:
		break;
	}
	return UNKNOWN_;
}

static unsigned
eval_in_list(struct eval *eval, const struct cond *cond)
{
	unsigned char *known;

	if (cond->look == 0)
		return look_up(eval, cond);
	known = &eval->looks[cond->look - 1];
	if (*known == 0)
		*known = (unsigned char)look_up(eval, cond);
	return *known;
}

static unsigned
eval_in_words(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	return truth((cond->words >> a.word & 1) != 0);
}

static unsigned
eval_in_fact(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);
	struct fact b = eval_value(eval, &cond->right);
	struct str text;
	unsigned out;

	if (!comparable(&a, &b, &out))
		return out;
	if (is_hidden(&a, &b))
		return UNKNOWN_;
	text = canonical(eval, cond->left.type, a.text);
	for (size_t i = 0; i < b.list.count; i++)
		if (str_eq_nocase(text, b.list.at[i]))
			return TRUE_;
	return FALSE_;
}

/* The value of "does it match": what has come to its limits says nothing. */
static unsigned
eval_matches(struct eval *eval, const struct cond *cond)
{
	static const unsigned values[] = {
		[REGEX_NO] = FALSE_, [REGEX_YES] = TRUE_,
		[REGEX_UNKNOWN] = UNKNOWN_,
	};
	struct fact a = eval_value(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	if (a.hidden)
		return UNKNOWN_;
	return values[regex_match(cond->regex, a.text)];
}

static unsigned
eval_is_set(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);

	if (a.state == FACT_PENDING)
		return TRUE_ | FALSE_;
	if (a.state == FACT_SET && cond->left.type == FACT_WORD)
		return truth(a.word != WORD_NONE);
	if (a.state == FACT_SET && cond->left.type == FACT_LIST)
		return truth(a.list.count > 0);
	return truth(a.state == FACT_SET);
}

static unsigned
eval_is_unknown(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);

	if (a.state == FACT_PENDING)
		return TRUE_ | FALSE_;
	return truth(a.state == FACT_UNKNOWN);
}

static unsigned
eval_truth(struct eval *eval, const struct cond *cond)
{
	struct fact a = eval_value(eval, &cond->left);
	unsigned out;

	if (!comparable(&a, &a, &out))
		return out;
	return truth(a.truth);
}

static bool
reads_running(const struct fact_bits *facts)
{
	for (int id = FACT_ID_SCORE; id < FACT_COUNT; id++)
		if (fact_is_running((enum fact_id)id) &&
		    fact_bits_has(facts, (enum fact_id)id))
			return true;
	return false;
}

/* Once a stage, and again where it reads a score that has changed. */
static unsigned
eval_define(struct eval *eval, const struct cond *cond)
{
	const struct define *define = cond->define;
	struct memo *memo = &eval->memo[define->index];

	if (memo->values == 0 || (memo->epoch != eval->epoch &&
	    reads_running(&define->reading.facts))) {
		memo->values = eval_cond(eval, define->cond);
		memo->epoch = eval->epoch;
	}
	return memo->values;
}

/* Of no items neither "any" nor "all" is true: nothing has been shown. */
static unsigned
eval_items(struct eval *eval, const struct cond *cond)
{
	struct fact list = eval_value(eval, &cond->left);
	bool any = cond->kind == COND_ANY;
	unsigned out = TRUE_;

	if (!comparable(&list, &list, &out))
		return out;
	out = TRUE_;
	for (size_t i = 0; i < list.list.count && out != FALSE_; i++) {
		unsigned v;

		eval->item = (struct fact){ .state = FACT_SET,
		    .hidden = list.hidden, .text = list.list.at[i] };
		v = eval_cond(eval, cond->children);
		out = eval_and(out, any ? eval_not(v) : v);
	}
	if (list.list.count == 0)
		return FALSE_;
	return any ? eval_not(out) : out;
}

static unsigned
eval_children(struct eval *eval, const struct cond *cond)
{
	bool or = cond->kind == COND_OR;
	unsigned out = TRUE_;

	for (const struct cond *child = cond->children;
	    child != NULL && out != FALSE_; child = child->next) {
		unsigned v = eval_cond(eval, child);

		out = eval_and(out, or ? eval_not(v) : v);
	}
	return or ? eval_not(out) : out;
}

unsigned
eval_cond(struct eval *eval, const struct cond *cond)
{
	switch (cond->kind) {
	case COND_AND:
	case COND_OR:
		return eval_children(eval, cond);
	case COND_NOT:
		return eval_not(eval_cond(eval, cond->children));
	case COND_COMPARE:
		return eval_compare(eval, cond);
	case COND_IN_LIST:
		return eval_in_list(eval, cond);
	case COND_IN_WORDS:
		return eval_in_words(eval, cond);
	case COND_IN_FACT:
		return eval_in_fact(eval, cond);
	case COND_MATCHES:
		return eval_matches(eval, cond);
	case COND_IS_SET:
		return eval_is_set(eval, cond);
	case COND_IS_UNKNOWN:
		return eval_is_unknown(eval, cond);
	case COND_TRUTH:
		return eval_truth(eval, cond);
	case COND_ANY:
	case COND_ALL:
		return eval_items(eval, cond);
	case COND_DEFINE:
		return eval_define(eval, cond);
	}
	return UNKNOWN_;
}

enum fact_id
eval_find_pending(struct eval *eval, const struct cond *cond, unsigned want)
{
	enum fact_id id = FACT_COUNT;

	if (cond->kind == COND_NOT)
		return eval_find_pending(eval, cond->children, eval_not(want));
	if (cond->kind == COND_DEFINE)
		return eval_find_pending(eval, cond->define->cond, want);
	if (cond->kind == COND_ANY || cond->kind == COND_ALL) {
		if (eval_is_pending(eval, &cond->left, &id))
			return id;
		cond = cond->children;
		while (cond->kind == COND_NOT)
			cond = cond->children;
	}
	for (const struct cond *child = cond->children; child != NULL;
	    child = child->next) {
		unsigned v = eval_cond(eval, child);

		if (!eval_settled(v) && (v & want) != 0)
			return eval_find_pending(eval, child, want);
	}
	if (!eval_is_pending(eval, &cond->left, &id))
		eval_is_pending(eval, &cond->right, &id);
	return id;
}
