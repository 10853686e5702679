#include "reputation/reputation.h"

#include <math.h>

/* STANDING_LIVES of the store later, after 30 days, it is forgotten. */
#define VERDICT_HALF_LIFE_MS	((int64_t)3 * 24 * 3600 * 1000)

/* So many messages are half of what can be known. */
enum { HALF_SURE = 10 };

/* Of what was 1, this much is gone by time and rounding alone. */
#define NOTHING	0.0005

static const char *const kinds[IDENTITY_KINDS] = {
	[IDENTITY_DKIM] = "dkim", [IDENTITY_SPF] = "spf",
	[IDENTITY_NET] = "net",
};

const char *
identity_kind_name(enum identity_kind kind)
{
	return kinds[kind];
}

void
identities_add(struct arena *arena, struct identities *identities,
    enum identity_kind kind, struct str name)
{
	if (name.len == 0 || identities->count == IDENTITIES_MAX)
		return;
	for (size_t i = 0; i < identities->count; i++)
		if (identities->at[i].kind == kind &&
		    str_eq_nocase(identities->at[i].name, name))
			return;
	identities->at[identities->count++] = (struct identity){ kind,
	    arena_lower(arena, name) };
}

bool
identity_of_spf(struct arena *arena, const struct fact_set *facts,
    struct identity *identity)
{
	const struct fact *spf = facts_get(facts, FACT_ID_SPF);
	const struct fact *domain = facts_get(facts, FACT_ID_SPF_DOMAIN);
	const struct fact *by = facts_get(facts, FACT_ID_SPF_MECHANISM);

	if (spf->state != FACT_SET || spf->word != WORD_PASS ||
	    domain->state != FACT_SET || (by->state == FACT_SET &&
	    (str_eqz_nocase(by->text, "all") ||
	    str_eqz_nocase(by->text, "+all"))))
		return false;
	*identity = (struct identity){ IDENTITY_SPF,
	    arena_lower(arena, domain->text) };
	return true;
}

static bool
has(const struct fact *list, struct str name)
{
	for (size_t i = 0; list->state == FACT_SET && i < list->list.count;
	    i++)
		if (str_eq_nocase(list->list.at[i], name))
			return true;
	return false;
}

void
identities_of(struct arena *arena, const struct fact_set *facts,
    struct identities *identities)
{
	const struct fact *signers = facts_get(facts, FACT_ID_DKIM_DOMAINS);
	const struct fact *partial = facts_get(facts, FACT_ID_DKIM_L);
	const struct fact *net = facts_get(facts, FACT_ID_CLIENT_NET);
	struct identity spf;

	*identities = (struct identities){ .count = 0 };
	if (net->state == FACT_SET)
		identities_add(arena, identities, IDENTITY_NET, net->text);
	if (identity_of_spf(arena, facts, &spf))
		identities_add(arena, identities, spf.kind, spf.name);
	for (size_t i = 0; signers->state == FACT_SET &&
	    i < signers->list.count; i++)
		if (!has(partial, signers->list.at[i]))
			identities_add(arena, identities, IDENTITY_DKIM,
			    signers->list.at[i]);
}

struct store_op
identity_op(struct arena *arena, const struct identity *who,
    uint64_t half_life_ms, int64_t now_ms, double spam, double ham)
{
	return (struct store_op){ .kind = STORE_STANDING,
	    .key = arena_printf(arena, "reputation %s %.*s",
	    kinds[who->kind], STR_ARG(who->name)), .now_ms = now_ms,
	    .period_ms = (int64_t)half_life_ms, .spam = spam, .ham = ham };
}

struct store_op
verdict_op(struct arena *arena, struct str message_id, int64_t now_ms,
    double spam, double ham)
{
	message_id = str_trim(message_id);
	return (struct store_op){ .kind = STORE_STANDING,
	    .key = message_id.len == 0 ? STR_NONE : arena_printf(arena,
	    "verdict %.*s", STR_ARG(message_id)), .now_ms = now_ms,
	    .period_ms = VERDICT_HALF_LIFE_MS, .spam = spam, .ham = ham };
}

struct store_op
verdict_exchange_op(struct arena *arena, struct str message_id,
    int64_t now_ms, bool spam)
{
	struct store_op op = verdict_op(arena, message_id, now_ms, spam,
	    !spam);

	op.amount = NOTHING;
	return op;
}

double
verdict_left(double standing, uint64_t half_life_ms)
{
	if (standing < NOTHING)
		return 0;
	return standing >= 1 ? 1 : pow(standing,
	    (double)VERDICT_HALF_LIFE_MS / (double)half_life_ms);
}

/* What was taken back leaves less than nothing, by a little. */
static double
at_least_0(double amount)
{
	return amount < 0 ? 0 : amount;
}

double
reputation_of(double spam, double ham)
{
	double sum = at_least_0(spam) + at_least_0(ham);

	return sum < NOTHING ? 0 : (at_least_0(ham) - at_least_0(spam)) / sum;
}

double
reputation_confidence(double spam, double ham)
{
	double sum = at_least_0(spam) + at_least_0(ham);

	return sum < NOTHING ? 0 : sum / (sum + HALF_SURE);
}
