#include "reporting/row_key.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/limits.h"
#include "reporting/xml.h"

/* A detail on which messages disagree. */
#define DISAGREE	"\x01"

/* ---- texts ---- */

static void
add_text(struct buf *out, struct str text, size_t max)
{
	size_t start = out->len;

	while (text.len > 0) {
		size_t len = str_utf8_length(text);
		struct str one = str_slice(text, 0, len == 0 ? 1 : len);

		if (out->len - start + one.len > max)
			break;
		if (len == 0 || !xml_has(one))
			buf_addc(out, ascii_space(one.ptr[0]) ? ' ' : '?');
		else
			buf_add(out, one);
		text = str_skip(text, one.len);
	}
}

static void
add(struct buf *out, struct str text)
{
	add_text(out, text, LIMIT_REPORT_TEXT_OCTETS);
	buf_addc(out, '\0');
}

static void
add_bool(struct buf *out, bool truth)
{
	add(out, truth ? STR("1") : STR("0"));
}

static struct buf
begin(struct arena *arena, struct str domain, enum row_kind kind)
{
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	add(&out, domain);
	buf_addc(&out, (char)kind);
	return out;
}

struct str
row_key_note(struct arena *arena, struct str domain, struct str note)
{
	struct buf out = begin(arena, domain, ROW_NOTE);

	add_text(&out, note, LIMIT_REPORT_TEXT_OCTETS);
	return buf_str(&out);
}

/* Octet for octet: it is parsed again. */
struct str
row_key_policy(struct arena *arena, struct str domain, struct str record)
{
	struct buf out = begin(arena, domain, ROW_POLICY);

	buf_add(&out, record);
	return buf_str(&out);
}

struct str
row_detail_policy(struct arena *arena, int64_t time_us)
{
	return arena_printf(arena, "%c%016" PRIx64, ROW_POLICY,
	    (uint64_t)(time_us < 0 ? 0 : time_us));
}

/* ---- rows ---- */

struct rollup_item
row_write(const struct row *row, struct str domain, struct arena *arena)
{
	struct buf key = begin(arena, domain, ROW_RECORD), detail;

	buf_init(&detail, arena, SIZE_MAX);
	buf_addc(&detail, (char)ROW_RECORD);
	add(&key, row->source_ip);
	add(&key, row->header_from);
	add_bool(&key, row->has_envelope_from);
	add(&key, row->envelope_from);
	add(&key, row->envelope_to);
	add(&key, row->disposition);
	add_bool(&key, row->dkim);
	add_bool(&key, row->spf);
	add(&key, row->spf_domain);
	add(&key, row->spf_result);
	add(&detail, row->spf_human);
	for (size_t i = 0; i < row->reasons.count; i++) {
		add(&key, row->reasons.at[i].type);
		add(&detail, row->reasons.at[i].comment);
	}
	add(&key, STR_NONE);
	for (size_t i = 0; i < row->signatures.count; i++) {
		const struct row_signature *one = &row->signatures.at[i];

		add(&key, one->domain);
		add(&key, one->selector);
		add(&key, one->result);
		add(&detail, one->human);
	}
	return (struct rollup_item){ buf_str(&key), buf_str(&detail), 1 };
}

bool
row_split(const struct rollup_item *item, struct str *domain_out,
    enum row_kind *kind_out, struct str *rest_out)
{
	size_t end = str_chr(item->key, '\0');

	if (end + 1 >= item->key.len)
		return false;
	*domain_out = str_slice(item->key, 0, end);
	*kind_out = (enum row_kind)item->key.ptr[end + 1];
	*rest_out = str_skip(item->key, end + 2);
	return true;
}

int64_t
row_policy_time(const struct rollup_item *item)
{
	uint64_t time_us = 0;

	for (size_t i = 1; i < item->detail.len; i++) {
		int digit = ascii_hex(item->detail.ptr[i]);

		if (digit < 0)
			return 0;
		time_us = time_us << 4 | (unsigned)digit;
	}
	return (int64_t)time_us;
}

static bool
take(struct str *rest, struct str *text_out)
{
	size_t end = str_chr(*rest, '\0');

	*text_out = str_slice(*rest, 0, end);
	if (end == rest->len)
		return false;
	*rest = str_skip(*rest, end + 1);
	return true;
}

static bool
take_bool(struct str *rest, bool *truth_out)
{
	struct str text;

	if (!take(rest, &text))
		return false;
	*truth_out = str_eqz(text, "1");
	return true;
}

static bool
take_human(struct str *detail, struct str *text_out)
{
	if (!take(detail, text_out))
		return false;
	if (str_eqz(*text_out, DISAGREE))
		*text_out = STR_NONE;
	return true;
}

static bool
take_reasons(struct str *key, struct str *detail, struct arena *arena,
    struct row *row)
{
	struct row_reason reason;

	while (take(key, &reason.type)) {
		if (reason.type.len == 0)
			return true;
		if (!take_human(detail, &reason.comment))
			return false;
		VEC_PUSH(arena, &row->reasons, reason);
	}
	return false;
}

bool
row_read(const struct rollup_item *item, struct str key, struct arena *arena,
    struct row *row_out)
{
	struct str detail = str_skip(item->detail, 1);
	struct row_signature signature;

	*row_out = (struct row){ .source_ip = STR_NONE };
	if (!take(&key, &row_out->source_ip) ||
	    !take(&key, &row_out->header_from) ||
	    !take_bool(&key, &row_out->has_envelope_from) ||
	    !take(&key, &row_out->envelope_from) ||
	    !take(&key, &row_out->envelope_to) ||
	    !take(&key, &row_out->disposition) ||
	    !take_bool(&key, &row_out->dkim) ||
	    !take_bool(&key, &row_out->spf) ||
	    !take(&key, &row_out->spf_domain) ||
	    !take(&key, &row_out->spf_result) ||
	    !take_human(&detail, &row_out->spf_human) ||
	    !take_reasons(&key, &detail, arena, row_out))
		return false;
	while (take(&key, &signature.domain)) {
		if (!take(&key, &signature.selector) ||
		    !take(&key, &signature.result) ||
		    !take_human(&detail, &signature.human))
			return false;
		VEC_PUSH(arena, &row_out->signatures, signature);
	}
	return key.len == 0;
}

/* ---- two messages of one key ---- */

/* Text by text what both say; where they differ they disagree for good. */
static struct str
merge_rows(struct arena *arena, struct str a, struct str b)
{
	struct str rest_a = str_skip(a, 1), rest_b = str_skip(b, 1);
	struct str text_a, text_b;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	buf_addc(&out, (char)ROW_RECORD);
	while (take(&rest_a, &text_a) && take(&rest_b, &text_b)) {
		if (str_eq(text_a, text_b))
			buf_add(&out, text_a);
		else
			buf_addz(&out, DISAGREE);
		buf_addc(&out, '\0');
	}
	return buf_str(&out);
}

/* Nothing new for the one that is kept? */
static bool
agrees(struct str a, struct str b)
{
	struct str text_a, text_b;

	a = str_skip(a, 1);
	b = str_skip(b, 1);
	while (take(&a, &text_a) && take(&b, &text_b))
		if (!str_eq(text_a, text_b) && !str_eqz(text_a, DISAGREE))
			return false;
	return true;
}

struct str
row_merge(struct arena *arena, struct str a, struct str b)
{
	if (a.len == 0 || a.ptr[0] != ROW_RECORD)
		return str_cmp(a, b) >= 0 ? a : arena_copy(arena, b);
	return agrees(a, b) ? a : merge_rows(arena, a, b);
}
