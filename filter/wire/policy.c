/* Where a policy lies, and what it asks. */
#include "wire/parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
is_there(const char *path, int len, size_t size)
{
	return len > 0 && (size_t)len < size && access(path, F_OK) == 0;
}

/* The directory of a file, "." where it names none. */
static void
directory_of(const char *file, char *out, size_t size)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL)
		snprintf(out, size, ".");
	else
		snprintf(out, size, "%.*s", (int)(slash - file), file);
}

static void
program_directory(char *out, size_t size)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program,
	    sizeof(program) - 1);

	program[len > 0 ? len : 0] = '\0';
	directory_of(program, out, size);
}

/* In a directory, with or without ".policy" at the end. */
static bool
is_in(const char *directory, const char *below, const char *name,
    char *path_out, size_t size)
{
	static const char *const suffixes[] = { "", ".policy" };

	for (int i = 0; i < 2; i++) {
		int len = snprintf(path_out, size, "%s%s/%s%s", directory,
		    below, name, suffixes[i]);

		if (is_there(path_out, len, size))
			return true;
	}
	return false;
}

bool
wire_find_policy(const char *name, const char *settings_file, char *path_out,
    size_t size)
{
	char settings[PATH_MAX], program[PATH_MAX];
	int len = snprintf(path_out, size, "%s", name);

	if (strchr(name, '/') != NULL && is_there(path_out, len, size))
		return true;
	if (name[0] == '/')
		return false;
	directory_of(settings_file == NULL ? ASSAY_SYSCONFDIR "/" :
	    settings_file, settings, sizeof(settings));
	program_directory(program, sizeof(program));
	/* The last two: moved after it was installed; not installed yet. */
	return is_in(settings, "", name, path_out, size) ||
	    is_in(ASSAY_POLICYDIR, "", name, path_out, size) ||
	    is_in(program, "/../share/assay/policies", name, path_out, size) ||
	    is_in(program, "/policies", name, path_out, size);
}

struct policy *
wire_policy_named(const char *name, const struct settings *settings,
    struct diag *diag)
{
	char path[4096];

	if (wire_find_policy(name, settings->file, path, sizeof(path)))
		return policy_load(path, diag);
	diag_add(diag, DIAG_ERROR, name, 0, 0, STR_NONE,
	    "there is no such policy; it was looked for beside the settings "
	    "file and in %s", ASSAY_POLICYDIR);
	return NULL;
}

struct policy *
wire_policy(const struct settings *settings,
    const struct wire_options *options, struct diag *diag)
{
	if (options->policy_text != NULL)
		return policy_load_text("", str_from(options->policy_text),
		    diag);
	return wire_policy_named(settings->policy, settings, diag);
}

bool
wire_asks(const struct policy *policy, const char *function)
{
	const char *name;

	for (size_t i = 0; (name = policy_call_name(policy, i)) != NULL; i++)
		if (strcmp(name, function) == 0)
			return true;
	return false;
}

/* A policy that reads what nobody protects; it will be none. */
void
wire_protected_warn(const struct settings *settings,
    const struct policy *policy, struct diag *diag)
{
	const struct {
		enum fact_id	 fact;
		const char	*name, *setting;
		size_t		 count;
	} reading[] = {
		{ FACT_ID_FROM_NAME_PROTECTED, "from.name_protected",
		  "protected_names", settings->protected_names.count },
		{ FACT_ID_FROM_LOOKALIKE, "from.lookalike",
		  "protected_domains", settings->protected_domains.count },
		{ FACT_ID_REPLY_TO_LOOKALIKE, "reply_to.lookalike",
		  "protected_domains", settings->protected_domains.count },
	};
	size_t count = sizeof(reading) / sizeof(reading[0]);

	for (size_t i = 0; i < count && policy != NULL; i++)
		if (reading[i].count == 0 &&
		    policy_reads(policy, reading[i].fact))
			diag_add(diag, DIAG_WARNING, settings->policy, 0, 0,
			    STR_NONE, "it reads %s, but %s is empty: nothing "
			    "is ever found", reading[i].name,
			    reading[i].setting);
}
