#include "reporting/xml.h"

#include <inttypes.h>

#include "base/print.h"

bool
xml_has(struct str character)
{
	const unsigned char *c = (const unsigned char *)character.ptr;

	if (character.len == 1)
		return c[0] >= 0x20 && c[0] != 0x7f;
	if (character.len == 2)
		return c[0] != 0xc2 || c[1] >= 0xa0;
	return character.len != 3 || c[0] != 0xef || c[1] != 0xbf ||
	    c[2] < 0xbe;
}

static void
add_text(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t len = str_utf8_length(text);
		struct str one = str_slice(text, 0, len == 0 ? 1 : len);
		const char *name = print_entity(text.ptr[0]);

		if (len == 0 || !xml_has(one))
			buf_addc(out, '?');
		else if (name != NULL)
			buf_addz(out, name);
		else
			buf_add(out, one);
		text = str_skip(text, one.len);
	}
}

static void
indent(struct buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_addz(out, "  ");
}

static void
open_tag(struct buf *out, unsigned depth, const char *name)
{
	indent(out, depth);
	buf_printf(out, "<%s>\n", name);
}

static void
close_tag(struct buf *out, unsigned depth, const char *name)
{
	indent(out, depth);
	buf_printf(out, "</%s>\n", name);
}

static void
add_leaf(struct buf *out, unsigned depth, const char *name, struct str text)
{
	indent(out, depth);
	buf_printf(out, "<%s>", name);
	add_text(out, text);
	buf_printf(out, "</%s>\n", name);
}

static void
add_word(struct buf *out, unsigned depth, const char *name, const char *word)
{
	add_leaf(out, depth, name, str_from(word));
}

static void
add_if(struct buf *out, unsigned depth, const char *name, struct str text)
{
	if (text.len > 0)
		add_leaf(out, depth, name, text);
}

static void
add_number(struct buf *out, unsigned depth, const char *name, int64_t number)
{
	indent(out, depth);
	buf_printf(out, "<%s>%" PRId64 "</%s>\n", name, number, name);
}

/* ---- the head ---- */

static void
add_metadata(struct buf *out, const struct xml_head *head)
{
	open_tag(out, 1, "report_metadata");
	add_leaf(out, 2, "org_name", head->org_name);
	add_leaf(out, 2, "email", head->email);
	add_if(out, 2, "extra_contact_info", head->contact);
	add_leaf(out, 2, "report_id", head->report_id);
	open_tag(out, 2, "date_range");
	add_number(out, 3, "begin", head->begin);
	add_number(out, 3, "end", head->end);
	close_tag(out, 2, "date_range");
	add_if(out, 2, "error", head->error);
	add_word(out, 2, "generator", head->generator);
	close_tag(out, 1, "report_metadata");
}

/* From p on the value that holds, where nothing is published too. */
static void
add_policy(struct buf *out, const struct xml_head *head)
{
	const struct dmarc_record *record = head->record;

	open_tag(out, 1, "policy_published");
	add_leaf(out, 2, "domain", head->domain);
	add_word(out, 2, "discovery_method", "treewalk");
	add_word(out, 2, "p", word_name(record->p));
	add_word(out, 2, "sp", word_name(record->sp));
	add_word(out, 2, "np", word_name(record->np));
	add_leaf(out, 2, "fo", record->fo);
	add_word(out, 2, "adkim", record->strict_dkim ? "s" : "r");
	add_word(out, 2, "aspf", record->strict_spf ? "s" : "r");
	add_word(out, 2, "testing", record->test ? "y" : "n");
	close_tag(out, 1, "policy_published");
}

void
xml_head(struct buf *out, const struct xml_head *head)
{
	buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n");
	add_word(out, 1, "version", "1.0");
	add_metadata(out, head);
	add_policy(out, head);
}

void
xml_end(struct buf *out)
{
	buf_addz(out, "</feedback>\n");
}

/* ---- a record ---- */

static const char *
pass_or_fail(bool pass)
{
	return pass ? "pass" : "fail";
}

static void
add_row(struct buf *out, const struct row *row, uint64_t count)
{
	open_tag(out, 2, "row");
	add_leaf(out, 3, "source_ip", row->source_ip);
	add_number(out, 3, "count", (int64_t)count);
	open_tag(out, 3, "policy_evaluated");
	add_leaf(out, 4, "disposition", row->disposition);
	add_word(out, 4, "dkim", pass_or_fail(row->dkim));
	add_word(out, 4, "spf", pass_or_fail(row->spf));
	for (size_t i = 0; i < row->reasons.count; i++) {
		open_tag(out, 4, "reason");
		add_leaf(out, 5, "type", row->reasons.at[i].type);
		add_if(out, 5, "comment", row->reasons.at[i].comment);
		close_tag(out, 4, "reason");
	}
	close_tag(out, 3, "policy_evaluated");
	close_tag(out, 2, "row");
}

static void
add_identifiers(struct buf *out, const struct row *row)
{
	open_tag(out, 2, "identifiers");
	add_leaf(out, 3, "header_from", row->header_from);
	if (row->has_envelope_from)
		add_leaf(out, 3, "envelope_from", row->envelope_from);
	add_if(out, 3, "envelope_to", row->envelope_to);
	close_tag(out, 2, "identifiers");
}

static void
add_signature(struct buf *out, const struct row_signature *signature)
{
	open_tag(out, 3, "dkim");
	add_leaf(out, 4, "domain", signature->domain);
	add_leaf(out, 4, "selector", signature->selector);
	add_leaf(out, 4, "result", signature->result);
	add_if(out, 4, "human_result", signature->human);
	close_tag(out, 3, "dkim");
}

static void
add_spf(struct buf *out, const struct row *row)
{
	if (row->spf_domain.len == 0)
		return;
	open_tag(out, 3, "spf");
	add_leaf(out, 4, "domain", row->spf_domain);
	add_word(out, 4, "scope", "mfrom");
	add_leaf(out, 4, "result", row->spf_result);
	add_if(out, 4, "human_result", row->spf_human);
	close_tag(out, 3, "spf");
}

void
xml_record(struct buf *out, const struct row *row, uint64_t count)
{
	open_tag(out, 1, "record");
	add_row(out, row, count);
	add_identifiers(out, row);
	open_tag(out, 2, "auth_results");
	for (size_t i = 0; i < row->signatures.count; i++)
		add_signature(out, &row->signatures.at[i]);
	add_spf(out, row);
	close_tag(out, 2, "auth_results");
	close_tag(out, 1, "record");
}
