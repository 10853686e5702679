/*
 * dkim_driver - verify message files with one engine, one line a signature
 *
 *	dkim_driver [-e ENGINE] [-c OCTETS] [-t UNIXTIME] [-m MAX] ZONE FILE...
 *
 * Prints "# FILE" and then RESULT d=DOMAIN s=SELECTOR REASON for each
 * signature, "(limited)" where l= leaves some of the body out, and
 * "(testing)" for a key with t=y; with -v also what else is known of it.
 * -c is the size of the pieces in which the body is fed.  Line ends must be
 * CRLF.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "dkim/dkim.h"
#include "dns/zonefile.h"

enum { WAIT_MS = 60000 };

struct run {
	struct dkim_options	 options;
	struct resolver		*dns;
	int64_t			 now;
	size_t			 piece;
	bool			 verbose;
	bool			 done;
};

static struct str
read_file(struct arena *arena, const char *path)
{
	FILE *in = fopen(path, "rb");
	size_t size = 0, room = 65536, got;
	char *text = malloc(room);

	if (in == NULL || text == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	while ((got = fread(text + size, 1, room - size, in)) > 0) {
		size += got;
		if (size == room)
			text = realloc(text, room *= 2);
	}
	fclose(in);
	struct str copy = arena_copy(arena, str_make(text, size));
	free(text);
	return copy;
}

static void
print_results(void *ctx, const struct dkim_results *results)
{
	struct run *run = ctx;

	for (size_t i = 0; i < results->count; i++) {
		const struct dkim_signature *sig = &results->at[i];

		printf("%s d=%.*s s=%.*s %.*s%s%s", word_name(sig->word),
		    STR_ARG(sig->domain), STR_ARG(sig->selector),
		    STR_ARG(sig->reason),
		    sig->body_limited ? " (limited)" : "",
		    sig->key_testing ? " (testing)" : "");
		if (run->verbose)
			printf(" | a=%.*s i=%.*s bits=%u",
			    STR_ARG(sig->algorithm), STR_ARG(sig->identity),
			    sig->key_bits);
		putchar('\n');
	}
	run->done = true;
}

/* Up to the CRLF that no white space follows; an empty line has no fold. */
static size_t
field_end(struct str text)
{
	if (text.len >= 2 && text.ptr[0] == '\r' && text.ptr[1] == '\n')
		return 0;
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '\r' && text.ptr[i + 1] == '\n' &&
		    (i + 2 >= text.len || (text.ptr[i + 2] != ' ' &&
		    text.ptr[i + 2] != '\t')))
			return i;
	return text.len;
}

static struct str
feed_header(struct dkim_verify *verify, struct str text)
{
	while (text.len > 0) {
		size_t end = field_end(text);
		struct str line = str_slice(text, 0, end);
		size_t colon = str_chr(line, ':');
		struct header_field field = {
			str_slice(line, 0, colon), str_skip(line, colon + 1)
		};

		text = str_skip(text, end + 2);
		if (line.len == 0)
			break;
		dkim_verify_header(verify, &field);
	}
	return text;
}

static void
verify_text(struct run *run, struct arena *arena, struct str text)
{
	struct strand *strand = strand_new();
	struct dkim_verify *verify;

	strand_enter(strand);
	run->done = false;
	verify = dkim_verify_new(&run->options, arena, run->dns, strand,
	    run->now);
	text = feed_header(verify, text);
	dkim_verify_eoh(verify);
	while (text.len > 0) {
		/* A copy of its own, so that a read past it is found. */
		size_t size = text.len < run->piece ? text.len : run->piece;
		char *piece = malloc(size);

		memcpy(piece, text.ptr, size);
		dkim_verify_body(verify, str_make(piece, size));
		free(piece);
		text = str_skip(text, size);
	}
	dkim_verify_eom(verify, print_results, run);
	if (!strand_wait(strand, &run->done, clock_ms() + WAIT_MS))
		printf("no result\n");
	dkim_verify_free(verify);
	strand_leave(strand);
	strand_unref(strand);
}

static int
usage(void)
{
	fprintf(stderr, "usage: dkim_driver [-v] [-e engine] [-c octets] "
	    "[-t unixtime] [-m max] zone file...\n");
	return 2;
}

static bool
read_options(struct run *run, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "ve:c:t:m:")) != -1) {
		if (option == 'v')
			run->verbose = true;
		else if (option == 'c')
			run->piece = strtoul(optarg, NULL, 10);
		else if (option == 't')
			run->now = strtoll(optarg, NULL, 10);
		else if (option == 'm')
			run->options.max_signatures = (unsigned)
			    strtoul(optarg, NULL, 10);
		else if (option != 'e' ||
		    !dkim_engine_from(optarg, &run->options.engine))
			return false;
	}
	return run->piece > 0 && optind < argc;
}

int
main(int argc, char **argv)
{
	struct run run = {
		.options = { .engine = DKIM_ENGINE_OPENDKIM,
			     .max_signatures = 10, .clock_skew = 300,
			     .deadline_ms = 2000 },
		.now = clock_unix(), .piece = 65535
	};
	char why[500];

	if (!read_options(&run, argc, argv))
		return usage();
	run.dns = resolver_new_zonefile(argv[optind], why, sizeof(why));
	if (run.dns == NULL) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	for (int i = optind + 1; i < argc; i++) {
		struct arena *arena = arena_new();

		printf("# %s\n", argv[i]);
		verify_text(&run, arena, read_file(arena, argv[i]));
		arena_free(arena);
	}
	resolver_free(run.dns);
	return 0;
}
