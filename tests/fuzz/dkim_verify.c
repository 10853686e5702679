/*
 * dkim_verify - a whole message through every engine
 *
 * The first octet is the size of the pieces of the body (0: all at once), the
 * rest the message.  No engine may crash, and two that both judge a signature
 * must agree.
 */
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/dkim.h"
#include "dns/zonefile.h"
#include "tests/support/fuzz_mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RSA2048 \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApyc+r4dUd0ZV/vSl" \
    "UnSO8vHT1qhy1nnW9WNI1pUAQVt2ZjcOFw1+pVK3Cv0WvY14JMcoee1vs6rm" \
    "A9Tvu9LhHXUryogkHgt29qVadQWqpcoUj2brkopegNu1qxk39UuCWhEwNTd2" \
    "dtUJ0bklfJ7g10bdv5X5QK6foRF/eCcTLQmRSRLEZ5LaYLehfj7jEuAlryc8" \
    "G2t0mwndPj3Nab/zXG3y/Xsvuv7T0zDmO5CGnpw4k4QjDxqnYFB0b+Kz0uMA" \
    "+iMOouzuDS/SAb8vsPymTLRjtfi9gmSzf5YtuGr10Nv1IPa2d3W7UCeHuXuz" \
    "yD4MvfKDU7WBQg1yJrlWhpS/vQIDAQAB"
#define ED25519 "IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is="
#define FOOTBALL "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6" \
    "NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ" \
    "/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G" \
    "+2kryOTIKT+l/K4w3QIDAQAB"

static const char zone[] =
    "r2048._domainkey.example.com TXT \"p=\" \"" RSA2048 "\"\n"
    "keys._domainkey.example.com TXT \"p=\" \"" RSA2048 "\"\n"
    "keys._domainkey.example.com TXT \"v=DKIM1; p=\"\n"
    "ed._domainkey.example.com TXT \"k=ed25519; t=y:s; p=" ED25519 "\"\n"
    "test._domainkey.football.example.com TXT \"p=\" \"" FOOTBALL "\"\n"
    "fail._domainkey.example.com * SERVFAIL\n"
    "bad._domainkey.example.com TXT \"p=AAAA\"\n";

static const char *const names[] = { "opendkim", "native" };
enum { ENGINES = sizeof(names) / sizeof(names[0]) };

struct outcome {
	struct dkim_results	 results;
	bool			 done;
};

static void
keep(void *ctx, const struct dkim_results *results)
{
	struct outcome *outcome = ctx;

	outcome->results = *results;
	outcome->done = true;
}

static void
feed_body(void *ctx, struct str piece)
{
	dkim_verify_body(ctx, piece);
}

static void
run(struct resolver *dns, struct arena *arena, enum dkim_engine engine,
    size_t piece, struct str text, struct outcome *outcome)
{
	struct dkim_options options = {
		.engine = engine, .max_signatures = 5, .clock_skew = 300,
		.deadline_ms = 5000
	};
	struct strand *strand = strand_new();
	struct header_field field;
	struct dkim_verify *verify;

	strand_enter(strand);
	verify = dkim_verify_new(&options, arena, dns, strand, 1700000000);
	while (fuzz_mail_field(&text, &field))
		dkim_verify_header(verify, &field);
	dkim_verify_eoh(verify);
	fuzz_mail_pieces(text, piece, feed_body, verify);
	dkim_verify_eom(verify, keep, outcome);
	ensure(strand_wait(strand, &outcome->done, clock_ms() + 20000));
	dkim_verify_free(verify);
	strand_leave(strand);
	strand_unref(strand);
}

/* What "this engine" cannot do is its own to explain. */
static bool
is_judged(const struct dkim_signature *sig)
{
	struct str reason = sig->reason;

	return reason.len == 0 || memmem(reason.ptr, reason.len,
	    "this engine", strlen("this engine")) == NULL;
}

static void
compare(const struct dkim_results *a, const struct dkim_results *b)
{
	ensure(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		ensure(a->at[i].reason.len > 0 && b->at[i].reason.len > 0);
		if (is_judged(&a->at[i]) && is_judged(&b->at[i]))
			ensure(a->at[i].word == b->at[i].word);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct resolver *dns;
	struct outcome outcomes[ENGINES] = { 0 };
	struct arena *arena;
	enum dkim_engine engine;
	char why[200];
	size_t count = 0;

	if (dns == NULL)
		dns = resolver_new_zone("zone", str_from(zone), why,
		    sizeof(why));
	ensure(dns != NULL);
	if (size == 0)
		return 0;
	arena = arena_new();
	for (size_t i = 0; i < ENGINES; i++)
		if (dkim_engine_from(names[i], &engine))
			run(dns, arena, engine, data[0] == 0 ? SIZE_MAX :
			    data[0], str_make(data + 1, size - 1),
			    &outcomes[count++]);
	if (count == 2)
		compare(&outcomes[0].results, &outcomes[1].results);
	arena_free(arena);
	return 0;
}
