/*
 * assay dmarc read: the aggregate reports that others send us, summed up.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/domain.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "base/print.h"
#include "feedback/aggregate.h"
#include "feedback/unpack.h"
#include "report/received.h"
#include "tool/dmarc.h"
#include "tool/tool.h"

enum { TROUBLE = 1, DOMAINS_MAX = 64, READ_SIZE = 64 * 1024, TOP = 10 };

static const char command[] = "dmarc";

struct reading {
	bool			 json, html;
	size_t			 top;
	struct str		 domains[DOMAINS_MAX];	/* none: all */
	size_t			 domain_count;
	struct received		*received;
	struct aggregate_reader	*reader;	/* of this document */
	char			 name[300];
	const char		*file;
	unsigned		 reports, again, troubles;
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'J' },
	{ "html", no_argument, NULL, 'H' },
	{ "domain", required_argument, NULL, 'd' },
	{ "top", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 }
};

/* ---- one document ---- */

static bool
is_wanted(const struct reading *reading, struct str domain)
{
	for (size_t i = 0; i < reading->domain_count; i++)
		if (domain_is_under(domain, reading->domains[i]))
			return true;
	return reading->domain_count == 0;
}

static bool
on_report(void *ctx, const struct aggregate_meta *meta)
{
	struct reading *reading = ctx;

	if (!is_wanted(reading, meta->domain))
		return false;
	if (!received_begin(reading->received, meta)) {
		reading->again++;
		return false;
	}
	return true;
}

static void
on_record(void *ctx, const struct aggregate_meta *meta,
    const struct aggregate_record *record)
{
	(void)meta;
	received_record(((struct reading *)ctx)->received, record);
}

static void
on_whole(void *ctx, const struct aggregate_meta *meta)
{
	struct reading *reading = ctx;

	received_end(reading->received, meta);
	reading->reports++;
}

static const struct aggregate_handler reports = {
	on_report, on_record, on_whole
};

static void
tell(struct reading *reading, struct str name, const char *why)
{
	reading->troubles++;
	fputs("assay dmarc read: ", stderr);
	print_safe(stderr, str_from(reading->file));
	if (!str_eqz(name, reading->file)) {
		fputs(": ", stderr);
		print_safe(stderr, name);
	}
	fprintf(stderr, ": %s\n", why);
}

static void
on_begin(void *ctx, struct str name)
{
	struct reading *reading = ctx;

	snprintf(reading->name, sizeof(reading->name), "%.*s", STR_ARG(name));
	reading->reader = aggregate_reader_new(&reports, reading);
}

static bool
on_piece(void *ctx, struct str piece)
{
	struct reading *reading = ctx;

	return aggregate_reader_feed(reading->reader, piece);
}

static void
on_end(void *ctx, const char *why)
{
	struct reading *reading = ctx;
	struct aggregate_reader *reader = reading->reader;

	if (why == NULL && !aggregate_reader_end(reader))
		why = aggregate_reader_why(reader);
	if (why != NULL)
		tell(reading, str_from(reading->name), why);
	aggregate_reader_free(reader);
	reading->reader = NULL;
}

static void
on_trouble(void *ctx, struct str name, const char *why)
{
	tell(ctx, name, why);
}

static const struct unpack_handler documents = {
	on_begin, on_piece, on_end, on_trouble
};

/* ---- files ---- */

/* On the heap; NULL and why where it cannot be had. */
static char *
read_file(FILE *in, size_t *len_out, const char **why_out)
{
	size_t len = 0, size = READ_SIZE, got;
	char *text = xrealloc(NULL, size);

	while ((got = fread(text + len, 1, size - len, in)) > 0) {
		len += got;
		if (len > LIMIT_UNPACK_FILE_OCTETS) {
			*why_out = "it is too large";
			free(text);
			return NULL;
		}
		if (len == size)
			text = xrealloc(text, size *= 2);
	}
	if (ferror(in)) {
		*why_out = strerror(errno);
		free(text);
		return NULL;
	}
	*len_out = len;
	return text;
}

static void
take_stream(struct reading *reading, FILE *in, const char *name)
{
	const char *why = NULL;
	size_t len = 0;
	char *text = read_file(in, &len, &why);

	reading->file = name;
	if (text == NULL)
		tell(reading, str_from(name), why);
	else
		unpack(str_make(text, len), str_from(name), &documents,
		    reading);
	free(text);
}

static void
take_file(struct reading *reading, const char *path)
{
	FILE *in = fopen(path, "rb");

	reading->file = path;
	if (in == NULL) {
		tell(reading, str_from(path), strerror(errno));
		return;
	}
	take_stream(reading, in, path);
	fclose(in);
}

static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The files of a directory, in the order of their names. */
static void
take_directory(struct reading *reading, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_shown, alphasort);

	reading->file = path;
	if (count < 0) {
		tell(reading, str_from(path), strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char file[4096];
		struct stat status;

		snprintf(file, sizeof(file), "%s/%s", path,
		    entries[i]->d_name);
		/* What cannot be looked at is told of when it is opened. */
		if (stat(file, &status) != 0 || S_ISREG(status.st_mode))
			take_file(reading, file);
		free(entries[i]);
	}
	free(entries);
}

static bool
is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A Maildir is read in its new and cur. */
static void
take_source(struct reading *reading, const char *path)
{
	static const char *const parts[] = { "new", "cur" };
	bool maildir = false;

	if (strcmp(path, "-") == 0) {
		take_stream(reading, stdin, "standard input");
		return;
	}
	if (!is_directory(path)) {
		take_file(reading, path);
		return;
	}
	for (int i = 0; i < 2; i++) {
		char part[4096];

		snprintf(part, sizeof(part), "%s/%s", path, parts[i]);
		if (!is_directory(part))
			continue;
		maildir = true;
		take_directory(reading, part);
	}
	if (!maildir)
		take_directory(reading, path);
}

/* ---- the command ---- */

static int
take_option(struct reading *reading, struct arena *arena, int letter)
{
	uint64_t top;

	switch (letter) {
	case 'J':
		reading->json = true;
		return 0;
	case 'H':
		reading->html = true;
		return 0;
	case 'd':
		if (reading->domain_count == DOMAINS_MAX)
			return tool_usage(command, "more than %d --domain",
			    DOMAINS_MAX);
		if (!domain_to_ascii(arena, str_from(optarg),
		    &reading->domains[reading->domain_count++]))
			return tool_usage(command, "\"%s\" is no domain name",
			    optarg);
		return 0;
	case 't':
		if (!str_to_uint(str_from(optarg), SIZE_MAX, &top))
			return tool_usage(command, "--top \"%s\" is no number",
			    optarg);
		reading->top = (size_t)top;
		return 0;
	default:
		return TOOL_BAD_USE;
	}
}

static void
print(struct reading *reading)
{
	if (reading->json)
		received_print_json(stdout, reading->received);
	else if (reading->html)
		received_print_html(stdout, reading->received, reading->top);
	else
		received_print(stdout, reading->received, reading->top);
	if (reading->again > 0)
		fprintf(stderr, "assay dmarc read: %u reports came more than "
		    "once and count once\n", reading->again);
	if (received_left_out(reading->received) > 0)
		fprintf(stderr, "assay dmarc read: %llu records are left out: "
		    "too many senders\n", (unsigned long long)
		    received_left_out(reading->received));
}

static int
run(struct reading *reading, int count, char **sources)
{
	for (int i = 0; i < count; i++)
		take_source(reading, sources[i]);
	if (reading->reports == 0)
		return tool_error(command, "no report%s was found",
		    reading->domain_count > 0 ? " of these domains" : "");
	print(reading);
	return reading->troubles > 0 ? TROUBLE : TOOL_DONE;
}

int
tool_dmarc_read(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct reading reading = { .top = TOP };
	int letter, status = 0;

	while (status == 0 && (letter = tool_option(command, argc, argv, "",
	    options, NULL)) != -1)
		status = take_option(&reading, arena, letter);
	if (status == 0 && reading.json && reading.html)
		status = tool_usage(command, "--json and --html exclude each "
		    "other");
	if (status == 0 && optind == argc)
		status = tool_usage(command, "read: no file is named");
	reading.received = received_new();
	if (status == 0)
		status = run(&reading, argc - optind, argv + optind);
	received_free(reading.received);
	arena_free(arena);
	return status;
}
