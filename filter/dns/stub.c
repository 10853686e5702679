#include "dns/stub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "dns/asked.h"
#include "dns/packet.h"
#include "dns/question.h"

enum {
	BATCH = 16,			/* answers read at a time */
	TICK_MS = 250,			/* how late a wait may end */
	DOWN_MS = 1000,			/* a server that is not there */
	BUFFER_OCTETS = 1024 * 1024
};

/* One socket, connected to one server. */
struct line {
	struct loop_file	 file;
	struct stub		*stub;
	int			 fd;		/* -1: none could be had */
	unsigned		 waiting;
	uint64_t		 down_until;
};

/* The lock guards all but what only the loop's thread uses. */
struct stub {
	struct backend	 backend;
	struct backend	*behind;
	bool		(*elsewhere)(struct str name);
	pthread_mutex_t	 lock;
	struct line	 lines[STUB_LINES];
	struct asked_table asked;
	bool		 ticks, used;	/* since the last tick */
	struct loop_task start_ticks;
	/* The loop's thread: */
	struct timer	 tick;
	struct arena	*scratch;
	char		 packets[BATCH][QUESTION_ANSWER_OCTETS];
};

/* ---- lines; with the lock ---- */

/* The flight is the caller's now. */
static struct flight *
take_out(struct stub *stub, struct asked *asked)
{
	struct line *line = asked->line;

	line->waiting--;
	return asked_remove(&stub->asked, asked);
}

/* The first that has room: the fewer are in use, the more come in one read. */
static struct line *
line_with_room(struct stub *stub, uint64_t now)
{
	for (size_t i = 0; i < STUB_LINES; i++) {
		struct line *line = &stub->lines[i];

		if (line->fd != -1 && line->waiting < STUB_WINDOW &&
		    line->down_until <= now)
			return line;
	}
	return NULL;
}

/* ---- what is left to the back end behind ---- */

static void
hand_over(struct stub *stub, struct flight *flight)
{
	stub->behind->ops->ask(stub->behind, flight);
}

/*
 * All that wait on a line, or (NULL) all that have waited long enough, go to
 * the back end behind.
 */
static void
hand_over_many(struct stub *stub, const struct line *line, uint64_t now)
{
	struct flight *flights[BATCH];
	size_t count;

	do {
		struct asked *asked, *newer;

		count = 0;
		pthread_mutex_lock(&stub->lock);
		for (asked = stub->asked.oldest; asked != NULL &&
		    count < BATCH && (line != NULL || asked->due <= now);
		    asked = newer) {
			newer = asked->newer;
			if (line == NULL || asked->line == line)
				flights[count++] = take_out(stub, asked);
		}
		pthread_mutex_unlock(&stub->lock);
		for (size_t i = 0; i < count; i++)
			hand_over(stub, flights[i]);
	} while (count == BATCH);
}

/* Nobody is at the other end: the kernel told it on an earlier question. */
static void
line_is_down(struct line *line)
{
	struct stub *stub = line->stub;
	uint64_t now = clock_ms();

	pthread_mutex_lock(&stub->lock);
	line->down_until = now + DOWN_MS;
	pthread_mutex_unlock(&stub->lock);
	hand_over_many(stub, line, now);
}

/* ---- asking ---- */

/* On the loop. */
static void
start_ticks(struct loop_task *task)
{
	struct stub *stub = (struct stub *)((char *)task -
	    offsetof(struct stub, start_ticks));

	timer_set(loop_timers(stub->backend.loop), &stub->tick,
	    clock_ms() + TICK_MS);
}

static void
on_tick(struct timer *timer)
{
	struct stub *stub = (struct stub *)((char *)timer -
	    offsetof(struct stub, tick));
	uint64_t now = clock_ms();
	bool again;

	hand_over_many(stub, NULL, now);
	pthread_mutex_lock(&stub->lock);
	again = stub->ticks = stub->used || stub->asked.oldest != NULL;
	stub->used = false;
	pthread_mutex_unlock(&stub->lock);
	if (again)
		timer_set(loop_timers(stub->backend.loop), timer,
		    now + TICK_MS);
}

/* The question could not be sent. */
static void
not_sent(struct stub *stub, struct asked *asked, uint64_t number)
{
	struct flight *flight = NULL;

	pthread_mutex_lock(&stub->lock);
	if (asked->number == number)
		flight = take_out(stub, asked);
	pthread_mutex_unlock(&stub->lock);
	if (flight != NULL)
		hand_over(stub, flight);
}

static void
send_question(struct stub *stub, struct flight *flight)
{
	char packet[QUESTION_OCTETS_MAX];
	struct asked *asked = NULL;
	struct line *line;
	uint64_t now = clock_ms(), number = 0;
	bool first = false;
	size_t len = 0;

	pthread_mutex_lock(&stub->lock);
	line = line_with_room(stub, now);
	if (line != NULL) {
		asked = asked_add(&stub->asked, flight, line,
		    now + STUB_WAIT_MS);
		line->waiting++;
		number = asked->number;
		len = question_write(flight->name, flight->type, asked->id,
		    packet);
		first = !stub->ticks;
		stub->ticks = stub->used = true;
	}
	pthread_mutex_unlock(&stub->lock);
	if (asked == NULL) {
		hand_over(stub, flight);
		return;
	}
	if (first)
		loop_post(stub->backend.loop, &stub->start_ticks);
	if (send(line->fd, packet, len, MSG_DONTWAIT) == (ssize_t)len)
		return;
	if (errno == ECONNREFUSED)
		line_is_down(line);
	else
		not_sent(stub, asked, number);
}

static void
ask(struct backend *backend, struct flight *flight)
{
	struct stub *stub = (struct stub *)backend;

	if (stub->elsewhere != NULL && stub->elsewhere(flight->name))
		hand_over(stub, flight);
	else
		send_question(stub, flight);
}

/* ---- answers, on the loop's thread ---- */

/* Is this all that there is to say? */
static bool
is_settled(const struct dns_answer *answer)
{
	return answer->status == DNS_DATA || answer->status == DNS_NXDOMAIN ||
	    (answer->status == DNS_NODATA &&
	    str_eq(answer->canonical, answer->name));
}

static void
settle(struct stub *stub, struct flight *flight, struct str packet)
{
	struct dns_answer answer = packet_decode(stub->scratch, packet,
	    flight->name, flight->type);

	if (is_settled(&answer))
		backend_answered(flight, answer_new(&answer));
	else
		hand_over(stub, flight);
	arena_reset(stub->scratch);
}

/* whole: the datagram was not longer than our buffer. */
static void
take_packet(struct line *line, struct str packet, bool whole)
{
	struct stub *stub = line->stub;
	enum question_verdict verdict = QUESTION_NOT_THIS;
	struct flight *flight = NULL;
	struct asked *asked;
	unsigned id;

	if (!question_id(packet, &id))
		return;
	pthread_mutex_lock(&stub->lock);
	asked = asked_find(&stub->asked, id);
	if (asked != NULL && asked->line == line)
		verdict = question_judge(packet, asked->flight->name,
		    asked->flight->type);
	if (verdict != QUESTION_NOT_THIS)
		flight = take_out(stub, asked);
	pthread_mutex_unlock(&stub->lock);
	if (flight == NULL)
		return;
	if (verdict == QUESTION_ANSWERED && whole)
		settle(stub, flight, packet);
	else
		hand_over(stub, flight);
}

static void
on_ready(struct loop_file *file, unsigned what)
{
	struct line *line = (struct line *)((char *)file -
	    offsetof(struct line, file));
	struct stub *stub = line->stub;
	struct mmsghdr messages[BATCH];
	struct iovec places[BATCH];
	int count;

	(void)what;
	memset(messages, 0, sizeof(messages));
	for (size_t i = 0; i < BATCH; i++) {
		places[i] = (struct iovec){ stub->packets[i],
		    sizeof(stub->packets[i]) };
		messages[i].msg_hdr.msg_iov = &places[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(line->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	if (count == -1 && errno == ECONNREFUSED)
		line_is_down(line);
	for (int i = 0; i < count; i++)
		take_packet(line, str_make(stub->packets[i],
		    messages[i].msg_len),
		    (messages[i].msg_hdr.msg_flags & MSG_TRUNC) == 0);
}

/* ---- start and end ---- */

static socklen_t
socket_address(const struct server *server, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (server->ip.family == IP_V4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)server->port);
		memcpy(&v4->sin_addr, server->ip.bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)server->port);
	memcpy(&v6->sin6_addr, server->ip.bytes, 16);
	return sizeof(*v6);
}

/* Connected, so that the kernel drops what comes from anybody else. */
static int
open_socket(const struct server *server)
{
	struct sockaddr_storage to;
	socklen_t len = socket_address(server, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	int room = BUFFER_OCTETS;

	if (fd == -1)
		return -1;
	/* As much as we are given. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(fd, (const struct sockaddr *)&to, len) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The first server's lines come first: the others are for when it is down or
 * busy. */
static void
open_lines(struct stub *stub, const struct servers *servers)
{
	for (size_t i = 0; i < STUB_LINES; i++) {
		struct line *line = &stub->lines[i];

		line->stub = stub;
		line->file.ready = on_ready;
		line->fd = open_socket(&servers->at[i % servers->count]);
		if (line->fd != -1 && !loop_add(stub->backend.loop,
		    &line->file, line->fd, LOOP_READ)) {
			close(line->fd);
			line->fd = -1;
		}
	}
}

static void
free_backend(struct backend *backend)
{
	struct stub *stub = (struct stub *)backend;

	for (size_t i = 0; i < STUB_LINES; i++)
		if (stub->lines[i].fd != -1) {
			loop_remove(backend->loop, &stub->lines[i].file);
			close(stub->lines[i].fd);
		}
	timer_unset(loop_timers(backend->loop), &stub->tick);
	stub->behind->ops->free(stub->behind);
	arena_free(stub->scratch);
	pthread_mutex_destroy(&stub->lock);
	free(stub);
}

static const struct backend_ops stub_ops = {
	.ask = ask, .free = free_backend
};

struct backend *
stub_backend(const struct servers *servers,
    bool (*elsewhere)(struct str name), struct backend *behind)
{
	struct stub *stub = xcalloc(1, sizeof(*stub));

	stub->backend = (struct backend){ &stub_ops, behind->loop };
	stub->behind = behind;
	stub->elsewhere = elsewhere;
	stub->scratch = arena_new_work();
	stub->tick.fire = on_tick;
	stub->start_ticks.run = start_ticks;
	ensure(pthread_mutex_init(&stub->lock, NULL) == 0);
	open_lines(stub, servers);
	return &stub->backend;
}
