#include "tests/unit/spf/evaluation.h"

#include "tests/support/check.h"
#include "tests/support/fake_dns.h"

const char *const evaluation_engines[] = { "native", "libspf2" };

void
evaluation_keep(void *ctx, const struct spf_result *result)
{
	struct evaluation *evaluation = ctx;

	ck_assert(!evaluation->done);
	ck_assert_uint_gt(result->reason.len, 0);
	ck_assert(str_is_printable(result->reason));
	evaluation->result = *result;
	evaluation->done = true;
}

void
evaluation_init(struct evaluation *evaluation, const char *zone)
{
	*evaluation = (struct evaluation){
		.arena = arena_new(), .dns = fake_dns_new(zone),
		.strand = strand_new()
	};
	strand_enter(evaluation->strand);
}

void
evaluation_fini(struct evaluation *evaluation)
{
	strand_leave(evaluation->strand);
	strand_unref(evaluation->strand);
	resolver_free(evaluation->dns);
	arena_free(evaluation->arena);
}

struct spf_request
evaluation_request(const char *ip, const char *helo, struct str sender)
{
	struct spf_request request = {
		.helo = str_from(helo), .sender = sender, .domain = sender,
		.receiver = STR("mx.example.net"), .now = 1700000000
	};
	size_t at = str_rchr(sender, '@');

	if (ip[0] != '\0')
		ck_assert(ip_parse(str_from(ip), &request.client));
	if (at < sender.len)
		request.domain = str_skip(sender, at + 1);
	return request;
}

const struct spf_result *
evaluation_run(struct evaluation *evaluation, const char *engine,
    const struct spf_request *request)
{
	enum spf_engine id;

	ck_assert(spf_engine_from(engine, &id));
	evaluation->done = false;
	spf_start(id, evaluation->arena, evaluation->dns, evaluation->strand,
	    request, clock_ms() + DEADLINE_MS, evaluation_keep, evaluation);
	ck_assert(!evaluation->done);
	ck_assert(strand_wait(evaluation->strand, &evaluation->done,
	    clock_ms() + DEADLINE_MS));
	return &evaluation->result;
}
