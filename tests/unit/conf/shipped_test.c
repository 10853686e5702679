/*
 * What is shipped beside the table of settings agrees with it.
 */
#include "conf_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char shipped[256 * 1024];

/* A file of the source tree, in shipped. */
static void
read_shipped(const char *name)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	size_t len;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", dir == NULL ? "." : dir, name);
	in = fopen(path, "r");
	ck_assert_msg(in != NULL, "%s cannot be opened", path);
	len = fread(shipped, 1, sizeof(shipped) - 1, in);
	shipped[len] = '\0';
	fclose(in);
}

/* Every setting has its paragraph and its default in the manual. */
START_TEST(manual_and_table_agree)
{
	char want[256];

	read_shipped("filter/conf/assay.conf.5");
	for (size_t i = 0; i < setting_count; i++) {
		const char *fallback = setting_table[i].fallback;

		if (fallback[0] == '\0')
			snprintf(want, sizeof(want),
			    ".It Ic %s\nDefault: none.\n",
			    setting_table[i].name);
		else
			snprintf(want, sizeof(want),
			    ".It Ic %s\nDefault: \\(dq%s\\(dq.\n",
			    setting_table[i].name, fallback);
		ck_assert_msg(strstr(shipped, want) != NULL,
		    "the manual has no \"%s\"", want);
	}
}
END_TEST

START_TEST(examples_of_the_manual_are_right)
{
	int count = 0;

	read_shipped("filter/conf/assay.conf.5");
	for (char *at = shipped, *end; (at = strstr(at, "\n.Bd ")) != NULL;
	    at = end + 1) {
		char *group;

		at = strchr(at + 1, '\n') + 1;
		end = strstr(at, "\n.Ed");
		ck_assert_ptr_nonnull(end);
		*end = '\0';
		/* This machine may have no Postfix. */
		group = strstr(at, "postfix\"");
		if (group != NULL)
			memcpy(group, "root\"   ", 8);
		settings_free(good(at));
		count++;
	}
	ck_assert_int_eq(count, 2);
}
END_TEST

/* "#name = value" to "name = value": the commented defaults. */
static void
uncomment(char *text)
{
	for (char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && ascii_alpha(line[1]) &&
		    strstr(line, " = ") != NULL &&
		    strstr(line, " = ") < line + strcspn(line, "\n"))
			line[0] = ' ';
	}
}

START_TEST(shipped_file_shows_the_defaults)
{
	struct settings *defaults = good("policy = monitor.policy"), *file;

	read_shipped("contrib/assay.conf");
	file = good(shipped);
	ck_assert(settings_same(file, defaults, ""));
	settings_free(file);
	for (size_t i = 0; i < setting_count; i++) {
		char want[256];

		snprintf(want, sizeof(want), "%s%s = ",
		    strcmp(setting_table[i].name, "policy") == 0 ? "\n" :
		    "\n#", setting_table[i].name);
		ck_assert_msg(strstr(shipped, want) != NULL,
		    "contrib/assay.conf has no \"%s\"", want + 1);
	}
	uncomment(shipped);
	file = good(shipped);
	ck_assert(settings_same(file, defaults, ""));
	settings_free(file);
	settings_free(defaults);
}
END_TEST

TCase *
shipped_tests(void)
{
	TCase *tc = tcase_create("shipped");

	tcase_add_test(tc, manual_and_table_agree);
	tcase_add_test(tc, examples_of_the_manual_are_right);
	tcase_add_test(tc, shipped_file_shows_the_defaults);
	return tc;
}
