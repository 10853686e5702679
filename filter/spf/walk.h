/*
 * walk - one evaluation of check_host(), and the rules both engines share
 *
 * The engines differ in who follows a record from term to term.  What a domain
 * publishes, what a term asks for, what counts and what ends the evaluation
 * (RFC 7208 sections 4.3 to 4.6 and 5) is decided here, once.
 *
 * A step that misses an answer says STEP_WAIT: it was asked for, and the
 * engine is run again when it is there.  STEP_END: the verdict is set.
 *
 * Void lookups:	counted by term, at most one each, as section 4.6.4
 *			words it; %{p} and exp= count for nothing.
 */
#ifndef ASSAY_SPF_WALK_H
#define ASSAY_SPF_WALK_H

#include "base/vec.h"
#include "spf/answers.h"
#include "spf/macro.h"
#include "spf/record.h"
#include "spf/spf.h"

enum step { STEP_GO, STEP_NO_MATCH, STEP_WAIT, STEP_END };

/* One record under evaluation. */
struct frame {
	struct frame		*parent;	/* NULL: the first */
	const struct spf_term	*via;		/* the parent's term */
	bool			 first;		/* or redirected to by such */
	struct str		 domain;
	const struct spf_record	*record;
};

/* One term under evaluation. */
struct asking {
	struct frame		*frame;
	const struct spf_term	*term;
	bool			 counts;	/* void lookups do */
	bool			 counted;	/* one was */
};

struct walk {
	struct arena		*arena;
	struct answers		 answers;
	struct macro_values	 values;	/* but domain and validated */
	enum dns_type		 address_type;	/* DNS_A or DNS_AAAA */
	unsigned		 ahead;		/* terms asked for ahead */

	/* Of this run. */
	unsigned		 lookups, void_lookups;
	bool			 ended;
	enum word		 word;
	struct str		 reason, mechanism;
	struct frame		*decided;	/* whose exp= counts */
	VEC(const struct spf_answer *) used;
	VEC(struct spf_trace_line) trace;
	bool			 explaining;
};

/* Start again from the beginning, with what DNS has said so far. */
void walk_rewind(struct walk *walk);

/* Set the verdict. */
enum step walk_end(struct walk *walk, enum word word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Set the verdict to what a term of the first record (or the one it
 * redirected to) says; inner is the term within its includes that matched
 * first, or the term itself.  A NULL term: none matched.
 */
void walk_decide(struct walk *walk, const struct asking *outer,
    const struct asking *inner);
void walk_decide_default(struct walk *walk, struct frame *frame);

/*
 * Sections 4.3 to 4.5: find and read the record of a domain.  No record: the
 * first ends the walk with none, every other with permerror.  Look-ups that
 * the record makes likely are asked for.
 */
enum step walk_open(struct walk *walk, struct str domain,
    struct asking *via, struct frame **frame_out);

/*
 * Ask for what a record's terms need and can still be reached: at most as many
 * terms, over the whole evaluation, as may be counted.
 */
void walk_ask_ahead(struct walk *walk, const struct frame *frame);

/* Note that a term is looked at; the line is for walk_trace_end(). */
size_t walk_trace_begin(struct walk *walk, unsigned depth, struct str domain,
    struct str term);
void walk_trace_end(struct walk *walk, size_t line, const char *outcome);

/* Count a term of section 4.6.4; STEP_GO or STEP_END. */
enum step walk_count(struct walk *walk);

/* The name that a term is about.  STEP_NO_MATCH: RFC 8616 section 4. */
enum step walk_target(struct walk *walk, const struct frame *frame,
    const struct spf_term *term, struct str *name_out);

/*
 * Ask for a term.  STEP_GO: *answer_out is data or void.  STEP_END: an error,
 * or too many void look-ups.
 */
enum step walk_ask(struct walk *walk, struct asking *asking, struct str name,
    enum dns_type type, const struct dns_answer **answer_out);

/* As walk_ask() for the MX hosts of a name: at most 10, else permerror. */
enum step walk_ask_mx(struct walk *walk, struct asking *asking,
    struct str name, const struct dns_answer **answer_out);

/*
 * Sections 5.5 and 7.3: the client's validated name, best the domain itself,
 * then one under it, then (unless only_under) any; empty where there is none.
 */
enum step walk_validated(struct walk *walk, struct asking *asking,
    struct str domain, bool only_under, struct str *name_out);

/* Does an address match the client, by the term's prefix length? */
bool walk_address_matches(const struct walk *walk,
    const struct spf_term *term, const struct ip *address);

/*
 * Section 6.2: the explanation of a walk that has ended, as the domain worded
 * it; empty where there is none or anything about it is wrong.  STEP_WAIT, or
 * else it is done.
 */
enum step walk_explain(struct walk *walk, struct str *text_out);

/* all, ip4 and ip6: what needs no DNS. */
bool walk_net_matches(const struct walk *walk, const struct spf_term *term);

#endif
