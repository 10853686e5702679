/*
 * dkim_sign_driver - sign message files as a signing table says
 *
 *	dkim_sign_driver TABLE AUTHOR DIRECTORY FILE...
 *
 * Writes each message with its new fields into DIRECTORY, under the same name,
 * and says on standard error what could not be signed.  Line ends must be
 * CRLF.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/source.h"
#include "signing/signing.h"

enum { OCTETS_MAX = 64 * 1024 * 1024 };

/* Lines up to the empty one; what follows is returned. */
static struct str
read_header(struct arena *arena, struct str text, struct header *header)
{
	while (text.len > 0 && text.ptr[0] != '\r') {
		struct str field;
		size_t end = 0, colon;

		do
			end += str_chr(str_skip(text, end), '\n') + 1;
		while (end < text.len && (text.ptr[end] == ' ' ||
		    text.ptr[end] == '\t'));
		field = str_slice(text, 0, end - 2);
		colon = str_chr(field, ':');
		VEC_PUSH(arena, &header->fields, (struct header_field){
		    str_slice(field, 0, colon), str_skip(field, colon + 1) });
		text = str_skip(text, end);
	}
	return str_skip(text, 2);
}

static void
write_out(const char *directory, const char *path,
    const struct signing_result *result, struct str text)
{
	const char *slash = strrchr(path, '/');
	char name[4096];
	FILE *out;

	snprintf(name, sizeof(name), "%s/%s", directory, slash == NULL ?
	    path : slash + 1);
	out = fopen(name, "wb");
	if (out == NULL)
		err(2, "%s", name);
	for (size_t i = 0; i < result->made.count; i++)
		fprintf(out, "%.*s:%.*s\r\n",
		    STR_ARG(result->made.at[i].field.name),
		    STR_ARG(result->made.at[i].field.value));
	fwrite(text.ptr, 1, text.len, out);
	if (fclose(out) != 0)
		err(2, "%s", name);
}

static void
sign_file(const struct signing *signing, struct str author,
    const char *directory, const char *path)
{
	struct arena *arena = arena_new();
	struct dkim_bodies *bodies = dkim_bodies_new(arena);
	struct signing_result result;
	struct header header = { 0 };
	struct signing_job *job;
	struct source *source;
	struct str body;

	if (!source_read(arena, path, OCTETS_MAX, &source))
		err(2, "%s", path);
	body = read_header(arena, source->text, &header);
	job = signing_begin(signing, arena, bodies, author, str_skip(author,
	    str_rchr(author, '@') + 1));
	dkim_bodies_feed(bodies, body);
	dkim_bodies_end(bodies);
	signing_end(job, &header, clock_unix(), &result);
	if (result.why.len > 0)
		warnx("%s: %.*s", path, STR_ARG(result.why));
	write_out(directory, path, &result, source->text);
	signing_job_free(job);
	dkim_bodies_free(bodies);
	arena_free(arena);
}

int
main(int argc, char **argv)
{
	struct signing_options options = { .signer = (uid_t)-1 };
	struct diag *diag = diag_new();
	struct signing *signing;

	if (argc < 5)
		errx(2, "usage: dkim_sign_driver table author directory "
		    "file...");
	options.table = argv[1];
	signing = signing_new(&options, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	if (signing == NULL)
		return 2;
	for (int i = 4; i < argc; i++)
		sign_file(signing, str_from(argv[2]), argv[3], argv[i]);
	signing_free(signing);
	return 0;
}
