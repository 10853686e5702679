/* An SMTP server (RFC 5321), as a client that sends one mail. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "outmail/route.h"
#include "outmail/smtp_reply.h"

enum { PIECE = 4096 };

struct talk {
	struct handover_job	*job;
	int			 fd;
	char			 piece[PIECE];	/* read, from .. to */
	size_t			 from, to;
	struct smtp_reply	 reply;		/* the last one */
	const char		*trouble;	/* the talk is over */
	bool			 mime8;		/* 8BITMIME (RFC 6152) */
};

static bool
fail(struct talk *talk, const char *trouble)
{
	talk->trouble = trouble;
	return false;
}

static bool
send_all(struct talk *talk, struct str text)
{
	while (text.len > 0) {
		ssize_t n = send(talk->fd, text.ptr, text.len, MSG_NOSIGNAL);

		if (n >= 0)
			text = str_skip(text, (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			return fail(talk, "the server has gone");
		else if (!handover_wait(talk->fd, true,
		    talk->job->deadline_ms))
			return fail(talk, "the server takes too long");
	}
	return true;
}

static bool
read_more(struct talk *talk)
{
	ssize_t n;

	for (;;) {
		n = recv(talk->fd, talk->piece, sizeof(talk->piece), 0);
		if (n > 0)
			break;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return fail(talk, "the server has gone");
		if (!handover_wait(talk->fd, false, talk->job->deadline_ms))
			return fail(talk, "the server does not answer");
	}
	talk->from = 0;
	talk->to = (size_t)n;
	return true;
}

/* False: there is no reply, and nothing more to be said. */
static bool
get_reply(struct talk *talk)
{
	enum smtp_more more = SMTP_MORE;
	size_t used;

	smtp_reply_init(&talk->reply);
	while (more == SMTP_MORE) {
		if (talk->from == talk->to && !read_more(talk))
			return false;
		more = smtp_reply_take(&talk->reply, str_make(talk->piece +
		    talk->from, talk->to - talk->from), &used);
		talk->from += used;
	}
	return more == SMTP_WHOLE || fail(talk, "the server does not speak "
	    "SMTP");
}

static bool
ask(struct talk *talk, struct str command)
{
	return send_all(talk, command) && get_reply(talk);
}

static struct str
said(const struct talk *talk)
{
	struct str text = smtp_reply_text(&talk->reply);

	return handover_why(talk->job->arena, arena_printf(talk->job->arena,
	    "%u %.*s", talk->reply.code, STR_ARG(text)));
}

/* RFC 5321 section 4.2.1.  421 ends the connection, whatever was asked. */
static enum handover_word
word_of(const struct talk *talk)
{
	switch (talk->reply.code / 100) {
	case 2:
		return HANDOVER_TAKEN;
	case 5:
		return HANDOVER_REFUSED;
	default:
		return HANDOVER_LATER;
	}
}

static bool
connect_to(struct talk *talk, const struct sockaddr *address, socklen_t size)
{
	int error = 0;
	socklen_t error_size = sizeof(error);

	talk->fd = socket(address->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (talk->fd < 0)
		return fail(talk, strerror(errno));
	if (connect(talk->fd, address, size) == 0)
		return true;
	if (errno != EINPROGRESS)
		return fail(talk, strerror(errno));
	if (!handover_wait(talk->fd, true, talk->job->deadline_ms))
		return fail(talk, "the server takes no connection");
	if (getsockopt(talk->fd, SOL_SOCKET, SO_ERROR, &error,
	    &error_size) != 0 || error != 0)
		return fail(talk, strerror(error));
	return true;
}

static bool
open_unix(struct talk *talk, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(talk, strerror(ENAMETOOLONG));
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect_to(talk, (struct sockaddr *)&address, sizeof(address));
}

static bool
open_inet(struct talk *talk, const struct handover_route *route)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)route->port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
	    .sin6_port = htons((uint16_t)route->port) };

	if (route->ip.family == IP_V4) {
		memcpy(&four.sin_addr, route->ip.bytes, 4);
		return connect_to(talk, (struct sockaddr *)&four,
		    sizeof(four));
	}
	memcpy(&six.sin6_addr, route->ip.bytes, 16);
	return connect_to(talk, (struct sockaddr *)&six, sizeof(six));
}

/* False: the result says why. */
static bool
greet(struct talk *talk)
{
	struct arena *arena = talk->job->arena;
	struct str helo = talk->job->route->helo;

	if (!get_reply(talk) || word_of(talk) != HANDOVER_TAKEN ||
	    !ask(talk, arena_printf(arena, "EHLO %.*s\r\n", STR_ARG(helo))))
		return false;
	talk->mime8 = word_of(talk) == HANDOVER_TAKEN &&
	    smtp_reply_offers(&talk->reply, "8BITMIME");
	/* Section 3.2. */
	return word_of(talk) != HANDOVER_REFUSED || ask(talk,
	    arena_printf(arena, "HELO %.*s\r\n", STR_ARG(helo)));
}

/* False: nobody is left who takes it. */
static bool
name_recipients(struct talk *talk)
{
	const struct handover_envelope *envelope = talk->job->envelope;
	struct handover_result *result = talk->job->result;
	bool any = false, later = false;

	for (size_t i = 0; i < envelope->to_count; i++) {
		struct handover_rcpt *rcpt = &result->rcpts[i];

		if (!ask(talk, arena_printf(talk->job->arena,
		    "RCPT TO:<%.*s>\r\n", STR_ARG(envelope->to[i]))))
			return false;
		rcpt->word = word_of(talk);
		rcpt->why = said(talk);
		any |= rcpt->word == HANDOVER_TAKEN;
		later |= rcpt->word == HANDOVER_LATER;
	}
	result->word = later ? HANDOVER_LATER : HANDOVER_REFUSED;
	result->why = said(talk);
	return any;
}

/* What became of the recipients that were named is what becomes of the mail. */
static void
settle(struct talk *talk, enum handover_word word, struct str why)
{
	struct handover_job *job = talk->job;

	job->result->word = word;
	job->result->why = why;
	for (size_t i = 0; i < job->envelope->to_count; i++)
		if (job->result->rcpts[i].word == HANDOVER_TAKEN)
			job->result->rcpts[i] = (struct handover_rcpt){ word,
			    why };
}

/* RFC 5321 section 4.5.2, and without the end. */
static bool
send_content(struct talk *talk)
{
	struct str rest = talk->job->message, line;
	struct buf out;

	buf_init(&out, talk->job->arena, SIZE_MAX);
	while (rest.len > 0 && str_next(&rest, '\n', &line)) {
		if (line.len > 0 && line.ptr[0] == '.')
			buf_addc(&out, '.');
		buf_add(&out, line);
		buf_addc(&out, '\n');
	}
	return send_all(talk, buf_str(&out));
}

/* Who speaks before the end, or goes, has not taken it: that is the time to
 * see it, for nobody can tell any more once the end is sent. */
static bool
is_listening(struct talk *talk)
{
	char octet;

	if (talk->from == talk->to && recv(talk->fd, &octet, 1,
	    MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN ||
	    errno == EINTR))
		return true;
	return fail(talk, "the server has gone");
}

static void
send_mail(struct talk *talk)
{
	struct handover_result *result = talk->job->result;

	if (!ask(talk, STR("DATA\r\n")))
		return;
	if (talk->reply.code != 354) {
		settle(talk, word_of(talk) == HANDOVER_REFUSED ?
		    HANDOVER_REFUSED : HANDOVER_LATER, said(talk));
		return;
	}
	if (!send_content(talk) || !is_listening(talk))
		return;
	if (!handover_may_end(talk->job)) {
		talk->trouble = "it was not to be sent";
		return;
	}
	result->unsure = true;
	if (!ask(talk, STR(".\r\n")))
		return;
	result->unsure = false;
	settle(talk, word_of(talk), said(talk));
	if (result->word == HANDOVER_TAKEN)
		result->queue_id = arena_copy(talk->job->arena,
		    smtp_reply_queue_id(&talk->reply));
}

static void
converse(struct talk *talk)
{
	struct handover_job *job = talk->job;
	bool eight = !str_is_ascii(job->message);

	if (!greet(talk) || word_of(talk) != HANDOVER_TAKEN) {
		if (talk->trouble == NULL)
			/* Not this mail is refused, but we are. */
			handover_all(job, HANDOVER_LATER, said(talk));
		return;
	}
	if (eight && !talk->mime8) {
		handover_all(job, HANDOVER_REFUSED, STR("the server takes no "
		    "8-bit mail"));
		return;
	}
	if (!ask(talk, arena_printf(job->arena, "MAIL FROM:<%.*s>%s\r\n",
	    STR_ARG(job->envelope->sender), eight ? " BODY=8BITMIME" : "")))
		return;
	if (word_of(talk) != HANDOVER_TAKEN)
		handover_all(job, word_of(talk), said(talk));
	else if (name_recipients(talk))
		send_mail(talk);
}

/* Who was refused stays so. */
static void
give_up(struct talk *talk)
{
	struct handover_job *job = talk->job;
	struct str why = handover_why(job->arena, str_from(talk->trouble));

	job->result->word = HANDOVER_LATER;
	job->result->why = why;
	for (size_t i = 0; i < job->envelope->to_count; i++)
		if (job->result->rcpts[i].word != HANDOVER_REFUSED)
			job->result->rcpts[i] = (struct handover_rcpt){
			    HANDOVER_LATER, why };
}

void
handover_smtp(struct handover_job *job)
{
	struct talk *talk = arena_alloc(job->arena, sizeof(*talk));
	bool open;

	talk->job = job;
	talk->fd = -1;
	open = job->route->kind == HANDOVER_UNIX ?
	    open_unix(talk, job->route->path) : open_inet(talk, job->route);
	if (open)
		converse(talk);
	if (talk->trouble != NULL)
		give_up(talk);
	else if (open)
		send_all(talk, STR("QUIT\r\n"));
	if (talk->fd >= 0)
		close(talk->fd);
}
