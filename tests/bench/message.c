/*
 * message - what the checks of a header and of parts cost, for one message
 *
 * Without arguments: microseconds of CPU (the median of the rounds) for a
 * message of 4 KB with a ZIP attached, check by check and all together; and
 * how fast an attachment of 5 MB goes by.  With a number: run all checks that
 * often and nothing else, to be counted by valgrind --tool=callgrind.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/ensure.h"
#include "checks/registry.h"
#include "mail/mime_decode.h"
#include "mail/protect.h"
#include "tests/support/mime_facts.h"

enum { ROUNDS = 9, ROUND_MS = 60, MESSAGE_OCTETS = 4096, PROTECTED = 100,
       LARGE_OCTETS = 5 * 1024 * 1024, CHUNK_OCTETS = 65535 };

/* Those that read the header or the parts, and ask no DNS. */
static const enum check_id checks[] = {
	CHECK_HEADER, CHECK_FORM, CHECK_BODY_FORM, CHECK_FROM_NAME,
	CHECK_LOOKALIKE, CHECK_LIST, CHECK_MIME,
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

static struct {
	struct arena		*arena;
	struct header		 header;
	struct str		 body, large;
	struct check_options	 options;
	struct subject		 subject;
	struct fact_set		 facts;
	struct results		 results;
	unsigned		 wanted;	/* CHECK_BITs */
	size_t			 finished;
} bench;

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
on_finish(struct check_run *run)
{
	(void)run;
	bench.finished++;
}

static void
feed(struct check_run *runs, size_t count)
{
	struct mime *mime;

	for (size_t i = 0; i < bench.header.fields.count; i++) {
		const struct header_field *field = &bench.header.fields.at[i];

		if (bench.subject.mime != NULL)
			mime_field(bench.subject.mime, field->name,
			    field->value);
		for (size_t j = 0; j < count; j++)
			if (runs[j].check->ops->header != NULL)
				runs[j].check->ops->header(&runs[j], field);
	}
	mime = bench.subject.mime;
	if (mime != NULL)
		mime_eoh(mime);
	for (size_t j = 0; j < count; j++)
		if (runs[j].check->ops->eoh != NULL)
			runs[j].check->ops->eoh(&runs[j]);
	if (mime != NULL)
		mime_body(mime, bench.body);
	for (size_t j = 0; j < count; j++)
		if (runs[j].check->ops->body != NULL && !runs[j].finished)
			runs[j].check->ops->body(&runs[j], bench.body);
	if (mime != NULL)
		mime_eom(mime);
	for (size_t j = 0; j < count; j++)
		if (runs[j].check->ops->eom != NULL && !runs[j].finished)
			runs[j].check->ops->eom(&runs[j]);
}

/* One message through the checks that are wanted. */
static void
run_checks(void)
{
	struct check_run runs[CHECKS];
	struct arena *arena = arena_new();
	size_t count = 0;

	bench.facts = (struct fact_set){ .arena = arena };
	bench.finished = 0;
	bench.subject.on_finish = on_finish;
	for (size_t i = 0; i < CHECKS; i++) {
		const struct check *check = &check_table[checks[i]];

		if ((bench.wanted & CHECK_BIT(checks[i])) == 0)
			continue;
		runs[count] = (struct check_run){ .check = check,
		    .subject = &bench.subject, .arena = arena,
		    .state = arena_alloc(arena, check->ops->state_size),
		    .stage = STAGE_MESSAGE, .started = true };
		if (check->ops->start != NULL)
			check->ops->start(&runs[count]);
		count++;
	}
	feed(runs, count);
	ensure(bench.finished == count);
	arena_free(arena);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Microseconds for one. */
static double
measure(void (*work)(void))
{
	double rounds[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu_us(), now;
		unsigned count = 0;

		do {
			work();
			count++;
			now = cpu_us();
		} while (now - start < ROUND_MS * 1e3);
		rounds[i] = (now - start) / count;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_size);
	return rounds[ROUNDS / 2];
}

static void
add_field(void *ctx, struct str name, struct str value)
{
	(void)ctx;
	VEC_PUSH(bench.arena, &bench.header.fields,
	    (struct header_field){ name, value });
}

static const char header_text[] =
    "Return-Path: <ann@example.com>\r\n"
    "Received: from mail.example.com (mail.example.com [192.0.2.1])\r\n"
    "\tby mx.example.org (Postfix) with ESMTPS id 4ABCDE12345\r\n"
    "\tfor <joe@example.org>; Mon, 02 Nov 2026 10:00:01 +0000 (UTC)\r\n"
    "Received: from [198.51.100.7] (client.example.com [198.51.100.7])\r\n"
    "\tby mail.example.com (Postfix) with ESMTPSA id 4ABCDE67890\r\n"
    "\tfor <joe@example.org>; Mon, 02 Nov 2026 10:00:00 +0000 (UTC)\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;\r\n"
    "\ts=s1; t=1793613600; h=from:to:subject:date:message-id;\r\n"
    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n"
    "\tb=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB4nujc7YopdG5\r\n"
    "\t dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHutKVdkLLkpVaVVQPzeRDI009SO\r\n"
    "Message-ID: <20261102100000.12345@example.com>\r\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\r\n"
    "MIME-Version: 1.0\r\n"
    "User-Agent: Mail 1.0\r\n"
    "Subject: =?UTF-8?Q?The_minutes_of_our_meeting_in_M=C3=BCnchen?=\r\n"
    "Content-Language: en\r\n"
    "To: =?UTF-8?Q?J=C3=BCrgen_Example?= <joe@example.org>\r\n"
    "Cc: Bob Example <bob@example.net>, carol@example.net\r\n"
    "From: =?UTF-8?B?QW5uIEV4w6RtcGxl?= <ann@example.com>\r\n"
    "List-Unsubscribe: <https://example.com/u/1>, <mailto:u@example.com>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "Content-Type: multipart/mixed;\r\n"
    " boundary=\"------------abcdefghij0123456789\"\r\n\r\n";

static const char body_begin[] =
    "This is a multi-part message in MIME format.\r\n"
    "--------------abcdefghij0123456789\r\n"
    "Content-Type: multipart/alternative; boundary=\"=_inner_1\"\r\n\r\n"
    "--=_inner_1\r\nContent-Type: text/plain; charset=UTF-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    "Dear J=C3=BCrgen,\r\n\r\nhere are the minutes =E2=80=93 all of them.=\r\n"
    "\r\n\r\n--=_inner_1\r\nContent-Type: text/html; charset=UTF-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<html><body style=3D\"font-family: sans-serif\"><p>Dear J=C3=BCrgen,</p>"
    "\r\n<p>here are the minutes =E2=80=93 <b>all</b> of them.</p></body>\r\n"
    "</html>\r\n--=_inner_1--\r\n\r\n"
    "--------------abcdefghij0123456789\r\n"
    "Content-Disposition: attachment;\r\n"
    " filename*0*=utf-8''minutes%20of%20our%20meeting%20in%20;\r\n"
    " filename*1*=M%C3%BCnchen.zip\r\n";

static const char body_end[] = "--------------abcdefghij0123456789--\r\n";

static void
make_message(void)
{
	struct str rest = str_from(header_text);
	struct buf body, zip;

	mime_each_field(&rest, add_field, NULL);
	bench.header.octets = sizeof(header_text) - 1;
	buf_init(&zip, bench.arena, SIZE_MAX);
	buf_init(&body, bench.arena, SIZE_MAX);
	buf_addz(&body, body_begin);
	while (sizeof(header_text) + body.len + zip.len / 3 * 4 +
	    sizeof(body_end) < MESSAGE_OCTETS - 500)
		buf_addc(&zip, (char)(zip.len * 7919 % 251));
	buf_add(&zip, mime_zip(bench.arena,
	    STR("minutes.docx,minutes.pdf"), 0));
	memcpy(zip.ptr, "PK\3\4", 4);
	buf_add(&body, mime_with_file(bench.arena, "application/zip",
	    buf_str(&zip)));
	buf_addz(&body, body_end);
	bench.body = buf_str(&body);
}

static void
make_protect(void)
{
	const char **names = arena_alloc(bench.arena,
	    PROTECTED * sizeof(*names));
	const char **domains = arena_alloc(bench.arena,
	    PROTECTED * sizeof(*domains));
	struct protect_options options = { names, PROTECTED, domains,
					   PROTECTED };

	for (int i = 0; i < PROTECTED; i++) {
		names[i] = arena_printf(bench.arena, "Boss Number %c%c",
		    'A' + i / 26, 'a' + i % 26).ptr;
		domains[i] = arena_printf(bench.arena, "bank-%d.example",
		    i).ptr;
	}
	bench.options.protect = protect_new(&options);
}

static void
make_large(void)
{
	char *octets = arena_alloc(bench.arena, LARGE_OCTETS);
	struct buf out;

	for (size_t i = 0; i < LARGE_OCTETS; i++)
		octets[i] = (char)(i * 2654435761u >> 13);
	buf_init(&out, bench.arena, SIZE_MAX);
	buf_addz(&out, "--b\r\n");
	buf_add(&out, mime_with_file(bench.arena, "application/pdf",
	    str_make(octets, LARGE_OCTETS / 4 * 3)));
	buf_addz(&out, "--b--\r\n");
	bench.large = buf_str(&out);
}

static bool
wanted(void *ctx, const struct mime_part *part)
{
	(void)part;
	return *(bool *)ctx;
}

static bool
counted(void *ctx, const struct mime_part *part, struct str piece)
{
	(void)ctx;
	(void)part;
	return piece.len > 0;
}

static void
read_large(bool decoded)
{
	static const struct mime_listener listener = { wanted, counted, NULL };
	struct mime *mime = mime_new();

	ensure(mime_listen(mime, &listener, &decoded));
	mime_field(mime, STR("Content-Type"),
	    STR(" multipart/mixed; boundary=b"));
	mime_eoh(mime);
	for (struct str rest = bench.large; rest.len > 0;
	    rest = str_skip(rest, CHUNK_OCTETS))
		mime_body(mime, str_slice(rest, 0, CHUNK_OCTETS));
	mime_eom(mime);
	ensure(mime_part_count(mime) == 2 && mime_troubles(mime) == 0);
	mime_free(mime);
}

static void
search_large(void)
{
	read_large(false);
}

static void
decode_large(void)
{
	read_large(true);
}

static void
print_rate(const char *what, void (*work)(void))
{
	double us = measure(work);

	printf("| %-38s | %10.2f | %8.0f MB/s |\n", what, us,
	    (double)bench.large.len / us);
}

int
main(int argc, char **argv)
{
	unsigned all = 0;

	bench.arena = arena_new();
	bench.subject = (struct subject){ .options = &bench.options,
	    .facts = &bench.facts, .results = &bench.results,
	    .header = &bench.header, .now = 1793613601,
	    .mail_from = STR("ann@example.com") };
	make_message();
	make_protect();
	for (size_t i = 0; i < CHECKS; i++)
		all |= CHECK_BIT(checks[i]);
	bench.wanted = all;
	if (argc > 1) {
		for (long n = strtol(argv[1], NULL, 10); n > 0; n--)
			run_checks();
		return 0;
	}
	printf("%zu octets of header, %zu of body\n", bench.header.octets,
	    bench.body.len);
	printf("| %-38s | %10s |\n", "check", "us");
	for (size_t i = 0; i < CHECKS; i++) {
		bench.wanted = CHECK_BIT(checks[i]);
		printf("| %-38s | %10.2f |\n", check_table[checks[i]].name,
		    measure(run_checks));
	}
	bench.wanted = all;
	printf("| %-38s | %10.2f |\n", "all of them", measure(run_checks));
	make_large();
	print_rate("5 MB in base64, boundaries", search_large);
	print_rate("5 MB in base64, decoded", decode_large);
	return 0;
}
