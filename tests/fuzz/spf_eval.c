/*
 * Whole evaluations over a scripted zone.  The lines of the input are TXT
 * records: the first of a.example, the next of b.example, and so on; the last
 * that is not empty is also the sender's local part.  Every engine evaluates
 * it, and they must agree.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dns/zonefile.h"
#include "spf/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NAMES = 6, ZONE_OCTETS = 1 << 20, DEADLINE_MS = 20000 };

static const char fixed[] =
    "a.example A 192.0.2.1\n"
    "b.example A 198.51.100.1\n"
    "b.example AAAA 2001:db8::1\n"
    "a.example MX 10 b.example\n"
    "a.example MX 20 m.example\n"
    "m.example A 192.0.2.9\n"
    "f.example A SERVFAIL\n"
    "f.example MX SERVFAIL\n"
    "m.example TXT TIMEOUT\n"
    "9.2.0.192.in-addr.arpa PTR m.example\n"
    "9.2.0.192.in-addr.arpa PTR x.a.example\n"
    "x.a.example A 192.0.2.9\n";

static const char *const engines[] = { "native", "libspf2" };

enum { ENGINES = sizeof(engines) / sizeof(engines[0]) };

struct outcome {
	struct spf_result	result;
	bool			done;
};

static void
keep(void *ctx, const struct spf_result *result)
{
	struct outcome *outcome = ctx;

	outcome->result = *result;
	outcome->done = true;
}

static void
add_record(struct buf *zone, char name, struct str text)
{
	buf_printf(zone, "%c.example TXT \"", name);
	for (size_t i = 0; i < text.len; i++)
		buf_printf(zone, "\\%03u", (unsigned char)text.ptr[i]);
	buf_addz(zone, "\"\n");
}

static struct resolver *
build_zone(struct arena *arena, struct str rest, struct str *last_out)
{
	struct str text;
	char why[200];
	struct buf zone;
	int count = 0;

	buf_init(&zone, arena, ZONE_OCTETS);
	buf_addz(&zone, fixed);
	while (count < NAMES && str_next(&rest, '\n', &text)) {
		add_record(&zone, (char)('a' + count++), text);
		if (text.len > 0)
			*last_out = text;
	}
	return resolver_new_zone("zone", buf_str(&zone), why, sizeof(why));
}

static void
evaluate(struct arena *arena, struct resolver *dns, struct strand *strand,
    const struct spf_request *request, const char *name,
    struct outcome *outcome)
{
	enum spf_engine engine;

	ensure(spf_engine_from(name, &engine));
	*outcome = (struct outcome){ .done = false };
	spf_start(engine, arena, dns, strand, request,
	    clock_ms() + DEADLINE_MS, keep, outcome);
	ensure(strand_wait(strand, &outcome->done,
	    clock_ms() + 2 * DEADLINE_MS));
	ensure(outcome->result.reason.len > 0);
	ensure(str_is_printable(outcome->result.reason));
	ensure(str_is_printable(outcome->result.explanation));
	ensure(outcome->result.lookups <= LIMIT_SPF_LOOKUPS);
	ensure(outcome->result.void_lookups <= LIMIT_SPF_VOID_LOOKUPS + 1);
}

static void
compare(const struct spf_result *a, const struct spf_result *b)
{
	ensure(a->word == b->word);
	ensure(str_eq(a->mechanism, b->mechanism));
	ensure(str_eq(a->explanation, b->explanation));
	ensure(str_eq(a->reason, b->reason));
	ensure(a->lookups == b->lookups);
	ensure(a->void_lookups == b->void_lookups);
	ensure(a->used.count == b->used.count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct strand *strand = strand_new();
	struct str local = STR("x");
	struct resolver *dns = build_zone(arena, str_make(data, size), &local);
	struct spf_request request = {
		.helo = local, .domain = STR("a.example"),
		.receiver = STR("mx.example.net"), .now = 1700000000
	};
	struct outcome outcomes[ENGINES];

	ip_parse(size % 3 == 0 ? STR("2001:db8::1") : size % 3 == 1 ?
	    STR("192.0.2.1") : STR("192.0.2.9"), &request.client);
	request.sender = arena_printf(arena, "%.*s@a.example",
	    STR_ARG(str_slice(local, 0, 200)));
	strand_enter(strand);
	if (dns != NULL)
		for (int i = 0; i < ENGINES; i++) {
			evaluate(arena, dns, strand, &request, engines[i],
			    &outcomes[i]);
			compare(&outcomes[0].result, &outcomes[i].result);
		}
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
	arena_free(arena);
	return 0;
}
