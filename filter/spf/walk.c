#include "spf/walk.h"

#include "base/domain.h"
#include "base/limits.h"

void
walk_rewind(struct walk *walk)
{
	walk->answers.run++;
	walk->lookups = 0;
	walk->void_lookups = 0;
	walk->ended = false;
	walk->decided = NULL;
	walk->used.count = 0;
}

size_t
walk_trace_begin(struct walk *walk, unsigned depth, struct str domain,
    struct str term)
{
	VEC_PUSH(walk->arena, &walk->trace, (struct spf_trace_line){
		.depth = depth, .domain = domain, .term = term,
		.lookups = walk->lookups, .used = walk->used.count
	});
	return walk->trace.count - 1;
}

void
walk_trace_end(struct walk *walk, size_t line, const char *outcome)
{
	walk->trace.at[line].outcome = outcome;
}

enum step
walk_end(struct walk *walk, enum word word, const char *format, ...)
{
	va_list ap;

	if (walk->ended)
		return STEP_END;
	va_start(ap, format);
	walk->reason = arena_vprintf(walk->arena, format, ap);
	va_end(ap);
	walk->ended = true;
	walk->word = word;
	walk->mechanism = STR_NONE;
	return STEP_END;
}

static struct str
client_text(const struct walk *walk)
{
	char text[IP_TEXT_MAX];

	return arena_copy(walk->arena, ip_format(&walk->values.client, text));
}

/* A domain is hostile where a macro made it. */
static struct str
quote(const struct walk *walk, struct str hostile)
{
	return spf_quote(walk->arena, hostile);
}

void
walk_decide(struct walk *walk, const struct asking *outer,
    const struct asking *inner)
{
	struct str within = STR("");

	if (inner->frame != outer->frame)
		within = arena_printf(walk->arena, ", %.*s of %.*s there",
		    STR_ARG(quote(walk, inner->term->text)),
		    STR_ARG(quote(walk, inner->frame->domain)));
	walk_end(walk, outer->term->word, "%.*s matches %.*s of %.*s%.*s",
	    STR_ARG(client_text(walk)),
	    STR_ARG(quote(walk, outer->term->text)),
	    STR_ARG(quote(walk, outer->frame->domain)), STR_ARG(within));
	walk->mechanism = outer->term->text;
	walk->decided = outer->frame;
}

void
walk_decide_default(struct walk *walk, struct frame *frame)
{
	walk_end(walk, WORD_NEUTRAL, "no term of %.*s matches %.*s",
	    STR_ARG(quote(walk, frame->domain)),
	    STR_ARG(client_text(walk)));
	walk->decided = frame;
}

static const struct spf_answer *
use(struct walk *walk, struct spf_answer *answer)
{
	if (answer != NULL && answer->used != walk->answers.run) {
		answer->used = walk->answers.run;
		VEC_PUSH(walk->arena, &walk->used, answer);
	}
	return answer;
}

static bool
is_error(const struct dns_answer *answer)
{
	return answer->status == DNS_SERVFAIL ||
	    answer->status == DNS_BOGUS || answer->status == DNS_TIMEOUT;
}

static enum step
end_by_error(struct walk *walk, const struct dns_answer *answer)
{
	return walk_end(walk, WORD_TEMPERROR, "%s of %.*s: %s",
	    dns_type_name(answer->type), STR_ARG(quote(walk, answer->name)),
	    dns_status_name(answer->status));
}

/* Section 4.6.4 */
static enum step
count_void(struct walk *walk, struct asking *asking)
{
	if (!asking->counts || asking->counted)
		return STEP_GO;
	asking->counted = true;
	if (++walk->void_lookups <= LIMIT_SPF_VOID_LOOKUPS)
		return STEP_GO;
	return walk_end(walk, WORD_PERMERROR,
	    "more than %d void look-ups, the last for %.*s of %.*s",
	    LIMIT_SPF_VOID_LOOKUPS, STR_ARG(quote(walk, asking->term->text)),
	    STR_ARG(quote(walk, asking->frame->domain)));
}

/* An answer without records, for a name that DNS cannot carry. */
static const struct dns_answer nothing = {
	.status = DNS_NXDOMAIN, .why = "not a name for DNS"
};

/* Data, void or error; no error ends the walk. */
static enum step
fetch(struct walk *walk, struct asking *asking, struct str name,
    enum dns_type type, const struct dns_answer **answer_out)
{
	const struct spf_answer *answer;

	*answer_out = &nothing;
	if (!domain_fits_dns(name))
		return STEP_GO;
	answer = use(walk, answers_get(&walk->answers, name, type));
	if (answer == NULL)
		return STEP_WAIT;
	*answer_out = answer->dns;
	if (answer->dns->status == DNS_NODATA ||
	    answer->dns->status == DNS_NXDOMAIN)
		return count_void(walk, asking);
	return STEP_GO;
}

enum step
walk_ask(struct walk *walk, struct asking *asking, struct str name,
    enum dns_type type, const struct dns_answer **answer_out)
{
	enum step step = fetch(walk, asking, name, type, answer_out);

	if (step == STEP_GO && is_error(*answer_out))
		return end_by_error(walk, *answer_out);
	return step;
}

static void
ask_addresses_ahead(struct walk *walk, const struct dns_answer *names)
{
	for (size_t i = 0; i < names->count && i < LIMIT_SPF_NAMES; i++)
		if (domain_fits_dns(names->records[i].text))
			answers_ahead(&walk->answers, names->records[i].text,
			    walk->address_type);
}

enum step
walk_ask_mx(struct walk *walk, struct asking *asking, struct str name,
    const struct dns_answer **answer_out)
{
	enum step step = walk_ask(walk, asking, name, DNS_MX, answer_out);

	if (step != STEP_GO)
		return step;
	if ((*answer_out)->count > LIMIT_SPF_NAMES)
		return walk_end(walk, WORD_PERMERROR,
		    "more than %d MX hosts at %.*s", LIMIT_SPF_NAMES,
		    STR_ARG(quote(walk, name)));
	ask_addresses_ahead(walk, *answer_out);
	return STEP_GO;
}

static bool
holds_client(const struct walk *walk, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		if (ip_equal(&answer->records[i].ip, &walk->values.client))
			return true;
	return false;
}

/* How well a name suits %{p}: 0 is best. */
static int
rank(struct str name, struct str domain)
{
	if (domain_equal(name, domain))
		return 0;
	return domain_is_under(name, domain) ? 1 : 2;
}

/* An error at a name is no reason to end: the next is tried (5.5). */
static enum step
first_valid(struct walk *walk, struct asking *asking,
    const struct dns_answer *names, struct str domain, int wanted,
    struct str *name_out)
{
	for (size_t i = 0; i < names->count && i < LIMIT_SPF_NAMES; i++) {
		struct str name = names->records[i].text;
		const struct dns_answer *addresses;
		enum step step;

		if (rank(name, domain) != wanted)
			continue;
		step = fetch(walk, asking, name, walk->address_type,
		    &addresses);
		if (step != STEP_GO)
			return step;
		if (holds_client(walk, addresses)) {
			*name_out = name;
			return STEP_GO;
		}
	}
	return STEP_NO_MATCH;
}

enum step
walk_validated(struct walk *walk, struct asking *asking, struct str domain,
    bool only_under, struct str *name_out)
{
	const struct dns_answer *names;
	char arpa[IP_ARPA_MAX];
	enum step step;

	*name_out = STR_NONE;
	step = fetch(walk, asking, ip_arpa(&walk->values.client, arpa),
	    DNS_PTR, &names);
	if (step != STEP_GO)
		return step;
	ask_addresses_ahead(walk, names);
	for (int wanted = 0; wanted <= (only_under ? 1 : 2); wanted++) {
		step = first_valid(walk, asking, names, domain, wanted,
		    name_out);
		if (step != STEP_NO_MATCH)
			return step;
	}
	return STEP_GO;
}

/* %{p} is the term's own business: its look-ups count for nothing. */
static enum step
fill_values(struct walk *walk, const struct frame *frame, struct str spec,
    struct macro_values *values)
{
	struct asking asking = { .counts = false };

	*values = walk->values;
	values->domain = frame->domain;
	if (!macro_wants(spec, 'p'))
		return STEP_GO;
	return walk_validated(walk, &asking, frame->domain, false,
	    &values->validated);
}

enum step
walk_target(struct walk *walk, const struct frame *frame,
    const struct spf_term *term, struct str *name_out)
{
	struct macro_values values;
	enum step step = fill_values(walk, frame, term->spec, &values);

	if (step != STEP_GO)
		return step;
	return macro_domain(walk->arena, term->spec, &values, name_out) ==
	    MACRO_OK ? STEP_GO : STEP_NO_MATCH;
}

enum step
walk_explain(struct walk *walk, struct str *text_out)
{
	const struct frame *frame = walk->decided;
	struct asking asking = { .counts = false };
	const struct dns_answer *answer;
	struct macro_values values;
	struct str name, text;
	enum step step;

	*text_out = STR_NONE;
	if (frame == NULL || frame->record->exp == NULL)
		return STEP_GO;
	if (!walk->explaining && walk->trace.count > 0)
		walk_trace_begin(walk, 1, frame->domain,
		    frame->record->exp->text);
	walk->explaining = true;
	step = walk_target(walk, frame, frame->record->exp, &name);
	if (step == STEP_GO)
		step = fetch(walk, &asking, name, DNS_TXT, &answer);
	if (step != STEP_GO || answer->status != DNS_DATA ||
	    answer->count != 1)
		return step;
	text = answer->records[0].text;
	step = fill_values(walk, frame, text, &values);
	if (step == STEP_GO && macro_expand(walk->arena, text,
	    MACRO_EXPLANATION, &values, text_out) != MACRO_OK)
		*text_out = STR_NONE;
	return step;
}

enum step
walk_count(struct walk *walk)
{
	if (++walk->lookups <= LIMIT_SPF_LOOKUPS)
		return STEP_GO;
	walk->lookups = LIMIT_SPF_LOOKUPS;
	return walk_end(walk, WORD_PERMERROR, "more than %d DNS terms",
	    LIMIT_SPF_LOOKUPS);
}

/* Sections 5.3, 5.4; a prefix length of 0 matches every address. */
bool
walk_address_matches(const struct walk *walk, const struct spf_term *term,
    const struct ip *address)
{
	struct ipnet net = { .ip = *address, .bits = address->family == IP_V6 ?
	    term->bits6 : term->bits4 };

	return ipnet_contains(&net, &walk->values.client);
}

bool
walk_net_matches(const struct walk *walk, const struct spf_term *term)
{
	return term->kind == SPF_ALL ||
	    ((term->kind == SPF_IP4 || term->kind == SPF_IP6) &&
	    ipnet_contains(&term->net, &walk->values.client));
}

/* No record: RFC 7208 sections 4.3, 4.5; 5.2 and 6.1 for the other frames. */
static enum step
end_without(struct walk *walk, struct str domain, const struct asking *via,
    const char *what)
{
	if (via->term == NULL)
		return walk_end(walk, WORD_NONE, "%s %.*s", what,
		    STR_ARG(quote(walk, domain)));
	return walk_end(walk, WORD_PERMERROR, "%.*s of %.*s: %s %.*s",
	    STR_ARG(quote(walk, via->term->text)),
	    STR_ARG(quote(walk, via->frame->domain)), what,
	    STR_ARG(quote(walk, domain)));
}

static void
read_once(struct walk *walk, struct spf_answer *answer)
{
	struct answer_record *spf = &answer->spf;

	if (spf->read)
		return;
	spf->read = true;
	spf->found = spf_record_select(answer->dns, &spf->text);
	if (spf->found == 1)
		spf->good = spf_record_parse(walk->arena, spf->text,
		    &spf->record, &spf->why);
}

static enum step
open_answer(struct walk *walk, struct str domain, struct asking *via,
    struct spf_answer *answer)
{
	if (is_error(answer->dns))
		return end_by_error(walk, answer->dns);
	if (answer->dns->status != DNS_DATA &&
	    count_void(walk, via) == STEP_END)
		return STEP_END;
	read_once(walk, answer);
	if (answer->spf.found == 0)
		return end_without(walk, domain, via, "no SPF record at");
	if (answer->spf.found > 1)
		return walk_end(walk, WORD_PERMERROR, "%zu SPF records at "
		    "%.*s", answer->spf.found, STR_ARG(quote(walk, domain)));
	if (!answer->spf.good)
		return walk_end(walk, WORD_PERMERROR, "%.*s in the record of "
		    "%.*s", STR_ARG(answer->spf.why),
		    STR_ARG(quote(walk, domain)));
	return STEP_GO;
}

enum step
walk_open(struct walk *walk, struct str domain, struct asking *via,
    struct frame **frame_out)
{
	struct spf_answer *answer;
	struct frame *frame;
	enum step step;

	if (!domain_fits_dns(domain) || domain_labels(domain) < 2)
		return end_without(walk, domain, via, "not a mail domain:");
	answer = answers_get(&walk->answers, domain, DNS_TXT);
	if (answer == NULL)
		return STEP_WAIT;
	use(walk, answer);
	step = open_answer(walk, domain, via, answer);
	if (step != STEP_GO)
		return step;
	frame = arena_alloc(walk->arena, sizeof(*frame));
	*frame = (struct frame){
		.parent = via->frame, .via = via->term,
		.domain = answer->dns->name, .record = &answer->spf.record,
		.first = via->frame == NULL || (via->frame->first &&
		    via->term->kind == SPF_REDIRECT)
	};
	if (!answer->spf.asked_ahead)
		walk_ask_ahead(walk, frame);
	answer->spf.asked_ahead = true;
	*frame_out = frame;
	return STEP_GO;
}
