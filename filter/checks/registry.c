#include "checks/registry.h"

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"

enum { EVIDENCE_MOSTLY = 6 };	/* answers behind a message */

/*
 * Every check the daemon can run.  To add one: write checks/NAME.c, add its
 * facts to facts/facts.def, an id to check.h, and a row here.  A row may only
 * need rows above it, so the table order is a valid run order.
 */
const struct check check_table[CHECK_COUNT] = {
	[CHECK_IPREV] = {
		.name = "iprev", .of_strangers = true,
		.starts = STAGE_CONNECT, .of_client = true,
		.first = FACT_ID_IPREV, .last = FACT_ID_IPREV_REASON,
		.method = METHOD_IPREV, .ops = &iprev_ops },
	[CHECK_REVERSE] = {
		.name = "reverse", .starts = STAGE_CONNECT, .of_client = true,
		.on_demand = true,
		.first = FACT_ID_PTR_NAMES, .last = FACT_ID_PTR_GENERIC,
		.method = METHOD_COUNT, .ops = &reverse_ops },
	[CHECK_SPF_HELO] = {
		.name = "spf_helo", .of_strangers = true,
		.starts = STAGE_HELO, .of_client = true,
		.first = FACT_ID_SPF_HELO, .last = FACT_ID_SPF_HELO_REASON,
		.method = METHOD_SPF, .ops = &spf_helo_ops },
	[CHECK_HELO] = {
		.name = "helo", .starts = STAGE_HELO, .of_client = true,
		.on_demand = true,
		.first = FACT_ID_HELO_FORM, .last = FACT_ID_HELO_REASON,
		.method = METHOD_COUNT, .ops = &helo_ops },
	[CHECK_SPF] = {
		.name = "spf", .of_strangers = true,
		.starts = STAGE_MAIL, .of_client = true,
		.first = FACT_ID_SPF, .last = FACT_ID_SPF_REASON,
		.method = METHOD_SPF, .ops = &spf_ops },
	[CHECK_MAIL_FROM_DNS] = {
		.name = "mail_from_dns", .starts = STAGE_MAIL,
		.on_demand = true, .first = FACT_ID_MAIL_FROM_DNS,
		.last = FACT_ID_MAIL_FROM_DNS, .method = METHOD_COUNT,
		.ops = &mail_from_dns_ops },
	[CHECK_HEADER] = {
		.name = "header", .starts = STAGE_MESSAGE,
		.first = FACT_ID_FROM, .last = FACT_ID_LIST_ID,
		.method = METHOD_COUNT, .ops = &header_ops },
	[CHECK_DKIM] = {
		.name = "dkim", .starts = STAGE_MESSAGE,
		.first = FACT_ID_DKIM, .last = FACT_ID_DKIM_REASON,
		.method = METHOD_DKIM, .ops = &dkim_ops },
	[CHECK_DMARC] = {
		.name = "dmarc", .of_strangers = true,
		.starts = STAGE_MESSAGE,
		.needs = CHECK_BIT(CHECK_SPF) | CHECK_BIT(CHECK_DKIM),
		.first = FACT_ID_DMARC, .last = FACT_ID_DMARC_REASON,
		.method = METHOD_DMARC, .ops = &dmarc_ops },
	[CHECK_ARC] = {
		.name = "arc", .starts = STAGE_MESSAGE,
		.needs = CHECK_BIT(CHECK_DMARC),
		.first = FACT_ID_ARC, .last = FACT_ID_ARC_SPF,
		.method = METHOD_ARC, .ops = &arc_ops },
	[CHECK_FROM_DNS] = {
		.name = "from_dns", .starts = STAGE_MESSAGE,
		.on_demand = true, .first = FACT_ID_FROM_DNS,
		.last = FACT_ID_FROM_DNS, .method = METHOD_COUNT,
		.ops = &from_dns_ops },
	[CHECK_MIME] = {
		.name = "mime", .starts = STAGE_MESSAGE, .on_demand = true,
		.first = FACT_ID_MIME_TYPES, .last = FACT_ID_MIME_ENCRYPTED,
		.method = METHOD_COUNT, .ops = &mime_ops },
	[CHECK_FORM] = {
		.name = "form", .starts = STAGE_MESSAGE, .on_demand = true,
		.first = FACT_ID_HEADER_FAULTS,
		.last = FACT_ID_RECEIVED_COUNT,
		.method = METHOD_COUNT, .ops = &form_ops },
	[CHECK_BODY_FORM] = {
		.name = "body_form", .starts = STAGE_MESSAGE,
		.on_demand = true,
		.first = FACT_ID_BODY_FAULTS, .last = FACT_ID_BODY_FAULTS,
		.method = METHOD_COUNT, .ops = &body_form_ops },
	[CHECK_FROM_NAME] = {
		.name = "from_name", .starts = STAGE_MESSAGE,
		.on_demand = true, .first = FACT_ID_FROM_NAME,
		.last = FACT_ID_FROM_NAME_PROTECTED,
		.method = METHOD_COUNT, .ops = &from_name_ops },
	[CHECK_LOOKALIKE] = {
		.name = "lookalike", .starts = STAGE_MESSAGE,
		.on_demand = true, .first = FACT_ID_FROM_LOOKALIKE,
		.last = FACT_ID_REPLY_TO_LOOKALIKE,
		.method = METHOD_COUNT, .ops = &lookalike_ops },
	[CHECK_REPLY_TO] = {
		.name = "reply_to", .starts = STAGE_MESSAGE,
		.on_demand = true, .needs = CHECK_BIT(CHECK_DMARC),
		.first = FACT_ID_REPLY_TO_DOMAIN,
		.last = FACT_ID_REPLY_TO_ELSEWHERE,
		.method = METHOD_COUNT, .ops = &reply_to_ops },
	[CHECK_LIST] = {
		.name = "list", .starts = STAGE_MESSAGE, .on_demand = true,
		.first = FACT_ID_LIST_UNSUBSCRIBE,
		.last = FACT_ID_AUTO_SUBMITTED,
		.method = METHOD_COUNT, .ops = &list_ops },
	[CHECK_ONE_CLICK] = {
		.name = "one_click", .starts = STAGE_MESSAGE,
		.on_demand = true, .needs = CHECK_BIT(CHECK_DKIM),
		.first = FACT_ID_LIST_ONE_CLICK_SIGNED,
		.last = FACT_ID_LIST_ONE_CLICK_SIGNED,
		.method = METHOD_COUNT, .ops = &one_click_ops },
	[CHECK_REPLAY] = {
		.name = "replay", .of_strangers = true,
		.starts = STAGE_MESSAGE, .on_demand = true,
		.needs = CHECK_BIT(CHECK_SPF) | CHECK_BIT(CHECK_DKIM),
		.first = FACT_ID_DKIM_REPLAYED,
		.last = FACT_ID_DKIM_REPLAY_REASON,
		.method = METHOD_COUNT, .ops = &replay_ops },
	[CHECK_URI] = {
		.name = "uri", .starts = STAGE_MESSAGE, .on_demand = true,
		.first = FACT_ID_URI_DOMAINS, .last = FACT_ID_URI_CUT,
		.method = METHOD_COUNT, .ops = &uri_ops },
};

struct arena *
check_scratch(struct check_run *run)
{
	if (run->scratch == NULL)
		run->scratch = arena_new_work();
	return run->scratch;
}

struct str
check_keep(struct check_run *run, struct str text)
{
	return text.len > 0 ? arena_copy(run->arena, text) : STR_NONE;
}

uint32_t
check_took_us(const struct check_run *run)
{
	uint64_t took_us = clock_us() - run->start_us;

	if (run->finished)
		return run->took_us;
	return took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;
}

static void
end(struct check_run *run)
{
	ensure(!run->finished);
	run->took_us = check_took_us(run);
	run->finished = true;
	arena_free(run->scratch);
	run->scratch = NULL;
}

void
check_finish(struct check_run *run)
{
	end(run);
	run->subject->on_finish(run);
}

void
check_cancel(struct check_run *run)
{
	if (run->started && run->check->ops->cancel != NULL)
		run->check->ops->cancel(run);
	arena_free(run->scratch);
	run->scratch = NULL;
}

static void
give_up_fact(struct fact_set *facts, enum fact_id id, struct str reason)
{
	if (facts_known(facts, id))
		return;
	if (fact_table[id].words == RESULT_WORDS)
		facts_word(facts, id, WORD_TEMPERROR);
	else
		facts_unknown(facts, id, reason);
}

void
check_abandon(struct check_run *run, struct str reason)
{
	const struct check *check = run->check;

	check_cancel(run);
	end(run);
	for (int id = check->first; id <= (int)check->last; id++)
		give_up_fact(run->subject->facts, (enum fact_id)id, reason);
	if (check->method != METHOD_COUNT)
		check_result(run, &(struct result){
		    .method = check->method, .word = WORD_TEMPERROR,
		    .reason = reason });
}

void
check_unknown(struct check_run *run, struct str reason)
{
	for (int id = run->check->first; id <= (int)run->check->last; id++)
		if (!facts_known(run->subject->facts, (enum fact_id)id))
			facts_unknown(run->subject->facts, (enum fact_id)id,
			    reason);
	check_finish(run);
}

void
check_result(struct check_run *run, const struct result *result)
{
	struct results *results = run->subject->results;
	struct result copy = *result;

	copy.stage = run->stage;
	VEC_PUSH(results->arena, &results->list, copy);
}

void
check_evidence_kept(struct check_run *run, struct str name, const char *type,
    const char *status, struct str data, bool secure)
{
	struct results *results = run->subject->results;

	if (results->evidence.count >= LIMIT_EVIDENCE)
		return;
	VEC_ROOM(results->arena, &results->evidence, EVIDENCE_MOSTLY);
	VEC_PUSH(results->arena, &results->evidence, (struct evidence){
	    .method = run->check->name, .type = type,
	    .status = status, .secure = secure, .stage = run->stage,
	    .name = name, .data = str_slice(data, 0,
	    LIMIT_EVIDENCE_OCTETS) });
}

void
check_evidence(struct check_run *run, struct str name, const char *type,
    const char *status, struct str data, bool secure)
{
	if (run->subject->results->evidence.count < LIMIT_EVIDENCE)
		check_evidence_kept(run, check_keep(run, name), type, status,
		    check_keep(run, str_slice(data, 0,
		    LIMIT_EVIDENCE_OCTETS)), secure);
}

uint64_t
check_deadline(const struct check_run *run)
{
	return clock_ms() + run->subject->options->dns_timeout_ms;
}

void
check_mime(struct check_run *run, const struct mime_listener *listener)
{
	struct subject *subject = run->subject;

	if (subject->mime == NULL)
		subject->mime = mime_new();
	ensure(mime_listen(subject->mime, listener, run));
}

void
check_mime_end(struct check_run *run)
{
	struct subject *subject = run->subject;

	if (subject->mime == NULL || mime_unlisten(subject->mime, run))
		return;
	mime_free(subject->mime);
	subject->mime = NULL;
}
