/*
 * socket - the listening socket of assayd
 *
 * Opened by us, not by libmilter, so that its mode and owner are right from
 * the start, TCP_NODELAY is set (accepted sockets inherit it on Linux; without
 * it each message costs a delayed acknowledgement of 40 ms), a mistake can be
 * told, and it can be closed before the last message is finished.
 */
#ifndef ASSAY_SOCKET_H
#define ASSAY_SOCKET_H

#include <sys/types.h>

#include "conf/listen.h"

/*
 * Open it; -1 and why in why_out.  A unix socket on which nothing answers is
 * replaced; uid and gid will own the new one ((uid_t)-1: leave it).
 */
int socket_listen(const struct listen_spec *spec, uid_t uid, gid_t gid,
    char *why_out, size_t why_size);

/*
 * No more connections, though another thread may be waiting in poll() or
 * accept() on fd and must not notice: fd goes on as a socket to which nobody
 * connects.  What was not accepted yet is reset, at the latest when that
 * poll() ends.
 */
void socket_retire(int fd, const struct listen_spec *spec);

#endif
