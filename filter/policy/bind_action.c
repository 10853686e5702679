#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "policy/bound.h"

/*
 * Enhanced status codes by what failed: RFC 7372 section 3 for SPF, DKIM and
 * reverse DNS; RFC 7208 sections 8.4 and 8.6 for SPF; RFC 3463 for the rest.
 */
static const struct {
	const char *prefix, *reject, *tempfail, *text;
} replies[] = {
	{ "spf", "5.7.23", "4.4.3",
	  "SPF does not allow this client to send for the domain" },
	{ "spf_helo", "5.7.23", "4.4.3",
	  "SPF does not allow this client to use the HELO name" },
	{ "dkim", "5.7.20", "4.7.20", "no DKIM signature is valid" },
	{ "dmarc", "5.7.1", "4.7.1",
	  "the author domain could not be authenticated (DMARC)" },
	{ "iprev", "5.7.25", "4.7.25",
	  "the client has no reverse DNS name that leads back to it" },
	{ "", "5.7.1", "4.7.1", "refused by the policy of this site" },
};

static void
literal(struct bind *bind, struct template *out, const char *text)
{
	VEC_PUSH(bind->arena, &out->pieces,
	    (struct template_piece){ .text = str_from(text) });
}

static void
set_default_reply(struct bind *bind, struct rule *rule)
{
	const char *name = bind->reading.has_auth ?
	    fact_table[bind->reading.auth].name : "";
	struct str prefix = str_slice(str_from(name), 0, strcspn(name, "."));
	bool reject = rule->action == ACTION_REJECT;
	size_t i = 0;

	while (replies[i].prefix[0] != '\0' &&
	    !str_eqz(prefix, replies[i].prefix))
		i++;
	if (rule->code == 0)
		rule->code = reject ? 550 : 451;
	if (rule->enhanced.len == 0)
		rule->enhanced = str_from(reject ? replies[i].reject :
		    replies[i].tempfail);
	if (rule->text.pieces.count == 0)
		literal(bind, &rule->text, reject ? replies[i].text :
		    "try again later");
}

static void
refuse_argument(struct bind *bind, const struct rule *rule,
    const struct term *term)
{
	static const char *const takes[] = {
		[TAKES_TEXT] = "an optional text",
		[TAKES_REPLY] = "an optional SMTP code, enhanced code and "
		    "text, in this order",
		[TAKES_SCORE] = "a number and an optional text",
		[TAKES_TAG] = "a header field's name in quotes (or subject) "
		    "and a text",
		[TAKES_NOTE] = "a text",
	};

	mistake(bind->diag, term->place, "unexpected %.*s: %s takes %s",
	    STR_ARG(term->raw), action_name(rule->action),
	    takes[action_takes(rule->action)]);
}

/* RFC 5321 section 4.2.1: the first digit is ours, the second 0 to 5. */
static bool
set_code(struct bind *bind, struct rule *rule, const struct term *term)
{
	unsigned low = rule->action == ACTION_REJECT ? 500 : 400;

	if (term->number < low || term->number > low + 59 ||
	    term->number != floor(term->number)) {
		mistake(bind->diag, term->place, "%s answers with a code from "
		    "%u to %u, not %.*s", action_name(rule->action), low,
		    low + 59, STR_ARG(term->raw));
		return false;
	}
	rule->code = (unsigned)term->number;
	return true;
}

static bool
set_enhanced(struct bind *bind, struct rule *rule, const struct term *term)
{
	char class = rule->action == ACTION_REJECT ? '5' : '4';

	if (term->text.ptr[0] != class || term->text.ptr[1] != '.') {
		mistake(bind->diag, term->place, "%s takes an enhanced code "
		    "of class %c, not %.*s", action_name(rule->action), class,
		    STR_ARG(term->raw));
		return false;
	}
	rule->enhanced = term->text;
	return true;
}

static bool
set_text(struct bind *bind, struct rule *rule, const struct term *term,
    struct template *out)
{
	if (term->kind != TERM_TEXT) {
		refuse_argument(bind, rule, term);
		return false;
	}
	if (term->next != NULL) {
		refuse_argument(bind, rule, term->next);
		return false;
	}
	return template_parse(bind, term, rule, out);
}

static bool
set_reply(struct bind *bind, struct rule *rule, const struct term *args)
{
	bool ok = true;

	if (args != NULL && args->kind == TERM_NUMBER) {
		ok = set_code(bind, rule, args);
		args = args->next;
	}
	if (args != NULL && args->kind == TERM_CODE) {
		ok = set_enhanced(bind, rule, args) && ok;
		args = args->next;
	}
	if (args != NULL)
		ok = set_text(bind, rule, args, &rule->text) && ok;
	set_default_reply(bind, rule);
	return ok;
}

static bool
is_symbol(const struct term *term)
{
	if (term->kind != TERM_NAME || term->text.len > LIMIT_SYMBOL_OCTETS)
		return false;
	return str_chr(term->text, '.') == term->text.len;
}

static bool
set_symbol(struct bind *bind, struct rule *rule, const struct term *term)
{
	if (!is_symbol(term)) {
		mistake(bind->diag, term->place, "\"%.*s\" cannot be the "
		    "symbol of a score: it is made of at most %d letters, "
		    "digits and _", STR_ARG(term->text), LIMIT_SYMBOL_OCTETS);
		return false;
	}
	rule->symbol = term->text;
	return true;
}

static bool
set_score(struct bind *bind, struct rule *rule, const struct term *args)
{
	bool ok = true;

	if (args != NULL && args->kind == TERM_NAME) {
		ok = set_symbol(bind, rule, args);
		args = args->next;
	}
	if (args == NULL) {
		mistake(bind->diag, rule->place, "score takes a number, such "
		    "as score 2.0 or score BAD_HELO 2.0");
		return false;
	}
	if (args->kind != TERM_NUMBER) {
		refuse_argument(bind, rule, args);
		return false;
	}
	if (fabs(args->number) > LIMIT_SCORE) {
		mistake(bind->diag, args->place, "a score is at most %d",
		    LIMIT_SCORE);
		return false;
	}
	rule->score = args->number;
	return (args->next == NULL ||
	    set_text(bind, rule, args->next, &rule->text)) && ok;
}

/* Behind "add" or "remove" its field stands in quotes. */
static const struct term *
take_tag_kind(struct rule *rule, const struct term *args)
{
	static const struct {
		const char *name;
		enum policy_tag tag;
	} kinds[] = {
		{ "add", TAG_ADD }, { "remove", TAG_REMOVE },
		{ "replace", TAG_REPLACE },
	};

	for (size_t i = 0; args != NULL && args->kind == TERM_NAME &&
	    i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eqz(args->text, kinds[i].name)) {
			rule->tag = kinds[i].tag;
			return args->next;
		}
	return args;
}

/*
 * What no tag may touch, and what it may touch but hardly should: fields that
 * signatures cover as a rule (RFC 6376 section 5.4.1).
 */
static const struct {
	const char *name, *why;
	bool never;
} fields[] = {
	{ "Authentication-Results", "is written by assayd itself", true },
	{ "Received", "traces the way of the message (RFC 5321 section 4.4)",
	    true },
	{ "Return-Path", "is the MTA's (RFC 5321 section 4.4)", true },
	{ "DKIM-Signature", "is a proof that only its signer can make",
	    true },
	{ "ARC-Seal", "belongs to the chain of forwarders", true },
	{ "ARC-Message-Signature", "belongs to the chain of forwarders",
	    true },
	{ "ARC-Authentication-Results", "belongs to the chain of forwarders",
	    true },
	{ "From", "is what DMARC has just decided about", true },
	{ "Date", "stands once in every message (RFC 5322 section 3.6)",
	    true },
	{ "To", NULL, false }, { "Cc", NULL, false },
	{ "Sender", NULL, false }, { "Reply-To", NULL, false },
	{ "Message-ID", NULL, false }, { "In-Reply-To", NULL, false },
	{ "References", NULL, false }, { "MIME-Version", NULL, false },
	{ "Content-Type", NULL, false },
	{ "Content-Transfer-Encoding", NULL, false },
};

static bool
may_be_tagged(struct bind *bind, const struct rule *rule,
    const struct term *term)
{
	size_t i = 0, count = sizeof(fields) / sizeof(fields[0]);

	if (str_eqz_nocase(term->text, "subject")) {
		mistake(bind->diag, term->place, "a subject is not replaced "
		    "but prefixed; write tag subject \"...\"");
		return false;
	}
	while (i < count && !str_eqz_nocase(term->text, fields[i].name))
		i++;
	if (i == count)
		return true;
	if (!fields[i].never) {
		if (!rule->shadow)
			doubt(bind->diag, term->place, "signatures cover %s; "
			    "a tag breaks them", fields[i].name);
		return true;
	}
	mistake(bind->diag, term->place, "%s %s; no tag can touch it",
	    fields[i].name, fields[i].why);
	return false;
}

static bool
set_tag_name(struct bind *bind, struct rule *rule, const struct term *term)
{
	rule->tag_name = term->text;
	if (term->kind == TERM_NAME) {
		if (str_eqz(term->text, "subject") && rule->tag == TAG_REPLACE)
			return true;
		mistake(bind->diag, term->place, "\"%.*s\" is no tag; write "
		    "a field's name in quotes, or subject",
		    STR_ARG(term->text));
		return false;
	}
	if (term->kind != TERM_TEXT) {
		refuse_argument(bind, rule, term);
		return false;
	}
	if (!is_field_name(term->text)) {
		mistake(bind->diag, term->place, "\"%.*s\" is no name of a "
		    "header field", STR_ARG(term->text));
		return false;
	}
	return may_be_tagged(bind, rule, term);
}

static bool
set_tag(struct bind *bind, struct rule *rule, const struct term *args)
{
	bool ok;

	args = take_tag_kind(rule, args);
	if (args == NULL || (args->next == NULL && rule->tag != TAG_REMOVE)) {
		mistake(bind->diag, rule->place, "tag takes a field and a "
		    "text, such as tag \"X-Flag\" \"YES\" or "
		    "tag subject \"[SPAM] \"");
		return false;
	}
	ok = set_tag_name(bind, rule, args);
	args = args->next;
	if (rule->tag != TAG_REMOVE)
		return set_text(bind, rule, args, &rule->tag_value) && ok;
	if (args != NULL)
		mistake(bind->diag, args->place, "unexpected %.*s: tag remove "
		    "takes the field's name alone", STR_ARG(args->raw));
	return ok && args == NULL;
}

bool
bind_arguments(struct bind *bind, struct rule *rule, const struct term *args)
{
	switch (action_takes(rule->action)) {
	case TAKES_REPLY:
		return set_reply(bind, rule, args);
	case TAKES_SCORE:
		return set_score(bind, rule, args);
	case TAKES_TAG:
		return set_tag(bind, rule, args);
	case TAKES_NOTE:
		if (args == NULL) {
			mistake(bind->diag, rule->place,
			    "note takes a text, such as note \"seen\"");
			return false;
		}
		return set_text(bind, rule, args, &rule->text);
	case TAKES_TEXT:
		break;
	}
	return args == NULL || set_text(bind, rule, args, &rule->text);
}
