#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/print.h"
#include "event/emit.h"
#include "tool/dmarc_send.h"

static const char *const words[] = {
	[DELIVER_SENT] = "sent", [DELIVER_WOULD] = "would send",
	[DELIVER_BEFORE] = "sent before", [DELIVER_NOT] = "not sent",
	[DELIVER_LATER] = "later",
};

static const char *
date_of(const struct pack_head *head, char out[32])
{
	time_t day = (time_t)head->begin;
	struct tm tm;

	if (gmtime_r(&day, &tm) == NULL ||
	    strftime(out, 32, "%Y-%m-%d", &tm) == 0)
		out[0] = '\0';
	return out;
}

static void
print_text(const struct pack_head *head, const struct plan *plan,
    const struct deliver_outcome *outcome)
{
	const struct parcel *parcel = &outcome->parcel;
	char date[32];

	printf("%s %s: %.*s", date_of(head, date), words[outcome->word],
	    STR_ARG(plan->domain));
	if (outcome->address.len > 0) {
		fputs(" -> ", stdout);
		print_safe(stdout, outcome->address);
	}
	if (parcel->parts > 0)
		printf(", part %zu of %zu", parcel->part, parcel->parts);
	printf(", %" PRIu64 " messages, %" PRIu64 " rows, %" PRIu64
	    " octets", parcel->messages, parcel->rows, parcel->octets);
	if (outcome->word == DELIVER_SENT && outcome->queue_id.len > 0) {
		fputs(", as ", stdout);
		print_safe(stdout, outcome->queue_id);
	} else if (outcome->word != DELIVER_SENT && outcome->why.len > 0) {
		fputs(": ", stdout);
		print_safe(stdout, outcome->why);
	}
	putchar('\n');
}

static void
put_text(struct emit *out, const char *key, struct str text)
{
	if (text.len == 0)
		emit_null(out, key);
	else
		emit_text(out, key, text, text.len);
}

static void
print_json(const struct pack_head *head, const struct plan *plan,
    const struct deliver_outcome *outcome)
{
	const struct parcel *parcel = &outcome->parcel;
	struct emit out;
	char date[32], *text;

	emit_init(&out);
	emit_open(&out, NULL, '{');
	emit_word(&out, "outcome", words[outcome->word]);
	emit_word(&out, "date", date_of(head, date));
	put_text(&out, "domain", plan->domain);
	put_text(&out, "to", outcome->address);
	put_text(&out, "why", outcome->why);
	put_text(&out, "queue_id", outcome->queue_id);
	put_text(&out, "report_id", parcel->id);
	put_text(&out, "error", plan->error);
	if (parcel->parts > 0) {
		emit_int(&out, "part", (int64_t)parcel->part);
		emit_int(&out, "parts", (int64_t)parcel->parts);
	}
	emit_int(&out, "messages", (int64_t)parcel->messages);
	emit_int(&out, "rows", (int64_t)parcel->rows);
	emit_int(&out, "octets", (int64_t)parcel->octets);
	emit_close(&out, '}');
	text = emit_finish(&out);
	puts(text);
	free(text);
}

void
dmarc_send_print(const struct dmarc_send *send, const struct pack_head *head,
    const struct plan *plan, const struct deliver_outcome *outcome)
{
	if (send->common.json)
		print_json(head, plan, outcome);
	else
		print_text(head, plan, outcome);
	/* Somebody may be looking on, and the next one may take minutes. */
	fflush(stdout);
}

void
dmarc_send_sum(const struct pack_head *head,
    const struct collected *collected, const struct plans *plans)
{
	char date[32];

	fprintf(stderr, "assay dmarc send: %s: %" PRIu64 " messages are "
	    "reported, of %" PRIu64 " policy domains, %zu of which name a "
	    "place for reports\n", date_of(head, date),
	    collected->fates[ROW_TAKEN], plans->domains,
	    plans->list.count + (size_t)plans->over);
	for (int i = ROW_TAKEN + 1; i < ROW_FATES; i++)
		if (i != ROW_NO_POLICY && collected->fates[i] > 0)
			fprintf(stderr, "assay dmarc send: left out: %" PRIu64
			    " %s\n", collected->fates[i],
			    row_fate_name((enum row_fate)i));
	if (plans->over > 0)
		fprintf(stderr, "assay dmarc send: %" PRIu64 " domains get no "
		    "report: they are too many\n", plans->over);
}
