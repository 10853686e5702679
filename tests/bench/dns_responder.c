/*
 * dns_responder - answers DNS questions fast, from a list
 *
 *	dns_responder FILE DELAY-MS
 *
 * A line of FILE is NAME TYPE DATA, TYPE one of A, PTR and TXT (one string or
 * more, each cut at 255 octets); what is not in it has no answer.  Prints
 * its port, on 127.0.0.1, UDP only.  Each answer is held back for so long.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <poll.h>
#include <search.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum { ANY_TYPE = 0, TYPE_A = 1, TYPE_PTR = 12, TYPE_TXT = 16, PACKET = 1400,
       LINE = 4096, HEADER = 12, HELD = 65536, RECORDS_MAX = 200000,
       TTL_OCTET = 0x0e };	/* times 256: about an hour */

struct record {
	unsigned char	data[1024];
	size_t		len;
};

struct held {
	double			due;	/* ms */
	struct sockaddr_in	to;
	unsigned char		packet[PACKET];
	size_t			len;
};

static struct held *held;
static size_t held_first, held_count;

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t
put_name(unsigned char *out, const char *name)
{
	size_t len = 0;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		out[len++] = (unsigned char)label;
		memcpy(out + len, name, label);
		len += label;
		name += label + (name[label] == '.');
	}
	out[len++] = 0;
	return len;
}

static size_t
put_text(unsigned char *out, const char *text)
{
	size_t left = strlen(text), len = 0;

	do {
		size_t piece = left > 255 ? 255 : left;

		out[len++] = (unsigned char)piece;
		memcpy(out + len, text, piece);
		len += piece;
		text += piece;
		left -= piece;
	} while (left > 0);
	return len;
}

static unsigned
type_from(const char *word)
{
	return strcmp(word, "A") == 0 ? TYPE_A :
	    strcmp(word, "PTR") == 0 ? TYPE_PTR : TYPE_TXT;
}

/* The table's key: "16 name". */
static char *
key_of(unsigned type, const char *name)
{
	char *key = malloc(strlen(name) + 8);

	if (key == NULL)
		err(1, "malloc");
	sprintf(key, "%u %s", type, name);
	for (char *at = key; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return key;
}

static void
add(char *line)
{
	char *name = strtok(line, " "), *word = strtok(NULL, " ");
	char *data = strtok(NULL, "");
	struct record *record = calloc(1, sizeof(*record));
	unsigned type;

	if (record == NULL || data == NULL || strlen(data) > 900)
		errx(1, "not NAME TYPE DATA");
	type = type_from(word);
	if (type == TYPE_A)
		record->len = inet_pton(AF_INET, data, record->data) == 1 ?
		    4 : 0;
	else
		record->len = type == TYPE_PTR ?
		    put_name(record->data, data) :
		    put_text(record->data, data);
	if (hsearch((ENTRY){ key_of(type, name), record }, ENTER) == NULL ||
	    hsearch((ENTRY){ key_of(ANY_TYPE, name), NULL }, ENTER) == NULL)
		err(1, "hsearch");
}

static void
read_zone(const char *path)
{
	FILE *in = fopen(path, "r");
	char line[LINE];

	if (in == NULL || hcreate(RECORDS_MAX * 2) == 0)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			add(line);
	}
	fclose(in);
}

/* The question's name as text; its end in the packet, or 0. */
static size_t
read_name(const unsigned char *packet, size_t len, char *text)
{
	size_t at = HEADER, out = 0;

	while (at < len && packet[at] != 0) {
		size_t label = packet[at++];

		if (label > 63 || label > len - at || out + label > 250)
			return 0;
		if (out > 0)
			text[out++] = '.';
		memcpy(text + out, packet + at, label);
		out += label;
		at += label;
	}
	text[out] = '\0';
	return at + 5 <= len ? at + 5 : 0;
}

static const ENTRY *
find(unsigned type, const char *name)
{
	char *key = key_of(type, name);
	const ENTRY *found = hsearch((ENTRY){ key, NULL }, FIND);

	free(key);
	return found;
}

/* Turns the question into its answer; the length, or 0. */
static size_t
answer(unsigned char *packet, size_t len)
{
	static const unsigned char fixed[] = { 0xc0, HEADER };
	char name[256];
	const ENTRY *found;
	bool exists;
	size_t end;

	end = len < HEADER ? 0 : read_name(packet, len, name);
	if (end == 0)
		return 0;
	found = find(packet[end - 4] * 256U + packet[end - 3], name);
	exists = find(ANY_TYPE, name) != NULL;
	memset(packet + 6, 0, 6);
	packet[2] = 0x85;		/* a response, with authority */
	packet[3] = exists ? 0x80 : 0x83;
	if (found != NULL) {
		const struct record *record = found->data;

		packet[7] = 1;
		memcpy(packet + end, fixed, 2);
		memcpy(packet + end + 2, packet + end - 4, 4);
		memcpy(packet + end + 6, "\0\0\0", 4);
		packet[end + 8] = TTL_OCTET;
		packet[end + 10] = (unsigned char)(record->len >> 8);
		packet[end + 11] = (unsigned char)record->len;
		memcpy(packet + end + 12, record->data, record->len);
		end += 12 + record->len;
	}
	return end;
}

static void
send_due(int fd)
{
	double now = now_ms();

	while (held_count > 0 && held[held_first].due <= now) {
		const struct held *h = &held[held_first];

		sendto(fd, h->packet, h->len, 0,
		    (const struct sockaddr *)&h->to, sizeof(h->to));
		held_first = (held_first + 1) % HELD;
		held_count--;
	}
}

static void
receive(int fd, double delay_ms)
{
	struct held *h = &held[(held_first + held_count) % HELD];
	socklen_t size = sizeof(h->to);
	ssize_t len = recvfrom(fd, h->packet, 512, 0,
	    (struct sockaddr *)&h->to, &size);

	h->len = len <= 0 ? 0 : answer(h->packet, (size_t)len);
	h->due = now_ms() + delay_ms;
	if (h->len > 0 && held_count < HELD - 1)
		held_count++;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 * 1024 * 1024;
	double delay_ms;

	if (argc != 3)
		errx(2, "usage: dns_responder FILE DELAY-MS");
	delay_ms = atof(argv[2]);
	held = calloc(HELD, sizeof(*held));
	if (fd == -1 || held == NULL ||
	    bind(fd, (struct sockaddr *)&address, size) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) == -1)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	read_zone(argv[1]);
	printf("%u\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		double left = held_count == 0 ? -1 :
		    held[held_first].due - now_ms();
		struct timespec until = { 0, left <= 0 ? 0 :
		    (long)(left * 1e6) % 1000000000 };

		if (ppoll(&wait, 1, held_count == 0 ? NULL : &until, NULL) > 0)
			receive(fd, delay_ms);
		send_due(fd);
	}
}
