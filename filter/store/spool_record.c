#include "store/spool_record.h"

#include <math.h>
#include <string.h>

#include <zlib.h>

#include "base/packed.h"

/* Unix time in ms until the year 37000, so that sums of two fit. */
static const uint64_t last_time = (uint64_t)1 << 50;

static const size_t times[] = {
	offsetof(struct store_op, now_ms), offsetof(struct store_op, period_ms),
	offsetof(struct store_op, delay_ms),
	offsetof(struct store_op, window_ms),
	offsetof(struct store_op, lifetime_ms)
};

static const size_t numbers[] = {
	offsetof(struct store_op, amount), offsetof(struct store_op, spam),
	offsetof(struct store_op, ham)
};

static const struct {
	size_t offset, max;
} texts[] = {
	{ offsetof(struct store_op, key), LIMIT_STORE_KEY },
	{ offsetof(struct store_op, member), LIMIT_STORE_MEMBER },
	{ offsetof(struct store_op, content), LIMIT_STORE_ITEM },
};

enum { TIMES = sizeof(times) / sizeof(times[0]),
       NUMBERS = sizeof(numbers) / sizeof(numbers[0]),
       TEXTS = sizeof(texts) / sizeof(texts[0]) };

static const struct str *
text_of(const struct store_op *op, size_t i)
{
	return (const struct str *)(const void *)((const char *)op +
	    texts[i].offset);
}

static uint32_t
checksum(struct str text)
{
	return (uint32_t)crc32(0, (const unsigned char *)text.ptr,
	    (uInt)text.len);
}

size_t
spool_record_size(const struct store_op *op)
{
	return SPOOL_RECORD_HEAD + SPOOL_RECORD_FIXED + op->key.len +
	    op->member.len + op->content.len;
}

size_t
spool_record_write(const struct store_job *job, char *out)
{
	const struct store_op *op = &job->op;
	size_t size = spool_record_size(op);
	char *at = packed_put(out + SPOOL_RECORD_HEAD, op->kind, 1);

	memcpy(at, job->writer, WRITER_ID);
	at = packed_put(at + WRITER_ID, job->number, 8);
	for (size_t i = 0; i < TIMES; i++)
		at = packed_put(at, (uint64_t)*(const int64_t *)(const void *)
		    ((const char *)op + times[i]), 8);
	for (size_t i = 0; i < NUMBERS; i++) {
		uint64_t bits;

		memcpy(&bits, (const char *)op + numbers[i], sizeof(bits));
		at = packed_put(at, bits, 8);
	}
	for (size_t i = 0; i < TEXTS; i++)
		at = packed_put(at, text_of(op, i)->len, 4);
	for (size_t i = 0; i < TEXTS; i++) {
		if (text_of(op, i)->len > 0)
			memcpy(at, text_of(op, i)->ptr, text_of(op, i)->len);
		at += text_of(op, i)->len;
	}
	packed_put(out, size - SPOOL_RECORD_HEAD, 4);
	packed_put(out + 4, checksum(str_make(out + SPOOL_RECORD_HEAD,
	    size - SPOOL_RECORD_HEAD)), 4);
	return size;
}

/* So that no sum of them is infinite. */
static bool
is_amount(double amount)
{
	return isfinite(amount) && fabs(amount) < 1e15;
}

/* What no op of ours holds, and arithmetic would trip over. */
static bool
is_sound(const struct store_op *op)
{
	bool divides = op->kind == STORE_COUNT || op->kind == STORE_STANDING;

	return op->kind < STORE_KINDS && is_amount(op->amount) &&
	    is_amount(op->spam) && is_amount(op->ham) &&
	    (op->period_ms > 0 || !divides);
}

static bool
read_texts(struct str rest, struct store_op *op)
{
	size_t lengths[TEXTS], left = rest.len - TEXTS * 4;

	for (size_t i = 0; i < TEXTS; i++) {
		lengths[i] = (size_t)packed_take(&rest, 4);
		if (lengths[i] > texts[i].max || lengths[i] > left)
			return false;
		left -= lengths[i];
	}
	for (size_t i = 0; i < TEXTS; i++) {
		*(struct str *)(void *)((char *)op + texts[i].offset) =
		    str_slice(rest, 0, lengths[i]);
		rest = str_skip(rest, lengths[i]);
	}
	return left == 0;
}

static bool
read_body(struct str rest, struct spool_record *record)
{
	struct store_op *op = &record->op;

	op->kind = (enum store_kind)packed_take(&rest, 1);
	memcpy(record->writer, rest.ptr, WRITER_ID);
	rest = str_skip(rest, WRITER_ID);
	record->number = packed_take(&rest, 8);
	for (size_t i = 0; i < TIMES; i++) {
		uint64_t time = packed_take(&rest, 8);

		if (time > last_time)
			return false;
		*(int64_t *)(void *)((char *)op + times[i]) = (int64_t)time;
	}
	for (size_t i = 0; i < NUMBERS; i++) {
		uint64_t bits = packed_take(&rest, 8);

		memcpy((char *)op + numbers[i], &bits, sizeof(bits));
	}
	return read_texts(rest, op) && is_sound(op);
}

enum spool_record_status
spool_record_read(struct str text, struct spool_record *record_out)
{
	struct str rest = text;
	size_t len;
	uint32_t sum;

	*record_out = (struct spool_record){ .len = 0 };
	if (text.len < SPOOL_RECORD_HEAD)
		return SPOOL_RECORD_TORN;
	len = (size_t)packed_take(&rest, 4);
	sum = (uint32_t)packed_take(&rest, 4);
	if (len < SPOOL_RECORD_FIXED ||
	    len > SPOOL_RECORD_MAX - SPOOL_RECORD_HEAD)
		return SPOOL_RECORD_DAMAGED;
	if (len > rest.len)
		return SPOOL_RECORD_TORN;
	rest = str_slice(rest, 0, len);
	if (checksum(rest) != sum || !read_body(rest, record_out))
		return SPOOL_RECORD_DAMAGED;
	record_out->len = SPOOL_RECORD_HEAD + len;
	return SPOOL_RECORD_OK;
}
