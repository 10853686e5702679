#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outmail/handover.h"
#include "tests/unit/outmail/outmail_test.h"

static struct arena *arena;
static char directory[64];

static void
set_up(void)
{
	arena = arena_new();
	snprintf(directory, sizeof(directory), "/tmp/outmail-XXXXXX");
	ck_assert_ptr_ne(mkdtemp(directory), NULL);
}

static void
tear_down(void)
{
	static const char *const names[] = { "sendmail", "mail", "args" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(arena_printf(arena, "%s/%s", directory, names[i]).ptr);
	rmdir(directory);
	arena_free(arena);
}

static const struct str to[] = { STR_INIT("one@example.net"),
    STR_INIT("two@example.net") };
static const struct str mail = STR_INIT("To: one@example.net,\r\n"
    " two@example.net\r\n\r\n.dot\r\nend\r\n");
static unsigned asked;

static bool
before_end(void *ctx)
{
	asked++;
	return *(bool *)ctx;
}

static struct handover_result
hand_over(const struct handover_route *route, bool may_end)
{
	const struct handover_envelope envelope = {
		.sender = STR("r+tag@example.com"), .to = to, .to_count = 2 };
	struct handover_steps steps = { before_end, &may_end };
	struct handover_result result;

	asked = 0;
	handover(arena, route, &envelope, mail, &steps, &result);
	return result;
}

/* ---- a program ---- */

static const char *
path_to(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name).ptr;
}

static const char *
program(const char *text)
{
	const char *path = path_to("sendmail");
	FILE *file = fopen(path, "w");

	ck_assert_ptr_ne(file, NULL);
	fprintf(file, "#!/bin/sh\ncd %s\n%s\n", directory, text);
	fclose(file);
	chmod(path, 0700);
	return path;
}

static struct str
contents(const char *name)
{
	char text[1000];
	FILE *file = fopen(path_to(name), "r");
	size_t len;

	if (file == NULL)
		return STR("(none)");
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	return arena_copy(arena, str_make(text, len));
}

START_TEST(program_takes_it)
{
	struct handover_route route = { .kind = HANDOVER_SENDMAIL,
	    .path = program("echo \"$@\" >args; cat >mail; echo fine") };
	struct handover_result result = hand_over(&route, true);

	ck_assert_int_eq(result.word, HANDOVER_TAKEN);
	ck_assert_int_eq(result.rcpts[1].word, HANDOVER_TAKEN);
	ck_assert(!result.unsure);
	ck_assert_uint_eq(asked, 1);
	assert_str(contents("args"), "-t -oi -f r+tag@example.com\n");
	assert_str(contents("mail"), "To: one@example.net,\n"
	    " two@example.net\n\n.dot\nend\n");
}
END_TEST

static const struct {
	const char *program;
	enum handover_word word;
	const char *why;		/* behind the path */
} programs[] = {
	{ "cat >mail; echo 'mail\033[1m is\nbig' >&2; exit 65",
	  HANDOVER_REFUSED, ": it does not take this mail (exit status 65): "
	  "mail?[1m is big" },
	{ "cat >mail; exit 75", HANDOVER_LATER,
	  ": not now (exit status 75)" },
	{ "exit 69", HANDOVER_LATER,
	  ": the mail system is not available (exit status 69)" },
	{ "cat >mail; exit 3", HANDOVER_LATER,
	  ": it failed (exit status 3)" },
	{ "cat >mail; kill -9 $$", HANDOVER_LATER,
	  ": signal 9 ended it (exit status -1)" },
};

START_TEST(program_fails)
{
	struct handover_route route = { .kind = HANDOVER_SENDMAIL,
	    .path = program(programs[_i].program) };
	struct handover_result result = hand_over(&route, true);

	ck_assert_int_eq(result.word, programs[_i].word);
	ck_assert_int_eq(result.rcpts[0].word, programs[_i].word);
	assert_str(str_skip(result.why, strlen(route.path)),
	    programs[_i].why);
	ck_assert_int_eq(result.unsure, strstr(programs[_i].program,
	    "kill") != NULL);
}
END_TEST

START_TEST(program_is_missing)
{
	struct handover_route route = { .kind = HANDOVER_SENDMAIL,
	    .path = path_to("nobody") };
	struct handover_result result = hand_over(&route, true);

	ck_assert_int_eq(result.word, HANDOVER_LATER);
	ck_assert(str_ends_nocase(result.why,
	    STR(": No such file or directory")));
	ck_assert(!result.unsure);
}
END_TEST

/* It must not see an end. */
START_TEST(program_is_stopped)
{
	struct handover_route route = { .kind = HANDOVER_SENDMAIL,
	    .path = program("cat >/dev/null; echo ended >mail") };
	struct handover_result result = hand_over(&route, false);

	ck_assert_int_eq(result.word, HANDOVER_LATER);
	assert_str(result.why, "it was not to be sent");
	ck_assert_uint_eq(asked, 1);
	assert_str(contents("mail"), "(none)");
}
END_TEST

/* ---- a server ---- */

struct server {
	pthread_t	 thread;
	int		 listener;
	const char	*script;	/* replies, "|" between them: the
					 * greeting, then one a command; one
					 * that is empty hangs up, one behind
					 * "!" as it is sent */
	char		 heard[2000];
	size_t		 len;
};

static bool
heard_one(const struct server *server, size_t from, bool data)
{
	const char *end = data ? "\r\n.\r\n" : "\r\n";

	return memmem(server->heard + from, server->len - from, end,
	    strlen(end)) != NULL;
}

static ssize_t
answer(int fd, struct str reply)
{
	ssize_t n;

	if (reply.ptr[0] != '!')
		return send(fd, reply.ptr, reply.len, MSG_NOSIGNAL);
	n = send(fd, reply.ptr + 1, reply.len - 1, MSG_MORE);
	shutdown(fd, SHUT_WR);
	return n;
}

static void *
serve(void *arg)
{
	struct server *server = arg;
	int fd = accept(server->listener, NULL, NULL);
	struct str rest = str_from(server->script), reply;
	bool data = false;

	while (str_next(&rest, '|', &reply) && reply.len > 0) {
		size_t from = server->len;
		ssize_t n = 1;

		if (answer(fd, reply) < 0)
			break;
		data = reply.ptr[0] == '3' || reply.ptr[0] == '!';
		while (n > 0 && !heard_one(server, from, data)) {
			n = read(fd, server->heard + server->len,
			    sizeof(server->heard) - 1 - server->len);
			server->len += n > 0 ? (size_t)n : 0;
		}
	}
	close(fd);
	return NULL;
}

static struct handover_route
start_server(struct server *server, const char *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	struct handover_route route = { .kind = HANDOVER_INET,
	    .helo = STR("mx.example.com") };

	*server = (struct server){ .script = script,
	    .listener = socket(AF_INET, SOCK_STREAM, 0) };
	ck_assert_int_eq(bind(server->listener, (struct sockaddr *)&address,
	    size), 0);
	listen(server->listener, 1);
	getsockname(server->listener, (struct sockaddr *)&address, &size);
	route.port = ntohs(address.sin_port);
	ck_assert(ip_parse(STR("127.0.0.1"), &route.ip));
	pthread_create(&server->thread, NULL, serve, server);
	return route;
}

static void
stop_server(struct server *server)
{
	pthread_join(server->thread, NULL);
	close(server->listener);
}

START_TEST(server_takes_it)
{
	struct server server;
	struct handover_route route = start_server(&server,
	    "220-hello\r\n220 mx\r\n|250-mx\r\n250 8BITMIME\r\n|"
	    "250 ok\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n|"
	    "250 2.0.0 Ok: queued as 4Ln7Qw4fnvz6Bq\r\n|");
	struct handover_result result = hand_over(&route, true);

	stop_server(&server);
	ck_assert_int_eq(result.word, HANDOVER_TAKEN);
	ck_assert(!result.unsure);
	ck_assert_uint_eq(asked, 1);
	assert_str(result.queue_id, "4Ln7Qw4fnvz6Bq");
	assert_str(result.why, "250 2.0.0 Ok: queued as 4Ln7Qw4fnvz6Bq");
	assert_str(str_make(server.heard, server.len),
	    "EHLO mx.example.com\r\n"
	    "MAIL FROM:<r+tag@example.com>\r\n"
	    "RCPT TO:<one@example.net>\r\n"
	    "RCPT TO:<two@example.net>\r\n"
	    "DATA\r\n"
	    "To: one@example.net,\r\n two@example.net\r\n\r\n"
	    "..dot\r\nend\r\n.\r\n"
	    "QUIT\r\n");
}
END_TEST

#define UP_TO_RCPT	"220 mx\r\n|250 mx\r\n|250 ok\r\n|"
#define UP_TO_DATA	UP_TO_RCPT "250 ok\r\n|250 ok\r\n|"

static const struct {
	const char *script;
	enum handover_word word, one, two;
	bool unsure, asks;
	const char *why;
} talks[] = {
	/* EHLO is not known. */
	{ "220 mx\r\n|502 what\r\n|250 mx\r\n|250 ok\r\n|250 ok\r\n|"
	  "250 ok\r\n|354 go\r\n|250 ok\r\n|", HANDOVER_TAKEN,
	  HANDOVER_TAKEN, HANDOVER_TAKEN, false, true, "250 ok" },
	/* One recipient of two. */
	{ UP_TO_RCPT "550 5.1.1 who\r\n|250 ok\r\n|354 go\r\n|250 ok\r\n|",
	  HANDOVER_TAKEN, HANDOVER_REFUSED, HANDOVER_TAKEN, false, true,
	  "250 ok" },
	{ UP_TO_RCPT "550 5.1.1 who\r\n|553 no\r\n|", HANDOVER_REFUSED,
	  HANDOVER_REFUSED, HANDOVER_REFUSED, false, false, "553 no" },
	{ UP_TO_RCPT "550 5.1.1 who\r\n|450 later\r\n|", HANDOVER_LATER,
	  HANDOVER_REFUSED, HANDOVER_LATER, false, false, "450 later" },
	/* Refused at each step. */
	{ "554 go away\r\n|", HANDOVER_LATER, HANDOVER_LATER, HANDOVER_LATER,
	  false, false, "554 go away" },
	{ "220 mx\r\n|250 mx\r\n|550 5.7.1 not you\r\n|", HANDOVER_REFUSED,
	  HANDOVER_REFUSED, HANDOVER_REFUSED, false, false,
	  "550 5.7.1 not you" },
	{ UP_TO_DATA "452 full\r\n|", HANDOVER_LATER, HANDOVER_LATER,
	  HANDOVER_LATER, false, false, "452 full" },
	{ UP_TO_DATA "354 go\r\n|554 spam\r\n|", HANDOVER_REFUSED,
	  HANDOVER_REFUSED, HANDOVER_REFUSED, false, true, "554 spam" },
	{ UP_TO_DATA "354 go\r\n|451 milter\r\n|", HANDOVER_LATER,
	  HANDOVER_LATER, HANDOVER_LATER, false, true, "451 milter" },
	/* Gone, before the end and after it. */
	{ "220 mx\r\n|", HANDOVER_LATER, HANDOVER_LATER, HANDOVER_LATER,
	  false, false, "the server has gone" },
	{ UP_TO_RCPT "550 who\r\n|", HANDOVER_LATER, HANDOVER_REFUSED,
	  HANDOVER_LATER, false, false, "the server has gone" },
	{ UP_TO_DATA, HANDOVER_LATER, HANDOVER_LATER, HANDOVER_LATER, false,
	  false, "the server has gone" },
	{ UP_TO_DATA "!354 go\r\n|", HANDOVER_LATER, HANDOVER_LATER,
	  HANDOVER_LATER, false, false, "the server has gone" },
	{ UP_TO_DATA "354 go\r\n421 4.3.2 I end\r\n|", HANDOVER_LATER,
	  HANDOVER_LATER, HANDOVER_LATER, false, false,
	  "the server has gone" },
	{ UP_TO_DATA "354 go\r\n|", HANDOVER_LATER, HANDOVER_LATER,
	  HANDOVER_LATER, true, true, "the server has gone" },
	/* No SMTP. */
	{ "SSH-2.0-OpenSSH\r\n|", HANDOVER_LATER, HANDOVER_LATER,
	  HANDOVER_LATER, false, false, "the server does not speak SMTP" },
	{ UP_TO_DATA "354 go\r\n|250-x\r\n550 y\r\n|", HANDOVER_LATER,
	  HANDOVER_LATER, HANDOVER_LATER, true, true,
	  "the server does not speak SMTP" },
};

START_TEST(server_answers)
{
	struct server server;
	struct handover_route route = start_server(&server,
	    talks[_i].script);
	struct handover_result result = hand_over(&route, true);

	stop_server(&server);
	assert_str(result.why, talks[_i].why);
	ck_assert_int_eq(result.word, talks[_i].word);
	ck_assert_int_eq(result.rcpts[0].word, talks[_i].one);
	ck_assert_int_eq(result.rcpts[1].word, talks[_i].two);
	ck_assert_int_eq(result.unsure, talks[_i].unsure);
	ck_assert_uint_eq(asked, talks[_i].asks);
}
END_TEST

START_TEST(server_sees_no_end)
{
	struct server server;
	struct handover_route route = start_server(&server,
	    UP_TO_DATA "354 go\r\n|250 ok\r\n|");
	struct handover_result result = hand_over(&route, false);

	stop_server(&server);
	ck_assert_int_eq(result.word, HANDOVER_LATER);
	ck_assert(!result.unsure);
	ck_assert_ptr_eq(memmem(server.heard, server.len, "\r\n.\r\n", 5),
	    NULL);
}
END_TEST

/* What the code under test waits for, at most. */
static int longest_wait;

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec time = { timeout / 1000,
	    (long)(timeout % 1000) * 1000000 };

	if (timeout > longest_wait)
		longest_wait = timeout;
	return ppoll(fds, count, timeout < 0 ? NULL : &time, NULL);
}

/* LIMIT_HANDOVER_MS: so long a server may take, all replies together. */
START_TEST(five_minutes_in_all)
{
	struct server server;
	struct handover_route route = start_server(&server,
	    "220 mx\r\n|250 mx\r\n|");
	struct handover_result result = hand_over(&route, true);

	stop_server(&server);
	ck_assert_int_eq(result.word, HANDOVER_LATER);
	ck_assert_int_le(longest_wait, 300 * 1000);
	ck_assert_int_gt(longest_wait, 240 * 1000);
}
END_TEST

START_TEST(nobody_listens)
{
	struct handover_route route = { .kind = HANDOVER_UNIX,
	    .path = path_to("nobody"), .helo = STR("mx.example.com") };
	struct handover_result result = hand_over(&route, true);

	ck_assert_int_eq(result.word, HANDOVER_LATER);
	assert_str(result.why, "No such file or directory");
}
END_TEST

TCase *
handover_tests(void)
{
	TCase *tests = tcase_create("handover");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, program_takes_it);
	tcase_add_loop_test(tests, program_fails, 0, TEST_COUNT(programs));
	tcase_add_test(tests, program_is_missing);
	tcase_add_test(tests, program_is_stopped);
	tcase_add_test(tests, server_takes_it);
	tcase_add_loop_test(tests, server_answers, 0, TEST_COUNT(talks));
	tcase_add_test(tests, server_sees_no_end);
	tcase_add_test(tests, five_minutes_in_all);
	tcase_add_test(tests, nobody_listens);
	return tests;
}
