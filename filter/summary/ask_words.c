/* What an event can be: the words of --is. */
#include "summary/ask_parts.h"

static bool
is_addressed(const struct seen *seen)
{
	return seen->record->rcpts.count > 0;
}

static bool
is_ours(const struct seen *seen)
{
	return seen->is_ours;
}

static bool
is_stranger(const struct seen *seen)
{
	return !seen->is_ours;
}

static bool
is_early(const struct seen *seen)
{
	return !seen->is_message;
}

static bool
is_bounce(const struct seen *seen)
{
	return seen->is_bounce && !seen->is_ours;
}

static bool
is_spam(const struct seen *seen)
{
	return seen->is_spam;
}

static bool
is_refused(const struct seen *seen)
{
	return seen->is_refused;
}

static bool
is_let_in(const struct seen *seen)
{
	return !seen->is_refused;
}

static bool
is_monitored(const struct seen *seen)
{
	return seen->record->monitor;
}

static bool
is_hidden(const struct seen *seen)
{
	return seen->record->privacy != 0;
}

static bool
is_overruled(const struct seen *seen)
{
	return verdict_of(seen->record->decided.action) != seen->verdict;
}

const struct ask_word ask_words[] = {
	{ "addressed", NULL, false, is_addressed },
	{ "backscatter", &section_backscatter, false,
	    of_backscatter_is_backscatter },
	{ "bounce", NULL, false, is_bounce },
	{ "dns-asked", &section_dns, false, of_dns_is_asked },
	{ "dns-trouble", &section_dns, false, of_dns_is_trouble },
	{ "early", NULL, false, is_early },
	{ "hidden", NULL, false, is_hidden },
	{ "let-in", NULL, false, is_let_in },
	{ "list-asked", &section_lists, false, of_lists_is_asked },
	{ "list-error", &section_lists, false, of_lists_is_error },
	{ "monitored", NULL, false, is_monitored },
	{ "our-author", &section_forged, true, of_forged_is_author },
	{ "our-sender", &section_forged, true, of_forged_is_sender },
	{ "ours", NULL, false, is_ours },
	{ "over-rate", &section_rates, false, of_rates_is_over },
	{ "overruled", NULL, false, is_overruled },
	{ "refused", NULL, false, is_refused },
	{ "refused-at-all", &section_clients, false, of_clients_is_at_all },
	{ "refused-in-part", &section_clients, false, of_clients_is_partly },
	{ "sealed", &section_signing, false, of_signing_is_sealed },
	{ "shadow-differs", &section_shadow, false, of_shadow_is_other },
	{ "shadow-differs-a-little", &section_shadow, false,
	    of_shadow_is_a_little },
	{ "shadowed", &section_shadow, false, of_shadow_is_there },
	{ "signed", &section_signing, false, of_signing_is_signed },
	{ "spam", NULL, true, is_spam },
	{ "stranger", NULL, false, is_stranger },
	{ "trouble", &section_troubles, false, of_troubles_is_any },
	{ "unsigned", &section_signing, false, of_signing_is_unsigned },
};

enum { WORDS = sizeof(ask_words) / sizeof(ask_words[0]) };

bool
ask_read_word(struct ask *ask, struct str text)
{
	while (ask->number < WORDS &&
	    !str_eqz(text, ask_words[ask->number].name))
		ask->number++;
	return ask->number < WORDS;
}
