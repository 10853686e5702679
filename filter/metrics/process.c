#include "metrics/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "metrics/metrics.h"

enum { STAT_OCTETS = 4096,
       /* Fields of /proc/PID/stat behind the name, by proc(5) less 3 */
       STAT_THREADS = 17, STAT_START = 19, STAT_VIRTUAL = 20,
       STAT_RESIDENT = 21 };

static struct str
read_file(const char *path, char *room, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, room, size);

	if (fd >= 0)
		close(fd);
	return len < 0 ? STR_NONE : str_make(room, (size_t)len);
}

static uint64_t
microseconds(clockid_t clock)
{
	struct timespec time;

	return clock_gettime(clock, &time) != 0 ? 0 :
	    (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Unix time of the boot is asked once: a start does not move with the clock. */
static void
set_start(uint64_t ticks)
{
	static uint64_t boot;
	uint64_t each = (uint64_t)sysconf(_SC_CLK_TCK);

	if (boot == 0)
		boot = microseconds(CLOCK_REALTIME) -
		    microseconds(CLOCK_BOOTTIME);
	metric_set(METRIC_ID_STARTED, boot + ticks * 1000000 / each);
}

static void
measure_stat(void)
{
	char room[STAT_OCTETS];
	struct str rest = read_file("/proc/self/stat", room, sizeof(room));
	struct str field;
	uint64_t value;

	/* The name may hold blanks and brackets. */
	rest = str_skip(rest, str_rchr(rest, ')') + 2);
	for (int i = 0; str_next(&rest, ' ', &field); i++) {
		if (!str_to_uint(field, UINT64_MAX, &value))
			continue;
		if (i == STAT_THREADS)
			metric_set(METRIC_ID_THREADS, value);
		else if (i == STAT_START)
			set_start(value);
		else if (i == STAT_VIRTUAL)
			metric_set(METRIC_ID_VIRTUAL, value);
		else if (i == STAT_RESIDENT)
			metric_set(METRIC_ID_RESIDENT, value *
			    (uint64_t)sysconf(_SC_PAGESIZE));
	}
}

static void
measure_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	struct rlimit limit;
	uint64_t count = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		metric_set(METRIC_ID_FDS_MAX, limit.rlim_cur);
	if (dir == NULL) {
		metric_unset(METRIC_ID_FDS);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	/* Less the one that we look with. */
	metric_set(METRIC_ID_FDS, count - 1);
}

void
process_measure(void)
{
	struct rusage usage;

	measure_stat();
	measure_files();
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		metric_set(METRIC_ID_CPU,
		    (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
		    1000000 + (uint64_t)(usage.ru_utime.tv_usec +
		    usage.ru_stime.tv_usec));
}
