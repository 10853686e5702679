#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"

#define DEFAULT_FILE	ASSAY_SYSCONFDIR "/assay.conf"

static const char usage[] =
    "usage: assayd [-c FILE] [-f] [-t] [-V] [-h] [--set KEY=VALUE]...\n"
    "  -c FILE          settings (" DEFAULT_FILE ")\n"
    "  -f               stay in the foreground\n"
    "  -t               look for mistakes in settings and policy, then end\n"
    "  -V               print the version\n"
    "  --set KEY=VALUE  wins over the settings file\n";

/* False: end with the status. */
static bool
take_option(struct options *options, int letter, enum exit_status *status_out)
{
	switch (letter) {
	case 'c':
		options->file = optarg;
		return true;
	case 'f':
		options->foreground = true;
		return true;
	case 't':
		options->only_test = true;
		return true;
	case 'S':
		if (options->override_count == OPTIONS_OVERRIDES_MAX)
			break;
		options->overrides[options->override_count++] = optarg;
		return true;
	case 'V':
		puts("assayd " PACKAGE_VERSION);
		*status_out = EXIT_FINE;
		return false;
	case 'h':
		fputs(usage, stdout);
		*status_out = EXIT_FINE;
		return false;
	}
	fputs(usage, stderr);
	*status_out = EXIT_USAGE;
	return false;
}

/* A reload must find it again from another directory. */
static void
make_file_absolute(struct options *options)
{
	char here[sizeof(options->path) / 2];
	int len;

	if (options->file[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		return;
	len = snprintf(options->path, sizeof(options->path), "%s/%s", here,
	    options->file);
	if (len > 0 && (size_t)len < sizeof(options->path))
		options->file = options->path;
}

bool
options_take(int argc, char **argv, struct options *options_out,
    enum exit_status *status_out)
{
	static const struct option longs[] = {
		{ "set", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int letter;

	*options_out = (struct options){ .file = DEFAULT_FILE };
	while ((letter = getopt_long(argc, argv, "c:ftVh", longs, NULL)) != -1)
		if (!take_option(options_out, letter, status_out))
			return false;
	if (optind != argc)
		return take_option(options_out, '?', status_out);
	make_file_absolute(options_out);
	return true;
}
