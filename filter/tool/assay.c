#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "config.h"
#include "tool/help.h"
#include "tool/tool.h"

/* In the order in which an admin meets them. */
const struct tool_use tool_uses[] = {
	{ "verify", "",
	  "[-c FILE] [--dns SPEC] [--policy FILE] [--ip IP] [--name "
	  "NAME] [--helo NAME] [--from ADDR] [--rcpt ADDR]... [--auth "
	  "LOGIN] [--listener NAME] [--now UNIXTIME] [--set "
	  "KEY=VALUE]... [--json] [--explain] [--color WHEN] MESSAGE...",
	  "the daemon's checks and policy on message files",
	  tool_verify },
	{ "policy", "check",
	  "[--json] [--werror] FILE...",
	  "what is wrong with a policy",
	  tool_policy },
	{ "policy", "test",
	  "[--json] [--werror] FILE...",
	  "what a policy does in the cases beside it",
	  tool_policy },
	{ "policy", "replay",
	  "--policy NEW [--against OLD] [--since TIME] [--until TIME] "
	  "[--show N] [--json] [--html] [--jobs N] [-c FILE] [--set "
	  "KEY=VALUE]... [EVENTS...]",
	  "what logged mail would have met under a policy",
	  tool_policy },
	{ "policy", "diff",
	  "--live [--since TIME] [--until TIME] [--show N] [--json] "
	  "[--jobs N] [-c FILE] [--set KEY=VALUE]... [EVENTS...]",
	  "what the shadow policy would have done otherwise",
	  tool_policy },
	{ "log", "",
	  "[-c FILE] [--from WHO] [--to WHO] [--client IP|NET] "
	  "[--verdict WHAT] [--queue-id ID] [--rule FILE:LINE] "
	  "[--fired FILE:LINE] [--fact TEST]... [--host NAME] [--kind "
	  "KIND] [--since TIME] [--until TIME] [--weekday DAY] [--is "
	  "WORD]... [--known FACT] [--signal NAME] [--proof KIND:NAME] "
	  "[--rate KEY[,SECONDS]] [--bounce-tag WORD] [--took "
	  "[CHECK:]SPAN] [--waited [CHECK:]SPAN] [--dns-zone ZONE] "
	  "[--list [FUNCTION:]ZONE] [--list-error "
	  "[FUNCTION:]ZONE[:REASON]] [--shadow FROM:TO] [--signed "
	  "DOMAIN] [--not-signed REASON] [--not-sealed REASON] "
	  "[--not-tagged REASON] [--trouble TEXT] [--own DOMAIN]... "
	  "[--limit N] [--follow] [--set KEY=VALUE]... [--json] "
	  "[SOURCE...]",
	  "what mail came, a line each",
	  tool_log },
	{ "explain", "",
	  "[-c FILE] [--policy FILE] [--mail-log LOG]... [--color "
	  "WHEN] [--set KEY=VALUE]... [--json] QUEUE-ID [EVENTS...]",
	  "why a logged message ended as it did",
	  tool_explain },
	{ "report", "",
	  "[-c FILE] [--since TIME] [--until TIME] [--by WHAT] [--top "
	  "N] [--format text|html|json|csv] [--mail ADDRESS]... "
	  "[--section NAME]... [--own DOMAIN]... [--commands] "
	  "[--mail-log LOG]... [--color WHEN] [--follow] [--jobs N] "
	  "[--set KEY=VALUE]... [--json] [SOURCE...]",
	  "what the mail of a time came to",
	  tool_report },
	{ "outcomes", "",
	  "[-c FILE] [--events SOURCE]... [--default-events] [--since "
	  "TIME] [--until TIME] [--top N] [--format "
	  "text|html|json|csv] [--commands] [--list] [--is WORD]... "
	  "[--status STATUS] [--domain DOMAIN] [--reason TEXT] [--code "
	  "CODE] [--enhanced CODE] [--took [OF:]SPAN] [--tried-since "
	  "TIME] [--tried-until TIME] [--from WHO] [--to WHO] "
	  "[--queue-id ID] [--show N] [--year N] [--color WHEN] "
	  "[--jobs N] [--set KEY=VALUE]... [--json] LOG...",
	  "what became of mail, by the mail server's logs",
	  tool_outcomes },
	{ "spf", "",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--json] --ip "
	  "IP --helo NAME --from ADDR",
	  "what SPF says of a client",
	  tool_spf },
	{ "dmarc", "",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--json] "
	  "[--dkim DOMAIN]... [--spf DOMAIN] DOMAIN",
	  "what DMARC says of an author domain",
	  tool_dmarc },
	{ "dmarc", "read",
	  "[--json] [--html] [--domain DOMAIN]... [--top N] FILE...",
	  "what others report of our mail",
	  tool_dmarc },
	{ "dmarc", "send",
	  "[--dry-run] [--date DATE] [--output DIR] [--domain "
	  "DOMAIN]... [--again] [--pace TIME] [--jobs N] [--now "
	  "UNIXTIME] [--json] [--failures] [-c FILE] [--dns SPEC] "
	  "[--set KEY=VALUE]... [SOURCE...]",
	  "the reports that domain owners ask for",
	  tool_dmarc },
	{ "dmarc", "bounce",
	  "[-c FILE] [--set KEY=VALUE]... [FILE]",
	  "a report that came back (for a pipe)",
	  tool_dmarc },
	{ "key", "new",
	  "[-c FILE] [--set KEY=VALUE]... [--json] [--directory DIR] "
	  "[--algorithm NAME] --domain DOMAIN --selector NAME",
	  "a key, and its DNS record",
	  tool_key },
	{ "key", "check",
	  "[-c FILE] [--dns SPEC]... [--set KEY=VALUE]... [--json] "
	  "[--directory DIR] [--domain DOMAIN] [--selector NAME]",
	  "whether DNS has what is on disk",
	  tool_key },
	{ "key", "rotate",
	  "[-c FILE] [--dns SPEC]... [--set KEY=VALUE]... [--json] "
	  "[--directory DIR] [--algorithm NAME] [--wait TIME] "
	  "[--interval TIME] [--keep TIME] [--after TIME] [--selector "
	  "NAME] --domain DOMAIN",
	  "the next key, once DNS shows it",
	  tool_key },
	{ "learn", "",
	  "spam|ham [-c FILE] [--set KEY=VALUE]... [--json] "
	  "MESSAGE|QUEUE-ID [EVENTS...]",
	  "what a message was, for its sender's reputation",
	  tool_learn },
	{ "reputation", "",
	  "[-c FILE] [--set KEY=VALUE]... [--json] [--reset] ID...",
	  "what is remembered of a domain or a network",
	  tool_reputation },
	{ "seal", "",
	  "[-c FILE] [--dns SPEC] [--set KEY=VALUE]... [--key FILE] "
	  "[--domain DOMAIN] [--selector NAME] [--authserv-id ID] "
	  "[--ip IP] [--name NAME] [--helo NAME] [--from ADDR] [--now "
	  "UNIXTIME] [MESSAGE]",
	  "a message with one more ARC set on top",
	  tool_seal },
};

const size_t tool_use_count = sizeof(tool_uses) / sizeof(tool_uses[0]);

static bool
asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* argv[0] is the command. */
static int
run(int argc, char **argv)
{
	const struct tool_use *use = tool_use_find(argv[0]);
	const char *nearest;

	if (use == NULL) {
		nearest = tool_use_nearest(argv[0]);
		fprintf(stderr, "assay: no command \"%s\"", argv[0]);
		if (nearest != NULL)
			fprintf(stderr, "; did you mean \"%s\"?", nearest);
		fputs("\nassay --help lists them\n", stderr);
		return TOOL_BAD_USE;
	}
	if (argc > 1)
		tool_use_is(argv[0], argv[1]);
	if (!asks_help(argc, argv))
		return use->run(argc, argv);
	tool_print_uses(argv[0], true, stdout);
	return TOOL_DONE;
}

int
main(int argc, char **argv)
{
	log_open("assay", "stderr", LOG_LEVEL_WARN);
	if (argc < 2) {
		tool_help(stderr);
		return TOOL_BAD_USE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		tool_help(stdout);
		return TOOL_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts(PACKAGE_STRING);
		return TOOL_DONE;
	}
	return run(argc - 1, argv + 1);
}
