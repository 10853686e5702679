/*
 * Does the header keep the form of RFC 5322: fields that come once, a date, no
 * stray octets?  Each fault is a word, so that a policy can weigh it.
 */
#include "base/limits.h"
#include "checks/registry.h"
#include "mail/address.h"
#include "mail/date.h"

/* Section 3.6: fields that come at most once, and those that must come
 * (Message-ID should). */
static const struct {
	struct str	 name;
	const char	*missing, *repeated;
} once[] = {
	{ STR_INIT("Date"), "date_missing", "date_repeated" },
	{ STR_INIT("From"), "from_missing", "from_repeated" },
	{ STR_INIT("Message-ID"), "message_id_missing",
	  "message_id_repeated" },
	{ STR_INIT("Sender"), NULL, "sender_repeated" },
	{ STR_INIT("Reply-To"), NULL, "reply_to_repeated" },
	{ STR_INIT("To"), NULL, "to_repeated" },
	{ STR_INIT("Cc"), NULL, "cc_repeated" },
	{ STR_INIT("Bcc"), NULL, "bcc_repeated" },
	{ STR_INIT("In-Reply-To"), NULL, "in_reply_to_repeated" },
	{ STR_INIT("References"), NULL, "references_repeated" },
	{ STR_INIT("Subject"), NULL, "subject_repeated" },
};

struct faults {
	VEC(struct str)	words;
};

static void
add(struct check_run *run, struct faults *faults, bool there,
    const char *word)
{
	if (there)
		VEC_PUSH(run->arena, &faults->words, str_from(word));
}

static void
count_fields(struct check_run *run, struct faults *faults)
{
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		size_t count = header_count(run->subject->header,
		    once[i].name);

		add(run, faults, count == 0 && once[i].missing != NULL,
		    once[i].missing);
		add(run, faults, count > 1, once[i].repeated);
	}
}

static void
read_author(struct check_run *run, struct faults *faults)
{
	const struct header_field *from = header_find(run->subject->header,
	    STR("From"), 0);
	struct address_list list;

	if (from != NULL && (!address_list_parse(check_scratch(run),
	    from->value, &list) || list.mailboxes.count == 0))
		add(run, faults, true, "from_unreadable");
}

/* How far off the first Date is; in the future it has no age. */
static void
read_date(struct check_run *run, struct faults *faults)
{
	struct fact_set *facts = run->subject->facts;
	const struct header_field *date = header_find(run->subject->header,
	    STR("Date"), 0);
	int64_t then;

	if (date == NULL || !date_read(date->value, &then)) {
		add(run, faults, date != NULL, "date_unreadable");
		facts_none(facts, FACT_ID_DATE_AGE);
		facts_none(facts, FACT_ID_DATE_AHEAD);
		return;
	}
	then = run->subject->now - then;
	facts_number(facts, FACT_ID_DATE_AGE, then > 0 ? (double)then : 0);
	facts_number(facts, FACT_ID_DATE_AHEAD,
	    then < 0 ? (double)-then : 0);
}

struct octets {
	bool	eight_bit, not_utf8, bare_cr, bare_lf, nul, long_line;
};

/* Is the line end at i a fold?  Values have theirs as CRLF. */
static bool
is_fold(struct str value, size_t i)
{
	return i + 2 >= value.len || value.ptr[i + 2] == ' ' ||
	    value.ptr[i + 2] == '\t';
}

static void
look_at_controls(struct str value, size_t used, struct octets *found)
{
	size_t line = used;

	for (size_t i = 0; i < value.len; i++, line++) {
		bool ends;

		if (value.ptr[i] != '\r' && value.ptr[i] != '\0')
			continue;
		found->nul |= value.ptr[i] == '\0';
		ends = i + 1 < value.len && value.ptr[i] == '\r' &&
		    value.ptr[i + 1] == '\n';
		found->bare_cr |= value.ptr[i] == '\r' && !ends;
		if (!ends)
			continue;
		found->bare_lf |= !is_fold(value, i);
		found->long_line |= line > LIMIT_LINE_OCTETS;
		line = 0;
		i++;
	}
	found->long_line |= line > LIMIT_LINE_OCTETS;
}

static void
look_at(const struct header_field *field, struct octets *found)
{
	/* The name and the colon stand on the first line. */
	look_at_controls(field->value, field->name.len + 1, found);
	if (str_is_ascii(field->name) && str_is_ascii(field->value))
		return;
	found->eight_bit = true;
	found->not_utf8 |= !str_is_utf8(field->value) &&
	    memchr(field->value.ptr, '\0', field->value.len) == NULL;
}

/* RFC 6532 allows UTF-8 where the sender has said SMTPUTF8 (RFC 6531). */
static bool
may_be_utf8(const struct check_run *run)
{
	const struct fact *said = facts_get(run->subject->facts,
	    FACT_ID_MAIL_SMTPUTF8);

	return said->state == FACT_SET && said->truth;
}

static void
read_octets(struct check_run *run, struct faults *faults)
{
	const struct header *header = run->subject->header;
	struct octets found = { .nul = false };

	for (size_t i = 0; i < header->fields.count; i++)
		look_at(&header->fields.at[i], &found);
	add(run, faults, found.eight_bit && !may_be_utf8(run), "eight_bit");
	add(run, faults, found.not_utf8, "not_utf8");
	add(run, faults, found.bare_cr, "bare_cr");
	add(run, faults, found.bare_lf, "bare_lf");
	add(run, faults, found.nul, "nul");
	add(run, faults, found.long_line, "long_line");
}

static void
eoh(struct check_run *run)
{
	struct fact_set *facts = run->subject->facts;
	struct faults faults = { 0 };

	/* Past the cap fields are not kept: none may be called missing. */
	if (run->subject->header->cut) {
		check_unknown(run,
		    STR("the header is larger than is looked at"));
		return;
	}
	count_fields(run, &faults);
	read_author(run, &faults);
	read_date(run, &faults);
	read_octets(run, &faults);
	facts_list(facts, FACT_ID_HEADER_FAULTS, faults.words.at,
	    faults.words.count);
	facts_number(facts, FACT_ID_RECEIVED_COUNT, (double)header_count(
	    run->subject->header, STR("Received")));
	check_finish(run);
}

const struct check_ops form_ops = { .eoh = eoh };
