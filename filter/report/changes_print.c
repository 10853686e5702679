#include <inttypes.h>

#include "base/print.h"
#include "page/table.h"
#include "report/changes.h"

static const char *
of_name(enum change_of of, uint64_t count)
{
	if (of == CHANGE_OF_RCPT)
		return count == 1 ? "recipient" : "recipients";
	return count == 1 ? "message" : "messages";
}

/* ---- text ---- */

static void
text_place(FILE *out, const struct event_place *place)
{
	if (place->file.len == 0) {
		fputs("no rule", out);
		return;
	}
	print_safe(out, place->file);
	fprintf(out, ":%u", place->line);
}

static void
text_or(FILE *out, struct str text, const char *otherwise)
{
	print_safe(out, text.len > 0 ? text : str_from(otherwise));
}

static void
text_rule(FILE *out, const struct change_rule *rule)
{
	fprintf(out, "  %8" PRIu64 "  ", rule->count);
	text_place(out, &rule->from);
	fputs(" -> ", out);
	text_place(out, &rule->to);
	fputc('\n', out);
	for (size_t i = 0; i < rule->samples.count; i++) {
		const struct change_sample *sample = &rule->samples.at[i];

		fputs("            ", out);
		text_or(out, sample->queue_id, "(no queue id)");
		fputc(' ', out);
		print_safe(out, sample->time);
		fputs(" from ", out);
		text_or(out, sample->sender, "?");
		fputs(" to ", out);
		text_or(out, sample->rcpt, "?");
		fputc('\n', out);
	}
}

void
changes_print_text(FILE *out, const struct changes *changes)
{
	for (size_t i = 0; i < changes->groups.count; i++) {
		const struct change_group *group = &changes->groups.at[i];

		fprintf(out, "%s -> %s: %" PRIu64 " %s\n",
		    change_action_name(group->from),
		    change_action_name(group->to), group->count,
		    of_name(group->of, group->count));
		for (size_t j = 0; j < group->rules.count; j++)
			text_rule(out, &group->rules.at[j]);
	}
}

/* ---- JSON ---- */

static void
json_place(struct emit *out, const char *key, const struct event_place *place)
{
	if (place->file.len == 0) {
		emit_null(out, key);
		return;
	}
	emit_open(out, key, '{');
	emit_some(out, "file", place->file);
	emit_int(out, "line", place->line);
	emit_close(out, '}');
}

static void
json_rule(struct emit *out, const struct change_rule *rule)
{
	emit_open(out, NULL, '{');
	emit_int(out, "count", (int64_t)rule->count);
	json_place(out, "from", &rule->from);
	json_place(out, "to", &rule->to);
	emit_open(out, "samples", '[');
	for (size_t i = 0; i < rule->samples.count; i++) {
		const struct change_sample *sample = &rule->samples.at[i];

		emit_open(out, NULL, '{');
		emit_some(out, "time", sample->time);
		emit_some(out, "queue_id", sample->queue_id);
		emit_some(out, "sender", sample->sender);
		emit_some(out, "rcpt", sample->rcpt);
		emit_close(out, '}');
	}
	emit_close(out, ']');
	emit_close(out, '}');
}

void
changes_print_json(struct emit *out, const struct changes *changes)
{
	for (size_t i = 0; i < changes->groups.count; i++) {
		const struct change_group *group = &changes->groups.at[i];

		emit_open(out, NULL, '{');
		emit_word(out, "of", of_name(group->of, 1));
		emit_word(out, "from", change_action_name(group->from));
		emit_word(out, "to", change_action_name(group->to));
		emit_int(out, "count", (int64_t)group->count);
		emit_open(out, "rules", '[');
		for (size_t j = 0; j < group->rules.count; j++)
			json_rule(out, &group->rules.at[j]);
		emit_close(out, ']');
		emit_close(out, '}');
	}
}

/* ---- HTML ---- */

static void
html_place(struct page *page, const struct event_place *place)
{
	char line[16];

	if (place->file.len == 0) {
		page_text(page, STR("no rule"));
		return;
	}
	snprintf(line, sizeof(line), ":%u", place->line);
	page_code(page, place->file);
	page_code(page, str_from(line));
}

static void
html_samples(struct page *page, const struct change_rule *rule)
{
	if (rule->samples.count == 0)
		return;
	fputs("<details><summary>samples</summary><ul>\n", page->out);
	for (size_t i = 0; i < rule->samples.count; i++) {
		const struct change_sample *sample = &rule->samples.at[i];
		const struct str parts[] = { sample->queue_id, sample->time,
		    sample->sender, sample->rcpt };

		fputs("<li>", page->out);
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			fputs(k == 0 ? "" : " ", page->out);
			page_text(page, parts[k].len > 0 ? parts[k] :
			    STR("-"));
		}
		fputs("</li>\n", page->out);
	}
	fputs("</ul></details>", page->out);
}

static void
html_rule(struct page *page, const struct change_group *group,
    const struct change_rule *rule)
{
	page_row(page);
	page_cell_begin(page);
	html_place(page, &rule->from);
	page_cell_end(page);
	page_cell_begin(page);
	html_place(page, &rule->to);
	html_samples(page, rule);
	page_cell_end(page);
	page_cell_number(page, rule->count);
	page_cell_share(page, rule->count, group->count);
}

void
changes_print_html(struct page *page, const struct changes *changes)
{
	static const struct page_column columns[] = {
		{ "rule before", PAGE_WORDS }, { "rule after", PAGE_WORDS },
		{ "count", PAGE_NUMBERS }, { "share", PAGE_NUMBERS },
	};
	char title[128];

	for (size_t i = 0; i < changes->groups.count; i++) {
		const struct change_group *group = &changes->groups.at[i];

		snprintf(title, sizeof(title), "%s \xe2\x86\x92 %s: %" PRIu64
		    " %s", change_action_name(group->from),
		    change_action_name(group->to), group->count,
		    of_name(group->of, group->count));
		page_section(page, str_from(title));
		page_table_begin(page, STR("Which rules decide"), columns, 4);
		for (size_t j = 0; j < group->rules.count; j++)
			html_rule(page, group, &group->rules.at[j]);
		page_table_end(page);
	}
}
