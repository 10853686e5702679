/*
 * What the owner of an author's domain may be told of a message that did not
 * prove it (RFC 9991): an item in the store's queue, which nobody waits for.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "dmarc/dmarc.h"
#include "reporting/failure_item.h"
#include "reporting/guard.h"
#include "reporting/redact.h"
#include "session/connection.h"

static const int64_t day_ms = 24 * 3600 * 1000;

/* Attachments are nobody's business, and may hurt (RFC 9991 section 6.3). */
static bool
is_text(const struct header *header)
{
	const struct header_field *type = header_find(header,
	    STR("Content-Type"), 0);

	return type == NULL || str_starts_nocase(str_trim(type->value),
	    STR("text/"));
}

void
failure_body(struct connection *conn, struct str piece)
{
	const struct failure_options *options =
	    &conn->engine->options.failures;
	struct message *message = &conn->message;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];

	if (!options->on || options->body_octets == 0)
		return;
	if (message->body == NULL) {
		message->body = arena_alloc(arena, sizeof(*message->body));
		buf_init(message->body, arena, is_text(&message->header) ?
		    options->body_octets : 0);
	}
	if (!buf_full(message->body))
		buf_add(message->body, piece);
}

/* ---- is there something to tell, and who wants to know? ---- */

static bool
said(const struct connection *conn, enum fact_id id)
{
	const struct fact *fact = facts_get(&conn->facts, id);

	return fact->state == FACT_SET && fact->truth;
}

static bool
has_failed(const struct connection *conn, enum method method)
{
	const struct results *results = &conn->results;

	for (size_t i = 0; i < results->list.count; i++) {
		enum word word = results->list.at[i].word;

		if (results->list.at[i].method == method &&
		    (word == WORD_FAIL || word == WORD_SOFTFAIL ||
		    word == WORD_PERMERROR))
			return true;
	}
	return false;
}

static bool
asks_for(const struct dmarc_record *record, char option)
{
	return str_chr(record->fo, option) < record->fo.len;
}

/* FAILURE_ bits; without one of the first three nothing is to be told.  RFC
 * 9989 section 4.7, fo. */
static unsigned
why_told(const struct connection *conn, const struct dmarc_record *record)
{
	const struct fact *dmarc = facts_get(&conn->facts, FACT_ID_DMARC);
	bool dkim = said(conn, FACT_ID_DMARC_ALIGNED_DKIM);
	bool spf = said(conn, FACT_ID_DMARC_ALIGNED_SPF);
	unsigned why = 0;

	if (dmarc->state != FACT_SET ||
	    (dmarc->word != WORD_PASS && dmarc->word != WORD_FAIL))
		return 0;
	if (asks_for(record, '1') ? !dkim || !spf : asks_for(record, '0') &&
	    dmarc->word == WORD_FAIL)
		why |= FAILURE_DMARC;
	if (asks_for(record, 'd') && has_failed(conn, METHOD_DKIM))
		why |= FAILURE_DKIM;
	if (asks_for(record, 's') && has_failed(conn, METHOD_SPF))
		why |= FAILURE_SPF;
	return why == 0 ? 0 : why | (dkim ? 0 : FAILURE_DKIM_UNALIGNED) |
	    (spf ? 0 : FAILURE_SPF_UNALIGNED);
}

static bool
is_report(struct connection *conn)
{
	struct dmarc_author author;

	dmarc_author_find(conn->arena[SCOPE_MESSAGE], &conn->message.header,
	    &author);
	return guard_against(&conn->message.header, conn->subject.mail_from,
	    author.address,
	    conn->engine->options.failures.report_from) != NULL;
}

/* So many a minute, of all connections. */
static bool
has_room(struct engine *engine)
{
	uint64_t minute = clock_ms() / (60 * 1000);

	if (__atomic_exchange_n(&engine->failure_minute, minute,
	    __ATOMIC_RELAXED) != minute)
		__atomic_store_n(&engine->failures_noted, 0,
		    __ATOMIC_RELAXED);
	return __atomic_add_fetch(&engine->failures_noted, 1,
	    __ATOMIC_RELAXED) <= LIMIT_FAILURE_MINUTE;
}

/* ---- what is told ---- */

static struct str
hidden(const struct connection *conn, struct str text)
{
	return redact_text(conn->arena[SCOPE_MESSAGE],
	    conn->engine->options.failures.key, text);
}

static struct str
fact_text(const struct connection *conn, enum fact_id id)
{
	const struct fact *fact = facts_get(&conn->facts, id);

	return fact->state == FACT_SET ? fact->text : STR_NONE;
}

/* Of the method alone whose failure is told (RFC 6591 section 3.1). */
static struct str
result_text(struct connection *conn, unsigned why)
{
	enum method method = (why & FAILURE_DMARC) != 0 ? METHOD_DMARC :
	    (why & FAILURE_DKIM) != 0 ? METHOD_DKIM : METHOD_SPF;
	const struct results *all = identity_results(conn);
	struct results one = { .arena = conn->arena[SCOPE_MESSAGE] };

	for (size_t i = 0; i < all->list.count; i++)
		if (all->list.at[i].method == method)
			VEC_PUSH(one.arena, &one.list, all->list.at[i]);
	return hidden(conn, leave_stamp(conn, &one));
}

/* All results stand on top, as in the message when it leaves (the example of
 * RFC 9991). */
static struct str
header_text(const struct connection *conn)
{
	const struct header *header = &conn->message.header;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct buf out;

	buf_init(&out, arena, LIMIT_FAILURE_HEADER_OCTETS);
	buf_addz(&out, "Authentication-Results: ");
	buf_add(&out, hidden(conn, conn->message.field));
	buf_addz(&out, "\r\n");
	for (size_t i = 0; i < header->fields.count; i++) {
		const struct header_field *field = &header->fields.at[i];
		struct str value;

		if (field->value.len > LIMIT_FAILURE_FIELD_OCTETS)
			continue;
		value = redact_field(arena,
		    conn->engine->options.failures.key, field->name,
		    field->value);
		/* Whole fields only. */
		if (out.len + field->name.len + value.len + 3 >
		    LIMIT_FAILURE_HEADER_OCTETS)
			break;
		buf_add(&out, field->name);
		buf_addz(&out, ":");
		buf_add(&out, value);
		buf_addz(&out, "\r\n");
	}
	return buf_str(&out);
}

static struct str
body_text(const struct connection *conn)
{
	const struct buf *body = conn->message.body;

	if (body == NULL || body->len == 0)
		return STR_NONE;
	return redact_links(body->arena, hidden(conn, buf_str(body)));
}

static void
list_rcpts(const struct connection *conn, struct failure_item *item)
{
	const struct privacy *privacy = conn->engine->options.privacy;
	const struct message *message = &conn->message;

	if (privacy != NULL && (privacy->bits & PRIVACY_OMIT_RECIPIENTS) != 0)
		return;
	for (size_t i = 0; i < message->rcpts.count &&
	    i < LIMIT_FAILURE_LISTED; i++)
		VEC_PUSH(conn->arena[SCOPE_MESSAGE], &item->rcpts,
		    hidden(conn, message->rcpts.at[i].address));
}

static void
list_signatures(const struct connection *conn, struct failure_item *item)
{
	const struct results *results = &conn->results;

	for (size_t i = 0; i < results->list.count &&
	    item->dkim.count < LIMIT_FAILURE_LISTED; i++) {
		const struct result *r = &results->list.at[i];

		if (r->method != METHOD_DKIM || r->word == WORD_PASS ||
		    r->word == WORD_NONE)
			continue;
		VEC_PUSH(conn->arena[SCOPE_MESSAGE], &item->dkim,
		    (struct failure_dkim){
		    result_property(r, "header", "d"),
		    hidden(conn, result_property(r, "header", "i")),
		    result_property(r, "header", "s"), r->reason });
	}
}

/* The evidence has other TXT records of the name beside it. */
static struct str
spf_record(struct str data)
{
	static const struct str version = STR_INIT("v=spf1");

	while (data.len > 0) {
		const char *end = memmem(data.ptr, data.len, ", ", 2);
		struct str record = end == NULL ? data : str_slice(data, 0,
		    (size_t)(end - data.ptr));

		if (str_starts_nocase(record, version) &&
		    (record.len == version.len ||
		    record.ptr[version.len] == ' '))
			return record;
		data = str_skip(data, record.len + 2);
	}
	return STR_NONE;
}

static bool
is_listed(const struct failure_item *item, struct str domain)
{
	for (size_t i = 0; i < item->spf.count; i++)
		if (str_eq_nocase(item->spf.at[i].domain, domain))
			return true;
	return false;
}

/* Each record once (RFC 6591 section 3.2.6). */
static void
list_spf(const struct connection *conn, struct failure_item *item)
{
	const struct results *results = &conn->results;

	for (size_t i = 0; i < results->evidence.count &&
	    item->spf.count < LIMIT_FAILURE_LISTED; i++) {
		const struct evidence *seen = &results->evidence.at[i];
		struct str record = strcmp(seen->method, "spf") == 0 ?
		    spf_record(seen->data) : STR_NONE;

		if (record.len > 0 && !is_listed(item, seen->name))
			VEC_PUSH(conn->arena[SCOPE_MESSAGE], &item->spf,
			    (struct failure_spf){ seen->name, record });
	}
}

/* RFC 6591 section 3.2.2. */
static struct str
delivery_of(enum action action)
{
	switch (action) {
	case ACTION_REJECT:
		return STR("reject");
	case ACTION_QUARANTINE:
	case ACTION_DISCARD:
		return STR("policy");
	case ACTION_CONTINUE:
	case ACTION_ACCEPT:
	case ACTION_BYPASS:
	case ACTION_TEMPFAIL:
	case ACTION_SCORE:
	case ACTION_TAG:
	case ACTION_NOTE:
	case ACTION_COUNT:
		break;
	}
	return STR("delivered");
}

static void
put(struct connection *conn, const struct failure_item *item)
{
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct store *store = conn->engine->options.store;
	char site[IP_SITE_MAX];
	struct str name = failure_item_name(arena, item->domain,
	    ip_format_site(&conn->subject.client.ip, site), item->why);
	struct store_op op = { .kind = STORE_PUT,
	    .key = STR(FAILURE_QUEUE), .member = name,
	    .content = failure_item_encode(arena, item),
	    .now_ms = conn->subject.now * 1000, .lifetime_ms = day_ms };

	store_tell(store, &op);
	op = failure_item_alike(arena, name, op.now_ms, 1);
	store_tell(store, &op);
}

void
failure_note(struct connection *conn, enum action action)
{
	const struct engine_options *options = &conn->engine->options;
	struct arena *arena = conn->arena[SCOPE_MESSAGE];
	struct dmarc_record record;
	struct str reason;
	char ip[IP_TEXT_MAX];
	struct failure_item item = { .arrival = conn->subject.now };

	/* What is put off comes again; who bypasses us is left alone. */
	if (!options->failures.on || options->store == NULL ||
	    action == ACTION_TEMPFAIL ||
	    decide_action(conn) == ACTION_BYPASS || client_is_ours(conn) ||
	    conn->results.dmarc.record.len == 0 ||
	    !dmarc_record_parse(arena, conn->results.dmarc.record, &record,
	    &reason) || record.ruf.count == 0 || record.psd == DMARC_YES)
		return;
	item.why = why_told(conn, &record);
	if (item.why == 0 || is_report(conn) || !has_room(conn->engine))
		return;
	if (conn->message.stamp.len == 0)
		leave_keep_stamp(conn);
	item.host = options->authserv_id;
	item.queue_id = conn->message.queue_id;
	item.source_ip = ip_format(&conn->subject.client.ip, ip);
	item.mail_from = hidden(conn, conn->subject.mail_from);
	item.domain = fact_text(conn, FACT_ID_DMARC_DOMAIN);
	item.policy_domain = fact_text(conn, FACT_ID_DMARC_POLICY_DOMAIN);
	item.record = conn->results.dmarc.record;
	item.authentication_results = result_text(conn, item.why);
	item.delivery = delivery_of(action);
	item.header = header_text(conn);
	item.body = body_text(conn);
	list_rcpts(conn, &item);
	list_signatures(conn, &item);
	list_spf(conn, &item);
	put(conn, &item);
}
