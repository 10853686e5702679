/*
 * What /healthz and the watchdog say where callbacks do not return or the
 * resolver's thread hangs.  The thread really hangs; how long callbacks run is
 * what the test says.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "health.h"
#include "milter/front.h"
#include "tests/support/check.h"

/* message_wait and dns_timeout of the settings below, and what is allowed
 * beyond the longer of them. */
enum { MESSAGE_WAIT_MS = 7000, OVERDUE_MS = 30000, PATIENCE_MS = 60000 };

static struct front_load load;
static char directory[] = "/tmp/health_test.XXXXXX";
static struct generation *generation;
static int notified = -1;
static int silent = -1;		/* a name server that never answers */

void
front_load(struct front_load *load_out)
{
	*load_out = load;
}

static const char *
path_of(const char *name)
{
	static char path[4][sizeof(directory) + 32];
	static unsigned next;
	char *at = path[next++ % 4];

	snprintf(at, sizeof(path[0]), "%s/%s", directory, name);
	return at;
}

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static struct sockaddr_un
address_of(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    path_of(name));
	return address;
}

/* Where systemd would listen. */
static void
open_notify(void)
{
	struct sockaddr_un address = address_of("notify");

	notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(notified, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

/* Its port. */
static unsigned
open_silent(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	silent = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(silent, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(silent, (struct sockaddr *)&address,
	    &len), 0);
	return ntohs(address.sin_port);
}

static void
set_up(void)
{
	struct diag *diag = diag_new();
	char text[1024];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	write_file("test.policy", "policy \"test\" mode monitor;\n");
	snprintf(text, sizeof(text), "http = \"unix:%s\"\n"
	    "policy = \"%s\"\ndns = \"server:127.0.0.1#%u\"\n"
	    "host_name = \"mx.example\"\n"
	    "message_wait = 7s\ndns_timeout = 5s\n", path_of("http"),
	    path_of("test.policy"), open_silent());
	write_file("assay.conf", text);
	generation = generation_new(path_of("assay.conf"), NULL, 0, NULL,
	    diag);
	diag_print(diag, stdout);
	diag_free(diag);
	ck_assert_ptr_nonnull(generation);
	ck_assert(health_listen(generation->wiring->settings, NULL));
	health_use(generation);
	health_start();
	open_notify();
}

static void
tear_down(void)
{
	static const char *const names[] = { "test.policy", "assay.conf",
	    "notify", "http" };

	health_end();
	generation_unref(generation);
	close(notified);
	close(silent);
	for (int i = 0; i < TEST_COUNT(names); i++)
		unlink(path_of(names[i]));
	ck_assert_int_eq(rmdir(directory), 0);
}

/* The status and, in body_out, what stands below the header. */
static unsigned
get(const char *path, char body_out[256])
{
	struct sockaddr_un address = address_of("http");
	char request[64], reply[2048];
	unsigned status = 0;
	size_t len = 0;
	ssize_t got;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const char *body;

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);
	ck_assert_int_eq(send(fd, request, strlen(request), 0),
	    (ssize_t)strlen(request));
	while ((got = read(fd, reply + len, sizeof(reply) - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	reply[len] = '\0';
	ck_assert_int_eq(sscanf(reply, "HTTP/1.%*d %u", &status), 1);
	body = strstr(reply, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	snprintf(body_out, 256, "%s", body + 4);
	return status;
}

/* What systemd has heard; "" for nothing. */
static const char *
heard(void)
{
	static char text[64];
	ssize_t got = recv(notified, text, sizeof(text) - 1, 0);

	text[got < 0 ? 0 : got] = '\0';
	return text;
}

START_TEST(callbacks)
{
	static const struct {
		uint64_t busy_ms;
		unsigned status;
		const char *body, *heard;
	} cases[] = {
		{ 0, 200, "ok\n", "WATCHDOG=1" },
		{ MESSAGE_WAIT_MS + OVERDUE_MS, 200, "ok\n", "WATCHDOG=1" },
		{ MESSAGE_WAIT_MS + OVERDUE_MS + 1, 503, "libmilter has "
		    "stopped, or its callbacks do not return\n", "" },
		/* One has returned after all. */
		{ 12, 200, "ok\n", "WATCHDOG=1" },
	};
	char body[256];

	load = (struct front_load){ .connections = 1, .messages = 1,
	    .busy_ms = cases[_i].busy_ms };
	ck_assert_uint_eq(get("/healthz", body), cases[_i].status);
	ck_assert_str_eq(body, cases[_i].body);
	health_feed_watchdog();
	ck_assert_str_eq(heard(), cases[_i].heard);
}
END_TEST

START_TEST(libmilter_has_ended)
{
	char body[256];

	health_front_ended();
	ck_assert_uint_eq(get("/healthz", body), 503);
	ck_assert_uint_eq(get("/readyz", body), 503);
	ck_assert_str_eq(body, "not ready: libmilter has stopped\n");
	health_feed_watchdog();
	ck_assert_str_eq(heard(), "");
}
END_TEST

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

/* On the resolver's thread, which goes on when the test lets it. */
static void
hang(void *ctx, const struct dns_answer *answer)
{
	(void)ctx, (void)answer;
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
}

/* It is asked about once more until it says so, or for too long. */
static unsigned
wait_for(const char *path, unsigned status, char body_out[256])
{
	uint64_t until = clock_ms() + PATIENCE_MS;
	unsigned got;

	while ((got = get(path, body_out)) != status && clock_ms() < until)
		usleep(50 * 1000);
	return got;
}

START_TEST(the_resolver_hangs)
{
	char body[256];

	/* That nobody answers is one thing, ... */
	ck_assert_uint_eq(wait_for("/readyz", 503, body), 503);
	ck_assert_str_eq(body, "not ready: the resolver does not answer\n");
	ck_assert_uint_eq(get("/healthz", body), 200);
	/* ... that nobody tells so another. */
	pthread_mutex_lock(&held);
	lookup_start(generation->wiring->dns, NULL, STR("a.example"), DNS_A,
	    clock_ms() + 100, hang, NULL);
	ck_assert_uint_eq(wait_for("/healthz", 503, body), 503);
	ck_assert_str_eq(body, "the resolver's thread does not run\n");
	/* Callbacks do not need it to return: they wait for so long only. */
	health_feed_watchdog();
	ck_assert_str_eq(heard(), "WATCHDOG=1");
	pthread_mutex_unlock(&held);
	ck_assert_uint_eq(wait_for("/healthz", 200, body), 200);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("assayd");
	TCase *tcase = tcase_create("health");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, callbacks, 0, 4);
	tcase_add_test(tcase, libmilter_has_ended);
	tcase_add_test(tcase, the_resolver_hangs);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
