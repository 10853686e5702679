/* What others report of our mail: as text for a terminal, and as JSON. */
#include <inttypes.h>
#include <time.h>

#include "base/limits.h"
#include "base/print.h"
#include "event/emit.h"
#include "page/number.h"
#include "report/received.h"

static const char *
day(int64_t when, char text[16])
{
	time_t time = (time_t)when;
	struct tm tm;

	gmtime_r(&time, &tm);
	strftime(text, 16, "%Y-%m-%d", &tm);
	return text;
}

static void
print_tag(FILE *out, const char *tag, struct str value)
{
	if (value.len == 0)
		return;
	fprintf(out, " %s=", tag);
	print_safe(out, value);
}

static void
print_head(FILE *out, const struct received_domain *domain)
{
	char begin[16], end[16], share[NUMBER_SIZE];

	print_safe(out, domain->domain);
	fputs(":", out);
	print_tag(out, "p", domain->p);
	print_tag(out, "sp", domain->sp);
	print_tag(out, "np", domain->np);
	print_tag(out, "t", domain->testing);
	fprintf(out, "\n  %" PRIu64 " reports of %" PRIu64 " reporters, %s to "
	    "%s\n", domain->reports, domain->reporters,
	    day(domain->begin, begin), day(domain->end, end));
	fprintf(out, "  %" PRIu64 " messages, %" PRIu64 " pass (%s): %"
	    PRIu64 " by DKIM, %" PRIu64 " by SPF\n", domain->counts.messages,
	    domain->counts.pass, number_share(domain->counts.pass,
	    domain->counts.messages, share), domain->counts.dkim,
	    domain->counts.spf);
}

/* What p=reject would stop that is delivered today. */
static void
print_cost(FILE *out, const struct received_domain *domain)
{
	fprintf(out, "  p=reject would stop %" PRIu64 " more messages\n",
	    domain->counts.cost);
	if (domain->counts.cost == 0)
		return;
	fprintf(out, "    %" PRIu64 " of senders that authenticate as another "
	    "domain: look at these first\n", domain->cost_of_others);
	fprintf(out, "    %" PRIu64 " of senders that authenticate as "
	    "nobody\n", domain->counts.cost - domain->cost_of_others);
}

static void
print_name(FILE *out, struct str name)
{
	if (name.len == 0)
		fputs("(nobody)", out);
	else
		print_safe(out, name);
	putc('\n', out);
}

static void
print_senders(FILE *out, const struct received_domain *domain, size_t top)
{
	fprintf(out, "\n  %10s %10s %10s %10s  %s\n", "messages", "pass",
	    "fail", "addresses", "authenticates as");
	for (size_t i = 0; i < domain->senders.count && i < top; i++) {
		const struct received_sender *sender = &domain->senders.at[i];

		fprintf(out, "  %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10"
		    PRIu64 "  ", sender->counts.messages, sender->counts.pass,
		    sender->counts.messages - sender->counts.pass,
		    sender->addresses);
		print_name(out, sender->name);
	}
	if (domain->senders.count > top)
		fprintf(out, "  and %zu more sender%s\n",
		    domain->senders.count - top,
		    print_plural(domain->senders.count - top));
}

static void
print_addresses(FILE *out, const struct received_domain *domain, size_t top)
{
	char text[IP_TEXT_MAX];
	size_t left_out = 0;

	for (size_t i = 0; i < domain->addresses.count; i++) {
		const struct received_address *address =
		    &domain->addresses.at[i];
		uint64_t failures = address->counts.messages -
		    address->counts.pass;

		if (failures == 0)
			break;
		if (i >= top) {
			left_out++;
			continue;
		}
		if (i == 0)
			fprintf(out, "\n  %10s %10s  %-24s %s\n", "fail",
			    "rejected", "address", "authenticates as");
		fprintf(out, "  %10" PRIu64 " %10" PRIu64 "  %-24.*s ",
		    failures, address->counts.actions[AGGREGATE_REJECT],
		    STR_ARG(ip_format(&address->ip, text)));
		print_name(out, address->name);
	}
	if (left_out > 0)
		fprintf(out, "  and %zu more address%s\n", left_out,
		    left_out == 1 ? "" : "es");
}

void
received_print(FILE *out, struct received *received, size_t top)
{
	size_t count;
	const struct received_domain *domains = received_domains(received,
	    &count);

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putc('\n', out);
		print_head(out, &domains[i]);
		print_cost(out, &domains[i]);
		print_senders(out, &domains[i], top);
		print_addresses(out, &domains[i], top);
	}
}

/* ---- JSON ---- */

static void
emit_counts(struct emit *emit, const struct received_counts *counts)
{
	emit_int(emit, "messages", (int64_t)counts->messages);
	emit_int(emit, "pass", (int64_t)counts->pass);
	emit_int(emit, "dkim", (int64_t)counts->dkim);
	emit_int(emit, "spf", (int64_t)counts->spf);
	for (int i = 0; i < AGGREGATE_ACTIONS; i++)
		emit_int(emit, aggregate_action_name((enum aggregate_action)i),
		    (int64_t)counts->actions[i]);
	emit_int(emit, "cost_of_reject", (int64_t)counts->cost);
}

static void
emit_name(struct emit *emit, const char *key, struct str name)
{
	if (name.len == 0)
		emit_null(emit, key);
	else
		emit_text(emit, key, name, LIMIT_AGGREGATE_TEXT_OCTETS);
}

static void
emit_tables(struct emit *emit, const struct received_domain *domain)
{
	char text[IP_TEXT_MAX];

	emit_open(emit, "senders", '[');
	for (size_t i = 0; i < domain->senders.count; i++) {
		emit_open(emit, NULL, '{');
		emit_name(emit, "name", domain->senders.at[i].name);
		emit_int(emit, "addresses",
		    (int64_t)domain->senders.at[i].addresses);
		emit_counts(emit, &domain->senders.at[i].counts);
		emit_close(emit, '}');
	}
	emit_close(emit, ']');
	emit_open(emit, "addresses", '[');
	for (size_t i = 0; i < domain->addresses.count; i++) {
		emit_open(emit, NULL, '{');
		emit_text(emit, "address", ip_format(
		    &domain->addresses.at[i].ip, text), IP_TEXT_MAX);
		emit_name(emit, "sender", domain->addresses.at[i].name);
		emit_counts(emit, &domain->addresses.at[i].counts);
		emit_close(emit, '}');
	}
	emit_close(emit, ']');
}

static void
emit_domain(struct emit *emit, const struct received_domain *domain)
{
	emit_open(emit, NULL, '{');
	emit_name(emit, "domain", domain->domain);
	emit_name(emit, "p", domain->p);
	emit_name(emit, "sp", domain->sp);
	emit_name(emit, "np", domain->np);
	emit_name(emit, "testing", domain->testing);
	emit_int(emit, "begin", domain->begin);
	emit_int(emit, "end", domain->end);
	emit_int(emit, "reports", (int64_t)domain->reports);
	emit_int(emit, "reporters", (int64_t)domain->reporters);
	emit_counts(emit, &domain->counts);
	emit_int(emit, "cost_of_other_senders",
	    (int64_t)domain->cost_of_others);
	emit_tables(emit, domain);
	emit_close(emit, '}');
}

void
received_print_json(FILE *out, struct received *received)
{
	size_t count;
	const struct received_domain *domains = received_domains(received,
	    &count);
	struct emit emit;

	emit_init(&emit);
	emit_open(&emit, NULL, '{');
	emit_open(&emit, "domains", '[');
	for (size_t i = 0; i < count; i++)
		emit_domain(&emit, &domains[i]);
	emit_close(&emit, ']');
	emit_int(&emit, "records_left_out",
	    (int64_t)received_left_out(received));
	emit_close(&emit, '}');
	emit_print(&emit, out);
}
