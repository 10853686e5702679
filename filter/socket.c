#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

enum { BACKLOG = 1024 };

union address {
	struct sockaddr		sa;
	struct sockaddr_un	un;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

struct why {
	char	*text;
	size_t	 size;
};

static int failed(struct why why, int fd, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
failed(struct why why, int fd, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why.text, why.size, format, ap);
	va_end(ap);
	if (fd >= 0)
		close(fd);
	return -1;
}

static socklen_t
unix_address(const char *path, union address *out)
{
	memset(out, 0, sizeof(*out));
	out->un.sun_family = AF_UNIX;
	memcpy(out->un.sun_path, path, strlen(path));
	return sizeof(out->un);
}

static socklen_t
inet_address(const struct listen_spec *spec, union address *out)
{
	memset(out, 0, sizeof(*out));
	if (spec->family == LISTEN_INET) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons((uint16_t)spec->port);
		memcpy(&out->in.sin_addr, spec->ip.bytes, 4);
		return sizeof(out->in);
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons((uint16_t)spec->port);
	memcpy(&out->in6.sin6_addr, spec->ip.bytes, 16);
	return sizeof(out->in6);
}

/* Does a process answer there? */
static bool
answers(const union address *address, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	bool yes;

	if (fd < 0)
		return true;
	/* EAGAIN: its queue is full, so there is somebody. */
	yes = connect(fd, &address->sa, len) == 0 || errno != ECONNREFUSED;
	close(fd);
	return yes;
}

static bool
remove_stale(const char *path, const union address *address, socklen_t len,
    struct why why)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return true;
	if (!S_ISSOCK(st.st_mode))
		failed(why, -1, "%s is there and is not a socket", path);
	else if (answers(address, len))
		failed(why, -1, "another process answers on %s; is assayd "
		    "running already?", path);
	else if (unlink(path) != 0)
		failed(why, -1, "%s is left from before and cannot be "
		    "removed: %s", path, strerror(errno));
	else
		return true;
	return false;
}

static int
listen_unix(const struct listen_spec *spec, uid_t uid, gid_t gid,
    struct why why)
{
	union address address;
	socklen_t len = unix_address(spec->path, &address);
	mode_t mask;
	int fd, bound;

	if (!remove_stale(spec->path, &address, len, why))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return failed(why, -1, "no socket: %s", strerror(errno));
	mask = umask(0177);
	bound = bind(fd, &address.sa, len);
	umask(mask);
	if (bound != 0)
		return failed(why, fd, "%s cannot be made: %s", spec->path,
		    strerror(errno));
	if (spec->has_group)
		gid = spec->group;
	if ((uid != (uid_t)-1 || spec->has_group) &&
	    lchown(spec->path, uid, gid) != 0)
		return failed(why, fd, "the owner of %s cannot be set: %s",
		    spec->path, strerror(errno));
	if (chmod(spec->path, spec->mode) != 0)
		return failed(why, fd, "the mode of %s cannot be set: %s",
		    spec->path, strerror(errno));
	return fd;
}

static int
listen_inet(const struct listen_spec *spec, struct why why)
{
	int family = spec->family == LISTEN_INET ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	char text[IP_TEXT_MAX];
	union address address;
	socklen_t len = inet_address(spec, &address);

	if (fd < 0)
		return failed(why, -1, "no socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	ip_format(&spec->ip, text);
	if (bind(fd, &address.sa, len) != 0)
		return failed(why, fd, errno == EADDRINUSE ?
		    "another process listens on port %u of %s; is assayd "
		    "running already? (%s)" :
		    "port %u of %s cannot be listened on: %s", spec->port,
		    text, strerror(errno));
	return fd;
}

int
socket_listen(const struct listen_spec *spec, uid_t uid, gid_t gid,
    char *why_out, size_t why_size)
{
	struct why why = { why_out, why_size };
	int fd = spec->family == LISTEN_UNIX ?
	    listen_unix(spec, uid, gid, why) : listen_inet(spec, why);

	if (fd >= 0 && listen(fd, BACKLOG) != 0)
		return failed(why, fd, "listen: %s", strerror(errno));
	return fd;
}

static bool
is_ours(int fd, const char *path)
{
	union address address;
	socklen_t len = sizeof(address);
	struct stat st;

	return getsockname(fd, &address.sa, &len) == 0 &&
	    address.sa.sa_family == AF_UNIX && lstat(path, &st) == 0 &&
	    S_ISSOCK(st.st_mode);
}

void
socket_retire(int fd, const struct listen_spec *spec)
{
	union address address;
	int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	if (spec->family == LISTEN_UNIX && is_ours(fd, spec->path) &&
	    unlink(spec->path) != 0)
		log_warn("%s cannot be removed: %s", spec->path,
		    strerror(errno));
	/* A name in the abstract space that the kernel chooses (unix(7)). */
	memset(&address, 0, sizeof(address));
	address.un.sun_family = AF_UNIX;
	if (other < 0 || bind(other, &address.sa, sizeof(sa_family_t)) != 0 ||
	    listen(other, 1) != 0 || dup3(other, fd, O_CLOEXEC) < 0)
		log_warn("the socket stays open until the end: %s",
		    strerror(errno));
	if (other >= 0)
		close(other);
}
