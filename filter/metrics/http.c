/*
 * On libmicrohttpd, but with a loop of our own around it: its time-outs count
 * from the last octet, so that who sends one a second could stay for hours; and
 * it does not always notice who hangs up in the middle of a request.
 */
#include "metrics/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"

#define ALLOWED	"GET, HEAD"

enum {
	RETRY_MS = 500,		/* what was put off is asked again */
	GRACE_MS = 100,		/* for a whole request whose sender says no
				 * more */
	REST_MS = 100,		/* where no more can be taken */
};

/* Of the connections; only the server's thread sees them. */
struct peer {
	struct peer		*next, **link;
	struct MHD_Connection	*connection;
	int			 fd;
	uint64_t		 until_ms;
	bool			 put_off, hung_up, ended;
};

struct http {
	struct MHD_Daemon	*daemon;
	struct http_options	 options;
	pthread_t		 thread;
	int			 wake_fd;
	atomic_bool		 stop;
	struct peer		*peers;
	bool			 closed;	/* one of them */
	unsigned		 changes;	/* begun and closed so far */
};

static void
log_of_library(void *ctx, const char *format, va_list ap)
{
	char line[300];

	(void)ctx;
	vsnprintf(line, sizeof(line), format, ap);
	line[strcspn(line, "\n")] = '\0';
	log_debug("http: %s", line);
}

static void
peer_notify(void *ctx, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = ctx;
	struct peer *peer = *socket_context;

	http->changes++;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		peer = xcalloc(1, sizeof(*peer));
		peer->connection = connection;
		peer->fd = MHD_get_connection_info(connection,
		    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		peer->until_ms = clock_ms() + http->options.request_ms;
		peer->next = http->peers;
		peer->link = &http->peers;
		if (peer->next != NULL)
			peer->next->link = &peer->next;
		http->peers = peer;
		*socket_context = peer;
	} else if (peer != NULL) {
		*peer->link = peer->next;
		if (peer->next != NULL)
			peer->next->link = peer->link;
		free(peer);
		*socket_context = NULL;
		http->closed = true;
	}
}

static enum MHD_Result
send_reply(struct MHD_Connection *connection, const struct http_reply *reply)
{
	const char *type = reply->type != NULL ? reply->type :
	    "text/plain; charset=utf-8";
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    reply->body.len, (void *)(uintptr_t)reply->body.ptr,
	    MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
	    "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options",
	    "nosniff");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION,
	    "close");
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
		    ALLOWED);
	result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **request_context)
{
	struct peer *peer = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct http_reply reply = { .status = 0 };
	struct http *http = ctx;
	struct arena *arena;
	enum MHD_Result result = MHD_YES;

	(void)version, (void)upload, (void)upload_size;
	(void)request_context;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return send_reply(connection, &(struct http_reply){
		    .status = MHD_HTTP_METHOD_NOT_ALLOWED,
		    .body = STR("only " ALLOWED "\n") });
	if (peer->ended)
		return MHD_NO;
	arena = arena_new();
	http->options.answer(http->options.ctx, str_from(url), arena, &reply);
	if (reply.status == 0 && atomic_load(&http->stop))
		reply = (struct http_reply){ .body = STR("it stops\n"),
		    .status = MHD_HTTP_SERVICE_UNAVAILABLE };
	peer->put_off = reply.status == 0;
	if (peer->put_off)
		MHD_suspend_connection(connection);
	else
		result = send_reply(connection, &reply);
	arena_free(arena);
	return result;
}

/* ---- the thread ---- */

static void
resume(struct peer *peer)
{
	if (peer->put_off)
		MHD_resume_connection(peer->connection);
	peer->put_off = false;
}

/* Whose time is over is cut off; the library notices that by itself.  The
 * milliseconds until the next one is due, or -1. */
static int
cut_off(struct http *http)
{
	uint64_t now = clock_ms(), next = UINT64_MAX;

	for (struct peer *peer = http->peers; peer != NULL;
	    peer = peer->next) {
		if (peer->ended)
			continue;
		if (peer->until_ms > now) {
			if (peer->until_ms < next)
				next = peer->until_ms;
			continue;
		}
		peer->ended = true;
		shutdown(peer->fd, SHUT_RDWR);
		resume(peer);
	}
	return next == UINT64_MAX ? -1 : (int)(next - now) + 1;
}

static void
resume_all(struct http *http)
{
	for (struct peer *peer = http->peers; peer != NULL;
	    peer = peer->next)
		resume(peer);
}

/* Who says no more has little time left. */
static void
hang_up(struct peer *peer)
{
	uint64_t until = clock_ms() + GRACE_MS;

	peer->hung_up = true;
	if (until < peer->until_ms)
		peer->until_ms = until;
}

static int
sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int
library_timeout(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES)
		return -1;
	return ms < HTTP_REQUEST_MS ? (int)ms : HTTP_REQUEST_MS;
}

/* Sleep until there is something to do; false: the time is over. */
static bool
wait(struct http *http, int timeout)
{
	struct pollfd polled[2 + HTTP_CONNECTIONS] = {
		{ .fd = MHD_get_daemon_info(http->daemon,
		    MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN },
		{ .fd = http->wake_fd, .events = POLLIN },
	};
	struct peer *peers[2 + HTTP_CONNECTIONS];
	nfds_t count = 2;

	for (struct peer *peer = http->peers; peer != NULL &&
	    count < 2 + HTTP_CONNECTIONS; peer = peer->next) {
		if (peer->hung_up)
			continue;
		peers[count] = peer;
		polled[count++] = (struct pollfd){ .fd = peer->fd,
		    .events = POLLRDHUP };
	}
	if (poll(polled, count, timeout) <= 0)
		return false;
	for (nfds_t i = 2; i < count; i++)
		if (polled[i].revents != 0)
			hang_up(peers[i]);
	return true;
}

/* Where it was full it looks for more only at the next run. */
static void
run_library(struct http *http)
{
	do {
		http->closed = false;
		MHD_run(http->daemon);
	} while (http->closed);
}

/* False: nobody did. */
static bool
take_wake(struct http *http)
{
	eventfd_t count;

	if (eventfd_read(http->wake_fd, &count) != 0)
		return false;
	resume_all(http);
	if (http->options.woken != NULL)
		http->options.woken(http->options.ctx);
	return true;
}

/* Who knocks while the process has no descriptor left knocks on. */
static void
rest(struct http *http)
{
	struct pollfd polled = { .fd = http->wake_fd, .events = POLLIN };

	poll(&polled, 1, REST_MS);
}

static void *
serve(void *arg)
{
	struct http *http = arg;
	uint64_t retry_ms = 0;

	while (!atomic_load(&http->stop)) {
		int until = cut_off(http);
		unsigned before = http->changes;
		bool ready;

		if (http->peers != NULL)
			until = sooner(until, RETRY_MS);
		ready = wait(http, sooner(until, library_timeout(http)));
		if (take_wake(http)) {
			ready = false;
		} else if (clock_ms() >= retry_ms) {
			resume_all(http);
			retry_ms = clock_ms() + RETRY_MS;
		}
		run_library(http);
		if (ready && http->peers == NULL && http->changes == before)
			rest(http);
	}
	/* None may be put off when the library ends. */
	resume_all(http);
	MHD_run(http->daemon);
	return NULL;
}

/* ---- start and stop ---- */

static bool
start_thread(struct http *http)
{
	sigset_t all, old;
	int status;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	status = pthread_create(&http->thread, NULL, serve, http);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return status == 0;
}

static struct MHD_Daemon *
start_library(struct http *http, int listen_fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, http,
	    MHD_OPTION_EXTERNAL_LOGGER, log_of_library, NULL,
	    MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS,
	    MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)(HTTP_REQUEST_MS / 1000),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY,
	    MHD_OPTION_NOTIFY_CONNECTION, peer_notify, http,
	    MHD_OPTION_END);
}

struct http *
http_start(const struct http_options *options)
{
	struct http *http = xcalloc(1, sizeof(*http));
	/* The library closes what it listens on. */
	int own_fd = fcntl(options->listen_fd, F_DUPFD_CLOEXEC, 3);

	http->options = *options;
	if (http->options.request_ms == 0)
		http->options.request_ms = HTTP_REQUEST_MS;
	http->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (own_fd >= 0)
		fcntl(own_fd, F_SETFL, fcntl(own_fd, F_GETFL) | O_NONBLOCK);
	if (own_fd >= 0 && http->wake_fd >= 0)
		http->daemon = start_library(http, own_fd);
	if (http->daemon == NULL && own_fd >= 0)
		close(own_fd);
	if (http->daemon != NULL && start_thread(http))
		return http;
	log_error("http: cannot be started");
	if (http->daemon != NULL)
		MHD_stop_daemon(http->daemon);
	if (http->wake_fd >= 0)
		close(http->wake_fd);
	free(http);
	return NULL;
}

void
http_wake(struct http *http)
{
	eventfd_write(http->wake_fd, 1);
}

void
http_stop(struct http *http)
{
	if (http == NULL)
		return;
	atomic_store(&http->stop, true);
	http_wake(http);
	pthread_join(http->thread, NULL);
	MHD_stop_daemon(http->daemon);
	close(http->wake_fd);
	free(http);
}
