#include "dkim/engine.h"

#include <pthread.h>
#include <time.h>

#include <openssl/x509.h>

#include <dkim.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/ensure.h"
#include "dkim/canon.h"
#include "dkim/opendkim_vet.h"

/*
 * One library handle for each signature, holding nothing but what that
 * signature covers: what the library does for one signature can then never
 * reach another.  It sees fields that passed our own vetting, our own key
 * record with nothing in it but p=, and never asks DNS or decides what a tag
 * means.  What it is known to get wrong is refused in opendkim_vet.c.
 */

enum {
	KEY_OCTETS_MAX = 1000	/* the library's buffer has 1025 */
};

struct handle {
	DKIM		*dkim;
	struct dkim_job	*job;
	struct str	 key;		/* record for the library */
	const char	*refused;	/* NULL: the library has it */
	struct dkim_canon canon;	/* where l= is: counts what there is */
	uint64_t	 octets;	/* of the canonical body */
};

struct engine {
	struct arena	*arena;
	struct buf	 text;		/* what is being fed */
	struct handle	*handles;
	size_t		 count;
	uint64_t	 octets;	/* of the body */
	char		 last;		/* octet */
	bool		 held;		/* it is a CR, not fed yet */
	bool		 ends_in_line;	/* the last two are CRLF */
	bool		 lone;		/* a CR or LF stands alone */
};

static DKIM_LIB *libraries[2];		/* with our drift, without */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static DKIM_CBSTAT
give_key(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buf, size_t size)
{
	const struct handle *handle = dkim_get_user_context(dkim);

	(void)sig;
	if (handle == NULL || handle->key.len == 0 || handle->key.len >= size)
		return DKIM_CBSTAT_NOTFOUND;
	memcpy(buf, handle->key.ptr, handle->key.len);
	buf[handle->key.len] = '\0';
	return DKIM_CBSTAT_CONTINUE;
}

/* Ours was fed first; others are there only because it covers them. */
static DKIM_CBSTAT
keep_first(DKIM *dkim, DKIM_SIGINFO **sigs, int count)
{
	(void)dkim;
	for (int i = 1; i < count; i++)
		dkim_sig_ignore(sigs[i]);
	return DKIM_CBSTAT_CONTINUE;
}

static DKIM_LIB *
library_new(uint64_t drift)
{
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	unsigned int flags = DKIM_LIBFLAGS_DELAYSIGPROC |
	    DKIM_LIBFLAGS_BADSIGHANDLES;

	ensure(lib != NULL);
	dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
	    sizeof(flags));
	dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_CLOCKDRIFT, &drift,
	    sizeof(drift));
	dkim_set_key_lookup(lib, give_key);
	dkim_set_prescreen(lib, keep_first);
	return lib;
}

static void
libraries_open(void)
{
	libraries[0] = library_new(OPENDKIM_DRIFT);
	libraries[1] = library_new(0);
}

/* ---- the header ---- */

/* How many times h= has this name. */
static size_t
times_named(const struct dkim_parsed *parsed, struct str name)
{
	size_t count = 0;

	for (size_t i = 0; i < parsed->name_count; i++)
		count += str_eq_nocase(parsed->names[i], name);
	return count;
}

/* It takes no TAB before the colon, which a relaxed hash leaves out anyway. */
static bool
feed(struct engine *engine, const struct handle *handle,
    const struct header_field *field)
{
	bool relaxed = handle->job->parsed.header_form == DKIM_FORM_RELAXED;
	struct buf *text = &engine->text;

	text->len = 0;
	buf_add(text, relaxed ? str_trim(field->name) : field->name);
	buf_addc(text, ':');
	buf_add(text, field->value);
	return dkim_header(handle->dkim, (unsigned char *)text->ptr,
	    text->len) == DKIM_STAT_OK;
}

/*
 * Other signatures that h= names, the lowest first (RFC 6376 section 5.4.2).
 * The library parses each, so each must be as well-formed as our own.
 */
static const char *
covered_from(struct engine *engine, const struct header *header,
    const struct dkim_parsed *parsed, size_t own, size_t *from_out)
{
	size_t left = times_named(parsed, STR("DKIM-Signature"));
	size_t i = header->fields.count;

	while (left > 0 && i-- > 0) {
		const struct header_field *field = &header->fields.at[i];
		struct dkim_parsed other;

		if (i == own || !dkim_is_signature(field))
			continue;
		dkim_signature_parse(engine->arena, field, 0, UINT32_MAX,
		    &other);
		if (!other.usable || opendkim_refuses(&other) != NULL)
			return "h= covers a signature that this engine "
			    "cannot read";
		left--;
	}
	*from_out = i;
	return left == 0 ? NULL :
	    "h= names more signatures than there are, which this engine "
	    "cannot do";
}

static const char *
feed_covered(struct engine *engine, const struct header *header,
    struct handle *handle, size_t own)
{
	const struct dkim_parsed *parsed = &handle->job->parsed;
	size_t signatures_from = 0;
	const char *why = covered_from(engine, header, parsed, own,
	    &signatures_from);

	for (size_t i = 0; i < header->fields.count && why == NULL; i++) {
		const struct header_field *field = &header->fields.at[i];

		if (i == own || times_named(parsed, str_trim(field->name)) == 0
		    || (dkim_is_signature(field) && i < signatures_from))
			continue;
		if (!opendkim_takes_name(field->name) ||
		    !opendkim_takes_value(field->value) ||
		    !feed(engine, handle, field))
			why = "h= covers a field that this engine cannot read";
	}
	return why;
}

static size_t
index_of(const struct header *header, const struct header_field *field)
{
	size_t i = 0;

	while (i < header->fields.count &&
	    header->fields.at[i].value.ptr != field->value.ptr)
		i++;
	return i;
}

/*
 * The second field has a blank in its name: the library writes past its array
 * when h= names every field there is, which it now cannot.
 */
static const char *
handle_open(struct engine *engine, const struct header *header,
    struct handle *handle)
{
	static const struct header_field guard = {
		STR_INIT("Not named"), STR_INIT(" in h=")
	};
	const struct dkim_parsed *parsed = &handle->job->parsed;
	const char *why = opendkim_refuses(parsed);
	DKIM_STAT status;

	if (why != NULL)
		return why;
	handle->dkim = dkim_verify(libraries[opendkim_needs_no_drift(parsed)],
	    (const unsigned char *)"-", NULL, &status);
	if (handle->dkim == NULL)
		return "this engine has no memory";
	dkim_set_user_context(handle->dkim, handle);
	if (!opendkim_takes_name(parsed->field->name) ||
	    !opendkim_takes_value(parsed->field->value) ||
	    !feed(engine, handle, parsed->field) ||
	    !feed(engine, handle, &guard))
		return "this engine cannot read the field";
	why = feed_covered(engine, header, handle,
	    index_of(header, parsed->field));
	if (why == NULL && dkim_eoh(handle->dkim) != DKIM_STAT_OK)
		why = "this engine cannot read the header";
	return why;
}

static void
count_octets(void *ctx, struct str octets)
{
	*(uint64_t *)ctx += octets.len;
}

static void *
engine_start(struct arena *arena, const struct header *header,
    struct dkim_job **jobs, size_t count, struct dkim_bodies *shared)
{
	struct engine *engine = arena_alloc(arena, sizeof(*engine));

	(void)shared;
	pthread_once(&library_once, libraries_open);
	engine->arena = arena;
	buf_init(&engine->text, arena, SIZE_MAX);
	engine->count = count;
	engine->handles = arena_alloc(arena,
	    count * sizeof(*engine->handles));
	for (size_t i = 0; i < count; i++) {
		engine->handles[i].job = jobs[i];
		jobs[i]->state = &engine->handles[i];
		engine->handles[i].refused = handle_open(engine, header,
		    &engine->handles[i]);
		dkim_canon_init(&engine->handles[i].canon,
		    jobs[i]->parsed.body_form, count_octets,
		    &engine->handles[i].octets);
	}
	return engine;
}

/* ---- the body ---- */

static void
feed_body(struct engine *engine, struct str piece)
{
	for (size_t i = 0; i < engine->count; i++) {
		struct handle *handle = &engine->handles[i];

		if (handle->refused != NULL || piece.len == 0)
			continue;
		dkim_body(handle->dkim, (unsigned char *)piece.ptr, piece.len);
		if (handle->job->parsed.limited)
			dkim_canon_feed(&handle->canon, piece);
	}
}

/* A CR without LF, or an LF without CR; last stands before the piece. */
static bool
has_lone_end(struct str piece, char last)
{
	for (size_t i = 0; i < piece.len; i++) {
		if ((last == '\r') != (piece.ptr[i] == '\n'))
			return true;
		last = piece.ptr[i];
	}
	return false;
}

/* The library is unsure of a CR at the end of a piece, so there is none. */
static bool
engine_body(void *ctx, struct str piece)
{
	struct engine *engine = ctx;
	bool live = false;

	if (piece.len > 0) {
		bool held = piece.ptr[piece.len - 1] == '\r';

		engine->lone = engine->lone ||
		    has_lone_end(piece, engine->last);
		if (engine->held) {
			engine->text.len = 0;
			buf_addc(&engine->text, '\r');
			buf_add(&engine->text, piece);
			feed_body(engine, str_slice(buf_str(&engine->text), 0,
			    engine->text.len - held));
		} else {
			feed_body(engine, str_slice(piece, 0,
			    piece.len - held));
		}
		engine->held = held;
		engine->ends_in_line = piece.ptr[piece.len - 1] == '\n' &&
		    (piece.len > 1 ? piece.ptr[piece.len - 2] == '\r' :
		    engine->last == '\r');
		engine->last = piece.ptr[piece.len - 1];
		engine->octets += piece.len;
	}
	for (size_t i = 0; i < engine->count; i++)
		live = live || engine->handles[i].refused == NULL;
	return live;
}

/* RFC 6376 section 3.4.3 and 3.4.4: a last line without CRLF gets one. */
static void
engine_end(void *ctx)
{
	struct engine *engine = ctx;

	if (engine->octets > 0 && !engine->ends_in_line) {
		engine->lone = engine->lone || engine->held;
		feed_body(engine, STR("\r\n"));
	}
	for (size_t i = 0; i < engine->count; i++)
		if (engine->handles[i].refused == NULL &&
		    engine->handles[i].job->parsed.limited)
			dkim_canon_end(&engine->handles[i].canon);
}

/* ---- the verdict ---- */

static bool
write_key(struct engine *engine, struct handle *handle)
{
	EVP_PKEY *pkey = handle->job->keys[0]->pkey;
	unsigned char raw[32], *der = NULL;
	size_t raw_size = sizeof(raw);
	struct str octets = STR_NONE;
	int size;

	if (handle->job->parsed.algorithm == DKIM_ED25519_SHA256) {
		if (EVP_PKEY_get_raw_public_key(pkey, raw, &raw_size) == 1)
			octets = str_make(raw, raw_size);
		handle->key = arena_printf(engine->arena,
		    "v=DKIM1; k=ed25519; p=%.*s",
		    STR_ARG(base64_write(engine->arena, octets)));
		return octets.len > 0;
	}
	size = i2d_PUBKEY(pkey, &der);
	if (size > 0)
		octets = str_make(der, (size_t)size);
	handle->key = arena_printf(engine->arena, "v=DKIM1; p=%.*s",
	    STR_ARG(base64_write(engine->arena, octets)));
	OPENSSL_free(der);
	return octets.len > 0 && handle->key.len <= KEY_OCTETS_MAX;
}

static struct dkim_verdict
unable(const char *why)
{
	return (struct dkim_verdict){ WORD_NEUTRAL, str_from(why) };
}

static struct dkim_verdict
failed(const char *why)
{
	return (struct dkim_verdict){ WORD_FAIL, str_from(why) };
}

/* b= and bh= by the hashes that the library made. */
static struct dkim_verdict
read_outcome(struct arena *arena, DKIM_SIGINFO *sig,
    const struct dkim_parsed *parsed)
{
	void *header_hash, *body_hash;
	size_t header_size, body_size;
	DKIM_SIGERROR error = dkim_sig_geterror(sig);

	if (error == DKIM_SIGERROR_TOOLARGE_L)
		return failed("l= is larger than the body");
	if (error != DKIM_SIGERROR_OK && error != DKIM_SIGERROR_UNKNOWN &&
	    error != DKIM_SIGERROR_BADSIG && error != DKIM_SIGERROR_CORRUPT_B)
		return (struct dkim_verdict){ WORD_NEUTRAL,
		    arena_printf(arena, "this engine refuses it: %s",
		    dkim_sig_geterrorstr(error)) };
	if (error == DKIM_SIGERROR_CORRUPT_B)
		return failed("signature does not verify with the key");
	if (dkim_sig_gethashes(sig, &header_hash, &header_size, &body_hash,
	    &body_size) != DKIM_STAT_OK)
		return unable("this engine made no hash");
	if (!str_eq(str_make(body_hash, body_size), parsed->bh))
		return failed("body hash differs");
	if ((dkim_sig_getflags(sig) & DKIM_SIGFLAG_PASSED) == 0)
		return failed("signature does not verify with the key");
	return (struct dkim_verdict){ WORD_PASS, STR("signature verifies") };
}

static struct dkim_verdict
engine_judge(void *ctx, struct dkim_job *job)
{
	struct engine *engine = ctx;
	struct handle *handle = job->state;
	DKIM_SIGINFO **sigs = NULL;
	int count = 0;

	if (handle->refused != NULL)
		return unable(handle->refused);
	if (job->parsed.limited && job->parsed.limit > INT64_MAX)
		return failed("l= is larger than the body");
	/* It drops octets beside them, and which depends on the pieces. */
	if (engine->lone)
		return unable("this engine cannot hash a lone CR or LF");
	if (!write_key(engine, handle))
		return unable("this engine takes no key of that size");
	job->body_limited = job->parsed.limited &&
	    handle->octets > job->parsed.limit;
	dkim_eom(handle->dkim, NULL);
	if (dkim_getsiglist(handle->dkim, &sigs, &count) != DKIM_STAT_OK ||
	    count < 1)
		return unable("this engine found no signature");
	return read_outcome(engine->arena, sigs[0], &job->parsed);
}

static void
engine_free(void *ctx)
{
	struct engine *engine = ctx;

	for (size_t i = 0; i < engine->count; i++)
		if (engine->handles[i].dkim != NULL)
			dkim_free(engine->handles[i].dkim);
}

const struct dkim_engine_ops dkim_opendkim_ops = {
	.start = engine_start, .body = engine_body, .end = engine_end,
	.judge = engine_judge, .free = engine_free,
};
