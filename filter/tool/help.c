#include <stdbool.h>
#include <string.h>

#include "base/diag.h"
#include "tool/help.h"

enum {
	LINE_WIDTH = 79,
	NAME_WIDTH = 15,	/* "policy replay" and two blanks */
	INDENT = 11,		/* of a synopsis behind its first line */
	COMMANDS_MAX = 32
};

/* The use that runs: its word, and its row where it has one of its own. */
static const char *running_word = "";

static bool
is_use(const struct tool_use *use, const char *command, const char *word)
{
	return strcmp(use->command, command) == 0 &&
	    strcmp(use->word, word) == 0;
}

const struct tool_use *
tool_use_find(const char *command)
{
	for (size_t i = 0; i < tool_use_count; i++)
		if (strcmp(tool_uses[i].command, command) == 0)
			return &tool_uses[i];
	return NULL;
}

const char *
tool_use_nearest(const char *command)
{
	const char *names[COMMANDS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < tool_use_count && count < COMMANDS_MAX; i++)
		if (i == 0 || strcmp(tool_uses[i].command,
		    tool_uses[i - 1].command) != 0)
			names[count++] = tool_uses[i].command;
	return diag_nearest(str_from(command), names, count);
}

void
tool_use_is(const char *command, const char *word)
{
	for (size_t i = 0; i < tool_use_count; i++)
		if (is_use(&tool_uses[i], command, word))
			running_word = tool_uses[i].word;
}

const char *
tool_use_word(void)
{
	return running_word;
}

void
tool_help(FILE *out)
{
	const struct tool_use *use;
	int width;

	fputs("usage: assay COMMAND [OPTION]...\n\n", out);
	for (size_t i = 0; i < tool_use_count; i++) {
		use = &tool_uses[i];
		width = (int)strlen(use->command) + 1;
		fprintf(out, "  %s %-*s%s\n", use->command, NAME_WIDTH - width,
		    use->word, use->about);
	}
	fputs("\nassay COMMAND --help tells its options, assay(1) what they "
	    "do.\nassay --version\n", out);
}

/* Where the next piece of a synopsis ends: "[-c FILE]", "--ip IP", "FILE". */
static size_t
piece_length(const char *text)
{
	size_t depth = 0, i = 0;
	bool named = text[0] == '-';	/* its value belongs to it */

	for (; text[i] != '\0'; i++) {
		if (text[i] == '[')
			depth++;
		else if (text[i] == ']' && depth > 0)
			depth--;
		if (text[i] != ' ' || depth > 0)
			continue;
		if (!named || text[i + 1] == '-' || text[i + 1] == '[')
			break;
		named = false;
	}
	return i;
}

static void
print_synopsis(const struct tool_use *use, FILE *out)
{
	size_t column = 0, length;

	column += (size_t)fprintf(out, "assay %s%s%s", use->command,
	    use->word[0] == '\0' ? "" : " ", use->word) + strlen("usage: ");
	for (const char *at = use->synopsis; *at != '\0'; at += length) {
		at += strspn(at, " ");
		length = piece_length(at);
		if (column + 1 + length > LINE_WIDTH) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
		} else {
			fputc(' ', out);
			column++;
		}
		column += fwrite(at, 1, length, out);
	}
	fputc('\n', out);
}

void
tool_print_uses(const char *command, bool about, FILE *out)
{
	const struct tool_use *use;
	const char *lead = "usage: ";

	for (size_t i = 0; i < tool_use_count; i++) {
		use = &tool_uses[i];
		if (strcmp(use->command, command) != 0 ||
		    (running_word[0] != '\0' &&
		    strcmp(use->word, running_word) != 0))
			continue;
		fputs(lead, out);
		print_synopsis(use, out);
		if (about)
			fprintf(out, "    %s\n", use->about);
		lead = "       ";
	}
}
