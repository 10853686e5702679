#include "event/evidence.h"

#include "base/limits.h"

static void
put_signature(struct emit *out, const struct result *result)
{
	struct str identity;

	emit_open(out, NULL, '{');
	emit_word(out, "result", word_name(result->word));
	emit_some(out, "domain", result_property(result, "header",
	    "d"));
	emit_some(out, "selector", result_property(result, "header",
	    "s"));
	emit_some(out, "algorithm", result_property(result, "header",
	    "a"));
	identity = result_property(result, "header", "i");
	if (identity.len == 0)
		emit_null(out, "identity");
	else
		emit_masked(out, "identity", mask_sender(out->mask,
		    identity), LIMIT_EVENT_TEXT_OCTETS);
	emit_some(out, "reason", result->reason);
	emit_close(out, '}');
}

void
evidence_put_signatures(struct emit *out, const struct results *results)
{
	emit_open(out, "dkim", '[');
	for (size_t i = 0; i < results->list.count; i++) {
		const struct result *result = &results->list.at[i];

		/* "dkim=none" of an unsigned message is no signature. */
		if (result->method == METHOD_DKIM &&
		    (result->word != WORD_NONE || result->reason.len > 0))
			put_signature(out, result);
	}
	emit_close(out, ']');
}

/* Nobody's address stands in DNS, but that of a client and of who reads
 * reports. */
static struct mask *
mask_of_dns(struct mask *mask)
{
	return (mask_bits(mask) & PRIVACY_CUT_CLIENTS) != 0 ||
	    (mask_bits(mask) & PRIVACY_HASH_SENDERS) != 0 ? mask : NULL;
}

static void
put_dns(struct emit *out, const struct results *results)
{
	emit_open(out, "dns", '[');
	for (size_t i = 0; i < results->evidence.count; i++) {
		const struct evidence *e = &results->evidence.at[i];

		emit_open(out, NULL, '{');
		emit_word(out, "method", e->method);
		emit_capped(out, "name", mask_name(out->mask, e->name));
		emit_word(out, "type", e->type);
		emit_word(out, "status", e->status);
		emit_bool(out, "secure", e->secure);
		emit_capped(out, "data", e->data);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

static void
put_spf_terms(struct emit *out, const struct results *results)
{
	emit_open(out, "spf_terms", '[');
	for (size_t i = 0; i < results->spf_terms.count; i++) {
		const struct spf_term_seen *term = &results->spf_terms.at[i];

		emit_open(out, NULL, '{');
		emit_word(out, "method", term->method);
		emit_int(out, "depth", term->depth);
		emit_capped(out, "domain", mask_name(out->mask, term->domain));
		emit_some(out, "term", term->term);
		emit_word(out, "outcome", term->outcome);
		emit_int(out, "lookups", term->lookups);
		emit_close(out, '}');
	}
	emit_close(out, ']');
}

void
evidence_put_dns(struct emit *out, const struct results *results)
{
	struct mask *mask = out->mask;

	out->mask = mask_of_dns(mask);
	put_dns(out, results);
	put_spf_terms(out, results);
	out->mask = mask;
}
