#include "tool/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/print.h"
#include "tool/help.h"
#include "wire/wire.h"

enum { OPTIONS_MAX = 64 };

#define DEFAULT_CONFIG	ASSAY_SYSCONFDIR "/assay.conf"

/* "dns=SPEC"; it lives as long as the process, so it is kept in sight. */
static const char *
dns_override(const char *spec)
{
	static char *kept[TOOL_OVERRIDES_MAX];
	static size_t count;

	if (count == TOOL_OVERRIDES_MAX ||
	    asprintf(&kept[count], "dns=%s", spec) < 0)
		return NULL;
	return kept[count++];
}

bool
tool_common_option(struct tool_common *common, int letter,
    const char *argument)
{
	const char *text;

	if (letter == 'J') {
		common->json = true;
		return true;
	}
	if (letter == 'c') {
		common->config = argument;
		return true;
	}
	if (letter != 'D' && letter != 'S')
		return false;
	text = letter == 'D' ? dns_override(argument) : argument;
	if (text == NULL || common->override_count == TOOL_OVERRIDES_MAX) {
		fprintf(stderr, "assay: more than %d --set and --dns\n",
		    TOOL_OVERRIDES_MAX);
		return false;
	}
	common->overrides[common->override_count++] = text;
	return true;
}

struct settings *
tool_settings(const struct tool_common *common)
{
	const char *file = common->config;
	struct diag *diag = diag_new();
	struct settings *settings;

	if (file == NULL && access(DEFAULT_CONFIG, R_OK) == 0)
		file = DEFAULT_CONFIG;
	settings = settings_load(file, common->overrides,
	    common->override_count, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	return settings;
}

static void
complain(const char *command, const char *format, va_list ap)
{
	const char *word = tool_use_word();

	fprintf(stderr, "assay %s%s%s: ", command, word[0] == '\0' ? "" : " ",
	    word);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

int
tool_error(const char *command, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(command, format, ap);
	va_end(ap);
	return TOOL_BAD_USE;
}

int
tool_usage(const char *command, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(command, format, ap);
	va_end(ap);
	tool_print_uses(command, false, stderr);
	return TOOL_BAD_USE;
}

/* An option as it was written: without its dashes, and without "=VALUE". */
static struct str
option_name(const char *written)
{
	struct str name = str_from(written);

	while (name.len > 0 && name.ptr[0] == '-')
		name = str_skip(name, 1);
	return str_slice(name, 0, str_chr(name, '='));
}

static void
bad_option(const char *command, const char *written,
    const struct option *table)
{
	const char *names[OPTIONS_MAX], *nearest;
	size_t count = 0;

	for (; table->name != NULL && count < OPTIONS_MAX; table++)
		names[count++] = table->name;
	nearest = diag_nearest(option_name(written), names, count);
	if (nearest == NULL)
		tool_usage(command, "there is no option %s", written);
	else
		tool_usage(command, "there is no option %s; did you mean --%s?",
		    written, nearest);
}

int
tool_option(const char *command, int argc, char **argv, const char *letters,
    const struct option *table, int *row_out)
{
	const char *written;
	int letter;

	opterr = 0;
	letter = getopt_long(argc, argv, letters, table, row_out);
	if (letter != '?')
		return letter;
	written = argv[optind - 1];
	if (optopt == 0 || strncmp(written, "--", 2) != 0)
		bad_option(command, written, table);
	else if (strchr(written, '=') != NULL)
		tool_usage(command, "%s: this option takes no value", written);
	else
		tool_usage(command, "%s needs a value", written);
	return letter;
}

bool
tool_take_options(const char *command, int argc, char **argv,
    const struct option *table, tool_take_fn *take, void *ctx)
{
	int letter, row = 0;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, table, &row)) != -1) {
		if (letter == '?')
			return false;
		if (take(ctx, letter, optarg))
			continue;
		if (optarg == NULL)
			tool_usage(command, "--%s cannot be had here",
			    table[row].name);
		else
			tool_usage(command, "\"%s\" is nothing for --%s",
			    optarg, table[row].name);
		return false;
	}
	return true;
}

bool
tool_dns_open(const struct tool_common *common, const char *command,
    struct tool_dns *out)
{
	struct diag *diag;

	*out = (struct tool_dns){ .settings = tool_settings(common) };
	if (out->settings == NULL)
		return false;
	diag = diag_new();
	out->dns = wire_resolver(out->settings, diag);
	if (out->dns == NULL) {
		tool_error(command, "no DNS");
		diag_print(diag, stderr);
	}
	diag_free(diag);
	if (out->dns == NULL) {
		settings_free(out->settings);
		return false;
	}
	out->strand = strand_new();
	strand_enter(out->strand);
	return true;
}

void
tool_dns_close(struct tool_dns *dns)
{
	strand_leave(dns->strand);
	resolver_free(dns->dns);
	strand_unref(dns->strand);
	settings_free(dns->settings);
}

bool
tool_colour(const char *when, bool *colour_out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	*colour_out = strcmp(when, "always") == 0;
	if (strcmp(when, "auto") == 0)
		*colour_out = isatty(STDOUT_FILENO) &&
		    (no == NULL || no[0] == '\0') && term != NULL &&
		    strcmp(term, "dumb") != 0;
	return *colour_out || strcmp(when, "auto") == 0 ||
	    strcmp(when, "never") == 0;
}

void
tool_print_text(struct str text)
{
	print_safe(stdout, text);
}
