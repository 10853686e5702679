/* The page of a replay. */
#include <inttypes.h>

#include "page/number.h"
#include "page/table.h"
#include "report/replay.h"

/* "3 of 14 messages would have ended differently than they did, from ..." */
static struct str
about(const struct replay *replay, char *text, size_t size)
{
	int len = snprintf(text, size, "%" PRIu64 " of %" PRIu64 " messages "
	    "would have ended differently than ", replay->differ,
	    replay->feed.events);

	if (replay->against != NULL)
		len += snprintf(text + len, size - (size_t)len, "under %.200s",
		    policy_name(replay->against));
	else
		len += snprintf(text + len, size - (size_t)len, "they did");
	if (replay->first.len > 0)
		len += snprintf(text + len, size - (size_t)len,
		    ", from %.*s to %.*s", STR_ARG(str_slice(replay->first,
		    0, 40)), STR_ARG(str_slice(replay->last, 0, 40)));
	len += snprintf(text + len, size - (size_t)len, ".");
	return str_make(text, (size_t)len);
}

static void
totals(struct page *page, const struct replay *replay)
{
	static const struct page_column columns[] = {
		{ "end", PAGE_WORDS }, { "before", PAGE_NUMBERS },
		{ "after", PAGE_NUMBERS }, { "share after", PAGE_NUMBERS },
	};

	page_table_begin(page, STR("How messages end"), columns, 4);
	for (int i = 0; i < ACTION_COUNT; i++) {
		if (replay->before[i] == 0 && replay->after[i] == 0)
			continue;
		page_row(page);
		page_cell_begin(page);
		fprintf(page->out, "<b class=\"%s\">%s</b>",
		    action_name((enum action)i),
		    change_action_name((enum action)i));
		page_cell_end(page);
		page_cell_number(page, replay->before[i]);
		page_cell_number(page, replay->after[i]);
		page_cell_share(page, replay->after[i], replay->feed.events);
	}
	page_table_end(page);
}

static void
unfired(struct page *page, const struct replay *replay)
{
	bool any = false;

	for (size_t i = 0; i < policy_rule_count(replay->policy); i++) {
		struct policy_rule_place at = policy_rule_place(
		    replay->policy, i);

		if (replay->fired[i] > 0)
			continue;
		if (!any) {
			page_section(page, STR("Rules that never fired"));
			fputs("<ul>\n", page->out);
		}
		any = true;
		fputs("<li><code>", page->out);
		page_text(page, str_from(at.file));
		fprintf(page->out, ":%u</code> %s%s at %s</li>\n", at.line,
		    at.shadow ? "shadow " : "", action_name(at.action),
		    stage_name(at.stage));
	}
	if (any)
		fputs("</ul>\n", page->out);
}

static void
begin_lacks(struct page *page)
{
	static const struct page_column columns[] = {
		{ "fact or function", PAGE_WORDS }, { "events", PAGE_NUMBERS },
	};

	page_section(page, STR("What the log lacks"));
	page_table_begin(page, STR("Taken as unknown"), columns, 2);
}

static void
lack(struct page *page, bool *any, const char *name, const char *end,
    uint64_t count)
{
	if (count == 0)
		return;
	if (!*any)
		begin_lacks(page);
	*any = true;
	page_row(page);
	page_cell_begin(page);
	fprintf(page->out, "<code>%s%s</code>", name, end);
	page_cell_end(page);
	page_cell_number(page, count);
}

static void
lacks(struct page *page, const struct replay *replay)
{
	bool any = false;

	for (int id = 0; id < FACT_COUNT; id++)
		lack(page, &any, fact_table[id].name, "", replay->lacks[id]);
	for (int i = 0; i < FUNCTION_COUNT; i++)
		lack(page, &any, function_table[i].name, "()",
		    replay->unanswered[i]);
	if (any)
		page_table_end(page);
	if (replay->rcpts_unlisted > 0)
		fprintf(page->out, "<p>%" PRIu64 " events have more "
		    "recipients than an event lists: those met no rule."
		    "</p>\n", replay->rcpts_unlisted);
}

static void
faults(struct page *page, const struct event_feed_count *feed)
{
	for (int i = 0; i < EVENT_FAULT_COUNT; i++) {
		if (feed->faults[i].count == 0)
			continue;
		fprintf(page->out, "<p>%" PRIu64 " lines left out: %s, first "
		    "<code>", feed->faults[i].count,
		    event_fault_name((enum event_fault)i));
		page_text(page, str_from(feed->faults[i].file));
		fprintf(page->out, ":%" PRIu64 "</code>.</p>\n",
		    feed->faults[i].line);
	}
	if (feed->unread == 0)
		return;
	fputs("<p>Not read to the end: ", page->out);
	page_code(page, str_from(feed->unread_file));
	fputs(".</p>\n", page->out);
}

void
replay_print_html(FILE *out, const struct replay *replay)
{
	struct page page;
	char title[256], text[512];

	snprintf(title, sizeof(title), "Policy \"%.200s\", replayed",
	    policy_name(replay->policy));
	page_begin(&page, out, PAGE_FILE, str_from(title),
	    about(replay, text, sizeof(text)));
	totals(&page, replay);
	changes_print_html(&page, &replay->changes);
	unfired(&page, replay);
	lacks(&page, replay);
	faults(&page, &replay->feed);
	page_end(&page);
}
