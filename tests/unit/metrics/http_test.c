/*
 * The HTTP server, asked over real sockets: by who asks well, badly, slowly,
 * too much, and not at all.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "metrics/http.h"
#include "metrics_test.h"

enum { REPLY_SIZE = 1 << 20, PATIENCE_MS = 20000, BIG = 600000,
       HUGE_BODY = 16 << 20 };

static struct {
	struct http		*http;
	int			 listen_fd;
	struct sockaddr_in	 address;
	atomic_uint		 asked;
	atomic_bool		 known;		/* of /later */
} server;

static void
answer(void *ctx, struct str path, struct arena *arena,
    struct http_reply *reply)
{
	ck_assert_ptr_eq(ctx, &server);
	atomic_fetch_add(&server.asked, 1);
	if (str_eqz(path, "/fine")) {
		reply->status = 200;
		reply->body = arena_printf(arena, "all is %s\n", "fine");
	} else if (str_eqz(path, "/typed")) {
		*reply = (struct http_reply){ .status = 503,
		    .type = "text/x-test", .body = STR("x") };
	} else if (str_eqz(path, "/big") || str_eqz(path, "/huge")) {
		size_t size = path.len == 4 ? BIG : HUGE_BODY;
		char *big = arena_alloc(arena, size);

		memset(big, 'b', size);
		*reply = (struct http_reply){ .status = 200,
		    .body = str_make(big, size) };
	} else if (str_eqz(path, "/later")) {
		if (!atomic_load(&server.known))
			return;
		*reply = (struct http_reply){ .status = 200,
		    .body = STR("known\n") };
	} else {
		*reply = (struct http_reply){ .status = 404,
		    .body = STR("no\n") };
	}
}

static void
start(uint64_t request_ms)
{
	socklen_t len = sizeof(server.address);

	server.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	server.address = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert(bind(server.listen_fd, (struct sockaddr *)&server.address,
	    len) == 0 && listen(server.listen_fd, 512) == 0);
	ck_assert(getsockname(server.listen_fd,
	    (struct sockaddr *)&server.address, &len) == 0);
	server.http = http_start(&(struct http_options){
	    .listen_fd = server.listen_fd, .answer = answer, .ctx = &server,
	    .request_ms = request_ms });
	ck_assert_ptr_nonnull(server.http);
}

static void
stop(void)
{
	http_stop(server.http);
	close(server.listen_fd);
}

static int
dial(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(connect(fd, (struct sockaddr *)&server.address,
	    sizeof(server.address)) == 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	size_t len = strlen(text);

	/* Who has been cut off cannot say more. */
	(void)!send(fd, text, len, MSG_NOSIGNAL);
}

/* All until the end; static. */
static const char *
hear(int fd)
{
	static char reply[REPLY_SIZE];
	struct pollfd polled = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t got;

	do {
		ck_assert_msg(poll(&polled, 1, PATIENCE_MS) == 1,
		    "the server is silent");
		got = read(fd, reply + len, sizeof(reply) - 1 - len);
		len += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	reply[len] = '\0';
	close(fd);
	return reply;
}

static const char *
ask(const char *request)
{
	int fd = dial();

	say(fd, request);
	return hear(fd);
}

#define HOST	"Host: localhost\r\n\r\n"

static const struct {
	const char *request, *status;
	const char *has, *has_not;	/* NULL: any; begins, behind status */
} requests[] = {
	{ "GET /fine HTTP/1.1\r\n" HOST, "HTTP/1.1 200 OK\r\n",
	  "\r\n\r\nall is fine\n", NULL },
	{ "GET /fine HTTP/1.1\r\n" HOST, "HTTP/1.1 200 OK\r\n",
	  "\r\nContent-Type: text/plain; charset=utf-8\r\n", NULL },
	{ "GET /fine HTTP/1.1\r\n" HOST, "HTTP/1.1 200 OK\r\n",
	  "\r\nConnection: close\r\n", NULL },
	{ "GET /fine HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n",
	  "\r\n\r\nall is fine\n", NULL },
	{ "GET /fine?x=/typed HTTP/1.1\r\n" HOST, "HTTP/1.1 200 OK\r\n",
	  "\r\n\r\nall is fine\n", NULL },
	{ "HEAD /fine HTTP/1.1\r\n" HOST, "HTTP/1.1 200 OK\r\n",
	  "\r\nContent-Length: 12\r\n", "all is fine" },
	{ "GET /typed HTTP/1.1\r\n" HOST,
	  "HTTP/1.1 503 Service Unavailable\r\n",
	  "\r\nContent-Type: text/x-test\r\n", NULL },
	{ "GET / HTTP/1.1\r\n" HOST, "HTTP/1.1 404 Not Found\r\n",
	  "\r\n\r\nno\n", NULL },
	{ "GET /fine/ HTTP/1.1\r\n" HOST, "HTTP/1.1 404 Not Found\r\n", NULL,
	  NULL },
	{ "GET /../fine HTTP/1.1\r\n" HOST, "HTTP/1.1 404 Not Found\r\n",
	  NULL, NULL },
	{ "GET /fine%00 HTTP/1.1\r\n" HOST, "HTTP/1.1 ", NULL, NULL },
	{ "POST /fine HTTP/1.1\r\nContent-Length: 3\r\n" HOST "abc",
	  "HTTP/1.1 405 Method Not Allowed\r\n", "\r\nAllow: GET, HEAD\r\n",
	  "fine" },
	{ "POST /fine HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST
	  "3\r\nabc\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", NULL, NULL },
	{ "DELETE /fine HTTP/1.1\r\n" HOST,
	  "HTTP/1.1 405 Method Not Allowed\r\n", NULL, NULL },
	{ "OPTIONS * HTTP/1.1\r\n" HOST,
	  "HTTP/1.1 405 Method Not Allowed\r\n", NULL, NULL },
	{ "BREW /fine HTTP/1.1\r\n" HOST,
	  "HTTP/1.1 405 Method Not Allowed\r\n", NULL, NULL },
	{ "get /fine HTTP/1.1\r\n" HOST,
	  "HTTP/1.1 405 Method Not Allowed\r\n", NULL, NULL },
	{ "GET /fine HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", NULL,
	  "fine" },
	{ "GET /fine HTTP/1.1\r\nContent-Length: 3\r\n" HOST "abc",
	  "HTTP/1.1 200 OK\r\n", NULL, NULL },
};

START_TEST(requests_are_answered)
{
	const char *reply;

	start(0);
	reply = ask(requests[_i].request);
	ck_assert_msg(strncmp(reply, requests[_i].status,
	    strlen(requests[_i].status)) == 0, "%s", reply);
	if (requests[_i].has != NULL)
		ck_assert_msg(strstr(reply, requests[_i].has) != NULL, "%s",
		    reply);
	if (requests[_i].has_not != NULL)
		ck_assert_msg(strstr(reply, requests[_i].has_not) == NULL,
		    "%s", reply);
	stop();
}
END_TEST

/* Whatever it is, the server goes on. */
static const char *const garbage[] = {
	"", "\r\n\r\n\r\n", "\n", "GET", "GET \r\n\r\n", "GET /fine\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "EHLO example.com\r\n",
	"GET /fine HTTP/9.9\r\n" HOST, "GET /fine HTTP/1.1\r\n: x\r\n" HOST,
	"GET /fine HTTP/1.1\r\nContent-Length: -1\r\n" HOST,
	"GET /fine HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" HOST,
	"GET /%%%zz%f HTTP/1.1\r\n" HOST,
	"POST /fine HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "zz\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
};

START_TEST(garbage_is_survived)
{
	int fd;

	start(500);
	fd = dial();
	say(fd, garbage[_i]);
	shutdown(fd, SHUT_WR);
	hear(fd);
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	stop();
}
END_TEST

/* What is too long is refused, not kept. */
START_TEST(long_requests_are_refused)
{
	static const char *const heads[] = { "GET /", "GET /fine HTTP/1.1\r\n"
	    "X-Long: " };
	static char request[4 * HTTP_MEMORY];
	const char *reply;

	start(0);
	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, heads[_i], strlen(heads[_i]));
	reply = ask(request);
	/* It may be cut off before it could read the answer. */
	ck_assert_msg(reply[0] == '\0' ||
	    strncmp(reply, "HTTP/1.1 4", 10) == 0, "%s", reply);
	ck_assert_uint_eq(atomic_load(&server.asked), 0);
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	stop();
}
END_TEST

START_TEST(a_big_body_comes_whole)
{
	const char *reply, *body;

	start(0);
	reply = ask("GET /big HTTP/1.1\r\n" HOST);
	body = strstr(reply, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	ck_assert_uint_eq(strlen(body + 4), BIG);
	stop();
}
END_TEST

/* One octet from time to time is a request that takes too long: the time is
 * that of the whole of it. */
START_TEST(who_is_slow_is_cut_off)
{
	enum { TIME_MS = 400, STEP_MS = 50, STEPS = 400 };
	struct pollfd polled = { .events = POLLIN };
	char octet;
	int fd, i;

	start(TIME_MS);
	fd = polled.fd = dial();
	say(fd, "GET /fine HTTP/1.1\r\n");
	for (i = 0; i < STEPS; i++) {
		say(fd, i % 2 == 0 ? "X: y\r" : "\n");
		if (poll(&polled, 1, STEP_MS) != 0)
			break;
	}
	ck_assert_int_lt(i, STEPS);
	ck_assert_int_ge(i + 1, TIME_MS / STEP_MS / 2);
	ck_assert_int_le(read(fd, &octet, 1), 0);
	close(fd);
	ck_assert_uint_eq(atomic_load(&server.asked), 0);
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	stop();
}
END_TEST

/* Who does not read the answer keeps a place only so long: one more is let in
 * when those who came after it are cut off, and then it is, too. */
START_TEST(who_does_not_read_is_cut_off)
{
	int small = 2048, slow = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
	    0), idle[HTTP_CONNECTIONS - 1];
	static char piece[1 << 16];
	size_t got = 0;
	ssize_t n;

	start(300);
	setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert_int_eq(connect(slow, (struct sockaddr *)&server.address,
	    sizeof(server.address)), 0);
	say(slow, "GET /huge HTTP/1.1\r\n" HOST);
	while (atomic_load(&server.asked) == 0)
		usleep(1000);
	for (int i = 0; i < HTTP_CONNECTIONS - 1; i++)
		idle[i] = dial();
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	while ((n = read(slow, piece, sizeof(piece))) > 0)
		got += (size_t)n;
	ck_assert_uint_gt(got, 0);
	ck_assert_uint_lt(got, HUGE_BODY);
	close(slow);
	for (int i = 0; i < HTTP_CONNECTIONS - 1; i++)
		close(idle[i]);
	stop();
}
END_TEST

static uint64_t
cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
	    1000 + (uint64_t)(usage.ru_utime.tv_usec +
	    usage.ru_stime.tv_usec) / 1000;
}

/* With no descriptor left nobody can be let in; it must not try all the time,
 * and must take them as soon as there is one. */
START_TEST(without_descriptors_it_rests)
{
	enum { TIME_MS = 600 };
	struct rlimit all, none;
	uint64_t before;
	int fd;

	start(0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	getrlimit(RLIMIT_NOFILE, &all);
	none = all;
	none.rlim_cur = (rlim_t)fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&server.address,
	    sizeof(server.address)), 0);
	say(fd, requests[0].request);
	before = cpu_ms();
	poll(NULL, 0, TIME_MS);
	ck_assert_uint_lt(cpu_ms() - before, TIME_MS / 6);
	ck_assert_uint_eq(atomic_load(&server.asked), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
	ck_assert_ptr_nonnull(strstr(hear(fd), "all is fine"));
	stop();
}
END_TEST

/* More than it takes at a time, and most of them say nothing. */
START_TEST(many_connections_wait_their_turn)
{
	enum { MANY = 300 };
	static int fds[MANY];

	start(300);
	for (int i = 0; i < MANY; i++) {
		fds[i] = dial();
		if (i % 2 == 0)
			say(fds[i], requests[0].request);
		else
			say(fds[i], "GET /fine HT");
	}
	for (int i = 0; i < MANY; i++) {
		const char *reply = hear(fds[i]);

		ck_assert_msg((strstr(reply, "all is fine") != NULL) ==
		    (i % 2 == 0), "%d: %s", i, reply);
	}
	ck_assert_uint_eq(atomic_load(&server.asked), MANY / 2);
	stop();
}
END_TEST

/* Who hangs up in the middle of a request does not keep a place. */
START_TEST(who_hangs_up_is_forgotten)
{
	enum { MANY = 4 * HTTP_CONNECTIONS };
	static const char *const begun[] = { "", "GET ", "GET /fine HTTP/1.1"
	    "\r\nX: y", "\x16\x03\x01" };
	uint64_t since = clock_ms();

	start(0);
	for (int i = 0; i < MANY; i++) {
		int fd = dial();

		say(fd, begun[i % TEST_COUNT(begun)]);
		close(fd);
	}
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	ck_assert_uint_lt(clock_ms() - since, HTTP_REQUEST_MS);
	stop();
}
END_TEST

START_TEST(who_says_no_more_is_answered)
{
	int fd;

	start(0);
	fd = dial();
	say(fd, requests[0].request);
	shutdown(fd, SHUT_WR);
	ck_assert_ptr_nonnull(strstr(hear(fd), "all is fine"));
	stop();
}
END_TEST

START_TEST(an_answer_is_put_off)
{
	struct pollfd polled = { .events = POLLIN };

	start(0);
	polled.fd = dial();
	say(polled.fd, "GET /later HTTP/1.1\r\n" HOST);
	while (atomic_load(&server.asked) == 0)
		usleep(1000);
	ck_assert_int_eq(poll(&polled, 1, 100), 0);
	/* Others need not wait. */
	ck_assert_ptr_nonnull(strstr(ask(requests[0].request),
	    "all is fine"));
	atomic_store(&server.known, true);
	if (_i == 0)
		http_wake(server.http);
	/* Else it is asked again in time. */
	ck_assert_ptr_nonnull(strstr(hear(polled.fd), "\r\n\r\nknown\n"));
	stop();
}
END_TEST

START_TEST(what_is_put_off_for_ever_is_cut_off)
{
	start(300);
	ck_assert_str_eq(ask("GET /later HTTP/1.1\r\n" HOST), "");
	stop();
}
END_TEST

START_TEST(it_stops_with_requests_in_flight)
{
	int later, half;

	start(0);
	later = dial();
	say(later, "GET /later HTTP/1.1\r\n" HOST);
	half = dial();
	say(half, "GET /");
	while (atomic_load(&server.asked) == 0)
		usleep(1000);
	stop();
	hear(later);
	hear(half);
	http_stop(NULL);
}
END_TEST

START_TEST(a_unix_socket_serves)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	server.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path),
	    "/tmp/assay-http-%d", (int)getpid());
	ck_assert(bind(server.listen_fd, (struct sockaddr *)&address,
	    sizeof(address)) == 0 && listen(server.listen_fd, 10) == 0);
	server.http = http_start(&(struct http_options){
	    .listen_fd = server.listen_fd, .answer = answer,
	    .ctx = &server });
	ck_assert_ptr_nonnull(server.http);
	ck_assert(connect(fd, (struct sockaddr *)&address,
	    sizeof(address)) == 0);
	say(fd, requests[0].request);
	ck_assert_ptr_nonnull(strstr(hear(fd), "all is fine"));
	unlink(address.sun_path);
	stop();
}
END_TEST

TCase *
http_tests(void)
{
	TCase *tests = tcase_create("http");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, requests_are_answered, 0,
	    TEST_COUNT(requests));
	tcase_add_loop_test(tests, garbage_is_survived, 0,
	    TEST_COUNT(garbage));
	tcase_add_loop_test(tests, long_requests_are_refused, 0, 2);
	tcase_add_test(tests, a_big_body_comes_whole);
	tcase_add_test(tests, who_is_slow_is_cut_off);
	tcase_add_test(tests, who_does_not_read_is_cut_off);
	tcase_add_test(tests, without_descriptors_it_rests);
	tcase_add_test(tests, many_connections_wait_their_turn);
	tcase_add_test(tests, who_hangs_up_is_forgotten);
	tcase_add_test(tests, who_says_no_more_is_answered);
	tcase_add_loop_test(tests, an_answer_is_put_off, 0, 2);
	tcase_add_test(tests, what_is_put_off_for_ever_is_cut_off);
	tcase_add_test(tests, it_stops_with_requests_in_flight);
	tcase_add_test(tests, a_unix_socket_serves);
	return tests;
}
