#include "tests/unit/dmarc/dmarc_test.h"

#include "dmarc/uri.h"

/* None of them is a DMARC record (RFC 9989 sections 4.7, 4.8). */
static const char *const not_records[] = {
	"", ";", "v", "v=", "v=DMARC", "v=DMARC10; p=none",
	"v=dmarc1; p=none", "v=Dmarc1; p=reject", "v=DMARC1 p=none",
	"p=none; v=DMARC1", "; v=DMARC1; p=none", " v=DMARC1; p=none",
	"\tv=DMARC1; p=none", "v=DMARC1, p=none", "v=spf1 -all",
	"v==DMARC1; p=none", "version=DMARC1; p=none", "v=\"DMARC1\"; p=none",
	"DMARC1; p=none", "v=DMARC1\x01; p=none", "vDMARC1; p=none",
};

START_TEST(other_text_is_no_record)
{
	struct arena *arena = arena_new();
	struct dmarc_record record;
	struct str reason;

	ck_assert(!dmarc_record_parse(arena, str_from(not_records[_i]),
	    &record, &reason));
	ck_assert_uint_gt(reason.len, 0);
	arena_free(arena);
}
END_TEST

#define NONE	WORD_NONE
#define QUAR	WORD_QUARANTINE
#define REJ	WORD_REJECT

static const struct {
	const char *text;
	enum word p, sp, np;
	bool has_policy;
	bool adkim, aspf, t;
	enum dmarc_tristate psd;
	const char *rua, *ruf, *fo;
} records[] = {
	/* appendix B.2 */
	{ "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com",
	  NONE, NONE, NONE, true, 0, 0, 0, DMARC_UNSAID,
	  "mailto:dmarc-feedback@example.com", "", "0" },
	{ "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
	  "ruf=mailto:auth-reports@thirdparty.example.net",
	  NONE, NONE, NONE, true, 0, 0, 0, DMARC_UNSAID,
	  "mailto:dmarc-feedback@example.com",
	  "mailto:auth-reports@thirdparty.example.net", "0" },
	{ "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,"
	  "mailto:tld-test@thirdparty.example.net; t=y",
	  QUAR, QUAR, QUAR, true, 0, 0, 1, DMARC_UNSAID,
	  "mailto:dmarc-feedback@example.com "
	  "mailto:tld-test@thirdparty.example.net", "", "0" },
	{ "v=DMARC1; p=reject; aspf=r; "
	  "rua=mailto:dmarc-feedback@example.com",
	  REJ, REJ, REJ, true, 0, 0, 0, DMARC_UNSAID,
	  "mailto:dmarc-feedback@example.com", "", "0" },
	/* defaults, blanks, order, case */
	{ "v=DMARC1;p=reject", REJ, REJ, REJ, true, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=reject;", REJ, REJ, REJ, true, 0, 0, 0, 0, "", "",
	  "0" },
	{ "v = DMARC1 ;\tp =\treject ; ", REJ, REJ, REJ, true, 0, 0, 0, 0, "",
	  "", "0" },
	{ "V=DMARC1; P=Reject; SP=QUARANTINE; NP=None", REJ, QUAR, NONE, true,
	  0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; t=Y; psd=N; adkim=S; aspf=S; p=none", NONE, NONE, NONE,
	  true, 1, 1, 1, DMARC_NO, "", "", "0" },
	{ "v=DMARC1; psd=y; p=none", NONE, NONE, NONE, true, 0, 0, 0,
	  DMARC_YES, "", "", "0" },
	{ "v=DMARC1; psd=u; p=none", NONE, NONE, NONE, true, 0, 0, 0,
	  DMARC_UNSAID, "", "", "0" },
	{ "v=DMARC1;;; ;p=reject;;", REJ, REJ, REJ, true, 0, 0, 0, 0, "", "",
	  "0" },
	{ "v=DMARC1; sp=none; p=reject", REJ, NONE, NONE, true, 0, 0, 0, 0,
	  "", "", "0" },
	{ "v=DMARC1; p=none; np=reject", NONE, NONE, REJ, true, 0, 0, 0, 0,
	  "", "", "0" },
	{ "v=DMARC1; p=none; sp=quarantine; np=reject", NONE, QUAR, REJ, true,
	  0, 0, 0, 0, "", "", "0" },
	/* unknown and historic tags, syntax errors */
	{ "v=DMARC1; p=reject; pct=0; rf=afrf; ri=86400; x=y; x-foo=1",
	  REJ, REJ, REJ, true, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=reject; pct=garbage; junk; =x; 1=2; fo:0",
	  REJ, REJ, REJ, true, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=reject; adkim=strict; aspf=; t=1; psd=maybe",
	  REJ, REJ, REJ, true, 0, 0, 0, DMARC_UNSAID, "", "", "0" },
	{ "v=DMARC1; p=reject; v=DMARC2", REJ, REJ, REJ, true, 0, 0, 0, 0,
	  "", "", "0" },
	{ "v=DMARC1; p=reject; \xff\xfe=1; adkim=\xff", REJ, REJ, REJ, true,
	  0, 0, 0, 0, "", "", "0" },
	/* a tag that is there twice leaves its default */
	{ "v=DMARC1; p=reject; adkim=s; adkim=s; t=y; t=n", REJ, REJ, REJ,
	  true, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=reject; p=none", NONE, NONE, NONE, false, 0, 0, 0, 0,
	  "", "", "0" },
	{ "v=DMARC1; p=reject; p=reject; rua=mailto:a@example.com",
	  NONE, NONE, NONE, true, 0, 0, 0, 0, "mailto:a@example.com", "",
	  "0" },
	/* no valid p, or bad sp or np (section 4.10.1) */
	{ "v=DMARC1", NONE, NONE, NONE, false, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1;", NONE, NONE, NONE, false, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; rua=mailto:a@example.com", NONE, NONE, NONE, true, 0, 0,
	  0, 0, "mailto:a@example.com", "", "0" },
	{ "v=DMARC1; sp=reject; rua=mailto:a@example.com", NONE, NONE, NONE,
	  true, 0, 0, 0, 0, "mailto:a@example.com", "", "0" },
	{ "v=DMARC1; p=bogus", NONE, NONE, NONE, false, 0, 0, 0, 0, "", "",
	  "0" },
	{ "v=DMARC1; p=", NONE, NONE, NONE, false, 0, 0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=rejected; rua=mailto:a@example.com", NONE, NONE, NONE,
	  true, 0, 0, 0, 0, "mailto:a@example.com", "", "0" },
	{ "v=DMARC1; p=reject; sp=bogus", NONE, NONE, NONE, false, 0, 0, 0, 0,
	  "", "", "0" },
	{ "v=DMARC1; p=reject; np=; rua=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "mailto:a@example.com", "", "0" },
	{ "v=DMARC1; p=bogus; rua=mailto:", NONE, NONE, NONE, false, 0, 0, 0,
	  0, "", "", "0" },
	{ "v=DMARC1; p=bogus; rua=a@example.com", NONE, NONE, NONE, false, 0,
	  0, 0, 0, "", "", "0" },
	{ "v=DMARC1; p=bogus; ruf=mailto:a@example.com", NONE, NONE, NONE,
	  false, 0, 0, 0, 0, "", "mailto:a@example.com", "0" },
	{ "v=DMARC1; psd=y", NONE, NONE, NONE, false, 0, 0, 0, DMARC_YES, "",
	  "", "0" },
	/* reports */
	{ "v=DMARC1; p=none; rua=mailto:a@example.com!10m , junk,"
	  "https://example.com/r?x=%20 ,,mailto:b@example.com",
	  NONE, NONE, NONE, true, 0, 0, 0, 0, "mailto:a@example.com "
	  "https://example.com/r?x=%20 mailto:b@example.com", "", "0" },
	{ "v=DMARC1; p=none; fo=1:d:s; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "1:d:s" },
	{ "v=DMARC1; p=none; fo=s:0:d; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "s:0:d" },
	{ "v=DMARC1; p=none; fo=D; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "D" },
	{ "v=DMARC1; p=none; fo=1", NONE, NONE, NONE, true, 0, 0, 0, 0, "",
	  "", "0" },
	{ "v=DMARC1; p=none; fo=0:1; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "0" },
	{ "v=DMARC1; p=none; fo=d:d; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "0" },
	{ "v=DMARC1; p=none; fo=x; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "0" },
	{ "v=DMARC1; p=none; fo=1:; ruf=mailto:a@example.com", NONE, NONE,
	  NONE, true, 0, 0, 0, 0, "", "mailto:a@example.com", "0" },
};

static struct str
join(struct arena *arena, const struct str *at, size_t count)
{
	struct str all = STR("");

	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all),
		    i == 0 ? "" : " ", STR_ARG(at[i]));
	return all;
}

START_TEST(record_is_read)
{
	struct arena *arena = arena_new();
	struct dmarc_record record;
	struct str reason;

	ck_assert(dmarc_record_parse(arena, str_from(records[_i].text),
	    &record, &reason));
	assert_str(reason, "");
	assert_str(record.text, records[_i].text);
	ck_assert_int_eq(record.p, records[_i].p);
	ck_assert_int_eq(record.sp, records[_i].sp);
	ck_assert_int_eq(record.np, records[_i].np);
	ck_assert_int_eq(record.has_policy, records[_i].has_policy);
	ck_assert_int_eq(record.strict_dkim, records[_i].adkim);
	ck_assert_int_eq(record.strict_spf, records[_i].aspf);
	ck_assert_int_eq(record.test, records[_i].t);
	ck_assert_int_eq(record.psd, records[_i].psd);
	assert_str(join(arena, record.rua.at, record.rua.count),
	    records[_i].rua);
	assert_str(join(arena, record.ruf.at, record.ruf.count),
	    records[_i].ruf);
	assert_str(record.fo, records[_i].fo);
	arena_free(arena);
}
END_TEST

START_TEST(record_is_bounded)
{
	struct arena *arena = arena_new();
	size_t size = 20000;
	char *text = arena_alloc(arena, size);
	struct dmarc_record record;
	struct str reason;
	size_t len;

	memset(text, ';', size);
	memcpy(text, "v=DMARC1;p=reject", 17);
	ck_assert(dmarc_record_parse(arena, str_make(text, 8192), &record,
	    &reason));
	ck_assert_int_eq(record.p, WORD_REJECT);
	ck_assert(!dmarc_record_parse(arena, str_make(text, 8193), &record,
	    &reason));
	assert_str(reason, "it is too long");

	memcpy(text + 17, ";rua=", 5);
	for (len = 22; len + 19 < 8192; len += 19)
		memcpy(text + len, "mailto:a@b.example,", 19);
	ck_assert(dmarc_record_parse(arena, str_make(text, len), &record,
	    &reason));
	ck_assert_uint_eq(record.rua.count, 20);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *text, *uri;		/* NULL: none */
} uris[] = {
	{ "mailto:a@example.com", "mailto:a@example.com" },
	{ " MAILTO:a@example.com\t", "MAILTO:a@example.com" },
	{ "mailto:a@example.com!50K", "mailto:a@example.com" },
	{ "mailto:a@example.com!50", "mailto:a@example.com" },
	{ "mailto:a@example.com?subject=x", "mailto:a@example.com?subject=x" },
	{ "mailto:a%21b@example.com", "mailto:a%21b@example.com" },
	{ "https://example.com/", "https://example.com/" },
	{ "x-y+1.z:any", "x-y+1.z:any" },
	{ "mailto:a@example.com!", NULL }, { "mailto:a@example.com!m", NULL },
	{ "mailto:a@example.com!5x", NULL },
	{ "mailto:a!b@example.com", NULL }, { "mailto:", NULL },
	{ "mailto:a", NULL }, { "mailto:@example.com", NULL },
	{ "mailto:a@", NULL }, { "mailto:?to=a@example.com", NULL },
	{ "", NULL }, { ":", NULL }, { "a:", NULL }, { ":a", NULL },
	{ "1a:b", NULL }, { "a b:c", NULL }, { "a:b c", NULL },
	{ "a:%2", NULL }, { "a:%zz", NULL }, { "a:\"b\"", NULL },
	{ "a:b\\c", NULL }, { "a:\xc3\xbc", NULL }, { "a:<b>", NULL },
	{ "example.com", NULL },
};

START_TEST(uri_is_read)
{
	struct str uri = STR_NONE;
	bool ok = dmarc_uri_read(str_from(uris[_i].text), &uri);

	ck_assert_int_eq(ok, uris[_i].uri != NULL);
	if (ok)
		assert_str(uri, uris[_i].uri);
}
END_TEST

static const struct {
	const char *text;
	uint64_t octets;
} sizes[] = {
	{ "mailto:a@example.com", 0 }, { "mailto:a@example.com!10m",
	  10 * 1024 * 1024 }, { "mailto:a@example.com!0", 0 },
	{ "mailto:a@example.com!5", 5 }, { " mailto:a@b.example!50K ",
	  50 * 1024 }, { "a:b!1g", 1 << 30 }, { "a:b!2t", 2ull << 40 },
	{ "a:b!8388608t", 1ull << 63 }, { "a:b!8388609t", UINT64_MAX },
	{ "a:b!99999999999999999999m", UINT64_MAX }, { "a:b!", 0 },
	{ "a:b!m", 0 }, { "a:b!10x", 0 }, { "a:b!10 m", 0 }, { "10m", 0 },
};

START_TEST(size_of_reports)
{
	ck_assert_uint_eq(dmarc_uri_size(str_from(sizes[_i].text)),
	    sizes[_i].octets);
}
END_TEST

TCase *
record_cases(void)
{
	TCase *tc = tcase_create("record");

	tcase_add_loop_test(tc, other_text_is_no_record, 0,
	    TEST_COUNT(not_records));
	tcase_add_loop_test(tc, record_is_read, 0, TEST_COUNT(records));
	tcase_add_test(tc, record_is_bounded);
	tcase_add_loop_test(tc, uri_is_read, 0, TEST_COUNT(uris));
	tcase_add_loop_test(tc, size_of_reports, 0, TEST_COUNT(sizes));
	return tc;
}
