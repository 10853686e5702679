/*
 * assayd - start, signals and stop; what it does is elsewhere
 *
 * The main thread waits for signals, libmilter serves on others.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ensure.h"
#include "base/log.h"
#include "config.h"
#include "conf/listen.h"
#include "daemon.h"
#include "generation.h"
#include "health.h"
#include "milter/front.h"
#include "options.h"
#include "socket.h"

enum {
	POLL_MS = 50,		/* while stopping */
	QUIET_MS = 250,		/* a last reply is on its way */
};

struct assayd {
	struct options		 options;
	struct generation	*generation;
	struct settings		*first;		/* what START settings say */
	struct listen_spec	 listen;
	int			 listen_fd;
	sigset_t		 signals;
	bool			 log_on_stderr;
};

/* libmilter has ended by itself. */
static atomic_bool front_ended;

/* ---- what the settings say ---- */

static void
open_log(struct assayd *assayd, const struct settings *settings)
{
	enum log_level level = LOG_LEVEL_INFO;

	ensure(log_level_from(settings->log_level, &level));
	ensure(log_open("assayd", settings->log, level));
	assayd->log_on_stderr = strcmp(settings->log, "stderr") == 0;
}

/* The settings alone: what is needed before the socket is open. */
static struct settings *
load_settings(const struct assayd *assayd)
{
	struct diag *diag = diag_new();
	struct settings *settings = settings_load(assayd->options.file,
	    assayd->options.overrides, assayd->options.override_count, diag);

	diag_print(diag, stderr);
	diag_free(diag);
	return settings;
}

static struct generation *
load_generation(const struct assayd *assayd, struct diag *diag)
{
	return generation_new(assayd->options.file, assayd->options.overrides,
	    assayd->options.override_count, assayd->generation, diag);
}

static void
serve(struct assayd *assayd, struct generation *generation)
{
	const struct settings *settings = generation->wiring->settings;
	struct front_engine engine = {
		.engine = generation->wiring->engine,
		.tempfail_on_trouble =
		    strcmp(settings->on_failure, "tempfail") == 0,
		.owner = generation, .ref = generation_ref,
		.unref = generation_unref,
	};

	generation_unref(assayd->generation);
	assayd->generation = generation;
	front_use(&engine);
	health_use(generation);
}

static int
test_only(const struct assayd *assayd)
{
	struct settings *settings = load_settings(assayd);
	struct wire_options wire = { .events = NULL };
	struct diag *diag;
	struct wiring *wiring;
	int status;

	if (settings == NULL)
		return EXIT_WRONG;
	diag = diag_new();
	wiring = wiring_new(settings, &wire, diag);
	diag_print(diag, stderr);
	diag_free(diag);
	status = wiring == NULL ? EXIT_WRONG : EXIT_FINE;
	if (wiring != NULL)
		printf("%s: settings and policy \"%s\" are fine\n",
		    assayd->options.file, policy_name(wiring->policy));
	wiring_free(wiring);
	return status;
}

/* ---- reload ---- */

static void
warn_of_restart(const struct assayd *assayd)
{
	const struct settings *loaded = assayd->generation->wiring->settings;
	const char *name;
	size_t next = 0;

	while ((name = settings_needs_restart(assayd->first, loaded, &next)) !=
	    NULL)
		log_warn("%s has changed; that takes a restart", name);
}

static void
reload(struct assayd *assayd)
{
	struct diag *diag = diag_new();
	struct generation *generation;
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)clock_us());
	daemon_notify(state);
	generation = load_generation(assayd, diag);
	diag_log(diag);
	diag_free(diag);
	if (generation != NULL &&
	    !health_listen(generation->wiring->settings, NULL)) {
		generation_unref(generation);
		generation = NULL;
	}
	if (generation == NULL) {
		health_not_reloaded();
		log_error("not reloaded; settings and policy stay as they "
		    "were");
	} else {
		serve(assayd, generation);
		open_log(assayd, generation->wiring->settings);
		warn_of_restart(assayd);
		log_info("reloaded, policy \"%s\"",
		    policy_name(generation->wiring->policy));
	}
	daemon_notify("READY=1");
}

/* ---- signals ---- */

/* The next signal, or 0 when time is up; timeout_ms -1 waits for ever. */
static int
next_signal(const struct assayd *assayd, int timeout_ms)
{
	struct timespec time = { timeout_ms / 1000,
	    (timeout_ms % 1000) * 1000000L };
	int sig;

	do
		sig = sigtimedwait(&assayd->signals, NULL,
		    timeout_ms < 0 ? NULL : &time);
	while (sig < 0 && errno == EINTR);
	return sig < 0 ? 0 : sig;
}

/* Until no message is in flight and the last answers are sent. */
static void
finish_messages(const struct assayd *assayd)
{
	const struct settings *settings =
	    assayd->generation->wiring->settings;
	uint64_t until = clock_ms() + settings->stop_wait;
	struct front_load load;
	int sig;

	for (;;) {
		front_load(&load);
		if (load.connections == 0 ||
		    (load.messages == 0 && load.idle_ms >= QUIET_MS))
			return;
		if (clock_ms() >= until)
			break;
		sig = next_signal(assayd, POLL_MS);
		if (sig == SIGTERM || sig == SIGINT)
			break;
	}
	log_warn("%u messages were not finished in time", load.messages);
}

static void
wait_for_end(struct assayd *assayd)
{
	int pause = daemon_watchdog_ms();

	for (;;) {
		int sig = next_signal(assayd, pause);

		if (pause > 0)
			health_feed_watchdog();
		/* First of all: a log is rotated, whatever the settings say. */
		if (sig == SIGHUP || sig == SIGUSR1)
			generation_reopen(assayd->generation);
		if (sig == SIGHUP)
			reload(assayd);
		else if (sig == SIGTERM || sig == SIGINT)
			return;
	}
}

static void *
run_front(void *arg)
{
	(void)arg;
	front_run();
	log_error("libmilter has stopped; the system log says why");
	atomic_store(&front_ended, true);
	health_front_ended();
	kill(getpid(), SIGTERM);
	return NULL;
}

/* ---- start and stop ---- */

/*
 * Every connection is a file, and without one to spare libmilter would try to
 * accept without a pause.  A core file would hold other people's mail.
 */
static void
set_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &limit);
	}
}

static bool
start_front(const struct assayd *assayd)
{
	pthread_t thread;
	int status;

	if (!front_open(assayd->listen_fd)) {
		log_error("libmilter does not take our socket; Debian's "
		    "does (\"fd:\")");
		return false;
	}
	status = pthread_create(&thread, NULL, run_front, NULL);
	if (status != 0) {
		log_error("no thread: %s", strerror(status));
		return false;
	}
	pthread_detach(thread);
	return true;
}

/* As root: the socket and the pid file.  Then as our own user. */
static bool
open_socket(struct assayd *assayd, const struct settings *settings)
{
	struct arena *arena = arena_new();
	struct daemon_user user;
	const char *not_now;
	char why[512];
	size_t at;

	ensure(listen_parse(arena, str_from(settings->listen),
	    &assayd->listen, &not_now, &at));
	arena_free(arena);
	if (!daemon_find_user(settings->user, &user))
		return false;
	assayd->listen_fd = socket_listen(&assayd->listen, user.uid, user.gid,
	    why, sizeof(why));
	if (assayd->listen_fd < 0) {
		log_error("%s", why);
		return false;
	}
	return health_listen(settings, &user) &&
	    daemon_write_pid(settings->pid_file) && daemon_become(&user);
}

static bool
start(struct assayd *assayd)
{
	struct diag *diag = diag_new();
	struct generation *generation = load_generation(assayd, diag);

	diag_print(diag, stderr);
	if (!assayd->log_on_stderr)
		diag_log(diag);
	diag_free(diag);
	if (generation == NULL)
		return false;
	serve(assayd, generation);
	return start_front(assayd);
}

static void
announce(const struct assayd *assayd)
{
	const struct wiring *wiring = assayd->generation->wiring;

	log_info("assayd %s listens on %s, policy \"%s\"", PACKAGE_VERSION,
	    wiring->settings->listen, policy_name(wiring->policy));
	health_start();
	daemon_ready(assayd->log_on_stderr);
	daemon_notify("READY=1");
}

/*
 * A connection that is still open may run code of ours in a thread of
 * libmilter: then nothing is taken down under it.
 */
static int
end(struct assayd *assayd)
{
	struct front_load load;
	int status = atomic_load(&front_ended) ? EXIT_WRONG : EXIT_FINE;

	daemon_notify("STOPPING=1");
	health_stop();
	socket_retire(assayd->listen_fd, &assayd->listen);
	if (status == EXIT_FINE)
		finish_messages(assayd);
	daemon_remove_pid(assayd->first->pid_file);
	health_end();
	generation_flush(assayd->generation);
	front_load(&load);
	log_info("ends, %u connections open", load.connections);
	if (load.connections > 0)
		_exit(status);
	settings_free(assayd->first);
	generation_unref(assayd->generation);
	return status;
}

static int
run(struct assayd *assayd)
{
	struct settings *settings = load_settings(assayd);
	bool opened;

	if (settings == NULL)
		return EXIT_WRONG;
	/* What is wrong before we are ready is told where we were started. */
	ensure(log_open("assayd", "stderr", LOG_LEVEL_INFO));
	if (!assayd->options.foreground && !daemon_detach()) {
		settings_free(settings);
		return EXIT_WRONG;
	}
	opened = open_socket(assayd, settings);
	if (opened)
		open_log(assayd, settings);
	if (!opened || !start(assayd)) {
		health_end();
		if (opened)
			daemon_remove_pid(settings->pid_file);
		if (assayd->listen_fd >= 0)
			socket_retire(assayd->listen_fd, &assayd->listen);
		settings_free(settings);
		return EXIT_WRONG;
	}
	assayd->first = settings;
	announce(assayd);
	wait_for_end(assayd);
	return end(assayd);
}

int
main(int argc, char **argv)
{
	struct assayd assayd = { .listen_fd = -1 };
	enum exit_status status;

	if (!options_take(argc, argv, &assayd.options, &status))
		return status;
	if (assayd.options.only_test)
		return test_only(&assayd);
	umask(027);
	set_limits();
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&assayd.signals);
	sigaddset(&assayd.signals, SIGTERM);
	sigaddset(&assayd.signals, SIGINT);
	sigaddset(&assayd.signals, SIGHUP);
	sigaddset(&assayd.signals, SIGUSR1);
	ensure(pthread_sigmask(SIG_BLOCK, &assayd.signals, NULL) == 0);
	return run(&assayd);
}
