/* What others report of our mail: as a page. */
#include <inttypes.h>

#include "page/number.h"
#include "page/table.h"
#include "report/received.h"

static struct str
name_of(struct str name)
{
	return name.len == 0 ? STR("nobody") : name;
}

static void
head(struct page *page, const struct received_domain *domain)
{
	const struct received_counts *counts = &domain->counts;
	char numbers[7][NUMBER_SIZE], reports[2 * NUMBER_SIZE + 32];
	char ways[2 * NUMBER_SIZE + 32];

	snprintf(reports, sizeof(reports), "%" PRIu64 " reports of %" PRIu64
	    " reporters", domain->reports, domain->reporters);
	snprintf(ways, sizeof(ways), "%" PRIu64 " by DKIM, %" PRIu64
	    " by SPF", counts->dkim, counts->spf);

	const struct page_tile tiles[] = {
		{ STR("messages"), str_from(number_grouped(counts->messages,
		    numbers[0])), str_from(reports), STR_NONE },
		{ STR("pass"), str_from(number_share(counts->pass,
		    counts->messages, numbers[1])), str_from(ways),
		    STR_NONE },
		{ STR("fail"), str_from(number_grouped(counts->messages -
		    counts->pass, numbers[2])), STR_NONE, STR_NONE },
		{ STR("p=reject would stop"), str_from(number_grouped(
		    counts->cost, numbers[3])), STR("more messages"),
		    STR_NONE },
	};

	page_section(page, domain->domain);
	fputs("<p>The policy is <code>p=", page->out);
	page_text(page, domain->p);
	fputs("</code>.</p>\n", page->out);
	page_tiles(page, tiles, sizeof(tiles) / sizeof(tiles[0]));
	fprintf(page->out, "<p>p=reject would stop <b class=\"reject\">%s</b> "
	    "more messages: %s of senders that authenticate as another "
	    "domain, %s of nobody.</p>\n",
	    number_grouped(counts->cost, numbers[4]),
	    number_grouped(domain->cost_of_others, numbers[5]),
	    number_grouped(counts->cost - domain->cost_of_others,
	    numbers[6]));
}

/* How many rows of a table are left out, and what they come to. */
static void
rest(struct page *page, uint64_t rows, uint64_t messages, const char *what)
{
	char numbers[2][NUMBER_SIZE];

	if (rows > 0)
		fprintf(page->out, "<p><small>%s more with %s %s.</small></p>"
		    "\n", number_grouped(rows, numbers[0]),
		    number_grouped(messages, numbers[1]), what);
}

static void
senders(struct page *page, const struct received_domain *domain, size_t top)
{
	static const struct page_column columns[] = {
		{ "authenticates as", PAGE_WORDS },
		{ "messages", PAGE_NUMBERS }, { "pass", PAGE_NUMBERS },
		{ "fail", PAGE_NUMBERS }, { "pass of all", PAGE_NUMBERS },
		{ "addresses", PAGE_NUMBERS },
	};
	uint64_t left_out = 0;

	page_table_begin(page, STR("Who sends"), columns, 6);
	for (size_t i = 0; i < domain->senders.count; i++) {
		const struct received_sender *sender = &domain->senders.at[i];
		const struct received_counts *counts = &sender->counts;

		if (i >= top) {
			left_out += counts->messages;
			continue;
		}
		page_row(page);
		page_cell(page, name_of(sender->name));
		page_cell_number(page, counts->messages);
		page_cell_number(page, counts->pass);
		page_cell_number(page, counts->messages - counts->pass);
		page_cell_share(page, counts->pass, counts->messages);
		page_cell_number(page, sender->addresses);
	}
	page_table_end(page);
	rest(page, domain->senders.count > top ? domain->senders.count - top :
	    0, left_out, "messages");
}

static bool
has_failures(const struct received_domain *domain)
{
	return domain->counts.messages > domain->counts.pass;
}

static void
addresses(struct page *page, const struct received_domain *domain, size_t top)
{
	static const struct page_column columns[] = {
		{ "address", PAGE_WORDS }, { "authenticates as", PAGE_WORDS },
		{ "fail", PAGE_NUMBERS }, { "rejected", PAGE_NUMBERS },
	};
	uint64_t rows = 0, left_out = 0;
	char text[IP_TEXT_MAX];

	if (!has_failures(domain))
		return;
	page_table_begin(page, STR("Where failures come from"), columns, 4);
	for (size_t i = 0; i < domain->addresses.count; i++) {
		const struct received_address *address =
		    &domain->addresses.at[i];
		uint64_t failures = address->counts.messages -
		    address->counts.pass;

		if (failures == 0)
			break;
		if (i >= top) {
			rows++;
			left_out += failures;
			continue;
		}
		page_row(page);
		page_cell(page, ip_format(&address->ip, text));
		page_cell(page, name_of(address->name));
		page_cell_number(page, failures);
		page_cell_number(page,
		    address->counts.actions[AGGREGATE_REJECT]);
	}
	page_table_end(page);
	rest(page, rows, left_out, "failures");
}

void
received_print_html(FILE *out, struct received *received, size_t top)
{
	struct page page;
	size_t count;
	const struct received_domain *domains = received_domains(received,
	    &count);

	page_begin(&page, out, PAGE_FILE, STR("DMARC reports of others"),
	    STR("What they tell of mail that claims to be ours."));
	for (size_t i = 0; i < count; i++) {
		head(&page, &domains[i]);
		senders(&page, &domains[i], top);
		addresses(&page, &domains[i], top);
	}
	page_end(&page);
}
