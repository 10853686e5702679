#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "event/gzip.h"
#include "tests/unit/event/event_test.h"

static struct arena *arena;

static void
set_up(void)
{
	arena = arena_new();
}

static void
tear_down(void)
{
	arena_free(arena);
}

static struct str
packed_with(struct arena *into, struct str text, gz_header *header)
{
	char *out = arena_alloc(into, text.len + 1000);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text.ptr,
	    .avail_in = (uInt)text.len, .next_out = (Bytef *)out,
	    .avail_out = (uInt)(text.len + 1000) };
	struct str packed;

	ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY), Z_OK);
	if (header != NULL)
		deflateSetHeader(&z, header);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed = str_make(out, z.total_out);
	deflateEnd(&z);
	return packed;
}

struct str
gzip_pack(struct arena *into, struct str text)
{
	return packed_with(into, text, NULL);
}

/* Lines that are alike, as those of a log are. */
static struct str
text_of(unsigned from, unsigned to)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	for (unsigned i = from; i < to; i++)
		buf_printf(&buf, "{\"v\":1,\"n\":%u,\"m\":%u}\n", i,
		    i * 2654435761u);
	return buf_str(&buf);
}

/* What cannot be packed is stored as it is. */
static struct str
noise(size_t len)
{
	char *out = arena_alloc(arena, len);
	uint32_t state = 1;

	for (size_t i = 0; i < len; i++) {
		state = state * 1664525 + 1013904223;
		out[i] = (char)(state >> 24);
	}
	return str_make(out, len);
}

static struct str
joined(struct str a, struct str b)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	buf_add(&buf, a);
	buf_add(&buf, b);
	return buf_str(&buf);
}

static struct str
pack(struct str text)
{
	return gzip_pack(arena, text);
}

/* RFC 1952 section 2.3: with all that a header may have. */
static struct str
pack_named(struct str text)
{
	static Bytef extra[600] = "ab\xfc\x01", name[] = "events.json",
	    comment[] = "of yesterday";
	gz_header header = { .text = 1, .time = 1, .os = 3, .extra = extra,
	    .extra_len = sizeof(extra), .name = name, .comment = comment,
	    .hcrc = 1 };

	return packed_with(arena, text, &header);
}

/* ---- how it is read ---- */

enum outcome { WHOLE, CUT, BROKEN };

/* The octets that are given at a time, and those there is room for. */
static const struct {
	size_t	in, out;
} steps[] = {
	{ SIZE_MAX, 1 << 20 }, { 1000, 1000 }, { 70000, 65536 },
	{ 1, 1 << 20 }, { SIZE_MAX, 7 }, { 3, 1 },
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]), LARGE_STEPS = 3,
       LARGE = 32 * 1024 };

static const struct gzip_engine *
engine_of(int i)
{
	return i % 2 == 0 ? &gzip_zlib : gzip_fastest;
}

static enum outcome
unpack(const struct gzip_engine *engine, int step, struct str packed,
    struct str *text_out)
{
	void *state = engine->open();
	static char into[1 << 20];
	bool midway = false;
	struct buf text;
	ssize_t got;

	buf_init(&text, arena, SIZE_MAX);
	do {
		struct str from = str_slice(packed, 0, steps[step].in);
		size_t given = from.len;

		got = engine->read(state, &from, into, steps[step].out);
		ck_assert_int_le(got, (ssize_t)steps[step].out);
		packed = str_skip(packed, given - from.len);
		if (got > 0)
			buf_add(&text, str_make(into, (size_t)got));
		midway = engine->midway(state);
	} while (got > 0 || (got == 0 && packed.len > 0));
	engine->close(state);
	*text_out = buf_str(&text);
	return got < 0 ? BROKEN : midway ? CUT : WHOLE;
}

static void
assert_text(struct str packed, struct str text)
{
	int count = text.len > LARGE ? LARGE_STEPS : STEPS;

	for (int engine = 0; engine < 2; engine++)
		for (int step = 0; step < count; step++) {
			struct str got;

			ck_assert_int_eq(unpack(engine_of(engine), step,
			    packed, &got), WHOLE);
			ck_assert_msg(str_eq(got, text), "%s, step %d: %zu "
			    "octets of %zu", engine_of(engine)->name, step,
			    got.len, text.len);
		}
}

START_TEST(one_member)
{
	static const unsigned lines[] = { 0, 1, 20, 900, 9000 };
	struct str text = text_of(0, lines[_i]);

	assert_text(pack(text), text);
}
END_TEST

START_TEST(members_are_one_text)
{
	struct str whole = text_of(0, 3000);

	assert_text(joined(joined(pack(text_of(0, 10)), pack(STR(""))),
	    joined(pack(text_of(10, 2999)), pack(text_of(2999, 3000)))),
	    whole);
}
END_TEST

START_TEST(names_and_comments_are_skipped)
{
	assert_text(joined(pack_named(text_of(0, 5)),
	    pack_named(text_of(5, 400))), text_of(0, 400));
}
END_TEST

START_TEST(what_was_not_packed)
{
	struct str text = joined(noise(100000), joined(text_of(0, 5000),
	    noise(40000)));

	assert_text(pack(text), text);
}
END_TEST

/* Wherever it is cut: what came of it is the beginning of the text. */
START_TEST(cut_anywhere)
{
	const struct gzip_engine *engine = engine_of(_i);
	struct str first = pack(text_of(0, 5)), text = text_of(0, 12), got;
	struct str packed = joined(first, pack_named(text_of(5, 12)));

	for (size_t len = 1; len < packed.len; len++) {
		ck_assert_msg(unpack(engine, (int)(len % STEPS),
		    str_slice(packed, 0, len), &got) ==
		    (len == first.len ? WHOLE : CUT), "%zu of %zu octets",
		    len, packed.len);
		ck_assert(str_eq(got, str_slice(text, 0, got.len)));
	}
}
END_TEST

/* Octets of a member of 12 lines that are others: from the end where the place
 * is negative. */
static const struct {
	int		at;
	unsigned char	flip;
} wrong[] = {
	{ 0, 1 }, { 1, 1 },		/* not gzip */
	{ 2, 1 },			/* not deflate */
	{ 10, 6 },			/* a block of type 3 */
	{ -1, 1 }, { -4, 1 },		/* the length */
	{ -5, 1 }, { -8, 1 },		/* the checksum */
};

START_TEST(broken)
{
	struct str good = pack(text_of(0, 12)), got;
	int at = wrong[_i].at < 0 ? (int)good.len + wrong[_i].at :
	    wrong[_i].at;
	char *bytes = arena_z(arena, good);

	bytes[at] = (char)(bytes[at] ^ wrong[_i].flip);
	for (int i = 0; i < 2 * STEPS; i++) {
		/* Alone, and behind a good one. */
		ck_assert_int_eq(unpack(engine_of(i), i / 2, str_make(bytes,
		    good.len), &got), BROKEN);
		ck_assert_int_eq(unpack(engine_of(i), i / 2, joined(good,
		    str_make(bytes, good.len)), &got), BROKEN);
	}
}
END_TEST

START_TEST(more_behind_the_last_member)
{
	struct str packed = joined(pack(text_of(0, 12)), STR("junk\n")), got;

	for (int i = 0; i < 2 * STEPS; i++) {
		ck_assert_int_eq(unpack(engine_of(i), i / 2, packed, &got),
		    BROKEN);
		ck_assert(str_eq(got, text_of(0, 12)));
	}
}
END_TEST

TCase *
gzip_cases(void)
{
	TCase *cases = tcase_create("gzip");

	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, one_member, 0, 5);
	tcase_add_test(cases, members_are_one_text);
	tcase_add_test(cases, names_and_comments_are_skipped);
	tcase_add_test(cases, what_was_not_packed);
	tcase_add_loop_test(cases, cut_anywhere, 0, 2);
	tcase_add_loop_test(cases, broken, 0, sizeof(wrong) /
	    sizeof(wrong[0]));
	tcase_add_test(cases, more_behind_the_last_member);
	return cases;
}
