/*
 * assay key check: does what is published fit what is on disk?
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/domain.h"
#include "base/print.h"
#include "dkim/private.h"
#include "tool/json.h"
#include "tool/key.h"
#include "wire/wire.h"

struct checking {
	struct key_tool	*tool;
	struct key_dns	*dns;
	size_t		 checked, unfit;
};

static const char *const verdicts[] = {
	[KEY_FITS] = "ok", [KEY_MISSING] = "missing",
	[KEY_DIFFERS] = "differs", [KEY_TROUBLE] = "trouble",
};

static void
print_json(const char *result, struct str name, struct str path,
    const struct key_answer *answer)
{
	tool_json_print(json_pack("{s:o, s:s, s:o, s:o, s:o}",
	    "name", tool_json_text(name), "result", result,
	    "key", tool_json_text(path),
	    "why", tool_json_text(answer->why),
	    "where", tool_json_text_or_null(answer->where)));
}

static void
print_text(const char *result, struct str name, struct str path,
    const struct key_answer *answer)
{
	printf("%-9s", result);
	print_safe(stdout, name);
	fputs("  ", stdout);
	print_safe(stdout, path);
	if (strcmp(result, verdicts[KEY_FITS]) != 0) {
		fputs(": ", stdout);
		print_safe(stdout, answer->why);
	}
	if (answer->where.len > 0) {
		fputs(" at ", stdout);
		print_safe(stdout, answer->where);
	}
	putchar('\n');
}

static void
tell(struct checking *check, const char *result, struct str name,
    struct str path, const struct key_answer *answer)
{
	check->checked++;
	check->unfit += strcmp(result, verdicts[KEY_FITS]) != 0;
	if (check->tool->common.json)
		print_json(result, name, path, answer);
	else
		print_text(result, name, path, answer);
}

static void
check_key(struct checking *check, struct str domain, struct str selector,
    struct str path, const struct dkim_private *key, struct str note)
{
	struct arena *arena = check->tool->arena;
	struct str name = selector.len == 0 ? domain :
	    key_name(arena, domain, selector);
	struct key_answer answer = { .why = note };

	if (key == NULL) {
		/* The note begins with the file's name. */
		if (str_starts_nocase(note, path))
			answer.why = str_trim(str_skip(note, path.len + 1));
		tell(check, "unusable", name, path, &answer);
		return;
	}
	answer = key_dns_ask(check->dns, arena, name, key);
	tell(check, verdicts[answer.verdict], name, path, &answer);
}

/* ---- one domain of a directory ---- */

static bool
check_domain(struct checking *check)
{
	struct key_tool *tool = check->tool;
	struct str directory = str_from(tool->directory), why;
	struct keydir keydir;

	if (!keydir_read(tool->arena, directory, tool->domain, &keydir,
	    &why)) {
		tool_error("key", "%.*s", STR_ARG(why));
		return false;
	}
	if (tool->selector.len > 0 &&
	    keydir_find(&keydir, tool->selector) == NULL)
		VEC_PUSH(tool->arena, &keydir.entries, (struct keydir_entry){
		    tool->selector, KEYDIR_WAITING, 0 });
	for (size_t i = 0; i < keydir.entries.count; i++) {
		const struct keydir_entry *entry = &keydir.entries.at[i];
		struct str path = keydir_key(tool->arena, directory,
		    tool->domain, entry->selector), note;
		struct dkim_private *key;

		if (entry->state == KEYDIR_GONE || (tool->selector.len > 0 &&
		    !str_eq(tool->selector, entry->selector)))
			continue;
		key = key_load(tool, path, &note);
		check_key(check, tool->domain, entry->selector, path, key,
		    note);
		dkim_private_unref(key);
	}
	return true;
}

/* ---- the tables ---- */

static void
check_row(struct checking *check, const struct signing *signing,
    const struct signing_row *row, struct str domain)
{
	struct signing_choice choice = { 0 };

	signing_choose(signing, check->tool->arena, row, domain, &choice);
	for (size_t i = 0; i < choice.list.count; i++) {
		const struct signing_chosen *chosen = &choice.list.at[i];

		check_key(check, chosen->domain, chosen->selector,
		    chosen->path, chosen->key, chosen->note);
		dkim_private_unref(chosen->key);
	}
}

/* A row for everybody: the domains that the directory has. */
static void
check_directory(struct checking *check, const struct signing *signing,
    const struct signing_row *row, struct str path)
{
	DIR *directory = opendir(arena_z(check->tool->arena, path));
	const struct dirent *entry;
	struct str domain;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && domain_to_ascii(
		    check->tool->arena, str_from(entry->d_name), &domain))
			check_row(check, signing, row, domain);
	if (directory != NULL)
		closedir(directory);
}

static void
check_rows(struct checking *check, const struct signing *signing,
    const struct signing_table *table)
{
	for (size_t i = 0; i < signing_table_count(table); i++) {
		const struct signing_row *row = signing_table_at(table, i);
		struct str path = row->keys[0].path;

		if (row->domain.len > 0)
			check_row(check, signing, row, row->domain);
		else if (str_ends_nocase(path, STR("/")) &&
		    str_chr(path, '%') == path.len)
			check_directory(check, signing, row, path);
		else
			fprintf(stderr, "%s:%u: signs as the author's domain, "
			    "whichever that is: not checked\n", row->file,
			    row->line);
	}
}

static bool
check_tables(struct checking *check)
{
	struct diag *diag = diag_new();
	const struct signing_table *table;
	struct signing *signing;
	bool good = wire_signing(check->tool->settings,
	    key_owner(check->tool), diag, &signing);

	diag_print(diag, stderr);
	diag_free(diag);
	if (good && signing == NULL) {
		tool_usage("key", "the settings name no signing table; write "
		    "--domain for a directory of keys");
		return false;
	}
	for (size_t n = 0; good &&
	    (table = signing_table_nth(signing, n)) != NULL; n++)
		check_rows(check, signing, table);
	signing_free(signing);
	return good;
}

static int
check_all(struct key_tool *tool)
{
	struct checking check = { .tool = tool, .dns = key_dns_open(tool) };
	bool good;

	if (check.dns == NULL)
		return TOOL_BAD_USE;
	good = tool->domain.len > 0 ? check_domain(&check) :
	    check_tables(&check);
	key_dns_close(check.dns);
	if (!good)
		return TOOL_BAD_USE;
	if (check.checked == 0)
		return tool_error("key", "there is no key to check");
	return check.unfit == 0 ? TOOL_DONE : TOOL_KEY_UNFIT;
}

int
key_check(struct key_tool *tool)
{
	int status = TOOL_BAD_USE;

	if (key_be_owner(tool))
		status = check_all(tool);
	key_be_oneself();
	return status;
}
