#include <math.h>

#include "store/backend.h"

int64_t
window_bucket(int64_t now_ms, int64_t period_ms)
{
	return now_ms / period_ms;
}

double
window_sum(int64_t now_ms, int64_t period_ms, double current, double before)
{
	double gone = (double)(now_ms % period_ms) / (double)period_ms;

	return current + before * (1 - gone);
}

static void
greylist_answer(struct store_answer *answer, enum greylist_state state,
    int64_t wait_ms)
{
	answer->greylist = state;
	answer->wait_ms = wait_ms;
}

/*
 * RFC 6647 section 2.3 and 2.5: a first attempt waits, a second within the
 * window passes, and one that has passed is known until its lifetime ends
 * without another.
 */
void
triplet_attempt(struct triplet *triplet, const struct store_op *op,
    struct store_answer *answer)
{
	int64_t age = op->now_ms - triplet->first_ms;

	if (triplet->passed_ms > 0 &&
	    op->now_ms - triplet->passed_ms <= op->lifetime_ms) {
		triplet->passed_ms = op->now_ms;
		greylist_answer(answer, GREYLIST_KNOWN, 0);
	} else if (triplet->passed_ms > 0 || triplet->first_ms == 0 ||
	    age > op->window_ms) {
		*triplet = (struct triplet){ op->now_ms, 0 };
		greylist_answer(answer, GREYLIST_NEW, op->delay_ms);
	} else if (age < op->delay_ms) {
		greylist_answer(answer, GREYLIST_WAITING,
		    op->delay_ms - age);
	} else {
		triplet->passed_ms = op->now_ms;
		greylist_answer(answer, GREYLIST_PASSED, 0);
	}
}

int64_t
triplet_expiry(const struct triplet *triplet, const struct store_op *op)
{
	return triplet->passed_ms > 0 ? triplet->passed_ms + op->lifetime_ms :
	    triplet->first_ms + op->window_ms;
}

static double
left_after(int64_t ms, int64_t half_life_ms)
{
	return exp2(-(double)ms / (double)half_life_ms);
}

static void
exchange(struct standing *standing, const struct store_op *op, double part)
{
	bool spam = op->spam > op->ham;

	if ((spam ? standing->spam : standing->ham) > op->amount)
		return;
	standing->spam = op->spam * part;
	standing->ham = op->ham * part;
}

void
standing_add(struct standing *standing, const struct store_op *op,
    struct store_answer *answer)
{
	int64_t later = op->now_ms - standing->at_ms;
	double old = 1, new = 1;

	if (later >= 0) {
		old = left_after(later, op->period_ms);
		standing->at_ms = op->now_ms;
	} else {
		new = left_after(-later, op->period_ms);
	}
	standing->spam *= old;
	standing->ham *= old;
	answer->spam = standing->spam;
	answer->ham = standing->ham;
	if (op->amount > 0) {
		exchange(standing, op, new);
		return;
	}
	answer->spam = standing->spam += op->spam * new;
	answer->ham = standing->ham += op->ham * new;
}
