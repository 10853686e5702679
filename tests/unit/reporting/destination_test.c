#include "base/clock.h"
#include "base/strand.h"
#include "reporting/destination.h"
#include "tests/support/fake_dns.h"
#include "tests/unit/reporting/reporting_test.h"

enum { WAIT_MS = 5000 };

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

#define TEN	"aaaaaaaaaa"
#define SIXTY	TEN TEN TEN TEN TEN TEN
#define LONG	SIXTY "." SIXTY "." SIXTY "." SIXTY ".example"

static const char zone[] =
    "example.com._report._dmarc.late.example TXT \"rua=mailto:a@late.example; "
    "v=DMARC1\"\n"
    "example.com._report._dmarc.xn--bcher-kva.example TXT \"v=DMARC1; \"\n"
    "_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
    "_dmarc.example.net TXT \"v=DMARC1; p=none\"\n"
    "example.com._report._dmarc.example.net TXT \"v=DMARC1;\"\n"
    "example.com._report._dmarc.same.example TXT \"v=DMARC1; "
    "rua=mailto:in@same.example; ruf=mailto:f@same.example\"\n"
    "example.com._report._dmarc.two.example TXT \"v=spf1\" \n"
    "example.com._report._dmarc.two.example TXT \"v=DMARC1; "
    "rua=mailto:a@two.example,mailto:b@two.example\"\n"
    "example.com._report._dmarc.else.example TXT \"v=DMARC1; "
    "rua=mailto:victim@example.org\"\n"
    "example.com._report._dmarc.http.example TXT \"v=DMARC1; "
    "rua=https://http.example/\"\n"
    "example.com._report._dmarc.other.example TXT \"DMARC1\"\n"
    "example.com._report._dmarc.broken.example * SERVFAIL\n"
    "_dmarc.lost.example * SERVFAIL\n"
    "lost.example * SERVFAIL\n";

struct look {
	bool			 done;
	const struct destination *list;
	size_t			 count;
};

static void
looked(void *ctx, const struct destination *list, size_t count)
{
	struct look *look = ctx;

	ck_assert(!look->done);
	*look = (struct look){ true, list, count };
}

static void
look_at(struct resolver *dns, const struct destination_query *query,
    struct look *look)
{
	struct strand *strand = strand_new();
	uint64_t end = clock_ms() + WAIT_MS;

	strand_enter(strand);
	destinations_start(arena, dns, strand, query, end, looked, look);
	ck_assert(!look->done);
	ck_assert(strand_wait(strand, &look->done, end));
	strand_leave(strand);
	strand_unref(strand);
}

static const struct {
	const char *uri;
	enum destination_tag tag;
	enum destination_word word;
	const char *address, *why;
} uris[] = {
	{ "mailto:a@example.com", DESTINATION_RUA, DESTINATION_GOOD,
	  "a@example.com", "of the same domain" },
	{ "MAILTO:a%2Bb@EXAMPLE.com?subject=x", DESTINATION_RUA,
	  DESTINATION_GOOD, "a+b@example.com", "of the same domain" },
	{ "mailto:a@mail.example.com", DESTINATION_RUA, DESTINATION_GOOD,
	  "a@mail.example.com", "of the same organization" },
	{ "mailto:a@example.net", DESTINATION_RUA, DESTINATION_GOOD,
	  "a@example.net", "its host says that it takes them" },
	{ "mailto:a@example.net", DESTINATION_RUF, DESTINATION_GOOD,
	  "a@example.net", "its host says that it takes them" },
	{ "mailto:a@same.example", DESTINATION_RUA, DESTINATION_GOOD,
	  "in@same.example", "same.example takes them here" },
	{ "mailto:a@same.example", DESTINATION_RUF, DESTINATION_GOOD,
	  "f@same.example", "same.example takes them here" },
	{ "mailto:a@two.example", DESTINATION_RUF, DESTINATION_GOOD,
	  "a@two.example", "its host says that it takes them" },
	/* Elsewhere: neither there nor here. */
	{ "mailto:a@else.example", DESTINATION_RUA, DESTINATION_BAD,
	  "a@else.example", "else.example sends reports elsewhere: "
	  "mailto:victim@example.org: another host than its own" },
	{ "mailto:a@http.example", DESTINATION_RUA, DESTINATION_BAD,
	  "a@http.example", "http.example sends reports elsewhere: "
	  "https://http.example/: only mailto: is spoken here" },
	{ "mailto:a@victim.example", DESTINATION_RUA, DESTINATION_BAD,
	  "a@victim.example",
	  "its host does not say that it takes these reports" },
	{ "mailto:a@other.example", DESTINATION_RUA, DESTINATION_BAD,
	  "a@other.example",
	  "its host does not say that it takes these reports" },
	/* Section 4 (4) and (6). */
	{ "mailto:a@" LONG, DESTINATION_RUA, DESTINATION_BAD, "a@" LONG,
	  "the name to ask its host by is too long" },
	{ "mailto:a@late.example", DESTINATION_RUA, DESTINATION_BAD,
	  "a@late.example",
	  "its host does not say that it takes these reports" },
	{ "mailto:a@b%C3%BCcher.example", DESTINATION_RUA, DESTINATION_GOOD,
	  "a@xn--bcher-kva.example", "its host says that it takes them" },
	{ "mailto:a@broken.example", DESTINATION_RUA, DESTINATION_LATER,
	  "a@broken.example",
	  "example.com._report._dmarc.broken.example: SERVFAIL" },
	{ "mailto:a@lost.example", DESTINATION_RUA, DESTINATION_LATER,
	  "a@lost.example", "DNS does not tell whose its host is" },
	{ "https://example.com/dmarc", DESTINATION_RUA, DESTINATION_BAD, "",
	  "only mailto: is spoken here" },
	{ "mailto:a%0D%0ABcc:b@example.com", DESTINATION_RUA,
	  DESTINATION_BAD, "", "is no address that mail can be sent to" },
	{ "mailto:a%2Cb@example.com", DESTINATION_RUA, DESTINATION_BAD, "",
	  "is no address that mail can be sent to" },
	{ "mailto:a@", DESTINATION_RUA, DESTINATION_BAD, "",
	  "is no address" },
};

START_TEST(one_uri)
{
	struct resolver *dns = fake_dns_new(zone);
	struct str uri = str_from(uris[_i].uri);
	struct destination_query query = { uris[_i].tag, STR("example.com"),
	    &uri, 1 };
	struct look look = { .done = false };

	look_at(dns, &query, &look);
	ck_assert_uint_eq(look.count, 1);
	ck_assert_int_eq(look.list[0].word, uris[_i].word);
	assert_str(look.list[0].uri, uris[_i].uri);
	assert_str(look.list[0].address, uris[_i].address);
	assert_str(look.list[0].why, uris[_i].why);
	resolver_free(dns);
}
END_TEST

START_TEST(several_uris)
{
	static const struct str all[] = { STR_INIT("mailto:x@example.com"),
	    STR_INIT("mailto:a@two.example"),
	    STR_INIT("mailto:X@EXAMPLE.COM"), STR_INIT("ftp://x/") };
	static const char *const want[] = { "x@example.com", "a@two.example",
	    "b@two.example", "" };
	struct resolver *dns = fake_dns_new(zone);
	struct destination_query query = { DESTINATION_RUA,
	    STR("example.com"), all, 4 };
	struct look look = { .done = false };

	look_at(dns, &query, &look);
	ck_assert_uint_eq(look.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_str(look.list[i].address, want[i]);
	ck_assert(look.list[1].external && look.list[2].external);
	ck_assert(!look.list[0].external);
	resolver_free(dns);
}
END_TEST

START_TEST(none_at_all)
{
	struct resolver *dns = fake_dns_new(zone);
	struct destination_query query = { DESTINATION_RUA,
	    STR("example.com"), NULL, 0 };
	struct look look = { .done = false };

	look_at(dns, &query, &look);
	ck_assert_uint_eq(look.count, 0);
	ck_assert_uint_eq(fake_dns_queries(dns), 0);
	resolver_free(dns);
}
END_TEST

START_TEST(abandoned)
{
	struct resolver *dns = fake_dns_new(zone);
	struct strand *strand = strand_new();
	struct str uri = STR("mailto:a@example.net");
	struct destination_query query = { DESTINATION_RUA,
	    STR("example.com"), &uri, 1 };
	struct look look = { .done = false };
	bool never = false;

	strand_enter(strand);
	destinations_cancel(destinations_start(arena, dns, strand, &query,
	    clock_ms() + WAIT_MS, looked, &look));
	destinations_cancel(NULL);
	strand_wait(strand, &never, clock_ms() + 20);
	ck_assert(!look.done);
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
}
END_TEST

TCase *
destination_tests(void)
{
	TCase *tests = tcase_create("destination");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, one_uri, 0, TEST_COUNT(uris));
	tcase_add_test(tests, several_uris);
	tcase_add_test(tests, none_at_all);
	tcase_add_test(tests, abandoned);
	return tests;
}
