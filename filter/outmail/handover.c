#include "outmail/handover.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/limits.h"
#include "mail/safe.h"
#include "outmail/message.h"
#include "outmail/route.h"

bool
handover_may_end(const struct handover_job *job)
{
	return job->steps == NULL || job->steps->before_end == NULL ||
	    job->steps->before_end(job->steps->ctx);
}

struct str
handover_why(struct arena *arena, struct str why)
{
	char *flat = arena_z(arena, str_trim(why));

	for (char *p = flat; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	return safe_text(arena, str_from(flat), SAFE_ASCII,
	    LIMIT_HANDOVER_WHY_OCTETS);
}

void
handover_all(struct handover_job *job, enum handover_word word, struct str why)
{
	struct handover_result *result = job->result;

	result->word = word;
	result->why = handover_why(job->arena, why);
	for (size_t i = 0; i < job->envelope->to_count; i++)
		result->rcpts[i] = (struct handover_rcpt){ word, result->why };
}

bool
handover_wait(int fd, bool writing, uint64_t deadline_ms)
{
	struct pollfd poll_fd = { .fd = fd,
	    .events = writing ? POLLOUT : POLLIN };

	for (;;) {
		uint64_t now = clock_ms();
		int n;

		if (now >= deadline_ms)
			return false;
		n = poll(&poll_fd, 1, (int)(deadline_ms - now));
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

void
handover(struct arena *arena, const struct handover_route *route,
    const struct handover_envelope *envelope, struct str message,
    const struct handover_steps *steps, struct handover_result *result_out)
{
	struct handover_job job = { arena, route, envelope, message, steps,
	    clock_ms() + LIMIT_HANDOVER_MS, result_out };

	ensure(envelope->to_count > 0 &&
	    envelope->to_count <= LIMIT_OUTMAIL_RECIPIENTS);
	ensure(envelope->sender.len == 0 ||
	    outmail_is_address(envelope->sender));
	*result_out = (struct handover_result){ .rcpts = arena_alloc(arena,
	    envelope->to_count * sizeof(struct handover_rcpt)) };
	handover_all(&job, HANDOVER_LATER, STR("not tried"));
	if (route->kind == HANDOVER_SENDMAIL)
		handover_sendmail(&job);
	else
		handover_smtp(&job);
}
