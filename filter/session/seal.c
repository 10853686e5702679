#include "session/seal.h"

#include "action/edit.h"
#include "arc/arc.h"
#include "arc/seal.h"
#include "base/limits.h"
#include "base/pattern.h"
#include "dkim/digest.h"
#include "mail/fold.h"
#include "session/connection.h"

static const struct seal_options *
options_of(const struct connection *conn)
{
	return &conn->engine->options.seal;
}

/* ---- what is to be sealed ---- */

/* Of a host that speaks to us itself: what a relay tells of is elsewhere. */
static bool
is_list_manager(const struct connection *conn)
{
	const struct seal_options *options = options_of(conn);

	for (size_t i = 0; i < options->network_count; i++)
		if (ipnet_contains(&options->networks[i],
		    &conn->peer.ip))
			return true;
	return false;
}

static bool
leaves_again(const struct connection *conn)
{
	const struct seal_options *options = options_of(conn);
	const struct message *message = &conn->message;

	for (size_t i = 0; i < message->rcpts.count; i++) {
		const struct recipient *rcpt = &message->rcpts.at[i];

		if (rcpt->action == ACTION_CONTINUE &&
		    (options->recipient_count == 0 ||
		    pattern_any(options->recipients,
		    options->recipient_count, rcpt->bare.len > 0 ?
		    rcpt->bare : rcpt->address)))
			return true;
	}
	return false;
}

static bool
is_fold(struct str text)
{
	return text.len > 2 && text.ptr[0] == '\r' && text.ptr[1] == '\n' &&
	    (text.ptr[2] == ' ' || text.ptr[2] == '\t');
}

/* Folds apart, nothing of ours has a control character. */
static bool
is_clean(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (is_fold(str_skip(value, i)))
			i += 2;
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* The topmost field with our id, if there is nothing wrong with it. */
static void
find_kept(struct connection *conn)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct str id = conn->engine->options.authserv_id;
	struct sealing *sealing = conn->message.sealing;
	const struct header *header = &conn->message.header;
	size_t i = 0;

	while (i < header->fields.count &&
	    !(header_is_named(&header->fields.at[i],
	    STR("Authentication-Results")) &&
	    authres_claims(header->fields.at[i].value, id)))
		i++;
	if (i < header->fields.count &&
	    is_clean(header->fields.at[i].value) &&
	    authres_parse(arena, header->fields.at[i].value,
	    &sealing->kept_results) &&
	    str_eq_nocase(sealing->kept_results.id, id))
		sealing->kept = &header->fields.at[i];
}

static struct str
objection(struct connection *conn)
{
	const struct fact *user = facts_get(&conn->facts, FACT_ID_AUTH_USER);
	const struct fact *ours = facts_get(&conn->facts,
	    FACT_ID_CLIENT_OURS);

	if (conn->message.header.cut)
		return STR("the header is larger than is looked at");
	if (user->state == FACT_SET)
		return STR("a user of ours sends it");
	if (is_list_manager(conn)) {
		find_kept(conn);
		return conn->message.sealing->kept != NULL ? STR_NONE :
		    STR("our list manager sent it without a stamp of ours");
	}
	if (ours->state == FACT_SET && ours->truth)
		return STR("a host of ours sends it");
	return leaves_again(conn) ? STR_NONE :
	    STR("no recipient is in arc_seal_recipients");
}

void
seal_begin(struct connection *conn)
{
	struct sealing *sealing;

	if (options_of(conn)->key == NULL)
		return;
	sealing = arena_alloc(conn->arena[SCOPE_MESSAGE], sizeof(*sealing));
	conn->message.sealing = sealing;
	sealing->why_not = objection(conn);
	if (sealing->why_not.len == 0)
		sealing->body = dkim_bodies_add(conn->subject.bodies,
		    DKIM_FORM_RELAXED, UINT64_MAX);
}

void
seal_remove_forged(struct connection *conn)
{
	const struct arc_results *chain = conn->subject.chain;

	if (chain != NULL && chain->word != WORD_PASS && !chain->seals_pass)
		edit_remove_forged_arc(conn->arena[SCOPE_MESSAGE],
		    &conn->message.edits, &conn->message.header,
		    conn->engine->options.authserv_id);
}

/* ---- the set ---- */

static enum word
kept_status(struct arena *arena, const struct authres *results)
{
	enum word word;

	for (size_t i = 0; i < results->results.count; i++)
		if (str_eqz_nocase(results->results.at[i].method, "arc") &&
		    word_find(RESULT_WORDS, arena_lower(arena,
		    results->results.at[i].result), &word))
			return word;
	return WORD_NONE;
}

/* WORD_TEMPERROR: nobody knows. */
static enum word
chain_status(struct connection *conn)
{
	const struct sealing *sealing = conn->message.sealing;
	const struct arc_results *chain = conn->subject.chain;

	if (chain == NULL)
		return WORD_TEMPERROR;
	if (chain->word == WORD_FAIL && chain->seals_pass &&
	    sealing->kept != NULL &&
	    kept_status(conn->arena[SCOPE_MESSAGE],
	    &sealing->kept_results) == WORD_PASS)
		return WORD_PASS;
	return chain->word;
}

/* Our stamp as it is, or as it came back, in lines of our own. */
static struct str
results_text(struct connection *conn)
{
	const struct header_field *kept = conn->message.sealing->kept;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct fold fold;
	struct buf out;

	if (kept == NULL)
		return conn->message.field;
	buf_init(&out, arena, SIZE_MAX);
	fold_init(&fold, &out, sizeof("ARC-Authentication-Results: i=50; ") -
	    1, LIMIT_FIELD_LINE);
	fold_text(&fold, header_unfold(arena, kept->value));
	return buf_str(&out);
}

/* The seal on top: so the results go in first. */
static void
insert(struct connection *conn, const struct header_field *fields)
{
	for (int kind = 0; kind < ARC_KINDS; kind++)
		VEC_PUSH(conn->arena[SCOPE_MESSAGE],
		    &conn->message.edits.list, (struct edit){
		    .kind = EDIT_INSERT, .name = fields[kind].name,
		    .value = str_trim(fields[kind].value) });
}

static struct str
make_set(struct connection *conn)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	const struct seal_options *options = options_of(conn);
	struct sealing *sealing = conn->message.sealing;
	struct arc_seal seal = {
		.key = options->key, .domain = options->domain,
		.selector = options->selector, .now = conn->subject.now,
		.results = results_text(conn),
		.body_hash = dkim_body_hash_value(sealing->body)
	};
	struct header_field fields[ARC_KINDS];
	struct arc_plan plan;
	struct header after;

	edit_apply(arena, &conn->message.edits, &conn->message.header,
	    &after);
	arc_seal_plan(arena, &after, chain_status(conn), &plan);
	if (plan.refusal != NULL)
		return str_from(plan.refusal);
	if (!arc_seal(arena, &seal, &plan, &after, fields))
		return STR("the signature cannot be made");
	insert(conn, fields);
	sealing->outcome.instance = plan.instance;
	sealing->outcome.cv = arc_cv_name(plan.cv);
	return STR_NONE;
}

void
seal_edits(struct connection *conn)
{
	struct sealing *sealing = conn->message.sealing;

	if (sealing == NULL || sealing->why_not.len > 0)
		return;
	sealing->why_not = conn->message.body_skipped ?
	    STR("not all of the body was seen") : make_set(conn);
}

const struct header_field *
seal_kept(const struct connection *conn)
{
	const struct sealing *sealing = conn->message.sealing;

	return sealing == NULL ? NULL : sealing->kept;
}

const struct event_seal *
seal_outcome(struct connection *conn)
{
	static const struct event_seal not_begun = {
		.why_not = STR_INIT("the message does not go on") };
	struct sealing *sealing = conn->message.sealing;

	if (options_of(conn)->key == NULL)
		return NULL;
	if (sealing == NULL)
		return &not_begun;
	sealing->outcome.why_not = sealing->why_not;
	if (sealing->outcome.instance == 0 && sealing->why_not.len == 0)
		sealing->outcome.why_not =
		    STR("the message does not go on");
	return &sealing->outcome;
}
