#include "tests/unit/dns/dns_test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dns/resolver_back.h"
#include "metrics/metrics.h"
#include "tests/support/fake_dns.h"

enum { LONG_MS = 20000, ASKED_MAX = 32 };

/* A back end that answers when the test says so. */
struct manual {
	struct backend backend;
	struct flight *flights[ASKED_MAX];
	char names[ASKED_MAX][64];
	int asked;
	atomic_int *freed;
};

static void
manual_ask(struct backend *backend, struct flight *flight)
{
	struct manual *manual = (struct manual *)backend;

	ck_assert_int_lt(manual->asked, ASKED_MAX);
	snprintf(manual->names[manual->asked], 64, "%.*s",
	    STR_ARG(flight->name));
	manual->flights[manual->asked++] = flight;
}

static void
manual_free(struct backend *backend)
{
	struct manual *manual = (struct manual *)backend;

	++*manual->freed;
	free(manual);
}

static const struct backend_ops manual_ops = {
	.ask = manual_ask, .free = manual_free
};

static struct manual *manual;
static struct resolver *dns;
static struct strand *strand;
static atomic_int freed;

static void
manual_answer(int i)
{
	struct dns_record record = { .ip = { .family = IP_V4,
	    .bytes = { 192, 0, 2, (uint8_t)i } } };
	struct dns_answer answer = {
		.status = DNS_DATA, .type = DNS_A, .records = &record,
		.count = 1, .name = str_from(manual->names[i]),
		.canonical = str_from(manual->names[i]), .why = "test"
	};

	backend_answered(manual->flights[i], answer_new(&answer));
}

static void
set_up(void)
{
	freed = 0;
	manual = xcalloc(1, sizeof(*manual));
	manual->backend.ops = &manual_ops;
	manual->freed = &freed;
	dns = resolver_over(&manual->backend, NULL);
	strand = strand_new();
	strand_enter(strand);
}

static void
tear_down(void)
{
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
	ck_assert_int_eq(freed, 1);
}

struct seen {
	int count;
	bool done;
	enum dns_status status;
	unsigned last_octet, ttl;
	char name[64];
};

static void
note(void *ctx, const struct dns_answer *answer)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->status = answer->status;
	seen->ttl = answer->ttl;
	seen->last_octet = answer->count == 0 ? 0 :
	    answer->records[0].ip.bytes[3];
	snprintf(seen->name, sizeof(seen->name), "%.*s",
	    STR_ARG(answer->name));
	seen->done = true;
}

static struct dns_lookup *
ask(const char *name, uint64_t wait_ms, struct seen *seen)
{
	return lookup_start(dns, strand, str_from(name), DNS_A,
	    clock_ms() + wait_ms, note, seen);
}

static void
run_posted(void)
{
	bool never = false;

	strand_wait(strand, &never, clock_ms());
}

static struct resolver_counts
counts(void)
{
	struct resolver_counts out;

	resolver_counts(dns, &out);
	return out;
}

START_TEST(equal_lookups_are_one_question)
{
	struct seen seen[3] = { 0 };

	ask("host.example", LONG_MS, &seen[0]);
	ask("HOST.example.", LONG_MS, &seen[1]);
	lookup_start(dns, strand, STR("host.example"), DNS_AAAA,
	    clock_ms() + LONG_MS, note, &seen[2]);
	ck_assert_int_eq(manual->asked, 2);
	ck_assert_str_eq(manual->names[0], "host.example");
	manual_answer(1);
	ck_assert_int_eq(seen[2].count, 0);	/* the strand is held */
	run_posted();
	ck_assert_int_eq(seen[2].count, 1);
	ck_assert_int_eq(seen[0].count + seen[1].count, 0);
	manual_answer(0);
	run_posted();
	ck_assert_int_eq(seen[0].count, 1);
	ck_assert_int_eq(seen[1].count, 1);
	ck_assert_str_eq(seen[1].name, "host.example");
	ck_assert_uint_eq(counts().asked, 3);
	ck_assert_uint_eq(counts().sent, 2);
	ck_assert_uint_eq(counts().merged, 1);
	ck_assert_uint_eq(counts().by_status[DNS_DATA], 3);
}
END_TEST

START_TEST(an_answered_question_is_asked_again)
{
	struct seen seen = { 0 };

	for (int i = 0; i < 3; i++) {
		ask("host.example", LONG_MS, &seen);
		manual_answer(i);
		run_posted();
		ck_assert_uint_eq(seen.last_octet, i);
	}
	ck_assert_int_eq(seen.count, 3);
	ck_assert_uint_eq(counts().sent, 3);
}
END_TEST

START_TEST(a_cached_answer_is_not_asked_again)
{
	static const struct cache_limits limits = { 10, 10000, 60, 600, 60 };
	struct seen seen = { 0 };

	resolver_free(dns);
	manual = xcalloc(1, sizeof(*manual));
	manual->backend.ops = &manual_ops;
	manual->freed = &freed;
	freed = 0;
	dns = resolver_over(&manual->backend, cache_new(&limits));
	ask("Host.example", LONG_MS, &seen);
	manual_answer(0);
	run_posted();
	ck_assert_uint_eq(seen.ttl, 60);
	for (int i = 0; i < 3; i++)
		ask("hOST.example.", LONG_MS, &seen);
	ck_assert_int_eq(seen.count, 1);
	run_posted();
	ck_assert_int_eq(seen.count, 4);
	ck_assert_uint_ge(seen.ttl, 58);
	ck_assert_uint_le(seen.ttl, 60);
	ck_assert_int_eq(manual->asked, 1);
	ck_assert_uint_eq(counts().cache_hits, 3);
	ck_assert_uint_eq(counts().sent, 1);
	ck_assert_uint_eq(counts().by_status[DNS_DATA], 4);
	ck_assert_uint_eq(counts().cache_entries, 1);
	ck_assert_uint_gt(counts().cache_octets, 0);
	ck_assert_uint_eq(metric_value(METRIC_ID_DNS_CACHE, 0, 0), 3);
	ck_assert_uint_eq(metric_value(METRIC_ID_DNS_CACHE, 1, 0), 1);
	ck_assert_uint_eq(metric_value(METRIC_ID_LOOKUPS, DNS_DATA, 0), 4);
	ck_assert_uint_eq(metric_value(METRIC_ID_QUESTIONS, DNS_DATA, 0), 1);
}
END_TEST

START_TEST(a_deadline_is_a_timeout)
{
	struct seen soon = { 0 }, later = { 0 };
	uint64_t before = clock_ms();

	ask("host.example", LONG_MS, &later);
	ask("host.example", 30, &soon);
	ck_assert(strand_wait(strand, &soon.done, before + LONG_MS));
	ck_assert_uint_ge(clock_ms() - before, 30);
	ck_assert_uint_lt(clock_ms() - before, LONG_MS);
	ck_assert_int_eq(soon.status, DNS_TIMEOUT);
	ck_assert_str_eq(soon.name, "host.example");
	ck_assert_int_eq(later.count, 0);
	manual_answer(0);
	run_posted();
	ck_assert_int_eq(later.status, DNS_DATA);
	ck_assert_int_eq(soon.count, 1);
	ck_assert_uint_eq(metric_value(METRIC_ID_LOOKUPS, DNS_TIMEOUT, 0), 1);
	ck_assert_uint_eq(metric_value(METRIC_ID_LOOKUPS, DNS_DATA, 0), 1);
	ck_assert_uint_eq(metric_value(METRIC_ID_MERGED, 0, 0), 1);
}
END_TEST

START_TEST(a_past_deadline_asks_nobody)
{
	struct seen seen = { 0 };

	lookup_start(dns, strand, STR("host.example"), DNS_A, clock_ms(), note,
	    &seen);
	ck_assert_int_eq(seen.count, 0);
	run_posted();
	ck_assert_int_eq(seen.status, DNS_TIMEOUT);
	ck_assert_int_eq(manual->asked, 0);
}
END_TEST

START_TEST(cancelled_in_flight)
{
	struct seen seen[3] = { 0 };
	struct dns_lookup *lookup[3];

	for (int i = 0; i < 3; i++)
		lookup[i] = ask("host.example", 10, &seen[i]);
	lookup_cancel(lookup[1]);
	lookup_cancel(lookup[2]);
	lookup_cancel(NULL);
	manual_answer(0);
	run_posted();
	ck_assert_int_eq(seen[0].count, 1);
	ck_assert_int_eq(seen[1].count + seen[2].count, 0);
}
END_TEST

START_TEST(cancelled_after_posting)
{
	struct seen seen = { 0 };
	struct dns_lookup *lookup = ask("host.example", LONG_MS, &seen);

	manual_answer(0);
	lookup_cancel(lookup);
	run_posted();
	ck_assert_int_eq(seen.count, 0);
}
END_TEST

START_TEST(freed_with_cancelled_lookups_everywhere)
{
	struct seen seen[2] = { 0 };
	struct dns_lookup *posted = ask("a.example", LONG_MS, &seen[0]);
	struct dns_lookup *flying = ask("b.example", LONG_MS, &seen[1]);

	manual_answer(0);
	lookup_cancel(posted);
	lookup_cancel(flying);
	resolver_free(dns);
	run_posted();
	ck_assert_int_eq(seen[0].count + seen[1].count, 0);
	dns = NULL;
}
END_TEST

struct without_strand {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	enum dns_status status;
	bool done;
};

static void
note_thread(void *ctx, const struct dns_answer *answer)
{
	struct without_strand *seen = ctx;

	pthread_mutex_lock(&seen->lock);
	seen->thread = pthread_self();
	seen->status = answer->status;
	seen->done = true;
	pthread_cond_signal(&seen->changed);
	pthread_mutex_unlock(&seen->lock);
}

static void
wait_for(struct without_strand *seen)
{
	pthread_mutex_lock(&seen->lock);
	while (!seen->done)
		pthread_cond_wait(&seen->changed, &seen->lock);
	pthread_mutex_unlock(&seen->lock);
}

START_TEST(without_a_strand_on_its_own_thread)
{
	struct without_strand seen = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER
	};

	lookup_start(dns, NULL, STR("host.example"), DNS_A,
	    clock_ms() + LONG_MS, note_thread, &seen);
	manual_answer(0);
	wait_for(&seen);
	ck_assert(!pthread_equal(seen.thread, pthread_self()));
	ck_assert_int_eq(seen.status, DNS_DATA);
	seen.done = false;
	lookup_start(dns, NULL, STR("a..b"), DNS_A, clock_ms() + LONG_MS,
	    note_thread, &seen);
	wait_for(&seen);
	ck_assert_int_eq(seen.status, DNS_NXDOMAIN);
}
END_TEST

static void
free_then_note(void *ctx, const struct dns_answer *answer)
{
	struct without_strand *seen = ctx;

	/* Not before lookup_start() has returned. */
	pthread_mutex_lock(&seen->lock);
	resolver_free(dns);
	pthread_mutex_unlock(&seen->lock);
	note_thread(ctx, answer);
}

START_TEST(freed_by_a_done_on_its_own_thread)
{
	struct without_strand seen = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER
	};

	pthread_mutex_lock(&seen.lock);
	lookup_start(dns, NULL, STR("host.example"), DNS_A, clock_ms() + 10,
	    free_then_note, &seen);
	pthread_mutex_unlock(&seen.lock);
	wait_for(&seen);
	ck_assert_int_eq(seen.status, DNS_TIMEOUT);
	for (int i = 0; i < 2000 && freed == 0; i++)
		usleep(5000);
	dns = NULL;
}
END_TEST

START_TEST(a_delayed_answer_comes_later)
{
	struct resolver *zone = fake_dns_new("DELAY 40\n"
	    "slow.example A 192.0.2.1\nDELAY 0\nfast.example A 192.0.2.2\n");
	struct seen slow = { 0 }, again = { 0 }, below = { 0 }, fast = { 0 };
	uint64_t before = clock_ms(), until = before + LONG_MS;

	lookup_start(zone, strand, STR("slow.example"), DNS_A, until, note,
	    &slow);
	lookup_start(zone, strand, STR("slow.example"), DNS_A, until, note,
	    &again);
	lookup_start(zone, strand, STR("x.slow.example"), DNS_A, before + 20,
	    note, &below);
	lookup_start(zone, strand, STR("fast.example"), DNS_A, until, note,
	    &fast);
	run_posted();
	ck_assert_int_eq(fast.count, 1);
	ck_assert(strand_wait(strand, &below.done, until));
	ck_assert_int_eq(below.status, DNS_TIMEOUT);
	ck_assert(strand_wait(strand, &slow.done, until));
	ck_assert(strand_wait(strand, &again.done, until));
	ck_assert_uint_ge(clock_ms() - before, 40);
	ck_assert_int_eq(slow.status, DNS_DATA);
	resolver_free(zone);
}
END_TEST

START_TEST(freed_while_an_answer_is_held_back)
{
	struct resolver *zone = fake_dns_new("DELAY 60000\na.example TXT x\n");
	struct seen seen = { 0 };

	lookup_cancel(lookup_start(zone, strand, STR("a.example"), DNS_TXT,
	    clock_ms() + LONG_MS, note, &seen));
	resolver_free(zone);
	run_posted();
	ck_assert_int_eq(seen.count, 0);
}
END_TEST

static const struct {
	const char *zone, *name;
	enum dns_status status;
	const char *canonical;
} chains[] = {
	{ "c7.example CNAME c8.example\nc8.example A 192.0.2.1\n",
	  "c0.example", DNS_DATA, "c8.example" },
	{ "c7.example CNAME c8.example\nc8.example CNAME c9.example\n"
	  "c9.example A 192.0.2.1\n", "c0.example", DNS_SERVFAIL,
	  "c0.example" },
	{ "c7.example CNAME c0.example\n", "c3.example", DNS_SERVFAIL,
	  "c3.example" },
	{ "c7.example CNAME c7.example\n", "c7.example", DNS_SERVFAIL,
	  "c7.example" },
	{ "c7.example CNAME gone.example\n", "c0.example", DNS_NXDOMAIN,
	  "gone.example" },
	{ "c7.example CNAME c8.example\nc8.example MX 1 x\n", "c0.example",
	  DNS_NODATA, "c8.example" },
	{ "c7.example CNAME c8.example\nc8.example * TIMEOUT\n", "c0.example",
	  DNS_TIMEOUT, "c8.example" },
};

START_TEST(cnames_are_followed)
{
	struct arena *arena = arena_new();
	char zone_text[1000] = "";
	struct dns_answer answer;
	struct resolver *zone;

	for (int i = 0; i < 7; i++)
		sprintf(zone_text + strlen(zone_text),
		    "c%d.example CNAME c%d.example\n", i, i + 1);
	strcat(zone_text, chains[_i].zone);
	zone = fake_dns_new(zone_text);
	answer = fake_dns_ask(zone, arena, chains[_i].name, DNS_A);
	ck_assert_int_eq(answer.status, chains[_i].status);
	assert_str(answer.canonical, chains[_i].canonical);
	assert_str(answer.name, chains[_i].name);
	arena_free(arena);
	resolver_free(zone);
}
END_TEST

START_TEST(too_many_records_are_no_answer)
{
	struct arena *arena = arena_new();
	char zone_text[20000] = "";
	struct dns_answer answer;
	struct resolver *zone;

	for (int i = 0; i <= 100; i++)
		sprintf(zone_text + strlen(zone_text),
		    "%s.example A 192.0.2.%d\n", i < 100 ? "fits" : "over", i);
	for (int i = 0; i < 100; i++)
		sprintf(zone_text + strlen(zone_text),
		    "over.example A 198.51.100.%d\n", i);
	zone = fake_dns_new(zone_text);
	answer = fake_dns_ask(zone, arena, "fits.example", DNS_A);
	ck_assert_uint_eq(answer.count, 100);
	answer = fake_dns_ask(zone, arena, "over.example", DNS_A);
	ck_assert_int_eq(answer.status, DNS_SERVFAIL);
	ck_assert_str_eq(answer.why, "more records than we take");
	arena_free(arena);
	resolver_free(zone);
}
END_TEST

enum { CROWD = 4, ROUNDS = 300 };

struct member {
	struct resolver *dns;
	int number;
};

/* Starts, waits for some and cancels others, in its own strand. */
static void *
run_member(void *arg)
{
	struct member *member = arg;
	struct strand *own = strand_new();
	struct seen kept[ROUNDS] = { 0 }, dropped = { 0 };
	uint64_t until = clock_ms() + LONG_MS;

	strand_enter(own);
	for (int i = 0; i < ROUNDS; i++) {
		struct str name = i % 3 == 0 ? STR("slow.example") :
		    STR("fast.example");
		struct dns_lookup *lookup = lookup_start(member->dns, own,
		    name, DNS_A, until, note, &dropped);

		lookup_start(member->dns, own, name, DNS_A,
		    i % 5 == 0 ? clock_ms() + 1 : until, note, &kept[i]);
		if (i % 2 == 0)
			strand_wait(own, &kept[i].done, until);
		if (dropped.count == 0)
			lookup_cancel(lookup);
		dropped.count = 0;
	}
	for (int i = 0; i < ROUNDS; i++)
		ensure(strand_wait(own, &kept[i].done, until));
	strand_leave(own);
	strand_unref(own);
	return NULL;
}

START_TEST(many_threads_ask)
{
	struct resolver *zone = fake_dns_new("fast.example A 192.0.2.1\n"
	    "DELAY 1\nslow.example A 192.0.2.2\n");
	struct member members[CROWD];
	pthread_t threads[CROWD];

	for (int i = 0; i < CROWD; i++) {
		members[i] = (struct member){ zone, i };
		pthread_create(&threads[i], NULL, run_member, &members[i]);
	}
	for (int i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(fake_dns_queries(zone), CROWD * ROUNDS * 2);
	resolver_free(zone);
}
END_TEST

TCase *
resolver_tests(void)
{
	TCase *tc = tcase_create("resolver");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, equal_lookups_are_one_question);
	tcase_add_test(tc, an_answered_question_is_asked_again);
	tcase_add_test(tc, a_cached_answer_is_not_asked_again);
	tcase_add_test(tc, a_deadline_is_a_timeout);
	tcase_add_test(tc, a_past_deadline_asks_nobody);
	tcase_add_test(tc, cancelled_in_flight);
	tcase_add_test(tc, cancelled_after_posting);
	tcase_add_test(tc, freed_with_cancelled_lookups_everywhere);
	tcase_add_test(tc, without_a_strand_on_its_own_thread);
	tcase_add_test(tc, freed_by_a_done_on_its_own_thread);
	tcase_add_test(tc, a_delayed_answer_comes_later);
	tcase_add_test(tc, freed_while_an_answer_is_held_back);
	tcase_add_loop_test(tc, cnames_are_followed, 0, TEST_COUNT(chains));
	tcase_add_test(tc, too_many_records_are_no_answer);
	tcase_add_test(tc, many_threads_ask);
	return tc;
}
