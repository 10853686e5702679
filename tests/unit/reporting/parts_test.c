/*
 * A report in parts: all its records, each once, in octets that fit.
 */
#include "tests/unit/reporting/reporting_test.h"

#include <string.h>

#include "base/buf.h"
#include "base/keyed.h"
#include "reporting/gzip.h"
#include "reporting/parts.h"
#include "reporting/xml.h"

static const struct pack_head head = {
	.org_name = STR_INIT("Ours & Co"),
	.email = STR_INIT("reports@ours.example"),
	.receiver = STR_INIT("ours.example"), .generator = "assay 9.9",
	.begin = 1795305600, .end = 1795392000
};

static struct arena *arena;
static struct plan plan;
static struct str packed;

static void
set_up(void)
{
	arena = arena_new();
	plan = (struct plan){ .domain = STR("example.com"),
	    .record = STR("v=DMARC1; p=none; rua=mailto:a@example.com!1k") };
}

static void
tear_down(void)
{
	arena_free(arena);
}

static bool
gather(void *ctx, struct str octets)
{
	buf_add(ctx, octets);
	return true;
}

/* Row i counts i + 1 messages, and is from a domain that zlib cannot tell
 * beforehand. */
static void
make_report(unsigned rows)
{
	char digits[KEYED_DIGITS];
	struct buf text, octets;
	struct gzip gzip;

	buf_init(&text, arena, SIZE_MAX);
	buf_init(&octets, arena, SIZE_MAX);
	pack_begin(&text, &head, &plan, pack_report_id(arena, &head,
	    plan.domain));
	for (unsigned i = 0; i < rows; i++) {
		struct str number = arena_printf(arena, "%u", i);
		struct row row = { .source_ip = STR("192.0.2.1"),
		    .header_from = arena_copy(arena, keyed_digits(STR("key"),
		    number, digits)), .disposition = STR("none") };

		xml_record(&text, &row, i + 1);
	}
	xml_end(&text);
	gzip_begin(&gzip, gather, &octets);
	ck_assert(gzip_add(&gzip, buf_str(&text)));
	ck_assert(gzip_end(&gzip, true));
	packed = buf_str(&octets);
	plan.rows = rows;
	plan.octets = packed.len;
}

static struct str
unpacked(struct str octets)
{
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	ck_assert(gzip_unpack(octets, gather, &text));
	return buf_str(&text);
}

/* From the first record to the last one's end. */
static struct str
records_of(struct str text)
{
	static const char end[] = "</feedback>\n";
	const char *from = memmem(text.ptr, text.len, "  <record>", 10);

	ck_assert_ptr_nonnull(from);
	text = str_skip(text, (size_t)(from - text.ptr));
	ck_assert_uint_gt(text.len, strlen(end));
	ck_assert(str_eqz(str_skip(text, text.len - strlen(end)), end));
	return str_slice(text, 0, text.len - strlen(end));
}

static bool
holds(struct str text, const char *piece)
{
	return memmem(text.ptr, text.len, piece, strlen(piece)) != NULL;
}

/* Sums of all parts; their records, one behind the other, are the whole's. */
static void
check_parts(const struct parts *parts, uint64_t limit)
{
	uint64_t rows = 0, messages = 0;
	struct buf all;

	buf_init(&all, arena, SIZE_MAX);
	for (size_t i = 0; i < parts->count; i++) {
		const struct report_part *part = &parts->at[i];
		struct str text = unpacked(part->octets);

		ck_assert_uint_le(part->octets.len, limit);
		ck_assert_uint_gt(part->rows, 0);
		rows += part->rows;
		messages += part->messages;
		buf_add(&all, records_of(text));
		ck_assert(holds(text, arena_printf(arena,
		    "<report_id>%.*s</report_id>", STR_ARG(part->id)).ptr));
		ck_assert(holds(text, arena_printf(arena, "<error>the report "
		    "is larger than rua allows: part %zu of %zu</error>",
		    i + 1, parts->count).ptr));
		for (size_t k = 0; k < part->id.len; k++)
			ck_assert(ascii_alnum(part->id.ptr[k]));
		for (size_t k = 0; k < i; k++)
			ck_assert(!str_eq(part->id, parts->at[k].id));
	}
	ck_assert_uint_eq(rows, plan.rows);
	ck_assert_uint_eq(messages, plan.rows * (plan.rows + 1) / 2);
	ck_assert(str_eq(buf_str(&all), records_of(unpacked(packed))));
}

START_TEST(in_two)
{
	struct parts parts, again;

	make_report(101);
	ck_assert(parts_make(arena, &head, &plan, packed, packed.len - 1, 0,
	    &parts));
	ck_assert_uint_eq(parts.count, 2);
	ck_assert_uint_eq(parts.at[0].rows, 51);
	check_parts(&parts, packed.len - 1);
	ck_assert(parts_make(arena, &head, &plan, packed, packed.len - 1, 2,
	    &again));
	for (size_t i = 0; i < 2; i++) {
		ck_assert(str_eq(again.at[i].id, parts.at[i].id));
		ck_assert(str_eq(again.at[i].octets, parts.at[i].octets));
	}
	assert_str(pack_file_name(arena, &head, plan.domain, STR("abc1")),
	    "ours.example!example.com!1795305600!1795391999!abc1.xml");
}
END_TEST

/* Two addresses whose limits differ: no id is that of another content. */
START_TEST(another_limit_has_other_ids)
{
	struct parts parts, others;

	make_report(100);
	ck_assert(parts_make(arena, &head, &plan, packed, packed.len - 1, 0,
	    &parts));
	ck_assert(parts_make(arena, &head, &plan, packed, packed.len / 2, 0,
	    &others));
	ck_assert_uint_gt(others.count, 2);
	check_parts(&others, packed.len / 2);
	ck_assert(!str_eq(parts.at[0].id, others.at[0].id));
}
END_TEST

/* The least limit that so many parts meet, and one octet less. */
START_TEST(at_the_limit)
{
	uint64_t low = 1, high;
	struct parts parts;

	make_report(160);
	high = packed.len;
	while (low < high) {
		uint64_t middle = (low + high) / 2;

		if (parts_make(arena, &head, &plan, packed, middle, 0,
		    &parts))
			high = middle;
		else
			low = middle + 1;
	}
	ck_assert(!parts_make(arena, &head, &plan, packed, low - 1, 0,
	    &parts));
	ck_assert(parts_make(arena, &head, &plan, packed, low, 0, &parts));
	ck_assert_uint_eq(parts.count, LIMIT_REPORT_PARTS);
	check_parts(&parts, low);
	/* So many were sent, and then more was heard of. */
	ck_assert(parts_make(arena, &head, &plan, packed, low - 1, 16,
	    &parts));
	check_parts(&parts, packed.len);
}
END_TEST

START_TEST(too_few_rows)
{
	struct parts parts;

	make_report(1);
	ck_assert(!parts_make(arena, &head, &plan, packed, packed.len - 1, 0,
	    &parts));
	make_report(2);
	ck_assert(!parts_make(arena, &head, &plan, packed, 10, 0, &parts));
}
END_TEST

START_TEST(no_report)
{
	struct parts parts;

	make_report(10);
	ck_assert(!parts_make(arena, &head, &plan, str_slice(packed, 0,
	    packed.len - 9), packed.len, 2, &parts));
	ck_assert(!parts_make(arena, &head, &plan, STR("no gzip"), 100, 2,
	    &parts));
}
END_TEST

TCase *
parts_tests(void)
{
	TCase *tc = tcase_create("parts");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, in_two);
	tcase_add_test(tc, another_limit_has_other_ids);
	tcase_add_test(tc, at_the_limit);
	tcase_add_test(tc, too_few_rows);
	tcase_add_test(tc, no_report);
	return tc;
}
