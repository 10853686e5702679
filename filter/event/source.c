#include "event/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/ensure.h"
#include "event/gzip.h"

enum { RAW_OCTETS = 256 * 1024, MAGIC_OCTETS = 4 };

/* One way in which a log may be packed. */
struct packing {
	struct str	magic;
	bool		(*open)(struct event_source *source);
	void		(*close)(struct event_source *source);
	/* From raw, and what was taken from it before; 0: more of it is
	 * needed.  Negative: trouble is set. */
	ssize_t		(*read)(struct event_source *source, char *into,
			    size_t size);
};

struct event_source {
	int			 fd;
	struct event_stream	 stream;	/* instead of a file, or {} */
	const struct packing	*packing;
	char			*raw;		/* not unpacked yet: */
	size_t			 at, len;
	bool			 ended;		/* nothing behind raw */
	bool			 midway;	/* in a member or frame */
	uint64_t		 offset;
	const char		*trouble;
	void			*gzip;		/* gzip_fastest's */
	ZSTD_DStream		*zstd;
};

/* ---- plain ---- */

static bool
plain_open(struct event_source *source)
{
	(void)source;
	return true;
}

static void
plain_close(struct event_source *source)
{
	(void)source;
}

static ssize_t
plain_read(struct event_source *source, char *into, size_t size)
{
	size_t len = source->len - source->at;

	if (len > size)
		len = size;
	memcpy(into, source->raw + source->at, len);
	source->at += len;
	return (ssize_t)len;
}

/* ---- gzip ---- */

static bool
gzip_open(struct event_source *source)
{
	source->gzip = gzip_fastest->open();
	return true;
}

static void
gzip_close(struct event_source *source)
{
	gzip_fastest->close(source->gzip);
}

static ssize_t
gzip_read(struct event_source *source, char *into, size_t size)
{
	struct str raw = str_make(source->raw + source->at,
	    source->len - source->at);
	ssize_t got = gzip_fastest->read(source->gzip, &raw, into, size);

	source->at = source->len - raw.len;
	source->midway = gzip_fastest->midway(source->gzip);
	if (got < 0)
		source->trouble = "the gzip data are broken";
	return got;
}

/* ---- zstd ---- */

static bool
zstd_open(struct event_source *source)
{
	source->zstd = ZSTD_createDStream();
	return source->zstd != NULL;
}

static void
zstd_close(struct event_source *source)
{
	ZSTD_freeDStream(source->zstd);
}

static ssize_t
zstd_read(struct event_source *source, char *into, size_t size)
{
	ZSTD_inBuffer in = { source->raw, source->len, source->at };
	ZSTD_outBuffer out = { into, size, 0 };
	size_t status;

	if (source->at == source->len && !source->midway)
		return 0;
	status = ZSTD_decompressStream(source->zstd, &out, &in);
	source->at = in.pos;
	if (ZSTD_isError(status)) {
		source->trouble = "the zstd data are broken";
		return -1;
	}
	source->midway = status != 0;
	return (ssize_t)out.pos;
}

static const struct packing packings[] = {
	{ STR_INIT("\x1f\x8b"), gzip_open, gzip_close, gzip_read },
	{ STR_INIT("\x28\xb5\x2f\xfd"), zstd_open, zstd_close, zstd_read },
	{ STR_INIT(""), plain_open, plain_close, plain_read },
};

/* ---- the source ---- */

/* What the file says next.  Negative: trouble is set. */
static ssize_t
read_raw(struct event_source *source, char *into, size_t size)
{
	ssize_t got;

	do
		got = read(source->fd, into, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		source->trouble = strerrordesc_np(errno);
	else
		source->offset += (uint64_t)got;
	source->ended = got <= 0;
	return got;
}

/* Behind what raw holds.  False: trouble. */
static bool
fill(struct event_source *source, size_t at_least)
{
	memmove(source->raw, source->raw + source->at,
	    source->len - source->at);
	source->len -= source->at;
	source->at = 0;
	while (!source->ended && source->len < at_least) {
		ssize_t got = read_raw(source, source->raw + source->len,
		    RAW_OCTETS - source->len);

		if (got < 0)
			return false;
		source->len += (size_t)got;
	}
	return true;
}

static void
choose_packing(struct event_source *source)
{
	const struct packing *packing = packings;
	struct str text = str_make(source->raw, source->len);

	while (!str_eq(str_slice(text, 0, packing->magic.len),
	    packing->magic))
		packing++;
	source->packing = packing;
	ensure(packing->open(source));
}

struct event_source *
event_source_open(const char *path)
{
	struct event_source *source;
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) :
	    open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return NULL;
	}
	source = xcalloc(1, sizeof(*source));
	source->fd = fd;
	source->raw = xrealloc(NULL, RAW_OCTETS);
	fill(source, MAGIC_OCTETS);
	choose_packing(source);
	return source;
}

struct event_source *
event_source_from(const struct event_stream *stream)
{
	struct event_source *source = xcalloc(1, sizeof(*source));

	source->stream = *stream;
	return source;
}

void
event_source_close(struct event_source *source)
{
	if (source == NULL)
		return;
	if (source->stream.close != NULL) {
		source->stream.close(source->stream.ctx);
	} else {
		source->packing->close(source);
		close(source->fd);
	}
	free(source->raw);
	free(source);
}

ssize_t
event_source_read(struct event_source *source, char *into, size_t size)
{
	if (source->stream.read != NULL)
		return source->stream.read(source->stream.ctx, into, size);
	while (source->trouble == NULL) {
		ssize_t got;

		/* Nothing to unpack: no need to copy it either. */
		if (source->at == source->len && !source->ended &&
		    source->packing->read == plain_read)
			return read_raw(source, into, size);
		if (source->at == source->len && !source->ended &&
		    !fill(source, 1))
			break;
		got = source->packing->read(source, into, size);
		if (got != 0)
			return got;
		if (source->at < source->len || !source->ended)
			continue;
		if (!source->midway)
			return 0;
		source->trouble = "the compressed data end too early";
	}
	return -1;
}

const char *
event_source_trouble(const struct event_source *source)
{
	return source->stream.trouble != NULL ?
	    source->stream.trouble(source->stream.ctx) : source->trouble;
}

uint64_t
event_source_offset(const struct event_source *source)
{
	return source->stream.offset != NULL ?
	    source->stream.offset(source->stream.ctx) : source->offset;
}

uint64_t
event_source_size(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}
