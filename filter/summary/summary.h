/*
 * summary - what the events of a time come to: assay report's figures
 *
 * A summary is a list of sections, a section is some figures and some tables,
 * and a printer knows no more than that: text, JSON, CSV and HTML print what
 * is here without knowing what it is about.  What each figure counts stands in
 * section.about, and beside each key in the section's own file
 * (summary/of_NAME.c).
 *
 * The sections, in their order; keys never change their meaning:
 *
 *	sources		what was read: hosts, clocks that went back, lines
 *			that were cut, events that came twice
 *	volume		messages, recipients and octets; tables "time" (by hour
 *			or day, by verdict) and "week" (weekday by hour)
 *	verdicts	what was done, by the stage that was reached
 *	delivery	what became of it, by the MTA's logs; empty without
 *			them
 *	rules		what each rule of the policy did
 *	spam		by signal ("signals"), by score ("scores")
 *	authentication	"results" of each method, "domains" of authors
 *	forged		our own domains, used by strangers
 *	candidates	senders that fail and look legitimate, with a recipe
 *	clients		who was refused most: "addresses", "networks"
 *	rates		who was over a rate of the policy
 *	backscatter	bounces, and those that answer nothing
 *	tls		how much came over TLS
 *	latency		of messages and checks, and what was waited for
 *	dns		trouble by zone
 *	lists		DNS lists: what they answered, and errors
 *	shadow		what the shadow policy would have done otherwise
 *	signing		our signatures and seals, and why there are none
 *	troubles	what assayd could not do
 *	by		what was asked for with --by; empty without it
 *
 * Ownership:	all of a summary lies in its arena, or is constant.
 * Hostile:	every text of a value, and of a query.
 * Units:	times are microseconds since 1970 (UTC), spans microseconds.
 * Bounded:	a table of names keeps at most LIMIT_SUMMARY_NAMES of them; see
 *		struct summary_rest.
 */
#ifndef ASSAY_SUMMARY_SUMMARY_H
#define ASSAY_SUMMARY_SUMMARY_H

#include <stdio.h>

#include "base/vec.h"
#include "event/feed.h"
#include "maillog/outcome.h"

enum summary_type {
	SUMMARY_TEXT,
	SUMMARY_COUNT,			/* of messages, unless it says else */
	SUMMARY_OCTETS,			/* value.count */
	SUMMARY_SHARE,			/* 0..1, value.number */
	SUMMARY_NUMBER,			/* a score, value.number */
	SUMMARY_SPAN,			/* value.us */
	SUMMARY_TIME			/* value.us */
};

struct summary_value {
	bool		none;		/* there is no such figure */
	union {
		struct str	text;
		uint64_t	count;
		double		number;
		int64_t		us;
	};
};

/*
 * The messages behind a figure, as options of assay log: "--verdict" and
 * "reject"; or, for what the logs of the MTA say, of assay outcomes, where the
 * times are those of tries.  count 0: there is no command that lists them,
 * unless a time or all says so.
 */
enum { SUMMARY_QUERY_MAX = 6 };

struct summary_query {
	struct { const char *option; struct str value; }
			at[SUMMARY_QUERY_MAX];
	size_t		count;
	bool		all;			/* whatever it is */
	bool		outcomes;		/* of assay outcomes */
	int64_t		since_us, until_us;	/* 0: the summary's own */
	uint64_t	lists;			/* so many lines */
};

/* A figure by itself. */
struct summary_figure {
	const char		*key;	/* "messages": of JSON and CSV */
	const char		*title;	/* "messages in all": for people */
	enum summary_type	 type;
	struct summary_value	 value;
	struct summary_query	 query;
};

/* What a table is, so that it can be drawn. */
enum summary_shape {
	SUMMARY_LIST,			/* names and figures, best first */
	SUMMARY_SERIES,			/* the first column is a time, the
					 * others are stacked counts; a row
					 * without events is left out */
	SUMMARY_RATES,			/* the first column is a time, the next
					 * a count, the others shares of it */
	SUMMARY_HISTOGRAM,		/* the first column is the lower end of
					 * a class, the others stacked counts */
	SUMMARY_HEAT,			/* the first column is a weekday, then
					 * 24 hours */
	SUMMARY_PERCENTILES		/* a name, a count, then spans */
};

struct summary_column {
	const char		*key, *title;
	enum summary_type	 type;
	const char		*action; /* "reject": the counts are of this
					 * verdict; or NULL */
};

struct summary_row {
	struct summary_value	*values;	/* one a column */
	struct summary_query	 query;
};

/* What a table of names does not show. */
struct summary_rest {
	uint64_t	rows;		/* names that were kept, not shown */
	uint64_t	count;		/* what all names that are not shown
					 * come to in the column that the rows
					 * are sorted by */
	uint64_t	error;		/* each count can be too small by this,
					 * and a name with no more than this
					 * can be missing: too many names */
};

struct summary_table {
	const char			*key, *title;
	enum summary_shape		 shape;
	const struct summary_column	*columns;
	size_t				 column_count;
	VEC(struct summary_row)		 rows;
	size_t				 sorted_by;	/* column, of a LIST */
	struct summary_rest		 rest;
	int64_t				 step_us;	/* of a SERIES and
							 * of RATES */
	/* The same: rows that are drawn, the first and the last.  Those before
	 * and after them are too far away. */
	int64_t				 from_us, to_us; /* 0: all of them */
};

struct summary_section {
	const char			*key, *title;
	const char			*about;	/* what is counted, a sentence
						 * or two */
	VEC(struct summary_figure)	 figures;
	VEC(struct summary_table)	 tables; /* those without rows are not
						  * there */
	VEC(struct str)			 notes;	/* what is to be said beside */
};

/* What --by groups by. */
enum summary_by {
	SUMMARY_BY_NOTHING, SUMMARY_BY_FROM_DOMAIN, SUMMARY_BY_CLIENT_NET,
	SUMMARY_BY_RULE, SUMMARY_BY_LISTENER, SUMMARY_BY_HOST,
	SUMMARY_BY_DKIM_DOMAIN, SUMMARY_BY_COUNT
};

/* Of "from.domain"; SUMMARY_BY_COUNT for what is none. */
enum summary_by summary_by_find(struct str name);

struct summary_options {
	struct event_logs	 logs;		/* until_us 0: no end */
	bool			 named;		/* commands name the paths, */
	const char		*config;	/* and this; or NULL */
	enum summary_by		 by;
	size_t			 top;		/* rows of a LIST */
	const struct str	*own;		/* domains of ours, what is
						 * below them too */
	size_t			 own_count;
	size_t			 own_named;	/* first ones, in commands */
	double			 spam_score;	/* from here on it is spam */
	/* Logs of the MTA, NULL-terminated, as of maillog/read.h; or NULL. */
	const char *const	*mail_logs;
	int64_t			 now_us, mail_log_year;
	size_t			 mail_log_show;
	/* Each outcome that is counted; or NULL. */
	outcome_fn		*outcome;
	void			*outcome_ctx;
};

struct summary {
	struct arena		*arena;
	int64_t			 since_us, until_us;	/* asked; 0: open */
	int64_t			 first_us, last_us;	/* of events; 0: none */
	uint64_t		 events;		/* each once */
	uint64_t		 twice;		/* left out: they came before */
	bool			 ids_full;	/* ... not all of them */
	struct event_feed_count	 feed;
	const char *const	*sources;	/* in commands; or NULL */
	const char		*config;	/* the same */
	const char *const	*mail_logs;	/* the same */
	int64_t			 mail_log_year;
	bool			 joined;	/* events say what counts */
	const struct str	*own;		/* the same, own_count */
	size_t			 own_count;
	size_t			 section_count;
	struct summary_section	*sections;	/* all of the list above */
};

/*
 * Events are collected, and at any time it can be told what they come to so
 * far; the options live as long.  A summary's texts are in its arena, but for
 * those of the options.
 */
struct summary_collect;

struct summary_collect *summary_new(const struct summary_options *options,
    struct arena *arena);
/* All events of the options' paths. */
void summary_read(struct summary_collect *collect);
/* One line more; false: it is no event of that time. */
bool summary_line(struct summary_collect *collect, struct str line);
void summary_tell(const struct summary_collect *collect, struct arena *arena,
    struct summary *summary_out);
void summary_free(struct summary_collect *collect);

/* A SERIES of counts, or RATES, by day; as it is where it is no such table. */
struct summary_table summary_by_day(const struct summary_table *table,
    struct arena *arena);

/* Rows of a SERIES or of RATES that are not drawn, and what they come to. */
bool summary_is_drawn(const struct summary_table *table,
    const struct summary_row *row);
uint64_t summary_outside(const struct summary_table *table);

/* A section has nothing to tell: no figure but zeros, no table, no note. */
bool summary_is_empty(const struct summary_section *section);

bool summary_has_query(const struct summary_query *query);
/* "assay log --since ... --verdict reject" or "assay outcomes --list ...",
 * quoted for a shell; empty: no command lists that.  In the arena. */
struct str summary_command(const struct summary *summary,
    const struct summary_query *query, struct arena *arena);

/*
 * A value as people read it: "12,345", "87.5 %", "1.2 s", "2026-11-22 10:00";
 * "-" for none.  In the arena.  A text stays hostile.
 */
struct str summary_value_text(enum summary_type type,
    const struct summary_value *value, struct arena *arena);

/* Printers.  Names of sections in only (NULL-terminated), or NULL for all. */
struct summary_print {
	const char *const	*only;
	bool			 commands;	/* text: what lists messages */
	bool			 without_events; /* text: none were read */
	bool			 brief;	/* mail: rows have no commands */
	bool			 colour;
	unsigned		 width;		/* of a line; at least 80 */
};

bool summary_is_wanted(const struct summary_print *how,
    const struct summary_section *section);
/* Is there such a section? */
bool summary_has_section(struct str key);

void summary_print_text(FILE *out, const struct summary *summary,
    const struct summary_print *how);
/* One line. */
void summary_print_json(FILE *out, const struct summary *summary,
    const struct summary_print *how);
/* section,table,row,column,value (RFC 4180). */
void summary_print_csv(FILE *out, const struct summary *summary,
    const struct summary_print *how);

#endif
