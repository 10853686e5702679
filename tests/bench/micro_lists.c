/*
 * What lists of a million entries cost: to load, to keep and to ask.
 */
#include "tests/bench/micro.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/limits.h"
#include "policy/list.h"

enum { ENTRIES = 1000000, ASKED = 20000, PASSES = 200 };

static struct {
	const struct list	*list;
	struct ip		 ips[ASKED];
	struct str		 texts[ASKED];
	unsigned		 met;
} bench;

/* Where an entry is from its number, in no order and none twice. */
static uint32_t
scattered(uint32_t n)
{
	return n * 2654435761u;
}

static struct str
domain(struct arena *arena, uint32_t n)
{
	return arena_printf(arena, "%s%x.%s.example", n % 3 == 0 ? "mail-" :
	    "d", scattered(n), n % 5 == 0 ? "customers" : "net");
}

static struct str
address(struct arena *arena, uint32_t n)
{
	return arena_printf(arena, "user%x@host%u.example", scattered(n),
	    n % 5000);
}

static struct str
v4(struct arena *arena, uint32_t n)
{
	uint32_t ip = scattered(n);

	return arena_printf(arena, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255,
	    ip >> 8 & 255, ip & 255);
}

static struct str
v6(struct arena *arena, uint32_t n)
{
	uint32_t ip = scattered(n);

	return arena_printf(arena, "2001:db8:%x:%x::%x", ip >> 16,
	    ip & 0xffff, n % 7);
}

static void
ask_domains(void)
{
	for (int i = 0; i < ASKED; i++)
		bench.met += list_has_domain(bench.list, bench.texts[i]);
}

static void
ask_addresses(void)
{
	for (int i = 0; i < ASKED; i++)
		bench.met += list_has_address(bench.list, bench.texts[i]);
}

static void
ask_ips(void)
{
	for (int i = 0; i < ASKED; i++)
		bench.met += list_has_ip(bench.list, &bench.ips[i]);
}

static const struct kind {
	const char *what;
	struct str (*text)(struct arena *arena, uint32_t n);
	work_fn *ask;
} kinds[] = {
	{ "domains", domain, ask_domains },
	{ "mail addresses", address, ask_addresses },
	{ "networks, IPv4", v4, ask_ips },
	{ "networks, IPv6", v6, ask_ips },
};

static void
write_entries(const char *path, const struct kind *kind)
{
	FILE *out = fopen(path, "w");
	struct arena *arena = arena_new();

	ensure(out != NULL);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		fprintf(out, "%.*s\n", STR_ARG(kind->text(arena, i)));
		if (i % 1024 == 0)
			arena_reset(arena);
	}
	fclose(out);
	arena_free(arena);
}

double
resident(void)
{
	FILE *in = fopen("/proc/self/statm", "r");
	unsigned long all, pages;

	malloc_trim(0);
	ensure(in != NULL && fscanf(in, "%lu %lu", &all, &pages) == 2);
	fclose(in);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static const struct list *
load(const char *path, struct arena *arena)
{
	struct arena *scratch = arena_new();
	struct list_builder *builder = list_builder_new(arena, NULL);
	struct diag *diag = diag_new();
	struct source *source;
	const struct list *list;

	ensure(source_read(scratch, path, LIMIT_LIST_OCTETS, &source));
	list_add_lines(builder, source, diag);
	list = list_build(builder, diag);
	diag_print(diag, stderr);
	ensure(diag_total(diag) == 0 && list_count(list) == ENTRIES);
	diag_free(diag);
	arena_free(scratch);
	return list;
}

/*
 * Entries, or what would be the entries after the last one.  The least of the
 * passes: all else is what others did to the caches.
 */
static double
ask(const struct kind *kind, struct arena *arena, uint32_t first)
{
	double least = 0;
	unsigned met;

	for (uint32_t i = 0; i < ASKED; i++) {
		bench.texts[i] = kind->text(arena,
		    first + scattered(i) % ENTRIES);
		ip_parse(bench.texts[i], &bench.ips[i]);
	}
	bench.met = 0;
	kind->ask();
	met = bench.met;
	ensure(met == (first == 0 ? ASKED : 0));
	for (int i = 0; i < PASSES; i++) {
		double start = cpu_ns(), took;

		kind->ask();
		took = (cpu_ns() - start) / ASKED;
		if (i == 0 || took < least)
			least = took;
	}
	return least;
}

static void
measure(const struct kind *kind)
{
	char path[] = "/tmp/assay-micro.XXXXXX";
	struct arena *arena = arena_new(), *asked = arena_new();
	double before, start, seconds, octets, hit, miss;

	close(mkstemp(path));
	write_entries(path, kind);
	before = resident();
	start = cpu_ns();
	bench.list = load(path, arena);
	seconds = (cpu_ns() - start) / 1e9;
	octets = (resident() - before) / ENTRIES;
	unlink(path);
	hit = ask(kind, asked, 0);
	miss = ask(kind, asked, ENTRIES);
	printf("| %-38s | %10.2f | %12.1f | %10.0f | %10.0f |\n", kind->what,
	    seconds, octets, hit, miss);
	arena_free(asked);
	arena_free(arena);
}

void
micro_lists(void)
{
	printf("\n| %-38s | %10s | %12s | %10s | %10s |\n",
	    "list of 1,000,000", "load, s", "octets each", "met, ns",
	    "not, ns");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		measure(&kinds[i]);
}
