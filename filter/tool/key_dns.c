/*
 * Is a key in DNS, at each of several places?
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dkim/key.h"
#include "tool/key.h"
#include "wire/wire.h"

struct place {
	const char		*spec;
	struct settings		*settings;
	struct resolver		*dns;
};

struct key_dns {
	struct strand	*strand;
	uint64_t	 timeout_ms;
	struct place	 places[KEY_SPECS_MAX];
	size_t		 count;
};

static bool
add_place(struct key_dns *dns, struct key_tool *tool, const char *spec)
{
	struct tool_common common = tool->common;
	struct place *place = &dns->places[dns->count];
	static const char no_cache[] = "dns_cache_entries=0";
	struct str text = arena_printf(tool->arena, "dns=%s", spec);
	struct diag *diag;

	if (common.override_count + 2 > TOOL_OVERRIDES_MAX)
		return false;
	common.overrides[common.override_count++] = text.ptr;
	common.overrides[common.override_count++] = no_cache;
	place->settings = tool_settings(&common);
	if (place->settings == NULL)
		return false;
	place->spec = arena_z(tool->arena, str_from(spec));
	dns->timeout_ms = place->settings->dns_timeout;
	diag = diag_new();
	place->dns = wire_resolver(place->settings, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	dns->count++;
	return place->dns != NULL;
}

struct key_dns *
key_dns_open(struct key_tool *tool)
{
	struct key_dns *dns = xcalloc(1, sizeof(*dns));
	const struct setting_list *own = &tool->settings->dns;
	size_t count = tool->spec_count > 0 ? tool->spec_count : own->count;
	bool good = true;

	dns->strand = strand_new();
	strand_enter(dns->strand);
	for (size_t i = 0; i < count && i < KEY_SPECS_MAX && good; i++)
		good = add_place(dns, tool, tool->spec_count > 0 ?
		    tool->specs[i] : own->at[i]);
	if (good)
		return dns;
	key_dns_close(dns);
	return NULL;
}

void
key_dns_close(struct key_dns *dns)
{
	if (dns == NULL)
		return;
	strand_leave(dns->strand);
	for (size_t i = 0; i < dns->count; i++) {
		resolver_free(dns->places[i].dns);
		settings_free(dns->places[i].settings);
	}
	strand_unref(dns->strand);
	free(dns);
}

/* ---- one question ---- */

struct question {
	struct arena			*arena;
	const struct dkim_private	*key;
	struct key_answer		 answer;
	bool				 done;
};

/* NULL: the record is this key's. */
static const char *
why_other(struct question *question, struct str text)
{
	struct dkim_key record;
	bool is_key;
	const char *why = dkim_key_parse(question->arena, text, &record,
	    &is_key);

	if (why != NULL)
		return why;
	if (record.octets.len == 0)
		return "the key is revoked there (p= is empty)";
	if (record.type != dkim_private_type(question->key))
		return "the record is of another kind of key (k=)";
	if (!record.sha256)
		return "the record does not allow sha256 (h=)";
	if (!record.email)
		return "the record is not for mail (s=)";
	if (!str_eq(record.octets, dkim_private_public(question->arena,
	    question->key)))
		return "another key is published";
	return NULL;
}

static void
judge(struct question *question, const struct dns_answer *answer)
{
	const char *why = "there is no record";

	for (size_t i = 0; i < answer->count; i++) {
		why = why_other(question, answer->records[i].text);
		if (why == NULL)
			break;
	}
	question->answer.verdict = why == NULL ? KEY_FITS : KEY_DIFFERS;
	if (why == NULL && answer->count > 1) {
		question->answer.verdict = KEY_DIFFERS;
		why = "several records have this name; there may be one";
	}
	question->answer.why = arena_printf(question->arena, "%s",
	    why == NULL ? "published" : why);
}

static void
take_answer(void *ctx, const struct dns_answer *answer)
{
	struct question *question = ctx;

	question->done = true;
	switch (answer->status) {
	case DNS_DATA:
		judge(question, answer);
		return;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		question->answer.verdict = KEY_MISSING;
		question->answer.why = STR("not published");
		return;
	case DNS_SERVFAIL:
	case DNS_BOGUS:
	case DNS_TIMEOUT:
		break;
	}
	question->answer.verdict = KEY_TROUBLE;
	question->answer.why = arena_printf(question->arena, "%s",
	    answer->why);
}

struct key_answer
key_dns_ask(struct key_dns *dns, struct arena *arena, struct str name,
    const struct dkim_private *key)
{
	struct key_answer worst = { .verdict = KEY_FITS,
				    .why = STR("published") };

	for (size_t i = 0; i < dns->count; i++) {
		struct question question = { .arena = arena, .key = key,
		    .answer = { .verdict = KEY_TROUBLE,
			.why = STR("no answer in time") } };
		uint64_t until = clock_ms() + dns->timeout_ms;
		struct dns_lookup *lookup = lookup_start(dns->places[i].dns,
		    dns->strand, name, DNS_TXT, until, take_answer,
		    &question);

		if (!strand_wait(dns->strand, &question.done, until + 1000))
			lookup_cancel(lookup);
		if (question.answer.verdict > worst.verdict) {
			worst = question.answer;
			worst.where = str_from(dns->places[i].spec);
		}
	}
	return worst;
}
