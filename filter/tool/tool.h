/*
 * tool - assay, the admin's command: a table of subcommands
 *
 * To add one: a file tool/NAME.c that exports tool_NAME(), a row in
 * tool/assay.c (tool/help.h), and a section in tool/assay.1.
 *
 * Exit status of every subcommand: 0 done, 2 bad use or unreadable input;
 * what else there is, its manual section says.
 */
#ifndef ASSAY_TOOL_TOOL_H
#define ASSAY_TOOL_TOOL_H

#include <getopt.h>

#include "conf/settings.h"
#include "dns/resolver.h"

enum { TOOL_DONE = 0, TOOL_BAD_USE = 2 };

int tool_verify(int argc, char **argv);
int tool_seal(int argc, char **argv);
int tool_key(int argc, char **argv);
int tool_spf(int argc, char **argv);
int tool_dmarc(int argc, char **argv);
int tool_policy(int argc, char **argv);
int tool_explain(int argc, char **argv);
int tool_log(int argc, char **argv);
int tool_outcomes(int argc, char **argv);
int tool_report(int argc, char **argv);
int tool_learn(int argc, char **argv);
int tool_reputation(int argc, char **argv);

/* What all subcommands that ask DNS share. */
enum { TOOL_OVERRIDES_MAX = 64 };

struct tool_common {
	const char	*config;	/* -c; NULL: the default file, if any */
	const char	*overrides[TOOL_OVERRIDES_MAX];	/* KEY=VALUE */
	size_t		 override_count;
	bool		 json;
};

/*
 * Rows for getopt_long() and their letters: -c FILE, --dns SPEC, --set
 * KEY=VALUE, --json.  tool_common_option() takes what tool_option() returned;
 * false: it is none of these, or one too many, which was said.
 */
#define TOOL_COMMON_LETTERS	"c:"
#define TOOL_COMMON_OPTIONS				\
	{ "config", required_argument, NULL, 'c' },	\
	{ "dns", required_argument, NULL, 'D' },	\
	{ "set", required_argument, NULL, 'S' },	\
	{ "json", no_argument, NULL, 'J' }

bool tool_common_option(struct tool_common *common, int letter,
    const char *argument);

/* Settings as the daemon would have them, or NULL: what is wrong was said. */
struct settings *tool_settings(const struct tool_common *common);

/*
 * getopt_long(), which says itself what is wrong with an option, and how the
 * command is written, before it returns '?'.
 */
int tool_option(const char *command, int argc, char **argv,
    const char *letters, const struct option *table, int *row_out);

/*
 * All options of a command line, one take() each; a NULL argument: it has
 * none.  False: what take() would not have (it returned false), or another
 * mistake, was said.  optind is the first operand.
 */
typedef bool tool_take_fn(void *ctx, int letter, char *argument);
bool tool_take_options(const char *command, int argc, char **argv,
    const struct option *table, tool_take_fn *take, void *ctx);

/* "assay NAME: text" and the synopsis on standard error; TOOL_BAD_USE. */
int tool_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "assay NAME: text" on standard error; TOOL_BAD_USE. */
int tool_error(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A resolver and a strand to wait in: tool_dns_open() enters the strand. */
struct tool_dns {
	struct settings	*settings;
	struct resolver	*dns;
	struct strand	*strand;
};

bool tool_dns_open(const struct tool_common *common, const char *command,
    struct tool_dns *out);
void tool_dns_close(struct tool_dns *dns);

/*
 * --color: "always", "never", or "auto": where standard output is a terminal
 * that is not dumb, and NO_COLOR is not set.  False: it is none of these.
 */
bool tool_colour(const char *when, bool *colour_out);

/* Hostile text for a terminal: control bytes and bad UTF-8 become "?". */
void tool_print_text(struct str text);

#endif
