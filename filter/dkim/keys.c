#include "dkim/keys.h"

#include <stdlib.h>

#include "base/buf.h"

/* DNS trouble; words for one name. */
static struct dkim_verdict
no_answer(struct arena *arena, const struct dns_answer *answer,
    struct str name)
{
	struct dkim_verdict verdict = { .word = WORD_TEMPERROR };
	const char *status = dns_status_name(answer->status);

	switch (answer->status) {
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		verdict.word = WORD_PERMERROR;
		verdict.reason = arena_printf(arena, "no key at %.*s (%s)",
		    STR_ARG(name), status);
		break;
	case DNS_TIMEOUT:
		verdict.reason = STR("key lookup timed out");
		break;
	case DNS_DATA:
	case DNS_SERVFAIL:
	case DNS_BOGUS:
		verdict.reason = arena_printf(arena,
		    "key lookup failed (%s)", status);
		break;
	}
	return verdict;
}

static int
by_text(const void *a, const void *b)
{
	const struct dns_record *x = a, *y = b;

	return str_cmp(x->text, y->text);
}

static const struct dns_record *
sorted(struct arena *arena, const struct dns_answer *answer)
{
	struct dns_record *records = arena_alloc(arena,
	    answer->count * sizeof(*records));

	if (answer->count > 0)
		memcpy(records, answer->records,
		    answer->count * sizeof(*records));
	qsort(records, answer->count, sizeof(*records), by_text);
	return records;
}

static struct str
joined(struct arena *arena, const struct dns_record *records, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, LIMIT_EVIDENCE_OCTETS);
	for (size_t i = 0; i < count && !buf_full(&buf); i++) {
		if (i > 0)
			buf_addz(&buf, ", ");
		buf_add(&buf, records[i].text);
	}
	return arena_copy(arena, buf_str(&buf));
}

/* NULL and a new key in the job, or why the record gives none. */
static const char *
offer(struct arena *arena, struct str text, struct dkim_job *job,
    struct dkim_key_report *report, bool *is_key_out)
{
	struct dkim_key key;
	unsigned bits = 0;
	const char *why = dkim_key_parse(arena, text, &key, is_key_out);
	struct dkim_public *public = NULL;

	if (why == NULL)
		why = dkim_key_objection(&key, &job->parsed);
	if (why == NULL)
		public = dkim_keycache_get(&key, &bits, &why);
	if (public != NULL)
		job->keys[job->key_count++] = public;
	if (job->key_count == (public != NULL ? 1 : 0))
		report->bits = bits;
	report->testing = report->testing || (public != NULL && key.testing);
	return why;
}

bool
dkim_keys_from(struct arena *arena, const struct dns_answer *answer,
    struct dkim_job *job, struct dkim_key_report *report_out,
    struct dkim_verdict *verdict_out)
{
	const struct dns_record *records;
	const char *first_why = NULL, *why;
	bool is_key;

	*report_out = (struct dkim_key_report){ .bits = 0 };
	if (answer->status != DNS_DATA) {
		*verdict_out = no_answer(arena, answer, job->parsed.key_name);
		return false;
	}
	records = sorted(arena, answer);
	report_out->record = joined(arena, records, answer->count);
	for (size_t i = 0; i < answer->count &&
	    job->key_count < LIMIT_DKIM_KEYS; i++) {
		why = offer(arena, records[i].text, job, report_out, &is_key);
		if (why != NULL && is_key && first_why == NULL)
			first_why = why;
	}
	if (job->key_count > 0)
		return true;
	verdict_out->word = WORD_PERMERROR;
	verdict_out->reason = first_why != NULL ?
	    arena_printf(arena, "%s, at %.*s", first_why,
	    STR_ARG(job->parsed.key_name)) :
	    arena_printf(arena, "no key record at %.*s",
	    STR_ARG(job->parsed.key_name));
	return false;
}

void
dkim_keys_free(struct dkim_job *job)
{
	while (job->key_count > 0)
		dkim_public_unref(job->keys[--job->key_count]);
}
