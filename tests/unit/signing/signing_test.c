#include "tests/unit/signing/signing_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];

void
files_begin(void)
{
	snprintf(directory, sizeof(directory), "/tmp/assay-signing-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

void
files_end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

const char *
files_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

const char *
files_write(const char *name, const char *text, unsigned mode)
{
	const char *path = files_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

int
main(void)
{
	Suite *suite = suite_create("signing");
	TCase *tc = tcase_create("signing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, files_begin, files_end);
	add_table_tests(tc);
	add_opendkim_tests(tc);
	add_keydir_tests(tc);
	add_job_tests(tc);
	return run_suite(suite);
}
