/* What others report of our mail: as a page. */
#include <inttypes.h>

#include "base/print.h"
#include "report/page.h"
#include "report/received.h"

static void
cell(FILE *out, uint64_t number)
{
	fprintf(out, "<td class=n>%" PRIu64 "</td>", number);
}

static void
name_cell(FILE *out, struct str name)
{
	fputs("<td>", out);
	if (name.len == 0)
		fputs("<i>nobody</i>", out);
	else
		print_html(out, name);
	fputs("</td>", out);
}

static void
head(FILE *out, const struct received_domain *domain)
{
	const struct received_counts *counts = &domain->counts;

	fputs("<h2>", out);
	print_html(out, domain->domain);
	fputs(" <small>p=", out);
	print_html(out, domain->p);
	fprintf(out, "</small></h2>\n<p>%" PRIu64 " reports of %" PRIu64
	    " reporters. <b>%" PRIu64 "</b> messages, <b>%" PRIu64
	    "</b> pass <meter value=%" PRIu64 " max=%" PRIu64 ">%" PRIu64
	    "</meter>: %" PRIu64 " by DKIM, %" PRIu64 " by SPF.</p>\n",
	    domain->reports, domain->reporters, counts->messages,
	    counts->pass, counts->pass,
	    counts->messages == 0 ? (uint64_t)1 : counts->messages,
	    counts->pass, counts->dkim, counts->spf);
	fprintf(out, "<p>p=reject would stop <b class=reject>%" PRIu64
	    "</b> more messages: %" PRIu64 " of senders that authenticate as "
	    "another domain, %" PRIu64 " of nobody.</p>\n", counts->cost,
	    domain->cost_of_others, counts->cost - domain->cost_of_others);
}

static void
senders(FILE *out, const struct received_domain *domain, size_t top)
{
	fputs("<table><caption>Who sends</caption><tr>"
	    "<th scope=col>authenticates as</th><th scope=col>messages</th>"
	    "<th scope=col>pass</th><th scope=col>fail</th>"
	    "<th scope=col>addresses</th></tr>\n", out);
	for (size_t i = 0; i < domain->senders.count && i < top; i++) {
		const struct received_sender *sender = &domain->senders.at[i];

		fputs("<tr>", out);
		name_cell(out, sender->name);
		cell(out, sender->counts.messages);
		cell(out, sender->counts.pass);
		cell(out, sender->counts.messages - sender->counts.pass);
		cell(out, sender->addresses);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void
addresses(FILE *out, const struct received_domain *domain, size_t top)
{
	char text[IP_TEXT_MAX];

	fputs("<table><caption>Where failures come from</caption><tr>"
	    "<th scope=col>address</th><th scope=col>authenticates as</th>"
	    "<th scope=col>fail</th><th scope=col>rejected</th></tr>\n", out);
	for (size_t i = 0; i < domain->addresses.count && i < top; i++) {
		const struct received_address *address =
		    &domain->addresses.at[i];

		if (address->counts.messages == address->counts.pass)
			break;
		fputs("<tr><td>", out);
		print_html(out, ip_format(&address->ip, text));
		fputs("</td>", out);
		name_cell(out, address->name);
		cell(out, address->counts.messages - address->counts.pass);
		cell(out, address->counts.actions[AGGREGATE_REJECT]);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
}

void
received_print_html(FILE *out, struct received *received, size_t top)
{
	size_t count;
	const struct received_domain *domains = received_domains(received,
	    &count);

	page_begin(out, STR("DMARC reports"));
	fputs("<h1>DMARC reports of others</h1>\n", out);
	for (size_t i = 0; i < count; i++) {
		head(out, &domains[i]);
		senders(out, &domains[i], top);
		addresses(out, &domains[i], top);
	}
	page_end(out);
}
