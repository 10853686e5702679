/*
 * assay key: make private keys, ask DNS for their records, put new ones in
 * the place of old ones.
 */
#include "tool/key.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/domain.h"
#include "base/value.h"
#include "signing/keymake.h"

#define DEFAULT_DIRECTORY	ASSAY_SYSCONFDIR "/keys"

static const char command[] = "key";
static const uint64_t TIME_MAX = 3650ull * 86400 * 1000;

static const struct option options[] = {
	TOOL_COMMON_OPTIONS,
	{ "directory", required_argument, NULL, 'd' },
	{ "domain", required_argument, NULL, 'm' },
	{ "selector", required_argument, NULL, 's' },
	{ "algorithm", required_argument, NULL, 'a' },
	{ "wait", required_argument, NULL, 'w' },
	{ "interval", required_argument, NULL, 'i' },
	{ "keep", required_argument, NULL, 'k' },
	{ "after", required_argument, NULL, 'A' },
	{ NULL, 0, NULL, 0 }
};

static const struct {
	const char	*name;
	int		(*run)(struct key_tool *tool);
} commands[] = {
	{ "new", key_new }, { "check", key_check }, { "rotate", key_rotate },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static bool
take_time(struct key_tool *tool, int letter, const char *argument)
{
	uint64_t *into = letter == 'w' ? &tool->wait_ms : letter == 'i' ?
	    &tool->interval_ms : letter == 'k' ? &tool->keep_ms :
	    letter == 'A' ? &tool->after_ms : NULL;

	if (into != NULL && value_time(str_from(argument), into) &&
	    *into <= TIME_MAX)
		return true;
	tool_usage(command, "\"%s\" is no time, such as 5m or 7d%s", argument,
	    into != NULL && *into > TIME_MAX ? ", up to 3650d" : "");
	return false;
}

static bool
take_name(struct key_tool *tool, struct str *into, unsigned labels,
    const char *argument)
{
	if (domain_to_ascii(tool->arena, str_from(argument), into) &&
	    domain_labels(*into) >= labels)
		return true;
	tool_usage(command, "\"%s\" is no %s", argument, labels > 1 ?
	    "domain" : "selector");
	return false;
}

/* Whom --dns names is asked, or nobody is. */
static bool
take_spec(struct key_tool *tool, const char *argument)
{
	if (tool->spec_count == KEY_SPECS_MAX) {
		tool_usage(command, "--dns is given %d times at most",
		    KEY_SPECS_MAX);
		return false;
	}
	tool->specs[tool->spec_count++] = argument;
	return true;
}

static bool
take_option(struct key_tool *tool, int letter, const char *argument)
{
	switch (letter) {
	case 'D':
		return take_spec(tool, argument);
	case 'd':
		tool->directory = argument;
		return true;
	case 'm':
		return take_name(tool, &tool->domain, 2, argument);
	case 's':
		return take_name(tool, &tool->selector, 1, argument);
	case 'a':
		tool->algorithm = argument;
		return true;
	case '?':
		return false;
	}
	if (tool_common_option(&tool->common, letter, argument))
		return true;
	return take_time(tool, letter, argument);
}

static bool
read_options(struct key_tool *tool, int argc, char **argv)
{
	int letter;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, options, NULL)) != -1)
		if (!take_option(tool, letter, optarg))
			return false;
	if (optind < argc) {
		tool_usage(command, "\"%s\" is one argument too many",
		    argv[optind]);
		return false;
	}
	tool->settings = tool_settings(&tool->common);
	return tool->settings != NULL;
}

int
tool_key(int argc, char **argv)
{
	struct key_tool tool = { .directory = DEFAULT_DIRECTORY,
	    .interval_ms = 60 * 1000, .keep_ms = 7ull * 86400 * 1000 };
	int status = TOOL_BAD_USE, which = 0;

	while (argc > 1 && which < COMMANDS &&
	    strcmp(argv[1], commands[which].name) != 0)
		which++;
	if (argc < 2 || which == COMMANDS)
		return tool_usage(command, "write assay key new, assay key "
		    "check or assay key rotate");
	tool.arena = arena_new();
	if (read_options(&tool, argc - 1, argv + 1))
		status = commands[which].run(&tool);
	settings_free(tool.settings);
	arena_free(tool.arena);
	return status;
}

uid_t
key_owner(const struct key_tool *tool)
{
	const struct passwd *user;

	if (geteuid() != 0)
		return (uid_t)-1;
	user = getpwnam(tool->settings->user);
	return user == NULL ? (uid_t)-1 : user->pw_uid;
}

bool
key_be_owner(const struct key_tool *tool)
{
	const struct passwd *user = geteuid() == 0 ?
	    getpwnam(tool->settings->user) : NULL;

	if (user == NULL || (initgroups(user->pw_name, user->pw_gid) == 0 &&
	    setegid(user->pw_gid) == 0 && seteuid(user->pw_uid) == 0))
		return true;
	tool_error(command, "cannot become user \"%s\": %s",
	    tool->settings->user, strerror(errno));
	return false;
}

void
key_warn_of_owner(const struct key_tool *tool)
{
	if (geteuid() == 0 && key_owner(tool) == (uid_t)-1)
		tool_error(command, "there is no user \"%s\" (setting user): "
		    "keys belong to root, and assayd cannot read them; make "
		    "the user, then chown -R %s %s", tool->settings->user,
		    tool->settings->user, tool->directory);
}

void
key_be_oneself(void)
{
	if (getuid() == 0 && (seteuid(0) != 0 || setegid(getgid()) != 0))
		tool_error(command, "cannot become root again: %s",
		    strerror(errno));
}

struct dkim_private *
key_load(const struct key_tool *tool, struct str path, struct str *note_out)
{
	return dkim_private_load_for(tool->arena, path.ptr, key_owner(tool),
	    strcmp(tool->settings->allow_readable_keys, "yes") == 0,
	    note_out);
}

struct str
key_name(struct arena *arena, struct str domain, struct str selector)
{
	return arena_printf(arena, "%.*s._domainkey.%.*s",
	    STR_ARG(selector), STR_ARG(domain));
}

void
key_print_record(struct key_tool *tool, struct str domain,
    struct str selector, const struct dkim_private *key)
{
	struct str name = key_name(tool->arena, domain, selector);
	struct str record = dkim_make_record(tool->arena, key);

	printf("for a zone file:\n%.*s\n", STR_ARG(dkim_make_zone(
	    tool->arena, name, record)));
	printf("for a web form (in the zone %.*s):\n"
	    "name:  %.*s._domainkey\ntype:  TXT\nvalue: %.*s\n",
	    STR_ARG(domain), STR_ARG(selector), STR_ARG(record));
}

/* ---- assay key new ---- */

static bool
note_waiting(struct key_tool *tool, struct str directory, struct str *why)
{
	struct keydir keydir;

	if (!keydir_read(tool->arena, directory, tool->domain, &keydir, why))
		return false;
	if (keydir_find(&keydir, tool->selector) == NULL)
		VEC_PUSH(tool->arena, &keydir.entries, (struct keydir_entry){
		    tool->selector, KEYDIR_WAITING, clock_unix() });
	return keydir_write(tool->arena, directory, tool->domain, &keydir,
	    why);
}

static int
make_new(struct key_tool *tool, enum dkim_key_type type, unsigned bits)
{
	struct str directory = str_from(tool->directory), path, why;
	struct dkim_private *key;
	bool exists;

	path = keydir_key(tool->arena, directory, tool->domain,
	    tool->selector);
	if (!keymake(tool->arena, directory, tool->domain, tool->selector,
	    type, bits, key_owner(tool), &exists, &why))
		return tool_error(command, "%.*s%s", STR_ARG(why), exists ?
		    ": a key is never overwritten" : "");
	if (!note_waiting(tool, directory, &why))
		return tool_error(command, "%.*s", STR_ARG(why));
	key = key_load(tool, path, &why);
	if (key == NULL)
		return tool_error(command, "%.*s", STR_ARG(why));
	printf("%s: written\n\n", path.ptr);
	key_print_record(tool, tool->domain, tool->selector, key);
	dkim_private_unref(key);
	return TOOL_DONE;
}

int
key_new(struct key_tool *tool)
{
	enum dkim_key_type type = DKIM_KEY_RSA;
	unsigned bits = 2048;
	struct str why;
	int lock, status;

	if (tool->domain.len == 0 || tool->selector.len == 0)
		return tool_usage(command, "new needs --domain and "
		    "--selector");
	if (tool->algorithm != NULL &&
	    !dkim_make_from(tool->algorithm, &type, &bits))
		return tool_usage(command, "\"%s\" is no algorithm: rsa2048, "
		    "rsa4096 or ed25519", tool->algorithm);
	key_warn_of_owner(tool);
	lock = keydir_lock(tool->arena, str_from(tool->directory),
	    tool->domain, key_owner(tool), &why);
	if (lock < 0)
		return tool_error(command, "%.*s", STR_ARG(why));
	status = make_new(tool, type, bits);
	close(lock);
	return status;
}
