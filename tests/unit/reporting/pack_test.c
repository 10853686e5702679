/*
 * From lines of events to the octets of reports.
 */
#include "tests/unit/reporting/reporting_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/limits.h"
#include "reporting/collect.h"
#include "reporting/pack.h"
#include "reporting/scratch.h"

static struct arena *arena;
static char directory[64];
static struct rollup *rollup;
static struct collected collected;
static struct plans plans;
static FILE *packed;

static const struct pack_head head = {
	.org_name = STR_INIT("Ours & Co"),
	.email = STR_INIT("reports@ours.example"),
	.contact = STR_INIT("https://ours.example/<dmarc>"),
	.receiver = STR_INIT("ours.example"), .generator = "assay 9.9",
	.begin = 1795305600, .end = 1795392000
};

static void
set_up(void)
{
	arena = arena_new();
	strcpy(directory, "/tmp/assay-pack-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	rollup = rollup_new(arena, LIMIT_ROLLUP_OCTETS, row_merge);
	packed = scratch_open();
	ck_assert_ptr_nonnull(packed);
}

static void
tear_down(void)
{
	const char *command = arena_printf(arena, "rm -r %s", directory).ptr;

	ck_assert_int_eq(system(command), 0);
	fclose(packed);
	rollup_free(rollup);
	arena_free(arena);
}

static void
gather(struct str lines)
{
	const char *path = arena_printf(arena, "%s/events", directory).ptr;
	const char *const paths[] = { path, NULL };
	const struct collect_options options = { .logs = { .paths = paths,
	    .since_us = head.begin * 1000000, .until_us = head.end * 1000000,
	    .jobs = 2 } };
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fwrite(lines.ptr, 1, lines.len, file);
	fclose(file);
	ck_assert(collect(&options, rollup, &collected));
	ck_assert_uint_eq(collected.feed.faults[EVENT_FAULT_BROKEN].count,
	    0);
	ck_assert(plan_make(rollup, arena, &plans));
}

/* A report as text. */
static struct str
unpacked(const struct plan *plan)
{
	char *text = arena_alloc(arena, 1 << 20);
	struct str octets;
	z_stream z = { .next_out = (unsigned char *)text,
	    .avail_out = 1 << 20 };

	ck_assert(pack_read(packed, plan, arena, &octets));
	z.next_in = (unsigned char *)(uintptr_t)octets.ptr;
	z.avail_in = (unsigned)octets.len;
	ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_uint_eq(z.avail_in, 0);
	inflateEnd(&z);
	return str_make(text, z.total_out);
}

static struct str
written(const char *name)
{
	const char *path = arena_printf(arena, "%s/%s", directory, name).ptr;
	char *text = arena_alloc(arena, 1 << 20);
	FILE *file = fopen(path, "r");
	size_t len;

	ck_assert_msg(file != NULL, "no %s", path);
	len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return str_make(text, len);
}

#define LINE(time, action, ip, more, facts) \
	"{\"v\":1,\"time\":\"2026-11-22T" time "Z\",\"kind\":\"message\"," \
	"\"verdict\":{\"action\":\"" action "\"}," more "\"facts\":{" \
	"\"client.ip\":\"" ip "\",\"client.ours\":false," \
	"\"dmarc.organizational_domain\":\"example.com\"," \
	"\"dmarc.policy_domain\":\"example.com\"," facts "}}\n"
#define RECORD "\"dmarc_record\":\"v=DMARC1; p=reject; np=quarantine; " \
	"adkim=s; t=y; fo=1; ruf=mailto:f@example.com; " \
	"rua=mailto:a@example.com!10m, nonsense\","

static const char good_line[] = LINE("00:00:00", "accept", "2001:db8::1",
    RECORD "\"rcpts\":[{\"address\":\"r@ours.example\",\"action\":"
    "\"accept\"}],\"dkim\":[{\"result\":\"pass\",\"domain\":"
    "\"example.com\",\"selector\":\"s1\",\"reason\":\"good\"},{\"result\":"
    "\"fail\",\"domain\":\"list.example\",\"selector\":\"s2\",\"reason\":"
    "\"<body> & hash\"}],", "\"mail.from\":\"u@example.com\","
    "\"rcpt.count\":1,\"spf\":\"pass\",\"spf.domain\":\"example.com\","
    "\"spf.reason\":\"ip4\",\"dmarc\":\"pass\",\"dmarc.domain\":"
    "\"example.com\",\"dmarc.policy\":\"reject\",\"dmarc.alignment.spf\":"
    "true,\"dmarc.alignment.dkim\":true");

static const char bad_line[] = LINE("23:59:59.999999", "reject",
    "192.0.2.1", RECORD "\"dmarc_notes\":[\"_dmarc.x has 2 DMARC "
    "records\"],\"dmarc_override\":[{\"type\":\"local_policy\","
    "\"comment\":\"p:1\"}],", "\"mail.from\":\"\","
    "\"spf\":\"softfail\",\"spf.domain\":\"mx.bad.example\","
    "\"spf.reason\":\"~all\",\"dmarc\":\"fail\",\"dmarc.domain\":"
    "\"x.example.com\",\"dmarc.policy\":\"reject\","
    "\"dmarc.alignment.spf\":false,\"dmarc.alignment.dkim\":false");

static const char report[] =
"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
"<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">\n"
"  <version>1.0</version>\n"
"  <report_metadata>\n"
"    <org_name>Ours &amp; Co</org_name>\n"
"    <email>reports@ours.example</email>\n"
"    <extra_contact_info>https://ours.example/&lt;dmarc&gt;"
"</extra_contact_info>\n"
"    <report_id>2026-11-22_example.com@ours.example</report_id>\n"
"    <date_range>\n"
"      <begin>1795305600</begin>\n"
"      <end>1795391999</end>\n"
"    </date_range>\n"
"    <error>_dmarc.x has 2 DMARC records; rua: &quot; nonsense&quot; is no URI"
"</error>\n"
"    <generator>assay 9.9</generator>\n"
"  </report_metadata>\n"
"  <policy_published>\n"
"    <domain>example.com</domain>\n"
"    <discovery_method>treewalk</discovery_method>\n"
"    <p>reject</p>\n"
"    <sp>reject</sp>\n"
"    <np>quarantine</np>\n"
"    <fo>1</fo>\n"
"    <adkim>s</adkim>\n"
"    <aspf>r</aspf>\n"
"    <testing>y</testing>\n"
"  </policy_published>\n"
"  <record>\n"
"    <row>\n"
"      <source_ip>192.0.2.1</source_ip>\n"
"      <count>1</count>\n"
"      <policy_evaluated>\n"
"        <disposition>reject</disposition>\n"
"        <dkim>fail</dkim>\n"
"        <spf>fail</spf>\n"
"        <reason>\n"
"          <type>local_policy</type>\n"
"          <comment>p:1</comment>\n"
"        </reason>\n"
"      </policy_evaluated>\n"
"    </row>\n"
"    <identifiers>\n"
"      <header_from>x.example.com</header_from>\n"
"      <envelope_from></envelope_from>\n"
"    </identifiers>\n"
"    <auth_results>\n"
"      <spf>\n"
"        <domain>mx.bad.example</domain>\n"
"        <scope>mfrom</scope>\n"
"        <result>softfail</result>\n"
"        <human_result>~all</human_result>\n"
"      </spf>\n"
"    </auth_results>\n"
"  </record>\n"
"  <record>\n"
"    <row>\n"
"      <source_ip>2001:db8::1</source_ip>\n"
"      <count>2</count>\n"
"      <policy_evaluated>\n"
"        <disposition>pass</disposition>\n"
"        <dkim>pass</dkim>\n"
"        <spf>pass</spf>\n"
"      </policy_evaluated>\n"
"    </row>\n"
"    <identifiers>\n"
"      <header_from>example.com</header_from>\n"
"      <envelope_from>example.com</envelope_from>\n"
"      <envelope_to>ours.example</envelope_to>\n"
"    </identifiers>\n"
"    <auth_results>\n"
"      <dkim>\n"
"        <domain>example.com</domain>\n"
"        <selector>s1</selector>\n"
"        <result>pass</result>\n"
"      </dkim>\n"
"      <dkim>\n"
"        <domain>list.example</domain>\n"
"        <selector>s2</selector>\n"
"        <result>fail</result>\n"
"        <human_result>&lt;body&gt; &amp; hash</human_result>\n"
"      </dkim>\n"
"      <spf>\n"
"        <domain>example.com</domain>\n"
"        <scope>mfrom</scope>\n"
"        <result>pass</result>\n"
"      </spf>\n"
"    </auth_results>\n"
"  </record>\n"
"</feedback>\n";

START_TEST(a_report)
{
	gather(arena_printf(arena, "%s%s%s", good_line, bad_line,
	    good_line));
	ck_assert_uint_eq(collected.fates[ROW_TAKEN], 3);
	ck_assert_uint_eq(plans.list.count, 1);
	ck_assert_uint_eq(plans.domains, 1);
	assert_str(plans.list.at[0].domain, "example.com");
	ck_assert_uint_eq(plans.list.at[0].rows, 2);
	ck_assert_uint_eq(plans.list.at[0].messages, 3);
	ck_assert_int_eq(pack_all(rollup, &plans, &head, packed, directory),
	    PACK_DONE);
	assert_str(unpacked(&plans.list.at[0]), report);
	assert_str(written("ours.example!example.com!1795305600!1795391999"
	    ".xml"), report);
	assert_str(pack_report_id(arena, &head, STR("a.example")),
	    "2026-11-22_a.example@ours.example");
}
END_TEST

/* An event of a day, a domain and a record. */
static struct str
simple(const char *time, const char *domain, const char *record)
{
	return arena_printf(arena, "{\"v\":1,\"time\":\"%sZ\",\"kind\":"
	    "\"message\",\"verdict\":{\"action\":\"accept\"},"
	    "\"dmarc_record\":\"%s\",\"facts\":{\"client.ip\":"
	    "\"192.0.2.1\",\"dmarc\":\"pass\",\"dmarc.domain\":\"%s\","
	    "\"dmarc.policy_domain\":\"%s\",\"dmarc.policy\":\"none\"}}\n",
	    time, record, domain, domain);
}

START_TEST(only_of_the_day)
{
	static const char record[] = "v=DMARC1; p=none; rua=mailto:a@b.example";
	struct str lines = arena_printf(arena, "%.*s%.*s%.*s%.*s",
	    STR_ARG(simple("2026-11-21T23:59:59.999999", "a.example",
	    record)),
	    STR_ARG(simple("2026-11-22T00:00:00", "b.example", record)),
	    STR_ARG(simple("2026-11-22T23:59:59.999999", "c.example",
	    record)),
	    STR_ARG(simple("2026-11-23T00:00:00", "d.example", record)));

	gather(lines);
	ck_assert_uint_eq(plans.list.count, 2);
	assert_str(plans.list.at[0].domain, "b.example");
	assert_str(plans.list.at[1].domain, "c.example");
	ck_assert_uint_eq(collected.feed.outside, 2);
}
END_TEST

/* Section 3.3: the configuration that was seen last; whoever names no place
 * for reports gets none. */
START_TEST(the_last_record_counts)
{
	static const char *const records[] = {
		"v=DMARC1; p=none; rua=mailto:old@a.example",
		"v=DMARC1; p=reject; rua=mailto:new@a.example",
	};
	struct str late = simple("2026-11-22T12:00:00", "a.example",
	    records[1]);
	struct str early = simple("2026-11-22T11:00:00", "a.example",
	    records[0]);
	struct str gone = arena_printf(arena, "%.*s%.*s",
	    STR_ARG(simple("2026-11-22T01:00:00", "b.example", records[0])),
	    STR_ARG(simple("2026-11-22T02:00:00", "b.example",
	    "v=DMARC1; p=none")));

	gather(arena_printf(arena, "%.*s%.*s%.*s%.*s", STR_ARG(late),
	    STR_ARG(early), STR_ARG(late), STR_ARG(gone)));
	ck_assert_uint_eq(plans.domains, 2);
	ck_assert_uint_eq(plans.list.count, 1);
	assert_str(plans.list.at[0].record, records[1]);
	ck_assert_uint_eq(plans.list.at[0].messages, 3);
	ck_assert_uint_eq(plans.list.at[0].rows, 1);
	assert_str(plans.list.at[0].error, "the policy record was changed; "
	    "this is the last one");
}
END_TEST

START_TEST(several_reports_and_one_not_wanted)
{
	static const char record[] = "v=DMARC1; p=none; rua=mailto:a@b.example";
	static const char *const domains[] = { "c.example", "a.example",
	    "b.example", "d.example" };
	struct str lines = STR(""), text;

	for (int i = 0; i < TEST_COUNT(domains); i++)
		lines = arena_printf(arena, "%.*s%.*s", STR_ARG(lines),
		    STR_ARG(simple("2026-11-22T00:00:00", domains[i],
		    i == 3 ? "v=DMARC1; p=none" : record)));
	gather(lines);
	ck_assert_uint_eq(plans.list.count, 3);
	plans.list.at[1].wanted = false;
	ck_assert_int_eq(pack_all(rollup, &plans, &head, packed, NULL),
	    PACK_DONE);
	for (size_t i = 0; i < 3; i++) {
		const struct plan *plan = &plans.list.at[i];
		const char *part = arena_printf(arena,
		    "<domain>%.*s</domain>", STR_ARG(plan->domain)).ptr;

		if (i == 1) {
			ck_assert_uint_eq(plan->octets, 0);
			continue;
		}
		text = unpacked(plan);
		ck_assert_ptr_nonnull(strstr(arena_z(arena, text), part));
		ck_assert_ptr_null(strstr(arena_z(arena, text), "<error>"));
	}
}
END_TEST

START_TEST(a_directory_that_is_not_there)
{
	gather(str_from(good_line));
	ck_assert_int_eq(pack_all(rollup, &plans, &head, packed,
	    "/nonexistent"), PACK_DIRECTORY);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* What is short stays in a buffer until the end. */
START_TEST(no_room_for_the_packed)
{
	FILE *full = fopen("/dev/full", "w+");

	ck_assert_ptr_nonnull(full);
	gather(str_from(good_line));
	errno = EDOM;
	ck_assert_int_eq(pack_all(rollup, &plans, &head, full, NULL),
	    PACK_SCRATCH);
	ck_assert_int_eq(errno, ENOSPC);
	fclose(full);
}
END_TEST

START_TEST(no_room_for_the_plain)
{
	const char *path = arena_printf(arena, "%s/ours.example!example.com!"
	    "1795305600!1795391999.xml", directory).ptr;

	ck_assert_int_eq(symlink("/dev/full", path), 0);
	gather(str_from(good_line));
	errno = EDOM;
	ck_assert_int_eq(pack_all(rollup, &plans, &head, packed, directory),
	    PACK_DIRECTORY);
	ck_assert_int_eq(errno, ENOSPC);
	unlink(path);
}
END_TEST

TCase *
pack_tests(void)
{
	TCase *tc = tcase_create("pack");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_report);
	tcase_add_test(tc, only_of_the_day);
	tcase_add_test(tc, the_last_record_counts);
	tcase_add_test(tc, several_reports_and_one_not_wanted);
	tcase_add_test(tc, a_directory_that_is_not_there);
	tcase_add_test(tc, no_room_for_the_packed);
	tcase_add_test(tc, no_room_for_the_plain);
	return tc;
}
