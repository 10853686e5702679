#include "mail/report_mail.h"

#include "mail/mime_value.h"

/* dmarc-subject: "Report Domain: NAME Submitter: NAME", folded as it may be;
 * the case is not looked at, for a loop does not mind it either. */
static bool
is_dmarc_subject(struct arena *arena, struct str value)
{
	static const struct str words[] = {
	    STR_INIT("report"), STR_INIT("domain:"), STR_NONE,
	    STR_INIT("submitter:") };
	struct str rest = header_unfold(arena, value), word;
	size_t at = 0;

	while (at < sizeof(words) / sizeof(words[0]) &&
	    str_next(&rest, ' ', &word)) {
		word = str_trim(word);
		if (word.len == 0)
			continue;
		if (words[at].len > 0 && !str_eq_nocase(word, words[at]))
			return false;
		at++;
	}
	return at == sizeof(words) / sizeof(words[0]);
}

static bool
is_report_type(struct arena *arena, struct str value)
{
	struct mime_value type;
	struct str kind;

	mime_value_parse(arena, value, &type);
	if (!str_eqz(type.text, "multipart/report"))
		return false;
	kind = mime_value_parameter(arena, &type, STR("report-type"), NULL);
	return str_eqz_nocase(kind, "feedback-report") ||
	    str_eqz_nocase(kind, "tlsrpt");
}

bool
report_mail_is(const struct header *header)
{
	const struct header_field *subject = header_find(header,
	    STR("Subject"), 0);
	const struct header_field *type = header_find(header,
	    STR("Content-Type"), 0);
	struct arena *arena = arena_new_work();
	bool is = (subject != NULL &&
	    is_dmarc_subject(arena, subject->value)) ||
	    (type != NULL && is_report_type(arena, type->value));

	arena_free(arena);
	return is;
}
