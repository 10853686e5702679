#include "tests/unit/dns/dns_test.h"

#include <pthread.h>
#include <stdio.h>

#include "dns/cache.h"

/* The clock is scripted: 1000 s after the machine started. */
enum { T0 = 1000 * 1000 };

static const struct cache_limits limits = {
	.entries = 3, .octets = 100000,
	.ttl_min = 10, .ttl_max = 100, .ttl_negative_max = 50
};

static void
put(struct cache *cache, const char *name, enum dns_status status,
    uint32_t ttl, uint64_t now)
{
	const struct dns_record record = { .text = STR("x") };
	const struct dns_answer from = {
		.status = status, .ttl = ttl, .type = DNS_TXT,
		.name = str_from(name), .canonical = str_from(name),
		.records = &record, .count = status == DNS_DATA, .why = ""
	};
	struct answer *answer = answer_new(&from);

	cache_put(cache, answer, now);
	answer_unref(answer);
}

/* The seconds left, or -1. */
static int
left(struct cache *cache, const char *name, uint64_t now)
{
	uint32_t ttl = 0;
	struct answer *answer = cache_get(cache, str_from(name), DNS_TXT, now,
	    &ttl);

	if (answer == NULL)
		return -1;
	assert_str(answer->dns.name, name);
	answer_unref(answer);
	return (int)ttl;
}

static const struct {
	enum dns_status status;
	uint32_t ttl;
	int kept;			/* s; -1: not at all */
} times[] = {
	{ DNS_DATA, 60, 60 }, { DNS_DATA, 0, 10 }, { DNS_DATA, 101, 100 },
	{ DNS_NODATA, 60, 50 }, { DNS_NODATA, 20, 20 },
	{ DNS_NXDOMAIN, UINT32_MAX, 50 }, { DNS_NXDOMAIN, 1, 10 },
	{ DNS_SERVFAIL, 60, 5 }, { DNS_BOGUS, 0, 5 }, { DNS_TIMEOUT, 60, -1 },
};

START_TEST(times_are_clamped)
{
	struct cache *cache = cache_new(&limits);
	int kept = times[_i].kept;

	put(cache, "a.example", times[_i].status, times[_i].ttl, T0);
	ck_assert_int_eq(left(cache, "a.example", T0), kept);
	if (kept > 0) {
		ck_assert_int_eq(left(cache, "a.example", T0 + 2000),
		    kept - 2);
		ck_assert_int_eq(left(cache, "a.example",
		    T0 + (uint64_t)kept * 1000 - 1), 0);
		ck_assert_int_eq(left(cache, "a.example",
		    T0 + (uint64_t)kept * 1000), -1);
	}
	ck_assert_uint_eq(cache_entries(cache), 0);
	ck_assert_uint_eq(cache_octets(cache), 0);
	cache_free(cache);
}
END_TEST

START_TEST(longest_unused_goes_first)
{
	struct cache *cache = cache_new(&limits);

	put(cache, "a.example", DNS_DATA, 60, T0);
	put(cache, "b.example", DNS_DATA, 60, T0);
	put(cache, "c.example", DNS_DATA, 60, T0);
	ck_assert_int_eq(left(cache, "a.example", T0), 60);
	put(cache, "d.example", DNS_DATA, 60, T0);
	ck_assert_int_eq(left(cache, "b.example", T0), -1);
	ck_assert_int_eq(left(cache, "a.example", T0), 60);
	ck_assert_int_eq(left(cache, "c.example", T0), 60);
	ck_assert_int_eq(left(cache, "d.example", T0), 60);
	ck_assert_uint_eq(cache_entries(cache), 3);
	cache_free(cache);
}
END_TEST

START_TEST(type_and_newer_answer_count)
{
	struct cache *cache = cache_new(&limits);
	uint32_t ttl;

	put(cache, "a.example", DNS_DATA, 60, T0);
	ck_assert_ptr_null(cache_get(cache, STR("a.example"), DNS_MX, T0,
	    &ttl));
	put(cache, "a.example", DNS_DATA, 90, T0 + 1000);
	ck_assert_int_eq(left(cache, "a.example", T0 + 1000), 90);
	ck_assert_uint_eq(cache_entries(cache), 1);
	cache_free(cache);
}
END_TEST

START_TEST(octets_are_bounded)
{
	struct cache_limits small = limits;
	struct cache *cache;
	char name[32];

	small.entries = 1000;
	small.octets = 3000;
	cache = cache_new(&small);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		put(cache, name, DNS_DATA, 60, T0);
		ck_assert_uint_le(cache_octets(cache), 3000);
		ck_assert_int_eq(left(cache, name, T0), 60);
	}
	ck_assert_uint_gt(cache_entries(cache), 3);
	ck_assert_uint_lt(cache_entries(cache), 30);
	cache_free(cache);
}
END_TEST

START_TEST(nothing_fits_in_nothing)
{
	const struct cache_limits none = { 0, 100000, 1, 100, 50 };
	const struct cache_limits tiny = { 100, 64, 1, 100, 50 };
	struct cache *cache = cache_new(_i == 0 ? &none : &tiny);

	put(cache, "a.example", DNS_DATA, 60, T0);
	ck_assert_int_eq(left(cache, "a.example", T0), -1);
	cache_free(cache);
}
END_TEST

enum { CROWD = 4, NAMES = 3000, ROUNDS = 20000 };

static void *
use(void *arg)
{
	struct cache *cache = arg;
	char name[32];

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned n = i * 7919 % NAMES;

		snprintf(name, sizeof(name), "%u.example", n);
		if (left(cache, name, T0 + i) < 0)
			put(cache, name, DNS_DATA, n % 100, T0 + i);
	}
	return NULL;
}

/* Also when the cache has given it up. */
START_TEST(an_answer_lives_with_an_arena)
{
	struct cache *cache = cache_new(&limits);
	struct arena *arena = arena_new();
	const struct dns_answer *kept, *copied;
	struct dns_answer told;
	struct answer *answer;
	uint32_t ttl;

	put(cache, "a.example", DNS_DATA, 60, T0);
	answer = cache_get(cache, STR("a.example"), DNS_TXT, T0, &ttl);
	told = answer->dns;
	told.shared = answer;
	kept = dns_keep(arena, &told);
	ck_assert_ptr_eq(kept, &answer->dns);
	copied = dns_keep(arena, &answer->dns);
	ck_assert_ptr_ne(copied, &answer->dns);
	answer_unref(answer);
	cache_free(cache);
	assert_str(kept->records[0].text, "x");
	assert_str(copied->name, "a.example");
	arena_free(arena);
}
END_TEST

/* It takes its own place, and stays what it is. */
START_TEST(the_same_answer_can_come_again)
{
	struct cache *cache = cache_new(&limits);
	struct answer *answer = answer_empty(STR("a.example"), DNS_TXT,
	    DNS_NODATA, "");

	put(cache, "older.example", DNS_DATA, 60, T0);
	cache_put(cache, answer, T0);
	cache_put(cache, answer, T0 + 5000);
	answer_unref(answer);
	ck_assert_uint_eq(cache_entries(cache), 2);
	ck_assert_int_eq(left(cache, "a.example", T0 + 5000), 10);
	ck_assert_int_eq(left(cache, "a.example", T0 + 15000), -1);
	ck_assert_int_eq(left(cache, "older.example", T0 + 15000), 45);
	cache_free(cache);
}
END_TEST

START_TEST(many_threads_use_it)
{
	const struct cache_limits large = { 5000, 1000000, 1, 100, 50 };
	struct cache *cache = cache_new(&large);
	pthread_t threads[CROWD];

	for (int i = 0; i < CROWD; i++)
		pthread_create(&threads[i], NULL, use, cache);
	for (int i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_gt(cache_entries(cache), 2000);
	ck_assert_uint_le(cache_entries(cache), NAMES);
	cache_free(cache);
}
END_TEST

TCase *
cache_tests(void)
{
	TCase *tc = tcase_create("cache");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, times_are_clamped, 0, TEST_COUNT(times));
	tcase_add_test(tc, longest_unused_goes_first);
	tcase_add_test(tc, type_and_newer_answer_count);
	tcase_add_test(tc, octets_are_bounded);
	tcase_add_loop_test(tc, nothing_fits_in_nothing, 0, 2);
	tcase_add_test(tc, an_answer_lives_with_an_arena);
	tcase_add_test(tc, the_same_answer_can_come_again);
	tcase_add_test(tc, many_threads_use_it);
	return tc;
}
