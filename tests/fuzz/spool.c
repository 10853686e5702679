/*
 * The spool: its records, and the file.  What is read is written the same
 * again, and can be done.  The octets stand for the body of one record, with
 * the right length and checksum, and for all that is in a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/ensure.h"
#include "base/log.h"
#include "store/job.h"
#include "store/spool.h"
#include "store/spool_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(const struct spool_record *record, const char *octets)
{
	static char again[SPOOL_RECORD_MAX];
	struct store_job *job = job_copy(&record->op);
	char why[200];

	memcpy(job->writer, record->writer, WRITER_ID);
	job->number = record->number;
	ensure(spool_record_size(&job->op) == record->len);
	ensure(spool_record_write(job, again) == record->len);
	ensure(memcmp(again, octets, record->len) == 0);
	if (record->op.kind != STORE_DISTINCT || record->op.period_ms > 0) {
		void *state = store_memory.open(STR_NONE, why, sizeof(why));

		for (int i = 0; i < 3; i++)
			ensure(store_memory.apply(state, &job, 1, why,
			    sizeof(why)) == 1);
		store_memory.expire(state, record->op.now_ms);
		store_memory.close(state);
	}
	job_free(job);
}

static void
check_body(const uint8_t *data, size_t size)
{
	static char octets[SPOOL_RECORD_MAX + 1000];
	struct spool_record record;
	uint32_t sum = (uint32_t)crc32(0, data, (uInt)size);

	if (size > sizeof(octets) - SPOOL_RECORD_HEAD)
		return;
	for (int i = 0; i < 4; i++) {
		octets[i] = (char)(size >> (8 * i) & 0xff);
		octets[4 + i] = (char)(sum >> (8 * i) & 0xff);
	}
	memcpy(octets + SPOOL_RECORD_HEAD, data, size);
	if (spool_record_read(str_make(octets, SPOOL_RECORD_HEAD + size),
	    &record) == SPOOL_RECORD_OK)
		check_again(&record, octets);
}

/* As many records are read as were found, and then it is empty. */
static void
read_all(struct spool *spool)
{
	uint64_t count = 0;
	struct store_job *job;

	while (spool_read(spool, &job, 1) == 1) {
		spool_skip(spool, job->spool_len);
		job_free(job);
		count++;
	}
	ensure(count == spool_found(spool));
}

static void
check_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("spool", MFD_CLOEXEC);
	char path[40], why[300];
	struct spool *spool;

	ensure(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (spool_open(path, 1 << 20, &spool, why, sizeof(why)) == SPOOL_OK)
		read_all(spool);
	spool_close(spool);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool_record record;
	struct str text = str_make(data, size);

	log_open("fuzz", "stderr", LOG_LEVEL_ERROR);
	if (size > 0 && spool_record_read(text, &record) == SPOOL_RECORD_OK)
		check_again(&record, text.ptr);
	check_body(data, size);
	check_file(data, size);
	return 0;
}
