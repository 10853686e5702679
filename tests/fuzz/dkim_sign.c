/*
 * dkim_sign - what is signed verifies, whatever the message is
 *
 * The first octets choose key, canonical forms and options, and the size of
 * the body's pieces; then come fields (name, value), then the body.  A
 * signature is made unless the header has too many fields; its lines are
 * short, our parser takes it, and our verifier accepts it.
 */
#include <stdlib.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "dkim/digest.h"
#include "dkim/engine.h"
#include "dkim/sign.h"
#include "tests/support/fuzz_input.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS_MAX = 600, NOW = 1700000000 };

static const struct dkim_wanted wanted[] = {
	{ STR_INIT("From"), DKIM_OVER }, { STR_INIT("To"), DKIM_OVER },
	{ STR_INIT("Subject"), DKIM_NOT_OVER }, { STR_INIT("x"), DKIM_OVER },
	{ STR_INIT("Date"), DKIM_OVER_IF_THERE },
	{ STR_INIT("DKIM-Signature"), DKIM_NOT_OVER },
};

enum { WANTED = sizeof(wanted) / sizeof(wanted[0]) };

struct round {
	struct arena		*arena;
	struct dkim_private	*key;
	struct header		 header;
	struct str		 body;
	size_t			 piece;
	struct dkim_sign	 sign;
	struct dkim_selected	 selected;
	struct header_field	 field;
};

static struct dkim_private *
key_of(struct arena *arena, bool rsa)
{
	static struct dkim_private *keys[2];
	struct str note;

	if (keys[rsa] == NULL)
		keys[rsa] = dkim_private_read(arena, "k", str_from(rsa ?
		    RFC_RSA : RFC_ED25519), &note);
	ensure(keys[rsa] != NULL);
	return keys[rsa];
}

/* A name is what stands before a colon. */
static struct str
name_from(struct arena *arena, struct str text)
{
	char *out = arena_z(arena, str_slice(text, 0, 40));
	size_t len = str_slice(text, 0, 40).len;

	for (size_t i = 0; i < len; i++)
		if (out[i] <= ' ' || out[i] == ':' || out[i] == 0x7f)
			out[i] = 'x';
	return len == 0 ? STR("From") : str_make(out, len);
}

static void
take_apart(struct round *round, struct str input)
{
	unsigned how = fuzz_byte(&input), fields;

	round->key = key_of(round->arena, how & 1);
	round->sign = (struct dkim_sign){
		.kind = DKIM_SIGNATURE, .key = round->key,
		.domain = STR("example.com"), .selector = STR("s"),
		.header_form = how & 2 ? DKIM_FORM_RELAXED : DKIM_FORM_SIMPLE,
		.body_form = how & 4 ? DKIM_FORM_RELAXED : DKIM_FORM_SIMPLE,
		.identity = how & 8 ? STR("a@b.example.com") : STR_NONE,
		.expiry = how & 16 ? NOW + 60 : 0, .time = NOW,
		.selected = &round->selected,
	};
	round->piece = fuzz_byte(&input);
	fields = fuzz_byte(&input) << (how >> 6);
	for (unsigned i = 0; i < fields && i < FIELDS_MAX; i++) {
		struct str name = name_from(round->arena, fuzz_text(&input));

		VEC_PUSH(round->arena, &round->header.fields,
		    (struct header_field){ name, fuzz_text(&input) });
	}
	round->body = input;
}

static void
feed(const struct round *round, struct dkim_bodies *bodies)
{
	struct str rest = round->body;

	while (round->piece > 0 && rest.len > round->piece) {
		dkim_bodies_feed(bodies, str_slice(rest, 0, round->piece));
		rest = str_skip(rest, round->piece);
	}
	dkim_bodies_feed(bodies, rest);
	dkim_bodies_end(bodies);
}

static bool
make(struct round *round)
{
	struct dkim_bodies *bodies = dkim_bodies_new(round->arena);
	struct dkim_body_hash *hash = dkim_bodies_add(bodies,
	    round->sign.body_form, UINT64_MAX);
	bool chosen = dkim_select(round->arena, &round->header, wanted,
	    WANTED, &round->selected);

	feed(round, bodies);
	round->sign.body_hash = dkim_body_hash_value(hash);
	if (chosen)
		ensure(dkim_sign(round->arena, &round->sign, &round->field));
	else
		ensure(round->header.fields.count > LIMIT_DKIM_NAMES / 2);
	dkim_bodies_free(bodies);
	return chosen;
}

static void
check_lines(struct str value)
{
	struct str line;

	while (str_next(&value, '\n', &line)) {
		bool last = value.ptr == NULL;

		ensure(line.len <= LIMIT_FIELD_LINE + 1);
		ensure(last || line.ptr[line.len - 1] == '\r');
		ensure(last || value.ptr[0] == '\t');
	}
}

static void
verify(struct round *round)
{
	struct header header = { 0 };
	struct dkim_job job = { 0 }, *jobs[] = { &job };
	struct dkim_key public = {
		.type = dkim_private_type(round->key),
		.octets = dkim_private_public(round->arena, round->key)
	};
	struct dkim_verdict verdict;
	const char *why;
	unsigned bits;
	void *engine;

	VEC_PUSH(round->arena, &header.fields, round->field);
	for (size_t i = 0; i < round->header.fields.count; i++)
		VEC_PUSH(round->arena, &header.fields,
		    round->header.fields.at[i]);
	dkim_signature_parse(round->arena, &header.fields.at[0], NOW, 0,
	    &job.parsed);
	ensure(job.parsed.usable);
	job.keys[0] = dkim_keycache_get(&public, &bits, &why);
	job.key_count = 1;
	ensure(job.keys[0] != NULL);
	engine = dkim_native_ops.start(round->arena, &header, jobs, 1, NULL);
	dkim_native_ops.body(engine, round->body);
	dkim_native_ops.end(engine);
	verdict = dkim_native_ops.judge(engine, &job);
	ensure(verdict.word == WORD_PASS);
	dkim_native_ops.free(engine);
	dkim_public_unref(job.keys[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct round round = { .arena = arena_new() };

	take_apart(&round, str_make(data, size));
	if (make(&round)) {
		check_lines(round.field.value);
		verify(&round);
	}
	arena_free(round.arena);
	return 0;
}
