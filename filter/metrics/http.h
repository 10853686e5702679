/*
 * http - a small HTTP server for programs that look after this one
 *
 * GET and HEAD of a few paths (RFC 9110), one request a connection, on a thread
 * of its own.  What asks is not trusted: HTTP_CONNECTIONS at a time, all of a
 * connection in HTTP_REQUEST_MS, HTTP_MEMORY octets of request.
 *
 * Threads:	answer() runs on the server's thread, http_wake() from any.
 * Ownership:	the listening socket stays the caller's, until http_stop() has
 *		returned.
 */
#ifndef ASSAY_METRICS_HTTP_H
#define ASSAY_METRICS_HTTP_H

#include "base/arena.h"

enum {
	HTTP_CONNECTIONS = 32,		/* others wait in the backlog */
	HTTP_REQUEST_MS = 10000,
	HTTP_MEMORY = 16 * 1024,
};

struct http;

struct http_reply {
	unsigned	 status;	/* 200; 0: none yet */
	const char	*type;		/* of the body; NULL: plain text */
	struct str	 body;		/* in the arena */
};

/*
 * What is on this path, without "?" and what follows.  A status of 0 puts the
 * answer off: the same is asked again.  404 says that there
 * is no such path.
 */
typedef void http_answer_fn(void *ctx, struct str path, struct arena *arena,
    struct http_reply *reply_out);

struct http_options {
	int		 listen_fd;
	http_answer_fn	*answer;
	void		(*woken)(void *ctx);	/* or NULL: after http_wake(),
						 * on the server's thread */
	void		*ctx;
	uint64_t	 request_ms;	/* 0: HTTP_REQUEST_MS */
};

/* NULL, and the log says why. */
struct http *http_start(const struct http_options *options);
/* What was put off can be answered now; it is asked again from time to time in
 * any case. */
void http_wake(struct http *http);
/* No answer() runs after it.  NULL is allowed. */
void http_stop(struct http *http);

#endif
