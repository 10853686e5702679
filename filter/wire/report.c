#include "wire/report.h"

#include "base/domain.h"
#include "conf/mailer.h"
#include "outmail/message.h"
#include "wire/privacy.h"

static bool
is_ours(const struct settings *settings, struct str domain)
{
	const struct setting_list *ours = &settings->local_domains;

	for (size_t i = 0; i < ours->count; i++)
		if (domain_is_under(domain, str_from(ours->at[i])))
			return true;
	return ours->count == 0;
}

/* Its domain in A-labels: an address as it stands in mail. */
static bool
read_from(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct str *from_out)
{
	struct str text = str_from(settings->report_from);
	size_t at = str_rchr(text, '@');
	struct str ascii = str_skip(text, at + 1);

	if (text.len == 0) {
		settings_mistake(settings, "report_from", diag, "report_from "
		    "is not set: reports need an address to come from");
		return false;
	}
	if (at < text.len && domain_to_ascii(arena, ascii, &ascii))
		*from_out = arena_printf(arena, "%.*s@%.*s",
		    STR_ARG(str_slice(text, 0, at)), STR_ARG(ascii));
	else
		*from_out = text;
	if (!outmail_is_address(*from_out)) {
		settings_mistake(settings, "report_from", diag, "is no "
		    "address that needs no quotes; write one such as "
		    "dmarc-reports@example.com");
		return false;
	}
	if (is_ours(settings, ascii))
		return true;
	settings_mistake(settings, "report_from", diag, "its domain is none "
	    "of local_domains: reports must come from a domain of ours");
	return false;
}

bool
wire_outmail(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct outmail_sender *sender_out)
{
	struct outmail_sender sender = {
		.org = str_from(settings->report_org),
		.contact = str_from(settings->report_contact),
	};
	struct mailer_spec spec;
	const char *why;
	size_t at;

	if (!read_from(settings, arena, diag, &sender.from))
		return false;
	if (sender.org.len == 0)
		sender.org = str_skip(sender.from,
		    str_rchr(sender.from, '@') + 1);
	if (!mailer_parse(arena, str_from(settings->report_mailer), &spec,
	    &why, &at)) {
		settings_mistake(settings, "report_mailer", diag, why);
		return false;
	}
	sender.route = (struct handover_route){
		.kind = spec.kind == MAILER_INET ? HANDOVER_INET :
		    spec.kind == MAILER_UNIX ? HANDOVER_UNIX :
		    HANDOVER_SENDMAIL,
		.path = spec.path, .ip = spec.ip, .port = spec.port,
		.helo = str_from(settings->host_name),
	};
	*sender_out = sender;
	return true;
}

static const char *
missing_for_failures(const struct settings *settings)
{
	struct str store = str_from(settings->store);

	if (store.len == 0 || str_starts_nocase(store, STR("memory:")))
		return "failure reports wait in a store that assay can read: "
		    "set store, not to memory:";
	if (settings->report_from[0] == '\0')
		return "failure reports need an address to come from: set "
		    "report_from";
	if (settings->report_key[0] == '\0')
		return "failure reports hide local parts of addresses: name "
		    "a file in report_key";
	return NULL;
}

bool
wire_failures(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct failure_options *failures_out)
{
	struct suppression suppression;
	const char *missing;

	*failures_out = (struct failure_options){ .on = false };
	if (!str_eqz(str_from(settings->failure_reports), "yes"))
		return true;
	missing = missing_for_failures(settings);
	if (missing != NULL) {
		settings_mistake(settings, "failure_reports", diag, missing);
		return false;
	}
	if (!wire_suppression(settings, arena, diag, &suppression))
		return false;
	*failures_out = (struct failure_options){ .on = true,
	    .body_octets = settings->failure_body, .key = suppression.key,
	    .report_from = suppression.from };
	return true;
}

bool
wire_suppression(const struct settings *settings, struct arena *arena,
    struct diag *diag, struct suppression *suppression_out)
{
	struct suppression suppression = { .delimiter = '\0' };

	if (settings->report_from[0] != '\0' &&
	    !read_from(settings, arena, diag, &suppression.from))
		return false;
	if (settings->report_key[0] != '\0' && !wire_secret(settings,
	    "report_key", settings->report_key, arena, diag,
	    &suppression.key))
		return false;
	if (suppression.key.len > 0 && suppression.from.len > 0)
		suppression.delimiter = settings->recipient_delimiter[0];
	*suppression_out = suppression;
	return true;
}
