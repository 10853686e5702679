/*
 * What can be asked of one value falls into cells: its words; or the numbers,
 * texts or addresses that it is compared with, and what lies between them.  A
 * test is true of some cells; tests that are joined with "and" of those that
 * all have, with "or" of those that any has.
 */
#include "policy/bound.h"

enum { CONSTANTS_MAX = 31, GROUP_MAX = 64 };

/* The tests of one group that are of one value. */
struct cells {
	const struct value	*value;
	const struct fact	*constants[CONSTANTS_MAX];
	size_t			 count;
	uint64_t		 all, seen;
	bool			 any;		/* a test was seen */
};

static const struct cond *
bare(const struct cond *cond, bool *negated_out)
{
	*negated_out = false;
	for (; cond->kind == COND_NOT; cond = cond->children)
		*negated_out = !*negated_out;
	return cond;
}

static bool
is_test(const struct cond *cond)
{
	switch (cond->kind) {
	case COND_COMPARE:
		return cond->right.kind == VALUE_CONST;
	case COND_IN_WORDS:
	case COND_TRUTH:
		return true;
	case COND_AND:
	case COND_OR:
	case COND_NOT:
	case COND_IN_LIST:
	case COND_IN_FACT:
	case COND_MATCHES:
	case COND_IS_SET:
	case COND_IS_UNKNOWN:
	case COND_ANY:
	case COND_ALL:
	case COND_DEFINE:
		break;
	}
	return false;
}

/* False: more constants than there are cells for. */
static bool
add_constant(struct cells *cells, const struct fact *constant)
{
	size_t at = cells->count;

	for (size_t i = 0; i < cells->count; i++)
		if (value_same_constant(cells->value->type,
		    cells->constants[i], constant))
			return true;
	if (cells->count == CONSTANTS_MAX)
		return false;
	while (value_is_number(cells->value) && at > 0 &&
	    cells->constants[at - 1]->number > constant->number) {
		cells->constants[at] = cells->constants[at - 1];
		at--;
	}
	cells->constants[at] = constant;
	cells->count++;
	return true;
}

static bool
has_own_cells(const struct value *value)
{
	return value->type == FACT_WORD || value->type == FACT_BOOL;
}

/* Of numbers: below the first, the first, between it and the second... */
static uint64_t
all_cells(const struct cells *cells)
{
	const struct value *value = cells->value;
	uint64_t all = 0;

	if (value->type == FACT_BOOL)
		return 3;
	for (int i = 0; value->type == FACT_WORD && i < WORD_COUNT; i++)
		if (word_in_set(value->words, (enum word)i))
			all |= UINT64_C(1) << i;
	if (value->type == FACT_WORD)
		return all;
	if (!value_is_number(value))
		return (UINT64_C(2) << cells->count) - 1;
	all = (UINT64_C(2) << (2 * cells->count)) - 1;
	/* What is counted or measured is never below 0. */
	for (size_t i = 0; value->kind == VALUE_FACT &&
	    value->id != FACT_ID_SCORE && i < cells->count &&
	    cells->constants[i]->number <= 0; i++)
		all &= ~((cells->constants[i]->number < 0 ? UINT64_C(3) :
		    UINT64_C(1)) << (2 * i));
	return all;
}

static uint64_t
number_cells(const struct cells *cells, const struct cond *cond)
{
	uint64_t at, below;
	size_t i = 0;

	while (cells->constants[i]->number != cond->right.constant.number)
		i++;
	at = UINT64_C(1) << (2 * i + 1);
	below = at - 1;
	switch (cond->op) {
	case COMPARE_EQ:
		return at;
	case COMPARE_NE:
		return ~at;
	case COMPARE_LT:
		return below;
	case COMPARE_LE:
		return below | at;
	case COMPARE_GT:
		return ~(below | at);
	case COMPARE_GE:
		return ~below;
	}
	return 0;
}

static uint64_t
test_cells(const struct cells *cells, const struct cond *cond)
{
	enum fact_type type = cells->value->type;
	size_t i = 0;

	if (cond->kind == COND_IN_WORDS)
		return cond->words;
	if (cond->kind == COND_TRUTH)
		return 2;
	if (type == FACT_BOOL)
		return cond->right.constant.truth ? 2 : 1;
	if (type == FACT_WORD)
		return UINT64_C(1) << cond->right.constant.word;
	if (value_is_number(cells->value))
		return number_cells(cells, cond);
	while (!value_same_constant(type, cells->constants[i],
	    &cond->right.constant))
		i++;
	return UINT64_C(1) << i;
}

static bool
same_subject(const struct cond *a, const struct cond *b)
{
	return a->left.type == b->left.type &&
	    a->left.kind != VALUE_CONST && value_same(&a->left, &b->left);
}

/* Gather the tests of the value of first, in this group and behind it. */
static bool
gather(struct cells *cells, const struct cond *first, const struct cond *from)
{
	bool negated;

	*cells = (struct cells){ .value = &first->left };
	for (; from != NULL && !has_own_cells(cells->value);
	    from = from->next) {
		const struct cond *test = bare(from, &negated);

		if (is_test(test) && same_subject(test, first) &&
		    !add_constant(cells, &test->right.constant))
			return false;
	}
	cells->all = all_cells(cells);
	return true;
}

static void
say(struct bind *bind, const struct cond *test, const char *what)
{
	doubt(bind->diag, test->place, "%s, whatever value %.*s has", what,
	    STR_ARG(test->left.name));
}

/* One more test of the group; false: the group needs no more words. */
static bool
take_test(struct bind *bind, struct cells *cells, const struct cond *test,
    uint64_t mask, bool and)
{
	uint64_t joined = and ? cells->seen & mask : cells->seen | mask;

	if (mask == cells->all || mask == 0) {
		say(bind, test, mask == 0 ? "never true" : "always true");
		return false;
	}
	if (cells->any && joined == (and ? 0 : cells->all)) {
		say(bind, test, and ? "never true with what is asked before "
		    "it" : "always true with what is asked before it");
		return false;
	}
	if (cells->any && joined == cells->seen) {
		doubt(bind->diag, test->place, "adds nothing to what is asked "
		    "of %.*s before it", STR_ARG(test->left.name));
		return false;
	}
	cells->seen = joined;
	cells->any = true;
	return true;
}

/* All tests of the value of first in the chain that begins with it. */
static void
sense_of_value(struct bind *bind, const struct cond *first,
    const struct cond *from, bool and)
{
	struct cells cells;
	bool negated;

	if (!gather(&cells, first, from))
		return;
	cells.seen = and ? cells.all : 0;
	for (; from != NULL; from = from->next) {
		const struct cond *test = bare(from, &negated);
		uint64_t mask;

		if (!is_test(test) || !same_subject(test, first))
			continue;
		mask = test_cells(&cells, test);
		mask = (negated ? ~mask : mask) & cells.all;
		if (!take_test(bind, &cells, test, mask, and))
			return;
	}
}

static bool
asked_before(const struct cond *test, const struct cond *from,
    const struct cond *end)
{
	bool negated;

	for (; from != end; from = from->next) {
		const struct cond *other = bare(from, &negated);

		if (is_test(other) && same_subject(other, test))
			return true;
	}
	return false;
}

static void
sense_of_group(struct bind *bind, const struct cond *first, bool and)
{
	const struct cond *from = first;
	bool negated;

	for (int i = 0; from != NULL && i < GROUP_MAX; from = from->next, i++) {
		const struct cond *test = bare(from, &negated);

		if (is_test(test) && test->left.kind != VALUE_CONST &&
		    !asked_before(test, first, from))
			sense_of_value(bind, test, from, and);
	}
}

static void
sense_of_leaf(struct bind *bind, const struct cond *cond)
{
	if (cond->kind == COND_IN_LIST && cond->set &&
	    list_count(cond->list) == 0)
		doubt(bind->diag, cond->place, "never true: the set is empty");
	if (cond->kind == COND_COMPARE && cond->right.kind != VALUE_CONST &&
	    cond->right.type == cond->left.type &&
	    value_same(&cond->left, &cond->right))
		doubt(bind->diag, cond->place, "both sides are the same");
}

void
bind_sense(struct bind *bind, const struct cond *cond)
{
	const struct cond *inner;
	bool negated;

	if (cond == NULL)
		return;
	inner = bare(cond, &negated);
	sense_of_leaf(bind, inner);
	if (inner->kind == COND_AND || inner->kind == COND_OR)
		sense_of_group(bind, inner->children,
		    inner->kind == COND_AND);
	else if (is_test(inner))
		sense_of_value(bind, inner, cond, true);
	for (const struct cond *child = inner->children; child != NULL;
	    child = child->next) {
		const struct cond *test = bare(child, &negated);

		if (is_test(test) && inner->kind != COND_ANY &&
		    inner->kind != COND_ALL)
			sense_of_leaf(bind, test);
		else
			bind_sense(bind, child);
	}
}
