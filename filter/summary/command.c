#include "base/buf.h"
#include "event/when.h"
#include "summary/summary.h"

static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.ptr[i]) && str_chr(STR("@%+=:,./_-"),
		    text.ptr[i]) == sizeof("@%+=:,./_-") - 1)
			return false;
	return text.len > 0;
}

/* As one word of a shell. */
static void
add_word(struct buf *out, struct str text)
{
	buf_addc(out, ' ');
	if (is_plain(text)) {
		buf_add(out, text);
		return;
	}
	buf_addc(out, '\'');
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\'')
			buf_addz(out, "'\\''");
		else
			buf_addc(out, text.ptr[i]);
	buf_addc(out, '\'');
}

static void
add_time(struct buf *out, const char *option, int64_t time_us)
{
	char text[WHEN_TEXT_MAX];
	struct str whole = when_text(time_us, text);

	if (time_us == 0)
		return;
	buf_printf(out, " %s ", option);
	if (time_us % 1000000 == 0)
		buf_printf(out, "%.19sZ", whole.ptr);
	else
		buf_add(out, whole);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* 0 is no end. */
static int64_t
sooner(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

bool
summary_has_query(const struct summary_query *query)
{
	return query->count > 0 || query->all || query->since_us != 0;
}

/* Only --is has words that depend on them. */
static bool
needs_own(const struct summary_query *query)
{
	for (size_t i = 0; i < query->count; i++)
		if (str_eqz(str_from(query->at[i].option), "--is") &&
		    str_starts_nocase(query->at[i].value, STR("our-")))
			return true;
	return false;
}

static void
add_sources(struct buf *out, const char *option, const char *const *sources)
{
	for (; sources != NULL && *sources != NULL; sources++) {
		if (option != NULL)
			buf_printf(out, " %s", option);
		add_word(out, str_from(*sources));
	}
}

static void
add_asks(struct buf *out, const struct summary_query *query)
{
	for (size_t i = 0; i < query->count; i++) {
		buf_printf(out, " %s", query->at[i].option);
		add_word(out, query->at[i].value);
	}
}

static void
add_log(struct buf *out, const struct summary *summary,
    const struct summary_query *query)
{
	add_time(out, "--since", later(summary->since_us, query->since_us));
	add_time(out, "--until", sooner(summary->until_us, query->until_us));
	for (size_t i = 0; needs_own(query) && i < summary->own_count; i++) {
		buf_addz(out, " --own");
		add_word(out, summary->own[i]);
	}
	add_asks(out, query);
	add_sources(out, NULL, summary->sources);
}

/* What came then is joined with the same events; a try has a time of its
 * own. */
static void
add_outcomes(struct buf *out, const struct summary *summary,
    const struct summary_query *query)
{
	add_time(out, "--since", summary->since_us);
	add_time(out, "--until", summary->until_us);
	if (summary->mail_log_year != 0)
		buf_printf(out, " --year %lld",
		    (long long)summary->mail_log_year);
	if (summary->joined && summary->sources == NULL)
		buf_addz(out, " --default-events");
	else if (summary->joined)
		add_sources(out, "--events", summary->sources);
	buf_addz(out, " --list");
	add_time(out, "--tried-since", query->since_us);
	add_time(out, "--tried-until", query->until_us);
	add_asks(out, query);
	add_sources(out, NULL, summary->mail_logs);
}

struct str
summary_command(const struct summary *summary,
    const struct summary_query *query, struct arena *arena)
{
	struct buf out;

	if (!summary_has_query(query))
		return STR_NONE;
	buf_init(&out, arena, SIZE_MAX);
	buf_addz(&out, query->outcomes ? "assay outcomes" : "assay log");
	if (summary->config != NULL) {
		buf_addz(&out, " -c");
		add_word(&out, str_from(summary->config));
	}
	if (query->outcomes)
		add_outcomes(&out, summary, query);
	else
		add_log(&out, summary, query);
	return buf_str(&out);
}
