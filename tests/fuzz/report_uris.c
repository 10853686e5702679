/*
 * Where reports go that a list of URIs asks for: only to mail addresses, each
 * once, and of other hosts only where those agree.  The first line is the
 * list, the next one what out.example wants instead.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"
#include "dns/zonefile.h"
#include "outmail/message.h"
#include "reporting/destination.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ZONE_OCTETS = 1 << 20, DEADLINE_MS = 20000 };

static const char fixed[] =
    "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
    "_dmarc.example.net TXT \"v=DMARC1; p=none\"\n"
    "example.com._report._dmarc.example.net TXT \"v=DMARC1;\"\n"
    "_dmarc.lost.example * SERVFAIL\n"
    "example.com._report._dmarc.out.example TXT \"";

struct outcome {
	const struct destination *list;
	size_t	count;
	bool	done;
};

static void
keep(void *ctx, const struct destination *list, size_t count)
{
	*(struct outcome *)ctx = (struct outcome){ list, count, true };
}

/* Without the line's ends, and no longer than any record in DNS. */
static struct str
record_of(struct arena *arena, struct str list)
{
	return arena_printf(arena, "v=DMARC1; p=none; rua=%.*s; ruf=%.*s",
	    STR_ARG(str_slice(list, 0, 4000)),
	    STR_ARG(str_slice(list, 0, 4000)));
}

static struct resolver *
build_zone(struct arena *arena, struct str record)
{
	char why[200];
	struct buf zone;

	buf_init(&zone, arena, ZONE_OCTETS);
	buf_addz(&zone, fixed);
	for (size_t i = 0; i < record.len; i++)
		buf_printf(&zone, "\\%03u", (unsigned char)record.ptr[i]);
	buf_addz(&zone, "\"\n");
	return resolver_new_zone("zone", buf_str(&zone), why, sizeof(why));
}

static void
check_good(const struct destination *list, size_t at)
{
	struct str to = list[at].address;
	struct str host = str_skip(to, str_rchr(to, '@') + 1);
	bool ours = domain_is_under(host, STR("example.com"));

	ensure(outmail_is_address(to));
	ensure(list[at].external == !ours);
	ensure(ours || domain_equal(host, STR("example.net")) ||
	    domain_equal(host, STR("out.example")));
	for (size_t i = 0; i < at; i++)
		ensure(list[i].word != DESTINATION_GOOD ||
		    !str_eq_nocase(list[i].address, to));
}

static void
look(struct arena *arena, struct resolver *dns, struct strand *strand,
    const struct destination_query *query)
{
	struct outcome outcome = { .done = false };
	uint64_t end = clock_ms() + DEADLINE_MS;

	destinations_start(arena, dns, strand, query, end, keep, &outcome);
	ensure(strand_wait(strand, &outcome.done, end));
	ensure(outcome.count <= LIMIT_DESTINATIONS);
	for (size_t i = 0; i < outcome.count; i++) {
		const struct destination *one = &outcome.list[i];

		ensure(one->why.len > 0);
		ensure(one->address.len == 0 ||
		    outmail_is_address(one->address));
		if (one->word == DESTINATION_GOOD)
			check_good(outcome.list, i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct strand *strand = strand_new();
	struct str rest = str_make(data, size), list = STR_NONE;
	struct str other = STR_NONE, reason;
	struct dmarc_record record;
	struct resolver *dns;

	str_next(&rest, '\n', &list);
	str_next(&rest, '\n', &other);
	dns = build_zone(arena, record_of(arena, other));
	strand_enter(strand);
	if (dns != NULL && dmarc_record_parse(arena, record_of(arena, list),
	    &record, &reason)) {
		look(arena, dns, strand, &(struct destination_query){
		    DESTINATION_RUA, STR("example.com"), record.rua.at,
		    record.rua.count });
		look(arena, dns, strand, &(struct destination_query){
		    DESTINATION_RUF, STR("example.com"), record.ruf.at,
		    record.ruf.count });
	}
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
	arena_free(arena);
	return 0;
}
