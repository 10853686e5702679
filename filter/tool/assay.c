#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "config.h"
#include "tool/tool.h"

static const struct tool_command commands[] = {
	{ "verify",
	  "[-c FILE] [--dns SPEC] [--policy FILE] [--ip IP] [--name NAME] "
	  "[--helo NAME] [--from ADDR] [--rcpt ADDR]... [--auth LOGIN] "
	  "[--listener NAME] [--now UNIXTIME] [--set KEY=VALUE]... [--json] "
	  "[--explain] [--color WHEN] "
	  "MESSAGE...",
	  "run the daemon's checks and policy on message files",
	  tool_verify },
	{ "seal",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--key FILE] "
	  "[--domain DOMAIN] [--selector NAME] [--authserv-id ID] [--ip IP] "
	  "[--name NAME] [--helo NAME] [--from ADDR] [--now UNIXTIME] "
	  "[MESSAGE]",
	  "verify a message, and print it with one more ARC set on top",
	  tool_seal },
	{ "spf",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--json] --ip IP "
	  "--helo NAME --from ADDR",
	  "what SPF says of a client",
	  tool_spf },
	{ "dmarc",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--json] "
	  "[--dkim DOMAIN]... [--spf DOMAIN] DOMAIN | "
	  "read [--json] [--html] [--domain DOMAIN]... [--top N] FILE... | "
	  "send [--dry-run] [--date DATE] [--output DIR] [--domain DOMAIN]... "
	  "[--again] [--pace TIME] [--jobs N] [--now UNIXTIME] [--json] "
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [SOURCE...] | "
	  "send --failures [-c FILE] [--dns SPEC] [--set KEY=VALUE]... "
	  "[--dry-run] | "
	  "bounce [-c FILE] [--set KEY=VALUE]... [FILE]",
	  "what DMARC says of an author domain, and how it is found; what "
	  "others report of our mail, and what we report to them",
	  tool_dmarc },
	{ "explain",
	  "[-c FILE] [--policy FILE] [--mail-log LOG]... [--color WHEN] "
	  "[--set KEY=VALUE]... [--json] QUEUE-ID [EVENTS...]",
	  "why a logged message ended as it did",
	  tool_explain },
	{ "log",
	  "[-c FILE] [--from WHO] [--to WHO] [--client IP|NET] "
	  "[--verdict WHAT] [--queue-id ID] [--rule FILE:LINE] "
	  "[--fired FILE:LINE] [--fact TEST]... [--host NAME] [--kind KIND] "
	  "[--since TIME] [--until TIME] [--limit N] [--follow] "
	  "[--set KEY=VALUE]... [--json] [SOURCE...]",
	  "what mail came, a line each",
	  tool_log },
	{ "report",
	  "[-c FILE] [--since TIME] [--until TIME] [--by WHAT] [--top N] "
	  "[--format text|html|json|csv] [--mail ADDRESS]... "
	  "[--section NAME]... [--own DOMAIN]... [--commands] "
	  "[--mail-log LOG]... [--color WHEN] [--follow] [--jobs N] "
	  "[--set KEY=VALUE]... [--json] [SOURCE...]",
	  "what the mail of a time came to",
	  tool_report },
	{ "outcomes",
	  "[-c FILE] [--events SOURCE]... [--since TIME] [--until TIME] "
	  "[--top N] [--format text|html|json|csv] [--queue-id ID] "
	  "[--show N] [--year N] [--color WHEN] [--jobs N] "
	  "[--set KEY=VALUE]... [--json] LOG...",
	  "what became of mail, by the logs of Postfix and Sendmail",
	  tool_outcomes },
	{ "learn",
	  "spam|ham [-c FILE] [--set KEY=VALUE]... [--json] "
	  "MESSAGE|QUEUE-ID [EVENTS...]",
	  "what a message was, for the reputation of who sent it",
	  tool_learn },
	{ "reputation",
	  "[-c FILE] [--set KEY=VALUE]... [--json] [--reset] ID...",
	  "what is remembered of a domain or a network",
	  tool_reputation },
	{ "key",
	  "new|check|rotate [-c FILE] [--dns SPEC]... [--set KEY=VALUE]... "
	  "[--json] [--directory DIR] [--domain DOMAIN] [--selector NAME] "
	  "[--algorithm NAME] [--wait TIME] [--interval TIME] [--keep TIME] "
	  "[--after TIME]",
	  "make keys, compare them with DNS, replace them",
	  tool_key },
	{ "policy",
	  "check|test [--json] [--werror] FILE... | "
	  "replay --policy NEW [--against OLD] [--since TIME] [--until TIME] "
	  "[--show N] [--json] [--html] [--jobs N] [-c FILE] "
	  "[--set KEY=VALUE]... [EVENTS...] | "
	  "diff --live [--since TIME] [--until TIME] [--show N] [--json] "
	  "[--jobs N] [-c FILE] [--set KEY=VALUE]... [EVENTS...]",
	  "what is wrong with a policy; what it does in the cases beside it; "
	  "what logged mail would have met under it",
	  tool_policy },
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

const char *
tool_synopsis(const char *command)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].synopsis;
	return "";
}

static void
print_help(FILE *out)
{
	fputs("usage: assay COMMAND [OPTION]...\n\n", out);
	for (int i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "assay %s %s\n    %s\n", commands[i].name,
		    commands[i].synopsis, commands[i].about);
	fputs("assay --version\n", out);
}

static int
run_command(const struct tool_command *command, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("usage: assay %s %s\n    %s\n", command->name,
		    command->synopsis, command->about);
		return TOOL_DONE;
	}
	return command->run(argc, argv);
}

int
main(int argc, char **argv)
{
	log_open("assay", "stderr", LOG_LEVEL_WARN);
	if (argc < 2) {
		print_help(stderr);
		return TOOL_BAD_USE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return TOOL_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(PACKAGE_STRING);
		return TOOL_DONE;
	}
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i].name, argv[1]) == 0)
			return run_command(&commands[i], argc - 1, argv + 1);
	fprintf(stderr, "assay: no command \"%s\"\n", argv[1]);
	print_help(stderr);
	return TOOL_BAD_USE;
}
