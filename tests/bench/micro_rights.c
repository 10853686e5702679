/*
 * What a table of a million senders costs: to load, to keep and to ask.
 */
#include "tests/bench/micro.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ensure.h"
#include "rights/rights.h"

enum { ROWS = 1000000, ASKED = 20000, PASSES = 20 };

static struct {
	struct rights	*rights;
	struct arena	*arena;
	unsigned	 met;
} bench;

static const struct question {
	const char *what, *address;	/* of login %u; its number is %u */
	unsigned met;			/* of ASKED */
} questions[] = {
	{ "owns(): one's own address", "user%u@host%u.example", ASKED },
	{ "owns(): with an extension", "User%u+x@host%u.example", ASKED },
	{ "owns(): any of one's domain", "any%u@team%u.example", ASKED },
	{ "owns(): nobody's address", "nobody%u@host%u.example", 0 },
};

static void
write_rows(const char *path)
{
	FILE *out = fopen(path, "w");

	ensure(out != NULL);
	for (unsigned i = 0; i < ROWS; i++)
		if (i % 10 == 0)
			fprintf(out, "@team%u.example login%u\n", i, i);
		else
			fprintf(out, "user%u@host%u.example login%u\n", i, i,
			    i);
	fclose(out);
}

static double
ask(const struct question *question)
{
	char login[64], address[128];
	double start, spent = 0;

	bench.met = 0;
	for (unsigned i = 0; i < ASKED; i++) {
		unsigned n = i * 40 + (i % 2 == 0 ? 1 : 3);

		if (question->address[0] == 'a')
			n = i * 40;
		snprintf(login, sizeof(login), "login%u", n);
		snprintf(address, sizeof(address), question->address, n, n);
		start = cpu_ns();
		for (int pass = 0; pass < PASSES; pass++)
			bench.met += rights_owns(bench.rights, bench.arena,
			    str_from(login), str_from(address)) == RIGHTS_YES;
		spent += cpu_ns() - start;
		arena_reset(bench.arena);
	}
	ensure(bench.met == question->met * PASSES);
	return spent / ASKED / PASSES;
}

void
micro_rights(void)
{
	char path[] = "/tmp/assay-micro.XXXXXX";
	const char *tables[] = { path };
	struct diag *diag = diag_new();
	double before, start, seconds;

	close(mkstemp(path));
	write_rows(path);
	before = resident();
	start = cpu_ns();
	bench.rights = rights_new(&(struct rights_options){
	    .tables = tables, .table_count = 1, .delimiters = "+",
	    .login_is_address = true }, diag);
	seconds = (cpu_ns() - start) / 1e9;
	unlink(path);
	ensure(bench.rights != NULL && diag_total(diag) == 0);
	printf("\n| %-38s | %10s | %12s |\n", "sender_logins of 1,000,000",
	    "load, s", "octets each");
	printf("| %-38s | %10.2f | %12.1f |\n", "rows", seconds,
	    (resident() - before) / ROWS);
	printf("\n| %-38s | %10s |\n", "asked", "ns");
	bench.arena = arena_new();
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		printf("| %-38s | %10.0f |\n", questions[i].what,
		    ask(&questions[i]));
	arena_free(bench.arena);
	rights_free(bench.rights);
	diag_free(diag);
}
