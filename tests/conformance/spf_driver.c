/*
 * spf_driver - SPF evaluations for a script, one command a line
 *
 *	ZONE OCTETS		then that many octets of zone file
 *	CHECK IP HELO FROM	HELO and FROM in hex, "-" for empty
 *
 * CHECK answers with one line: result, explanation in hex, look-ups, void
 * look-ups and the reason, with tabs between.  ENGINE is an argument.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dns/zonefile.h"
#include "spf/spf.h"

enum { LINE_OCTETS = 16384, DEADLINE_MS = 20000 };

struct driver {
	enum spf_engine		 engine;
	struct resolver		*dns;
	struct strand		*strand;
	struct arena		*arena;
	bool			 done;
};

static int
fail(const char *what)
{
	fprintf(stderr, "spf_driver: %s\n", what);
	return EXIT_FAILURE;
}

static void
print_hex(struct str s)
{
	if (s.len == 0)
		putchar('-');
	for (size_t i = 0; i < s.len; i++)
		printf("%02x", (unsigned char)s.ptr[i]);
}

static void
on_done(void *ctx, const struct spf_result *result)
{
	struct driver *driver = ctx;

	printf("%s\t", word_name(result->word));
	print_hex(result->explanation);
	printf("\t%u\t%u\t%.*s\n", result->lookups, result->void_lookups,
	    STR_ARG(result->reason));
	fflush(stdout);
	driver->done = true;
}

static struct str
from_hex(struct arena *arena, const char *hex)
{
	size_t len = hex == NULL || hex[0] == '-' ? 0 : strlen(hex) / 2;
	char *out = arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++) {
		unsigned octet = 0;

		sscanf(hex + 2 * i, "%2x", &octet);
		out[i] = (char)octet;
	}
	return str_make(out, len);
}

static bool
check(struct driver *driver, char *rest)
{
	char *save = NULL;
	struct spf_request request = { .receiver = STR("receiver.example") };
	const char *ip = strtok_r(rest, " \n", &save);

	if (ip == NULL || !ip_parse(str_from(ip), &request.client))
		return false;
	request.helo = from_hex(driver->arena, strtok_r(NULL, " \n", &save));
	request.sender = from_hex(driver->arena, strtok_r(NULL, " \n", &save));
	if (request.sender.len == 0)
		request.sender = request.helo;
	request.domain = request.sender;
	if (str_rchr(request.sender, '@') < request.sender.len)
		request.domain = str_skip(request.sender,
		    str_rchr(request.sender, '@') + 1);
	request.now = clock_unix();
	driver->done = false;
	spf_start(driver->engine, driver->arena, driver->dns, driver->strand,
	    &request, clock_ms() + DEADLINE_MS, on_done, driver);
	ensure(strand_wait(driver->strand, &driver->done,
	    clock_ms() + 2 * DEADLINE_MS));
	arena_reset(driver->arena);
	return true;
}

static bool
read_zone(struct driver *driver, size_t octets)
{
	char *text = xcalloc(octets + 1, 1), why[500] = "";
	bool got = fread(text, 1, octets, stdin) == octets;

	resolver_free(driver->dns);
	driver->dns = got ? resolver_new_zone("zone", str_make(text, octets),
	    why, sizeof(why)) : NULL;
	free(text);
	if (driver->dns == NULL)
		fail(why);
	return driver->dns != NULL;
}

static bool
run(struct driver *driver, char *line)
{
	if (strncmp(line, "ZONE ", 5) == 0)
		return read_zone(driver, strtoul(line + 5, NULL, 10));
	return strncmp(line, "CHECK ", 6) == 0 && driver->dns != NULL &&
	    check(driver, line + 6);
}

int
main(int argc, char **argv)
{
	struct driver driver = { .arena = arena_new() };
	static char line[LINE_OCTETS];
	bool good = true;

	if (argc != 2 || !spf_engine_from(argv[1], &driver.engine))
		return fail("usage: spf_driver ENGINE");
	driver.strand = strand_new();
	strand_enter(driver.strand);
	while (good && fgets(line, sizeof(line), stdin) != NULL)
		good = run(&driver, line);
	strand_leave(driver.strand);
	strand_unref(driver.strand);
	resolver_free(driver.dns);
	arena_free(driver.arena);
	return good ? EXIT_SUCCESS : fail("a command that failed");
}
