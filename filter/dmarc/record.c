#include "dmarc/dmarc.h"

#include "base/limits.h"
#include "dmarc/uri.h"

enum tag {
	TAG_P, TAG_SP, TAG_NP, TAG_ADKIM, TAG_ASPF, TAG_PSD, TAG_T, TAG_RUA,
	TAG_RUF, TAG_FO, TAG_COUNT
};

/*
 * The registered tags (section 9.3); pct, rf and ri are historic there.  All
 * others are ignored.
 */
static const char *const tag_names[TAG_COUNT] = {
	[TAG_P] = "p", [TAG_SP] = "sp", [TAG_NP] = "np",
	[TAG_ADKIM] = "adkim", [TAG_ASPF] = "aspf", [TAG_PSD] = "psd",
	[TAG_T] = "t", [TAG_RUA] = "rua", [TAG_RUF] = "ruf", [TAG_FO] = "fo",
};

struct tags {
	struct str	value[TAG_COUNT];
	unsigned	times[TAG_COUNT];
};

/* "name = value"; blanks around both go (section 4.8). */
static bool
split_tag(struct str text, struct str *name_out, struct str *value_out)
{
	size_t equals = str_chr(text, '=');

	*name_out = str_trim(str_slice(text, 0, equals));
	*value_out = str_trim(str_skip(text, equals + 1));
	return equals < text.len;
}

/*
 * dmarc-version: nothing before the "v", and nothing but DMARC1 in just this
 * case after it.
 */
static bool
is_version(struct str text)
{
	struct str name, value;

	return text.len > 0 && !ascii_space(text.ptr[0]) &&
	    split_tag(text, &name, &value) && str_eqz_nocase(name, "v") &&
	    str_eqz(value, "DMARC1");
}

/*
 * Only visible ASCII and blanks make a value.  A tag that is there twice says
 * nothing (RFC 6376 section 3.2); as a syntax error it leaves the default (RFC
 * 9989 section 4.8).
 */
static void
keep_tag(struct tags *tags, struct str text)
{
	struct str name, value;

	if (!split_tag(text, &name, &value))
		return;
	for (unsigned i = 0; i < TAG_COUNT; i++) {
		if (!str_eqz_nocase(name, tag_names[i]))
			continue;
		if (tags->times[i]++ == 0 && str_is_printable(value))
			tags->value[i] = value;
		else
			tags->value[i] = STR_NONE;
	}
}

static void
read_uris(struct arena *arena, struct str list, struct dmarc_record *record,
    bool failure)
{
	struct str text, uri;

	while (str_next(&list, ',', &text)) {
		size_t count = failure ? record->ruf.count : record->rua.count;

		if (count == LIMIT_DMARC_URIS || !dmarc_uri_read(text, &uri))
			continue;
		if (failure)
			VEC_PUSH(arena, &record->ruf, uri);
		else
			VEC_PUSH(arena, &record->rua, uri);
	}
}

/* dmarc-fo: one of 0 and 1 at most, d and s, none twice, in any order. */
static bool
is_fo(struct str value)
{
	const struct str letters = STR("01ds");
	struct str option;
	unsigned seen = 0;

	while (str_next(&value, ':', &option)) {
		size_t letter;

		option = str_trim(option);
		if (option.len != 1)
			return false;
		letter = str_chr(letters, ascii_lower(option.ptr[0]));
		if (letter == letters.len || (seen & 1u << letter) != 0)
			return false;
		seen |= 1u << letter;
	}
	return (seen & 3) != 3;
}

/* A policy tag that is not there has the default; a bad one is an error. */
static bool
read_policy(struct arena *arena, const struct tags *tags, enum tag tag,
    enum word otherwise, enum word *policy_out)
{
	*policy_out = otherwise;
	return tags->times[tag] == 0 || word_find(DISPOSITION_WORDS,
	    arena_lower(arena, tags->value[tag]), policy_out);
}

/*
 * Section 4.10.1: without a valid p, or with a bad sp or np, the record means
 * p=none if it names a place for reports, else no DMARC at all.
 */
static void
read_policies(struct arena *arena, const struct tags *tags,
    struct dmarc_record *record)
{
	const char *why = NULL;

	if (tags->times[TAG_P] == 0)
		why = "it has no p tag";
	if (!read_policy(arena, tags, TAG_P, WORD_NONE, &record->p))
		why = "its p tag is not valid";
	if (!read_policy(arena, tags, TAG_SP, record->p, &record->sp))
		why = "its sp tag is not valid";
	if (!read_policy(arena, tags, TAG_NP, record->sp, &record->np))
		why = "its np tag is not valid";
	record->has_sp = tags->times[TAG_SP] > 0;
	record->has_policy = why == NULL || record->rua.count > 0;
	if (why == NULL)
		return;
	record->p = record->sp = record->np = WORD_NONE;
	record->note = arena_printf(arena, "%s: %s", why, record->has_policy ?
	    "taken as p=none" : "it sets no policy");
}

static void
read_record(struct arena *arena, const struct tags *tags,
    struct dmarc_record *record)
{
	const struct str *value = tags->value;

	/* What is not valid leaves the default (section 4.8). */
	record->strict_dkim = str_eqz_nocase(value[TAG_ADKIM], "s");
	record->strict_spf = str_eqz_nocase(value[TAG_ASPF], "s");
	record->test = str_eqz_nocase(value[TAG_T], "y");
	if (str_eqz_nocase(value[TAG_PSD], "y"))
		record->psd = DMARC_YES;
	else if (str_eqz_nocase(value[TAG_PSD], "n"))
		record->psd = DMARC_NO;
	record->rua_text = value[TAG_RUA];
	read_uris(arena, value[TAG_RUA], record, false);
	read_uris(arena, value[TAG_RUF], record, true);
	record->fo = STR("0");
	if (tags->times[TAG_RUF] > 0 && value[TAG_FO].len > 0 &&
	    is_fo(value[TAG_FO]))
		record->fo = value[TAG_FO];
	read_policies(arena, tags, record);
}

bool
dmarc_record_parse(struct arena *arena, struct str text,
    struct dmarc_record *record_out, struct str *reason_out)
{
	struct str rest = text, tag;
	struct tags tags = { 0 };
	unsigned count = 0;

	*record_out = (struct dmarc_record){ .text = text };
	*reason_out = STR_NONE;
	str_next(&rest, ';', &tag);
	if (!is_version(tag)) {
		*reason_out = STR("it does not start with v=DMARC1");
		return false;
	}
	if (text.len > LIMIT_DMARC_RECORD_OCTETS) {
		*reason_out = STR("it is too long");
		return false;
	}
	while (count++ < LIMIT_DMARC_TAGS && str_next(&rest, ';', &tag))
		keep_tag(&tags, tag);
	read_record(arena, &tags, record_out);
	return true;
}
