/*
 * daemon - what a daemon owes the system: the background, a user of its own,
 * a pid file, a word to systemd
 *
 * Errors:	false or -1, and why was told by log_error().
 * Threads:	all of it before the first thread is made, but daemon_notify().
 */
#ifndef ASSAY_DAEMON_H
#define ASSAY_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Go on in the background, in a session of its own.  The process that was
 * started stays until the other calls daemon_ready() (and then exits with 0),
 * or ends before (1).  Standard error stays open until daemon_ready().
 */
bool daemon_detach(void);
/* keep_stderr: the log goes there. */
void daemon_ready(bool keep_stderr);

/* Whom to become: nobody else ((uid_t)-1) unless we are root. */
struct daemon_user {
	const char	*name;
	uid_t		 uid;
	gid_t		 gid;
};

bool daemon_find_user(const char *name, struct daemon_user *user_out);
/* Become that user for good, with all of its groups. */
bool daemon_become(const struct daemon_user *user);

/* path: empty for none. */
bool daemon_write_pid(const char *path);
void daemon_remove_pid(const char *path);

/* sd_notify(3) without the library: to $NOTIFY_SOCKET, if that is set. */
void daemon_notify(const char *state);
/* sd_watchdog_enabled(3): how often it wants to hear "WATCHDOG=1", twice in the
 * time after which it acts; -1: it does not. */
int daemon_watchdog_ms(void);

#endif
