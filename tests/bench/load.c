/*
 * load - plays the MTA: sends recorded messages to a milter, many at a time
 *
 *	load SOCKET FILE CONNECTIONS TOTAL MESSAGES-A-CONNECTION [WORD...]
 *	load SOCKET FILE park COUNT
 *
 * FILE holds milter packets: length (4 octets, big-endian), command, data; a
 * message is from one "C" to the next.  Packets that the milter answers are
 * waited for, the others go together with what follows, as MTAs send them.
 * Every WORD must stand in a field that the milter adds; else the message is
 * bad.  Prints "messages N bad N seconds S p50 MS p99 MS".
 *
 * park opens so many connections, sends each a message up to the middle of
 * its body, prints "parked", and stays until its input ends.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGES_MAX = 100000, ANSWER = 65536, EVENTS = 64,
       AGREED = 17 };	/* octets of the negotiation, less macros */

/* Version 6; all actions; every step that can be asked for. */
static const unsigned char negotiation[] = {
	0, 0, 0, 13, 'O', 0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff
};

/* Which bit of the agreed steps says that a command is not sent, and which
 * that it is not answered (libmilter/mfdef.h: SMFIP_NO*, SMFIP_NR_*). */
static const struct {
	char		command;
	uint32_t	unsent, unanswered;
} commands[] = {
	{ 'C', 0x1, 0x1000 }, { 'H', 0x2, 0x2000 }, { 'M', 0x4, 0x4000 },
	{ 'R', 0x8, 0x8000 }, { 'T', 0x200, 0x10000 },
	{ 'L', 0x20, 0x80 }, { 'N', 0x40, 0x40000 },
	{ 'B', 0x10, 0x80000 }, { 'D', 0, UINT32_MAX },
};

struct connection {
	int			 fd;
	uint32_t		 steps;
	bool			 vouched;
	size_t			 message;	/* which */
	const unsigned char	*at;		/* what is sent next */
	const unsigned char	*out, *out_end;	/* being written */
	unsigned char		 wait_for;	/* the command's answer */
	unsigned		 done;
	double			 start;
	unsigned char		*in;
	size_t			 in_len;
};

static const char *socket_path;
static const unsigned char *messages[MESSAGES_MAX + 1];
static size_t message_count, next_message, total, finished, bad;
static unsigned per_connection;
static char **words;
static double *times;
static int poller;

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static uint32_t
number_at(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
read_messages(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status;
	const unsigned char *at, *end;

	if (fd == -1 || fstat(fd, &status) == -1)
		err(1, "%s", path);
	at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		err(1, "%s", path);
	end = at + status.st_size;
	for (; at < end; at += 4 + number_at(at))
		if (at[4] == 'C' && message_count < MESSAGES_MAX)
			messages[message_count++] = at;
	messages[message_count] = end;
}

static void
open_connection(struct connection *c)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    socket_path);
	c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&address,
	    sizeof(address)) == -1)
		err(1, "%s", socket_path);
	c->done = 0;
	c->message = next_message++ % message_count;
	c->in_len = 0;
	c->start = now_ms();
	if (write(c->fd, negotiation, sizeof(negotiation)) !=
	    (ssize_t)sizeof(negotiation))
		err(1, "write");
	if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event) == -1)
		err(1, "epoll_ctl");
}

static bool
has_bit(const struct connection *c, char command, bool unsent)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].command == command)
			return (c->steps & (unsent ? commands[i].unsent :
			    commands[i].unanswered)) != 0;
	return false;
}

static void
write_all(const struct connection *c, const unsigned char *from,
    const unsigned char *to)
{
	while (from < to) {
		ssize_t len = write(c->fd, from, (size_t)(to - from));

		if (len == -1)
			err(1, "write");
		from += len;
	}
}

/* Up to and with the next packet that is answered. */
static void
send_on(struct connection *c)
{
	const unsigned char *end = messages[c->message + 1], *from = c->at;

	while (c->at < end) {
		const unsigned char *packet = c->at;

		c->at += 4 + number_at(packet);
		if (has_bit(c, (char)packet[4], true)) {
			write_all(c, from, packet);
			from = c->at;
		} else if (packet[4] != 'D' &&
		    !has_bit(c, (char)packet[4], false)) {
			c->wait_for = packet[4];
			break;
		}
	}
	write_all(c, from, c->at);
}

static void
begin_message(struct connection *c)
{
	c->at = messages[c->message];
	c->vouched = words[0] == NULL;
	if (c->done > 0) {
		/* The connection and the greeting are known. */
		while (c->at[4] != 'M' && !(c->at[4] == 'D' &&
		    c->at[5] == 'M'))
			c->at += 4 + number_at(c->at);
		c->start = now_ms();
	}
	send_on(c);
}

static void
end_message(struct connection *c)
{
	times[finished++] = now_ms() - c->start;
	bad += !c->vouched;
	c->done++;
	if (c->done < per_connection && next_message < total) {
		c->message = next_message++ % message_count;
		begin_message(c);
		return;
	}
	close(c->fd);
	c->fd = -1;
	if (next_message < total)
		open_connection(c);
}

static void
look_at_field(struct connection *c, const unsigned char *packet, size_t len)
{
	c->vouched = true;
	for (size_t i = 0; words[i] != NULL; i++)
		c->vouched &= memmem(packet, len, words[i],
		    strlen(words[i])) != NULL;
}

/* One packet of the milter's. */
static void
take(struct connection *c, const unsigned char *packet, size_t len)
{
	switch (packet[0]) {
	case 'O':
		c->steps = len >= 13 ? number_at(packet + 9) : 0;
		begin_message(c);
		break;
	case 'i': case 'h':
		look_at_field(c, packet, len);
		break;
	case 'm': case 'p': case 'q': case 'l':
		break;
	default:	/* the answer to what we sent last */
		if (c->wait_for == 'E')
			end_message(c);
		else if (packet[0] == 'c' || packet[0] == 's')
			send_on(c);
		else
			errx(1, "'%c' answered to '%c'", packet[0],
			    c->wait_for);
	}
}

static void
receive(struct connection *c)
{
	ssize_t len = read(c->fd, c->in + c->in_len, ANSWER - c->in_len);
	size_t at = 0;
	int fd = c->fd;

	if (len <= 0)
		errx(1, "the milter closed a connection");
	c->in_len += (size_t)len;
	while (c->fd == fd && c->in_len - at >= 4 &&
	    c->in_len - at - 4 >= number_at(c->in + at)) {
		size_t size = number_at(c->in + at);

		at += 4 + size;
		take(c, c->in + at - size, size);
		if (c->in_len < at)
			return;		/* opened afresh */
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
run(size_t connections)
{
	struct connection *all = calloc(connections, sizeof(*all));
	struct epoll_event events[EVENTS];
	double start = now_ms();

	times = calloc(total + connections, sizeof(*times));
	if (all == NULL || times == NULL)
		err(1, "calloc");
	for (size_t i = 0; i < connections && i < total; i++) {
		all[i].in = malloc(ANSWER);
		open_connection(&all[i]);
	}
	while (finished < total) {
		int count = epoll_wait(poller, events, EVENTS, 30000);

		if (count <= 0 && errno != EINTR)
			errx(1, "no answer in 30 s");
		for (int i = 0; i < count; i++)
			receive(events[i].data.ptr);
	}
	qsort(times, finished, sizeof(*times), by_size);
	printf("messages %zu bad %zu seconds %.3f p50 %.2f p99 %.2f\n",
	    finished, bad, (now_ms() - start) / 1e3, times[finished / 2],
	    times[finished * 99 / 100]);
}

/*
 * A message up to its first body packet, and that with half of its octets: the
 * rest of the body would come in another.  An MTA does not stop within one.
 */
static void
send_half(const struct connection *c, const unsigned char *at)
{
	unsigned char head[5] = { 0, 0, 0, 0, 'B' };
	uint32_t half;

	for (; at[4] != 'B'; at += 4 + number_at(at)) {
		if (has_bit(c, (char)at[4], true))
			continue;
		if (at[4] != 'D' && !has_bit(c, (char)at[4], false))
			errx(1, "'%c' wants an answer", at[4]);
		write_all(c, at, at + 4 + number_at(at));
	}
	half = number_at(at) / 2;
	for (size_t i = 0; i < 4; i++)
		head[i] = (unsigned char)((half + 1) >> (24 - 8 * i));
	write_all(c, head, head + 5);
	write_all(c, at + 5, at + 5 + half);
}

/* One after the other, without looking at what is answered. */
static void
park(size_t count)
{
	unsigned char in[AGREED];
	char end;

	for (size_t i = 0; i < count; i++) {
		struct connection c = { .fd = -1 };

		open_connection(&c);
		if (recv(c.fd, in, AGREED, MSG_WAITALL) != AGREED)
			errx(1, "no negotiation");
		c.steps = number_at(in + 13);
		send_half(&c, messages[i % message_count]);
	}
	printf("parked\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &end, 1) > 0)
		continue;
}

int
main(int argc, char **argv)
{
	if (argc < 5)
		errx(2, "usage: load SOCKET FILE CONNECTIONS TOTAL "
		    "MESSAGES-A-CONNECTION [WORD...] | SOCKET FILE park "
		    "COUNT");
	socket_path = argv[1];
	poller = epoll_create1(0);
	read_messages(argv[2]);
	if (strcmp(argv[3], "park") == 0) {
		park(strtoul(argv[4], NULL, 10));
		return 0;
	}
	total = strtoul(argv[4], NULL, 10);
	per_connection = argc > 5 ? (unsigned)strtoul(argv[5], NULL, 10) : 1;
	words = argc > 6 ? argv + 6 : argv + argc;
	run(strtoul(argv[3], NULL, 10));
	return 0;
}
