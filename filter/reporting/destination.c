#include "reporting/destination.h"

#include "base/domain.h"
#include "base/limits.h"
#include "base/vec.h"
#include "dmarc/dmarc.h"
#include "outmail/message.h"

struct destinations {
	struct strand_task	 task;		/* first: see run_task() */
	struct arena		*arena;
	struct resolver		*dns;
	struct strand		*strand;
	struct destination_query query;
	uint64_t		 deadline_ms;
	destinations_fn		*done;
	void			*ctx;
	struct dmarc_discovery	*walk;
	struct dns_lookup	*lookup;
	struct str		 organization;	/* of the policy domain */
	size_t			 next;		/* URI */
	/* The one that is looked at. */
	struct str		 uri, address, host;
	VEC(struct destination)	 list;
};

static void look_at_next(struct destinations *all);

static void
add(struct destinations *all, enum destination_word word, struct str address,
    bool external, struct str why)
{
	for (size_t i = 0; word == DESTINATION_GOOD && i < all->list.count; i++)
		if (all->list.at[i].word == DESTINATION_GOOD &&
		    str_eq_nocase(all->list.at[i].address, address))
			return;
	if (all->list.count < LIMIT_DESTINATIONS)
		VEC_PUSH(all->arena, &all->list, (struct destination){ word,
		    all->uri, address, external, why });
}

static void
add_and_go_on(struct destinations *all, enum destination_word word,
    bool external, struct str why)
{
	add(all, word, all->address, external, why);
	all->next++;
	look_at_next(all);
}

static struct str
percent_decoded(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '%' && text.len - i > 2 &&
		    ascii_hex(text.ptr[i + 1]) >= 0 &&
		    ascii_hex(text.ptr[i + 2]) >= 0) {
			out[len++] = (char)(ascii_hex(text.ptr[i + 1]) << 4 |
			    ascii_hex(text.ptr[i + 2]));
			i += 2;
		} else {
			out[len++] = text.ptr[i];
		}
	}
	return str_make(out, len);
}

/* The one address of a mailto: (RFC 6068), its domain in A-labels.  NULL, or
 * why it is none. */
static const char *
read_mailto(struct arena *arena, struct str uri, struct str *address_out,
    struct str *host_out)
{
	size_t colon = str_chr(uri, ':');
	struct str to, ascii;
	size_t at;

	*address_out = STR_NONE;
	if (!str_eqz_nocase(str_slice(uri, 0, colon), "mailto"))
		return "only mailto: is spoken here";
	to = str_skip(uri, colon + 1);
	to = percent_decoded(arena, str_slice(to, 0, str_chr(to, '?')));
	at = str_rchr(to, '@');
	if (at == to.len || !domain_to_ascii(arena, str_skip(to, at + 1),
	    &ascii))
		return "is no address";
	to = arena_printf(arena, "%.*s@%.*s", STR_ARG(str_slice(to, 0, at)),
	    STR_ARG(ascii));
	if (!outmail_is_address(to))
		return "is no address that mail can be sent to";
	*address_out = to;
	*host_out = ascii;
	return NULL;
}

/* The addresses that a confirming record names instead; they must have the
 * same host (RFC 9990 section 4 (9)). */
static void
override(struct destinations *all, const struct str *uris, size_t count)
{
	struct str addresses[LIMIT_DMARC_URIS], host;

	for (size_t i = 0; i < count; i++) {
		const char *wrong = i == LIMIT_DMARC_URIS ? "too many" :
		    read_mailto(all->arena, uris[i], &addresses[i], &host);

		if (wrong == NULL && !domain_equal(host, all->host))
			wrong = "another host than its own";
		if (wrong != NULL) {
			add(all, DESTINATION_BAD, all->address, true,
			    arena_printf(all->arena, "%.*s sends reports "
			    "elsewhere: %.*s: %s", STR_ARG(all->host),
			    STR_ARG(uris[i]), wrong));
			return;
		}
	}
	for (size_t i = 0; i < count; i++)
		add(all, DESTINATION_GOOD, addresses[i], true,
		    arena_printf(all->arena, "%.*s takes them here",
		    STR_ARG(all->host)));
}

/* RFC 9990 section 4 (6) to (9). */
static void
weigh_records(struct destinations *all, const struct dns_answer *answer)
{
	const struct dmarc_record *found = NULL;

	for (size_t i = 0; i < answer->count; i++) {
		struct dmarc_record *record = arena_alloc(all->arena,
		    sizeof(*record));
		struct str reason;
		size_t uris;

		if (!dmarc_record_parse(all->arena, arena_copy(all->arena,
		    answer->records[i].text), record, &reason))
			continue;
		uris = all->query.tag == DESTINATION_RUA ? record->rua.count :
		    record->ruf.count;
		if (found == NULL || uris > 0)
			found = record;
		if (uris > 0)
			break;
	}
	if (found == NULL)
		add(all, DESTINATION_BAD, all->address, true,
		    STR("its host does not say that it takes these reports"));
	else if (all->query.tag == DESTINATION_RUA && found->rua.count > 0)
		override(all, found->rua.at, found->rua.count);
	else if (all->query.tag == DESTINATION_RUF && found->ruf.count > 0)
		override(all, found->ruf.at, found->ruf.count);
	else
		add(all, DESTINATION_GOOD, all->address, true,
		    STR("its host says that it takes them"));
}

static void
confirmed(void *ctx, const struct dns_answer *answer)
{
	struct destinations *all = ctx;

	all->lookup = NULL;
	switch (answer->status) {
	case DNS_DATA:
		weigh_records(all, answer);
		break;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		add(all, DESTINATION_BAD, all->address, true, STR("its host "
		    "does not say that it takes these reports"));
		break;
	case DNS_SERVFAIL:
	case DNS_BOGUS:
	case DNS_TIMEOUT:
		add(all, DESTINATION_LATER, all->address, true,
		    arena_printf(all->arena, "%.*s: %s",
		    STR_ARG(answer->name), dns_status_name(answer->status)));
		break;
	}
	all->next++;
	look_at_next(all);
}

/* RFC 9990 section 4 (2) to (5). */
static void
ask_host(struct destinations *all)
{
	struct str name = arena_printf(all->arena, "%.*s._report._dmarc.%.*s",
	    STR_ARG(all->query.policy_domain), STR_ARG(all->host));

	if (!domain_fits_dns(name))
		add_and_go_on(all, DESTINATION_BAD, true, STR("the name to "
		    "ask its host by is too long"));
	else
		all->lookup = lookup_start(all->dns, all->strand, name,
		    DNS_TXT, all->deadline_ms, confirmed, all);
}

static void
host_walked(void *ctx, const struct dmarc_policy *policy)
{
	struct destinations *all = ctx;
	struct str organization = policy->organizational_domain;

	all->walk = NULL;
	if (organization.len == 0)
		add_and_go_on(all, DESTINATION_LATER, false, STR("DNS does "
		    "not tell whose its host is"));
	else if (domain_equal(organization, all->organization))
		add_and_go_on(all, DESTINATION_GOOD, false, STR("of the same "
		    "organization"));
	else
		ask_host(all);
}

static void
own_walked(void *ctx, const struct dmarc_policy *policy)
{
	struct destinations *all = ctx;

	all->walk = NULL;
	all->organization = policy->organizational_domain;
	if (all->organization.len == 0)
		add_and_go_on(all, DESTINATION_LATER, false, STR("DNS does "
		    "not tell whose the policy domain is"));
	else
		look_at_next(all);
}

static void
look_at_next(struct destinations *all)
{
	while (all->next < all->query.uri_count) {
		const char *wrong;

		all->uri = all->query.uris[all->next];
		wrong = read_mailto(all->arena, all->uri, &all->address,
		    &all->host);
		if (wrong == NULL && !domain_equal(all->host,
		    all->query.policy_domain)) {
			bool own = all->organization.len == 0;

			all->walk = dmarc_discover_start(all->arena, all->dns,
			    all->strand, own ? all->query.policy_domain :
			    all->host, all->deadline_ms, own ? own_walked :
			    host_walked, all);
			return;
		}
		if (wrong != NULL)
			add(all, DESTINATION_BAD, STR_NONE, false,
			    str_from(wrong));
		else
			add(all, DESTINATION_GOOD, all->address, false,
			    STR("of the same domain"));
		all->next++;
	}
	all->done(all->ctx, all->list.at, all->list.count);
}

static void
run_task(struct strand_task *task)
{
	look_at_next((struct destinations *)task);
}

struct destinations *
destinations_start(struct arena *arena, struct resolver *dns,
    struct strand *strand, const struct destination_query *query,
    uint64_t deadline_ms, destinations_fn *done, void *ctx)
{
	struct destinations *all = arena_alloc(arena, sizeof(*all));

	all->task.run = run_task;
	all->arena = arena;
	all->dns = dns;
	all->strand = strand;
	all->query = *query;
	all->deadline_ms = deadline_ms;
	all->done = done;
	all->ctx = ctx;
	strand_post(strand, &all->task);
	return all;
}

void
destinations_cancel(struct destinations *all)
{
	if (all == NULL)
		return;
	strand_unpost(all->strand, &all->task);
	dmarc_discover_cancel(all->walk);
	lookup_cancel(all->lookup);
}
