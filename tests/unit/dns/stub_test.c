#include "tests/unit/dns/dns_test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "dns/resolver_back.h"
#include "dns/stub.h"

enum { LONG_MS = 20000, PACKET_MAX = 1000, RACERS = 4, RACES = 300 };

/* The back end behind: it knows nothing, and says so. */
struct behind {
	struct backend	backend;
	atomic_int	asked;
};

static struct behind *behind;
static struct resolver *dns;
static struct strand *strand;
static int server, stranger;		/* sockets */
static struct servers servers;

static void
behind_ask(struct backend *backend, struct flight *flight)
{
	atomic_fetch_add(&((struct behind *)backend)->asked, 1);
	backend_answered(flight, answer_empty(flight->name, flight->type,
	    DNS_SERVFAIL, "behind"));
}

static void
behind_free(struct backend *backend)
{
	loop_free(backend->loop);
	free(backend);
}

static const struct backend_ops behind_ops = {
	.ask = behind_ask, .free = behind_free
};

static bool
is_local(struct str name)
{
	return str_eqz(name, "localhost");
}

static int
open_socket(unsigned *port_out)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	const struct timeval limit = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size),
	    0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	*port_out = ntohs(address.sin_port);
	return fd;
}

static void
set_up(void)
{
	unsigned port;

	server = open_socket(&port);
	stranger = open_socket(&servers.at[0].port);
	servers.at[0].port = port;
	servers.count = 1;
	ck_assert(ip_parse(STR("127.0.0.1"), &servers.at[0].ip));
	behind = xcalloc(1, sizeof(*behind));
	behind->backend = (struct backend){ &behind_ops, loop_new() };
	dns = resolver_over(stub_backend(&servers, is_local,
	    &behind->backend), NULL);
	strand = strand_new();
	strand_enter(strand);
}

static void
tear_down(void)
{
	strand_leave(strand);
	strand_unref(strand);
	resolver_free(dns);
	close(server);
	close(stranger);
}

struct seen {
	char text[100];
	bool done;
};

static void
note(void *ctx, const struct dns_answer *answer)
{
	struct seen *seen = ctx;
	char ip[IP_TEXT_MAX];

	snprintf(seen->text, sizeof(seen->text), "%s %s",
	    dns_status_name(answer->status), answer->count == 0 ? answer->why :
	    ip_format(&answer->records[0].ip, ip).ptr);
	seen->done = true;
}

static struct dns_lookup *
ask(const char *name, struct seen *seen)
{
	*seen = (struct seen){ 0 };
	return lookup_start(dns, strand, str_from(name), DNS_A,
	    clock_ms() + LONG_MS, note, seen);
}

static bool
wait_for(struct seen *seen)
{
	return strand_wait(strand, &seen->done, clock_ms() + LONG_MS);
}

/* ---- what the server and others send ---- */

struct packet {
	char			octets[PACKET_MAX];
	size_t			len;
	struct sockaddr_in	from;
};

static void
receive(struct packet *packet)
{
	socklen_t size = sizeof(packet->from);
	ssize_t len = recvfrom(server, packet->octets, PACKET_MAX / 2, 0,
	    (struct sockaddr *)&packet->from, &size);

	ck_assert_int_gt(len, 12);
	packet->len = (size_t)len;
}

static void
send_from(int fd, const struct packet *packet, size_t len)
{
	ck_assert_int_eq(sendto(fd, packet->octets, len, 0,
	    (const struct sockaddr *)&packet->from, sizeof(packet->from)),
	    (ssize_t)len);
}

/* "a.example A 192.0.2.1" in reply to the question in it. */
static void
make_good(struct packet *packet)
{
	static const char record[] =
	    "\xc0\x0c\0\1\0\1\0\0\0\7\0\4\xc0\0\2\1";

	packet->len -= 11;		/* the question's EDNS record */
	packet->octets[2] = '\x81';
	packet->octets[3] = '\x80';
	packet->octets[7] = 1;
	packet->octets[11] = 0;
	memcpy(packet->octets + packet->len, record, sizeof(record) - 1);
	packet->len += sizeof(record) - 1;
}

/* What may be wrong with a reply: these octets are changed in it. */
static const struct wrong {
	size_t at;
	char mask;
	size_t less;			/* so many are left out */
	bool stranger;			/* it comes from another port */
	const char *text;		/* of the answer */
} wrongs[] = {
	{ 0, 0, 0, false, "DATA 192.0.2.1" },
	/* Ignored, so that the good one that follows is taken. */
	{ 0, 1, 0, false, "DATA 192.0.2.1" },
	{ 1, 1, 0, false, "DATA 192.0.2.1" },
	{ 2, '\x80', 0, false, "DATA 192.0.2.1" },
	{ 2, 8, 0, false, "DATA 192.0.2.1" },
	{ 5, 1, 0, false, "DATA 192.0.2.1" },
	{ 13, 1, 0, false, "DATA 192.0.2.1" },
	{ 24, 1, 0, false, "DATA 192.0.2.1" },
	{ 26, 2, 0, false, "DATA 192.0.2.1" },
	{ 42, 0x55, 0, true, "DATA 192.0.2.1" },
	{ 0, 0, 32, false, "DATA 192.0.2.1" },
	/* Left to the back end behind: truncated, no recursion, response
	 * codes, broken data, a CNAME to nothing. */
	{ 2, 2, 0, false, "SERVFAIL behind" },
	{ 3, '\x80', 0, false, "SERVFAIL behind" },
	{ 3, 2, 0, false, "SERVFAIL behind" },
	{ 3, 5, 0, false, "SERVFAIL behind" },
	{ 0, 0, 1, false, "SERVFAIL behind" },
	{ 38, 1, 0, false, "SERVFAIL behind" },
	/* Settled: no record of this type. */
	{ 30, 2, 0, false, "NODATA DNS" },
};

START_TEST(replies_are_looked_at)
{
	const struct wrong *wrong = &wrongs[_i];
	struct packet good, bad;
	struct seen seen;

	ask("a.example", &seen);
	receive(&good);
	make_good(&good);
	bad = good;
	bad.octets[wrong->at] ^= wrong->mask;
	send_from(wrong->stranger ? stranger : server, &bad,
	    bad.len - wrong->less);
	send_from(server, &good, good.len);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, wrong->text);
	ck_assert_int_eq(behind->asked, strcmp(wrong->text,
	    "SERVFAIL behind") == 0 ? 1 : 0);
}
END_TEST

START_TEST(a_chain_to_nothing_is_left_to_others)
{
	static const char record[] =
	    "\xc0\x0c\0\5\0\1\0\0\0\7\0\4\1b\xc0\x0e";
	struct packet packet;
	struct seen seen;

	ask("a.example", &seen);
	receive(&packet);
	make_good(&packet);
	packet.len -= 16;
	memcpy(packet.octets + packet.len, record, sizeof(record) - 1);
	packet.len += sizeof(record) - 1;
	send_from(server, &packet, packet.len);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, "SERVFAIL behind");
}
END_TEST

/* Answers in another order, and one that comes twice. */
START_TEST(answers_find_their_questions)
{
	struct packet packets[20];
	struct seen seen[20];
	char name[20];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%02d.example", i);
		ask(name, &seen[i]);
		receive(&packets[i]);
		make_good(&packets[i]);
		packets[i].octets[packets[i].len - 1] = (char)i;
	}
	for (int i = 19; i >= 0; i--) {
		send_from(server, &packets[i], packets[i].len);
		send_from(server, &packets[i], packets[i].len);
	}
	for (int i = 0; i < 20; i++) {
		ck_assert(wait_for(&seen[i]));
		snprintf(name, sizeof(name), "DATA 192.0.2.%d", i);
		ck_assert_str_eq(seen[i].text, name);
	}
	ck_assert_int_eq(behind->asked, 0);
}
END_TEST

START_TEST(ids_do_not_follow_each_other)
{
	struct dns_lookup *lookups[20];
	struct packet packet;
	struct seen seen[20];
	int neighbours = 0, last = 0;
	char name[20];

	for (int i = 0; i < 20; i++) {
		int id;

		snprintf(name, sizeof(name), "n%02d.example", i);
		lookups[i] = ask(name, &seen[i]);
		receive(&packet);
		id = (unsigned char)packet.octets[0] << 8 |
		    (unsigned char)packet.octets[1];
		neighbours += abs(id - last) < 16;
		last = id;
	}
	ck_assert_int_lt(neighbours, 5);
	for (int i = 0; i < 20; i++)
		lookup_cancel(lookups[i]);
}
END_TEST

START_TEST(silence_is_left_to_others)
{
	uint64_t start = clock_ms();
	struct packet late;
	struct seen seen;

	ask("a.example", &seen);
	receive(&late);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, "SERVFAIL behind");
	ck_assert_uint_ge(clock_ms() - start, STUB_WAIT_MS);
	/* Too late: nobody waits, and nobody is hurt. */
	make_good(&late);
	send_from(server, &late, late.len);
	ask("b.example", &seen);
	receive(&late);
	make_good(&late);
	send_from(server, &late, late.len);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, "DATA 192.0.2.1");
}
END_TEST

/* The first question learns it from the kernel, the next from the first. */
START_TEST(a_server_that_is_not_there)
{
	uint64_t start = clock_ms();
	struct seen seen;

	close(server);
	for (int i = 0; i < 3; i++) {
		ask("a.example", &seen);
		ck_assert(wait_for(&seen));
		ck_assert_str_eq(seen.text, "SERVFAIL behind");
	}
	ck_assert_uint_lt(clock_ms() - start, STUB_WAIT_MS);
	server = dup(stranger);
}
END_TEST

START_TEST(more_than_fit_are_left_to_others)
{
	enum { FIT = STUB_LINES * STUB_WINDOW, ALL = FIT + 5 };
	struct seen *seen = xcalloc(ALL, sizeof(*seen));
	struct dns_lookup **lookups = xcalloc(ALL, sizeof(struct dns_lookup *));
	char name[30];

	for (int i = 0; i < ALL; i++) {
		snprintf(name, sizeof(name), "n%04d.example", i);
		lookups[i] = ask(name, &seen[i]);
	}
	for (int i = FIT; i < ALL; i++) {
		ck_assert(wait_for(&seen[i]));
		ck_assert_str_eq(seen[i].text, "SERVFAIL behind");
	}
	ck_assert_int_ge(behind->asked, ALL - FIT);
	for (int i = 0; i < FIT; i++)
		if (!seen[i].done)
			lookup_cancel(lookups[i]);
	free(lookups);
	free(seen);
}
END_TEST

START_TEST(local_names_are_left_to_others)
{
	struct seen seen;

	ask("localhost", &seen);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, "SERVFAIL behind");
}
END_TEST

/* By the size that the question's EDNS record tells. */
START_TEST(it_is_chosen_for_loopback)
{
	char spec[40], why[200] = "";
	const char *specs[] = { spec };
	const struct resolver_options options = { .specs = specs,
	    .spec_count = 1, .client = (enum dns_client)_i };
	struct packet packet;
	struct seen seen;
	bool is_stub;

	snprintf(spec, sizeof(spec), "server:127.0.0.1#%u",
	    servers.at[0].port);
	resolver_free(dns);
	dns = resolver_new(&options, why, sizeof(why));
	ck_assert_msg(dns != NULL, "%s", why);
	ask("a.example", &seen);
	receive(&packet);
	is_stub = memcmp(packet.octets + packet.len - 8, "\x10\0", 2) == 0;
	ck_assert_int_eq(is_stub, _i != DNS_CLIENT_UNBOUND);
	make_good(&packet);
	send_from(server, &packet, packet.len);
	ck_assert(wait_for(&seen));
	ck_assert_str_eq(seen.text, "DATA 192.0.2.1");
}
END_TEST

/* ---- many threads ---- */

static atomic_bool racing;

static void *
answer_all(void *arg)
{
	struct packet packet;
	socklen_t size = sizeof(packet.from);
	ssize_t len;

	(void)arg;
	while (racing) {
		len = recvfrom(server, packet.octets, PACKET_MAX / 2,
		    MSG_DONTWAIT, (struct sockaddr *)&packet.from, &size);
		if (len <= 12)
			continue;
		packet.len = (size_t)len;
		make_good(&packet);
		sendto(server, packet.octets, packet.len, 0,
		    (struct sockaddr *)&packet.from, size);
	}
	return NULL;
}

static void *
race(void *arg)
{
	struct strand *mine = strand_new();
	char name[40];

	strand_enter(mine);
	for (int i = 0; i < RACES; i++) {
		struct seen seen[3] = { 0 };

		for (int j = 0; j < 3; j++) {
			snprintf(name, sizeof(name), "r%d-%d-%d.example",
			    *(int *)arg, i, j);
			lookup_start(dns, mine, str_from(name), DNS_A,
			    clock_ms() + LONG_MS, note, &seen[j]);
		}
		for (int j = 0; j < 3; j++)
			ensure(strand_wait(mine, &seen[j].done,
			    clock_ms() + LONG_MS) &&
			    strcmp(seen[j].text, "DATA 192.0.2.1") == 0);
	}
	strand_leave(mine);
	strand_unref(mine);
	return NULL;
}

START_TEST(threads_ask_side_by_side)
{
	pthread_t answerer, racers[RACERS];
	int numbers[RACERS];

	racing = true;
	ensure(pthread_create(&answerer, NULL, answer_all, NULL) == 0);
	for (int i = 0; i < RACERS; i++) {
		numbers[i] = i;
		ensure(pthread_create(&racers[i], NULL, race, &numbers[i])
		    == 0);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_join(racers[i], NULL);
	racing = false;
	pthread_join(answerer, NULL);
	ck_assert_int_eq(behind->asked, 0);
}
END_TEST

TCase *
stub_tests(void)
{
	TCase *tc = tcase_create("stub alone");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, replies_are_looked_at, 0,
	    TEST_COUNT(wrongs));
	tcase_add_test(tc, a_chain_to_nothing_is_left_to_others);
	tcase_add_test(tc, answers_find_their_questions);
	tcase_add_test(tc, ids_do_not_follow_each_other);
	tcase_add_test(tc, silence_is_left_to_others);
	tcase_add_test(tc, a_server_that_is_not_there);
	tcase_add_test(tc, more_than_fit_are_left_to_others);
	tcase_add_test(tc, local_names_are_left_to_others);
	tcase_add_loop_test(tc, it_is_chosen_for_loopback, DNS_CLIENT_AUTO,
	    DNS_CLIENT_STUB + 1);
	tcase_add_test(tc, threads_ask_side_by_side);
	return tc;
}
