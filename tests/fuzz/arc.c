/*
 * arc - a whole message through the validation of its ARC chain
 *
 * The first octet is the size of the pieces of the body (0: all at once), the
 * rest the message.  Nothing may crash, the size of the pieces may not matter,
 * and only a chain that passes has sealers.
 */
#include "arc/arc.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "dns/zonefile.h"
#include "tests/support/fuzz_mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ED25519 "\"k=ed25519; " \
    "p=IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is=\"\n"
#define RSA1024 "\"p=\" " \
    "\"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDDRTYxNrg6zyD8CP6tKbAR2YlemFFu" \
    "p/dZp+hGt+LILbae4o3NpjELrrjLMgNHV6038/vgcGd6dakpGrfjlNTAJYsu\" " \
    "\"VID0aeYoxPlE3AfUdcZQzz2w1x4+IrHwTd+bbesh6TTT05HmCHbnnaDJYSH/SchbnZ70" \
    "PbHy9RPp96J5jwIDAQAB\"\n"

static const char zone[] =
    "ed._domainkey.f1.example TXT " ED25519
    "ed._domainkey.f2.example TXT " ED25519
    "ed._domainkey.f3.example TXT " ED25519
    "r1024._domainkey.f1.example TXT " RSA1024
    "r1024._domainkey.f2.example TXT " RSA1024
    "broken._domainkey.f1.example * SERVFAIL\n"
    "bad._domainkey.f1.example TXT \"p=AAAA\"\n";

struct outcome {
	struct arc_results	 results;
	bool			 done;
};

static void
keep(void *ctx, const struct arc_results *results)
{
	struct outcome *outcome = ctx;

	outcome->results = *results;
	outcome->done = true;
}

static void
feed_body(void *ctx, struct str piece)
{
	arc_body(ctx, piece);
}

static void
run(struct resolver *dns, struct arena *arena, size_t piece, struct str text,
    struct outcome *outcome)
{
	struct arc_options options = { .clock_skew = 300,
				       .deadline_ms = 5000 };
	struct strand *strand = strand_new();
	struct header_field field;
	struct arc *arc;

	strand_enter(strand);
	arc = arc_new(&options, arena, dns, strand, 1700000000);
	while (fuzz_mail_field(&text, &field))
		arc_header(arc, &field);
	arc_eoh(arc);
	fuzz_mail_pieces(text, piece, feed_body, arc);
	arc_eom(arc, keep, outcome);
	ensure(strand_wait(strand, &outcome->done, clock_ms() + 20000));
	arc_free(arc);
	strand_leave(strand);
	strand_unref(strand);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct resolver *dns;
	struct outcome whole = { .done = false }, pieces = { .done = false };
	struct arena *arena;
	struct str text;
	char why[200];

	if (dns == NULL)
		dns = resolver_new_zone("zone", str_from(zone), why,
		    sizeof(why));
	ensure(dns != NULL);
	if (size == 0)
		return 0;
	arena = arena_new();
	text = str_make(data + 1, size - 1);
	run(dns, arena, SIZE_MAX, text, &whole);
	run(dns, arena, data[0] == 0 ? 1 : data[0], text, &pieces);
	ensure(whole.results.reason.len > 0);
	ensure(whole.results.word == pieces.results.word &&
	    str_eq(whole.results.reason, pieces.results.reason) &&
	    whole.results.oldest_pass == pieces.results.oldest_pass);
	ensure((whole.results.sealer_count > 0) ==
	    (whole.results.word == WORD_PASS));
	ensure(whole.results.oldest_pass <= whole.results.sealer_count);
	arena_free(arena);
	return 0;
}
