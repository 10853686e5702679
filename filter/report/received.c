#include "report/received.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"

/* Who sends from where under which domain. */
struct row {
	struct row		*next;		/* of its bucket */
	struct received_domain	*domain;
	struct received_address	 address;
};

struct seen {				/* a report; or a reporter */
	struct seen	*next;
	struct str	 key;
};

enum { BUCKETS = 1 << 16 };

struct received {
	struct arena	*arena;
	struct row	*rows[BUCKETS];
	struct seen	*seen[BUCKETS];
	size_t		 row_count, seen_count;
	/* The records of the report that is being read. */
	struct arena	*report_arena;
	VEC(struct received_address) records;
	VEC(struct received_domain *) domains;
	struct received_domain *sorted;
	uint64_t	 left_out;
};

struct received *
received_new(void)
{
	struct arena *arena = arena_new();
	struct received *received = arena_alloc(arena, sizeof(*received));

	received->arena = arena;
	received->report_arena = arena_new();
	return received;
}

void
received_free(struct received *received)
{
	if (received == NULL)
		return;
	arena_free(received->report_arena);
	arena_free(received->arena);
}

uint64_t
received_left_out(const struct received *received)
{
	return received->left_out;
}

/* ---- what is known ---- */

static void
add(struct received_counts *to, const struct received_counts *from)
{
	to->messages += from->messages;
	to->pass += from->pass;
	to->dkim += from->dkim;
	to->spf += from->spf;
	to->cost += from->cost;
	for (int i = 0; i < AGGREGATE_ACTIONS; i++)
		to->actions[i] += from->actions[i];
}


static struct str
seen_key(struct arena *arena, const char *kind,
    const struct aggregate_meta *meta, struct str id)
{
	return arena_printf(arena, "%s\n%.*s\n%.*s\n%.*s", kind,
	    STR_ARG(meta->org_name), STR_ARG(meta->domain), STR_ARG(id));
}

static bool
is_seen(const struct received *received, struct str key)
{
	const struct seen *seen = received->seen[hash_nocase(key) % BUCKETS];

	while (seen != NULL && !str_eq_nocase(seen->key, key))
		seen = seen->next;
	return seen != NULL;
}

/* True: for the first time. */
static bool
note_seen(struct received *received, struct str key)
{
	struct seen **bucket = &received->seen[hash_nocase(key) % BUCKETS];
	struct seen *seen;

	if (is_seen(received, key))
		return false;
	if (received->seen_count == LIMIT_RECEIVED_REPORTS)
		return true;
	received->seen_count++;
	seen = arena_alloc(received->arena, sizeof(*seen));
	*seen = (struct seen){ *bucket, arena_copy(received->arena, key) };
	*bucket = seen;
	return true;
}

/* NULL: there are too many. */
static struct received_domain *
domain_of(struct received *received, struct str name)
{
	struct received_domain *domain;

	for (size_t i = 0; i < received->domains.count; i++)
		if (str_eq_nocase(received->domains.at[i]->domain, name))
			return received->domains.at[i];
	if (received->domains.count == LIMIT_RECEIVED_DOMAINS)
		return NULL;
	domain = arena_alloc(received->arena, sizeof(*domain));
	domain->domain = arena_lower(received->arena, name);
	VEC_PUSH(received->arena, &received->domains, domain);
	return domain;
}

static void
take_policy(struct received *received, struct received_domain *domain,
    const struct aggregate_meta *meta)
{
	if (domain->reports > 0 && meta->end < domain->end)
		return;
	domain->p = arena_copy(received->arena, meta->p);
	domain->sp = arena_copy(received->arena, meta->sp);
	domain->np = arena_copy(received->arena, meta->np);
	domain->testing = arena_copy(received->arena, meta->testing);
}

static void
take_report(struct received *received, struct received_domain *domain,
    const struct aggregate_meta *meta)
{
	struct arena *arena = received->report_arena;

	take_policy(received, domain, meta);
	if (domain->reports == 0 || meta->begin < domain->begin)
		domain->begin = meta->begin;
	if (meta->end > domain->end)
		domain->end = meta->end;
	domain->reports++;
	if (note_seen(received, seen_key(arena, "reporter", meta, STR(""))))
		domain->reporters++;
}

/* ---- records ---- */

static bool
passed(const struct aggregate_auth *auth)
{
	return auth->domain.len > 0 && str_eqz_nocase(auth->result, "pass");
}

/* Whom the message authenticates as. */
static struct str
sender_of(const struct aggregate_record *record)
{
	for (size_t i = 0; i < record->dkim_results.count; i++)
		if (passed(&record->dkim_results.at[i]))
			return record->dkim_results.at[i].domain;
	for (size_t i = 0; i < record->spf_results.count; i++)
		if (passed(&record->spf_results.at[i]))
			return record->spf_results.at[i].domain;
	return STR_NONE;
}

static struct row *
row_of(struct received *received, struct received_domain *domain,
    const struct ip *ip, struct str sender)
{
	struct row **bucket = &received->rows[(hash_nocase(sender) ^
	    hash_nocase(str_make(ip->bytes, sizeof(ip->bytes)))) % BUCKETS];
	struct row *row;

	for (row = *bucket; row != NULL; row = row->next)
		if (row->domain == domain && ip_equal(&row->address.ip, ip) &&
		    str_eq_nocase(row->address.name, sender))
			return row;
	if (received->row_count == LIMIT_RECEIVED_ROWS)
		return NULL;
	received->row_count++;
	row = arena_alloc(received->arena, sizeof(*row));
	*row = (struct row){ .next = *bucket, .domain = domain, .address = {
	    .ip = *ip, .name = arena_lower(received->arena, sender) } };
	return *bucket = row;
}

static struct received_counts
counts_of(const struct aggregate_record *record)
{
	struct received_counts counts = { .messages = record->count };

	counts.dkim = record->dkim ? record->count : 0;
	counts.spf = record->spf ? record->count : 0;
	counts.actions[record->action] = record->count;
	if (record->dkim || record->spf)
		counts.pass = record->count;
	else if (record->action != AGGREGATE_REJECT)
		counts.cost = record->count;
	return counts;
}

/* ---- a report ---- */

bool
received_begin(struct received *received, const struct aggregate_meta *meta)
{
	arena_reset(received->report_arena);
	memset(&received->records, 0, sizeof(received->records));
	return !is_seen(received, seen_key(received->report_arena, "report",
	    meta, meta->report_id));
}

void
received_record(struct received *received,
    const struct aggregate_record *record)
{
	VEC_PUSH(received->report_arena, &received->records,
	    (struct received_address){ .ip = record->ip,
	    .name = arena_copy(received->report_arena, sender_of(record)),
	    .counts = counts_of(record) });
}

void
received_end(struct received *received, const struct aggregate_meta *meta)
{
	struct received_domain *domain;

	if (!note_seen(received, seen_key(received->report_arena,
	    "report", meta, meta->report_id)))
		return;
	domain = domain_of(received, meta->domain);
	if (domain != NULL)
		take_report(received, domain, meta);
	for (size_t i = 0; i < received->records.count; i++) {
		const struct received_address *record =
		    &received->records.at[i];
		struct row *row = domain == NULL ? NULL : row_of(received,
		    domain, &record->ip, record->name);

		if (row == NULL)
			received->left_out++;
		else
			add(&row->address.counts, &record->counts);
	}
}

/* ---- the sums ---- */

static int
by_number(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int
by_name(const void *a, const void *b)
{
	const struct received_address *left = a, *right = b;

	return str_cmp_nocase(left->name, right->name);
}

static int
by_failures(const void *a, const void *b)
{
	const struct received_address *left = a, *right = b;
	int order = by_number(left->counts.messages - left->counts.pass,
	    right->counts.messages - right->counts.pass);

	if (order == 0)
		order = memcmp(left->ip.bytes, right->ip.bytes,
		    sizeof(left->ip.bytes));
	return order != 0 ? order : by_name(a, b);
}

static int
by_messages(const void *a, const void *b)
{
	const struct received_sender *left = a, *right = b;
	int order = by_number(left->counts.messages, right->counts.messages);

	return order != 0 ? order : str_cmp_nocase(left->name, right->name);
}

static int
by_volume(const void *a, const void *b)
{
	const struct received_domain *left = a, *right = b;
	int order = by_number(left->counts.messages, right->counts.messages);

	return order != 0 ? order : str_cmp(left->domain, right->domain);
}

/* The addresses of a sender stand together. */
static void
sum_senders(struct received *received, struct received_domain *domain)
{
	struct received_sender *sender = NULL;

	qsort(domain->addresses.at, domain->addresses.count,
	    sizeof(*domain->addresses.at), by_name);
	for (size_t i = 0; i < domain->addresses.count; i++) {
		struct received_address *address = &domain->addresses.at[i];

		if (sender == NULL ||
		    !str_eq_nocase(sender->name, address->name)) {
			VEC_PUSH(received->arena, &domain->senders,
			    (struct received_sender){ .name = address->name });
			sender = &domain->senders.at[
			    domain->senders.count - 1];
		}
		sender->addresses++;
		add(&sender->counts, &address->counts);
		add(&domain->counts, &address->counts);
		if (address->name.len > 0)
			domain->cost_of_others += address->counts.cost;
	}
}

static void
sort(struct received *received, struct received_domain *domain)
{
	if (domain->addresses.count == 0)
		return;
	sum_senders(received, domain);
	qsort(domain->senders.at, domain->senders.count,
	    sizeof(*domain->senders.at), by_messages);
	qsort(domain->addresses.at, domain->addresses.count,
	    sizeof(*domain->addresses.at), by_failures);
}

const struct received_domain *
received_domains(struct received *received, size_t *count_out)
{
	size_t count = *count_out = received->domains.count;

	if (received->sorted != NULL || count == 0)
		return received->sorted;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct row *row = received->rows[i]; row != NULL;
		    row = row->next)
			VEC_PUSH(received->arena, &row->domain->addresses,
			    row->address);
	received->sorted = arena_alloc(received->arena,
	    count * sizeof(*received->sorted));
	for (size_t i = 0; i < count; i++) {
		sort(received, received->domains.at[i]);
		received->sorted[i] = *received->domains.at[i];
	}
	qsort(received->sorted, count, sizeof(*received->sorted), by_volume);
	return received->sorted;
}
