/*
 * section - one part of a summary, as it is collected
 *
 * A section is a row of section_table (sections.c) and a file, of_NAME.c.  It
 * keeps a state of its own, zeroed at first, of which there is one for each
 * batch of events and one for all together:
 *
 *	begin	(the batch's, or the whole) make tallies ready
 *	event	count one event, in the order of the log
 *	source	another file or store begins (the whole; between merges)
 *	merge	add a batch to the whole, in the order of the log
 *	finish	all that summary_read() reads has been merged
 *	end	the figures; may be called again after more merges
 *	drop	free what begin and event took
 *
 * To add one: a file, a row, a line in summary.h and in the Makefile.
 *
 * Threads:	event runs on any, one at a time for a state.
 */
#ifndef ASSAY_SUMMARY_SECTION_H
#define ASSAY_SUMMARY_SECTION_H

#include "base/limits.h"
#include "summary/ask.h"
#include "base/tally.h"

/* What was done, and in which column of a table by verdict it stands. */
enum verdict {
	VERDICT_ACCEPT, VERDICT_BYPASS, VERDICT_QUARANTINE, VERDICT_DISCARD,
	VERDICT_TEMPFAIL, VERDICT_REJECT, VERDICT_COUNT
};

/* Six columns, in the order of enum verdict. */
#define VERDICT_COLUMNS							\
	{ "accept", "accepted", SUMMARY_COUNT, "accept" },		\
	{ "bypass", "bypassed", SUMMARY_COUNT, "bypass" },		\
	{ "quarantine", "held", SUMMARY_COUNT, "quarantine" },		\
	{ "discard", "discarded", SUMMARY_COUNT, "discard" },		\
	{ "tempfail", "put off", SUMMARY_COUNT, "tempfail" },		\
	{ "reject", "rejected", SUMMARY_COUNT, "reject" }

/* An event, and what several sections want to know of it. */
struct seen {
	const struct event_record	*record;
	const struct fact_set		*facts;
	const struct summary_options	*options;
	struct arena			*arena;		/* until the next one */
	enum verdict	 verdict;	/* what was done */
	bool		 is_message;	/* it reached its end */
	bool		 is_ours;	/* of a login or a host of ours */
	bool		 is_bounce;	/* an empty envelope sender */
	bool		 is_spam;	/* see summary/of_spam.c */
	bool		 is_refused;	/* reject, tempfail or discard, or each
					 * recipient was refused by a rule */
	struct str	 client, net;	/* as texts; empty: not known */
	struct str	 author, sender;	/* domains; empty: none */
	struct str	 rule;		/* that decided, "FILE:LINE" */
};

struct section {
	const char	*key, *title, *about;
	size_t		 size;		/* of its state */
	unsigned	 parts;		/* of the event, enum event_part */
	const enum fact_id *facts;	/* up to FACT_COUNT; or NULL */
	void		(*begin)(void *state,
			    const struct summary_options *options);
	void		(*event)(void *state, const struct seen *seen);
	void		(*source)(void *state);			/* or NULL */
	void		(*merge)(void *state, const void *part);
	void		(*finish)(void *state);			/* or NULL */
	void		(*end)(const void *state,
			    const struct summary *summary,
			    const struct summary_options *options,
			    struct summary_section *out);
	void		(*drop)(void *state);			/* or NULL */
};

enum { SUMMARY_SECTIONS_MAX = 32 };

extern const struct section *const section_table[];
extern const size_t section_count;

extern const struct section section_sources, section_volume,
    section_verdicts, section_delivery, section_rules, section_spam,
    section_authentication,
    section_forged, section_candidates, section_clients, section_rates,
    section_backscatter, section_tls, section_latency, section_dns,
    section_lists, section_shadow, section_signing, section_troubles,
    section_by;

/* ---- seen.c ---- */

/* Facts that seen_make() needs, up to FACT_COUNT. */
extern const enum fact_id seen_facts[];
void seen_make(struct seen *seen, const struct event_record *record,
    const struct summary_options *options, struct arena *arena);

const char *verdict_name(enum verdict verdict);
enum verdict verdict_of(enum action action);
/* A fact's text, word or true; STR_NONE, WORD_COUNT, false: not set. */
struct str seen_text(const struct seen *seen, enum fact_id id);
enum word seen_word(const struct seen *seen, enum fact_id id);
bool seen_true(const struct seen *seen, enum fact_id id);
/* It has a value, other than none. */
bool seen_has(const struct seen *seen, enum fact_id id);
/* One of ours, or below one. */
bool seen_is_own(const struct summary_options *options, struct str domain);
struct str seen_place(struct arena *arena, const struct event_place *place);

/* Names that an event was counted for.  False: this one is there. */
struct once {
	VEC(struct str)	list;
};
bool seen_once(struct arena *arena, struct once *names, struct str name);

enum { SUMMARY_DAYS = 7 };
extern const char *const summary_days[SUMMARY_DAYS];	/* "Mon" */

/*
 * ---- what sections know of questions (ask.h) ----
 *
 * holds: true of just those events that the section counts in that row; is:
 * of those that it counts in that figure.
 */
typedef bool section_holds(const struct ask *ask, const struct seen *seen);
typedef bool section_is(const struct seen *seen);

section_holds of_volume_holds, of_spam_holds, of_candidates_holds,
    of_rates_holds, of_backscatter_holds, of_latency_holds, of_dns_holds,
    of_lists_holds, of_shadow_holds, of_signing_holds, of_troubles_holds;
section_is of_clients_is_at_all, of_clients_is_partly,
    of_backscatter_is_backscatter, of_dns_is_asked, of_dns_is_trouble,
    of_lists_is_asked, of_lists_is_error, of_forged_is_author,
    of_forged_is_sender, of_rates_is_over, of_signing_is_sealed,
    of_signing_is_signed, of_signing_is_unsigned, of_shadow_is_other,
    of_shadow_is_a_little, of_shadow_is_there, of_troubles_is_any;
bool of_backscatter_is_tag(struct str text, uint64_t *tag_out);
bool of_candidates_has_kind(struct str kind);
bool of_lists_is_list(struct str function);

/* ---- builder.c: what end() puts together ---- */

struct builder {
	struct arena		*arena;
	struct summary_section	*section;
	struct summary_table	*table;		/* the newest one */
	enum builder_list {
		BUILDER_LOG,			/* asks are of assay log */
		BUILDER_OUTCOMES,		/* of assay outcomes */
		BUILDER_NOTHING			/* are left out */
	}			 list;
};

struct builder builder_of(const struct summary *summary,
    struct summary_section *section);
void builder_count(struct builder *builder, const char *key, const char *title,
    uint64_t count);
void builder_octets(struct builder *builder, const char *key, const char *title,
    uint64_t octets);
/* None where of is 0. */
void builder_share(struct builder *builder, const char *key, const char *title,
    uint64_t part, uint64_t of);
void builder_time(struct builder *builder, const char *key, const char *title,
    int64_t us);
void builder_note(struct builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Of the newest figure: the option of assay log or outcomes, by builder.list,
 * and copied value; a NULL option is all events. */
void builder_asks(struct builder *builder, const char *option,
    struct str value);
/* Of the newest figure: so many messages are listed; those of a count, and of
 * the part of a share, are known without it. */
void builder_lists(struct builder *builder, uint64_t messages);

#define COLUMNS_OF(columns)	columns, sizeof(columns) / sizeof((columns)[0])

void builder_table(struct builder *builder, const char *key, const char *title,
    enum summary_shape shape, const struct summary_column *columns,
    size_t count);
/* A row of the newest table: its values are set with the next ones. */
struct summary_row *builder_row(struct builder *builder);
void row_text(struct builder *builder, struct summary_row *row, size_t column,
    struct str text);
void row_count(struct summary_row *row, size_t column, uint64_t count);
void row_share(struct summary_row *row, size_t column, uint64_t part,
    uint64_t of);
void row_asks(struct builder *builder, struct summary_row *row,
    const char *option, struct str value);
/* So many messages are listed; those of builder_top() are counts[0], and those
 * of hours are known without it. */
void row_lists(struct summary_row *row, uint64_t messages);
/* The times of all rows of the newest table are those of its list. */
void builder_rows_time(struct builder *builder);
/* Each row of the newest table asks for this, too. */
void builder_rows_ask(struct builder *builder, const char *option,
    struct str value);

/*
 * The best rows of a tally, at most top and none whose first count is 0; fill()
 * sets the values.  What is not shown goes to the table's rest.
 */
typedef void builder_fill(struct builder *builder, struct summary_row *row,
    const struct tally_row *from);

void builder_top(struct builder *builder, const struct tally *tally, size_t top,
    builder_fill *fill);
/* Of those rows alone; the others are in no rest. */
typedef bool builder_which(const void *ctx, const struct tally_row *row);
void builder_top_of(struct builder *builder, const struct tally *tally,
    size_t top, builder_which *which, const void *ctx, builder_fill *fill);

/* ---- hours.c: counts in time ---- */

struct hours {
	struct tally	tally;		/* the sum first, then the columns */
};

void hours_init(struct hours *hours, unsigned columns);
void hours_add(struct hours *hours, int64_t time_us, unsigned column);
/* One event in any of the columns. */
void hours_add_each(struct hours *hours, int64_t time_us,
    const bool *columns, unsigned count);
void hours_merge(struct hours *hours, const struct hours *from);
void hours_fini(struct hours *hours);
/* A SERIES by hour, or by day where there are more than LIMIT_SUMMARY_STEPS
 * hours between the first and the last, but for a few that are far away;
 * columns: the time, and the others. */
void hours_table(struct builder *builder, const struct hours *hours,
    const char *key, const char *title, const struct summary_column *columns,
    size_t count);
/* RATES: the time, how many events, and what share of them was in each
 * column. */
void hours_rates(struct builder *builder, const struct hours *hours,
    const char *key, const char *title, const struct summary_column *columns,
    size_t count);

#endif
