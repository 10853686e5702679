#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "policy/bound.h"

enum takes { TAKES_TEXT, TAKES_REPLY, TAKES_SCORE, TAKES_TAG, TAKES_NOTE };

static const struct {
	const char *name;
	bool ends;
	enum takes takes;
} actions[ACTION_COUNT] = {
	[ACTION_CONTINUE] = { "continue", false, TAKES_TEXT },
	[ACTION_ACCEPT] = { "accept", true, TAKES_TEXT },
	[ACTION_BYPASS] = { "bypass", true, TAKES_TEXT },
	[ACTION_REJECT] = { "reject", true, TAKES_REPLY },
	[ACTION_TEMPFAIL] = { "tempfail", true, TAKES_REPLY },
	[ACTION_DISCARD] = { "discard", true, TAKES_TEXT },
	[ACTION_QUARANTINE] = { "quarantine", true, TAKES_TEXT },
	[ACTION_SCORE] = { "score", false, TAKES_SCORE },
	[ACTION_TAG] = { "tag", false, TAKES_TAG },
	[ACTION_NOTE] = { "note", false, TAKES_NOTE },
};

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

const char *
action_name(enum action action)
{
	return actions[action].name;
}

bool
action_ends(enum action action)
{
	return actions[action].ends;
}

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
	    takes[actions[rule->action].takes]);
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
set_score(struct bind *bind, struct rule *rule, const struct term *args)
{
	if (args == NULL || args->kind != TERM_NUMBER) {
		if (args == NULL)
			mistake(bind->diag, rule->place,
			    "score takes a number, such as score 2.0");
		else
			refuse_argument(bind, rule, args);
		return false;
	}
	if (fabs(args->number) > LIMIT_SCORE) {
		mistake(bind->diag, args->place, "a score is at most %d",
		    LIMIT_SCORE);
		return false;
	}
	rule->score = args->number;
	return args->next == NULL ||
	    set_text(bind, rule, args->next, &rule->text);
}

static bool
set_tag_name(struct bind *bind, struct rule *rule, const struct term *term)
{
	if (term->kind == TERM_NAME) {
		if (!str_eqz(term->text, "subject")) {
			mistake(bind->diag, term->place, "\"%.*s\" is no tag; "
			    "write a field's name in quotes, or subject",
			    STR_ARG(term->text));
			return false;
		}
	} else if (term->kind != TERM_TEXT) {
		refuse_argument(bind, rule, term);
		return false;
	} else if (!is_field_name(term->text)) {
		mistake(bind->diag, term->place, "\"%.*s\" is no name of a "
		    "header field", STR_ARG(term->text));
		return false;
	} else if (str_eqz_nocase(term->text, "subject")) {
		mistake(bind->diag, term->place, "a subject is not replaced "
		    "but prefixed; write subject without quotes");
		return false;
	} else if (str_eqz_nocase(term->text, "authentication-results")) {
		mistake(bind->diag, term->place, "Authentication-Results is "
		    "written by assayd itself");
		return false;
	}
	rule->tag_name = term->text;
	return true;
}

static bool
set_tag(struct bind *bind, struct rule *rule, const struct term *args)
{
	bool ok;

	if (args == NULL || args->next == NULL) {
		mistake(bind->diag, rule->place, "tag takes a field and a "
		    "text, such as tag \"X-Flag\" \"YES\" or "
		    "tag subject \"[SPAM] \"");
		return false;
	}
	ok = set_tag_name(bind, rule, args);
	return set_text(bind, rule, args->next, &rule->tag_value) && ok;
}

static bool
set_arguments(struct bind *bind, struct rule *rule, const struct term *args)
{
	switch (actions[rule->action].takes) {
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

static bool
find_action(struct bind *bind, const struct term *term,
    enum action *action_out)
{
	const char *names[ACTION_COUNT];
	size_t count = 0;

	for (int i = 0; i < ACTION_COUNT; i++) {
		if (i == ACTION_CONTINUE)
			continue;
		if (str_eqz(term->text, actions[i].name)) {
			*action_out = (enum action)i;
			return true;
		}
		names[count++] = actions[i].name;
	}
	mistake(bind->diag, term->place, "unknown action \"%.*s\"%s",
	    STR_ARG(term->text), hint_or(bind->arena, term->text, names, count,
	    "; the actions are accept, bypass, reject, tempfail, discard, "
	    "quarantine, score, tag and note"));
	return false;
}

/*
 * RFC 9989 section 7.4: a published reject policy alone is no reason to
 * reject, for mailing lists and forwarders fail it honestly.
 */
static void
warn_policy_alone(struct bind *bind, const struct rule *rule)
{
	const struct fact_bits *reads = &rule->reads;

	if (rule->action != ACTION_REJECT || rule->shadow ||
	    bind->reading.calls ||
	    !fact_bits_has(reads, FACT_ID_DMARC) ||
	    (!fact_bits_has(reads, FACT_ID_DMARC_POLICY) &&
	    !fact_bits_has(reads, FACT_ID_DMARC_DISPOSITION)))
		return;
	for (int id = 0; id < FACT_COUNT; id++)
		if (fact_bits_has(reads, (enum fact_id)id) &&
		    strncmp(fact_table[id].name, "dmarc", 5) != 0)
			return;
	doubt(bind->diag, rule->place, "a published policy alone is no reason "
	    "to reject (RFC 9989 section 7.4); ask for a second sign, or "
	    "quarantine");
}

static void
keep_reading(struct bind *bind)
{
	struct fact_bits *reads = &bind->policy->reads;

	for (size_t i = 0; i < sizeof(reads->at) / sizeof(reads->at[0]); i++)
		reads->at[i] |= bind->reading.facts.at[i];
}

struct rule *
bind_rule(struct bind *bind, const struct statement *statement,
    enum stage stage)
{
	struct rule *rule = arena_alloc(bind->arena, sizeof(*rule));
	bool ok = true;

	memset(&bind->reading, 0, sizeof(bind->reading));
	bind->stage = stage;
	rule->stage = stage;
	rule->place = statement->place;
	rule->shadow = statement->shadow;
	if (statement->when != NULL) {
		rule->when = bind_cond(bind, statement->when);
		ok = rule->when != NULL;
		rule->reads = bind->reading.facts;
	}
	if (!find_action(bind, statement->action, &rule->action))
		return NULL;
	bind->in_text = true;
	ok = set_arguments(bind, rule, statement->args) && ok;
	bind->in_text = false;
	keep_reading(bind);
	if (ok)
		warn_policy_alone(bind, rule);
	return ok ? rule : NULL;
}
