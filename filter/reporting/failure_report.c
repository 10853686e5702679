#include "reporting/failure_report.h"

#include "base/buf.h"
#include "base/domain.h"
#include "base/limits.h"
#include "config.h"
#include "mail/date.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/safe.h"
#include "outmail/message.h"

/* ---- fields ---- */

/* One field, whatever is in the value. */
static void
add_field(struct buf *out, const char *name, struct str value)
{
	struct str safe = safe_text(out->arena, str_trim(value), SAFE_ASCII,
	    LIMIT_FAILURE_FIELD_OCTETS);
	struct fold fold;

	if (safe.len == 0)
		return;
	buf_addz(out, name);
	buf_addz(out, ":");
	fold_init(&fold, out, str_from(name).len + 1, LIMIT_FIELD_LINE);
	fold_text(&fold, STR(" "));
	fold_text(&fold, safe);
	buf_addz(out, "\r\n");
}

static bool
is_of_author(const struct failure_item *item, struct str domain)
{
	return domain_is_under(domain, item->policy_domain) ||
	    domain_is_under(item->domain, domain);
}

/* The registry has each DKIM field once: of a domain that could have been
 * aligned before all others.  NULL: there was none. */
static const struct failure_dkim *
signature_of(const struct failure_item *item)
{
	for (size_t i = 0; i < item->dkim.count; i++)
		if (is_of_author(item, item->dkim.at[i].domain))
			return &item->dkim.at[i];
	return item->dkim.count > 0 ? &item->dkim.at[0] : NULL;
}

static bool
speaks_of(struct str text, const char *word)
{
	struct str w = str_from(word);

	for (size_t i = 0; i + w.len <= text.len; i++)
		if (str_eq_nocase(str_slice(text, i, i + w.len), w))
			return true;
	return false;
}

/* RFC 6591 section 3.3, and RFC 9991 section 3. */
static const char *
auth_failure(const struct failure_item *item)
{
	const struct failure_dkim *dkim = signature_of(item);

	if ((item->why & FAILURE_DMARC) != 0)
		return "dmarc";
	if ((item->why & FAILURE_DKIM) == 0 || dkim == NULL)
		return "spf";
	if (speaks_of(dkim->reason, "body hash"))
		return "bodyhash";
	return speaks_of(dkim->reason, "revoked") ? "revoked" : "signature";
}

static const char *
identity_alignment(const struct failure_item *item)
{
	bool dkim = (item->why & FAILURE_DKIM_UNALIGNED) != 0;
	bool spf = (item->why & FAILURE_SPF_UNALIGNED) != 0;

	return dkim && spf ? "dkim, spf" : dkim ? "dkim" : spf ? "spf" :
	    "none";
}

/* Those that have no A-labels stay as they are. */
static struct str
a_labels(struct arena *arena, struct str domain)
{
	struct str ascii;

	return domain_to_ascii(arena, domain, &ascii) ? ascii : domain;
}

/* "txt : example.com : "v=spf1 -all"" (RFC 6591 section 4).  Whole: a cut
 * would take the quote at its end. */
static void
add_spf(struct buf *out, const struct failure_spf *spf)
{
	struct str domain = str_slice(a_labels(out->arena, spf->domain), 0,
	    LIMIT_DOMAIN_OCTETS);
	struct str record = str_slice(spf->record, 0, LIMIT_EVIDENCE_OCTETS);
	struct buf value;

	buf_init(&value, out->arena, SIZE_MAX);
	buf_printf(&value, "txt : %.*s : \"", STR_ARG(domain));
	for (size_t i = 0; i < record.len; i++) {
		char c = record.ptr[i];

		if (c == '"' || c == '\\')
			buf_addc(&value, '\\');
		buf_addc(&value, c);
	}
	buf_addc(&value, '"');
	add_field(out, "SPF-DNS", buf_str(&value));
}

static void
add_signature(struct buf *out, const struct failure_dkim *dkim)
{
	struct str domain;

	if (dkim == NULL)
		return;
	domain = a_labels(out->arena, dkim->domain);
	add_field(out, "DKIM-Domain", domain);
	add_field(out, "DKIM-Identity", dkim->identity.len > 0 ?
	    dkim->identity : arena_printf(out->arena, "@%.*s",
	    STR_ARG(domain)));
	add_field(out, "DKIM-Selector", dkim->selector);
}

/* RFC 5965 section 3.2 wants the form of RFC 5321 section 4.1.3, which has a
 * tag in IPv6. */
static struct str
source_ip(struct arena *arena, struct str ip)
{
	return str_chr(ip, ':') == ip.len ? ip :
	    arena_printf(arena, "IPv6:%.*s", STR_ARG(ip));
}

/* Section 3.2: 32 bits. */
static unsigned long long
incidents(const struct failure_report *report)
{
	return report->incidents < UINT32_MAX ? report->incidents :
	    UINT32_MAX;
}

/* One token: what else is in it cannot be. */
static struct str
address(struct arena *arena, struct str text)
{
	struct str safe = safe_text(arena, text, SAFE_ASCII,
	    LIMIT_ADDRESS_OCTETS);
	char *octets = arena_z(arena, safe);

	for (size_t i = 0; i < safe.len; i++)
		if (octets[i] == ' ' || octets[i] == '<' || octets[i] == '>')
			octets[i] = '?';
	return arena_printf(arena, "<%s>", octets);
}

struct str
failure_report_fields(struct arena *arena, const struct failure_report *report)
{
	const struct failure_item *item = report->item;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	add_field(&out, "Feedback-Type", STR("auth-failure"));
	add_field(&out, "User-Agent", str_from("assay/" PACKAGE_VERSION));
	add_field(&out, "Version", STR("1"));
	add_field(&out, "Original-Mail-From", address(arena,
	    item->mail_from));
	for (size_t i = 0; i < item->rcpts.count; i++)
		add_field(&out, "Original-Rcpt-To", address(arena,
		    item->rcpts.at[i]));
	add_field(&out, "Original-Envelope-Id", item->queue_id);
	add_field(&out, "Arrival-Date", date_write(arena, item->arrival));
	if (item->host.len > 0)
		add_field(&out, "Reporting-MTA", arena_printf(arena,
		    "dns; %.*s", STR_ARG(item->host)));
	add_field(&out, "Source-IP", source_ip(arena, item->source_ip));
	if (report->incidents > 1)
		add_field(&out, "Incidents", arena_printf(arena, "%llu",
		    incidents(report)));
	add_field(&out, "Reported-Domain", a_labels(arena, item->domain));
	add_field(&out, "Authentication-Results",
	    item->authentication_results);
	add_field(&out, "Auth-Failure", str_from(auth_failure(item)));
	add_field(&out, "Delivery-Result", item->delivery);
	add_field(&out, "Identity-Alignment",
	    str_from(identity_alignment(item)));
	add_signature(&out, signature_of(item));
	for (size_t i = 0; i < item->spf.count; i++)
		add_spf(&out, &item->spf.at[i]);
	return buf_str(&out);
}

/* ---- the mail ---- */

static struct str
for_people(struct arena *arena, const struct failure_report *report)
{
	const struct failure_item *item = report->item;
	struct str domain = safe_text(arena, item->domain, SAFE_ASCII,
	    LIMIT_DOMAIN_OCTETS);
	struct str contact = report->sender->contact;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_printf(&out, "A message said to be from\n%.*s\ndid not prove it "
	    "by all of SPF and DKIM.\n\n", STR_ARG(domain));
	buf_printf(&out, "It came from %.*s\non %.*s",
	    STR_ARG(safe_text(arena, item->source_ip, SAFE_ASCII, 64)),
	    STR_ARG(date_write(arena, item->arrival)));
	if (report->incidents > 1)
		buf_printf(&out, ",\nand %llu others like it within a day",
		    incidents(report) - 1);
	buf_printf(&out, ".\n\nThis report was asked for by the DMARC record "
	    "(ruf=) of\n%.*s\n(RFC 9991).  Local parts of addresses are "
	    "hashed in it.\n",
	    STR_ARG(safe_text(arena, item->policy_domain, SAFE_ASCII,
	    LIMIT_DOMAIN_OCTETS)));
	if (contact.len > 0)
		buf_printf(&out, "\nQuestions: %.*s\n", STR_ARG(contact));
	return buf_str(&out);
}

/* RFC 5965 section 2 (f): that of the message, but for "FW:". */
static struct str
subject_of(struct arena *arena, const struct failure_item *item)
{
	static const struct str name = STR_INIT("Subject:");
	struct str rest = item->header, line, subject = STR_NONE;
	bool inside = false;
	char *text;

	while (rest.len > 0 && str_next(&rest, '\n', &line)) {
		bool more = line.len > 0 && (line.ptr[0] == ' ' ||
		    line.ptr[0] == '\t');

		if (inside && !more)
			break;
		if (inside)
			subject.len = (size_t)(line.ptr + line.len -
			    subject.ptr);
		else if (!more && str_starts_nocase(line, name)) {
			subject = str_skip(line, name.len);
			inside = true;
		}
	}
	subject = header_unfold(arena, str_trim(subject));
	text = arena_z(arena, subject);
	for (size_t i = 0; i < subject.len; i++)
		if (text[i] == '\t')
			text[i] = ' ';
	return arena_printf(arena, "FW: %.*s", (int)subject.len, text);
}

/* Where there is no body its type says so; letters of other kinds have to be
 * encoded there, and must not be in a message. */
static struct outmail_part
original(struct arena *arena, const struct failure_item *item)
{
	struct outmail_part part = { .kind = OUTMAIL_AS_IS,
	    .type = "text/rfc822-headers", .content = item->header };
	struct buf whole;

	if (item->body.len > 0) {
		buf_init(&whole, arena, SIZE_MAX);
		buf_add(&whole, item->header);
		buf_addz(&whole, "\r\n");
		buf_add(&whole, item->body);
		part.type = "message/rfc822";
		part.content = buf_str(&whole);
	} else if (!str_is_ascii(item->header)) {
		part.kind = OUTMAIL_TEXT;
		part.type = "text/rfc822-headers; charset=utf-8";
	}
	return part;
}

struct str
failure_report_write(struct arena *arena, const struct failure_report *report)
{
	const struct outmail_part parts[] = {
		{ .kind = OUTMAIL_TEXT, .type = "text/plain; charset=utf-8",
		  .content = for_people(arena, report) },
		{ .kind = OUTMAIL_AS_IS, .type = "message/feedback-report",
		  .content = failure_report_fields(arena, report) },
		original(arena, report->item),
	};
	const struct outmail_part body = { .kind = OUTMAIL_PARTS,
	    .type = "multipart/report; report-type=feedback-report",
	    .parts = parts, .count = 3 };
	const struct outmail_head head = {
		.from_name = report->sender->org,
		.from = report->sender->from, .to = &report->to,
		.to_count = 1, .subject = subject_of(arena, report->item),
		.date = report->now, .message_id = report->message_id,
	};

	return outmail_write(arena, &head, &body);
}
