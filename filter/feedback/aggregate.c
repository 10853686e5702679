#include "feedback/aggregate.h"

#include <expat.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/ensure.h"
#include "base/limits.h"

enum element_id {
	NOTHING, FEEDBACK, METADATA, DATE_RANGE, POLICY, RECORD, ROW, EVALUATED,
	REASON, IDENTIFIERS, RESULTS, DKIM, SPF, LEAF
};

enum place { IN_META, IN_RECORD, IN_REASON, IN_AUTH };

struct element {
	const char	*name;
	enum element_id	 parent, id;
	enum place	 place;		/* of a LEAF: what holds its text */
	size_t		 at;		/* and where in it */
};

#define META(field)	LEAF, IN_META, offsetof(struct aggregate_meta, field)
#define RECORD_(field)	LEAF, IN_RECORD, \
			    offsetof(struct aggregate_record, field)
#define REASON_(field)	LEAF, IN_REASON, \
			    offsetof(struct aggregate_reason, field)
#define AUTH(field)	LEAF, IN_AUTH, offsetof(struct aggregate_auth, field)
#define GROUP(id)	id, IN_META, 0

/* RFC 9990 section 3.1.1; what else there may be is passed over. */
static const struct element elements[] = {
	{ "feedback", NOTHING, GROUP(FEEDBACK) },
	{ "version", FEEDBACK, META(version) },
	{ "report_metadata", FEEDBACK, GROUP(METADATA) },
	{ "org_name", METADATA, META(org_name) },
	{ "email", METADATA, META(email) },
	{ "report_id", METADATA, META(report_id) },
	{ "error", METADATA, META(error) },
	{ "generator", METADATA, META(generator) },
	{ "date_range", METADATA, GROUP(DATE_RANGE) },
	{ "begin", DATE_RANGE, META(begin_text) },
	{ "end", DATE_RANGE, META(end_text) },
	{ "policy_published", FEEDBACK, GROUP(POLICY) },
	{ "domain", POLICY, META(domain) },
	{ "p", POLICY, META(p) }, { "sp", POLICY, META(sp) },
	{ "np", POLICY, META(np) },
	{ "adkim", POLICY, META(adkim) }, { "aspf", POLICY, META(aspf) },
	{ "fo", POLICY, META(fo) }, { "testing", POLICY, META(testing) },
	{ "discovery_method", POLICY, META(discovery_method) },
	{ "record", FEEDBACK, GROUP(RECORD) },
	{ "row", RECORD, GROUP(ROW) },
	{ "source_ip", ROW, RECORD_(source_ip) },
	{ "count", ROW, RECORD_(count_text) },
	{ "policy_evaluated", ROW, GROUP(EVALUATED) },
	{ "disposition", EVALUATED, RECORD_(disposition) },
	{ "dkim", EVALUATED, RECORD_(dkim_text) },
	{ "spf", EVALUATED, RECORD_(spf_text) },
	{ "reason", EVALUATED, GROUP(REASON) },
	{ "type", REASON, REASON_(type) },
	{ "comment", REASON, REASON_(comment) },
	{ "identifiers", RECORD, GROUP(IDENTIFIERS) },
	{ "header_from", IDENTIFIERS, RECORD_(header_from) },
	{ "envelope_from", IDENTIFIERS, RECORD_(envelope_from) },
	{ "envelope_to", IDENTIFIERS, RECORD_(envelope_to) },
	{ "auth_results", RECORD, GROUP(RESULTS) },
	{ "dkim", RESULTS, GROUP(DKIM) }, { "spf", RESULTS, GROUP(SPF) },
	{ "domain", DKIM, AUTH(domain) }, { "selector", DKIM, AUTH(selector) },
	{ "result", DKIM, AUTH(result) },
	{ "domain", SPF, AUTH(domain) }, { "scope", SPF, AUTH(scope) },
	{ "result", SPF, AUTH(result) },
};

enum { ELEMENT_COUNT = sizeof(elements) / sizeof(elements[0]) };

static const char *const action_names[AGGREGATE_ACTIONS] = {
	[AGGREGATE_NONE] = "none", [AGGREGATE_QUARANTINE] = "quarantine",
	[AGGREGATE_REJECT] = "reject",
};

struct aggregate_reader {
	XML_Parser			 parser;
	const struct aggregate_handler	*handler;
	void				*ctx;
	struct arena			*arena;		/* of the metadata */
	struct arena			*record_arena;
	struct aggregate_meta		 meta;
	struct aggregate_record		 record;
	/* NULL: passed over, as all that is in it. */
	const struct element	*open[LIMIT_AGGREGATE_DEPTH];
	size_t			 depth;
	uint64_t		 records;
	struct str		 space;		/* the root's namespace */
	struct buf		 text;		/* of the innermost element */
	bool			 stopped;	/* by us */
	char			 why[160];
};

const char *
aggregate_action_name(enum aggregate_action action)
{
	return action_names[action];
}

const char *
aggregate_reader_why(const struct aggregate_reader *reader)
{
	return reader->why[0] == '\0' ? NULL : reader->why;
}

static void
stop(struct aggregate_reader *reader, const char *why)
{
	if (reader->stopped)
		return;
	reader->stopped = true;
	snprintf(reader->why, sizeof(reader->why), "%s", why);
	XML_StopParser(reader->parser, XML_FALSE);
}

/* ---- records ---- */

static enum aggregate_action
action_from(struct str text)
{
	for (int i = 0; i < AGGREGATE_ACTIONS; i++)
		if (str_eqz_nocase(text, action_names[i]))
			return (enum aggregate_action)i;
	return AGGREGATE_NONE;
}

static int64_t
time_from(struct str text)
{
	uint64_t value = 0;

	return str_to_uint(text, INT32_MAX * (uint64_t)4, &value) ?
	    (int64_t)value : 0;
}

/* Before the first record: who reports to whom must be known. */
static bool
begin_records(struct aggregate_reader *reader)
{
	struct aggregate_meta *meta = &reader->meta;

	meta->begin = time_from(meta->begin_text);
	meta->end = time_from(meta->end_text);
	if (meta->domain.len == 0 || meta->report_id.len == 0) {
		stop(reader, "a record stands before the report's metadata "
		    "and policy, or they lack report_id or domain");
		return false;
	}
	if (!reader->handler->report(reader->ctx, meta))
		stop(reader, "");
	return !reader->stopped;
}

static void
end_record(struct aggregate_reader *reader)
{
	struct aggregate_record *record = &reader->record;

	if (reader->records == 0 && !begin_records(reader))
		return;
	if (++reader->records > LIMIT_AGGREGATE_RECORDS) {
		stop(reader, "it has too many records");
		return;
	}
	if (!ip_parse(record->source_ip, &record->ip) ||
	    !str_to_uint(record->count_text, UINT32_MAX, &record->count)) {
		stop(reader, "a record has no source_ip or count that can be "
		    "read");
		return;
	}
	record->action = action_from(record->disposition);
	record->dkim = str_eqz_nocase(record->dkim_text, "pass");
	record->spf = str_eqz_nocase(record->spf_text, "pass");
	reader->handler->record(reader->ctx, &reader->meta, record);
}

/* ---- elements ---- */

static const struct element *
find(enum element_id parent, struct str name)
{
	for (int i = 0; i < ELEMENT_COUNT; i++)
		if (elements[i].parent == parent &&
		    str_eqz(name, elements[i].name))
			return &elements[i];
	return NULL;
}

static const struct element *
innermost(const struct aggregate_reader *reader)
{
	return reader->depth == 0 ? NULL : reader->open[reader->depth - 1];
}

/* A namespace stands before the name and a '|'. */
static struct str
local_name(struct str name, struct str *space_out)
{
	size_t bar = str_rchr(name, '|');

	*space_out = bar == name.len ? STR_NONE : str_slice(name, 0, bar);
	return bar == name.len ? name : str_skip(name, bar + 1);
}

/* The root's namespace is the report's; the rest are extensions. */
static const struct element *
element_of(struct aggregate_reader *reader, const char *name)
{
	const struct element *parent = innermost(reader);
	struct str space, local = local_name(str_from(name), &space);

	if (reader->depth == 0) {
		reader->space = arena_copy(reader->arena, space);
		return find(NOTHING, local);
	}
	return parent == NULL || !str_eq(space, reader->space) ? NULL :
	    find(parent->id, local);
}

static void
empty_text(struct aggregate_reader *reader)
{
	reader->text.len = 0;
	reader->text.full = false;
}

static void
begin_group(struct aggregate_reader *reader, enum element_id id)
{
	struct aggregate_record *record = &reader->record;
	struct arena *arena = reader->record_arena;

	if (id == RECORD) {
		arena_reset(arena);
		memset(record, 0, sizeof(*record));
	} else if (id == REASON && record->reasons.count <
	    LIMIT_AGGREGATE_RESULTS) {
		VEC_PUSH(arena, &record->reasons,
		    (struct aggregate_reason){ .type = STR_NONE });
	} else if (id == DKIM && record->dkim_results.count <
	    LIMIT_AGGREGATE_RESULTS) {
		VEC_PUSH(arena, &record->dkim_results,
		    (struct aggregate_auth){ .domain = STR_NONE });
	} else if (id == SPF && record->spf_results.count <
	    LIMIT_AGGREGATE_RESULTS) {
		VEC_PUSH(arena, &record->spf_results,
		    (struct aggregate_auth){ .domain = STR_NONE });
	}
}

static void XMLCALL
on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct aggregate_reader *reader = ctx;
	const struct element *element;

	(void)attributes;
	if (reader->stopped)
		return;
	if (reader->depth == LIMIT_AGGREGATE_DEPTH) {
		stop(reader, "its elements are nested too deeply");
		return;
	}
	element = element_of(reader, name);
	if (reader->depth == 0 && element == NULL) {
		stop(reader, "it is no DMARC aggregate report");
		return;
	}
	reader->open[reader->depth++] = element;
	empty_text(reader);
	if (element != NULL)
		begin_group(reader, element->id);
}

/* What holds a leaf's text: the newest of its kind; NULL: past the cap. */
static char *
holder(struct aggregate_reader *reader, const struct element *leaf)
{
	struct aggregate_record *record = &reader->record;

	switch (leaf->place) {
	case IN_META:
		return (char *)&reader->meta;
	case IN_RECORD:
		return (char *)record;
	case IN_REASON:
		return record->reasons.count == 0 ? NULL :
		    (char *)&record->reasons.at[record->reasons.count - 1];
	case IN_AUTH:
		break;
	}
	if (leaf->parent == DKIM)
		return record->dkim_results.count == 0 ? NULL : (char *)
		    &record->dkim_results.at[record->dkim_results.count - 1];
	return record->spf_results.count == 0 ? NULL :
	    (char *)&record->spf_results.at[record->spf_results.count - 1];
}

/* The first of its name counts. */
static void
end_leaf(struct aggregate_reader *reader, const struct element *leaf)
{
	char *base = holder(reader, leaf);
	struct str *field;

	if (base == NULL)
		return;
	field = (struct str *)(void *)(base + leaf->at);
	if (field->len == 0)
		*field = arena_copy(leaf->place == IN_META ? reader->arena :
		    reader->record_arena, str_trim(buf_str(&reader->text)));
}

static void XMLCALL
on_end(void *ctx, const XML_Char *name)
{
	struct aggregate_reader *reader = ctx;
	const struct element *element;

	(void)name;
	if (reader->stopped)
		return;
	element = reader->open[--reader->depth];
	if (element != NULL && element->id == LEAF)
		end_leaf(reader, element);
	else if (element != NULL && element->id == RECORD)
		end_record(reader);
	empty_text(reader);
}

static void XMLCALL
on_text(void *ctx, const XML_Char *text, int len)
{
	struct aggregate_reader *reader = ctx;
	const struct element *element = innermost(reader);

	if (!reader->stopped && element != NULL && element->id == LEAF)
		buf_add(&reader->text, str_make(text, (size_t)len));
}

static void XMLCALL
on_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal_subset)
{
	(void)name, (void)system_id, (void)public_id;
	(void)has_internal_subset;
	stop(ctx, "it has a document type declaration, which no report has");
}

/* ---- the reader ---- */

struct aggregate_reader *
aggregate_reader_new(const struct aggregate_handler *handler, void *ctx)
{
	struct aggregate_reader *reader = xcalloc(1, sizeof(*reader));

	reader->parser = XML_ParserCreateNS(NULL, '|');
	ensure(reader->parser != NULL);
	reader->handler = handler;
	reader->ctx = ctx;
	reader->arena = arena_new();
	reader->record_arena = arena_new();
	buf_init(&reader->text, reader->arena, LIMIT_AGGREGATE_TEXT_OCTETS);
	XML_SetUserData(reader->parser, reader);
	XML_SetElementHandler(reader->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reader->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
	return reader;
}

void
aggregate_reader_free(struct aggregate_reader *reader)
{
	if (reader == NULL)
		return;
	XML_ParserFree(reader->parser);
	arena_free(reader->record_arena);
	arena_free(reader->arena);
	free(reader);
}

static bool
parse(struct aggregate_reader *reader, struct str piece, bool final)
{
	if (reader->stopped)
		return false;
	if (XML_Parse(reader->parser, piece.ptr, (int)piece.len, final) ==
	    XML_STATUS_OK)
		return true;
	if (!reader->stopped) {
		reader->stopped = true;
		snprintf(reader->why, sizeof(reader->why), "line %lu: %s",
		    XML_GetCurrentLineNumber(reader->parser),
		    XML_ErrorString(XML_GetErrorCode(reader->parser)));
	}
	return false;
}

bool
aggregate_reader_feed(struct aggregate_reader *reader, struct str piece)
{
	while (piece.len > 0) {
		struct str part = str_slice(piece, 0, LIMIT_AGGREGATE_PIECE);

		if (!parse(reader, part, false))
			return false;
		piece = str_skip(piece, part.len);
	}
	return !reader->stopped;
}

bool
aggregate_reader_end(struct aggregate_reader *reader)
{
	if (!parse(reader, STR(""), true))
		return false;
	if (reader->records == 0)
		stop(reader, "it has no record");
	else
		reader->handler->end(reader->ctx, &reader->meta);
	return !reader->stopped;
}
