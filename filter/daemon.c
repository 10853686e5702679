#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"

/* ---- the background ---- */

static int ready_pipe = -1;

static void
wait_for_child(int fd, pid_t child)
{
	char ready = 0;
	ssize_t got;

	do
		got = read(fd, &ready, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		waitpid(child, NULL, 0);
	_exit(got == 1 ? 0 : 1);
}

bool
daemon_detach(void)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) != 0 || (child = fork()) < 0) {
		log_error("cannot go to the background: %s", strerror(errno));
		return false;
	}
	if (child > 0) {
		close(fds[1]);
		wait_for_child(fds[0], child);
	}
	close(fds[0]);
	ready_pipe = fds[1];
	setsid();
	return true;
}

void
daemon_ready(bool keep_stderr)
{
	int null;

	if (ready_pipe < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (!keep_stderr)
			dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (chdir("/") != 0)
		log_warn("cannot change to /: %s", strerror(errno));
	if (write(ready_pipe, "", 1) != 1)
		log_warn("nobody waits for us any more");
	close(ready_pipe);
	ready_pipe = -1;
}

/* ---- the user ---- */

bool
daemon_find_user(const char *name, struct daemon_user *user_out)
{
	const struct passwd *passwd;

	*user_out = (struct daemon_user){ name, (uid_t)-1, (gid_t)-1 };
	if (geteuid() != 0)
		return true;
	passwd = getpwnam(name);
	if (passwd == NULL) {
		log_error("there is no user \"%s\"; make it (adduser --system "
		    "--group %s) or set another with user", name, name);
		return false;
	}
	if (passwd->pw_uid == 0) {
		log_error("user \"%s\" is root; assayd needs one that may do "
		    "less", name);
		return false;
	}
	user_out->uid = passwd->pw_uid;
	user_out->gid = passwd->pw_gid;
	return true;
}

bool
daemon_become(const struct daemon_user *user)
{
	if (user->uid == (uid_t)-1)
		return true;
	if (initgroups(user->name, user->gid) != 0 ||
	    setgid(user->gid) != 0 || setuid(user->uid) != 0) {
		log_error("cannot become user \"%s\": %s", user->name,
		    strerror(errno));
		return false;
	}
	if (setuid(0) == 0 || geteuid() != user->uid ||
	    getegid() != user->gid) {
		log_error("still root after becoming user \"%s\"",
		    user->name);
		return false;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return true;
}

/* ---- the pid file ---- */

bool
daemon_write_pid(const char *path)
{
	FILE *out;

	if (path[0] == '\0')
		return true;
	out = fopen(path, "we");
	if (out == NULL || fprintf(out, "%ld\n", (long)getpid()) < 0 ||
	    fclose(out) != 0) {
		log_error("pid_file %s cannot be written: %s", path,
		    strerror(errno));
		return false;
	}
	return true;
}

void
daemon_remove_pid(const char *path)
{
	if (path[0] != '\0' && unlink(path) != 0 && errno != EACCES &&
	    errno != EPERM)
		log_warn("pid_file %s cannot be removed: %s", path,
		    strerror(errno));
}

/* ---- systemd ---- */

void
daemon_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len < 2 || len >= sizeof(address.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_warn("systemd was not told \"%s\": %s", state,
		    strerror(errno));
	close(fd);
}

int
daemon_watchdog_ms(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t number;

	if (pid != NULL && (!str_to_uint(str_from(pid), INT_MAX, &number) ||
	    (pid_t)number != getpid()))
		return -1;
	if (!str_to_uint(str_from(getenv("WATCHDOG_USEC")), UINT64_MAX,
	    &number) || number < 2000)
		return -1;
	number /= 2000;
	return number > INT_MAX ? INT_MAX : (int)number;
}
