/*
 * help - what assay's subcommands are for, and how each is written
 *
 * A subcommand with words of its own (assay policy check) has a row for each
 * of them; where the word is not known, all rows of the subcommand are meant.
 */
#ifndef ASSAY_TOOL_HELP_H
#define ASSAY_TOOL_HELP_H

#include <stddef.h>
#include <stdio.h>

struct tool_use {
	const char	*command;
	const char	*word;		/* "" where it has none */
	const char	*synopsis;	/* what stands behind them */
	const char	*about;		/* one line */
	int		(*run)(int argc, char **argv); /* argv[0]: command */
};

/* All rows; those of one command stand together (tool/assay.c). */
extern const struct tool_use tool_uses[];
extern const size_t tool_use_count;

/* The first row of a command, or NULL. */
const struct tool_use *tool_use_find(const char *command);

/* The command with the nearest name, or NULL. */
const char *tool_use_nearest(const char *command);

/* What the command line that runs says behind its command. */
void tool_use_is(const char *command, const char *word);

/* All commands, a line each. */
void tool_help(FILE *out);

/*
 * "usage: assay NAME ..." in lines of 79 octets, of the use that runs or of all
 * of the command; with what it does, if about.
 */
void tool_print_uses(const char *command, bool about, FILE *out);

/* " replay" of the use that runs; "" where its command has no words. */
const char *tool_use_word(void);

#endif
