#include "signing/signing.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "signing/keydir.h"
#include "signing/keyring.h"

enum { TABLES = 2 };

struct signing {
	struct signing_table	*tables[TABLES];
	size_t			 count;
	struct keyring		*ring;
};

/* One signature that will be made. */
struct planned {
	const struct signing_row	*row;
	struct signing_chosen		 chosen;
	const struct dkim_body_hash	*body;
};

struct signing_job {
	struct arena		*arena;
	struct str		 author;	/* domain */
	VEC(struct planned)	 planned;
	struct buf		 why;
	bool			 failed;
};

/* ---- set up ---- */

static bool
add_table(struct signing *signing, struct signing_table *table)
{
	if (table != NULL)
		signing->tables[signing->count++] = table;
	return table != NULL;
}

struct signing *
signing_new(const struct signing_options *options, struct diag *diag)
{
	struct signing *signing = xcalloc(1, sizeof(*signing));
	bool good = true;

	if (options->table != NULL)
		good &= add_table(signing, signing_table_read(options->table,
		    diag));
	if (options->signing_table != NULL)
		good &= add_table(signing, signing_table_opendkim(
		    options->key_table, options->signing_table,
		    options->multiple, diag));
	signing->ring = keyring_new(options->signer,
	    options->allow_readable,
	    options->now_ms == NULL ? clock_ms : options->now_ms);
	if (good)
		return signing;
	signing_free(signing);
	return NULL;
}

void
signing_free(struct signing *signing)
{
	if (signing == NULL)
		return;
	for (size_t i = 0; i < signing->count; i++)
		signing_table_free(signing->tables[i]);
	keyring_free(signing->ring);
	free(signing);
}

const struct signing_table *
signing_table_nth(const struct signing *signing, size_t n)
{
	return n < signing->count ? signing->tables[n] : NULL;
}

/* ---- which keys ---- */

/* Each "%" becomes the domain.  NUL-terminated. */
static struct str
expand(struct arena *arena, struct str text, struct str domain)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '%')
			buf_add(&out, domain);
		else
			buf_addc(&out, text.ptr[i]);
	buf_addc(&out, '\0');
	return str_slice(buf_str(&out), 0, out.len - 1);
}

static void
choose_one(const struct signing *signing, struct arena *arena,
    const struct signing_row *row, const struct signing_key *key,
    struct signing_chosen chosen, struct signing_choice *choice)
{
	enum dkim_key_type type;

	chosen.key = keyring_get(signing->ring, arena, key, chosen.path,
	    &chosen.note);
	type = chosen.key == NULL ? DKIM_KEY_UNKNOWN :
	    dkim_private_type(chosen.key);
	if (chosen.key != NULL && row->style->types != 0 &&
	    (row->style->types & 1u << type) == 0) {
		dkim_private_unref(chosen.key);
		chosen.key = NULL;
		chosen.note = arena_printf(arena, "%.*s: the key's algorithm "
		    "is none of those that %s:%u asks for",
		    STR_ARG(chosen.path), row->file, row->line);
	}
	if (key->inlined)
		chosen.path = STR("(in the key table)");
	VEC_PUSH(arena, &choice->list, chosen);
}

/* All keys of a directory, or the one that the row names. */
static void
choose_in_directory(const struct signing *signing, struct arena *arena,
    const struct signing_row *row, const struct signing_key *key,
    struct signing_chosen chosen, struct signing_choice *choice)
{
	struct keyring_selectors active = { 0 };
	struct str directory = chosen.path;

	if (key->selector.len > 0)
		VEC_PUSH(arena, &active.list, key->selector);
	else
		keyring_active(signing->ring, arena, directory,
		    chosen.domain, &active, &chosen.note);
	if (active.list.count == 0)
		VEC_PUSH(arena, &choice->list, chosen);
	for (size_t i = 0; i < active.list.count; i++) {
		chosen.selector = active.list.at[i];
		chosen.path = keydir_key(arena, directory, chosen.domain,
		    chosen.selector);
		choose_one(signing, arena, row, key, chosen, choice);
	}
}

void
signing_choose(const struct signing *signing, struct arena *arena,
    const struct signing_row *row, struct str author_domain,
    struct signing_choice *choice)
{
	for (size_t i = 0; i < row->key_count; i++) {
		const struct signing_key *key = &row->keys[i];
		struct signing_chosen chosen = {
			.domain = row->domain.len > 0 ? row->domain :
			    author_domain,
			.selector = key->selector,
			.path = key->inlined ? key->path : expand(arena,
			    key->path, author_domain)
		};

		if (!key->inlined && str_ends_nocase(chosen.path, STR("/")))
			choose_in_directory(signing, arena, row, key, chosen,
			    choice);
		else
			choose_one(signing, arena, row, key, chosen, choice);
	}
}

/* ---- one message ---- */

static void
add_why(struct signing_job *job, struct str why)
{
	job->failed = true;
	if (job->why.len > 0)
		buf_addz(&job->why, "; ");
	buf_add(&job->why, why);
}

static bool
is_planned(const struct signing_job *job, const struct signing_chosen *chosen)
{
	for (size_t i = 0; i < job->planned.count; i++)
		if (str_eq(job->planned.at[i].chosen.domain,
		    chosen->domain) &&
		    str_eq(job->planned.at[i].chosen.selector,
		    chosen->selector))
			return true;
	return false;
}

static void
plan(struct signing_job *job, struct dkim_bodies *bodies,
    const struct signing_row *row, const struct signing_choice *choice)
{
	for (size_t i = 0; i < choice->list.count; i++) {
		struct signing_chosen chosen = choice->list.at[i];

		if (chosen.key == NULL) {
			add_why(job, chosen.note);
		} else if (is_planned(job, &chosen)) {
			dkim_private_unref(chosen.key);
		} else if (job->planned.count == LIMIT_SIGNATURES_MADE) {
			dkim_private_unref(chosen.key);
			add_why(job, STR("more signatures than a message is "
			    "given"));
		} else {
			VEC_PUSH(job->arena, &job->planned, (struct planned){
			    row, chosen, dkim_bodies_add(bodies,
			    row->style->body_form, UINT64_MAX) });
		}
	}
}

struct signing_job *
signing_begin(const struct signing *signing, struct arena *arena,
    struct dkim_bodies *bodies, struct str address, struct str domain)
{
	struct signing_job *job = arena_alloc(arena, sizeof(*job));
	size_t rows = 0;

	job->arena = arena;
	job->author = domain;
	buf_init(&job->why, arena, LIMIT_SIGNING_WHY_OCTETS);
	for (size_t i = 0; i < signing->count; i++) {
		struct signing_rows found;

		signing_table_find(signing->tables[i], arena, address, domain,
		    &found);
		rows += found.list.count;
		for (size_t j = 0; j < found.list.count; j++) {
			struct signing_choice choice = { 0 };

			signing_choose(signing, arena, found.list.at[j],
			    domain, &choice);
			plan(job, bodies, found.list.at[j], &choice);
		}
	}
	if (rows == 0)
		buf_printf(&job->why, "no rule for %.*s", STR_ARG(domain));
	return job;
}

bool
signing_wanted(const struct signing_job *job)
{
	return job->planned.count > 0;
}

/* RFC 6376 section 3.5: i= is in d= or below it; else it is left out. */
static struct str
identity_for(const struct signing_job *job, const struct planned *planned)
{
	struct str identity = expand(job->arena, planned->row->identity,
	    job->author);
	size_t at = str_rchr(identity, '@');

	if (at == identity.len || !domain_is_under(str_skip(identity, at + 1),
	    planned->chosen.domain))
		return STR_NONE;
	return identity;
}

static bool
make(struct signing_job *job, const struct planned *planned,
    const struct header *header, int64_t now, struct signing_made *made)
{
	const struct signing_style *style = planned->row->style;
	const struct signing_chosen *chosen = &planned->chosen;
	struct dkim_selected selected;
	struct dkim_sign sign = {
		.kind = DKIM_SIGNATURE, .key = chosen->key,
		.domain = chosen->domain, .selector = chosen->selector,
		.identity = identity_for(job, planned),
		.header_form = style->header_form,
		.body_form = style->body_form, .selected = &selected,
		.body_hash = dkim_body_hash_value(planned->body),
		.time = now,
		.expiry = style->lifetime == 0 ? 0 : now + style->lifetime
	};

	if (!dkim_select(job->arena, header, style->wanted,
	    style->wanted_count, &selected)) {
		add_why(job, STR("more header fields than a signature can "
		    "name"));
		return false;
	}
	if (!dkim_sign(job->arena, &sign, &made->field)) {
		add_why(job, arena_printf(job->arena,
		    "%.*s: the key does not sign", STR_ARG(chosen->path)));
		return false;
	}
	made->domain = chosen->domain;
	made->selector = chosen->selector;
	made->algorithm = dkim_private_type(chosen->key) == DKIM_KEY_RSA ?
	    "rsa-sha256" : "ed25519-sha256";
	return true;
}

void
signing_end(struct signing_job *job, const struct header *header,
    int64_t now, struct signing_result *result_out)
{
	*result_out = (struct signing_result){ 0 };
	for (size_t i = 0; i < job->planned.count; i++) {
		struct signing_made made;

		if (make(job, &job->planned.at[i], header, now, &made))
			VEC_PUSH(job->arena, &result_out->made, made);
	}
	result_out->why = buf_str(&job->why);
	result_out->failed = job->failed;
}

void
signing_job_free(struct signing_job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < job->planned.count; i++)
		dkim_private_unref(job->planned.at[i].chosen.key);
	job->planned.count = 0;
}
