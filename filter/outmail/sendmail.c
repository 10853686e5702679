/* A program that does as sendmail(8). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "outmail/route.h"

enum { PIECE = 4096, TICK_MS = 20 };

struct run {
	struct handover_job	*job;
	pid_t			 pid;
	int			 err;	/* its standard error */
	struct buf		 said;
	int			 status;
};

static const struct {
	int status;
	enum handover_word word;
	struct str why;
} statuses[] = {
	{ EX_USAGE, HANDOVER_REFUSED, STR_INIT("it knows no such options") },
	{ EX_DATAERR, HANDOVER_REFUSED, STR_INIT("it does not take this "
	    "mail") },
	{ EX_NOUSER, HANDOVER_REFUSED, STR_INIT("there is no such "
	    "recipient") },
	{ EX_NOHOST, HANDOVER_REFUSED, STR_INIT("there is no such host") },
	{ EX_UNAVAILABLE, HANDOVER_LATER, STR_INIT("the mail system is not "
	    "available") },
	{ EX_OSERR, HANDOVER_LATER, STR_INIT("trouble of the system") },
	{ EX_OSFILE, HANDOVER_LATER, STR_INIT("a file of the system is "
	    "missing") },
	{ EX_IOERR, HANDOVER_LATER, STR_INIT("it cannot write") },
	{ EX_TEMPFAIL, HANDOVER_LATER, STR_INIT("not now") },
	{ EX_NOPERM, HANDOVER_LATER, STR_INIT("it does not let us") },
	{ EX_CONFIG, HANDOVER_LATER, STR_INIT("its settings have mistakes") },
	{ 127, HANDOVER_LATER, STR_INIT("it cannot be run") },
};

extern char **environ;

/* A group of its own, so that what it starts ends with it; no signals of ours
 * that are blocked or ignored. */
static int
spawn(struct run *run, int in, int err)
{
	struct handover_job *job = run->job;
	char *path = (char *)(uintptr_t)job->route->path;
	char flag_t[] = "-t", flag_oi[] = "-oi", flag_f[] = "-f";
	char *argv[] = { path, flag_t, flag_oi, flag_f,
	    arena_z(job->arena, job->envelope->sender), NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, pipe_alone;
	int failed;

	sigemptyset(&none);
	sigemptyset(&pipe_alone);
	sigaddset(&pipe_alone, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, err, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipe_alone);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawn(&run->pid, path, &files, &attributes, argv,
	    environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

static bool
write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.ptr, text.len);

		if (n < 0 && errno != EINTR)
			return false;
		text = str_skip(text, n < 0 ? 0 : (size_t)n);
	}
	return true;
}

/*
 * The mail as a file that is whole before the program begins: of a pipe it
 * would see an end, and send what it had by then, if we were killed.  Lines
 * end in LF here, for it is a program of this system.
 */
static int
open_message(const struct handover_job *job)
{
	int fd = memfd_create("mail", MFD_CLOEXEC), error;
	struct str rest = job->message;
	struct buf text;

	if (fd < 0)
		return -1;
	buf_init(&text, job->arena, SIZE_MAX);
	for (size_t i = 0; i < rest.len; i++)
		if (rest.ptr[i] != '\r')
			buf_addc(&text, rest.ptr[i]);
	if (write_all(fd, buf_str(&text)) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool
start(struct run *run)
{
	int in = open_message(run->job), err[2], failed;

	if (in < 0)
		return false;
	if (pipe2(err, O_CLOEXEC) != 0) {
		close(in);
		return false;
	}
	failed = spawn(run, in, err[1]);
	close(in);
	close(err[1]);
	run->err = err[0];
	fcntl(run->err, F_SETFL, O_NONBLOCK);
	if (failed == 0)
		return true;
	close(run->err);
	errno = failed;
	return false;
}

static void
listen_to(struct run *run)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = read(run->err, piece, sizeof(piece))) > 0)
		buf_add(&run->said, str_make(piece, (size_t)n));
}

/* False: it had to be killed. */
static bool
reap(struct run *run, uint64_t deadline_ms)
{
	struct pollfd tick = { .fd = run->err, .events = POLLIN };

	while (waitpid(run->pid, &run->status, WNOHANG) == 0) {
		if (clock_ms() >= deadline_ms) {
			kill(-run->pid, SIGKILL);
			waitpid(run->pid, &run->status, 0);
			return false;
		}
		/* Its end closes the pipe, but a child of it may keep it. */
		poll(&tick, 1, TICK_MS);
		listen_to(run);
		if ((tick.revents & (POLLHUP | POLLERR)) != 0)
			tick.fd = -1;
	}
	listen_to(run);
	return true;
}

static void
explain(struct run *run)
{
	struct handover_job *job = run->job;
	int status = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;
	enum handover_word word = HANDOVER_LATER;
	struct str why = STR("it failed"), said = buf_str(&run->said);

	if (!WIFEXITED(run->status))
		why = arena_printf(job->arena, "signal %d ended it",
		    WTERMSIG(run->status));
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status) {
			word = statuses[i].word;
			why = statuses[i].why;
		}
	handover_all(job, word, arena_printf(job->arena,
	    "%s: %.*s (exit status %d)%s%.*s", job->route->path, STR_ARG(why),
	    status, said.len > 0 ? ": " : "", STR_ARG(said)));
}

void
handover_sendmail(struct handover_job *job)
{
	struct run run = { .job = job };
	bool in_time;

	buf_init(&run.said, job->arena, LIMIT_HANDOVER_WHY_OCTETS);
	/* Once it has begun nobody knows how far it is. */
	if (!handover_may_end(job)) {
		handover_all(job, HANDOVER_LATER, STR("it was not to be sent"));
		return;
	}
	if (!start(&run)) {
		handover_all(job, HANDOVER_LATER, arena_printf(job->arena,
		    "%s: %s", job->route->path, strerror(errno)));
		return;
	}
	in_time = reap(&run, job->deadline_ms);
	close(run.err);
	if (!in_time)
		handover_all(job, HANDOVER_LATER, arena_printf(job->arena,
		    "%s: it took too long", job->route->path));
	else if (WIFEXITED(run.status) && WEXITSTATUS(run.status) == 0)
		handover_all(job, HANDOVER_TAKEN, STR("taken"));
	else
		explain(&run);
	/* Who ends by itself and says no has taken nothing. */
	job->result->unsure = !in_time || !WIFEXITED(run.status);
}
