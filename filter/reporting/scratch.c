#include "reporting/scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Where the file system cannot make one without a name. */
static int
open_and_unlink(const char *directory)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/assay-XXXXXX", directory) >=
	    (int)sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

const char *
scratch_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory == NULL || directory[0] != '/' ? "/var/tmp" :
	    directory;
}

FILE *
scratch_open(void)
{
	const char *directory = scratch_directory();
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *file;

	if (fd < 0)
		fd = open_and_unlink(directory);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w+");
	if (file == NULL)
		close(fd);
	return file;
}
