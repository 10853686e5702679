#include "spf/spf.h"

#include "base/clock.h"
#include "base/domain.h"
#include "base/limits.h"
#include "dns/print.h"
#include "spf/engine.h"

struct spf_check {
	struct walk		 walk;
	const struct engine	*engine;
	void			*state;
	struct str		 domain;
	uint64_t		 deadline_ms;
	spf_done_fn		*done;
	void			*ctx;
	struct str		 explanation;
	bool			 finished;
};

static const struct {
	enum spf_engine		 id;
	const struct engine	*engine;
} engines[] = {
	{ SPF_ENGINE_NATIVE, &spf_engine_native },
	{ SPF_ENGINE_LIBSPF2, &spf_engine_libspf2 },
};

bool
spf_engine_from(const char *name, enum spf_engine *engine_out)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (str_eqz(str_from(name), engines[i].engine->name)) {
			*engine_out = engines[i].id;
			return true;
		}
	return false;
}

static const struct engine *
engine_of(enum spf_engine id)
{
	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (engines[i].id == id)
			return engines[i].engine;
	return engines[0].engine;
}

/*
 * RFC 8616 section 4: A-labels.  Else as it is: DNS carries more than host
 * names, and where it cannot, section 4.3 says none.
 */
static struct str
a_labels(struct arena *arena, struct str domain)
{
	struct str ascii;

	if (domain_to_ascii(arena, domain, &ascii))
		return ascii;
	return arena_lower(arena, domain_chop_dot(domain));
}

/* Spaces, controls, brackets of a domain literal, U-labels without A-form */
static bool
is_askable(struct str domain)
{
	return str_is_visible(domain) && domain_fits_dns(domain) &&
	    str_chr(domain, '[') == domain.len;
}

/* Section 4.3: without a local part it is "postmaster". */
static void
split_sender(struct arena *arena, struct str sender,
    struct macro_values *values)
{
	size_t at = str_rchr(sender, '@');
	struct str domain = at == sender.len ? sender :
	    str_skip(sender, at + 1);

	values->local = at == sender.len || at == 0 ? STR("postmaster") :
	    arena_copy(arena, str_slice(sender, 0, at));
	values->sender_domain = a_labels(arena, domain);
}

static struct str
cut(struct str text, size_t max)
{
	return str_slice(text, 0, max);
}

static void
fill_values(struct arena *arena, const struct spf_request *request,
    struct macro_values *values)
{
	struct str sender = request->sender.len > 0 ? request->sender :
	    request->domain;

	values->client = request->client;
	split_sender(arena, cut(sender, LIMIT_ADDRESS_OCTETS), values);
	values->helo = a_labels(arena, cut(request->helo, LIMIT_HELO_OCTETS));
	values->receiver = arena_copy(arena, cut(request->receiver,
	    LIMIT_DOMAIN_OCTETS));
	values->now = request->now;
}

/* Fit for one line of a reply, a header field or a log. */
static struct str
printable(struct arena *arena, struct str text)
{
	struct str s = cut(text, LIMIT_SPF_EXPLANATION_OCTETS);
	char *z = arena_z(arena, s);

	for (size_t i = 0; i < s.len; i++)
		if (z[i] < 0x20 || z[i] > 0x7e)
			z[i] = '?';
	return str_make(z, s.len);
}

static void
fill_lists(const struct walk *walk, struct spf_result *result)
{
	for (size_t i = 0; i < walk->used.count; i++) {
		const struct dns_answer *dns = walk->used.at[i]->dns;

		VEC_PUSH(walk->arena, &result->used, (struct spf_dns_record){
			.name = dns->name,
			.data = print_records(walk->arena, dns),
			.type = dns_type_name(dns->type),
			.status = dns_status_name(dns->status),
			.secure = dns->secure
		});
	}
	for (size_t i = 0; i < walk->trace.count; i++)
		VEC_PUSH(walk->arena, &result->trace, walk->trace.at[i]);
}

/* The last thing that touches the check: done() may end its arena. */
static void
finish(struct spf_check *check)
{
	const struct walk *walk = &check->walk;
	struct spf_result *result = arena_alloc(walk->arena, sizeof(*result));

	answers_stop(&check->walk.answers);
	check->finished = true;
	*result = (struct spf_result){
		.word = walk->word, .domain = check->domain,
		.mechanism = walk->mechanism,
		.explanation = printable(walk->arena, check->explanation),
		.lookups = walk->lookups, .void_lookups = walk->void_lookups,
		.reason = walk->reason
	};
	fill_lists(walk, result);
	check->done(check->ctx, result);
}

static bool
timed_out(const struct walk *walk)
{
	for (size_t i = 0; i < walk->used.count; i++)
		if (walk->used.at[i]->dns->status == DNS_TIMEOUT)
			return true;
	return false;
}

/*
 * Section 4.6.4: where the time allowed was not enough it is temperror, also
 * for what else would only not match (a PTR that does not come).
 */
static void
evaluate(struct spf_check *check)
{
	struct walk *walk = &check->walk;

	if (walk->ended || check->engine->run(walk, check->domain,
	    check->state) != STEP_END)
		return;
	if (clock_ms() < check->deadline_ms || !timed_out(walk))
		return;
	walk->word = WORD_TEMPERROR;
	walk->mechanism = STR_NONE;
	walk->reason = STR("DNS took too long");
}

static void
go_on(struct spf_check *check)
{
	evaluate(check);
	if (!check->walk.ended)
		return;
	if (check->walk.word == WORD_FAIL && walk_explain(&check->walk,
	    &check->explanation) == STEP_WAIT)
		return;
	finish(check);
}

static void
on_arrival(struct answers *answers)
{
	struct walk *walk = (struct walk *)((char *)answers -
	    offsetof(struct walk, answers));

	go_on((struct spf_check *)((char *)walk -
	    offsetof(struct spf_check, walk)));
}

static bool
refuse(struct spf_check *check, const struct spf_request *request)
{
	if (request->client.family == IP_NONE)
		walk_end(&check->walk, WORD_NONE,
		    "the client's address is not known");
	else if (!is_askable(check->domain))
		walk_end(&check->walk, WORD_NONE, "not a mail domain: %.*s",
		    STR_ARG(spf_quote(check->walk.arena, check->domain)));
	return check->walk.ended;
}

struct spf_check *
spf_start(enum spf_engine engine, struct arena *arena, struct resolver *dns,
    struct strand *strand, const struct spf_request *request,
    uint64_t deadline_ms, spf_done_fn *done, void *ctx)
{
	struct spf_check *check = arena_alloc(arena, sizeof(*check));
	struct str first;

	check->engine = engine_of(engine);
	check->state = arena_alloc(arena, check->engine->state_size);
	check->deadline_ms = deadline_ms;
	check->done = done;
	check->ctx = ctx;
	check->walk.arena = arena;
	check->walk.address_type = request->client.family == IP_V6 ?
	    DNS_AAAA : DNS_A;
	fill_values(arena, request, &check->walk.values);
	check->domain = a_labels(arena, cut(request->domain,
	    LIMIT_UDOMAIN_OCTETS));
	answers_init(&check->walk.answers, arena, dns, strand, deadline_ms,
	    on_arrival);
	/*
	 * Every evaluation begins with an arrival, so that done() never runs
	 * in here; where there is nothing to ask, the empty name, which costs
	 * no question on the wire.
	 */
	first = refuse(check, request) ? STR("") : check->domain;
	answers_get(&check->walk.answers, first, DNS_TXT);
	return check;
}

void
spf_cancel(struct spf_check *check)
{
	if (check == NULL || check->finished)
		return;
	check->finished = true;
	answers_stop(&check->walk.answers);
}
