#include "reporting/guard.h"

#include "mail/address.h"
#include "mail/report_mail.h"

/* RFC 3834 section 5.  "no" is what a person sent. */
static bool
is_automatic(const struct header *header)
{
	const struct header_field *field;

	for (size_t i = 0; (field = header_find(header, STR("Auto-Submitted"),
	    i)) != NULL; i++) {
		struct str word = str_trim(field->value);

		word = str_trim(str_slice(word, 0, str_chr(word, ';')));
		word = str_trim(str_slice(word, 0, str_chr(word, '(')));
		if (word.len > 0 && !str_eqz_nocase(word, "no"))
			return true;
	}
	return false;
}

/* Delivery status, feedback, disposition: RFC 6522. */
static bool
is_report(const struct header *header)
{
	const struct header_field *field;

	for (size_t i = 0; (field = header_find(header, STR("Content-Type"),
	    i)) != NULL; i++) {
		struct str type = str_trim(field->value);

		type = str_trim(str_slice(type, 0, str_chr(type, ';')));
		if (str_eqz_nocase(type, "multipart/report"))
			return true;
	}
	return false;
}

const char *
guard_against(const struct header *header, struct str sender,
    struct str author, struct str report_from)
{
	struct str path = address_of_path(sender);

	if (path.len == 0)
		return "a bounce, or an answer of a machine";
	if (report_from.len > 0 && (str_eq_nocase(path, report_from) ||
	    str_eq_nocase(address_of_path(author), report_from)))
		return "a report of our own";
	if (is_report(header))
		return "a report (multipart/report)";
	if (is_automatic(header))
		return "sent by a machine (Auto-Submitted)";
	return report_mail_is(header) ? "an aggregate report" : NULL;
}
