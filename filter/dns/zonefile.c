#include "dns/zonefile.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "dns/resolver_back.h"
#include "dns/zoneparse.h"

struct zone *
zonefile_parse(const char *file, struct str text, struct diag *diag)
{
	struct zoneparse parser = {
		.scratch = arena_new(), .zone = zone_new(), .diag = diag,
		.file = file
	};
	struct str line;

	while (str_next(&text, '\n', &line))
		zoneparse_line(&parser, line);
	arena_free(parser.scratch);
	if (diag_count(diag, DIAG_ERROR) == 0)
		return parser.zone;
	zone_free(parser.zone);
	return NULL;
}

static char *
read_whole(FILE *in, size_t *len_out)
{
	size_t size = 0, len = 0, got;
	char *text = NULL;

	do {
		if (len == size) {
			size = size == 0 ? 65536 : size * 2;
			text = xrealloc(text, size);
		}
		got = fread(text + len, 1, size - len, in);
		len += got;
	} while (got > 0 && len <= LIMIT_ZONE_OCTETS);
	*len_out = len;
	return text;
}

static struct zone *
read_file(const char *file, struct diag *diag)
{
	FILE *in = fopen(file, "re");
	struct zone *zone = NULL;
	size_t len = 0;
	char *text;

	if (in == NULL) {
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "cannot be opened: %s", strerror(errno));
		return NULL;
	}
	errno = 0;
	text = read_whole(in, &len);
	if (ferror(in))
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "cannot be read: %s", strerror(errno));
	else if (len > LIMIT_ZONE_OCTETS)
		diag_add(diag, DIAG_ERROR, file, 0, 0, STR_NONE,
		    "is longer than %d octets", LIMIT_ZONE_OCTETS);
	else
		zone = zonefile_parse(file, str_make(text, len), diag);
	free(text);
	fclose(in);
	return zone;
}

/* Takes the diag over. */
static struct resolver *
over(struct zone *zone, struct diag *diag, char *why_out, size_t why_size)
{
	size_t count = diag_total(diag);
	const struct diag_item *first;

	if (zone == NULL) {
		ensure(count > 0);
		first = diag_at(diag, 0);
		if (first->line == 0)
			snprintf(why_out, why_size, "%s: %s", first->file,
			    first->text);
		else
			snprintf(why_out, why_size, "%s:%u:%u: %s%s",
			    first->file, first->line, first->column,
			    first->text,
			    count > 1 ? " (and more mistakes below)" : "");
	}
	diag_free(diag);
	return zone == NULL ? NULL : resolver_over(zone_backend(zone), NULL);
}

struct resolver *
resolver_new_zonefile(const char *file, char *why_out, size_t why_size)
{
	struct diag *diag = diag_new();

	return over(read_file(file, diag), diag, why_out, why_size);
}

struct resolver *
resolver_new_zone(const char *file, struct str text, char *why_out,
    size_t why_size)
{
	struct diag *diag = diag_new();

	return over(zonefile_parse(file, text, diag), diag, why_out, why_size);
}
