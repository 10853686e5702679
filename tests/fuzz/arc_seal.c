/*
 * arc_seal - a whole message gets one more ARC set, and is validated again
 *
 * The first octet chooses the key, the rest is the message.  What we seal as
 * none or pass our own validator believes, what we seal as fail it does not,
 * and no line of the new fields is odd.
 */
#include "arc/arc.h"
#include "arc/seal.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "dkim/digest.h"
#include "dns/zonefile.h"
#include "tests/support/fuzz_mail.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ED25519 "\"k=ed25519; " \
    "p=IN6aO9VjUd/RgRdV4W2YUiTnr8GEd8xusdFTIsrt8is=\"\n"

static const char zone[] =
    "ed._domainkey.f1.example TXT " ED25519
    "ed._domainkey.f2.example TXT " ED25519
    "ed._domainkey.mx.example TXT \"k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
    "rsa._domainkey.mx.example TXT \"p=\" "
    "\"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08"
    "a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ\" "
    "\"/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G"
    "+2kryOTIKT+l/K4w3QIDAQAB\"\n";

enum { NOW = 1700000000 };

struct mail {
	struct arena		*arena;
	struct header		 header;
	struct str		 body;
	struct arc_results	 found;
	bool			 done;
};

static struct resolver *dns;
static struct dkim_private *keys[2];

static void
keep(void *ctx, const struct arc_results *results)
{
	struct mail *mail = ctx;

	mail->found = *results;
	mail->done = true;
}

static void
validate(struct mail *mail)
{
	struct arc_options options = { .clock_skew = 300,
				       .deadline_ms = 5000 };
	struct strand *strand = strand_new();
	struct arc *arc;

	mail->done = false;
	strand_enter(strand);
	arc = arc_new(&options, mail->arena, dns, strand, NOW);
	for (size_t i = 0; i < mail->header.fields.count; i++)
		arc_header(arc, &mail->header.fields.at[i]);
	arc_eoh(arc);
	arc_body(arc, mail->body);
	arc_eom(arc, keep, mail);
	ensure(strand_wait(strand, &mail->done, clock_ms() + 20000));
	arc_free(arc);
	strand_leave(strand);
	strand_unref(strand);
}

static void
read_mail(struct mail *mail, struct str text)
{
	struct header_field field;

	while (fuzz_mail_field(&text, &field))
		VEC_PUSH(mail->arena, &mail->header.fields, field);
	mail->body = text;
}

static struct str
body_hash(const struct mail *mail)
{
	struct dkim_bodies *bodies = dkim_bodies_new(mail->arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies,
	    DKIM_FORM_RELAXED, UINT64_MAX);
	struct str value;

	dkim_bodies_feed(bodies, mail->body);
	dkim_bodies_end(bodies);
	value = arena_copy(mail->arena, dkim_body_hash_value(hash));
	dkim_bodies_free(bodies);
	return value;
}

/* Printable lines of at most 998 octets, folded with CRLF and TAB. */
static void
look_at(struct str value)
{
	size_t line = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (c == '\r') {
			ensure(str_eq(str_slice(value, i, i + 3),
			    STR("\r\n\t")));
			line = 0;
			i += 2;
			continue;
		}
		ensure(c >= 0x20 && c < 0x7f && ++line < 998);
	}
}

static void
put_on_top(struct mail *mail, const struct header_field *fields)
{
	struct header old = mail->header;

	mail->header = (struct header){ .cut = false };
	for (int kind = ARC_KINDS; kind-- > 0;)
		VEC_PUSH(mail->arena, &mail->header.fields, fields[kind]);
	for (size_t i = 0; i < old.fields.count; i++)
		VEC_PUSH(mail->arena, &mail->header.fields,
		    old.fields.at[i]);
}

static void
seal(struct mail *mail, bool rsa)
{
	struct arc_seal options = {
		.key = keys[rsa], .domain = STR("mx.example"),
		.selector = rsa ? STR("rsa") : STR("ed"), .now = NOW,
		.results = STR("mx.example;\r\n\tspf=none"),
		.body_hash = body_hash(mail)
	};
	size_t sets = mail->found.sealer_count;
	struct header_field fields[ARC_KINDS];
	struct arc_plan plan;

	arc_seal_plan(mail->arena, &mail->header, mail->found.word, &plan);
	if (plan.refusal != NULL) {
		ensure(mail->found.word != WORD_NONE);
		return;
	}
	/* What our validator said is what the plan makes of it. */
	ensure((plan.cv == ARC_CV_NONE) == (mail->found.word == WORD_NONE));
	ensure((plan.cv == ARC_CV_PASS) == (mail->found.word == WORD_PASS));
	if (!arc_seal(mail->arena, &options, &plan, &mail->header, fields)) {
		ensure(mail->header.fields.count > 200);
		return;
	}
	for (int kind = 0; kind < ARC_KINDS; kind++)
		look_at(fields[kind].value);
	put_on_top(mail, fields);
	validate(mail);
	ensure((mail->found.word == WORD_PASS) == (plan.cv != ARC_CV_FAIL));
	ensure(plan.cv == ARC_CV_FAIL || (plan.instance == sets + 1 &&
	    mail->found.sealer_count == sets + 1));
}

static void
prepare(void)
{
	struct arena *arena = arena_new();
	struct str note;
	char why[200];

	dns = resolver_new_zone("zone", str_from(zone), why, sizeof(why));
	keys[0] = dkim_private_read(arena, "ed", STR(RFC_ED25519), &note);
	keys[1] = dkim_private_read(arena, "rsa", STR(RFC_RSA), &note);
	ensure(dns != NULL && keys[0] != NULL && keys[1] != NULL);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mail mail = { .done = false };

	if (dns == NULL)
		prepare();
	if (size == 0)
		return 0;
	mail.arena = arena_new();
	read_mail(&mail, str_make(data + 1, size - 1));
	validate(&mail);
	seal(&mail, (data[0] & 1) != 0);
	arena_free(mail.arena);
	return 0;
}
